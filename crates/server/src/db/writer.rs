//! Group commit: units that wait are carried out together and committed once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

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

/// Commits that wait to be told; past that the writer waits.
const TOLD_MAX: usize = 64;

/// The writer thread: owns the one connection that changes anything.
pub(super) struct Writer {
    pub connection: Connection,
    pub bus: Bus,
    pub recent: Arc<Recent>,
    pub sealer: Sealer,
}

/// A commit that is durable, or failed: whom to wake.
struct Ended {
    committed: bool,
    rings: Vec<Ring>,
    units: Vec<Unit>,
}

impl Ended {
    fn tell(self, bus: &Bus) {
        for ring in &self.rings {
            bus.ring(ring);
        }
        for unit in self.units {
            unit.answer(self.committed);
        }
    }
}

/// Tells in the order of the commits. One wake a commit from this thread, instead of
/// several a unit: inside the runtime a wake costs next to nothing.
fn teller(bus: &Bus) -> Option<mpsc::Sender<Ended>> {
    let runtime = tokio::runtime::Handle::try_current().ok()?;
    let (tell, mut ended) = mpsc::channel::<Ended>(TOLD_MAX);
    let bus = bus.clone();
    runtime.spawn(async move {
        while let Some(ended) = ended.recv().await {
            ended.tell(&bus);
        }
    });
    Some(tell)
}

impl Writer {
    /// What serves until every sender is gone, on a thread of its own.
    pub(super) fn serve(self, units: Line<Unit>) -> impl FnOnce() {
        let teller = teller(&self.bus);
        move || {
            loop {
                let mut batch = Vec::new();
                if !units.take(UNITS_MAX, &mut batch) {
                    return;
                }
                metrics::histogram!("sotto_commit_units").record(batch.len() as f64);
                let ended = self.ended(batch);
                let untold = match &teller {
                    Some(teller) => teller.blocking_send(ended).map_err(|untold| untold.0).err(),
                    None => Some(ended),
                };
                if let Some(untold) = untold {
                    untold.tell(&self.bus);
                }
            }
        }
    }

    fn ended(&self, mut units: Vec<Unit>) -> Ended {
        match self.commit(&mut units) {
            Ok(after) => {
                Ended { committed: true, rings: kept(&self.bus, &self.recent, after), units }
            }
            Err(error) => {
                self.give_up(&error);
                Ended { committed: false, rings: Vec::new(), units }
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

/// What follows a durable commit.
pub(super) fn tell(bus: &Bus, recent: &Recent, after: Vec<After>) {
    for ring in kept(bus, recent, after) {
        bus.ring(&ring);
    }
}

/// Whom a ring wakes finds what it is about kept; so these rings come last.
fn kept(bus: &Bus, recent: &Recent, after: Vec<After>) -> Vec<Ring> {
    let mut rings = Vec::with_capacity(after.len());
    for next in after {
        match next {
            After::Keep(event) => recent.keep(event),
            After::Forget(id) => {
                recent.forget(id);
                bus.ring_others(&Ring { topic: Topic::Gone(id), number: 0 });
            }
            After::Ring(ring) => rings.push(ring),
        }
    }
    rings
}
