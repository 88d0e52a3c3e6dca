//! A name that was found once is a name wherever else it stands in the text.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::guard;
use crate::lexicon::{COMMON_LAST, DISEASE, EPONYM, MONTH, NEVER_NAME, PLAIN, STOP, TAIL};
use crate::find::Hit;
use crate::rules::RuleId;
use crate::scan::{Kind, Scan, Token, why};

const WORD_BYTES_MIN: u32 = 3;

/// What is hashed already needs no hash.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Adds the words of the hits from `from` on wherever they stand alone.
pub(super) fn find(scan: &Scan<'_>, from: usize, hits: &mut Vec<Hit>) {
    let mut words: HashSet<u64, BuildHasherDefault<Hashed>> = HashSet::default();
    let mut at = 0;
    for hit in &hits[from..] {
        while at < scan.tokens.len() && scan.tokens[at].start < hit.start {
            at += 1;
        }
        let words_of = scan.tokens[at..].iter().take_while(|t| t.start < hit.end).count();
        let name = &scan.tokens[at..at + words_of];
        if name.len() > 1 || name.iter().all(|t| !t.is(COMMON_LAST)) {
            words.extend(name.iter().filter(|t| may_stand_alone(scan, t)).map(|t| t.hash));
        }
    }
    if words.is_empty() {
        return;
    }
    let known = hits.len();
    let mut next = from;
    for at in scan.triggers(why::NAME) {
        let token = &scan.tokens[at];
        while next < known && hits[next].end <= token.start {
            next += 1;
        }
        let taken = next < known && hits[next].start <= token.start;
        if !taken
            && token.kind() == Kind::Word
            && scan.is_capital(token)
            && words.contains(&token.hash)
            && !guard::is_place(scan, at, at + 1)
            && !guard::is_code(scan, at)
            && !scan.tokens.get(at + 1).is_some_and(|t| t.is(DISEASE))
        {
            hits.push(Hit { start: token.start, end: token.end, rule: RuleId::Name, weight: 39 });
        }
    }
}

fn may_stand_alone(scan: &Scan<'_>, token: &Token) -> bool {
    token.len() >= WORD_BYTES_MIN
        && scan.is_capital(token)
        && !token.is(PLAIN | STOP | NEVER_NAME | EPONYM | MONTH | TAIL)
}
