//! Telephone and fax numbers: of the North American plan, with a plus, and in
//! the national forms of other countries.

use super::{ByCue, ByDigits, Check, Place, Rule};
use crate::find::Number;
use crate::lexicon::words;
use crate::scan::{Kind, Scan};

pub(super) const RULE: Rule = Rule {
    name: "phone",
    kind: "PHONE",
    version: 3,
    keep_last: 4,
    doc: "A telephone or fax number, with its extension.",
    source: "NANPA numbering plan; ITU-T E.164 and E.123",
    example: "call me at [(415) 555-0132 ext. 12], please",
    pattern: r"(?:\+?1[ .-]?)?\(?\b[2-9]\d{2}\)?[ .-]?[2-9]\d{2}[ .-]?\d{4}\b",
    check: Some(Check {
        holds: |value| {
            value.iter().all(u8::is_ascii_digit)
                && match value.len() {
                    10 => is_nanp(value),
                    11 => value[0] == b'1' && is_nanp(&value[1..]),
                    _ => false,
                }
        },
        good: &["4155550132", "14155550132"],
        bad: &["1155550132", "4151550132", "4115550132", "415555013"],
    }),
    cues: &[
        "phone", "cell", "call", "tel", "telefono", "fax", "mobile", "text me", "reach me at", "ph",
        "answering at", "messages to", "desk", "movil", "celular", "handy", "telephone", "telefon",
        "my number", "mi numero", "llamame", "llamar", "whatsapp", "pager", "txt me", "reach me on",
        "phn", "call me back", "call me back on", "call me back at", "call back at", "call me at", "contact number", "contact num", "phone number", "cel",
    ],
    by_digits: Some(ByDigits { begins: |first, length| match length {
            9 => first == b'0',
            10 => first != b'1',
            11 => matches!(first, b'0' | b'1' | b'+'),
            _ => matches!(first, b'0' | b'+'),
        }, holds: is_phone, luhn: false,  anywhere: false, widen: Some(widen) }),
    by_cue: Some(ByCue {
        brackets: true,
        ..ByCue::of(|value| {
            let grouped = value.text.iter().any(|b| b" -.)".contains(b));
            value.letters == 0
                && match value.digits {
                    9..=15 => true,
                    8 => grouped,
                    7 => grouped || matches!(value.text[0], b'2'..=b'9'),
                    _ => false,
                }
        })
    }),
    ..Rule::NEW
};

fn is_phone(number: &Number<'_>) -> bool {
    let (digits, groups) = (number.digits, number.groups);
    match digits.len() {
        9..=11 if is_trunk_shaped(digits, groups) && number.is_spaced() => true,
        _ if is_dialled_abroad(digits, groups) && !number.goes_before() => true,
        10 if groups == [3, 3, 4] && number.is_dashed() && digits[0] >= b'2' => true,
        11 if digits[0] == b'1' && is_nanp(&digits[1..]) => {
            number.is_worded() || is_long_distance(groups)
        }
        10.. if number.before == b'+' => true,
        10 => is_nanp(digits) && (is_phone_shaped(groups) || number.is_worded()),
        _ => false,
    }
}

/// "0044 20 7946 0958", "011 44 20 7946 0958": with the prefix that a call abroad begins with.
fn is_dialled_abroad(digits: &[u8], groups: &[u8]) -> bool {
    let country = match groups[0] {
        2 | 4 | 5 => digits.strip_prefix(b"00"),
        3 => digits.strip_prefix(b"011"),
        _ => None,
    };
    let parted = groups.len() >= 3 && groups.iter().all(|n| *n >= 2);
    parted && country.is_some_and(|rest| rest[0] != b'0' && rest.len() >= 8)
}

/// NANP: area and exchange begin with 2-9 and are no N11.
fn is_nanp(digits: &[u8]) -> bool {
    let code = |c: &[u8]| c[0] >= b'2' && !(c[1] == b'1' && c[2] == b'1');
    code(&digits[..3]) && code(&digits[3..6])
}

/// How people group ten digits of a phone.
fn is_phone_shaped(groups: &[u8]) -> bool {
    matches!(groups, [10] | [3, 7] | [6, 4] | [3, 3, 4] | [3, 3, 2, 2] | [3, 3, 3, 1])
        || groups.iter().all(|n| *n == 1)
}

/// How people group them with the 1 before.
fn is_long_distance(groups: &[u8]) -> bool {
    matches!(groups, [11] | [4, 3, 4] | [4, 7]) || groups[0] == 1 && is_phone_shaped(&groups[1..])
}

/// A national number with its trunk zero, as most countries outside the NANP
/// write it: "0491 570 156", "07700 900123", "01 99 00 12 34".
fn is_trunk_shaped(digits: &[u8], groups: &[u8]) -> bool {
    let date = matches!(groups, [2, 2, 4, ..] | [1, ..]);
    digits[0] == b'0'
        && digits[1] != b'0'
        && !date
        && match groups {
            [a, b] => matches!((a, b), (4 | 5, 6) | (4, 7) | (3, 7 | 8) | (5, 5)),
            _ => groups.len() > 2 && groups.iter().all(|n| (2..=4).contains(n)),
        }
}

/// A bracket or a plus before; "ext. 5576" or "x1187" after.
fn widen(scan: &Scan<'_>, last: usize, (start, end): Place) -> (usize, Place) {
    let before = &scan.bytes[..start as usize];
    let start = start - u32::from(before.ends_with(b"(") || before.ends_with(b"+"));
    let number = scan.tokens.get(last + 2).filter(|t| t.kind() == Kind::Number && t.len() <= 6);
    match number {
        Some(number)
            if scan.word_is(last + 1, words!["ext", "x", "extension"])
                && scan.gap(last).len() <= 2
                && scan.gap(last + 1).len() <= 2 =>
        {
            (last + 2, (start, number.end))
        }
        _ => (last, (start, end)),
    }
}
