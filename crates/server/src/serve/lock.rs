//! One node at a time on a data directory.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::Context;

use super::open;

/// Held as long as the process lives; the system lets go of it even after a kill.
pub struct Lock(#[allow(dead_code)] File);

impl Lock {
    /// Takes it, or says that another process has it. Makes the directory at a first start.
    pub fn take(data_dir: &Path) -> anyhow::Result<Self> {
        open::directory(data_dir).context("data_dir")?;
        let path = data_dir.join("sotto.lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => anyhow::bail!(
                "another sotto serves {} already; stop that one, or give this one a data_dir of its own",
                data_dir.display()
            ),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", path.display()))
            }
        }
    }
}
