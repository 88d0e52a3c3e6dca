//! Between two tries everything may change but the bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use destinations::folder;
use protocol::http::PendingDelivery;
use server::archive::backlog::deliveries;
use server::archive::fate::Fate;
use server::archive::{deliver, replay};
use server::cli::transcript::{Answer, Command, Verify, run};
use server::conversation::{accept, close, reopen};
use server::ids::ConversationId;
use server::{jobs, values, workers};

use crate::only_sqlite::disk::{on_a_small_disk, small_disk};
use crate::world::{Visitor, World, says};

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(60 * 60);

pub async fn closed_conversation(world: &World) -> Visitor {
    let asked = world.visitor("Can I pay by card?").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    says(world, &ana, asked.id, "You can").await.unwrap();
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    asked
}

pub async fn waits(world: &World, time: Duration) {
    world.app.clock.advance(time);
    workers::run_all_due(&world.app).await.expect("the jobs run");
}

/// Every file that was delivered, by its name, with its bytes.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            found.push((name, fs::read(&path).expect("a file")));
        }
    }
    found.sort();
    found
}

pub fn names(folder: &Path) -> Vec<String> {
    files(folder).into_iter().map(|(name, _)| name).collect()
}

/// The one file whose name ends so.
pub fn find(folder: &Path, ending: &str) -> PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                return path;
            }
        }
    }
    panic!("no {ending}")
}

pub fn text(folder: &Path, ending: &str) -> String {
    let found = files(folder).into_iter().find(|(name, _)| name.ends_with(ending));
    String::from_utf8(found.unwrap_or_else(|| panic!("no {ending}")).1).expect("text")
}

pub async fn verifies(folder: PathBuf) {
    let mut printed = Vec::new();
    let command = Command::Verify(Verify::of_folder(folder));
    let answer = run(&command, &mut printed).await.expect("it runs");
    assert_eq!(answer, Answer::Yes, "{}", String::from_utf8_lossy(&printed));
}

pub async fn pending(world: &World) -> Vec<PendingDelivery> {
    deliveries(&world.app).await.expect("reads").pending
}

pub async fn times(world: &World, action: &'static str) -> i64 {
    let read = world
        .app
        .db
        .read(move |tx| tx.count("select count(*) from audit where action = $1", values![action]));
    read.await.expect("reads")
}

async fn receipts(world: &World, id: ConversationId) -> i64 {
    let read = world.app.db.read(move |tx| {
        tx.count("select count(*) from receipt where conversation = $1", values![&id])
    });
    read.await.expect("reads")
}

fn renamed(world: &World) {
    let mut sections = (*world.app.sections()).clone();
    sections.departments[0].name = "Welcome".to_owned();
    sections.dispositions[0].name = "All well".to_owned();
    sections.site.name = "Another name".to_owned();
    world.app.set_sections(sections).unwrap();
}

fn to(path: PathBuf) -> folder::Config {
    folder::Config { path, must_hold: None }
}

#[tokio::test]
async fn a_setting_that_changed_between_two_tries_changes_no_byte() {
    let mut world = World::new();
    let (near, far) = (world.archive(), world.whole().join("far"));
    world.delivers_to(&[("near", to(near.clone())), ("far", to(far.clone()))]);
    let asked = closed_conversation(&world).await;
    waits(&world, 2 * MINUTE).await;
    let first = files(&near);
    assert_eq!(first.len(), 3, "the one that answers has it at once");
    let [waiting] = &pending(&world).await[..] else { panic!("one is missing it") };
    assert_eq!((waiting.destination.as_str(), waiting.attempts), ("far", 1));
    assert_eq!(waiting.last_error.as_deref(), Some("folder_missing"));
    renamed(&world);
    fs::create_dir(&far).unwrap();
    waits(&world, 30 * MINUTE).await;
    assert_eq!(files(&far), first);
    assert_eq!(files(&near), first);
    assert!(pending(&world).await.is_empty());
    assert_eq!(
        (receipts(&world, asked.id).await, times(&world, "transcript.delivered").await),
        (6, 1)
    );
    verifies(far).await;
    let delivered = deliveries(&world.app).await.unwrap().delivered;
    let held: Vec<_> =
        delivered.iter().map(|one| (one.destination.as_str(), one.is_shredded)).collect();
    assert_eq!(held, [("far", false), ("near", false)]);
    assert_eq!(delivered[0].receipt_level, "read_back");
    waits(&world, HOUR).await;
    assert!(deliveries(&world.app).await.unwrap().delivered[0].is_shredded);
    assert_eq!(receipts(&world, asked.id).await, 0, "the catalogue keeps what they said");
    world.ends().await;
}

#[tokio::test]
async fn what_is_said_after_a_part_was_frozen_is_in_the_next_part() {
    let world = World::new();
    let asked = closed_conversation(&world).await;
    let away = world.archive().with_extension("away");
    fs::rename(world.archive(), &away).unwrap();
    waits(&world, 2 * MINUTE).await;
    let ana = world.agent("Ana");
    let ben = server::conversation::access::Agent { is_supervisor: true, ..ana };
    reopen(&world.app, &ben, asked.id).await.unwrap();
    says(&world, &ben, asked.id, "One more thing").await.unwrap();
    fs::rename(&away, world.archive()).unwrap();
    waits(&world, MINUTE).await;
    assert!(names(&world.archive()).is_empty(), "it is open: nothing is tried");
    close(&world.app, &ben, asked.id, Some("answered".to_owned())).await.unwrap();
    for _ in 0..3 {
        waits(&world, 2 * MINUTE).await;
    }
    assert_eq!(names(&world.archive()).len(), 6);
    assert!(!text(&world.archive(), "part0.json").contains("One more thing"));
    assert!(!text(&world.archive(), "part0.json").contains("reopened"));
    assert!(text(&world.archive(), "part1.json").contains("One more thing"));
    verifies(world.archive()).await;
    waits(&world, 2 * HOUR).await;
    assert_eq!(times(&world, "conversation.shredded").await, 1);
    world.ends().await;
}

#[tokio::test]
async fn reopened_between_put_and_commit_it_stays_open() {
    let world = World::new();
    let asked = closed_conversation(&world).await;
    world.app.clock.advance(2 * MINUTE);
    let frozen = deliver::freeze(&world.app, asked.id).await.unwrap().expect("a part");
    let destinations = world.app.destinations();
    let put = deliver::put(&world.app, asked.id, &frozen, &destinations).await.unwrap();
    assert_eq!(put, Fate::Complete);
    let ben = server::conversation::access::Agent { is_supervisor: true, ..world.agent("Ben") };
    reopen(&world.app, &ben, asked.id).await.unwrap();
    deliver::complete(&world.app, asked.id, &frozen, destinations).await.unwrap();
    says(&world, &ben, asked.id, "Still here").await.unwrap();
    waits(&world, 2 * MINUTE).await;
    assert!(pending(&world).await.is_empty(), "it is open: nothing waits for delivery");
    assert_eq!(names(&world.archive()).len(), 3);
    close(&world.app, &ben, asked.id, None).await.unwrap();
    waits(&world, 10 * MINUTE).await;
    waits(&world, 10 * MINUTE).await;
    assert!(text(&world.archive(), "part1.json").contains("Still here"));
    verifies(world.archive()).await;
    world.ends().await;
}

#[tokio::test]
async fn a_node_that_dies_after_any_step_delivers_once() {
    for steps in 0..4 {
        let mut world = World::new();
        let asked = closed_conversation(&world).await;
        world.app.clock.advance(2 * MINUTE);
        let app = world.app.clone();
        let mut frozen = None;
        if steps > 0 {
            frozen = deliver::freeze(&app, asked.id).await.unwrap();
        }
        if steps > 1 {
            // What is put but not noted: the bytes are there, the receipt is not.
            for document in &frozen.as_ref().unwrap().documents {
                app.destinations()[0].to.as_ref().unwrap().put(document).await.unwrap();
            }
        }
        if steps > 2 {
            let (frozen, to) = (frozen.as_ref().unwrap(), app.destinations());
            assert_eq!(deliver::put(&app, asked.id, frozen, &to).await.unwrap(), Fate::Complete);
        }
        let before = files(&world.archive());
        renamed(&world);
        world.restart().await;
        waits(&world, MINUTE).await;
        let after = files(&world.archive());
        assert_eq!(after.len(), 3, "after step {steps}");
        assert!(before.iter().all(|file| after.contains(file)), "after step {steps}");
        assert_eq!(times(&world, "transcript.delivered").await, 1, "after step {steps}");
        assert_eq!(receipts(&world, asked.id).await, 3, "after step {steps}");
        verifies(world.archive()).await;
        world.ends().await;
    }
}

#[tokio::test]
async fn two_nodes_that_deliver_at_once_deliver_once() {
    let world = World::new();
    let asked = closed_conversation(&world).await;
    world.app.clock.advance(2 * MINUTE);
    let now = world.app.clock.now();
    let claimed = world.app.db.write(move |tx| jobs::claim(tx, jobs::Lane::Archive, now)).await;
    let job = claimed.unwrap().expect("it is due");
    assert_eq!(job.subject, asked.id);
    let tries = (0..8).map(|_| deliver::deliver(&world.app, job));
    for tried in futures_util::future::join_all(tries).await {
        tried.unwrap();
    }
    assert_eq!(times(&world, "transcript.delivered").await, 1);
    assert_eq!(names(&world.archive()).len(), 3);
    world.ends().await;
}

#[tokio::test]
async fn without_a_destination_it_waits_in_sight_and_looks_again_every_quarter_of_an_hour() {
    let mut world = World::new();
    world.delivers_to(&[]);
    closed_conversation(&world).await;
    waits(&world, 2 * MINUTE).await;
    for tries in 1..4 {
        let [waiting] = &pending(&world).await[..] else { panic!("it is told") };
        assert_eq!(waiting.last_error.as_deref(), Some("no_destination"));
        assert_eq!(waiting.attempts, tries);
        assert_eq!(waiting.next_at - world.app.clock.now().0, 15 * 60 * 1000);
        assert_eq!(workers::run_all_due(&world.app).await.unwrap(), 0, "it does not spin");
        waits(&world, 15 * MINUTE).await;
    }
    world.delivers_to(&[("near", to(world.archive()))]);
    replay::all(&world.app).await.unwrap();
    workers::run_all_due(&world.app).await.unwrap();
    verifies(world.archive()).await;
    world.ends().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_by_its_code_and_loses_nothing() {
    let mut world = World::new();
    let blocked = world.whole().join("blocked");
    fs::write(&blocked, "a file").unwrap();
    let unmarked = folder::Config { path: world.archive(), must_hold: Some("mounted".to_owned()) };
    for (config, code) in [(to(blocked.join("below")), "not_a_folder"), (unmarked, "not_mounted")] {
        world.delivers_to(&[("there", config)]);
        let asked = closed_conversation(&world).await;
        for _ in 0..6 {
            waits(&world, 15 * MINUTE).await;
        }
        let waiting = pending(&world).await;
        let ours = waiting.iter().find(|one| one.reference == asked.reference).expect("it waits");
        assert_eq!(ours.last_error.as_deref(), Some(code));
        assert!(names(&world.archive()).is_empty());
    }
    fs::write(world.archive().join("mounted"), "").unwrap();
    waits(&world, 15 * MINUTE).await;
    assert!(pending(&world).await.is_empty());
    assert_eq!(times(&world, "transcript.delivered").await, 2);
    fs::remove_file(world.archive().join("mounted")).unwrap();
    verifies(world.archive()).await;
    world.ends().await;
}

/// On the small disk there is no other server.
mod only_sqlite {
    #[test]
    fn a_full_destination_is_told_and_loses_nothing() {
        super::on_a_small_disk("delivery::on_a_full_destination", 64);
    }
}

#[tokio::test]
#[ignore = "started by a_full_destination_is_told_and_loses_nothing"]
async fn on_a_full_destination() {
    let mut world = World::new();
    world.delivers_to(&[("there", to(small_disk()))]);
    let ballast = small_disk().join("ballast");
    fs::write(&ballast, vec![1; 56 * 1024]).unwrap();
    let asked = closed_conversation(&world).await;
    waits(&world, 2 * MINUTE).await;
    waits(&world, 2 * MINUTE).await;
    assert_eq!(pending(&world).await[0].last_error.as_deref(), Some("full"));
    assert_eq!(receipts(&world, asked.id).await, 0);
    fs::remove_file(&ballast).unwrap();
    waits(&world, 15 * MINUTE).await;
    assert!(pending(&world).await.is_empty());
    verifies(small_disk()).await;
    waits(&world, HOUR).await;
    assert_eq!(times(&world, "conversation.shredded").await, 1);
    world.ends().await;
}
