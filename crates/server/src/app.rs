//! What every verb works with. Cheap to clone.

use std::sync::{Arc, PoisonError, RwLock};

use destinations::Destination;
use masking::Engine;

use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::masking_rules::Policies;
use crate::config::sections::{NamedDestination, Sections};
use crate::db::Db;
use crate::error::{Error, Result};
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
    pub engine: Arc<Engine>,
    settings: Arc<RwLock<Settings>>,
}

/// The sections, and what follows from them: destinations, opened, and masking policies.
#[derive(Clone)]
struct Settings {
    sections: Arc<Sections>,
    destinations: Arc<Vec<(String, Destination)>>,
    policies: Arc<Policies>,
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
    ) -> Result<Self> {
        let ring = keys.ring.clone();
        recent.on_forget(move |id| ring.forget(id));
        Ok(Self {
            node: NodeId::fresh(),
            config: Arc::new(config),
            clock,
            bus,
            recent,
            db,
            keys,
            engine: Arc::new(Engine::new()),
            settings: Arc::new(RwLock::new(Settings::of(sections)?)),
        })
    }

    /// The settings as they are now; one reading is consistent.
    pub fn sections(&self) -> Arc<Sections> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).sections.clone()
    }

    /// Where transcripts go. Every one of them must give its receipt before a key is destroyed.
    pub fn destinations(&self) -> Arc<Vec<(String, Destination)>> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).destinations.clone()
    }

    /// What is masked, by department.
    pub fn policies(&self) -> Arc<Policies> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).policies.clone()
    }

    /// Whether settings can be put to work: destinations open, rules are rules.
    pub fn check_sections(&self, sections: &Sections) -> Result<()> {
        Settings::of(sections.clone()).map(|_| ())
    }

    /// New settings, from now on.
    pub fn set_sections(&self, sections: Sections) -> Result<()> {
        let settings = Settings::of(sections)?;
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
        Ok(())
    }
}

impl Settings {
    fn of(sections: Sections) -> Result<Self> {
        let open = |named: &NamedDestination| {
            let opened = Destination::open(&named.to)
                .map_err(|error| Error::Invalid { field: "destinations", why: error.mend() })?;
            Ok((named.name.clone(), opened))
        };
        let destinations = sections.destinations.iter().map(open).collect::<Result<_>>()?;
        let policies = Policies::of(&sections.masking, &sections)?;
        Ok(Self {
            sections: Arc::new(sections),
            destinations: Arc::new(destinations),
            policies: Arc::new(policies),
        })
    }
}
