//! Numbers of members of health plans.

use super::{ByCue, Rule};
use crate::find::Code;

pub(super) const RULE: Rule = Rule {
    name: "health_plan",
    kind: "HEALTH_PLAN",
    version: 2,
    doc: "A member's or policy number of a health plan.",
    source: "45 CFR 164.514(b)(2)(i)(I); payers' cards",
    example: "member id [XYZ123456789]",
    pattern: r"\b(?:[A-Z]{3}\d{9}|[WU]\d{8,9}|\d{8,11})\b",
    cues: &[
        "member id", "member", "subscriber", "medicaid", "insurance id", "policy number", "policy",
        "member number", "membership", "plan id", "insurance", "insurance card", "id", "old one",
        "medi cal", "cigna", "aetna", "humana", "kaiser", "bcbs", "blue cross", "blue shield",
        "united healthcare", "uhc", "tricare", "beneficiary", "hicn", "medicare claim", "miembro",
        "afiliado", "poliza",
    ],
    by_code: Some(is_member),
    by_cue: Some(ByCue::of(|value| {
        (6..=13).contains(&value.digits) && value.letters <= 4
            || value.digits == 5 && (1..=4).contains(&value.letters)
    })),
    ..Rule::NEW
};

/// Three letters and nine digits, or W and nine digits, as payers print them.
fn is_member(code: &Code) -> bool {
    if !matches!(code.bytes().len(), 10 | 12) || code.spaced {
        return false;
    }
    let (letters, digits) = code.bytes().split_at(code.bytes().len() - 9);
    (letters.len() == 3 && letters.iter().all(u8::is_ascii_uppercase) || letters == b"W")
        && digits.iter().all(u8::is_ascii_digit)
}
