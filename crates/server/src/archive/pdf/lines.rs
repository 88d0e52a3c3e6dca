//! The plain text's lines, told apart by what they are, and broken to fit.
//!
//! What a person typed stands two spaces in, so none of it can pass for ours here either.

use super::face::{Face, Faces};

/// Letters of one line, all drawable.
pub(super) struct Line {
    pub(super) text: String,
    pub(super) style: Style,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Style {
    Site,
    Title,
    Heading,
    /// Who speaks; what they typed follows.
    Who,
    Typed,
    /// What nobody typed.
    Quiet,
    Plain,
    Gap,
    Foot,
}

impl Style {
    pub(super) fn size(self) -> f32 {
        match self {
            Self::Title => 17.0,
            Self::Heading => 12.5,
            Self::Who | Self::Quiet => 9.0,
            Self::Foot => super::FOOT_SIZE,
            _ => 10.5,
        }
    }

    pub(super) fn height(self) -> f32 {
        match self {
            Self::Title => 26.0,
            Self::Heading => 24.0,
            Self::Who => 19.0,
            Self::Quiet => 17.0,
            Self::Gap => 8.0,
            _ => 15.0,
        }
    }

    pub(super) fn indent(self) -> f32 {
        if self == Self::Typed { 12.0 } else { 0.0 }
    }

    /// 0 is black.
    pub(super) fn grey(self) -> u8 {
        if matches!(self, Self::Site | Self::Quiet | Self::Foot) { 90 } else { 20 }
    }

    pub(super) fn is_bold(self) -> bool {
        matches!(self, Self::Title | Self::Heading | Self::Who)
    }

    /// Whether it says nothing without the line after it.
    pub(super) fn leads(self) -> bool {
        matches!(self, Self::Heading | Self::Who)
    }
}

pub(super) fn set(faces: &Faces, text: &str, width: f32) -> Vec<Line> {
    let given: Vec<_> = text.lines().collect();
    let mut lines = Vec::with_capacity(given.len() + given.len() / 2);
    let mut as_numbers = 0;
    for (at, line) in given.iter().enumerate() {
        let style = style(&given, at);
        let face = faces.of(style);
        let line = line.strip_prefix("  ").unwrap_or(line);
        let drawable = drawable(face, line, &mut as_numbers);
        break_up(face, &drawable, style, width, &mut lines);
        if style == Style::Title {
            lines.push(Line { text: String::new(), style: Style::Gap });
        }
    }
    if as_numbers > 0 {
        let said = format!(
            "[U+]: {as_numbers} — letters without a picture in this font, by number; \
             letras que esta fuente no tiene, por su número. (JSON)"
        );
        break_up(faces.of(Style::Plain), &said, Style::Plain, width, &mut lines);
    }
    lines
}

fn style(lines: &[&str], at: usize) -> Style {
    let (line, after_gap) = (lines[at], at > 0 && lines[at - 1].is_empty());
    let is_typed = |at: usize| lines.get(at).is_some_and(|next| next.starts_with("  "));
    let is_quiet = |at: usize| lines.get(at).is_none_or(|next| next.ends_with(" UTC"));
    // Between may stand which field of the form it was.
    let typed_follows = is_typed(at + 1) || (!is_quiet(at + 1) && is_typed(at + 2));
    match at {
        0 => return Style::Site,
        1 => return Style::Title,
        _ if line.is_empty() => return Style::Gap,
        _ if line.starts_with("  ") => return Style::Typed,
        _ => {}
    }
    match (line.ends_with(" UTC") && line.contains(" · "), typed_follows) {
        (true, true) => Style::Who,
        (true, false) => Style::Quiet,
        _ if after_gap && !line.ends_with('.') => Style::Heading,
        _ => Style::Plain,
    }
}

/// The line with numbers for what the font cannot draw.
fn drawable(face: &Face, line: &str, as_numbers: &mut usize) -> String {
    let mut drawn = String::with_capacity(line.len());
    for letter in line.chars() {
        match letter {
            '\t' => drawn.push_str("    "),
            // They only choose between two pictures of the letter before.
            '\u{fe0e}' | '\u{fe0f}' => {}
            _ if face.draws(letter) => drawn.push(letter),
            _ => {
                *as_numbers += 1;
                drawn.push_str(&format!("[U+{:04X}]", u32::from(letter)));
            }
        }
    }
    drawn
}

/// At spaces where there are some, else between letters.
fn break_up(face: &Face, text: &str, style: Style, width: f32, lines: &mut Vec<Line>) {
    let room = (width - style.indent()) / style.size();
    let mut push = |text: &str| lines.push(Line { text: text.to_owned(), style });
    let (mut start, mut space, mut used) = (0, None, 0.0);
    for (at, letter) in text.char_indices() {
        let wide = face.width(letter);
        if used + wide > room && at > start {
            // The space itself stays behind.
            let (end, next) = space.map_or((at, at), |space| (space, space + 1));
            push(&text[start..end]);
            (start, space) = (next, None);
            used = text[start..at].chars().map(|it| face.width(it)).sum();
        }
        if letter == ' ' && at > start {
            space = Some(at);
        }
        used += wide;
    }
    push(&text[start..]);
}
