//! What looks like a name and is none, and unknown words that look like one.

use crate::lexicon::{
    DISEASE, EPONYM, FILLER, FIRST, HEAD, LAST, MONTH, NEVER_NAME, NUMBER, PLAIN, STATE, STOP, STREET,
    TAIL, TITLE, UNIT, words};
use crate::scan::{Kind, Scan, Token};

/// Endings of family names in other languages than English, four letters or more.
const ENDINGS: [&str; 30] = [
    "ovic", "evic", "vich", "wicz", "ski", "ska", "sky", "skaya", "ova", "ov", "eva", "ev", "yev",
    "sson", "dottir", "sen", "nen", "ko", "enko", "shvili", "idze", "yan", "ian", "oglu", "escu",
    "berg", "mann", "stein", "mura", "moto",
];
/// Those of them that no English word has.
const SURE_ENDINGS: [&str; 11] = [
    "ova", "ovic", "evic", "wicz", "ska", "skaya", "enko", "shvili", "dottir", "sson", "oglu",
];
const UNKNOWN_BYTES_MIN: u32 = 4;

/// A value that was masked before.
pub(super) fn is_masked(word: &[u8]) -> bool {
    word.iter().all(|b| b"Xx".contains(b))
}

/// A part of a program's or a page's name, or of a number: "john_example", "MI73".
pub(super) fn is_code(scan: &Scan<'_>, at: usize) -> bool {
    let token = &scan.tokens[at];
    let (before, after) = (scan.byte_before(token.start), scan.byte_after(token.end));
    let in_number = token.len() <= 2 && (before.is_ascii_digit() || after.is_ascii_digit());
    in_number || before == b'_' || after == b'_' || before == b'@' && token.start > 0
}

pub(super) fn is_upper(scan: &Scan<'_>, at: usize) -> bool {
    let word = scan.text(&scan.tokens[at]);
    word.len() > 1 && word.iter().all(|b| !b.is_ascii_lowercase())
}

/// "Crohn's disease", "Charcot Marie tooth", "Bell's palsy".
pub(super) fn is_named_after(scan: &Scan<'_>, at: usize) -> bool {
    let possessive = scan.gap(at) == b"'" && scan.word_is(at + 1, words!["s"]);
    if possessive && scan.tokens[at].is(EPONYM) {
        return true;
    }
    (at + 1..scan.tokens.len().min(at + 4)).any(|n| {
        scan.tokens[n].is(DISEASE) && (at..n).all(|g| matches!(scan.gap(g), b" " | b"'" | b"-"))
    }) && !scan.tokens[at + 1..].iter().take(3).take_while(|t| !t.is(DISEASE)).any(|t| t.is(STOP))
}

/// "San Jose", "in Cheyenne", "Temple Street", "Conway Springs".
pub(super) fn is_place(scan: &Scan<'_>, at: usize, end: usize) -> bool {
    let capital = scan.is_capital(&scan.tokens[at]);
    let next_is_tail = scan.gap(end - 1) == b" "
        && scan.tokens.get(end).is_some_and(|t| {
            t.is(TAIL | STREET) && scan.is_capital(t) == capital && (capital || !t.is(PLAIN))
        });
    let last = &scan.tokens[end - 1];
    let person = scan.tokens[at].is(FIRST) && !scan.tokens[at].is(PLAIN) && last.is(LAST);
    if next_is_tail || capital && last.is(TAIL) && end - at > 1 && !person {
        return true;
    }
    let twin = scan.gap(end - 1) == b" & "
        && scan.tokens.get(end).is_some_and(|t| t.hash == scan.tokens[at].hash);
    if twin {
        return true;
    }
    let Some(before) = at.checked_sub(1).map(|n| &scan.tokens[n]) else { return false };
    let beside = scan.gap(at - 1) == b" ";
    let saint = scan.gap(at - 1) == b". " && scan.word_is(at - 1, words!["st", "ft", "mt"]);
    if (beside || saint) && before.is(HEAD) && (capital == scan.is_capital(before)) && (capital || !before.is(PLAIN))
    {
        return true;
    }
    let lone = end == at + 1;
    let firm = scan.gap(at - 1) == b" & " && before.hash == scan.tokens[at].hash;
    let located = scan.word_is(at - 1, words!["in", "near"])
        || scan.word_is(at - 1, words!["the"]) && at > 1 && scan.word_is(at - 2, words!["at", "in", "to", "from"])
        || scan.word_is(at - 1, words!["to"])
            && scan.gap(end - 1) == b" "
            && scan.word_is(end, words!["in"])
        || scan.word_is(at - 1, words!["from"]) && scan.word_is(end, words!["to"])
        || scan.word_is(at - 1, words!["to"]) && at > 2 && scan.word_is(at - 3, words!["from"]);
    let of_state = scan.gap(end - 1) == b", "
        && scan.tokens.get(end).is_some_and(|t| t.is(STATE) && t.len() > 2 && scan.is_capital(t));
    capital && beside && (located && (lone || !scan.tokens[at].is(FIRST)) || of_state) || firm
}

/// "Mohmad R. Vizirov": an initial between two words that are in no list of plain ones.
pub(super) fn has_middle_initial(scan: &Scan<'_>, at: usize) -> bool {
    let Some([first, middle, last]) = scan.tokens.get(at..at + 3) else { return false };
    scan.gap(at) == b" "
        && middle.kind() == Kind::Word
        && middle.len() == 1
        && matches!(scan.gap(at + 1), b". " | b" ")
        && scan.is_capital(middle)
        && is_unknown(scan, first)
        && is_unknown(scan, last)
        && !is_upper(scan, at)
}

/// "Miklós Hajdu", "Satsita Umkhayev": two unknown words with a capital each,
/// announced or with letters or an ending that English hardly has.
pub(super) fn looks_foreign(scan: &Scan<'_>, at: usize, announced: bool) -> bool {
    let Some([first, last]) = scan.tokens.get(at..at + 2) else { return false };
    if !matches!(scan.gap(at), b" " | b"-")
        || !is_unknown(scan, first)
        || !is_unknown(scan, last)
        || is_upper(scan, at)
        || is_upper(scan, at + 1)
    {
        return false;
    }
    announced && scan.gap(at - 1) == b" " && scan.word_is(at - 1, words!["m", "am", "is", "under", "called"])
        || ENDINGS.iter().any(|end| {
            let word = scan.text(last);
            word.len() > end.len() + 2 && word.ends_with(end.as_bytes())
        })
        || scan.is_marked(first)
        || scan.is_marked(last)
}

/// A first line of two or three unknown words over lines with digits.
pub(super) fn is_signature(scan: &Scan<'_>, at: usize) -> bool {
    if at > 0 || !scan.has_digit {
        return false;
    }
    let Some(last) = (0..scan.tokens.len().min(4)).find(|&n| scan.gap(n) != b" " && scan.gap(n) != b". ")
    else {
        return false;
    };
    (1..=2).contains(&last)
        && scan.gap(last).starts_with(b"\n")
        && (0..=last).all(|n| {
            let token = &scan.tokens[n];
            is_unknown(scan, token) && !is_upper(scan, n) || token.len() == 1 && scan.is_capital(token)
        })
}

/// A word in lower case that ends as family names elsewhere do.
pub(super) fn ends_like_family(scan: &Scan<'_>, token: &Token) -> bool {
    let word = scan.text(token);
    SURE_ENDINGS.iter().any(|end| word.len() > end.len() + 2 && word.ends_with(end.as_bytes()))
}

/// A word in lower case that may be a name no list holds.
pub(super) fn may_be_unlisted(scan: &Scan<'_>, at: usize) -> bool {
    let token = &scan.tokens[at];
    let word = scan.text(token);
    token.kind() == Kind::Word
        && word.len() >= 3
        && !word.ends_with(b"ed")
        && !word.ends_with(b"ing")
        && !token.is(PLAIN | STOP | NEVER_NAME | MONTH | NUMBER | UNIT | TITLE | FILLER)
}

fn is_unknown(scan: &Scan<'_>, token: &Token) -> bool {
    scan.is_capital(token)
        && token.len() >= UNKNOWN_BYTES_MIN - 1
        && !token.is(
            PLAIN | STOP | NEVER_NAME | EPONYM | MONTH | STATE | TAIL | TITLE | NUMBER | UNIT | STREET | DISEASE,
        )
        && !token.is(HEAD)
        || scan.is_capital(token) && token.is(FIRST | LAST) && !token.is(PLAIN | STOP | NEVER_NAME | TAIL)
}
