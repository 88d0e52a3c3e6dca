//! Group commit: units that wait are carried out in one transaction, each in a
//! savepoint, and committed once.
//!
//! A unit that meets a row which another thread or node holds is set aside, so that
//! its neighbours need not wait, and carried out next. What fails for any other
//! reason than its own is carried out alone, and again, before it is given up.

use std::time::Duration;

use super::failure::Failure;
use super::session::Session;
use crate::db::engine::{Line, Unit};
use crate::db::teller::Teller;
use crate::db::tx::{After, Tx};
use crate::error::Error;
use crate::ids::random;

/// Units in one commit; past 64 savepoints the server keeps its books on disk.
const UNITS_MAX: usize = 32;
/// Times that a unit is carried out alone before its caller is told "later".
const TRIES_MAX: u32 = 6;
/// Between two tries, at least; doubled each time.
const PAUSE: Duration = Duration::from_millis(4);

const ONLY: &str = "begin isolation level read committed, read write";
const FIRST: &str = "begin isolation level read committed, read write; savepoint unit";
/// From the second unit on a row is not waited for: those before hold rows of their own.
const SECOND: &str = "release savepoint unit; set local lock_timeout = '20ms'; savepoint unit";
const NEXT: &str = "release savepoint unit; savepoint unit";
const UNDO: &str = "rollback to savepoint unit";

pub(super) struct Writer {
    session: Session,
    teller: Teller,
}

/// How a transaction ended.
enum Ended {
    Done(Vec<After>),
    /// Nothing of it stays; its units may be carried out again.
    Undone(Failure),
    /// Nobody knows whether it was committed: whoever it may concern looks.
    Unknown(Vec<After>),
}

impl Writer {
    pub(super) fn new(session: Session, teller: Teller) -> Self {
        Self { session, teller }
    }

    /// Serves until nobody can send any more.
    pub(super) fn serve(&mut self, units: &Line<Unit>) {
        let mut batch = Vec::with_capacity(UNITS_MAX);
        while units.take(UNITS_MAX, &mut batch) {
            metrics::histogram!("sotto_commit_units").record(batch.len() as f64);
            while !batch.is_empty() {
                let together = std::mem::take(&mut batch);
                batch = self.together(together);
            }
        }
    }

    /// Carries them out in one transaction; gives back those that were set aside.
    fn together(&mut self, mut units: Vec<Unit>) -> Vec<Unit> {
        if units.len() == 1 {
            units.into_iter().for_each(|unit| self.alone(unit));
            return Vec::new();
        }
        let mut aside = Vec::new();
        match self.transaction(&mut units, &mut aside) {
            Ended::Done(after) => self.teller.tell(true, after, units),
            Ended::Unknown(after) => self.teller.tell(false, after, units),
            Ended::Undone(_) => units.into_iter().for_each(|unit| self.alone(unit)),
        }
        aside
    }

    fn alone(&mut self, unit: Unit) {
        let mut units = vec![unit];
        for tried in 0..TRIES_MAX {
            match self.transaction(&mut units, &mut Vec::new()) {
                Ended::Done(after) => return self.teller.tell(true, after, units),
                Ended::Unknown(after) => return self.teller.tell(false, after, units),
                Ended::Undone(Failure::Away | Failure::Later | Failure::Broken) => break,
                Ended::Undone(_) => pause(tried),
            }
        }
        self.teller.tell(false, Vec::new(), units);
    }

    fn transaction(&mut self, units: &mut Vec<Unit>, aside: &mut Vec<Unit>) -> Ended {
        let mut after = Vec::new();
        let all = std::mem::take(units);
        let count = all.len();
        let mut failed = None;
        for (at, mut unit) in all.into_iter().enumerate() {
            if failed.is_some() {
                units.push(unit);
                continue;
            }
            self.open(at, count);
            let mut tx = Tx::new(&mut self.session);
            let is_done = unit.run(&mut tx);
            let mut told = std::mem::take(&mut tx.after);
            match self.session.failed() {
                None if is_done => after.append(&mut told),
                None => self.undo(count),
                Some(Failure::Locked) if at > 0 => {
                    self.session.say(UNDO);
                    aside.push(unit);
                    continue;
                }
                Some(failure) => failed = Some(failure),
            }
            units.push(unit);
        }
        match failed {
            None => self.commit(after),
            Some(failure) => {
                units.append(aside);
                self.session.leave();
                Ended::Undone(failure)
            }
        }
    }

    fn open(&mut self, at: usize, count: usize) {
        match (at, count) {
            (0, 1) => self.session.begin(ONLY),
            (0, _) => self.session.begin(FIRST),
            (1, _) if self.session.is_begun() => self.session.say(SECOND),
            _ if self.session.is_begun() => self.session.say(NEXT),
            _ => {}
        }
        if at > 0 {
            self.session.next_unit();
        }
    }

    /// A refused unit leaves nothing.
    fn undo(&mut self, count: usize) {
        match count {
            1 => self.session.leave(),
            _ if self.session.is_begun() => self.session.say(UNDO),
            _ => {}
        }
    }

    fn commit(&mut self, after: Vec<After>) -> Ended {
        match self.session.end("commit") {
            Ok(()) => return Ended::Done(after),
            Err(Error::Broken { what, source }) => {
                let source = source.map(|source| source.to_string()).unwrap_or_default();
                tracing::error!(what, source, "a commit failed");
            }
            Err(_) => {}
        }
        match self.session.failed() {
            Some(Failure::Lost | Failure::Away) | None => {
                Ended::Unknown(after.into_iter().map(unsure).collect())
            }
            Some(failure) => Ended::Undone(failure),
        }
    }
}

/// What may not have been committed is not kept, and neither is what it would replace.
fn unsure(after: After) -> After {
    match after {
        After::Keep(event) => After::Forget(event.conversation),
        other => other,
    }
}

/// Uneven, so that two that met do not meet again.
fn pause(tried: u32) {
    let [chance] = random::<1>();
    let most = PAUSE * 2_u32.pow(tried);
    std::thread::sleep(most / 2 + most / 512 * u32::from(chance));
}
