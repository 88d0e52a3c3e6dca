//! Threads that own connections, and the lines in which units and questions wait for them.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::mpsc;

use super::tx::Tx;
use super::writer::Task;
use crate::error::{Error, Result};

/// Units or questions that may wait; past that the caller waits.
const WAITING_MAX: usize = 4096;

pub(super) type Unit = Box<dyn Task>;
pub(super) type Question = Box<dyn FnOnce(&mut Tx<'_>) + Send>;

/// One database's threads.
pub(super) struct Engine {
    writers: Mutex<Option<mpsc::Sender<Unit>>>,
    readers: Mutex<Option<mpsc::Sender<Question>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What waits for a thread; clones share one line.
pub(super) struct Line<T>(Arc<Mutex<mpsc::Receiver<T>>>);

impl<T> Clone for Line<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Line<T> {
    fn new() -> (mpsc::Sender<T>, Self) {
        let (send, receive) = mpsc::channel(WAITING_MAX);
        (send, Self(Arc::new(Mutex::new(receive))))
    }

    /// Waits for the next; `None` once nobody can send any more.
    pub(super) fn next(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
    }

    /// Waits for the next and takes what waits behind it, up to so many. False once
    /// nobody can send any more.
    pub(super) fn take(&self, most: usize, into: &mut Vec<T>) -> bool {
        let mut line = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(first) = line.blocking_recv() else { return false };
        into.push(first);
        while into.len() < most
            && let Ok(next) = line.try_recv()
        {
            into.push(next);
        }
        true
    }
}

impl Engine {
    /// Without threads yet, and the two lines that they serve.
    pub(super) fn new() -> (Self, Line<Unit>, Line<Question>) {
        let ((writers, units), (readers, questions)) = (Line::new(), Line::new());
        let engine = Self {
            writers: Mutex::new(Some(writers)),
            readers: Mutex::new(Some(readers)),
            threads: Mutex::default(),
        };
        (engine, units, questions)
    }

    pub(super) fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
        let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(work);
        let thread = spawned.map_err(|error| Error::broken("a thread could not start", error))?;
        self.threads.get_mut().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    pub(super) async fn submit(&self, unit: Unit) -> Result<()> {
        let writers = held(&self.writers)?;
        writers.send(unit).await.map_err(|_| Error::Later { retry_after: 1 })
    }

    pub(super) async fn ask(&self, question: Question) -> Result<()> {
        let readers = held(&self.readers)?;
        readers.send(question).await.map_err(|_| Error::Later { retry_after: 1 })
    }

    pub(super) async fn close(&self) {
        drop(self.writers.lock().unwrap_or_else(PoisonError::into_inner).take());
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
