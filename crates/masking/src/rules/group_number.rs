//! Group numbers of health plans, after their word.

use super::{ByCue, Rule};

pub(super) const RULE: Rule = Rule {
    name: "group_number",
    kind: "GROUP_NO",
    version: 2,
    doc: "The group number of a health plan.",
    source: "45 CFR 164.514(b)(2)(i)(I); payers' cards",
    example: "group [G59653]",
    pattern: r"\b[A-Z]{0,4}\d{4,}\b",
    cues: &["grp", "group", "rx group", "rx grp", "rxgrp", "rxgroup", "grupo"],
    by_cue: Some(ByCue::of(|value| value.digits >= 4 && value.letters <= 4)),
    ..Rule::NEW
};
