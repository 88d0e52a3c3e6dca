//! Marks of work that is not finished, of tests that do not run or only wait,
//! and `unwrap`, which says nothing when it fails.

use crate::Finding;
use crate::source::Source;
use crate::tokens::{Kind, Token};

/// This crate's own tests quote what they look for.
const SELF: &str = "crates/tidy/";

const UNFINISHED_MACROS: [&str; 2] = ["todo", "unimplemented"];
const UNFINISHED_NOTES: [&str; 3] = ["FIXME", "TODO", "XXX"];
const WAITS: [&str; 4] = ["sleep", "sleep_until", "sleep_ms", "waitForTimeout"];
const TESTS: [&str; 4] = ["test", "it", "describe", "suite"];

pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for i in 0..source.tokens.len() {
        let near = Near { tokens: &source.tokens, i };
        if let Some(mend) = fault(&near, source) {
            findings.push(Finding::new(&source.path, source.tokens[i].line, mend));
        }
    }
    findings
}

/// A token and what stands around it.
struct Near<'a> {
    tokens: &'a [Token],
    i: usize,
}

impl Near<'_> {
    fn token(&self) -> &Token {
        &self.tokens[self.i]
    }

    fn before(&self, mark: &str) -> bool {
        self.i > 0 && self.tokens[self.i - 1].is_mark(mark)
    }

    fn after(&self, mark: &str) -> bool {
        self.mark_at(1, mark)
    }

    fn mark_at(&self, ahead: usize, mark: &str) -> bool {
        let there = self.tokens.get(self.i + ahead);
        there.is_some_and(|t| t.is_mark(mark))
    }

    /// `#[ignore = "started by …"]`: what a test that runs starts as its own process.
    fn is_scene_of_another_process(&self) -> bool {
        let reason = self.tokens.get(self.i + 2);
        self.after("=") && reason.is_some_and(|t| t.text.starts_with("started by "))
    }
}

fn fault(near: &Near, source: &Source) -> Option<&'static str> {
    let token = near.token();
    let word = token.text.as_str();
    match token.kind {
        Kind::Comment if !source.path.starts_with(SELF) => UNFINISHED_NOTES
            .iter()
            .any(|note| word.contains(note))
            .then_some("finish it, or write down in words what is missing and why"),
        Kind::Word if source.is_rust() => rust_fault(near, word),
        Kind::Word => script_fault(near, word),
        _ => None,
    }
}

fn rust_fault(near: &Near, word: &str) -> Option<&'static str> {
    let is_in_test = near.token().in_test;
    if UNFINISHED_MACROS.contains(&word) && near.after("!") {
        return Some("write the missing part before it is committed");
    }
    if word == "ignore" && near.before("[") && !near.is_scene_of_another_process() {
        return Some("a test that does not run proves nothing: mend or remove it");
    }
    // Ours take arguments: a key is unwrapped.
    let is_call = near.after("(") && near.mark_at(2, ")");
    if word == "unwrap" && near.before(".") && is_call && !is_in_test {
        return Some("use `?`, or `expect(\"why this cannot be\")`");
    }
    (WAITS.contains(&word) && near.after("(") && is_in_test)
        .then_some("wait for what happens, or move the clock: no sleeps in tests")
}

fn script_fault(near: &Near, word: &str) -> Option<&'static str> {
    let of_test = near.i > 1 && TESTS.contains(&near.tokens[near.i - 2].text.as_str());
    if matches!(word, "only" | "skip") && near.before(".") && of_test {
        return Some("run every test: mend this one or remove it");
    }
    (WAITS.contains(&word) && near.after("(") && near.token().in_test)
        .then_some("wait for what happens, or move the clock: no sleeps in tests")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<usize> {
        check(&Source::new(path, text)).iter().map(|f| f.line).collect()
    }

    #[test]
    fn unfinished_work_is_found() {
        assert_eq!(found("a.rs", "fn f() {\n todo!()\n}"), [2]);
        assert_eq!(found("a.rs", "fn f() {} // FIXME later"), [1]);
        assert_eq!(found("a.ts", "// TODO\nf()"), [1]);
        assert!(found("a.rs", "const A: &str = \"todo!()\"; fn todo() {}").is_empty());
    }

    #[test]
    fn tests_that_do_not_run_are_found() {
        assert_eq!(found("a.rs", "#[test]\n#[ignore]\nfn f() {}"), [2]);
        assert_eq!(found("a.rs", "#[ignore = \"slow\"]\nfn f() {}"), [1]);
        assert_eq!(found("a.test.ts", "it.only('x', f);\ndescribe.skip('y', g)"), [1, 2]);
        assert!(found("a.rs", "fn f() { rows.skip(1) }").is_empty());
        assert!(found("a.rs", "#[ignore = \"started by the others\"]\nfn f() {}").is_empty());
    }

    #[test]
    fn unwrap_is_for_tests_only() {
        assert_eq!(found("a.rs", "fn f() { g()\n.unwrap() }"), [2]);
        assert!(found("a.rs", "#[cfg(test)] mod tests { fn f() { g().unwrap() } }").is_empty());
        assert!(found("a.rs", "fn f() { g().unwrap_or(1); key.unwrap(id) }").is_empty());
    }

    #[test]
    fn tests_do_not_sleep() {
        assert_eq!(found("crates/x/tests/it/a.rs", "fn f() { tokio::time::sleep(x) }"), [1]);
        assert_eq!(found("web/e2e/a.spec.ts", "await page.waitForTimeout(5)"), [1]);
        assert!(found("crates/x/src/a.rs", "fn f() { sleep(x) }").is_empty());
    }
}
