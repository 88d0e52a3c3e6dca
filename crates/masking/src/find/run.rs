//! Digits of tokens side by side, read once however many numbers in them are tried:
//! as digits, as words, and as letters that look like digits.

use crate::lexicon::NUMBER;
use crate::scan::{Kind, Scan};

/// No rule looks at fewer.
pub(super) const DIGITS_MIN: usize = 9;
pub(super) const DIGITS_MAX: usize = 19;

/// No number with Luhn's sum is shorter.
const LUHN_DIGITS_MIN: usize = 12;

const NOISE_DIGITS_MIN: usize = 3 * DIGITS_MAX;

/// What people put between the digits of a number.
const MAY_PART: [bool; 256] = {
    let (mut may, mut at) = ([false; 256], 0);
    while at < PARTS.len() {
        may[PARTS[at] as usize] = true;
        at += 1;
    }
    may
};
const PARTS: &[u8] = b" -./_,()\n\r\t+*~\\";

/// Doubled digits as Luhn's sum counts them.
const DOUBLED: [u8; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];

/// For a number below 20.
fn mod_10(number: u8) -> u8 {
    if number < 10 { number } else { number - 10 }
}

/// Digits of tokens side by side, kept while numbers inside are tried.
#[derive(Default)]
pub(super) struct Run {
    pub(super) first: usize,
    pub(super) digits: Vec<u8>,
    /// For each token its length.
    pub(super) groups: Vec<u8>,
    /// For each token how many digits there are with it.
    counts: Vec<u32>,
    /// For so many digits how many tokens hold them; 0 where a token goes on.
    tokens: Vec<u32>,
    /// Luhn's sums up to each digit, mod 10: with that digit as it is, and with it doubled.
    sums: Vec<[u8; 2]>,
    pub(super) has_words: bool,
    pub(super) has_comma: bool,
    /// A letter for a digit is a slip in one number: a long row of them is none.
    pub(super) is_noise: bool,
}

impl Run {
    pub(super) fn read(&mut self, scan: &Scan<'_>, first: usize) {
        self.first = first;
        self.digits.clear();
        self.groups.clear();
        self.counts.clear();
        self.sums.clear();
        self.tokens.clear();
        (self.has_words, self.has_comma) = (false, false);
        let mut has_letters = false;
        let (mut worded, mut longest) = (false, 0);
        for (at, token) in (first..).zip(&scan.tokens[first..]) {
            let count = digit_count(scan, at);
            worded |= token.is(NUMBER);
            longest = longest.max(count);
            if count == 0 || count > DIGITS_MAX || worded && longest > 4 {
                break;
            }
            let is_word = token.kind() == Kind::Word;
            self.has_words |= is_word;
            has_letters |= is_word && !token.is(NUMBER);
            if token.kind() == Kind::Number && count == 1 {
                self.digits.push(scan.bytes[token.start as usize]);
            } else {
                self.add(scan, at);
            }
            self.groups.push(token.len() as u8);
            self.counts.push(self.digits.len() as u32);
            let parted = match scan.gap(at) {
                [b' '] => true,
                [byte] => {
                    self.has_comma |= *byte == b',';
                    MAY_PART[usize::from(*byte)]
                }
                gap => {
                    self.has_comma |= gap.contains(&b',');
                    gap.len() <= 4 && gap.iter().all(|byte| MAY_PART[usize::from(*byte)])
                }
            };
            if !parted {
                break;
            }
        }
        self.is_noise = has_letters && self.digits.len() > NOISE_DIGITS_MIN;
        if self.digits.len() < DIGITS_MIN || self.is_noise {
            return;
        }
        self.tokens.resize(self.digits.len() + 1, 0);
        for (tokens, digits) in (1..).zip(&self.counts) {
            self.tokens[*digits as usize] = tokens;
        }
        if self.digits.len() >= LUHN_DIGITS_MIN {
            self.sum();
        }
    }

    fn sum(&mut self) {
        let (mut as_it_is, mut doubled) = (0, 0);
        self.sums.push([0, 0]);
        self.sums.extend(self.digits.iter().map(|digit| {
            let digit = usize::from(digit - b'0');
            (as_it_is, doubled) =
                (mod_10(doubled + digit as u8), mod_10(as_it_is + DOUBLED[digit]));
            [as_it_is, doubled]
        }));
    }

    fn add(&mut self, scan: &Scan<'_>, at: usize) {
        let token = &scan.tokens[at];
        let text = scan.text(token);
        match token.kind() {
            Kind::Number => self.digits.extend_from_slice(text),
            Kind::Word if token.is(NUMBER) => {
                self.digits.push(b'0' + (token.known.value % 10) as u8)
            }
            Kind::Word => {
                let digit = |b: &u8| if matches!(b, b'O' | b'o') { b'0' } else { b'1' };
                self.digits.extend(text.iter().map(digit));
            }
        }
    }

    /// Whether Luhn's sum over a range of the digits ends in 0.
    pub(super) fn passes_luhn(&self, from: usize, to: usize) -> bool {
        self.sums.get(to).is_some_and(|sums| sums[0] == self.sums[from][(to - from) % 2])
    }

    pub(super) fn end(&self) -> usize {
        self.first + self.groups.len()
    }

    /// Digits before a token of the run.
    pub(super) fn before(&self, at: usize) -> usize {
        at.checked_sub(self.first + 1).map_or(0, |n| self.counts[n] as usize)
    }

    /// Digits from a token on; none if the run has ended before it.
    pub(super) fn left(&self, at: usize) -> usize {
        if at < self.end() { self.digits.len() - self.before(at) } else { 0 }
    }

    /// The token that ends with so many digits of the run, if one does.
    pub(super) fn token_with(&self, digits: usize) -> Option<usize> {
        let tokens = *self.tokens.get(digits)? as usize;
        (tokens > 0).then(|| self.first + tokens - 1)
    }
}

pub(super) fn digit_count(scan: &Scan<'_>, at: usize) -> usize {
    let token = &scan.tokens[at];
    match token.kind() {
        Kind::Number => token.len() as usize,
        Kind::Word if token.is(NUMBER) => 1,
        Kind::Word if is_lookalike(scan, at) => token.len() as usize,
        Kind::Word => 0,
    }
}

/// Letters that stand for digits, glued to one: "4O7l".
#[inline]
pub(crate) fn is_lookalike(scan: &Scan<'_>, at: usize) -> bool {
    looks_like_digit(scan.bytes[scan.tokens[at].start as usize]) && is_glued(scan, at)
}

fn looks_like_digit(byte: u8) -> bool {
    matches!(byte, b'O' | b'o' | b'l' | b'I')
}

fn is_glued(scan: &Scan<'_>, at: usize) -> bool {
    let token = &scan.tokens[at];
    let digit = |n: usize| scan.tokens.get(n).is_some_and(|t| t.kind() == Kind::Number);
    let near = |gap: &[u8]| matches!(gap, b"" | b"-");
    token.len() <= 4
        && scan.text(token).iter().all(|b| looks_like_digit(*b))
        && (digit(at + 1) && near(scan.gap(at))
            || at > 0
                && near(scan.gap(at - 1))
                && (digit(at - 1) || at > 1 && digit(at - 2) && near(scan.gap(at - 2))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn no_rule_asks_for_luhns_sum_of_a_shorter_number() {
        for by_digits in rules::ALL.iter().filter_map(|rule| rule.rule().by_digits) {
            let begins = |length| b"+0123456789".iter().any(|b| (by_digits.begins)(*b, length));
            assert!(!by_digits.luhn || !(0..LUHN_DIGITS_MIN).any(begins));
        }
    }

    #[test]
    fn the_sums_kept_are_luhns_sum_of_any_range() {
        let luhn = rules::check("luhn").expect("a check of that name").holds;
        let digits = (0..400u32).map(|n| b'0' + (n * n / 7 % 10) as u8).collect();
        let mut run = Run { digits, ..Run::default() };
        run.sum();
        for from in 0..380 {
            for to in from + 2..from + 20 {
                assert_eq!(run.passes_luhn(from, to), luhn(&run.digits[from..to]), "{from} {to}");
            }
        }
    }
}
