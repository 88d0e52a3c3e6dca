//! What a unit of work may touch.

use std::sync::Arc;

use rusqlite::Connection;

use super::{Value, postgres, sqlite};
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

/// Which engine carries the statements out.
pub(super) enum Source<'c> {
    Sqlite(&'c Connection),
    Postgres(&'c mut postgres::Session),
}

impl<'c> From<&'c Connection> for Source<'c> {
    fn from(connection: &'c Connection) -> Self {
        Self::Sqlite(connection)
    }
}

impl<'c> From<&'c mut postgres::Session> for Source<'c> {
    fn from(session: &'c mut postgres::Session) -> Self {
        Self::Postgres(session)
    }
}

/// A transaction, or a consistent moment to read from.
pub struct Tx<'c> {
    source: Source<'c>,
    pub(super) after: Vec<After>,
    pub(super) was_audited: bool,
}

impl<'c> Tx<'c> {
    pub(super) fn new(source: impl Into<Source<'c>>) -> Self {
        Self { source: source.into(), after: Vec::new(), was_audited: false }
    }

    /// Runs a statement that nothing of the unit waits for: what it refuses, the
    /// unit's commit refuses at the latest.
    pub fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<()> {
        match &mut self.source {
            Source::Sqlite(connection) => sqlite::run(connection, sql, values).map(|_| ()),
            Source::Postgres(session) => session.run(sql, values),
        }
    }

    /// Runs a statement and says how many rows it touched.
    pub fn touched(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<usize> {
        match &mut self.source {
            Source::Sqlite(connection) => sqlite::run(connection, sql, values),
            Source::Postgres(session) => session.touched(sql, values),
        }
    }

    /// The first row of an answer, if there is one.
    pub fn row<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        match &mut self.source {
            Source::Sqlite(connection) => sqlite::row(connection, sql, values, read),
            Source::Postgres(session) => {
                let rows = session.rows(sql, values)?;
                rows.first().map(|row| read(&Row::Postgres(row))).transpose()
            }
        }
    }

    /// All rows of an answer.
    pub fn rows<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match &mut self.source {
            Source::Sqlite(connection) => sqlite::rows(connection, sql, values, read),
            Source::Postgres(session) => {
                let rows = session.rows(sql, values)?;
                rows.iter().map(|row| read(&Row::Postgres(row))).collect()
            }
        }
    }

    /// A single number, 0 where there is no row.
    pub fn count(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<i64> {
        Ok(self.row(sql, values, |row| row.int(0))?.unwrap_or(0))
    }

    /// The time by the clock that all nodes share; a file has none of its own.
    pub fn now(&mut self, own: Millis) -> Result<Millis> {
        match &self.source {
            Source::Sqlite(_) => Ok(own),
            Source::Postgres(_) => {
                let theirs = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";
                self.count(theirs, &[]).map(Millis)
            }
        }
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
}

/// A row of an answer; columns count from 0.
pub enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    pub fn int(&self, column: usize) -> Result<i64> {
        self.get(column)
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
        Ok(self.opt_int(column)?.map(Millis))
    }

    pub fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        self.get(column)
    }

    pub fn text(&self, column: usize) -> Result<String> {
        self.get(column)
    }

    pub fn opt_text(&self, column: usize) -> Result<Option<String>> {
        self.get(column)
    }

    pub fn blob(&self, column: usize) -> Result<Vec<u8>> {
        self.get(column)
    }

    pub fn opt_blob(&self, column: usize) -> Result<Option<Vec<u8>>> {
        self.get(column)
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

    fn get<T>(&self, column: usize) -> Result<T>
    where
        T: rusqlite::types::FromSql + for<'a> tokio_postgres::types::FromSql<'a>,
    {
        match self {
            Self::Sqlite(row) => row.get(column).map_err(sqlite::sql_error),
            Self::Postgres(row) => {
                row.try_get(column).map_err(|e| Error::broken("a column is of another type", e))
            }
        }
    }
}
