//! E-mail addresses, RFC 5321 section 4.1.2, from the at sign outwards.

use super::{Hit, RuleId};
use crate::scan::{Scan, is_letter};

const LOCAL_BYTES_MAX: usize = 64;
const DOMAIN_BYTES_MAX: usize = 255;

pub(crate) fn find(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    if !scan.has_at {
        return;
    }
    let bytes = scan.bytes;
    let mut after = 0;
    for at in bytes.iter().enumerate().filter(|(_, b)| **b == b'@').map(|(at, _)| at) {
        let (left, right) = (spaces_before(bytes, at), spaces_after(bytes, at + 1));
        let start = (left.saturating_sub(LOCAL_BYTES_MAX)..left)
            .rev()
            .take_while(|&i| i >= after && is_local(bytes[i]))
            .last();
        let end = (right..bytes.len().min(right + DOMAIN_BYTES_MAX))
            .take_while(|&i| is_domain(bytes[i]))
            .last();
        let (Some(mut start), Some(mut end)) = (start, end) else { continue };
        while start < left && bytes[start] == b'.' {
            start += 1;
        }
        while end > right && matches!(bytes[end], b'.' | b'-') {
            end -= 1;
        }
        if !bytes[right..=end].iter().any(|b| is_letter(*b)) || start == left {
            continue;
        }
        if (left < at || right > at + 1) && !bytes[right..end].contains(&b'.') {
            continue;
        }
        hits.push(Hit {
            start: start as u32,
            end: end as u32 + 1,
            rule: RuleId::Email,
            weight: 100,
        });
        after = end + 1;
    }
}

fn spaces_before(bytes: &[u8], at: usize) -> usize {
    at - bytes[..at].iter().rev().take(3).take_while(|b| b.is_ascii_whitespace()).count()
}

fn spaces_after(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take(2).take_while(|b| **b == b' ').count()
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b".!#$%*+-_~^'".contains(&byte)
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b".-".contains(&byte)
}
