//! Vehicle identification numbers.

use super::{ByCue, Check, Joins, Rule};

pub(super) const RULE: Rule = Rule {
    name: "vin",
    kind: "VIN",
    version: 2,
    doc: "The identification number of a vehicle.",
    source: "ISO 3779; 49 CFR 565.15 for the check digit",
    example: "the van is [1M8GDM9AXKP042788]",
    pattern: r"\b[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{8}\b",
    check: Some(Check {
        holds: is_vin,
        good: &["1M8GDM9AXKP042788"],
        bad: &["1M8GDM9A1KP042788", "11111111111111111"],
    }),
    cues: &["vin", "vehicle id", "vehicle identification"],
    by_code: Some(|code| !code.spaced && is_vin(code.bytes())),
    by_cue: Some(ByCue {
        joins: Joins::Codes,
        ..ByCue::of(|value| value.digits + value.letters == 17 && value.digits >= 4)
    }),
    ..Rule::NEW
};

/// Position 9 is the weighted sum mod 11.
fn is_vin(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if value.len() != 17 {
        return false;
    }
    let worth = |b: u8| match b {
        b'0'..=b'9' => Some(u32::from(b - b'0')),
        b'A'..=b'H' => Some(u32::from(b - b'A') + 1),
        b'J'..=b'N' => Some(u32::from(b - b'J') + 1),
        b'P' => Some(7),
        b'R' => Some(9),
        b'S'..=b'Z' => Some(u32::from(b - b'S') + 2),
        _ => None,
    };
    let sum: Option<u32> =
        value.iter().zip(WEIGHTS).map(|(&b, weight)| worth(b).map(|w| w * weight)).sum();
    let letters = value.iter().filter(|b| b.is_ascii_uppercase()).count();
    letters >= 2
        && sum.is_some_and(|sum| {
            value[8] == if sum % 11 == 10 { b'X' } else { b'0' + (sum % 11) as u8 }
        })
}
