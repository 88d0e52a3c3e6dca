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

pub mod azure;
mod document;
mod error;
pub mod folder;
pub mod gcs;
mod objects;
mod opening;
mod outbound;
pub mod postgres;
mod probe;
mod receipt;
pub mod s3;
mod sealing;
mod settings;
pub mod sftp;
pub mod webhook;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use document::{Document, Name};
pub use error::Error;
pub use opening::{Identities, sealed_to};
pub use outbound::Allowed;
pub use receipt::{Checked, Level, Outcome, Receipt, Step};
pub use sealing::Readers;
pub use settings::{Field, Form, Secret, Shape};

/// The longest document that is read back whole: 64 MiB.
pub const DOCUMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A put, a read or a check that took this long counts as failed.
const ANSWER_SECONDS_MAX: u64 = 60;

/// A listing walks over years of documents.
const LIST_SECONDS_MAX: u64 = 600;

/// Writes the enums and hands each call on: every destination has `open`, `put`,
/// `read`, `list` and `check` of the same shapes, and nothing else is asked of it.
macro_rules! destinations {
    ($($(#[doc = $doc:literal])+ $module:ident::$kind:ident,)+) => {
        /// A destination's settings, told apart by `kind`.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Config {
            $($(#[doc = $doc])+ $kind($module::Config),)+
        }

        /// A place for documents.
        #[derive(Debug, Clone)]
        pub enum Destination {
            $($(#[doc = $doc])+ $kind(Arc<$module::$kind>),)+
        }

        /// What to ask for each kind of destination, in the order of the list.
        pub fn forms() -> Vec<Form> {
            vec![$({
                let (label, help) = settings::label_and_help(&[$($doc),+]);
                Form { kind: stringify!($module), label, help, fields: $module::Config::fields() }
            }),+]
        }

        impl Config {
            /// As in JSON.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$kind(_) => stringify!($module),)+ }
            }

            fn secrets_mut(&mut self) -> Vec<(&'static str, &mut Secret)> {
                match self { $(Self::$kind(config) => config.secrets_mut(),)+ }
            }
        }

        impl Destination {
            /// As [`Destination::open_within`], with public addresses alone.
            pub fn open(config: &Config) -> Result<Self, Error> {
                Self::open_within(config, &Allowed::default())
            }

            /// Looks at the settings alone; whether the place answers is what
            /// [`Destination::check`] finds out. On the network only public
            /// addresses are reached, and those in `allowed`.
            pub fn open_within(config: &Config, allowed: &Allowed) -> Result<Self, Error> {
                match config {
                    $(Config::$kind(config) => {
                        $module::$kind::open(config, allowed).map(Arc::new).map(Self::$kind)
                    })+
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
            /// it cannot be overwritten, and deletes it. An error says which setting
            /// must change; what is merely not so here is a step of the sheet.
            pub async fn check(&self) -> Result<Checked, Error> {
                within(ANSWER_SECONDS_MAX, async {
                    match self { $(Self::$kind(there) => there.check().await,)+ }
                }).await
            }
        }
    };
}

destinations! {
    /// Folder. A disk that this machine can reach, or a mounted share.
    folder::Folder,
    /// S3-compatible storage. Amazon's, or a server or service with the same interface.
    s3::S3,
    /// Azure Blob Storage. A container in a storage account.
    azure::Azure,
    /// Google Cloud Storage. A bucket in a project.
    gcs::Gcs,
    /// SFTP server. A folder on a machine that SSH reaches.
    sftp::Sftp,
    /// PostgreSQL table. A row for each document in a database of your own.
    postgres::Postgres,
    /// HTTPS receiver. A program of your own that takes documents by POST and signs for them.
    webhook::Webhook,
}

impl Config {
    /// Every secret that is set, by the name of its setting. Serialised settings
    /// hold none of them: seal these apart.
    pub fn secrets(&self) -> BTreeMap<&'static str, Secret> {
        let mut with = self.clone();
        let set = with.secrets_mut().into_iter().filter(|(_, secret)| !secret.is_empty());
        set.map(|(name, secret)| (name, secret.clone())).collect()
    }

    /// The same settings with these secrets in their places; names that no
    /// setting has are passed over.
    #[must_use]
    pub fn with_secrets(mut self, secrets: &BTreeMap<String, Secret>) -> Self {
        for (name, place) in self.secrets_mut() {
            if let Some(secret) = secrets.get(name) {
                *place = secret.clone();
            }
        }
        self
    }
}

async fn within<T>(seconds: u64, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(Duration::from_secs(seconds), work)
        .await
        .unwrap_or(Err(Error::Later { code: "timed_out" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [&str; 7] = ["folder", "s3", "azure", "gcs", "sftp", "postgres", "webhook"];

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

    #[test]
    fn every_form_has_its_kind_and_every_field_says_what_it_is() {
        let forms = forms();
        assert_eq!(forms.iter().map(|form| form.kind).collect::<Vec<_>>(), KINDS);
        for form in &forms {
            let unknown = format!(r#"{{"kind":"{}","no_such_setting":1}}"#, form.kind);
            let refused = serde_json::from_str::<Config>(&unknown).expect_err("not a setting");
            assert!(refused.to_string().contains("no_such_setting"), "{refused}");
            for field in &form.fields {
                assert!(refused.to_string().contains(field.name), "{}: {refused}", field.name);
                assert!(!field.label.is_empty() && field.label.len() <= 60, "{}", field.label);
            }
        }
    }

    #[test]
    fn settings_come_out_without_their_secrets_and_take_them_back() {
        let given =
            r#"{"kind":"s3","bucket":"b","region":"r","access_key":"a","secret_key":"swordfish"}"#;
        let config: Config = serde_json::from_str(given).expect("the documented shape");
        let stored = serde_json::to_string(&config).expect("plain settings");
        assert!(!stored.contains("swordfish") && !format!("{config:?}").contains("swordfish"));
        let without: Config = serde_json::from_str(&stored).expect("what we wrote");
        let missing = Error::Refused { setting: "secret_key", mend: "secret_missing" };
        assert_eq!(Destination::open(&without).expect_err("no secret"), missing);
        let sealed = config.secrets().into_iter().map(|(name, secret)| (name.to_owned(), secret));
        assert_eq!(without.with_secrets(&sealed.collect()), config);
    }
}
