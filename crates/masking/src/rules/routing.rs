//! Routing numbers of banks.

use super::checks::number;
use super::{ByCue, ByDigits, Check, Joins, Rule};
use crate::find::Number;
use crate::policy::Action::Mask;

pub(super) const RULE: Rule = Rule {
    name: "routing",
    kind: "ROUTING",
    version: 3,
    action: Mask,
    doc: "The routing number of a bank in the United States.",
    source: "American Bankers Association, routing number policy",
    example: "routing [011000015]",
    pattern: r"\b\d{4}-?\d{4}-?\d\b",
    check: Some(Check {
        holds: |value| value.len() == 9 && value.iter().all(u8::is_ascii_digit) && is_routing(value),
        good: &["011000015", "121000358"],
        bad: &["011000016", "131000358"],
    }),
    cues: &["routing", "routing transit", "rtn", "transit number", "aba", "ruta", "rounting", "rooting number"],
    by_digits: Some(ByDigits {
        begins: |first, length| length == 9 && !matches!(first, b'4' | b'5' | b'9'),
        holds: |number: &Number<'_>| {
            number.groups == [4, 4, 1] && number.is_dashed() && is_routing(number.digits)
        },
        luhn: false,
        anywhere: false,
        widen: None,
    }),
    by_cue: Some(ByCue {
        joins: Joins::Numbers,
        ..ByCue::of(|value| value.digits == 9 && value.letters == 0)
    }),
    ..Rule::NEW
};

/// A Federal Reserve prefix, and the weighted sum (3, 7, 1) ends in 0.
fn is_routing(digits: &[u8]) -> bool {
    let weights = [3, 7, 1].into_iter().cycle();
    let sum: u32 = digits.iter().zip(weights).map(|(d, w)| u32::from(d - b'0') * w).sum();
    matches!(number(&digits[..2]), 0..=12 | 21..=32 | 61..=72 | 80) && sum.is_multiple_of(10)
}
