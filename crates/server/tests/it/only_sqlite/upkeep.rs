//! What an operator does from the command line, on real files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use server::cli::transcript::Answer;
use server::cli::{audit, backup, keys, restore};
use server::conversation::{accept, close};
use server::ids::sha256;
use server::values;

use super::disk::{on_a_small_disk, small_disk};
use crate::canary::holding;
use crate::delivery::{MINUTE, closed_conversation, pending, times, waits};
use crate::world::World;

/// As in the program's own command line.
#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: Commands,
}

#[derive(Subcommand)]
enum Commands {
    Backup(backup::Backup),
    Restore(restore::Restore),
    #[command(subcommand)]
    Keys(keys::Command),
    #[command(subcommand)]
    Audit(audit::Command),
}

/// What a command answered and printed; an error is what it could not do.
async fn sotto(line: &[&str]) -> Result<(Answer, String), String> {
    let words = std::iter::once("sotto").chain(line.iter().copied());
    let line = Line::try_parse_from(words).map_err(|e| e.to_string())?;
    let mut printed = Vec::new();
    let ran = match &line.command {
        Commands::Backup(args) => backup::run(args, &mut printed).await,
        Commands::Restore(args) => restore::run(args, &mut printed).await,
        Commands::Keys(command) => keys::run(command, &mut printed).await,
        Commands::Audit(command) => audit::run(command, &mut printed).await,
    };
    let answer = ran.map_err(|e| format!("{e:#}"))?;
    Ok((answer, String::from_utf8(printed).expect("text")))
}

/// A settings' file for these folders.
fn settings(folder: &Path, name: &str, data: &Path, keys: &Path) -> String {
    let file = folder.join(format!("{name}.toml"));
    let text = format!("data_dir = {:?}\nkey_dir = {:?}\n", data.display(), keys.display());
    fs::write(&file, text).expect("writes");
    file.to_str().expect("text").to_owned()
}

fn of(world: &World) -> String {
    settings(world.whole(), "sotto", &world.data(), &world.keys())
}

fn shown(path: &Path) -> String {
    path.to_str().expect("text").to_owned()
}

fn copy_keys(world: &World, to: &Path, is_wanted: impl Fn(&str) -> bool) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(world.keys()).unwrap() {
        let entry = entry.unwrap();
        if is_wanted(entry.file_name().to_str().unwrap()) {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Everything below a folder, so that a change shows.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(snapshot(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

/// A world with one conversation shredded-to-be and one open, and its backup, taken
/// while somebody writes.
async fn backed_up() -> (World, crate::world::Visitor, String) {
    let world = World::new();
    closed_conversation(&world).await;
    waits(&world, 2 * MINUTE).await;
    let open = world.visitor("Are you open?").await;
    accept(&world.app, &world.agent("Ana"), open.id).await.unwrap();
    open.says(&world, "marrowquillfield before").await.unwrap();
    let (config, to) = (of(&world), shown(&world.whole().join("copy.db")));
    let command = ["backup", "--config", &config, "--to", &to];
    let words = command.map(str::to_owned);
    let backing_up = tokio::task::spawn_blocking(move || {
        let words = words.each_ref().map(String::as_str);
        tokio::runtime::Handle::current().block_on(sotto(&words))
    });
    let writing = async {
        for n in 0..50 {
            open.says(&world, &format!("marrowquillfield {n}")).await.unwrap();
        }
    };
    let (backed, ()) = tokio::join!(backing_up, writing);
    let (answer, printed) = backed.unwrap().unwrap();
    assert_eq!(answer, Answer::Yes);
    assert!(printed.contains("no root key and no epoch key"), "{printed}");
    assert!(sotto(&command).await.unwrap_err().contains("overwrites nothing"));
    (world, open, to)
}

#[tokio::test]
async fn a_backup_of_a_running_server_comes_back_with_the_keys_that_live() {
    let (world, open, copy) = backed_up().await;
    let (data, keys) = (world.whole().join("new-data"), world.whole().join("new-keys"));
    copy_keys(&world, &keys, |_| true);
    let config = settings(world.whole(), "new", &data, &keys);
    let command = ["restore", "--config", &config, "--from", &copy];
    let (answer, printed) = sotto(&command).await.unwrap();
    assert_eq!(answer, Answer::Yes);
    assert!(printed.contains("conversations   2"), "{printed}");
    assert!(printed.contains("The audit chain is whole"), "{printed}");
    assert!(!printed.contains("CANNOT"), "{printed}");
    let left: Vec<_> = snapshot(&data).into_keys().collect();
    assert_eq!(left, [data.join("sotto.db")], "one file, and no work is left");
    let refused = sotto(&command).await.unwrap_err();
    assert!(refused.contains("holds a database already"), "{refused}");
    let restored = world.starts_another(&data, &keys);
    let texts = restored.texts(open.id).await;
    assert_eq!(texts[0], "marrowquillfield before");
    open.says(&restored, "And on it goes").await.unwrap();
    restored.ends().await;
    world.ends().await;
}

/// Restores a backup beside the world that goes on, with its keys and its archive.
async fn restored(world: &World, copy: &str) -> World {
    let (data, keys) = (world.whole().join("new-data"), world.whole().join("new-keys"));
    copy_keys(world, &keys, |_| true);
    let config = settings(world.whole(), "new", &data, &keys);
    sotto(&["restore", "--config", &config, "--from", copy]).await.unwrap();
    let mut restored = world.starts_another(&data, &keys);
    let archive = destinations::folder::Config { path: world.archive(), must_hold: None };
    restored.delivers_to(&[("folder", archive)]);
    restored
}

#[tokio::test]
async fn what_was_delivered_after_the_backup_is_recognised_and_shredded_again() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    asked.says(&world, "Before the backup").await.unwrap();
    let copy = shown(&world.whole().join("copy.db"));
    sotto(&["backup", "--config", &of(&world), "--to", &copy]).await.unwrap();
    asked.says(&world, "After the backup").await.unwrap();
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    waits(&world, 2 * MINUTE).await;
    waits(&world, 60 * MINUTE).await;
    let delivered = snapshot(&world.archive());
    assert_eq!(delivered.len(), 3);
    let restored = restored(&world, &copy).await;
    close(&restored.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    for _ in 0..3 {
        waits(&restored, 15 * MINUTE).await;
    }
    assert!(pending(&restored).await.is_empty());
    waits(&restored, 60 * MINUTE).await;
    assert_eq!(times(&restored, "conversation.shredded").await, 1);
    assert!(snapshot(&world.archive()) == delivered, "nothing was changed there");
    restored.ends().await;
    world.ends().await;
}

#[tokio::test]
async fn what_was_said_after_a_restore_is_never_taken_for_what_was_delivered_before() {
    let world = World::new();
    let asked = world.visitor("Hello").await;
    let ana = world.agent("Ana");
    accept(&world.app, &ana, asked.id).await.unwrap();
    let copy = shown(&world.whole().join("copy.db"));
    sotto(&["backup", "--config", &of(&world), "--to", &copy]).await.unwrap();
    asked.says(&world, "The words of then").await.unwrap();
    asked.says(&world, "And more of them").await.unwrap();
    close(&world.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    waits(&world, 2 * MINUTE).await;
    let restored = restored(&world, &copy).await;
    asked.says(&restored, "Other words").await.unwrap();
    close(&restored.app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
    for _ in 0..6 {
        waits(&restored, 30 * MINUTE).await;
    }
    let [waiting] = &pending(&restored).await[..] else { panic!("a person decides") };
    assert_eq!(waiting.last_error.as_deref(), Some("exists"));
    assert_eq!(restored.texts(asked.id).await, ["Other words"]);
    restored.ends().await;
    world.ends().await;
}

#[tokio::test]
async fn the_same_words_signed_by_another_server_are_not_taken_for_ours() {
    let (mut ours, other) = (World::new(), World::new());
    let mut references = Vec::new();
    for world in [&other, &ours] {
        let asked = world.visitor("Hello").await;
        asked.says(world, "The very same words").await.unwrap();
        server::conversation::end(&world.app, asked.token.hash(), asked.id).await.unwrap();
        references.push(asked.reference);
    }
    let renamed = references[1].clone();
    let rename = other
        .app
        .db
        .write(move |tx| tx.run("update conversation set reference = $1", values![&renamed]));
    rename.await.unwrap();
    waits(&other, 2 * MINUTE).await;
    let delivered = snapshot(&other.archive());
    let folder = destinations::folder::Config { path: other.archive(), must_hold: None };
    ours.delivers_to(&[("folder", folder)]);
    for _ in 0..4 {
        waits(&ours, 30 * MINUTE).await;
    }
    let [waiting] = &pending(&ours).await[..] else { panic!("a person decides") };
    assert_eq!(waiting.last_error.as_deref(), Some("exists"));
    assert!(snapshot(&other.archive()) == delivered);
    other.ends().await;
    ours.ends().await;
}

#[tokio::test]
async fn without_the_days_key_a_backup_is_noise_and_restore_says_how_much_is_lost() {
    let (world, _, copy) = backed_up().await;
    assert_eq!(holding(world.whole(), "marrowquillfield"), Vec::<PathBuf>::new());
    let (data, keys) = (world.whole().join("new-data"), world.whole().join("new-keys"));
    copy_keys(&world, &keys, |name| name == "root.key");
    let config = settings(world.whole(), "new", &data, &keys);
    let before = snapshot(world.whole());
    let drill = ["restore", "--config", &config, "--from", &copy, "--drill"];
    let (answer, printed) = sotto(&drill).await.unwrap();
    assert_eq!(answer, Answer::Yes);
    assert!(printed.contains("2 conversations CANNOT be brought back"), "{printed}");
    assert!(printed.contains("2026-11-24  2  the epoch key"), "{printed}");
    assert!(printed.contains("Nothing was changed"), "{printed}");
    assert!(snapshot(world.whole()) == before, "a drill changes nothing");
    world.ends().await;
}

#[tokio::test]
async fn a_backup_that_is_not_whole_or_of_another_root_key_changes_nothing() {
    let (world, _, copy) = backed_up().await;
    let (data, keys) = (world.whole().join("new-data"), world.whole().join("new-keys"));
    let config = settings(world.whole(), "new", &data, &keys);
    let command = ["restore", "--config", &config, "--from", &copy];
    let refused = sotto(&command).await.unwrap_err();
    assert!(refused.contains("only with the root key"), "{refused}");
    fs::create_dir(&keys).unwrap();
    fs::write(keys.join("root.key"), "ab".repeat(32)).unwrap();
    let refused = sotto(&command).await.unwrap_err();
    assert!(refused.contains("not the one that this database was made with"), "{refused}");
    fs::copy(world.keys().join("root.key"), keys.join("root.key")).unwrap();
    let whole = fs::read(&copy).unwrap();
    fs::write(&copy, &whole[..whole.len() / 2]).unwrap();
    let refused = sotto(&command).await.unwrap_err();
    assert!(refused.contains("not a whole database"), "{refused}");
    assert!(snapshot(&data).is_empty());
    fs::write(&copy, whole).unwrap();
    sotto(&command).await.unwrap();
    world.ends().await;
}

#[tokio::test]
async fn a_backup_with_a_broken_chain_is_not_restored() {
    let world = World::new();
    closed_conversation(&world).await;
    let changed = world.app.db.write(|tx| {
        tx.run("update audit set action = 'nothing.happened' where seq = 2", values![])
    });
    changed.await.unwrap();
    let copy = shown(&world.whole().join("copy.db"));
    sotto(&["backup", "--config", &of(&world), "--to", &copy]).await.unwrap();
    let data = world.whole().join("new-data");
    let config = settings(world.whole(), "new", &data, &world.keys());
    let (answer, printed) =
        sotto(&["restore", "--config", &config, "--from", &copy]).await.unwrap();
    assert_eq!(answer, Answer::No);
    assert!(printed.contains("BROKEN at entry 2. Nothing was restored"), "{printed}");
    assert!(snapshot(&data).is_empty());
}

#[test]
fn a_backup_that_does_not_fit_leaves_nothing_behind() {
    on_a_small_disk("only_sqlite::upkeep::backing_up_to_a_small_disk", 100);
}

#[tokio::test]
#[ignore = "started by a_backup_that_does_not_fit_leaves_nothing_behind"]
async fn backing_up_to_a_small_disk() {
    let world = World::new();
    world.visitor("Hello").await;
    let (config, to) = (of(&world), small_disk().join("copy.db"));
    let refused = sotto(&["backup", "--config", &config, "--to", &shown(&to)]).await;
    assert!(refused.is_err_and(|why| !why.contains("settings")));
    assert!(snapshot(&small_disk()).is_empty());
    world.ends().await;
}

#[tokio::test]
async fn keys_are_listed_and_none_is_shown() {
    let world = World::new();
    world.visitor("Hello").await;
    let config = of(&world);
    let list = ["keys", "list", "--config", &config];
    let (answer, printed) = sotto(&list).await.unwrap();
    assert_eq!(answer, Answer::Yes);
    assert!(printed.contains("epoch    2026-11-24  /") && printed.contains("wraps 1"), "{printed}");
    for (path, bytes) in snapshot(&world.keys()) {
        let secret = String::from_utf8(bytes).unwrap();
        assert!(!printed.contains(&secret[..16]), "{} is shown", path.display());
    }
    let lost = snapshot(&world.keys()).into_keys().find(|key| !key.ends_with("root.key")).unwrap();
    fs::remove_file(lost).unwrap();
    let (answer, printed) = sotto(&list).await.unwrap();
    assert_eq!(answer, Answer::No);
    assert!(printed.contains("is MISSING"), "{printed}");
    world.ends().await;
}

async fn verified(world: &World) -> (Answer, String) {
    let (config, folder) = (of(world), shown(&world.archive()));
    sotto(&["audit", "verify", "--config", &config, "--against", &folder]).await.unwrap()
}

#[tokio::test]
async fn the_chain_is_whole_and_the_clinics_folder_is_its_anchor() {
    let world = World::new();
    closed_conversation(&world).await;
    waits(&world, 2 * MINUTE).await;
    let (answer, printed) = verified(&world).await;
    assert_eq!(answer, Answer::Yes, "{printed}");
    assert!(printed.contains("1 manifest compared with the chain, 0 WRONG"), "{printed}");
    // Someone takes the end off the chain, past what the folder knows.
    let cut =
        world.app.db.write(|tx| tx.touched("delete from audit where seq > 2", values![])).await;
    assert!(cut.unwrap() > 0);
    let (answer, printed) = verified(&world).await;
    assert_eq!(answer, Answer::No);
    assert!(printed.contains("names an entry that the chain does not have"), "{printed}");
}

#[tokio::test]
async fn a_last_part_that_was_taken_away_is_told_by_the_chain() {
    let world = World::new();
    let asked = closed_conversation(&world).await;
    waits(&world, 2 * MINUTE).await;
    let rated = server::conversation::rate(
        &world.app,
        asked.token.hash(),
        asked.id,
        "rating-1".to_owned(),
        5,
        None,
    );
    rated.await.unwrap();
    waits(&world, 60 * MINUTE).await;
    let (answer, printed) = verified(&world).await;
    assert_eq!(answer, Answer::Yes, "{printed}");
    let last = |path: &&PathBuf| path.to_str().unwrap().contains("-part1.");
    let files = snapshot(&world.archive());
    for path in files.keys().filter(last) {
        fs::remove_file(path).unwrap();
    }
    let (answer, printed) = verified(&world).await;
    assert_eq!(answer, Answer::No);
    assert!(printed.contains("part1.manifest.json  is missing"), "{printed}");
    for path in files.keys().filter(|path| path.exists()) {
        fs::remove_file(path).unwrap();
    }
    let (answer, printed) = verified(&world).await;
    assert_eq!(answer, Answer::Yes, "a clinic may move its transcripts elsewhere");
    assert!(printed.contains("1 conversation that the chain says were delivered"), "{printed}");
    world.ends().await;
}

#[tokio::test]
async fn an_exported_chain_can_be_checked_by_anyone_and_a_rewritten_one_lacks_its_signature() {
    let world = World::new();
    closed_conversation(&world).await;
    let config = of(&world);
    let (_, printed) = sotto(&["audit", "export", "--config", &config]).await.unwrap();
    let mut hash = vec![0; 32];
    let mut entries = 0_i64;
    for line in printed.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let word = |name: &str| entry[name].as_str().expect(name).to_owned();
        let plain = format!(
            "{}|{}|{}|{}|{}|{}|{}",
            entry["seq"],
            entry["at"],
            word("actor_kind"),
            word("actor"),
            word("action"),
            word("subject"),
            word("detail"),
        );
        hash = sha256(&[hash.as_slice(), plain.as_bytes()].concat()).to_vec();
        assert_eq!(data_encoding::HEXLOWER.encode(&hash), word("hash"));
        entries += 1;
    }
    assert!(entries >= 3, "{printed}");
    // Whoever can write to the database can make the hashes fit, but not sign them.
    let forged = world.app.db.write(move |tx| {
        let before = server::audit::hash_of(tx, entries.unsigned_abs() - 1)?.expect("a hash");
        let plain = format!("{entries}|7|system||nothing.happened||");
        let hash = sha256(&[before.as_slice(), plain.as_bytes()].concat());
        tx.run(
            "update audit set at = 7, actor_kind = 'system', actor = null, \
             action = 'nothing.happened', subject = null, detail = '', hash = $1 where seq = $2",
            values![&hash, entries],
        )
    });
    forged.await.unwrap();
    let (answer, printed) = sotto(&["audit", "verify", "--config", &config]).await.unwrap();
    assert_eq!(answer, Answer::No);
    assert!(printed.contains(&format!("BROKEN at entry {entries}")), "{printed}");
}

#[tokio::test]
async fn folders_are_looked_for_beside_the_settings_wherever_the_command_is_started() {
    let world = World::new();
    world.visitor("Hello").await;
    let config = settings(world.whole(), "relative", Path::new("data"), Path::new("keys"));
    let (answer, printed) = sotto(&["keys", "list", "--config", &config]).await.unwrap();
    assert!(answer == Answer::Yes && printed.contains("2026-11-24"), "{printed}");
    let config = settings(world.whole(), "empty", Path::new(""), Path::new("keys"));
    let refused = sotto(&["keys", "list", "--config", &config]).await.unwrap_err();
    assert!(refused.contains("data_dir names no directory"), "{refused}");
    world.ends().await;
}
