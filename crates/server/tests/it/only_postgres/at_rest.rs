//! What was said, searched for in a database server, its log of writes, a copy of it,
//! the wires to it and to the bus, and all that a node writes.

use std::path::Path;
use std::process::Command;

use server::app::App;
use server::config::SecretUrl;
use server::values;

use super::servers::Wire;
use crate::canary::{Channels, Needles, holding};
use crate::engine::{self, SHARED};
use crate::network::places_of;
use crate::to_the_end::{Wrapped, to_the_hard_shred};

const TOKEN: &str = "wrendelholloway";

/// Every wrapped key that the rows hold: what a backup has of them.
async fn wrapped_keys(app: &App) -> Wrapped {
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
    let backup = async |to: &Path| {
        copied(to);
        wrapped_keys(app).await
    };
    to_the_hard_shred(&places, TOKEN, nowhere, backup).await;
    let stored = holding(&SHARED.postgres.cluster(), TOKEN);
    assert!(stored.is_empty(), "{stored:?}");
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
