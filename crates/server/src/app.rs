//! What every verb works with. Cheap to clone.

use std::sync::{Arc, PoisonError, RwLock};

use destinations::Destination;
use masking::{Engine, Policy};

use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::sections::Sections;
use crate::db::Db;
use crate::events::Recent;
use crate::ids::NodeId;
use crate::keys::Keys;

/// One running node.
#[derive(Clone)]
pub struct App {
    /// Names this process among those that serve the same database.
    pub node: NodeId,
    pub config: Arc<Config>,
    pub clock: Clock,
    pub bus: Bus,
    pub recent: Arc<Recent>,
    pub db: Db,
    pub keys: Keys,
    pub masking: Arc<Masking>,
    /// Every one of them must give its receipt before a key is destroyed.
    pub destinations: Arc<Vec<(String, Destination)>>,
    sections: Arc<RwLock<Arc<Sections>>>,
}

/// The engine with the install's policy.
pub struct Masking {
    pub engine: Engine,
    pub policy: Policy,
}

impl App {
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        config: Config,
        clock: Clock,
        bus: Bus,
        recent: Arc<Recent>,
        db: Db,
        keys: Keys,
        sections: Sections,
        destinations: Vec<(String, Destination)>,
    ) -> Self {
        let ring = keys.ring.clone();
        recent.on_forget(move |id| ring.forget(id));
        Self {
            node: NodeId::fresh(),
            config: Arc::new(config),
            clock,
            bus,
            recent,
            db,
            keys,
            masking: Arc::new(Masking { engine: Engine::new(), policy: Policy::default() }),
            destinations: Arc::new(destinations),
            sections: Arc::new(RwLock::new(Arc::new(sections))),
        }
    }

    /// The settings as they are now; one reading is consistent.
    pub fn sections(&self) -> Arc<Sections> {
        self.sections.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// New settings, from now on.
    pub fn set_sections(&self, sections: Sections) {
        *self.sections.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sections);
    }
}
