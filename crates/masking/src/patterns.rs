//! The rules as data, for readers that cannot run them: patterns, checks,
//! context words and texts with what must be found in them.
//!
//! A reader that has only patterns and checks finds less than the engine; the
//! vectors say what the engine finds.

use serde::Serialize;

use crate::engine::Engine;
use crate::jsonl;
use crate::lexicon::{BLOCK, FILLER};
use crate::policy::Action;
use crate::rules::{self, RULES, Rule};
use crate::words;

const SAMPLES: &str = include_str!("../data/samples.txt");

/// Everything that is exported; `form` is counted up when its fields change.
#[derive(Serialize)]
pub struct Patterns {
    form: u32,
    /// Words that may stand between a cue and its value, and how many tokens.
    between: Between,
    /// A number after one of these is left alone.
    blocks: Vec<&'static str>,
    rules: Vec<Pattern>,
    checks: Vec<Vectors>,
    texts: Vec<Text>,
}

#[derive(Serialize)]
struct Between {
    tokens_max: usize,
    words: Vec<&'static str>,
}

#[derive(Serialize)]
struct Pattern {
    rule: &'static str,
    r#type: &'static str,
    version: u32,
    doc: &'static str,
    source: &'static str,
    /// Default: whether it is masked before it is stored.
    live: bool,
    keep_last: usize,
    /// ASCII, without look-around; none where only the engine can tell.
    #[serde(skip_serializing_if = "str::is_empty")]
    pattern: &'static str,
    /// Name of the check that letters and digits of the match must pass.
    check: Option<&'static str>,
    /// Whether the pattern counts after a cue alone.
    needs_cue: bool,
    cues: &'static [&'static str],
}

#[derive(Serialize)]
struct Vectors {
    check: &'static str,
    good: &'static [&'static str],
    bad: &'static [&'static str],
}

#[derive(Serialize)]
struct Text {
    text: String,
    masked: String,
    values: Vec<Value>,
}

/// Start and end in code points.
#[derive(Serialize)]
struct Value {
    rule: &'static str,
    start: usize,
    end: usize,
}

/// The rules, and what the engine finds in the samples.
pub fn export(engine: &Engine) -> Patterns {
    let examples = RULES.iter().map(|rule| rule.example.replace(['[', ']'], ""));
    let samples = SAMPLES.lines().map(str::to_owned);
    Patterns {
        form: 1,
        between: Between {
            tokens_max: crate::find::cued::WORDS_BETWEEN_MAX,
            words: words::marked(FILLER),
        },
        blocks: words::marked(BLOCK),
        rules: RULES.iter().map(pattern).collect(),
        checks: rules::checks()
            .map(|(name, check)| Vectors { check: name, good: check.good, bad: check.bad })
            .collect(),
        texts: examples.chain(samples).map(|text| read(engine, text)).collect(),
    }
}

fn pattern(rule: &Rule) -> Pattern {
    let alone = rule.by_digits.is_some() || rule.by_code.is_some() || rule.find.is_some();
    Pattern {
        rule: rule.name,
        r#type: rule.kind,
        version: rule.version,
        doc: rule.doc,
        source: rule.source,
        live: rule.action == Action::Mask,
        keep_last: rule.keep_last,
        pattern: rule.pattern,
        check: rule.check.map(|_| rule.name),
        needs_cue: rule.by_cue.is_some() && (!alone || rule.check.is_none() && rule.find.is_some()),
        cues: rule.cues,
    }
}

fn read(engine: &Engine, text: String) -> Text {
    let place = |at: usize| text[..at].chars().count();
    let values = engine
        .find(&text)
        .iter()
        .map(|span| Value { rule: span.rule(), start: place(span.start), end: place(span.end) })
        .collect();
    Text { masked: jsonl::mask_plain(engine, &text), values, text }
}

#[cfg(test)]
mod tests {
    use regex_automata::meta::Regex;

    use super::*;

    #[test]
    fn every_pattern_finds_the_example_of_its_rule() {
        for rule in RULES.iter().filter(|rule| !rule.pattern.is_empty()) {
            let (before, rest) = rule.example.split_once('[').expect("a value in brackets");
            let (value, after) = rest.split_once(']').expect("a value in brackets");
            let pattern = Regex::builder()
                .syntax(regex_automata::util::syntax::Config::new().unicode(false).utf8(false))
                .build(rule.pattern)
                .expect("a good pattern");
            let text = format!("{before}{value}{after}");
            let hit = pattern.find(text.as_str()).map(|found| found.range());
            let place = before.len()..before.len() + value.len();
            let touches =
                |hit: &std::ops::Range<usize>| hit.start < place.end && hit.end > place.start;
            assert!(hit.is_some_and(|hit| touches(&hit)), "{text}");
        }
    }

    #[test]
    fn the_exported_file_is_fresh() {
        let patterns = export(&Engine::new());
        let fresh = serde_json::to_string_pretty(&patterns).expect("rows of strings serialise");
        let stored = include_str!("../../../docs/masking/patterns.json");
        assert!(
            stored.trim_end() == fresh,
            "cargo run -p masking --example patterns > docs/masking/patterns.json"
        );
    }
}
