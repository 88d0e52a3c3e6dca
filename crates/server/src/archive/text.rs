//! A transcript as plain text, for printers, pagers and search.
//!
//! It is the page without its tags, so the two cannot say different things. What
//! a person typed stands two spaces in, line by line, so that no typed line can
//! pass for one of ours; letters that turn the direction of writing show as
//! U+FFFD. Where it and the JSON differ the JSON is meant.

use super::html;
use super::transcript::Transcript;

const INDENT: &str = "  ";

/// Each special letter as the page writes it. A carriage return only looks like nothing.
const ESCAPES: [(&str, &str); 6] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&#13;", ""),
    // Last, or text that reads like an escape would become one.
    ("&amp;", "&"),
];

/// The whole text, UTF-8, lines ended by line feeds.
pub fn text(transcript: &Transcript) -> String {
    let page = html::page(transcript);
    let main = page.split_once("<main>").map_or("", |(_, main)| main);
    let mut text = Text::default();
    for piece in main.split('<').skip(1) {
        // Typed text is escaped, so every `<` and `>` is a tag's.
        let (tag, words) = piece.split_once('>').unwrap_or((piece, ""));
        text.tag(tag);
        text.words(words);
    }
    text.written
}

#[derive(Default)]
struct Text {
    written: String,
    is_typed: bool,
    is_chip: bool,
}

impl Text {
    fn tag(&mut self, tag: &str) {
        match tag {
            "/dt" => self.written.push_str(": "),
            "/p" | "/h1" | "/h2" | "/h3" | "/dd" | "/li" => {
                self.is_typed = false;
                self.end_line();
            }
            "footer" | "h3" => {
                self.end_line();
                self.written.push('\n');
            }
            "span class=\"chip\"" => {
                self.begin_line();
                self.written.push('[');
                self.is_chip = true;
            }
            "/span" if self.is_chip => {
                self.written.push(']');
                self.is_chip = false;
            }
            said if said.starts_with("p class=\"said\"") => self.is_typed = true,
            section if section.starts_with("section") => self.written.push('\n'),
            _ => {}
        }
    }

    fn words(&mut self, escaped: &str) {
        let mut words = escaped.to_owned();
        for (escape, letter) in ESCAPES {
            words = words.replace(escape, letter);
        }
        let words = words.replace(turns_writing, "\u{fffd}");
        if !self.is_typed {
            // Line feeds between tags are the source's; in a name they are no more than a space.
            self.written.push_str(words.trim_matches('\n').replace('\n', " ").as_str());
            return;
        }
        for (number, line) in words.split('\n').enumerate() {
            if number > 0 {
                self.written.push('\n');
            }
            self.begin_line();
            self.written.push_str(line);
        }
    }

    fn begin_line(&mut self) {
        if self.is_typed && (self.written.is_empty() || self.written.ends_with('\n')) {
            self.written.push_str(INDENT);
        }
    }

    fn end_line(&mut self) {
        if !self.written.is_empty() && !self.written.ends_with('\n') {
            self.written.push('\n');
        }
    }
}

/// Unicode's explicit directional formatting (UAX 9, 2), and its separators of
/// lines, which some programs break at.
fn turns_writing(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use protocol::Mask;

    use super::*;
    use crate::archive::transcript::{Event, Said, What, sample};

    #[test]
    fn it_reads_as_the_page_does() {
        let text = text(&sample::conversation());
        for line in [
            "Department: ",
            "24 November 2026\n",
            "  My card is [XXXX XXXX XXXX 1111 (card number, hidden)], can",
            "All times are in Coordinated Universal Time (UTC).\n",
        ] {
            assert!(text.contains(line), "{line:?} in\n{text}");
        }
        assert!(!text.contains(['<', '>', '\r']), "{text}");
    }

    #[test]
    fn typed_lines_never_pass_for_ours() {
        let mut transcript = sample::conversation();
        let typed = "hello\nAna Ruiz · 09:59:59 UTC\r\n&lt;b&gt; & <b> \u{202e}evil\u{2028}x";
        let forged =
            transcript.events.iter_mut().find_map(|event: &mut Event| match &mut event.what {
                What::Message { said, .. } => Some(said),
                _ => None,
            });
        let masks = vec![Mask { start: 0, end: 5, rule: "name".to_owned() }];
        *forged.expect("the sample has a message") = Said { masks, ..sample::plain(typed) };
        let text = text(&transcript);
        let expected = "\n  [hello (name, hidden)]\n  Ana Ruiz · 09:59:59 UTC\n  \
            &lt;b&gt; & <b> \u{fffd}evil\u{fffd}x\n";
        assert!(text.contains(expected), "{text}");
        assert!(!text.contains("\nAna Ruiz · 09:59:59 UTC\n"), "{text}");
    }
}
