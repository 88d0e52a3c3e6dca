//! A transcript as a PDF, for records systems and printers that take nothing else.
//!
//! It is the plain text, line for line, set in an embedded font, so the two cannot
//! say different things. The same transcript gives the same bytes: no clock, no
//! random id. A letter that the font cannot draw, or that would need shaping
//! (Hebrew, Arabic, Indic and Chinese writing, most emoji), stands as its number, such as
//! `[U+4E2D]`, and the last line counts them: nothing is dropped in silence. Where
//! it and the JSON differ the JSON is meant.

mod face;
mod lines;

use krilla::Document;
use krilla::color::luma;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;

use super::text;
use super::transcript::Transcript;
use face::Faces;
use lines::{Line, Style};

/// US letter, in points.
const PAGE: (f32, f32) = (612.0, 792.0);
const MARGIN: f32 = 60.0;
const FOOT_SIZE: f32 = 8.5;

/// The whole file.
///
/// # Panics
/// Never: the fonts and the page size are constants, and no validation is asked for.
pub fn file(transcript: &Transcript) -> Vec<u8> {
    let faces = Faces::read();
    let lines = lines::set(&faces, &text::text(transcript), PAGE.0 - 2.0 * MARGIN);
    let pages = pages(&lines);
    let mut document = Document::new();
    document.set_metadata(
        Metadata::new()
            .title(transcript.reference.clone())
            .language(transcript.language.clone())
            .creator("Sotto".to_owned()),
    );
    for (number, page) in pages.iter().enumerate() {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).expect("a page has a size");
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        let mut y = MARGIN;
        for line in *page {
            y += line.style.height();
            let x = MARGIN + line.style.indent();
            draw(&mut surface, &faces, line, Point::from_xy(x, y));
        }
        let foot = format!("{} · {} / {}", transcript.reference, number + 1, pages.len());
        let foot = Line { text: foot, style: Style::Foot };
        draw(&mut surface, &faces, &foot, Point::from_xy(MARGIN, PAGE.1 - MARGIN / 2.0));
        surface.finish();
        sheet.finish();
    }
    document.finish().expect("nothing is asked for that could be refused")
}

/// Whose lines fit on a page; who speaks is never the last line of one.
fn pages(lines: &[Line]) -> Vec<&[Line]> {
    let room = PAGE.1 - 2.0 * MARGIN;
    let (mut pages, mut start, mut used) = (Vec::new(), 0, 0.0);
    for (at, line) in lines.iter().enumerate() {
        let next = if line.style.leads() { Style::Typed.height() } else { 0.0 };
        if used + line.style.height() + next > room && at > start {
            pages.push(&lines[start..at]);
            (start, used) = (at, 0.0);
        }
        used += line.style.height();
    }
    pages.push(&lines[start..]);
    pages
}

fn draw(surface: &mut Surface<'_>, faces: &Faces, line: &Line, at: Point) {
    let face = faces.of(line.style);
    let paint = luma::Color::new(line.style.grey()).into();
    surface.set_fill(Some(Fill { paint, ..Fill::default() }));
    let glyphs = face.glyphs(&line.text);
    let font = face.font.clone();
    surface.draw_glyphs(at, &glyphs, font, &line.text, line.style.size(), false);
}

#[cfg(test)]
mod tests;
