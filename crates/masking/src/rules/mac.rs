//! Hardware addresses of machines.

use super::{Rule, RuleId};
use crate::find::{Hit, hex};
use crate::scan::Scan;

/// Six pairs, or three times four, with their marks.
const BYTES: [usize; 2] = [17, 14];

pub(super) const RULE: Rule = Rule {
    name: "mac",
    kind: "MAC",
    version: 2,
    doc: "The hardware address of a machine; not the one that means every machine.",
    source: "IEEE EUI-48",
    example: "the pump says [00:1A:2B:3C:4D:5E]",
    pattern: r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b",
    find: Some(find),
    ..Rule::NEW
};

fn find(scan: &Scan<'_>, _asked: bool, hits: &mut Vec<Hit>) {
    for groups in hex::all(scan).filter(|groups| BYTES.contains(&groups.value.len())) {
        let parts = groups.parts();
        let pairs = parts.len() == 6
            && parts.iter().all(|part| part.len() == 2)
            && groups.separator != b'.';
        let fours = parts.len() == 3
            && parts.iter().all(|part| part.len() == 4)
            && groups.separator == b'.'
            && groups.value.iter().any(u8::is_ascii_alphabetic);
        let someone = parts.iter().any(|part| *part != parts[0]);
        if (pairs || fours) && someone {
            let end = groups.start + groups.value.len() as u32;
            hits.push(Hit { start: groups.start, end, rule: RuleId::Mac, weight: 78 });
        }
    }
}
