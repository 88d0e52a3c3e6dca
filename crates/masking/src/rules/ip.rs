//! Addresses of machines on the Internet. Version numbers in four parts are
//! left alone after their words.

use super::checks::number;
use super::{Rule, RuleId};
use crate::find::{Hit, hex};
use crate::lexicon::BLOCK;
use crate::scan::{Kind, Scan, why};

const ZONE_BYTES_MAX: usize = 15;

pub(super) const RULE: Rule = Rule {
    name: "ip",
    kind: "IP",
    version: 2,
    doc: "An address of a machine on the Internet.",
    source: "RFC 791; RFC 4291 and RFC 5952",
    example: "i connect from [203.0.113.7] at home",
    pattern: r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
    find: Some(find),
    ..Rule::NEW
};

fn find(scan: &Scan<'_>, _asked: bool, hits: &mut Vec<Hit>) {
    let mut done = 0;
    for at in scan.triggers(why::JOINT) {
        let token = &scan.tokens[at];
        let start = token.start;
        if start >= done && token.kind() == Kind::Number && let Some(end) = four(scan, at) {
            hits.push(Hit { start, end, rule: RuleId::Ip, weight: 75 });
            done = end;
        }
    }
    if !scan.has_colon {
        return;
    }
    for groups in hex::all(scan) {
        if let Some(end) = six(scan, &groups) {
            hits.push(Hit { start: groups.start, end, rule: RuleId::Ip, weight: 78 });
        }
    }
}

fn is_byte(part: &[u8]) -> bool {
    (1..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_digit) && number(part) <= 255
}

/// Four bytes with dots, and the length of a network.
fn four(scan: &Scan<'_>, at: usize) -> Option<u32> {
    let parts = scan.tokens.get(at..at + 4)?;
    let dotted = (at..at + 3).all(|n| scan.gap(n) == b".") && !scan.gap(at + 3).starts_with(b"-");
    let bytes = dotted && parts.iter().all(|t| t.kind() == Kind::Number && is_byte(scan.text(t)));
    if !bytes {
        return None;
    }
    let number = |at: usize| scan.tokens.get(at).filter(|t| t.kind() == Kind::Number);
    let whole = scan.byte_before(parts[0].start) != b'.'
        && !(scan.gap(at + 3) == b"." && number(at + 4).is_some());
    let versioned = scan.tokens[at.saturating_sub(2)..at].iter().any(|t| t.is(BLOCK));
    let network = number(at + 4).filter(|t| scan.gap(at + 3) == b"/" && t.len() <= 2);
    (whole && !versioned).then(|| network.map_or(parts[3].end, |t| t.end))
}

/// Eight groups with colons, or fewer around one "::"; the last two may be four bytes.
fn six(scan: &Scan<'_>, groups: &hex::Groups<'_>) -> Option<u32> {
    if groups.separator != b':' {
        return None;
    }
    let (value, parts) = (groups.value, groups.parts());
    let short = value.windows(2).filter(|w| *w == b"::").count();
    let (last, rest) = parts.split_last()?;
    let dotted = last.split(|b| *b == b'.').count() == 4 && last.split(|b| *b == b'.').all(is_byte);
    let grouped = rest.iter().all(|g| g.len() <= 4 && !g.contains(&b'.'))
        && (dotted || last.len() <= 4 && !last.contains(&b'.'));
    let count = parts.len() + usize::from(dotted);
    let counted = count == 8 && short == 0
        || short == 1 && (3..=9).contains(&count) && !value.windows(3).any(|w| w == b":::");
    if !grouped || !counted || !value.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let end = groups.start as usize + value.len();
    let end = end + zone(&scan.bytes[end..]);
    Some((end + network(&scan.bytes[end..])) as u32)
}

/// "%eth0" after an address of the link (RFC 4007, section 11).
fn zone(bytes: &[u8]) -> usize {
    let Some(name) = bytes.strip_prefix(b"%") else { return 0 };
    match name.iter().take(ZONE_BYTES_MAX).take_while(|b| b.is_ascii_alphanumeric()).count() {
        0 => 0,
        length => length + 1,
    }
}

/// "/64"
fn network(bytes: &[u8]) -> usize {
    let Some(length) = bytes.strip_prefix(b"/") else { return 0 };
    match length.iter().take(4).take_while(|b| b.is_ascii_digit()).count() {
        digits @ 1..=3 => digits + 1,
        _ => 0,
    }
}
