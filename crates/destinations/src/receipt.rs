//! What a destination answers for.

use serde::{Deserialize, Serialize};

/// How well it is proved that the destination holds the document. Ordered:
/// a later level proves more. A key may be destroyed from the second on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It said yes, without saying to what.
    Accepted,
    /// It answered with the hash of what it stored, and the hash is ours.
    StoredHash,
    /// We read the document back and it was ours.
    ReadBack,
    /// As before, and under a version that nobody can change or delete.
    ImmutableVersion,
}

impl Level {
    /// As in JSON and in the catalogue.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::StoredHash => "stored_hash",
            Self::ReadBack => "read_back",
            Self::ImmutableVersion => "immutable_version",
        }
    }

    /// Whether a conversation's key may be destroyed on it.
    pub fn is_enough_to_shred(self) -> bool {
        self >= Self::StoredHash
    }
}

/// Proof that a document arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    pub level: Level,
    /// The name under which the destination holds it.
    pub object: String,
    /// SHA-256 of what the destination holds.
    pub sha256: [u8; 32],
    /// When the destination says that it was stored: milliseconds since the
    /// Unix epoch, by its clock. Putting the same bytes again changes nothing,
    /// so it does not change this.
    pub at_ms: i64,
    /// The destination's own name for this version, where it has versions.
    pub version: Option<String>,
}

/// What a test of the connection showed, step by step: the sheet of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The level that receipts from here have.
    pub level: Level,
    /// How long all of it took.
    pub millis: u64,
    /// `connection`, `write`, `read_back`, `overwrite`, `list`, `delete`, `immutable`,
    /// `encryption`, `versions` and `region` always, in this order; then what
    /// only this kind of destination has.
    pub steps: Vec<Step>,
}

/// One line of the sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// A code, such as `encryption`.
    pub what: &'static str,
    pub outcome: Outcome,
    /// A code, or the server's own word for it; may be empty.
    pub found: String,
}

/// How a step ended. What must not be refused is not on the sheet: it is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done, or it is so.
    Done,
    /// The place refused it. Of overwriting, listing and deleting that is for the better.
    Refused,
    /// This place cannot do it, or does not tell.
    NotHere,
}

impl Step {
    pub(crate) fn done(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, outcome: Outcome::Done, found: found.into() }
    }

    pub(crate) fn refused(what: &'static str) -> Self {
        Self { what, outcome: Outcome::Refused, found: String::new() }
    }

    /// Done if the place told of it.
    pub(crate) fn told(what: &'static str, is_told: bool, found: &str) -> Self {
        if is_told { Self::done(what, found) } else { Self::not_here(what) }
    }

    pub(crate) fn not_here(what: &'static str) -> Self {
        Self { what, outcome: Outcome::NotHere, found: String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proven_hash_is_enough_to_shred() {
        assert!(!Level::Accepted.is_enough_to_shred());
        assert!(Level::StoredHash.is_enough_to_shred());
        assert!(Level::ReadBack < Level::ImmutableVersion);
    }

    #[test]
    fn the_code_is_what_json_says() {
        for level in [Level::Accepted, Level::StoredHash, Level::ReadBack, Level::ImmutableVersion]
        {
            let json = serde_json::to_string(&level).expect("a unit variant");
            assert_eq!(json, format!("\"{}\"", level.code()));
        }
    }
}
