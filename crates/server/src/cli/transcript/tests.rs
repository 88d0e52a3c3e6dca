use clap::Parser;

use super::*;
use crate::archive::editions::Editions;
use crate::archive::manifest::{Head, Signer};
use crate::archive::transcript::{At, Transcript, sample};

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

struct World {
    folder: tempfile::TempDir,
    signer: Signer,
}

impl World {
    /// A folder with one conversation and its addendum, and another conversation.
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let world = Self { folder, signer: Signer::from_seed(&[7; 32]) };
        let first = world.deliver(&sample::conversation()).await;
        world.deliver(&sample::addendum(first)).await;
        let other = Transcript { reference: "M2WE-9RTA".to_owned(), ..sample::conversation() };
        world.deliver(&other).await;
        world
    }

    async fn deliver(&self, transcript: &Transcript) -> [u8; 32] {
        let there = opened(self.folder.path()).expect("a good path");
        let head = Head { seq: 1, hash: [1; 32] };
        let documents =
            crate::archive::render(transcript, &self.signer, &head, At(1), &Editions::plain())
                .expect("a good reference");
        let mut last = [0; 32];
        for document in &documents {
            last = there.put(document).await.expect("the folder takes it").sha256;
        }
        last
    }

    async fn run(&self, arguments: &[&str]) -> (anyhow::Result<Answer>, String) {
        let folder = self.folder.path().to_str().expect("a plain path");
        let start = ["sotto", arguments[0], "--folder", folder];
        let line = Line::try_parse_from(start.iter().chain(&arguments[1..])).expect("it parses");
        let mut out = Vec::new();
        let answer = run(&line.command, &mut out).await;
        (answer, String::from_utf8(out).expect("text"))
    }
}

#[tokio::test]
async fn a_list_names_each_part_and_what_it_has() {
    let world = World::new().await;
    let (answer, out) = world.run(&["list"]).await;
    assert_eq!(answer.expect("it ran"), Answer::Yes);
    assert_eq!(
        out,
        "2026/11/K7QX-4MPD/K7QX-4MPD-part0  html json manifest.json\n\
         2026/11/K7QX-4MPD/K7QX-4MPD-part1  html json manifest.json\n\
         2026/11/M2WE-9RTA/M2WE-9RTA-part0  html json manifest.json\n\
         3 parts\n"
    );
    let (_, out) = world.run(&["list", "2025"]).await;
    assert_eq!(out, "0 parts\n");
}

#[tokio::test]
async fn good_transcripts_are_good_and_an_unpinned_key_is_said_loudly() {
    let world = World::new().await;
    let key = world.signer.public_key().to_string();
    let (answer, out) = world.run(&["verify", "--public-key", &key]).await;
    assert_eq!(answer.expect("it ran"), Answer::Yes);
    assert_eq!(
        out,
        "K7QX-4MPD  good  2 parts\nM2WE-9RTA  good  1 part\n2 conversations, all good\n"
    );
    std::fs::create_dir(world.folder.path().join("other")).expect("makes it");
    std::fs::write(world.folder.path().join("other/note.txt"), "not ours").expect("writes");
    let file = world.folder.path().join("key.hex");
    std::fs::write(&file, format!("{key}\n")).expect("writes");
    let (answer, out) = world.run(&["verify", "--public-key", file.to_str().expect("plain")]).await;
    assert_eq!(answer.expect("it ran"), Answer::Yes, "{out}");
    let (answer, out) = world.run(&["verify"]).await;
    assert_eq!(answer.expect("it ran"), Answer::Yes);
    assert!(out.contains("KEY NOT PINNED") && out.contains(&key), "{out}");
}

#[tokio::test]
async fn a_changed_page_is_named_and_the_answer_is_no() {
    let world = World::new().await;
    let page = world.folder.path().join("2026/11/M2WE-9RTA/M2WE-9RTA-part0.html");
    std::fs::write(&page, "<p>Something else</p>").expect("writes");
    let (answer, out) = world.run(&["verify"]).await;
    assert_eq!(answer.expect("it ran"), Answer::No);
    assert!(out.contains("M2WE-9RTA  NOT GOOD\n  M2WE-9RTA-part0.html  is not what was signed\n"));
    assert!(out.contains("2 conversations, 1 NOT GOOD"));
    let (answer, _) = world.run(&["verify", "K7QX-4MPD"]).await;
    assert_eq!(answer.expect("it ran"), Answer::Yes, "only the other was changed");
}

#[tokio::test]
async fn another_key_or_an_unknown_reference_is_no() {
    let world = World::new().await;
    let other = Signer::from_seed(&[8; 32]).public_key().to_string();
    let (answer, out) = world.run(&["verify", "--public-key", &other]).await;
    assert_eq!(answer.expect("it ran"), Answer::No);
    assert!(out.contains("is signed with a key that you did not name"), "{out}");
    let (answer, out) = world.run(&["verify", "ZZZZ-ZZZZ"]).await;
    assert_eq!(answer.expect("it ran"), Answer::No);
    assert!(out.starts_with("ZZZZ-ZZZZ  NOT FOUND\n"), "{out}");
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_an_error_and_not_an_answer() {
    let world = World::new().await;
    let (answer, _) = world.run(&["verify", "--public-key", "nonsense"]).await;
    assert!(answer.is_err());
    let gone = World { folder: tempfile::tempdir().expect("a folder"), ..world };
    std::fs::remove_dir(gone.folder.path()).expect("it is empty");
    let (answer, _) = gone.run(&["list"]).await;
    let said = answer.expect_err("the folder is gone").to_string();
    assert!(said.contains("Create it, or mount the share"), "{said}");
}
