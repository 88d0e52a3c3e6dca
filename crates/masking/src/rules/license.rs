//! Numbers of professional licences and certificates, after their word.

use super::{ByCue, Rule};

pub(super) const RULE: Rule = Rule {
    name: "license",
    kind: "LICENSE_NO",
    version: 3,
    doc: "The number of a licence or certificate.",
    source: "45 CFR 164.514(b)(2)(i)(K); no common form",
    example: "rn license [RN558812]",
    pattern: r"\b[A-Za-z]{0,4}-?\d{4,}\b",
    cues: &["license", "licence", "rn license", "lic", "certificate", "certification", "cert"],
    by_cue: Some(ByCue::of(|value| value.digits >= 4 && value.letters <= 8)),
    ..Rule::NEW
};
