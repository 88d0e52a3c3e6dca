//! What was said, searched for in a database server, its log of writes, a copy of it,
//! the wires to it and to the bus, and all that a node writes.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use server::app::App;
use server::config::SecretUrl;
use server::ids::ConversationId;
use server::{retention, values, workers};

use super::servers::Wire;
use crate::canary::{Channels, Needles, holding, opened_by_what_is_left};
use crate::engine::{self, SHARED};
use crate::network::{PLACES, places_of};
use crate::real::front::Fate;

const TOKEN: &str = "wrendelholloway";

/// Every wrapped key that the rows hold: what a backup has of them.
async fn wrapped_keys(app: &App) -> Vec<(ConversationId, Vec<u8>)> {
    let keys = app.db.read(|tx| {
        tx.rows("select id, wrapped_key from conversation", values![], |row| {
            Ok((row.conversation(0)?, row.blob(1)?))
        })
    });
    keys.await.expect("reads")
}

/// The server's files as they are now, log of writes and all.
fn copied(to: &Path) {
    let from = SHARED.postgres.cluster();
    // Files that other stories' statements take away meanwhile are no loss.
    let _some_were_gone = Command::new("cp").arg("-r").args([&from, to]).status().expect("cp");
    assert!(to.join("pg_wal").is_dir(), "the log of writes is among them");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_place_of_every_kind_it_is_nowhere_but_there() {
    let channels = Channels::listen();
    let (sql, bus) =
        (Wire::to(SHARED.postgres.address()).await, Wire::to(SHARED.nats.address()).await);
    let places = places_of(|config| {
        config.database_url = Some(SecretUrl::new(&engine::fresh_schema(sql.address)));
        config.bus_url = Some(SecretUrl::new(&format!("nats://{}", bus.address)));
    })
    .await;
    let app = &places.world.app;
    let needles = Needles::of(TOKEN);
    let nowhere = |when: &str| {
        assert_eq!(channels.tell(app, TOKEN), Vec::<String>::new(), "{when}");
        assert!(!needles.are_in(&sql.passed()), "to the database, {when}");
        assert!(!needles.are_in(&bus.passed()), "over the bus, {when}");
    };
    places.way.will(Fate::CutAfter(0));
    let asked = places.talk(&format!("{TOKEN} asks")).await;
    nowhere("while it waits for its time");
    places.one_is_away().await;
    nowhere("while one of them is away");
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = wrapped_keys(app).await;
    assert!(backup.iter().any(|(id, _)| *id == asked.id), "the backup holds the conversation");
    assert_eq!(opened_by_what_is_left(&app.config.key_dir, &backup), 1, "until the hard shred");
    copied(&elsewhere.path().join("backup"));
    assert!(holding(elsewhere.path(), TOKEN).is_empty(), "in the backup");
    places.way.will(Fate::Pass);
    places.all_have_it().await;
    let fetched = elsewhere.path().join("fetched");
    places.fetched(&fetched).await;
    for (place, _) in PLACES {
        assert!(!holding(&fetched.join(place), TOKEN).is_empty(), "{place} has it");
    }
    places.is_shredded().await;
    app.clock.advance(Duration::from_secs(24 * 60 * 60));
    workers::run_all_due(app).await.unwrap();
    retention::daily(app).await.unwrap();
    nowhere("after the hard shred");
    let stored = holding(&SHARED.postgres.cluster(), TOKEN);
    assert!(stored.is_empty(), "{stored:?}");
    assert_eq!(opened_by_what_is_left(&app.config.key_dir, &backup), 0, "no key is left");
    // The same search finds what is stored in the clear.
    let plant = app.db.write(|tx| {
        let row = "insert into section (name, version, value, changed_at) values ($1, 1, '', 0)";
        tx.run(row, values!["cobberlanefield"])
    });
    plant.await.unwrap();
    let told = holding(&SHARED.postgres.cluster().join("pg_wal"), "cobberlanefield");
    assert!(!told.is_empty(), "a row in the clear is in the log of writes");
    drop(places.world.ends().await);
}
