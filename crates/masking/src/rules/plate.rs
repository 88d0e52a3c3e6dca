//! Plates of vehicles, after their word.

use super::{ByCue, Rule};

pub(super) const RULE: Rule = Rule {
    name: "plate",
    kind: "PLATE",
    version: 2,
    doc: "The licence plate of a vehicle.",
    source: "45 CFR 164.514(b)(2)(i)(L); each state has its own form",
    example: "plate [7ABC123]",
    pattern: r"\b(?:\d?[A-Z]{1,4}[ -]?\d{2,4}|\d{2,4}[ -]?[A-Z]{1,4})\b",
    cues: &["license plate", "plate", "plates", "car tag", "license tag", "tag number", "placa", "matricula"],
    by_cue: Some(ByCue::of(|value| {
        value.digits >= 2 && value.digits + value.letters <= 8 && value.letters >= 1
    })),
    ..Rule::NEW
};
