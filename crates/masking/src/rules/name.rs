//! Names of people: after a title, after a phrase that announces one, or a
//! given name and a family name of the lists side by side.
//!
//! What a name begins and ends with is judged here; what only looks like one
//! (a street, a clinic, a disease, a town) in `guard`.

mod again;
mod guard;
mod spelled;

use super::{Rule, RuleId};
use crate::find::Hit;
use crate::lexicon::{
    ANNOUNCES, COMMON_FIRST, CUE, COMMON_LAST, EPONYM, FIRST, LAST, MONTH, NEVER_NAME, NUMBER, PLAIN,
    STATE, STOP, TAIL, TITLE, TRADE, words};
use crate::scan::{Kind, Scan, Token, why};

const WORDS_MAX: usize = 4;
/// What announces a name for sure.
const STRONG: [&[u64]; 31] = [
    words!["patient", "is"],
    words!["seeing"],
    words!["next", "is"],
    words!["husband"],
    words!["wife"],
    words!["my", "son"],
    words!["my", "daughter"],
    words!["my", "brother"],
    words!["my", "sister"],
    words!["my", "mother"],
    words!["my", "father"],
    words!["my", "name", "is"],
    words!["name", "s"],
    words!["name", "is"],
    words!["name"],
    words!["name", "was"],
    words!["surname"],
    words!["apellido"],
    words!["apellidos"],
    words!["apellido", "es"],
    words!["me", "llamo"],
    words!["mi", "nombre", "es"],
    words!["policyholder"],
    words!["attn"],
    words!["patient"],
    words!["spell", "it"],
    words!["emergency", "contact"],
    words!["ask", "for"],
    words!["named"],
    words!["named", "him"],
    words!["named", "her"],
];
/// What announces one if the word is a name, or if two unknown words are.
const WEAK: [&[u64]; 17] = [
    words!["this", "is"],
    words!["i", "m"],
    words!["i", "am"],
    words!["it", "s"],
    words!["hi"],
    words!["hello"],
    words!["dear"],
    words!["thanks"],
    words!["you"],
    words!["hey"],
    words!["regards"],
    words!["contact"],
    words!["called"],
    words!["under"],
    words!["with"],
    words!["by"],
    words!["to"],
];
/// What nothing but a name follows, in lower case too.
const INTRODUCES: [&[u64]; 4] = [
    words!["my", "name", "is"],
    words!["my", "name", "s"],
    words!["me", "llamo"],
    words!["mi", "nombre", "es"],
];
/// Where a given name stands that is an everyday word too: "hey mason".
const GREETING: [&[u64]; 3] = [words!["hi"], words!["hello"], words!["hey"]];

pub(super) const RULE: Rule = Rule {
    name: "name",
    kind: "NAME",
    version: 3,
    doc: "The name of a person.",
    source: "US Census Bureau, name files of 1990; lists of our own",
    example: "my name is [Keisha Rodriguez], hello",
    cues: &["name", "nombre", "speaking with", "talking to"],
    find: Some(find),
    ..Rule::NEW
};

fn find(scan: &Scan<'_>, asked: bool, hits: &mut Vec<Hit>) {
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
    let before = hits.len();
    let mut next = 0;
    for at in scan.triggers(why::NAME) {
        if at >= next {
            next = name_from(scan, at);
            if next > at {
                push(scan, at, next, hits);
            }
        }
    }
    again::find(scan, before, hits);
    spelled::find(scan, hits);
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
    if token.kind() != Kind::Word || token.is(TITLE | TRADE | STOP) || token.len() < 2 {
        let small = is_will_young(scan, at) || is_o_neill(scan, at);
        return if small { extend(scan, at + 1).max(at + 2) } else { at };
    }
    let capital = scan.is_capital(token);
    if !capital && !token.is(FIRST | LAST | COMMON_LAST) && !after_cue(scan, at)
        || guard::is_masked(scan.text(token))
        || guard::is_code(scan, at)
    {
        return at;
    }
    if let Some(end) = after_title(scan, at, capital) {
        return end;
    }
    let strong = announced(scan, at, &STRONG);
    if is_never(token) && !(token.is(FIRST) && (strong || greeted(scan, at)))
        || guard::is_named_after(scan, at)
    {
        return at;
    }
    let end = if strong { after_phrase(scan, at, capital) } else { by_list(scan, at, capital) };
    if end == at {
        return if capital && reversed(scan, at) { at + 2 } else { listed_together(scan, at) };
    }
    if strong || !guard::is_place(scan, at, end) { end } else { at }
}

/// A given name that is a little word too, between a phrase and a family name.
fn is_will_young(scan: &Scan<'_>, at: usize) -> bool {
    scan.tokens[at].is(FIRST)
        && pair(scan, at)
        && scan.tokens[at + 1].is(COMMON_LAST)
        && scan.gap(at + 1) != b" "
        && announced(scan, at, &STRONG)
}

/// "Mrs. O'Neill", "D'Angelo": one letter before a word with a capital.
fn is_o_neill(scan: &Scan<'_>, at: usize) -> bool {
    let next = scan.tokens.get(at + 1);
    scan.tokens[at].len() == 1
        && scan.is_capital(&scan.tokens[at])
        && scan.gap(at) == b"'"
        && next.is_some_and(|t| scan.is_capital(t) && t.len() > 3 && !scan.is_masked(at + 1))
        && (after_cue(scan, at) || next.is_some_and(|t| t.is(LAST)))
}

fn after_cue(scan: &Scan<'_>, at: usize) -> bool {
    at > 0 && scan.tokens[at - 1].is(ANNOUNCES | TITLE)
}

/// "Dr. Pain", "mr walker", "doctor White", "therapist Barskyex".
fn after_title(scan: &Scan<'_>, at: usize, capital: bool) -> Option<usize> {
    let before = at.checked_sub(1).map(|before| &scan.tokens[before])?;
    let token = &scan.tokens[at];
    if before.is(TRADE) && scan.gap(at - 1) == b" " {
        let named = capital && !token.is(PLAIN) && !is_never(token);
        return named.then(|| extend(scan, at));
    }
    if !before.is(TITLE) {
        return None;
    }
    let short = scan.word_is(at - 1, words!["dr", "mr", "mrs", "ms", "sr", "sra", "prof", "senor", "senora", "senorita"]);
    let joined = scan.gap(at - 1) == b" " || short && matches!(scan.gap(at - 1), b". " | b"." | b" . ");
    let named = capital && (short || !token.is(PLAIN | NEVER_NAME) || token.is(LAST | FIRST))
        || token.is(FIRST | LAST) && !token.is(PLAIN)
        || token.is(COMMON_LAST)
        || short && !token.is(PLAIN) && token.len() > 2;
    (joined && named && !guard::is_named_after(scan, at)).then(|| extend(scan, at))
}

/// After words that announce a name for sure.
fn after_phrase(scan: &Scan<'_>, at: usize, capital: bool) -> usize {
    let token = &scan.tokens[at];
    let listed = token.is(FIRST) && !token.is(PLAIN);
    let family = family_follows(scan, at, capital);
    let named = token.is(FIRST) && (listed || capital || family)
        || !token.is(PLAIN | MONTH) && token.len() > 2 && family
        || token.is(LAST) && !token.is(PLAIN)
        || capital && !token.is(PLAIN);
    let end = if named { extend(scan, at) } else { at };
    if end == at && !capital && announced(scan, at, &INTRODUCES) && guard::may_be_unlisted(scan, at)
    {
        let family = pair(scan, at) && guard::may_be_unlisted(scan, at + 1);
        return if family { at + 2 } else { at + 1 };
    }
    let unlisted = end == at + 1 && !capital && pair(scan, at);
    let goes_on = |t: &Token| !t.is(PLAIN | STOP | NEVER_NAME) && t.len() > 3;
    if unlisted && scan.tokens.get(end).is_some_and(goes_on) { end + 1 } else { end }
}

/// By the lists, by weaker phrases, or by the form of two unknown words.
fn by_list(scan: &Scan<'_>, at: usize, capital: bool) -> usize {
    let token = &scan.tokens[at];
    let listed = token.is(FIRST) && !token.is(PLAIN);
    let weak = announced(scan, at, &WEAK);
    let family = family_follows(scan, at, capital);
    let both_plain = token.is(PLAIN) && scan.tokens.get(at + 1).is_some_and(|t| t.is(PLAIN));
    let named = weak && listed && !scan.word_is(at - 1, words!["with", "by", "to"])
        || weak && token.is(FIRST) && family && (!both_plain || calls(scan, at))
        || weak && is_filed_under(scan, at)
        || greeted(scan, at) && token.is(FIRST | COMMON_LAST) && ends_greeting(scan, at)
        || side_by_side(scan, at, listed, capital)
        || capital && (guard::has_middle_initial(scan, at) || guard::looks_foreign(scan, at, weak))
        || capital && guard::is_signature(scan, at);
    match named {
        true if weak && calls(scan, at) => at + 2,
        true => extend(scan, at),
        false => at,
    }
}

/// "this is grace may calling"
fn calls(scan: &Scan<'_>, at: usize) -> bool {
    scan.word_is(at - 1, words!["is"]) && scan.word_is(at + 2, words!["calling", "here", "speaking", "from"])
}

/// "it's under mcallister"
fn is_filed_under(scan: &Scan<'_>, at: usize) -> bool {
    let token = &scan.tokens[at];
    scan.word_is(at - 1, words!["under"])
        && token.is(LAST)
        && !token.is(PLAIN)
        && scan.gap(at) != b" "
}

fn greeted(scan: &Scan<'_>, at: usize) -> bool {
    announced(scan, at, &GREETING)
}

/// "hey mason good to see you", but not "hello young man".
fn ends_greeting(scan: &Scan<'_>, at: usize) -> bool {
    !scan.word_is(at, words!["young", "an", "love", "honey", "guy", "man", "lady", "buddy", "bud", "dear", "doc", "son", "sweetie"])
        && (scan.gap(at) != b" "
            || at + 1 == scan.tokens.len()
            || scan.word_is(at + 1, words!["how", "good", "nice", "what", "this", "i", "my", "can", "it", "thanks", "so"]))
}

fn family_follows(scan: &Scan<'_>, at: usize, capital: bool) -> bool {
    pair(scan, at) && {
        let next = &scan.tokens[at + 1];
        next.is(LAST) && !next.is(STOP)
            || capital && next.len() == 1 && scan.byte_after(next.end) == b'.'
    }
}

/// Words that are no name, but for the family names among them.
fn is_never(token: &Token) -> bool {
    token.is(NEVER_NAME | EPONYM) && !token.is(COMMON_LAST)
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
        if guard::is_upper(scan, at) != guard::is_upper(scan, at + 1) {
            return false;
        }
        let turned =
            token.is(LAST) && !token.is(PLAIN | FIRST) && next.is(FIRST) && !next.is(MONTH);
        return turned
            || token.is(FIRST) && next.is(LAST)
            || !token.is(PLAIN) && next.is(LAST) && !next.is(PLAIN) && !token.is(MONTH)
            || next.is(FIRST) && !next.is(PLAIN) && (token.is(LAST) || !token.is(PLAIN));
    }
    !capital && listed && (next.is(COMMON_LAST) || next.is(LAST) && !next.is(PLAIN))
}

fn announced(scan: &Scan<'_>, at: usize, phrases: &[&[u64]]) -> bool {
    at > 0
        && scan.tokens[at - 1].is(ANNOUNCES)
        && scan.gap(at - 1).len() <= 3
        && !scan.gap(at - 1).iter().any(|b| b".?!".contains(b))
        && phrases
            .iter()
            .any(|p| p.len() <= at && (0..p.len()).all(|n| scan.word_is(at - p.len() + n, &[p[n]])))
}

fn pair(scan: &Scan<'_>, at: usize) -> bool {
    scan.gap(at) == b" " && scan.tokens.get(at + 1).is_some_and(|t| t.kind() == Kind::Word)
}

/// "Rodriguez, Keisha"
fn reversed(scan: &Scan<'_>, at: usize) -> bool {
    let Some(next) = scan.tokens.get(at + 1) else { return false };
    let (first, gap) = (&scan.tokens[at], scan.gap(at));
    gap == b", "
        && first.is(LAST)
        && next.is(FIRST)
        && !first.is(STOP | NUMBER)
        && !next.is(PLAIN)
        && scan.is_capital(next)
}

/// "Morrison, Rogers and Torres": where the list ends, if names are listed.
fn listed_together(scan: &Scan<'_>, at: usize) -> usize {
    let Some(all) = scan.tokens.get(at..at + 4) else { return at };
    let people = [&all[0], &all[1], &all[3]];
    let together = scan.gap(at) == b", "
        && matches!(scan.gap(at + 1), b" " | b", ")
        && scan.word_is(at + 2, words!["and"])
        && scan.gap(at + 2) == b" "
        && people.iter().all(|t| {
            scan.is_capital(t) && !is_never(t) && !t.is(STOP | MONTH | STATE | TAIL) && t.len() > 2
        })
        && people.iter().filter(|t| t.is(LAST | FIRST)).count() >= 2
        && people.iter().filter(|t| !t.is(PLAIN)).count() >= 2;
    if together { at + 4 } else { at }
}

/// Takes what follows as long as it can be part of the name.
fn extend(scan: &Scan<'_>, at: usize) -> usize {
    let capital = scan.is_capital(&scan.tokens[at]);
    let (mut end, mut words) = (at + 1, 1);
    while end < scan.tokens.len() && words < WORDS_MAX {
        let token = &scan.tokens[end];
        let joined = matches!(scan.gap(end - 1), b" " | b". " | b"'" | b"-" | b"+" | b", ");
        let after_initial = scan.tokens[end - 1].len() == 1;
        let initialled = !capital
            && token.len() == 1
            && scan.gap(end) == b" "
            && scan.tokens.get(end + 1).is_some_and(|t| t.is(LAST) && !t.is(PLAIN | STOP));
        if initialled {
            end += 2;
            break;
        }
        // "olivia grace miller": a given name that is a plain word too.
        let middle = !capital && scan.gap(end - 1) == b" " && token.is(FIRST) && !token.is(STOP | MONTH);
        if middle && pair(scan, end) && scan.tokens[end + 1].is(COMMON_LAST) && scan.tokens[at].is(FIRST) {
            end += 2;
            break;
        }
        if let Some(family) = after_particles(scan, end) {
            end = family + 1;
            break;
        }
        if !joined || !belongs(scan, token, capital, scan.gap(end - 1), after_initial) {
            break;
        }
        // "O'Brien", "Smith-Jones" are one word of a name.
        words += usize::from(!matches!(scan.gap(end - 1), b"'" | b"-"));
        end += 1;
    }
    end
}

/// "de la Cruz", "van der Berg": the family name after its particles.
fn after_particles(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let particle = |n: usize| {
        scan.word_is(
            n,
            words!["de", "la", "del", "los", "van", "der", "den", "von", "da", "dos", "di", "bin", "al"],
        ) && scan.gap(n - 1) == b" "
    };
    let last = (at..at + 3).take_while(|&n| particle(n)).last()?;
    let family = scan.tokens.get(last + 1).filter(|_| scan.gap(last) == b" ")?;
    let named = family.is(LAST) && !family.is(PLAIN | STOP)
        || scan.is_capital(family) && !family.is(PLAIN | STOP);
    named.then_some(last + 1)
}

fn belongs(scan: &Scan<'_>, token: &Token, capital: bool, gap: &[u8], after_initial: bool) -> bool {
    let announces_other = token.is(CUE) && token.len() > 1 && !token.is(FIRST | LAST);
    if token.kind() != Kind::Word || token.is(TITLE) || announces_other {
        return false;
    }
    let upper = scan.is_capital(token);
    let initial = upper && token.len() == 1;
    let never = token.is(NEVER_NAME) && !token.is(COMMON_LAST);
    match gap {
        b"'" => upper && capital && token.len() > 1,
        b", " => upper && capital && token.is(FIRST) && !token.is(PLAIN | LAST),
        b". " if !after_initial => false,
        _ if initial && capital => true,
        _ if token.is(STOP) => false,
        _ if capital => {
            upper && !never && (token.is(LAST | FIRST) || !token.is(PLAIN | TAIL | MONTH))
        }
        _ => {
            token.is(LAST) && (!token.is(PLAIN) || token.is(COMMON_LAST)) && !never
                || token.is(FIRST) && !token.is(PLAIN | MONTH)
                || !token.is(PLAIN) && guard::ends_like_family(scan, token)
        }
    }
}
