//! PostgreSQL: a few threads, each with a connection of its own.
//!
//! Units that wait are carried out together in one transaction, each in a savepoint,
//! and committed once, as on SQLite. Units of several threads and nodes meet in rows,
//! and there the marks in the statements decide who waits.

mod address;
mod check;
mod failure;
mod migrate;
mod session;
mod tls;
mod values;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Tx;
use super::engine::{Engine, Line, Question};
use super::teller::Teller;
use crate::bus::Bus;
use crate::clock::{Clock, Millis};
use crate::error::{Error, Result};
use crate::events::Recent;

pub(super) use address::Address;
pub(super) use session::Session;
use session::Text;
use writer::Writer;

/// Each holds one connection; more of them commit side by side.
const WRITERS: usize = 4;
const READERS: usize = 3;
/// Of two nodes that start for the first time, one makes what the other finds.
const ALONE: &str = "begin; select pg_advisory_xact_lock(7303)";
/// Everything that one question reads is from one moment.
const MOMENT: &str = "begin isolation level repeatable read, read only";

/// Brings the tables up to date and starts the threads.
pub(super) fn open(address: &Arc<Address>, bus: Bus, recent: Arc<Recent>) -> Result<Engine> {
    on_a_session(address, Text::Writes, migrate::run)?;
    let (mut engine, units, questions) = Engine::new();
    for _ in 0..WRITERS {
        let session = Session::new(address.clone(), Text::Writes)?;
        let mut writer = Writer::new(session, Teller::new(bus.clone(), recent.clone()));
        let units = units.clone();
        engine.spawn("sotto-write", move || writer.serve(&units))?;
    }
    for _ in 0..READERS {
        let mut session = Session::new(address.clone(), Text::Reads)?;
        let questions = questions.clone();
        engine.spawn("sotto-read", move || answer(&mut session, &questions))?;
    }
    Ok(engine)
}

/// Whether no install was ever begun in these tables.
pub(super) fn is_new(address: &Arc<Address>) -> Result<bool> {
    on_a_session(address, Text::Reads, |session| {
        let keys = "select count(*) from install_key";
        Ok(!migrate::is_there(session)? || Tx::new(session).count(keys, &[])? == 0)
    })
}

/// Refuses a server that would break a promise; says what could be better.
pub(super) fn check(address: &Arc<Address>, now: Option<Millis>) -> Result<Vec<String>> {
    on_a_session(address, Text::Checks, move |session| {
        check::refuse(session, now)?;
        check::advice(session)
    })
}

/// By how many milliseconds the server's clock is ahead.
pub(super) fn clock_ahead(address: &Arc<Address>, clock: &Clock) -> Result<i64> {
    on_a_session(address, Text::Checks, move |session| check::clock_ahead(session, clock))
}

/// Carries out one unit on a connection of its own.
pub(super) fn alone<T: Send>(
    address: &Arc<Address>,
    unit: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send,
) -> Result<T> {
    on_a_session(address, Text::Writes, move |session| {
        migrate::run(session)?;
        session.begin(ALONE);
        let done = unit(&mut Tx::new(&mut *session))?;
        session.end("commit")?;
        Ok(done)
    })
}

/// Reads from one consistent moment; refuses tables of another version.
pub(super) fn look<T: Send>(
    address: &Arc<Address>,
    query: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send,
) -> Result<T> {
    on_a_session(address, Text::Reads, move |session| {
        migrate::check(session)?;
        session.begin(MOMENT);
        query(&mut Tx::new(session))
    })
}

/// On a thread of its own: a session waits for the network, and whoever asks may be
/// a task that must not wait.
fn on_a_session<T: Send>(
    address: &Arc<Address>,
    text: Text,
    work: impl FnOnce(&mut Session) -> Result<T> + Send,
) -> Result<T> {
    let panicked = |_| Err(Error::broken_because("a look at the database panicked"));
    std::thread::scope(|scope| {
        let working = scope.spawn(|| work(&mut Session::once(address.clone(), text)?));
        working.join().unwrap_or_else(panicked)
    })
}

fn answer(session: &mut Session, questions: &Line<Question>) {
    while let Some(question) = questions.next() {
        session.begin(MOMENT);
        // Whoever asked learns of a panic by the answer that never comes.
        let _ = catch_unwind(AssertUnwindSafe(|| question(&mut Tx::new(&mut *session))));
        session.leave();
    }
}
