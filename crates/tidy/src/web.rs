//! TypeScript's own rules: text goes in as text, no `any`, no default exports.

use crate::Finding;
use crate::source::Source;
use crate::tokens::Token;

/// Ways to turn text into markup.
const MARKUP: [&str; 6] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "dangerouslySetInnerHTML",
    "createContextualFragment",
    "setHTMLUnsafe",
];

pub fn check(source: &Source) -> Vec<Finding> {
    if source.is_generated() || !source.path.starts_with("web/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (i, token) in source.tokens.iter().enumerate() {
        if let Some(mend) = fault(source, i) {
            findings.push(Finding::new(&source.path, token.line, mend));
        }
    }
    if source.extension() == "svelte" {
        let lines = source.text.lines().enumerate();
        let raw = lines.filter(|(_, line)| line.contains("{@html"));
        findings.extend(
            raw.map(|(i, _)| {
                Finding::new(&source.path, i + 1, "put text in as text, never as HTML")
            }),
        );
    }
    findings
}

fn fault(source: &Source, i: usize) -> Option<&'static str> {
    let tokens = &source.tokens;
    let token = &tokens[i];
    let before = i.checked_sub(1).map(|i| &tokens[i]);
    let is_after = |is: &dyn Fn(&Token) -> bool| before.is_some_and(is);
    // A story may read the page's markup; only product code must not write it.
    if MARKUP.iter().any(|way| token.is_word(way)) && !token.in_test {
        return Some("put text in as text, never as HTML");
    }
    let is_type = is_after(&|t| t.is_mark(":") || t.is_word("as") || t.is_mark("<"));
    let is_value = tokens.get(i + 1).is_some_and(|t| t.is_mark("(") || t.is_mark("."));
    if token.is_word("any") && is_type && !is_value {
        return Some("give it a type: `unknown` and a check, where nothing better is known");
    }
    let is_tool_setting = source.path.contains(".config.");
    (token.is_word("default") && is_after(&|t| t.is_word("export")) && !is_tool_setting)
        .then_some("export it by name")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<usize> {
        check(&Source::new(path, text)).iter().map(|f| f.line).collect()
    }

    #[test]
    fn text_never_becomes_markup() {
        assert_eq!(found("web/widget/a.ts", "\nel.innerHTML = text"), [2]);
        assert_eq!(found("web/console/a.svelte", "<p>\n{@html text}</p>"), [2]);
        assert!(found("web/e2e/a.spec.ts", "await el.innerHTML()").is_empty());
    }

    #[test]
    fn any_is_no_type() {
        assert_eq!(found("web/a.ts", "let a: any;\nf(x as any);\nnew Map<any>()"), [1, 2, 3]);
        assert!(found("web/a.ts", "const a = { any: 1 }; x.any(); // any").is_empty());
    }

    #[test]
    fn exports_have_names_save_for_tools() {
        assert_eq!(found("web/a.ts", "export default f;"), [1]);
        assert!(found("web/vite.config.ts", "export default {};").is_empty());
    }
}
