//! The install key: long-lived, in the database wrapped by the root.
//!
//! It seals what outlives conversations (catalogue, settings' secrets) and its
//! sub-keys sign transcripts and the audit chain.

use std::path::Path;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use rusqlite::{Connection, OptionalExtension};
use zeroize::Zeroizing;

use super::sealing::{Opened, Sealing};
use crate::error::{Error, Result};

const PURPOSE: &str = "install key 1";

/// Sub-keys by purpose.
pub struct Install {
    catalogue: Sealing,
    signing: Ed25519KeyPair,
    transcripts: Zeroizing<[u8; 32]>,
    addresses: hmac::Key,
}

impl Install {
    /// Reads the install key from a database file, or makes the first one.
    ///
    /// This runs before anything else uses the database, on its own connection.
    pub fn open(database: &Path, root: &Sealing) -> Result<Self> {
        let broken = |e: rusqlite::Error| Error::broken("the install key", e);
        let connection = Connection::open(database).map_err(broken)?;
        connection.pragma_update(None, "synchronous", "full").map_err(broken)?;
        connection
            .execute_batch("create table if not exists install_key (version bigint primary key, wrapped blob not null, created_at bigint not null)")
            .map_err(broken)?;
        let wrapped: Option<Vec<u8>> = connection
            .query_row("select wrapped from install_key order by version desc limit 1", [], |row| {
                row.get(0)
            })
            .optional()
            .map_err(broken)?;
        let key = match wrapped {
            Some(wrapped) => root.unwrap(PURPOSE, &wrapped).map_err(|_| {
                Error::broken_because(
                    "root.key is not the one that this data directory was made with",
                )
            })?,
            None => {
                let fresh = Sealing::fresh();
                connection
                    .execute(
                        "insert into install_key (version, wrapped, created_at) values (1, ?1, 0)",
                        [root.wrap(PURPOSE, &fresh)],
                    )
                    .map_err(broken)?;
                fresh
            }
        };
        Ok(Self::from(key))
    }

    pub fn seal_catalogue(&self, reference: &str, plain: &[u8]) -> Vec<u8> {
        self.catalogue.seal(reference.as_bytes(), plain)
    }

    pub fn open_catalogue(&self, reference: &str, sealed: &[u8]) -> Result<Opened> {
        self.catalogue.open(reference.as_bytes(), sealed)
    }

    /// Ed25519 (RFC 8032) over the given bytes.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        let mut out = [0; 64];
        out.copy_from_slice(self.signing.sign(bytes).as_ref());
        out
    }

    /// What verifies [`Install::sign`].
    pub fn public_key(&self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(self.signing.public_key().as_ref());
        out
    }

    /// The Ed25519 seed that transcripts are signed with.
    pub fn transcript_seed(&self) -> Zeroizing<[u8; 32]> {
        self.transcripts.clone()
    }

    /// A visitor's address as it may be kept: a keyed hash.
    pub fn address_hash(&self, address: &str) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(hmac::sign(&self.addresses, address.as_bytes()).as_ref());
        out
    }
}

impl From<Sealing> for Install {
    fn from(key: Sealing) -> Self {
        Self {
            catalogue: Sealing::new(key.derive("catalogue")),
            signing: Ed25519KeyPair::from_seed_unchecked(key.derive("signing").as_ref())
                .expect("32 bytes are an Ed25519 seed"),
            transcripts: key.derive("transcripts"),
            addresses: hmac::Key::new(hmac::HMAC_SHA256, key.derive("addresses").as_ref()),
        }
    }
}
