//! The bus inside one process.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::{Ring, Topic};

/// Enough that two rings seldom want the same lock.
const SHARDS: usize = 16;

type Listeners = HashMap<Topic, Vec<Arc<Inner>>>;

/// Cheap to clone; all clones are the same bus.
#[derive(Clone)]
pub(super) struct Memory(Arc<Shards>);

struct Shards {
    hasher: RandomState,
    shards: [Mutex<Listeners>; SHARDS],
}

struct Inner {
    rung: Mutex<HashMap<Topic, u64>>,
    notify: Notify,
}

/// One listener's place; it stops listening when dropped.
pub struct Mailbox {
    bus: Memory,
    inner: Arc<Inner>,
    topics: Vec<Topic>,
}

impl Default for Memory {
    fn default() -> Self {
        Self(Arc::new(Shards {
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
        }))
    }
}

impl Memory {
    /// Tells everyone who listens to its topic.
    pub fn ring(&self, ring: &Ring) {
        let listeners = self.shard(&ring.topic).lock().unwrap_or_else(PoisonError::into_inner);
        let Some(inners) = listeners.get(&ring.topic) else {
            return;
        };
        for inner in inners {
            let mut rung = inner.rung.lock().unwrap_or_else(PoisonError::into_inner);
            rung.insert(ring.topic.clone(), ring.number);
            inner.notify.notify_one();
        }
    }

    /// A new listener that listens to nothing yet.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox {
            bus: self.clone(),
            inner: Arc::new(Inner { rung: Mutex::default(), notify: Notify::new() }),
            topics: Vec::new(),
        }
    }

    /// Rings every topic of a kind that anybody listens to.
    pub(super) fn ring_all(&self, is_of_kind: impl Fn(&Topic) -> bool) {
        for shard in &self.0.shards {
            let listeners = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let topics: Vec<Topic> =
                listeners.keys().filter(|topic| is_of_kind(topic)).cloned().collect();
            drop(listeners);
            topics.into_iter().for_each(|topic| self.ring(&Ring { topic, number: 0 }));
        }
    }

    fn shard(&self, topic: &Topic) -> &Mutex<Listeners> {
        let shard = usize::try_from(self.0.hasher.hash_one(topic) % SHARDS as u64);
        &self.0.shards[shard.expect("less than SHARDS")]
    }
}

impl Mailbox {
    /// Listens to a topic from now on; twice is once.
    pub fn listen(&mut self, topic: Topic) {
        if self.topics.contains(&topic) {
            return;
        }
        let mut listeners = self.bus.shard(&topic).lock().unwrap_or_else(PoisonError::into_inner);
        listeners.entry(topic.clone()).or_default().push(self.inner.clone());
        drop(listeners);
        self.topics.push(topic);
    }

    /// Stops listening to a topic.
    pub fn forget(&mut self, topic: &Topic) {
        self.topics.retain(|held| held != topic);
        self.remove(topic);
    }

    /// Waits for rings and takes all that came, each topic once with its newest number.
    pub async fn next(&self) -> Vec<Ring> {
        loop {
            let waiting = self.inner.notify.notified();
            let rung = self.take();
            if !rung.is_empty() {
                return rung;
            }
            waiting.await;
        }
    }

    /// Takes what came, without waiting.
    pub fn take(&self) -> Vec<Ring> {
        let mut rung = self.inner.rung.lock().unwrap_or_else(PoisonError::into_inner);
        // Empty it without giving its room away: the next ring is near.
        rung.drain().map(|(topic, number)| Ring { topic, number }).collect()
    }

    fn remove(&self, topic: &Topic) {
        let mut listeners = self.bus.shard(topic).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(inners) = listeners.get_mut(topic) {
            inners.retain(|inner| !Arc::ptr_eq(inner, &self.inner));
            if inners.is_empty() {
                listeners.remove(topic);
            }
        }
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        for topic in &self.topics {
            self.remove(topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rings_for_one_topic_fold_into_the_newest() {
        let bus = Memory::default();
        let mut mailbox = bus.mailbox();
        mailbox.listen(Topic::Staff);
        for number in 1..=3 {
            bus.ring(&Ring { topic: Topic::Staff, number });
        }
        let rings = mailbox.next().await;
        assert_eq!(rings.len(), 1);
        assert_eq!(rings[0].number, 3);
    }

    #[test]
    fn a_listener_that_goes_leaves_nothing_behind() {
        let bus = Memory::default();
        let mut mailbox = bus.mailbox();
        mailbox.listen(Topic::Staff);
        drop(mailbox);
        assert!(bus.0.shards.iter().all(|shard| shard.lock().expect("no panic").is_empty()));
    }
}
