//! Wrong passwords slow down the name that they were tried for, known or not.
//!
//! Tries are rows, so that all nodes count together, under keyed hashes of what was
//! tried. How many rows there can be is bounded by the passwords that can be checked
//! in an hour: a try that waits for room is taken back.

use crate::clock::Millis;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::values;

/// After this long without a try a name is as new.
const FORGET_SECONDS: u32 = 60 * 60;
/// A try that lies further ahead was counted by a clock that was wrong.
const AHEAD_MS_MAX: i64 = 60_000;

pub(super) type Name = [u8; 32];

pub(super) struct Throttle {
    /// Free tries before the first wait.
    pub(super) free: u32,
    pub(super) wait_seconds_max: u32,
}

impl Throttle {
    /// Counts a try, before it is known whether it fits: many at once cannot all be the
    /// free one.
    ///
    /// # Errors
    /// `TooMany`, with the seconds until the next one may be made.
    pub(super) fn count(&self, tx: &mut Tx<'_>, name: &Name, now: Millis) -> Result<()> {
        // Makes the row or holds it: of two nodes the second sees what the first counted.
        let made = tx.row(
            "insert into sign_in_try (name, count, last_at) values ($1, 0, $2) \
             on conflict (name) do update set count = sign_in_try.count returning count, last_at",
            values![name, now],
            |row| Ok((row.number(0)?, row.millis(1)?)),
        )?;
        let (count, last) = made.unwrap_or((0, now));
        let count = if is_forgotten(last, now) { 0 } else { count };
        let wait = self.wait_seconds(count, last, now);
        if wait > 0 {
            return Err(Error::TooMany { retry_after: wait });
        }
        tx.run(
            "update sign_in_try set count = $1, last_at = $2 where name = $3",
            values![count.saturating_add(1), now, name],
        )
    }

    fn wait_seconds(&self, count: u64, last: Millis, now: Millis) -> u32 {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let Some(over) = count.checked_sub(self.free) else { return 0 };
        let doubled = 1_u32.checked_shl(over).unwrap_or(u32::MAX);
        let wait = doubled.saturating_mul(10).min(self.wait_seconds_max);
        u32::try_from(i64::from(wait) - now.seconds_since(last)).unwrap_or(0)
    }
}

fn is_forgotten(last: Millis, now: Millis) -> bool {
    now.seconds_since(last) > FORGET_SECONDS.into() || last.0 > now.0 + AHEAD_MS_MAX
}

/// That try was never made.
pub(super) fn forgive(tx: &mut Tx<'_>, name: &Name) -> Result<()> {
    tx.run("delete from sign_in_try where name = $1 and count <= 1", values![name])?;
    tx.run("update sign_in_try set count = count - 1 where name = $1", values![name])
}

/// Whoever it was knows the password.
pub(super) fn forget(tx: &mut Tx<'_>, name: &Name) -> Result<()> {
    tx.run("delete from sign_in_try where name = $1", values![name])
}

/// Names that nobody tried for long.
pub fn expire(tx: &mut Tx<'_>, now: Millis) -> Result<()> {
    tx.run(
        "delete from sign_in_try where last_at < $1 or last_at > $2",
        values![now.minus_seconds(FORGET_SECONDS), Millis(now.0 + AHEAD_MS_MAX)],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(100_000_000);

    #[test]
    fn each_wrong_password_past_the_fifth_doubles_the_wait() {
        let throttle = Throttle { free: 5, wait_seconds_max: 900 };
        let waits: Vec<u32> = (0..8).map(|count| throttle.wait_seconds(count, NOW, NOW)).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 10, 20, 40]);
        assert_eq!(throttle.wait_seconds(8, NOW, NOW.plus_seconds(79)), 1);
        assert_eq!(throttle.wait_seconds(8, NOW, NOW.plus_seconds(80)), 0);
        assert_eq!(throttle.wait_seconds(u64::MAX, NOW, NOW), 900);
    }

    #[test]
    fn an_hour_later_and_by_a_clock_that_was_ahead_nothing_is_remembered() {
        assert!(!is_forgotten(NOW, NOW.plus_seconds(3_600)));
        assert!(is_forgotten(NOW, NOW.plus_seconds(3_601)));
        assert!(!is_forgotten(NOW, NOW.minus_seconds(5)), "clocks of nodes differ by seconds");
        assert!(is_forgotten(NOW, NOW.minus_seconds(3_600)));
    }
}
