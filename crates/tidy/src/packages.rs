//! What other people's code the product carries: from `cargo metadata` and npm's lock file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Finding;
use crate::licences::is_accepted;

/// One C crypto library, aws-lc: a second one doubles what must be patched.
const BANNED: [&str; 4] = ["openssl", "openssl-sys", "native-tls", "ring"];

/// npm packages whose lock entry names no licence, as their LICENSE file reads.
const READ_BY_HAND: [(&str, &str); 1] = [("node_modules/svelte-toolbelt", "MIT")];

/// A package of the built graph.
pub struct Package {
    pub name: String,
    pub version: String,
    pub licence: String,
    /// Whether it is a member of this workspace.
    pub is_ours: bool,
    /// Names of the packages it depends on, without those for tests.
    pub depends_on: Vec<String>,
}

/// The packages that this machine would build, from `cargo metadata`'s answer.
pub fn packages(metadata: &Value) -> Vec<Package> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ours: BTreeSet<_> = list(&metadata["workspace_members"]).iter().map(text).collect();
    let named: BTreeMap<_, _> = list(&metadata["packages"])
        .into_iter()
        .map(|package| (text(&package["id"]), package))
        .collect();
    let name_of = |id: &Value| named.get(&text(id)).map(|package| text(&package["name"]));
    let is_for_use =
        |edge: &Value| list(&edge["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
    let mut found = Vec::new();
    for node in list(&metadata["resolve"]["nodes"]) {
        let Some(package) = named.get(&text(&node["id"])) else {
            continue;
        };
        let edges = list(&node["deps"]).into_iter().filter(&is_for_use);
        found.push(Package {
            name: text(&package["name"]),
            version: text(&package["version"]),
            licence: text(&package["license"]),
            is_ours: ours.contains(&text(&node["id"])),
            depends_on: edges.filter_map(|edge| name_of(&edge["pkg"])).collect(),
        });
    }
    found
}

pub fn check(packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let Package { name, version, licence, .. } = package;
        if BANNED.contains(&name.as_str()) {
            let users = packages.iter().filter(|p| p.depends_on.contains(name));
            let users: Vec<_> = users.map(|p| p.name.as_str()).collect();
            let mend = format!(
                "{name} {version} is banned, {} brings it in: choose its aws-lc-rs feature",
                users.join(" and ")
            );
            findings.push(Finding::new("Cargo.lock", 0, mend));
        }
        if !is_accepted(licence, false) {
            let mend =
                format!("{name} {version} is under {licence:?}, which licences.rs does not accept");
            findings.push(Finding::new("Cargo.lock", 0, mend));
        }
    }
    findings
}

/// Dependencies of workspace members on each other.
pub fn edges(packages: &[Package]) -> Vec<(String, String)> {
    let ours: BTreeSet<_> = packages.iter().filter(|p| p.is_ours).map(|p| &p.name).collect();
    let from = packages.iter().filter(|p| p.is_ours);
    from.flat_map(|p| p.depends_on.iter().map(move |to| (p.name.clone(), to.clone())))
        .filter(|(_, to)| ours.contains(to))
        .collect()
}

/// Licences in npm's lock file, and that every package comes with a checksum.
pub fn check_npm(lock: &Value) -> Vec<Finding> {
    const LOCK: &str = "web/package-lock.json";
    let mut findings = Vec::new();
    for (place, package) in lock["packages"].as_object().into_iter().flatten() {
        if !place.contains("node_modules/") || package["link"] == true {
            continue;
        }
        let by_hand = READ_BY_HAND.iter().find(|(name, _)| place == name);
        let licence = package["license"].as_str().or(by_hand.map(|(_, licence)| *licence));
        let licence = licence.unwrap_or_default();
        if !is_accepted(licence, package["dev"] == true) {
            let mend = format!("{place} is under {licence:?}, which licences.rs does not accept");
            findings.push(Finding::new(LOCK, 0, mend));
        }
        if package["integrity"].is_null() && package["inBundle"] != true {
            let mend = format!("{place} has no checksum: write the lock file anew");
            findings.push(Finding::new(LOCK, 0, mend));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(name: &str, licence: &str, kind: &Value) -> Value {
        json!({
            "workspace_members": ["ours"],
            "packages": [
                { "id": "ours", "name": "server", "version": "1.0.0", "license": "Apache-2.0" },
                { "id": "theirs", "name": name, "version": "1.0.0", "license": licence },
            ],
            "resolve": { "nodes": [
                { "id": "ours", "deps": [{ "pkg": "theirs", "dep_kinds": [{ "kind": kind }] }] },
                { "id": "theirs", "deps": [] },
            ] },
        })
    }

    #[test]
    fn a_banned_crate_is_told_with_who_brings_it_in() {
        let found = check(&packages(&metadata("ring", "ISC", &Value::Null)));
        assert!(found.len() == 1 && found[0].mend.contains("server brings it in"));
    }

    #[test]
    fn a_licence_that_is_not_listed_is_told() {
        assert_eq!(check(&packages(&metadata("x", "GPL-3.0", &Value::Null))).len(), 1);
        assert!(check(&packages(&metadata("x", "MIT", &Value::Null))).is_empty());
    }

    #[test]
    fn only_members_and_no_test_dependencies_make_edges() {
        assert!(edges(&packages(&metadata("x", "MIT", &Value::Null))).is_empty());
        let mut both = metadata("masking", "MIT", &Value::Null);
        both["workspace_members"] = json!(["ours", "theirs"]);
        let edge = ("server".to_owned(), "masking".to_owned());
        assert_eq!(edges(&packages(&both)), [edge]);
        let mut for_tests = metadata("masking", "MIT", &json!("dev"));
        for_tests["workspace_members"] = json!(["ours", "theirs"]);
        assert!(edges(&packages(&for_tests)).is_empty());
    }

    #[test]
    fn npm_packages_have_a_licence_and_a_checksum() {
        let lock = |licence: &str, dev: bool| json!({ "packages": { "": {}, "node_modules/x": { "license": licence, "dev": dev, "integrity": "y" } } });
        assert!(check_npm(&lock("MIT", false)).is_empty());
        assert_eq!(check_npm(&lock("GPL-2.0", true)).len(), 1);
        let bare = json!({ "packages": { "node_modules/x": { "license": "MIT" } } });
        assert_eq!(check_npm(&bare).len(), 1);
    }
}
