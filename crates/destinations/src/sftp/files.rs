//! Files and folders on the server, by protocol version 3
//! (draft-ietf-secsh-filexfer-02) with OpenSSH's extensions.

use std::any::Any;

use aws_lc_rs::rand;
use data_encoding::HEXLOWER;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use russh_sftp::client::RawSftpSession;
use russh_sftp::client::error::Error as Cause;
use russh_sftp::protocol::{FileAttributes, OpenFlags, StatusCode, Version};

use crate::document::sha256;
use crate::{DOCUMENT_BYTES_MAX, Document, Error, Name};

/// Every server takes this much in one packet.
const PIECE_BYTES: usize = 32 * 1024;

/// Pieces on their way at once: long lines are not waited for piece by piece.
const PIECES_AT_ONCE: usize = 16;

/// A part this much older than what was just written belongs to a dead writer.
const LEFTOVER_AFTER_SECONDS: u32 = 24 * 60 * 60;

const SYNC: &str = "fsync@openssh.com";
const SPACE: &str = "statvfs@openssh.com";

/// A signed-in session, for one call.
pub(super) struct Files {
    session: RawSftpSession,
    /// Whether the server syncs when asked.
    pub(super) syncs: bool,
    tells_space: bool,
    root: String,
    /// The connection goes when this does.
    _server: Box<dyn Any + Send + Sync>,
}

/// A document under its name.
pub(super) struct Stored {
    pub(super) sha256: [u8; 32],
    /// When it was written, by the server's clock, in whole seconds.
    pub(super) at_ms: i64,
}

impl Files {
    pub(super) fn new(
        server: impl Send + Sync + 'static,
        session: RawSftpSession,
        version: &Version,
        root: String,
    ) -> Self {
        let offers = |name| version.extensions.contains_key(name);
        let (syncs, tells_space) = (offers(SYNC), offers(SPACE));
        Self { session, syncs, tells_space, root, _server: Box::new(server) }
    }

    pub(super) fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.root.trim_end_matches('/'))
    }

    pub(super) async fn is_there(&self) -> Result<(), Error> {
        let refused = |mend| Error::Refused { setting: "folder", mend };
        match self.session.stat(&self.root).await {
            Ok(found) if is_folder(&found.attrs) => Ok(()),
            Ok(_) => Err(refused("not_a_folder")),
            Err(cause) => match reading(&cause) {
                Error::NotFound => Err(refused("folder_missing")),
                other => Err(other),
            },
        }
    }

    /// Makes the folders above a name, for us alone. A link does not count as one.
    pub(super) async fn make_folders(&self, name: &Name) -> Result<(), Error> {
        let mut path = self.root.trim_end_matches('/').to_owned();
        let parts: Vec<_> = name.parts().collect();
        for part in &parts[..parts.len() - 1] {
            path = format!("{path}/{part}");
            let Err(cause) = self.session.mkdir(&path, mode(0o700)).await else {
                continue;
            };
            match self.session.lstat(&path).await {
                Ok(found) if is_folder(&found.attrs) => {}
                Ok(_) => return Err(Error::Refused { setting: "folder", mend: "not_a_folder" }),
                Err(_) => return Err(self.writing(&cause).await),
            }
        }
        Ok(())
    }

    /// The hash of what the server holds; `None` if it holds nothing there.
    pub(super) async fn stored(&self, name: &Name) -> Result<Option<Stored>, Error> {
        let path = self.path(name.as_str());
        let found = match self.session.lstat(&path).await.map_err(|cause| reading(&cause)) {
            Ok(found) => found.attrs,
            Err(Error::NotFound) => return Ok(None),
            Err(other) => return Err(other),
        };
        if !is_file(&found) {
            return Err(Error::Exists);
        }
        let bytes = self.read_path(&path).await?;
        let at_ms = i64::from(found.mtime.unwrap_or_default()) * 1000;
        Ok(Some(Stored { sha256: sha256(&bytes), at_ms }))
    }

    pub(super) async fn read(&self, name: &Name) -> Result<Vec<u8>, Error> {
        self.read_path(&self.path(name.as_str())).await
    }

    /// Writes under another name, proves it, and takes the name unless it is taken.
    pub(super) async fn write(&self, document: &Document, ours: &[u8; 32]) -> Result<(), Error> {
        let target = self.path(document.name.as_str());
        let folder = target.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut random = [0; 16];
        rand::fill(&mut random).map_err(|_| Error::Later { code: "no_random" })?;
        let part = format!("{folder}/.sotto-{}.part", HEXLOWER.encode(&random));
        let named = self.write_part(&part, document, ours, &target).await;
        if named.is_err() {
            let _gone = self.session.remove(&part).await;
        }
        self.remove_leftovers(&folder, &target).await;
        named
    }

    async fn write_part(
        &self,
        part: &str,
        document: &Document,
        ours: &[u8; 32],
        target: &str,
    ) -> Result<(), Error> {
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUDE;
        let opened = self.session.open(part, flags, mode(0o600)).await;
        let handle = match opened {
            Ok(opened) => opened.handle,
            Err(cause) => return Err(self.writing(&cause).await),
        };
        let pieces = document.bytes.chunks(PIECE_BYTES).enumerate();
        // Collected, for a stream that held the closure could not be sent to another thread.
        let writes: Vec<_> = pieces.map(|(at, piece)| self.piece(&handle, at, piece)).collect();
        let writes = stream::iter(writes).buffer_unordered(PIECES_AT_ONCE);
        let written = writes.try_for_each(|()| async { Ok(()) });
        let mut written = written.await;
        if written.is_ok() && self.syncs {
            written = self.session.fsync(&handle).await.map(|_| ());
        }
        let closed = self.session.close(&handle).await;
        if let Err(cause) = written.and(closed.map(|_| ())) {
            return Err(self.writing(&cause).await);
        }
        if sha256(&self.read_path(part).await?) != *ours {
            return Err(Error::Later { code: "read_back_differs" });
        }
        match self.session.rename(part, target).await {
            Ok(_) => Ok(()),
            Err(_) if self.session.lstat(target).await.is_ok() => Err(Error::Exists),
            Err(cause) => Err(self.writing(&cause).await),
        }
    }

    fn piece<'a>(
        &'a self,
        handle: &'a str,
        at: usize,
        piece: &'a [u8],
    ) -> BoxFuture<'a, Result<(), Cause>> {
        let at = (at * PIECE_BYTES) as u64;
        async move { self.session.write(handle, at, piece.to_vec()).await.map(|_| ()) }.boxed()
    }

    pub(super) async fn remove(&self, name: &Name) -> Result<(), Error> {
        match self.session.remove(self.path(name.as_str())).await {
            Ok(_) => Ok(()),
            Err(cause) => Err(self.writing(&cause).await),
        }
    }

    /// If it is empty.
    pub(super) async fn remove_folder(&self, name: &str) {
        let _gone = self.session.rmdir(self.path(name)).await;
    }

    /// Walks only where a name with this prefix can be; names that are not ours and
    /// links are passed over.
    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<Name>, Error> {
        let mut found = Vec::new();
        let mut ahead = vec![String::new()];
        while let Some(above) = ahead.pop() {
            for (part, attributes) in self.entries(&self.path(&above)).await? {
                let Ok(name) = Name::new(format!("{above}{part}")) else {
                    continue;
                };
                if is_folder(&attributes) {
                    let below = format!("{name}/");
                    if below.starts_with(prefix) || prefix.starts_with(&below) {
                        ahead.push(below);
                    }
                } else if is_file(&attributes) && name.as_str().starts_with(prefix) {
                    found.push(name);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    async fn entries(&self, folder: &str) -> Result<Vec<(String, FileAttributes)>, Error> {
        let opened = self.session.opendir(folder).await.map_err(|cause| reading(&cause))?;
        let mut entries = Vec::new();
        let ended = loop {
            match self.session.readdir(&opened.handle).await {
                Ok(some) => {
                    entries.extend(some.files.into_iter().map(|it| (it.filename, it.attrs)));
                }
                Err(Cause::Status(status)) if status.status_code == StatusCode::Eof => break Ok(()),
                Err(cause) => break Err(reading(&cause)),
            }
        };
        let _closed = self.session.close(&opened.handle).await;
        ended.map(|()| entries)
    }

    async fn read_path(&self, path: &str) -> Result<Vec<u8>, Error> {
        let opened = self.session.open(path, OpenFlags::READ, FileAttributes::empty()).await;
        let handle = opened.map_err(|cause| reading(&cause))?.handle;
        let read = self.read_open(&handle).await;
        let _closed = self.session.close(&handle).await;
        read
    }

    async fn read_open(&self, handle: &str) -> Result<Vec<u8>, Error> {
        let found = self.session.fstat(handle).await.map_err(|cause| reading(&cause))?;
        let size = found.attrs.size.unwrap_or_default();
        if size > DOCUMENT_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        let starts = (0..size).step_by(PIECE_BYTES);
        let reads: Vec<_> = starts.map(|at| self.read_piece(handle, at, size).boxed()).collect();
        let pieces = stream::iter(reads).buffered(PIECES_AT_ONCE);
        let pieces: Vec<_> = pieces.try_collect().await?;
        Ok(pieces.concat())
    }

    /// From `at` to the next piece or the end; a server may give it in several answers.
    async fn read_piece(&self, handle: &str, at: u64, size: u64) -> Result<Vec<u8>, Error> {
        let end = size.min(at + PIECE_BYTES as u64);
        let mut piece = Vec::new();
        while at + (piece.len() as u64) < end {
            let from = at + piece.len() as u64;
            let wanted = u32::try_from(end - from).expect("a piece is small");
            let got = self.session.read(handle, from, wanted).await;
            let got = got.map_err(|cause| reading(&cause))?.data;
            if got.is_empty() || got.len() as u64 > end - from {
                return Err(Error::Later { code: "strange_answer" });
            }
            piece.extend(got);
        }
        Ok(piece)
    }

    /// Parts whose writers died long before `target` was written: no clock but the server's.
    async fn remove_leftovers(&self, folder: &str, target: &str) {
        let Ok(found) = self.session.lstat(target).await else {
            return;
        };
        let now = found.attrs.mtime.unwrap_or_default();
        for (name, attributes) in self.entries(folder).await.unwrap_or_default() {
            let is_part = name.starts_with(".sotto-") && name.ends_with(".part");
            let at = attributes.mtime.unwrap_or(now);
            if is_part && at.saturating_add(LEFTOVER_AFTER_SECONDS) < now {
                let _gone = self.session.remove(format!("{folder}/{name}")).await;
            }
        }
    }

    /// What a failed write means. The protocol has no word for a full disk, but
    /// a server may tell how much room there is.
    async fn writing(&self, cause: &Cause) -> Error {
        match cause {
            Cause::Status(status) => match status.status_code {
                StatusCode::PermissionDenied => Error::NotWritable,
                StatusCode::Failure if self.is_full().await => Error::Full,
                _ => Error::Later { code: "storage_io" },
            },
            _ => Error::Later { code: "connection_lost" },
        }
    }

    async fn is_full(&self) -> bool {
        if !self.tells_space {
            return false;
        }
        let space = self.session.statvfs(&self.root).await;
        space.is_ok_and(|space| space.blocks_avail == 0)
    }
}

/// What a failed read means.
fn reading(cause: &Cause) -> Error {
    match cause {
        Cause::Status(status) => match status.status_code {
            StatusCode::NoSuchFile => Error::NotFound,
            StatusCode::PermissionDenied => Error::NotReadable,
            _ => Error::Later { code: "storage_io" },
        },
        _ => Error::Later { code: "connection_lost" },
    }
}

/// The library's own questions take a link for a file: they look at single bits.
fn is_file(attributes: &FileAttributes) -> bool {
    attributes.permissions.is_some_and(|mode| mode & 0o170_000 == 0o100_000)
}

fn is_folder(attributes: &FileAttributes) -> bool {
    attributes.permissions.is_some_and(|mode| mode & 0o170_000 == 0o040_000)
}

fn mode(bits: u32) -> FileAttributes {
    FileAttributes { permissions: Some(bits), ..FileAttributes::empty() }
}
