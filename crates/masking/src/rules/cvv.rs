//! Security codes of cards: after their word, or right after a card.

use super::{ByCue, Rule, RuleId};
use crate::find::{Hit, cued};
use crate::lexicon::words;
use crate::policy::Action::Mask;
use crate::scan::{Kind, Scan};

pub(super) const RULE: Rule = Rule {
    name: "cvv",
    kind: "CVV",
    version: 3,
    action: Mask,
    doc: "The security code of a payment card.",
    source: "PCI DSS 4.0, requirement 3.3.1.2: never stored",
    example: "cvv is [123], thanks",
    pattern: r"\b\d{3,4}\b",
    cues: &[
        "cvv", "cvc", "ccv", "csc", "csv code", "security code", "security code on the back", "cid",
        "digits on the back", "code on the back", "code on back", "number on the back", "digit code",
        "codigo de seguridad", "codigo de atras", "sec code", "verification value",
    ],
    by_cue: Some(ByCue { read: Some(after_cue), ..BY_CUE }),
    follows: Some(after_expiry),
    ..Rule::NEW
};

const BY_CUE: ByCue = ByCue::of(|value| {
    let worded = !value.text.iter().any(u8::is_ascii_digit);
    matches!(value.digits, 3 | 4)
        && value.letters == 0
        && (worded || value.text.len() == value.digits as usize)
});
/// How far behind a card its code may stand.
const TOKENS_AFTER_MAX: usize = 8;

/// Where both were asked for, the date comes first: "12/28 737".
fn after_cue(scan: &Scan<'_>, _from: usize, at: usize) -> Option<(u32, u32)> {
    let code = if is_date(scan, at) && at + 2 < scan.tokens.len() { at + 2 } else { at };
    cued::value(scan, code, &BY_CUE)
}

fn is_number(scan: &Scan<'_>, at: usize, lens: &[u32]) -> bool {
    scan.tokens.get(at).is_some_and(|t| t.kind() == Kind::Number && lens.contains(&t.len()))
}

/// "04/29"
fn is_date(scan: &Scan<'_>, at: usize) -> bool {
    is_number(scan, at, &[1, 2])
        && is_number(scan, at + 1, &[2, 4])
        && matches!(scan.gap(at), b"/" | b"-")
}

/// "4111 1111 1111 1111 exp 04/29 123", "378282246310005 code 1234", "…, 3 digits on back 737"
fn after_expiry(scan: &Scan<'_>, card: &Hit, first: usize) -> Option<Hit> {
    if card.rule != RuleId::Card {
        return None;
    }
    let (mut at, mut told) = (first, false);
    while at < first + TOKENS_AFTER_MAX {
        let expires = scan.word_is(at, words!["exp", "expires", "expiry", "expiration", "vence", "date"]);
        if is_date(scan, at) && scan.gap(at + 1) == b" " {
            at += 2;
            told |= is_number(scan, at, &[3, 4]);
        } else if expires && is_number(scan, at + 1, &[4]) || is_date(scan, at) {
            at += 2;
        } else if is_number(scan, at, &[1]) && scan.word_is(at + 1, words!["digit", "digits"]) {
            (at, told) = (at + 2, true);
        } else if told && is_number(scan, at, &[3, 4]) {
            let code = &scan.tokens[at];
            return Some(Hit { start: code.start, end: code.end, rule: RuleId::Cvv, weight: 80 });
        } else if scan.word_is(at, words!["code", "codigo"]) {
            (at, told) = (at + 1, true);
        } else if expires
            || scan.word_is(
                at,
                words!["and", "el", "la", "my", "the", "is", "on", "back", "sec", "security", "de", "seguridad", "es", "y", "with", "number"],
            )
        {
            at += 1;
        } else {
            return None;
        }
    }
    None
}
