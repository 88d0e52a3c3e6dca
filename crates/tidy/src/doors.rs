//! Things that only a few named files may do, because each is a place where a promise could leak.

use crate::Finding;
use crate::source::Source;
use crate::tokens::Kind;

/// Files that may look at raw text, each with the reason. An entry that ends
/// with `/` names a folder.
pub const MAY_EXPOSE: [(&str, &str); 12] = [
    ("crates/masking/src/engine.rs", "the engine reads what it masks"),
    ("crates/server/src/screening", "hands raw text to the engine"),
    ("crates/server/src/keys", "seals it, or keys a hash with it"),
    ("crates/server/src/identity", "checks passwords and tickets"),
    ("crates/server/src/visitor", "checks a visitor's token"),
    (
        "crates/server/src/conversation/post_message.rs",
        "refuses the blank, fingerprints the resend",
    ),
    ("crates/server/src/conversation/correct.rs", "fingerprints the resend"),
    ("crates/server/src/conversation/note.rs", "fingerprints the resend"),
    ("crates/server/src/conversation/rate.rs", "fingerprints the resend"),
    ("crates/server/src/conversation/start.rs", "hashes the client id, fingerprints the answers"),
    ("crates/server/src/ids.rs", "keeps a hash of a token that somebody brings"),
    ("crates/server/src/cli/mask.rs", "masks standard input"),
];

/// The only two types whose text may be shown, and where each is made.
const SHOWN: [(&str, &str); 2] =
    [("MaskedText", "crates/masking/src/"), ("Opened", "crates/server/src/keys")];

const SERVER: &str = "crates/server/src/";
const DATABASE: [&str; 2] = ["crates/server/src/db.rs", "crates/server/src/db/"];

const ENGINES: [&str; 3] = ["rusqlite", "sqlx", "tokio_postgres"];
const STATEMENTS: [&str; 4] = ["select ", "insert into ", "update ", "delete from "];
const BUILDERS: [&str; 3] = ["format", "concat", "push_str"];

pub fn check(source: &Source) -> Vec<Finding> {
    if !source.is_rust() {
        return Vec::new();
    }
    let mut findings = exposures(source);
    if source.path.starts_with(SERVER)
        && !DATABASE.iter().any(|place| source.path.starts_with(place))
    {
        findings.extend(engines(source));
        findings.extend(built_statements(source));
    }
    findings
}

fn exposures(source: &Source) -> Vec<Finding> {
    let is_allowed = MAY_EXPOSE.iter().any(|(place, _)| source.path.starts_with(place));
    let calls = source.tokens.windows(3).filter(|w| {
        w[0].is_mark(".") && w[1].is_word("expose") && w[2].is_mark("(") && !w[1].in_test
    });
    if is_allowed {
        return Vec::new();
    }
    calls
        .map(|w| {
            let mend = "mask or seal it instead; if raw text must be read here, give the reason in tidy's MAY_EXPOSE";
            Finding::new(&source.path, w[1].line, mend)
        })
        .collect()
}

/// Nothing outside `db/` knows which engine holds the rows.
fn engines(source: &Source) -> Vec<Finding> {
    let named = source.tokens.iter().filter(|token| {
        token.kind == Kind::Word && ENGINES.contains(&token.text.as_str()) && !token.in_test
    });
    named
        .map(|token| {
            let mend = format!("only db/ names {}: take a `tx` from it", token.text);
            Finding::new(&source.path, token.line, mend)
        })
        .collect()
}

/// SQL is a constant with parameters; putting text together invites injection.
fn built_statements(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for w in source.tokens.windows(4) {
        if w[0].is_word("AssertSqlSafe") {
            let mend = "statements that are put together belong in db/";
            findings.push(Finding::new(&source.path, w[0].line, mend));
        }
        let is_built = BUILDERS.iter().any(|builder| w[0].is_word(builder));
        let text = w[2..].iter().find(|t| t.kind == Kind::Text);
        if let Some(text) = text.filter(|_| is_built)
            && STATEMENTS.iter().any(|start| text.text.trim_start().starts_with(start))
            && source.path.starts_with(SERVER)
        {
            let mend =
                "write the statement as one constant with $1, $2; build statements in db/ only";
            findings.push(Finding::new(&source.path, text.line, mend));
        }
    }
    findings
}

/// `impl Shown for` stands exactly twice in the workspace. A type is missed
/// only once its folder is there.
pub fn check_shown(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for source in sources {
        for w in source.tokens.windows(3) {
            if !(w[0].is_word("Shown") && w[1].is_word("for")) || w[0].in_test {
                continue;
            }
            let known = SHOWN
                .iter()
                .find(|(name, place)| w[2].is_word(name) && source.path.starts_with(place));
            match known {
                Some((name, _)) if !seen.contains(name) => seen.push(*name),
                _ => {
                    let mend =
                        format!("{} must not be Shown: only masked or opened text is", w[2].text);
                    findings.push(Finding::new(&source.path, w[0].line, mend));
                }
            }
        }
    }
    for (name, place) in SHOWN {
        let is_built = sources.iter().any(|s| s.path.starts_with(place) && s.text.contains(name));
        if is_built && !seen.contains(&name) {
            findings.push(Finding::new(place, 0, format!("implement Shown for {name} here")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&Source::new(path, text)).len()
    }

    #[test]
    fn raw_text_is_exposed_in_listed_files_only() {
        let text = "fn f(t: &Sensitive<String>) { t.expose() }";
        assert_eq!(found("crates/server/src/live/frame.rs", text), 1);
        assert_eq!(found("crates/masking/src/engine.rs", text), 0);
        let tests = format!("#[cfg(test)] mod tests {{ {text} }}");
        assert_eq!(found("crates/server/src/live/frame.rs", &tests), 0);
    }

    #[test]
    fn the_engine_is_named_in_db_only() {
        let text = "use rusqlite::Connection;";
        assert_eq!(found("crates/server/src/archive/mod.rs", text), 1);
        assert_eq!(found("crates/server/src/db/sqlite.rs", text), 0);
    }

    #[test]
    fn statements_are_put_together_in_db_only() {
        let text = "fn f() { format!(\"select a from {t}\") }";
        assert_eq!(found("crates/server/src/report/mod.rs", text), 1);
        assert_eq!(found("crates/server/src/db/migrate.rs", text), 0);
        let pushed = "fn f() { q.push_str(\"delete from t\"); AssertSqlSafe(q) }";
        assert_eq!(found("crates/server/src/report/mod.rs", pushed), 2);
        let words = "fn f() { format!(\"with {n} others\") }";
        assert_eq!(found("crates/load/src/main.rs", words), 0);
    }

    #[test]
    fn a_third_shown_type_a_double_and_a_missing_one_are_found() {
        let good = Source::new("crates/masking/src/text.rs", "impl Shown for MaskedText {}");
        let third = Source::new("crates/server/src/live/a.rs", "impl Shown for Raw {}");
        let moved = Source::new("crates/server/src/live/a.rs", "impl Shown for Opened {}");
        let missing = Source::new("crates/server/src/keys/a.rs", "struct Opened;");
        let again = Source::new("crates/masking/src/b.rs", "impl Shown for MaskedText {}");
        assert!(check_shown(&[]).is_empty());
        for bad in [third, moved, missing, again] {
            let good = Source::new(&good.path, &good.text);
            assert_eq!(check_shown(&[good, bad]).len(), 1);
        }
        assert!(check_shown(&[good]).is_empty());
    }
}
