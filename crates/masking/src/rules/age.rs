//! Ages over 89, which tell of few people.

use super::{Rule, RuleId};
use crate::find::Hit;
use crate::lexicon::{SPOKEN, words};
use crate::scan::{Kind, Scan, why};

const AGE_MIN: u32 = 90;
const AGE_MAX: u32 = 125;

pub(super) const RULE: Rule = Rule {
    name: "age",
    kind: "AGE",
    doc: "An age over 89, with its words.",
    source: "45 CFR 164.514(b)(2)(i)(C)",
    example: "my mother is [92] years old",
    pattern: r"\b(?:9\d|1[01]\d)[ -]?(?:years?[ -]old|yrs?[ -]old|y/?o)\b",
    find: Some(find),
    ..Rule::NEW
};

fn find(scan: &Scan<'_>, _asked: bool, hits: &mut Vec<Hit>) {
    if !scan.has_digit && scan.marks & SPOKEN == 0 {
        return;
    }
    for at in scan.triggers(why::BESIDE_WORD) {
        let Some(next) = old(scan, at) else { continue };
        if is_told(scan, at, next) {
            let (start, end) = (scan.tokens[at].start, scan.tokens[next - 1].end);
            hits.push(Hit { start, end, rule: RuleId::Age, weight: 70 });
        }
    }
}

/// The token after "92", "ninety", "ninety-two" or "one hundred and two".
fn old(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let token = &scan.tokens[at];
    if token.kind() == Kind::Number {
        let in_years = |age: u32| (AGE_MIN..=AGE_MAX).contains(&age);
        let whole = matches!(token.len(), 2 | 3) && !b".,/-".contains(&scan.byte_before(token.start));
        return (whole && in_years(super::checks::number(scan.text(token)))).then_some(at + 1);
    }
    let unit = |n: usize| {
        let digit = scan.tokens.get(n).is_some_and(|t| (1..=9).contains(&t.known.value));
        digit && matches!(scan.gap(n - 1), b" " | b"-")
    };
    if scan.word_is(at, words!["ninety", "noventa"]) {
        let and = if scan.word_is(at + 1, words!["y"]) { at + 2 } else { at + 1 };
        return Some(if unit(and) { and + 1 } else { at + 1 });
    }
    let hundred = scan.word_is(at, words!["one", "a"]) && scan.word_is(at + 1, words!["hundred"]);
    let and = if scan.word_is(at + 2, words!["and"]) { at + 3 } else { at + 2 };
    hundred.then_some(if unit(and) { and + 1 } else { at + 2 })
}

/// "92 years old", "92 yo", "92-year-old", "92 años", "aged 92", "age: 92".
fn is_told(scan: &Scan<'_>, at: usize, next: usize) -> bool {
    let near = scan.gap(next - 1).len() <= 1;
    let years = near && scan.word_is(next, words!["year", "years", "yr", "yrs"]);
    let old = scan.word_is(next + 1, words!["old"])
        || scan.word_is(next + 1, words!["of"]) && scan.word_is(next + 2, words!["age"]);
    let short = near && scan.word_is(next, words!["yo", "yom", "yof", "anos"])
        || near && scan.word_is(next, words!["y"]) && scan.word_is(next + 1, words!["o"]);
    let aged = at > 0
        && (scan.word_is(at - 1, words!["age", "aged"])
            || scan.word_is(at - 1, words!["is", "was"])
                && at > 1
                && scan.word_is(at - 2, words!["age", "edad"]));
    years && old || short || aged
}
