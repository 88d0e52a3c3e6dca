//! Values as people type them, and talk that only looks like it: each line of
//! `variants.txt` marks in ⟦⟧ what must be masked, and nothing else may be.

use masking::Engine;

/// The text without its marks, and whether each letter must be masked.
fn marked(line: &str) -> (String, Vec<bool>) {
    let (mut text, mut wanted, mut inside) = (String::new(), Vec::new(), false);
    for letter in line.chars() {
        match letter {
            '⟦' => inside = true,
            '⟧' => inside = false,
            _ => {
                text.push(letter);
                wanted.extend(std::iter::repeat_n(inside, letter.len_utf8()));
            }
        }
    }
    (text, wanted)
}

#[test]
fn of_each_line_what_is_marked_is_masked_and_nothing_else() {
    let engine = Engine::new();
    let mut wrong = Vec::new();
    for line in include_str!("variants.txt").lines() {
        let (text, wanted) = marked(line);
        let found = engine.find(&text);
        let masked = |at: usize| found.iter().any(|span| (span.start..span.end).contains(&at));
        let letters = text.char_indices().filter(|(_, letter)| letter.is_alphanumeric());
        if letters.into_iter().any(|(at, _)| masked(at) != wanted[at]) {
            wrong.push(line);
        }
    }
    assert_eq!(wrong, [""; 0]);
}
