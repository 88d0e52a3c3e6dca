//! A node that stops, and files that are not what they were.

use server::conversation::accept;
use server::db::Tx;
use server::error::Error;
use server::{audit, values};

use crate::world::{World, says};

#[tokio::test]
async fn a_restart_in_mid_conversation_loses_nothing() {
    let mut world = World::new();
    let asked = world.visitor("Hello").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    asked.says(&world, "Before").await.unwrap();
    world.restart().await;
    says(&world, &ana, asked.id, "After").await.unwrap();
    assert_eq!(world.texts(asked.id).await, ["Before", "After"]);
    world.ends().await;
}

#[tokio::test]
async fn a_hundred_writers_at_once_leave_no_hole_and_no_double() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let posts = (0..100).map(|n| {
        let (world, asked) = (&world, &asked);
        async move { asked.says(world, &format!("word {n}")).await.unwrap().shown }
    });
    let mut shown = futures_util::future::join_all(posts).await;
    shown.sort_unstable();
    assert_eq!(shown, (2..=101).collect::<Vec<u64>>());
    assert_eq!(world.texts(asked.id).await.len(), 100);
    world.ends().await;
}

#[tokio::test]
async fn an_audit_entry_that_was_changed_or_taken_out_is_found() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    accept(&world.app, &world.agent("Ana"), asked.id).await.unwrap();
    world.seals().await;
    let first_broken = |tx: &mut Tx<'_>| audit::first_broken(tx);
    assert_eq!(world.app.db.read(first_broken).await.unwrap(), None);
    let change = |tx: &mut Tx<'_>| {
        tx.run("update audit set action = $1 where seq = 1", values!["nothing.happened"])
    };
    world.app.db.write(change).await.unwrap();
    assert_eq!(world.app.db.read(first_broken).await.unwrap(), Some(1));
    let take_out = |tx: &mut Tx<'_>| tx.run("delete from audit where seq = 1", values![]);
    world.app.db.write(take_out).await.unwrap();
    assert_eq!(world.app.db.read(first_broken).await.unwrap(), Some(1));
}

#[tokio::test]
async fn a_unit_of_work_that_panics_takes_no_other_with_it() {
    let world = World::new();
    let broken = world.app.db.write(|_| -> server::error::Result<()> { panic!("a bug") }).await;
    assert!(matches!(broken, Err(Error::Broken { .. })));
    let lost = world.app.db.read(|_| -> server::error::Result<()> { panic!("a bug") }).await;
    assert!(lost.is_err());
    let asked = world.visitor("Hello").await;
    asked.says(&world, "Still there?").await.unwrap();
    world.ends().await;
}

#[tokio::test]
async fn a_clock_that_steps_back_over_midnight_gets_another_key_for_its_day() {
    let world = World::new();
    world.visitor("Hello").await;
    let today = world.app.clock.now().day();
    let retire = world.app.db.write(move |tx| {
        tx.run("update epoch set destroyed_at = 1 where day = $1", values![today.as_str()])
    });
    retire.await.unwrap();
    let epochs = world.app.db.read(|tx| {
        tx.rows("select day, file from epoch", values![], |row| Ok((row.text(0)?, row.text(1)?)))
    });
    for (day, file) in epochs.await.unwrap() {
        world.app.keys.epochs.destroy(&day, &file).unwrap();
    }
    world.visitor("Hello again").await;
}
