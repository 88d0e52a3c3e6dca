//! Names that say nothing: a module, type or function called after no thing in particular.

use crate::Finding;
use crate::source::Source;
use crate::tokens::{Kind, Token};

/// Parts of a name that could stand in any program.
const EMPTY_WORDS: [&str; 10] = [
    "manager", "managers", "service", "services", "helper", "helpers", "util", "utils", "data",
    "info",
];

/// First words of a function that hide which verb it is.
const EMPTY_VERBS: [&str; 2] = ["handle", "process"];

/// Phrases that hold such a word and mean something, with the reason.
const ALLOWED: [(&str, &str); 2] = [
    ("service_level", "the glossary's name of a metric"),
    ("handle_time", "the glossary's name of a metric"),
];

pub fn check(source: &Source) -> Vec<Finding> {
    if source.is_generated() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let file = source.path.rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    if !source.tokens.is_empty() && is_empty(stem, false) {
        findings.push(Finding::new(&source.path, 0, mend(file)));
    }
    for (i, name, is_function) in declared(source) {
        // A test's name is a sentence: any word may stand in it.
        let is_sentence = is_function && source.tokens[i].in_test;
        if !is_sentence && is_empty(&name, is_function) {
            findings.push(Finding::new(&source.path, source.tokens[i].line, mend(&name)));
        }
    }
    findings
}

fn mend(name: &str) -> String {
    format!("{name}: name it after what it is or does, in the glossary's words")
}

/// Index, name, and whether it is a function, of what a file declares.
fn declared(source: &Source) -> Vec<(usize, String, bool)> {
    let tokens = &source.tokens;
    let mut found = Vec::new();
    for i in 1..tokens.len() {
        if tokens[i].kind != Kind::Word || tokens[i - 1].kind != Kind::Word {
            continue;
        }
        let is_function = match tokens[i - 1].text.as_str() {
            "fn" | "function" => true,
            "mod" | "struct" | "enum" | "trait" | "type" | "union" | "class" | "interface" => false,
            "const" | "let" if source.is_script() && is_closure(tokens, i + 1) => true,
            _ => continue,
        };
        found.push((i, tokens[i].text.clone(), is_function));
    }
    found
}

/// `= (…`, `= async …` or `= function …`.
fn is_closure(tokens: &[Token], at: usize) -> bool {
    let starts = |t: &Token| t.is_mark("(") || t.is_word("async") || t.is_word("function");
    let has_arrow = |from: usize| {
        let parameters = crate::source::matching(tokens, from).unwrap_or(from);
        tokens[from..].iter().any(|t| t.is_word("function"))
            || tokens[parameters..].iter().take(2).any(|t| t.is_mark("=>") || t.is_mark(":"))
    };
    tokens.get(at).is_some_and(|t| t.is_mark("="))
        && tokens.get(at + 1).is_some_and(starts)
        && (!tokens[at + 1].is_mark("(") || has_arrow(at + 1))
}

fn is_empty(name: &str, is_function: bool) -> bool {
    let mut plain = words(name).join("_");
    for (phrase, _) in ALLOWED {
        plain = plain.replace(phrase, "");
    }
    let parts: Vec<_> = plain.split('_').filter(|part| !part.is_empty()).collect();
    let hides_verb = is_function && parts.len() > 1 && EMPTY_VERBS.contains(&parts[0]);
    hides_verb || parts.iter().any(|part| EMPTY_WORDS.contains(part))
}

/// `loadData`, `load_data` and `LoadData` -> `["load", "data"]`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        let last = words.last_mut().expect("there is always one");
        if c == '_' || c == '-' || (c.is_uppercase() && !last.ends_with(char::is_uppercase)) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            let last = words.last_mut().expect("there is always one");
            last.push(c);
        }
    }
    let words = words.into_iter().filter(|word| !word.is_empty());
    words.map(|word| word.to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<usize> {
        check(&Source::new(path, text)).iter().map(|f| f.line).collect()
    }

    #[test]
    fn empty_names_are_found_where_they_are_declared() {
        assert_eq!(found("a.rs", "struct A;\nstruct KeyManager;"), [2]);
        assert_eq!(found("a.rs", "fn load_user_data() {}"), [1]);
        assert_eq!(found("a.rs", "fn handle_frame() {}\nfn process_job() {}"), [1, 2]);
        assert_eq!(found("a.ts", "export function handleClick() {}"), [1]);
        assert_eq!(found("a.ts", "const processRow = async () => {}"), [1]);
        assert_eq!(found("a.ts", "interface RowInfo {}"), [1]);
        assert_eq!(found("src/utils.rs", "fn a() {}"), [0]);
    }

    #[test]
    fn a_tests_name_is_a_sentence_but_its_types_are_named() {
        let text = "fn nothing_is_read_from_the_data_folder() {}\nstruct WorldManager;";
        assert_eq!(found("crates/server/tests/it/a.rs", text), [2]);
    }

    #[test]
    fn words_that_only_contain_them_and_uses_of_others_are_fine() {
        assert!(found("a.rs", "fn metadata() {}\nfn information() {}").is_empty());
        assert!(found("a.rs", "fn service_level() {}\nfn handle_time() {}").is_empty());
        assert!(found("a.rs", "struct Handle;\nfn f() { info!(1); x.data() }").is_empty());
        assert!(found("a.ts", "const data = (await get()).body;").is_empty());
    }
}
