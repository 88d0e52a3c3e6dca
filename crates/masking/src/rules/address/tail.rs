//! What follows a street: door, city, state or country, and postal code.

use super::is_space;
use crate::lexicon::{COUNTRY, DOOR, FILLER, NUMBER, SPOKEN, STATE, STOP, words};
use crate::scan::{Kind, Scan};

const PARTS_MAX: usize = 9;

/// The last token of the address whose street ends at `last`.
pub(super) fn after(scan: &Scan<'_>, last: usize) -> usize {
    if let Some(code) = postcode(scan, last) {
        return code;
    }
    let mut last = door(scan, direction(scan, last));
    while scan.tokens.get(last + 1).is_some_and(|t| t.is(DOOR)) && is_space(scan.gap(last)) {
        let next = door(scan, last);
        if next == last {
            break;
        }
        last = next;
    }
    city(scan, last)
}

fn goes_on(scan: &Scan<'_>, last: usize) -> bool {
    is_space(scan.gap(last)) && last + 1 < scan.tokens.len()
}

fn direction(scan: &Scan<'_>, last: usize) -> usize {
    let turned = goes_on(scan, last)
        && scan.word_is(
            last + 1,
            words!["n", "s", "e", "w", "nw", "ne", "sw", "se", "north", "south", "east", "west"],
        );
    if turned { last + 1 } else { last }
}

fn door(scan: &Scan<'_>, last: usize) -> usize {
    if goes_on(scan, last)
        && (scan.tokens[last + 1].is(DOOR)
            || scan.word_is(last + 1, words!["no"])
            || scan.word_is(last + 1, words!["lot", "trlr", "trailer", "bldg", "building", "spc"])
                && scan.tokens.get(last + 2).is_some_and(|t| t.kind() == Kind::Number))
        && last + 2 < scan.tokens.len()
    {
        return glued(scan, last + 2);
    }
    if goes_on(scan, last) && scan.gap(last).contains(&b'#') {
        return glued(scan, last + 1);
    }
    last
}

fn city(scan: &Scan<'_>, last: usize) -> usize {
    let mut best = last;
    for n in last + 1..scan.tokens.len().min(last + PARTS_MAX) {
        let token = &scan.tokens[n];
        if !is_space(scan.gap(n - 1)) {
            break;
        }
        if is_zip(scan, n, 5..=5) && n > last {
            return plus_four(scan, n);
        }
        if token.is(STATE) && (n > last + 1) {
            let end = if second_word(scan, n + 1) && is_space(scan.gap(n)) { n + 1 } else { n };
            let capital = scan.text(token).iter().all(u8::is_ascii_uppercase);
            if is_zip(scan, end + 1, 5..=5) {
                return plus_four(scan, end + 1);
            }
            if capital || token.len() > 2 {
                best = end;
                continue;
            }
        }
        if token.is(COUNTRY) && n > last + 1 {
            let nation = scan.gap(n).starts_with(b" (") && scan.gap(n + 1).starts_with(b")");
            let end = if nation { n + 1 } else { n };
            best = if is_zip(scan, end + 1, 4..=6) { end + 1 } else { end };
            return best;
        }
        if token.kind() == Kind::Number {
            break;
        }
    }
    best
}

fn is_zip(scan: &Scan<'_>, at: usize, digits: std::ops::RangeInclusive<u32>) -> bool {
    scan.tokens.get(at).is_some_and(|t| t.kind() == Kind::Number && digits.contains(&t.len()))
        && is_space(scan.gap(at - 1))
}

/// The second word of a state's name.
fn second_word(scan: &Scan<'_>, at: usize) -> bool {
    scan.word_is(
        at,
        words!["york", "jersey", "mexico", "carolina", "dakota", "virginia", "hampshire", "island"],
    )
}

fn glued(scan: &Scan<'_>, mut last: usize) -> usize {
    while last + 1 < scan.tokens.len() && matches!(scan.gap(last), b"" | b"-") {
        last += 1;
    }
    last
}

fn plus_four(scan: &Scan<'_>, zip: usize) -> usize {
    let four = scan.gap(zip) == b"-"
        && scan.tokens.get(zip + 1).is_some_and(|t| t.kind() == Kind::Number && t.len() == 4);
    if four { zip + 1 } else { zip }
}

/// A British postcode (BS 7666), typed or spoken: "SW1A 1AA", "NW three six PQ".
fn postcode(scan: &Scan<'_>, last: usize) -> Option<usize> {
    let mut at = last + 1;
    while at < last + 5
        && scan.tokens.get(at).is_some_and(|t| {
            t.kind() == Kind::Word && (t.is(STOP | FILLER) || t.len() > 2 && scan.is_capital(t) || t.len() == 2 && !scan.is_capital(t)
                || scan.word_is(at, words!["s", "postcode"]))
        })
    {
        at += 1;
    }
    let area = scan.tokens.get(at)?;
    let digit = |n: usize| {
        scan.tokens
            .get(n)
            .is_some_and(|t| t.is(NUMBER | SPOKEN) || t.kind() == Kind::Number && t.len() <= 2)
    };
    if area.len() > 2 || !scan.is_capital(area) || area.is(STOP) || !digit(at + 1) {
        return None;
    }
    let mut end = at;
    for n in at..scan.tokens.len().min(at + 6) {
        let token = &scan.tokens[n];
        let letters = token.len() <= 2 && scan.is_capital(token) && token.kind() == Kind::Word;
        if n > at && !matches!(scan.gap(n - 1), b" " | b"") || !letters && !digit(n) {
            break;
        }
        end = n;
    }
    (end > at + 1).then_some(end)
}
