//! Addresses of pages.

use super::{Rule, RuleId};
use crate::find::Hit;
use crate::scan::{Scan, why};

const BYTES_MAX: usize = 2048;
const BYTES_MIN: usize = 10;
const BEGINNINGS: [&[u8]; 4] = [b"http://", b"https://", b"ftp://", b"www."];

pub(super) const RULE: Rule = Rule {
    name: "url",
    kind: "URL",
    version: 2,
    doc: "The address of a page.",
    source: "RFC 3986",
    example: "see [https://example.com/p/4711] for it",
    pattern: r"(?:https?://|ftp://|www\.)[^\s<>]+",
    find: Some(find),
    ..Rule::NEW
};

fn find(scan: &Scan<'_>, _asked: bool, hits: &mut Vec<Hit>) {
    let mut done = 0;
    for at in scan.triggers(why::LINK) {
        let start = scan.tokens[at].start;
        if start >= done && let Some(len) = length(&scan.bytes[start as usize..]) {
            done = start + len as u32;
            hits.push(Hit { start, end: done, rule: RuleId::Url, weight: 95 });
        }
    }
}

fn length(bytes: &[u8]) -> Option<usize> {
    let begins = |with: &[u8]| bytes.get(..with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with));
    let beginning = BEGINNINGS.into_iter().find(|with| begins(with))?;
    let belongs = |b: &&u8| b.is_ascii_graphic() && !b"<>\"'`|)".contains(b);
    let mut len = bytes.iter().take(BYTES_MAX).take_while(belongs).count();
    while len > 0 && b".,;:!?]}".contains(&bytes[len - 1]) {
        len -= 1;
    }
    let whole = beginning != b"www." || bytes[4..len.max(4)].contains(&b'.');
    (len >= BYTES_MIN && whole).then_some(len)
}
