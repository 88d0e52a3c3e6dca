//! Words, strings, comments and marks of a Rust, TypeScript, CSS or SQL text.
//!
//! Not a parser: it knows just enough that a brace in a string is not a brace
//! and a word in a comment is not a name. A string that does not end (an
//! apostrophe in a page's text, say) ends with its line, so that one surprise
//! spoils one line and not the file.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name, keyword or number.
    Word,
    /// The inside of a string or of a character.
    Text,
    /// With its marks: `// like this`.
    Comment,
    /// One character, or one of `::`, `=>`, `->`.
    Mark,
}

/// A token and the line that it begins on, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    pub line: usize,
    /// Whether it stands in code that only tests compile.
    pub in_test: bool,
}

impl Token {
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    pub fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }
}

/// The rules of quoting that a text follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    Rust,
    /// TypeScript and JavaScript.
    Script,
}

/// Cuts a text into tokens; white space is dropped.
pub fn tokens(text: &str, quoting: Quoting) -> Vec<Token> {
    let mut cutter =
        Cutter { chars: text.chars().collect(), at: 0, line: 1, quoting, found: Vec::new() };
    cutter.code(false);
    cutter.found
}

struct Cutter {
    chars: Vec<char>,
    at: usize,
    line: usize,
    quoting: Quoting,
    found: Vec<Token>,
}

impl Cutter {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.peek(i) == c)
    }

    fn is_over(&self) -> bool {
        self.at >= self.chars.len()
    }

    fn step(&mut self) {
        if self.peek(0) == '\n' {
            self.line += 1;
        }
        self.at += 1;
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize, line: usize) {
        let text = self.chars[start..end].iter().collect();
        self.found.push(Token { kind, text, line, in_test: false });
    }

    /// Reads code; inside a template literal, up to the brace that ends it.
    fn code(&mut self, is_in_template: bool) {
        let mut depth = 0;
        while !self.is_over() {
            match self.peek(0) {
                '{' => depth += 1,
                '}' if is_in_template && depth == 0 => return,
                '}' => depth -= 1,
                _ => {}
            }
            self.token();
        }
    }

    fn token(&mut self) {
        let c = self.peek(0);
        if c.is_whitespace() {
            self.step();
        } else if self.starts_with("//") {
            self.take(Kind::Comment, |me| me.peek(0) == '\n');
        } else if self.starts_with("/*") {
            self.block_comment();
        } else if self.quoting == Quoting::Rust && self.raw_string() {
            // taken
        } else if c == '"' || (c == '\'' && self.quoting == Quoting::Script) {
            self.string(c);
        } else if c == '\'' {
            self.character_or_lifetime();
        } else if c == '`' && self.quoting == Quoting::Script {
            self.template();
        } else if c == '/' && self.quoting == Quoting::Script && self.regex_may_start() {
            self.string('/');
        } else if is_of_word(c) {
            self.take(Kind::Word, |me| !is_of_word(me.peek(0)));
        } else {
            self.mark();
        }
    }

    fn take(&mut self, kind: Kind, ends: impl Fn(&Self) -> bool) {
        let (start, line) = (self.at, self.line);
        while !self.is_over() && !ends(self) {
            self.step();
        }
        self.push(kind, start, self.at, line);
    }

    fn mark(&mut self) {
        let (start, line) = (self.at, self.line);
        let is_pair = ["::", "=>", "->"].iter().any(|pair| self.starts_with(pair));
        self.at += if is_pair { 2 } else { 1 };
        self.push(Kind::Mark, start, self.at, line);
    }

    /// Rust's nest, the others' do not.
    fn block_comment(&mut self) {
        let (start, line) = (self.at, self.line);
        let mut depth = 0;
        while !self.is_over() {
            if self.starts_with("/*") && (depth == 0 || self.quoting == Quoting::Rust) {
                depth += 1;
                self.at += 2;
            } else if self.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    break;
                }
            } else {
                self.step();
            }
        }
        self.push(Kind::Comment, start, self.at, line);
    }

    /// `"…"`, and with another mark `'…'` or `/…/`. Only Rust's may hold line ends.
    fn string(&mut self, mark: char) {
        let (start, line) = (self.at + 1, self.line);
        self.at += 1;
        let spans_lines = mark == '"' && self.quoting == Quoting::Rust;
        let mut is_in_class = false;
        while !self.is_over() {
            match self.peek(0) {
                '\\' => self.step(),
                '\n' if !spans_lines => break,
                '[' if mark == '/' => is_in_class = true,
                ']' if mark == '/' => is_in_class = false,
                c if c == mark && !is_in_class => break,
                _ => {}
            }
            self.step();
        }
        let end = self.at.min(self.chars.len());
        self.push(Kind::Text, start.min(end), end, line);
        if self.peek(0) == mark {
            self.at += 1;
        }
    }

    /// `r"…"`, `r#"…"#`, `br"…"`; false when none starts here.
    fn raw_string(&mut self) -> bool {
        let prefix = ["r", "br", "cr"]
            .into_iter()
            .find(|prefix| self.starts_with(prefix))
            .map_or(0, str::len);
        let hashes = (prefix..).take_while(|i| self.peek(*i) == '#').count();
        if prefix == 0 || self.peek(prefix + hashes) != '"' {
            return false;
        }
        let line = self.line;
        let close = format!("\"{}", "#".repeat(hashes));
        self.at += prefix + hashes + 1;
        let start = self.at;
        while !self.is_over() && !self.starts_with(&close) {
            self.step();
        }
        let end = self.at.min(self.chars.len());
        self.push(Kind::Text, start.min(end), end, line);
        self.at += close.len();
        true
    }

    /// `'a'` is a character, `'a` a lifetime.
    fn character_or_lifetime(&mut self) {
        let is_character = self.peek(1) == '\\' || self.peek(2) == '\'';
        if !is_character {
            return self.mark();
        }
        self.string('\'');
    }

    fn template(&mut self) {
        let mut line = self.line;
        self.at += 1;
        let mut start = self.at;
        while !self.is_over() && self.peek(0) != '`' {
            if self.starts_with("${") {
                self.push(Kind::Text, start, self.at, line);
                self.at += 2;
                self.code(true);
                self.at += 1;
                (start, line) = (self.at, self.line);
                continue;
            }
            if self.peek(0) == '\\' {
                self.step();
            }
            self.step();
        }
        let end = self.at.min(self.chars.len());
        self.push(Kind::Text, start.min(end), end, line);
        self.at += 1;
    }

    /// After a value a `/` divides; `/>` and `</` belong to markup.
    fn regex_may_start(&self) -> bool {
        if self.peek(1) == '>' {
            return false;
        }
        self.found.last().is_none_or(|before| match before.kind {
            Kind::Word => matches!(before.text.as_str(), "return" | "case" | "typeof"),
            Kind::Text => false,
            Kind::Comment => true,
            Kind::Mark => !matches!(before.text.as_str(), ")" | "]" | "}" | "<" | ">"),
        })
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str, quoting: Quoting) -> String {
        let shown =
            tokens(text, quoting).into_iter().filter(|t| matches!(t.kind, Kind::Word | Kind::Mark));
        shown.map(|t| t.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn braces_in_rust_strings_characters_and_comments_are_not_code() {
        let text = "a(\"}\\\"{\", r#\"{\"{\"#, '{', b'\\'', 'x: loop {}) /* { /* { */ */ // {";
        assert_eq!(code(text, Quoting::Rust), "a ( , , , b , ' x : loop { } )");
    }

    #[test]
    fn braces_in_script_strings_templates_and_patterns_are_not_code() {
        let text = "f('{', `{ ${g({a: `}`})} {`, /[/{]\\/{/g, a / b) // {";
        assert_eq!(code(text, Quoting::Script), "f ( , g ( { a : } ) , g , a / b )");
    }

    #[test]
    fn an_apostrophe_in_markup_spoils_one_line_only() {
        let text = "<p>Don't {x}</p>\n<i/>{y}";
        assert_eq!(code(text, Quoting::Script), "< p > Don < i / > { y }");
    }

    #[test]
    fn lines_are_counted_through_everything() {
        let text = "\"a\nb\" /* \n */ r\"\n\" x";
        let last = tokens(text, Quoting::Rust).pop().expect("a token");
        assert_eq!((last.text.as_str(), last.line), ("x", 4));
    }
}
