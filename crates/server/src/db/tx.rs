//! What a unit of work may touch.

use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ToSql};

use super::Value;
use crate::bus::{Ring, Topic};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::ids::{AccountId, ConversationId};

/// What happens once the unit's commit is durable.
pub(super) enum After {
    Ring(Ring),
    Keep(Arc<Event>),
    Forget(ConversationId),
}

/// A transaction, or a consistent moment to read from.
pub struct Tx<'c> {
    connection: &'c Connection,
    pub(super) after: Vec<After>,
    pub(super) was_audited: bool,
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, after: Vec::new(), was_audited: false }
    }

    /// Runs a statement; how many rows it touched.
    pub fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<usize> {
        let mut statement = self.prepare(sql, values)?;
        statement.raw_execute().map_err(sql_error)
    }

    /// The first row of an answer, if there is one.
    pub fn row<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.prepare(sql, values)?;
        let mut rows = statement.raw_query();
        match rows.next().map_err(sql_error)? {
            Some(row) => read(&Row(row)).map(Some),
            None => Ok(None),
        }
    }

    /// All rows of an answer.
    pub fn rows<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.prepare(sql, values)?;
        let mut rows = statement.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(sql_error)? {
            all.push(read(&Row(row))?);
        }
        Ok(all)
    }

    /// A single number, 0 where there is no row.
    pub fn count(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<i64> {
        Ok(self.row(sql, values, |row| row.int(0))?.unwrap_or(0))
    }

    /// Rings once the commit is durable.
    pub fn ring(&mut self, topic: Topic, number: u64) {
        self.after.push(After::Ring(Ring { topic, number }));
    }

    /// Keeps an event for the sockets once the commit is durable.
    pub fn keep(&mut self, event: Event) {
        self.after.push(After::Keep(Arc::new(event)));
    }

    /// Drops kept events once the commit is durable.
    pub fn forget(&mut self, id: ConversationId) {
        self.after.push(After::Forget(id));
    }

    /// An audit entry was written: the sealer must run in this commit.
    pub fn mark_audited(&mut self) {
        self.was_audited = true;
    }

    fn prepare(&self, sql: &'static str, values: &[Value<'_>]) -> Result<CachedStatement<'c>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(sql_error)?;
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

/// A row of an answer; columns count from 0.
pub struct Row<'r>(&'r rusqlite::Row<'r>);

impl Row<'_> {
    pub fn int(&self, column: usize) -> Result<i64> {
        self.0.get(column).map_err(sql_error)
    }

    /// A count or number that is never negative.
    pub fn number(&self, column: usize) -> Result<u64> {
        Ok(u64::try_from(self.int(column)?).unwrap_or(0))
    }

    pub fn is(&self, column: usize) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    pub fn millis(&self, column: usize) -> Result<Millis> {
        self.int(column).map(Millis)
    }

    pub fn opt_millis(&self, column: usize) -> Result<Option<Millis>> {
        let value: Option<i64> = self.0.get(column).map_err(sql_error)?;
        Ok(value.map(Millis))
    }

    pub fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        self.0.get(column).map_err(sql_error)
    }

    pub fn text(&self, column: usize) -> Result<String> {
        self.0.get(column).map_err(sql_error)
    }

    pub fn opt_text(&self, column: usize) -> Result<Option<String>> {
        self.0.get(column).map_err(sql_error)
    }

    pub fn blob(&self, column: usize) -> Result<Vec<u8>> {
        self.0.get(column).map_err(sql_error)
    }

    pub fn opt_blob(&self, column: usize) -> Result<Option<Vec<u8>>> {
        self.0.get(column).map_err(sql_error)
    }

    pub fn conversation(&self, column: usize) -> Result<ConversationId> {
        ConversationId::from_bytes(&self.blob(column)?)
            .ok_or(Error::broken_because("a conversation's id is 16 bytes"))
    }

    pub fn account(&self, column: usize) -> Result<AccountId> {
        AccountId::from_bytes(&self.blob(column)?)
            .ok_or(Error::broken_because("an account's id is 16 bytes"))
    }

    pub fn opt_account(&self, column: usize) -> Result<Option<AccountId>> {
        Ok(self.opt_blob(column)?.as_deref().and_then(AccountId::from_bytes))
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
