//! Rules that administrators write: a pattern, words of which one must stand
//! near, and a check of the digits.
//!
//! Patterns are ASCII and bounded in size when they are made. They are matched
//! in time linear in the text: by an engine that never goes back, over windows
//! of bounded length. What a rule would do can be tried before it counts.

use std::cell::OnceCell;
use std::ops::Range;

use regex_automata::Input;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use crate::rules::{self, Check};
use crate::text::Stroke;

const NAME_BYTES_MAX: usize = 40;
const PATTERN_BYTES_MAX: usize = 512;
const COMPILED_BYTES_MAX: usize = 1 << 18;
const CONTEXT_WORDS_MAX: usize = 32;
const CONTEXT_WORD_BYTES_MAX: usize = 40;
/// How far before a value and after it a word counts.
const CONTEXT_BYTES: usize = 60;
/// Rules that a policy may hold.
pub(crate) const OWN_RULES_MAX: usize = 64;
/// Finding all matches may take the square of a window's length, never of the text's.
const WINDOW_BYTES: usize = 2048;
/// A longer match is no value.
const MATCH_BYTES_MAX: usize = 256;

/// Why a rule is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnRuleError {
    /// Not 1 to 40 ASCII letters, digits, `_` or `-`.
    Name,
    /// No pattern that can be read, or too large when compiled.
    Pattern,
    /// Longer than 512 bytes.
    TooLong,
    /// It matches the empty text, and so everywhere.
    MatchesNothing,
    /// More than 32 words, an empty one, or one longer than 40 bytes.
    Context,
    /// No check has this name.
    Check,
}

/// A rule of the clinic's own, such as the shape of its patient numbers.
#[derive(Clone)]
pub struct OwnRule {
    name: String,
    pattern: Regex,
    context: Vec<String>,
    check: Option<Check>,
}

impl std::fmt::Debug for OwnRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OwnRule({})", self.name)
    }
}

impl OwnRule {
    /// `context` holds words of which one must stand whole, in any case, up to
    /// 60 bytes before or after the match; with none the pattern counts anywhere.
    ///
    /// # Errors
    /// What is wrong with the pattern or the words.
    pub fn new(pattern: &str, context: &[&str]) -> Result<Self, OwnRuleError> {
        if pattern.len() > PATTERN_BYTES_MAX {
            return Err(OwnRuleError::TooLong);
        }
        let refused = |word: &&str| word.is_empty() || word.len() > CONTEXT_WORD_BYTES_MAX;
        if context.len() > CONTEXT_WORDS_MAX || context.iter().any(refused) {
            return Err(OwnRuleError::Context);
        }
        let limits = Regex::config().nfa_size_limit(Some(COMPILED_BYTES_MAX)).utf8_empty(false);
        let pattern = Regex::builder()
            .configure(limits)
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .build(pattern)
            .map_err(|_| OwnRuleError::Pattern)?;
        if pattern.is_match("") {
            return Err(OwnRuleError::MatchesNothing);
        }
        let context = context.iter().map(|word| word.to_ascii_lowercase()).collect();
        Ok(Self { name: "own".to_owned(), pattern, context, check: None })
    }

    /// The same rule under a name, by which a dry run tells it from others.
    ///
    /// # Errors
    /// A name that is not 1 to 40 ASCII letters, digits, `_` or `-`.
    pub fn named(mut self, name: &str) -> Result<Self, OwnRuleError> {
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if name.is_empty() || name.len() > NAME_BYTES_MAX || !plain {
            return Err(OwnRuleError::Name);
        }
        self.name = name.to_owned();
        Ok(self)
    }

    /// The same rule for values alone whose letters and digits pass a check,
    /// such as `luhn` or `npi`; [`checks`](crate::checks) names them all.
    ///
    /// # Errors
    /// A check that is not known.
    pub fn checked(mut self, check: &str) -> Result<Self, OwnRuleError> {
        self.check = Some(rules::check(check).ok_or(OwnRuleError::Check)?);
        Ok(self)
    }

    /// The rule's name, `own` if none was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the rule would mask in a text, as byte ranges in order and apart.
    pub fn dry_run(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let words = OnceCell::new();
        let (mut start, mut done) = (0, 0);
        while done < text.len() {
            let end = boundary(text, start + WINDOW_BYTES);
            let keep = if end == text.len() { end } else { boundary(text, end - MATCH_BYTES_MAX) };
            let window = Input::new(text).range(start..end);
            for range in self.pattern.find_iter(window).map(|found| found.range()) {
                let apart = found.last().is_none_or(|last| last.end <= range.start);
                if apart && (done..keep).contains(&range.start) && self.counts(text, &range, &words)
                {
                    found.push(range);
                }
            }
            (start, done) = (boundary(text, keep.saturating_sub(MATCH_BYTES_MAX)), keep);
        }
        found
    }

    fn counts(
        &self,
        text: &str,
        range: &Range<usize>,
        words: &OnceCell<Vec<Range<usize>>>,
    ) -> bool {
        let Some(value) = text.get(range.clone()) else { return false };
        let written: Vec<u8> = value
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|b| b.to_ascii_uppercase())
            .collect();
        (1..=MATCH_BYTES_MAX).contains(&value.len())
            && !written.iter().all(|b| *b == b'X')
            && self.check.is_none_or(|check| !written.is_empty() && (check.holds)(&written))
            && (self.context.is_empty()
                || is_near(range, words.get_or_init(|| self.context_words(text))))
    }

    /// Where the words of the context stand whole, in order.
    fn context_words(&self, text: &str) -> Vec<Range<usize>> {
        let lower = text.to_ascii_lowercase();
        let places = |word: &String| whole_words(&lower, word).collect::<Vec<_>>();
        let mut words: Vec<Range<usize>> = self.context.iter().flat_map(places).collect();
        words.sort_unstable_by_key(|word| word.start);
        words
    }

    pub(crate) fn strokes(&self, text: &str) -> Vec<Stroke> {
        self.dry_run(text)
            .into_iter()
            .map(|range| Stroke { start: range.start, end: range.end, keep_last: 0 })
            .collect()
    }
}

/// The place itself, or the next one between two characters; at most the end.
fn boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

/// Whether one of the words, which are in order, stands shortly before a range or after it.
fn is_near(range: &Range<usize>, words: &[Range<usize>]) -> bool {
    let from = range.start.saturating_sub(CONTEXT_BYTES);
    let first = words.partition_point(|word| word.start < from);
    let mut near = words[first..].iter().take_while(|word| word.start <= range.end + CONTEXT_BYTES);
    near.any(|word| {
        word.end <= range.start || word.start >= range.end && word.end <= range.end + CONTEXT_BYTES
    })
}

/// Where a word stands whole in a text.
fn whole_words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    text.match_indices(word).map(|(at, found)| at..at + found.len()).filter(|word| {
        let before = text[..word.start].chars().next_back();
        let after = text[word.end..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_counts_only_near_its_words() {
        let rule = OwnRule::new("[A-Z]{2}[0-9]{4}", &["file"]).expect("a good pattern");
        assert_eq!(rule.dry_run("my file AB1234").first(), Some(&(8..14)));
        assert_eq!(rule.dry_run("AB1234 is my file").first(), Some(&(0..6)));
        assert!(rule.dry_run("gate AB1234").is_empty());
        assert!(rule.dry_run("my profile AB1234").is_empty());
    }

    #[test]
    fn a_rule_with_a_check_masks_what_passes_it() {
        let rule = OwnRule::new("[0-9]{10}", &[]).and_then(|rule| rule.checked("luhn"));
        let rule = rule.expect("a good rule");
        assert_eq!(rule.dry_run("1234567897 and 1234567890").len(), 1);
    }

    #[test]
    fn a_rule_that_is_no_good_is_refused() {
        let refused = |pattern| OwnRule::new(pattern, &[]).err();
        assert_eq!(refused("("), Some(OwnRuleError::Pattern));
        assert_eq!(refused("a*"), Some(OwnRuleError::MatchesNothing));
        assert_eq!(refused("(a{100}){100}{100}"), Some(OwnRuleError::Pattern));
        assert_eq!(refused(&"a".repeat(513)), Some(OwnRuleError::TooLong));
        assert_eq!(OwnRule::new("a", &[""]).err(), Some(OwnRuleError::Context));
        assert_eq!(OwnRule::new("a", &["a"; 33]).err(), Some(OwnRuleError::Context));
        let rule = OwnRule::new("a", &[]).expect("a good pattern");
        assert_eq!(rule.clone().named("no spaces").err(), Some(OwnRuleError::Name));
        assert_eq!(rule.checked("astrology").err(), Some(OwnRuleError::Check));
    }

    #[test]
    fn a_match_is_found_wherever_the_windows_part() {
        let rule = OwnRule::new("Z[0-9]{6}", &[]).expect("a good pattern");
        for before in (1500..2300).step_by(3) {
            let text = format!("{} Z123456 {}", "é".repeat(before / 2), "w".repeat(3000));
            assert_eq!(rule.dry_run(&text).len(), 1, "{before}");
        }
    }
}
