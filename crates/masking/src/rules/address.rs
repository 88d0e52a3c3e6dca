//! Street addresses: a house number, a street's name and its suffix (USPS
//! Publication 28), with unit, city, state and ZIP code; and post-office boxes.

use super::{Hit, RuleId};
use crate::lexicon::{MONTH, NUMBER, STATE, STREET, UNIT};
use crate::scan::{Kind, Scan};

const NAME_WORDS_MAX: usize = 4;

pub(crate) fn find(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    let mut at = 0;
    while at < scan.tokens.len() {
        match street(scan, at).or_else(|| post_box(scan, at)) {
            Some(last) => {
                let last = tail(scan, last);
                hits.push(Hit {
                    start: scan.tokens[at].start,
                    end: scan.tokens[last].end,
                    rule: RuleId::Address,
                    weight: 86,
                });
                at = last + 1;
            }
            None => at += 1,
        }
    }
}

fn is_space(gap: &[u8]) -> bool {
    matches!(
        gap,
        b" " | b", "
            | b","
            | b". "
            | b"\n"
            | b",\n"
            | b" \n"
            | b"\n "
            | b" , "
            | b".\n"
            | b"., "
            | b" # "
            | b". #"
            | b", # "
            | b", #"
            | b" #"
            | b"."
    )
}

/// The token of the suffix, if a street begins here.
fn street(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let first = &scan.tokens[at];
    let house = first.kind == Kind::Number
        && first.len() <= 5
        && !b"$.:/-".contains(&scan.byte_before(first.start))
        || first.is(NUMBER);
    if !house || scan.marks & STREET == 0 {
        return None;
    }
    for n in at + 1..scan.tokens.len().min(at + 2 + NAME_WORDS_MAX) {
        let token = &scan.tokens[n];
        let gap = scan.gap(n - 1);
        let ordinal = token.kind == Kind::Word && token.len() == 2 && gap.is_empty();
        if !(gap == b" " || gap == b". " || gap == b"-" || ordinal)
            || token.is(UNIT | MONTH) && !token.is(STREET)
        {
            return None;
        }
        let spoken = token.is(NUMBER)
            || scan.word_is(
                n,
                &[
                    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
                    "hundred", "eleven", "twelve",
                ],
            );
        if token.is(STREET) && n >= at + 2 && !scan.word_is(n, &["close"]) {
            let named =
                scan.tokens[at + 1..n].iter().any(|t| t.kind == Kind::Word && !t.is(NUMBER));
            let plain = scan
                .word_is(n, &["place", "way", "drive", "court", "square", "circle", "terrace"])
                && scan.tokens[at + 1..n].iter().all(|t| t.is(crate::lexicon::PLAIN));
            let capital = scan.is_capital(token);
            return (named && (!plain || capital)).then_some(n);
        }
        if scan.word_is(
            n,
            &[
                "of", "the", "a", "to", "in", "and", "my", "is", "for", "on", "was", "i", "mg",
                "times", "days", "minutes", "or", "at", "from",
            ],
        ) || token.kind == Kind::Number && n > at + 2 && !spoken
        {
            return None;
        }
    }
    None
}

fn post_box(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let numbered =
        |n: usize| scan.tokens.get(n).is_some_and(|t| t.kind == Kind::Number && t.len() <= 6);
    if scan.word_is(at, &["po"]) && scan.word_is(at + 1, &["box"]) && numbered(at + 2) {
        return Some(at + 2);
    }
    if scan.word_is(at, &["p"])
        && scan.word_is(at + 1, &["o"])
        && scan.word_is(at + 2, &["box"])
        && numbered(at + 3)
    {
        return Some(at + 3);
    }
    (scan.word_is(at, &["rr", "psc", "unit"])
        && numbered(at + 1)
        && scan.word_is(at + 2, &["box"])
        && numbered(at + 3))
    .then_some(at + 3)
}

/// Unit, city, state and ZIP code after a street.
fn tail(scan: &Scan<'_>, mut last: usize) -> usize {
    let after = |last: usize| is_space(scan.gap(last)) && last + 1 < scan.tokens.len();
    if after(last)
        && scan.word_is(
            last + 1,
            &["n", "s", "e", "w", "nw", "ne", "sw", "se", "north", "south", "east", "west"],
        )
    {
        last += 1;
    }
    if after(last)
        && scan.word_is(
            last + 1,
            &["apt", "apartment", "unit", "suite", "ste", "room", "rm", "floor", "fl", "no"],
        )
        && last + 2 < scan.tokens.len()
    {
        last += 2;
        last = glued(scan, last);
    } else if after(last) && scan.gap(last).contains(&b'#') {
        last = glued(scan, last + 1);
    }
    for n in last + 1..scan.tokens.len().min(last + 7) {
        let token = &scan.tokens[n];
        if !is_space(scan.gap(n - 1)) {
            break;
        }
        let zip = |n: usize| {
            scan.tokens.get(n).is_some_and(|t| t.kind == Kind::Number && t.len() == 5)
                && is_space(scan.gap(n - 1))
        };
        if zip(n) && n > last {
            return plus_four(scan, n);
        }
        let two = |n: usize| {
            scan.word_is(
                n,
                &[
                    "york",
                    "jersey",
                    "mexico",
                    "carolina",
                    "dakota",
                    "virginia",
                    "hampshire",
                    "island",
                ],
            )
        };
        if token.is(STATE) && (n > last + 1) {
            let end = if two(n + 1) && is_space(scan.gap(n)) { n + 1 } else { n };
            let capital = scan.bytes[token.start as usize..token.end as usize]
                .iter()
                .all(u8::is_ascii_uppercase);
            if zip(end + 1) {
                return plus_four(scan, end + 1);
            }
            if capital || token.len() > 2 {
                return end;
            }
        }
        if token.kind == Kind::Number {
            break;
        }
    }
    last
}

fn glued(scan: &Scan<'_>, mut last: usize) -> usize {
    while last + 1 < scan.tokens.len() && matches!(scan.gap(last), b"" | b"-") {
        last += 1;
    }
    last
}

fn plus_four(scan: &Scan<'_>, zip: usize) -> usize {
    let four = scan.gap(zip) == b"-"
        && scan.tokens.get(zip + 1).is_some_and(|t| t.kind == Kind::Number && t.len() == 4);
    if four { zip + 1 } else { zip }
}
