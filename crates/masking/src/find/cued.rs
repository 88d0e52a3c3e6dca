//! Values that a phrase announces: "mrn 449699", "routing 011529127".
//!
//! A cue opens a short way forward over words that say nothing; the first
//! value on it that has the rule's shape is taken. The cue may also be the
//! question that the text answers.

use super::Hit;
use super::run::is_lookalike;
use super::spelled;
use crate::lexicon::{
    self, BLOCK, CUE, FILLER, Lexicon, MONTH, NUMBER, PLAIN, SPOKEN, STOP, UNIT, words,
};
use crate::rules::{ALL, ByCue, Joins, RuleId};
use crate::scan::{Kind, Scan, why};

pub(crate) const WORDS_BETWEEN_MAX: usize = 7;
const ANSWER_TOKENS_MAX: usize = 12;
const VALUE_BYTES_MAX: u32 = 40;
const VALUE_TOKENS_MAX: usize = 24;

/// What a value after a cue looks like.
pub(crate) struct Value<'a> {
    pub(crate) digits: u32,
    pub(crate) letters: u32,
    /// As it was typed, with what stands inside.
    pub(crate) text: &'a [u8],
}

struct Cue {
    words: Vec<u64>,
    rule: RuleId,
}

/// Every phrase of every rule, by its first word, the longest first.
pub(crate) struct Cues(Vec<Vec<Cue>>);

impl Cues {
    pub(crate) fn load(lexicon: &mut Lexicon) -> Self {
        let mut by_first: Vec<Vec<Cue>> = vec![Vec::new()];
        for &rule in ALL {
            for phrase in rule.rule().cues {
                let words: Vec<u64> = phrase.split(' ').map(lexicon::hash).collect();
                let first = phrase.split(' ').next().unwrap_or_default();
                let known = lexicon.of(words[0]);
                let at =
                    if known.marks & CUE != 0 { usize::from(known.cue) } else { by_first.len() };
                if at == by_first.len() {
                    by_first.push(Vec::new());
                    lexicon.add_cue(first, at as u16);
                }
                by_first[at].push(Cue { words, rule });
            }
        }
        for cues in &mut by_first {
            cues.sort_by_key(|cue| std::cmp::Reverse(cue.words.len()));
        }
        Self(by_first)
    }

    /// The cue that begins with a token, and the token after it.
    fn at(&self, scan: &Scan<'_>, at: usize) -> Option<(RuleId, usize)> {
        let token = &scan.tokens[at];
        if !token.is(CUE) {
            return None;
        }
        let cues = &self.0[usize::from(token.known.cue)];
        let cue = cues.iter().find(|cue| {
            let here =
                |(n, word): (usize, &u64)| scan.tokens.get(at + n).is_some_and(|t| t.hash == *word);
            cue.words.iter().enumerate().all(here)
        })?;
        let next = at + cue.words.len();
        // "cvv2": a digit glued to the cue belongs to it.
        let glued = scan.tokens.get(next).is_some_and(|t| t.kind() == Kind::Number && t.len() == 1)
            && scan.gap(next - 1).is_empty()
            && !matches!(scan.gap(next), b"" | b"/" | b"-" | b".");
        Some((cue.rule, if glued { next + 1 } else { next }))
    }

    /// What a question asks for: its last cue.
    pub(crate) fn asked(&self, scan: &Scan<'_>) -> Option<RuleId> {
        let all: Vec<usize> = scan.triggers(why::CUE).collect();
        let mut cues = all.into_iter().rev().filter_map(|at| self.at(scan, at));
        let last = cues.next()?.0;
        let code_too = last == RuleId::Card && cues.any(|(rule, _)| rule == RuleId::Cvv);
        Some(if code_too { RuleId::Cvv } else { last })
    }
}

pub(super) fn find(scan: &Scan<'_>, cues: &Cues, asked: Option<RuleId>, hits: &mut Vec<Hit>) {
    if let Some(rule) = asked.filter(|_| scan.tokens.len() <= ANSWER_TOKENS_MAX) {
        take(scan, cues, rule, 0, hits);
    }
    let secret = |at| cues.at(scan, at).is_some_and(|(rule, _)| rule == RuleId::Password);
    let may_hold = scan.has_digit
        || scan.marks & (NUMBER | SPOKEN) != 0
        || scan.triggers(why::CUE).any(secret);
    if !may_hold {
        return;
    }
    let mut done = 0;
    for at in scan.triggers(why::CUE) {
        let Some((rule, next)) = cues.at(scan, at).filter(|_| at >= done) else { continue };
        // "mi numero de paciente": the longer phrase begins inside.
        let longer = |n: usize| cues.at(scan, n).is_some_and(|(_, end)| end > next);
        if (at + 1..next).any(longer) {
            continue;
        }
        done = next;
        if at > 0 && scan.tokens[at - 1].is(BLOCK) || is_inside_code(scan, at) {
            continue;
        }
        let found = hits.len();
        let told = take(scan, cues, rule, next, hits);
        if hits.len() > found {
            if is_prefix(scan, at, next) {
                hits[found].start = scan.tokens[at].start;
            }
        } else if told {
            continue;
        } else if let Some(before) = rule.rule().by_cue.and_then(|by_cue| by_cue.before)
            && let Some((start, end)) = before(scan, at)
        {
            hits.push(Hit { start, end, rule, weight: 80 });
        }
    }
}

/// Takes the value that a cue announces; answers whether it has been told, be it as X's.
fn take(scan: &Scan<'_>, cues: &Cues, rule: RuleId, from: usize, hits: &mut Vec<Hit>) -> bool {
    let Some(by_cue) = rule.rule().by_cue else { return false };
    let mut aside = false;
    for at in from..scan.tokens.len().min(from + WORDS_BETWEEN_MAX) {
        let token = &scan.tokens[at];
        if scan.is_masked(at) && !keeps_digits(scan, at) {
            return true;
        }
        let apart = scan.gap(at).iter().any(u8::is_ascii_whitespace);
        let found = match by_cue.read {
            _ if token.is(FILLER | PLAIN | STOP | CUE)
                && !token.is(NUMBER | SPOKEN | MONTH)
                && apart =>
            {
                None
            }
            // What it is for may be any words, but then the value is told.
            _ if aside && !is_told(scan, at) => None,
            Some(read) => read(scan, from, at),
            None => value(scan, at, &by_cue),
        };
        let part = || half(scan, at).filter(|_| by_cue.parts);
        let found = found.or_else(part);
        let spelled = || {
            let may = by_cue.read.is_none() && matches!(by_cue.joins, Joins::Digits | Joins::Codes);
            spelled::value(scan, at, &by_cue).filter(|_| may && (at == from || is_told(scan, at)))
        };
        let spelled = if found.is_none() { spelled() } else { None };
        if let Some((start, end)) = found.or(spelled) {
            // The digits of what is spelled must not be taken for a number of their own.
            let whole = by_cue.over_words || spelled.is_some();
            hits.push(Hit { start, end, rule, weight: if whole { 85 } else { 80 } });
            return true;
        }
        let passes = token.kind() == Kind::Word
            && (token.is(FILLER)
                || at == 0 && scan.word_is(at, words!["and"])
                || cues.at(scan, at).is_some_and(|c| c.0 == rule))
            && !token.is(BLOCK);
        aside |= scan.word_is(at, words!["for", "with", "from", "at"]);
        if !(passes || (by_cue.over_words || aside) && token.kind() == Kind::Word) {
            return false;
        }
    }
    false
}

/// A mask that kept its last four digits: the value of another cue.
fn keeps_digits(scan: &Scan<'_>, at: usize) -> bool {
    let last = (at..scan.tokens.len().min(at + VALUE_TOKENS_MAX))
        .find(|&n| !matches!(scan.gap(n), b"" | b" " | b"-") || !scan.is_masked(n + 1));
    last.is_some_and(|last| {
        matches!(scan.gap(last), b"" | b" " | b"-")
            && scan.tokens.get(last + 1).is_some_and(|t| t.kind() == Kind::Number && t.len() == 4)
    })
}

/// "is 0042", ": 0042"
fn is_told(scan: &Scan<'_>, at: usize) -> bool {
    at > 0 && (scan.word_is(at - 1, words!["is", "was"]) || scan.gap(at - 1).contains(&b':'))
}

/// "6PW3JX2FW28": no word, but letters of a code.
fn is_inside_code(scan: &Scan<'_>, at: usize) -> bool {
    let token = &scan.tokens[at];
    token.len() <= 2
        && scan.byte_before(token.start).is_ascii_digit()
        && scan.byte_after(token.end).is_ascii_digit()
}

/// "MRN-1004912": the word is a part of the value.
fn is_prefix(scan: &Scan<'_>, cue: usize, next: usize) -> bool {
    next == cue + 1
        && scan.gap(cue) == b"-"
        && scan.text(&scan.tokens[cue]).iter().all(u8::is_ascii_uppercase)
}

/// The longest value that begins with a token and has the rule's shape.
pub(crate) fn value(scan: &Scan<'_>, at: usize, by_cue: &ByCue) -> Option<(u32, u32)> {
    let start = scan.tokens[at].start;
    let last = last_of_value(scan, at, by_cue);
    let mut value = Value { digits: 0, letters: 0, text: &[] };
    let mut longest = None;
    for (n, token) in (at..).zip(&scan.tokens[at..=last]) {
        match token.kind() {
            Kind::Word if by_cue.lookalikes && is_lookalike(scan, n) => {
                value.digits += token.len();
            }
            Kind::Number => value.digits += token.len(),
            Kind::Word if token.is(NUMBER) => value.digits += 1,
            Kind::Word => value.letters += token.len(),
        }
        let (gap, whole) = (scan.gap(n), n == last);
        let slash = gap.contains(&b'/');
        // "210 208 205 203 201": of a series no part is a value.
        let series = n > at && scan.tokens.get(n + 1).is_some_and(|t| t.len() == token.len());
        let spaced = gap.iter().any(u8::is_ascii_whitespace);
        if whole || slash || spaced && !series {
            value.text = &scan.bytes[start as usize..token.end as usize];
            longest = (by_cue.shape)(&value).then_some((start, token.end)).or(longest);
        }
        // What follows a slash is another value: "76765297/07/17/1986".
        if slash && longest.is_some_and(|(_, end)| end == token.end) {
            break;
        }
    }
    longest
}

/// As far as a value may reach: over marks and spaces that a value can hold.
fn last_of_value(scan: &Scan<'_>, at: usize, by_cue: &ByCue) -> usize {
    let start = scan.tokens[at].start;
    let mut last = at;
    for next in at..scan.tokens.len().min(at + VALUE_TOKENS_MAX) {
        let token = &scan.tokens[next];
        let gap = if next > at { scan.gap(next - 1) } else { b"" };
        let cue = token.is(CUE) && token.len() > 1 && token.kind() == Kind::Word;
        let long = token.end - start > VALUE_BYTES_MAX && !token.is(NUMBER);
        let spaced = gap.iter().any(u8::is_ascii_whitespace);
        if next > at && cue && gap.is_empty() || long || spaced && !joins(scan, next, by_cue.joins)
        {
            break;
        }
        last = next;
        let gap = scan.gap(next);
        let inside = |b: &u8| b" -/#.*_\n\r".contains(b) || by_cue.brackets && b"()".contains(b);
        if gap.len() > 3 || !gap.iter().all(inside) || gap.starts_with(b". ") {
            break;
        }
    }
    last
}

/// Whether a token after a space still belongs to the value.
fn joins(scan: &Scan<'_>, at: usize, joins: Joins) -> bool {
    let token = &scan.tokens[at];
    let measured = || {
        scan.tokens.get(at + 1).is_some_and(|t| t.is(UNIT | MONTH))
            || scan.byte_after(token.end) == b'/'
    };
    match (joins, token.kind()) {
        (Joins::Nothing, _) | (Joins::Numbers, Kind::Word) => false,
        (Joins::Numbers, Kind::Number) => true,
        (_, Kind::Number) => !measured(),
        (joins, Kind::Word) => {
            token.is(NUMBER)
                || joins == Joins::Codes
                    && token.len() <= 4
                    && scan.byte_after(token.end).is_ascii_digit()
        }
    }
}

/// "amex first half 3716150", "social starts 396-61"
fn half(scan: &Scan<'_>, at: usize) -> Option<(u32, u32)> {
    let told = at > 0
        && (scan.word_is(at - 1, words!["half", "starts", "begins", "ends"])
            || scan.word_is(at - 1, words!["with"])
                && scan.word_is(at.saturating_sub(2), words!["starts", "begins"]));
    if !told || scan.tokens[at].kind() != Kind::Number {
        return None;
    }
    let mut last = at;
    while scan.tokens.get(last + 1).is_some_and(|t| t.kind() == Kind::Number)
        && matches!(scan.gap(last), b" " | b"-")
        && last < at + 3
    {
        last += 1;
    }
    Some((scan.tokens[at].start, scan.tokens[last].end))
}
