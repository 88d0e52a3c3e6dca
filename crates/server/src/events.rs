//! A conversation's numbered events as they are stored: sealed.
//!
//! A node keeps its newest committed events in [`Recent`], still sealed and
//! bounded; the commit fills it. What it lacks is read from the database.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::bus::{Ring, Topic};
use crate::clock::Millis;
use crate::ids::{AccountId, ConversationId};

/// Events kept for one conversation.
const EVENTS_MAX: usize = 64;
/// Conversations with kept events.
const CONVERSATIONS_MAX: usize = 8192;

/// What happened, as a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Started,
    Message,
    Note,
    Assigned,
    Accepted,
    Returned,
    Transferred,
    Warned,
    Ended,
    Closed,
    Reopened,
    Rated,
    Amended,
}

impl Kind {
    pub const ALL: [Self; 13] = [
        Self::Started,
        Self::Message,
        Self::Note,
        Self::Assigned,
        Self::Accepted,
        Self::Returned,
        Self::Transferred,
        Self::Warned,
        Self::Ended,
        Self::Closed,
        Self::Reopened,
        Self::Rated,
        Self::Amended,
    ];

    /// For a column.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Message => "message",
            Self::Note => "note",
            Self::Assigned => "assigned",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
            Self::Transferred => "transferred",
            Self::Warned => "warned",
            Self::Ended => "ended",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
            Self::Rated => "rated",
            Self::Amended => "amended",
        }
    }

    /// From a column.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether only staff may see it.
    pub const fn is_for_staff(self) -> bool {
        matches!(self, Self::Note | Self::Closed | Self::Assigned)
    }
}

/// Who caused an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sender {
    Visitor,
    Agent(AccountId),
    System,
}

impl Sender {
    /// For a column, and for what a seal is bound to.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Agent(_) => "agent",
            Self::System => "system",
        }
    }

    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Agent(account) => Some(account),
            _ => None,
        }
    }
}

/// One row of the table `event`.
#[derive(Debug, Clone)]
pub struct Event {
    pub conversation: ConversationId,
    /// Counts every event, from 1, dense.
    pub seq: u64,
    /// Counts what the visitor may see, from 1, dense; 0 for what they may not.
    pub shown: u64,
    pub kind: Kind,
    pub sender: Sender,
    pub at: Millis,
    /// Changes since it was first sealed.
    pub revision: u32,
    /// For `Amended`: the seq that it names, else 0.
    pub target: u64,
    pub sealed: Vec<u8>,
}

/// The newest events of the liveliest conversations.
#[derive(Default)]
pub struct Recent {
    kept: Mutex<Kept>,
    /// Whoever else keeps something of a conversation.
    forgets_too: OnceLock<Forgets>,
}

type Forgets = Box<dyn Fn(ConversationId) + Send + Sync>;

#[derive(Default)]
struct Kept {
    by_conversation: HashMap<ConversationId, VecDeque<Arc<Event>>>,
    order: VecDeque<ConversationId>,
}

impl Recent {
    /// After a commit: keeps new events, replaces amended ones.
    pub fn keep(&self, event: Arc<Event>) {
        let mut kept = self.lock();
        let id = event.conversation;
        if !kept.by_conversation.contains_key(&id) {
            kept.order.push_back(id);
            if kept.order.len() > CONVERSATIONS_MAX
                && let Some(oldest) = kept.order.pop_front()
            {
                kept.by_conversation.remove(&oldest);
            }
        }
        let events = kept.by_conversation.entry(id).or_default();
        if let Some(known) = events.iter_mut().find(|known| known.seq == event.seq) {
            // Of two commits the later may be told first.
            if event.revision >= known.revision {
                *known = event;
            }
            return;
        }
        match events.back().map(|last| last.seq) {
            // An amended event that is kept no longer.
            Some(last) if event.seq < last => return,
            Some(last) if event.seq > last + 1 => events.clear(),
            _ => {}
        }
        events.push_back(event);
        if events.len() > EVENTS_MAX {
            events.pop_front();
        }
    }

    /// All events after `seq`, if every one of them up to `last` is kept.
    pub fn after(&self, id: ConversationId, seq: u64, last: u64) -> Option<Vec<Arc<Event>>> {
        let kept = self.lock();
        let events = kept.by_conversation.get(&id)?;
        let has_first = events.front()?.seq <= seq.saturating_add(1);
        let has_last = events.back()?.seq >= last;
        (has_first && has_last)
            .then(|| events.iter().filter(|event| event.seq > seq).cloned().collect())
    }

    /// All events that the visitor sees after a number, if every one of them is kept.
    ///
    /// What is kept ends with the newest commit of this node.
    pub fn shown_after(&self, id: ConversationId, number: u64) -> Option<Vec<Arc<Event>>> {
        let kept = self.lock();
        let events = kept.by_conversation.get(&id)?;
        let is_whole = events.front()?.seq == 1
            || events.iter().any(|event| (1..=number).contains(&event.shown));
        is_whole.then(|| events.iter().filter(|event| event.shown > number).cloned().collect())
    }

    /// All events after a seq, if every one of them is kept.
    pub fn newest_after(&self, id: ConversationId, seq: u64) -> Option<Vec<Arc<Event>>> {
        self.after(id, seq, seq)
    }

    /// One event, if it is kept.
    pub fn one(&self, id: ConversationId, seq: u64) -> Option<Arc<Event>> {
        let kept = self.lock();
        kept.by_conversation.get(&id)?.iter().find(|event| event.seq == seq).cloned()
    }

    /// After a shred: nothing of the conversation stays.
    pub fn forget(&self, id: ConversationId) {
        let mut kept = self.lock();
        kept.by_conversation.remove(&id);
        kept.order.retain(|held| *held != id);
        drop(kept);
        if let Some(forget) = self.forgets_too.get() {
            forget(id);
        }
    }

    /// What another node rang: what is kept here is no longer all there is.
    pub fn hears(&self, ring: &Ring) {
        match ring.topic {
            Topic::Conversation(id) => self.outdated(id, ring.number),
            Topic::Gone(id) => self.forget(id),
            _ => {}
        }
    }

    /// Another node wrote an event, and perhaps amended one that is kept here.
    pub fn outdated(&self, id: ConversationId, seq: u64) {
        let mut kept = self.lock();
        let newest = kept.by_conversation.get(&id).and_then(|events| events.back());
        if newest.is_some_and(|newest| newest.seq < seq) {
            kept.by_conversation.remove(&id);
            kept.order.retain(|held| *held != id);
        }
    }

    /// Who is told of a shred as well; the first who asks.
    pub fn on_forget(&self, forget: impl Fn(ConversationId) + Send + Sync + 'static) {
        let _ = self.forgets_too.set(Box::new(forget));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_were_hidden_do_not_come_back_with_a_commit_that_is_told_late() {
        let (recent, id) = (Recent::default(), ConversationId::fresh());
        let told = |revision| {
            let event = Event {
                conversation: id,
                seq: 1,
                shown: 1,
                kind: Kind::Message,
                sender: Sender::Visitor,
                at: Millis(0),
                revision,
                target: 0,
                sealed: Vec::new(),
            };
            recent.keep(Arc::new(event));
            recent.one(id, 1).map(|kept| kept.revision)
        };
        assert_eq!([told(0), told(2), told(1)], [Some(0), Some(2), Some(2)]);
    }
}
