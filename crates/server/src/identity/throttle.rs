//! Wrong passwords slow down the name that they were tried for, known or not.
//!
//! Names are kept as keyed hashes, in memory, and never more than a bounded
//! number: an attacker who floods the table only makes the oldest entries go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;

const NAMES_MAX: usize = 10_000;
/// Free tries before the first wait.
const FREE: u32 = 5;
const WAIT_SECONDS_MAX: u32 = 15 * 60;
/// After this long without a try a name is as new.
const FORGET_SECONDS: i64 = 60 * 60;

type Name = [u8; 32];

#[derive(Default)]
pub(super) struct Throttle(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_name: HashMap<Name, Failures>,
    order: VecDeque<Name>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Millis,
}

impl Throttle {
    /// Seconds to wait before the next try, 0 for none.
    pub(super) fn wait_seconds(&self, name: &Name, now: Millis) -> u32 {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failures) = kept.by_name.get(name) else { return 0 };
        let since = now.seconds_since(failures.last);
        if failures.count < FREE || since > FORGET_SECONDS {
            return 0;
        }
        let doubled = 1_u32.checked_shl(failures.count - FREE).unwrap_or(u32::MAX);
        let wait = doubled.saturating_mul(10).min(WAIT_SECONDS_MAX);
        u32::try_from(i64::from(wait) - since).unwrap_or(0)
    }

    pub(super) fn failed(&self, name: Name, now: Millis) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.by_name.contains_key(&name) {
            kept.order.push_back(name);
            if kept.order.len() > NAMES_MAX
                && let Some(oldest) = kept.order.pop_front()
            {
                kept.by_name.remove(&oldest);
            }
        }
        let entry = kept.by_name.entry(name).or_insert(Failures { count: 0, last: now });
        if now.seconds_since(entry.last) > FORGET_SECONDS {
            entry.count = 0;
        }
        entry.count = entry.count.saturating_add(1);
        entry.last = now;
    }

    pub(super) fn succeeded(&self, name: &Name) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_name.remove(name);
        kept.order.retain(|held| held != name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_password_past_the_fifth_doubles_the_wait() {
        let throttle = Throttle::default();
        let now = Millis(1_000_000);
        let mut waits = Vec::new();
        for _ in 0..8 {
            waits.push(throttle.wait_seconds(&[1; 32], now));
            throttle.failed([1; 32], now);
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 10, 20, 40]);
        assert_eq!(throttle.wait_seconds(&[1; 32], now.plus_seconds(79)), 1);
        assert_eq!(throttle.wait_seconds(&[1; 32], now.plus_seconds(80)), 0);
        assert_eq!(throttle.wait_seconds(&[2; 32], now), 0, "another name is not slowed");
    }

    #[test]
    fn a_flood_of_names_stays_within_its_bound() {
        let throttle = Throttle::default();
        for number in 0..20_000_u64 {
            let mut name = [0; 32];
            name[..8].copy_from_slice(&number.to_be_bytes());
            throttle.failed(name, Millis(0));
        }
        assert_eq!(throttle.0.lock().unwrap().by_name.len(), NAMES_MAX);
    }
}
