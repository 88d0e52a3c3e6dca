//! What a visitor says keeps its order where some of it is refused for now.
//!
//! Messages are sent one behind the other without waiting. One that is refused
//! because there were too many comes again later; what was on its way behind it must
//! not get ahead, so it is refused as well until that one has come.

use protocol::visitor::Verb;

use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::live::Done;

/// Whose turn it is on one connection.
#[derive(Default)]
pub(super) struct Turn(Option<Awaited>);

/// The message that comes next, and not before a moment.
struct Awaited {
    client_id: String,
    from: Millis,
}

/// The client id of a message; nothing else has a place in a row.
pub(super) fn said(verb: &Verb) -> Option<String> {
    match verb {
        Verb::PostMessage { client_id, .. } => Some(client_id.clone()),
        _ => None,
    }
}

impl Turn {
    /// Whether a message was refused for now, and has not come again.
    pub(super) const fn is_awaited(&self) -> bool {
        self.0.is_some()
    }

    /// Refuses a message that is sent before the awaited one.
    pub(super) fn check(&self, said: Option<&str>, now: Millis) -> Result<()> {
        match (&self.0, said) {
            (Some(awaited), Some(said)) if awaited.client_id != said => {
                let left = (awaited.from.0 - now.0).max(1);
                let retry_after = u32::try_from((left + 999) / 1000).unwrap_or(1);
                Err(Error::TooMany { retry_after })
            }
            _ => Ok(()),
        }
    }

    /// Remembers what was answered to a message.
    pub(super) fn note(&mut self, said: Option<String>, done: &Done, now: Millis) {
        let Some(client_id) = said else { return };
        let is_awaited = self.0.as_ref().is_none_or(|awaited| awaited.client_id == client_id);
        match done {
            Err(Error::TooMany { retry_after }) if is_awaited => {
                self.0 = Some(Awaited { client_id, from: now.plus_seconds(*retry_after) });
            }
            _ if is_awaited => self.0 = None,
            _ => {}
        }
    }
}
