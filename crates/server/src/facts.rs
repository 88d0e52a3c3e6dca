//! What is counted: a closed table of numbers without words.
//!
//! A fact is written in the transaction of the change that it counts, so that
//! reports stay exact after the words are gone.

use crate::clock::Millis;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{AccountId, ConversationId};
use crate::values;

/// What can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Entered a queue.
    Queued,
    Assigned,
    /// Amount: milliseconds from queue entry.
    Accepted,
    /// Assigned, not accepted in time.
    Missed,
    /// First message by a human agent. Amount: milliseconds from queue entry.
    FirstResponse,
    Transferred,
    /// Silence was warned of.
    Warned,
    /// Amount: milliseconds of active time.
    Ended,
    /// Ended before an agent accepted. Amount: milliseconds from queue entry.
    Abandoned,
    TimedOut,
    OutOfHours,
    /// Amount: milliseconds of wrap-up.
    Closed,
    Reopened,
    /// Amount: 1 to 5.
    Rated,
}

impl Kind {
    /// For a column.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Assigned => "assigned",
            Self::Accepted => "accepted",
            Self::Missed => "missed",
            Self::FirstResponse => "first_response",
            Self::Transferred => "transferred",
            Self::Warned => "warned",
            Self::Ended => "ended",
            Self::Abandoned => "abandoned",
            Self::TimedOut => "timed_out",
            Self::OutOfHours => "out_of_hours",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
            Self::Rated => "rated",
        }
    }
}

/// One number and what it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Fact<'a> {
    pub at: Millis,
    pub kind: Kind,
    pub conversation: ConversationId,
    pub department: &'a str,
    pub agent: Option<AccountId>,
    pub amount: i64,
}

/// How long those waited whom a department accepted since a time, newest first, in milliseconds.
pub fn waits(tx: &mut Tx<'_>, department: &str, since: Millis, limit: u32) -> Result<Vec<i64>> {
    tx.rows(
        // The kind as its index has it: a parameter would not find the index.
        "select amount from fact where department = $1 and at >= $2 and kind = 'accepted' \
         order by at desc, id desc limit $3",
        values![department, since, limit],
        |row| row.int(0),
    )
}

/// Counts it.
pub fn count(tx: &mut Tx<'_>, fact: &Fact<'_>) -> Result<()> {
    tx.run(
        "insert into fact (at, kind, conversation, department, agent, amount) values ($1, $2, $3, $4, $5, $6)",
        values![
            fact.at,
            fact.kind.code(),
            &fact.conversation,
            fact.department,
            fact.agent.as_ref(),
            fact.amount,
        ],
    )?;
    Ok(())
}
