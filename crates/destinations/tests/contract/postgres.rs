//! Against Debian's PostgreSQL, with a certificate and a database of its own.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use destinations::postgres::Config;
use destinations::{Allowed, Destination, Error, Level, Outcome, Secret};

use crate::front::{Authority, Fate, Front};
use crate::promises::{self, content, named};
use crate::servers::{Server, free_port, give, may_mount, run};

/// `nobody`: the server refuses to run as root.
const NOBODY: u32 = 65534;

const LEAVE: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/// For a disk of its own: inside, this account looks like another.
const HIDE: [&str; 4] = ["unshare", "--user", "--map-user=65534", "--map-group=65534"];

/// As the manual says it.
const MANUAL: &str = include_str!("../../../../docs/operate/destinations/postgres.md");

fn programs() -> PathBuf {
    let found = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = found.map(|entry| entry.path().join("bin")).collect();
    found.retain(|place| place.join("postgres").exists());
    found.pop().expect("PostgreSQL is missing: on Debian install postgresql")
}

pub struct Database {
    place: tempfile::TempDir,
    authority: Authority,
    server: Option<Server>,
    /// Whether the folder `small` is a small disk.
    is_small: bool,
}

impl Database {
    pub fn start(is_small: bool) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let authority = Authority::new();
        for (file, text) in [("leaf.pem", &authority.leaf.0), ("leaf.key", &authority.leaf.1)] {
            fs::write(place.path().join(file), text).expect("ours");
            let only_ours = fs::Permissions::from_mode(0o600);
            fs::set_permissions(place.path().join(file), only_ours).expect("ours");
        }
        fs::create_dir(place.path().join("small")).expect("ours");
        let mut database = Self { place, authority, server: None, is_small };
        if rustix::process::geteuid().is_root() && !is_small {
            give(database.place.path(), NOBODY);
        }
        let (initdb, data) = (database.program("initdb"), database.path("data"));
        let mut line = database.account();
        let rest = [&initdb, "-D", &data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C"];
        line.extend(rest.iter().chain(&["--no-sync"]).map(|&word| word.to_owned()));
        run(Command::new(&line[0]).args(&line[1..]), "initdb makes a database");
        let settings = format!(
            "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nssl = on\n\
             ssl_cert_file = '{}'\nssl_key_file = '{}'\n",
            database.place.path().display(),
            database.path("leaf.pem"),
            database.path("leaf.key")
        );
        let conf = fs::File::options().append(true).open(Path::new(&data).join("postgresql.conf"));
        conf.and_then(|mut conf| conf.write_all(settings.as_bytes())).expect("ours");
        let hba = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(Path::new(&data).join("pg_hba.conf"), hba).expect("ours");
        database.run();
        database
    }

    fn path(&self, name: &str) -> String {
        self.place.path().join(name).to_str().expect("an ordinary path").to_owned()
    }

    fn program(&self, name: &str) -> String {
        programs().join(name).to_str().expect("an ordinary path").to_owned()
    }

    /// What a command begins with, so that it does not run as root.
    fn account(&self) -> Vec<String> {
        let words: &[&str] = match (self.is_small, rustix::process::geteuid().is_root()) {
            (true, _) => &HIDE,
            (false, true) => &LEAVE,
            (false, false) => &["env"],
        };
        words.iter().map(|&word| word.to_owned()).collect()
    }

    fn run(&mut self) {
        let at = free_port();
        let mut line = Vec::new();
        if self.is_small {
            let mount =
                format!("mount -t tmpfs -o size=1m tmpfs {} && exec \"$@\"", self.path("small"));
            let enter =
                ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", &mount, "sh"];
            line.extend(enter.map(str::to_owned));
        }
        line.extend(self.account());
        let port = at.port().to_string();
        line.extend([self.program("postgres"), "-D".to_owned(), self.path("data")]);
        line.extend(["-p".to_owned(), port]);
        self.server = None;
        let line: Vec<_> = line.iter().map(String::as_str).collect();
        self.server = Some(Server::start(at, &line));
        // It listens before it has recovered.
        while self.ask("select 1").is_none() {
            std::thread::yield_now();
        }
    }

    fn at(&self) -> std::net::SocketAddr {
        self.server.as_ref().expect("it runs").at
    }

    /// As its owner, past every password; `None` if it did not do it.
    fn ask(&self, statements: &str) -> Option<String> {
        let port = self.at().port().to_string();
        let told = Command::new(self.program("psql"))
            .args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", "owner", "-p", &port])
            .args(["-d", "postgres", "-c", statements])
            .arg("-h")
            .arg(self.place.path())
            .output()
            .expect("psql is there");
        let text = String::from_utf8(told.stdout).expect("text");
        told.status.success().then(|| text.trim().to_owned())
    }

    pub fn does(&self, statements: &str) {
        assert!(self.ask(statements).is_some(), "{statements}");
    }

    /// The table and the account of the manual.
    fn make_table(&self) {
        let sql = MANUAL.split("```sql\n").nth(1).and_then(|rest| rest.split("```").next());
        let sql = sql.expect("the manual shows it").replace("choose-a-password", "swordfish");
        for statement in sql.split(";\n").filter(|it| !it.trim().is_empty()) {
            self.does(statement);
        }
    }

    /// A setting that the server reads again.
    fn set(&self, name: &str, value: &str) {
        self.does(&format!("alter system set {name} to {value}"));
        self.does("select pg_reload_conf()");
        while self.ask(&format!("show {name}")).as_deref() != Some(value) {
            std::thread::yield_now();
        }
    }

    fn config(&self, port: u16) -> Config {
        Config {
            host: "localhost".to_owned(),
            database: "postgres".to_owned(),
            user: "sotto".to_owned(),
            password: Secret::new("swordfish"),
            table: None,
            ca_pem: Some(self.authority.pem.clone()),
            port: Some(port),
        }
    }

    pub fn good(&self) -> Config {
        self.config(self.at().port())
    }

    /// As if the power had failed: nothing is finished, nothing is written.
    fn is_killed(&self) {
        let pid = fs::read_to_string(self.path("data/postmaster.pid")).expect("it runs");
        let pid = pid.lines().next().expect("its number").to_owned();
        run(Command::new("kill").args(["-QUIT", &pid]), "it is ours");
        while Path::new(&self.path("data/postmaster.pid")).exists() && is_alive(&pid) {
            std::thread::yield_now();
        }
    }
}

fn is_alive(pid: &str) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

fn open(config: Config) -> Destination {
    let loopback = Allowed::new(&["127.0.0.0/8", "::1"]).expect("ranges");
    Destination::open_within(&destinations::Config::Postgres(config), &loopback).expect("in order")
}

fn refused(setting: &'static str, mend: &'static str) -> Error {
    Error::Refused { setting, mend }
}

#[tokio::test]
async fn postgres_holds_every_promise() {
    let database = Database::start(false);
    database.make_table();
    database.does("grant delete on sotto_transcripts to sotto");
    // The server's own setting is not what a put goes by.
    database.set("synchronous_commit", "off");
    let front = Front::before(database.at(), None).await;
    let there = open(database.config(front.at.port()));
    promises::are_held(&there, Level::ReadBack).await;
    let direct = open(database.good());
    promises::hold_when_connections_fall(&there, &direct, &front).await;
    promises::hold_when_nothing_moves(&there, &front, 9_000).await;
}

#[tokio::test]
async fn postgres_an_account_that_may_only_insert_and_select_is_enough() {
    let database = Database::start(false);
    database.make_table();
    let there = open(database.good());
    let document = named("2026/a.json", b"some words");
    let receipt = there.put(&document).await.expect("it fits");
    assert_eq!(there.put(&document).await, Ok(receipt));
    let checked = there.check().await.expect("all is well");
    let found: Vec<_> =
        checked.steps.iter().map(|it| (it.what, it.outcome, it.found.as_str())).collect();
    for expected in [
        ("connection", Outcome::Done, "TLS 1.3"),
        ("read_back", Outcome::Done, ""),
        ("overwrite", Outcome::Refused, ""),
        ("delete", Outcome::Refused, ""),
        ("sync", Outcome::Done, "synchronous_commit"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    let hash = database.ask("select count(*) from sotto_transcripts where sha256 = sha256(bytes)");
    assert_eq!(hash.as_deref(), Some("2"), "the document and the probe, each with its hash");
}

#[tokio::test]
async fn postgres_a_server_that_is_killed_in_the_middle_of_writes_loses_nothing() {
    let mut database = Database::start(false);
    database.make_table();
    for round in 0..3_usize {
        let there = open(database.good());
        let folder = format!("killed/{round}/");
        let documents: Vec<_> = (0..6)
            .map(|number| named(&format!("{folder}{number}.json"), &content(900_000 + number)))
            .collect();
        let writers: Vec<_> = documents
            .iter()
            .map(|document| {
                let (there, document) = (there.clone(), document.clone());
                tokio::spawn(async move { there.put(&document).await })
            })
            .collect();
        // One is in, so the others are on their way.
        while there.list(&folder).await.expect("it runs").is_empty() {}
        database.is_killed();
        for writer in writers {
            if let Err(error) = writer.await.expect("no panic") {
                assert!(error.is_worth_retrying(), "{error:?}");
            }
        }
        database.run();
        let there = open(database.good());
        let kept = there.list(&folder).await.expect("it is back").len();
        assert!(kept > 0, "what was in stayed");
        for document in &documents {
            there.put(document).await.expect("it is back");
            assert!(there.read(&document.name).await.expect("reads") == *document.bytes);
        }
        assert_eq!(there.list(&folder).await.expect("lists").len(), 6);
    }
}

#[tokio::test]
async fn postgres_a_full_disk_is_told_and_leaves_nothing() {
    if !may_mount() {
        return;
    }
    let database = Database::start(true);
    database.does(&format!("create tablespace small location '{}'", database.path("small")));
    database.make_table();
    database.does("alter table sotto_transcripts set tablespace small");
    database.does("alter table sotto_transcripts alter bytes set storage external");
    let there = open(database.good());
    there.put(&named("small.json", b"fits")).await.expect("there is some room");
    let large = named("large.json", &content(2_000_000));
    assert_eq!(there.put(&large).await, Err(Error::Full));
    assert_eq!(there.list("").await.expect("lists").len(), 1);
    database.does("alter table sotto_transcripts set tablespace pg_default");
    there.put(&large).await.expect("there is room again");
}

#[tokio::test]
async fn postgres_broken_settings_each_get_their_sentence() {
    let database = Database::start(false);
    let good = database.good();
    let put = async |config: Config| {
        open(config).put(&named("2026/a.json", b"some words")).await.map(|_| ())
    };
    let no_account = refused("password", "database_sign_in_refused");
    assert_eq!(put(good.clone()).await, Err(no_account));
    database.make_table();
    assert_eq!(put(good.clone()).await, Ok(()));
    let other = Config { password: Secret::new("herring"), ..good.clone() };
    assert_eq!(put(other).await, Err(no_account));
    let other = Config { database: "records".to_owned(), ..good.clone() };
    assert_eq!(put(other).await, Err(refused("database", "database_missing")));
    for table in ["transcripts", "records.transcripts"] {
        let other = Config { table: Some(table.to_owned()), ..good.clone() };
        assert_eq!(put(other).await, Err(refused("table", "table_missing")));
    }
    let other = Config { ca_pem: Some(Authority::new().pem), ..good.clone() };
    assert_eq!(put(other).await, Err(refused("host", "certificate_unknown_issuer")));
    let other = Config { host: "127.0.0.1".to_owned(), ..good.clone() };
    assert_eq!(put(other).await, Err(refused("host", "certificate_other_name")));
    let front = Front::before(database.at(), None).await;
    front.will(Fate::Answer("SSH-2.0-OpenSSH_9.2\r\n".to_owned()));
    let other = database.config(front.at.port());
    // Its first letter happens to be the one that a server says yes with.
    assert_eq!(put(other.clone()).await, Err(refused("host", "no_tls_there")));
    front.will(Fate::Answer("HTTP/1.1 400 No\r\n\r\n".to_owned()));
    assert_eq!(put(other).await, Err(refused("host", "no_postgres_there")));
}

#[tokio::test]
async fn postgres_tables_and_rights_that_do_not_hold_get_their_sentence() {
    let database = Database::start(false);
    database.make_table();
    let there = open(database.good());
    let check = async || there.check().await.map(|_| ());
    for (before, expected, after) in [
        (
            "revoke insert on sotto_transcripts from sotto",
            refused("user", "database_may_not_insert"),
            "grant insert on sotto_transcripts to sotto",
        ),
        (
            "revoke select on sotto_transcripts from sotto",
            refused("user", "database_may_not_select"),
            "grant select on sotto_transcripts to sotto",
        ),
        (
            "alter role sotto set default_transaction_read_only to on",
            refused("host", "database_read_only"),
            "alter role sotto reset default_transaction_read_only",
        ),
        (
            "alter table sotto_transcripts drop constraint sotto_transcripts_pkey",
            refused("table", "overwrites"),
            "truncate sotto_transcripts; alter table sotto_transcripts add primary key (name)",
        ),
        (
            "create rule silent as on insert to sotto_transcripts do instead nothing",
            Error::Later { code: "vanished" },
            "drop rule silent on sotto_transcripts",
        ),
        (
            "alter table sotto_transcripts rename bytes to content",
            refused("table", "table_differs"),
            "alter table sotto_transcripts rename content to bytes",
        ),
    ] {
        database.does(before);
        assert_eq!(check().await, Err(expected), "{before}");
        assert_ne!(expected.mend(), "Change the setting that is named.", "{before}");
        database.does(after);
    }
    assert_eq!(check().await, Ok(()));
    database.set("fsync", "off");
    assert_eq!(check().await, Err(refused("host", "database_does_not_sync")));
    database.set("ssl", "off");
    assert_eq!(check().await, Err(refused("host", "no_tls_there")));
}
