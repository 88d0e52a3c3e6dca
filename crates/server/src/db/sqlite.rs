//! SQLite: one writer thread with group commit, a few readers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::mpsc;

use super::Sealer;
use super::migrate;
use super::tx::{Tx, sql_error};
use super::writer::{Task, Writer};
use crate::bus::Bus;
use crate::error::{Error, Result};
use crate::events::Recent;

/// The first release without the WAL-reset corruption.
const VERSION_MIN: i32 = 3_051_003;
/// Units that may wait; past that the caller waits.
const WAITING_MAX: usize = 4096;
const READERS: usize = 2;
const STATEMENTS_MAX: usize = 256;
/// Room for about a thousand conversations that talk at once; filled only by use.
const WRITER_CACHE_KIB: i64 = 16 * 1024;
/// A WAL of about 16 MiB before it is folded back.
const CHECKPOINT_PAGES: i64 = 8192;
/// A message changes some 300 bytes on each of three pages, and each page goes to the
/// disk whole, twice.
const PAGE_BYTES: i64 = 2048;

pub(super) type Question = Box<dyn FnOnce(&mut Tx<'_>) + Send>;

pub(super) struct Engine {
    writer: Mutex<Option<mpsc::Sender<Box<dyn Task>>>>,
    readers: Mutex<Option<mpsc::Sender<Question>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    pub(super) fn open(file: &Path, bus: Bus, recent: Arc<Recent>, sealer: Sealer) -> Result<Self> {
        if rusqlite::version_number() < VERSION_MIN {
            return Err(Error::broken_because("this SQLite is older than 3.51.3"));
        }
        let mut connection = connect(file)?;
        // Each conversation that talks writes to a few pages of its own; without room for
        // all of them every message reads them again.
        connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB).map_err(sql_error)?;
        migrate::run(&mut connection)?;
        let writer = Writer { connection, bus, recent, sealer };
        let (tasks, waiting) = mpsc::channel(WAITING_MAX);
        let mut threads = vec![spawn("sotto-write", writer.serve(waiting))?];
        let (questions, asked) = mpsc::channel::<Question>(WAITING_MAX);
        let asked = Arc::new(Mutex::new(asked));
        for _ in 0..READERS {
            let (connection, asked) = (connect(file)?, asked.clone());
            threads.push(spawn("sotto-read", move || answer(&connection, &asked))?);
        }
        Ok(Self {
            writer: Mutex::new(Some(tasks)),
            readers: Mutex::new(Some(questions)),
            threads: Mutex::new(threads),
        })
    }

    pub(super) async fn submit(&self, task: Box<dyn Task>) -> Result<()> {
        let writer = held(&self.writer)?;
        writer.send(task).await.map_err(|_| Error::Later { retry_after: 1 })
    }

    pub(super) async fn ask(&self, question: Question) -> Result<()> {
        let readers = held(&self.readers)?;
        readers.send(question).await.map_err(|_| Error::Later { retry_after: 1 })
    }

    pub(super) async fn close(&self) {
        drop(self.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
        drop(self.readers.lock().unwrap_or_else(PoisonError::into_inner).take());
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                // A thread that panicked has said so already.
                let _ = thread.join();
            }
        });
        let _ = joined.await;
    }
}

fn held<T: Clone>(slot: &Mutex<Option<T>>) -> Result<T> {
    slot.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
        .ok_or(Error::Later { retry_after: 1 })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| Error::broken("a thread could not start", error))
}

fn answer(connection: &Connection, asked: &Mutex<mpsc::Receiver<Question>>) {
    loop {
        let next = asked.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(question) = next else { return };
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
