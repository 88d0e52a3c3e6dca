//! A database without a server around it: one unit, one look, one copy.

use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::migrate;
use super::sqlite::{connect, sql_error};
use super::tx::Tx;
use crate::error::{Error, Result};

/// Carries out one unit on a connection of its own, before anything else uses the
/// database; creates the file and brings its tables up to date.
pub fn alone<T>(file: &Path, unit: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    let mut connection = connect(file)?;
    migrate::run(&mut connection)?;
    let open =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql_error)?;
    let done = unit(&mut Tx::new(&*open))?;
    open.commit().map_err(sql_error)?;
    Ok(done)
}

/// Reads from one consistent moment of a database that a server may be using.
/// Changes nothing, and refuses tables of another version.
pub fn look<T>(file: &Path, query: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    let mut connection = existing(file)?;
    connection.pragma_update(None, "query_only", "on").map_err(sql_error)?;
    migrate::check(&connection)?;
    let moment = connection.transaction().map_err(sql_error)?;
    query(&mut Tx::new(&*moment))
}

/// Whether the file is a whole database.
pub fn is_sound(file: &Path) -> Result<bool> {
    let answer: rusqlite::Result<String> =
        existing(file)?.query_row("pragma integrity_check(1)", [], |row| row.get(0));
    Ok(answer.is_ok_and(|answer| answer == "ok"))
}

/// A consistent copy of a database that a server may be using, into a file of its
/// own. The copy is made from one moment: writers need not wait for it, and what
/// they write meanwhile is not in it.
pub fn backup(from: &Path, to: &Path) -> Result<()> {
    let source = existing(from)?;
    let mut copy = connect(to)?;
    let stepped = Backup::new(&source, &mut copy).and_then(|backup| backup.step(-1));
    if stepped.map_err(sql_error)? != StepResult::Done {
        return Err(Error::Later { retry_after: 5 });
    }
    // One file, without a log beside it.
    copy.pragma_update(None, "journal_mode", "delete").map_err(sql_error)
}

fn existing(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(sql_error)?;
    connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(sql_error)?;
    Ok(connection)
}
