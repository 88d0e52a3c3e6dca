//! The servers start, follow, take over and end.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use engines::{Gate, Nats, Postgres};

#[test]
fn a_promoted_standby_has_what_its_dead_primary_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut primary = Postgres::start(&folder.path().join("a")).expect("a primary");
    let standby = primary.standby(&folder.path().join("b")).expect("a standby");
    primary.sql("postgres", "create table said (text text)").expect("a table");
    primary.sql("postgres", "insert into said values ('before the end')").expect("a row");
    primary.kill().expect("a kill");
    assert_eq!(standby.sql("postgres", "select pg_is_in_recovery()").expect("an answer"), "t");
    standby.promote().expect("a new primary");
    assert_eq!(standby.sql("postgres", "select text from said").expect("a row"), "before the end");
    standby.sql("postgres", "insert into said values ('and after')").expect("it takes rows");
}

#[test]
fn a_stopped_primary_comes_back_with_its_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut primary = Postgres::start(folder.path()).expect("a primary");
    primary.sql("postgres", "create database sotto").expect("a database");
    primary.stop().expect("a stop");
    assert!(!primary.is_running());
    primary.run().expect("again");
    let count = "select count(*) from pg_database where datname = 'sotto'";
    assert_eq!(primary.sql("postgres", count).expect("an answer"), "1");
    assert_eq!(primary.sql("sotto", "show fsync").expect("an answer"), "on");
    assert_eq!(primary.sql("sotto", "show data_checksums").expect("an answer"), "on");
}

#[test]
fn a_killed_nats_server_comes_back_on_its_port() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut nats = Nats::start(folder.path(), "").expect("a server");
    let address = nats.address();
    nats.kill().expect("a kill");
    assert!(TcpStream::connect(address).is_err());
    nats.run().expect("again");
    assert!(TcpStream::connect(address).is_ok());
}

#[test]
fn a_gate_that_fell_silent_keeps_what_came_until_it_opens() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let gate = Gate::before(listener.local_addr().expect("an address")).expect("a gate");
    let mut near = TcpStream::connect(gate.address()).expect("a way in");
    let (mut far, _) = listener.accept().expect("a way out");
    let mut bytes = [0; 3];
    near.write_all(b"one").expect("it is open");
    far.read_exact(&mut bytes).expect("it came");
    assert_eq!(&bytes, b"one");
    gate.fall_silent();
    near.write_all(b"two").expect("nobody is told");
    far.set_nonblocking(true).expect("it can");
    assert!(far.read(&mut bytes).is_err(), "it passed a silent gate");
    far.set_nonblocking(false).expect("it can");
    gate.open();
    far.read_exact(&mut bytes).expect("it came in the end");
    assert_eq!(&bytes, b"two");
    gate.shut();
    assert_eq!(near.read(&mut bytes).unwrap_or(0), 0, "it was cut off");
    // A process that another test starts holds our ports too, until its program runs.
    while TcpStream::connect(gate.address()).is_ok() {}
    gate.open();
    assert!(TcpStream::connect(gate.address()).is_ok());
}

/// Whether the first process of a server stands still: the third word of its `stat`.
fn stands_still(server: &Postgres) -> bool {
    let pid = server.pid().expect("it runs");
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
}

#[test]
fn a_server_that_stood_still_answers_what_it_was_asked_meanwhile() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Postgres::start(folder.path()).expect("a server");
    let frozen = server.freeze().expect("it stands still");
    while !stands_still(&server) {}
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| server.sql("postgres", "select 'and now?'"));
        drop(frozen);
        assert_eq!(asked.join().expect("no panic").expect("an answer"), "and now?");
    });
    while stands_still(&server) {}
}
