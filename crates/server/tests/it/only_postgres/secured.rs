//! PostgreSQL and NATS under TLS and with credentials: the right ones are taken, and
//! wrong ones are refused at the start, in a sentence that holds no secret.

use std::path::Path;
use std::process::Command;

use engines::{Authority, Nats, Postgres};
use server::bus::{Bus, Ring, Topic};
use server::config::{Config, SecretUrl};
use server::db::Location;
use server::error::Error;
use server::keys::Keys;
use server::values;

use super::credentials::Signers;
use super::servers::{Wire, place};

const PASSWORD: &str = "a-password-for-tests";

fn database(url: &str, ca: Option<&Path>) -> Location {
    let database_url = Some(SecretUrl::new(url));
    let database_ca = ca.map(Path::to_owned);
    Location::of(&Config { database_url, database_ca, ..Config::default() }).expect("a location")
}

fn refusal(url: &str, ca: Option<&Path>) -> String {
    let refused = database(url, ca).check(None).expect_err("it is refused");
    told(&refused, &["a-password-for-tests", "another-password"])
}

/// All that is told, with its cause; no secret is in it.
fn told(error: &Error, secrets: &[&str]) -> String {
    let told = format!("{error} {error:?}");
    assert!(secrets.iter().all(|secret| !told.contains(secret)), "{told}");
    told
}

#[test]
fn rows_travel_under_tls_to_the_server_that_is_meant_and_to_no_other() {
    let folder = place();
    let (ours, others) = (authority(folder.path(), "ours"), authority(folder.path(), "others"));
    let server = Postgres::start(&folder.path().join("primary")).expect("it starts");
    server.demand_tls(&ours.identity("127.0.0.1").expect("it is signed")).expect("it is taken");
    let plain = Postgres::url([server.address()], "postgres");
    let secured = format!("{plain}?sslmode=require");
    let (ca, wrong_ca) = (Some(ours.file()), Some(others.file()));

    database(&secured, ca).check(None).expect("it is taken");
    let own = "select count(*) from pg_stat_ssl where ssl and pid = pg_backend_pid()";
    let is_secured = database(&secured, ca).alone(|tx| tx.count(own, values![]));
    assert_eq!(is_secured.expect("a unit is carried out"), 1);

    for (url, ca, reason) in [
        (secured.clone(), wrong_ca, "certificate is not trusted"),
        (secured.clone(), None, "certificate is not trusted"),
        (secured.replace("127.0.0.1", "localhost"), ca, "for another name"),
        (plain, ca, "not without ?sslmode=require"),
    ] {
        let refused = refusal(&url, ca);
        assert!(refused.contains(reason), "{reason}: {refused}");
    }
}

#[test]
fn who_has_the_wrong_password_or_names_no_database_is_told_so_and_nothing_else() {
    let folder = place();
    let server = Postgres::start(&folder.path().join("primary")).expect("it starts");
    let url = Postgres::url([server.address()], "postgres");
    database(&url, None).check(None).expect("as it is, it is taken");
    for (url, reason) in [
        (url.replace(PASSWORD, "another-password"), "refuses this user and password"),
        (url.replace(&format!(":{PASSWORD}"), ""), "asks for a password"),
        (url.replace("/postgres", "/nowhere"), "no database of this name"),
        (format!("{url}?sslmode=require"), "the server has none"),
    ] {
        let refused = refusal(&url, None);
        assert!(refused.contains(reason), "{reason}: {refused}");
    }
    let address = server.address();
    drop(server);
    let refused = refusal(&Postgres::url([address], "postgres"), None);
    assert!(refused.contains("cannot be reached"), "{refused}");
}

/// What the program says that is started with a database at this address and ends with
/// "it could not".
fn said_by(command: &[&str], url: &str) -> String {
    let folder = place();
    Keys::root(&folder.path().join("keys"), true).expect("a root key");
    let config = folder.path().join("sotto.toml");
    std::fs::write(&config, format!("database_url = \"{url}\"\n")).expect("room on the disk");
    let mut program = Command::new(env!("CARGO_BIN_EXE_sotto"));
    program.args(command).arg("--config").arg(config).env_remove("SOTTO_TEST_ENGINE");
    let output = program.output().expect("it is started");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
    said
}

#[test]
fn every_command_says_that_the_password_is_wrong_and_what_to_change() {
    let folder = place();
    let server = Postgres::start(&folder.path().join("primary")).expect("it starts");
    let url = Postgres::url([server.address()], "postgres");
    let wrong = url.replace(PASSWORD, "another-password");
    for command in [
        &["serve"][..],
        &["doctor"],
        &["account", "list"],
        &["keys", "list"],
        &["audit", "verify"],
        &["audit", "export"],
    ] {
        let said = said_by(command, &wrong);
        assert!(said.contains("database_url") && said.contains("refuses this user"), "{said}");
        assert!(said.contains("SOTTO_DATABASE_URL"), "what to change: {said}");
        assert!(!said.contains("another-password"), "{said}");
    }
    let address = server.address();
    drop(server);
    let said = said_by(&["audit", "verify"], &Postgres::url([address], "postgres"));
    assert!(said.contains("cannot be reached"), "{said}");
}

/// A password that no address can hold as it is, and how one holds it.
const ODD: (&str, &str) = ("a@b:c/d%e?f", "a%40b%3Ac%2Fd%25e%3Ff");

#[test]
fn a_name_and_a_password_of_any_signs_open_the_database() {
    let folder = place();
    let server = Postgres::start(&folder.path().join("primary")).expect("it starts");
    let (password, encoded) = ODD;
    let role = format!("create role \"so@tto\" login superuser password '{password}'");
    server.sql("postgres", &role).expect("it is made");
    let url =
        |password: &str| format!("postgres://so%40tto:{password}@{}/postgres", server.address());
    database(&url(encoded), None).check(None).expect("it is taken");
    let refused = told(&database(&url("a%2540b"), None).check(None).unwrap_err(), &[password]);
    assert!(refused.contains("refuses this user"), "{refused}");
    let url = Some(SecretUrl::new(&url("50%secret")));
    let refused = Location::of(&Config { database_url: url, ..Config::default() });
    let refused = told(&refused.err().expect("it is refused"), &["50%secret"]);
    assert!(refused.contains("database_url") && refused.contains("%25"), "{refused}");
}

#[tokio::test]
async fn a_name_and_a_password_of_any_signs_open_the_bus() {
    let folder = place();
    let (password, encoded) = ODD;
    let user = format!("authorization {{ user: \"so@tto\", password: \"{password}\" }}\n");
    let server = Nats::start(folder.path(), &user).expect("it starts");
    let url = |password: &str| format!("nats://so%40tto:{password}@{}", server.address());
    rings_pass(&bus(&url(encoded), None, None)).await;
    let refused = refused_bus(&bus(&url("a%2540b"), None, None)).await;
    assert!(refused.contains("refuses these credentials"), "{refused}");
    let refused = refused_bus(&bus(&url("50%secret"), None, None)).await;
    assert!(refused.contains("bus_url") && refused.contains("%25"), "{refused}");
    assert!(!refused.contains("50%secret"), "{refused}");
}

#[tokio::test]
async fn a_postgresql_that_is_too_old_is_refused() {
    let folder = place();
    let server = Postgres::start(&folder.path().join("primary")).expect("it starts");
    let number = server.sql("postgres", "show server_version_num").expect("a number");
    let own = number.parse::<i64>().expect("a number").to_be_bytes();
    let older = Wire::changing(server.address(), move |bytes| {
        let at = bytes.windows(own.len()).position(|eight| eight == own);
        if let Some(place) = at.and_then(|at| bytes.get_mut(at..at + own.len())) {
            place.copy_from_slice(&149_999_i64.to_be_bytes());
        }
    });
    let url = Postgres::url([older.await.address], "postgres");
    let refused = tokio::task::spawn_blocking(move || refusal(&url, None)).await;
    let refused = refused.expect("it is asked");
    assert!(refused.contains("older than 15"), "{refused}");
}

fn authority(folder: &Path, name: &str) -> Authority {
    Authority::new(folder, name).expect("it is made")
}

/// Lines of NATS's configuration for TLS as this identity.
fn under_tls(folder: &Path, authority: &Authority) -> String {
    let identity = authority.identity("127.0.0.1").expect("it is signed");
    let (certificate, key) = (folder.join("nats.crt"), folder.join("nats.key"));
    std::fs::write(&certificate, identity.certificate).expect("room on the disk");
    std::fs::write(&key, identity.key).expect("room on the disk");
    format!("tls {{ cert_file: {certificate:?}, key_file: {key:?} }}\n")
}

fn bus(url: &str, ca: Option<&Path>, credentials: Option<&Path>) -> Config {
    Config {
        bus_url: Some(SecretUrl::new(url)),
        bus_ca: ca.map(Path::to_owned),
        bus_credentials: credentials.map(Path::to_owned),
        ..Config::default()
    }
}

/// What one node rings, another hears.
async fn rings_pass(config: &Config) {
    let one = Bus::open(config, "install", |_| {}).await.expect("it is let in");
    let other = Bus::open(config, "install", |_| {}).await.expect("it is let in");
    let mut mailbox = other.mailbox();
    mailbox.listen(Topic::Settings);
    one.ring(&Ring { topic: Topic::Settings, number: 0 });
    mailbox.next().await;
}

async fn refused_bus(config: &Config) -> String {
    let refused = Bus::open(config, "install", |_| {}).await.err().expect("it is refused");
    told(&refused, &["a-password-for-tests", "another-password"])
}

#[tokio::test]
async fn rings_travel_under_tls_with_a_password_to_the_server_that_is_meant() {
    let folder = place();
    let (ours, others) = (authority(folder.path(), "ours"), authority(folder.path(), "others"));
    let user = format!("authorization {{ user: sotto, password: \"{PASSWORD}\" }}\n");
    let settings = under_tls(folder.path(), &ours) + &user;
    let server = Nats::start(folder.path(), &settings).expect("it starts");
    let url = format!("tls://sotto:{PASSWORD}@{}", server.address());
    let ca = Some(ours.file());
    rings_pass(&bus(&url, ca, None)).await;
    for (url, ca, reason) in [
        (url.clone(), Some(others.file()), "certificate is not trusted"),
        (url.clone(), None, "certificate is not trusted"),
        (url.replace("127.0.0.1", "localhost"), ca, "for another name"),
        (url.replace(PASSWORD, "another-password"), ca, "refuses these credentials"),
        (url.replace(&format!("sotto:{PASSWORD}@"), ""), ca, "refuses these credentials"),
        (url.clone(), Some(folder.path()), "bus_ca: no PEM file"),
    ] {
        let refused = refused_bus(&bus(&url, ca, None)).await;
        assert!(refused.contains(reason), "{reason}: {refused}");
    }
}

#[tokio::test]
async fn a_nats_server_without_tls_is_refused_where_it_is_demanded() {
    let folder = place();
    let server = Nats::start(folder.path(), "").expect("it starts");
    let refused = refused_bus(&bus(&format!("tls://{}", server.address()), None, None)).await;
    assert!(refused.contains("has no TLS"), "{refused}");
}

#[tokio::test]
async fn a_file_of_credentials_opens_the_bus_that_it_was_signed_for() {
    let folder = place();
    let (ours, others) = (Signers::new(), Signers::new());
    let server = Nats::start(folder.path(), &ours.settings()).expect("it starts");
    let url = server.url();
    let file = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("room on the disk");
        file
    };
    let (good, foreign) =
        (file("good", &ours.credentials()), file("foreign", &others.credentials()));
    rings_pass(&bus(&url, None, Some(&good))).await;
    let nonsense = file("nonsense", "no credentials");
    for (credentials, reason) in [
        (Some(foreign.as_path()), "refuses these credentials"),
        (None, "refuses these credentials"),
        (Some(nonsense.as_path()), "bus_credentials"),
        (Some(Path::new("/nowhere")), "bus_credentials"),
    ] {
        let refused = refused_bus(&bus(&url, None, credentials)).await;
        assert!(refused.contains(reason), "{reason}: {refused}");
    }
}
