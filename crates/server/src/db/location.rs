//! Where the truth is kept: a file, or a PostgreSQL.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::postgres::{self, Address};
use super::{Tx, alone};
use crate::clock::{Clock, Millis};
use crate::config::Config;
use crate::error::{Error, Result};

/// A database's place. Cheap to clone.
#[derive(Clone)]
pub enum Location {
    File(PathBuf),
    Postgres(Arc<Address>),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Postgres(_) => f.write_str("database_url"),
        }
    }
}

impl Location {
    /// What the settings name.
    pub fn of(config: &Config) -> Result<Self> {
        Ok(match &config.database_url {
            None => Self::File(config.data_dir.join("sotto.db")),
            Some(url) => {
                let ca = config.database_ca.as_deref();
                Self::Postgres(Arc::new(Address::parse(url.reveal(), ca)?))
            }
        })
    }

    /// Whether other nodes may work on the same rows.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            Self::Postgres(_) => None,
        }
    }

    /// Whether no install was ever begun here.
    pub fn is_new(&self) -> Result<bool> {
        match self {
            Self::File(file) => Ok(!file.exists()),
            Self::Postgres(address) => postgres::is_new(address),
        }
    }

    /// Refuses an engine that would break a promise; says what could be better.
    pub fn check(&self, now: Option<Millis>) -> Result<Vec<String>> {
        match self {
            Self::File(_) => Ok(Vec::new()),
            Self::Postgres(address) => postgres::check(address, now),
        }
    }

    /// By how many milliseconds the database's clock is ahead; `None` where both are one.
    pub fn clock_ahead(&self, clock: &Clock) -> Result<Option<i64>> {
        match self {
            Self::File(_) => Ok(None),
            Self::Postgres(address) => postgres::clock_ahead(address, clock).map(Some),
        }
    }

    /// Carries out one unit on a connection of its own, before anything else uses the
    /// database; brings its tables up to date.
    pub fn alone<T: Send>(&self, unit: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send) -> Result<T> {
        match self {
            Self::File(file) => alone::alone(file, unit),
            Self::Postgres(address) => postgres::alone(address, unit),
        }
    }

    /// Reads from one consistent moment of a database that servers may be using.
    /// Changes nothing, and refuses tables of another version.
    pub fn look<T: Send>(&self, query: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send) -> Result<T> {
        match self {
            Self::File(file) => alone::look(file, query),
            Self::Postgres(address) => postgres::look(address, query),
        }
    }

    /// Whether the file is a whole database; of PostgreSQL's files its own tools say that.
    pub fn is_sound(&self) -> Result<bool> {
        self.file().map_or(Ok(true), alone::is_sound)
    }

    /// A consistent copy into a file of its own, from one moment; writers need not wait.
    pub fn backup(&self, to: &Path) -> Result<()> {
        let file = self.file().ok_or(Error::broken_because(
            "the database is PostgreSQL: copy it with pg_dump or pg_basebackup",
        ))?;
        alone::backup(file, to)
    }
}
