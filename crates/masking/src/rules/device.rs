//! Serial numbers of devices, after their words; and unique device identifiers as they
//! are printed, with their application identifiers. A medicine's own code is left alone.

use super::{ByCue, Rule, RuleId};
use crate::find::{Hit, cued};
use crate::lexicon::words;
use crate::scan::{Kind, Scan, why};

const GTIN_DIGITS: usize = 14;
/// Of one element of a GS1 code, brackets and all.
const ELEMENT_BYTES_MAX: usize = 40;
const ELEMENTS_MAX: usize = 8;
const UDI_BYTES_MAX: usize = 120;
const UDI_DIGITS_MIN: usize = 8;

pub(super) const RULE: Rule = Rule {
    name: "device",
    kind: "DEVICE_ID",
    version: 2,
    doc: "The serial number or identifier of a device.",
    source: "45 CFR 164.514(b)(2)(i)(M); 3GPP TS 23.003 for IMEI; GS1 General Specifications and HIBCC for UDI",
    example: "serial [SN-4482910]",
    pattern: r"\b[A-Z]{0,8}-?\d{5,16}\b",
    cues: &[
        "serial", "s n", "sn", "imei", "meid", "udi", "device id", "device identifier", "device number", "numero de serie",
    ],
    by_cue: Some(ByCue { read: Some(after_cue), ..BY_CUE }),
    find: Some(find),
    ..Rule::NEW
};
const BY_CUE: ByCue = ByCue::of(|value| (5..=16).contains(&value.digits) && value.letters <= 8);

/// After "udi" everything up to the next space, if it has the marks of one.
fn after_cue(scan: &Scan<'_>, from: usize, at: usize) -> Option<(u32, u32)> {
    let udi = from > 0 && scan.word_is(from - 1, words!["udi", "identifier"])
        || scan.byte_before(scan.tokens[at].start) == b'(' && scan.gap(at).starts_with(b")");
    let whole = if udi { printed(scan, at) } else { None };
    whole.or_else(|| cued::value(scan, at, &BY_CUE))
}

fn printed(scan: &Scan<'_>, at: usize) -> Option<(u32, u32)> {
    let mut start = scan.tokens[at].start as usize;
    while start > 0 && b"(+=/".contains(&scan.bytes[start - 1]) {
        start -= 1;
    }
    let rest = &scan.bytes[start..];
    let mut len = rest.iter().take(UDI_BYTES_MAX).take_while(|b| b.is_ascii_graphic()).count();
    while len > 0 && b".,;!?".contains(&rest[len - 1]) {
        len -= 1;
    }
    let digits = rest[..len].iter().filter(|b| b.is_ascii_digit()).count();
    let marked = start < scan.tokens[at].start as usize || digits > 2 * UDI_DIGITS_MIN;
    (marked && digits >= UDI_DIGITS_MIN).then_some((start as u32, (start + len) as u32))
}

/// "(01)10614141000415(21)12345": a trade item's number with its check digit, and what follows.
fn find(scan: &Scan<'_>, _asked: bool, hits: &mut Vec<Hit>) {
    if !scan.has_bracket {
        return;
    }
    for at in scan.triggers(why::BESIDE_WORD) {
        let token = &scan.tokens[at];
        if token.kind() != Kind::Number || scan.text(token) != b"01" || scan.byte_before(token.start) != b'(' {
            continue;
        }
        let start = token.start as usize - 1;
        let Some((end, elements)) = elements(&scan.bytes[start..]) else { continue };
        let item = scan.tokens.get(at + 1).map(|item| scan.text(item)).unwrap_or_default();
        if elements > 1 && is_item(item) && !is_medicine(item) {
            let (start, end) = (start as u32, (start + end) as u32);
            hits.push(Hit { start, end, rule: RuleId::Device, weight: 93 });
        }
    }
}

/// How long a row of "(identifier)value" is, and of how many.
fn elements(bytes: &[u8]) -> Option<(usize, usize)> {
    let (mut end, mut count) = (0, 0);
    while count < ELEMENTS_MAX {
        let from = end + usize::from(count > 0 && bytes.get(end) == Some(&b' '));
        let Some(element) = bytes.get(from..) else { break };
        let element = &element[..element.len().min(ELEMENT_BYTES_MAX)];
        let Some(close) = element.iter().position(|b| *b == b')') else { break };
        let named = element[0] == b'(' && (3..=5).contains(&close) && element[1..close].iter().all(u8::is_ascii_digit);
        let value = element[close + 1..].iter().take_while(|b| b.is_ascii_alphanumeric() || b"-./_".contains(b));
        let len = value.count();
        if !named || len == 0 {
            break;
        }
        end = from + close + 1 + len;
        count += 1;
    }
    while end > 0 && b".-/".contains(&bytes[end - 1]) {
        end -= 1;
    }
    (count > 0).then_some((end, count))
}

/// Weights of 3 and 1 from the left; the last digit makes the sum end in 0.
fn is_item(digits: &[u8]) -> bool {
    let weights = [3, 1].into_iter().cycle();
    let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum();
    digits.len() == GTIN_DIGITS && digits.iter().all(u8::is_ascii_digit) && sum.is_multiple_of(10)
}

/// A National Drug Code after "03": the company prefix of medicines in the United States.
fn is_medicine(item: &[u8]) -> bool {
    item[1..].starts_with(b"03")
}
