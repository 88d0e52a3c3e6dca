//! A fresh install for one story: real files, a clock that the story moves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use protocol::agent::Disposition;
use protocol::event::Body;
use protocol::http::{Start, StartAnswer};
use sensitive::Sensitive;
use server::app::App;
use server::bus::Bus;
use server::clock::{Clock, Millis};
use server::config::destination::NamedDestination;
use server::config::sections::{Department, Sections, Site};
use server::conversation::access::Agent;
use server::conversation::{Posted, Poster, Started, post_message, start, store};
use server::db::{Db, Location};
use server::error::{Error, Result};
use server::events::Recent;
use server::ids::{AccountId, ConversationId, Secret};
use server::keys::{ConversationKey, Install, Keys, Place};
use server::{audit, db};

use crate::engine;

/// 2026-11-24, 08:00 UTC.
pub const MORNING: Millis = Millis(1_795_507_200_000);

pub struct World {
    pub app: App,
    folder: tempfile::TempDir,
}

/// A visitor with a conversation.
pub struct Visitor {
    pub id: ConversationId,
    pub reference: String,
    pub token: Secret,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let app = node(folder.path(), Clock::moved(MORNING), true);
        Self { app, folder }
    }

    /// A fresh install inside a folder that the story chose.
    pub fn inside(parent: &Path) -> Self {
        let folder = tempfile::tempdir_in(parent).expect("a temporary folder");
        let app = node(folder.path(), Clock::moved(MORNING), true);
        Self { app, folder }
    }

    /// The same node, from now on with other destinations.
    pub fn delivers_to(&mut self, folders: &[(&str, destinations::folder::Config)]) {
        let named = |(name, config): &(&str, destinations::folder::Config)| {
            NamedDestination::new(name, destinations::Config::Folder(config.clone()))
        };
        let destinations = folders.iter().map(named).collect();
        let sections = Sections { destinations, ..(*self.app.sections()).clone() };
        self.app.set_sections(sections).expect("destinations that open");
    }

    /// A node on an install's folder, so long after the first morning.
    pub fn node_at(folder: &Path, seconds: u32) -> App {
        node(folder, Clock::moved(MORNING.plus_seconds(seconds)), false)
    }

    /// Another node on files that were put elsewhere, with the same clock and archive.
    pub fn starts_another(&self, data: &Path, keys: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (from, to) in [(data, "data"), (keys, "keys")] {
            std::fs::rename(from, folder.path().join(to)).expect("on the same disk");
        }
        let app = node(folder.path(), self.app.clock.clone(), false);
        Self { app, folder }
    }

    /// Another node on the same rows and keys, with the same clock; the two do not ring
    /// each other.
    pub fn another_node(&self) -> App {
        node(self.folder.path(), self.app.clock.clone(), false)
    }

    /// The folder that holds data, keys and archive.
    pub fn whole(&self) -> &Path {
        self.folder.path()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    pub fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    /// Stops the node and starts another on the same files.
    pub async fn restart(&mut self) {
        self.app.db.close().await;
        self.app = node(self.folder.path(), self.app.clock.clone(), false);
    }

    pub fn agent(&self, name: &str) -> Agent {
        Agent {
            id: AccountId::fresh(),
            name: name.to_owned(),
            is_supervisor: false,
            departments: vec!["front-desk".to_owned()],
        }
    }

    /// A visitor who asks this in the pre-chat form.
    pub async fn visitor(&self, question: &str) -> Visitor {
        visitor(self.app.clone(), "front-desk", &fresh_client_id(), question).await.expect("starts")
    }

    /// All events as they are stored now, opened.
    pub async fn thread(&self, id: ConversationId) -> Vec<Body> {
        let epochs = self.app.keys.epochs.clone();
        let read = self.app.db.read(move |tx| {
            let secrets = store::secrets(tx, id)?.ok_or(Error::NotFound)?;
            let epoch = epochs.known(tx, &secrets.epoch)?;
            let key = ConversationKey::unwrap(&epoch, id, &secrets.wrapped_key)?;
            let events = store::events_after(tx, id, 0, 1000)?;
            let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
            assert_eq!(seqs, (1..=events.len() as u64).collect::<Vec<_>>(), "seq is dense");
            let shown: Vec<u64> = events.iter().map(|e| e.shown).filter(|n| *n > 0).collect();
            assert_eq!(shown, (1..=shown.len() as u64).collect::<Vec<_>>(), "shown is dense");
            let open = |event: &server::events::Event| {
                let opened = key.open(&Place::of(event), &event.sealed)?;
                Ok(serde_json::from_slice(opened.bytes()).expect("a body"))
            };
            events.iter().map(open).collect::<Result<Vec<Body>>>()
        });
        read.await.expect("the thread opens")
    }

    /// The texts of the messages, as a screen would show them.
    pub async fn texts(&self, id: ConversationId) -> Vec<String> {
        let thread = self.thread(id).await;
        let text = |body| match body {
            Body::Message { text, .. } => Some(text.as_str().to_owned()),
            _ => None,
        };
        thread.into_iter().filter_map(text).collect()
    }

    /// Seals the audit entries that no commit sealed, as a running node does every second.
    pub async fn seals(&self) {
        audit::seal_new(&self.app).await.expect("seals");
    }

    /// At the end of a story: no gap in the audit chain.
    pub async fn ends(self) {
        self.seals().await;
        let broken = self.app.db.read(audit::first_broken).await.expect("reads");
        assert_eq!(broken, None, "the audit chain is whole");
        self.app.db.close().await;
    }
}

impl Visitor {
    pub async fn says(&self, world: &World, text: &str) -> Result<Posted> {
        self.sends(world, &fresh_client_id(), text).await
    }

    pub async fn sends(&self, world: &World, client_id: &str, text: &str) -> Result<Posted> {
        let poster = Poster::Visitor { token_hash: self.token.hash() };
        post(world, poster, self.id, client_id, text).await
    }
}

pub async fn says(world: &World, agent: &Agent, id: ConversationId, text: &str) -> Result<Posted> {
    post(world, Poster::Agent(agent.clone()), id, &fresh_client_id(), text).await
}

async fn post(
    world: &World,
    poster: Poster,
    id: ConversationId,
    client_id: &str,
    text: &str,
) -> Result<Posted> {
    let text = Sensitive::new(text.to_owned());
    post_message(&world.app, poster, id, client_id.to_owned(), text).await
}

pub async fn visitor(app: App, department: &str, id: &str, question: &str) -> Result<Visitor> {
    let asked = form(department, id, &[("question", question)]);
    let Started { token, reference, id } = start(&app, asked).await?;
    Ok(Visitor { id, reference, token })
}

/// The pre-chat form with these answers.
pub fn form(department: &str, client_id: &str, answers: &[(&str, &str)]) -> Start {
    let answer = |(field, text): &(&str, &str)| StartAnswer {
        field: (*field).to_owned(),
        text: Sensitive::new((*text).to_owned()),
    };
    Start {
        client_id: Sensitive::new(client_id.to_owned()),
        site: "clinic".to_owned(),
        department: department.to_owned(),
        language: "en".to_owned(),
        consent: true,
        answers: answers.iter().map(answer).collect(),
    }
}

pub fn fresh_client_id() -> String {
    Secret::fresh().reveal().to_owned()
}

fn node(folder: &Path, clock: Clock, is_first: bool) -> App {
    let config = engine::config(folder);
    std::fs::create_dir_all(&config.data_dir).expect("a data folder");
    let location = Location::of(&config).expect("a location");
    let root = Keys::root(&config.key_dir, is_first).expect("a root key");
    let install = Install::open(&location, &root).expect("an install key");
    let keys = Keys::new(root, install, &config.key_dir);
    let (bus, recent) = (Bus::default(), Arc::new(Recent::default()));
    let signer = keys.install.clone();
    let sealer: db::Sealer = Arc::new(move |tx| audit::seal(tx, &signer));
    let db = Db::open(&location, bus.clone(), recent.clone(), sealer).expect("a database");
    let archive = folder.join("archive");
    std::fs::create_dir_all(&archive).expect("a folder for transcripts");
    let to = destinations::folder::Config { path: archive, must_hold: None };
    let to = destinations::Config::Folder(to);
    let to = vec![NamedDestination::new("folder", to)];
    let sections = Sections { destinations: to, ..sections() };
    App::new(config, clock, bus, recent, db, keys, sections).expect("a node")
}

pub fn sections() -> Sections {
    let department =
        |id: &str, is_open| Department { id: id.to_owned(), name: id.to_owned(), is_open };
    Sections {
        site: Site {
            id: "clinic".to_owned(),
            name: "The clinic".to_owned(),
            languages: vec!["en".to_owned(), "es".to_owned()],
            ..Site::default()
        },
        departments: vec![department("front-desk", true), department("night", false)],
        dispositions: vec![Disposition {
            code: "answered".to_owned(),
            name: "Answered".to_owned(),
        }],
        ..Sections::default()
    }
}
