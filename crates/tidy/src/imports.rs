//! Which module of the server crate names which other one.

use crate::source::{Source, matching};
use crate::tokens::{Kind, Token};

const SERVER: &str = "crates/server/src/";
pub const LIB: &str = "crates/server/src/lib.rs";

/// One mention of a module: `from` and `to` are names of `lib.rs`, or `main`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    pub path: String,
    pub line: usize,
    pub from: String,
    pub to: String,
}

/// The modules that a `lib.rs` declares, with their lines, tests left out.
pub fn modules(lib: &Source) -> Vec<(String, usize)> {
    let pairs = lib.tokens.windows(2);
    pairs
        .filter(|pair| pair[0].is_word("mod") && !pair[0].in_test)
        .map(|pair| (pair[1].text.clone(), pair[1].line))
        .collect()
}

/// The module that writes each exported macro: `crate::name!` names it from the root.
pub fn macros(source: &Source) -> Vec<(String, String)> {
    let Some(home) = home(&source.path) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (i, token) in source.tokens.iter().enumerate() {
        let name =
            source.tokens[i..].iter().take(12).skip_while(|t| !t.is_word("macro_rules")).nth(2);
        if token.is_word("macro_export")
            && let Some(name) = name
        {
            found.push((name.text.clone(), home[0].clone()));
        }
    }
    found
}

/// What a file of the server names outside its own module; empty for other
/// files and for `lib.rs`, which owns them all. Tests may look anywhere.
pub fn imports(source: &Source) -> Vec<Import> {
    let Some(home) = home(&source.path) else {
        return Vec::new();
    };
    let tokens = &source.tokens;
    let depths = depths(tokens, home.len());
    let mut found = Vec::new();
    for i in 0..tokens.len() {
        if tokens[i].in_test {
            continue;
        }
        let Some(after) = root_path(tokens, i, depths[i], home[0] == "main") else {
            continue;
        };
        for (name, line) in first_names(tokens, after) {
            found.push(Import { path: source.path.clone(), line, from: home[0].clone(), to: name });
        }
    }
    found
}

/// `conversation/http.rs` -> `["conversation", "http"]`.
fn home(path: &str) -> Option<Vec<String>> {
    let inside = path.strip_prefix(SERVER)?.strip_suffix(".rs")?;
    let mut parts: Vec<_> = inside.split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    (parts.first()? != "lib").then_some(parts)
}

/// How many modules deep each token stands.
fn depths(tokens: &[Token], of_file: usize) -> Vec<usize> {
    let mut depths = vec![of_file; tokens.len()];
    for i in 2..tokens.len() {
        if tokens[i].is_mark("{") && tokens[i - 2].is_word("mod") {
            let end = matching(tokens, i).unwrap_or(tokens.len() - 1);
            for depth in &mut depths[i..=end] {
                *depth += 1;
            }
        }
    }
    depths
}

/// When the token begins a path from the crate's root: where its next part is.
fn root_path(tokens: &[Token], i: usize, depth: usize, is_main: bool) -> Option<usize> {
    let continues = i > 0 && tokens[i - 1].is_mark("::");
    if continues || tokens[i].kind != Kind::Word {
        return None;
    }
    let follows = |at: usize| tokens.get(at + 1).is_some_and(|t| t.is_mark("::"));
    match tokens[i].text.as_str() {
        "crate" | "$crate" if follows(i) => Some(i + 2),
        "server" if is_main && follows(i) => Some(i + 2),
        "super" => {
            let mut at = i;
            let mut steps = 1;
            while follows(at) && tokens.get(at + 2).is_some_and(|t| t.is_word("super")) {
                at += 2;
                steps += 1;
            }
            (steps >= depth && follows(at)).then_some(at + 2)
        }
        _ => None,
    }
}

/// The name at `at`, or the first name of each branch of the braces there.
fn first_names(tokens: &[Token], at: usize) -> Vec<(String, usize)> {
    let Some(first) = tokens.get(at) else {
        return Vec::new();
    };
    if first.kind == Kind::Word {
        return vec![(first.text.clone(), first.line)];
    }
    let end = matching(tokens, at).unwrap_or(at);
    let mut names = Vec::new();
    let mut depth = 0;
    for i in at..end {
        let starts_branch = tokens[i].is_mark("{") || tokens[i].is_mark(",");
        match tokens[i].text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        let next = &tokens[i + 1];
        if depth == 1 && starts_branch && next.kind == Kind::Word && next.text != "self" {
            names.push((next.text.clone(), next.line));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(&format!("{SERVER}{path}"), text);
        imports(&source).into_iter().map(|import| import.to).collect()
    }

    #[test]
    fn every_way_to_write_a_path_is_seen() {
        let text = "use crate::{a::{x, y}, self, b};\nfn f() -> crate::c::T { $crate::d!() }";
        assert_eq!(named("live/mod.rs", text), ["a", "b", "c", "d"]);
        assert_eq!(named("main.rs", "fn main() { server::cli::run() }"), ["cli"]);
    }

    #[test]
    fn super_counts_when_it_reaches_the_root() {
        assert_eq!(named("live.rs", "use super::audit;"), ["audit"]);
        assert_eq!(named("live/socket.rs", "use super::super::audit;"), ["audit"]);
        assert!(named("live/socket.rs", "use super::Frame;").is_empty());
        assert!(named("live.rs", "mod inner { use super::Frame; }").is_empty());
    }

    #[test]
    fn strings_tests_and_other_crates_do_not_count() {
        let text = "// crate::a\nconst B: &str = \"crate::b\";\n#[cfg(test)] mod tests { use crate::c; }\nuse axum::crate_d;";
        assert!(named("live.rs", text).is_empty());
        assert!(named("lib.rs", "pub use crate::a::A;").is_empty());
    }

    #[test]
    fn an_exported_macro_belongs_to_the_module_that_writes_it() {
        let text =
            "#[macro_export]\nmacro_rules! values { () => {} }\nmacro_rules! own { () => {} }";
        let source = Source::new("crates/server/src/db/value.rs", text);
        assert_eq!(macros(&source), [("values".to_owned(), "db".to_owned())]);
    }

    #[test]
    fn the_line_is_the_one_of_the_name() {
        let source = Source::new("crates/server/src/x.rs", "use crate::{\n  a,\n  b,\n};");
        let lines: Vec<_> = imports(&source).iter().map(|import| import.line).collect();
        assert_eq!(lines, [2, 3]);
    }

    #[test]
    fn modules_of_lib_are_listed_without_tests() {
        let lib = Source::new(LIB, "pub mod db;\nmod bus;\n#[cfg(test)]\nmod checks;\n");
        assert_eq!(modules(&lib), [("db".to_owned(), 1), ("bus".to_owned(), 2)]);
    }
}
