//! Numbers that their own digits give away, in any grouping, as digits or as
//! words, with letters that look like digits.

use super::Hit;
use super::run::{DIGITS_MIN, Run, digit_count, is_lookalike};
use crate::lexicon::{BLOCK, CUE, FILLER};
use crate::rules::{ALL, RuleId};
use crate::scan::{Kind, Scan};

/// How far back a word may stand that says what the number is of.
const WORDS_BLOCKED_MAX: usize = 3;
/// Stands for a plus where a first digit is asked for.
const PLUS: usize = 10;
/// The likeliest lengths first: of two that hold the first stays.
const ORDER: [usize; 11] = [16, 15, 19, 18, 17, 14, 13, 12, 11, 10, 9];

/// Which rules look at a number, by its first digit (or a plus before it) and
/// by how many digits it has.
pub(crate) struct Lengths([Vec<Length>; 11]);

struct Length {
    digits: usize,
    rules: Vec<RuleId>,
    /// Whether Luhn's sum must be right for all of the rules.
    luhn: bool,
}

impl Lengths {
    pub(crate) fn load() -> Self {
        Self(std::array::from_fn(|first| {
            let first = if first == PLUS { b'+' } else { b'0' + first as u8 };
            let of = |digits: usize| {
                let fits = |rule: &RuleId| {
                    rule.rule().by_digits.is_some_and(|d| (d.begins)(first, digits))
                };
                let rules: Vec<RuleId> = ALL.iter().copied().filter(fits).collect();
                let luhn = rules.iter().all(|rule| rule.rule().by_digits.is_some_and(|d| d.luhn));
                Length { digits, rules, luhn }
            };
            ORDER.into_iter().map(of).filter(|length| !length.rules.is_empty()).collect()
        }))
    }

    fn of(&self, before: u8, first: u8) -> &[Length] {
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
    may_hold_words: bool,
    may_hold_comma: bool,
}

pub(crate) fn find(scan: &Scan<'_>, lengths: &Lengths, hits: &mut Vec<Hit>) {
    let (mut next, mut run) = (0, Run::default());
    for at in scan.digits() {
        if at < next {
            continue;
        }
        let word = at > next && scan.tokens[at - 1].kind() == Kind::Word;
        let letters = word && scan.gap(at - 1).is_empty() && is_lookalike(scan, at - 1);
        let from = if letters { at - 1 } else { at };
        if from >= run.end() {
            if is_alone(scan, from) {
                continue;
            }
            run.read(scan, from);
        }
        if run.is_noise {
            next = run.end();
            continue;
        }
        if run.left(from) < DIGITS_MIN
            || runs_in(scan, from)
            || letters && is_inside(scan, from)
            || is_blocked(scan, from, &run)
        {
            continue;
        }
        if let Some((last, hit)) = judge(scan, lengths, from, &run) {
            hits.push(hit);
            next = last + 1;
        }
    }
}

/// Whether a token has too few digits and none beside it that could make them more.
fn is_alone(scan: &Scan<'_>, at: usize) -> bool {
    let next = at + 1;
    (scan.tokens[at].len() as usize) < DIGITS_MIN
        && (next == scan.tokens.len() || digit_count(scan, next) == 0)
}

/// Whether the number belongs to something that is not about a person.
fn is_blocked(scan: &Scan<'_>, at: usize, run: &Run) -> bool {
    if scan.byte_before(scan.tokens[at].start) == b'$' {
        return true;
    }
    if at >= run.first + WORDS_BLOCKED_MAX && !run.has_words {
        return false;
    }
    for before in (at.saturating_sub(WORDS_BLOCKED_MAX)..at).rev() {
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
    for Length { digits: wanted, rules, luhn } in lengths.of(byte_before, run.digits[before]) {
        if before + wanted > run.digits.len() {
            continue;
        }
        let passes_luhn = run.passes_luhn(before, before + wanted);
        if *luhn && !passes_luhn {
            continue;
        }
        let Some(last) = run.token_with(before + wanted) else { continue };
        let (start, end) = (scan.tokens[from].start, scan.tokens[last].end);
        let number = Number {
            digits: &run.digits[before..before + wanted],
            groups: &run.groups[here..=last - run.first],
            before: byte_before,
            scan,
            from,
            may_hold_words: run.has_words,
            may_hold_comma: run.has_comma,
        };
        let found = rules.iter().find_map(|&rule| {
            let by_digits = rule.rule().by_digits.filter(|by| passes_luhn || !by.luhn)?;
            (by_digits.holds)(&number).then_some((rule, by_digits))
        });
        let Some((rule, by_digits)) = found else { continue };
        if goes_on(scan, last, end)
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
        self.may_hold_words && tokens.iter().any(|token| token.kind() == Kind::Word)
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
        self.may_hold_comma && self.gaps().any(|gap| gap.contains(&b','))
    }
}

/// A part of a longer code: a decimal, a part number, a token of letters and digits.
fn goes_on(scan: &Scan<'_>, last: usize, end: u32) -> bool {
    let more = last + 1 < scan.tokens.len()
        && scan.gap(last).is_empty()
        && digit_count(scan, last + 1) > 0;
    let after = scan.bytes.get(end as usize..).unwrap_or_default();
    let runs_on = after.len() > 1
        && matches!(after[0], b'-' | b'.' | b':')
        && after[1].is_ascii_alphanumeric()
        && !(after[0] == b'.' && after[1].is_ascii_alphabetic());
    more || runs_on
}

/// The same before it.
fn runs_in(scan: &Scan<'_>, from: usize) -> bool {
    match scan.bytes[..scan.tokens[from].start as usize] {
        [.., code, b'-' | b'.'] => code.is_ascii_alphanumeric(),
        _ => false,
    }
}

/// "4O1l": a letter in the midst of a number.
fn is_inside(scan: &Scan<'_>, letter: usize) -> bool {
    letter > 0 && scan.tokens[letter - 1].kind() == Kind::Number && scan.gap(letter - 1).is_empty()
}
