//! When this happened, do that: the whole list. Side effects hide nowhere else.

use crate::clock::Millis;
use crate::config::sections::Timing;
use crate::events;
use crate::jobs::Kind;

/// A job to schedule, or to take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    Schedule(Kind, Millis),
    Cancel(Kind),
}

/// What an event sets off. `is_delivered` tells whether it comes after the transcript went out.
pub fn to(kind: events::Kind, is_delivered: bool, timing: &Timing, now: Millis) -> Vec<Reaction> {
    use Reaction::{Cancel, Schedule};
    let after = |seconds| now.plus_seconds(seconds);
    match kind {
        events::Kind::Started => {
            vec![
                Schedule(Kind::OpenTooLong, after(timing.open_seconds_max)),
                // Until their first connection comes.
                Schedule(Kind::VisitorGone, after(timing.abandon_seconds)),
            ]
        }
        events::Kind::Assigned => vec![Schedule(Kind::AcceptOver, after(timing.accept_seconds))],
        events::Kind::Transferred => {
            vec![Cancel(Kind::Silence), Schedule(Kind::AcceptOver, after(timing.accept_seconds))]
        }
        events::Kind::Accepted => vec![
            Cancel(Kind::AcceptOver),
            Cancel(Kind::VisitorGone),
            Schedule(Kind::Silence, after(timing.silence_warn_seconds)),
        ],
        events::Kind::Returned => vec![Cancel(Kind::AcceptOver), Cancel(Kind::Silence)],
        events::Kind::Ended => vec![
            Cancel(Kind::Silence),
            Cancel(Kind::AcceptOver),
            Schedule(Kind::WrapUpOver, after(timing.wrap_up_seconds)),
        ],
        events::Kind::Closed => vec![
            Cancel(Kind::WrapUpOver),
            Cancel(Kind::OpenTooLong),
            Schedule(Kind::Deliver, after(timing.survey_seconds)),
        ],
        events::Kind::Reopened => vec![
            Cancel(Kind::Deliver),
            Cancel(Kind::Shred),
            Schedule(Kind::Silence, after(timing.silence_warn_seconds)),
            Schedule(Kind::OpenTooLong, after(timing.open_seconds_max)),
        ],
        // What comes after delivery goes out as an addendum, and the key waits for its receipt.
        events::Kind::Rated | events::Kind::Amended | events::Kind::Note if is_delivered => {
            vec![Cancel(Kind::Shred), Schedule(Kind::Deliver, now)]
        }
        events::Kind::Rated | events::Kind::Amended | events::Kind::Note => Vec::new(),
        // The look at the silence reads the row: a message writes no job.
        events::Kind::Message | events::Kind::Warned => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_delivers() {
        let now = Millis(0);
        let set_off = to(events::Kind::Closed, false, &Timing::default(), now);
        assert!(set_off.iter().any(|r| matches!(r, Reaction::Schedule(Kind::Deliver, _))));
    }

    #[test]
    fn a_message_costs_no_job() {
        assert_eq!(to(events::Kind::Message, true, &Timing::default(), Millis(0)), []);
    }
}
