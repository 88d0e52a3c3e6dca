//! Whether stored transcripts are what was delivered, and if not, which file is
//! not.
//!
//! Without a pinned key this proves only that the files fit each other: whoever
//! can write to the folder can sign anew with a key of their own, and the
//! answer says so. A missing *last* part cannot be seen from the files alone;
//! the audit chain tells it.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::Value;

use super::canonical;
use super::editions::SEALED;
use super::manifest::{File, PublicKey, SCHEMA};

/// The files of one reference, by their names without folders.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// A manifest names it, or parts after it exist, but it is not there.
    Missing,
    /// It is not the file that was signed, or not a manifest in its exact form.
    Changed,
    /// Signed with a key that is not among the pinned ones.
    OtherKey,
    /// No manifest names it.
    Unsigned,
    /// It does not follow the part before it.
    OutOfLine,
}

/// A file and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub file: String,
    pub wrong: Wrong,
}

/// What was found for one reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Parts whose manifest bears its signature.
    pub parts: u32,
    /// Empty: every file is what was delivered.
    pub findings: Vec<Finding>,
    /// Keys that signed without being pinned; only when none was given.
    pub not_pinned: Vec<PublicKey>,
}

impl Verdict {
    /// Nothing is wrong, and there was something to look at.
    pub fn is_good(&self) -> bool {
        self.findings.is_empty() && self.parts > 0
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    manifest: Value,
    public_key: String,
    signature: String,
}

/// What is read from a manifest once its signature holds.
#[derive(Deserialize)]
struct Manifest {
    schema: String,
    reference: String,
    part: u32,
    files: Vec<File>,
    follows: Option<String>,
    audit_head: AuditHead,
}

#[derive(Deserialize)]
struct AuditHead {
    seq: u64,
    hash: String,
}

/// What a manifest says of the audit chain, once its signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    pub reference: String,
    pub part: u32,
    pub signed_by: PublicKey,
    /// Of the newest entry when the part was made.
    pub seq: u64,
    /// Hex.
    pub hash: String,
    /// SHA-256 of the manifest's file, hex.
    pub manifest: String,
}

/// Reads a manifest's file for its anchor; `None` if it is not what was signed.
pub fn anchor(bytes: &[u8]) -> Option<Anchor> {
    let (manifest, signed_by) = opened(bytes)?;
    Some(Anchor {
        reference: manifest.reference,
        part: manifest.part,
        signed_by,
        seq: manifest.audit_head.seq,
        hash: manifest.audit_head.hash,
        manifest: sha256(bytes),
    })
}

/// The whole of one reference: every part, every file, and nothing besides.
/// With no pinned key the key inside each manifest is believed.
pub fn reference(reference: &str, files: &Files, pinned: &[PublicKey]) -> Verdict {
    let mut looked = Looked::default();
    let mut before = Before::Nothing;
    for part in 0..=last_part(reference, files) {
        let name = manifest_name(reference, part);
        let place = Place { reference, part, name: &name };
        let wrong = match files.get(&name) {
            None => Err(Wrong::Missing),
            Some(bytes) => looked.manifest(&place, bytes, &before, pinned, files),
        };
        before = match wrong {
            Ok(()) => Before::Manifest(sha256(&files[&name])),
            Err(wrong) => {
                looked.find(&name, wrong);
                // Nothing can be said about its files: the manifest is what to mend.
                looked.unproven.push(format!("{reference}-part{part}."));
                Before::Unknown
            }
        };
        looked.named.insert(name);
    }
    for file in files.keys() {
        let is_unproven = looked.unproven.iter().any(|stem| file.starts_with(stem));
        if !looked.named.contains(file) && !is_unproven {
            looked.find(file, Wrong::Unsigned);
        }
    }
    looked.verdict.findings.sort();
    looked.verdict
}

/// Where a manifest stands.
struct Place<'a> {
    reference: &'a str,
    part: u32,
    name: &'a str,
}

/// What a part must follow.
enum Before {
    /// It is the first.
    Nothing,
    /// The hash of the manifest before.
    Manifest(String),
    /// The manifest before is itself wrong.
    Unknown,
}

struct Looked {
    /// Files that some manifest names, and the manifests.
    named: BTreeSet<String>,
    /// Starts of names whose manifest is wrong.
    unproven: Vec<String>,
    verdict: Verdict,
}

impl Default for Looked {
    fn default() -> Self {
        let verdict = Verdict { parts: 0, findings: Vec::new(), not_pinned: Vec::new() };
        Self { named: BTreeSet::new(), unproven: Vec::new(), verdict }
    }
}

impl Looked {
    fn find(&mut self, file: &str, wrong: Wrong) {
        self.verdict.findings.push(Finding { file: file.to_owned(), wrong });
    }

    /// Looks at a manifest and at its files; says what is wrong with the manifest.
    fn manifest(
        &mut self,
        place: &Place<'_>,
        bytes: &[u8],
        before: &Before,
        pinned: &[PublicKey],
        files: &Files,
    ) -> Result<(), Wrong> {
        let (manifest, key) = opened(bytes).ok_or(Wrong::Changed)?;
        if !pinned.is_empty() && !pinned.contains(&key) {
            return Err(Wrong::OtherKey);
        }
        let is_here = manifest.schema == SCHEMA
            && manifest.reference == place.reference
            && manifest.part == place.part;
        if !is_here {
            return Err(Wrong::Changed);
        }
        if pinned.is_empty() && !self.verdict.not_pinned.contains(&key) {
            self.verdict.not_pinned.push(key);
        }
        self.verdict.parts += 1;
        let is_in_line = match before {
            Before::Nothing => manifest.follows.is_none(),
            Before::Manifest(hash) => manifest.follows.as_ref() == Some(hash),
            Before::Unknown => true,
        };
        if !is_in_line {
            self.find(place.name, Wrong::OutOfLine);
        }
        for file in &manifest.files {
            self.named.insert(file.name.clone());
            match files.get(&file.name) {
                None if may_be_absent(file, files) => {}
                None => self.find(&file.name, Wrong::Missing),
                Some(bytes) if !is_the(file, bytes) => self.find(&file.name, Wrong::Changed),
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// A manifest whose signature holds, and the key that it names.
fn opened(bytes: &[u8]) -> Option<(Manifest, PublicKey)> {
    let whole: Value = serde_json::from_slice(bytes).ok()?;
    // Other spellings of the same value are not what was delivered.
    if canonical::encode(&whole).ok()? != bytes {
        return None;
    }
    let signed: Signed = serde_json::from_value(whole).ok()?;
    let key = PublicKey::parse(&signed.public_key)?;
    let signature = HEXLOWER.decode(signed.signature.as_bytes()).ok()?;
    let message = canonical::encode(&signed.manifest).ok()?;
    let manifest = serde_json::from_value(signed.manifest).ok()?;
    key.has_signed(&message, &signature).then_some((manifest, key))
}

/// A place has the transcript's JSON readable or sealed, and renderings of it as its
/// settings say; what is there must be as it was signed.
fn may_be_absent(file: &File, files: &Files) -> bool {
    let (plain, other) = match file.name.strip_suffix(SEALED) {
        Some(plain) => (plain, plain.to_owned()),
        None => (file.name.as_str(), format!("{}{SEALED}", file.name)),
    };
    !file.is_everywhere && (!plain.ends_with(".json") || files.contains_key(&other))
}

fn is_the(file: &File, bytes: &[u8]) -> bool {
    file.size == bytes.len() as u64 && file.sha256 == sha256(bytes)
}

fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn manifest_name(reference: &str, part: u32) -> String {
    format!("{reference}-part{part}.manifest.json")
}

/// The highest part that any file here claims by its name; 0 if none does.
/// Bounded, so that an invented name does not make us look for a billion parts.
fn last_part(reference: &str, files: &Files) -> u32 {
    let most = u32::try_from(files.len()).unwrap_or(u32::MAX).saturating_add(100);
    let part_of = |file: &String| {
        let rest = file.strip_prefix(reference)?.strip_prefix("-part")?;
        rest.split('.').next()?.parse().ok()
    };
    files.keys().filter_map(part_of).max().unwrap_or(0).min(most)
}

#[cfg(test)]
mod tests;
