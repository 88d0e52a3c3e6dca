//! The one pass over a text: its words and numbers, each known or not.

use crate::lexicon::{self, Known, Lexicon, SEED};
use crate::view::{OTHER_LETTER, View};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Number,
}

/// A run of letters or of digits, as a range of the view.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: Kind,
    pub(crate) hash: u64,
    pub(crate) known: Known,
}

impl Token {
    pub(crate) fn is(&self, marks: u32) -> bool {
        self.known.marks & marks != 0
    }

    pub(crate) fn len(&self) -> u32 {
        self.end - self.start
    }
}

/// The tokens of a view.
pub(crate) struct Scan<'v> {
    view: &'v View<'v>,
    pub(crate) bytes: &'v [u8],
    pub(crate) tokens: Vec<Token>,
    /// Whether any mark in it could begin a value: a digit, a digit's word or an at sign.
    pub(crate) has_digit: bool,
    pub(crate) has_at: bool,
    /// Whether a word begins with a capital letter.
    pub(crate) has_capital: bool,
    /// All marks of all words together: what is not here need not be looked for.
    pub(crate) marks: u32,
}

impl<'v> Scan<'v> {
    pub(crate) fn new(view: &'v View<'v>, lexicon: &Lexicon) -> Self {
        let bytes: &[u8] = &view.bytes;
        let mut scan = Self {
            view,
            bytes,
            tokens: Vec::with_capacity(bytes.len() / 4 + 2),
            has_digit: false,
            has_at: false,
            has_capital: false,
            marks: 0,
        };
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            let first = bytes[at];
            if is_letter(first) {
                let mut hash = SEED;
                while at < bytes.len() && is_letter(bytes[at]) {
                    hash = lexicon::step(hash, bytes[at]);
                    at += 1;
                }
                let known = lexicon.of(hash);
                scan.marks |= known.marks;
                scan.has_capital |= first.is_ascii_uppercase();
                scan.push(start, at, Kind::Word, hash, known);
            } else if first.is_ascii_digit() {
                while at < bytes.len() && bytes[at].is_ascii_digit() {
                    at += 1;
                }
                scan.has_digit = true;
                scan.push(start, at, Kind::Number, 0, Known::default());
            } else {
                scan.has_at |= first == b'@';
                at += 1;
            }
        }
        scan
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind, hash: u64, known: Known) {
        self.tokens.push(Token { start: start as u32, end: end as u32, kind, hash, known });
    }

    pub(crate) fn text(&self, token: &Token) -> &'v [u8] {
        &self.bytes[token.start as usize..token.end as usize]
    }

    /// What stands between a token and the next.
    pub(crate) fn gap(&self, at: usize) -> &'v [u8] {
        match self.tokens.get(at + 1) {
            Some(next) => &self.bytes[self.tokens[at].end as usize..next.start as usize],
            None => &self.bytes[self.tokens[at].end as usize..],
        }
    }

    pub(crate) fn byte_before(&self, start: u32) -> u8 {
        if start == 0 { b' ' } else { self.bytes[start as usize - 1] }
    }

    pub(crate) fn byte_after(&self, end: u32) -> u8 {
        self.bytes.get(end as usize).copied().unwrap_or(b' ')
    }

    /// A word that begins with a capital letter.
    pub(crate) fn is_capital(&self, token: &Token) -> bool {
        token.kind == Kind::Word && self.bytes[token.start as usize].is_ascii_uppercase()
    }

    /// Whether a word was typed with letters that ASCII lacks.
    pub(crate) fn is_marked(&self, token: &Token) -> bool {
        self.view.is_folded(token.start, token.end)
    }

    pub(crate) fn word_is(&self, at: usize, any: &[&str]) -> bool {
        self.tokens.get(at).is_some_and(|t| {
            t.kind == Kind::Word
                && any.iter().any(|w| self.text(t).eq_ignore_ascii_case(w.as_bytes()))
        })
    }
}

pub(crate) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == OTHER_LETTER
}
