//! The settings that administrators make: sections in the database, versioned,
//! audited, each change kept.
//!
//! Reading is a copy in memory; a change names the version that it was made
//! from, so that of two who change at once the second is told.

pub mod http;
pub mod lacks;
pub mod secrets;

use std::sync::Arc;

use protocol::http::{ChangeSection, Section};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::app::App;
use crate::audit::{self, Entry};
use crate::bus::Topic;
use crate::clock::Millis;
use crate::config::masking_rules::Policies;
use crate::config::sections::Sections;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::identity::account;
use crate::ids::AccountId;
use crate::keys::Install;
use crate::values;

/// Bytes of one section as JSON.
const BYTES_MAX: usize = 256 * 1024;

/// One part of the settings; a new one is a line here and in [`Sections`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    Site,
    Departments,
    Dispositions,
    Timing,
    Destinations,
    Mode,
    Archive,
    Retention,
    Masking,
}

impl Name {
    pub const ALL: [Self; 9] = [
        Self::Site,
        Self::Departments,
        Self::Dispositions,
        Self::Timing,
        Self::Destinations,
        Self::Mode,
        Self::Archive,
        Self::Retention,
        Self::Masking,
    ];

    /// As in the address and the row.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Departments => "departments",
            Self::Dispositions => "dispositions",
            Self::Timing => "timing",
            Self::Destinations => "destinations",
            Self::Mode => "mode",
            Self::Archive => "archive",
            Self::Retention => "retention",
            Self::Masking => "masking",
        }
    }

    /// From the address.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.code() == code)
    }

    fn value(self, sections: &Sections) -> Value {
        match self {
            Self::Site => json!(sections.site),
            Self::Departments => json!(sections.departments),
            Self::Dispositions => json!(sections.dispositions),
            Self::Timing => json!(sections.timing),
            Self::Destinations => json!(sections.destinations),
            Self::Mode => json!(sections.mode),
            Self::Archive => json!(sections.archive),
            Self::Retention => json!(sections.retention),
            Self::Masking => json!(sections.masking),
        }
    }

    fn put(self, sections: &mut Sections, value: Value) -> Result<()> {
        match self {
            Self::Site => sections.site = read(value)?,
            Self::Departments => sections.departments = read(value)?,
            Self::Dispositions => sections.dispositions = read(value)?,
            Self::Timing => sections.timing = read(value)?,
            Self::Destinations => sections.destinations = read(value)?,
            Self::Mode => sections.mode = read(value)?,
            Self::Archive => sections.archive = read(value)?,
            Self::Retention => sections.retention = read(value)?,
            Self::Masking => sections.masking = read(value)?,
        }
        Ok(())
    }
}

/// The settings of an install; what was never set is taken from `first` and kept.
pub async fn load(
    db: &Db,
    install: &Arc<Install>,
    first: Sections,
    now: Millis,
) -> Result<Sections> {
    let missing = first.clone();
    db.write(move |tx| {
        for name in Name::ALL {
            let value = name.value(&missing).to_string();
            tx.run(
                "insert into section (name, version, value, changed_at) values ($1, 1, $2, $3) \
                 on conflict (name) do nothing",
                values![name.code(), &value, now],
            )?;
        }
        Ok(())
    })
    .await?;
    read_into(db, install.clone(), first).await
}

/// Everything that is stored, over what is known.
async fn read_into(db: &Db, install: Arc<Install>, mut sections: Sections) -> Result<Sections> {
    db.read(move |tx| {
        sections.versions = 0;
        for name in Name::ALL {
            let (version, value) = stored(tx, name)?;
            name.put(&mut sections, value)?;
            sections.versions += version;
            if name == Name::Masking {
                sections.masking_version = version;
            }
        }
        let without = std::mem::take(&mut sections.destinations);
        sections.destinations = secrets::put_in(tx, &install, without)?;
        let staff = account::all(tx)?;
        sections.staff = staff.into_iter().map(|(account, _)| account.display_name).collect();
        Ok(sections)
    })
    .await
}

/// One section as it is now.
pub async fn section(app: &App, name: Name) -> Result<Section> {
    let (version, value) = app.db.read(move |tx| stored(tx, name)).await?;
    Ok(Section { section: name.code().to_owned(), version, value })
}

/// Changes one section.
///
/// # Errors
/// `Invalid` or `Malformed` for a value that does not fit, `Stale` when someone
/// was faster.
pub async fn change(
    app: &App,
    by: Option<AccountId>,
    name: Name,
    change: ChangeSection,
) -> Result<Section> {
    let mut sections = (*app.sections()).clone();
    let taken = match name {
        Name::Destinations => Some(secrets::take(&sections.destinations, &change.value)?),
        _ => None,
    };
    match &taken {
        Some(taken) => sections.destinations = taken.destinations.clone(),
        None => name.put(&mut sections, change.value)?,
    }
    sections.check()?;
    // What cannot be put to work is refused before it is stored.
    app.check_sections(&sections)?;
    if matches!(name, Name::Destinations | Name::Mode) {
        check_mode(app, &sections)?;
    }
    let value = name.value(&sections).to_string();
    if value.len() > BYTES_MAX {
        return Err(Error::TooLarge);
    }
    let (now, seen, install) = (app.clock.now(), change.version, app.keys.install.clone());
    app.db
        .write(move |tx| {
            let (version, _) = stored(tx, name)?;
            if version != seen {
                return Err(Error::Stale { expected: version });
            }
            keep(tx, name)?;
            tx.run(
                "update section set version = $1, value = $2, changed_at = $3, changed_by = $4 where name = $5",
                values![version + 1, &value, now, by.as_ref(), name.code()],
            )?;
            tx.ring(Topic::Settings, version + 1);
            let detail = format!("version {}", version + 1);
            let entry = Entry {
                at: now,
                actor: by.map_or(Sender::System, Sender::Agent),
                action: "settings.changed",
                subject: name.code(),
                detail: &detail,
            };
            audit::record(tx, &entry)?;
            taken.as_ref().map_or(Ok(()), |taken| taken.store(tx, &install, now, by))
        })
        .await?;
    reload(app).await?;
    section(app, name).await
}

/// In PHI mode nothing goes where it must not, and there is somewhere to go.
fn check_mode(app: &App, sections: &Sections) -> Result<()> {
    if !sections.mode.is_phi {
        return Ok(());
    }
    if sections.destinations.is_empty() {
        return Err(Error::Invalid { field: "destinations", why: "has one before PHI mode" });
    }
    for named in &sections.destinations {
        if let Some(&(code, mend)) = lacks::of(named, &app.config, app.clock.now()).first() {
            let setting = if code == "same_volume" { "path" } else { "agreement" };
            return Err(Error::Refused { field: named.field(setting), code, mend });
        }
    }
    Ok(())
}

/// Takes up what another process changed; true if anything was.
pub async fn catch_up(app: &App) -> Result<bool> {
    let versions =
        app.db.read(|tx| tx.count("select cast(sum(version) as bigint) from section", values![]));
    if u64::try_from(versions.await?).unwrap_or(0) == app.sections().versions {
        return Ok(false);
    }
    reload(app).await.map(|()| true)
}

/// The policies of a value of the section `masking` that is not stored.
pub fn policies_of(app: &App, value: Value) -> Result<Policies> {
    Policies::of(&read(value)?, &app.sections())
}

/// Takes up what is stored: after a change here, and at the ring of one elsewhere.
pub async fn reload(app: &App) -> Result<()> {
    let _turn = app.taking_up.lock().await;
    let known = (*app.sections()).clone();
    let sections = read_into(&app.db, app.keys.install.clone(), known).await?;
    app.set_sections(sections)
}

fn stored(tx: &mut Tx<'_>, name: Name) -> Result<(u64, Value)> {
    let found = tx.row(
        "select version, value from section where name = $1 /* locked */",
        values![name.code()],
        |row| Ok((row.number(0)?, row.text(1)?)),
    )?;
    let (version, text) = found.ok_or(Error::NotFound)?;
    let value = serde_json::from_str(&text)
        .map_err(|_| Error::broken_because("a stored section is JSON"))?;
    Ok((version, value))
}

fn keep(tx: &mut Tx<'_>, name: Name) -> Result<()> {
    tx.run(
        "insert into section_history (name, version, value, changed_at, changed_by) \
         select name, version, value, changed_at, changed_by from section where name = $1",
        values![name.code()],
    )?;
    Ok(())
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { "value".to_owned() } else { format!("value.{path}") };
        Error::Malformed { field }
    })
}
