//! The console's socket, `/live/agent` on the console's origin.
//!
//! First frame in: [`Hello`]; then [`Request`]s. Everything out is a [`Frame`].

use sensitive::Sensitive;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::{Event, Person, Sender, State};
use crate::http::Me;
use crate::{Mask, Problem, Text};

/// The first frame. A ticket comes from `POST /api/ticket`, is good for one
/// use and 30 seconds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgentHello)]
pub struct Hello {
    pub protocol: u32,
    #[schema(value_type = String)]
    pub ticket: Sensitive<String>,
}

/// A verb under a number that its answer repeats.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgentRequest)]
pub struct Request {
    pub id: u32,
    pub verb: Verb,
}

/// Whether the agent says that they take conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    Available,
    Busy,
    Away,
}

/// Where a transfer goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum To {
    Department(String),
    Agent(String),
}

/// What staff can do. `conversation` is a conversation's id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = AgentVerb)]
pub enum Verb {
    SetAvailability {
        availability: Availability,
    },
    /// Opens a conversation for reading: an audited look. Events after `after` follow.
    Open {
        conversation: String,
        after: u64,
    },
    /// The look is over.
    Leave {
        conversation: String,
    },
    Accept {
        conversation: String,
    },
    /// Offers a waiting conversation to one agent, who must accept in time.
    Assign {
        conversation: String,
        agent: String,
    },
    PostMessage {
        conversation: String,
        client_id: String,
        #[schema(value_type = String)]
        text: Sensitive<String>,
    },
    Correct {
        conversation: String,
        client_id: String,
        number: u64,
        #[schema(value_type = String)]
        text: Sensitive<String>,
    },
    Note {
        conversation: String,
        client_id: String,
        #[schema(value_type = String)]
        text: Sensitive<String>,
    },
    /// Turns a stretch of a message, a note or an answer into X's, for good and everywhere.
    Redact {
        conversation: String,
        client_id: String,
        number: u64,
        /// Of the form's answers that the number names, the one that is meant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        /// First character, in Unicode code points of the text as it reads now.
        start: u32,
        /// One past the last.
        end: u32,
    },
    Transfer {
        conversation: String,
        to: To,
    },
    /// Without a disposition the conversation goes to wrap-up; with one it is closed.
    Close {
        conversation: String,
        disposition: Option<String>,
    },
    Reopen {
        conversation: String,
    },
    Typing {
        conversation: String,
        on: bool,
    },
    Seen {
        conversation: String,
        number: u64,
    },
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "frame", rename_all = "snake_case")]
#[schema(as = AgentFrame)]
pub enum Frame {
    Welcome {
        protocol: u32,
        me: Me,
        availability: Availability,
        /// How many conversations this agent may have active at once.
        capacity: u32,
        departments: Vec<Department>,
        dispositions: Vec<Disposition>,
        /// Whether the widget tells visitors that this is a test.
        practice: bool,
    },
    /// Rows that are new or changed, and conversations that left every list.
    Rows {
        changed: Vec<Row>,
        gone: Vec<String>,
    },
    Colleagues {
        colleagues: Vec<Colleague>,
    },
    Events {
        conversation: String,
        events: Vec<Event>,
    },
    /// Whether the visitor is typing.
    Typing {
        conversation: String,
        on: bool,
    },
    /// The visitor's screen showed everything up to this number.
    Seen {
        conversation: String,
        number: u64,
    },
    Done {
        id: u32,
        number: Option<u64>,
        at: i64,
    },
    Refused {
        id: u32,
        problem: Problem,
    },
    Reconnect {
        after_ms: u32,
    },
    Bye {
        problem: Problem,
    },
}

/// A department that this person works in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Department {
    pub id: String,
    pub name: String,
}

/// An outcome code that a conversation can be closed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Disposition {
    pub code: String,
    pub name: String,
}

/// Someone that a conversation can be assigned or transferred to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Colleague {
    pub person: Person,
    pub availability: Availability,
    /// Ids of the departments that they work in.
    pub departments: Vec<String>,
    /// Conversations that they have active.
    pub active: u32,
    pub capacity: u32,
}

/// One line of a list in the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Row {
    pub conversation: String,
    pub reference: String,
    pub state: State,
    pub department: String,
    pub language: String,
    pub agent: Option<Person>,
    /// As masked, from the pre-chat form.
    pub visitor_name: Option<Text>,
    /// Whether the visitor's connection is there.
    pub visitor_present: bool,
    pub queued_at: i64,
    /// When it came to this state.
    pub since: i64,
    /// While it is offered to someone: until when they can accept.
    pub offered_until: Option<i64>,
    /// The number of the newest event.
    pub last_number: u64,
    /// The agent's screen showed everything up to this number.
    pub seen_number: u64,
    /// Visitor's messages after `seen_number`.
    pub unread: u32,
    /// Only in the agent's own conversations: reading is a look.
    pub last: Option<LastWords>,
    /// Delivery of its transcript, once closed.
    pub delivery: Option<Delivery>,
}

/// How far the delivery of a transcript is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Waits for the survey window.
    Pending,
    /// A destination refused or failed; it is tried again.
    Retrying,
    /// Every required destination gave its receipt.
    Delivered,
}

/// The newest message, for a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastWords {
    pub from: Sender,
    pub text: Text,
    pub masks: Vec<Mask>,
}
