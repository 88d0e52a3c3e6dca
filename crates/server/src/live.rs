//! The sockets: one task each, woken by the person at the other end or by a ring.
//!
//! A socket holds numbers, never words: what it sends it asks for anew. It reads
//! the next request only after the last was answered, so a flood costs its
//! sender and nobody else.

pub mod agent;
mod socket;
pub mod visitor;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::error::Result;
use crate::ids::random;
use crate::rates::Rates;

use socket::Socket;

/// Each connection's own buffer for reading; a longer frame grows it for itself.
const READ_BUFFER_BYTES: usize = 4096;
/// Frames wait for each other up to here, and then leave.
const WRITE_BUFFER_BYTES: usize = 8 * 1024;
/// A reader who leaves more than this unsent is too slow; longer messages have more.
const UNSENT_BYTES_MAX: usize = 256 * 1024;
/// One event in a frame, by bytes of its text: escapes and the masks of values that
/// stand close together.
const EVENT_FACTOR: usize = 12;
/// About what a mask takes in a frame.
const MASK_BYTES: usize = 48;
/// One frame of events holds about this much text, so that a frame is never the
/// reason why a reader is too slow.
const EVENTS_BYTES: usize = 64 * 1024;
/// A crowd that is asked to connect again spreads itself over this long.
const SPREAD_MS: u32 = 3_000;

/// What all sockets of a node share. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    pub app: App,
    rates: Arc<Rates>,
    stopping: CancellationToken,
    open: TaskTracker,
}

impl Live {
    pub fn new(app: App, rates: Arc<Rates>) -> Self {
        Self { app, rates, stopping: CancellationToken::new(), open: TaskTracker::new() }
    }

    /// Asks every socket to connect elsewhere, and waits until the last one is closed.
    pub async fn drain(&self) {
        self.stopping.cancel();
        self.open.close();
        self.open.wait().await;
    }

    /// How many sockets are open.
    pub fn count(&self) -> usize {
        self.open.len()
    }

    /// Turns a request into a socket.
    fn upgrade<F: Future<Output = ()> + Send + 'static>(
        &self,
        asked: WebSocketUpgrade,
        serve: impl FnOnce(Socket) -> F + Send + 'static,
    ) -> Response {
        let limits = &self.app.config.limits;
        let stall = Duration::from_secs(limits.stall_seconds.into());
        let open = self.open.clone();
        asked
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(WRITE_BUFFER_BYTES)
            .max_write_buffer_size(UNSENT_BYTES_MAX.max(limits.message_bytes * EVENT_FACTOR))
            .max_message_size(limits.frame_bytes)
            .max_frame_size(limits.frame_bytes)
            .on_upgrade(move |socket| open.track_future(serve(Socket::new(socket, stall))))
    }
}

/// When a client should connect again: spread, so that a crowd does not come at once.
fn spread_ms() -> u32 {
    u32::from_be_bytes(random()) % SPREAD_MS
}

/// Cuts events into frames of a bounded size.
fn in_frames(events: Vec<protocol::event::Event>) -> Vec<Vec<protocol::event::Event>> {
    let mut frames = Vec::new();
    let (mut frame, mut bytes) = (Vec::new(), 0);
    for event in events {
        let size = size(&event);
        if bytes + size > EVENTS_BYTES && !frame.is_empty() {
            frames.push(std::mem::take(&mut frame));
            bytes = 0;
        }
        bytes += size;
        frame.push(event);
    }
    if !frame.is_empty() {
        frames.push(frame);
    }
    frames
}

/// About what it takes in a frame.
fn size(event: &protocol::event::Event) -> usize {
    use protocol::event::Body;
    let of = |masks: &Vec<protocol::Mask>| masks.len() * MASK_BYTES;
    let words = match &event.body {
        Body::Message { text, masks, .. }
        | Body::Note { text, masks, .. }
        | Body::Amended { text, masks, .. } => text.as_str().len() + of(masks),
        Body::Rated { comment, masks, .. } => {
            comment.as_ref().map_or(0, |text| text.as_str().len()) + of(masks)
        }
        Body::Started { answers, .. } => {
            answers.iter().map(|one| one.text.as_str().len() + of(&one.masks) + 64).sum()
        }
        _ => 0,
    };
    words + 256
}

/// What a verb became: the event's number, if it became one, and when.
pub(super) type Done = Result<(Option<u64>, i64)>;
