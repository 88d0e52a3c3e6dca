//! Every rule, over this repository.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use tidy::floors::Floors;
use tidy::source::{self, Source};
use tidy::{Finding, assert_clean};
use tidy::{documents, doors, imports, lengths, marks, names, packages, web};

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| source::all(&source::root()));

/// What other people's code would be built here.
static PACKAGES: LazyLock<Vec<packages::Package>> = LazyLock::new(|| {
    let host = cargo(&["-vV"]);
    let host = host.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.expect("cargo names its host");
    let answer = cargo(&["metadata", "--format-version=1", "--offline", "--filter-platform", host]);
    let mut found =
        packages::packages(&serde_json::from_str(&answer).expect("cargo answers in JSON"));
    // Metadata also names what a feature would bring only beside another that is off;
    // the tree is what is built.
    let tree = cargo(&[
        "tree",
        "--workspace",
        "--offline",
        "--edges=all",
        "--prefix=none",
        "--format={p}",
    ]);
    let built: BTreeSet<_> =
        tree.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>()).collect();
    found.retain(|it| built.contains(&vec![it.name.as_str(), &format!("v{}", it.version)]));
    found
});

fn cargo(arguments: &[&str]) -> String {
    let name = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(name);
    let answer = command.args(arguments).current_dir(source::root()).output();
    let answer = answer.expect("cargo starts");
    let complaint = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "cargo {}: {complaint}", arguments.join(" "));
    String::from_utf8(answer.stdout).expect("cargo answers in UTF-8")
}

fn read_json(path: &str) -> Value {
    let text = std::fs::read_to_string(source::root().join(path));
    let text = text.unwrap_or_else(|why| panic!("{path}: {why}"));
    serde_json::from_str(&text).unwrap_or_else(|why| panic!("{path}: {why}"))
}

fn each(check: impl Fn(&Source) -> Vec<Finding>) {
    assert!(SOURCES.len() > 20, "the repository was not found");
    let findings: Vec<_> = SOURCES.iter().flat_map(check).collect();
    assert_clean(&findings);
}

fn floors() -> (Floors, Vec<Finding>) {
    let page = std::fs::read_to_string(source::root().join("ARCHITECTURE.md"));
    Floors::parse(&page.unwrap_or_default())
}

#[test]
fn imports_go_down_only() {
    let (floors, mut findings) = floors();
    let lib = SOURCES.iter().find(|source| source.path == imports::LIB);
    let modules = lib.map(imports::modules).unwrap_or_default();
    findings.extend(floors.check_modules(imports::LIB, &modules));
    let macros: BTreeMap<_, _> = SOURCES.iter().flat_map(imports::macros).collect();
    let mut imports: Vec<_> = SOURCES.iter().flat_map(imports::imports).collect();
    for import in &mut imports {
        if let Some(home) = macros.get(&import.to) {
            import.to.clone_from(home);
        }
    }
    findings.extend(floors.check_imports(&imports));
    findings.extend(floors.check_circles(&imports));
    assert_clean(&findings);
}

#[test]
fn crates_know_only_what_is_below_them() {
    let edges = packages::edges(&PACKAGES);
    assert!(!edges.is_empty(), "the server depends on something");
    assert_clean(&floors().0.check_crates(&edges));
}

#[test]
fn files_and_functions_fit_the_eye() {
    each(lengths::check);
}

#[test]
fn names_say_something() {
    each(names::check);
}

#[test]
fn nothing_is_left_unfinished() {
    each(marks::check);
}

#[test]
fn narrow_doors_stay_narrow() {
    each(doors::check);
    assert_clean(&doors::check_shown(&SOURCES));
}

#[test]
fn script_keeps_its_own_rules() {
    each(web::check);
}

#[test]
fn documents_are_there_short_and_honest() {
    each(documents::check);
    assert_clean(&documents::check_present(&SOURCES));
}

#[test]
fn no_package_is_banned_or_badly_licensed() {
    assert!(PACKAGES.len() > 50, "cargo listed too little");
    assert_clean(&packages::check(&PACKAGES));
    assert_clean(&packages::check_npm(&read_json("web/package-lock.json")));
}
