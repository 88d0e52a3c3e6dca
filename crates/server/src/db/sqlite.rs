//! SQLite: one writer thread with group commit, a few readers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, ToSql};

use super::engine::{Engine, Line, Question};
use super::teller::Teller;
use super::tx::{Row, Tx};
use super::writer::Writer;
use super::{Sealer, Value, migrate};
use crate::bus::Bus;
use crate::error::{Error, Result};
use crate::events::Recent;

/// The first release without the WAL-reset corruption.
const VERSION_MIN: i32 = 3_051_003;
const READERS: usize = 2;
const STATEMENTS_MAX: usize = 256;
/// Room for about a thousand conversations that talk at once; filled only by use.
const WRITER_CACHE_KIB: i64 = 16 * 1024;
/// A WAL of about 16 MiB before it is folded back.
const CHECKPOINT_PAGES: i64 = 8192;
/// A message changes some 300 bytes on each of three pages, and each page goes to the
/// disk whole, twice.
const PAGE_BYTES: i64 = 2048;

/// Opens or creates the file and brings its tables up to date.
pub(super) fn open(file: &Path, bus: Bus, recent: Arc<Recent>, sealer: Sealer) -> Result<Engine> {
    if rusqlite::version_number() < VERSION_MIN {
        return Err(Error::broken_because("this SQLite is older than 3.51.3"));
    }
    let mut connection = connect(file)?;
    // Each conversation that talks writes to a few pages of its own; without room for
    // all of them every message reads them again.
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB).map_err(sql_error)?;
    migrate::run(&mut connection)?;
    let writer = Writer { connection, teller: Teller::new(bus, recent), sealer };
    let (mut engine, units, questions) = Engine::new();
    engine.spawn("sotto-write", writer.serve(units))?;
    for _ in 0..READERS {
        let (connection, questions) = (connect(file)?, questions.clone());
        engine.spawn("sotto-read", move || answer(&connection, &questions))?;
    }
    Ok(engine)
}

fn answer(connection: &Connection, questions: &Line<Question>) {
    while let Some(question) = questions.next() {
        // One moment for the whole question; a failed begin shows in its first statement.
        let _ = connection.execute_batch("begin");
        // Whoever asked learns of a panic by the answer that never comes.
        let _ = catch_unwind(AssertUnwindSafe(|| question(&mut Tx::new(connection))));
        let _ = connection.execute_batch("commit");
    }
}

pub(super) fn connect(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(|e| {
        Error::broken("the database cannot be opened: is the data directory there, and ours?", e)
    })?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(sql_error)?;
    // Before the journal's mode, which makes the first page.
    connection.pragma_update(None, "page_size", PAGE_BYTES).map_err(sql_error)?;
    for (pragma, value) in [
        ("journal_mode", "wal"),
        ("synchronous", "full"),
        ("secure_delete", "on"),
        ("foreign_keys", "on"),
        ("temp_store", "memory"),
        ("journal_size_limit", "67108864"),
    ] {
        connection.pragma_update(None, pragma, value).map_err(sql_error)?;
    }
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).map_err(sql_error)?;
    Ok(connection)
}

pub(super) fn run(
    connection: &Connection,
    sql: &'static str,
    values: &[Value<'_>],
) -> Result<usize> {
    prepare(connection, sql, values)?.raw_execute().map_err(sql_error)
}

pub(super) fn row<T>(
    connection: &Connection,
    sql: &'static str,
    values: &[Value<'_>],
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = prepare(connection, sql, values)?;
    let mut rows = statement.raw_query();
    match rows.next().map_err(sql_error)? {
        Some(row) => read(&Row::Sqlite(row)).map(Some),
        None => Ok(None),
    }
}

pub(super) fn rows<T>(
    connection: &Connection,
    sql: &'static str,
    values: &[Value<'_>],
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = prepare(connection, sql, values)?;
    let mut rows = statement.raw_query();
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(sql_error)? {
        all.push(read(&Row::Sqlite(row))?);
    }
    Ok(all)
}

fn prepare<'c>(
    connection: &'c Connection,
    sql: &'static str,
    values: &[Value<'_>],
) -> Result<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(sql).map_err(sql_error)?;
    debug_assert_eq!(statement.parameter_count(), values.len(), "parameters of: {sql}");
    for (index, value) in values.iter().enumerate() {
        debug_assert_eq!(
            statement.parameter_name(index + 1),
            Some(format!("${}", index + 1).as_str()),
            "numbered by first appearance: {sql}"
        );
        statement.raw_bind_parameter(index + 1, *value).map_err(sql_error)?;
    }
    Ok(statement)
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(blob) => ValueRef::Blob(blob),
        }))
    }
}

/// A database's error, as what the caller can do about it.
pub(super) fn sql_error(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::Later { retry_after: 5 }
        }
        Some(ErrorCode::ConstraintViolation) => {
            Error::broken("a constraint of the database", error)
        }
        _ => Error::broken("the database", error),
    }
}
