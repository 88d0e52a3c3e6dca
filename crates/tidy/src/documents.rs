//! Pages that people read: root documents fit two screens, and the words that
//! our promises hang on are used everywhere the same.

use crate::Finding;
use crate::source::Source;

/// Two screens.
pub const ROOT_LINES_MAX: usize = 120;

pub const ROOT_DOCUMENTS: [&str; 6] =
    ["README.md", "ARCHITECTURE.md", "STYLE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

/// Say nowhere, with what to say instead. Matched without case.
const NEVER: [(&str, &str); 6] = [
    ("hipaa certified", "no such certification exists: say \"supports your compliance\""),
    ("hipaa-certified", "no such certification exists: say \"supports your compliance\""),
    ("conduit, so", "holding messages is more than passing them on: say what the design buys"),
    ("no business associate", "who hosts Sotto for a clinic signs an agreement: say so"),
    ("chat session", "the glossary says conversation"),
    ("100% secure", "say what is promised and how it is shown"),
];

/// Folders in which the person who writes from outside is a visitor, never a patient.
const VISITORS: [&str; 2] = ["crates/server/src/", "web/"];

const READ: [&str; 9] = ["md", "rs", "ts", "tsx", "svelte", "html", "css", "sql", "toml"];

/// This crate and its tests quote what they look for.
const SELF: &str = "crates/tidy/";

pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = source.text.lines().count();
    if ROOT_DOCUMENTS.contains(&source.path.as_str()) && lines > ROOT_LINES_MAX {
        let mend = format!("{lines} lines: move detail to docs/, {ROOT_LINES_MAX} at most");
        findings.push(Finding::new(&source.path, 0, mend));
    }
    let is_read = READ.contains(&source.extension()) && !source.path.starts_with(SELF);
    if is_read && !source.is_generated() {
        findings.extend(words(source));
    }
    findings
}

/// Every root document is there.
pub fn check_present(sources: &[Source]) -> Vec<Finding> {
    let is_missing = |name: &&&str| sources.iter().all(|source| source.path != **name);
    let missing = ROOT_DOCUMENTS.iter().filter(is_missing);
    missing.map(|name| Finding::new(name, 0, "write it")).collect()
}

fn words(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let names_visitors = VISITORS.iter().any(|place| source.path.starts_with(place));
    for (i, line) in source.text.lines().enumerate() {
        let line = line.to_lowercase();
        for (phrase, mend) in NEVER {
            if line.contains(phrase) {
                let mend = format!("not {phrase:?}: {mend}");
                findings.push(Finding::new(&source.path, i + 1, mend));
            }
        }
        if names_visitors && line.contains("patient") {
            let mend = "we say visitor: Sotto does not know whether they are a patient";
            findings.push(Finding::new(&source.path, i + 1, mend));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<usize> {
        check(&Source::new(path, text)).iter().map(|f| f.line).collect()
    }

    #[test]
    fn a_root_document_of_121_lines_is_too_long() {
        assert!(found("README.md", &"a\n".repeat(120)).is_empty());
        assert_eq!(found("README.md", &"a\n".repeat(121)), [0]);
        assert!(found("docs/long.md", &"a\n".repeat(300)).is_empty());
    }

    #[test]
    fn a_missing_root_document_is_found() {
        let readme = Source::new("README.md", "");
        assert_eq!(check_present(&[readme]).len(), ROOT_DOCUMENTS.len() - 1);
    }

    #[test]
    fn words_that_promise_too_much_are_found() {
        assert_eq!(found("docs/a.md", "We are\nHIPAA Certified."), [2]);
        assert_eq!(found("README.md", "It is a conduit, so nobody signs."), [1]);
        assert_eq!(found("docs/a.md", "a chat session"), [1]);
    }

    #[test]
    fn a_visitor_is_a_visitor_in_code() {
        assert_eq!(found("crates/server/src/a.rs", "struct Patient;"), [1]);
        assert_eq!(found("web/widget/a.ts", "const t = 'Dear patient'"), [1]);
        assert!(found("crates/masking/src/a.rs", "// patient number:").is_empty());
    }
}
