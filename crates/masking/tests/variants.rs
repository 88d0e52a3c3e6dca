//! Values as people type them, and talk that only looks like it: each line of
//! `variants.txt` and `typed.txt` marks in ⟦⟧ what must be masked, and nothing else
//! may be. What stands before a `»` was asked by the other side.

use masking::{Before, Engine, Mode, Policy, Writer};
use sensitive::Sensitive;

/// The text without its marks, and whether each code point must be masked.
fn marked(line: &str) -> (String, Vec<bool>) {
    let (mut text, mut wanted, mut inside) = (String::new(), Vec::new(), false);
    for letter in line.chars() {
        match letter {
            '⟦' => inside = true,
            '⟧' => inside = false,
            _ => {
                text.push(letter);
                wanted.push(inside);
            }
        }
    }
    (text, wanted)
}

/// Whether a line is masked where it is marked, and nowhere else.
fn holds(engine: &Engine, line: &str) -> bool {
    let (asked, answer) = line.split_once(" » ").map_or((None, line), |(a, b)| (Some(a), b));
    let asked = asked.map(|text| Before { number: 1, writer: Writer::Agent, text });
    let (text, wanted) = marked(answer);
    let typed = Sensitive::new(text.clone());
    let policy = Policy::default();
    let masked =
        engine.mask(&policy, Mode::Archive, asked.as_slice(), Writer::Visitor, None, &typed);
    let is_masked =
        |at: usize| masked.findings.iter().any(|f| (f.start..f.end).contains(&(at as u32)));
    let mut letters = text.chars().enumerate().filter(|(_, letter)| letter.is_alphanumeric());
    letters.all(|(at, _)| is_masked(at) == wanted[at])
}

#[test]
fn of_each_line_what_is_marked_is_masked_and_nothing_else() {
    let engine = Engine::new();
    let lines = [include_str!("variants.txt"), include_str!("typed.txt")];
    let wrong: Vec<&str> =
        lines.iter().flat_map(|file| file.lines()).filter(|line| !holds(&engine, line)).collect();
    assert_eq!(wrong, [""; 0]);
}
