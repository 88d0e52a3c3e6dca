//! Rules that administrators write: a pattern, and words that must stand near.
//!
//! Patterns are ASCII, matched in linear time, and bounded in size when they
//! are made; what a pattern would do to a text can be tried before it counts.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use crate::text::Stroke;

const PATTERN_BYTES_MAX: usize = 512;
const COMPILED_BYTES_MAX: usize = 1 << 18;
const CONTEXT_BYTES: usize = 60;

/// Why a pattern is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnRuleError {
    /// No pattern that can be read, or too large when compiled.
    Pattern,
    /// Longer than 512 bytes.
    TooLong,
    /// It matches the empty text, and so everywhere.
    MatchesNothing,
}

/// A rule of the clinic's own, such as the shape of its patient numbers.
#[derive(Debug, Clone)]
pub struct OwnRule {
    pattern: Regex,
    context: Vec<String>,
}

impl OwnRule {
    /// `context` holds words of which one must stand up to 60 bytes before the
    /// match, in any case; with none the pattern counts anywhere.
    pub fn new(pattern: &str, context: &[&str]) -> Result<Self, OwnRuleError> {
        if pattern.len() > PATTERN_BYTES_MAX {
            return Err(OwnRuleError::TooLong);
        }
        let pattern = Regex::builder()
            .configure(Regex::config().nfa_size_limit(Some(COMPILED_BYTES_MAX)).utf8_empty(false))
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .build(pattern)
            .map_err(|_| OwnRuleError::Pattern)?;
        if pattern.is_match("") {
            return Err(OwnRuleError::MatchesNothing);
        }
        let context = context.iter().map(|word| word.to_ascii_lowercase()).collect();
        Ok(Self { pattern, context })
    }

    /// What the rule would mask in a text, as byte ranges.
    pub fn dry_run(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        self.pattern
            .find_iter(text)
            .map(|found| found.range())
            .filter(|range| text.is_char_boundary(range.start) && text.is_char_boundary(range.end))
            .filter(|range| !range.is_empty() && self.has_context(text, range.start))
            .collect()
    }

    fn has_context(&self, text: &str, start: usize) -> bool {
        let from = (start.saturating_sub(CONTEXT_BYTES)..=start)
            .find(|&at| text.is_char_boundary(at))
            .unwrap_or(start);
        let before = text[from..start].to_ascii_lowercase();
        self.context.is_empty() || self.context.iter().any(|word| before.contains(word.as_str()))
    }

    pub(crate) fn strokes(&self, text: &str) -> Vec<Stroke> {
        self.dry_run(text)
            .into_iter()
            .map(|range| Stroke { start: range.start, end: range.end, keep_last: 0 })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_counts_only_near_its_words() {
        let rule = OwnRule::new("[A-Z]{2}[0-9]{4}", &["file"]).expect("a good pattern");
        assert_eq!(rule.dry_run("my file AB1234").first(), Some(&(8..14)));
        assert!(rule.dry_run("gate AB1234").is_empty());
    }

    #[test]
    fn a_pattern_that_is_no_good_is_refused() {
        assert_eq!(OwnRule::new("(", &[]).err(), Some(OwnRuleError::Pattern));
        assert_eq!(OwnRule::new("a*", &[]).err(), Some(OwnRuleError::MatchesNothing));
        assert_eq!(OwnRule::new("(a{100}){100}{100}", &[]).err(), Some(OwnRuleError::Pattern));
    }
}
