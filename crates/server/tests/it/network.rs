//! From a visitor's words to a place of every kind that a server of ours plays, as an
//! administrator sets them. Google's is the one that none plays.

use std::fs;
use std::path::Path;

use destinations::{Config as To, folder};
use protocol::http::Role;
use sensitive::Sensitive;
use serde_json::{Value, json};
use server::app::App;
use server::archive::backlog::deliveries;
use server::config::Config;
use server::config::destination::NamedDestination;
use server::conversation::access::Agent;
use server::conversation::{Poster, accept, close, post_message, store};
use server::ids::AccountId;
use server::{values, workers};

use crate::delivery::{HOUR, MINUTE, files, verifies};
use crate::real::database::Database;
use crate::real::front::{Authority, Fate, Front};
use crate::real::receiver::{self, Habit, Receiver};
use crate::real::servers::Server;
use crate::real::ssh::Ssh;
use crate::real::{azurite, loopback, moto};
use crate::served::{Call, Served};
use crate::world::{Visitor, fresh_client_id, visitor};

/// Every place and what stands before it; they end with this value.
pub struct Places {
    pub world: Served,
    _ssh: Ssh,
    /// Before SFTP.
    pub way: Front,
    receiver: Receiver,
    _servers: ([Server; 2], Database, [Front; 3]),
    _blobs: tempfile::TempDir,
}

/// In the order of their names, and what their receipts prove.
pub const PLACES: [(&str, &str); 6] = [
    ("blobs", "read_back"),
    ("files", "read_back"),
    ("hook", "stored_hash"),
    ("objects", "read_back"),
    ("rows", "read_back"),
    ("share", "read_back"),
];

/// An install that delivers to all of them, set over HTTP by its administrator.
pub async fn places() -> Places {
    places_of(|_| {}).await
}

/// The same with other settings.
pub async fn places_of(change: impl FnOnce(&mut Config)) -> Places {
    let (s3, ssh, database) = (moto::moto(), Ssh::start(None), Database::start(false));
    let receiver = Receiver::start(Habit::Signs).await;
    let authority = Authority::new();
    moto::make_bucket(s3.at, "bucket", "");
    database.make_table();
    let before_s3 = Front::before(s3.at, Some(&authority)).await;
    let before_receiver = Front::before(receiver.at, Some(&authority)).await;
    let blobs = tempfile::tempdir().unwrap();
    let azure = azurite::azurite(blobs.path());
    azurite::make_container(azure.at);
    let before_azure = Front::before(azure.at, Some(&authority)).await;
    let way = Front::before(ssh.at(), None).await;
    let world = Served::with(|config| {
        config.destinations.allowed = loopback();
        change(config);
    })
    .await;
    let share = folder::Config { path: world.archive(), must_hold: None };
    let entries = json!([
        entry("share", To::Folder(share)),
        entry("blobs", To::Azure(azurite::config(before_azure.at, &authority))),
        entry("objects", To::S3(moto::config(before_s3.at, &authority, "bucket"))),
        entry("files", To::Sftp(ssh.config(way.at.port()))),
        entry("rows", To::Postgres(database.good())),
        entry("hook", To::Webhook(receiver::config(before_receiver.at, &authority))),
    ]);
    let chief = world.staff("Chief", Role::Administrator).await;
    let (path, cookie) = ("/api/settings/destinations", &*chief);
    let body = Some(json!({"version": 1, "value": entries}));
    let set = world.call(Call { method: "PUT", path, cookie, body, ..Call::default() }).await;
    assert_eq!(set.status, 200, "{}", set.body);
    Places {
        world,
        _ssh: ssh,
        way,
        receiver,
        _servers: ([s3, azure], database, [before_s3, before_receiver, before_azure]),
        _blobs: blobs,
    }
}

/// As the console sends it, with the secrets that storing leaves out.
fn entry(name: &str, to: To) -> Value {
    let named = NamedDestination::new(name, to);
    let mut entry = serde_json::to_value(&named).unwrap();
    for (setting, secret) in named.secrets() {
        entry[setting] = json!(secret.to_seal());
    }
    entry
}

impl Places {
    /// One conversation in which somebody says this, closed.
    pub async fn talk(&self, words: &str) -> Visitor {
        let app = &self.world.app;
        let question = "Can I pay by card?";
        let asked = visitor(app.clone(), "front-desk", &fresh_client_id(), question).await.unwrap();
        let ana = Agent {
            id: AccountId::fresh(),
            name: "Ana".to_owned(),
            is_supervisor: false,
            departments: vec!["front-desk".to_owned()],
        };
        accept(app, &ana, asked.id).await.unwrap();
        let by = Poster::Visitor { token_hash: asked.token.hash() };
        let said = Sensitive::new(words.to_owned());
        post_message(app, by, asked.id, fresh_client_id(), said).await.unwrap();
        close(app, &ana, asked.id, Some("answered".to_owned())).await.unwrap();
        asked
    }

    /// Lets time pass until all but SFTP have proved what they hold, and SFTP is away.
    pub async fn one_is_away(&self) {
        self.until("the others have it", async |app| {
            deliveries(app).await.unwrap().pending.iter().any(|it| it.last_error.is_some())
                && receipts(app).await == 15
        })
        .await;
    }

    pub async fn all_have_it(&self) {
        self.until("all have it", async |app| times(app, "transcript.delivered").await == 1).await;
    }

    pub async fn is_shredded(&self) {
        self.until("shredded", async |app| times(app, "conversation.shredded").await == 1).await;
    }

    /// The clock goes on by what it takes; the node's own workers do the jobs as well.
    async fn until(&self, what: &str, is_so: impl AsyncFn(&App) -> bool) {
        let app = &self.world.app;
        for _ in 0..60 {
            nothing_is_due(app).await;
            if is_so(app).await {
                return;
            }
            app.clock.advance(2 * MINUTE);
        }
        panic!("{what}: not within two hours");
    }

    /// What lies at each place, in folders of their own.
    pub async fn fetched(&self, into: &Path) {
        for placed in self.world.app.destinations().iter() {
            let to = into.join(&placed.name);
            if placed.name == "hook" {
                for (name, bytes) in self.receiver.held.lock().unwrap().iter() {
                    keep(&to, name, bytes);
                }
                continue;
            }
            let there = placed.to.as_ref().unwrap();
            for name in there.list("").await.unwrap() {
                let bytes = there.read(&name).await.unwrap();
                keep(&to, name.as_str(), &bytes);
            }
        }
    }
}

/// Once no job is due, and none is still at work with a place on the network.
async fn nothing_is_due(app: &App) {
    let left = "select count(*) from job where due_at <= $1 or lease_until > $2";
    let now = app.clock.now();
    loop {
        workers::run_all_due(app).await.unwrap();
        if app.db.read(move |tx| tx.count(left, values![now, now])).await.unwrap() == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn keep(folder: &Path, name: &str, bytes: &[u8]) {
    let file = folder.join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

async fn times(app: &App, action: &'static str) -> i64 {
    let count = "select count(*) from audit where action = $1";
    app.db.read(move |tx| tx.count(count, values![action])).await.unwrap()
}

async fn receipts(app: &App) -> i64 {
    app.db.read(move |tx| tx.count("select count(*) from receipt", &[])).await.unwrap()
}

#[tokio::test]
async fn a_place_of_every_kind_proves_every_document_and_only_then_goes_the_key() {
    let places = places().await;
    let app = &places.world.app;
    assert!(app.destinations().iter().all(|it| it.to.is_ok()), "secrets came back from the rows");
    let asked = places.talk("Is zambrellafield open on Friday?").await;
    places.way.will(Fate::CutAfter(0));
    places.one_is_away().await;
    for _ in 0..4 {
        app.clock.advance(HOUR);
        nothing_is_due(app).await;
    }
    assert_eq!(times(app, "transcript.delivered").await, 0);
    assert_eq!(times(app, "conversation.shredded").await, 0, "one receipt is missing");
    places.way.will(Fate::Pass);
    places.all_have_it().await;
    assert_eq!(receipts(app).await, 18, "three documents at six places");
    let mut proved: Vec<_> = deliveries(app).await.unwrap().delivered;
    proved.sort_by(|one, other| one.destination.cmp(&other.destination));
    let proved: Vec<_> =
        proved.iter().map(|it| (it.destination.as_str(), it.receipt_level.as_str())).collect();
    assert_eq!(proved, PLACES);
    let into = tempfile::tempdir().unwrap();
    places.fetched(into.path()).await;
    let first = files(&into.path().join("files"));
    assert_eq!(first.len(), 3);
    assert!(first.iter().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains("zambrella")));
    for (place, _) in PLACES {
        assert_eq!(files(&into.path().join(place)), first, "{place}");
        verifies(into.path().join(place)).await;
    }
    places.is_shredded().await;
    let gone = app.db.read(move |tx| store::load(tx, asked.id)).await.unwrap();
    assert!(gone.is_none());
    drop(places.world.ends().await);
}
