//! The servers start, follow, take over and end.

use engines::{Nats, Postgres};

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
    assert!(std::net::TcpStream::connect(address).is_err());
    nats.run().expect("again");
    assert!(std::net::TcpStream::connect(address).is_ok());
}
