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
    /// By day: the file and its key.
    open: Mutex<HashMap<String, (String, Arc<Sealing>)>>,
}

impl Epochs {
    pub(super) fn new(root: Sealing, directory: &Path) -> Self {
        Self { root, directory: directory.to_owned(), open: Mutex::default() }
    }

    /// The key of a day, made if there is none yet.
    pub async fn ensure(&self, db: &Db, day: &str) -> Result<Arc<Sealing>> {
        if let Some((_, key)) = self.kept(day) {
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

    /// Refuses with `Later` unless a day's key, made if there is none yet, can be read
    /// from its file now: a node whose key directory went must not go on by what it kept.
    pub async fn must_be_readable(&self, db: &Db, day: &str) -> Result<()> {
        self.ensure(db, day).await?;
        match self.kept(day) {
            Some((file, _)) => self.raw(&file).map(|_| ()),
            None => Err(Error::Later { retry_after: 1 }),
        }
    }

    /// The key of a day that has one; `NotFound` once it was destroyed.
    pub fn known(&self, tx: &mut Tx<'_>, day: &str) -> Result<Arc<Sealing>> {
        let Some(file) = file_of(tx, day)? else {
            self.drop_kept(day);
            return Err(Error::NotFound);
        };
        match self.kept(day) {
            Some((kept, key)) if kept == file => Ok(key),
            _ => self.read(day, &file),
        }
    }

    /// Refuses with `Later` unless this key is the day's and lives: nothing new may rely
    /// on a retired one. No node retires it before this unit is committed.
    pub fn must_live(&self, tx: &mut Tx<'_>, day: &str, key: &Arc<Sealing>) -> Result<()> {
        let named = tx.row(
            "select file from epoch where day = $1 and destroyed_at is null /* shared */",
            values![day],
            |row| row.text(0),
        )?;
        let kept = self.kept(day);
        let is_it = kept.is_some_and(|(file, kept)| Some(file) == named && Arc::ptr_eq(&kept, key));
        if !is_it {
            // Destroyed on another node, or made anew there: the next try looks.
            self.drop_kept(day);
            return Err(Error::Later { retry_after: 1 });
        }
        Ok(())
    }

    /// Holds a living day's row, so that nothing new can rely on its key; false if
    /// another node retired it.
    pub fn is_held_to_retire(&self, tx: &mut Tx<'_>, day: &str) -> Result<bool> {
        let living = tx.row(
            "select file from epoch where day = $1 and destroyed_at is null /* locked */",
            values![day],
            |row| row.text(0),
        )?;
        Ok(living.is_some())
    }

    /// Drops the keys that another node destroyed or made anew.
    pub async fn sweep(&self, db: &Db) -> Result<()> {
        let known = db.read(|tx| {
            let sql = "select day, case when destroyed_at is null then file end from epoch";
            tx.rows(sql, values![], |row| Ok((row.text(0)?, row.opt_text(1)?)))
        });
        let known: HashMap<String, Option<String>> = known.await?.into_iter().collect();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // A day that was made since the look has no row in it, and stays.
        open.retain(|day, (file, _)| known.get(day).is_none_or(|now| now.as_ref() == Some(file)));
        Ok(())
    }

    /// Destroys a day's key: what it wrapped is noise from now on.
    pub fn destroy(&self, day: &str, file: &str) -> Result<()> {
        self.drop_kept(day);
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

    fn kept(&self, day: &str) -> Option<(String, Arc<Sealing>)> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(day).cloned()
    }

    fn drop_kept(&self, day: &str) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(day);
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

    /// A key that cannot be read now may be readable again: nothing is lost meanwhile.
    fn raw(&self, file: &str) -> Result<Vec<u8>> {
        std::fs::read(self.directory.join(file)).map_err(|error| {
            tracing::error!(file, %error, "an epoch key cannot be read");
            Error::Later { retry_after: 5 }
        })
    }

    fn read(&self, day: &str, file: &str) -> Result<Arc<Sealing>> {
        let hex = self.raw(file)?;
        let wrapped = HEXLOWER
            .decode(hex.trim_ascii())
            .map_err(|_| Error::broken_because("an epoch key's file is damaged"))?;
        let key = Arc::new(self.root.unwrap(file, &wrapped)?);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get(day) {
            // Whoever was a little faster relies on theirs.
            Some((kept, theirs)) if kept == file => return Ok(theirs.clone()),
            _ => open.insert(day.to_owned(), (file.to_owned(), key.clone())),
        };
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
         where epoch.destroyed_at is not null",
        values![day, file],
    )?;
    file_of(tx, day)?.ok_or(Error::broken_because("a new day's key has a row"))
}
