//! Settings that describe themselves: the doc comment of a field is its label
//! and its help in the form, and its type says how it is asked for.
//!
//! A [`Secret`] never comes out of a settings struct by serialising it. Whoever
//! stores settings takes the secrets out with `secrets`, seals them apart, and
//! puts them back with `with_secrets`.

use std::fmt;
use std::path::PathBuf;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::Error;

/// A password, a key, a token. Wiped on drop; `Debug` shows nothing, not even a length.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// For sealing it, and for nothing else.
    pub fn to_seal(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The text, if there is one; `setting` is named if there is not.
    pub(crate) fn for_use(&self, setting: &'static str) -> Result<&str, Error> {
        if self.is_empty() {
            return Err(Error::Refused { setting, mend: "secret_missing" });
        }
        Ok(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), other.0.as_bytes()).is_ok()
    }
}

impl Eq for Secret {}

/// Empty, whatever it holds.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// What a form asks for one destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Form {
    /// As in [`crate::Config`]'s `kind`.
    pub kind: &'static str,
    pub label: String,
    pub help: String,
    pub fields: Vec<Field>,
}

/// One setting in a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    pub name: &'static str,
    /// The doc comment's first sentence.
    pub label: String,
    /// The rest of it; may be empty.
    pub help: String,
    #[serde(flatten)]
    pub shape: Shape,
}

/// How a setting is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Shape {
    /// `text`, `number`, `switch` or `choice`.
    pub input: &'static str,
    pub is_secret: bool,
    pub is_optional: bool,
    /// What a `choice` chooses from.
    pub choices: &'static [&'static str],
}

impl Shape {
    const fn of(input: &'static str) -> Self {
        Self { input, is_secret: false, is_optional: false, choices: &[] }
    }

    /// One of these; the first is what is taken if none is given.
    pub(crate) const fn choice(choices: &'static [&'static str]) -> Self {
        Self { input: "choice", is_secret: false, is_optional: true, choices }
    }
}

/// A type that a setting can have.
pub(crate) trait Setting {
    const SHAPE: Shape;

    fn secret(&mut self) -> Option<&mut Secret> {
        None
    }
}

impl Setting for String {
    const SHAPE: Shape = Shape::of("text");
}

impl Setting for PathBuf {
    const SHAPE: Shape = Shape::of("text");
}

impl Setting for u16 {
    const SHAPE: Shape = Shape::of("number");
}

impl Setting for Secret {
    const SHAPE: Shape = Shape { is_secret: true, ..Shape::of("text") };

    fn secret(&mut self) -> Option<&mut Secret> {
        Some(self)
    }
}

impl<T: Setting> Setting for Option<T> {
    const SHAPE: Shape = Shape { is_optional: true, ..T::SHAPE };

    fn secret(&mut self) -> Option<&mut Secret> {
        self.as_mut().and_then(Setting::secret)
    }
}

/// A doc comment's lines as label and help.
pub(crate) fn label_and_help(lines: &[&str]) -> (String, String) {
    let text = lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let text = text.trim();
    match text.split_once(". ") {
        Some((label, help)) => (label.to_owned(), help.trim().to_owned()),
        None => (text.trim_end_matches('.').to_owned(), String::new()),
    }
}

/// Writes a settings struct that knows its own fields.
macro_rules! settings {
    (
        $(#[doc = $doc:literal])+
        pub struct Config {
            $(
                $(#[doc = $help:literal])+
                $(#[serde($($serde:tt)+)])?
                pub $name:ident: $type:ty,
            )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Config {
            $(
                $(#[doc = $help])+
                $(#[serde($($serde)+)])?
                pub $name: $type,
            )+
        }

        impl Config {
            pub(crate) fn fields() -> Vec<$crate::settings::Field> {
                vec![$({
                    let (label, help) = $crate::settings::label_and_help(&[$($help),+]);
                    $crate::settings::Field {
                        name: stringify!($name),
                        label,
                        help,
                        shape: <$type as $crate::settings::Setting>::SHAPE,
                    }
                }),+]
            }

            pub(crate) fn secrets_mut(
                &mut self,
            ) -> Vec<(&'static str, &mut $crate::settings::Secret)> {
                let named = [$((
                    stringify!($name),
                    $crate::settings::Setting::secret(&mut self.$name),
                )),+];
                named.into_iter().filter_map(|(name, secret)| Some((name, secret?))).collect()
            }
        }
    };
}

pub(crate) use settings;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_and_serialises_nothing() {
        let secret = Secret::new("swordfish");
        assert_eq!(format!("{secret:?}"), "Secret");
        assert_eq!(serde_json::to_string(&secret).expect("a string"), "\"\"");
        assert_eq!(secret.for_use("password"), Ok("swordfish"));
        let missing = Error::Refused { setting: "password", mend: "secret_missing" };
        assert_eq!(Secret::default().for_use("password"), Err(missing));
    }

    #[test]
    fn the_first_sentence_is_the_label() {
        let lines = [" The folder's whole path. It must", " exist.", ""];
        let (label, help) = label_and_help(&lines);
        assert_eq!((label.as_str(), help.as_str()), ("The folder's whole path", "It must exist."));
        assert_eq!(label_and_help(&[" Bucket."]), ("Bucket".to_owned(), String::new()));
    }
}
