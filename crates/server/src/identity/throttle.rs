//! Wrong passwords slow down the name that they were tried for, known or not.
//!
//! Names are kept as keyed hashes, in memory, and never more than a bounded
//! number: an attacker who floods the table only makes the oldest entries go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;

const NAMES_MAX: usize = 10_000;
/// After this long without a try a name is as new.
const FORGET_SECONDS: i64 = 60 * 60;

type Name = [u8; 32];

pub(super) struct Throttle {
    /// Free tries before the first wait.
    free: u32,
    wait_seconds_max: u32,
    kept: Mutex<Kept>,
}

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
    pub(super) fn new(free: u32, wait_seconds_max: u32) -> Self {
        Self { free, wait_seconds_max, kept: Mutex::default() }
    }

    /// Seconds to wait before the next try, 0 for none.
    pub(super) fn wait_seconds(&self, name: &Name, now: Millis) -> u32 {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failures) = kept.by_name.get(name) else { return 0 };
        let since = now.seconds_since(failures.last);
        if failures.count < self.free || since > FORGET_SECONDS {
            return 0;
        }
        let doubled = 1_u32.checked_shl(failures.count - self.free).unwrap_or(u32::MAX);
        let wait = doubled.saturating_mul(10).min(self.wait_seconds_max);
        u32::try_from(i64::from(wait) - since).unwrap_or(0)
    }

    pub(super) fn failed(&self, name: Name, now: Millis) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
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

    /// That try was never made.
    pub(super) fn forgive(&self, name: &Name) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failures) = kept.by_name.get_mut(name) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    pub(super) fn succeeded(&self, name: &Name) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_name.remove(name);
        kept.order.retain(|held| held != name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_password_past_the_fifth_doubles_the_wait() {
        let throttle = Throttle::new(5, 900);
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
        let throttle = Throttle::new(5, 900);
        for number in 0..20_000_u64 {
            let mut name = [0; 32];
            name[..8].copy_from_slice(&number.to_be_bytes());
            throttle.failed(name, Millis(0));
        }
        assert_eq!(throttle.kept.lock().unwrap().by_name.len(), NAMES_MAX);
    }
}
