//! One WebSocket: whole frames of JSON in and out, and a named reason at its end.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures_util::SinkExt;
use protocol::Code;
use serde::Serialize;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use crate::error::Error;

pub(super) struct Socket {
    inner: WebSocket,
    stall: Duration,
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
    pub(super) const fn new(inner: WebSocket, stall: Duration) -> Self {
        Self { inner, stall }
    }

    /// Waits for what comes next; may be given up while waiting.
    pub(super) async fn next(&mut self) -> Incoming {
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

    pub(super) async fn ping(&mut self) -> Sent {
        self.put(Message::Ping(axum::body::Bytes::new())).await
    }

    /// The last frame, then the close with the same reason.
    pub(super) async fn bye(&mut self, frame: &impl Serialize, code: Code) {
        let number = match code {
            Code::TooLarge => close_code::SIZE,
            Code::Broken => close_code::ERROR,
            Code::Later => close_code::AGAIN,
            _ => close_code::POLICY,
        };
        let reason = serde_json::to_value(code).ok();
        let reason = reason.as_ref().and_then(|reason| reason.as_str()).unwrap_or_default();
        let close = CloseFrame { code: number, reason: reason.into() };
        self.close(frame, close).await;
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
