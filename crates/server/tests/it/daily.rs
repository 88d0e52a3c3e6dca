//! What a day's end brings, whatever happened before.

use std::fs;
use std::time::Duration;

use protocol::event::State;
use server::archive::backlog::deliveries;
use server::conversation::{accept, store};
use server::ids::ConversationId;
use server::{retention, values};

use crate::delivery::{HOUR, MINUTE, closed_conversation, times, waits};
use crate::world::{World, says};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn key_files(world: &World, day: &str) -> Vec<String> {
    let files = fs::read_dir(world.keys()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(day)).collect()
}

async fn state(world: &World, id: ConversationId) -> State {
    let read = world.app.db.read(move |tx| store::load(tx, id)).await;
    read.expect("reads").expect("is there").state
}

#[tokio::test]
async fn a_key_whose_end_was_cut_off_goes_at_the_next_run() {
    let mut world = World::new();
    let day = world.app.clock.now().day();
    world.visitor("Hello").await;
    let [file] = &key_files(&world, &day)[..] else { panic!("one key a day") };
    let path = world.keys().join(file);
    let whole = fs::read(&path).unwrap();
    world.app.clock.advance(DAY);
    assert_eq!(retention::hard_shred(&world.app).await.unwrap(), 1);
    // As if the node had died after the commit and before the file's end.
    fs::write(&path, whole).unwrap();
    world.restart().await;
    assert_eq!(retention::hard_shred(&world.app).await.unwrap(), 0, "its row is retired");
    assert!(path.exists());
    retention::daily(&world.app).await.unwrap();
    assert!(!path.exists());
    assert_eq!(times(&world, "epoch.destroyed").await, 1);
    world.ends().await;
}

#[tokio::test]
async fn a_key_that_lost_goes_and_one_of_a_day_without_a_row_stays() {
    let world = World::new();
    world.visitor("Hello").await;
    let rows = world.app.db.write(|tx| {
        for day in ["2026-11-19", "2026-11-20"] {
            tx.run(
                "insert into epoch (day, file, created_at, destroyed_at) values ($1, 'gone', 0, 1)",
                values![day],
            )?;
        }
        Ok(())
    });
    rows.await.unwrap();
    let old = ["epoch-2026-11-20-00aa.key", ".epoch-2026-11-19-00bb.key.17"];
    // Another database may know the last: its volume may not be mounted today.
    let young =
        ["epoch-2026-11-24-00cc.key", "epoch-2026-11-23-00dd.key", "epoch-2026-11-18-00ee.key"];
    let others = ["root.key.copy", "notes.txt"];
    for name in old.iter().chain(&young).chain(&others) {
        fs::write(world.keys().join(name), "00").unwrap();
    }
    retention::daily(&world.app).await.unwrap();
    assert!(old.iter().all(|name| !world.keys().join(name).exists()));
    assert!(young.iter().chain(&others).all(|name| world.keys().join(name).exists()));
    let living = key_files(&world, "2026-11-24");
    assert_eq!(living.len(), 2, "the day's own key stays: {living:?}");
    world.ends().await;
}

#[tokio::test]
async fn one_days_lost_key_keeps_no_other_days_alive() {
    let mut world = World::new();
    let lost_day = world.app.clock.now().day();
    let lost = world.visitor("My key will be lost").await;
    world.app.clock.advance(DAY);
    let next_day = world.app.clock.now().day();
    let open = world.visitor("Mine stays").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, open.id).await.unwrap();
    fs::remove_file(world.keys().join(&key_files(&world, &lost_day)[0])).unwrap();
    world.app.clock.advance(DAY);
    world.restart().await;
    assert!(retention::daily(&world.app).await.is_err(), "it is told");
    assert!(key_files(&world, &next_day).is_empty(), "the other day's key went");
    says(&world, &ana, open.id, "Still here").await.unwrap();
    assert_eq!(state(&world, lost.id).await, State::Waiting, "its row waits for its key");
    world.ends().await;
}

#[tokio::test]
async fn a_catalogue_row_stays_ninety_days() {
    let world = World::new();
    closed_conversation(&world).await;
    waits(&world, 2 * MINUTE).await;
    waits(&world, HOUR).await;
    let listed = || async {
        retention::daily(&world.app).await.unwrap();
        deliveries(&world.app).await.unwrap().delivered.len()
    };
    world.app.clock.advance(89 * DAY);
    assert_eq!(listed().await, 1);
    world.app.clock.advance(2 * DAY);
    assert_eq!(listed().await, 0);
    assert_eq!(times(&world, "catalogue.expired").await, 1);
    world.ends().await;
}

#[tokio::test]
async fn what_a_shredded_conversation_left_goes_and_so_do_sessions_that_ended() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let (id, gone, now) = (asked.id, ConversationId::fresh(), world.app.clock.now());
    let planted = world.app.db.write(move |tx| {
        let account = &[1_u8];
        for conversation in [&id, &gone] {
            tx.run(
                "insert into receipt (conversation, part, destination, object, level, sha256, at) \
                 values ($1, 0, 'there', 'object', 'read_back', $2, 0)",
                values![conversation, &[0_u8]],
            )?;
            tx.run(
                "insert into job (kind, lane, subject, due_at, attempts, created_at) values ('shred', 'archive', $1, 0, 0, 0)",
                values![conversation],
            )?;
        }
        tx.run(
            "insert into account (id, name, display_name, role, departments, password, availability, \
             capacity, is_disabled, created_at) \
             values ($1, 'ana', 'Ana', 'agent', '', '', 'away', 1, 0, 0)",
            values![account],
        )?;
        for (hash, ends_at) in [(&[1_u8; 32], now), (&[2; 32], now.plus_seconds(60))] {
            tx.run(
                "insert into session (hash, account, created_at, used_at, ends_at) values ($1, $2, 0, 0, $3)",
                values![hash, account, ends_at],
            )?;
            tx.run(
                "insert into ticket (hash, session, ends_at) values ($1, $2, $3)",
                values![hash, hash, now.plus_seconds(30)],
            )?;
        }
        Ok(())
    });
    planted.await.unwrap();
    retention::daily(&world.app).await.unwrap();
    for (sql, left) in [
        ("select count(*) from receipt", 1),
        ("select count(*) from job where kind = 'shred'", 1),
        ("select count(*) from session", 1),
        ("select count(*) from ticket", 1),
    ] {
        let count = world.app.db.read(move |tx| tx.count(sql, values![])).await.unwrap();
        assert_eq!(count, left, "{sql}");
    }
    world.ends().await;
}

#[tokio::test]
async fn a_conversation_that_lacks_its_job_is_delivered_and_shredded_all_the_same() {
    let world = World::new();
    closed_conversation(&world).await;
    for (action, done) in [("transcript.delivered", 1), ("conversation.shredded", 1)] {
        let lost = world.app.db.write(|tx| tx.run("delete from job", values![]));
        lost.await.unwrap();
        waits(&world, 2 * HOUR).await;
        assert_eq!(times(&world, action).await, 0);
        retention::daily(&world.app).await.unwrap();
        waits(&world, MINUTE).await;
        assert_eq!(times(&world, action).await, done);
    }
    world.ends().await;
}
