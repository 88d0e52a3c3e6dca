//! Epoch keys: one a day, random, in a file of its own, never in a backup.
//!
//! A new one is written and synced first; then a row decides, unique on the
//! day: of two nodes the loser deletes its file and takes the winner's.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::HEXLOWER;

use super::files;
use super::sealing::Sealing;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::ids::random;
use crate::values;

/// As in `2026-11-24`.
const DAY_LETTERS: usize = 10;

/// The epochs' keys that this node has unwrapped.
pub struct Epochs {
    root: Sealing,
    directory: PathBuf,
    open: Mutex<HashMap<String, Arc<Sealing>>>,
}

impl Epochs {
    pub(super) fn new(root: Sealing, directory: &Path) -> Self {
        Self { root, directory: directory.to_owned(), open: Mutex::default() }
    }

    /// The key of a day, made if there is none yet.
    pub async fn ensure(&self, db: &Db, day: &str) -> Result<Arc<Sealing>> {
        if let Some(key) = self.kept(day) {
            return Ok(key);
        }
        let named = day.to_owned();
        let known = db.read(move |tx| file_of(tx, &named)).await?;
        let file = match known {
            Some(file) => file,
            None => self.make(db, day).await?,
        };
        self.read(day, &file)
    }

    /// The key of a day that has one; `NotFound` once it was destroyed.
    pub fn known(&self, tx: &mut Tx<'_>, day: &str) -> Result<Arc<Sealing>> {
        if let Some(key) = self.kept(day) {
            return Ok(key);
        }
        let file = file_of(tx, day)?.ok_or(Error::NotFound)?;
        self.read(day, &file)
    }

    /// Refuses with `Later` once a day's key is retired: nothing new may rely on it.
    pub fn must_live(&self, tx: &mut Tx<'_>, day: &str) -> Result<()> {
        file_of(tx, day)?.map(|_| ()).ok_or(Error::Later { retry_after: 1 })
    }

    /// Destroys a day's key: what it wrapped is noise from now on.
    pub fn destroy(&self, day: &str, file: &str) -> Result<()> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(day);
        files::destroy(&self.directory, file)
    }

    /// Destroys the key files of days before this one that lost to the file that their
    /// day's row names. A file of a day without a row stays: it wraps nothing, or
    /// another database knows it.
    pub fn destroy_lost(&self, named: &HashMap<String, String>, before: &str) -> Result<()> {
        let unreadable = |e| Error::broken("the key directory cannot be listed", e);
        for entry in std::fs::read_dir(&self.directory).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.file_name();
            let Some(file) = file.to_str() else { continue };
            let Some(day) = day_of(file).filter(|day| *day < before) else { continue };
            if named.get(day).is_some_and(|winner| winner != file) {
                files::destroy(&self.directory, file)?;
            }
        }
        Ok(())
    }

    fn kept(&self, day: &str) -> Option<Arc<Sealing>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(day).cloned()
    }

    async fn make(&self, db: &Db, day: &str) -> Result<String> {
        let fresh = Sealing::fresh();
        let file = format!("epoch-{day}-{}.key", HEXLOWER.encode(&random::<6>()));
        let wrapped = HEXLOWER.encode(&self.root.wrap(&file, &fresh));
        // What cannot be written now may be later: nothing was acknowledged yet.
        files::write_new(&self.directory, &file, wrapped.as_bytes()).map_err(|error| {
            tracing::error!(file, error = ?error, "a new day's key cannot be written");
            Error::Later { retry_after: 5 }
        })?;
        let (day, mine) = (day.to_owned(), file.clone());
        let entered = db.write(move |tx| insert(tx, &day, &mine)).await;
        if matches!(&entered, Err(Error::Broken { .. })) {
            // No row can name it, so nothing will ever rely on it.
            files::destroy(&self.directory, &file)?;
        }
        let winner = entered?;
        if winner != file {
            files::destroy(&self.directory, &file)?;
        }
        Ok(winner)
    }

    fn read(&self, day: &str, file: &str) -> Result<Arc<Sealing>> {
        // A key that cannot be read now may be readable again: nothing is lost meanwhile.
        let unreadable = |error: std::io::Error| {
            tracing::error!(file, %error, "an epoch key cannot be read");
            Error::Later { retry_after: 5 }
        };
        let hex = std::fs::read(self.directory.join(file)).map_err(unreadable)?;
        let wrapped = HEXLOWER
            .decode(hex.trim_ascii())
            .map_err(|_| Error::broken_because("an epoch key's file is damaged"))?;
        let key = Arc::new(self.root.unwrap(file, &wrapped)?);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.insert(day.to_owned(), key.clone());
        Ok(key)
    }
}

/// The day in a key file's name, also while it is being written.
fn day_of(file: &str) -> Option<&str> {
    file.strip_prefix('.').unwrap_or(file).strip_prefix("epoch-")?.get(..DAY_LETTERS)
}

/// The file of a day's key, unless it was destroyed.
fn file_of(tx: &mut Tx<'_>, day: &str) -> Result<Option<String>> {
    tx.row("select file from epoch where day = $1 and destroyed_at is null", values![day], |row| {
        row.text(0)
    })
}

/// Enters a day's key; answers with the file that the row names afterwards.
fn insert(tx: &mut Tx<'_>, day: &str, file: &str) -> Result<String> {
    tx.run(
        // A clock that stepped back over midnight finds its day's key destroyed: it gets another.
        "insert into epoch (day, file, created_at) values ($1, $2, 0) \
         on conflict (day) do update set file = excluded.file, destroyed_at = null \
         where destroyed_at is not null",
        values![day, file],
    )?;
    file_of(tx, day)?.ok_or(Error::broken_because("a new day's key has a row"))
}
