//! Street addresses: a house number, a street's name and its suffix (USPS
//! Publication 28), with unit, city, state and ZIP code; post-office boxes;
//! and the forms of other countries, with the number after the street (UPU S42).

mod street;
mod tail;

use super::{Rule, RuleId};
use crate::find::Hit;
use crate::lexicon::{FILLER, MONTH, NUMBER, PLAIN, SPOKEN, STOP, UNIT, words};
use crate::scan::{Kind, Scan, why};

/// Words before an answer that say nothing: "its".
const ANSWER_FROM_MAX: usize = 3;
const ANSWER_TOKENS_MAX: usize = 12;

pub(super) const RULE: Rule = Rule {
    name: "address",
    kind: "ADDRESS",
    version: 3,
    doc: "A street address or post-office box, with city and postal code.",
    source: "USPS Publication 28; UPU S42; BS 7666 for British postcodes",
    example: "i moved to [12 Main Street Apt 4, Springfield, IL 62701] in may",
    pattern: r"\b\d{1,5} (?:[A-Z][a-z]+ ){1,4}(?:St|Street|Ave|Avenue|Rd|Road|Blvd|Dr|Drive|Ln|Lane|Ct|Court)\b",
    cues: &["address", "direccion", "domicilio"],
    find: Some(find),
    ..Rule::NEW
};

fn find(scan: &Scan<'_>, asked: bool, hits: &mut Vec<Hit>) {
    if asked && let Some((start, end)) = answer(scan) {
        hits.push(Hit { start, end, rule: RuleId::Address, weight: 70 });
    }
    let (mut next, mut tried) = (0, None);
    for at in scan.triggers(why::BESIDE_WORD | why::PLACE) {
        let token = &scan.tokens[at];
        let before = scan.byte_before(token.start);
        if token.kind() == Kind::Number && (before.is_ascii_alphanumeric() || b":/$".contains(&before)) {
            continue;
        }
        // A street may end in its number, and a number may stand before a numbered street.
        let number = at > 0 && tried != Some(at - 1) && scan.tokens[at - 1].kind() == Kind::Number;
        tried = Some(at);
        let starts = [Some(street::before_number(scan, at)), number.then(|| at - 1), Some(at)];
        for (n, from) in starts.into_iter().enumerate() {
            let Some(from) = from.filter(|from| *from >= next && (n > 0 || *from < at)) else {
                continue;
            };
            let Some(last) = street::from(scan, from) else { continue };
            let last = tail::after(scan, last);
            hits.push(Hit {
                start: scan.tokens[first(scan, from)].start,
                end: scan.tokens[last].end,
                rule: RuleId::Address,
                weight: 86,
            });
            next = last + 1;
        }
    }
}

/// "15 quail run springfield", where an address was asked for.
fn answer(scan: &Scan<'_>) -> Option<(u32, u32)> {
    let from = (0..ANSWER_FROM_MAX).find(|&at| !scan.tokens.get(at).is_some_and(|t| t.is(FILLER)))?;
    let (house, name) = (scan.tokens.get(from)?, scan.tokens.get(from + 1)?);
    let begins = house.kind() == Kind::Number
        && house.len() <= 5
        && scan.gap(from) == b" "
        && name.kind() == Kind::Word
        && !name.is(PLAIN | STOP | UNIT | MONTH);
    let goes_on = |at: &usize| is_space(scan.gap(*at)) && scan.tokens.get(at + 1).is_some_and(|t| !t.is(STOP));
    let last = (from + 1..from + ANSWER_TOKENS_MAX).find(|at| !goes_on(at))?;
    begins.then(|| (house.start, scan.tokens[last].end))
}

/// The first word of the number that a street begins with: "number twenty eight".
fn first(scan: &Scan<'_>, mut at: usize) -> usize {
    // "USNS Comfort, FPO AE 09502"
    let ship = (at.saturating_sub(3)..at).find(|&n| scan.word_is(n, words!["usns", "usnv", "uss", "uscgc"]));
    if let Some(ship) = ship.filter(|_| scan.word_is(at, words!["apo", "fpo", "dpo"])) {
        return ship;
    }
    while at > 0 && scan.gap(at - 1) == b" " {
        let before = &scan.tokens[at - 1];
        let spoken = scan.tokens[at].is(NUMBER | SPOKEN) && before.is(NUMBER | SPOKEN);
        let box_number = before.kind() == Kind::Number && before.len() <= 5 && !scan.tokens[at].is(NUMBER | SPOKEN);
        if !(spoken || box_number || scan.word_is(at - 1, words!["number"])) {
            break;
        }
        at -= 1;
    }
    at
}

/// What may stand between two parts of an address.
fn is_space(gap: &[u8]) -> bool {
    !gap.is_empty() && gap.len() <= 5 && gap.iter().all(|b| b" ,.\n\r#()?".contains(b))
        && !gap.starts_with(b"..")
}
