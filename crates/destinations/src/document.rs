//! A document and the name that it is stored under.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest;

use crate::Error;

/// Fits every store that we know of: object stores allow 1,024 bytes, SFTP
/// servers and shares often 255 for one part.
const NAME_BYTES_MAX: usize = 512;
const PART_BYTES_MAX: usize = 200;
const PARTS_MAX: usize = 8;

/// A name such as `2026/11/K7QX-4MPD/K7QX-4MPD-part0.json`.
///
/// Parts of `[A-Za-z0-9._-]` between single slashes. No part is empty, starts
/// with `.` or `-` (hidden files, ways up, options of tools), or ends with `.`
/// (which shares drop), so a name can never leave the place it is given to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// Takes only a well-formed name.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        let well_formed = text.len() <= NAME_BYTES_MAX
            && text.split('/').count() <= PARTS_MAX
            && text.split('/').all(is_part);
        if well_formed { Ok(Self(text)) } else { Err(Error::BadName) }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From the outermost folder to the file.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The last part: what the file itself is called.
    pub fn file(&self) -> &str {
        self.parts().next_back().unwrap_or_default()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_part(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= PART_BYTES_MAX
        && !part.starts_with(['.', '-'])
        && !part.ends_with('.')
        && part.bytes().all(is_letter)
}

/// Whether a name may hold this byte inside a part.
pub(crate) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// What is to be stored. Cheap to clone: the bytes are shared.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    pub name: Name,
    /// For stores that keep one, such as `application/json`.
    pub media_type: &'static str,
    pub bytes: Arc<[u8]>,
}

impl Document {
    /// SHA-256 of the bytes.
    pub fn sha256(&self) -> [u8; 32] {
        sha256(&self.bytes)
    }
}

/// A length instead of the content: documents hold what people wrote.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({}, {} bytes)", self.name, self.bytes.len())
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_could_leave_their_place_are_refused() {
        for good in ["a", "2026/11/K7QX-4MPD/K7QX-4MPD-part0.manifest.json", "a_b.c-d"] {
            assert!(Name::new(good).is_ok(), "{good}");
        }
        let long = "x".repeat(201);
        let deep = "a/".repeat(8) + "a";
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "a//b",
            "a/",
            "..",
            "a/../b",
            "./a",
            ".hidden",
            "-rf",
            "a.",
            "a/b./c",
            "a b",
            "a\\b",
            "a\0b",
            "a\nb",
            "ä",
            "c:d",
            &long,
            &deep,
        ] {
            assert_eq!(Name::new(bad), Err(Error::BadName), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_accepted_name_ever_climbs(text in "[./a-]{0,12}") {
            if let Ok(name) = Name::new(text) {
                let path = std::path::Path::new(name.as_str());
                prop_assert!(path.components().all(|part| matches!(part, std::path::Component::Normal(_))));
            }
        }
    }

    #[test]
    fn debug_shows_a_length_and_no_content() {
        let name = Name::new("a.txt").expect("a plain name");
        let document = Document { name, media_type: "text/plain", bytes: Arc::from(*b"secret") };
        assert_eq!(format!("{document:?}"), "Document(a.txt, 6 bytes)");
    }
}
