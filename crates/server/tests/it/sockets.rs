//! Visitor and agent over real sockets: the main job, and how connections end.

use protocol::http::Role;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::served::{CONSOLE, Call, Served, Socket, WIDGET, post_message, text};

/// The conversation that a console has waiting.
async fn waiting(console: &mut Socket) -> String {
    let rows = console
        .find(|f| f["frame"] == "rows" && f["changed"].as_array().is_some_and(|r| !r.is_empty()))
        .await;
    text(&rows["changed"][0]["conversation"])
}

fn number(event: &Value) -> u64 {
    event["number"].as_u64().unwrap()
}

#[tokio::test]
async fn a_visitor_and_an_agent_talk_and_the_card_is_hidden_from_both() {
    let world = Served::new().await;
    let ana = world.staff("Ana", Role::Agent).await;
    let (token, _) = world.starts("Hello?").await;
    let (mut visitor, welcome) = world.visitor(&token, 0).await;
    assert_eq!(welcome["view"]["state"], "waiting");
    assert_eq!(welcome["view"]["position"], 1);
    let mut console = world.console(&ana).await;
    let id = waiting(&mut console).await;
    let done = console.asks(1, json!({"accept": {"conversation": id}})).await;
    assert_eq!(done["frame"], "done", "{done}");
    let view = visitor.find(|f| f["frame"] == "view" && f["view"]["state"] == "active").await;
    assert_eq!(view["view"]["agent"]["name"], "Ana");
    console.asks(2, json!({"open": {"conversation": id, "after": 0}})).await;
    let sent = visitor.asks(1, post_message("My card is 4111 1111 1111 1111")).await;
    assert_eq!(sent["frame"], "done", "{sent}");
    let hidden = "My card is XXXX XXXX XXXX 1111";
    let there = console.message(hidden).await;
    assert_eq!(there["body"]["masks"][0]["rule"], "card");
    let here = visitor.message(hidden).await;
    assert_eq!(number(&here), sent["number"].as_u64().unwrap());
    let said = json!({"conversation": id, "client_id": "client-00000001", "text": "Thank you"});
    let answered = console.asks(3, json!({"post_message": said.clone()})).await;
    let again = console.asks(4, json!({"post_message": said})).await;
    assert_eq!(answered["number"], again["number"], "a resend is harmless");
    visitor.message("Thank you").await;
    world.ends().await;
}

#[tokio::test]
async fn typing_and_seen_travel_and_no_typed_text_does() {
    let world = Served::new().await;
    let ana = world.staff("Ana", Role::Agent).await;
    let (token, _) = world.starts("Hello?").await;
    let (mut visitor, _) = world.visitor(&token, 0).await;
    let mut console = world.console(&ana).await;
    let id = waiting(&mut console).await;
    console.asks(1, json!({"accept": {"conversation": id}})).await;
    console.asks(2, json!({"open": {"conversation": id, "after": 0}})).await;
    visitor.asks(1, json!({"typing": {"on": true}})).await;
    let typing = console.next("typing").await;
    assert_eq!(typing, json!({"frame": "typing", "conversation": id, "on": true}));
    console.asks(3, json!({"typing": {"conversation": id, "on": true}})).await;
    assert_eq!(visitor.next("typing").await, json!({"frame": "typing", "on": true}));
    let said = json!({"conversation": id, "client_id": "client-00000001", "text": "Good morning"});
    console.asks(4, json!({"post_message": said})).await;
    let seen = number(&visitor.message("Good morning").await);
    visitor.asks(2, json!({"seen": {"number": seen}})).await;
    console.find(|f| f["frame"] == "seen" && f["number"].as_u64() > Some(1)).await;
    world.ends().await;
}

#[tokio::test]
async fn whoever_connects_again_gets_what_they_missed_and_nothing_twice() {
    let world = Served::new().await;
    let ana = world.staff("Ana", Role::Agent).await;
    let (token, _) = world.starts("Hello?").await;
    let (mut visitor, welcome) = world.visitor(&token, 0).await;
    let mut console = world.console(&ana).await;
    let id = waiting(&mut console).await;
    console.asks(1, json!({"accept": {"conversation": id}})).await;
    let first = visitor.asks(1, post_message("one")).await["number"].as_u64().unwrap();
    visitor.message("one").await;
    drop(visitor);
    for words in ["two", "three"] {
        let said =
            json!({"conversation": id, "client_id": format!("client-{words}"), "text": words});
        console.asks(2, json!({"post_message": said})).await;
    }
    let (mut visitor, again) = world.visitor(&text(&welcome["token"]), first).await;
    assert_eq!(again["last"].as_u64().unwrap(), first + 2);
    let events = visitor.next("events").await["events"].as_array().cloned().unwrap();
    let texts: Vec<&Value> = events.iter().map(|event| &event["body"]["text"]).collect();
    assert_eq!(texts, ["two", "three"]);
    world.ends().await;
}

#[tokio::test]
async fn a_server_that_stops_asks_everyone_to_come_back() {
    let world = Served::new().await;
    let ana = world.staff("Ana", Role::Agent).await;
    let (token, _) = world.starts("Hello?").await;
    let (mut visitor, _) = world.visitor(&token, 0).await;
    let mut console = world.console(&ana).await;
    world.stops();
    assert!(visitor.next("reconnect").await["after_ms"].is_u64());
    assert!(console.next("reconnect").await["after_ms"].is_u64());
    assert_eq!(visitor.closes().await, "restart");
    world.ends().await;
}

#[tokio::test]
async fn a_frame_that_is_none_ends_the_socket_and_quotes_nothing() {
    let world = Served::new().await;
    for bad in [
        r#"{"id":1,"verb":{"shout":{"text":"vexmarrow"}}}"#,
        r#"{"id":1,"verb":{"end":{"vexmarrow":1}}}"#,
        "vexmarrow",
        r#"{"id":1,"verb":{"end":{}},"vexmarrow":2}"#,
    ] {
        let (token, _) = world.starts("Hello?").await;
        let (mut visitor, _) = world.visitor(&token, 0).await;
        visitor.send_raw(Message::text(bad)).await;
        let bye = visitor.next("bye").await;
        assert_eq!(bye["problem"]["code"], "malformed");
        assert!(!bye.to_string().contains("vexmarrow"), "{bye}");
        assert_eq!(visitor.closes().await, "malformed");
    }
    let (token, _) = world.starts("Hello?").await;
    let (mut visitor, _) = world.visitor(&token, 0).await;
    visitor.send_raw(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(visitor.next("bye").await["problem"]["code"], "malformed");
    world.ends().await;
}

#[tokio::test]
async fn a_foreign_page_opens_no_socket() {
    let world = Served::new().await;
    for origin in ["http://clinic.localhost:8080", "http://localhost:8080", "null"] {
        assert!(world.socket(WIDGET, "/live/visitor", origin).await.is_err(), "{origin}");
    }
    for origin in ["http://clinic.localhost:8080", "http://widget.localhost:8080", "null"] {
        assert!(world.socket(CONSOLE, "/live/agent", origin).await.is_err(), "{origin}");
    }
    // Nor does the right page on the wrong origin.
    assert!(world.socket(WIDGET, "/live/agent", "http://widget.localhost:8080").await.is_err());
    world.ends().await;
}

#[tokio::test]
async fn another_version_of_the_protocol_is_told_to_load_anew() {
    let world = Served::new().await;
    let (token, _) = world.starts("Hello?").await;
    let mut visitor = world.visitor_socket().await;
    visitor.send(&json!({"protocol": 2, "token": token, "after": 0})).await;
    assert_eq!(visitor.next("bye").await["problem"]["code"], "other_version");
    world.ends().await;
}

#[tokio::test]
async fn a_foreign_token_opens_nothing() {
    let world = Served::new().await;
    let mut visitor = world.visitor_socket().await;
    visitor.send(&json!({"protocol": 1, "token": "not-a-token", "after": 0})).await;
    assert_eq!(visitor.next("bye").await["problem"]["code"], "signed_out");
    world.ends().await;
}

#[tokio::test]
async fn a_conversation_is_delivered_from_the_socket_to_the_folder() {
    let world = Served::new().await;
    let ana = world.staff("Ana", Role::Agent).await;
    let (token, reference) = world.starts("Hello?").await;
    let (mut visitor, _) = world.visitor(&token, 0).await;
    let mut console = world.console(&ana).await;
    let id = waiting(&mut console).await;
    console.asks(1, json!({"accept": {"conversation": id}})).await;
    let closed = json!({"close": {"conversation": id, "disposition": "answered"}});
    assert_eq!(console.asks(2, closed).await["frame"], "done");
    visitor.find(|f| f["frame"] == "view" && f["view"]["may_rate"] == true).await;
    let rated = json!({"rate": {"client_id": "client-00000009", "score": 5, "comment": null}});
    assert_eq!(visitor.asks(1, rated).await["frame"], "done");
    world.app.clock.advance(std::time::Duration::from_secs(10 * 60));
    console
        .find(|f| {
            let rows = f["changed"].as_array().cloned().unwrap_or_default();
            rows.iter().any(|row| row["delivery"] == "delivered")
        })
        .await;
    let there = std::fs::read_dir(world.archive().join("2026/11").join(&reference)).unwrap();
    assert_eq!(there.count(), 3, "transcript, page and manifest");
    let chief = world.staff("Chief", Role::Supervisor).await;
    let call = Call { path: "/api/deliveries", cookie: &chief, ..Call::default() };
    let delivered = world.call(call).await.body["delivered"][0].clone();
    assert_eq!((&delivered["reference"], &delivered["agent"]), (&json!(reference), &json!("Ana")));
    world.ends().await;
}
