//! A node that serves on loopback, and people who reach it as browsers do.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use protocol::http::Role;
use sensitive::Sensitive;
use serde_json::{Value, json};
use server::app::App;
use server::clock::Clock;
use server::config::Config;
use server::config::destination::NamedDestination;
use server::config::sections::Sections;
use server::identity::account::{self, New};
use server::identity::session;
use server::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use tokio_util::sync::CancellationToken;

use crate::engine;
use crate::world::{MORNING, fresh_client_id, sections};

pub const CONSOLE: &str = "localhost:8080";
pub const WIDGET: &str = "widget.localhost:8080";
pub const PASSWORD: &str = "a long enough password";

pub struct Served {
    pub app: App,
    pub address: SocketAddr,
    stop: CancellationToken,
    done: JoinHandle<anyhow::Result<()>>,
    folder: Arc<tempfile::TempDir>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Value,
}

/// One request.
pub struct Call<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub host: &'a str,
    /// As it stands in the header; the host's own if left out.
    pub origin: Option<&'a str>,
    pub cookie: &'a str,
    pub has_header: bool,
    /// What a proxy says of the address behind it.
    pub forwarded: Option<&'a str>,
    pub body: Option<Value>,
}

impl Default for Call<'_> {
    fn default() -> Self {
        let (method, path, host, cookie) = ("GET", "/", CONSOLE, "");
        let (origin, forwarded) = (None, None);
        Self { method, path, host, origin, cookie, has_header: true, forwarded, body: None }
    }
}

pub struct Socket(WebSocketStream<TcpStream>);

impl Served {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::starts_in(Arc::new(folder), Clock::moved(MORNING), change).await
    }

    /// Another node of the same install, with the same clock.
    pub async fn another(&self, change: impl FnOnce(&mut Config)) -> Self {
        let data_dir = self.folder.path().join("data of another");
        let change = |config: &mut Config| {
            config.data_dir = data_dir;
            change(config);
        };
        Self::starts_in(self.folder.clone(), self.app.clock.clone(), change).await
    }

    pub async fn starts_in(
        folder: Arc<tempfile::TempDir>,
        clock: Clock,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = engine::config(folder.path());
        config.bus_url = engine::bus();
        change(&mut config);
        let archive = folder.path().join("archive");
        std::fs::create_dir_all(&archive).expect("a folder for transcripts");
        let to = destinations::folder::Config { path: archive, must_hold: None };
        let to = destinations::Config::Folder(to);
        let destinations = vec![NamedDestination::new("folder", to)];
        let first = Sections { destinations, ..sections() };
        let app = serve::open(config, clock, first).await.expect("a node");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let (served, stopped) = (app.clone(), stop.clone());
        let done = tokio::spawn(async move {
            serve::serve(served, listener, Vec::new(), stopped.cancelled_owned()).await
        });
        Self { app, address, stop, done, folder }
    }

    /// Where transcripts land.
    pub fn archive(&self) -> std::path::PathBuf {
        self.folder.path().join("archive")
    }

    /// Everything that the node writes, transcripts apart.
    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    pub fn keys(&self) -> std::path::PathBuf {
        self.folder.path().join("keys")
    }

    /// Tells it to stop, as a signal would, and does not wait.
    pub fn stops(&self) {
        self.stop.cancel();
    }

    /// Stops it and waits until it is done; what it wrote stays as long as its folder.
    pub async fn ends(self) -> Arc<tempfile::TempDir> {
        self.stop.cancel();
        self.done.await.expect("no panic").expect("it ends well");
        self.folder
    }

    pub async fn call(&self, call: Call<'_>) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        let body = call.body.map(|body| body.to_string()).unwrap_or_default();
        let own = format!("http://{}", call.host);
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nOrigin: {}\r\n",
            call.method,
            call.path,
            call.host,
            call.origin.unwrap_or(&own)
        );
        if call.has_header {
            head.push_str("X-Sotto: 1\r\n");
        }
        if let Some(address) = call.forwarded {
            head.push_str(&format!("X-Forwarded-For: {address}\r\n"));
        }
        if !call.cookie.is_empty() {
            head.push_str(&format!("Cookie: {}\r\n", call.cookie));
        }
        if !body.is_empty() {
            let length = body.len();
            head.push_str(&format!(
                "Content-Type: application/json\r\nContent-Length: {length}\r\n"
            ));
        }
        let whole = format!("{head}\r\n{body}");
        stream.write_all(whole.as_bytes()).await.expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("it answers");
        let answer = String::from_utf8(answer).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.get(9..12).and_then(|code| code.parse().ok()).expect("a status");
        let body = serde_json::from_str(body).unwrap_or(Value::Null);
        Answer { status, head: head.to_owned(), body }
    }

    pub async fn post(&self, host: &str, path: &str, cookie: &str, body: Value) -> Answer {
        let body = Some(body);
        self.call(Call { method: "POST", path, host, cookie, body, ..Call::default() }).await
    }

    /// An account, signed in: the cookie that its browser holds.
    pub async fn staff(&self, name: &str, role: Role) -> String {
        let new = New {
            name: name.to_owned(),
            display_name: name.to_owned(),
            role,
            departments: vec!["front-desk".to_owned()],
            capacity: 5,
            password: Sensitive::new(PASSWORD.to_owned()),
        };
        let id = account::add(&self.app, new).await.expect("an account");
        let secret = session::open(&self.app, id).await.expect("a session");
        format!("sotto={}", secret.reveal())
    }

    /// A conversation's token and reference.
    pub async fn starts(&self, question: &str) -> (String, String) {
        let answer = self.post(WIDGET, "/api/visitor/start", "", start(question)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        (text(&answer.body["token"]), text(&answer.body["reference"]))
    }

    /// A socket with nothing said yet.
    pub async fn socket(&self, host: &str, path: &str, origin: &str) -> Result<Socket, WsError> {
        let stream = TcpStream::connect(self.address).await.expect("it listens");
        let mut request = format!("ws://{host}{path}").into_client_request().expect("a request");
        let origin = origin.parse().expect("a header's value");
        request.headers_mut().insert("Origin", origin);
        client_async(request, stream).await.map(|(socket, _)| Socket(socket))
    }

    /// A visitor's socket before its first frame.
    pub async fn visitor_socket(&self) -> Socket {
        let origin = format!("http://{WIDGET}");
        self.socket(WIDGET, "/live/visitor", &origin).await.expect("a socket")
    }

    /// A visitor who was welcomed.
    pub async fn visitor(&self, token: &str, after: u64) -> (Socket, Value) {
        let mut socket = self.visitor_socket().await;
        socket.send(&json!({"protocol": 1, "token": token, "after": after})).await;
        let welcome = socket.next("welcome").await;
        (socket, welcome)
    }

    /// A ticket of a session.
    pub async fn ticket(&self, cookie: &str) -> String {
        text(&self.post(CONSOLE, "/api/ticket", cookie, json!({})).await.body["ticket"])
    }

    /// A console that was welcomed.
    pub async fn console(&self, cookie: &str) -> Socket {
        let mut socket = self.console_socket().await;
        let ticket = self.ticket(cookie).await;
        socket.send(&json!({"protocol": 1, "ticket": ticket})).await;
        socket.next("welcome").await;
        socket
    }

    /// A console's socket before its first frame.
    pub async fn console_socket(&self) -> Socket {
        let origin = format!("http://{CONSOLE}");
        self.socket(CONSOLE, "/live/agent", &origin).await.expect("a socket")
    }
}

impl Socket {
    pub async fn send(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.expect("it is open");
    }

    /// Whether it can still be sent.
    pub async fn tries_to_send(&mut self, frame: &Value) -> bool {
        self.0.send(Message::text(frame.to_string())).await.is_ok()
    }

    pub async fn send_raw(&mut self, message: Message) {
        self.0.send(message).await.expect("it is open");
    }

    /// The next frame of a kind; others before it are passed over.
    pub async fn next(&mut self, kind: &str) -> Value {
        self.find(|frame| frame["frame"] == kind).await
    }

    /// The next frame that fits.
    pub async fn find(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        let mut passed = Vec::new();
        while let Some(frame) = self.frame().await {
            if fits(&frame) {
                return frame;
            }
            passed.push(frame);
        }
        panic!("closed after {passed:#?}");
    }

    /// The next frame; none once it is closed.
    pub async fn frame(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Some(serde_json::from_str(&text).expect("JSON"));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return None,
            }
        }
    }

    /// The reason of the close, once it comes.
    pub async fn closes(&mut self) -> String {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Close(Some(close)))) => return close.reason.to_string(),
                Some(Ok(_)) => {}
                _ => return String::new(),
            }
        }
    }

    /// Asks for a verb; what came of it.
    pub async fn asks(&mut self, id: u32, verb: Value) -> Value {
        self.send(&json!({"id": id, "verb": verb})).await;
        self.find(|frame| frame["id"] == id).await
    }

    /// Whether a verb is carried out before the connection ends.
    pub async fn tries(&mut self, id: u32, verb: Value) -> bool {
        if !self.tries_to_send(&json!({"id": id, "verb": verb})).await {
            return false;
        }
        while let Some(frame) = self.frame().await {
            if frame["id"] == id {
                return frame["frame"] == "done";
            }
        }
        false
    }

    /// The next message whose text fits, from whichever side.
    pub async fn message(&mut self, words: &str) -> Value {
        loop {
            let frame = self.next("events").await;
            let events = frame["events"].as_array().cloned().unwrap_or_default();
            let said = events.into_iter().find(|event| event["body"]["text"] == words);
            if let Some(said) = said {
                return said;
            }
        }
    }
}

/// The body that starts a conversation.
pub fn start(question: &str) -> Value {
    json!({
        "client_id": fresh_client_id(), "site": "clinic", "department": "front-desk",
        "language": "en", "consent": true,
        "answers": [{"field": "question", "text": question}],
    })
}

pub fn post_message(text: &str) -> Value {
    json!({"post_message": {"client_id": fresh_client_id(), "text": text}})
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}
