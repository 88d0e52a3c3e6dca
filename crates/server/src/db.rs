//! The truth: every change is one unit of work.
//!
//! `write` takes a plain, re-runnable closure that touches only its [`Tx`].
//! Answers and rings go out after the commit. Nothing outside this folder knows
//! which engine runs.
//!
//! SQL is written once for both engines: lower case, `$1` numbered by first
//! appearance, columns of text, bigint and blob only. SQLite has one writer; where
//! PostgreSQL has several, a mark in the statement says what they must not do at once:
//! `/* locked */` after a row that the unit changes or decides by, `/* shared */` after
//! one that must stay as it is, `/* skip locked */` where another row does as well.

mod alone;
mod engine;
mod location;
mod migrate;
mod postgres;
mod sqlite;
mod teller;
mod tx;
mod value;
mod writer;

use std::sync::Arc;

use crate::bus::Bus;
use crate::clock::{Clock, Millis};
use crate::error::{Error, Result};
use crate::events::Recent;

pub use location::Location;
pub use tx::{Row, Tx};
pub use value::Value;

/// Runs inside each commit that recorded an audit entry, where one thread commits.
pub type Sealer = Arc<dyn Fn(&mut Tx<'_>) -> Result<()> + Send + Sync>;

/// Cheap to clone; all clones are the same database.
#[derive(Clone)]
pub struct Db {
    engine: Arc<engine::Engine>,
    is_shared: bool,
}

impl Db {
    /// Opens or creates the database and brings its tables up to date.
    pub fn open(
        location: &Location,
        bus: Bus,
        recent: Arc<Recent>,
        sealer: Sealer,
    ) -> Result<Self> {
        let engine = match location {
            Location::File(file) => sqlite::open(file, bus, recent, sealer)?,
            Location::Postgres(address) => postgres::open(address, bus, recent)?,
        };
        Ok(Self { engine: Arc::new(engine), is_shared: location.is_shared() })
    }

    /// Whether other nodes may work on the same rows.
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// Carries out one unit of work; when it returns `Ok`, the change is durable.
    ///
    /// The closure may run more than once. If the commit fails the answer is
    /// [`Error::Later`] and nothing changed.
    pub async fn write<T: Send + 'static>(
        &self,
        unit: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (task, answer) = writer::task(unit);
        self.engine.submit(task).await?;
        answer.await.map_err(|_| Error::Later { retry_after: 1 })?
    }

    /// Reads from one consistent moment.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (send, answer) = tokio::sync::oneshot::channel();
        self.engine
            .ask(Box::new(move |tx| {
                // Whoever asked may have gone; then nobody misses the answer.
                let _ = send.send(query(tx));
            }))
            .await?;
        answer.await.map_err(|_| Error::Later { retry_after: 1 })?
    }

    /// The time by the clock that all nodes share: leases are judged by it, so that a
    /// node whose own is wrong takes nothing from the others. A moved clock is shared.
    pub async fn now(&self, clock: &Clock) -> Result<Millis> {
        let own = clock.now();
        match self.is_shared && clock.tells_time() {
            true => self.read(move |tx| tx.now(own)).await,
            false => Ok(own),
        }
    }

    /// Finishes the units that wait, then closes. Nothing is accepted afterwards.
    pub async fn close(&self) {
        self.engine.close().await;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::mpsc;

    use super::*;
    use crate::values;

    fn fresh(folder: &Path) -> Db {
        let sealer: Sealer = Arc::new(|_| Ok(()));
        Db::open(&Location::File(folder.join("test.db")), Bus::default(), Arc::default(), sealer)
            .expect("a fresh database")
    }

    async fn insert(db: &Db, number: i64, then: Result<()>) -> bool {
        let is_refused = then.is_err();
        let unit = move |tx: &mut Tx<'_>| {
            tx.run("insert into test (number) values ($1)", values![number])?;
            if is_refused { Err(Error::WrongState) } else { Ok(()) }
        };
        db.write(unit).await.is_ok()
    }

    #[tokio::test]
    async fn a_refused_unit_is_undone_alone_wherever_it_stands_in_a_commit() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = fresh(folder.path());
        db.write(|tx| tx.run("create table test (number bigint)", &[])).await.expect("a table");
        for refused in 0..4 {
            // The first unit holds the writer until the others wait for the next commit.
            let (go, gate) = mpsc::channel::<()>();
            let gate = std::sync::Mutex::new(gate);
            let held = db.write(move |_| {
                let _ = gate.lock().expect("one waits").recv();
                Ok(())
            });
            let outcome = |n| if n == refused { Err(Error::WrongState) } else { Ok(()) };
            let together = async {
                let inserts = (0..3).map(|n| insert(&db, n, outcome(n)));
                let all = futures_util::future::join_all(inserts);
                let release = async { drop(go) };
                tokio::join!(all, release).0
            };
            let (_, answers) = tokio::join!(held, together);
            let kept: Vec<i64> = db
                .write(|tx| {
                    let kept =
                        tx.rows("select number from test order by number", &[], |row| row.int(0))?;
                    tx.run("delete from test", &[])?;
                    Ok(kept)
                })
                .await
                .expect("the rows");
            let expected: Vec<i64> = (0..3).filter(|n| *n != refused).collect();
            assert_eq!(kept, expected, "refused: {refused}");
            assert_eq!(answers, (0..3).map(|n| n != refused).collect::<Vec<_>>());
        }
    }
}
