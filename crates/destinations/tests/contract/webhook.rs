//! Against a receiver written here, as a clinic could write one.

use data_encoding::BASE64;
use destinations::webhook::Config;
use destinations::{Destination, Error, Level, Name, Outcome, Secret};

use crate::promises::{self, SHEET, content, named};
use crate::real::front::{Authority, Fate, Front};
use crate::real::loopback;
use crate::real::receiver::{Habit, Receiver, config};

fn open(config: Config) -> Destination {
    Destination::open_within(&destinations::Config::Webhook(config), &loopback()).expect("in order")
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
