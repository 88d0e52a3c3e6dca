//! Key files: written whole and synced, or not there at all.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::sealing::{KEY_BYTES, Sealing};
use crate::error::{Error, Result};
use crate::ids::random;

const ROOT: &str = "root.key";

/// Reads the root key; makes it where there is none and that is allowed.
pub(super) fn root(directory: &Path, may_create: bool) -> Result<Sealing> {
    let file = directory.join(ROOT);
    if may_create && has_epochs(directory) {
        return Err(Error::broken_because(
            "the key directory holds keys of past days, but the data directory holds no database; is its volume mounted?",
        ));
    }
    if !file.exists() {
        if !may_create {
            return Err(Error::broken_because(
                "the key directory has no root.key, but the data directory holds sealed data; restore the key directory",
            ));
        }
        make_directory(directory)?;
        let fresh = Sealing::fresh();
        let hex = Zeroizing::new(HEXLOWER.encode(fresh.raw()));
        write_new(directory, ROOT, hex.as_bytes())?;
        return Ok(fresh);
    }
    let hex =
        Zeroizing::new(fs::read(&file).map_err(|e| Error::broken("root.key cannot be read", e))?);
    let trimmed = hex.trim_ascii();
    let raw = Zeroizing::new(
        HEXLOWER
            .decode(trimmed)
            .map_err(|_| Error::broken_because("root.key does not hold 64 hex digits"))?,
    );
    let raw = <[u8; KEY_BYTES]>::try_from(raw.as_slice())
        .map_err(|_| Error::broken_because("root.key does not hold 64 hex digits"))?;
    Ok(Sealing::new(Zeroizing::new(raw)))
}

fn has_epochs(directory: &Path) -> bool {
    let names = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names = names.map(|entry| entry.file_name());
    names.any(|name| name.to_string_lossy().starts_with("epoch-"))
}

/// Makes a directory that only its owner may enter.
pub(super) fn make_directory(directory: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|e| Error::broken("the key directory cannot be made", e))
}

/// Writes a file beside its place, syncs it, moves it there, and syncs the directory.
/// Refuses to replace a file.
pub(super) fn write_new(directory: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let beside = directory.join(format!(".{name}.{}", HEXLOWER.encode(&random::<6>())));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        let linked = fs::hard_link(&beside, directory.join(name));
        fs::remove_file(&beside)?;
        linked?;
        File::open(directory)?.sync_all()
    };
    write().map_err(|e| Error::broken("a key file cannot be written", e))
}

/// Overwrites and removes a key file, and syncs the directory.
pub(super) fn destroy(directory: &Path, name: &str) -> Result<()> {
    let path = directory.join(name);
    let remove = || -> std::io::Result<()> {
        let length = usize::try_from(fs::metadata(&path)?.len()).unwrap_or(0);
        let mut file = OpenOptions::new().write(true).open(&path)?;
        file.write_all(&vec![0; length])?;
        file.sync_all()?;
        fs::remove_file(&path)?;
        File::open(directory)?.sync_all()
    };
    match remove() {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done.map_err(|e| Error::broken("a key file cannot be destroyed", e)),
    }
}
