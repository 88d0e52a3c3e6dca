//! Security codes of cards: after their word, or right after a card.

use super::{ByCue, Rule, RuleId};
use crate::find::Hit;
use crate::lexicon::words;
use crate::policy::Action::Mask;
use crate::scan::{Kind, Scan};

pub(super) const RULE: Rule = Rule {
    name: "cvv",
    kind: "CVV",
    version: 2,
    action: Mask,
    doc: "The security code of a payment card.",
    source: "PCI DSS 4.0, requirement 3.3.1.2: never stored",
    example: "cvv is [123], thanks",
    pattern: r"\b\d{3,4}\b",
    cues: &[
        "cvv", "cvc", "ccv", "csc", "csv code", "security code", "security code on the back", "cid",
        "digits on the back", "code on the back", "code on back", "number on the back", "digit code",
        "codigo de seguridad", "verification value",
    ],
    by_cue: Some(ByCue::of(|value| {
        let worded = !value.text.iter().any(u8::is_ascii_digit);
        matches!(value.digits, 3 | 4)
            && value.letters == 0
            && (worded || value.text.len() == value.digits as usize)
    })),
    follows: Some(after_expiry),
    ..Rule::NEW
};

/// "4111 1111 1111 1111 exp 04/29 123"
fn after_expiry(scan: &Scan<'_>, card: &Hit, mut at: usize) -> Option<Hit> {
    if card.rule != RuleId::Card {
        return None;
    }
    while scan.word_is(at, words!["exp", "expires", "expiry", "expiration", "and", "code"]) {
        at += 1;
    }
    let number = |at: usize, lens: &[u32]| {
        scan.tokens.get(at).is_some_and(|t| t.kind() == Kind::Number && lens.contains(&t.len()))
    };
    let dated = number(at, &[1, 2])
        && number(at + 1, &[2, 4])
        && matches!(scan.gap(at), b"/" | b"-")
        && number(at + 2, &[3, 4])
        && scan.gap(at + 1) == b" ";
    let code = scan.tokens.get(at + 2).filter(|_| dated)?;
    Some(Hit { start: code.start, end: code.end, rule: RuleId::Cvv, weight: 80 })
}
