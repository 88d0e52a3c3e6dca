//! Passport numbers, after their word.

use super::{ByCue, Rule};
use crate::policy::Action::Mask;

pub(super) const RULE: Rule = Rule {
    name: "passport",
    kind: "PASSPORT",
    version: 2,
    action: Mask,
    doc: "The number of a passport.",
    source: "ICAO Doc 9303, part 4: up to 9 characters",
    example: "passport [A12345678]",
    pattern: r"\b[A-Z]{0,2}\d{7,9}\b",
    cues: &["passport", "pasaporte"],
    by_cue: Some(ByCue::of(|value| (6..=9).contains(&value.digits) && value.letters <= 3)),
    ..Rule::NEW
};
