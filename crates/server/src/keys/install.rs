//! The install key: long-lived, in the database wrapped by the root.
//!
//! It seals what outlives conversations (catalogue, settings' secrets) and its
//! sub-keys sign transcripts and the audit chain.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::sealing::{Opened, Sealing};
use crate::db::{Location, Tx};
use crate::error::{Error, Result};
use crate::values;

const PURPOSE: &str = "install key 1";

/// Sub-keys by purpose.
pub struct Install {
    catalogue: Sealing,
    secrets: Sealing,
    signing: Ed25519KeyPair,
    transcripts: Zeroizing<[u8; 32]>,
    addresses: hmac::Key,
}

impl Install {
    /// Reads the install key from a database, or makes the first one.
    ///
    /// This runs before anything else uses the database.
    pub fn open(database: &Location, root: &Sealing) -> Result<Self> {
        database.alone(|tx| {
            if let Some(wrapped) = newest(tx)? {
                return unwrapped(root, &wrapped);
            }
            let fresh = Sealing::fresh();
            insert(tx, &root.wrap(PURPOSE, &fresh))?;
            Ok(Self::from(fresh))
        })
    }

    /// The install key of a database that has one.
    pub fn of(tx: &mut Tx<'_>, root: &Sealing) -> Result<Self> {
        let wrapped = newest(tx)?.ok_or(Error::broken_because("there is no install key"))?;
        unwrapped(root, &wrapped)
    }

    pub fn seal_catalogue(&self, reference: &str, plain: &[u8]) -> Vec<u8> {
        self.catalogue.seal(reference.as_bytes(), plain)
    }

    pub fn open_catalogue(&self, reference: &str, sealed: &[u8]) -> Result<Opened> {
        self.catalogue.open(reference.as_bytes(), sealed)
    }

    /// A secret of the settings.
    pub fn seal_secret(&self, bound_to: &str, plain: &[u8]) -> Vec<u8> {
        self.secrets.seal(bound_to.as_bytes(), plain)
    }

    pub fn open_secret(&self, bound_to: &str, sealed: &[u8]) -> Result<Opened> {
        self.secrets.open(bound_to.as_bytes(), sealed)
    }

    /// Ed25519 (RFC 8032) over the given bytes.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        let mut out = [0; 64];
        out.copy_from_slice(self.signing.sign(bytes).as_ref());
        out
    }

    /// Whether a signature is one of [`Install::sign`]'s over these bytes.
    pub fn has_signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public_key()).verify(bytes, signature).is_ok()
    }

    /// What verifies [`Install::sign`].
    pub fn public_key(&self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(self.signing.public_key().as_ref());
        out
    }

    /// What tells this install from others, where they meet.
    pub fn name(&self) -> String {
        HEXLOWER.encode(&self.public_key()[..8])
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

fn unwrapped(root: &Sealing, wrapped: &[u8]) -> Result<Install> {
    root.unwrap(PURPOSE, wrapped).map(Install::from).map_err(|_| {
        Error::broken_because("root.key is not the one that this database was made with")
    })
}

fn newest(tx: &mut Tx<'_>) -> Result<Option<Vec<u8>>> {
    tx.row("select wrapped from install_key order by version desc limit 1", values![], |row| {
        row.blob(0)
    })
}

fn insert(tx: &mut Tx<'_>, wrapped: &[u8]) -> Result<()> {
    tx.run(
        "insert into install_key (version, wrapped, created_at) values (1, $1, 0)",
        values![wrapped],
    )?;
    Ok(())
}

impl From<Sealing> for Install {
    fn from(key: Sealing) -> Self {
        Self {
            catalogue: Sealing::new(key.derive("catalogue")),
            secrets: Sealing::new(key.derive("secrets")),
            signing: Ed25519KeyPair::from_seed_unchecked(key.derive("signing").as_ref())
                .expect("32 bytes are an Ed25519 seed"),
            transcripts: key.derive("transcripts"),
            addresses: hmac::Key::new(hmac::HMAC_SHA256, key.derive("addresses").as_ref()),
        }
    }
}
