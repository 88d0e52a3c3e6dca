//! Account numbers of any kind, after their word.

use super::{ByCue, Rule};

pub(super) const RULE: Rule = Rule {
    name: "account",
    kind: "ACCOUNT",
    version: 2,
    doc: "The number of an account.",
    source: "45 CFR 164.514(b)(2)(i)(J); no common form",
    example: "account [7781234]",
    pattern: r"\b[A-Za-z]{0,4}-?\d{6,17}\b",
    cues: &["account", "acct", "acc no", "acc number", "cuenta"],
    by_cue: Some(ByCue::of(|value| (6..=17).contains(&value.digits) && value.letters <= 4)),
    ..Rule::NEW
};
