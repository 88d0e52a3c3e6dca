//! Values that a phrase announces: "mrn 449699", "routing 011529127".
//!
//! A cue opens a short way forward over words that say nothing; the first
//! value on it that has the rule's shape is taken. The cue may also be the
//! question that the text answers.

use super::{Hit, RULES, RuleId};
use crate::lexicon::{self, BLOCK, CUE, FILLER, Lexicon, MONTH, NUMBER, SPOKEN, UNIT, words};
use crate::scan::{Kind, Scan, why};

const WORDS_BETWEEN_MAX: usize = 7;
const VALUE_BYTES_MAX: usize = 40;
const VALUE_TOKENS_MAX: usize = 24;

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
                    usize::from(known.cue)
                } else {
                    by_first.len()
                };
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
    pub(crate) fn at(&self, scan: &Scan<'_>, at: usize) -> Option<(RuleId, usize)> {
        let token = &scan.tokens[at];
        if !token.is(CUE) {
            return None;
        }
        let cues = &self.0[usize::from(token.known.cue)];
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
        let all: Vec<usize> = scan.triggers(why::CUE).collect();
        let mut cues = all.into_iter().rev().filter_map(|at| self.at(scan, at));
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
    glued_record(scan, hits);
    if scan.marks & CUE == 0
        || (!scan.has_digit
            && scan.marks & (NUMBER | SPOKEN) == 0
            && !scan
                .triggers(why::CUE)
                .any(|at| cues.at(scan, at).is_some_and(|c| c.0 == RuleId::Password)))
    {
        return;
    }
    let mut done = 0;
    for at in scan.triggers(why::CUE) {
        match cues.at(scan, at).filter(|_| at >= done) {
            Some((_, next)) if at > 0 && scan.tokens[at - 1].is(BLOCK) => done = next,
            Some((rule, next)) => {
                let found = hits.len();
                take(scan, cues, rule, next, hits);
                if hits.len() > found && is_prefix(scan, at, next) {
                    hits[found].start = scan.tokens[at].start;
                }
                if rule == RuleId::Ssn && hits.len() == found {
                    looks_back(scan, at, hits);
                }
                if rule == RuleId::Dob && hits.len() == found {
                    let date = (at.saturating_sub(8)..at).find_map(|n| birth_date(scan, n));
                    hits.extend(date.map(|(start, end)| Hit { start, end, rule, weight: 84 }));
                }
                done = next;
            }
            None => {}
        }
    }
}

fn take(scan: &Scan<'_>, cues: &Cues, rule: RuleId, from: usize, hits: &mut Vec<Hit>) {
    for at in from..scan.tokens.len().min(from + WORDS_BETWEEN_MAX) {
        if rule == RuleId::Dob {
            let year = || birth_year(scan, at).filter(|_| from > 1 && scan.word_is(from - 1, words!["birth", "dob"]));
            if let Some((start, end)) = birth_date(scan, at).or_else(year) {
                return hits.push(Hit { start, end, rule, weight: 85 });
            }
        } else if let Some((start, end)) = value(scan, at, rule).or_else(|| half(scan, at, rule)) {
            return hits.push(Hit { start, end, rule, weight: 80 });
        }
        let token = &scan.tokens[at];
        let passes = token.kind == Kind::Word
            && (token.is(FILLER)
                || at == 0 && scan.word_is(at, words!["and"])
                || cues.at(scan, at).is_some_and(|c| c.0 == rule))
            && !token.is(BLOCK);
        if !(passes || rule == RuleId::Dob && token.kind == Kind::Word) {
            return;
        }
    }
}

/// "mrnr472348": a record number glued to its cue.
fn glued_record(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    for at in scan.triggers(why::DIGITS).filter(|at| *at > 0) {
        let (before, token) = (&scan.tokens[at - 1], &scan.tokens[at]);
        let cue = token.kind == Kind::Number
            && token.len() >= 5
            && (4..=6).contains(&before.len())
            && scan.gap(at - 1).is_empty()
            && scan.text(before)[..3].eq_ignore_ascii_case(b"mrn");
        if cue {
            let start = before.start + 3;
            hits.push(Hit { start, end: token.end, rule: RuleId::Mrn, weight: 80 });
        }
    }
}

/// "MRN-1004912": the word is a part of the value.
fn is_prefix(scan: &Scan<'_>, cue: usize, next: usize) -> bool {
    next == cue + 1
        && scan.gap(cue) == b"-"
        && scan.text(&scan.tokens[cue]).iter().all(u8::is_ascii_uppercase)
}

/// "078051120 that's my ssn"
fn looks_back(scan: &Scan<'_>, cue: usize, hits: &mut Vec<Hit>) {
    let nine = scan.tokens[cue.saturating_sub(5)..cue]
        .iter()
        .find(|t| t.kind == Kind::Number && t.len() == 9);
    if let Some(token) = nine {
        hits.push(Hit { start: token.start, end: token.end, rule: RuleId::Ssn, weight: 80 });
    }
}

/// The value that begins with a token, if it has the rule's shape.
fn value(scan: &Scan<'_>, at: usize, rule: RuleId) -> Option<(u32, u32)> {
    let start = scan.tokens[at].start;
    if rule == RuleId::Password {
        return password(scan, start);
    }
    let last = last_of_value(scan, at, rule);
    let slash = (at..last).find(|&n| scan.gap(n).contains(&b'/'));
    [Some(last), slash].into_iter().flatten().find_map(|last| {
        let tokens = &scan.tokens[at..=last];
        let (mut digits, mut letters) = (0, 0);
        for (n, token) in (at..).zip(tokens) {
            match token.kind {
                Kind::Word
                    if matches!(rule, RuleId::Card | RuleId::Ssn)
                        && super::numbers::is_lookalike(scan, n) =>
                {
                    digits += token.len();
                }
                Kind::Number => digits += token.len(),
                Kind::Word if token.is(lexicon::NUMBER) => digits += 1,
                Kind::Word => letters += token.len(),
            }
        }
        let end = scan.tokens[last].end;
        shape(rule, digits, letters, &scan.bytes[start as usize..end as usize])
            .then_some((start, end))
    })
}

/// As far as a value may reach: over marks and spaces that a value can hold.
fn last_of_value(scan: &Scan<'_>, at: usize, rule: RuleId) -> usize {
    let start = scan.tokens[at].start;
    let mut last = at;
    for next in at..scan.tokens.len().min(at + VALUE_TOKENS_MAX) {
        let token = &scan.tokens[next];
        let gap = if next > at { scan.gap(next - 1) } else { b"" };
        let cue = token.is(CUE) && token.len() > 1 && token.kind == Kind::Word;
        let long = token.end - start > VALUE_BYTES_MAX as u32 && !token.is(lexicon::NUMBER);
        let spaced = gap.iter().any(u8::is_ascii_whitespace);
        if next > at && cue && gap.is_empty() || long || spaced && !joins(scan, next, rule) {
            break;
        }
        last = next;
        let gap = scan.gap(next);
        let inside = |b: &u8| {
            b" -/#.*_\n\r".contains(b) || rule == RuleId::Phone && b"()".contains(b)
        };
        if gap.len() > 3 || !gap.iter().all(inside) || gap.starts_with(b". ") {
            break;
        }
    }
    last
}

/// "amex first half 3716150", "social starts 396-61"
fn half(scan: &Scan<'_>, at: usize, rule: RuleId) -> Option<(u32, u32)> {
    let told = at > 0
        && (scan.word_is(at - 1, words!["half", "starts", "begins", "ends"])
            || scan.word_is(at - 1, words!["with"])
                && scan.word_is(at.saturating_sub(2), words!["starts", "begins"]));
    if !told || !matches!(rule, RuleId::Card | RuleId::Ssn) || scan.tokens[at].kind != Kind::Number
    {
        return None;
    }
    let mut last = at;
    while scan.tokens.get(last + 1).is_some_and(|t| t.kind == Kind::Number)
        && matches!(scan.gap(last), b" " | b"-")
        && last < at + 3
    {
        last += 1;
    }
    Some((scan.tokens[at].start, scan.tokens[last].end))
}

/// Up to the next space: a password holds any mark.
fn password(scan: &Scan<'_>, start: u32) -> Option<(u32, u32)> {
    let rest = &scan.bytes[start as usize..];
    let len = rest
        .iter()
        .take(VALUE_BYTES_MAX)
        .take_while(|b| !b.is_ascii_whitespace() && !b"\"',;".contains(b))
        .count();
    let value = &rest[..len];
    let mixed = value.iter().any(u8::is_ascii_digit);
    (len >= 4 && mixed).then_some((start, start + len as u32))
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
        RuleId::Phone => {
            letters == 0
                && ((9..=15).contains(&digits)
                    || (7..=8).contains(&digits) && value.iter().any(|b| b" -.)".contains(b)))
        }
        RuleId::Mbi => digits + letters == 11 && digits >= 5,
        RuleId::Npi => digits == 10 && letters == 0,
        RuleId::Dea => digits == 7 && letters <= 2,
        RuleId::Routing => digits == 9 && letters == 0,
        RuleId::BankAccount | RuleId::Account => (6..=17).contains(&digits) && letters <= 4,
        RuleId::Passport => (7..=9).contains(&digits) && letters <= 2,
        RuleId::Plate => digits >= 2 && digits + letters <= 8 && letters >= 1,
        RuleId::Vin => digits + letters == 17,
        RuleId::Password => value.len() >= 4 && digits >= 1,
        RuleId::GroupNo | RuleId::License => digits >= 4 && letters <= 4,
        RuleId::Mrn => (5..=12).contains(&digits) && letters <= 4,
        RuleId::HealthPlan => {
            (6..=12).contains(&digits) && letters <= 4 || digits == 5 && (1..=4).contains(&letters)
        }
        RuleId::DriverLicense | RuleId::Device => (5..=16).contains(&digits) && letters <= 8,
        RuleId::Iban => digits + letters >= 15,
        _ => false,
    }
}

/// A date of day, month and year in any order, from a token on, in digits or in words.
fn birth_date(scan: &Scan<'_>, at: usize) -> Option<(u32, u32)> {
    let start = scan.tokens[at].start;
    let (mut parts, mut months, mut spoken, mut end) = (0, 0, 0, start);
    for n in at..scan.tokens.len().min(at + 12) {
        let token = &scan.tokens[n];
        if token.kind == Kind::Number
            && matches!(token.len(), 1 | 2 | 4 | 8)
            && !scan.tokens.get(n + 1).is_some_and(|t| t.is(UNIT))
        {
            parts += if token.len() == 8 { 3 } else { 1 };
            end = token.end;
        } else if token.is(MONTH)
            || scan.word_is(n, words!["i", "ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii"])
                && scan.gap(n) == b"/"
        {
            months += 1;
            end = token.end;
        } else if token.is(SPOKEN | NUMBER) {
            spoken += 1;
            end = token.end;
        } else if n == at
            || !scan.word_is(
                n,
                words!["st", "nd", "rd", "th", "de", "of", "the", "del", "on", "uh", "um", "and"],
            )
        {
            break;
        }
        if parts + months >= 3
            || scan.gap(n).len() > 3
            || spoken == 0 && scan.gap(n).starts_with(b". ") && !token.is(MONTH) && parts != 1
        {
            break;
        }
    }
    let numeric = parts + months >= 3 && months <= 1;
    let worded = months == 1 && spoken + parts >= 2 && spoken >= 1 || months == 0 && spoken >= 4;
    let start = if worded && at > 0 && scan.word_is(at - 1, words!["the"]) {
        scan.tokens[at - 1].start
    } else {
        start
    };
    (numeric || worded).then_some((start, end))
}

/// "nineteen eighty", "nineteen uh eighty-six"
fn birth_year(scan: &Scan<'_>, at: usize) -> Option<(u32, u32)> {
    if !scan.word_is(at, words!["nineteen"]) {
        return None;
    }
    let tens = if scan.word_is(at + 1, words!["uh", "um"]) { at + 2 } else { at + 1 };
    let known = scan.word_is(
        tens,
        words!["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
    );
    let units = scan.tokens.get(tens + 1).is_some_and(|t| t.is(NUMBER)) && scan.gap(tens).len() == 1;
    let last = if units { tens + 1 } else { tens };
    known.then(|| (scan.tokens[at].start, scan.tokens[last].end))
}

/// A message that is nothing but a date in words: "twenty-one twelve nineteen eighty-six".
fn bare_date(scan: &Scan<'_>) -> Option<(u32, u32)> {
    let spoken = |t: &crate::scan::Token| t.is(SPOKEN | NUMBER);
    let first = scan.tokens.iter().position(spoken).filter(|first| *first <= 1)?;
    let year = (first + 2..scan.tokens.len()).find(|&n| birth_year(scan, n).is_some())?;
    let (_, end) = birth_year(scan, year)?;
    let whole = scan.tokens.iter().all(|t| spoken(t) || t.is(crate::lexicon::FILLER) || t.len() < 4);
    whole.then(|| (scan.tokens[first].start, end))
}

/// A whole date in words, with its year, needs no phrase before it.
pub(crate) fn spoken_dates(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    if scan.marks & SPOKEN == 0 || scan.tokens.len() > 18 {
        return;
    }
    if scan.marks & MONTH == 0 {
        hits.extend(bare_date(scan).map(|(start, end)| Hit { start, end, rule: RuleId::Dob, weight: 84 }));
        return;
    }
    for month in scan.triggers(why::MONTH) {
        let from = (month.saturating_sub(6)..=month)
            .find(|&at| birth_date(scan, at).is_some_and(|(_, end)| end >= scan.tokens[month].end));
        let Some((start, end)) = from.and_then(|at| birth_date(scan, at)) else { continue };
        let year = scan
            .tokens
            .iter()
            .enumerate()
            .any(|(n, t)| t.start >= start && t.end <= end && scan.word_is(n, words!["nineteen"]));
        let beside = scan.tokens.iter().filter(|t| t.end <= start || t.start >= end).count();
        let told = scan.tokens.iter().position(|t| t.start == start).is_some_and(|at| {
            let noted = (at.saturating_sub(4)..at).any(|n| scan.word_is(n, words!["noting", "today"]));
            noted || at > 0 && scan.word_is(at - 1, words!["in", "on", "until", "since", "was", "today"])
        });
        if year && beside <= 9 && !told {
            hits.push(Hit { start, end, rule: RuleId::Dob, weight: 84 });
        }
    }
}

/// What stands right after another value: a birth date or a record number after
/// a name, a security code after a card.
pub(crate) fn followers(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    let mut next = 0;
    for at in 0..hits.len() {
        let hit = hits[at];
        if !matches!(hit.rule, RuleId::Name | RuleId::Ssn | RuleId::Card | RuleId::Mrn) {
            continue;
        }
        if next > 0 && scan.tokens[next - 1].start >= hit.end {
            next = scan.tokens.partition_point(|t| t.start < hit.end);
        }
        while scan.tokens.get(next).is_some_and(|t| t.start < hit.end) {
            next += 1;
        }
        let Some(token) = scan.tokens.get(next) else { continue };
        let gap = &scan.bytes[hit.end as usize..token.start as usize];
        if hit.rule == RuleId::Card {
            security_code(scan, next, hits);
        } else if gap.len() <= 2 {
            if let Some((start, end)) = birth_date(scan, next) {
                hits.push(Hit { start, end, rule: RuleId::Dob, weight: 83 });
            } else if let Some((start, end)) =
                value(scan, next, RuleId::Mrn).filter(|_| gap == b" (" && hit.rule == RuleId::Name)
            {
                hits.push(Hit { start, end, rule: RuleId::Mrn, weight: 79 });
            }
        }
    }
}

fn security_code(scan: &Scan<'_>, mut at: usize, hits: &mut Vec<Hit>) {
    while scan.word_is(at, words!["exp", "expires", "expiry", "expiration", "and", "code"]) {
        at += 1;
    }
    let two = |at: usize, lens: &[u32]| {
        scan.tokens.get(at).is_some_and(|t| t.kind == Kind::Number && lens.contains(&t.len()))
    };
    if two(at, &[1, 2])
        && two(at + 1, &[2, 4])
        && matches!(scan.gap(at), b"/" | b"-")
        && two(at + 2, &[3, 4])
        && scan.gap(at + 1) == b" "
    {
        let code = &scan.tokens[at + 2];
        hits.push(Hit { start: code.start, end: code.end, rule: RuleId::Cvv, weight: 80 });
    }
}
