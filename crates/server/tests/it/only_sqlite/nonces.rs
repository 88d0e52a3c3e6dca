//! No nonce twice under one key, whatever is done and in whatever order.
//!
//! GCM breaks where a nonce repeats. So after each step every sealed value that was
//! ever committed is collected: from the rows as they are, and from every commit that
//! the write-ahead log still holds, so that what was overwritten counts too.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use data_encoding::HEXLOWER;
use proptest::prelude::*;
use proptest::test_runner::Config;
use rusqlite::Connection;
use server::conversation::access::Agent;
use server::conversation::{accept, close, rate, reopen};
use server::{retention, workers};

use crate::world::{Visitor, World, fresh_client_id, says};

const NONCE_BYTES: usize = 12;
const WAL_HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// Where the log's header and each frame's hold the salts of the log's generation.
const HEADER_SALTS: std::ops::Range<usize> = 16..24;
const FRAME_SALTS: std::ops::Range<usize> = 8..16;

/// A sealed value and the name of the key that sealed it.
type Sealed = (String, Vec<u8>);

#[derive(Debug, Clone)]
enum Step {
    Starts,
    VisitorSays(String),
    /// A value that both messages together make sensitive: the first is amended.
    VisitorSplitsACard,
    /// The same client id and text again, twice at once.
    VisitorResends,
    /// Many writers at once.
    AllSay,
    AgentSays(String),
    Closes,
    Rates,
    Reopens,
    /// Whether the destination is there or not.
    Delivers(bool),
    NextDay,
    Restarts,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Starts),
        3 => "[a-z ]{1,12}[a-z]".prop_map(Step::VisitorSays),
        2 => Just(Step::VisitorSplitsACard),
        1 => Just(Step::VisitorResends),
        1 => Just(Step::AllSay),
        2 => "[a-z ]{1,12}[a-z]".prop_map(Step::AgentSays),
        1 => Just(Step::Closes),
        1 => Just(Step::Rates),
        1 => Just(Step::Reopens),
        2 => any::<bool>().prop_map(Step::Delivers),
        1 => Just(Step::NextDay),
        1 => Just(Step::Restarts),
    ]
}

struct Scene {
    world: World,
    ana: Agent,
    asked: Visitor,
    seen: Seen,
}

impl Scene {
    async fn begins() -> Self {
        let world = World::new();
        let ana = Agent { is_supervisor: true, ..world.agent("Ana") };
        let asked = world.visitor("Hello").await;
        accept(&world.app, &ana, asked.id).await.unwrap();
        Self { world, ana, asked, seen: Seen::default() }
    }

    /// What the state does not allow is refused, and that is as good a step.
    async fn plays(&mut self, step: &Step) {
        let (world, asked, ana) = (&self.world, &self.asked, &self.ana);
        let app = &world.app;
        match step {
            Step::Starts => {
                let new = world.visitor("And I").await;
                accept(app, ana, new.id).await.unwrap();
                self.asked = new;
            }
            Step::VisitorSays(text) => drop(asked.says(world, text).await),
            Step::VisitorSplitsACard => {
                drop(asked.says(world, "my number is 4111 1111").await);
                drop(asked.says(world, "1111 1111").await);
            }
            Step::VisitorResends => {
                let id = fresh_client_id();
                drop(tokio::join!(
                    asked.sends(world, &id, "Once"),
                    asked.sends(world, &id, "Once")
                ));
                drop(asked.sends(world, &id, "Once").await);
            }
            Step::AllSay => {
                let all = (0..8).map(|n| {
                    let text = format!("word {n}");
                    async move { asked.says(world, &text).await }
                });
                drop(futures_util::future::join_all(all).await);
            }
            Step::AgentSays(text) => drop(says(world, ana, asked.id, text).await),
            Step::Closes => {
                drop(close(app, ana, asked.id, Some("answered".to_owned())).await);
            }
            Step::Rates => {
                let (token, id) = (asked.token.hash(), fresh_client_id());
                drop(rate(app, token, asked.id, id, 4, None).await);
            }
            Step::Reopens => drop(reopen(app, ana, asked.id).await),
            Step::Delivers(is_there) => {
                let away = world.archive().with_extension("away");
                if !is_there {
                    fs::rename(world.archive(), &away).unwrap();
                }
                app.clock.advance(Duration::from_secs(3 * 60));
                workers::run_all_due(app).await.unwrap();
                if !is_there {
                    fs::rename(&away, world.archive()).unwrap();
                }
            }
            Step::NextDay => {
                app.clock.advance(Duration::from_secs(24 * 60 * 60));
                retention::daily(app).await.unwrap();
            }
            Step::Restarts => self.world.restart().await,
        }
    }
}

/// Every sealed value so far.
#[derive(Default)]
struct Seen {
    by_nonce: HashMap<(String, Vec<u8>), Vec<u8>>,
    /// Generation of the log and bytes of it that were looked through.
    log: (Vec<u8>, usize),
}

impl Seen {
    fn looks(&mut self, world: &World) {
        let rows = rows(&world.data().join("sotto.db"));
        let log = self.new_commits(&world.data());
        let history: HashSet<&Sealed> = log.iter().flatten().collect();
        let known = |row: &Sealed| self.by_nonce.contains_key(&nonce_of(row));
        let is_told_twice = |row: &Sealed| known(row) || history.contains(row);
        assert!(rows.iter().all(is_told_twice), "the log holds what the rows hold");
        let all = rows.iter().chain(log.iter().flatten()).cloned().chain(key_files(&world.keys()));
        for sealed in all.collect::<Vec<_>>() {
            let nonce = nonce_of(&sealed);
            let before = self.by_nonce.entry(nonce).or_insert_with(|| sealed.1.clone());
            assert!(*before == sealed.1, "a nonce was used twice under {}", sealed.0);
        }
    }

    /// The rows as they were after each commit that was not looked at yet.
    fn new_commits(&mut self, data: &Path) -> Vec<Vec<Sealed>> {
        let log = fs::read(data.join("sotto.db-wal")).unwrap_or_default();
        let Some(generation) = log.get(HEADER_SALTS) else { return Vec::new() };
        if self.log.0 != generation {
            self.log = (generation.to_vec(), 0);
        }
        let ends = commits(&log);
        let looked_through = std::mem::replace(&mut self.log.1, ends.last().copied().unwrap_or(0));
        let mut found = Vec::new();
        for end in ends.into_iter().filter(|end| *end > looked_through) {
            let copy = tempfile::tempdir().unwrap();
            let file = copy.path().join("sotto.db");
            fs::copy(data.join("sotto.db"), &file).unwrap();
            fs::write(copy.path().join("sotto.db-wal"), &log[..end]).unwrap();
            found.push(rows(&file));
        }
        found
    }
}

fn nonce_of((key, bytes): &Sealed) -> (String, Vec<u8>) {
    (key.clone(), bytes[..NONCE_BYTES].to_vec())
}

/// Where each commit of this generation ends in the log
/// (sqlite.org/fileformat2.html#the_write_ahead_log).
fn commits(log: &[u8]) -> Vec<usize> {
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap()) as usize;
    let frame_bytes = FRAME_HEADER_BYTES + number(8);
    let mut ends = Vec::new();
    let mut at = WAL_HEADER_BYTES;
    while at + frame_bytes <= log.len() && log[at..][FRAME_SALTS] == log[HEADER_SALTS] {
        // The database's size in pages, set in a commit's last frame only.
        let is_commit = number(at + 4) != 0;
        at += frame_bytes;
        if is_commit {
            ends.push(at);
        }
    }
    ends
}

/// Every sealed value of a database, with the name of its key.
fn rows(file: &Path) -> Vec<Sealed> {
    let connection = Connection::open(file).unwrap();
    let mut found = Vec::new();
    for (key, sql) in [
        ("records", "select hex(conversation), sealed from event"),
        ("records", "select hex(id), name_sealed from conversation where name_sealed is not null"),
        ("documents", "select hex(conversation), sealed from delivery_document"),
        ("epoch", "select epoch, wrapped_key from conversation"),
        ("root", "select '', wrapped from install_key"),
        ("catalogue", "select '', sealed from catalogue"),
    ] {
        let mut statement = connection.prepare(sql).unwrap();
        let read = |row: &rusqlite::Row<'_>| {
            Ok((format!("{key} {}", row.get::<_, String>(0)?), row.get::<_, Vec<u8>>(1)?))
        };
        found.extend(statement.query_map([], read).unwrap().map(Result::unwrap));
    }
    found
}

/// Epoch keys, wrapped by the root in files of their own.
fn key_files(folder: &Path) -> Vec<Sealed> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let epochs = files.filter(|path| !path.ends_with("root.key"));
    epochs
        .map(|path| ("root ".to_owned(), HEXLOWER.decode(&fs::read(path).unwrap()).unwrap()))
        .collect()
}

proptest! {
    #![proptest_config(Config { cases: 12, max_shrink_iters: 40, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_nonce_is_used_twice_under_one_key(steps in prop::collection::vec(step(), 4..14)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut scene = Scene::begins().await;
            scene.seen.looks(&scene.world);
            for step in &steps {
                scene.plays(step).await;
                scene.seen.looks(&scene.world);
            }
            scene.world.ends().await;
        });
    }
}

#[tokio::test]
async fn what_an_amendment_overwrote_is_seen_too() {
    let mut scene = Scene::begins().await;
    scene.plays(&Step::VisitorSplitsACard).await;
    scene.seen.looks(&scene.world);
    let records = |seen: &Seen| seen.by_nonce.keys().filter(|key| key.0.starts_with("rec")).count();
    let now = rows(&scene.world.data().join("sotto.db"));
    let now = now.iter().filter(|row| row.0.starts_with("rec")).count();
    assert_eq!(records(&scene.seen), now + 1, "the row before the amendment is in the log alone");
    scene.world.ends().await;
}
