//! What time it is, and waiting for a time.
//!
//! Every delay that a person could notice is judged by this clock, so that a
//! test can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

const APART_MS_MAX: i64 = 5_000;

/// Milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

impl Millis {
    /// This long after.
    pub const fn plus_seconds(self, seconds: u32) -> Self {
        Self(self.0 + seconds as i64 * 1000)
    }

    /// This long before.
    pub const fn minus_seconds(self, seconds: u32) -> Self {
        Self(self.0 - seconds as i64 * 1000)
    }

    /// Whole seconds since `earlier`, never negative.
    pub fn seconds_since(self, earlier: Millis) -> i64 {
        (self.0 - earlier.0).max(0) / 1000
    }

    /// Whether two clocks are too far from each other for nodes to work together.
    pub const fn is_apart(self, other: Millis) -> bool {
        (self.0 - other.0).abs() > APART_MS_MAX
    }

    /// The day in UTC, as `2026-11-24`.
    pub fn day(self) -> String {
        self.timestamp().strftime("%Y-%m-%d").to_string()
    }

    /// The start of its hour.
    pub const fn hour(self) -> Self {
        Self(self.0 - self.0.rem_euclid(3_600_000))
    }

    /// For calendars and time zones.
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).expect("a clock's time is within jiff's range")
    }
}

/// The system's clock, or one that a test moves.
#[derive(Clone)]
pub struct Clock(Kind);

#[derive(Clone)]
enum Kind {
    /// How far it is ahead, as when somebody sets it wrong.
    System(Arc<AtomicI64>),
    Moved(Arc<watch::Sender<Millis>>),
}

impl Clock {
    /// The system's.
    pub fn system() -> Self {
        Self(Kind::System(Arc::default()))
    }

    /// One that stands still until it is moved.
    pub fn moved(start: Millis) -> Self {
        Self(Kind::Moved(Arc::new(watch::Sender::new(start))))
    }

    /// Now.
    pub fn now(&self) -> Millis {
        match &self.0 {
            Kind::System(ahead) => {
                Millis(jiff::Timestamp::now().as_millisecond() + ahead.load(Ordering::Relaxed))
            }
            Kind::Moved(now) => *now.borrow(),
        }
    }

    /// Whether it is the system's.
    pub fn tells_time(&self) -> bool {
        matches!(self.0, Kind::System(_))
    }

    /// Moves it on. The system's is wrong from then on.
    pub fn advance(&self, by: Duration) {
        self.set(i64::try_from(by.as_millis()).expect("a test moves by less than ages"));
    }

    /// Sets it back.
    pub fn set_back(&self, by: Duration) {
        self.set(-i64::try_from(by.as_millis()).expect("a test moves by less than ages"));
    }

    fn set(&self, by: i64) {
        match &self.0 {
            Kind::System(ahead) => drop(ahead.fetch_add(by, Ordering::Relaxed)),
            Kind::Moved(now) => now.send_modify(|now| now.0 += by),
        }
    }

    /// Returns when it is `when` or later.
    pub async fn until(&self, when: Millis) {
        match &self.0 {
            Kind::System(_) => {
                let left = u64::try_from(when.0 - self.now().0).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(left)).await;
            }
            Kind::Moved(now) => {
                let mut now = now.subscribe();
                // The sender lives in self, so waiting ends only by the time.
                let _ = now.wait_for(|now| *now >= when).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_day_in_utc() {
        assert_eq!(Millis(1_795_500_000_000).day(), "2026-11-24");
        assert_eq!(Millis(3_600_001).hour(), Millis(3_600_000));
    }
}
