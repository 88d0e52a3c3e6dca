//! Servers that would break a promise are refused at the start, with a reason.

use std::net::SocketAddr;

use engines::{Nats, Postgres};
use server::bus::Bus;
use server::clock::{Clock, Millis};
use server::config::{Config, SecretUrl};
use server::db::Location;

use super::servers::{Wire, place};
use crate::engine;

fn now() -> Millis {
    Clock::system().now()
}

fn at(url: &str) -> Location {
    let database_url = Some(SecretUrl::new(url));
    Location::of(&Config { database_url, ..Config::default() }).expect("a location")
}

fn refusal(url: &str) -> String {
    at(url).check(Some(now())).expect_err("it is refused").to_string()
}

fn url(server: &Postgres) -> String {
    Postgres::url([server.address()], "postgres")
}

#[test]
fn how_far_a_clock_is_apart_is_measured() {
    let folder = place();
    let server = Postgres::start(&folder.path().join("primary")).expect("it starts");
    let hour = 60 * 60 * 1000;
    let behind = Clock::moved(Millis(now().0 - hour));
    let ahead = at(&url(&server)).clock_ahead(&behind).expect("it answers").expect("it has one");
    assert!((hour..2 * hour).contains(&ahead), "{ahead} ms");
    let file = Location::of(&Config::default()).expect("a location");
    assert!(file.clock_ahead(&behind).expect("nothing is asked").is_none());
}

#[test]
fn a_server_that_forgets_what_it_confirmed_is_refused() {
    let folder = place();
    let server = Postgres::start(&folder.path().join("primary")).expect("it starts");
    let sql = |words: &str| server.sql("postgres", words).expect("it is carried out");
    at(&url(&server)).check(Some(now())).expect("as it is, it is taken");
    for (setting, reason) in [("fsync", "fsync is off"), ("full_page_writes", "full_page_writes")] {
        let switch = |to| {
            sql(&format!("alter system set {setting} = {to}"));
            sql("select pg_reload_conf()");
        };
        switch("off");
        let refused = loop {
            // The server takes its settings up when it comes to it.
            if let Err(refused) = at(&url(&server)).check(Some(now())) {
                break refused.to_string();
            }
        };
        assert!(refused.contains(reason), "{refused}");
        switch("on");
        while at(&url(&server)).check(Some(now())).is_err() {}
    }
    for weak in ["off", "local", "remote_write"] {
        sql(&format!("alter database postgres set synchronous_commit = {weak}"));
        let refused = refusal(&url(&server));
        assert!(refused.contains("synchronous_commit"), "{weak}: {refused}");
    }
}

#[test]
fn a_standby_is_refused_as_a_primary_and_advice_ends_with_one_that_is_synchronous() {
    let folder = place();
    let primary = Postgres::start(&folder.path().join("primary")).expect("it starts");
    let advice = at(&url(&primary)).check(Some(now())).expect("it is taken");
    assert!(advice.iter().any(|line| line.contains("synchronous standby")), "{advice:?}");
    let standby = primary.standby(&folder.path().join("standby")).expect("it follows");
    let refused = refusal(&url(&standby));
    assert!(refused.contains("standby"), "{refused}");
    let advice = at(&url(&primary)).check(Some(now())).expect("it is taken");
    assert!(advice.is_empty(), "{advice:?}");
}

#[test]
fn a_clock_more_than_five_seconds_apart_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::of(&engine::config(folder.path())).unwrap();
    location.check(Some(now())).expect("this machine's own clock is taken");
    for apart in [now().plus_seconds(7), now().minus_seconds(7)] {
        let refused = location.check(Some(apart)).expect_err("it is refused").to_string();
        assert!(refused.contains("5 s apart"), "{refused}");
    }
}

#[tokio::test]
async fn a_nats_server_that_is_too_old_or_not_there_is_refused() {
    let folder = place();
    let server = Nats::start(folder.path(), "").expect("it starts");
    let settings = |address: SocketAddr| Config {
        bus_url: Some(SecretUrl::new(&format!("nats://{address}"))),
        ..Config::default()
    };
    Bus::open(&settings(server.address()), "install", |_| {}).await.expect("as it is, it is taken");
    let old = |bytes: &mut Vec<u8>| {
        let text = String::from_utf8_lossy(bytes).replace("2.15.1", "2.12.5");
        *bytes = text.into_bytes();
    };
    let older = Wire::changing(server.address(), old).await;
    let refused = Bus::open(&settings(older.address), "install", |_| {}).await;
    let refused = refused.err().expect("it is refused").to_string();
    assert!(refused.contains("2.12.6"), "{refused}");
    older.is_cut();
    let refused = Bus::open(&settings(older.address), "install", |_| {}).await;
    let refused = refused.err().expect("it is refused").to_string();
    assert!(refused.contains("cannot be reached"), "{refused}");
}

#[test]
fn rings_leave_the_machine_only_under_tls() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bus_url = Some(SecretUrl::new("nats://bus.example.org:4222"));
    let config = Config { bus_url, ..Config::default() };
    let refused = runtime.block_on(Bus::open(&config, "install", |_| {}));
    assert!(refused.err().expect("it is refused").to_string().contains("tls://"));
}
