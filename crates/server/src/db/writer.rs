//! Group commit: units that wait are carried out together and committed once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::Sealer;
use super::engine::{Line, Unit};
use super::sqlite::sql_error;
use super::tx::{After, Tx};
use crate::bus::{Bus, Ring, Topic};
use crate::error::{Error, Result};
use crate::events::Recent;

/// Units in one commit, so that none waits long for its neighbours.
const UNITS_MAX: usize = 256;

/// A unit of work that knows whom to answer.
pub(super) trait Task: Send {
    /// Carries it out; an error undoes it alone.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Its commit is durable, or failed.
    fn answer(self: Box<Self>, committed: bool);
}

struct Work<F, T> {
    work: F,
    result: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: Fn(&mut Tx<'_>) -> Result<T> + Send> Task for Work<F, T> {
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        // A bug in one unit must not end the thread that carries out all others.
        let worked = catch_unwind(AssertUnwindSafe(|| (self.work)(tx)));
        let result = worked.unwrap_or(Err(Error::broken_because("a unit of work panicked")));
        let is_ok = result.is_ok();
        self.result = Some(result);
        is_ok
    }

    fn answer(self: Box<Self>, committed: bool) {
        let result = match self.result {
            // A refusal needs no commit.
            Some(Err(refused)) => Err(refused),
            Some(Ok(value)) if committed => Ok(value),
            _ => Err(Error::Later { retry_after: 5 }),
        };
        // Whoever asked may have gone; a resend finds what was committed.
        let _ = self.answer.send(result);
    }
}

/// Packs a closure with the channel of its answer.
pub(super) fn task<T: Send + 'static>(
    work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> (Box<dyn Task>, oneshot::Receiver<Result<T>>) {
    let (answer, receive) = oneshot::channel();
    let unit = Work { work, result: None, answer };
    (Box::new(unit), receive)
}

/// The writer thread: owns the one connection that changes anything.
pub(super) struct Writer {
    pub connection: Connection,
    pub bus: Bus,
    pub recent: Arc<Recent>,
    pub sealer: Sealer,
}

impl Writer {
    /// Serves until every sender is gone.
    pub(super) fn serve(&self, units: &Line<Unit>) {
        let mut batch = Vec::with_capacity(UNITS_MAX);
        while units.take(UNITS_MAX, &mut batch) {
            metrics::histogram!("sotto_commit_units").record(batch.len() as f64);
            let committed = match self.commit(&mut batch) {
                Ok(after) => {
                    tell(&self.bus, &self.recent, after);
                    true
                }
                Err(error) => {
                    self.give_up(&error);
                    false
                }
            };
            for task in batch.drain(..) {
                task.answer(committed);
            }
        }
    }

    fn commit(&self, batch: &mut [Box<dyn Task>]) -> Result<Vec<After>> {
        self.statement("begin immediate")?;
        let mut after = Vec::new();
        let mut was_audited = false;
        for task in batch.iter_mut() {
            let mut tx = Tx::new(&self.connection);
            self.statement("savepoint unit")?;
            if task.run(&mut tx) {
                after.append(&mut tx.after);
                was_audited |= tx.was_audited;
            } else {
                self.statement("rollback to unit")?;
            }
            self.statement("release unit")?;
        }
        if was_audited {
            (self.sealer)(&mut Tx::new(&self.connection))?;
        }
        self.statement("commit")?;
        Ok(after)
    }

    /// A commit failed: nothing of it stays. After an I/O error nobody can know
    /// what the disk holds, so the process stops and recovery decides.
    fn give_up(&self, error: &Error) {
        if let Error::Broken { source: Some(source), .. } = error
            && let Some(sql) = source.downcast_ref::<rusqlite::Error>()
            && sql.sqlite_error_code() == Some(rusqlite::ErrorCode::SystemIoFailure)
        {
            tracing::error!("the disk failed while writing; stopping so that recovery can decide");
            std::process::exit(70);
        }
        tracing::error!(%error, "a commit failed; its units were answered \"later\"");
        if !self.connection.is_autocommit() {
            let _ = self.statement("rollback");
        }
    }

    fn statement(&self, sql: &'static str) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(sql_error)?;
        statement.raw_execute().map(|_| ()).map_err(sql_error)
    }
}

/// What follows a durable commit.
pub(super) fn tell(bus: &Bus, recent: &Recent, after: Vec<After>) {
    for next in after {
        match next {
            After::Keep(event) => recent.keep(event),
            After::Forget(id) => {
                recent.forget(id);
                bus.ring_others(&Ring { topic: Topic::Gone(id), number: 0 });
            }
            After::Ring(ring) => bus.ring(&ring),
        }
    }
}
