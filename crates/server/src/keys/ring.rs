//! Conversation keys that were unwrapped lately.
//!
//! A key stays for at most [`AGE_MAX`] and goes at once when its conversation is
//! shredded; whoever still works with it holds the last copy, wiped when it goes.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::ConversationKey;
use crate::ids::ConversationId;

const AGE_MAX: Duration = Duration::from_secs(60);
const KEYS_MAX: usize = 4096;

/// Bounded by number and age.
#[derive(Default)]
pub struct Ring(Mutex<Held>);

#[derive(Default)]
struct Held {
    keys: HashMap<ConversationId, Arc<ConversationKey>>,
    /// Oldest first; a name stands here once for each key.
    order: VecDeque<(Instant, ConversationId)>,
    /// Counts shreds: a key read before one must not come in after it.
    shreds: u64,
}

/// That no shred happened since.
#[derive(Clone, Copy)]
pub struct Moment(u64);

impl Ring {
    /// To be taken before a key is read from its row.
    pub fn moment(&self) -> Moment {
        Moment(self.lock().shreds)
    }

    pub fn get(&self, id: ConversationId) -> Option<Arc<ConversationKey>> {
        let mut held = self.lock();
        held.drop_old(Instant::now());
        held.keys.get(&id).cloned()
    }

    /// Keeps a key that was read since the moment, unless anything was shredded meanwhile.
    pub fn keep(&self, since: Moment, id: ConversationId, key: Arc<ConversationKey>) {
        let mut held = self.lock();
        if held.shreds != since.0 || held.keys.contains_key(&id) {
            return;
        }
        if held.order.len() >= KEYS_MAX
            && let Some((_, oldest)) = held.order.pop_front()
        {
            held.keys.remove(&oldest);
        }
        held.order.push_back((Instant::now(), id));
        held.keys.insert(id, key);
    }

    /// After a shred.
    pub fn forget(&self, id: ConversationId) {
        let mut held = self.lock();
        held.shreds += 1;
        if held.keys.remove(&id).is_some() {
            held.order.retain(|(_, kept)| *kept != id);
        }
    }

    /// Drops what is too old, on a node where nobody asks.
    pub fn sweep(&self) {
        self.lock().drop_old(Instant::now());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn drop_old(&mut self, now: Instant) {
        while let Some((since, id)) = self.order.front().copied()
            && now.duration_since(since) >= AGE_MAX
        {
            self.order.pop_front();
            self.keys.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(ring: &Ring) -> ConversationId {
        let id = ConversationId::fresh();
        ring.keep(ring.moment(), id, Arc::new(ConversationKey::fresh()));
        id
    }

    #[test]
    fn a_key_goes_with_its_shred_and_with_its_age() {
        let ring = Ring::default();
        let (shredded, aged) = (kept(&ring), kept(&ring));
        ring.forget(shredded);
        assert!(ring.get(shredded).is_none());
        assert!(ring.get(aged).is_some());
        ring.lock().drop_old(Instant::now() + AGE_MAX);
        assert!(ring.get(aged).is_none());
    }

    #[test]
    fn a_key_read_before_a_shred_does_not_come_in_after_it() {
        let (ring, id) = (Ring::default(), ConversationId::fresh());
        let before = ring.moment();
        ring.forget(id);
        ring.keep(before, id, Arc::new(ConversationKey::fresh()));
        assert!(ring.get(id).is_none());
    }

    #[test]
    fn keys_are_bounded() {
        let ring = Ring::default();
        let first = kept(&ring);
        (0..KEYS_MAX).for_each(|_| {
            kept(&ring);
        });
        assert!(ring.get(first).is_none());
        assert_eq!(ring.lock().keys.len(), KEYS_MAX);
    }
}
