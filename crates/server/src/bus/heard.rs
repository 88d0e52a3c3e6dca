//! The newest number that was rung here for each conversation.
//!
//! A slow look at the database compares: what stands there and was never heard of
//! was rung by a node that died, or on a bus that was away.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Ring, Topic};
use crate::ids::ConversationId;

/// Past it all is forgotten, and the next look rings once too often.
const CONVERSATIONS_MAX: usize = 200_000;

#[derive(Clone, Default)]
pub(super) struct Heard(Arc<Mutex<HashMap<ConversationId, u64>>>);

impl Heard {
    pub(super) fn note(&self, ring: &Ring) {
        let Topic::Conversation(id) = ring.topic else { return };
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.len() >= CONVERSATIONS_MAX {
            heard.clear();
        }
        let newest = heard.entry(id).or_insert(0);
        *newest = ring.number.max(*newest);
    }

    pub(super) fn has_missed(&self, id: ConversationId, seq: u64) -> bool {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.get(&id).is_none_or(|newest| *newest < seq)
    }

    pub(super) fn keep_only(&self, open: &HashSet<ConversationId>) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.retain(|id, _| open.contains(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_rung_is_missed_until_it_is() {
        let (heard, id) = (Heard::default(), ConversationId::fresh());
        assert!(heard.has_missed(id, 1));
        heard.note(&Ring { topic: Topic::Conversation(id), number: 3 });
        heard.note(&Ring { topic: Topic::Conversation(id), number: 2 });
        assert!(!heard.has_missed(id, 3));
        assert!(heard.has_missed(id, 4));
        heard.keep_only(&HashSet::new());
        assert!(heard.has_missed(id, 3));
    }
}
