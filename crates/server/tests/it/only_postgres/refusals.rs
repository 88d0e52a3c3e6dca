//! Servers that would break a promise are refused at the start, with a reason.

use server::bus::Bus;
use server::clock::{Clock, Millis};
use server::config::{Config, SecretUrl};
use server::db::Location;
use server::ids::random;

use super::servers::{Nats, Postgres, Wire};
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

fn database(server: &Postgres) -> String {
    let [a, b] = random::<2>();
    let name = format!("d_{a}_{b}");
    engine::execute(&server.url(), &format!("create database {name}"));
    server.url().replace("/postgres", &format!("/{name}"))
}

#[test]
fn a_server_that_forgets_what_it_confirmed_is_refused() {
    let server = Postgres::starts();
    at(&server.url()).check(Some(now())).expect("as it is, it is taken");
    for (setting, reason) in [("fsync", "fsync is off"), ("full_page_writes", "full_page_writes")] {
        let switch = |to| {
            engine::execute(&server.url(), &format!("alter system set {setting} = {to}"));
            engine::execute(&server.url(), "select pg_reload_conf()");
        };
        switch("off");
        let refused = loop {
            // The server takes its settings up when it comes to it.
            if let Err(refused) = at(&server.url()).check(Some(now())) {
                break refused.to_string();
            }
        };
        assert!(refused.contains(reason), "{refused}");
        switch("on");
        while at(&server.url()).check(Some(now())).is_err() {}
    }
    for weak in ["off", "local", "remote_write"] {
        let url = database(&server);
        let name = url.rsplit('/').next().expect("a name").to_owned();
        let words = format!("alter database {name} set synchronous_commit = {weak}");
        engine::execute(&server.url(), &words);
        let refused = refusal(&url);
        assert!(refused.contains("synchronous_commit"), "{weak}: {refused}");
    }
}

#[test]
fn a_standby_is_refused_as_a_primary_and_advice_ends_with_one_that_is_synchronous() {
    let primary = Postgres::starts();
    let advice = at(&primary.url()).check(Some(now())).expect("it is taken");
    assert!(advice.iter().any(|line| line.contains("checksums")), "{advice:?}");
    assert!(advice.iter().any(|line| line.contains("synchronous standby")), "{advice:?}");
    let standby = Postgres::stands_by(&primary);
    let refused = refusal(&standby.url());
    assert!(refused.contains("standby"), "{refused}");
    engine::execute(&primary.url(), "alter system set synchronous_standby_names = 'standby'");
    engine::execute(&primary.url(), "select pg_reload_conf()");
    let is_told = |lines: &[String]| lines.iter().any(|line| line.contains("synchronous standby"));
    while is_told(&at(&primary.url()).check(Some(now())).expect("it is taken")) {}
    drop(standby);
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
    let server = Nats::starts();
    let settings = |port: u16| Config {
        bus_url: Some(SecretUrl::new(&format!("nats://127.0.0.1:{port}"))),
        ..Config::default()
    };
    Bus::open(&settings(server.port), "install", |_| {}).await.expect("as it is, it is taken");
    let old = |bytes: &mut Vec<u8>| {
        let text = String::from_utf8_lossy(bytes).replace("2.15.1", "2.12.5");
        *bytes = text.into_bytes();
    };
    let older = Wire::changing(server.port, old).await;
    let refused = Bus::open(&settings(older.port), "install", |_| {}).await;
    let refused = refused.err().expect("it is refused").to_string();
    assert!(refused.contains("2.12.6"), "{refused}");
    older.is_cut();
    let refused = Bus::open(&settings(older.port), "install", |_| {}).await;
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
