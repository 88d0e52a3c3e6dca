//! Serial numbers of devices, after their words.

use super::{ByCue, Rule};

pub(super) const RULE: Rule = Rule {
    name: "device",
    kind: "DEVICE_ID",
    doc: "The serial number or identifier of a device.",
    source: "45 CFR 164.514(b)(2)(i)(M); 3GPP TS 23.003 for IMEI, GS1 for UDI",
    example: "serial [SN-4482910]",
    pattern: r"\b[A-Z]{0,8}-?\d{5,16}\b",
    cues: &["serial", "s n", "imei", "meid", "udi", "device id", "device identifier", "device number"],
    by_cue: Some(ByCue::of(|value| (5..=16).contains(&value.digits) && value.letters <= 8)),
    ..Rule::NEW
};
