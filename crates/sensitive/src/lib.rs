//! Text that a person typed, or that tells who they are, from its first byte.
//!
//! [`Sensitive`] has no `Display` and no `Clone`, its `Debug` shows a length,
//! and its memory is wiped when it goes. It deserialises from anywhere, since
//! that is how typed text arrives, but it serialises nowhere: only text that
//! was masked or unsealed may leave, and that is what [`Shown`] marks.

use serde::{Deserialize, Deserializer};
use zeroize::Zeroize;

/// A value that must be masked or sealed before anyone else sees it.
pub struct Sensitive<T: Zeroize>(T);

impl<T: Zeroize> Sensitive<T> {
    /// Wraps a value that came from a person.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Lends the value to the few places that mask, seal or hash it.
    ///
    /// Every call site is a place to look at in review; `tidy` lists them.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Sensitive<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Sensitive<String> {
    /// Length in bytes of UTF-8; a length is not a secret.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Sensitive<String> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sensitive({} bytes)", self.0.len())
    }
}

impl std::fmt::Debug for Sensitive<Vec<u8>> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sensitive({} bytes)", self.0.len())
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Sensitive<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::deserialize(from).map(Self)
    }
}

/// Text that may be shown to the other side: masked by the engine, or opened
/// from a seal. Only these two implement it, and frames take nothing else.
pub trait Shown {
    /// Gives the text up to a frame.
    fn into_shown(self) -> String;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_a_length_and_no_content() {
        let typed = Sensitive::new("my secret".to_owned());
        assert_eq!(format!("{typed:?}"), "Sensitive(9 bytes)");
    }
}
