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
use crate::keys::Keys;

/// One running node.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub clock: Clock,
    pub bus: Bus,
    pub recent: Arc<Recent>,
    pub db: Db,
    pub keys: Keys,
    pub masking: Arc<Masking>,
    destinations: Arc<Vec<(String, Destination)>>,
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
        Self {
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

    /// Where transcripts go, by name. Every one of them must give its receipt before
    /// a key is destroyed.
    pub fn destinations(&self) -> Arc<Vec<(String, Destination)>> {
        self.destinations.clone()
    }

    /// New settings, from now on.
    pub fn set_sections(&self, sections: Sections) {
        *self.sections.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sections);
    }
}
