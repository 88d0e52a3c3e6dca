//! Social security numbers.

use super::checks::number;
use super::{ByCue, ByDigits, Check, Rule};
use crate::find::Number;
use crate::policy::Action::Mask;
use crate::scan::{Kind, Scan};

pub(super) const RULE: Rule = Rule {
    name: "ssn",
    kind: "SSN",
    version: 2,
    action: Mask,
    keep_last: 4,
    doc: "A social security number of the United States.",
    source: "Social Security Administration, POMS RM 10201.030",
    example: "my ssn is [123-45-6789] ok",
    pattern: r"\b\d{3}[ -]\d{2}[ -]\d{4}\b",
    check: Some(Check {
        holds: |value| value.len() == 9 && value.iter().all(u8::is_ascii_digit) && is_ssn(value),
        good: &["123456789", "078051120"],
        bad: &["000456789", "666456789", "900456789", "123006789", "123450000"],
    }),
    cues: &["ssn", "s s n", "social security", "social", "ss", "soc sec", "social sec", "ss num", "ss number", "seguro social"],
    by_digits: Some(ByDigits {
        begins: |first, length| length == 9 && first != b'9',
        holds: |number: &Number<'_>| {
            (number.groups == [3, 2, 4] || number.is_worded()) && is_ssn(number.digits)
        },
        luhn: false,
        anywhere: false,
        widen: None,
    }),
    by_cue: Some(ByCue {
        lookalikes: true,
        parts: true,
        before: Some(nine_digits),
        ..ByCue::of(|value| {
            (value.digits == 9 || value.digits == 4 && is_one_group(value.text)) && value.letters == 0
        })
    }),
    ..Rule::NEW
};

/// Four digits side by side, or as words.
fn is_one_group(text: &[u8]) -> bool {
    text.len() == 4 || !text.iter().any(u8::is_ascii_digit)
}

/// Area not 000, 666 or 900 and up; group not 00; serial not 0000.
pub(super) fn is_ssn(digits: &[u8]) -> bool {
    let area = number(&digits[..3]);
    area != 0
        && area != 666
        && area < 900
        && number(&digits[3..5]) != 0
        && number(&digits[5..]) != 0
}

/// "078051120 that's my ssn"
fn nine_digits(scan: &Scan<'_>, cue: usize) -> Option<(u32, u32)> {
    let nine = scan.tokens[cue.saturating_sub(5)..cue]
        .iter()
        .find(|t| t.kind() == Kind::Number && t.len() == 9)?;
    Some((nine.start, nine.end))
}
