//! A visitor: starts a conversation and opens the socket with its token.

use anyhow::{Context, Result, bail};
use protocol::http::Started;
use serde_json::json;

use super::http::{Call, Method, ask};
use super::line::Who;
use super::{Address, Heard, Line};

/// Where conversations are started.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) site: String,
    pub(crate) department: String,
}

/// Starts a conversation. A resend under the same `client_id` gets the same one.
pub(crate) async fn start(
    address: Address,
    place: &Place,
    client_id: &str,
    language: &str,
) -> Result<Started> {
    let body = json!({
        "client_id": client_id,
        "site": place.site,
        "department": place.department,
        "language": language,
        "consent": true,
        "answers": [],
    });
    let host = address.widget();
    let (path, method) = ("/api/visitor/start", Method::Post(&body));
    let call = Call { host: &host, path, cookie: None, method };
    ask(address, call).await?.json()
}

/// A visitor's socket that was welcomed.
pub(crate) struct Arrived {
    pub(crate) line: Line,
    /// For the next connection.
    pub(crate) token: String,
    /// The newest number; events up to it follow.
    pub(crate) last: u64,
}

impl Arrived {
    /// Opens the socket and asks for what came after the number `after`.
    pub(crate) async fn open(address: Address, token: &str, after: u64) -> Result<Self> {
        let hello = json!({"protocol": protocol::VERSION, "token": token, "after": after});
        let mut line = Line::open(address, Who::Visitor, hello.to_string()).await?;
        loop {
            match line.hear().await.context("waiting to be welcomed")? {
                Heard::VisitorWelcome { token, last } => return Ok(Self { line, token, last }),
                Heard::Bye { problem } => bail!("not let in: {problem:?}"),
                _ => {}
            }
        }
    }
}
