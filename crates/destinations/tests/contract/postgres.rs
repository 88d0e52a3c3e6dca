//! Against Debian's PostgreSQL, with a certificate and a database of its own.

use destinations::postgres::Config;
use destinations::{Destination, Error, Level, Outcome, Secret};

use crate::promises::{self, content, named};
use crate::real::database::Database;
use crate::real::front::{Authority, Fate, Front};
use crate::real::loopback;
use crate::real::servers::may_mount;

fn open(config: Config) -> Destination {
    Destination::open_within(&destinations::Config::Postgres(config), &loopback())
        .expect("in order")
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
