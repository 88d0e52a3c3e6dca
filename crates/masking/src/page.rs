//! The page of all rules, for people: what each finds, an example, and where its form
//! comes from. It is written from the rules, so that it cannot tell of others.

use crate::engine::Engine;
use crate::jsonl;
use crate::policy::Action;
use crate::rules::{RULES, Rule};

const HEAD: &str = "# The rules

Written from the rules themselves: change them, then `make types`. A value is shown as it is typed and as the archive
has it. Cues are words that announce a value; a rule with cues counts after them, or where its check holds alone.
";

/// The page, in Markdown.
pub fn page(engine: &Engine) -> String {
    RULES.iter().fold(HEAD.to_owned(), |page, rule| page + &section(engine, rule))
}

fn section(engine: &Engine, rule: &Rule) -> String {
    let Rule { name, kind, version, doc, source, .. } = rule;
    let typed = rule.example.replace(['[', ']'], "");
    let masked = jsonl::mask_plain(engine, &typed);
    let place = if rule.action == Action::Mask {
        "before it is stored or relayed"
    } else {
        "in the transcript"
    };
    let kept = if rule.keep_last > 0 { "; the last four digits stay" } else { "" };
    let mut section = format!(
        "\n## `{name}`\n\n{doc} Masked by default {place}{kept}. Type {kind}, version {version}.\n\n\
         - Typed: `{typed}`\n- Masked: `{masked}`\n- Form: {source}\n"
    );
    if !rule.cues.is_empty() {
        section += &format!("- Cues: {}\n", rule.cues.join(", "));
    }
    if let Some(check) = rule.check {
        let (good, bad) = (check.good.join(", "), check.bad.join(", "));
        section += &format!("- Its check holds for {good}, and not for {bad}\n");
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_rules_is_fresh() {
        let stored = include_str!("../../../docs/masking/rules.md");
        let again = "cargo run -p masking --example rules > docs/masking/rules.md";
        assert!(stored == page(&Engine::new()), "{again}");
    }
}
