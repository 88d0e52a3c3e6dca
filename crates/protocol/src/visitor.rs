//! The visitor's socket, `/live/visitor` on the widget's origin.
//!
//! First frame in: [`Hello`]; then [`Request`]s. Everything out is a [`Frame`].

use sensitive::Sensitive;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Problem;
use crate::event::{Event, Person, State};

/// The first frame. The token that comes back in [`Frame::Welcome`] replaces
/// this one as soon as it was used once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VisitorHello)]
pub struct Hello {
    pub protocol: u32,
    #[schema(value_type = String)]
    pub token: Sensitive<String>,
    /// The last number that the client holds; 0 for none.
    pub after: u64,
}

/// A verb under a number that its answer repeats.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VisitorRequest)]
pub struct Request {
    pub id: u32,
    pub verb: Verb,
}

/// What a visitor can do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = VisitorVerb)]
pub enum Verb {
    PostMessage {
        /// Fresh for each message, kept for each resend: 8 to 64 of `[A-Za-z0-9_-]`.
        client_id: String,
        #[schema(value_type = String)]
        text: Sensitive<String>,
    },
    /// Changes the own last message within 60 seconds.
    Correct {
        client_id: String,
        number: u64,
        #[schema(value_type = String)]
        text: Sensitive<String>,
    },
    /// That, never what.
    Typing {
        on: bool,
    },
    /// Everything up to this number was on the screen.
    Seen {
        number: u64,
    },
    /// "I'm still here": extends a conversation that was warned.
    KeepOpen {},
    End {},
    Rate {
        client_id: String,
        /// 1 to 5.
        score: u8,
        #[schema(value_type = Option<String>)]
        comment: Option<Sensitive<String>>,
    },
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "frame", rename_all = "snake_case")]
#[schema(as = VisitorFrame)]
pub enum Frame {
    Welcome {
        protocol: u32,
        /// Keep this one; the one that opened this connection ends when this one is first used.
        token: String,
        view: View,
        /// The newest number there is; events up to it follow.
        last: u64,
    },
    Events {
        events: Vec<Event>,
    },
    View {
        view: View,
    },
    /// Whether an agent is typing.
    Typing {
        on: bool,
    },
    /// The request was carried out and is durable.
    Done {
        id: u32,
        /// Of the event that it became, if it became one.
        number: Option<u64>,
        at: i64,
    },
    Refused {
        id: u32,
        problem: Problem,
    },
    /// The server is about to stop: connect again after this many milliseconds.
    /// Requests that were not answered before it were not carried out: send them again there.
    Reconnect {
        after_ms: u32,
    },
    /// Last frame before the server closes the connection.
    Bye {
        problem: Problem,
    },
}

/// Everything about the conversation that is not an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = VisitorView)]
pub struct View {
    /// What to quote on the phone; opens nothing.
    pub reference: String,
    pub state: State,
    pub department: String,
    pub department_name: String,
    pub language: String,
    pub agent: Option<Person>,
    /// Whether the agent's connection is there.
    pub agent_present: bool,
    /// 1 is next; only while waiting.
    pub position: Option<u32>,
    pub expected_wait_seconds: Option<u32>,
    /// The agent's screen showed everything up to this number.
    pub agent_seen: u64,
    /// When silence closes the conversation, if it was warned.
    pub closes_at: Option<i64>,
    /// Whether a rating may be given now.
    pub may_rate: bool,
    pub rated: bool,
}
