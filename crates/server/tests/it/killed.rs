//! A node that delivers and shreds, killed with -9 again and again.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use server::ids::random;
use server::{jobs, retention, values, workers};

use crate::delivery::{closed_conversation, names, pending, times, verifies};
use crate::world::World;

const FOLDER: &str = "STORY_FOLDER";
const SECONDS: &str = "STORY_SECONDS";
const CONVERSATIONS: usize = 10;
const KILLS: u32 = 24;
/// Between two starts, by the node's clock: claims and waits between tries run out.
const BETWEEN_SECONDS: u32 = 20 * 60;
/// From the start of its work; about as long as a few deliveries take.
const LIFE_MICROS_MAX: u32 = 120_000;
const AT_WORK: &str = "at work";

#[tokio::test]
async fn a_node_that_is_killed_at_any_moment_delivers_everything_once_and_then_shreds_it() {
    let mut world = World::new();
    for _ in 0..CONVERSATIONS {
        closed_conversation(&world).await;
    }
    world.app.db.close().await;
    let (_never_sends, never) = mpsc::channel::<()>();
    for kill in 1..=KILLS {
        let mut node = starts(&world, kill * BETWEEN_SECONDS);
        is_at_work(&mut node);
        let life = u32::from_be_bytes(random()) % LIFE_MICROS_MAX;
        let _over = never.recv_timeout(Duration::from_micros(life.into()));
        node.kill().expect("it is killed, or ended already");
        node.wait().expect("it ends");
    }
    for more in 1..=4 {
        let last = starts(&world, (KILLS + 4 * more) * BETWEEN_SECONDS);
        let last = last.wait_with_output().expect("it ends");
        assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stdout));
    }
    world.restart().await;
    assert!(pending(&world).await.is_empty());
    assert_eq!(names(&world.archive()).len(), 3 * CONVERSATIONS);
    verifies(world.archive()).await;
    let all = i64::try_from(CONVERSATIONS).unwrap();
    assert_eq!(times(&world, "transcript.delivered").await, all);
    assert_eq!(times(&world, "conversation.shredded").await, all);
    for sql in [
        "select count(*) from conversation",
        "select count(*) from event",
        "select count(*) from delivery",
        "select count(*) from delivery_document",
        "select count(*) from receipt",
        "select count(*) from job",
    ] {
        let left = world.app.db.read(move |tx| tx.count(sql, values![])).await.unwrap();
        assert_eq!(left, 0, "{sql}");
    }
    world.ends().await;
}

fn starts(world: &World, seconds: u32) -> Child {
    Command::new(std::env::current_exe().expect("this binary"))
        .args(["killed::a_node_in_a_process_of_its_own", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, world.whole())
        .env(SECONDS, seconds.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a node starts")
}

/// Waits until the node has begun, so that it dies at work and not on its way there.
fn is_at_work(node: &mut Child) {
    let said = BufReader::new(node.stdout.take().expect("it can be heard"));
    let is_told = said.lines().map_while(Result::ok).any(|line| line.contains(AT_WORK));
    assert!(is_told, "the node starts");
}

#[tokio::test]
#[ignore = "started by a_node_that_is_killed_at_any_moment_delivers_everything_once_and_then_shreds_it"]
async fn a_node_in_a_process_of_its_own() {
    let folder: PathBuf = std::env::var_os(FOLDER).expect("a folder").into();
    let seconds = std::env::var(SECONDS).expect("a time").parse().expect("seconds");
    let app = World::node_at(&folder, seconds);
    println!("{AT_WORK}");
    retention::daily(&app).await.unwrap();
    workers::run_all_due(&app).await.unwrap();
    let now = app.clock.now();
    for lane in jobs::Lane::ALL {
        let next = app.db.read(move |tx| jobs::next_due(tx, lane)).await.unwrap();
        assert!(next.is_none_or(|due| due > now), "everything that was due is done");
    }
    app.db.close().await;
}
