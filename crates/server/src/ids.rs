//! Names and secrets.
//!
//! A name (a UUID) may be written anywhere and opens nothing. A [`Secret`] opens
//! something: 256 bits from the system's generator, kept by us only as a hash.

use std::fmt;

use aws_lc_rs::{digest, rand};
use data_encoding::BASE64URL_NOPAD;
use sensitive::Sensitive;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Without letters and digits that are taken for each other on the phone.
const REFERENCE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ-";

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh one; later ones sort after earlier ones.
            pub fn fresh() -> Self {
                Self(Uuid::now_v7())
            }

            /// From the wire; anything else is no name of ours.
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }

            /// From a column.
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }

            /// For a table in memory.
            pub fn to_bytes(&self) -> [u8; 16] {
                *self.0.as_bytes()
            }

            /// For a column.
            pub fn as_bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

name!(
    /// Names a conversation.
    ConversationId
);
name!(
    /// Names a member of staff.
    AccountId
);
name!(
    /// Names one socket.
    ConnectionId
);
name!(
    /// Names one running process.
    NodeId
);

/// Fills an array from the system's generator.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system's random generator does not fail");
    bytes
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// What is kept of a token that somebody brings.
pub fn hash_of(token: &Sensitive<String>) -> [u8; 32] {
    sha256(token.expose().as_bytes())
}

/// A token that opens something: 43 characters of base64url.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// 256 fresh bits.
    pub fn fresh() -> Self {
        Self(Zeroizing::new(BASE64URL_NOPAD.encode(&random::<32>())))
    }

    /// For the one frame or cookie that carries it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored in its place.
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A code that a person reads and types: `K7QX-4MPD-…`, about 118 bits.
pub fn fresh_code() -> Secret {
    let parts = [fresh_reference(), fresh_reference(), fresh_reference()];
    Secret(Zeroizing::new(parts.join("-")))
}

/// A conversation's reference, to be said on the phone: `K7QX-4MPD`.
pub fn fresh_reference() -> String {
    let bytes = random::<8>();
    let letter = |byte: &u8| char::from(REFERENCE_ALPHABET[usize::from(byte % 31)]);
    let (left, right) = bytes.split_at(4);
    left.iter().map(letter).chain(['-']).chain(right.iter().map(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_can_be_read_aloud() {
        let reference = fresh_reference();
        assert_eq!(reference.len(), 9);
        assert!(!reference.contains(['0', '1', 'O', 'I', 'L']));
        assert_eq!(reference.matches('-').count(), 1);
    }

    #[test]
    fn a_secret_prints_nothing_of_itself() {
        assert_eq!(format!("{:?}", Secret::fresh()), "Secret");
    }
}
