//! Documents that only the clinic can open: sealed to its public keys by age, version 1
//! (age-encryption.org/v1), so that not even the storage's keeper reads them.
//!
//! At least two keys: one to read with, one kept apart for the day that the first
//! is lost. Whoever seals holds no key that opens.
//!
//! Sealing the same document twice gives different bytes. A destination never
//! overwrites, so seal once, keep the sealed bytes, and put those at every try.

use std::io::Write;

use age::x25519::Recipient;
use age::{EncryptError, Encryptor};

use crate::{Document, Error, Name};

/// Reader and escrow.
const READERS_MIN: usize = 2;

/// An age header names each; a clinic has a handful.
const READERS_MAX: usize = 20;

/// The public keys that documents are sealed to.
#[derive(Debug, Clone)]
pub struct Readers(Vec<Recipient>);

impl Readers {
    /// Takes `age1…` keys, at least two different ones.
    pub fn new(keys: &[impl AsRef<str>]) -> Result<Self, Error> {
        let refused = |mend| Error::Refused { setting: "readers", mend };
        let mut texts: Vec<_> = keys.iter().map(|key| key.as_ref().trim()).collect();
        texts.sort_unstable();
        texts.dedup();
        if texts.len() < READERS_MIN {
            return Err(refused("one_reader_only"));
        }
        if texts.len() > READERS_MAX {
            return Err(refused("too_many_readers"));
        }
        let parsed = texts.iter().map(|text| text.parse());
        parsed.collect::<Result<_, _>>().map(Self).map_err(|_| refused("not_a_reader"))
    }

    /// The document under its name and `.age`, readable with any one of the keys.
    pub fn seal(&self, document: &Document) -> Result<Document, Error> {
        let name = Name::new(format!("{}.age", document.name))?;
        let broken = Error::Later { code: "sealing_failed" };
        let bytes = self.sealed(&document.bytes).map_err(|_| broken)?;
        Ok(Document { name, media_type: "application/octet-stream", bytes: bytes.into() })
    }

    fn sealed(&self, bytes: &[u8]) -> Result<Vec<u8>, EncryptError> {
        let readers = self.0.iter().map(|reader| reader as &dyn age::Recipient);
        let mut sealed = Vec::with_capacity(bytes.len() + 1024);
        let mut writer = Encryptor::with_recipients(readers)?.wrap_output(&mut sealed)?;
        writer.write_all(bytes)?;
        writer.finish()?;
        Ok(sealed)
    }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;
    use age::x25519::Identity;

    use super::*;

    fn document(bytes: &[u8]) -> Document {
        let name = Name::new("2026/11/K7QX/K7QX-part0.json").expect("a good name");
        Document { name, media_type: "application/json", bytes: bytes.into() }
    }

    #[test]
    fn each_reader_opens_it_alone_and_nobody_else_does() {
        let (reader, escrow, stranger) =
            (Identity::generate(), Identity::generate(), Identity::generate());
        let keys = [&reader, &escrow].map(|it| it.to_public().to_string());
        let readers = Readers::new(&keys).expect("two keys");
        let words = b"some words that nobody may find ".repeat(5000);
        let sealed = readers.seal(&document(&words)).expect("seals");
        assert_eq!(sealed.name.as_str(), "2026/11/K7QX/K7QX-part0.json.age");
        assert!(!sealed.bytes.windows(10).any(|part| part == &words[..10]));
        for identity in [&reader, &escrow] {
            assert!(age::decrypt(identity, &sealed.bytes).expect("opens") == words);
        }
        assert!(age::decrypt(&stranger, &sealed.bytes).is_err());
        assert_ne!(readers.seal(&document(&words)).expect("seals").bytes, sealed.bytes);
    }

    #[test]
    fn one_key_twice_a_private_key_and_rubbish_are_refused() {
        let (one, two) = (Identity::generate(), Identity::generate());
        let (public, other) = (one.to_public().to_string(), two.to_public().to_string());
        let refused = |keys: &[&str]| match Readers::new(keys) {
            Err(Error::Refused { mend, .. }) => mend,
            other => panic!("taken: {other:?}"),
        };
        assert_eq!(refused(&[]), "one_reader_only");
        assert_eq!(refused(&[&public, &format!(" {public}")]), "one_reader_only");
        assert_eq!(refused(&[&public, "age1abc"]), "not_a_reader");
        assert_eq!(refused(&[&public, two.to_string().expose_secret()]), "not_a_reader");
        assert!(Readers::new(&[public, other]).is_ok());
    }
}
