//! Payment card numbers, in any grouping.

use super::checks::{is_varied, luhn, number};
use super::{ByCue, ByDigits, Check, Rule, RuleId};
use crate::find::{Hit, Number};
use crate::lexicon::{FILLER, words};
use crate::policy::Action::Mask;
use crate::scan::{Kind, Scan, why};

pub(super) const RULE: Rule = Rule {
    name: "card",
    kind: "CARD",
    version: 2,
    action: Mask,
    keep_last: 4,
    doc: "The number of a payment card.",
    source: "ISO/IEC 7812-1, and the card schemes' issuer ranges",
    example: "my card is [4111 1111 1111 1111], ok?",
    pattern: r"\b[2-6]\d{3}[ .-]?(?:\d{4}[ .-]?\d{4}[ .-]?\d{4}|\d{6}[ .-]?\d{4,5})\b",
    check: Some(Check {
        holds: |value| value.iter().all(u8::is_ascii_digit) && is_card(value),
        good: &["4111111111111111", "378282246310005", "5555555555554444", "6011111111111117"],
        bad: &["4111111111111112", "1111111111111117", "411111111111111"],
    }),
    cues: &[
        "card", "visa", "mastercard", "amex", "pan", "cc", "tarjeta", "discover", "carte", "kreditkarte",
    ],
    by_digits: Some(ByDigits {
        begins: |first, length| match length {
            12 => matches!(first, b'5' | b'6' | b'+'),
            13 => matches!(first, b'4'..=b'6' | b'+'),
            14 => matches!(first, b'3' | b'+'),
            15 => matches!(first, b'1'..=b'3' | b'+'),
            16..=19 => matches!(first, b'2'..=b'6' | b'+'),
            _ => false,
        },
        holds: |number: &Number<'_>| is_card(number.digits),
        luhn: true,
        anywhere: true,
        widen: None,
    }),
    by_cue: Some(ByCue {
        lookalikes: true,
        parts: true,
        ..ByCue::of(|value| (12..=19).contains(&value.digits) && value.letters == 0)
    }),
    find: Some(ends),
    ..Rule::NEW
};

/// "starts with 464676 ends with 3944"
fn ends(scan: &Scan<'_>, _asked: bool, hits: &mut Vec<Hit>) {
    let number = |at: usize, len: u32| {
        scan.tokens.get(at).is_some_and(|t| t.kind() == Kind::Number && t.len() == len)
    };
    // "with" is one of the words that fill.
    if !scan.has_digit || scan.marks & FILLER == 0 {
        return;
    }
    for at in scan.triggers(why::BESIDE_WORD).filter(|at| *at > 1) {
        let begins = number(at, 6)
            && scan.word_is(at - 1, words!["with"])
            && scan.word_is(at - 2, words!["starts", "begins"]);
        if !begins {
            continue;
        }
        let last = (at + 1..at + 6).find(|&last| {
            scan.word_is(last - 1, words!["with", "in"])
                && scan.word_is(last - 2, words!["ends", "ending"])
                && number(last, 4)
        });
        if let Some(last) = last {
            hits.extend([at, last].map(|part| {
                let token = &scan.tokens[part];
                Hit { start: token.start, end: token.end, rule: RuleId::Card, weight: 80 }
            }));
        }
    }
}

/// Luhn's check and a known issuer.
///
/// ```text
/// 4111 1111 1111 1111 holds, 4111 1111 1111 1112 does not
/// ```
pub(super) fn is_card(digits: &[u8]) -> bool {
    let head = |n: usize| number(&digits[..n]);
    let issued = match digits.len() {
        15 => matches!(head(2), 34 | 37) || matches!(head(4), 1800 | 2131),
        14 => matches!(head(2), 36 | 38 | 39) || matches!(head(3), 300..=305),
        12 => matches!(head(2), 50 | 56..=69),
        13 => digits[0] == b'4' || matches!(head(2), 50 | 56..=69),
        16 => {
            digits[0] == b'4'
                || matches!(head(2), 50..=69 | 36 | 38)
                || matches!(head(4), 2200..=2204 | 2221..=2720 | 3528..=3589)
        }
        17..=19 => {
            digits[0] == b'4' || matches!(head(2), 50 | 56..=69) || matches!(head(4), 3528..=3589)
        }
        _ => false,
    };
    issued && is_varied(digits) && luhn(digits, 0)
}

#[cfg(test)]
mod tests {
    use super::is_card;

    #[test]
    fn a_card_has_an_issuer_and_a_check_digit() {
        assert!(is_card(b"4111111111111111") && is_card(b"378282246310005"));
        assert!(!is_card(b"4111111111111112") && !is_card(b"1111111111111117"));
    }
}
