//! Addresses of machines and pages: IP (RFC 791, RFC 4291), MAC (EUI-48) and
//! URL (RFC 3986). Version numbers in four parts are left alone after their words.

use super::{Hit, RuleId};
use crate::lexicon::BLOCK;
use crate::scan::{Kind, Scan, why};

const URL_BYTES_MAX: usize = 2048;
const HEX_BYTES_MAX: usize = 45;

pub(crate) fn find(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    let mut done = 0;
    for at in scan.triggers(why::LINK | why::JOINT) {
        let at = first_of_group(scan, at);
        let token = &scan.tokens[at];
        if token.start < done {
            continue;
        }
        let found = match token.kind {
            Kind::Word => url(scan, at).map(|end| (end, RuleId::Url, 95)),
            Kind::Number => ip4(scan, at).map(|end| (end, RuleId::Ip, 75)),
        };
        let open = scan.bytes[..token.start as usize].ends_with(b"::");
        let start = if open { token.start - 2 } else { token.start };
        let start = if start >= done && !scan.byte_before(start).is_ascii_alphanumeric() {
            start
        } else {
            token.start
        };
        if let Some((end, rule, weight)) = hex(scan, start).or(found) {
            hits.push(Hit { start, end, rule, weight });
            done = end;
        }
    }
}

/// The first token of up to four letters and digits without a gap.
fn first_of_group(scan: &Scan<'_>, mut at: usize) -> usize {
    let end = scan.tokens[at].end;
    while at > 0 && scan.gap(at - 1).is_empty() && end - scan.tokens[at - 1].start <= 4 {
        at -= 1;
    }
    at
}

fn url(scan: &Scan<'_>, at: usize) -> Option<u32> {
    let bytes = &scan.bytes[scan.tokens[at].start as usize..];
    let begins =
        |with: &[u8]| bytes.get(..with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with));
    if !(begins(b"http://") || begins(b"https://") || begins(b"ftp://") || begins(b"www.")) {
        return None;
    }
    let mut len = bytes
        .iter()
        .take(URL_BYTES_MAX)
        .take_while(|b| b.is_ascii_graphic() && !b"<>\"'`|)".contains(b))
        .count();
    while len > 0 && b".,;:!?]}".contains(&bytes[len - 1]) {
        len -= 1;
    }
    let whole = !begins(b"www.") || bytes[4..len.max(4)].contains(&b'.');
    (len > 9 && whole).then_some(scan.tokens[at].start + len as u32)
}

fn ip4(scan: &Scan<'_>, at: usize) -> Option<u32> {
    let parts = scan.tokens.get(at..at + 4)?;
    let dotted = (at..at + 3).all(|n| scan.gap(n) == b".") && !scan.gap(at + 3).starts_with(b"-");
    let byte = parts.iter().all(|t| {
        t.kind == Kind::Number
            && t.len() <= 3
            && scan.text(t).iter().fold(0u32, |n, d| n * 10 + u32::from(d - b'0')) <= 255
    });
    let whole = scan.byte_before(parts[0].start) != b'.'
        && !(scan.gap(at + 3) == b"."
            && scan.tokens.get(at + 4).is_some_and(|t| t.kind == Kind::Number));
    let versioned = scan.tokens[at.saturating_sub(2)..at].iter().any(|t| t.is(BLOCK));
    (dotted && byte && whole && !versioned).then(|| {
        let end = parts[3].end;
        let mask = scan.gap(at + 3) == b"/"
            && scan.tokens.get(at + 4).is_some_and(|t| t.kind == Kind::Number && t.len() <= 2);
        if mask { scan.tokens[at + 4].end } else { end }
    })
}

/// MAC and IPv6: hexadecimal groups with colons, or dashes for MAC.
fn hex(scan: &Scan<'_>, start: u32) -> Option<(u32, RuleId, u8)> {
    let bytes = &scan.bytes[start as usize..];
    if !(bytes[0].is_ascii_hexdigit() || bytes.starts_with(b"::"))
        || scan.byte_before(start).is_ascii_alphanumeric()
        || !bytes.iter().take(6).any(|b| matches!(b, b':' | b'-' | b'.'))
        || b":-".contains(&scan.byte_before(start))
    {
        return None;
    }
    let separator = *bytes.iter().take(6).find(|b| matches!(b, b':' | b'-' | b'.'))?;
    if separator == b'.' && bytes.get(4) != Some(&b'.') {
        return None;
    }
    let len = bytes
        .iter()
        .take(HEX_BYTES_MAX)
        .take_while(|b| {
            b.is_ascii_hexdigit() || **b == separator || separator == b':' && **b == b'.'
        })
        .count();
    let value = &bytes[..len];
    let value = value.strip_suffix(b".").unwrap_or(value);
    let value = if separator == b':' && value.ends_with(b":") && !value.ends_with(b"::") {
        &value[..len - 1]
    } else {
        value
    };
    let groups: Vec<&[u8]> = value.split(|b| *b == separator).collect();
    let end = start + value.len() as u32;
    if bytes.get(value.len()).is_some_and(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    if groups.len() == 6 && groups.iter().all(|g| g.len() == 2) && separator != b'.'
        || separator == b'.'
            && groups.len() == 3
            && groups.iter().all(|g| g.len() == 4)
            && value.iter().any(u8::is_ascii_alphabetic)
    {
        let someone = groups.iter().any(|g| *g != groups[0]);
        return someone.then_some((end, RuleId::Mac, 78));
    }
    let short = value.windows(2).filter(|w| *w == b"::").count();
    let (last, rest) = groups.split_last()?;
    let dotted = last.split(|b| *b == b'.').count() == 4
        && last.split(|b| *b == b'.').all(|part| {
            (1..=3).contains(&part.len())
                && part.iter().all(u8::is_ascii_digit)
                && part.iter().fold(0u32, |n, d| n * 10 + u32::from(d - b'0')) <= 255
        });
    let grouped = rest.iter().all(|g| g.len() <= 4 && !g.contains(&b'.'))
        && (dotted || last.len() <= 4 && !last.contains(&b'.'));
    let count = groups.len() + usize::from(dotted);
    let six = separator == b':'
        && grouped
        && (count == 8 && short == 0
            || short == 1 && (3..=9).contains(&count) && !value.windows(3).any(|w| w == b":::"));
    let zone = zone(&bytes[value.len()..]);
    let (value_len, end) = (value.len() + zone, end + zone as u32);
    let digits = bytes[value_len..]
        .strip_prefix(b"/")
        .map_or(0, |rest| rest.iter().take(4).take_while(|b| b.is_ascii_digit()).count());
    let end = if (1..=3).contains(&digits) { end + 1 + digits as u32 } else { end };
    (six && value.iter().any(u8::is_ascii_digit)).then_some((end, RuleId::Ip, 78))
}

/// "%eth0" after an address of the link (RFC 4007, section 11).
fn zone(bytes: &[u8]) -> usize {
    match bytes.strip_prefix(b"%") {
        Some(name) => match name.iter().take(15).take_while(|b| b.is_ascii_alphanumeric()).count() {
            0 => 0,
            length => length + 1,
        },
        None => 0,
    }
}
