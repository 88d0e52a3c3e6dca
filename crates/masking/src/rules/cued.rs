//! Values that a phrase announces: "mrn 449699", "routing 011529127".
//!
//! A cue opens a short way forward over words that say nothing; the first
//! value on it that has the rule's shape is taken. The cue may also be the
//! question that the text answers.

use super::{Hit, RULES, RuleId};
use crate::lexicon::{self, BLOCK, CUE, FILLER, Lexicon, MONTH, UNIT};
use crate::scan::{Kind, Scan};

const WORDS_BETWEEN_MAX: usize = 7;
const VALUE_BYTES_MAX: usize = 40;

struct Cue {
    words: Vec<u64>,
    rule: RuleId,
}

/// Every phrase of every rule, by its first word, the longest first.
pub(crate) struct Cues(Vec<Vec<Cue>>);

impl Cues {
    pub(crate) fn load(lexicon: &mut Lexicon) -> Self {
        let mut by_first: Vec<Vec<Cue>> = vec![Vec::new()];
        for &rule in super::ALL {
            for phrase in RULES[rule as usize].cues {
                let words: Vec<u64> = phrase.split(' ').map(lexicon::hash).collect();
                let first = phrase.split(' ').next().unwrap_or_default();
                let known = lexicon.of(words[0]);
                let at = if known.marks & CUE != 0 {
                    (known.marks >> 20) as usize
                } else {
                    by_first.len()
                };
                if at == by_first.len() {
                    by_first.push(Vec::new());
                    lexicon.add(first, CUE | (at as u32) << 20, 0);
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
    pub(crate) fn at(&self, scan: &Scan<'_>, at: usize) -> Option<(RuleId, usize)> {
        let token = &scan.tokens[at];
        if !token.is(CUE) {
            return None;
        }
        let cues = &self.0[(token.known.marks >> 20) as usize];
        let cue = cues.iter().find(|cue| {
            cue.words
                .iter()
                .enumerate()
                .all(|(n, word)| scan.tokens.get(at + n).is_some_and(|t| t.hash == *word))
        })?;
        Some((cue.rule, at + cue.words.len()))
    }

    /// What a question asks for: its last cue.
    pub(crate) fn asked(&self, scan: &Scan<'_>) -> Option<RuleId> {
        let mut cues = (0..scan.tokens.len()).rev().filter_map(|at| self.at(scan, at));
        let last = cues.next()?.0;
        Some(if last == RuleId::Card && cues.any(|(rule, _)| rule == RuleId::Cvv) {
            RuleId::Cvv
        } else {
            last
        })
    }
}

pub(crate) fn find(scan: &Scan<'_>, cues: &Cues, asked: Option<RuleId>, hits: &mut Vec<Hit>) {
    if let Some(rule) = asked.filter(|_| scan.tokens.len() <= 12) {
        take(scan, cues, rule, 0, hits);
    }
    if scan.marks & CUE == 0
        || (!scan.has_digit
            && scan.marks & lexicon::NUMBER == 0
            && !(0..scan.tokens.len())
                .any(|at| cues.at(scan, at).is_some_and(|c| c.0 == RuleId::Password)))
    {
        return;
    }
    let mut at = 0;
    while at < scan.tokens.len() {
        match cues.at(scan, at) {
            Some((rule, next)) => {
                take(scan, cues, rule, next, hits);
                at = next;
            }
            None => at += 1,
        }
    }
}

fn take(scan: &Scan<'_>, cues: &Cues, rule: RuleId, from: usize, hits: &mut Vec<Hit>) {
    for at in from..scan.tokens.len().min(from + WORDS_BETWEEN_MAX) {
        if rule == RuleId::Dob {
            if let Some((start, end)) = birth_date(scan, at) {
                return hits.push(Hit { start, end, rule, weight: 85 });
            }
        } else if let Some((start, end)) = value(scan, at, rule) {
            return hits.push(Hit { start, end, rule, weight: 80 });
        }
        let token = &scan.tokens[at];
        let passes = token.kind == Kind::Word
            && (token.is(FILLER) || cues.at(scan, at).is_some_and(|c| c.0 == rule))
            && !token.is(BLOCK);
        if !(passes || rule == RuleId::Dob && token.kind == Kind::Word) {
            return;
        }
    }
}

/// The value that begins with a token, if it has the rule's shape.
fn value(scan: &Scan<'_>, at: usize, rule: RuleId) -> Option<(u32, u32)> {
    let start = scan.tokens[at].start;
    let mut end = start;
    let mut last = at;
    for next in at..scan.tokens.len() {
        let token = &scan.tokens[next];
        let word_digit = token.kind == Kind::Word && token.is(lexicon::NUMBER);
        let spaced = next > at && scan.gap(next - 1).iter().any(u8::is_ascii_whitespace);
        if token.end - start > VALUE_BYTES_MAX as u32 && !word_digit {
            break;
        }
        if spaced && !joins(scan, next, rule) {
            break;
        }
        (end, last) = (token.end, next);
        if scan.gap(next).len() > 3
            || !scan.gap(next).iter().all(|b| b" -/#.*_\n\r".contains(b))
            || scan.gap(next).starts_with(b". ")
        {
            break;
        }
    }
    let _ = last;
    let tokens = &scan.tokens[at..=last];
    let digits: u32 = tokens
        .iter()
        .map(|t| if t.kind == Kind::Number { t.len() } else { u32::from(t.is(lexicon::NUMBER)) })
        .sum();
    let letters: u32 = tokens
        .iter()
        .filter(|t| t.kind == Kind::Word && !t.is(lexicon::NUMBER))
        .map(|t| t.len())
        .sum();
    shape(rule, digits, letters, &scan.bytes[start as usize..end as usize]).then_some((start, end))
}

/// Whether a token after a space still belongs to the value.
fn joins(scan: &Scan<'_>, at: usize, rule: RuleId) -> bool {
    let token = &scan.tokens[at];
    if matches!(rule, RuleId::Cvv | RuleId::Password | RuleId::Npi | RuleId::Dea | RuleId::Routing)
    {
        return rule == RuleId::Npi && token.kind == Kind::Number;
    }
    match token.kind {
        Kind::Number => {
            !scan.tokens.get(at + 1).is_some_and(|t| t.is(UNIT | MONTH))
                && scan.byte_after(token.end) != b'/'
        }
        Kind::Word => {
            token.is(lexicon::NUMBER)
                || (token.len() <= 4
                    && (scan.byte_after(token.end).is_ascii_digit())
                    && rule == RuleId::Mbi)
        }
    }
}

fn shape(rule: RuleId, digits: u32, letters: u32, value: &[u8]) -> bool {
    match rule {
        RuleId::Card => (12..=19).contains(&digits) && letters == 0,
        RuleId::Cvv => matches!(digits, 3 | 4) && letters == 0,
        RuleId::Ssn => (matches!(digits, 9) || digits == 4 && value.len() == 4) && letters == 0,
        RuleId::Itin => digits == 9 && letters == 0,
        RuleId::Phone => (9..=15).contains(&digits) && letters == 0,
        RuleId::Mbi => digits + letters == 11 && digits >= 5,
        RuleId::Npi => digits == 10 && letters == 0,
        RuleId::Dea => digits == 7 && letters <= 2,
        RuleId::Routing => digits == 9 && letters == 0,
        RuleId::BankAccount | RuleId::Account => (6..=17).contains(&digits) && letters <= 4,
        RuleId::Passport => (7..=9).contains(&digits) && letters <= 2,
        RuleId::Plate => digits >= 2 && digits + letters <= 8 && letters >= 1,
        RuleId::Vin => digits + letters == 17,
        RuleId::Password => value.len() >= 4 && digits >= 1,
        RuleId::GroupNo => digits >= 4,
        RuleId::Mrn | RuleId::HealthPlan => (5..=12).contains(&digits) && letters <= 4,
        RuleId::DriverLicense | RuleId::Device => (5..=16).contains(&digits) && letters <= 8,
        RuleId::Iban => digits + letters >= 15,
        _ => false,
    }
}

/// A date of day, month and year in any order, from a token on.
fn birth_date(scan: &Scan<'_>, at: usize) -> Option<(u32, u32)> {
    let first = &scan.tokens[at];
    let tokens = &scan.tokens[at..scan.tokens.len().min(at + 6)];
    let mut parts = 0;
    let mut months = 0;
    let mut end = first.end;
    for (n, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Number {
            if !matches!(token.len(), 1 | 2 | 4 | 8) {
                break;
            }
            parts += if token.len() == 8 { 3 } else { 1 };
        } else if token.is(MONTH) {
            months += 1;
        } else if n == 0
            || !(scan.word_is(at + n, &["st", "nd", "rd", "th", "de", "of", "the", "del"]))
        {
            break;
        }
        if token.kind == Kind::Number || token.is(MONTH) {
            end = token.end;
        }
        if parts + months >= 3 || scan.gap(at + n).len() > 3 {
            break;
        }
    }
    (parts + months >= 3 && months <= 1).then_some((first.start, end))
}
