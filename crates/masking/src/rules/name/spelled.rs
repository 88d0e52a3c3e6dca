//! Names that are spelled letter by letter: "J-O-H-N", "s m i t h", "G as in George, A".

use crate::find::Hit;
use crate::lexicon::{FILLER, FIRST, LAST, NEVER_NAME, PLAIN, STOP, WordHash, words};
use crate::rules::RuleId;
use crate::scan::{Kind, Scan, why};

const LETTERS_MAX: usize = 24;
/// Three letters are mostly an abbreviation, unless a name is announced.
const UNANNOUNCED_LETTERS_MIN: usize = 4;
/// How many words back a cue, or the name itself, is looked for.
const WORDS_BEFORE_MAX: usize = 5;
const CUES: &[u64] = words![
    "name", "names", "surname", "nombre", "apellido", "apellidos", "spelled", "spelt", "spell", "spells", "spelling",
    "escribe", "deletrea", "deletreo", "llamo",
];

pub(super) fn find(scan: &Scan<'_>, hits: &mut Vec<Hit>) {
    for third in scan.triggers(why::SPELLED) {
        let first = first_letter(scan, third - 2);
        let last = last_letter(scan, third);
        let letters = || (first..=last).filter(|&at| scan.tokens[at].len() == 1);
        if letters().all(|at| scan.text(&scan.tokens[at]).eq_ignore_ascii_case(b"x")) {
            continue;
        }
        let mut word = WordHash::NEW;
        letters().for_each(|at| word.add(scan.text(&scan.tokens[at])[0]));
        let word = word.finish();
        let known = scan.lexicon.of(word).marks;
        let listed = known & (FIRST | LAST) != 0 && known & (PLAIN | STOP | NEVER_NAME) == 0;
        let count = letters().count();
        let before = stands_before(scan, first, word);
        hits.extend(before.map(|at| hit(scan, at, at)));
        if is_announced(scan, first)
            || count >= UNANNOUNCED_LETTERS_MIN && listed && !is_abbreviation(scan, first)
            || before.is_some()
        {
            hits.push(hit(scan, first, last));
        }
    }
}

/// "L I M A": capitals with spaces, as speech is written down.
fn is_abbreviation(scan: &Scan<'_>, first: usize) -> bool {
    scan.is_capital(&scan.tokens[first + 1]) && scan.gap(first) == b" "
}

/// The first letter of the row, over those that have a word beside them.
fn first_letter(scan: &Scan<'_>, mut first: usize) -> usize {
    while let Some(before) = first.checked_sub(4)
        && scan.tokens[before].len() == 1
        && scan.word_is(before + 1, words!["as"])
        && scan.word_is(before + 2, words!["in"])
        && scan.text(&scan.tokens[before])[0].eq_ignore_ascii_case(&scan.text(&scan.tokens[before + 3])[0])
    {
        first = before;
    }
    first
}

fn last_letter(scan: &Scan<'_>, third: usize) -> usize {
    let letter = |at: usize| {
        scan.tokens.get(at).is_some_and(|t| t.kind() == Kind::Word && t.len() == 1)
            && matches!(scan.gap(at - 1), b" " | b"-" | b"." | b", " | b" - " | b",")
    };
    (third..third + LETTERS_MAX).find(|&at| !letter(at + 1)).unwrap_or(third)
}

/// "last name is", "spelled", with nothing that says more between.
fn is_announced(scan: &Scan<'_>, first: usize) -> bool {
    let before = (first.saturating_sub(WORDS_BEFORE_MAX)..first).rev();
    for at in before {
        if scan.word_is(at, CUES) {
            return true;
        }
        if !scan.tokens[at].is(FILLER) {
            return false;
        }
    }
    false
}

/// "Kowalski, k o w a l s k i": the word that is spelled after it.
fn stands_before(scan: &Scan<'_>, first: usize, word: u64) -> Option<usize> {
    (first.saturating_sub(WORDS_BEFORE_MAX)..first).find(|&at| scan.tokens[at].hash == word)
}

fn hit(scan: &Scan<'_>, first: usize, last: usize) -> Hit {
    let (start, end) = (scan.tokens[first].start, scan.tokens[last].end);
    Hit { start, end, rule: RuleId::Name, weight: 41 }
}
