//! The one pass over a text: its words and numbers, each known or not, and the
//! few of them that a value can begin at. Rules look at these and nowhere else.

use std::ops::Range;

use crate::lexicon::{
    ANNOUNCES, AT, BOX, CUE, FIRST, Known, LAST, LINK, Lexicon, MISTYPED, MONTH, NUMBER, PLAIN,
    SPOKEN, STOP, TITLE, TRADE, WAY, WordHash,
};
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
    /// Of a word in lower case; 0 for a number.
    pub(crate) hash: u64,
    pub(crate) known: Known,
}

impl Token {
    pub(crate) fn is(&self, marks: u32) -> bool {
        self.known.marks & marks != 0
    }

    pub(crate) fn kind(&self) -> Kind {
        if self.hash == 0 { Kind::Number } else { Kind::Word }
    }

    pub(crate) fn len(&self) -> u32 {
        self.end - self.start
    }
}

/// Why a token is looked at, as bits.
pub(crate) mod why {
    /// A number, or a word that stands for one.
    pub(crate) const DIGITS: u16 = 1;
    pub(crate) const CUE: u16 = 1 << 1;
    /// A word that may be a name.
    pub(crate) const NAME: u16 = 1 << 2;
    /// A word that an address may begin with.
    pub(crate) const PLACE: u16 = 1 << 3;
    /// Joined to what follows by a colon, a dot or a dash.
    pub(crate) const JOINT: u16 = 1 << 4;
    /// The word "at".
    pub(crate) const AT: u16 = 1 << 5;
    /// Begins a page's address.
    pub(crate) const LINK: u16 = 1 << 6;
    /// A long word with capitals inside.
    pub(crate) const LONG: u16 = 1 << 7;
    pub(crate) const MONTH: u16 = 1 << 8;
    /// A number beside a word, and any word that stands for a number.
    pub(crate) const BESIDE_WORD: u16 = 1 << 9;
    /// The third of single letters in a row.
    pub(crate) const SPELLED: u16 = 1 << 10;
}

/// How far a token is looked for one by one.
const TOKENS_NEAR_MAX: usize = 8;
const LONG_WORD_BYTES_MIN: usize = 10;

/// The tokens of a part of a view.
pub(crate) struct Scan<'v> {
    view: &'v View<'v>,
    pub(crate) lexicon: &'v Lexicon,
    /// Where the bytes begin in the view.
    offset: u32,
    pub(crate) bytes: &'v [u8],
    pub(crate) tokens: Vec<Token>,
    triggers: Vec<(u32, u16)>,
    /// Those that [`why::DIGITS`] is the only reason for, apart: there can be many.
    digits: Vec<u32>,
    /// Where at signs stand.
    pub(crate) at_signs: Vec<u32>,
    pub(crate) has_digit: bool,
    pub(crate) has_colon: bool,
    pub(crate) has_number_sign: bool,
    pub(crate) has_bracket: bool,
    /// Whether a word begins with an X, as a mask does.
    pub(crate) has_x: bool,
    /// All reasons of all triggers together.
    reasons: u16,
    /// All marks of all words together: what is not here need not be looked for.
    pub(crate) marks: u32,
    /// Looks at tokens and bytes, counted to test that they grow as the text does.
    #[cfg(test)]
    pub(crate) steps: std::cell::Cell<u64>,
}

/// Lists that are filled again and again.
#[derive(Default)]
struct Room {
    tokens: Vec<Token>,
    triggers: Vec<(u32, u16)>,
    digits: Vec<u32>,
    at_signs: Vec<u32>,
}

impl<'v> Scan<'v> {
    /// Reads a range of the view; places count from its beginning.
    pub(crate) fn new(view: &'v View<'v>, range: Range<usize>, lexicon: &'v Lexicon) -> Self {
        let room = Room {
            tokens: Vec::with_capacity(range.len() / 4 + 4),
            triggers: Vec::with_capacity(range.len() / 8 + 4),
            ..Room::default()
        };
        Self::within(room, view, range, lexicon)
    }

    /// Reads another range in the room that this one took.
    pub(crate) fn next(self, range: Range<usize>) -> Self {
        let Self { mut tokens, mut triggers, mut digits, mut at_signs, view, lexicon, .. } = self;
        tokens.clear();
        triggers.clear();
        digits.clear();
        at_signs.clear();
        Self::within(Room { tokens, triggers, digits, at_signs }, view, range, lexicon)
    }

    fn within(room: Room, view: &'v View<'v>, range: Range<usize>, lexicon: &'v Lexicon) -> Self {
        let bytes = &view.bytes[range.clone()];
        let mut scan = Self {
            view,
            lexicon,
            offset: range.start as u32,
            bytes,
            tokens: room.tokens,
            triggers: room.triggers,
            digits: room.digits,
            at_signs: room.at_signs,
            has_digit: false,
            has_colon: false,
            has_number_sign: false,
            has_bracket: false,
            has_x: false,
            reasons: 0,
            marks: 0,
            #[cfg(test)]
            steps: std::cell::Cell::new(0),
        };
        let mut at = 0;
        while let Some(&first) = bytes.get(at) {
            at = match CLASS[first as usize] {
                LETTER => scan.word(at, lexicon),
                DIGIT => scan.number(at),
                _ => scan.mark(at, first),
            };
        }
        scan
    }

    fn word(&mut self, start: usize, lexicon: &Lexicon) -> usize {
        let mut hash = WordHash::NEW;
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at)
            && CLASS[byte as usize] == LETTER
        {
            hash.add(byte);
            at += 1;
        }
        let mut hash = hash.finish();
        let known = lexicon.of(hash);
        if known.marks & MISTYPED != 0 {
            hash = lexicon.meant(known);
        }
        self.marks |= known.marks;
        if let Some(before) = self.tokens.last()
            && before.kind() == Kind::Number
        {
            self.add_trigger(self.tokens.len() as u32 - 1, why::BESIDE_WORD);
        }
        let why = self.why(start, at, known.marks);
        self.push(Token { start: start as u32, end: at as u32, hash, known }, why);
        at
    }

    /// Why a word is worth a look.
    #[inline]
    fn why(&mut self, start: usize, end: usize, marks: u32) -> u16 {
        let capital = self.bytes[start].is_ascii_uppercase();
        self.has_x |= self.bytes[start] == b'X';
        let mut why = 0;
        if marks & WORTH != 0 {
            let bit = |mark: u32, why: u16| if marks & mark != 0 { why } else { 0 };
            why = bit(NUMBER | SPOKEN, why::DIGITS | why::BESIDE_WORD)
                | bit(CUE, why::CUE)
                | bit(WAY | BOX, why::PLACE)
                | bit(AT, why::AT)
                | bit(LINK, why::LINK)
                | bit(MONTH, why::MONTH);
        }
        let listed = marks & (FIRST | LAST) != 0 && marks & (PLAIN | STOP) == 0;
        let announced =
            self.tokens.last().is_some_and(|before| before.is(ANNOUNCES | TITLE | TRADE));
        let may_begin = marks & STOP == 0 && (marks & PLAIN == 0 || marks & (FIRST | LAST) != 0);
        if listed || announced || capital && may_begin {
            why |= why::NAME;
        }
        if end - start >= LONG_WORD_BYTES_MIN
            && self.bytes[start + 1..end].iter().any(u8::is_ascii_uppercase)
        {
            why |= why::LONG;
        }
        if end - start == 1 && self.is_third_letter() {
            why |= why::SPELLED;
        }
        why
    }

    fn is_third_letter(&self) -> bool {
        let letter = |t: &Token| t.kind() == Kind::Word && t.len() == 1;
        match self.tokens.as_slice() {
            [.., before, first, second] => !letter(before) && letter(first) && letter(second),
            [first, second] => letter(first) && letter(second),
            _ => false,
        }
    }

    fn number(&mut self, start: usize) -> usize {
        let mut at = start + 1;
        while self.bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        self.has_digit = true;
        let known = Known::default();
        let token = Token { start: start as u32, end: at as u32, hash: 0, known };
        let after_word = self.tokens.last().is_none_or(|before| before.kind() == Kind::Word);
        self.push(token, if after_word { why::DIGITS | why::BESIDE_WORD } else { why::DIGITS });
        at
    }

    /// A byte that is neither letter nor digit.
    fn mark(&mut self, at: usize, byte: u8) -> usize {
        match byte {
            b'@' => self.at_signs.push(at as u32),
            b'#' => self.has_number_sign = true,
            b'(' => self.has_bracket = true,
            b':' | b'-' | b'.' => {
                self.has_colon |= byte == b':';
                let hex = |b: &u8| b.is_ascii_hexdigit() || *b == b':';
                let group = || at >= 4 && self.bytes[at - 4..at].iter().all(hex);
                let joins = at > 0
                    && hex(&self.bytes[at - 1])
                    && self.bytes.get(at + 1).is_some_and(hex)
                    && (byte != b'.' || self.bytes[at - 1].is_ascii_digit() || group());
                if joins && let Some(last) = self.tokens.len().checked_sub(1) {
                    self.add_trigger(last as u32, why::JOINT);
                }
            }
            _ => {}
        }
        at + 1
    }

    #[inline(always)]
    fn push(&mut self, token: Token, mut why: u16) {
        if self.has_colon && self.bytes[..token.start as usize].ends_with(b"::") {
            why |= why::JOINT;
        }
        if why != 0 {
            self.add_trigger(self.tokens.len() as u32, why);
        }
        self.tokens.push(token);
    }

    #[inline(always)]
    fn add_trigger(&mut self, token: u32, why: u16) {
        self.reasons |= why;
        match self.triggers.last_mut() {
            Some(last) if last.0 == token => last.1 |= why,
            _ if why == why::DIGITS => self.digits.push(token),
            _ => self.triggers.push((token, why)),
        }
    }

    #[inline]
    fn step(&self) {
        #[cfg(test)]
        self.steps.set(self.steps.get() + 1);
    }

    /// Whether any token has one of these reasons.
    pub(crate) fn has(&self, why: u16) -> bool {
        self.reasons & why != 0
    }

    /// The tokens that hold or stand for digits, in order.
    pub(crate) fn digits(&self) -> impl Iterator<Item = usize> + '_ {
        let (mut beside, mut alone) = (self.triggers.as_slice(), self.digits.as_slice());
        std::iter::from_fn(move || {
            self.step();
            while let [(_, why), rest @ ..] = beside
                && why & why::DIGITS == 0
            {
                beside = rest;
            }
            let first = match (beside.first(), alone.first()) {
                (Some((one, _)), Some(other)) => *one.min(other),
                (Some((one, _)), None) => *one,
                (None, other) => *other?,
            };
            if beside.first().is_some_and(|(at, _)| *at == first) {
                beside = &beside[1..];
            } else {
                alone = &alone[1..];
            }
            Some(first as usize)
        })
    }

    /// The tokens with one of these other reasons, in order.
    pub(crate) fn triggers(&self, why: u16) -> impl Iterator<Item = usize> + '_ {
        let some = if self.has(why) { &self.triggers[..] } else { &[] };
        some.iter().inspect(|_| self.step()).filter(move |t| t.1 & why != 0).map(|t| t.0 as usize)
    }

    #[inline]
    pub(crate) fn text(&self, token: &Token) -> &'v [u8] {
        self.step();
        &self.bytes[token.start as usize..token.end as usize]
    }

    /// What stands between a token and the next.
    #[inline]
    pub(crate) fn gap(&self, at: usize) -> &'v [u8] {
        self.step();
        match self.tokens.get(at + 1) {
            Some(next) => &self.bytes[self.tokens[at].end as usize..next.start as usize],
            None => &self.bytes[self.tokens[at].end as usize..],
        }
    }

    #[inline]
    pub(crate) fn byte_before(&self, start: u32) -> u8 {
        self.step();
        if start == 0 { b' ' } else { self.bytes[start as usize - 1] }
    }

    #[inline]
    pub(crate) fn byte_after(&self, end: u32) -> u8 {
        self.step();
        self.bytes.get(end as usize).copied().unwrap_or(b' ')
    }

    /// The first token after a place, from a token before it on.
    pub(crate) fn token_after(&self, from: usize, place: usize) -> usize {
        let near = self.tokens[from..].iter().take(TOKENS_NEAR_MAX);
        let near = near.take_while(|t| t.start as usize <= place).count();
        if near < TOKENS_NEAR_MAX {
            return from + near;
        }
        from + self.tokens[from..].partition_point(|t| t.start as usize <= place)
    }

    /// A word that begins with a capital letter.
    #[inline]
    pub(crate) fn is_capital(&self, token: &Token) -> bool {
        token.kind() == Kind::Word && self.bytes[token.start as usize].is_ascii_uppercase()
    }

    /// Whether a word was typed with letters that ASCII lacks.
    pub(crate) fn is_marked(&self, token: &Token) -> bool {
        self.view.is_folded(self.offset + token.start, self.offset + token.end)
    }

    /// Whether X's stand where a value was: two or more, or one that marks join to others.
    pub(crate) fn is_masked(&self, at: usize) -> bool {
        let hidden =
            |n: usize| self.tokens.get(n).is_some_and(|t| self.text(t).iter().all(|b| *b == b'X'));
        hidden(at)
            && (self.tokens[at].len() > 1
                || matches!(self.gap(at), b"/" | b"-" | b".") && hidden(at + 1))
    }

    /// Whether a token is one of these `words!`.
    #[inline]
    pub(crate) fn word_is(&self, at: usize, any: &[u64]) -> bool {
        self.step();
        self.tokens.get(at).is_some_and(|t| any.contains(&t.hash))
    }
}

const WORTH: u32 = NUMBER | SPOKEN | CUE | WAY | BOX | AT | LINK | MONTH;
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
/// What each byte of a view is.
const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if (byte as u8).is_ascii_alphabetic() || byte as u8 == OTHER_LETTER {
            class[byte] = LETTER;
        } else if (byte as u8).is_ascii_digit() {
            class[byte] = DIGIT;
        }
        byte += 1;
    }
    class
};

pub(crate) fn is_letter(byte: u8) -> bool {
    CLASS[byte as usize] == LETTER
}
