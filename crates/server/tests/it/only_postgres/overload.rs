//! A database that has no time: it stands still, lets everything in and answers
//! nothing, and then goes on where it stood.

use std::time::Duration;

use engines::Postgres;
use protocol::http::Role;
use serde_json::json;
use server::bus::Topic;
use server::config::SecretUrl;
use server::conversation::renew_lease;
use server::values;

use super::held::Held;
use super::nodes::{is_sent_away, readiness, says_both_in_order, sends_two};
use super::servers::{Wire, place};
use crate::engine;
use crate::served::{Served, post_message};

/// Long enough for any machine, short enough to be told.
const PATIENCE: Duration = Duration::from_secs(60);

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waits = async { while !is_so().await {} };
    tokio::time::timeout(PATIENCE, waits).await.unwrap_or_else(|_| panic!("{what}"));
}

async fn count(node: &Served, sql: &'static str) -> i64 {
    node.app.db.read(move |tx| tx.count(sql, values![])).await.unwrap_or(-1)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stands_still_means_later_and_everything_goes_on_once_it_moves() {
    let folder = place();
    let server = Postgres::start(&folder.path().join("primary")).expect("it starts");
    let url = SecretUrl::new(&Postgres::url([server.address()], "postgres"));
    let here = Served::with(|config| config.database_url = Some(url)).await;
    let (token, _) = here.starts("Hello?").await;
    let (mut visitor, _) = here.visitor(&token, 0).await;
    assert_eq!(visitor.asks(9, post_message("Before")).await["frame"], "done");
    let frozen = server.freeze().expect("it stands still");
    sends_two(&mut visitor).await;
    is_sent_away(&mut visitor).await;
    assert_eq!(readiness(&here).await, 503);
    drop(frozen);
    until("it is ready again by itself", async || readiness(&here).await == 200).await;
    // What was under way when it stood still may have been carried out since; sent again
    // it is the same.
    says_both_in_order(here.visitor(&token, 0).await.0).await;
    let messages = count(&here, "select count(*) from event where kind = 'message'").await;
    assert_eq!(messages, 3, "each is there once");
    here.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_while_the_database_is_away_is_seen_to_have_left_once_it_is_back() {
    let server = engine::SHARED.postgres.address();
    let wire = Wire::to(server).await;
    let url = SecretUrl::new(&engine::fresh_schema(wire.address));
    let here = Served::with(|config| config.database_url = Some(url)).await;
    let (token, _) = here.starts("Hello?").await;
    let (visitor, _) = here.visitor(&token, 0).await;
    assert_eq!(count(&here, "select count(*) from presence").await, 1);
    wire.is_cut();
    drop(visitor);
    // Theirs was given up before this one.
    while here.app.db.write(|tx| tx.count("select 1", values![])).await.is_ok() {}
    wire.is_mended();
    let gone = async || count(&here, "select count(*) from presence").await == 0;
    until("their absence is noted", gone).await;
    let job = "select count(*) from job where kind = 'visitor_gone'";
    assert_eq!(count(&here, job).await, 1, "they have the usual time to come back");
    here.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_on_a_node_that_was_taken_for_dead_comes_anew_and_is_there() {
    let here = Served::new().await;
    let there = here.another(|_| {}).await;
    let (token, _) = here.starts("Hello?").await;
    let (mut visitor, _) = here.visitor(&token, 0).await;
    let mut console = here.console(&here.staff("Ana", Role::Agent).await).await;
    // It stands still for longer than its lease; unless it renews it just then.
    while *here.app.leases.borrow() == 1 {
        here.app.clock.advance(Duration::from_secs(31));
        renew_lease(&there.app).await.expect("it lives");
        renew_lease(&here.app).await.expect("it moves again");
    }
    for socket in [&mut visitor, &mut console] {
        let told = tokio::time::timeout(PATIENCE, socket.next("reconnect")).await;
        told.expect("nobody there knows of them");
    }
    let (_visitor, _) = here.visitor(&token, 0).await;
    assert_eq!(count(&there, "select count(*) from presence").await, 1);
    there.ends().await;
    here.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_sent_away_before_they_were_noted_is_not_there_afterwards() {
    let here = Served::new().await;
    let there = here.another(|_| {}).await;
    let ana = here.staff("Ana", Role::Agent).await;
    let mut console = here.console_socket().await;
    let ticket = here.ticket(&ana).await;
    let held = Held::by(&there.app, |tx| {
        let row = "select id from account where name = 'Ana' /* locked */";
        tx.row(row, values![], |_| Ok(())).map(|_| ())
    });
    let held = held.await;
    console.send(&json!({"protocol": 1, "ticket": ticket})).await;
    let told = console.find(|frame| frame["frame"] == "bye").await;
    assert_eq!(told["problem"]["code"], "later", "it takes too long");
    let mut mailbox = here.app.bus.mailbox();
    mailbox.listen(Topic::Staff);
    held.lets_go().await;
    // They are noted as there after all.
    tokio::time::timeout(PATIENCE, mailbox.next()).await.expect("they are noted");
    let gone = async || count(&here, "select count(*) from presence").await == 0;
    until("nobody is there", gone).await;
    there.ends().await;
    here.ends().await;
}
