//! Every limit of the server, each with what happens past it.

use std::time::Duration;

use protocol::http::Role;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::served::{CONSOLE, Call, Served, WIDGET, post_message, start};

#[tokio::test]
async fn a_message_past_16_kib_is_refused_and_the_socket_goes_on() {
    let world = Served::new().await;
    let (token, _) = world.starts("Hello?").await;
    let (mut visitor, _) = world.visitor(&token, 0).await;
    let refused = visitor.asks(1, post_message(&"a".repeat(16 * 1024 + 1))).await;
    assert_eq!(refused["problem"]["code"], "too_large");
    let sent = visitor.asks(2, post_message(&"a".repeat(16 * 1024))).await;
    assert_eq!(sent["frame"], "done", "{sent}");
    world.ends().await;
}

#[tokio::test]
async fn a_frame_past_64_kib_ends_the_socket_with_its_reason() {
    let world = Served::new().await;
    let (token, _) = world.starts("Hello?").await;
    let (mut visitor, _) = world.visitor(&token, 0).await;
    visitor.send_raw(Message::text("a".repeat(64 * 1024 + 1))).await;
    assert_eq!(visitor.next("bye").await["problem"]["code"], "too_large");
    world.ends().await;
}

#[tokio::test]
async fn the_101st_message_in_a_minute_waits_even_on_a_new_connection() {
    let world = Served::new().await;
    let (token, _) = world.starts("Hello?").await;
    let (mut visitor, welcome) = world.visitor(&token, 0).await;
    for number in 1..=100 {
        assert_eq!(visitor.asks(number, post_message("again")).await["frame"], "done");
    }
    let refused = visitor.asks(101, post_message("again")).await;
    assert_eq!(refused["problem"]["code"], "too_many");
    assert!(refused["problem"]["retry_after"].as_u64().is_some_and(|s| (1..=60).contains(&s)));
    drop(visitor);
    let token = welcome["token"].as_str().unwrap().to_owned();
    let (mut visitor, _) = world.visitor(&token, 0).await;
    let message = post_message("again");
    assert_eq!(visitor.asks(1, message.clone()).await["problem"]["code"], "too_many");
    world.app.clock.advance(Duration::from_secs(60));
    assert_eq!(visitor.asks(2, message).await["frame"], "done");
    world.ends().await;
}

#[tokio::test]
async fn what_was_sent_behind_one_message_too_many_does_not_get_ahead_of_it() {
    let world = Served::with(|config| config.limits.messages_per_minute = 1).await;
    let (token, _) = world.starts("Hello?").await;
    let (mut visitor, _) = world.visitor(&token, 0).await;
    assert_eq!(visitor.asks(1, post_message("My address has changed.")).await["frame"], "done");
    let (first, second) = (post_message("It is by the river."), post_message("Did you get it?"));
    let refused = visitor.asks(2, first.clone()).await;
    assert_eq!(refused["problem"]["code"], "too_many", "{refused}");
    // The next minute begins while the second is on its way.
    world.app.clock.advance(Duration::from_secs(60));
    let refused = visitor.asks(3, second.clone()).await;
    assert_eq!(refused["problem"]["code"], "too_many", "{refused}");
    assert_eq!(refused["problem"]["retry_after"], 1);
    let typing = visitor.asks(4, json!({"typing": {"on": true}})).await;
    assert_eq!(typing["frame"], "done", "what has no place in the row need not wait: {typing}");
    let done = visitor.asks(5, first).await;
    assert_eq!(done["number"], 3, "{done}");
    world.app.clock.advance(Duration::from_secs(60));
    let done = visitor.asks(6, second).await;
    assert_eq!(done["number"], 4, "{done}");
    world.ends().await;
}

#[tokio::test]
async fn one_address_starts_so_many_conversations_a_minute() {
    let world = Served::with(|config| config.limits.starts_per_minute = 3).await;
    for _ in 0..3 {
        world.starts("Hello?").await;
    }
    let refused = world.post(WIDGET, "/api/visitor/start", "", start("Hello?")).await;
    assert_eq!((refused.status, &refused.body["code"]), (429, &json!("too_many")));
    assert!(refused.head.to_lowercase().contains("retry-after:"));
    world.app.clock.advance(Duration::from_secs(60));
    world.starts("Hello?").await;
    world.ends().await;
}

#[tokio::test]
async fn a_ticket_opens_one_socket_within_30_seconds() {
    let world = Served::new().await;
    let ana = world.staff("Ana", Role::Agent).await;
    let ticket = world.ticket(&ana).await;
    let hello = json!({"protocol": 1, "ticket": ticket});
    let mut first = world.console_socket().await;
    first.send(&hello).await;
    first.next("welcome").await;
    let mut second = world.console_socket().await;
    second.send(&hello).await;
    assert_eq!(second.next("bye").await["problem"]["code"], "signed_out");
    let late = json!({"protocol": 1, "ticket": world.ticket(&ana).await});
    world.app.clock.advance(Duration::from_secs(30));
    let mut third = world.console_socket().await;
    third.send(&late).await;
    assert_eq!(third.next("bye").await["problem"]["code"], "signed_out");
    world.ends().await;
}

#[tokio::test]
async fn a_socket_that_says_nothing_is_closed() {
    let world = Served::with(|config| config.limits.authenticate_seconds = 1).await;
    let mut visitor = world.visitor_socket().await;
    assert_eq!(visitor.next("bye").await["problem"]["code"], "signed_out");
    let mut console = world.console_socket().await;
    assert_eq!(console.next("bye").await["problem"]["code"], "signed_out");
    world.ends().await;
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let world = Served::with(|config| config.limits.header_read_seconds = 1).await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost:8080\r\nX-Slow: ").await.unwrap();
    let mut answer = Vec::new();
    // Returns only because the server closes.
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    world.ends().await;
}

#[tokio::test]
async fn past_the_limit_on_connections_the_next_one_waits_for_a_place() {
    let world = Served::with(|config| config.limits.connections = 2).await;
    let (first, _second) = (world.visitor_socket().await, world.visitor_socket().await);
    let mut third = TcpStream::connect(world.address).await.unwrap();
    third
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    // No place is free: the answer cannot be there, however long one waits.
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(200), third.peek(&mut byte)).await;
    assert!(early.is_err(), "it waits");
    drop(first);
    let mut answer = String::new();
    third.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    world.ends().await;
}

#[tokio::test]
async fn a_body_past_the_limit_is_refused() {
    let world = Served::new().await;
    let huge = world.post(CONSOLE, "/api/sign-in", "", json!({"name": "a".repeat(200_000)})).await;
    assert_eq!((huge.status, &huge.body["code"]), (413, &json!("too_large")));
    world.ends().await;
}

#[tokio::test]
async fn a_reader_who_takes_nothing_is_dropped_and_nobody_waits_for_them() {
    let world = Served::with(|config| {
        config.limits.stall_seconds = 1;
        config.limits.messages_per_minute = 1_000_000;
        config.limits.visitor_bytes_per_minute = 1024 * 1024 * 1024;
    })
    .await;
    let (token, _) = world.starts("Hello?").await;
    // Two connections of one visitor: one reads, the other never does.
    let (mut deaf, _) = world.visitor(&token, 0).await;
    let (mut visitor, _) = world.visitor(&token, 0).await;
    let long = "a ".repeat(8 * 1024);
    for number in 1..=1_500 {
        assert_eq!(visitor.asks(number, post_message(&long)).await["frame"], "done");
        if world.app.db.read(connections).await.unwrap() < 2 {
            break;
        }
    }
    assert_eq!(world.app.db.read(connections).await.unwrap(), 1, "the deaf one is gone");
    while deaf.frame().await.is_some() {}
    world.ends().await;
}

fn connections(tx: &mut server::db::Tx<'_>) -> server::error::Result<i64> {
    tx.count("select count(*) from presence", server::values![])
}

#[tokio::test]
async fn a_visitor_sends_so_much_text_a_minute() {
    let world = Served::new().await;
    let (token, _) = world.starts("Hello?").await;
    let (mut visitor, _) = world.visitor(&token, 0).await;
    let long = "a".repeat(16 * 1024);
    for number in 1..=8 {
        assert_eq!(visitor.asks(number, post_message(&long)).await["frame"], "done");
    }
    assert_eq!(visitor.asks(9, post_message(&long)).await["problem"]["code"], "too_many");
    world.ends().await;
}

#[tokio::test]
async fn a_conversation_does_not_grow_for_ever() {
    let world = Served::with(|config| config.limits.events_per_conversation = 100).await;
    let (token, _) = world.starts("Hello?").await;
    let (mut visitor, _) = world.visitor(&token, 0).await;
    for number in 2..=100 {
        assert_eq!(visitor.asks(number, post_message("again")).await["frame"], "done");
    }
    assert_eq!(visitor.asks(101, post_message("again")).await["problem"]["code"], "too_large");
    world.ends().await;
}

#[tokio::test]
async fn a_form_is_one_message_long_and_holds_each_field_once() {
    let world = Served::new().await;
    let mut long = start("Hello?");
    long["answers"] = json!([
        {"field": "question", "text": "a".repeat(9_000)}, {"field": "page", "text": "a".repeat(9_000)},
    ]);
    assert_eq!(world.post(WIDGET, "/api/visitor/start", "", long).await.status, 413);
    let mut twice = start("Hello?");
    twice["answers"] = json!([
        {"field": "question", "text": "a"}, {"field": "question", "text": "b"},
    ]);
    assert_eq!(world.post(WIDGET, "/api/visitor/start", "", twice).await.status, 422);
    world.ends().await;
}

#[tokio::test]
async fn one_visitor_has_so_many_pages_open() {
    let world = Served::new().await;
    let (token, _) = world.starts("Hello?").await;
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(world.visitor(&token, 0).await);
    }
    let mut one_more = world.visitor_socket().await;
    one_more.send(&json!({"protocol": 1, "token": token, "after": 0})).await;
    assert_eq!(one_more.next("bye").await["problem"]["code"], "too_many");
    world.ends().await;
}

#[tokio::test]
async fn every_answer_tells_the_browser_to_keep_and_embed_nothing() {
    let world = Served::new().await;
    for (host, path) in [
        (CONSOLE, "/api/me"),
        (CONSOLE, "/nowhere"),
        (WIDGET, "/api/widget/clinic"),
        ("files.localhost:8080", "/"),
        ("elsewhere.example", "/"),
    ] {
        let head = world.call(Call { host, path, ..Call::default() }).await.head;
        for line in
            ["cache-control: no-store", "x-content-type-options: nosniff", "frame-ancestors 'none'"]
        {
            assert!(head.contains(line), "{host}{path}: {head}");
        }
    }
    world.ends().await;
}
