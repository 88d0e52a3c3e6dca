//! What happened in a conversation, as both sides see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Mask, Text};

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Waiting,
    Active,
    WrapUp,
    Closed,
    Delivered,
}

/// How a conversation came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// An agent ended it.
    ByAgent,
    /// The visitor ended it after an agent had accepted.
    ByVisitor,
    /// The visitor left before an agent accepted.
    Abandoned,
    /// Silence, or the longest time that a conversation may be open.
    TimedOut,
    /// It was started while nobody was on duty.
    OutOfHours,
}

/// A member of staff, as others may know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// The account's name in the system, not a secret.
    pub id: String,
    /// The name that visitors see.
    pub name: String,
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Sender {
    Visitor,
    Agent { person: Person },
    Automatic,
}

/// An answer of the pre-chat form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// The form's field: `name`, `question`, `page`.
    pub field: String,
    pub text: Text,
    pub masks: Vec<Mask>,
}

/// One numbered thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    pub number: u64,
    /// Milliseconds since the Unix epoch.
    pub at: i64,
    pub body: Body,
}

/// Why a conversation went back to the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Returned {
    /// The agent it was assigned to did not accept in time.
    NotAccepted,
    /// The agent's connection stayed away.
    AgentGone,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    Started {
        department: String,
        answers: Vec<Answer>,
    },
    Message {
        from: Sender,
        /// The sender's own name for it, so that a pending message is recognised.
        client_id: String,
        text: Text,
        masks: Vec<Mask>,
        /// 0 as first sent; each correction or later mask adds one.
        revision: u32,
        /// Whether its sender changed it after sending.
        corrected: bool,
    },
    /// Staff only.
    Note {
        by: Person,
        client_id: String,
        text: Text,
        masks: Vec<Mask>,
    },
    Assigned {
        agent: Person,
    },
    Accepted {
        agent: Person,
    },
    Returned {
        why: Returned,
    },
    Transferred {
        by: Person,
        department: String,
        agent: Option<Person>,
    },
    /// Nobody wrote for a while; the conversation ends at `closes_at` unless someone does.
    Warned {
        closes_at: i64,
    },
    Ended {
        ending: Ending,
    },
    /// Wrap-up is over. Staff only.
    Closed {
        disposition: Option<String>,
    },
    Reopened {
        by: Person,
    },
    Rated {
        /// 1 to 5.
        score: u8,
        comment: Option<Text>,
        masks: Vec<Mask>,
    },
    /// An earlier message, note or answer changed; this is how it reads now.
    Amended {
        target: u64,
        /// Of the form's answers that the target holds, the one that changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        revision: u32,
        text: Text,
        masks: Vec<Mask>,
        corrected: bool,
    },
}
