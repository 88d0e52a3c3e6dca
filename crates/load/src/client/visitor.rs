//! A visitor: starts a conversation and opens the socket with its token.

use anyhow::{Context, Result, bail};
use protocol::Code;
use protocol::http::Started;
use serde_json::json;

use super::http::{Call, Method, ask};
use super::line::{Refusal, Who};
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
                Heard::Bye { problem } => bail!(Refusal(problem)),
                _ => {}
            }
        }
    }
}

/// What a visitor comes back with. The newest token may have been replaced by a
/// connection that was given up before it was welcomed; then the one before is still good.
#[derive(Debug)]
pub(crate) struct Pass {
    newest: String,
    previous: Option<String>,
}

impl Pass {
    pub(crate) fn new(token: String) -> Self {
        Self { newest: token, previous: None }
    }

    /// As [`Arrived::open`], with whichever token is good.
    pub(crate) async fn arrive(&mut self, address: Address, after: u64) -> Result<Arrived> {
        let mut used = self.newest.clone();
        let mut arrived = Arrived::open(address, &used, after).await;
        if let (Err(error), Some(previous)) = (&arrived, &self.previous)
            && is_signed_out(error)
        {
            used.clone_from(previous);
            arrived = Arrived::open(address, &used, after).await;
        }
        let arrived = arrived?;
        *self = Self { newest: arrived.token.clone(), previous: Some(used) };
        Ok(arrived)
    }
}

fn is_signed_out(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Refusal>().is_some_and(|refusal| refusal.0.code == Code::SignedOut)
}
