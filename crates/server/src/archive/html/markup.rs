//! Building a page that text cannot break out of.
//!
//! Markup is only what stands in our source (`&'static str`); everything else
//! goes in through [`Page::text`], which escapes. So an unescaped text does not
//! compile.

/// A page under construction.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    /// Tags, as written here.
    pub(super) fn tags(&mut self, literal: &'static str) -> &mut Self {
        self.0.push_str(literal);
        self
    }

    /// Text, between tags or inside a double-quoted attribute (HTML, 13.1.2.3).
    ///
    /// Controls that HTML does not allow show as U+FFFD.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(letter),
                // A page's own parser would turn it into a line feed.
                '\r' => self.0.push_str("&#13;"),
                control if control.is_control() => self.0.push('\u{fffd}'),
                other => self.0.push(other),
            }
        }
        self
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}
