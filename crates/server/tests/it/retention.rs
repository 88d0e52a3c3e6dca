//! After the hard shred an old copy of the database is noise.

use std::time::Duration;

use server::conversation::{accept, store};
use server::db::Tx;
use server::error::Error;
use server::keys::ConversationKey;
use server::{retention, workers};

use crate::world::{World, says};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn a_copy_from_before_opens_with_no_key_that_is_left() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let id = asked.id;
    let copied = move |tx: &mut Tx<'_>| store::secrets(tx, id)?.ok_or(Error::NotFound);
    let copy = world.app.db.read(copied).await.unwrap();
    world.app.clock.advance(DAY);
    workers::run_all_due(&world.app).await.unwrap();
    assert_eq!(retention::hard_shred(&world.app).await.unwrap(), 1);
    let epochs = world.app.keys.epochs.clone();
    let (yesterday, today) = (copy.epoch.clone(), world.app.clock.now().day());
    let left = world.app.db.read(move |tx| {
        assert!(matches!(epochs.known(tx, &yesterday), Err(Error::NotFound)));
        epochs.known(tx, &today)
    });
    let left = left.await.unwrap();
    assert!(ConversationKey::unwrap(&left, id, &copy.wrapped_key).is_err());
    let files = std::fs::read_dir(world.keys()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| name.contains(&copy.epoch)).count(), 0);
    world.ends().await;
}

#[tokio::test]
async fn a_conversation_over_midnight_goes_on_under_the_new_days_key() {
    let mut world = World::new();
    world.app.clock.advance(Duration::from_secs(15 * 60 * 60));
    let asked = world.visitor("It is late").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    asked.says(&world, "Before midnight").await.unwrap();
    world.app.clock.advance(Duration::from_secs(2 * 60 * 60));
    assert_eq!(retention::hard_shred(&world.app).await.unwrap(), 1);
    world.restart().await;
    says(&world, &ana, asked.id, "After midnight").await.unwrap();
    assert_eq!(world.texts(asked.id).await, ["Before midnight", "After midnight"]);
    world.ends().await;
}
