//! Against Azurite, Microsoft's own stand-in for Azure Storage.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use destinations::azure::Config;
use destinations::{Destination, Error, Level, Secret};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{Timestamp, ToSpan};

use crate::promises::{self, named};
use crate::real::front::{Authority, Fate, Front};
use crate::real::loopback;
use crate::real::servers::{Server, free_port, node};

const ACCOUNT: &str = "clinic";
const KEY: [u8; 64] = [9; 64];
const VERSION: &str = "2021-12-02";

fn azurite(place: &Path) -> Server {
    let program = node("azurite-3.37.0", "azurite@3.37.0").join("azurite-blob");
    let (program, at) = (program.to_str().expect("an ordinary path"), free_port());
    let account = format!("AZURITE_ACCOUNTS={ACCOUNT}:{}", BASE64.encode(&KEY));
    let (port, place) = (at.port().to_string(), place.to_str().expect("an ordinary path"));
    let line = ["env", &account, program, "--blobHost", "127.0.0.1", "--blobPort", &port];
    let flags = ["--location", place, "--silent", "--disableTelemetry", "--skipApiVersionCheck"];
    Server::start(at, &[&line[..], &flags[..]].concat())
}

fn sign(text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &KEY);
    BASE64.encode(hmac::sign(&key, text.as_bytes()).as_ref())
}

fn make_container(server: SocketAddr) {
    let now = DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now());
    let now = now.expect("a date of this century");
    let headers = format!("x-ms-date:{now}\nx-ms-version:{VERSION}");
    let path = format!("/{ACCOUNT}/{ACCOUNT}/transcripts");
    let blanks = "\n".repeat(12);
    let signature = sign(&format!("PUT{blanks}{headers}\n{path}\nrestype:container"));
    let mut stream = TcpStream::connect(server).expect("it listens");
    let request = format!(
        "PUT /{ACCOUNT}/transcripts?restype=container HTTP/1.1\r\nHost: {server}\r\n\
         Connection: close\r\nContent-Length: 0\r\nx-ms-date: {now}\r\nx-ms-version: {VERSION}\r\n\
         Authorization: SharedKey {ACCOUNT}:{signature}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("it takes it");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

/// A shared access signature for the container with these rights, good for an hour.
fn sas(rights: &str) -> Secret {
    let until = Timestamp::now().checked_add(1.hour()).expect("soon");
    let until = until.strftime("%Y-%m-%dT%H:%M:%SZ");
    let resource = format!("/blob/{ACCOUNT}/transcripts");
    let text = format!("{rights}\n\n{until}\n{resource}\n\n\n\n{VERSION}\nc\n\n\n\n\n\n\n");
    let signature = sign(&text).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let until = until.to_string().replace(':', "%3A");
    Secret::new(format!("sv={VERSION}&sr=c&sp={rights}&se={until}&sig={signature}"))
}

fn config(at: SocketAddr, authority: &Authority) -> Config {
    Config {
        account: ACCOUNT.to_owned(),
        container: "transcripts".to_owned(),
        sas: None,
        access_key: Some(Secret::new(BASE64.encode(&KEY))),
        prefix: Some("sotto".to_owned()),
        endpoint: Some(format!("https://localhost:{}/{ACCOUNT}", at.port())),
        ca_pem: Some(authority.pem.clone()),
    }
}

fn open(config: Config) -> Destination {
    Destination::open_within(&destinations::Config::Azure(config), &loopback()).expect("in order")
}

fn refused(setting: &'static str, mend: &'static str) -> Error {
    Error::Refused { setting, mend }
}

#[tokio::test]
async fn azure_holds_every_promise() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (server, authority) = (azurite(place.path()), Authority::new());
    make_container(server.at);
    let front = Front::before(server.at, Some(&authority)).await;
    let there = open(config(front.at, &authority));
    promises::are_held(&there, Level::ReadBack).await;
    let direct = Front::before(server.at, Some(&authority)).await;
    let direct = open(config(direct.at, &authority));
    promises::hold_when_connections_fall(&there, &direct, &front).await;
    promises::hold_when_nothing_moves(&there, &front, 2_000).await;
}

#[tokio::test]
async fn azure_a_signature_that_may_only_create_is_enough() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (server, authority) = (azurite(place.path()), Authority::new());
    make_container(server.at);
    let front = Front::before(server.at, Some(&authority)).await;
    let good = config(front.at, &authority);
    let there = open(Config { sas: Some(sas("c")), access_key: None, ..good.clone() });
    let document = named("2026/a.json", b"some words");
    let receipt = there.put(&document).await.expect("its answer proves it");
    assert_eq!(receipt.level, Level::StoredHash);
    assert_eq!(there.read(&document.name).await, Err(Error::NotReadable));
    assert_eq!(there.list("").await, Err(Error::NotReadable));
    let reads = open(Config { sas: Some(sas("rcl")), access_key: None, ..good });
    let next = named("2026/b.json", b"more words");
    assert_eq!(reads.put(&next).await.map(|it| it.level), Ok(Level::ReadBack));
}

#[tokio::test]
async fn azure_broken_settings_each_get_their_sentence() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (server, authority) = (azurite(place.path()), Authority::new());
    let front = Front::before(server.at, Some(&authority)).await;
    let document = named("2026/a.json", b"some words");
    let good = config(front.at, &authority);
    let put = async |config: Config| open(config).put(&document).await.map(|_| ());
    assert_eq!(put(good.clone()).await, Err(refused("container", "container_missing")));
    let key = Some(Secret::new(BASE64.encode(&[8; 64])));
    let other = Config { access_key: key, ..good.clone() };
    assert_eq!(put(other).await, Err(refused("access_key", "azure_keeps_out")));
    let neither = Config { access_key: None, ..good.clone() };
    let opened = Destination::open(&destinations::Config::Azure(neither));
    assert_eq!(opened.expect_err("nothing to sign in with"), refused("sas", "secret_missing"));
    let not_base64 = Config { access_key: Some(Secret::new("%%%")), ..good };
    let opened = Destination::open(&destinations::Config::Azure(not_base64));
    assert_eq!(opened.expect_err("no key"), refused("access_key", "not_a_credential"));
}

/// Azurite calls it missing rights; the Blob service's reference has a code for it.
#[tokio::test]
async fn azure_what_is_there_and_may_not_be_read_needs_a_person() {
    let authority = Authority::new();
    let front = Front::before(free_port(), Some(&authority)).await;
    let there = open(Config { sas: Some(sas("c")), ..config(front.at, &authority) });
    let no = |code: &str| {
        let body = format!("<Error><Code>{code}</Code></Error>");
        format!("HTTP/1.1 403 No\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    let turns = ["UnauthorizedBlobOverwrite", "AuthorizationPermissionMismatch"].map(no);
    front.will(Fate::Turns(turns.to_vec()));
    let put = there.put(&named("2026/a.json", b"some words")).await;
    assert_eq!(put, Err(refused("sas", "exists_unread")));
}

/// What Azurite does not play; from the Blob service's reference.
#[tokio::test]
async fn azure_a_locked_policy_makes_an_immutable_version() {
    let authority = Authority::new();
    let front = Front::before(free_port(), Some(&authority)).await;
    let there = open(config(front.at, &authority));
    let stored =
        "HTTP/1.1 201 Created\r\nETag: \"x\"\r\nx-ms-version-id: v1\r\nContent-Length: 0\r\n\r\n";
    for (mode, level) in [("locked", Level::ImmutableVersion), ("unlocked", Level::ReadBack)] {
        front.will(Fate::Turns(vec![
            stored.to_owned(),
            format!(
                "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nDate: Tue, 24 Nov 2026 08:00:00 GMT\r\n\
                 Last-Modified: Tue, 24 Nov 2026 08:00:00 GMT\r\nx-ms-version-id: v1\r\n\
                 x-ms-immutability-policy-mode: {mode}\r\n\
                 x-ms-immutability-policy-until-date: Wed, 25 Nov 2026 08:00:00 GMT\r\n\
                 Content-Length: 10\r\n\r\nsome words"
            ),
        ]));
        let receipt = there.put(&named("2026/a.json", b"some words")).await.expect("it fits");
        assert_eq!((receipt.level, receipt.version.as_deref()), (level, Some("v1")));
    }
}
