//! The embedded fonts: which letters they draw, and how wide each is.
//!
//! DejaVu Sans 2.37; its licence stands beside it.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

use super::lines::Style;

const PLAIN: &[u8] = include_bytes!("DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("DejaVuSans-Bold.ttf");

pub(super) struct Faces {
    plain: Face,
    bold: Face,
}

pub(super) struct Face {
    pub(super) font: Font,
    letters: Charmap<'static>,
    widths: GlyphMetrics<'static>,
    units: f32,
}

impl Faces {
    pub(super) fn read() -> Self {
        Self { plain: Face::read(PLAIN), bold: Face::read(BOLD) }
    }

    pub(super) fn of(&self, style: Style) -> &Face {
        if style.is_bold() { &self.bold } else { &self.plain }
    }
}

impl Face {
    fn read(bytes: &'static [u8]) -> Self {
        let font = Font::new(bytes.into(), 0).expect("the embedded font is one");
        let read = FontRef::new(bytes).expect("the embedded font is one");
        let widths = read.glyph_metrics(Size::unscaled(), LocationRef::default());
        let letters = read.charmap();
        let units = font.units_per_em();
        Self { font, letters, widths, units }
    }

    /// Whether it can be drawn letter by letter, left to right, as it is meant.
    pub(super) fn draws(&self, letter: char) -> bool {
        let is_simple = matches!(u32::from(letter),
            0x20..=0x058f | 0x10a0..=0x10ff | 0x1e00..=0x2fff | 0xfb00..=0xfb06 | 0xfffd
            | 0x1_f300..=0x1_f6ff);
        is_simple && self.letters.map(letter).is_some()
    }

    /// As a part of the font's size.
    pub(super) fn width(&self, letter: char) -> f32 {
        let glyph = self.letters.map(letter).unwrap_or_default();
        self.widths.advance_width(glyph).unwrap_or_default() / self.units
    }

    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, letter): (usize, char)| {
            let id = self.letters.map(letter).unwrap_or_default();
            let range = at..at + letter.len_utf8();
            let id = GlyphId::new(id.to_u32());
            KrillaGlyph::new(id, self.width(letter), 0.0, 0.0, 0.0, range, None)
        };
        text.char_indices().map(glyph).collect()
    }
}
