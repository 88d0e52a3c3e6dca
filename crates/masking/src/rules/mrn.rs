//! Medical record numbers: after their words, glued to "mrn", or in brackets
//! after a name.

use super::{ByCue, Rule, RuleId};
use crate::find::{Hit, cued};
use crate::scan::{Kind, Scan, why};

const DIGITS_MIN: u32 = 5;

pub(super) const RULE: Rule = Rule {
    name: "mrn",
    kind: "MRN",
    version: 3,
    doc: "The number of a patient's record.",
    source: "45 CFR 164.514(b)(2)(i)(H); no common form",
    example: "my mrn is [4496-991]",
    pattern: r"\b[A-Za-z]{0,4}-?\d[\d-]{3,12}\d\b",
    cues: &[
        "mrn", "m r n", "medical record", "medical rec", "med rec", "health record", "chart",
        "record number", "record no", "record", "patient id", "chart number", "hospital number",
        "hospital no", "hospital id", "patient number", "pt id", "pt number", "pt", "mr", "emr",
        "file number", "medrec", "epic id", "expediente", "historia clinica", "numero de paciente",
    ],
    by_cue: Some(BY_CUE),
    find: Some(glued),
    follows: Some(after_name),
    ..Rule::NEW
};
const BY_CUE: ByCue =
    ByCue::of(|value| (DIGITS_MIN..=12).contains(&value.digits) && value.letters <= 4);

/// "mrnr472348": a record number glued to its cue.
fn glued(scan: &Scan<'_>, _asked: bool, hits: &mut Vec<Hit>) {
    if !scan.has_digit {
        return;
    }
    for at in scan.triggers(why::BESIDE_WORD).filter(|at| *at > 0) {
        let (before, token) = (&scan.tokens[at - 1], &scan.tokens[at]);
        let cue = token.kind() == Kind::Number
            && token.len() >= DIGITS_MIN
            && (4..=6).contains(&before.len())
            && scan.gap(at - 1).is_empty()
            && scan.text(before)[..3].eq_ignore_ascii_case(b"mrn");
        if cue {
            let start = before.start + 3;
            hits.push(Hit { start, end: token.end, rule: RuleId::Mrn, weight: 80 });
        }
    }
}

/// "Keisha Rodriguez (44969)"
fn after_name(scan: &Scan<'_>, name: &Hit, next: usize) -> Option<Hit> {
    let bracket = &scan.bytes[name.end as usize..scan.tokens[next].start as usize] == b" (";
    if name.rule != RuleId::Name || !bracket {
        return None;
    }
    let (start, end) = cued::value(scan, next, &BY_CUE)?;
    Some(Hit { start, end, rule: RuleId::Mrn, weight: 79 })
}
