//! National provider identifiers.

use super::checks::{is_varied, luhn};
use super::{ByCue, ByDigits, Check, Joins, Rule};
use crate::find::Number;

pub(super) const RULE: Rule = Rule {
    name: "npi",
    kind: "NPI",
    version: 3,
    doc: "The number of a provider of health care in the United States.",
    source: "45 CFR 162.406; CMS, NPI check digit: Luhn over 80840 and the number",
    example: "the npi is [1234567893]",
    pattern: r"\b[12]\d{9}\b",
    check: Some(Check {
        holds: |value| value.len() == 10 && value.iter().all(u8::is_ascii_digit) && is_npi(value),
        good: &["1234567893"],
        bad: &["1234567890", "3234567893"],
    }),
    cues: &["npi"],
    by_digits: Some(ByDigits {
        begins: |first, length| length == 10 && matches!(first, b'1' | b'2' | b'+'),
        holds: |number: &Number<'_>| {
            (matches!(number.groups, [10] | [4, 3, 3]) || number.is_worded()) && is_npi(number.digits)
        },
        luhn: false,
        anywhere: false,
        widen: None,
    }),
    by_cue: Some(ByCue {
        joins: Joins::Numbers,
        ..ByCue::of(|value| value.digits == 10 && value.letters == 0)
    }),
    ..Rule::NEW
};

/// The prefix 80840 adds 24 to Luhn's sum.
fn is_npi(digits: &[u8]) -> bool {
    matches!(digits[0], b'1' | b'2') && luhn(digits, 24) && is_varied(&digits[1..9])
}
