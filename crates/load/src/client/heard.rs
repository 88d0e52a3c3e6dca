//! What came over a socket, the same for both sides.

use anyhow::{Context, Result};
use protocol::agent::{Disposition, Row};
use protocol::event::Event;
use protocol::{Problem, agent, visitor};

/// A frame of either side, without what a load run has no use for.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The visitor's connection stands.
    VisitorWelcome {
        token: String,
        last: u64,
    },
    /// The agent's connection stands.
    AgentWelcome {
        dispositions: Vec<Disposition>,
    },
    Rows {
        changed: Vec<Row>,
    },
    Events {
        events: Vec<Event>,
    },
    /// Durable, says the server.
    Done {
        id: u32,
        number: Option<u64>,
    },
    Refused {
        id: u32,
        problem: Problem,
    },
    /// The server is about to stop.
    Reconnect,
    /// The server ends the connection.
    Bye {
        problem: Problem,
    },
    /// Typing, presence and kinds that are not known yet.
    Other,
}

impl Heard {
    pub(crate) fn by_visitor(text: &str) -> Result<Self> {
        use visitor::Frame;
        let frame = read::<Frame>(text)?;
        Ok(match frame {
            Some(Frame::Welcome { token, last, .. }) => Self::VisitorWelcome { token, last },
            Some(Frame::Events { events }) => Self::Events { events },
            Some(Frame::Done { id, number, .. }) => Self::Done { id, number },
            Some(Frame::Refused { id, problem }) => Self::Refused { id, problem },
            Some(Frame::Reconnect { .. }) => Self::Reconnect,
            Some(Frame::Bye { problem }) => Self::Bye { problem },
            Some(Frame::View { .. } | Frame::Typing { .. }) | None => Self::Other,
        })
    }

    pub(crate) fn by_agent(text: &str) -> Result<Self> {
        use agent::Frame;
        let frame = read::<Frame>(text)?;
        Ok(match frame {
            Some(Frame::Welcome { dispositions, .. }) => Self::AgentWelcome { dispositions },
            Some(Frame::Rows { changed, .. }) => Self::Rows { changed },
            Some(Frame::Events { events, .. }) => Self::Events { events },
            Some(Frame::Done { id, number, .. }) => Self::Done { id, number },
            Some(Frame::Refused { id, problem }) => Self::Refused { id, problem },
            Some(Frame::Reconnect { .. }) => Self::Reconnect,
            Some(Frame::Bye { problem }) => Self::Bye { problem },
            Some(Frame::Colleagues { .. } | Frame::Typing { .. } | Frame::Seen { .. }) | None => {
                Self::Other
            }
        })
    }
}

/// `None` for a frame of a kind that this client does not know; a frame that
/// it should know and cannot read is a defect of one of the two.
fn read<F: serde::de::DeserializeOwned>(text: &str) -> Result<Option<F>> {
    match serde_json::from_str(text) {
        Ok(frame) => Ok(Some(frame)),
        Err(error) if error.to_string().starts_with("unknown variant") => Ok(None),
        Err(error) => {
            let start: String = text.chars().take(200).collect();
            Err(error).with_context(|| format!("unreadable frame {start}"))
        }
    }
}
