//! What could be better about the database, and whether its clock and ours agree.

use protocol::destination::PostureLine;

use crate::archive::posture::{good, note};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Location;
use crate::error::Result;

/// More is said; more than five seconds is refused at the start.
const APART_MS_MAX: i64 = 1000;

pub(super) fn lines(config: &Config) -> Result<Vec<PostureLine>> {
    let location = Location::of(config)?;
    let advice = location.check(None)?;
    let mut lines: Vec<_> = advice.iter().map(|it| note("database", "", it, "")).collect();
    lines.push(clock(location.clock_ahead(&Clock::system())?));
    Ok(lines)
}

/// By how many milliseconds the database's clock is ahead, where it has one of its own.
fn clock(ahead: Option<i64>) -> PostureLine {
    const MEND: &str = "Let both keep time by NTP. From 5 s on the server does not start.";
    match ahead {
        None => note(
            "clock",
            "",
            "whether this machine's clock is right cannot be told: the database has the same one",
            "Let the machine keep time by NTP; `timedatectl` says whether it does.",
        ),
        Some(ms) if ms.abs() <= APART_MS_MAX => {
            good("clock", "", &format!("the database's clock differs by {} ms", ms.abs()))
        }
        Some(ms) if ms > 0 => note(
            "clock",
            "",
            &format!("this machine's clock is {ms} ms behind the database's"),
            MEND,
        ),
        Some(ms) => note("clock", "", &format!("this machine's clock is {} ms ahead", -ms), MEND),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_apart_is_told_with_its_side() {
        let told = |ahead| {
            let PostureLine { outcome, found, .. } = clock(ahead);
            (outcome, found)
        };
        assert_eq!(told(Some(-1000)).0, "good");
        assert!(told(Some(1001)).1.contains("1001 ms behind"));
        assert!(told(Some(-4000)).1.contains("4000 ms ahead"));
        assert!(told(None).1.contains("cannot be told"));
    }
}
