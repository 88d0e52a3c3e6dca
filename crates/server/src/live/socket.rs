//! One WebSocket: whole frames of JSON in and out, and a named reason at its end.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures_util::SinkExt;
use protocol::{Code, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout};

use crate::error::{Error, Result};
use crate::wire;

/// A ping after this long keeps proxies from closing a quiet connection, and
/// finds out whether anybody is still there.
const PING_EVERY: Duration = Duration::from_secs(50);

pub(super) struct Socket {
    inner: WebSocket,
    stall: Duration,
    ping_at: Instant,
    /// Whether anything came since the last ping.
    was_heard: bool,
    /// When it is to be asked to connect elsewhere; known once the node stops.
    leave_at: Option<Instant>,
}

/// What came.
pub(super) enum Incoming {
    Text(Utf8Bytes),
    /// Only a sign of life.
    Pong,
    /// Not what may come; the reason is told before the end.
    Refused(Error),
    Gone,
}

/// Nobody is there to send to.
#[derive(Debug)]
pub(super) struct Gone;

pub(super) type Sent = std::result::Result<(), Gone>;

impl Socket {
    pub(super) fn new(inner: WebSocket, stall: Duration) -> Self {
        Self { inner, stall, ping_at: Instant::now() + PING_EVERY, was_heard: true, leave_at: None }
    }

    /// The first frame, in time and in our version; nothing if nobody is there any more.
    pub(super) async fn first<T: DeserializeOwned>(
        &mut self,
        patience_seconds: u32,
        version: impl FnOnce(&T) -> u32,
    ) -> Result<Option<T>> {
        let patience = Duration::from_secs(patience_seconds.into());
        let first = timeout(patience, self.next()).await.map_err(|_| Error::SignedOut)?;
        let text = match first {
            Incoming::Text(text) => text,
            Incoming::Refused(error) => return Err(error),
            Incoming::Pong => return Err(Error::SignedOut),
            Incoming::Gone => return Ok(None),
        };
        let hello: T = wire::parse(text.as_bytes())?;
        if version(&hello) != protocol::VERSION {
            return Err(Error::OtherVersion);
        }
        Ok(Some(hello))
    }

    /// Waits for what comes next; may be given up while waiting.
    pub(super) async fn next(&mut self) -> Incoming {
        let incoming = self.received().await;
        self.was_heard |= matches!(incoming, Incoming::Text(_) | Incoming::Pong);
        incoming
    }

    async fn received(&mut self) -> Incoming {
        match self.inner.recv().await {
            Some(Ok(Message::Text(text))) => Incoming::Text(text),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Incoming::Pong,
            Some(Ok(Message::Binary(_))) => {
                Incoming::Refused(Error::Malformed { field: "frame".to_owned() })
            }
            Some(Ok(Message::Close(_))) | None => Incoming::Gone,
            // The library's words may quote the frame, so they go nowhere.
            Some(Err(error)) => match is_too_large(&error) {
                true => Incoming::Refused(Error::TooLarge),
                false => Incoming::Gone,
            },
        }
    }

    /// Puts one frame after those that wait; it leaves with the next [`Self::flush`],
    /// or as soon as enough waits. A reader who takes nothing for too long is gone.
    pub(super) async fn send(&mut self, frame: &impl Serialize) -> Sent {
        let text = serde_json::to_string(frame).map_err(|_| Gone)?;
        self.put(Message::Text(text.into())).await
    }

    /// Lets all that waits leave in one write.
    pub(super) async fn flush(&mut self) -> Sent {
        told(timeout(self.stall, self.inner.flush()).await)
    }

    /// When [`Self::beat`] has something to do, or the time to leave has come.
    pub(super) fn wake_at(&self) -> Instant {
        self.leave_at.map_or(self.ping_at, |at| at.min(self.ping_at))
    }

    /// Whether nobody has told it yet to leave.
    pub(super) const fn stays(&self) -> bool {
        self.leave_at.is_none()
    }

    pub(super) const fn leave_at(&mut self, turn: Instant) {
        self.leave_at = Some(turn);
    }

    /// Whether its time to leave has come.
    pub(super) fn must_leave(&self, now: Instant) -> bool {
        self.leave_at.is_some_and(|at| at <= now)
    }

    /// Pings if it is time; whoever did not answer the last one is gone.
    pub(super) async fn beat(&mut self, now: Instant) -> Sent {
        if self.ping_at > now {
            return Ok(());
        }
        if !std::mem::take(&mut self.was_heard) {
            return Err(Gone);
        }
        self.ping_at = now + PING_EVERY;
        self.put(Message::Ping(axum::body::Bytes::new())).await
    }

    /// The last frame, then the close with the same reason.
    pub(super) async fn bye<F: Serialize>(
        &mut self,
        error: &Error,
        frame: impl FnOnce(Problem) -> F,
    ) {
        let problem = error.to_problem();
        let code = problem.code;
        let number = match code {
            Code::TooLarge => close_code::SIZE,
            Code::Broken => close_code::ERROR,
            Code::Later => close_code::AGAIN,
            _ => close_code::POLICY,
        };
        let reason = serde_json::to_value(code).ok();
        let reason = reason.as_ref().and_then(|reason| reason.as_str()).unwrap_or_default();
        let close = CloseFrame { code: number, reason: reason.into() };
        self.close(&frame(problem), close).await;
    }

    /// The close of a server that stops.
    pub(super) async fn part(&mut self, frame: &impl Serialize) {
        let close = CloseFrame { code: close_code::RESTART, reason: "restart".into() };
        self.close(frame, close).await;
    }

    async fn close(&mut self, last: &impl Serialize, close: CloseFrame) {
        if self.send(last).await.is_ok() && self.put(Message::Close(Some(close))).await.is_ok() {
            let _ = self.flush().await;
        }
    }

    async fn put(&mut self, message: Message) -> Sent {
        told(timeout(self.stall, self.inner.feed(message)).await)
    }
}

fn told<E>(written: std::result::Result<std::result::Result<(), E>, Elapsed>) -> Sent {
    match written {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Gone),
        Err(_) => {
            metrics::counter!("sotto_slow_readers_dropped").increment(1);
            Err(Gone)
        }
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    use std::error::Error as _;
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    cause.starts_with("Space limit exceeded")
}
