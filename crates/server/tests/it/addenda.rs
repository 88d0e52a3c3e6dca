//! What comes after delivery goes out as further parts, each following the one before.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use protocol::event::Body;
use sensitive::Sensitive;
use server::cli::transcript::{Answer, Command, Verify, run};
use server::conversation::{Stretch, rate, redact};
use server::ids::sha256;

use crate::delivery::{
    HOUR, MINUTE, closed_conversation, files, names, text, times, verifies, waits,
};
use crate::world::{Visitor, World, fresh_client_id};

async fn rates(world: &World, asked: &Visitor, score: u8, comment: &str) {
    let comment = Some(Sensitive::new(comment.to_owned()));
    let rated =
        rate(&world.app, asked.token.hash(), asked.id, "rating-1".to_owned(), score, comment);
    rated.await.expect("it is rated");
}

/// A supervisor hides the whole message of a seq.
async fn redacts(world: &World, asked: &Visitor, seq: u64) {
    let mut chief = world.agent("Chief");
    chief.is_supervisor = true;
    let words = world.thread(asked.id).await.into_iter().nth(seq as usize - 1);
    let Some(Body::Message { text, .. }) = words else { panic!("{seq} is a message") };
    let end = u32::try_from(text.as_str().chars().count()).unwrap();
    let stretch = Stretch { number: seq, field: None, start: 0, end };
    let id = fresh_client_id();
    redact(&world.app, &chief, asked.id, id, stretch).await.expect("it is redacted");
}

/// Delivered, then rated, then redacted: three parts.
async fn three_parts(world: &World) -> Visitor {
    let asked = closed_conversation(world).await;
    waits(world, 2 * MINUTE).await;
    assert_eq!(names(&world.archive()).len(), 3);
    rates(world, &asked, 5, "Thank you, kind people").await;
    // The shred finds it, if nothing else did: what came later goes out first.
    waits(world, HOUR).await;
    assert_eq!(names(&world.archive()).len(), 6);
    redacts(world, &asked, 3).await;
    waits(world, MINUTE).await;
    assert_eq!(names(&world.archive()).len(), 9);
    asked
}

fn manifest_hash(folder: &Path, part: u32) -> String {
    let ending = format!("part{part}.manifest.json");
    let (_, bytes) = files(folder).into_iter().find(|(name, _)| name.ends_with(&ending)).unwrap();
    data_encoding::HEXLOWER.encode(&sha256(&bytes))
}

#[tokio::test]
async fn a_rating_and_a_redaction_go_out_as_parts_that_follow_each_other() {
    let world = World::new();
    three_parts(&world).await;
    let folder = world.archive();
    verifies(folder.clone()).await;
    assert!(text(&folder, "part0.json").contains("You can"));
    let rated = text(&folder, "part1.json");
    assert!(rated.contains("Thank you, kind people"), "{rated}");
    assert!(!rated.contains("You can"), "a part holds what is new: {rated}");
    assert!(rated.contains(&format!("\"follows\":\"{}\"", manifest_hash(&folder, 0))), "{rated}");
    let redacted = text(&folder, "part2.json");
    assert!(redacted.contains("XXX XXX") && redacted.contains("\"target\":3"), "{redacted}");
    assert!(redacted.contains(&manifest_hash(&folder, 1)), "{redacted}");
    assert_eq!(times(&world, "transcript.delivered").await, 3);
    waits(&world, HOUR).await;
    assert_eq!(times(&world, "conversation.shredded").await, 1, "the grace time began anew");
    let delivered = server::archive::backlog::deliveries(&world.app).await.unwrap().delivered;
    assert_eq!(delivered.len(), 3, "the catalogue knows every part");
    world.ends().await;
}

async fn findings(folder: PathBuf) -> (Answer, String) {
    let mut printed = Vec::new();
    let command = Command::Verify(Verify::of_folder(folder));
    let answer = run(&command, &mut printed).await.expect("it runs");
    (answer, String::from_utf8(printed).expect("text"))
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    let month = folder.join("2026/11");
    let reference = fs::read_dir(month).unwrap().next().unwrap().unwrap().path();
    let mut paths: Vec<_> =
        fs::read_dir(reference).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn a_changed_and_a_missing_file_of_any_part_is_named() {
    let world = World::new();
    three_parts(&world).await;
    let paths = paths(&world.archive());
    assert_eq!(paths.len(), 9);
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let whole = fs::read(&path).unwrap();
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, changed).unwrap();
        let (answer, printed) = findings(world.archive()).await;
        assert_eq!(answer, Answer::No);
        assert!(printed.contains(&format!("{name}  is not what was signed")), "{printed}");
        fs::remove_file(&path).unwrap();
        let (answer, printed) = findings(world.archive()).await;
        assert_eq!(answer, Answer::No);
        assert!(printed.contains(&format!("{name}  is missing")), "{printed}");
        fs::write(&path, whole).unwrap();
    }
    verifies(world.archive()).await;
    world.ends().await;
}
