//! A folder that this machine can reach: a disk, or a mounted share.
//!
//! Subfolders are made as names ask for them (mode 0700, files 0600); the folder
//! itself never is, because a missing one usually means a share that is not
//! mounted. Links inside it are not followed.
//!
//! File calls block, and a share that hangs blocks them for minutes. So they run
//! on tokio's blocking threads, here rather than at the caller, who need not know
//! which destinations block; and at most eight at once, so that a dead share can
//! hold eight threads and no more.

mod lasting;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Semaphore;

use crate::document::is_letter;
use crate::probe::{self, Probed};
use crate::settings::settings;
use crate::{Allowed, Checked, DOCUMENT_BYTES_MAX, Document, Error, Level, Name, Receipt, Step};

/// More would not be faster: a disk syncs one after another anyway.
const AT_ONCE_MAX: usize = 8;

settings! {
    /// A folder that this machine can reach.
    pub struct Config {
        /// The folder's whole path. From the root on; it must exist.
        pub path: PathBuf,
        /// A file that must be there. Such as one that you put on a share: while the
        /// share is not mounted the file is missing, and nothing lands on the disk
        /// below by mistake.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub must_hold: Option<String>,
    }
}

/// A folder that was opened.
#[derive(Debug, Clone)]
pub struct Folder {
    place: Arc<Place>,
    turns: Arc<Semaphore>,
}

/// What the blocking half knows.
#[derive(Debug)]
struct Place {
    root: PathBuf,
    marker: Option<PathBuf>,
}

impl Folder {
    pub fn open(config: &Config, _: &Allowed) -> Result<Self, Error> {
        if !config.path.is_absolute() {
            return Err(Error::Refused { setting: "path", mend: "path_not_absolute" });
        }
        let root = config.path.clone();
        let marker = config.must_hold.as_ref().map(|name| root.join(name));
        Ok(Self {
            place: Arc::new(Place { root, marker }),
            turns: Arc::new(Semaphore::new(AT_ONCE_MAX)),
        })
    }

    pub async fn put(&self, document: &Document) -> Result<Receipt, Error> {
        let document = document.clone();
        self.blocking(move |place| place.put(&document)).await
    }

    pub async fn read(&self, name: &Name) -> Result<Vec<u8>, Error> {
        let name = name.clone();
        self.blocking(move |place| place.read(&name)).await
    }

    pub async fn list(&self, prefix: &str) -> Result<Vec<Name>, Error> {
        if !prefix.bytes().all(|byte| is_letter(byte) || byte == b'/') {
            return Err(Error::BadName);
        }
        let prefix = prefix.to_owned();
        self.blocking(move |place| place.list(&prefix)).await
    }

    pub async fn check(&self) -> Result<Checked, Error> {
        self.blocking(Place::check).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Place) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let turn =
            Arc::clone(&self.turns).acquire_owned().await.expect("the semaphore is never closed");
        let place = Arc::clone(&self.place);
        let run = move || {
            // The turn ends with the work and not with the caller's patience.
            let _turn = turn;
            work(&place)
        };
        tokio::task::spawn_blocking(run).await.unwrap_or(Err(Error::Later { code: "interrupted" }))
    }
}

impl Place {
    fn put(&self, document: &Document) -> Result<Receipt, Error> {
        self.is_there()?;
        let folders = self.make_folders(&document.name)?;
        let target = self.path_of(&document.name);
        let stored = lasting::put(&folders, &target, &document.bytes)?;
        Ok(Receipt {
            level: Level::ReadBack,
            object: document.name.as_str().to_owned(),
            sha256: stored.sha256,
            at_ms: stored.at_ms,
            version: None,
        })
    }

    fn read(&self, name: &Name) -> Result<Vec<u8>, Error> {
        self.is_there()?;
        let path = self.path_of(name);
        let file = lasting::open(&path).map_err(|cause| Error::reading(&cause))?;
        let mut bytes = Vec::new();
        file.take(DOCUMENT_BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(|cause| Error::reading(&cause))?;
        if bytes.len() as u64 > DOCUMENT_BYTES_MAX { Err(Error::TooLarge) } else { Ok(bytes) }
    }

    fn list(&self, prefix: &str) -> Result<Vec<Name>, Error> {
        self.is_there()?;
        let mut found = Vec::new();
        collect(&self.root, "", prefix, &mut found)?;
        found.sort();
        Ok(found)
    }

    fn check(&self) -> Result<Checked, Error> {
        let probe = probe::document()?;
        let begun = probe::begin();
        let proved = self.prove(&probe);
        let listed = self.list(probe.name.as_str());
        let removed = fs::remove_file(self.path_of(&probe.name));
        // Its folder is only a probe's too; another check may still use it.
        let _gone = fs::remove_dir(self.root.join(probe::FOLDER));
        let level = proved?;
        let removed = removed.map(|()| "gone").map_err(|cause| Error::writing(&cause));
        let connection = Step::not_here("connection");
        let read_back = Step::done("read_back", "");
        let list = probe::listed(listed, &probe)?;
        let delete = probe::removed(removed)?;
        let probed = Probed { level, connection, read_back, list, delete };
        Ok(probed.checked(begun, probe::says_nothing()))
    }

    /// What the promises of a put come down to, tried on a probe.
    fn prove(&self, probe: &Document) -> Result<Level, Error> {
        let receipt = self.put(probe)?;
        let holds = self.read(&probe.name)? == *probe.bytes
            && self.put(probe)? == receipt
            && self.put(&probe::other(probe)) == Err(Error::Exists);
        if holds { Ok(receipt.level) } else { Err(Error::Later { code: "probe_differs" }) }
    }

    fn is_there(&self) -> Result<(), Error> {
        let refused = |mend| Err(Error::Refused { setting: "path", mend });
        match fs::metadata(&self.root) {
            Ok(found) if !found.is_dir() => return refused("not_a_folder"),
            Ok(_) => {}
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                return refused("folder_missing");
            }
            Err(cause) => return Err(Error::writing(&cause)),
        }
        match &self.marker {
            Some(marker) if !marker.exists() => {
                Err(Error::Refused { setting: "must_hold", mend: "not_mounted" })
            }
            _ => Ok(()),
        }
    }

    fn path_of(&self, name: &Name) -> PathBuf {
        self.root.join(name.as_str())
    }

    /// Makes what is missing and gives every folder from the root to the file's own.
    fn make_folders(&self, name: &Name) -> Result<Vec<PathBuf>, Error> {
        // The folder itself may be reached by a link; that is the clinic's choice.
        let root = fs::canonicalize(&self.root).map_err(|cause| Error::writing(&cause))?;
        let mut folders = vec![root];
        let mut path = self.root.clone();
        let depth = name.parts().count() - 1;
        for part in name.parts().take(depth) {
            path.push(part);
            lasting::make_folder(&path)?;
            folders.push(path.clone());
        }
        Ok(folders)
    }
}

/// Walks only where a name with this prefix can be; names that are not ours and
/// links are passed over.
fn collect(folder: &Path, above: &str, prefix: &str, found: &mut Vec<Name>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(|cause| Error::reading(&cause))? {
        let entry = entry.map_err(|cause| Error::reading(&cause))?;
        let Ok(part) = entry.file_name().into_string() else {
            continue;
        };
        let Ok(name) = Name::new(format!("{above}{part}")) else {
            continue;
        };
        let kind = entry.file_type().map_err(|cause| Error::reading(&cause))?;
        if kind.is_dir() {
            let below = format!("{name}/");
            if below.starts_with(prefix) || prefix.starts_with(&below) {
                collect(&entry.path(), &below, prefix, found)?;
            }
        } else if kind.is_file() && name.as_str().starts_with(prefix) {
            found.push(name);
        }
    }
    Ok(())
}
