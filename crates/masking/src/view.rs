//! A plain reading of a text: one byte a letter or digit, with a way back.
//!
//! Chat hides values in full-width digits, zero-width characters, entities and
//! percent codes. The rules read this view and never the text itself; a span of
//! the view leads back to the bytes it was read from. Text of plain ASCII is
//! its own view and costs nothing.

use std::borrow::Cow;

/// A letter of no Latin script, and any other mark.
pub(crate) const OTHER_LETTER: u8 = 0x80;
const OTHER_MARK: u8 = 0x01;
/// Read without a branch a byte.
const PLAIN_CHUNK_BYTES: usize = 64;
const BIDI_AND_INVISIBLE: [(u32, u32); 12] = [
    (0x00AD, 0x00AD),
    (0x0300, 0x036F),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x180B, 0x180E),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x20D0, 0x20F0),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xE0000, 0xE01EF),
];
/// First digits of the decimal rows of Unicode's general category Nd that chat can hold.
const ZEROS: [u32; 24] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0xA8D0, 0xA9D0, 0xFF10,
];
/// Latin letters U+00C0 to U+017F without their marks; `*` where two letters or none would be needed.
const LATIN: &[u8; 192] = b"AAAAAAACEEEEIIIIDNOOOOO*OUUUUYTsaaaaaaaceeeeiiiidnooooo*ouuuuyty\
AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
/// Cyrillic and Greek letters that are drawn like Latin ones.
const ALIKE: &str =
    "аaеeоoрpсcуyхxіiѕsјjԁdһhԛqԝwАAВBЕEКKМMНHОOРPСCТTХXІIЈJЅSοoαaνvρpΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX";
const ALIKE_FROM: u32 = 0x0370;
/// [`ALIKE`] by letter; 0 where nothing is drawn alike.
const ALIKE_READ: [u8; 0x1C0] = {
    let (mut read, mut at) = ([0; 0x1C0], 0);
    let pairs = ALIKE.as_bytes();
    // Each pair is a letter of two bytes in UTF-8 and one of ASCII.
    while at < pairs.len() {
        let code = (pairs[at] as u32 & 0x1F) << 6 | (pairs[at + 1] as u32 & 0x3F);
        read[(code - ALIKE_FROM) as usize] = pairs[at + 2];
        at += 3;
    }
    read
};
const ENTITIES: [(&str, u8); 22] = [
    ("nbsp", b' '),
    ("period", b'.'),
    ("commat", b'@'),
    ("amp", b'&'),
    ("lt", b'<'),
    ("gt", b'>'),
    ("quot", b'"'),
    ("apos", b'\''),
    ("hyphen", b'-'),
    ("dash", b'-'),
    ("ndash", b'-'),
    ("mdash", b'-'),
    ("lowbar", b'_'),
    ("num", b'#'),
    ("colon", b':'),
    ("sol", b'/'),
    ("comma", b','),
    ("plus", b'+'),
    ("lpar", b'('),
    ("rpar", b')'),
    ("Tab", b'\t'),
    ("NewLine", b'\n'),
];

/// The text as the rules read it.
pub(crate) struct View<'t> {
    /// ASCII, [`OTHER_LETTER`] or [`OTHER_MARK`], case kept.
    pub(crate) bytes: Cow<'t, [u8]>,
    /// For each byte of the view the bytes of the text that it stands for.
    map: Option<Vec<(u32, u32)>>,
}

impl<'t> View<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        if is_plain(bytes) {
            return Self { bytes: Cow::Borrowed(bytes), map: None };
        }
        let mut reader = Reader {
            text,
            at: 0,
            out: Vec::with_capacity(text.len()),
            map: Vec::with_capacity(text.len()),
        };
        reader.read();
        Self { bytes: Cow::Owned(reader.out), map: Some(reader.map) }
    }

    /// Whether some byte of a range stands for a character that is longer.
    pub(crate) fn is_folded(&self, start: u32, end: u32) -> bool {
        self.map.as_ref().is_some_and(|map| {
            map[start as usize..end as usize].iter().any(|(from, to)| to - from == 2)
        })
    }

    /// The byte range of the text behind a non-empty range of the view.
    pub(crate) fn origin(&self, start: u32, end: u32) -> (usize, usize) {
        match &self.map {
            None => (start as usize, end as usize),
            Some(map) => (map[start as usize].0 as usize, map[end as usize - 1].1 as usize),
        }
    }
}

/// ASCII without the beginnings of entities, percent codes and tags.
fn is_plain(bytes: &[u8]) -> bool {
    bytes
        .chunks(PLAIN_CHUNK_BYTES)
        .all(|chunk| !chunk.iter().fold(false, |found, b| found | is_disguise(*b)))
}

#[inline(always)]
fn is_disguise(byte: u8) -> bool {
    (byte >= 0x80) | (byte == b'&') | (byte == b'%') | (byte == b'<')
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    out: Vec<u8>,
    map: Vec<(u32, u32)>,
}

impl Reader<'_> {
    fn push(&mut self, byte: u8, len: usize) {
        self.out.push(byte);
        self.map.push((self.at as u32, (self.at + len) as u32));
        self.at += len;
    }

    fn read(&mut self) {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            if byte.is_ascii() && !is_disguise(byte) {
                self.push(byte, 1);
                continue;
            }
            let letter = self.text[self.at..].chars().next().expect("a byte of a character");
            let escaped = match letter {
                '&' => entity(&self.text[self.at..]),
                '%' => percent(&self.text.as_bytes()[self.at..]),
                '<' => tag(&self.text.as_bytes()[self.at..]),
                _ => None,
            };
            match (escaped, fold(letter)) {
                (Some((byte, len)), _) => self.push(byte, len),
                (None, Some(byte)) => self.push(byte, letter.len_utf8()),
                (None, None) => self.at += letter.len_utf8(),
            }
        }
    }
}

/// One byte for a character; nothing for one that leaves no mark.
fn fold(letter: char) -> Option<u8> {
    let code = letter as u32;
    Some(match code {
        0..0x80 => code as u8,
        0xFF01..=0xFF5E => (code - 0xFEE0) as u8,
        0xC0..=0x17F => match LATIN[(code - 0xC0) as usize] {
            b'*' => {
                if letter.is_alphabetic() {
                    OTHER_LETTER
                } else {
                    OTHER_MARK
                }
            }
            byte => byte,
        },
        0x1D7CE..=0x1D7FF => b'0' + ((code - 0x1D7CE) % 10) as u8,
        0x2460..=0x2468 | 0x2776..=0x277E | 0x2780..=0x2788 => {
            b'1' + ((code - 0x2460) % 0x0A).min(8) as u8
        }
        0x24EA | 0x2070 | 0x2080 => b'0',
        0xB9 => b'1',
        0xB2 | 0xB3 => b'2' + (code - 0xB2) as u8,
        0x2074..=0x2079 => b'4' + (code - 0x2074) as u8,
        0x2081..=0x2089 => b'1' + (code - 0x2081) as u8,
        0x2010..=0x2015 | 0x2043 | 0x2212 | 0xFE58 | 0xFE63 => b'-',
        0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000 => b' ',
        0x2018 | 0x2019 | 0x2BC => b'\'',
        0x201C | 0x201D => b'"',
        0xB7 | 0x2022 | 0x2024 | 0x2026 | 0x2219 | 0x22C5 | 0x30FB => b'.',
        0x1D400..=0x1D6A3 => match ((code - 0x1D400) % 52) as u8 {
            upper @ 0..26 => b'A' + upper,
            lower => b'a' + lower - 26,
        },
        _ => return rare(letter),
    })
}

/// The same for what is written seldom.
fn rare(letter: char) -> Option<u8> {
    let code = letter as u32;
    let next = BIDI_AND_INVISIBLE.partition_point(|&(_, to)| to < code);
    if BIDI_AND_INVISIBLE.get(next).is_some_and(|&(from, _)| from <= code) {
        return None;
    }
    let next = ZEROS.partition_point(|&zero| zero + 9 < code);
    if let Some(zero) = ZEROS.get(next).filter(|&&zero| zero <= code) {
        return Some(b'0' + (code - zero) as u8);
    }
    let drawn_alike = code.checked_sub(ALIKE_FROM).and_then(|at| ALIKE_READ.get(at as usize));
    Some(match drawn_alike {
        Some(&read) if read != 0 => read,
        _ if letter.is_alphanumeric() => OTHER_LETTER,
        _ => OTHER_MARK,
    })
}

/// A character reference of HTML at the start of the text: what it means and its length.
fn entity(text: &str) -> Option<(u8, usize)> {
    let name = &text.as_bytes()[1..text.len().min(12)];
    let end = name.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'#')?;
    if name[end] != b';' {
        return None;
    }
    let (name, len) = (&text[1..=end], end + 2);
    let Some(number) = name.strip_prefix('#') else {
        return ENTITIES.iter().find(|(known, _)| *known == name).map(|&(_, byte)| (byte, len));
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    Some((char::from_u32(code).and_then(fold)?, len))
}

/// A percent code of RFC 3986, section 2.1, of one printable ASCII character.
fn percent(bytes: &[u8]) -> Option<(u8, usize)> {
    let digit = |at: usize| bytes.get(at).and_then(|&b| (b as char).to_digit(16));
    let byte = (digit(1)? * 16 + digit(2)?) as u8;
    (0x20..0x7F).contains(&byte).then_some((byte, 3))
}

/// A tag that only lays out, read as a space.
fn tag(bytes: &[u8]) -> Option<(u8, usize)> {
    let inside = |b: &u8| b.is_ascii_alphabetic() || b.is_ascii_whitespace() || *b == b'/';
    let end = 1 + bytes.iter().skip(1).take(9).position(|b| !inside(b))?;
    if bytes[end] != b'>' {
        return None;
    }
    let name = bytes[1..end].strip_prefix(b"/").unwrap_or(&bytes[1..end]);
    let name = name.strip_suffix(b"/").unwrap_or(name).trim_ascii();
    matches!(name, b"b" | b"i" | b"u" | b"em" | b"strong" | b"span" | b"br" | b"p" | b"div" | b"td")
        .then_some((b' ', end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        View::new(text).bytes.iter().map(|&b| b as char).collect()
    }

    #[test]
    fn disguised_digits_read_as_digits() {
        assert_eq!(read("４４４"), "444");
        assert_eq!(read("٤١١"), "411");
        assert_eq!(read("𝟎𝟏𝟎"), "010");
        assert_eq!(read("③⓪⑨"), "309");
        assert_eq!(read("4\u{fe0f}\u{20e3}9"), "49");
        assert_eq!(read("&#51;&#x34;&nbsp;%20"), "34  ");
        assert_eq!(read("José Ñandú"), "Jose Nandu");
    }

    #[test]
    fn a_span_leads_back_to_the_text() {
        let view = View::new("a\u{200b}&#51;\u{200b}4");
        assert_eq!(view.origin(1, 3), (4, 13));
    }
}
