//! A stand-in for the server that can be broken on purpose, so that the
//! generator's verdicts are seen to fail. It has one lock, no masking worth the
//! name, no rights and no keys; nothing about Sotto can be learned from it.
//!
//! `REHEARSAL_FAULT` is one of `forgetful` (acknowledges what it never wrote),
//! `stutter` (forgets client ids at a restart), `shuffle` (comes back with two
//! messages exchanged), `late` (syncs after it acknowledged), `careless`
//! (archives unmasked words), `lazy` (archives every second conversation), `replaced`
//! (welcomes with a token that is not good by the next time; the one before is).

mod journal;
mod sockets;
mod state;

use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State as Of;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use state::{Op, State};

/// What all requests share.
pub(crate) struct App {
    pub(crate) state: std::sync::Mutex<State>,
    pub(crate) changes: watch::Sender<u64>,
}

pub(crate) type Shared = Arc<App>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => serve(&PathBuf::from(&arguments[2])).await,
        Some("mask") => mask(),
        // Everyone may sign in here, and nothing is signed.
        Some("account" | "transcript") => {}
        other => panic!("no such command: {other:?}"),
    }
}

async fn serve(config: &std::path::Path) {
    let text = std::fs::read_to_string(config).expect("a config file");
    let at = text.find("127.0.0.1:").expect("an address in the config");
    let address: String = text[at..].chars().take_while(|c| *c != '"').collect();
    let address: SocketAddr = address.parse().expect("an address");
    let dir = config.parent().expect("a directory").to_owned();
    let app = Shared::new(App { state: State::open(dir).into(), changes: watch::channel(0).0 });
    let router = Router::new()
        .route("/readyz", get(|| async { "ready" }))
        .route("/api/visitor/start", post(start))
        .route("/api/sign-in", post(sign_in))
        .route("/api/ticket", post(ticket))
        .route("/api/settings/timing", get(timing).put(timing))
        .route("/live/visitor", get(sockets::visitor))
        .route("/live/agent", get(sockets::agent))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind(address).await.expect("the port is free");
    let mut asked = signal(SignalKind::terminate()).expect("signals");
    tokio::select! {
        served = axum::serve(listener, router) => served.expect("serving"),
        _ = asked.recv() => {}
    }
}

async fn start(Of(app): Of<Shared>, Json(body): Json<Value>) -> Response {
    let client_id = body["client_id"].as_str().expect("a client id").to_owned();
    let department = body["department"].as_str().expect("a department").to_owned();
    let mut state = app.state.lock().expect("nobody panics with it");
    let place = match state.started_as(&client_id) {
        Some(place) => place,
        None => state.commit(Op::Start { client_id, department }),
    };
    let conversation = &state.conversations[place];
    let answer = json!({"token": conversation.client_id, "reference": conversation.reference()});
    app.changes.send_modify(|change| *change += 1);
    Json(answer).into_response()
}

async fn sign_in(Json(body): Json<Value>) -> Response {
    let name = body["name"].as_str().expect("a name");
    let cookie = [("set-cookie", format!("rehearsal={name}; HttpOnly"))];
    (cookie, Json(me(name))).into_response()
}

async fn ticket(headers: HeaderMap) -> Response {
    let cookie = headers.get("cookie").and_then(|cookie| cookie.to_str().ok());
    let name = cookie.and_then(|cookie| cookie.strip_prefix("rehearsal=")).expect("a cookie");
    Json(json!({"ticket": name, "seconds": 30})).into_response()
}

/// Everything happens at once here, whatever is set.
async fn timing() -> Json<Value> {
    Json(json!({"section": "timing", "version": 1, "value": {}}))
}

pub(crate) fn me(name: &str) -> Value {
    json!({"id": name, "name": name, "role": "agent", "departments": ["front-desk"]})
}

/// Digits become X.
pub(crate) fn masked(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { 'X' } else { c }).collect()
}

fn mask() {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let row: Value = serde_json::from_str(&line.expect("text")).expect("a row");
        let masked = masked(row["text"].as_str().expect("text"));
        writeln!(out, "{}", json!({"id": row["id"], "masked": masked, "spans": []}))
            .expect("a pipe");
    }
}

/// Whether this one was asked to be broken in this way.
pub(crate) fn has_fault(name: &str) -> bool {
    std::env::var("REHEARSAL_FAULT").is_ok_and(|fault| fault == name)
}
