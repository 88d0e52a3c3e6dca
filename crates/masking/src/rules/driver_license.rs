//! Numbers of driver's licences, after their words.

use super::{ByCue, Rule};
use crate::policy::Action::Mask;

pub(super) const RULE: Rule = Rule {
    name: "driver_license",
    kind: "DRIVER_LICENSE",
    version: 3,
    action: Mask,
    doc: "The number of a driver's licence.",
    source: "AAMVA DL/ID card design standard; each state has its own form",
    example: "driver's license [F255-9215-0094]",
    pattern: r"\b[A-Z]{0,2}[ -]?\d{3,}(?:[ -]?\d{2,}){0,3}\b",
    cues: &[
        "driver s license", "drivers license", "driver license", "driver s licence",
        "drivers licence", "driver licence", "driving licence", "driving license", "dl",
        "license number", "drivers lic", "driver s lic", "driver lic", "operator license",
        "operator s license", "state id", "state id card", "licencia de conducir",
        "licencia de manejar", "licencia",
    ],
    by_cue: Some(ByCue::of(|value| {
        // Washington's: WDLABCD456DG.
        (5..=16).contains(&value.digits) && value.letters <= 10
            || value.digits >= 3 && value.digits + value.letters == 12 && !value.text.contains(&b' ')
    })),
    ..Rule::NEW
};
