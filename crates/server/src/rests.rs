//! Places that did not answer lately, and until when nobody asks them again.
//!
//! One part finds out for all: while a place is down, ten thousand parts that wait
//! for it do not each try. Of this node alone, and lost with it: at worst one more try.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;

/// Between tries of one place: 2, 4, 8 … seconds, at most this.
const SECONDS_MAX: u32 = 60;

#[derive(Debug, Default)]
pub struct Rests(Mutex<HashMap<[u8; 32], Rest>>);

#[derive(Debug, Clone, Copy)]
struct Rest {
    until: Millis,
    failures: u32,
    code: &'static str,
}

impl Rests {
    /// What a place answered last, while it rests.
    pub fn code(&self, place: &[u8; 32], now: Millis) -> Option<&'static str> {
        let rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // By a clock that was ahead it would rest longer than any place does.
        let rests_still =
            |rest: &&Rest| now < rest.until && rest.until <= now.plus_seconds(SECONDS_MAX);
        rests.get(place).filter(rests_still).map(|rest| rest.code)
    }

    pub fn failed(&self, place: [u8; 32], code: &'static str, now: Millis) {
        let mut rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = rests.get(&place).map_or(1, |rest| rest.failures.saturating_add(1));
        let seconds = 1_u32.checked_shl(failures.min(16)).unwrap_or(SECONDS_MAX).min(SECONDS_MAX);
        rests.insert(place, Rest { until: now.plus_seconds(seconds), failures, code });
    }

    /// True if it had not before.
    pub fn answered(&self, place: &[u8; 32]) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(place).is_some()
    }

    /// Somebody mended something: every place is asked again.
    pub fn end(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_fails_again_rests_longer_and_one_answer_ends_it() {
        let (rests, place) = (Rests::default(), [1; 32]);
        rests.failed(place, "unreachable", Millis(0));
        assert_eq!(rests.code(&place, Millis(1_999)), Some("unreachable"));
        assert_eq!(rests.code(&place, Millis(2_000)), None);
        for _ in 0..9 {
            rests.failed(place, "unreachable", Millis(0));
        }
        assert!(rests.code(&place, Millis(59_999)).is_some());
        assert!(rests.code(&place, Millis(60_000)).is_none());
        assert!(rests.code(&place, Millis(-1)).is_none(), "the clock was set back");
        assert!(rests.code(&[2; 32], Millis(1)).is_none(), "another place is asked");
        assert!(rests.answered(&place) && !rests.answered(&place));
        assert!(rests.code(&place, Millis(1)).is_none());
    }
}
