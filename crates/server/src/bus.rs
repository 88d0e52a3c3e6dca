//! The doorbell: who is told that something changed.
//!
//! A ring carries an id and a number, never text. A listener has one
//! [`Mailbox`]; rings for the same topic fold into one, so a slow listener holds
//! at most one entry a topic, and an idle one costs nothing. A lost ring costs a
//! delay, never a message: what is asked for afterwards is "events after n".

mod memory;

use crate::ids::{AccountId, ConversationId};

pub use memory::{Bus, Mailbox};

/// What a listener may care about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    /// An event was committed; the number is its seq.
    Conversation(ConversationId),
    /// Seen, presence, or place in the queue changed.
    View(ConversationId),
    /// The visitor types; the number is until when, 0 for no longer.
    VisitorTypes(ConversationId),
    /// The agent types.
    AgentTypes(ConversationId),
    /// Something about those who wait for a department changed: for its agents' lists.
    Queue(String),
    /// Who stands where in a department's queue changed: for those who wait. A new one
    /// at the end changes nobody's place, and neither does what somebody types.
    Line(String),
    /// Something changed in an account's own conversations.
    Account(AccountId),
    /// Who is there, available, or how busy.
    Staff,
    /// A section of the settings changed.
    Settings,
    /// A job was scheduled; the number is when it is due.
    Jobs,
    /// An account's sessions may have ended.
    Sessions(AccountId),
}

/// One ring.
#[derive(Debug, Clone)]
pub struct Ring {
    pub topic: Topic,
    pub number: u64,
}
