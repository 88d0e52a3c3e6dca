//! How often somebody may do something: a count a minute, by conversation,
//! account or address, so that connecting again does not help.
//!
//! Bounded: past the limit on keys the whole table is begun anew, which is at
//! worst a minute of grace for everyone and never a reason to refuse.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;
use crate::error::{Error, Result};

/// Who asks over HTTP, as one household: an IPv4 address or an IPv6 /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub [u8; 16]);

const KEYS_MAX: usize = 100_000;

/// Counts by 128-bit names.
#[derive(Default)]
pub struct Rates(Mutex<Minute>);

#[derive(Default)]
struct Minute {
    minute: i64,
    counts: HashMap<Key, u32>,
}

#[derive(PartialEq, Eq, Hash, Clone, Copy)]
struct Key(&'static str, [u8; 16]);

impl Rates {
    /// Counts one; refused past `most` in the clock's minute.
    pub fn count(&self, what: &'static str, who: [u8; 16], most: u32, now: Millis) -> Result<()> {
        self.count_many(what, who, 1, most, now)
    }

    /// Counts several at once, such as bytes.
    pub fn count_many(
        &self,
        what: &'static str,
        who: [u8; 16],
        many: u32,
        most: u32,
        now: Millis,
    ) -> Result<()> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.0.div_euclid(60_000);
        if kept.minute != minute || kept.counts.len() >= KEYS_MAX {
            // A burst would otherwise leave its table behind for ever.
            kept.counts = HashMap::new();
            kept.minute = minute;
        }
        let count = kept.counts.entry(Key(what, who)).or_insert(0);
        if count.saturating_add(many) > most {
            let left = 60_000 - now.0.rem_euclid(60_000);
            return Err(Error::TooMany {
                retry_after: u32::try_from((left + 999) / 1000).unwrap_or(60),
            });
        }
        *count += many;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_the_limit_one_waits_for_the_next_minute() {
        let rates = Rates::default();
        let now = Millis(90_000);
        for _ in 0..3 {
            rates.count("message", [1; 16], 3, now).unwrap();
        }
        let refused = rates.count("message", [1; 16], 3, now);
        assert!(matches!(refused, Err(Error::TooMany { retry_after: 30 })));
        rates.count("message", [2; 16], 3, now).unwrap();
        rates.count("start", [1; 16], 3, now).unwrap();
        rates.count("message", [1; 16], 3, now.plus_seconds(30)).unwrap();
    }
}
