//! Why a destination did not do it, and what helps.

mod mends;

use std::io;

/// Carries no path, no name and no content, so that it can be logged, stored
/// beside a job and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing that we know of is wrong with the settings: try again.
    #[error("the destination did not answer as it should")]
    Later { code: &'static str },
    /// A setting must change first. `mend` is the code of what to do.
    #[error("the destination's setting `{setting}` must change")]
    Refused { setting: &'static str, mend: &'static str },
    /// Other bytes are stored under this name already. Trying again changes nothing.
    #[error("another document has this name")]
    Exists,
    /// No document has this name.
    #[error("no document has this name")]
    NotFound,
    /// The disk or the quota is full.
    #[error("the destination is full")]
    Full,
    /// We may not write there.
    #[error("the destination does not let us write")]
    NotWritable,
    /// We may not read there.
    #[error("the destination does not let us read")]
    NotReadable,
    /// Longer than [`crate::DOCUMENT_BYTES_MAX`].
    #[error("the document is too large")]
    TooLarge,
    /// Not a name that a document can have.
    #[error("not a name for a document")]
    BadName,
}

impl Error {
    /// What needs no more than its kind to be mended.
    const PLAIN: [Self; 7] = [
        Self::Exists,
        Self::NotFound,
        Self::Full,
        Self::NotWritable,
        Self::NotReadable,
        Self::TooLarge,
        Self::BadName,
    ];

    /// For logs, jobs and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::Later { code } => code,
            Self::Refused { mend, .. } => mend,
            Self::Exists => "exists",
            Self::NotFound => "not_found",
            Self::Full => "full",
            Self::NotWritable => "not_writable",
            Self::NotReadable => "not_readable",
            Self::TooLarge => "too_large",
            Self::BadName => "bad_name",
        }
    }

    /// Every code that has a sentence of its own, for translations.
    pub fn codes_with_a_mend() -> impl Iterator<Item = &'static str> {
        mends::codes().chain(Self::PLAIN.map(Self::code))
    }

    /// Whether another attempt, later or after someone mended the place, can
    /// end well. If not, the document needs a person.
    pub fn is_worth_retrying(self) -> bool {
        !matches!(self, Self::Exists | Self::NotFound | Self::TooLarge | Self::BadName)
    }

    /// What to do about it, for a person, in English.
    pub fn mend(self) -> &'static str {
        match self {
            Self::Refused { mend, .. } => {
                mends::sentence(mend).unwrap_or("Change the setting that is named.")
            }
            Self::Later { code } => {
                mends::sentence(code).unwrap_or("Nothing to do yet: it is tried again by itself.")
            }
            Self::Exists => "Another document has this name. Compare the two; neither was changed.",
            Self::NotFound => "No document has this name there.",
            Self::Full => "Free some space or raise the quota; it is tried again by itself.",
            Self::NotWritable => "Let the account or key that Sotto uses write there.",
            Self::NotReadable => "Let the account or key that Sotto uses read there.",
            Self::TooLarge => "The document is longer than 64 MiB and was not read.",
            Self::BadName => "A name has letters, digits and . _ - between single slashes.",
        }
    }

    /// The same for a code that was kept.
    pub fn mend_of(code: &str) -> &'static str {
        match Self::PLAIN.into_iter().find(|error| error.code() == code) {
            Some(error) => error.mend(),
            None => mends::sentence(code).unwrap_or(Self::Later { code: "" }.mend()),
        }
    }

    /// What a failed write of a file means.
    pub(crate) fn writing(cause: &io::Error) -> Self {
        use io::ErrorKind::{
            FileTooLarge, NotADirectory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem,
            StorageFull,
        };
        match cause.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self::Full,
            PermissionDenied | ReadOnlyFilesystem => Self::NotWritable,
            NotADirectory => Self::Refused { setting: "path", mend: "not_a_folder" },
            _ => Self::Later { code: "storage_io" },
        }
    }

    /// What a failed read of a file means.
    pub(crate) fn reading(cause: &io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NotFound,
            io::ErrorKind::PermissionDenied => Self::NotReadable,
            _ => Self::Later { code: "storage_io" },
        }
    }
}
