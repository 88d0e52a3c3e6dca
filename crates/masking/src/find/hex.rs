//! Groups of hexadecimal digits with marks between them, such as addresses of machines.

use crate::scan::{Scan, why};

const BYTES_MAX: usize = 45;
const GROUP_BYTES_MAX: u32 = 4;

/// Groups as they were typed, and what parts them.
pub(crate) struct Groups<'a> {
    pub(crate) start: u32,
    pub(crate) value: &'a [u8],
    pub(crate) separator: u8,
}

impl<'a> Groups<'a> {
    pub(crate) fn parts(&self) -> Vec<&'a [u8]> {
        self.value.split(|b| *b == self.separator).collect()
    }
}

/// All groups of a text, each once.
pub(crate) fn all<'a>(scan: &'a Scan<'a>) -> impl Iterator<Item = Groups<'a>> + 'a {
    let mut done = 0;
    scan.triggers(why::JOINT).filter_map(move |at| {
        if scan.tokens[at].end <= done {
            return None;
        }
        let token = &scan.tokens[first_of_group(scan, at)];
        let before = &scan.bytes[..token.start as usize];
        let open = before.ends_with(b"::");
        if !open && matches!(before, [.., b':' | b'-']) {
            return None;
        }
        let start = if open { token.start - 2 } else { token.start };
        let inside = start < done || scan.byte_before(start).is_ascii_alphanumeric();
        let start = if inside { token.start } else { start };
        let groups = groups(scan, start).filter(|_| start >= done)?;
        done = start + groups.value.len() as u32;
        Some(groups)
    })
}

/// The first token of up to four letters and digits without a gap.
fn first_of_group(scan: &Scan<'_>, mut at: usize) -> usize {
    let end = scan.tokens[at].end;
    while at > 0
        && scan.gap(at - 1).is_empty()
        && end - scan.tokens[at - 1].start <= GROUP_BYTES_MAX
    {
        at -= 1;
    }
    at
}

fn groups<'a>(scan: &Scan<'a>, start: u32) -> Option<Groups<'a>> {
    let bytes = &scan.bytes[start as usize..];
    let before = scan.byte_before(start);
    if !(bytes[0].is_ascii_hexdigit() || bytes.starts_with(b"::"))
        || before.is_ascii_alphanumeric()
        || b":-".contains(&before)
    {
        return None;
    }
    let separator = *bytes.iter().take(6).find(|b| matches!(b, b':' | b'-' | b'.'))?;
    if separator == b'.' && bytes.get(4) != Some(&b'.') {
        return None;
    }
    let belongs =
        |b: &&u8| b.is_ascii_hexdigit() || **b == separator || separator == b':' && **b == b'.';
    let len = bytes.iter().take(BYTES_MAX).take_while(belongs).count();
    let value = &bytes[..len];
    let value = value.strip_suffix(b".").unwrap_or(value);
    let lone = separator == b':' && value.ends_with(b":") && !value.ends_with(b"::");
    let value = if lone { &value[..value.len() - 1] } else { value };
    let runs_on = bytes.get(value.len()).is_some_and(u8::is_ascii_alphanumeric);
    (!runs_on).then_some(Groups { start, value, separator })
}
