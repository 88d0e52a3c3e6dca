//! What the object stores have in common: put if absent, prove, read, list.
//!
//! The proof is what the server says about the bytes that it stored (where it
//! answers with their SHA-256) and, where we may read, the bytes themselves,
//! read back under the version that the put made.

use bytes::Bytes;
use futures_util::StreamExt;
use jiff::Timestamp;
use md5::{Digest, Md5};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions,
};

use crate::document::{is_letter, sha256};
use crate::outbound::carrier::{Answer, Carrier};
use crate::outbound::http::{Web, date};
use crate::probe::{self, Probed};
use crate::{Allowed, Checked, DOCUMENT_BYTES_MAX, Document, Error, Level, Name, Receipt, Step};

/// What a call was for; a refusal means different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Putting,
    Reading,
    Removing,
}

/// What differs between the stores.
pub trait Vendor: Sized + Send + Sync {
    type Config: Place;

    fn new(config: &Self::Config) -> Result<Self, Error>;

    /// The setting that says where requests go.
    fn place(&self) -> &'static str;

    /// The setting that holds what we sign in with.
    fn credential(&self) -> &'static str;

    fn store(&self, carrier: &Carrier, doing: Doing) -> object_store::Result<Box<dyn ObjectStore>>;

    /// What an answer that is not a success means.
    fn explain(&self, answer: &Answer, doing: Doing) -> Error;

    /// Whether the answer's hash of what was stored is that of these bytes;
    /// `None` if it tells no hash.
    fn proves(&self, answer: &Answer, bytes: &[u8]) -> Option<bool>;

    /// The server's name for the version.
    fn version(&self, answer: &Answer) -> Option<String>;

    /// Until when nobody, not even its owner, can change or delete the version.
    fn immutable_until(&self, answer: &Answer) -> Option<Timestamp>;

    /// What the answer to a put tells of the place: encryption, versions and region, then more.
    fn observe(&self, put: &Answer) -> Vec<Step>;
}

/// Settings that each of them has.
pub trait Place {
    fn prefix(&self) -> Option<&str>;
    fn ca_pem(&self) -> Option<&str>;
}

/// Documents as objects.
#[derive(Debug)]
pub struct Objects<V> {
    vendor: V,
    web: Web,
    /// A folder inside the bucket; empty or ending with `/`.
    within: String,
}

impl<V: Vendor> Objects<V> {
    pub fn open(config: &V::Config, allowed: &Allowed) -> Result<Self, Error> {
        let vendor = V::new(config)?;
        let web = Web::new(allowed, vendor.place(), config.ca_pem())?;
        let within = match config.prefix().map(|prefix| prefix.trim_matches('/')) {
            None | Some("") => String::new(),
            Some(prefix) => {
                let wrong = |_| Error::Refused { setting: "prefix", mend: "not_a_prefix" };
                format!("{}/", Name::new(prefix).map_err(wrong)?)
            }
        };
        let opened = Self { vendor, web, within };
        opened.connect(&Carrier::new(&opened.web), Doing::Reading)?;
        Ok(opened)
    }

    pub async fn put(&self, document: &Document) -> Result<Receipt, Error> {
        let ours = document.sha256();
        let made = match self.create(document).await {
            Ok(answer) => Some(answer),
            // Stored before, perhaps by an attempt whose answer was lost.
            Err(Error::Exists) => None,
            Err(other) => return Err(other),
        };
        let bytes = &document.bytes;
        let said = made.as_ref().and_then(|answer| self.vendor.proves(answer, bytes));
        if said == Some(false) {
            return Err(Error::Later { code: "stored_other_bytes" });
        }
        let version = made.as_ref().and_then(|answer| self.vendor.version(answer));
        match self.fetch(&document.name, version).await {
            Ok((bytes, answer)) if sha256(&bytes) == ours => {
                let now = date(&answer.headers, "date");
                let until = self.vendor.immutable_until(&answer);
                let is_immutable = until.zip(now).is_some_and(|(until, now)| until > now);
                let level = if is_immutable { Level::ImmutableVersion } else { Level::ReadBack };
                Ok(self.receipt(document, level, &answer, "last-modified"))
            }
            Ok(_) if made.is_none() => Err(Error::Exists),
            Ok(_) => Err(Error::Later { code: "read_back_differs" }),
            Err(Error::NotFound) => Err(Error::Later { code: "vanished" }),
            Err(Error::NotReadable) => {
                let unread =
                    Error::Refused { setting: self.vendor.credential(), mend: "exists_unread" };
                let answer = made.ok_or(unread)?;
                let level = if said.is_some() { Level::StoredHash } else { Level::Accepted };
                Ok(self.receipt(document, level, &answer, "date"))
            }
            Err(other) => Err(other),
        }
    }

    pub async fn read(&self, name: &Name) -> Result<Vec<u8>, Error> {
        self.fetch(name, None).await.map(|(bytes, _)| bytes.into())
    }

    pub async fn list(&self, prefix: &str) -> Result<Vec<Name>, Error> {
        if !prefix.bytes().all(|byte| is_letter(byte) || byte == b'/') {
            return Err(Error::BadName);
        }
        let whole = format!("{}{prefix}", self.within);
        let folder = whole.rsplit_once('/').map(|(folder, _)| Path::from(folder));
        let carrier = Carrier::new(&self.web);
        let store = self.connect(&carrier, Doing::Reading)?;
        let mut found = Vec::new();
        let mut listed = store.list(folder.as_ref());
        while let Some(object) = listed.next().await {
            let object = object.map_err(|cause| self.explain(&carrier, &cause, Doing::Reading))?;
            let name = object.location.as_ref().strip_prefix(self.within.as_str());
            // What is not ours has a name that could not be ours.
            found.extend(name.and_then(|name| Name::new(name).ok()));
        }
        found.retain(|name| name.as_str().starts_with(prefix));
        found.sort();
        Ok(found)
    }

    pub async fn check(&self) -> Result<Checked, Error> {
        let probe = probe::document()?;
        let begun = probe::begin();
        let made = self.create(&probe).await?;
        let said = self.vendor.proves(&made, &probe.bytes);
        let other = self.create(&probe::other(&probe)).await;
        // It is there, so this is what a put whose answer was lost goes through.
        let again = self.put(&probe).await;
        let unread = Error::Refused { setting: self.vendor.credential(), mend: "exists_unread" };
        let proved = match (other, again) {
            (Ok(_), _) => Err(Error::Refused { setting: self.web.setting, mend: "overwrites" }),
            (Err(Error::Exists), Ok(receipt)) => Ok((receipt.level, true)),
            (Err(Error::Exists), Err(why)) if why == unread => match said {
                Some(true) => Ok((Level::StoredHash, false)),
                Some(false) => Err(Error::Later { code: "stored_other_bytes" }),
                None => Err(Error::NotReadable),
            },
            (Err(Error::Exists), Err(why)) | (Err(why), _) => Err(why),
        };
        let listed = self.list(probe.name.as_str()).await;
        let removed = self.remove(&probe.name).await;
        let (level, may_read) = proved?;
        let removed = match removed {
            Ok(()) if may_read => self.what_is_left(&probe.name, &made).await,
            other => other.map(|()| "unseen"),
        };
        let what = "read_back";
        let read_back = if may_read { Step::done(what, "") } else { Step::refused(what) };
        let (list, delete) = (probe::listed(listed, &probe)?, probe::removed(removed)?);
        let connection = made.connection.clone();
        let probed = Probed { level, connection, read_back, list, delete };
        Ok(probed.checked(begun, self.vendor.observe(&made)))
    }

    /// After deleting, which where versions are kept only hides.
    async fn what_is_left(&self, name: &Name, made: &Answer) -> Result<&'static str, Error> {
        let version = self.vendor.version(made);
        let is_kept = version.is_some() && self.fetch(name, version).await.is_ok();
        match self.fetch(name, None).await {
            Err(Error::NotFound | Error::NotReadable) if is_kept => Ok("version"),
            Err(Error::NotFound | Error::NotReadable) => Ok("gone"),
            Ok(_) => Err(Error::Later { code: "delete_did_nothing" }),
            Err(other) => Err(other),
        }
    }

    fn receipt(&self, document: &Document, level: Level, answer: &Answer, at: &str) -> Receipt {
        Receipt {
            level,
            object: self.path(&document.name).to_string(),
            sha256: document.sha256(),
            at_ms: date(&answer.headers, at).map_or(0, Timestamp::as_millisecond),
            version: self.vendor.version(answer),
        }
    }

    async fn create(&self, document: &Document) -> Result<Answer, Error> {
        let carrier = Carrier::new(&self.web);
        let kind = (Attribute::ContentType, document.media_type);
        let attributes = Attributes::from_iter([kind]);
        let options = PutOptions { mode: PutMode::Create, attributes, ..PutOptions::default() };
        let bytes = Bytes::copy_from_slice(&document.bytes);
        let store = self.connect(&carrier, Doing::Putting)?;
        match store.put_opts(&self.path(&document.name), bytes.into(), options).await {
            Ok(_) => carrier.last(),
            Err(object_store::Error::AlreadyExists { .. }) => Err(Error::Exists),
            Err(cause) => Err(self.explain(&carrier, &cause, Doing::Putting)),
        }
    }

    async fn fetch(&self, name: &Name, version: Option<String>) -> Result<(Bytes, Answer), Error> {
        let carrier = Carrier::new(&self.web);
        let options = GetOptions { version, ..GetOptions::default() };
        let store = self.connect(&carrier, Doing::Reading)?;
        let got = store.get_opts(&self.path(name), options).await;
        let got = got.map_err(|cause| self.explain(&carrier, &cause, Doing::Reading))?;
        let bytes = got.bytes().await;
        let bytes = bytes.map_err(|cause| self.explain(&carrier, &cause, Doing::Reading))?;
        if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        Ok((bytes, carrier.last()?))
    }

    async fn remove(&self, name: &Name) -> Result<(), Error> {
        let carrier = Carrier::new(&self.web);
        let store = self.connect(&carrier, Doing::Removing)?;
        let removed = store.delete(&self.path(name)).await;
        removed.map_err(|cause| self.explain(&carrier, &cause, Doing::Removing))
    }

    fn connect(&self, carrier: &Carrier, doing: Doing) -> Result<Box<dyn ObjectStore>, Error> {
        let wrong =
            |_| Error::Refused { setting: self.vendor.credential(), mend: "not_a_credential" };
        self.vendor.store(carrier, doing).map_err(wrong)
    }

    fn path(&self, name: &Name) -> Path {
        Path::from(format!("{}{name}", self.within))
    }

    fn explain(&self, carrier: &Carrier, cause: &object_store::Error, doing: Doing) -> Error {
        match carrier.last() {
            Err(told) => told,
            // It said yes, and not what comes with a yes.
            Ok(answer) if answer.status.is_success() => Error::Later { code: "strange_answer" },
            Ok(answer) => match self.vendor.explain(&answer, doing) {
                Error::Later { code: "refused" }
                    if matches!(cause, object_store::Error::NotFound { .. }) =>
                {
                    Error::NotFound
                }
                other => other,
            },
        }
    }
}

/// The MD5 of bytes, for stores that answer with no better hash. It is no proof
/// against who made the bytes, and these are ours: other bytes with the same
/// hash would be a second preimage, which MD5 has not lost.
pub(crate) fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

/// What a status means with every vendor, unless its own code says more.
pub(crate) fn explain_status(answer: &Answer, setting: &'static str, doing: Doing) -> Error {
    match (answer.status.as_u16(), doing) {
        (300..=399, _) => Error::Refused { setting, mend: "redirects" },
        (401 | 403, Doing::Reading) => Error::NotReadable,
        (401 | 403, _) => Error::NotWritable,
        (404, Doing::Reading) => Error::NotFound,
        (413, _) => Error::TooLarge,
        (507, _) => Error::Full,
        (408 | 425 | 429 | 500..=599, _) => Error::Later { code: "busy" },
        _ => Error::Later { code: "refused" },
    }
}
