//! Medicare beneficiary identifiers.

use super::{ByCue, Check, Joins, Rule};

pub(super) const RULE: Rule = Rule {
    name: "mbi",
    kind: "MBI",
    version: 2,
    doc: "A Medicare beneficiary identifier.",
    source: "CMS, Understanding the Medicare Beneficiary Identifier format",
    example: "here: [1EG4-TE5-MK73]",
    pattern: r"\b[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}\b",
    check: Some(Check {
        holds: is_mbi,
        good: &["1EG4TE5MK73"],
        bad: &["1EG4TE5MK7", "0EG4TE5MK73", "1SG4TE5MK73"],
    }),
    cues: &["mbi", "medicare", "medicare card"],
    by_code: Some(|code| is_mbi(code.bytes())),
    by_cue: Some(ByCue {
        joins: Joins::Codes,
        ..ByCue::of(|value| value.digits + value.letters == 11 && value.digits >= 5)
    }),
    ..Rule::NEW
};

/// C A AN N A AN N A A N N, letters but S, L, O, I, B and Z.
fn is_mbi(value: &[u8]) -> bool {
    let letter = |b: u8| b.is_ascii_uppercase() && !b"SLOIBZ".contains(&b);
    value.len() == 11
        && value[0] != b'0'
        && value.iter().zip(b"NALNALNAANN").all(|(&b, class)| match class {
            b'N' => b.is_ascii_digit(),
            b'A' => letter(b),
            _ => b.is_ascii_digit() || letter(b),
        })
}
