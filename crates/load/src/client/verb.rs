//! Verbs as a client writes them.
//!
//! The protocol's own verbs can only be read, so that a server cannot send
//! typed text on. These are the same on the wire; a test holds them together.
//! `conversation` is named by agents, and known from the token for visitors.

use protocol::agent::{Availability, To};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Request<'a> {
    pub(crate) id: u32,
    pub(crate) verb: Verb<'a>,
}

/// What is asked for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verb<'a> {
    PostMessage {
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<&'a str>,
        client_id: &'a str,
        text: &'a str,
    },
    Correct {
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<&'a str>,
        client_id: &'a str,
        number: u64,
        text: &'a str,
    },
    SetAvailability {
        availability: Availability,
    },
    Open {
        conversation: &'a str,
        after: u64,
    },
    /// An agent looks at no more than 32 at a time.
    Leave {
        conversation: &'a str,
    },
    Accept {
        conversation: &'a str,
    },
    Note {
        conversation: &'a str,
        client_id: &'a str,
        text: &'a str,
    },
    Transfer {
        conversation: &'a str,
        to: To,
    },
    Close {
        conversation: &'a str,
        disposition: Option<&'a str>,
    },
}

#[cfg(test)]
mod tests {
    use protocol::{agent, visitor};

    use super::*;

    fn written(verb: Verb<'_>) -> String {
        serde_json::to_string(&Request { id: 7, verb }).unwrap()
    }

    fn for_agents() -> Vec<Verb<'static>> {
        let (conversation, client_id, text) = ("c-1", "0123456789abcdef", "Hello.");
        let availability = Availability::Available;
        let (to, also_to) = (To::Department("d".to_owned()), To::Agent("a".to_owned()));
        vec![
            Verb::PostMessage { conversation: Some(conversation), client_id, text },
            Verb::Correct { conversation: Some(conversation), client_id, number: 3, text },
            Verb::SetAvailability { availability },
            Verb::Open { conversation, after: 0 },
            Verb::Leave { conversation },
            Verb::Accept { conversation },
            Verb::Note { conversation, client_id, text },
            Verb::Transfer { conversation, to },
            Verb::Transfer { conversation, to: also_to },
            Verb::Close { conversation, disposition: Some("done") },
            Verb::Close { conversation, disposition: None },
        ]
    }

    #[test]
    fn the_server_reads_what_an_agent_writes() {
        for verb in for_agents() {
            let line = written(verb);
            let read = serde_json::from_str::<agent::Request>(&line);
            assert!(read.is_ok_and(|request| request.id == 7), "{line}");
        }
    }

    #[test]
    fn the_server_reads_what_a_visitor_writes() {
        let (conversation, client_id, text) = (None, "0123456789abcdef", "Hello.");
        for verb in [
            Verb::PostMessage { conversation, client_id, text },
            Verb::Correct { conversation, client_id, number: 3, text },
        ] {
            let line = written(verb);
            let read = serde_json::from_str::<visitor::Request>(&line);
            assert!(read.is_ok_and(|request| request.id == 7), "{line}");
        }
    }
}
