//! A node that leaves, and everybody on it who goes on at another.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use protocol::http::Role;
use serde_json::{Value, json};
use server::values;

use crate::served::{Served, Socket, text};
use crate::world::fresh_client_id;

const VISITORS: usize = 4;
/// That each says once the node is not theirs any more.
const AFTER: u32 = 3;
/// Before the node is told to leave.
const BEFORE: usize = 12;

/// Somebody who talks, and comes back where they are asked to.
struct Talker<'a> {
    there: &'a Served,
    socket: Socket,
    who: Who,
    conversation: String,
    acknowledged: &'a AtomicUsize,
    request: u32,
}

#[derive(Clone)]
enum Who {
    Visitor { token: String, after: u64 },
    Agent { cookie: String },
}

/// What came of a message.
enum Told {
    Done,
    /// Connect elsewhere, and send again what was not answered.
    Reconnect,
}

impl Talker<'_> {
    /// Says one thing after the other, until some time after the move.
    async fn talks(mut self) -> (Self, Vec<String>) {
        let (mut said, mut left) = (Vec::new(), None);
        while left != Some(0) {
            let (name, client_id) = (self.name(), fresh_client_id());
            let words = format!("{name} in {} says {}", self.conversation, said.len());
            while let Told::Reconnect = self.says(&client_id, &words).await {
                assert!(left.is_none(), "{name} is moved once");
                self.moves().await;
                left = Some(AFTER + 1);
            }
            said.push(words);
            left = left.map(|left| left - 1);
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
        (self, said)
    }

    async fn says(&mut self, client_id: &str, words: &str) -> Told {
        self.request += 1;
        let id = self.request;
        let mut message = json!({"client_id": client_id, "text": words});
        if let Who::Agent { .. } = self.who {
            message["conversation"] = json!(self.conversation);
        }
        // The node may have gone just now, after it had said so.
        let request = json!({"id": id, "verb": {"post_message": message}});
        let _is_sent = self.socket.tries_to_send(&request).await;
        while let Some(frame) = self.socket.frame().await {
            match frame["frame"].as_str().unwrap_or_default() {
                "done" if frame["id"] == id => return Told::Done,
                "reconnect" => return Told::Reconnect,
                "refused" | "bye" => panic!("{} sees an error: {frame}", self.name()),
                _ => {}
            }
        }
        panic!("{} is cut off without a word", self.name());
    }

    async fn moves(&mut self) {
        match self.who.clone() {
            Who::Visitor { token, after } => {
                let (socket, welcome) = self.there.visitor(&token, after).await;
                self.socket = socket;
                self.who = Who::Visitor { token: text(&welcome["token"]), after };
            }
            Who::Agent { cookie } => {
                self.socket = self.there.console(&cookie).await;
                let opened = json!({"open": {"conversation": self.conversation, "after": 0}});
                assert_eq!(self.socket.asks(0, opened).await["frame"], "done");
            }
        }
    }

    fn name(&self) -> &'static str {
        match self.who {
            Who::Visitor { .. } => "a visitor",
            Who::Agent { .. } => "an agent",
        }
    }
}

/// Every message of a conversation as its visitor would see it, by its sender.
async fn shown(node: &Served, token: &str, all: usize) -> BTreeMap<String, Vec<String>> {
    let (mut socket, welcome) = node.visitor(token, 0).await;
    let (last, mut number) = (welcome["last"].as_u64().expect("a number"), 0);
    let mut by_sender: BTreeMap<String, Vec<String>> = BTreeMap::new();
    while number < last {
        let frame = socket.next("events").await;
        for event in frame["events"].as_array().expect("events") {
            number = event["number"].as_u64().expect("a number");
            if event["body"]["kind"] == "message" {
                let words = text(&event["body"]["text"]);
                let sender = words.split(" in ").next().unwrap_or_default().to_owned();
                by_sender.entry(sender).or_default().push(words);
            }
        }
    }
    let shown: usize = by_sender.values().map(Vec::len).sum();
    assert_eq!(shown, all, "each is there once");
    by_sender
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_on_a_node_that_leaves_goes_on_at_another_without_an_error_or_a_loss() {
    let here = Served::with(|config| {
        config.stop.spread_seconds = 2;
        config.limits.messages_per_minute = 1_000_000;
        config.limits.visitor_bytes_per_minute = 1024 * 1024 * 1024;
    });
    let here = here.await;
    let limits = here.app.config.limits.clone();
    let there = here.another(|config| config.limits = limits).await;
    let ana = here.staff("Ana", Role::Agent).await;
    let mut first = here.console(&ana).await;
    let (acknowledged, mut talkers, mut tokens) = (AtomicUsize::new(0), Vec::new(), Vec::new());
    for _ in 0..VISITORS {
        let (token, _) = here.starts("Hello?").await;
        let (socket, welcome) = here.visitor(&token, 0).await;
        let is_new = |row: &Value| row["state"] == "waiting";
        let rows = first
            .find(|f| f["changed"].as_array().is_some_and(|rows| rows.iter().any(is_new)))
            .await;
        let rows = rows["changed"].as_array().cloned().unwrap_or_default();
        let conversation =
            text(&rows.iter().find(|row| is_new(row)).expect("it waits")["conversation"]);
        let accepted = first.asks(1, json!({"accept": {"conversation": conversation}})).await;
        assert_eq!(accepted["frame"], "done", "{accepted}");
        let mut console = here.console(&ana).await;
        console.asks(0, json!({"open": {"conversation": conversation, "after": 0}})).await;
        let token = text(&welcome["token"]);
        tokens.push(token.clone());
        let of = |socket, who| Talker {
            there: &there,
            socket,
            who,
            conversation: conversation.clone(),
            acknowledged: &acknowledged,
            request: 0,
        };
        talkers.push(of(socket, Who::Visitor { token, after: 0 }));
        talkers.push(of(console, Who::Agent { cookie: ana.clone() }));
    }
    drop(first);
    let leaves = async {
        while acknowledged.load(Ordering::Relaxed) < BEFORE {
            tokio::task::yield_now().await;
        }
        here.stops();
    };
    let (said, ()) = tokio::join!(join_all(talkers.into_iter().map(Talker::talks)), leaves);
    here.ends().await;
    let missed = "select count(*) from job where kind in ('visitor_gone', 'agent_gone')";
    let missed = there.app.db.read(move |tx| tx.count(missed, values![])).await;
    assert_eq!(missed.expect("reads"), 0, "nobody counts as gone");
    for (said, token) in said.chunks(2).zip(&tokens) {
        let [(_, visitor), (_, agent)] = said else { panic!("two in each") };
        let shown = shown(&there, token, visitor.len() + agent.len()).await;
        assert_eq!(&shown["a visitor"], visitor, "in the order in which they were said");
        assert_eq!(&shown["an agent"], agent);
    }
    drop(said);
    there.ends().await;
}
