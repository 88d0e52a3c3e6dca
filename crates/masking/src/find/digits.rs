//! Numbers that their own digits give away, in any grouping, as digits or as
//! words, with letters that look like digits.

use super::Hit;
use crate::lexicon::{BLOCK, CUE, FILLER, NUMBER};
use crate::rules::{ALL, RuleId};
use crate::scan::{Kind, Scan, why};

const DIGITS_MIN: usize = 9;
const DIGITS_MAX: usize = 19;
/// Stands for a plus where a first digit is asked for.
const PLUS: usize = 10;
/// The likeliest lengths first: of two that hold the first stays.
const ORDER: [usize; 11] = [16, 15, 19, 18, 17, 14, 13, 12, 11, 10, 9];

/// What people put between the digits of a number.
const MAY_PART: [bool; 256] = {
    let (mut may, mut at) = ([false; 256], 0);
    while at < PARTS.len() {
        may[PARTS[at] as usize] = true;
        at += 1;
    }
    may
};
const PARTS: &[u8] = b" -./_,()\n\r\t+*~\\";

/// Which rules look at a number, by its first digit (or a plus before it) and
/// by how many digits it has.
pub(crate) struct Lengths([Vec<(usize, Vec<RuleId>)>; 11]);

impl Lengths {
    pub(crate) fn load() -> Self {
        Self(std::array::from_fn(|first| {
            let first = if first == PLUS { b'+' } else { b'0' + first as u8 };
            let rules = |length: usize| {
                let fits = |rule: &RuleId| {
                    rule.rule().by_digits.is_some_and(|d| (d.begins)(first, length))
                };
                (length, ALL.iter().copied().filter(fits).collect::<Vec<_>>())
            };
            ORDER.into_iter().map(rules).filter(|(_, rules)| !rules.is_empty()).collect()
        }))
    }

    fn of(&self, before: u8, first: u8) -> &[(usize, Vec<RuleId>)] {
        &self.0[if before == b'+' { PLUS } else { usize::from(first - b'0') }]
    }
}

/// A number as it was typed.
pub(crate) struct Number<'a> {
    pub(crate) digits: &'a [u8],
    /// How many digits stand together.
    pub(crate) groups: &'a [u8],
    /// The byte before.
    pub(crate) before: u8,
    scan: &'a Scan<'a>,
    from: usize,
}

/// Digits of tokens side by side, kept while numbers inside are tried.
#[derive(Default)]
struct Run {
    first: usize,
    digits: Vec<u8>,
    /// For each token its length.
    groups: Vec<u8>,
    /// For each token how many digits there are with it.
    counts: Vec<u32>,
}

pub(crate) fn find(scan: &Scan<'_>, lengths: &Lengths, hits: &mut Vec<Hit>) {
    let (mut next, mut run) = (0, Run::default());
    for at in scan.triggers(why::DIGITS) {
        if at < next {
            continue;
        }
        let word = at > next && scan.tokens[at - 1].kind() == Kind::Word;
        let letters = word && scan.gap(at - 1).is_empty() && is_lookalike(scan, at - 1);
        let from = if letters { at - 1 } else { at };
        if from >= run.end() {
            run.read(scan, from);
        }
        if run.left(from) < DIGITS_MIN || is_blocked(scan, from) {
            continue;
        }
        if let Some((last, hit)) = judge(scan, lengths, from, &run) {
            hits.push(hit);
            next = last + 1;
        }
    }
}

fn digit_count(scan: &Scan<'_>, at: usize) -> usize {
    let token = &scan.tokens[at];
    match token.kind() {
        Kind::Number => token.len() as usize,
        Kind::Word if token.is(NUMBER) => 1,
        Kind::Word if is_lookalike(scan, at) => token.len() as usize,
        Kind::Word => 0,
    }
}

/// Letters that stand for digits, glued to one: "4O7l".
pub(crate) fn is_lookalike(scan: &Scan<'_>, at: usize) -> bool {
    let token = &scan.tokens[at];
    let digit = |n: usize| scan.tokens.get(n).is_some_and(|t| t.kind() == Kind::Number);
    let near = |gap: &[u8]| matches!(gap, b"" | b"-");
    token.len() <= 4
        && scan.text(token).iter().all(|b| b"OolI".contains(b))
        && (digit(at + 1) && near(scan.gap(at))
            || at > 0
                && near(scan.gap(at - 1))
                && (digit(at - 1) || at > 1 && digit(at - 2) && near(scan.gap(at - 2))))
}

impl Run {
    fn read(&mut self, scan: &Scan<'_>, first: usize) {
        self.first = first;
        self.digits.clear();
        self.groups.clear();
        self.counts.clear();
        let (mut worded, mut longest) = (false, 0);
        for (at, token) in (first..).zip(&scan.tokens[first..]) {
            let count = digit_count(scan, at);
            worded |= token.is(NUMBER);
            longest = longest.max(count);
            if count == 0 || count > DIGITS_MAX || worded && longest > 4 {
                break;
            }
            if token.kind() == Kind::Number && count == 1 {
                self.digits.push(scan.bytes[token.start as usize]);
            } else {
                self.add(scan, at);
            }
            self.groups.push(token.len() as u8);
            self.counts.push(self.digits.len() as u32);
            let parted = match scan.gap(at) {
                [byte] => MAY_PART[usize::from(*byte)],
                gap => gap.len() <= 4 && gap.iter().all(|byte| MAY_PART[usize::from(*byte)]),
            };
            if !parted {
                break;
            }
        }
    }

    fn add(&mut self, scan: &Scan<'_>, at: usize) {
        let token = &scan.tokens[at];
        let text = scan.text(token);
        match token.kind() {
            Kind::Number => self.digits.extend_from_slice(text),
            Kind::Word if token.is(NUMBER) => {
                self.digits.push(b'0' + (token.known.value % 10) as u8)
            }
            Kind::Word => {
                let digit = |b: &u8| if matches!(b, b'O' | b'o') { b'0' } else { b'1' };
                self.digits.extend(text.iter().map(digit));
            }
        }
    }

    fn end(&self) -> usize {
        self.first + self.groups.len()
    }

    /// Digits before a token of the run.
    fn before(&self, at: usize) -> usize {
        at.checked_sub(self.first + 1).map_or(0, |n| self.counts[n] as usize)
    }

    /// Digits from a token on; none if the run has ended before it.
    fn left(&self, at: usize) -> usize {
        if at < self.end() { self.digits.len() - self.before(at) } else { 0 }
    }

    /// The token from `at` on that ends with so many digits of the run, if one does.
    fn token_with(&self, at: usize, digits: usize) -> Option<usize> {
        let near = &self.counts[at - self.first..];
        let near = &near[..near.len().min(DIGITS_MAX)];
        // Single digits stand side by side in most long runs.
        let single = digits - self.before(at) - 1;
        if near.get(single).is_some_and(|count| *count as usize == digits) {
            return Some(at + single);
        }
        let n = near.partition_point(|count| (*count as usize) < digits);
        (*near.get(n)? as usize == digits).then_some(at + n)
    }
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
        if scan.gap(before).iter().any(|b| matches!(b, b'.' | b'?' | b'!' | b'\n'))
            || token.kind() == Kind::Word && !token.is(FILLER)
        {
            return false;
        }
    }
    false
}

fn judge(scan: &Scan<'_>, lengths: &Lengths, from: usize, run: &Run) -> Option<(usize, Hit)> {
    let here = from - run.first;
    let before = run.before(from);
    let glued =
        from > 0 && scan.gap(from - 1).is_empty() && !scan.tokens[from - 1].is(CUE | FILLER);
    let byte_before = scan.byte_before(scan.tokens[from].start);
    for (wanted, rules) in lengths.of(byte_before, run.digits[before]) {
        let Some(last) = run.token_with(from, before + wanted) else { continue };
        let (start, end) = (scan.tokens[from].start, scan.tokens[last].end);
        let number = Number {
            digits: &run.digits[before..before + wanted],
            groups: &run.groups[here..=last - run.first],
            before: byte_before,
            scan,
            from,
        };
        let found = rules.iter().find_map(|&rule| {
            let by_digits = rule.rule().by_digits?;
            (by_digits.holds)(&number).then_some((rule, by_digits))
        });
        let Some((rule, by_digits)) = found else { continue };
        if goes_on(scan, last, start, end)
            || !by_digits.anywhere && (glued || !number.is_worded() && number.has_comma())
            || number.is_list()
        {
            continue;
        }
        let (last, (start, end)) = match by_digits.widen {
            Some(widen) => widen(scan, last, (start, end)),
            None => (last, (start, end)),
        };
        let weight = if *wanted >= 12 { 90 } else { 82 };
        return Some((last, Hit { start, end, rule, weight }));
    }
    None
}

impl Number<'_> {
    fn gaps(&self) -> impl Iterator<Item = &[u8]> {
        (self.from..self.from + self.groups.len() - 1).map(|at| self.scan.gap(at))
    }

    /// Whether some digit is a word or a letter.
    pub(crate) fn is_worded(&self) -> bool {
        let tokens = &self.scan.tokens[self.from..self.from + self.groups.len()];
        tokens.iter().any(|token| token.kind() == Kind::Word)
    }

    /// Whether dashes or a bracket alone part the groups.
    pub(crate) fn is_dashed(&self) -> bool {
        self.gaps().all(|gap| matches!(gap, b"-" | b") " | b")"))
    }

    /// Whether spaces or dots alone part them, or dashes three times or more.
    pub(crate) fn is_spaced(&self) -> bool {
        let (dashes, gaps) =
            (self.gaps().filter(|gap| *gap == b"-").count(), self.groups.len() - 1);
        self.gaps().all(|gap| matches!(gap, b" " | b"." | b"-"))
            && (dashes == 0 || gaps >= 3 && dashes == gaps)
    }

    /// Whether another number stands right before it.
    pub(crate) fn goes_before(&self) -> bool {
        let Some(before) = self.from.checked_sub(1) else { return false };
        self.scan.tokens[before].kind() == Kind::Number && self.scan.gap(before).len() <= 1
    }

    /// "145, 132, 98, 177, 201": readings, as nobody parts a number.
    fn is_list(&self) -> bool {
        self.has_comma() && self.groups.iter().all(|digits| matches!(digits, 2 | 3))
    }

    fn has_comma(&self) -> bool {
        self.gaps().any(|gap| gap.contains(&b','))
    }
}

/// A part of a longer code: a decimal, a part number, a token of letters and digits.
fn goes_on(scan: &Scan<'_>, last: usize, start: u32, end: u32) -> bool {
    let more = last + 1 < scan.tokens.len()
        && scan.gap(last).is_empty()
        && digit_count(scan, last + 1) > 0;
    let after = scan.bytes.get(end as usize..).unwrap_or_default();
    let before = &scan.bytes[..start as usize];
    let runs_on = after.len() > 1
        && matches!(after[0], b'-' | b'.' | b':')
        && after[1].is_ascii_alphanumeric()
        && !(after[0] == b'.' && after[1].is_ascii_alphabetic());
    let runs_in = before.len() > 1
        && matches!(before[before.len() - 1], b'-' | b'.')
        && before[before.len() - 2].is_ascii_alphanumeric();
    more || runs_on || runs_in
}
