//! The masked text and how it is painted.

use sensitive::Shown;

/// Text that the engine has masked. Only the engine makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct MaskedText(String);

impl MaskedText {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The text as it may be shown and sealed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for MaskedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MaskedText({} bytes)", self.0.len())
    }
}

impl Shown for MaskedText {
    fn into_shown(self) -> String {
        self.0
    }
}

/// A stretch of a text, in bytes, and how many of its last digits stay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stroke {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) keep_last: usize,
}

/// Puts an X for each letter and digit in the strokes, which are in order and
/// apart. Separators stay, and so does the number of code points.
pub(crate) fn paint(text: &str, strokes: &[Stroke]) -> String {
    let mut painted = String::with_capacity(text.len());
    let mut done = 0;
    for stroke in strokes {
        painted.push_str(&text[done..stroke.start]);
        let value = &text[stroke.start..stroke.end];
        let mut left = value.chars().filter(|c| c.is_alphanumeric()).count();
        for letter in value.chars() {
            if letter.is_alphanumeric() {
                painted.push(if left > stroke.keep_last { 'X' } else { letter });
                left -= 1;
            } else {
                painted.push(letter);
            }
        }
        done = stroke.end;
    }
    painted.push_str(&text[done..]);
    painted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_keeps_its_shape_and_last_four() {
        let stroke = Stroke { start: 3, end: 22, keep_last: 4 };
        assert_eq!(paint("my 4111 1111 1111 1111!", &[stroke]), "my XXXX XXXX XXXX 1111!");
    }
}
