//! Words on their way to a screen.

use sensitive::Shown;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Text that was masked by the engine or opened from a seal.
///
/// It deserialises so that clients written in Rust can read frames.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// The only way in.
    pub fn new(shown: impl Shown) -> Self {
        Self(shown.into_shown())
    }

    /// For clients: what the screen shows.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

/// A masked stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mask {
    /// First character, in Unicode code points.
    pub start: u32,
    /// One past the last character, in Unicode code points.
    pub end: u32,
    /// The rule that found it, such as `card`.
    pub rule: String,
}
