//! Group commit: units that wait are carried out together and committed once.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::Sealer;
use super::engine::{Line, Unit};
use super::sqlite::sql_error;
use super::teller::Teller;
use super::tx::{After, Tx};
use crate::error::{Error, Result};

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

/// What the units of one commit leave to be done after it.
#[derive(Default)]
struct Done {
    after: Vec<After>,
    was_audited: bool,
}

impl Done {
    fn add(&mut self, mut tx: Tx<'_>) {
        self.after.append(&mut tx.after);
        self.was_audited |= tx.was_audited;
    }
}

/// The writer thread: owns the one connection that changes anything.
pub(super) struct Writer {
    pub connection: Connection,
    pub teller: Teller,
    pub sealer: Sealer,
}

impl Writer {
    /// What serves until nobody can send any more, on a thread of its own.
    pub(super) fn serve(self, line: Line<Unit>) -> impl FnOnce() {
        move || {
            let mut units = Vec::new();
            while line.take(UNITS_MAX, &mut units) {
                let mut units = std::mem::take(&mut units);
                metrics::histogram!("sotto_commit_units").record(units.len() as f64);
                match self.commit(&mut units) {
                    Ok(after) => self.teller.tell(true, after, units),
                    Err(error) => {
                        self.give_up(&error);
                        self.teller.tell(false, Vec::new(), units);
                    }
                }
            }
        }
    }

    /// Nearly every unit that is refused was refused before it wrote, so there is
    /// nothing of it to undo. For the others all begin anew, each where it can be
    /// undone alone: that copies every page that it touches.
    fn commit(&self, batch: &mut [Unit]) -> Result<Vec<After>> {
        self.statement("begin immediate")?;
        let done = match self.carry_out(batch)? {
            Some(done) => done,
            None => {
                self.statement("rollback")?;
                self.statement("begin immediate")?;
                self.carry_out_apart(batch)?
            }
        };
        if done.was_audited {
            (self.sealer)(&mut Tx::new(&self.connection))?;
        }
        self.statement("commit")?;
        Ok(done.after)
    }

    /// All units; nothing if one that was refused left something behind.
    fn carry_out(&self, batch: &mut [Unit]) -> Result<Option<Done>> {
        let mut done = Done::default();
        for task in batch {
            let before = self.connection.total_changes();
            let mut tx = Tx::new(&self.connection);
            if task.run(&mut tx) {
                done.add(tx);
            } else if self.connection.is_autocommit() || self.connection.total_changes() != before {
                return Ok(None);
            }
        }
        Ok(Some(done))
    }

    fn carry_out_apart(&self, batch: &mut [Unit]) -> Result<Done> {
        let mut done = Done::default();
        for task in batch {
            let mut tx = Tx::new(&self.connection);
            self.statement("savepoint unit")?;
            if task.run(&mut tx) {
                done.add(tx);
            } else {
                self.statement("rollback to unit")?;
            }
            self.statement("release unit")?;
        }
        Ok(done)
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
