//! Puts a named document on a server of the customer's choice, brings back a
//! receipt, and reads the document again.
//!
//! It does not know what a document holds, keeps no copy and queues nothing:
//! an error says whether trying again can help, and the caller owns the retry.
//! A put is idempotent (the same bytes under the same name give the same
//! receipt) and never overwrites (other bytes are refused), so a caller that
//! does not know how its last attempt ended simply tries again.
//!
//! A new destination is one file and one line in the list below.

mod document;
mod error;
pub mod folder;
mod receipt;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use document::{Document, Name};
pub use error::Error;
pub use receipt::{Checked, Level, Receipt};

/// The longest document that is read back whole: 64 MiB.
pub const DOCUMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A put, a read or a check that took this long counts as failed.
const ANSWER_SECONDS_MAX: u64 = 60;

/// A listing walks over years of documents.
const LIST_SECONDS_MAX: u64 = 600;

/// Writes the enums and hands each call on: every destination has `open`, `put`,
/// `read`, `list` and `check` of the same shapes, and nothing else is asked of it.
macro_rules! destinations {
    ($($(#[$doc:meta])* $module:ident::$kind:ident,)+) => {
        /// A destination's settings, told apart by `kind`.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Config {
            $($(#[$doc])* $kind($module::Config),)+
        }

        /// A place for documents.
        #[derive(Debug, Clone)]
        pub enum Destination {
            $($(#[$doc])* $kind($module::$kind),)+
        }

        impl Destination {
            /// Looks at the settings alone; whether the place answers is what
            /// [`Destination::check`] finds out.
            pub fn open(config: &Config) -> Result<Self, Error> {
                match config {
                    $(Config::$kind(config) => $module::$kind::open(config).map(Self::$kind),)+
                }
            }

            /// Stores the document under its name, proves it, and says how well
            /// it was proved. Dropping the future does not undo what was begun.
            pub async fn put(&self, document: &Document) -> Result<Receipt, Error> {
                within(ANSWER_SECONDS_MAX, async {
                    match self { $(Self::$kind(there) => there.put(document).await,)+ }
                }).await
            }

            /// The bytes under a name, at most [`DOCUMENT_BYTES_MAX`] of them.
            pub async fn read(&self, name: &Name) -> Result<Vec<u8>, Error> {
                within(ANSWER_SECONDS_MAX, async {
                    match self { $(Self::$kind(there) => there.read(name).await,)+ }
                }).await
            }

            /// Every name that starts with `prefix`, sorted; an empty prefix means all.
            pub async fn list(&self, prefix: &str) -> Result<Vec<Name>, Error> {
                within(LIST_SECONDS_MAX, async {
                    match self { $(Self::$kind(there) => there.list(prefix).await,)+ }
                }).await
            }

            /// Tests the connection: writes a probe, reads it back, sees that
            /// it cannot be overwritten, and deletes it.
            pub async fn check(&self) -> Result<Checked, Error> {
                within(ANSWER_SECONDS_MAX, async {
                    match self { $(Self::$kind(there) => there.check().await,)+ }
                }).await
            }
        }
    };
}

destinations! {
    /// A folder that this machine can reach: a disk, or a mounted share.
    folder::Folder,
}

async fn within<T>(seconds: u64, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(Duration::from_secs(seconds), work)
        .await
        .unwrap_or(Err(Error::Later { code: "timed_out" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_apart_by_kind_and_unknown_ones_are_refused() {
        let good = r#"{"kind":"folder","path":"/srv/transcripts"}"#;
        let config: Config = serde_json::from_str(good).expect("the documented shape");
        assert!(Destination::open(&config).is_ok());
        for bad in [
            r#"{"kind":"folder","path":"/srv/transcripts","pth":"x"}"#,
            r#"{"kind":"fax","path":"/srv/transcripts"}"#,
            r#"{"path":"/srv/transcripts"}"#,
        ] {
            assert!(serde_json::from_str::<Config>(bad).is_err(), "{bad}");
        }
    }
}
