//! A file at most 500 lines, a function at most 70.

use crate::Finding;
use crate::source::{Source, matching};
use crate::tokens::{Kind, Token};

pub const FILE_LINES_MAX: usize = 500;
pub const FUNCTION_LINES_MAX: usize = 70;

/// Kinds of file that are read by people from top to bottom.
const READ: [&str; 11] = ["rs", "ts", "tsx", "js", "mjs", "svelte", "css", "sql", "sh", "py", "md"];

/// A test suite's closure holds functions; it is not one.
const SUITES: [&str; 2] = ["describe", "suite"];

const NOT_FUNCTIONS: [&str; 10] =
    ["if", "for", "while", "switch", "catch", "with", "class", "interface", "namespace", "enum"];

pub fn check(source: &Source) -> Vec<Finding> {
    if source.is_generated() || !READ.contains(&source.extension()) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let lines = source.text.lines().count();
    if lines > FILE_LINES_MAX {
        let mend = format!("{lines} lines: split it by what it is about, {FILE_LINES_MAX} at most");
        findings.push(Finding::new(&source.path, 0, mend));
    }
    let functions = if source.is_rust() {
        rust_functions(&source.tokens)
    } else {
        script_functions(&source.tokens)
    };
    for (first, last) in functions {
        let lines = last - first + 1;
        if lines > FUNCTION_LINES_MAX {
            let mend = format!(
                "a function of {lines} lines: give its parts names, {FUNCTION_LINES_MAX} at most"
            );
            findings.push(Finding::new(&source.path, first, mend));
        }
    }
    findings
}

/// First and last line of each `fn` with a body.
fn rust_functions(tokens: &[Token]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        // `fn(` is a type.
        let is_named = tokens.get(i + 1).is_some_and(|next| next.kind == Kind::Word);
        if !token.is_word("fn") || !is_named {
            continue;
        }
        if let Some(open) = body(tokens, i)
            && let Some(close) = matching(tokens, open)
        {
            found.push((token.line, tokens[close].line));
        }
    }
    found
}

/// The brace that opens the body, unless a semicolon comes first.
fn body(tokens: &[Token], from: usize) -> Option<usize> {
    let mut at = from;
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            _ if tokens[at].kind != Kind::Mark => {}
            "(" | "[" => at = matching(tokens, at)?,
            "{" => return Some(at),
            ";" => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// First and last line of each function, method or closure with braces.
fn script_functions(tokens: &[Token]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for open in 0..tokens.len() {
        if !tokens[open].is_mark("{") {
            continue;
        }
        if let Some(first) = head(tokens, open)
            && let Some(close) = matching(tokens, open)
        {
            found.push((first, tokens[close].line));
        }
    }
    found
}

/// The line on which the function begins whose body opens here, if one does.
fn head(tokens: &[Token], open: usize) -> Option<usize> {
    let start = tokens[..open]
        .iter()
        .rposition(|t| t.is_mark("{") || t.is_mark("}") || t.is_mark(";"))
        .map_or(0, |i| i + 1);
    let head = &tokens[start..open];
    let says = |words: &[&str]| {
        head.iter().any(|t| t.kind == Kind::Word && words.contains(&t.text.as_str()))
    };
    if says(&NOT_FUNCTIONS) || says(&SUITES) {
        return None;
    }
    let last = head.last()?;
    let is_arrow = last.is_mark("=>");
    let parameters_end = head.iter().rposition(|t| t.is_mark(")"))?;
    let tail = &head[parameters_end + 1..];
    let is_typed = tail.first().is_some_and(|t| t.is_mark(":"));
    (is_arrow || tail.is_empty() || is_typed).then_some(head[0].line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(lines: usize) -> String {
        "x();\n".repeat(lines)
    }

    fn found(path: &str, text: &str) -> Vec<usize> {
        check(&Source::new(path, text)).iter().map(|f| f.line).collect()
    }

    #[test]
    fn a_function_of_70_lines_passes_and_one_of_71_does_not() {
        for (path, head) in [
            ("a.rs", "fn f(a: [u8; 2]) -> u8"),
            ("a.ts", "async function f(a: A): Promise<void>"),
            ("a.ts", "const f = (a: A) =>"),
            ("a.ts", "class A { f(a: A): void"),
        ] {
            let text = |lines: usize| format!("\n{head} {{\n{}}}\n", body_of(lines - 2));
            assert!(found(path, &text(70)).is_empty(), "{head}");
            assert_eq!(found(path, &text(71)), [2], "{head}");
        }
    }

    #[test]
    fn a_suite_a_class_and_a_module_are_not_functions() {
        for head in ["describe('x', () =>", "class A extends b(C)", "if (a)"] {
            let text = format!("{head} {{\n{}}}", body_of(90));
            assert!(found("a.test.ts", &text).is_empty(), "{head}");
        }
        let text = format!("mod m {{\n{}}}", body_of(90));
        assert!(found("a.rs", &text).is_empty());
    }

    #[test]
    fn braces_in_strings_do_not_lengthen_a_function() {
        let text = format!("fn f() {{ g(\"{{\") }}\n{}", body_of(90));
        assert!(found("a.rs", &text).is_empty());
    }

    #[test]
    fn a_file_of_501_lines_is_too_long_unless_generated() {
        assert!(found("a.rs", &"\n".repeat(500)).is_empty());
        assert_eq!(found("a.rs", &"\n".repeat(501)), [0]);
        assert!(found("a.generated.ts", &"\n".repeat(501)).is_empty());
    }
}
