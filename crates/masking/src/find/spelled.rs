//! Codes that are spelled out: letters one by one or by their words ("echo golf"),
//! digits as words or not: "one e g four, t e five, m k seven three".

use super::codes::{self, Code};
use super::{Hit, Value};
use crate::lexicon::{ALPHABET, NUMBER, words};
use crate::rules::ByCue;
use crate::scan::{Kind, Scan, why};

/// As many characters as the longest code has.
const CHARACTERS_MAX: usize = 24;
/// Of the shortest code.
const TOKENS_MIN: usize = 9;
const LETTERS_BEFORE_MAX: usize = 3;
/// A number as one of several parts has no more digits.
const PART_DIGITS_MAX: u32 = 4;

/// One part of what is spelled, and the token after it.
struct Part<'a> {
    text: &'a [u8],
    next: usize,
}

pub(super) fn find(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    if scan.tokens.len() < TOKENS_MIN {
        return;
    }
    let mut next = 0;
    for at in scan.triggers(why::BESIDE_WORD) {
        if at < next || scan.gap(at).is_empty() || !is_letter(scan, at + 1) || !is_digit(scan, at) {
            continue;
        }
        let letter = |before: &usize| is_letter(scan, *before) && joins(scan, *before);
        let from = (at.saturating_sub(LETTERS_BEFORE_MAX)..at).rev().take_while(letter).last();
        let from = from.unwrap_or(at);
        let inside = from > 0 && part(scan, from - 1).is_some() && joins(scan, from - 1);
        if !inside && let Some((last, hit)) = code(scan, from) {
            hits.push(hit);
            next = last + 1;
        }
    }
}

/// A code that proves itself, with nothing of it left.
fn code(scan: &Scan<'_>, from: usize) -> Option<(usize, Hit)> {
    let (mut code, mut at, mut found) = (Code::spelled(), from, None);
    while let Some(part) = part(scan, at).filter(|_| code.bytes().len() < CHARACTERS_MAX) {
        if !code.add(part.text) {
            break;
        }
        let last = part.next - 1;
        found = codes::proves(&code).map(|rule| (last, rule)).or(found);
        if !joins(scan, last) {
            break;
        }
        at = part.next;
    }
    let (last, rule) = found?;
    let (start, end) = (scan.tokens[from].start, scan.tokens[last].end);
    Some((last, Hit { start, end, rule, weight: 92 }))
}

/// The longest value after a cue that is spelled, with at least one letter.
pub(super) fn value(scan: &Scan<'_>, from: usize, by_cue: &ByCue) -> Option<(u32, u32)> {
    let start = scan.tokens[from].start;
    let (mut at, mut longest) = (from, None);
    let mut value = Value { digits: 0, letters: 0, text: &[] };
    while let Some(part) = part(scan, at) {
        match part.text[0].is_ascii_digit() {
            true => value.digits += part.text.len() as u32,
            false => value.letters += 1,
        }
        let end = scan.tokens[part.next - 1].end;
        value.text = &scan.bytes[start as usize..end as usize];
        if value.letters > 0 && (by_cue.shape)(&value) {
            longest = Some((start, end));
        }
        let full = (value.digits + value.letters) as usize >= CHARACTERS_MAX;
        if full || !joins(scan, part.next - 1) {
            break;
        }
        at = part.next;
    }
    longest
}

fn is_letter(scan: &Scan<'_>, at: usize) -> bool {
    let token = scan.tokens.get(at);
    token.is_some_and(|t| {
        t.kind() == Kind::Word && (t.len() == 1 || t.is(ALPHABET)) && !t.is(NUMBER)
    })
}

fn is_digit(scan: &Scan<'_>, at: usize) -> bool {
    let token = &scan.tokens[at];
    (token.is(NUMBER) || token.kind() == Kind::Number && token.len() == 1) && joins(scan, at)
}

/// Whether a token stands as one of a row.
fn joins(scan: &Scan<'_>, at: usize) -> bool {
    matches!(scan.gap(at), b" " | b"-" | b"." | b", " | b". " | b" - " | b",")
}

fn part<'a>(scan: &Scan<'a>, at: usize) -> Option<Part<'a>> {
    let token = scan.tokens.get(at)?;
    let text = scan.text(token);
    if token.is(NUMBER) {
        return Some(Part { text: digit(token.known.value), next: at + 1 });
    }
    if token.kind() == Kind::Number {
        return (token.len() <= PART_DIGITS_MAX).then_some(Part { text, next: at + 1 });
    }
    is_letter(scan, at).then(|| Part { text: &text[..1], next: after_example(scan, at) })
}

fn digit(value: u16) -> &'static [u8] {
    let at = usize::from(value % 10);
    &b"0123456789"[at..=at]
}

/// "e as in echo", "m for mary": the token after the word that begins with the letter.
fn after_example(scan: &Scan<'_>, at: usize) -> usize {
    let example = match () {
        () if scan.word_is(at + 1, words!["as"]) && scan.word_is(at + 2, words!["in"]) => at + 3,
        () if scan.word_is(at + 1, words!["for", "like", "de", "como"]) => at + 2,
        () => return at + 1,
    };
    let first = |n: usize| scan.tokens.get(n).map(|t| scan.text(t)[0].to_ascii_lowercase());
    if first(example) == first(at) { example + 1 } else { at + 1 }
}
