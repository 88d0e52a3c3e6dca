//! Codes of letters and digits that prove themselves.

use super::Hit;
use crate::rules::{BY_CODE, RuleId};
use crate::scan::{Kind, Scan, is_letter, why};

const BYTES_MAX: usize = 34;
/// No code that proves itself is shorter.
const CODE_BYTES_MIN: usize = 9;
/// One that begins with a digit and has spaces is no longer.
const SPACED_BYTES_MAX: usize = 11;
const FIRST_BYTES_MAX: u32 = 11;
const TOKENS_MAX: usize = 16;

/// Letters and digits of a code, in upper case.
pub(crate) struct Code {
    bytes: [u8; BYTES_MAX],
    len: usize,
    /// Whether a space or a dash stands inside.
    pub(crate) spaced: bool,
    /// Whether it was typed with a capital first.
    pub(crate) capital: bool,
}

impl Code {
    /// One that is spelled, and so has nothing between its parts.
    pub(super) fn spelled() -> Self {
        Self { bytes: [0; BYTES_MAX], len: 0, spaced: false, capital: true }
    }

    /// Adds a group; answers whether there was room.
    pub(super) fn add(&mut self, group: &[u8]) -> bool {
        if self.len + group.len() > BYTES_MAX {
            return false;
        }
        for byte in group {
            self.bytes[self.len] = byte.to_ascii_uppercase();
            self.len += 1;
        }
        true
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

pub(super) fn find(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    let mut done = 0;
    for number in scan.triggers(why::BESIDE_WORD) {
        if scan.tokens[number].kind() != Kind::Number {
            continue;
        }
        let before = number.saturating_sub(1);
        let word = scan.tokens[before].kind() == Kind::Word;
        for at in (if word { before } else { number })..=number {
            let token = &scan.tokens[at];
            let before = scan.byte_before(token.start);
            if before.is_ascii_alphanumeric() || token.start < done || !begins(scan, at) {
                continue;
            }
            if let Some((end, rule)) = code(scan, at) {
                hits.push(Hit { start: token.start, end, rule, weight: 92 });
                done = end;
            }
        }
    }
}

/// A number with a letter after it, or a word with a number after it. No code that begins
/// with a digit has an O or an I next, as they look like digits.
fn begins(scan: &Scan<'_>, at: usize) -> bool {
    let token = &scan.tokens[at];
    match token.kind() {
        Kind::Word => scan.gap(at).is_empty() || token.len() == 2 && scan.is_capital(token),
        Kind::Number => scan.tokens.get(at + 1).is_some_and(|t| {
            t.kind() == Kind::Word
                && (scan.gap(at).is_empty() || t.len() == 1)
                && !b"OoIi".contains(&scan.bytes[t.start as usize])
        }),
    }
}

/// Whether nothing ends a code before it could prove itself.
fn is_long(bytes: &[u8]) -> bool {
    let inside = |b: &u8| is_letter(*b) || b.is_ascii_digit() || matches!(b, b' ' | b'-');
    bytes.get(..CODE_BYTES_MIN).is_some_and(|head| head.iter().all(inside))
}

/// The rule that a code is enough for.
pub(super) fn proves(code: &Code) -> Option<RuleId> {
    if code.len < CODE_BYTES_MIN {
        return None;
    }
    BY_CODE.iter().find(|(_, holds)| holds(code)).map(|(rule, _)| *rule)
}

fn code(scan: &Scan<'_>, at: usize) -> Option<(u32, RuleId)> {
    let first = &scan.tokens[at];
    if first.len() > FIRST_BYTES_MAX || !is_long(&scan.bytes[first.start as usize..]) {
        return None;
    }
    let capital = scan.is_capital(first);
    let mut code = Code { bytes: [0; BYTES_MAX], len: 0, spaced: false, capital };
    let mut best = None;
    for n in at..scan.tokens.len().min(at + TOKENS_MAX) {
        let token = &scan.tokens[n];
        if !code.add(scan.text(token)) {
            break;
        }
        let gap = scan.gap(n);
        if !gap.is_empty() || n + 1 == scan.tokens.len() {
            best = proves(&code).map(|rule| (token.end, rule)).or(best);
        }
        code.spaced |= !gap.is_empty();
        if code.spaced && code.len >= SPACED_BYTES_MAX && first.kind() == Kind::Number {
            break;
        }
        let may_part = first.kind() == Kind::Number || token.len() == 2;
        if !matches!(gap, b"" | b" " | b"-") || n == at && !gap.is_empty() && !may_part {
            break;
        }
    }
    best
}
