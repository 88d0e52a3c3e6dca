//! What every verb works with. Cheap to clone.

use std::sync::{Arc, PoisonError, RwLock};

use destinations::{Allowed, Destination};
use masking::Engine;
use protocol::destination::Terms;
use tokio::sync::watch;

use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::destination::{NamedDestination, READING};
use crate::config::masking_rules::Policies;
use crate::config::sections::Sections;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::events::Recent;
use crate::ids::NodeId;
use crate::keys::Keys;
use crate::rests::Rests;

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
    pub rests: Arc<Rests>,
    /// How often this node took a lease that it did not have: more than once if the
    /// others took it for dead.
    pub leases: Arc<watch::Sender<u32>>,
    settings: Arc<RwLock<Settings>>,
    /// Held from reading what is stored to putting it in force, so that the last
    /// to take up settings is who read the newest.
    pub(crate) taking_up: Arc<tokio::sync::Mutex<()>>,
}

/// A destination, ready or not.
#[derive(Debug, Clone)]
pub struct Placed {
    pub name: String,
    pub terms: Terms,
    /// What its receipts belong to.
    pub place: [u8; 32],
    /// Settings that came in once can stop to fit: then nothing goes there, and the
    /// rest of the server runs on.
    pub to: std::result::Result<Destination, destinations::Error>,
    /// What the read-through archive reads it with.
    pub reading: Option<Destination>,
}

/// The sections, and what follows from them: destinations, opened, and masking policies.
#[derive(Clone)]
struct Settings {
    sections: Arc<Sections>,
    destinations: Arc<Vec<Placed>>,
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
        let settings = Settings::of(sections, &config.destinations.allowed)?;
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
            rests: Arc::default(),
            leases: Arc::default(),
            settings: Arc::new(RwLock::new(settings)),
            taking_up: Arc::default(),
        })
    }

    /// Refuses with `Later` what a clock decides, while this node's is not the database's.
    pub async fn clock_must_be_right(&self) -> Result<()> {
        if !self.db.now(&self.clock).await?.is_apart(self.clock.now()) {
            return Ok(());
        }
        tracing::error!("this node's clock is more than 5 s from the database's; set it by NTP");
        Err(Error::Later { retry_after: 5 })
    }

    /// The settings as they are now; one reading is consistent.
    pub fn sections(&self) -> Arc<Sections> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).sections.clone()
    }

    /// Where transcripts go. Each required one must give its receipt before a key is destroyed.
    pub fn destinations(&self) -> Arc<Vec<Placed>> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).destinations.clone()
    }

    /// What is masked, by department.
    pub fn policies(&self) -> Arc<Policies> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).policies.clone()
    }

    /// Whether settings can be put to work: destinations open, rules are rules.
    pub fn check_sections(&self, sections: &Sections) -> Result<()> {
        for named in &sections.destinations {
            placed(named, &self.config.destinations.allowed)?;
        }
        Policies::of(&sections.masking, sections).map(|_| ())
    }

    /// New settings, from now on.
    pub fn set_sections(&self, sections: Sections) -> Result<()> {
        let settings = Settings::of(sections, &self.config.destinations.allowed)?;
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
        Ok(())
    }
}

impl Settings {
    fn of(sections: Sections, allowed: &Allowed) -> Result<Self> {
        let open = |named: &NamedDestination| Placed {
            name: named.name.clone(),
            terms: named.terms.clone(),
            place: named.place(),
            to: Destination::open_within(&named.to, allowed),
            reading: named
                .reading
                .as_ref()
                .and_then(|config| Destination::open_within(config, allowed).ok()),
        };
        let destinations = sections.destinations.iter().map(open).collect();
        let policies = Policies::of(&sections.masking, &sections)?;
        Ok(Self {
            sections: Arc::new(sections),
            destinations: Arc::new(destinations),
            policies: Arc::new(policies),
        })
    }
}

/// Opens both ways to a destination, or says which setting must change.
fn placed(named: &NamedDestination, allowed: &Allowed) -> Result<()> {
    let refused = |setting: String, error: destinations::Error| Error::Refused {
        field: named.field(&setting),
        code: error.code(),
        mend: error.mend(),
    };
    Destination::open_within(&named.to, allowed)
        .map_err(|error| refused(setting_of(error), error))?;
    if let Some(reading) = &named.reading {
        Destination::open_within(reading, allowed)
            .map_err(|error| refused(format!("{READING}{}", setting_of(error)), error))?;
    }
    Ok(())
}

/// The setting that a refusal names, in its form.
pub fn setting_of(error: destinations::Error) -> String {
    match error {
        destinations::Error::Refused { setting, .. } => setting.to_owned(),
        _ => "kind".to_owned(),
    }
}
