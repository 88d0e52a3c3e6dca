//! E-mail addresses, typed or spelled, from the at sign outwards.

use super::{Rule, RuleId};
use crate::find::Hit;
use crate::lexicon::{AT, PLAIN, STOP, words};
use crate::scan::{Kind, Scan, is_letter, why};

const TLDS: &[u64] = words![
    "com", "net", "org", "edu", "gov", "co", "io", "us", "uk", "de", "info", "me", "ca", "example",
    "mx", "es", "fr", "nl", "au", "eu", "ch", "ai", "app", "dev", "biz", "health",
];

/// In English and Spanish.
const DOT: &[u64] = words!["dot", "punto"];
const LOCAL_BYTES_MAX: usize = 64;
const LOCAL_TOKENS_MAX: usize = 6;
const DOMAIN_BYTES_MAX: usize = 255;

pub(super) const RULE: Rule = Rule {
    name: "email",
    kind: "EMAIL",
    version: 3,
    doc: "An address of electronic mail, also spelled out.",
    source: "RFC 5321, section 4.1.2",
    example: "write to [jo.smith@example.com] please",
    pattern: r"[A-Za-z0-9.!#$%*+_~^-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
    find: Some(find),
    ..Rule::NEW
};

fn find(scan: &Scan<'_>, _asked: bool, hits: &mut Vec<Hit>) {
    typed(scan, hits);
    spelled(scan, hits);
}

fn typed(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    let bytes = scan.bytes;
    let (mut after, mut next) = (0, 0);
    for at in scan.at_signs.iter().map(|&at| at as usize) {
        let (left, right) = (spaces_before(bytes, at), spaces_after(bytes, at + 1));
        let start = (left.saturating_sub(LOCAL_BYTES_MAX)..left)
            .rev()
            .take_while(|&i| i >= after && is_local(bytes[i]))
            .last();
        let end = (right..bytes.len().min(right + DOMAIN_BYTES_MAX))
            .take_while(|&i| is_domain(bytes[i]))
            .last();
        let (Some(mut start), Some(mut end)) = (start, end) else { continue };
        while start < left && bytes[start] == b'.' {
            start += 1;
        }
        while end > right && matches!(bytes[end], b'.' | b'-') {
            end -= 1;
        }
        let named = |b: &u8| is_letter(*b) && *b != b'X';
        if !bytes[right..=end].iter().any(named) || start == left {
            continue;
        }
        if !bytes[right..=end].contains(&b'.') {
            next = scan.token_after(next, end);
            end = mistyped_dot(scan, next, end);
        }
        if (left < at || right > at + 1) && !bytes[right..end].contains(&b'.') {
            continue;
        }
        hits.push(Hit {
            start: start as u32,
            end: end as u32 + 1,
            rule: RuleId::Email,
            weight: 100,
        });
        after = end + 1;
    }
}

/// "jo@example,com", "jo@example com", "jo@example dot com": where the domain ends after all.
fn mistyped_dot(scan: &Scan<'_>, next: usize, end: usize) -> usize {
    if scan.word_is(next, DOT) && scan.word_is(next + 1, TLDS) {
        return scan.tokens[next + 1].end as usize - 1;
    }
    match scan.tokens.get(next) {
        Some(token)
            if scan.word_is(next, TLDS)
                && matches!(
                    &scan.bytes[end + 1..token.start as usize],
                    b"," | b" " | b" . " | b". "
                ) =>
        {
            let country = scan.gap(next) == b"." && scan.word_is(next + 1, TLDS);
            let last = if country { next + 1 } else { next };
            scan.tokens[last].end as usize - 1
        }
        _ => end,
    }
}

fn spaces_before(bytes: &[u8], at: usize) -> usize {
    at - bytes[..at].iter().rev().take(3).take_while(|b| b.is_ascii_whitespace()).count()
}

fn spaces_after(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take(2).take_while(|b| **b == b' ').count()
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b".!#$%*+-_~^'".contains(&byte)
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b".-".contains(&byte)
}

/// "mary dot smith at example dot com", "jo (at) example (dot) org"
fn spelled(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    for at in scan.triggers(why::AT | why::LONG) {
        let token = &scan.tokens[at];
        if is_glued(scan.text(token)) {
            let first = local_start(scan, at + 1);
            hits.push(hit(scan.tokens[first].start, token.end));
        }
        if at == 0 || !token.is(AT) {
            continue;
        }
        let domain = spelled_domain(scan, at + 1);
        if domain.is_none() && !is_provider(scan, at + 1) {
            continue;
        }
        let first = local_start(scan, at);
        let numbered = || is_numbered(scan, first, at).then(|| scan.tokens[at + 1].end);
        let Some(end) = domain.or_else(numbered) else { continue };
        if first < at - 1 || !scan.tokens[first].is(PLAIN) {
            hits.push(hit(scan.tokens[first].start, end));
        }
    }
}

fn hit(start: u32, end: u32) -> Hit {
    Hit { start, end, rule: RuleId::Email, weight: 96 }
}

/// "sanchezATexampleDOTcom"
fn is_glued(word: &[u8]) -> bool {
    let at = word.windows(2).position(|w| w == b"AT").filter(|&at| at > 0);
    let dot = word.windows(3).rposition(|w| w == b"DOT");
    match (at, dot) {
        (Some(at), Some(dot)) => {
            at + 2 < dot
                && dot + 3 < word.len()
                && word[at - 1].is_ascii_lowercase()
                && word[dot + 3].is_ascii_lowercase()
        }
        _ => false,
    }
}

/// The first token of the part before the at sign, which is the token `at`.
fn local_start(scan: &Scan<'_>, at: usize) -> usize {
    let mut first = told_start(scan, at).unwrap_or(at - 1);
    while first > 0 {
        if matches!(scan.gap(first - 1), b"" | b"." | b"_" | b"-" | b"+") {
            first -= 1;
        } else if first > 1 && scan.word_is(first - 1, words!["dot", "underscore", "dash", "hyphen", "plus", "punto", "guion"]) {
            first -= 2;
        } else if scan.gap(first - 1) == b" " && is_spaced_out(scan, first, at) {
            first -= 1;
        } else {
            break;
        }
    }
    first
}

/// "email is j lopez 62 at ...": all of it that follows the cue.
fn told_start(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let cue = (at.saturating_sub(LOCAL_TOKENS_MAX + 2)..at.saturating_sub(2)).rev().find(|&n| {
        scan.word_is(n, words!["email", "mail", "correo"]) && scan.word_is(n + 1, words!["is", "es"])
    })?;
    let of_one = |n: usize| {
        let token = &scan.tokens[n];
        (n + 1 == at || scan.gap(n) == b" ") && (token.len() == 1 || !token.is(PLAIN | STOP))
    };
    (cue + 2..at).all(of_one).then_some(cue + 2)
}

/// "j o h n at ...", "John Smith at ...": whether the token before `first` belongs to it.
fn is_spaced_out(scan: &Scan<'_>, first: usize, at: usize) -> bool {
    let (before, token) = (&scan.tokens[first - 1], &scan.tokens[first]);
    let named = at - first < 3
        && scan.is_capital(before)
        && !before.is(PLAIN | STOP)
        && scan.is_capital(token);
    named || before.len() == 1 && token.len() == 1
}

fn is_provider(scan: &Scan<'_>, at: usize) -> bool {
    let providers = words!["gmail", "yahoo", "hotmail", "outlook", "icloud", "aol", "protonmail"];
    scan.word_is(at, providers)
}

/// "jlopez62 at gmail": a provider alone counts after what no place is called.
fn is_numbered(scan: &Scan<'_>, first: usize, at: usize) -> bool {
    first < at - 1
        && scan.gap(first).is_empty()
        && scan.tokens[first].kind() == Kind::Word
        && scan.tokens[first..at].iter().any(|t| t.kind() == Kind::Number)
}

/// Where a domain ends that begins with a token and has its dots as words.
fn spelled_domain(scan: &Scan<'_>, mut at: usize) -> Option<u32> {
    let mut end = None;
    if scan.word_is(at + 2, DOT) && scan.is_capital(scan.tokens.get(at)?) {
        at += 1;
    }
    if scan.word_is(at, DOT) {
        at -= 1;
    }
    for _ in 0..4 {
        if scan.tokens.get(at).is_none_or(|t| t.kind() != Kind::Word) {
            return end;
        }
        let worded = scan.word_is(at + 1, DOT);
        if !worded && !matches!(scan.gap(at), b"." | b" . ") {
            return end;
        }
        at += if worded { 2 } else { 1 };
        if scan.word_is(at, TLDS) {
            end = Some(scan.tokens[at].end);
        }
    }
    end
}
