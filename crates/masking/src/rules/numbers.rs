//! Numbers that their own digits give away: cards, social security and tax
//! numbers, phones, NPI, in any grouping, as digits or as words.
//!
//! Sources: ISO/IEC 7812-1 (Luhn), the card schemes' issuer ranges, SSA's rules
//! for social security numbers, the IRS' ranges for ITIN, the NANP for phones,
//! 45 CFR 162.406 for NPI.

use super::{Hit, RuleId};
use crate::lexicon::{BLOCK, CUE, FILLER, NUMBER, words};
use crate::scan::{Kind, Scan, why};

const DIGITS_MAX: usize = 19;

/// Digits of a run of tokens from one on, with where each count of digits ends.
struct Run {
    digits: Vec<u8>,
    /// Token, and how many digits there are with it.
    stops: Vec<(usize, usize)>,
    /// Whether some digit is a word, and the digits of the longest group.
    worded: bool,
    longest: usize,
}

pub(crate) fn find(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    let mut next = 0;
    for at in scan.triggers(why::DIGITS) {
        let letters = at > next && scan.gap(at - 1).is_empty() && is_lookalike(scan, at - 1);
        let from = if letters { at - 1 } else { at };
        if from < next || digit_count(scan, from) == 0 || is_blocked(scan, from) {
            continue;
        }
        let run = read(scan, from);
        if let Some((last, hit)) = judge(scan, from, &run) {
            hits.push(hit);
            next = last + 1;
        }
    }
}

fn digit_count(scan: &Scan<'_>, at: usize) -> usize {
    let token = &scan.tokens[at];
    match token.kind {
        Kind::Number => token.len() as usize,
        Kind::Word if token.is(NUMBER) => 1,
        Kind::Word => {
            if is_lookalike(scan, at) {
                token.len() as usize
            } else {
                0
            }
        }
    }
}

/// Letters that stand for digits, glued to one: "4O7l".
pub(super) fn is_lookalike(scan: &Scan<'_>, at: usize) -> bool {
    let token = &scan.tokens[at];
    let digit = |n: usize| scan.tokens.get(n).is_some_and(|t| t.kind == Kind::Number);
    let near = |gap: &[u8]| matches!(gap, b"" | b"-");
    token.len() <= 4
        && scan.text(token).iter().all(|b| b"OolI".contains(b))
        && (digit(at + 1) && near(scan.gap(at))
            || at > 0
                && near(scan.gap(at - 1))
                && (digit(at - 1) || at > 1 && digit(at - 2) && near(scan.gap(at - 2))))
}

fn read(scan: &Scan<'_>, from: usize) -> Run {
    let mut run = Run {
        digits: Vec::with_capacity(DIGITS_MAX),
        stops: Vec::new(),
        worded: false,
        longest: 0,
    };
    for at in from..scan.tokens.len().min(from + DIGITS_MAX) {
        let count = digit_count(scan, at);
        let token = &scan.tokens[at];
        let worded = token.is(NUMBER) || run.worded;
        if count == 0 || run.digits.len() + count > DIGITS_MAX || worded && run.longest.max(count) > 4
        {
            break;
        }
        run.worded = worded;
        run.longest = run.longest.max(count);
        match token.kind {
            Kind::Number => run.digits.extend_from_slice(scan.text(token)),
            Kind::Word if token.is(NUMBER) => {
                run.digits.push(b'0' + (token.known.value % 10) as u8)
            }
            Kind::Word => run.digits.extend(
                scan.text(token).iter().map(|b| if matches!(b, b'O' | b'o') { b'0' } else { b'1' }),
            ),
        }
        run.stops.push((at, run.digits.len()));
        let gap = scan.gap(at);
        if gap.len() > 4 || !gap.iter().all(|b| b" -./_,()\n\r\t+".contains(b)) {
            break;
        }
    }
    run
}

/// Whether the number belongs to something that is not about a person.
fn is_blocked(scan: &Scan<'_>, at: usize) -> bool {
    if scan.byte_before(scan.tokens[at].start) == b'$' {
        return true;
    }
    for before in (at.saturating_sub(3)..at).rev() {
        let token = &scan.tokens[before];
        if token.is(BLOCK) {
            return true;
        }
        if scan.gap(before).iter().any(|b| b".?!\n".contains(b))
            || token.kind == Kind::Word && !token.is(FILLER)
        {
            return false;
        }
    }
    false
}

fn judge(scan: &Scan<'_>, from: usize, run: &Run) -> Option<(usize, Hit)> {
    let lengths: Vec<u32> = run.stops.iter().map(|&(at, _)| scan.tokens[at].len()).collect();
    for wanted in [16, 15, 19, 18, 17, 14, 13, 12, 11, 10, 9] {
        let Some(position) = run.stops.iter().position(|&(_, count)| count == wanted) else {
            continue;
        };
        let last = run.stops[position].0;
        let (start, end) = (scan.tokens[from].start, scan.tokens[last].end);
        let more = last + 1 < scan.tokens.len()
            && scan.gap(last).is_empty()
            && digit_count(scan, last + 1) > 0;
        if more || goes_on(scan, start, end) {
            continue;
        }
        let words = scan.tokens[from..=last].iter().any(|t| t.kind == Kind::Word);
        let gaps = Gaps::of(scan, from, last);
        let before = scan.byte_before(start);
        let found = rule_of(&run.digits[..wanted], &lengths[..=position], words, before, gaps);
        let glued =
            from > 0 && scan.gap(from - 1).is_empty() && !scan.tokens[from - 1].is(CUE | FILLER);
        let listed = !words && (from..last).any(|at| scan.gap(at).contains(&b','));
        if let Some(rule) = found.filter(|rule| *rule == RuleId::Card || !glued && !listed) {
            let start = if rule == RuleId::Phone { open_phone(scan, start) } else { start };
            let (last, end) =
                if rule == RuleId::Phone { extension(scan, last, end) } else { (last, end) };
            return Some((
                last,
                Hit { start, end, rule, weight: if wanted >= 12 { 90 } else { 82 } },
            ));
        }
    }
    None
}

/// A part of a longer code: a decimal, a part number, a token of letters and digits.
fn goes_on(scan: &Scan<'_>, start: u32, end: u32) -> bool {
    let after = scan.bytes.get(end as usize..).unwrap_or_default();
    let before = &scan.bytes[..start as usize];
    let runs_on = after.len() > 1
        && matches!(after[0], b'-' | b'.' | b':')
        && after[1].is_ascii_alphanumeric()
        && !(after[0] == b'.' && after[1].is_ascii_alphabetic());
    let runs_in = before.len() > 1
        && matches!(before[before.len() - 1], b'-' | b'.')
        && before[before.len() - 2].is_ascii_alphanumeric();
    runs_on || runs_in
}

/// What stands between the groups of a number.
#[derive(Clone, Copy)]
struct Gaps {
    dashed: bool,
    spaced: bool,
}

impl Gaps {
    fn of(scan: &Scan<'_>, from: usize, last: usize) -> Self {
        let mut gaps = (from..last).map(|at| scan.gap(at));
        Self {
            dashed: gaps.clone().all(|gap| matches!(gap, b"-" | b") " | b")")),
            spaced: gaps.all(|gap| matches!(gap, b" " | b"." | b"-")) && {
                let dashes = (from..last).filter(|&at| scan.gap(at) == b"-").count();
                dashes == 0 || last - from >= 3 && dashes == last - from
            },
        }
    }
}

fn rule_of(
    digits: &[u8],
    lengths: &[u32],
    words: bool,
    before: u8,
    gaps: Gaps,
) -> Option<RuleId> {
    let grouped = lengths.len() > 1;
    match digits.len() {
        9 if lengths == [4, 4, 1] && gaps.dashed && is_routing(digits) => Some(RuleId::Routing),
        10 if lengths == [4, 3, 3] && is_npi(digits) => Some(RuleId::Npi),
        10 if lengths == [3, 3, 4] && gaps.dashed && digits[0] >= b'2' => Some(RuleId::Phone),
        9..=11 if gaps.spaced && is_trunk_shaped(digits, lengths) => Some(RuleId::Phone),
        12.. if is_card(digits) => Some(RuleId::Card),
        9 if (lengths == [3, 2, 4] || words) && is_ssn(digits) => Some(RuleId::Ssn),
        9 if lengths == [3, 2, 4] && is_itin(digits) => Some(RuleId::Itin),
        11 if digits[0] == b'1' && is_nanp(&digits[1..]) => Some(RuleId::Phone),
        10.. if before == b'+' => Some(RuleId::Phone),
        10 if is_nanp(digits) && (words || is_phone_shaped(lengths)) => Some(RuleId::Phone),
        10 if !grouped && is_npi(digits) => Some(RuleId::Npi),
        _ => None,
    }
}

/// How people group ten digits of a phone.
fn is_phone_shaped(lengths: &[u32]) -> bool {
    matches!(lengths, [10] | [3, 7] | [6, 4] | [3, 3, 4] | [3, 3, 2, 2] | [3, 3, 3, 1])
        || lengths.iter().all(|n| *n == 1)
}

/// A national number with its trunk zero, as most countries outside the NANP
/// write it (ITU-T E.123): "0491 570 156", "07700 900123", "01 99 00 12 34".
fn is_trunk_shaped(digits: &[u8], lengths: &[u32]) -> bool {
    let date = matches!(lengths, [2, 2, 4, ..] | [1, ..]);
    digits[0] == b'0'
        && digits[1] != b'0'
        && !date
        && match lengths {
            [a, b] => matches!((a, b), (4 | 5, 6) | (4, 7) | (3, 7 | 8) | (5, 5)),
            _ => lengths.len() > 2 && lengths.iter().all(|n| (2..=4).contains(n)),
        }
}

/// "ext. 5576", "x1187"
fn extension(scan: &Scan<'_>, last: usize, end: u32) -> (usize, u32) {
    let number = scan.tokens.get(last + 2).filter(|t| t.kind == Kind::Number && t.len() <= 6);
    match number {
        Some(number)
            if scan.word_is(last + 1, words!["ext", "x", "extension"])
                && scan.gap(last).len() <= 2
                && scan.gap(last + 1).len() <= 2 =>
        {
            (last + 2, number.end)
        }
        _ => (last, end),
    }
}

fn open_phone(scan: &Scan<'_>, start: u32) -> u32 {
    let before = &scan.bytes[..start as usize];
    start - u32::from(before.ends_with(b"(") || before.ends_with(b"+"))
}

/// Luhn's check and a known issuer.
///
/// ```text
/// 4111 1111 1111 1111 holds, 4111 1111 1111 1112 does not
/// ```
pub(crate) fn is_card(digits: &[u8]) -> bool {
    let head = |n: usize| digits[..n].iter().fold(0u32, |sum, d| sum * 10 + u32::from(d - b'0'));
    let issued = match digits.len() {
        15 => matches!(head(2), 34 | 37) || matches!(head(4), 1800 | 2131),
        14 => matches!(head(2), 36 | 38 | 39) || matches!(head(3), 300..=305),
        12 => matches!(head(2), 50 | 56..=69),
        13 => digits[0] == b'4' || matches!(head(2), 50 | 56..=69),
        16 => {
            digits[0] == b'4'
                || matches!(head(2), 50..=69 | 36 | 38)
                || matches!(head(4), 2221..=2720 | 3528..=3589)
        }
        17..=19 => {
            digits[0] == b'4' || matches!(head(2), 50 | 56..=69) || matches!(head(4), 3528..=3589)
        }
        _ => false,
    };
    issued && luhn(digits, 0) && digits.iter().any(|d| *d != digits[0])
}

fn luhn(digits: &[u8], carried: u32) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, d)| {
            let d = u32::from(d - b'0') * (1 + (at as u32 & 1));
            d / 10 + d % 10
        })
        .sum();
    (sum + carried).is_multiple_of(10)
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum, d| sum * 10 + u32::from(d - b'0'))
}

/// SSA: area not 000, 666 or 900 and up; group not 00; serial not 0000.
pub(crate) fn is_ssn(digits: &[u8]) -> bool {
    let area = number(&digits[..3]);
    area != 0
        && area != 666
        && area < 900
        && number(&digits[3..5]) != 0
        && number(&digits[5..]) != 0
}

/// IRS: 9xx, then 50-65, 70-88, 90-92 or 94-99.
fn is_itin(digits: &[u8]) -> bool {
    digits[0] == b'9' && matches!(number(&digits[3..5]), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// NANP: area and exchange begin with 2-9 and are no N11.
pub(crate) fn is_nanp(digits: &[u8]) -> bool {
    let code = |c: &[u8]| c[0] >= b'2' && !(c[1] == b'1' && c[2] == b'1');
    code(&digits[..3]) && code(&digits[3..6])
}

/// CMS: Luhn over 80840 and the number; the prefix adds 24.
fn is_npi(digits: &[u8]) -> bool {
    matches!(digits[0], b'1' | b'2')
        && luhn(digits, 24)
        && digits[1..9].iter().any(|d| *d != digits[1])
}

/// ABA: a Federal Reserve prefix, and the weighted sum (3, 7, 1) ends in 0.
fn is_routing(digits: &[u8]) -> bool {
    let sum: u32 =
        digits.iter().zip([3, 7, 1].into_iter().cycle()).map(|(d, w)| u32::from(d - b'0') * w).sum();
    matches!(number(&digits[..2]), 0..=12 | 21..=32 | 61..=72 | 80) && sum.is_multiple_of(10)
}
