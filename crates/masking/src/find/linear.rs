//! Work grows as the text does: counted in looks at tokens, never by a clock.

use super::Loaded;
use crate::engine::Engine;
use crate::scan::Scan;
use crate::view::View;

const SHORT_BYTES: usize = 6_000;
/// A longer text by this factor may take this much more, and a little.
const FACTOR: usize = 6;
const SLACK: f64 = 1.1;
/// Looks a byte of the worst input; a rule that passes it looks too far.
const STEPS_A_BYTE_MAX: f64 = 120.0;
/// What values, cues and their neighbours are made of.
const PARTS: [&str; 50] = [
    "1",
    "12",
    "4111",
    "123-45-6789",
    "one",
    "first",
    "twenty",
    "may",
    "march",
    "4",
    "O",
    "a",
    "A1",
    "Mary",
    "mary",
    "Smith",
    "Dr.",
    "hi",
    "my name is",
    "ssn",
    "card",
    "mrn",
    "dob",
    "born",
    "password",
    "www.",
    "http://",
    "@",
    "at",
    "dot",
    "com",
    ":",
    "::",
    "-",
    ".",
    ",",
    "#",
    "/",
    "Apt",
    "Street",
    "PO Box",
    "Rue",
    "address is",
    "X",
    "(01)10614141000415",
    "echo",
    "J",
    "email is",
    "gmail",
    "12 Fox Run",
];
const JOINTS: [&str; 6] = ["", " ", "-", ".", ":", "\n"];

fn steps(loaded: &Loaded, text: &str) -> u64 {
    let view = View::new(text);
    let scan = Scan::new(&view, 0..view.bytes.len(), &loaded.lexicon);
    std::hint::black_box(super::all(&scan, loaded, None, &|_| true));
    scan.steps.get()
}

fn grows_as_the_text(loaded: &Loaded, part: &str) {
    let text = |bytes: usize| part.repeat(bytes / part.len());
    let (short, long) = (text(SHORT_BYTES), text(SHORT_BYTES * FACTOR));
    let (few, many) = (steps(loaded, &short), steps(loaded, &long));
    let most = few as f64 * FACTOR as f64 * SLACK + 2_000.0;
    assert!(many as f64 <= most, "{part:?}: {few} steps, then {many}");
    let a_byte = many as f64 / long.len() as f64;
    assert!(a_byte <= STEPS_A_BYTE_MAX, "{part:?}: {a_byte} steps a byte");
}

#[test]
fn work_grows_as_the_text_of_any_one_part() {
    let engine = Engine::new();
    for part in PARTS {
        for joint in JOINTS {
            grows_as_the_text(&engine.loaded, &format!("{part}{joint}"));
        }
    }
}

#[test]
fn work_grows_as_the_text_of_any_two_parts() {
    let engine = Engine::new();
    for first in PARTS {
        for second in PARTS {
            grows_as_the_text(&engine.loaded, &format!("{first} {second} "));
            grows_as_the_text(&engine.loaded, &format!("{first}{second}"));
        }
    }
}
