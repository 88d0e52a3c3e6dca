//! Codes of letters and digits that prove themselves: MBI, DEA, VIN and IBAN.
//!
//! Sources: CMS' format of the Medicare Beneficiary Identifier; DEA's check
//! digit; 49 CFR 565 for VIN; ISO 13616 and ISO 7064 (mod 97) for IBAN.

use super::{Hit, RuleId};
use crate::scan::{Kind, Scan, why};

const CODE_BYTES_MAX: usize = 34;

pub(crate) fn find(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    let mut done = 0;
    for number in scan.triggers(why::DIGITS) {
        if scan.tokens[number].kind != Kind::Number {
            continue;
        }
        for at in number.saturating_sub(1)..=number {
            let token = &scan.tokens[at];
            let before = scan.byte_before(token.start);
            let begins = match token.kind {
                Kind::Word => scan.gap(at).is_empty() || token.len() == 2 && scan.is_capital(token),
                Kind::Number => {
                    at == number
                        && scan.tokens.get(at + 1).is_some_and(|t| {
                            t.kind == Kind::Word && (scan.gap(at).is_empty() || t.len() == 1)
                        })
                }
            };
            if !begins || token.start < done || before.is_ascii_alphanumeric() {
                continue;
            }
            if let Some((end, rule)) = code(scan, at) {
                hits.push(Hit { start: token.start, end, rule, weight: 92 });
                done = end;
            }
        }
    }
}

/// Letters and digits of a code, in upper case.
struct Code {
    bytes: [u8; CODE_BYTES_MAX],
    len: usize,
}

impl Default for Code {
    fn default() -> Self {
        Self { bytes: [0; CODE_BYTES_MAX], len: 0 }
    }
}

impl Code {
    /// Adds a group; answers whether there was room.
    fn add(&mut self, group: &[u8]) -> bool {
        let Some(room) = self.bytes.get_mut(self.len..self.len + group.len()) else { return false };
        room.copy_from_slice(group);
        room.make_ascii_uppercase();
        self.len += group.len();
        true
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

fn code(scan: &Scan<'_>, at: usize) -> Option<(u32, RuleId)> {
    let mut value = Code::default();
    let mut best = None;
    let digit_first = scan.tokens[at].kind == Kind::Number;
    if scan.tokens[at].len() > 11 {
        return None;
    }
    let mut spaced = false;
    for n in at..scan.tokens.len().min(at + 16) {
        let token = &scan.tokens[n];
        if !value.add(scan.text(token)) {
            break;
        }
        let value = value.bytes();
        let gap = scan.gap(n);
        let ends = !gap.is_empty() || n + 1 == scan.tokens.len();
        if ends {
            let rule = match value.len() {
                9 if !digit_first && !spaced && is_dea(value) => Some(RuleId::Dea),
                11 if digit_first && is_mbi(value) => Some(RuleId::Mbi),
                17 if !spaced && is_vin(value) => Some(RuleId::Vin),
                15.. if !digit_first && scan.is_capital(&scan.tokens[at]) && is_iban(value) => {
                    Some(RuleId::Iban)
                }
                10 | 12 if !digit_first && !spaced && is_member(value) => Some(RuleId::HealthPlan),
                _ => None,
            };
            best = rule.map(|rule| (token.end, rule)).or(best);
        }
        spaced |= !gap.is_empty();
        if !matches!(gap, b"" | b" " | b"-")
            || n == at && !gap.is_empty() && !(digit_first || token.len() == 2)
        {
            break;
        }
    }
    best
}

/// Three letters and nine digits, or W and nine digits, as payers print them.
fn is_member(value: &[u8]) -> bool {
    let (letters, digits) = value.split_at(value.len() - 9);
    (letters.len() == 3 && letters.iter().all(u8::is_ascii_uppercase) || letters == b"W")
        && digits.iter().all(u8::is_ascii_digit)
}

/// C A AN N A AN N A A N N, letters but S, L, O, I, B and Z.
fn is_mbi(value: &[u8]) -> bool {
    let letter = |b: u8| b.is_ascii_uppercase() && !b"SLOIBZ".contains(&b);
    value[0] != b'0'
        && value.iter().zip(b"NALNALNAANN").all(|(&b, class)| match class {
            b'N' => b.is_ascii_digit(),
            b'A' => letter(b),
            _ => b.is_ascii_digit() || letter(b),
        })
}

/// The sum of digits 1, 3, 5 and twice that of 2, 4, 6 ends in digit 7.
fn is_dea(value: &[u8]) -> bool {
    let shaped = b"ABCDEFGHJKLMPRSTUX".contains(&value[0])
        && (value[1].is_ascii_alphabetic() || value[1] == b'9')
        && value[2..].iter().all(u8::is_ascii_digit);
    let d = |at: usize| u32::from(value[at + 1] - b'0');
    shaped && (d(1) + d(3) + d(5) + 2 * (d(2) + d(4) + d(6))) % 10 == d(7)
}

/// Position 9 is the weighted sum mod 11.
fn is_vin(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let worth = |b: u8| match b {
        b'0'..=b'9' => Some(u32::from(b - b'0')),
        b'A'..=b'H' => Some(u32::from(b - b'A') + 1),
        b'J'..=b'N' => Some(u32::from(b - b'J') + 1),
        b'P' => Some(7),
        b'R' => Some(9),
        b'S'..=b'Z' => Some(u32::from(b - b'S') + 2),
        _ => None,
    };
    let sum: Option<u32> =
        value.iter().zip(WEIGHTS).map(|(&b, weight)| worth(b).map(|w| w * weight)).sum();
    let letters = value.iter().filter(|b| b.is_ascii_uppercase()).count();
    letters >= 2
        && sum.is_some_and(|sum| {
            value[8] == if sum % 11 == 10 { b'X' } else { b'0' + (sum % 11) as u8 }
        })
}

/// Lengths of the IBAN registry (ISO 13616), each with its countries.
const LENGTHS: [(usize, &str); 18] = [
    (15, "NO"),
    (16, "BE BI"),
    (18, "DK FK FO FI GL NL SD"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU MN XK"),
    (21, "CH CR HR LI LV"),
    (22, "BG BH DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ OM SO TL"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, "LY PT ST"),
    (26, "IS TR"),
    (27, "BJ DJ FR GR IT MC MR SM"),
    (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
];

/// The country's letters and check digits moved to the end leave 1 mod 97.
fn is_iban(value: &[u8]) -> bool {
    if !(value[0].is_ascii_uppercase()
        && value[1].is_ascii_uppercase()
        && value[2].is_ascii_digit()
        && value[3].is_ascii_digit())
    {
        return false;
    }
    let country = &value[..2];
    let known = LENGTHS.iter().any(|(length, countries)| {
        *length == value.len() && countries.as_bytes().chunks(3).any(|c| &c[..2] == country)
    });
    if !known {
        return false;
    }
    let rest = value[4..].iter().chain(&value[..4]).try_fold(0u32, |rest, &b| match b {
        b'0'..=b'9' => Some((rest * 10 + u32::from(b - b'0')) % 97),
        b'A'..=b'Z' => Some((rest * 100 + u32::from(b - b'A') + 10) % 97),
        _ => None,
    });
    rest == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digits_hold() {
        assert!(is_mbi(b"1EG4TE5MK73"));
        assert!(is_dea(b"BB1388568"));
        assert!(is_vin(b"1M8GDM9AXKP042788"));
        assert!(is_iban(b"GB29NWBK60161331926819") && !is_iban(b"GB29NWBK60161331926810"));
    }
}
