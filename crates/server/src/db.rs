//! The truth: every change is one unit of work.
//!
//! `write` takes a plain, re-runnable closure that touches only its [`Tx`].
//! Answers and rings go out after the commit. Nothing outside this folder knows
//! which engine runs.
//!
//! SQL is written once for all engines: lower case, `$1` numbered by first
//! appearance, columns of text, bigint and blob only.

mod alone;
mod migrate;
mod sqlite;
mod tx;
mod value;
mod writer;

use std::path::Path;
use std::sync::Arc;

use crate::bus::Bus;
use crate::error::{Error, Result};
use crate::events::Recent;

pub use alone::{alone, backup, is_sound, look};
pub use tx::{Row, Tx};
pub use value::Value;

/// Runs inside each commit that recorded an audit entry.
pub type Sealer = Arc<dyn Fn(&mut Tx<'_>) -> Result<()> + Send + Sync>;

/// Cheap to clone; all clones are the same database.
#[derive(Clone)]
pub struct Db(Arc<sqlite::Engine>);

impl Db {
    /// Opens or creates the database file and brings its tables up to date.
    pub fn open(file: &Path, bus: Bus, recent: Arc<Recent>, sealer: Sealer) -> Result<Self> {
        Ok(Self(Arc::new(sqlite::Engine::open(file, bus, recent, sealer)?)))
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
        self.0.submit(task).await?;
        answer.await.map_err(|_| Error::Later { retry_after: 1 })?
    }

    /// Reads from one consistent moment.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (send, answer) = tokio::sync::oneshot::channel();
        self.0
            .ask(Box::new(move |tx| {
                // Whoever asked may have gone; then nobody misses the answer.
                let _ = send.send(query(tx));
            }))
            .await?;
        answer.await.map_err(|_| Error::Later { retry_after: 1 })?
    }

    /// Finishes the units that wait, then closes. Nothing is accepted afterwards.
    pub async fn close(&self) {
        self.0.close().await;
    }
}
