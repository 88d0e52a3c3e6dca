//! Addresses of pages.

use super::{Rule, RuleId};
use crate::find::Hit;
use crate::scan::{Scan, why};

const BYTES_MAX: usize = 2048;
const HOST_BYTES_MAX: usize = 64;
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
        if start < done {
            continue;
        }
        let found = length(&scan.bytes[start as usize..]).map(|len| (start, start + len as u32));
        let found = found.or_else(|| {
            let first = bare(scan, at).filter(|first| *first >= done)?;
            Some((first, start + graphic(&scan.bytes[start as usize..]) as u32))
        });
        if let Some((start, end)) = found {
            done = end;
            hits.push(Hit { start, end, rule: RuleId::Url, weight: 95 });
        }
    }
}

/// "example.com/users/4711": the first byte of a page's host, from its last word on.
fn bare(scan: &Scan<'_>, at: usize) -> Option<u32> {
    let token = &scan.tokens[at];
    let path = scan.bytes[token.end as usize..].strip_prefix(b"/")?;
    let before = scan.bytes[..token.start as usize].strip_suffix(b".")?;
    let host = before.iter().rev().take(HOST_BYTES_MAX);
    let len = host.take_while(|b| b.is_ascii_alphanumeric() || b"-.".contains(b)).count();
    let named = len > 1 && scan.byte_before((before.len() - len) as u32) != b'@';
    (named && path.first().is_some_and(u8::is_ascii_alphanumeric)).then(|| (before.len() - len) as u32)
}

fn length(bytes: &[u8]) -> Option<usize> {
    let begins = |with: &[u8]| bytes.get(..with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with));
    let beginning = BEGINNINGS.into_iter().find(|with| begins(with))?;
    let len = graphic(bytes);
    let whole = beginning != b"www." || bytes[4..len.max(4)].contains(&b'.');
    (len >= BYTES_MIN && whole).then_some(len)
}

/// How far an address goes: to a space or a mark that ends a sentence.
fn graphic(bytes: &[u8]) -> usize {
    let belongs = |b: &&u8| b.is_ascii_graphic() && !b"<>\"'`|)".contains(b);
    let mut len = bytes.iter().take(BYTES_MAX).take_while(belongs).count();
    while len > 0 && b".,;:!?]}".contains(&bytes[len - 1]) {
        len -= 1;
    }
    len
}
