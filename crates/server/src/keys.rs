//! Keys: root → install and epoch keys → conversation keys → records.
//!
//! The root key and the epoch keys live in a directory of their own, which no
//! backup holds; the install key is in the database, wrapped by the root. A
//! conversation's key is in its row, wrapped by its epoch's. Whoever destroys a
//! key destroys what it sealed.

mod conversation;
mod epochs;
mod files;
mod install;
mod ring;
mod sealing;

use std::path::Path;
use std::sync::Arc;

pub use conversation::{ConversationKey, Place};
pub use epochs::Epochs;
pub use install::Install;
pub use ring::{Moment, Ring};
pub use sealing::{Opened, Sealing};

use crate::db::Db;
use crate::error::Result;

/// Everything that seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Keys {
    pub install: Arc<Install>,
    pub epochs: Arc<Epochs>,
    /// Conversations' keys that were unwrapped lately.
    pub ring: Arc<Ring>,
}

impl Keys {
    /// Reads or, on the very first start, makes the root key.
    pub fn root(directory: &Path, may_create: bool) -> Result<Sealing> {
        files::root(directory, may_create)
    }

    /// Ready to work: the install key opened, the epochs' directory known.
    pub fn new(root: Sealing, install: Install, directory: &Path) -> Self {
        let epochs = Arc::new(Epochs::new(root, directory));
        Self { install: Arc::new(install), epochs, ring: Arc::default() }
    }

    /// The key of today's epoch exists, is synced before anything relies on it, and can
    /// be read.
    pub async fn ready(&self, db: &Db, day: &str) -> Result<()> {
        self.epochs.must_be_readable(db, day).await
    }

    /// Drops what is too old, or was destroyed on another node.
    pub async fn sweep(&self, db: &Db) -> Result<()> {
        self.ring.sweep();
        self.epochs.sweep(db).await
    }
}
