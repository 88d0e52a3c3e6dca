//! Required, optional and paused destinations, places that change, parts that are stuck.

use std::fs;
use std::path::PathBuf;

use destinations::{Config as To, folder};
use protocol::destination::Terms;
use server::archive::{backlog, replay};
use server::config::destination::NamedDestination;
use server::config::sections::Sections;

use crate::delivery::{HOUR, MINUTE, closed_conversation, names, pending, times, waits};
use crate::world::World;

fn at(name: &str, path: PathBuf, terms: Terms) -> NamedDestination {
    let to = To::Folder(folder::Config { path, must_hold: None });
    NamedDestination { terms, ..NamedDestination::new(name, to) }
}

fn delivers_to(world: &World, destinations: Vec<NamedDestination>) {
    let sections = Sections { destinations, ..(*world.app.sections()).clone() };
    world.app.set_sections(sections).unwrap();
}

fn optional() -> Terms {
    Terms { is_required: false, ..Terms::default() }
}

#[tokio::test]
async fn an_optional_destination_is_waited_for_an_hour_and_holds_up_no_key() {
    let world = World::new();
    let far = at("far", world.whole().join("far"), optional());
    delivers_to(&world, vec![at("near", world.archive(), Terms::default()), far]);
    closed_conversation(&world).await;
    waits(&world, 2 * MINUTE).await;
    assert_eq!(times(&world, "transcript.delivered").await, 0, "it may still come back");
    for _ in 0..5 {
        waits(&world, 15 * MINUTE).await;
    }
    assert_eq!(times(&world, "transcript.delivered").await, 1);
    assert_eq!(times(&world, "transcript.given_up").await, 1, "it is told");
    waits(&world, 2 * HOUR).await;
    assert_eq!(times(&world, "conversation.shredded").await, 1);
    world.ends().await;
}

#[tokio::test]
async fn a_paused_destination_gets_nothing_and_keeps_the_key() {
    let world = World::new();
    let paused = Terms { is_paused: true, ..Terms::default() };
    delivers_to(&world, vec![at("near", world.archive(), paused)]);
    closed_conversation(&world).await;
    for _ in 0..20 {
        waits(&world, HOUR).await;
    }
    assert!(names(&world.archive()).is_empty());
    let [backlog] = &backlog::backlogs(&world.app).await.unwrap()[..] else { panic!("one") };
    assert!(backlog.is_paused && backlog.oldest_at.is_some());
    assert_eq!((backlog.waiting, backlog.stuck), (1, 0));
    delivers_to(&world, vec![at("near", world.archive(), Terms::default())]);
    replay::all(&world.app).await.unwrap();
    waits(&world, MINUTE).await;
    assert_eq!(times(&world, "transcript.delivered").await, 1);
    world.ends().await;
}

#[tokio::test]
async fn a_receipt_counts_at_its_place_and_not_at_its_name() {
    let world = World::new();
    let (old, new) = (world.archive(), world.whole().join("new"));
    let lost = || at("lost", world.whole().join("lost"), Terms::default());
    delivers_to(&world, vec![at("main", old.clone(), Terms::default()), lost()]);
    closed_conversation(&world).await;
    waits(&world, 2 * MINUTE).await;
    assert_eq!(names(&old).len(), 3, "one of two has it");
    fs::create_dir(&new).unwrap();
    fs::create_dir(world.whole().join("lost")).unwrap();
    delivers_to(&world, vec![at("main", new.clone(), Terms::default()), lost()]);
    replay::all(&world.app).await.unwrap();
    waits(&world, MINUTE).await;
    assert_eq!(names(&new).len(), 3, "the new place proves it too");
    assert_eq!(times(&world, "transcript.delivered").await, 1);
    world.ends().await;
}

#[tokio::test]
async fn after_five_days_a_part_waits_for_a_person_and_loses_nothing() {
    let world = World::new();
    let away = world.archive().with_extension("away");
    fs::rename(world.archive(), &away).unwrap();
    let asked = closed_conversation(&world).await;
    for _ in 0..5 * 24 * 2 {
        waits(&world, 30 * MINUTE).await;
    }
    waits(&world, HOUR).await;
    let [waiting] = &pending(&world).await[..] else { panic!("it is told") };
    assert!(waiting.is_stuck);
    assert_eq!(times(&world, "transcript.stuck").await, 1);
    let [backlog] = &backlog::backlogs(&world.app).await.unwrap()[..] else { panic!("one") };
    assert_eq!((backlog.waiting, backlog.stuck), (1, 1));
    assert_eq!(backlog.last_error.as_deref(), Some("folder_missing"));
    fs::rename(&away, world.archive()).unwrap();
    waits(&world, 24 * HOUR).await;
    assert!(names(&world.archive()).is_empty(), "nobody asked yet");
    let reference = Some(asked.reference.clone());
    assert_eq!(replay::asked(&world.app, None, reference).await.unwrap(), 1);
    waits(&world, MINUTE).await;
    assert_eq!(names(&world.archive()).len(), 3);
    waits(&world, 2 * HOUR).await;
    assert_eq!(times(&world, "conversation.shredded").await, 1);
    world.ends().await;
}
