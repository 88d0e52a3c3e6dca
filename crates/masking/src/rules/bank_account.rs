//! Account numbers of banks, after their words.

use super::{ByCue, Rule};
use crate::policy::Action::Mask;

pub(super) const RULE: Rule = Rule {
    name: "bank_account",
    kind: "BANK_ACCOUNT",
    version: 2,
    action: Mask,
    keep_last: 4,
    doc: "The number of an account at a bank.",
    source: "Nacha operating rules: up to 17 characters",
    example: "checking account [000123456789]",
    pattern: r"\b\d{6,17}\b",
    cues: &[
        "checking account", "savings account", "bank account", "checking", "savings", "checking acct",
        "savings acct", "bank acct", "cuenta bancaria", "cuenta de banco", "cuenta de cheques",
        "cuenta de ahorros", "direct deposit", "sort code",
    ],
    by_cue: Some(ByCue::of(|value| (6..=17).contains(&value.digits) && value.letters <= 4)),
    ..Rule::NEW
};
