//! What the engine knows of words: one hash table from a word to its marks.
//!
//! Names come from the public lists of the US Census of 1990 and a list of our
//! own; see `data/README.md`. Words are kept as 64-bit hashes of their lower
//! case: the table is small, loads in milliseconds, and is asked once a word.

use crate::words as lists;

pub(crate) const FIRST: u32 = 1;
pub(crate) const LAST: u32 = 1 << 1;
pub(crate) const PLAIN: u32 = 1 << 2;
pub(crate) const TITLE: u32 = 1 << 3;
pub(crate) const MONTH: u32 = 1 << 4;
pub(crate) const NUMBER: u32 = 1 << 5;
pub(crate) const STREET: u32 = 1 << 6;
pub(crate) const SPOKEN: u32 = 1 << 13;
pub(crate) const COMMON_FIRST: u32 = 1 << 14;
pub(crate) const COMMON_LAST: u32 = 1 << 15;
pub(crate) const STOP: u32 = 1 << 16;
pub(crate) const ANNOUNCES: u32 = 1 << 17;
pub(crate) const STATE: u32 = 1 << 7;
pub(crate) const BLOCK: u32 = 1 << 8;
pub(crate) const FILLER: u32 = 1 << 9;
pub(crate) const CUE: u32 = 1 << 10;
pub(crate) const UNIT: u32 = 1 << 11;
pub(crate) const NEVER_NAME: u32 = 1 << 12;
/// A disease's or a test's name that is also a family name.
pub(crate) const EPONYM: u32 = 1 << 18;
/// Ends the name of a place or an organisation: "Springs", "Hospital".
pub(crate) const TAIL: u32 = 1 << 19;
/// Begins the name of a place: "San", "Fort".
pub(crate) const HEAD: u32 = 1 << 20;
/// What is named after a person: "disease", "sign".
pub(crate) const DISEASE: u32 = 1 << 21;
/// A trade before a name, such as "therapist": weaker than a title.
pub(crate) const TRADE: u32 = 1 << 22;
/// Begins a street's name in other languages: "rue", "via".
pub(crate) const WAY: u32 = 1 << 23;
pub(crate) const COUNTRY: u32 = 1 << 24;
/// A part of a house: "apt", "suite".
pub(crate) const DOOR: u32 = 1 << 25;
/// The word "at", which may stand for its sign.
pub(crate) const AT: u32 = 1 << 26;
/// Begins a page's address.
pub(crate) const LINK: u32 = 1 << 27;
/// Begins a post-office box: "po".
pub(crate) const BOX: u32 = 1 << 28;

/// Stands for its first letter where a code is spelled: "echo".
pub(crate) const ALPHABET: u32 = 1 << 30;
/// Ends a street's name, but is an everyday word as well: "ridge".
pub(crate) const STREET_TOO: u32 = 1 << 31;
/// A word mistyped: it is read as the word that was meant.
pub(crate) const MISTYPED: u32 = 1 << 29;

/// A shorter word that lacks a letter is another word.
const LACKING_BYTES_MIN: usize = 6;
const SLOTS: usize = 1 << 16;

/// Marks and a small number (a month, a digit) for a word.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    pub(crate) marks: u32,
    pub(crate) value: u16,
    /// Which list of cues begins with the word, if it is marked [`CUE`].
    pub(crate) cue: u16,
}

pub(crate) struct Lexicon {
    slots: Vec<(u64, Known)>,
    /// Hashes of words that are often mistyped; [`Known::value`] counts them.
    meant: Vec<u64>,
}

/// The hash of a word in lower case, eight bytes at a time.
#[derive(Clone, Copy)]
pub(crate) struct WordHash {
    mixed: u64,
    last: u64,
    count: u32,
}

impl WordHash {
    pub(crate) const NEW: Self = Self { mixed: 0, last: 0, count: 0 };

    #[inline(always)]
    pub(crate) const fn add(&mut self, byte: u8) {
        self.last = self.last << 8 | (byte | 0x20) as u64;
        self.count += 1;
        if self.count == 8 {
            self.mixed = mix(self.mixed, self.last);
            self.last = 0;
            self.count = 0;
        }
    }

    /// Never 0, which stands for an empty slot.
    #[inline(always)]
    pub(crate) const fn finish(self) -> u64 {
        mix(self.mixed, self.last) | 1
    }
}

#[inline(always)]
const fn mix(hash: u64, bytes: u64) -> u64 {
    let mixed = (hash ^ bytes).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ mixed >> 29
}

pub(crate) const fn hash(word: &str) -> u64 {
    let mut hash = WordHash::NEW;
    let mut at = 0;
    while at < word.len() {
        hash.add(word.as_bytes()[at]);
        at += 1;
    }
    hash.finish()
}

pub(crate) const fn hashes<const N: usize>(words: [&str; N]) -> [u64; N] {
    let mut hashes = [0; N];
    let mut at = 0;
    while at < N {
        hashes[at] = hash(words[at]);
        at += 1;
    }
    hashes
}

/// Words in lower case as their hashes, made when the crate is compiled.
macro_rules! words_of {
    ($($word:literal),* $(,)?) => {
        const { &$crate::lexicon::hashes([$($word),*]) }
    };
}
pub(crate) use words_of as words;

impl Lexicon {
    pub(crate) fn load() -> Self {
        let mut lexicon = Self { slots: vec![(0, Known::default()); SLOTS], meant: Vec::new() };
        for (list, mark) in lists::LISTS {
            for word in list.split_ascii_whitespace() {
                lexicon.add(word, mark, 0);
            }
        }
        for (list, mark) in lists::VALUES {
            for (word, value) in list.iter() {
                lexicon.add(word, mark, *value);
            }
        }
        lexicon
    }

    pub(crate) fn add(&mut self, word: &str, mark: u32, value: u16) {
        let slot = self.slot(hash(word));
        self.slots[slot].0 = hash(word);
        self.slots[slot].1.marks |= mark;
        if value != 0 {
            self.slots[slot].1.value = value;
        }
    }

    pub(crate) fn add_cue(&mut self, word: &str, cue: u16) {
        self.add(word, CUE, 0);
        let slot = self.slot(hash(word));
        self.slots[slot].1.cue = cue;
    }

    /// Adds the ways in which long words of cues are mistyped: a letter left out or
    /// doubled, two swapped. A way that is a word itself is passed over.
    pub(crate) fn add_mistyped(&mut self) {
        for &word in lists::OFTEN_MISTYPED {
            self.add_meant(word, &mistyped(word));
        }
        for &(word, slips) in lists::SLIPS {
            let slips: Vec<String> = slips.split(' ').map(String::from).collect();
            self.add_meant(word, &slips);
        }
    }

    fn add_meant(&mut self, word: &str, ways: &[String]) {
        let meant = self.of(hash(word));
        let known =
            Known { marks: meant.marks | MISTYPED, value: self.meant.len() as u16, ..meant };
        self.meant.push(hash(word));
        for typed in ways {
            let slot = self.slot(hash(typed));
            if self.slots[slot].0 == 0 {
                self.slots[slot] = (hash(typed), known);
            }
        }
    }

    /// The word that a mistyped one stands for.
    pub(crate) fn meant(&self, known: Known) -> u64 {
        self.meant[usize::from(known.value)]
    }

    #[inline]
    pub(crate) fn of(&self, hash: u64) -> Known {
        self.slots[self.slot(hash)].1
    }

    #[inline]
    fn slot(&self, hash: u64) -> usize {
        let mut at = (hash >> 40) as usize & (SLOTS - 1);
        while self.slots[at].0 != hash && self.slots[at].0 != 0 {
            at = (at + 1) & (SLOTS - 1);
        }
        at
    }
}

/// Ways to mistype a word. Its first letter is always right, and no short word lacks one.
fn mistyped(word: &str) -> Vec<String> {
    let swap = |at: usize| {
        format!("{}{}{}{}", &word[..at], &word[at + 1..at + 2], &word[at..at + 1], &word[at + 2..])
    };
    let lack = |at: usize| format!("{}{}", &word[..at], &word[at + 1..]);
    let double = |at: usize| format!("{}{}", &word[..at + 1], &word[at..]);
    let mut ways: Vec<String> = (1..word.len() - 1).map(swap).collect();
    ways.extend((1..word.len()).map(double));
    if word.len() >= LACKING_BYTES_MIN {
        ways.extend((1..word.len()).map(lack));
    }
    ways
}
