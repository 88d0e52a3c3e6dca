//! Against Azurite, Microsoft's own stand-in for Azure Storage.

use data_encoding::BASE64;
use destinations::azure::Config;
use destinations::{Destination, Error, Level, Secret};

use crate::promises::{self, named};
use crate::real::azurite::{azurite, config, make_container, sas};
use crate::real::front::{Authority, Fate, Front};
use crate::real::loopback;
use crate::real::servers::free_port;

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
