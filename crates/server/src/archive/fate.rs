//! What becomes of a part, and when its key may go. Pure; `tests/it/model.rs` walks
//! through every order in which things can happen and drives these.

use crate::clock::Millis;

/// After this much time without its receipts a part waits for a person.
const STUCK_SECONDS: u32 = 5 * 24 * 60 * 60;
/// The same, where trying again changes nothing.
const HOPELESS_SECONDS: u32 = 60 * 60;

/// How one destination stands to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stand {
    pub is_required: bool,
    pub is_paused: bool,
    /// It gave a sufficient receipt for every document that it is to have, at the
    /// place where it is now.
    pub is_held: bool,
    /// Trying again can help.
    pub is_worth_retrying: bool,
}

/// What comes next for a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is delivered.
    Complete,
    /// It is tried again.
    Again,
    /// It is tried no more until somebody replays it.
    Stuck,
}

/// `tried_since` is when the tries began, `optional_until` how long the part is kept
/// for destinations that are not required.
pub fn of(stands: &[Stand], tried_since: Millis, optional_until: Millis, now: Millis) -> Fate {
    let required = || stands.iter().filter(|stand| stand.is_required);
    let is_proved = required().count() > 0 && required().all(|stand| stand.is_held);
    let waits_for = |stand: &&Stand| !stand.is_required && !stand.is_held && !stand.is_paused;
    if is_proved {
        let waits = now < optional_until && stands.iter().any(|stand| waits_for(&stand));
        return if waits { Fate::Again } else { Fate::Complete };
    }
    // What is paused waits for whoever paused it, however long.
    let mut failing = required().filter(|stand| !stand.is_held && !stand.is_paused).peekable();
    if failing.peek().is_none() {
        return Fate::Again;
    }
    let is_hopeless = failing.any(|stand| !stand.is_worth_retrying);
    let patience = if is_hopeless { HOPELESS_SECONDS } else { STUCK_SECONDS };
    if now >= tried_since.plus_seconds(patience) { Fate::Stuck } else { Fate::Again }
}

/// What a conversation's row and its receipts say when its key is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kept {
    pub is_delivered: bool,
    pub parts: u64,
    /// Parts for which there are receipts.
    pub parts_held: u64,
    /// Something was said that no delivered part holds, or a part is under way.
    pub is_newer: bool,
    pub is_on_hold: bool,
}

/// Whether the key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shredding {
    /// Now.
    Go,
    /// Never in this state.
    Wrong,
    /// What is newer is delivered first.
    DeliverFirst,
    /// Somebody holds it.
    Wait,
}

pub fn shredding(kept: &Kept) -> Shredding {
    if !kept.is_delivered || kept.parts == 0 || kept.parts_held < kept.parts {
        Shredding::Wrong
    } else if kept.is_newer {
        Shredding::DeliverFirst
    } else if kept.is_on_hold {
        Shredding::Wait
    } else {
        Shredding::Go
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(10_000_000_000);

    fn stand(is_required: bool, is_held: bool) -> Stand {
        Stand { is_required, is_held, is_paused: false, is_worth_retrying: true }
    }

    #[test]
    fn a_required_receipt_is_never_done_without() {
        let missing = [stand(true, false), stand(true, true), stand(false, true)];
        assert_eq!(of(&missing, NOW, NOW, NOW), Fate::Again);
        assert_eq!(of(&[stand(false, true)], NOW, NOW, NOW), Fate::Again, "none is required");
        assert_eq!(of(&[], NOW, NOW, NOW), Fate::Again);
        assert_eq!(of(&[stand(true, true)], NOW, NOW, NOW), Fate::Complete);
    }

    #[test]
    fn an_optional_destination_is_waited_for_until_its_time_is_over() {
        let stands = [stand(true, true), stand(false, false)];
        assert_eq!(of(&stands, NOW, NOW.plus_seconds(1), NOW), Fate::Again);
        assert_eq!(of(&stands, NOW, NOW, NOW), Fate::Complete);
        let paused = Stand { is_paused: true, ..stands[1] };
        assert_eq!(of(&[stands[0], paused], NOW, NOW.plus_seconds(1), NOW), Fate::Complete);
    }

    #[test]
    fn after_days_a_person_must_look_and_after_an_hour_where_trying_is_no_use() {
        let tried = |seconds| Millis(NOW.0 - i64::from(seconds) * 1000);
        let missing = stand(true, false);
        assert_eq!(of(&[missing], tried(STUCK_SECONDS - 1), NOW, NOW), Fate::Again);
        assert_eq!(of(&[missing], tried(STUCK_SECONDS), NOW, NOW), Fate::Stuck);
        let hopeless = Stand { is_worth_retrying: false, ..missing };
        assert_eq!(of(&[hopeless], tried(HOPELESS_SECONDS), NOW, NOW), Fate::Stuck);
        let paused = Stand { is_paused: true, ..hopeless };
        assert_eq!(of(&[paused], tried(STUCK_SECONDS), NOW, NOW), Fate::Again, "it was meant");
    }
}
