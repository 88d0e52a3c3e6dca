//! The other side of a seal: a test document for one key, and opening with the
//! private halves, which never come near a server.

use std::io::{Read, Write};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::x25519::{Identity, Recipient};
use age::{Decryptor, EncryptError, Encryptor};
use zeroize::Zeroizing;

use crate::{DOCUMENT_BYTES_MAX, Error};

/// A text sealed to one public key alone, in age's armour.
pub fn sealed_to(public_key: &str, text: &str) -> Result<String, Error> {
    let refused = Error::Refused { setting: "readers", mend: "not_a_reader" };
    let reader: Recipient = public_key.trim().parse().map_err(|_| refused)?;
    armoured(&reader, text).map_err(|_| Error::Later { code: "sealing_failed" })
}

fn armoured(reader: &Recipient, text: &str) -> Result<String, EncryptError> {
    let mut sealed = Vec::new();
    let armour = ArmoredWriter::wrap_output(&mut sealed, Format::AsciiArmor)?;
    let only = std::iter::once(reader as &dyn age::Recipient);
    let mut writer = Encryptor::with_recipients(only)?.wrap_output(armour)?;
    writer.write_all(text.as_bytes())?;
    writer.finish()?.finish()?;
    Ok(String::from_utf8(sealed).expect("armour is ASCII"))
}

/// Private keys from an identity file.
pub struct Identities(Vec<Identity>);

impl Identities {
    /// Takes the file that age-keygen writes; `None` if it holds no private key.
    pub fn read(file: &str) -> Option<Self> {
        let lines =
            file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let read: Result<Vec<Identity>, _> = lines.map(str::parse).collect();
        read.ok().filter(|identities| !identities.is_empty()).map(Self)
    }

    /// What was sealed, with or without armour. Refused as `NotReadable` if none of
    /// the keys opens it or it was changed.
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let identities = self.0.iter().map(|identity| identity as &dyn age::Identity);
        let decryptor =
            Decryptor::new(ArmoredReader::new(sealed)).map_err(|_| Error::NotReadable)?;
        let reader = decryptor.decrypt(identities).map_err(|_| Error::NotReadable)?;
        let mut opened = Zeroizing::new(Vec::new());
        reader
            .take(DOCUMENT_BYTES_MAX + 1)
            .read_to_end(&mut opened)
            .map_err(|_| Error::NotReadable)?;
        if opened.len() as u64 > DOCUMENT_BYTES_MAX { Err(Error::TooLarge) } else { Ok(opened) }
    }
}

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identities")
    }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::*;
    use crate::{Document, Name, Readers};

    fn file_of(identity: &Identity) -> String {
        format!("# created: today\n{}\n", identity.to_string().expose_secret())
    }

    #[test]
    fn a_test_document_opens_with_its_own_key_alone() {
        let (one, other) = (Identity::generate(), Identity::generate());
        let sealed = sealed_to(&one.to_public().to_string(), "QX7K").expect("a key");
        assert!(sealed.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"), "{sealed}");
        let open =
            |it: &Identity| Identities::read(&file_of(it)).expect("keys").open(sealed.as_bytes());
        assert_eq!(*open(&one).expect("opens"), b"QX7K");
        assert_eq!(open(&other).expect_err("not theirs"), Error::NotReadable);
        assert!(sealed_to("age1abc", "x").is_err());
        assert!(Identities::read("nothing here").is_none() && Identities::read("# x\n").is_none());
    }

    #[test]
    fn a_sealed_document_opens_with_either_key_and_not_when_changed() {
        let (one, two) = (Identity::generate(), Identity::generate());
        let keys = [&one, &two].map(|it| it.to_public().to_string());
        let name = Name::new("a.json").expect("a name");
        let document = Document { name, media_type: "application/json", bytes: (*b"{}").into() };
        let sealed = Readers::new(&keys).expect("two").seal(&document).expect("seals");
        for identity in [&one, &two] {
            let identities = Identities::read(&file_of(identity)).expect("keys");
            assert_eq!(*identities.open(&sealed.bytes).expect("opens"), b"{}");
            let mut changed = sealed.bytes.to_vec();
            *changed.last_mut().expect("bytes") ^= 1;
            assert!(identities.open(&changed).is_err());
        }
    }
}
