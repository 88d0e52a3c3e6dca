//! The manual's pages say what the forms ask for: one page for each kind, and one
//! file that translations are checked against.
//!
//! `SOTTO_WRITE=1 cargo test -p destinations --test manual` writes what is stale.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use destinations::{Error, Field, Form, forms};
use serde_json::json;

const BEGIN: &str = "<!-- settings: written by crates/destinations/tests/manual.rs -->\n";
const END: &str = "<!-- end of settings -->";

/// What each page has, besides what is written into it.
const HEADINGS: [&str; 4] = ["## Settings", "## Rights", "## What is proved", "## Tested"];

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operate/destinations")
}

fn is_fresh(path: &Path, expected: &str) {
    let found = fs::read_to_string(path).unwrap_or_default();
    if found != expected && std::env::var_os("SOTTO_WRITE").is_some() {
        fs::write(path, expected).expect("the folder is there");
        return;
    }
    assert!(found == expected, "{} is stale: run with SOTTO_WRITE=1", path.display());
}

fn table(form: &Form) -> String {
    let mut table = String::from("| setting | | |\n|---|---|---|\n");
    for Field { name, label, help, shape } in &form.fields {
        let need = match (shape.is_secret, shape.is_optional) {
            (true, true) => " (secret, optional)",
            (true, false) => " (secret)",
            (false, true) => " (optional)",
            (false, false) => "",
        };
        writeln!(table, "| `{name}`{need} | {label} | {help} |").expect("a string");
    }
    table
}

#[test]
fn each_kind_has_a_page_with_its_settings_rights_proof_and_tests() {
    for form in forms() {
        let path = pages().join(format!("{}.md", form.kind));
        let page = fs::read_to_string(&path).unwrap_or_default();
        for heading in HEADINGS {
            assert!(page.contains(&format!("\n{heading}\n")), "{}: {heading}", path.display());
        }
        let (before, rest) = page.split_once(BEGIN).expect("the page has a place for the settings");
        let (_, after) = rest.split_once(END).expect("which ends");
        is_fresh(&path, &format!("{before}{BEGIN}{}{END}{after}", table(&form)));
    }
}

#[test]
fn translations_are_checked_against_what_is_said_now() {
    let mut mends: Vec<_> = Error::codes_with_a_mend().collect();
    mends.sort_unstable();
    let all = json!({ "forms": forms(), "mends": mends });
    let text = serde_json::to_string_pretty(&all).expect("plain values");
    is_fresh(&pages().join("forms.json"), &format!("{text}\n"));
}
