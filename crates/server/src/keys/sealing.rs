//! AES-256-GCM with a fresh random nonce for each sealing (NIST SP 800-38D).
//!
//! A sealed value is nonce (12 bytes), ciphertext, tag (16 bytes). What it is
//! bound to goes in as additional data and is not stored.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use sensitive::Shown;
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Error, Result};
use crate::ids::random;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// A key that seals, opens, and wraps other keys.
pub struct Sealing {
    key: LessSafeKey,
    raw: Zeroizing<[u8; KEY_BYTES]>,
}

impl Sealing {
    /// From raw bytes, which it wipes when it goes.
    pub fn new(raw: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, raw.as_ref()).expect("32 bytes are an AES-256 key");
        Self { key: LessSafeKey::new(key), raw }
    }

    /// A fresh one.
    pub fn fresh() -> Self {
        Self::new(Zeroizing::new(random()))
    }

    /// A key for one purpose, by HKDF-SHA-256 (RFC 5869).
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; KEY_BYTES]> {
        struct Bytes;
        impl KeyType for Bytes {
            fn len(&self) -> usize {
                KEY_BYTES
            }
        }
        let mut out = Zeroizing::new([0; KEY_BYTES]);
        Salt::new(HKDF_SHA256, b"sotto")
            .extract(self.raw.as_ref())
            .expand(&[purpose.as_bytes()], Bytes)
            .and_then(|okm| okm.fill(out.as_mut()))
            .expect("32 bytes are within HKDF's limit");
        out
    }

    /// Seals a value to what it is bound to.
    pub fn seal(&self, bound_to: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = random();
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(bound_to),
                &mut sealed[NONCE_LEN..],
            )
            .expect("a record is shorter than GCM's limit");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens a value, if it was sealed by this key to the same place and is unchanged.
    pub fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Result<Opened> {
        let unopened = || Error::broken_because("a sealed value does not open");
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or_else(unopened)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| unopened())?;
        let mut plain = rest.to_vec();
        let length = self
            .key
            .open_in_place(nonce, Aad::from(bound_to), &mut plain)
            .map_err(|_| unopened())?
            .len();
        plain.truncate(length);
        Ok(Opened(plain))
    }

    /// Wraps another key.
    pub fn wrap(&self, purpose: &str, key: &Sealing) -> Vec<u8> {
        self.seal(purpose.as_bytes(), key.raw.as_ref())
    }

    /// Unwraps another key.
    pub fn unwrap(&self, purpose: &str, wrapped: &[u8]) -> Result<Sealing> {
        let opened = self.open(purpose.as_bytes(), wrapped)?;
        let raw = <[u8; KEY_BYTES]>::try_from(opened.bytes())
            .map_err(|_| Error::broken_because("a wrapped key has the wrong length"))?;
        Ok(Sealing::new(Zeroizing::new(raw)))
    }

    /// For the key file that holds it; nothing else writes a raw key.
    pub(super) fn raw(&self) -> &[u8; KEY_BYTES] {
        &self.raw
    }
}

/// What came out of a seal; wiped when it goes.
pub struct Opened(Vec<u8>);

impl Opened {
    /// For parsing and hashing.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As text.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.0)
            .map_err(|_| Error::broken_because("a sealed text is not UTF-8"))
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Shown for Opened {
    fn into_shown(self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_only_where_it_was_sealed_and_unchanged() {
        let key = Sealing::fresh();
        let sealed = key.seal(b"here", b"words");
        assert_eq!(key.open(b"here", &sealed).expect("opens").bytes(), b"words");
        assert!(key.open(b"there", &sealed).is_err());
        for byte in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[byte] ^= 1;
            assert!(key.open(b"here", &changed).is_err(), "byte {byte} was changed");
        }
    }
}
