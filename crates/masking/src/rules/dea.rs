//! Numbers of prescribers of controlled substances.

use super::{ByCue, Check, Joins, Rule};

pub(super) const RULE: Rule = Rule {
    name: "dea",
    kind: "DEA",
    version: 3,
    doc: "A prescriber's number of the Drug Enforcement Administration.",
    source: "DEA Diversion Control Division, registration number check digit",
    example: "dea [BB1388568]",
    pattern: r"\b[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}\b",
    check: Some(Check {
        holds: is_dea,
        good: &["BB1388568"],
        bad: &["BB1388569", "1B1388568"],
    }),
    cues: &["dea"],
    by_code: Some(|code| !code.spaced && is_dea(code.bytes())),
    by_cue: Some(ByCue {
        joins: Joins::Numbers,
        ..ByCue::of(|value| value.digits == 7 && value.letters <= 2)
    }),
    ..Rule::NEW
};

/// The sum of digits 1, 3, 5 and twice that of 2, 4, 6 ends in digit 7.
fn is_dea(value: &[u8]) -> bool {
    if value.len() != 9 {
        return false;
    }
    let shaped = b"ABCDEFGHJKLMPRSTUX".contains(&value[0])
        && (value[1].is_ascii_alphabetic() || value[1] == b'9')
        && value[2..].iter().all(u8::is_ascii_digit);
    let d = |at: usize| u32::from(value[at + 1] - b'0');
    shaped && (d(1) + d(3) + d(5) + 2 * (d(2) + d(4) + d(6))) % 10 == d(7)
}
