//! Names of people: after a title, after a phrase that announces one, or a
//! given name and a family name of the lists side by side.

use super::{Hit, RuleId};
use crate::lexicon::{
    ANNOUNCES, COMMON_FIRST, COMMON_LAST, FIRST, LAST, MONTH, NEVER_NAME, PLAIN, STOP, TITLE,
};
use crate::scan::{Kind, Scan, Token};

const WORDS_MAX: usize = 4;
/// What announces a name for sure.
const STRONG: [&[&str]; 17] = [
    &["patient", "is"],
    &["seeing"],
    &["next", "is"],
    &["husband"],
    &["wife"],
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
    if is_never(token) && !(token.is(FIRST) && announced(scan, at, &STRONG)) || eponym {
        return at;
    }
    if token.is(STOP) || token.len() < 2 || scan.text(token).iter().all(|b| b"Xx".contains(b)) {
        return at;
    }
    let listed = token.is(FIRST) && !token.is(PLAIN);
    let family_follows = pair(scan, at)
        && (scan.tokens[at + 1].is(LAST) && !scan.tokens[at + 1].is(STOP)
            || capital
                && scan.tokens[at + 1].len() == 1
                && scan.byte_after(scan.tokens[at + 1].end) == b'.');
    let named = if at > 0 && scan.tokens[at - 1].is(TITLE) && titled(scan, at) {
        capital
            || token.is(FIRST | LAST) && !token.is(PLAIN)
            || token.is(COMMON_LAST)
            || short_title(scan, at) && !token.is(PLAIN) && token.len() > 2
    } else if announced(scan, at, &STRONG) {
        token.is(FIRST) && (listed || capital || family_follows)
            || !token.is(PLAIN | MONTH) && token.len() > 2 && family_follows
            || token.is(LAST) && !token.is(PLAIN)
            || capital && !token.is(PLAIN)
    } else {
        announced(scan, at, &WEAK) && (listed || token.is(FIRST) && family_follows)
            || side_by_side(scan, at, listed, capital)
    };
    let end = if named { extend(scan, at) } else { at };
    let unlisted = end == at + 1 && !capital && announced(scan, at, &STRONG) && pair(scan, at);
    if unlisted
        && scan.tokens.get(end).is_some_and(|t| !t.is(PLAIN | STOP | NEVER_NAME) && t.len() > 3)
    {
        return end + 1;
    }
    if named {
        end
    } else if capital && reversed(scan, at) {
        at + 2
    } else {
        at
    }
}

/// "mr walker" says it; "doctor walker" may go on as a sentence.
fn short_title(scan: &Scan<'_>, at: usize) -> bool {
    scan.word_is(at - 1, &["dr", "mr", "mrs", "ms"])
}

/// Words that are no name, but for the family names among them.
fn is_never(token: &Token) -> bool {
    token.is(NEVER_NAME) && !token.is(COMMON_LAST)
}

/// A name by the lists alone.
fn side_by_side(scan: &Scan<'_>, at: usize, listed: bool, capital: bool) -> bool {
    let token = &scan.tokens[at];
    if listed && !token.is(MONTH | NEVER_NAME) && (capital || token.is(COMMON_FIRST)) {
        return true;
    }
    if !pair(scan, at) || scan.tokens[at + 1].is(STOP) || is_never(&scan.tokens[at + 1]) {
        return false;
    }
    let next = &scan.tokens[at + 1];
    let next_capital = scan.is_capital(next);
    if capital && next_capital {
        let turned =
            token.is(LAST) && !token.is(PLAIN | FIRST) && next.is(FIRST) && !next.is(MONTH);
        return turned
            || token.is(FIRST) && next.is(LAST)
            || !token.is(PLAIN) && next.is(LAST) && !next.is(PLAIN) && !token.is(MONTH)
            || next.is(FIRST) && !next.is(PLAIN) && (token.is(LAST) || !token.is(PLAIN));
    }
    !capital && listed && (next.is(COMMON_LAST) || next.is(LAST) && !next.is(PLAIN))
}

fn titled(scan: &Scan<'_>, at: usize) -> bool {
    matches!(scan.gap(at - 1), b" " | b". " | b"." | b" . ")
}

fn announced(scan: &Scan<'_>, at: usize, phrases: &[&[&str]]) -> bool {
    at > 0
        && scan.tokens[at - 1].is(ANNOUNCES)
        && scan.gap(at - 1).len() <= 3
        && !scan.gap(at - 1).iter().any(|b| b".?!".contains(b))
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
        && !first.is(STOP)
        && !next.is(PLAIN)
        && scan.is_capital(next)
}

/// Takes what follows as long as it can be part of the name.
fn extend(scan: &Scan<'_>, at: usize) -> usize {
    let capital = scan.is_capital(&scan.tokens[at]);
    let mut end = at + 1;
    while end < scan.tokens.len() && end - at < WORDS_MAX {
        let token = &scan.tokens[end];
        let joined = matches!(scan.gap(end - 1), b" " | b". " | b"'" | b"-" | b"+" | b", ");
        let after_initial = scan.tokens[end - 1].len() == 1;
        if !joined || !belongs(scan, token, capital, scan.gap(end - 1), after_initial) {
            break;
        }
        end += 1;
    }
    let disease = scan.word_is(end, &["s"])
        && scan.word_is(end + 1, &["disease", "syndrome", "palsy", "sign", "thyroiditis"]);
    if disease { at } else { end }
}

fn belongs(scan: &Scan<'_>, token: &Token, capital: bool, gap: &[u8], after_initial: bool) -> bool {
    if token.kind != Kind::Word || token.is(TITLE) {
        return false;
    }
    let upper = scan.is_capital(token);
    let initial = upper && token.len() == 1;
    match gap {
        b"'" => upper && capital && token.len() > 1,
        b", " => upper && capital && token.is(FIRST) && !token.is(PLAIN | LAST),
        b". " if !after_initial => false,
        _ if initial && capital => true,
        _ if token.is(STOP) => false,
        _ if capital => upper && !is_never(token) && (token.is(LAST | FIRST) || !token.is(PLAIN)),
        _ => {
            token.is(LAST) && (!token.is(PLAIN) || token.is(COMMON_LAST))
                || token.is(FIRST) && !token.is(PLAIN)
        }
    }
}
