//! The repository's files, each cut into tokens once.

use std::fs;
use std::path::{Path, PathBuf};

use crate::tokens::{Quoting, Token, tokens};

/// Folders that are built, fetched or not ours.
const SKIPPED: [&str; 6] = ["target", "node_modules", "dist", ".git", ".venv", ".cache"];

/// One file that people write.
pub struct Source {
    /// From the repository's root, with `/`.
    pub path: String,
    pub text: String,
    /// Empty for languages that have no tokens here.
    pub tokens: Vec<Token>,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let mut source = Self { path: path.to_owned(), text: text.to_owned(), tokens: Vec::new() };
        source.tokens = match source.extension() {
            "rs" => tokens(text, Quoting::Rust),
            "ts" | "tsx" | "js" | "mjs" => tokens(text, Quoting::Script),
            "svelte" => tokens(&script_of(text), Quoting::Script),
            _ => Vec::new(),
        };
        let whole = is_test_path(path);
        let parts = if source.is_rust() { test_parts(&source.tokens) } else { Vec::new() };
        for (i, token) in source.tokens.iter_mut().enumerate() {
            token.in_test = whole || parts.iter().any(|(from, to)| (*from..=*to).contains(&i));
        }
        source
    }

    pub fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, end)| end)
    }

    pub fn is_rust(&self) -> bool {
        self.extension() == "rs"
    }

    pub fn is_script(&self) -> bool {
        !self.tokens.is_empty() && !self.is_rust()
    }

    /// Written by a program, so that no rule of style binds it.
    pub fn is_generated(&self) -> bool {
        self.path.contains(".generated.") || self.path.ends_with("package-lock.json")
    }
}

/// The folder that holds the workspace's `Cargo.toml`.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let above = here.ancestors().nth(2);
    above.expect("the crate stands in crates/tidy").to_owned()
}

/// Every text file of the repository, in a stable order.
pub fn all(root: &Path) -> Vec<Source> {
    let mut paths = Vec::new();
    walk(root, &mut paths);
    paths.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).ok()?;
        let short = path.strip_prefix(root).ok()?;
        Some(Source::new(&short.to_string_lossy(), &text))
    };
    let mut sources: Vec<_> = paths.iter().filter_map(read).collect();
    mark_test_files(&mut sources);
    sources
}

/// A file that its parent declares under `#[cfg(test)]` holds test code only.
fn mark_test_files(sources: &mut [Source]) {
    let places: Vec<_> = sources.iter().flat_map(test_modules).collect();
    for source in sources {
        let stem = source.path.strip_suffix(".rs").unwrap_or_default();
        let is_inside = |place: &String| {
            let below = stem.strip_prefix(place.as_str());
            below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        };
        if places.iter().any(is_inside) {
            source.tokens.iter_mut().for_each(|token| token.in_test = true);
        }
    }
}

/// Where the files of `#[cfg(test)] mod name;` stand, without `.rs`.
fn test_modules(source: &Source) -> Vec<String> {
    let stem = source.path.strip_suffix(".rs").unwrap_or_default();
    let folder = match stem.rsplit_once('/') {
        Some((folder, "lib" | "main" | "mod")) => folder,
        _ => stem,
    };
    let declared = source.tokens.windows(3);
    declared
        .filter(|w| w[0].in_test && w[0].is_word("mod") && w[2].is_mark(";"))
        .map(|w| format!("{folder}/{}", w[1].text))
        .collect()
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("the repository is readable");
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let is_skipped = SKIPPED.iter().any(|skipped| name == *skipped);
        let kind = entry.file_type().expect("a listed entry has a type");
        match (kind.is_dir(), kind.is_file()) {
            (true, _) if !is_skipped => walk(&path, into),
            (_, true) => into.push(path),
            _ => {}
        }
    }
}

fn is_test_path(path: &str) -> bool {
    path.contains("/tests/")
        || path.starts_with("web/e2e/")
        || ["/tests.rs", ".test.ts", ".test.tsx", ".spec.ts"].iter().any(|end| path.ends_with(end))
}

/// First and last token of each item that stands under `#[cfg(test)]`.
fn test_parts(tokens: &[Token]) -> Vec<(usize, usize)> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(end) = tokens.get(at).and_then(|_| attribute(tokens, at)) {
        at = end.0 + 1;
        if end.1 {
            let last = item_end(tokens, at);
            parts.push((at, last));
            at = last + 1;
        }
    }
    parts
}

/// The next attribute at or after `from`: its last token, and whether it is `cfg(test)`.
fn attribute(tokens: &[Token], from: usize) -> Option<(usize, bool)> {
    let start = (from..tokens.len())
        .find(|i| tokens[*i].is_mark("#") && tokens.get(i + 1).is_some_and(|t| t.is_mark("[")))?;
    let end = matching(tokens, start + 1)?;
    let words: Vec<_> = tokens[start..end].iter().map(|t| t.text.as_str()).collect();
    let says = |word| words.contains(&word);
    Some((end, says("cfg") && says("test") && !says("not")))
}

/// The last token of the item that starts at `from`: its `}` or its `;`.
fn item_end(tokens: &[Token], from: usize) -> usize {
    let last = tokens.len().saturating_sub(1);
    let mut at = from;
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            _ if tokens[at].kind != crate::tokens::Kind::Mark => {}
            "(" | "[" => at = matching(tokens, at).unwrap_or(last),
            "{" => return matching(tokens, at).unwrap_or(last),
            ";" => return at,
            _ => {}
        }
        at += 1;
    }
    last
}

/// The token that closes the bracket at `open`.
pub fn matching(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate().skip(open) {
        if token.kind != crate::tokens::Kind::Mark {
            continue;
        }
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(i);
        }
    }
    None
}

/// A component with everything but its scripts blanked, lines kept.
fn script_of(component: &str) -> String {
    let mut is_script = false;
    let keep = |line: &str| {
        if line.trim_start().starts_with("<script") {
            is_script = true;
            return String::new();
        }
        if line.trim_start().starts_with("</script") {
            is_script = false;
        }
        if is_script { line.to_owned() } else { String::new() }
    };
    component.lines().map(keep).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test_words(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(path, text);
        let words = source.tokens.into_iter().filter(|t| t.in_test);
        words.map(|t| t.text).collect()
    }

    #[test]
    fn what_stands_under_cfg_test_is_test_code() {
        let text = "fn a() {} #[cfg(test)] mod tests { fn b() { c } } fn d() {}";
        let words = test_words("crates/x/src/y.rs", text);
        assert!(words.contains(&"c".to_owned()) && !words.contains(&"d".to_owned()));
        assert!(test_words("crates/x/src/y.rs", "#[cfg(not(test))] fn e() {}").is_empty());
    }

    #[test]
    fn a_file_that_its_parent_declares_for_tests_is_test_code() {
        let parent = "#[cfg(test)]\nmod sample;\nmod shipped;";
        let files = [("a/x.rs", parent), ("a/x/sample.rs", "b"), ("a/x/shipped.rs", "c")];
        let mut sources = files.map(|(path, text)| Source::new(path, text));
        mark_test_files(&mut sources);
        assert!(sources[1].tokens[0].in_test && !sources[2].tokens[0].in_test);
    }

    #[test]
    fn test_folders_hold_test_code_only() {
        assert!(!test_words("crates/x/tests/it/main.rs", "fn a() {}").is_empty());
        assert!(!test_words("web/e2e/story.ts", "const a = 1").is_empty());
        assert!(test_words("crates/x/src/main.rs", "fn a() {}").is_empty());
    }

    #[test]
    fn of_a_component_only_the_script_counts() {
        let source = Source::new("a.svelte", "<p>x</p>\n<script lang=\"ts\">\nlet a;\n</script>\n");
        assert_eq!((source.tokens[0].text.as_str(), source.tokens[0].line), ("let", 3));
    }
}
