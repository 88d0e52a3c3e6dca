//! The sockets: one task each, woken by the person at the other end or by a ring.
//!
//! A socket holds numbers, never words: what it sends it asks for anew. It reads
//! the next request only after the last was answered, so a flood costs its
//! sender and nobody else.

pub mod agent;
mod socket;
pub mod visitor;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::conversation::presence::{self, Who};
use crate::error::{Error, Result};
use crate::ids::{ConnectionId, random};
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
/// A crowd that is asked all at once to connect again spreads itself over this long.
const SPREAD_MS: u32 = 3_000;
/// Where nodes share their rows, another may answer sooner than this one.
const ANSWER: Duration = Duration::from_secs(3);
/// Between tries to note that a connection went.
const AGAIN: Duration = Duration::from_secs(2);
/// A socket may take so long to end what it is at.
const PATIENCE: Duration = Duration::from_secs(20);

/// What all sockets of a node share. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    pub app: App,
    rates: Arc<Rates>,
    is_leaving: Arc<AtomicBool>,
    stopping: CancellationToken,
    /// Ends with the stop, or when those who are connected must come anew.
    era: Arc<Mutex<CancellationToken>>,
    open: TaskTracker,
}

impl Live {
    pub fn new(app: App, rates: Arc<Rates>) -> Self {
        let stopping = CancellationToken::new();
        let era = Arc::new(Mutex::new(stopping.child_token()));
        Self { app, rates, is_leaving: Arc::default(), stopping, era, open: TaskTracker::new() }
    }

    /// From now on the node is not ready; nothing else changes yet.
    pub fn give_notice(&self) {
        self.is_leaving.store(true, Ordering::Relaxed);
    }

    /// Whether the node is about to stop.
    pub fn is_leaving(&self) -> bool {
        self.is_leaving.load(Ordering::Relaxed)
    }

    /// Asks every socket, each in its turn, to connect elsewhere; waits until the last
    /// one is closed. Whether all closed in time.
    pub async fn drain(&self) -> bool {
        self.stopping.cancel();
        self.open.close();
        let patience = Duration::from_secs(self.app.config.stop.spread_seconds.into()) + PATIENCE;
        tokio::time::timeout(patience, self.open.wait()).await.is_ok()
    }

    /// Asks every socket that is open to connect anew, here or elsewhere, as long as the
    /// node lives each time that the others took it for dead: they forgot who is here.
    pub async fn come_anew(&self) {
        let mut leases = self.app.leases.subscribe();
        // The sender lives in the app, so waiting ends only by a lease.
        while leases.changed().await.is_ok() {
            tracing::warn!("this node was taken for dead; who is connected comes anew");
            let fresh = self.stopping.child_token();
            let mut era = self.era.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *era, fresh).cancel();
        }
    }

    /// Ends when a socket that is opened now has to leave.
    fn era(&self) -> CancellationToken {
        self.era.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When a socket leaves that hears of the stop now: any moment of the time that all have.
    fn turn(&self) -> Instant {
        Instant::now() + moment(u32::from_be_bytes(random()), self.app.config.stop.spread_seconds)
    }

    /// When a client that is asked now should connect again. At once if it was asked in its
    /// turn; if all are asked together, they spread themselves.
    fn back_after_ms(&self) -> u32 {
        if self.app.config.stop.spread_seconds > 0 { 0 } else { spread_ms() }
    }

    /// Waits no longer than [`ANSWER`] if there may be another node; what was asked goes
    /// on without whoever asked, and a resend finds it.
    async fn in_time<T>(&self, asked: impl Future<Output = Result<T>>) -> Result<T> {
        if !self.app.db.is_shared() {
            return asked.await;
        }
        let answered = tokio::time::timeout(ANSWER, asked).await;
        answered.unwrap_or(Err(Error::Later { retry_after: 1 }))
    }

    /// Notes that a connection is there. What takes too long is not waited for: the
    /// connection is noted as gone once it is known what became of it.
    async fn arrives(&self, connection: ConnectionId, who: Who) -> Result<()> {
        let app = self.app.clone();
        let mut coming = tokio::spawn(async move { presence::came(&app, connection, who).await });
        let came = async { (&mut coming).await.unwrap_or(Err(Error::Later { retry_after: 1 })) };
        let arrived = self.in_time(came).await;
        if arrived.is_err() {
            let live = self.clone();
            self.open.spawn(async move {
                if !coming.is_finished() {
                    // Whoever came late goes like everybody else.
                    let _ = coming.await;
                }
                live.leaves(connection, who).await;
            });
        }
        arrived
    }

    /// Notes that a connection went, however long the database is away: as long as this
    /// node lives, nobody else can. Once it stops, its row goes and its connections count as gone.
    async fn leaves(&self, connection: ConnectionId, who: Who) {
        while let Err(error) = presence::went(&self.app, connection, who).await {
            tracing::warn!(%error, "a connection's end was not noted yet");
            if !matches!(error, Error::Later { .. }) {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(AGAIN) => {}
                () = self.stopping.cancelled() => return,
            }
        }
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

/// A moment of `seconds`, all as likely as each other.
fn moment(chance: u32, seconds: u32) -> Duration {
    Duration::from_secs(seconds.into()).mul_f64(f64::from(chance) / (f64::from(u32::MAX) + 1.0))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_thousand_sockets_leave_evenly_over_the_time_they_have() {
        let mut tenths = [0_u32; 10];
        for _ in 0..5_000 {
            let at = moment(u32::from_be_bytes(random()), 20).as_secs_f64();
            tenths[(at / 2.0) as usize] += 1;
        }
        // 500 each; 250 or 750 is more than eleven standard deviations away.
        assert!(tenths.iter().all(|count| (250..750).contains(count)), "{tenths:?}");
        assert_eq!(moment(u32::MAX, 0), Duration::ZERO);
        assert!(moment(u32::MAX, 20) < Duration::from_secs(20));
    }
}
