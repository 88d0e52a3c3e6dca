//! Tax numbers of people without a social security number.

use super::checks::number;
use super::{ByCue, ByDigits, Check, Rule};
use crate::find::Number;
use crate::policy::Action::Mask;

pub(super) const RULE: Rule = Rule {
    name: "itin",
    kind: "ITIN",
    action: Mask,
    keep_last: 4,
    doc: "An individual taxpayer identification number of the United States.",
    source: "IRS, Internal Revenue Manual 3.21.263",
    example: "my tax id is [912-70-1234]",
    pattern: r"\b9\d{2}[ -]\d{2}[ -]\d{4}\b",
    check: Some(Check {
        holds: |value| value.len() == 9 && value.iter().all(u8::is_ascii_digit) && is_itin(value),
        good: &["912701234", "999991234"],
        bad: &["812701234", "912491234", "912891234"],
    }),
    cues: &["itin", "tax id", "tax number", "taxpayer id", "taxpayer number", "tax payer"],
    by_digits: Some(ByDigits {
        begins: |first, length| length == 9 && matches!(first, b'9' | b'+'),
        holds: |number: &Number<'_>| number.groups == [3, 2, 4] && is_itin(number.digits),
        luhn: false,
        anywhere: false,
        widen: None,
    }),
    by_cue: Some(ByCue::of(|value| value.digits == 9 && value.letters == 0)),
    ..Rule::NEW
};

/// 9xx, then 50-65, 70-88, 90-92 or 94-99.
fn is_itin(digits: &[u8]) -> bool {
    digits[0] == b'9' && matches!(number(&digits[3..5]), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}
