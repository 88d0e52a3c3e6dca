//! Against a receiver written here, as a clinic could write one.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use destinations::webhook::Config;
use destinations::{Allowed, Destination, Error, Level, Name, Outcome, Secret};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::front::{Authority, Fate, Front};
use crate::promises::{self, SHEET, content, named};

const SECRET: [u8; 32] = [7; 32];
const STORED_AT: &str = "2026-11-24T08:00:00Z";

/// What a receiver does with a request.
#[derive(Clone, Copy, PartialEq)]
enum Habit {
    Signs,
    SignsWithItsOwnKey,
    SaysOk,
    Echoes,
    SignsAnotherHash,
    Overwrites,
}

#[derive(Clone)]
struct Receiver {
    at: SocketAddr,
    habit: Habit,
    held: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    key: Arc<Ed25519KeyPair>,
}

impl Receiver {
    async fn start(habit: Habit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("some port is free");
        let at = listener.local_addr().expect("it is bound");
        let key = Ed25519KeyPair::generate().expect("keys can be made");
        let receiver = Self { at, habit, held: Arc::default(), key: Arc::new(key) };
        let ours = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let ours = ours.clone();
                let serve = service_fn(move |request| {
                    let ours = ours.clone();
                    async move { Ok::<_, Infallible>(ours.answer(request).await) }
                });
                let http = hyper::server::conn::http1::Builder::new();
                tokio::spawn(http.serve_connection(TokioIo::new(stream), serve));
            }
        });
        receiver
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let status = |status: u16| {
            Response::builder().status(status).body(Full::default()).expect("in order")
        };
        let (parts, body) = request.into_parts();
        let Ok(body) = body.collect().await else {
            return status(400);
        };
        let body = body.to_bytes();
        let header = |name| parts.headers[name].to_str().expect("text").to_owned();
        let (id, at) = (header("webhook-id"), header("webhook-timestamp"));
        let signed = [id.as_bytes(), b".", at.as_bytes(), b".", &body].concat();
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &SECRET);
        let signature = header("webhook-signature");
        let tag = signature.strip_prefix("v1,").and_then(|it| BASE64.decode(it.as_bytes()).ok());
        if tag.is_none_or(|tag| hmac::verify(&secret, &signed, &tag).is_err()) {
            return status(401);
        }
        let sent: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(sent["type"], "document.put");
        let text = |field: &str| sent["data"][field].as_str().expect("text").to_owned();
        let bytes = BASE64.decode(text("content").as_bytes()).expect("base64");
        let mut held = self.held.lock().expect("no panic");
        let before = held.entry(text("name")).or_insert_with(|| bytes.clone());
        if *before != bytes && self.habit != Habit::Overwrites {
            return status(409);
        }
        let hash = match self.habit {
            Habit::SaysOk => return status(200),
            Habit::Echoes => {
                let echo = Response::builder()
                    .header("webhook-id", id)
                    .header("webhook-timestamp", at)
                    .header("webhook-signature", signature);
                return echo.body(Full::new(body)).expect("in order");
            }
            Habit::SignsAnotherHash => HEXLOWER.encode(&[0; 32]),
            _ => text("sha256"),
        };
        let data = json!({ "name": text("name"), "sha256": hash, "stored_at": STORED_AT });
        let receipt = json!({ "type": "document.stored", "data": data }).to_string();
        let signed = format!("{id}.{at}.{receipt}");
        let signature = if self.habit == Habit::SignsWithItsOwnKey {
            format!("v1a,{}", BASE64.encode(self.key.sign(signed.as_bytes()).as_ref()))
        } else {
            format!("v1,{}", BASE64.encode(hmac::sign(&secret, signed.as_bytes()).as_ref()))
        };
        let answer = Response::builder()
            .header("webhook-id", id)
            .header("webhook-timestamp", at)
            .header("webhook-signature", signature);
        answer.body(Full::new(receipt.into())).expect("in order")
    }

    fn public_key(&self) -> String {
        format!("whpk_{}", BASE64.encode(self.key.public_key().as_ref()))
    }
}

fn config(at: SocketAddr, authority: &Authority) -> Config {
    Config {
        url: format!("https://localhost:{}/transcripts?clinic=1", at.port()),
        secret: Secret::new(format!("whsec_{}", BASE64.encode(&SECRET))),
        receipt_key: None,
        ca_pem: Some(authority.pem.clone()),
    }
}

fn open(config: Config) -> Destination {
    let loopback = Allowed::new(&["127.0.0.0/8", "::1"]).expect("ranges");
    Destination::open_within(&destinations::Config::Webhook(config), &loopback).expect("in order")
}

fn refused(setting: &'static str, mend: &'static str) -> Error {
    Error::Refused { setting, mend }
}

#[tokio::test]
async fn webhook_a_signed_receipt_over_the_hash_is_proof() {
    let authority = Authority::new();
    for habit in [Habit::Signs, Habit::SignsWithItsOwnKey] {
        let receiver = Receiver::start(habit).await;
        let front = Front::before(receiver.at, Some(&authority)).await;
        let receipt_key = (habit == Habit::SignsWithItsOwnKey).then(|| receiver.public_key());
        let there = open(Config { receipt_key, ..config(front.at, &authority) });
        for length in [0, 1, 70_000, 3_000_000] {
            let document = named(&format!("went/{length}.json"), &content(length));
            let receipt = there.put(&document).await.expect("it fits");
            assert_eq!((receipt.level, receipt.at_ms), (Level::StoredHash, 1_795_507_200_000));
            assert_eq!(there.put(&document).await, Ok(receipt), "the same again changes nothing");
            let held = receiver.held.lock().expect("no panic")[document.name.as_str()].clone();
            assert!(held == *document.bytes);
        }
        assert_eq!(there.put(&named("went/1.json", b"other")).await, Err(Error::Exists));
        let checked = there.check().await.expect("all is well");
        assert_eq!(checked.level, Level::StoredHash);
        let sheet: Vec<_> = checked.steps.iter().map(|step| step.what).collect();
        assert_eq!(sheet[..SHEET.len()], SHEET);
        let not_here = |what: &str| {
            checked.steps.iter().any(|step| step.what == what && step.outcome == Outcome::NotHere)
        };
        assert!(["read_back", "list", "delete"].into_iter().all(not_here));
        let name = Name::new("went/1.json").expect("a good name");
        assert_eq!(there.read(&name).await, Err(Error::NotReadable));
        assert_eq!(there.list("").await, Err(Error::NotReadable));
    }
}

#[tokio::test]
async fn webhook_holds_when_connections_fall_and_stall() {
    let authority = Authority::new();
    let receiver = Receiver::start(Habit::Signs).await;
    let front = Front::before(receiver.at, Some(&authority)).await;
    let there = open(config(front.at, &authority));
    for (number, fate) in
        [Fate::AnswerLost, Fate::CutAfter(0), Fate::CutAfter(700), Fate::CutAfter(90_000)]
            .into_iter()
            .enumerate()
    {
        let document = named(&format!("falls/{number}.json"), &content(200_000));
        front.will(fate.clone());
        let fell = there.put(&document).await;
        assert!(fell.is_err_and(Error::is_worth_retrying), "{fate:?}");
        front.will(Fate::Pass);
        there.put(&document).await.expect("the connection is whole again");
        let held = receiver.held.lock().expect("no panic")[document.name.as_str()].clone();
        assert!(held == *document.bytes, "{fate:?}");
    }
    promises::hold_when_nothing_moves(&there, &front, 700).await;
}

#[tokio::test]
async fn webhook_less_than_a_signed_receipt_is_no_proof() {
    let authority = Authority::new();
    let document = named("2026/a.json", b"some words");
    for (habit, expected) in [
        (Habit::SaysOk, Ok(Level::Accepted)),
        (Habit::Echoes, Err(refused("url", "not_a_receipt"))),
        (Habit::SignsAnotherHash, Err(Error::Later { code: "stored_other_bytes" })),
        (Habit::SignsWithItsOwnKey, Err(refused("secret", "receipt_signature_wrong"))),
    ] {
        let receiver = Receiver::start(habit).await;
        let front = Front::before(receiver.at, Some(&authority)).await;
        let there = open(config(front.at, &authority));
        assert_eq!(there.put(&document).await.map(|receipt| receipt.level), expected);
    }
    let receiver = Receiver::start(Habit::Overwrites).await;
    let front = Front::before(receiver.at, Some(&authority)).await;
    let there = open(config(front.at, &authority));
    assert_eq!(there.check().await, Err(refused("url", "overwrites")));
}

#[tokio::test]
async fn webhook_refusals_and_broken_settings_each_get_their_sentence() {
    let authority = Authority::new();
    let receiver = Receiver::start(Habit::Signs).await;
    let front = Front::before(receiver.at, Some(&authority)).await;
    let document = named("2026/a.json", b"some words");
    let good = config(front.at, &authority);
    let put = async |config: Config| open(config).put(&document).await.map(|_| ());
    let secret = Secret::new(format!("whsec_{}", BASE64.encode(&[8; 32])));
    let other = Config { secret, ..good.clone() };
    assert_eq!(put(other).await, Err(refused("secret", "signature_refused")));
    let strange = Config { ca_pem: Some(Authority::new().pem), ..good.clone() };
    assert_eq!(put(strange).await, Err(refused("url", "certificate_unknown_issuer")));
    let plain = Config { url: "http://93.184.215.14/".to_owned(), ..good.clone() };
    assert_eq!(put(plain).await, Err(refused("url", "not_https")));
    for (status, expected) in [
        (302, refused("url", "redirects")),
        (404, refused("url", "no_receiver")),
        (409, Error::Exists),
        (422, refused("url", "receiver_refuses")),
        (503, Error::Later { code: "busy" }),
        (507, Error::Full),
    ] {
        front.will(Fate::Answer(format!(
            "HTTP/1.1 {status} No\r\nLocation: https://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
        )));
        assert_eq!(put(good.clone()).await, Err(expected), "{status}");
    }
}
