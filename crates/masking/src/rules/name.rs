//! Names of people: after a title, after a phrase that announces one, or a
//! given name and a family name of the lists side by side.

use super::{Hit, RuleId};
use crate::lexicon::{FIRST, LAST, NEVER_NAME, PLAIN, TITLE};
use crate::scan::{Kind, Scan, Token};

const WORDS_MAX: usize = 4;
/// What announces a name for sure.
const STRONG: [&[&str]; 12] = [
    &["my", "name", "is"],
    &["name", "s"],
    &["name", "is"],
    &["name"],
    &["me", "llamo"],
    &["mi", "nombre", "es"],
    &["policyholder"],
    &["attn"],
    &["patient"],
    &["spell", "it"],
    &["emergency", "contact"],
    &["ask", "for"],
];
/// What announces one if the word is a name.
const WEAK: [&[&str]; 12] = [
    &["this", "is"],
    &["i", "m"],
    &["i", "am"],
    &["it", "s"],
    &["hi"],
    &["hello"],
    &["dear"],
    &["thanks"],
    &["you"],
    &["hey"],
    &["regards"],
    &["contact"],
];

pub(crate) fn find(scan: &Scan<'_>, asked: bool, hits: &mut Vec<Hit>) {
    if scan.marks & (FIRST | LAST | TITLE) == 0 && !asked {
        return;
    }
    let mut at = 0;
    if asked
        && scan.tokens.len() <= 5
        && !scan.has_digit
        && !scan.tokens.iter().all(|t| t.is(PLAIN))
    {
        let start = scan.tokens.iter().position(|t| !t.is(PLAIN) || t.is(FIRST)).unwrap_or(0);
        if scan.tokens.len() > start {
            push(scan, start, scan.tokens.len(), hits);
            return;
        }
    }
    while at < scan.tokens.len() {
        let end = name_from(scan, at);
        if end > at {
            push(scan, at, end, hits);
            at = end;
        } else {
            at += 1;
        }
    }
}

fn push(scan: &Scan<'_>, from: usize, end: usize, hits: &mut Vec<Hit>) {
    hits.push(Hit {
        start: scan.tokens[from].start,
        end: scan.tokens[end - 1].end,
        rule: RuleId::Name,
        weight: 40,
    });
}

/// One past the last token of a name that begins here, or where it stands.
fn name_from(scan: &Scan<'_>, at: usize) -> usize {
    let token = &scan.tokens[at];
    if token.kind != Kind::Word || token.is(TITLE) {
        return at;
    }
    let capital = scan.is_capital(token);
    let eponym = scan.byte_after(token.end) == b'\''
        && !scan.is_capital(scan.tokens.get(at + 2).unwrap_or(token));
    if token.is(NEVER_NAME) && !(token.is(FIRST) && announced(scan, at, &STRONG)) || eponym {
        return at;
    }
    let after_title = at > 0 && scan.tokens[at - 1].is(TITLE) && titled(scan, at);
    if after_title && (capital || token.is(FIRST | LAST) && !token.is(PLAIN)) {
        return extend(scan, at, true);
    }
    if announced(scan, at, &STRONG)
        && (capital || token.is(FIRST) || token.is(LAST) && !token.is(PLAIN))
    {
        return extend(scan, at, true);
    }
    let listed = token.is(FIRST) && !token.is(PLAIN);
    if announced(scan, at, &WEAK) && (listed || token.is(FIRST) && pair(scan, at)) {
        return extend(scan, at, true);
    }
    let next_is_family =
        pair(scan, at) && scan.tokens[at + 1].is(LAST) && !scan.tokens[at + 1].is(NEVER_NAME);
    if next_is_family
        && (listed || token.is(FIRST) && capital && scan.is_capital(&scan.tokens[at + 1]))
    {
        let both_capital = capital && scan.is_capital(&scan.tokens[at + 1]);
        if both_capital || !scan.tokens[at + 1].is(PLAIN) {
            return extend(scan, at, capital);
        }
    }
    if capital && reversed(scan, at) {
        return at + 2;
    }
    if capital && listed { extend(scan, at, true) } else { at }
}

fn titled(scan: &Scan<'_>, at: usize) -> bool {
    matches!(scan.gap(at - 1), b" " | b". " | b"." | b" . ")
}

fn announced(scan: &Scan<'_>, at: usize, phrases: &[&[&str]]) -> bool {
    at > 0
        && scan.gap(at - 1).len() <= 3
        && !scan.gap(at - 1).contains(&b'.')
        && phrases
            .iter()
            .any(|p| p.len() <= at && (0..p.len()).all(|n| scan.word_is(at - p.len() + n, &[p[n]])))
}

fn pair(scan: &Scan<'_>, at: usize) -> bool {
    scan.gap(at) == b" " && scan.tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Word)
}

/// "Rodriguez, Keisha"
fn reversed(scan: &Scan<'_>, at: usize) -> bool {
    let Some(next) = scan.tokens.get(at + 1) else { return false };
    let (first, gap) = (&scan.tokens[at], scan.gap(at));
    gap == b", "
        && first.is(LAST)
        && next.is(FIRST)
        && !first.is(PLAIN)
        && !next.is(PLAIN)
        && scan.is_capital(next)
}

/// Takes what follows as long as it can be part of the name.
fn extend(scan: &Scan<'_>, at: usize, sure: bool) -> usize {
    let capital = scan.is_capital(&scan.tokens[at]);
    let mut end = at + 1;
    while end < scan.tokens.len() && end - at < WORDS_MAX {
        let token = &scan.tokens[end];
        let joined = matches!(scan.gap(end - 1), b" " | b". " | b"'" | b"-" | b", ");
        if !joined || !belongs(scan, token, capital, scan.gap(end - 1), end - at == 1 && sure) {
            break;
        }
        end += 1;
    }
    end
}

fn belongs(scan: &Scan<'_>, token: &Token, capital: bool, gap: &[u8], _second: bool) -> bool {
    if token.kind != Kind::Word || token.is(TITLE) {
        return false;
    }
    let upper = scan.is_capital(token);
    match gap {
        b"'" => upper && capital,
        b", " => upper && capital && token.is(FIRST) && !token.is(PLAIN | LAST),
        b". " => upper && token.is(LAST) && !token.is(PLAIN),
        _ if capital => {
            upper && !token.is(NEVER_NAME) && (token.is(LAST | FIRST) || !token.is(PLAIN))
        }
        _ => token.is(LAST) && !token.is(PLAIN) || token.is(FIRST) && !token.is(PLAIN),
    }
}
