//! Birth dates after their words, right after a name, or as the only words of a
//! message. Other dates are left alone.

use super::{ByCue, Rule, RuleId, checks};
use crate::find::Hit;
use crate::lexicon::{FILLER, MONTH, NUMBER, SPOKEN, UNIT, words};
use crate::scan::{Kind, Scan, Token, why};

const TOKENS_MAX: usize = 12;
const MESSAGE_TOKENS_MAX: usize = 18;

pub(super) const RULE: Rule = Rule {
    name: "birth_date",
    kind: "DOB",
    version: 3,
    doc: "A date of birth, in digits or in words.",
    source: "45 CFR 164.514(b)(2)(i)(C)",
    example: "i was born on [March 3, 1984]",
    pattern: r"\b(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2},? \d{4})\b",
    cues: &[
        "dob", "d o b", "date of birth", "birthday", "bday", "born", "birth date", "birthdate",
        "fecha de nacimiento", "fecha de nac", "naci", "nacio", "nacido", "nacida", "cumpleanos",
        "of birth", "geboren", "b day", "fecha nac", "f nac", "fdn", "cumple", "nacimiento",
    ],
    by_cue: Some(ByCue {
        read: Some(after_cue),
        over_words: true,
        before: Some(before_cue),
        ..ByCue::of(|_| false)
    }),
    find: Some(find),
    follows: Some(after_value),
    ..Rule::NEW
};

fn after_cue(scan: &Scan<'_>, from: usize, at: usize) -> Option<(u32, u32)> {
    let year = || {
        birth_year(scan, at)
            .filter(|_| from > 1 && scan.word_is(from - 1, words!["birth", "dob"]))
    };
    let near = at <= from + 2;
    date(scan, at)
        .or_else(year)
        .or_else(|| part(scan, at))
        .or_else(|| day_and_month(scan, at).filter(|_| near))
}

/// After a cue less is a birth date too: "031484", "march 14", "march of 1984".
fn part(scan: &Scan<'_>, at: usize) -> Option<(u32, u32)> {
    let token = &scan.tokens[at];
    let number = |n: usize, lens: &[u32]| {
        scan.tokens.get(n).is_some_and(|t| t.kind() == Kind::Number && lens.contains(&t.len()))
    };
    if number(at, &[6]) {
        let (first, second) = scan.text(token)[..4].split_at(2);
        let day_and_month = |day, month| (1..=31).contains(&day) && (1..=12).contains(&month);
        let (a, b) = (checks::number(first), checks::number(second));
        return (day_and_month(a, b) || day_and_month(b, a)).then_some((token.start, token.end));
    }
    let spoken = token.kind() == Kind::Number && token.len() <= 2;
    if spoken && let Some(month) = month_after(scan, at) {
        return Some((token.start, scan.tokens[month].end));
    }
    if !token.is(MONTH) {
        return None;
    }
    let next = if scan.word_is(at + 1, words!["of", "the", "de"]) { at + 2 } else { at + 1 };
    let told = number(next, &[1, 2, 4]) && !scan.gap(next - 1).contains(&b'.');
    told.then(|| (token.start, scan.tokens[next].end))
}

/// "3/14" right after a cue.
fn day_and_month(scan: &Scan<'_>, at: usize) -> Option<(u32, u32)> {
    let [first, second] = scan.tokens.get(at..at + 2)? else { return None };
    let parted = matches!(scan.gap(at), b"/" | b"-");
    let short = |t: &Token| t.kind() == Kind::Number && t.len() <= 2;
    if !parted || !short(first) || !short(second) || scan.gap(at + 1).starts_with(b"/") {
        return None;
    }
    let (a, b) = (checks::number(scan.text(first)), checks::number(scan.text(second)));
    let holds = (1..=12).contains(&a.min(b)) && (1..=31).contains(&a.max(b));
    holds.then_some((first.start, second.end))
}

/// "5 de enero", "5th of january": the month.
fn month_after(scan: &Scan<'_>, day: usize) -> Option<usize> {
    let month = (day + 1..day + 4).find(|&n| scan.tokens.get(n).is_some_and(|t| t.is(MONTH)))?;
    let joined = |n: usize| scan.word_is(n, words!["st", "nd", "rd", "th", "de", "of"]);
    (day + 1..month).all(joined).then_some(month)
}

/// "March 3 1984 is my birthday"
fn before_cue(scan: &Scan<'_>, cue: usize) -> Option<(u32, u32)> {
    (cue.saturating_sub(8)..cue).find_map(|n| date(scan, n))
}

fn after_value(scan: &Scan<'_>, hit: &Hit, next: usize) -> Option<Hit> {
    let near = scan.tokens[next].start - hit.end <= 2;
    if hit.rule == RuleId::Card || !near {
        return None;
    }
    let (start, end) = date(scan, next)?;
    Some(Hit { start, end, rule: RuleId::Dob, weight: 83 })
}

/// A date of day, month and year in any order, from a token on, in digits or in words.
fn date(scan: &Scan<'_>, at: usize) -> Option<(u32, u32)> {
    let start = scan.tokens[at].start;
    let (mut parts, mut months, mut spoken, mut end) = (0, 0, 0, start);
    for n in at..scan.tokens.len().min(at + TOKENS_MAX) {
        let token = &scan.tokens[n];
        if token.kind() == Kind::Number
            && matches!(token.len(), 1 | 2 | 4 | 8)
            && !scan.tokens.get(n + 1).is_some_and(|t| t.is(UNIT))
        {
            parts += if token.len() == 8 { 3 } else { 1 };
            end = token.end;
        } else if token.is(MONTH) || is_roman(scan, n) && scan.gap(n) == b"/" {
            months += 1;
            end = token.end;
        } else if token.is(SPOKEN | NUMBER) {
            spoken += 1;
            end = token.end;
        } else if n == at || !is_between(scan, n) {
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
    let the = worded && at > 0 && scan.word_is(at - 1, words!["the"]);
    let start = if the { scan.tokens[at - 1].start } else { start };
    (numeric || worded).then_some((start, end))
}

fn is_roman(scan: &Scan<'_>, at: usize) -> bool {
    scan.word_is(
        at,
        words!["i", "ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii"],
    )
}

fn is_between(scan: &Scan<'_>, at: usize) -> bool {
    scan.word_is(
        at,
        words!["st", "nd", "rd", "th", "de", "of", "the", "del", "on", "uh", "um", "and"],
    )
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
    let units =
        scan.tokens.get(tens + 1).is_some_and(|t| t.is(NUMBER)) && scan.gap(tens).len() == 1;
    let last = if units { tens + 1 } else { tens };
    known.then(|| (scan.tokens[at].start, scan.tokens[last].end))
}

/// A message that is nothing but a date in words: "twenty-one twelve nineteen eighty-six".
fn bare_date(scan: &Scan<'_>) -> Option<(u32, u32)> {
    let spoken = |t: &Token| t.is(SPOKEN | NUMBER);
    let first = scan.tokens.iter().position(spoken).filter(|first| *first <= 1)?;
    let year = (first + 2..scan.tokens.len()).find(|&n| birth_year(scan, n).is_some())?;
    let (_, end) = birth_year(scan, year)?;
    let whole = scan.tokens.iter().all(|t| spoken(t) || t.is(FILLER) || t.len() < 4);
    whole.then(|| (scan.tokens[first].start, end))
}

/// A whole date in words, with its year, needs no phrase before it.
fn find(scan: &Scan<'_>, _asked: bool, hits: &mut Vec<Hit>) {
    if scan.marks & SPOKEN == 0 || scan.tokens.len() > MESSAGE_TOKENS_MAX {
        return;
    }
    let hit = |(start, end)| Hit { start, end, rule: RuleId::Dob, weight: 84 };
    if scan.marks & MONTH == 0 {
        hits.extend(bare_date(scan).map(hit));
        return;
    }
    for month in scan.triggers(why::MONTH) {
        let spoken = (month.saturating_sub(6)..=month)
            .filter_map(|at| date(scan, at))
            .find(|&(_, end)| end >= scan.tokens[month].end);
        let Some((start, end)) = spoken else { continue };
        let inside = |t: &Token| t.start >= start && t.end <= end;
        let year = (0..scan.tokens.len())
            .any(|n| inside(&scan.tokens[n]) && scan.word_is(n, words!["nineteen"]));
        let beside = scan.tokens.iter().filter(|t| !inside(t)).count();
        if year && beside <= 9 && !is_other_date(scan, start) {
            hits.push(hit((start, end)));
        }
    }
}

/// "noting that it is ...", "in ...", "until ..."
fn is_other_date(scan: &Scan<'_>, start: u32) -> bool {
    let at = scan.tokens.partition_point(|t| t.start < start);
    let noted = (at.saturating_sub(4)..at).any(|n| scan.word_is(n, words!["noting", "today"]));
    let before = words!["in", "on", "until", "since", "was", "today"];
    noted || at > 0 && scan.word_is(at - 1, before)
}
