//! The street itself, up to its suffix or number.

use super::is_space;
use crate::lexicon::{
    DOOR, BOX, MONTH, NEVER_NAME, NUMBER, PLAIN, SPOKEN, STATE, STOP, STREET, STREET_TOO, UNIT, WAY, words};
use crate::scan::{Kind, Scan, Token};

const NAME_WORDS_MAX: usize = 4;
/// Endings of one-word streets in German, Dutch, Scandinavian, Finnish, Hungarian and Estonian.
const ENDINGS: [&str; 24] = [
    "strasse", "strase", "stras", "gasse", "platz", "gade", "vej", "gata", "gatan", "vagen",
    "veien", "vegen", "straat", "laan", "plein", "gracht", "katu", "tie", "kuja", "utca", "stræti",
    "straeti", "backen", "bakken",
];
/// What never stands in a street's name.
const NO_NAME: &[u64] = words![
    "of", "the", "a", "to", "in", "and", "my", "is", "for", "on", "was", "i", "mg", "times",
    "days", "minutes", "or", "at", "from",
];
/// What announces an address of any form, in pairs of words.
const CUES: &[u64] = words![
    "vivo", "en", "direccion", "es", "mailing", "address",
    "lives", "on", "lives", "at", "live", "at", "living", "at", "residing", "at", "located", "at", "office",
    "at", "is", "at", "sent", "to", "one", "to", "ship", "to", "deliver", "to", "mail", "to", "address",
    "is", "address", "with", "billing", "address", "mailing", "address", "home", "address",
];

const LAST_OF_CUES: &[u64] =
    words!["on", "at", "to", "is", "with", "address", "en", "es", "direccion"];

/// The last token of a street that begins here.
pub(super) fn from(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let token = &scan.tokens[at];
    if let Some(last) = post_box(scan, at) {
        return Some(last);
    }
    if token.kind() == Kind::Number || token.is(NUMBER | SPOKEN) {
        // "4a1b": but "5th" is a number as well.
        if scan.gap(at).is_empty() && scan.tokens.get(at + 1).is_some_and(|t| t.len() != 2) {
            return cued(scan, at);
        }
        let word = |n: usize| scan.tokens.get(n).is_some_and(|t| t.kind() == Kind::Word);
        let named = word(at + 1) || word(at + 2);
        return Some(at)
            .filter(|_| named)
            .and_then(|at| {
                with_suffix(scan, at)
                    .or_else(|| with_weak_suffix(scan, at))
                    .or_else(|| with_door(scan, at))
            })
            .or_else(|| cued(scan, at));
    }
    if scan.is_capital(token) || token.is(WAY) {
        let glued = |at: usize| number_after(scan, at);
        return glued(at).or_else(|| cued(scan, at));
    }
    None
}

/// The first of the words with a capital that stand before a number.
pub(super) fn before_number(scan: &Scan<'_>, at: usize) -> usize {
    let mut first = at;
    while scan.tokens[at].kind() == Kind::Number
        && first > 0
        && at - first < NAME_WORDS_MAX
        && scan.is_capital(&scan.tokens[first - 1])
        && matches!(scan.gap(first - 1), b" " | b". " | b"-")
    {
        first -= 1;
    }
    first
}

fn is_house(scan: &Scan<'_>, at: usize) -> bool {
    let first = &scan.tokens[at];
    first.kind() == Kind::Number
        && first.len() <= 5
        && !b"$.:/-".contains(&scan.byte_before(first.start))
        || first.is(NUMBER | SPOKEN)
}

/// "12 Main Street", "twenty eight Great Road"
fn with_suffix(scan: &Scan<'_>, at: usize) -> Option<usize> {
    if scan.marks & (STREET | STREET_TOO) == 0 || !is_house(scan, at) {
        return None;
    }
    for n in at + 1..scan.tokens.len().min(at + 2 + NAME_WORDS_MAX) {
        let token = &scan.tokens[n];
        let gap = scan.gap(n - 1);
        let ordinal = token.kind() == Kind::Word && token.len() == 2 && gap.is_empty();
        if !(gap == b" " || gap == b". " || gap == b"-" || ordinal)
            || token.is(UNIT | MONTH) && !token.is(STREET)
        {
            return None;
        }
        if let Some(number) = numbered_road(scan, at, n) {
            return Some(number);
        }
        let close = words!["close"];
        // "610 Birch Hollow Rd"
        let goes_on = scan.word_is(n, words!["hollow", "crossing", "landing", "row", "trace", "pike"])
            && scan.gap(n) == b" "
            && scan.word_is(
                n + 1,
                words!["rd", "road", "street", "ave", "avenue", "ln", "lane", "blvd"],
            );
        if token.is(STREET) && !ordinal && n >= at + 2 && !scan.word_is(n, close) && !goes_on {
            return is_named(scan, at, n).then_some(n);
        }
        if scan.word_is(n, NO_NAME)
            || token.kind() == Kind::Number && n > at + 2 && !token.is(NUMBER | SPOKEN)
        {
            return None;
        }
    }
    None
}

/// "2200 county road 14", "1200 Old Post Rte 9": the road's number.
fn numbered_road(scan: &Scan<'_>, house: usize, at: usize) -> Option<usize> {
    let road = scan.word_is(at, words!["highway", "hwy", "route", "rte"])
        || scan.word_is(at, words!["road", "rd"])
            && scan.word_is(at - 1, words!["county", "state", "township", "farm", "ranch"]);
    let number = scan.tokens.get(at + 1).filter(|t| t.kind() == Kind::Number && t.len() <= 4)?;
    let whole = scan.tokens[house].kind() == Kind::Number && at > house + 1 && scan.gap(at) == b" ";
    (road && whole && !b".:/%".contains(&scan.byte_after(number.end))).then_some(at + 1)
}

/// "15 Quail Run"; in lower case with an address' words beside it: "i live at 15 quail run".
fn with_weak_suffix(scan: &Scan<'_>, at: usize) -> Option<usize> {
    if scan.marks & STREET_TOO == 0 || !is_house(scan, at) || scan.tokens[at].kind() != Kind::Number {
        return None;
    }
    for n in at + 1..scan.tokens.len().min(at + 1 + NAME_WORDS_MAX) {
        let token = &scan.tokens[n];
        if scan.gap(n - 1) != b" " || token.kind() != Kind::Word || scan.word_is(n, NO_NAME) || token.is(UNIT | MONTH) {
            return None;
        }
        let more = scan.gap(n) == b" " && scan.tokens.get(n + 1).is_some_and(|t| t.is(STREET | STREET_TOO));
        let road = scan.word_is(n, words!["route", "rte"]);
        if token.is(STREET_TOO) && n >= at + 2 && !more && !road {
            let name = &scan.tokens[at + 1..n];
            let capital = scan.is_capital(token) && name.iter().all(|t| scan.is_capital(t));
            let told = is_told(scan, at)
                || scan.word_is(n + 1, words!["is"]) && scan.word_is(n + 3, words!["address"]);
            let named = name.iter().any(|t| !t.is(PLAIN | STOP | SPOKEN | NUMBER));
            let plain = name.iter().all(|t| !t.is(STOP));
            return (capital && named || told && plain).then_some(n);
        }
    }
    None
}

fn is_named(scan: &Scan<'_>, house: usize, suffix: usize) -> bool {
    let name = &scan.tokens[house + 1..suffix];
    let named = name.iter().any(|t| t.kind() == Kind::Word && !t.is(NUMBER));
    let plain = scan.word_is(
        suffix,
        words!["place", "way", "drive", "court", "square", "circle", "terrace", "crescent"],
    ) && name.iter().all(|t| t.is(PLAIN | SPOKEN | NUMBER | STOP));
    // "2 way street", "4 lane highway"
    let kind = suffix == house + 2
        && scan.word_is(house + 1, words!["stars", "star", "times", "way", "lane", "hour", "minute", "mile", "block", "day"]);
    let spoken = scan.tokens[house].is(SPOKEN | NUMBER);
    let capital = scan.is_capital(&scan.tokens[suffix]);
    let ordinal = scan.gap(house).is_empty() && suffix == house + 2;
    let walked = name[0].kind() == Kind::Word
        && !scan.is_capital(&name[0])
        && !scan.gap(house).is_empty()
        && !name[0].is(NUMBER | SPOKEN)
        && name.iter().any(|t| scan.is_capital(t));
    !ordinal
        && !walked
        && (!kind || capital)
        && named && (!plain || capital) && (!spoken || name.iter().any(|t| scan.is_capital(t) || !t.is(PLAIN | STOP)))
}

/// "1428 elm #3b", "4844 Sondergade 52\n Apt. 656": any name, but a door after it.
fn with_door(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let may_be = scan.has_number_sign || scan.marks & DOOR != 0;
    let inside = words!["building", "bldg", "wing", "tower", "hall", "bed", "gate", "level"];
    if !may_be
        || scan.tokens[at].kind() != Kind::Number
        || !is_house(scan, at)
        || scan.word_is(at + 1, inside) && !(at > 0 && scan.tokens[at - 1].is(DOOR))
    {
        return None;
    }
    let (mut words, mut capital) = (0, true);
    for n in at + 1..scan.tokens.len().min(at + 9) {
        let (gap, token) = (scan.gap(n - 1), &scan.tokens[n]);
        if words > 0 && is_space(gap) && is_door(scan, n, capital) {
            return Some(n - 1);
        }
        let joins = is_space(gap) && !gap.contains(&b'\n') || gap == b"'" || gap == b"-";
        if !joins || !may_name(scan, n, n == at + 1 && gap == b" ") {
            return None;
        }
        capital &= token.kind() == Kind::Number || scan.is_capital(token) || words > 0;
        words += u32::from(token.kind() == Kind::Word);
    }
    None
}

/// "Apt 3", "#3b"; after a name without capitals not "floor 2" and the like.
fn is_door(scan: &Scan<'_>, at: usize, capital: bool) -> bool {
    let number = |n: usize| scan.tokens.get(n).is_some_and(|t| t.kind() == Kind::Number);
    let named = scan.tokens[at].is(DOOR)
        && (capital || scan.word_is(at, words!["apt", "apartment", "suite", "ste", "unit"]));
    scan.gap(at - 1).ends_with(b"#") && number(at) || named && number(at + 1)
}

/// A word or number that a street's name may hold; the first may be in lower case.
fn may_name(scan: &Scan<'_>, at: usize, first: bool) -> bool {
    let token = &scan.tokens[at];
    if token.kind() == Kind::Number {
        return token.len() <= 4;
    }
    let low = first && !token.is(STOP | UNIT | SPOKEN | NUMBER | MONTH);
    scan.is_capital(token) || low || is_particle(scan, at)
}

/// "Via Roma 131", "ul. Dluga 12", "Hauptstrasse 5"
fn number_after(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let token = &scan.tokens[at];
    let one_word = has_ending(scan, token);
    if !one_word && !token.is(WAY) || is_measured(scan, at) {
        return None;
    }
    let told = is_told(scan, at);
    for n in at + 1..scan.tokens.len().min(at + 2 + NAME_WORDS_MAX) {
        let (gap, token) = (scan.gap(n - 1), &scan.tokens[n]);
        if !matches!(gap, b" " | b". " | b"'" | b"-" | b", ") {
            return None;
        }
        if token.kind() == Kind::Number {
            // "calle 5 numero 22": a street may be called by a number too.
            let house = scan.word_is(n + 1, words!["numero", "num", "no"])
                && scan.tokens.get(n + 2).is_some_and(|t| t.kind() == Kind::Number && t.len() <= 4);
            if n == at + 1 && house {
                return Some(n + 2);
            }
            return (token.len() <= 4 && (one_word || n > at + 1)).then_some(n);
        }
        if one_word || !scan.is_capital(token) && !is_particle(scan, n) && !told {
            return None;
        }
    }
    None
}

/// "11.2 K/uL, Hgb 13", "5 ul Tween 20": a unit, not the Polish word for a street.
fn is_measured(scan: &Scan<'_>, at: usize) -> bool {
    let after_number = at > 0 && scan.tokens[at - 1].kind() == Kind::Number;
    scan.word_is(at, words!["ul"])
        && (scan.byte_before(scan.tokens[at].start) == b'/'
            || scan.gap(at).starts_with(b",")
            || after_number && !scan.gap(at).starts_with(b"."))
}

fn has_ending(scan: &Scan<'_>, token: &Token) -> bool {
    let word = scan.text(token);
    scan.is_capital(token)
        && !token.is(PLAIN | NEVER_NAME)
        && ENDINGS.iter().any(|end| word.len() > end.len() + 2 && word.ends_with(end.as_bytes()))
}

fn is_particle(scan: &Scan<'_>, at: usize) -> bool {
    scan.word_is(
        at,
        words![
            "de", "del", "della", "delle", "dei", "di", "da", "do", "dos", "du", "des", "la", "le",
            "van", "der", "den", "vom", "am", "u", "ut", "utca", "tee", "e", "d", "terrasse", "na",
        ],
    ) || scan.tokens[at].is(WAY | STREET)
}

/// Whether words that announce an address stand right before.
fn is_told(scan: &Scan<'_>, at: usize) -> bool {
    if at == 0 || !scan.word_is(at - 1, LAST_OF_CUES) {
        return false;
    }
    let pair = |pair: &[u64]| {
        scan.word_is(at - 2, &pair[..1]) && scan.word_is(at - 1, &pair[1..])
    };
    at > 1 && CUES.chunks(2).any(pair)
        || scan.word_is(at - 1, words!["address", "direccion"]) && scan.gap(at - 1).starts_with(b":")
}

/// "new address 33 maple", "mi direccion es 450 oak": a house and one word, with nothing after.
fn bare(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let told = at > 1
        && scan.word_is(at - 1, words!["address", "is", "es"])
        && scan.word_is(
            at - 2,
            words!["new", "mailing", "home", "address", "direccion", "domicilio"],
        );
    let name = scan.tokens.get(at + 1)?;
    let ends = at + 2 == scan.tokens.len() || !matches!(scan.gap(at + 1), b" " | b"-" | b"'" | b"");
    let named = name.kind() == Kind::Word
        && name.len() > 2
        && !name.is(PLAIN | STOP | UNIT | MONTH | SPOKEN | NUMBER)
        && !scan.word_is(
            at + 1,
            words!["blocks", "floors", "stories", "houses", "doors", "exits", "stops"],
        );
    (told && is_house(scan, at) && scan.gap(at) == b" " && named && ends).then_some(at + 1)
}

/// After words that announce an address: names and numbers, in either order.
fn cued(scan: &Scan<'_>, at: usize) -> Option<usize> {
    at.checked_sub(1).filter(|before| scan.tokens[*before].kind() == Kind::Word)?;
    if !scan.word_is(at - 1, LAST_OF_CUES) {
        return None;
    }
    if !is_told(scan, at) || !is_house(scan, at) && scan.tokens[at].kind() != Kind::Word {
        return bare(scan, at);
    }
    let (mut words, mut last_number) = (0, None);
    for n in at..scan.tokens.len().min(at + 8) {
        let token = &scan.tokens[n];
        let number = token.kind() == Kind::Number && token.len() <= 5 && scan.byte_after(token.end) != b':';
        let known = token.is(STATE | MONTH | NEVER_NAME | UNIT | STOP);
        if !(number || scan.is_capital(token) && !known || is_particle(scan, n)) {
            break;
        }
        words += u32::from(scan.is_capital(token));
        if number && (words > 0 || n > at) {
            last_number = Some(n);
        }
        if !matches!(scan.gap(n), b" " | b". " | b"'" | b"-") {
            let house_first = scan.tokens[at].kind() == Kind::Number && words > 0;
            return last_number.or(house_first.then_some(n));
        }
    }
    last_number.filter(|_| words > 0).or_else(|| bare(scan, at))
}

/// "PO Box 12", "RR 2 Box 30", "PSC 800 Box 12"
fn post_box(scan: &Scan<'_>, at: usize) -> Option<usize> {
    if !scan.tokens[at].is(BOX) {
        return None;
    }
    let numbered =
        |n: usize| scan.tokens.get(n).is_some_and(|t| t.kind() == Kind::Number && t.len() <= 6);
    if scan.word_is(at, words!["po"]) && scan.word_is(at + 1, words!["box"]) && numbered(at + 2) {
        return Some(at + 2);
    }
    if scan.word_is(at, words!["p"])
        && scan.word_is(at + 1, words!["o"])
        && scan.word_is(at + 2, words!["box"])
        && numbered(at + 3)
    {
        return Some(at + 3);
    }
    if scan.word_is(at, words!["apo", "fpo", "dpo"])
        && scan.word_is(at + 1, words!["aa", "ae", "ap"])
        && scan.tokens.get(at + 2).is_some_and(|t| t.kind() == Kind::Number && t.len() == 5)
    {
        return Some(at + 2);
    }
    if scan.word_is(at, words!["postbox", "postfach"]) && numbered(at + 1) {
        return Some(at + 1);
    }
    (scan.word_is(at, words!["rr", "psc", "unit"])
        && numbered(at + 1)
        && scan.word_is(at + 2, words!["box"])
        && numbered(at + 3))
    .then_some(at + 3)
}
