//! Disks that are full, and what is lost then: nothing that was acknowledged.
//!
//! A scene with a small disk runs in a process of its own, in which a memory file
//! system of that size is mounted; the disk goes with the process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use server::db::Location;
use server::error::Error;
use server::keys::{Install, Keys};

use crate::world::{World, fresh_client_id, visitor};

const DISK: &str = "STORY_DISK";

/// Runs an ignored scene of this binary where [`small_disk`] holds this many KiB.
/// Where the system lets nobody mount, it says so and proves nothing.
pub fn on_a_small_disk(scene: &str, kib: u32) {
    let namespaces: [&[&str]; 2] = [&["--mount", "--map-root-user"], &["--mount"]];
    let may_mount = |arguments: &&[&str]| {
        let tried = Command::new("unshare").args(*arguments).arg("true").output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    let Some(namespace) = namespaces.into_iter().find(may_mount) else {
        eprintln!("not shown here: {scene} needs the right to mount a small disk");
        return;
    };
    let disk = tempfile::tempdir().expect("a temporary folder");
    let mounted = format!("mount -t tmpfs -o size={kib}k none \"${DISK}\" && exec \"$0\" \"$@\"");
    let played = Command::new("unshare")
        .args(namespace)
        .args(["sh", "-c", &mounted])
        .arg(std::env::current_exe().expect("this binary"))
        .args([scene, "--exact", "--ignored", "--nocapture"])
        .env(DISK, disk.path())
        .output()
        .expect("the scene starts");
    let said = String::from_utf8_lossy(&played.stdout);
    let complained = String::from_utf8_lossy(&played.stderr);
    assert!(played.status.success(), "{said}{complained}");
    assert!(said.contains("1 passed"), "no such scene: {scene}");
}

/// Where the small disk is, in a scene that runs on one.
pub fn small_disk() -> PathBuf {
    std::env::var_os(DISK).expect("the scene runs on a small disk").into()
}

#[test]
fn a_full_disk_answers_later_and_loses_nothing_that_was_acknowledged() {
    on_a_small_disk("only_sqlite::disk::on_a_full_disk", 2048);
}

#[tokio::test]
#[ignore = "started by a_full_disk_answers_later_and_loses_nothing_that_was_acknowledged"]
async fn on_a_full_disk() {
    let mut world = World::inside(&small_disk());
    let asked = world.visitor("Hello").await;
    let ballast = small_disk().join("ballast");
    fs::write(&ballast, vec![1; 1024 * 1024]).unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..4 {
        // The first round fills the disk with conversation, the others with ballast.
        if round > 0 {
            fill(&ballast);
        }
        let mut refused = 0;
        while refused < 3 {
            assert!(acknowledged.len() < 2000, "more was acknowledged than the disk can hold");
            let text = format!("word {round} {refused} {}", "and more of it ".repeat(200));
            match asked.says(&world, &text).await {
                Ok(_) => acknowledged.push(text),
                Err(Error::Later { .. }) => refused += 1,
                Err(error) => panic!("a full disk says {error}"),
            }
        }
        assert_eq!(world.texts(asked.id).await, acknowledged, "what was said is read meanwhile");
        fs::remove_file(&ballast).unwrap();
        let text = format!("there is room {round}");
        asked.says(&world, &text).await.expect("there is room again");
        acknowledged.push(text);
        if round == 1 {
            world.restart().await;
        }
        assert_eq!(world.texts(asked.id).await, acknowledged);
    }
    world.ends().await;
}

/// Until nothing goes in any more.
fn fill(ballast: &Path) {
    use std::io::Write;
    let mut file = fs::File::create(ballast).unwrap();
    while file.write_all(&[1; 1024]).is_ok() {}
}

/// The one epoch key of a world's first day.
fn epoch_key(world: &World) -> PathBuf {
    let files = fs::read_dir(world.keys()).unwrap().map(|file| file.unwrap().path());
    files.into_iter().find(|path| !path.ends_with("root.key")).expect("an epoch key")
}

#[tokio::test]
async fn an_epoch_key_that_cannot_be_read_answers_later_until_it_can() {
    let mut world = World::new();
    let asked = world.visitor("Hello").await;
    asked.says(&world, "Before").await.unwrap();
    let (key, aside) = (epoch_key(&world), world.whole().join("aside"));
    fs::rename(&key, &aside).unwrap();
    // A folder in its place cannot be read as a file, by nobody.
    fs::create_dir(&key).unwrap();
    world.restart().await;
    assert!(matches!(asked.says(&world, "Meanwhile").await, Err(Error::Later { .. })));
    let id = fresh_client_id();
    let start = || visitor(world.app.clone(), "front-desk", &id, "Me too");
    assert!(matches!(start().await.err(), Some(Error::Later { .. })));
    fs::remove_dir(&key).unwrap();
    fs::rename(&aside, &key).unwrap();
    asked.says(&world, "After").await.unwrap();
    start().await.unwrap();
    assert_eq!(world.texts(asked.id).await, ["Before", "After"]);
    world.ends().await;
}

#[tokio::test]
async fn a_new_days_key_that_cannot_be_written_answers_later_until_it_can() {
    let world = World::new();
    world.visitor("Hello").await;
    world.app.clock.advance(Duration::from_secs(24 * 60 * 60));
    let aside = world.whole().join("aside");
    fs::rename(world.keys(), &aside).unwrap();
    let id = fresh_client_id();
    let tries = || visitor(world.app.clone(), "front-desk", &id, "Good morning");
    assert!(matches!(tries().await.err(), Some(Error::Later { .. })));
    fs::rename(&aside, world.keys()).unwrap();
    tries().await.unwrap();
    world.ends().await;
}

#[tokio::test]
async fn a_start_with_another_root_key_or_none_is_refused_in_words() {
    let world = World::new();
    world.visitor("Hello").await;
    world.app.db.close().await;
    let database = world.data().join("sotto.db");
    let starts = |keys: &Path| {
        let root = Keys::root(keys, false)?;
        Install::open(&Location::File(database.clone()), &root).map(|_| ())
    };
    let refusal = |keys: &Path| starts(keys).unwrap_err().to_string();
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(refusal(elsewhere.path()).contains("has no root.key"));
    fs::write(elsewhere.path().join("root.key"), "not hex").unwrap();
    assert!(refusal(elsewhere.path()).contains("does not hold 64 hex digits"));
    fs::write(elsewhere.path().join("root.key"), "00".repeat(32)).unwrap();
    assert!(refusal(elsewhere.path()).contains("root.key is not the one"));
    let nowhere = Location::File(elsewhere.path().join("no/such/sotto.db")).alone(|_| Ok(()));
    assert!(nowhere.unwrap_err().to_string().contains("is the data directory there"));
    starts(&world.keys()).expect("its own key opens it");
}
