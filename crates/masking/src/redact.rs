//! Redacting by hand: a person marked a stretch, and it becomes X's.

use crate::text::MaskedText;

/// The text with every letter and digit from `start` to `end`, in code points, as an
/// X; what separates them stays. `None` where that is no stretch of the text.
pub fn redact(text: &str, start: u32, end: u32) -> Option<MaskedText> {
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    if start >= end || end > text.chars().count() {
        return None;
    }
    let hidden = |(at, letter): (usize, char)| {
        let is_marked = (start..end).contains(&at);
        if is_marked && !letter.is_whitespace() { 'X' } else { letter }
    };
    Some(MaskedText::new(text.chars().enumerate().map(hidden).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, start: u32, end: u32) -> Option<String> {
        redact(text, start, end).map(|masked| masked.as_str().to_owned())
    }

    #[test]
    fn a_marked_stretch_becomes_xs_and_keeps_its_spaces() {
        assert_eq!(of("My dog Niño bit", 3, 11).as_deref(), Some("My XXX XXXX bit"));
        assert_eq!(of("a 😀 b", 2, 3).as_deref(), Some("a X b"));
    }

    #[test]
    fn what_is_no_stretch_of_the_text_is_refused() {
        for (start, end) in [(0, 0), (3, 2), (0, 4), (9, 12)] {
            assert_eq!(of("abc", start, end), None);
        }
    }
}
