//! Files that are whole and durable, or not there.
//!
//! The order is the promise: write under a name that nobody looks for, sync, read
//! it back from the disk, only then take the final name (without overwriting),
//! sync the folders, and read back once more. A crash at any point leaves
//! either nothing under the final name or the whole document.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use aws_lc_rs::{digest, rand};
use data_encoding::HEXLOWER;
use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::Error;
use crate::document::sha256;

/// A document under its final name.
pub(super) struct Stored {
    pub(super) sha256: [u8; 32],
    /// When the file was written, by the file system's clock.
    pub(super) at_ms: i64,
}

/// `folders` are all from the root to the file's own, so that each can be synced.
pub(super) fn put(folders: &[PathBuf], target: &Path, bytes: &[u8]) -> Result<Stored, Error> {
    let folder = folders.last().ok_or(Error::BadName)?;
    let ours = sha256(bytes);
    remove_leftovers(folder);
    if stored(target)?.is_none() {
        let part = write_part(folder, bytes)?;
        let named = part.read_back(&ours).and_then(|()| take_name(&part.path, target));
        match named {
            // Someone was faster; what they stored is compared below.
            Ok(()) | Err(Error::Exists) => {}
            Err(other) => return Err(other),
        }
    }
    // Synced even if they were there before: an earlier attempt may have died
    // between making the name and syncing it.
    sync(target)?;
    folders.iter().rev().try_for_each(|folder| sync(folder))?;
    match stored(target)? {
        Some(found) if found.sha256 == ours => Ok(found),
        Some(_) => Err(Error::Exists),
        None => Err(Error::Later { code: "vanished" }),
    }
}

/// Makes a folder that only we can enter, unless it is there. A link does not count.
pub(super) fn make_folder(path: &Path) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => Ok(()),
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(path).map_err(|cause| Error::reading(&cause))?;
            if found.is_dir() {
                Ok(())
            } else {
                Err(Error::Refused { setting: "path", mend: "not_a_folder" })
            }
        }
        Err(cause) => Err(Error::writing(&cause)),
    }
}

/// For reading; a link is not followed, and a pipe does not make us wait.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).expect("open's flags fit an int");
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// A file that has no final name yet. It goes when this does.
struct Part {
    path: PathBuf,
    /// Its lock says to [`remove_leftovers`] that someone still writes it.
    locked: File,
}

impl Part {
    fn read_back(&self, ours: &[u8; 32]) -> Result<(), Error> {
        match stored(&self.path)? {
            Some(found) if found.sha256 == *ours => Ok(()),
            _ => Err(Error::Later { code: "read_back_differs" }),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After a rename there is nothing to remove, and that is well.
        let _gone = fs::remove_file(&self.path);
    }
}

fn write_part(folder: &Path, bytes: &[u8]) -> Result<Part, Error> {
    let mut part = begin_part(folder)?;
    let written = part.locked.write_all(bytes).and_then(|()| part.locked.sync_all());
    written.map_err(|cause| Error::writing(&cause))?;
    Ok(part)
}

/// An empty part under a lock. Between its making and its lock another writer
/// may take it for a leftover; then a new one is begun.
fn begin_part(folder: &Path) -> Result<Part, Error> {
    loop {
        let mut random = [0; 16];
        rand::fill(&mut random).map_err(|_| Error::Later { code: "no_random" })?;
        let path = folder.join(format!(".sotto-{}.part", HEXLOWER.encode(&random)));
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let locked = opened.map_err(|cause| Error::writing(&cause))?;
        // Where locks are not to be had, leftovers stay; nothing worse.
        let is_being_removed = matches!(locked.try_lock(), Err(TryLockError::WouldBlock));
        if !is_being_removed && path.exists() {
            return Ok(Part { path, locked });
        }
    }
}

/// Gives the file its final name unless the name is taken, in one step.
fn take_name(part: &Path, target: &Path) -> Result<(), Error> {
    match renameat_with(CWD, part, CWD, target, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        // NFS, for one, cannot: a second name for the same file does as well.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => link_name(part, target),
        Err(errno) => Err(naming(&errno.into())),
    }
}

/// Without the first name's removal, which is [`Part`]'s when it goes.
fn link_name(part: &Path, target: &Path) -> Result<(), Error> {
    fs::hard_link(part, target).map_err(|cause| match cause.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported => {
            Error::Refused { setting: "path", mend: "no_exclusive_rename" }
        }
        _ => naming(&cause),
    })
}

fn naming(cause: &io::Error) -> Error {
    if cause.kind() == io::ErrorKind::AlreadyExists { Error::Exists } else { Error::writing(cause) }
}

/// Files and folders alike.
fn sync(path: &Path) -> Result<(), Error> {
    open(path).and_then(|opened| opened.sync_all()).map_err(|cause| Error::writing(&cause))
}

/// The hash of what the disk holds, `None` if it holds nothing there.
fn stored(path: &Path) -> Result<Option<Stored>, Error> {
    let file = match open(path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        // A link has the name.
        Err(cause) if cause.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            return Err(Error::Exists);
        }
        Err(cause) => return Err(Error::reading(&cause)),
    };
    let found = file.metadata().map_err(|cause| Error::reading(&cause))?;
    if !found.is_file() {
        return Err(Error::Exists);
    }
    forget_cache(&file);
    let sha256 = hash(file).map_err(|cause| Error::reading(&cause))?;
    let at = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let at_ms = at.map_or(0, |at| i64::try_from(at.as_millis()).unwrap_or(i64::MAX));
    Ok(Some(Stored { sha256, at_ms }))
}

/// Reading back proves little if the bytes come from memory. A hint: where it is
/// not honoured the read is still a read.
fn forget_cache(file: &File) {
    #[cfg(target_os = "linux")]
    {
        let _hint = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

fn hash(mut file: File) -> io::Result<[u8; 32]> {
    let mut so_far = digest::Context::new(&digest::SHA256);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => so_far.update(&buffer[..read]),
        }
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(so_far.finish().as_ref());
    Ok(hash)
}

/// Removes parts whose writers died: a living writer holds its part's lock.
fn remove_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_part = name
            .to_str()
            .is_some_and(|name| name.starts_with(".sotto-") && name.ends_with(".part"));
        if !is_part {
            continue;
        }
        if let Ok(file) = open(&entry.path())
            && file.try_lock().is_ok()
        {
            let _gone = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_name_is_as_good_as_a_rename_and_never_overwrites() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = folder.path().join("a.txt");
        let first = write_part(folder.path(), b"first").expect("writes");
        link_name(&first.path, &target).expect("the name is free");
        drop(first);
        let second = write_part(folder.path(), b"second").expect("writes");
        assert_eq!(link_name(&second.path, &target), Err(Error::Exists));
        assert_eq!(take_name(&second.path, &target), Err(Error::Exists));
        drop(second);
        assert_eq!(fs::read(&target).expect("reads"), b"first");
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1, "no part is left");
    }

    #[test]
    fn a_dead_writers_part_goes_and_a_living_ones_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let living = write_part(folder.path(), b"being written").expect("writes");
        let dead = folder.path().join(".sotto-00.part");
        fs::write(&dead, b"half a docu").expect("writes");
        remove_leftovers(folder.path());
        assert!(living.path.exists());
        assert!(!dead.exists());
    }
}
