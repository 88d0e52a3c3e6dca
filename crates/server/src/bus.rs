//! The doorbell: who is told that something changed.
//!
//! A ring carries an id and a number, never text. A listener has one
//! [`Mailbox`]; rings for the same topic fold into one, so a slow listener holds
//! at most one entry a topic, and an idle one costs nothing. A lost ring costs a
//! delay, never a message: what is asked for afterwards is "events after n".

mod frame;
mod heard;
mod memory;
mod nats;

use crate::config::Config;
use crate::error::Result;
use crate::ids::{AccountId, ConversationId};

use heard::Heard;
use nats::Nats;

pub use memory::Mailbox;

/// The doorbell of a node. Cheap to clone; all clones are the same.
#[derive(Clone, Default)]
pub struct Bus {
    memory: memory::Memory,
    /// To and from the other nodes, where there may be some.
    nats: Option<Nats>,
    heard: Heard,
}

impl Bus {
    /// The bus that the settings name; `install` tells installs on one server apart.
    /// What others ring goes to `hears` before anybody here is told.
    pub async fn open(
        config: &Config,
        install: &str,
        hears: impl Fn(&Ring) + Send + Sync + 'static,
    ) -> Result<Self> {
        let mut bus = Self::default();
        if let Some(url) = &config.bus_url {
            let told = bus.clone();
            let nats = Nats::connect(url.reveal(), config, install, move |ring| {
                hears(ring);
                told.ring_here(ring);
            });
            bus.nats = Some(nats.await?);
        }
        Ok(bus)
    }

    /// Tells everyone who listens to its topic, on every node.
    pub fn ring(&self, ring: &Ring) {
        self.ring_here(ring);
        self.ring_others(ring);
    }

    /// Tells the other nodes only.
    pub fn ring_others(&self, ring: &Ring) {
        if let Some(nats) = self.nats.as_ref().filter(|_| ring.topic.concerns_others()) {
            nats.ring(ring);
        }
    }

    /// Tells this node only.
    pub fn ring_here(&self, ring: &Ring) {
        self.heard.note(ring);
        self.memory.ring(ring);
    }

    /// A new listener that listens to nothing yet.
    pub fn mailbox(&self) -> Mailbox {
        self.memory.mailbox()
    }

    /// Whether an event of this number was never rung here.
    pub fn has_missed(&self, id: ConversationId, seq: u64) -> bool {
        self.heard.has_missed(id, seq)
    }

    /// Forgets what was heard of all other conversations: they are over.
    pub fn keep_only(&self, open: &std::collections::HashSet<ConversationId>) {
        self.heard.keep_only(open);
    }

    /// Everyone who listens to a topic that many share is rung: nobody knows what was lost.
    pub fn ring_lists(&self) {
        self.memory.ring_all(|topic| {
            matches!(
                topic,
                Topic::Queue(_)
                    | Topic::Line(_)
                    | Topic::Account(_)
                    | Topic::Staff
                    | Topic::Sessions(_)
            )
        });
    }

    /// Sends what waits and stops listening to the other nodes.
    pub async fn close(&self) {
        if let Some(nats) = &self.nats {
            nats.close().await;
        }
    }
}

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
    /// A conversation was shredded: whoever keeps something of it drops it.
    Gone(ConversationId),
    /// A node could not be heard for a while: what it rang is lost.
    Missed,
}

impl Topic {
    /// The node that schedules a job rings its own workers; the others look now and then.
    const fn concerns_others(&self) -> bool {
        !matches!(self, Self::Jobs)
    }
}

/// One ring.
#[derive(Debug, Clone)]
pub struct Ring {
    pub topic: Topic,
    pub number: u64,
}
