//! International bank account numbers.

use super::{ByCue, Check, Rule};
use crate::policy::Action::Mask;

const DIGITS_AND_LETTERS_MIN: u32 = 15;

pub(super) const RULE: Rule = Rule {
    name: "iban",
    kind: "IBAN",
    version: 3,
    action: Mask,
    keep_last: 4,
    doc: "An international bank account number.",
    source: "ISO 13616 and its registry of lengths; ISO 7064 (mod 97)",
    example: "send it to [GB29 NWBK 6016 1331 9268 19]",
    pattern: r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b",
    check: Some(Check {
        holds: is_iban,
        good: &["GB29NWBK60161331926819"],
        bad: &["GB29NWBK60161331926810", "XX29NWBK60161331926819"],
    }),
    cues: &["iban"],
    by_code: Some(|code| code.capital && is_iban(code.bytes())),
    by_cue: Some(ByCue::of(|value| value.digits + value.letters >= DIGITS_AND_LETTERS_MIN)),
    ..Rule::NEW
};

/// Each length with its countries.
const LENGTHS: [(usize, &str); 18] = [
    (15, "NO"),
    (16, "BE BI"),
    (18, "DK FK FO FI GL NL SD"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU MN XK"),
    (21, "CH CR HR LI LV"),
    (22, "BG BH DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ OM SO TL"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, "LY PT ST"),
    (26, "IS TR"),
    (27, "BJ DJ FR GR IT MC MR SM"),
    (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
];

/// The country's letters and check digits moved to the end leave 1 mod 97.
fn is_iban(value: &[u8]) -> bool {
    let length = LENGTHS.iter().find(|(length, _)| *length == value.len());
    let Some((_, countries)) = length else { return false };
    if !countries.as_bytes().chunks(3).any(|country| country[..2] == value[..2])
        || !value[2..4].iter().all(u8::is_ascii_digit)
    {
        return false;
    }
    let rest = value[4..].iter().chain(&value[..4]).try_fold(0u32, |rest, &b| match b {
        b'0'..=b'9' => Some((rest * 10 + u32::from(b - b'0')) % 97),
        b'A'..=b'Z' => Some((rest * 100 + u32::from(b - b'A') + 10) % 97),
        _ => None,
    });
    rest == Some(1)
}
