//! Google has no stand-in of its own, and no package plays the interface that we speak:
//! `docs/operate/destinations/gcs.md` says what each answered. So this is shown with
//! answers from Google's reference alone.

use std::net::SocketAddr;

use destinations::gcs::Config;
use destinations::{Destination, Error, Level, Secret};

use crate::promises::named;
use crate::real::front::{Authority, Fate, Front};
use crate::real::loopback;
use crate::real::servers::free_port;

fn config(at: SocketAddr, authority: &Authority) -> Config {
    let account =
        r#"{"disable_oauth":true,"client_email":"","private_key":"","private_key_id":""}"#;
    Config {
        bucket: "bucket".to_owned(),
        service_account: Secret::new(account),
        prefix: Some("sotto".to_owned()),
        endpoint: Some(format!("https://localhost:{}", at.port())),
        ca_pem: Some(authority.pem.clone()),
    }
}

fn open(config: Config) -> Destination {
    Destination::open_within(&destinations::Config::Gcs(config), &loopback()).expect("in order")
}

fn refused(setting: &'static str, mend: &'static str) -> Error {
    Error::Refused { setting, mend }
}

#[tokio::test]
async fn gcs_answers_prove_or_explain() {
    let authority = Authority::new();
    let front = Front::before(free_port(), Some(&authority)).await;
    let there = open(config(front.at, &authority));
    let document = named("2026/a.json", b"some words");
    let stored = |md5: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nx-goog-generation: 17\r\nx-goog-hash: crc32c=AAAAAA==\r\n\
             x-goog-hash: md5={md5}\r\nDate: Tue, 24 Nov 2026 08:00:00 GMT\r\nContent-Length: 0\r\n\r\n"
        )
    };
    let no = |status: u16, headers: &str, body: &str| {
        let length = body.len();
        format!("HTTP/1.1 {status} No\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
    };
    let read = "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nx-goog-generation: 17\r\n\
        Last-Modified: Tue, 24 Nov 2026 08:00:00 GMT\r\nContent-Length: 10\r\n\r\nsome words";
    let md5 = "RSdHIZh+BiQyame3ThRtYQ==";
    for (turns, expected) in [
        (vec![stored(md5), read.to_owned()], Ok(Level::ReadBack)),
        (vec![stored(md5), no(403, "", "")], Ok(Level::StoredHash)),
        (
            vec![stored("AAAAAAAAAAAAAAAAAAAAAA==")],
            Err(Error::Later { code: "stored_other_bytes" }),
        ),
        (vec![no(412, "", ""), read.to_owned()], Ok(Level::ReadBack)),
        (vec![no(412, "", ""), read.replace("words", "WORDS")], Err(Error::Exists)),
        (vec![no(403, "", "")], Err(Error::NotWritable)),
        (
            vec![no(404, "", "<Error><Code>NoSuchBucket</Code></Error>")],
            Err(refused("bucket", "bucket_missing")),
        ),
        (
            vec![no(400, "Content-Type: application/json\r\n", r#"{"error":"invalid_grant"}"#)],
            Err(refused("service_account", "service_account_refused")),
        ),
        (vec![no(429, "", "")], Err(Error::Later { code: "busy" })),
    ] {
        let shown = format!("{turns:?}");
        front.will(Fate::Turns(turns));
        let put = there.put(&document).await;
        assert_eq!(put.map(|receipt| receipt.level), expected, "{shown}");
    }
}

#[test]
fn gcs_a_key_file_that_is_none_is_refused() {
    let authority_free = Config {
        bucket: "bucket".to_owned(),
        service_account: Secret::new("not json"),
        prefix: None,
        endpoint: None,
        ca_pem: None,
    };
    let opened = Destination::open(&destinations::Config::Gcs(authority_free));
    let expected = refused("service_account", "not_a_credential");
    assert_eq!(opened.expect_err("no key file"), expected);
}
