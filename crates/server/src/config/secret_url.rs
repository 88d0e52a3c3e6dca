//! An address that may hold a password: it is never shown.
//!
//! User and password stand in it percent-encoded (RFC 3986, section 2.1).

use serde::Deserialize;

/// Why an address is refused.
pub const UNENCODED: &str =
    "holds a sign that must be encoded: write %25 for %, %40 for @, %3A for :, %2F for /";

#[derive(Clone, Deserialize)]
pub struct SecretUrl(String);

impl SecretUrl {
    pub fn new(url: &str) -> Self {
        Self(url.to_owned())
    }

    /// For whoever connects.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretUrl")
    }
}

/// What stands behind `%XX`; none where a `%` has no two hexadecimal digits after it,
/// or what comes out is no UTF-8.
pub fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (two, after) = after.split_first_chunk::<2>()?;
        bytes.push(digit(two[0])? * 16 + digit(two[1])?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

fn digit(letter: u8) -> Option<u8> {
    char::from(letter).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_comes_out_and_what_is_not_is_refused() {
        for (text, expected) in [
            ("", Some("")),
            ("plain-_.~", Some("plain-_.~")),
            ("a%40b%3A%2f%25", Some("a@b:/%")),
            ("%C3%A9t%C3%A9", Some("été")),
            ("100%", None),
            ("100%2", None),
            ("%zz", None),
            ("%+1", None),
            ("%C3", None),
        ] {
            assert_eq!(decoded(text).as_deref(), expected, "{text}");
        }
    }
}
