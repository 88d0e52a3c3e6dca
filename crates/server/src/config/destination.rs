//! One destination as the clinic set it: its name, its terms, and where it is.
//!
//! What is stored holds no secret; the secrets are put in from their own table.

use std::collections::{BTreeMap, HashSet};

use data_encoding::HEXLOWER;
use destinations::{Config as To, Secret};
use protocol::destination::{Agreement, Terms};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::ids::sha256;

/// Renderings that can be delivered beside the JSON.
pub const FORMATS: [&str; 3] = ["html", "text", "pdf"];
/// Starts the names of the secrets of `reading`.
pub const READING: &str = "reading.";
/// Settings that say who we are there or how to store, not where.
const NO_PLACE: [&str; 3] = ["access_key", "kms_key", "must_hold"];
/// Who reads back has an account of their own.
const NO_PLACE_TO_READ: [&str; 1] = ["user"];
const WORDS_MAX: usize = 200;

/// A destination under the clinic's own name for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedDestination {
    pub name: String,
    #[serde(flatten)]
    pub terms: Terms,
    /// With what the read-through archive reads it back; it delivers nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<To>,
    /// Refuses fields that it does not know.
    #[serde(flatten)]
    pub to: To,
}

impl NamedDestination {
    /// Required, in sight, with a page beside the JSON.
    pub fn new(name: &str, to: To) -> Self {
        Self { name: name.to_owned(), terms: Terms::default(), reading: None, to }
    }

    /// Where it is: the same for the same place, whoever signs in there.
    pub fn place(&self) -> [u8; 32] {
        place(&self.to, &[])
    }

    /// Every secret that is set, by name.
    pub fn secrets(&self) -> BTreeMap<String, Secret> {
        let own = self.to.secrets().into_iter().map(|(name, it)| (name.to_owned(), it));
        let reading = self.reading.iter().flat_map(To::secrets);
        own.chain(reading.map(|(name, it)| (format!("{READING}{name}"), it))).collect()
    }

    /// The same with these secrets in their places.
    #[must_use]
    pub fn with_secrets(mut self, secrets: &BTreeMap<String, Secret>) -> Self {
        let reading = secrets
            .iter()
            .filter_map(|(name, it)| Some((name.strip_prefix(READING)?.to_owned(), it.clone())))
            .collect();
        self.to = self.to.with_secrets(secrets);
        self.reading = self.reading.map(|it| it.with_secrets(&reading));
        self
    }

    /// The path of one of its settings, for a refusal.
    pub fn field(&self, setting: &str) -> String {
        format!("destinations.{}.{setting}", self.name)
    }

    fn refused(&self, setting: &str, code: &'static str, mend: &'static str) -> Error {
        Error::Refused { field: self.field(setting), code, mend }
    }

    /// Whether its terms fit together.
    pub fn check(&self) -> Result<()> {
        let mut seen = HashSet::new();
        let known = |it: &String| FORMATS.contains(&it.as_str());
        if !self.terms.formats.iter().all(|it| known(it) && seen.insert(it)) {
            return Err(self.refused(
                "formats",
                "unknown_format",
                "Choose among html, text and pdf, each once; JSON always goes along.",
            ));
        }
        if self.terms.agreement.as_ref().is_some_and(|it| !is_agreement(it)) {
            return Err(self.refused(
                "agreement",
                "not_an_agreement",
                "An agreement has a party, a scope, and dates such as 2026-11-24 in their order.",
            ));
        }
        let Some(reading) = &self.reading else { return Ok(()) };
        if place(reading, &NO_PLACE_TO_READ) != place(&self.to, &NO_PLACE_TO_READ) {
            return Err(self.refused(
                "reading",
                "other_place",
                "What reads back names the same place as what delivers; only the credential differs.",
            ));
        }
        let (ours, theirs) = (self.to.secrets(), reading.secrets());
        if theirs.iter().any(|(name, it)| !it.is_empty() && ours.get(name) == Some(it)) {
            return Err(self.refused(
                "reading",
                "same_credential",
                "Make a credential of its own for reading back, so that delivery's cannot read.",
            ));
        }
        Ok(())
    }

    /// As it came, without its secrets: missing ones made empty, so that it can be read.
    pub fn read(value: &Value, set: &HashSet<String>) -> Result<Self> {
        let mut value = value.clone();
        if let Some(entry) = value.as_object_mut() {
            if let Some(reading) = entry.get_mut("reading").and_then(Value::as_object_mut) {
                let set = set.iter().filter_map(|it| it.strip_prefix(READING));
                make_room(reading, &set.collect());
            }
            make_room(entry, &set.iter().map(String::as_str).collect());
        }
        serde_path_to_error::deserialize(value)
            .map_err(|error| Error::Malformed { field: format!("value.{}", error.path()) })
    }
}

/// An empty text for each secret that the kind must have or that is set and was left out.
fn make_room(entry: &mut Map<String, Value>, set: &HashSet<&str>) {
    let kind = entry.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    for form in destinations::forms().into_iter().filter(|form| form.kind == kind) {
        for field in form.fields.iter().filter(|field| field.shape.is_secret) {
            let is_wanted = !field.shape.is_optional || set.contains(field.name);
            if is_wanted && !entry.contains_key(field.name) {
                entry.insert(field.name.to_owned(), Value::String(String::new()));
            }
        }
    }
}

/// A hash over every setting that says where, without secrets.
fn place(to: &To, besides: &[&str]) -> [u8; 32] {
    let mut plain = serde_json::to_value(to).unwrap_or_default();
    if let Some(plain) = plain.as_object_mut() {
        let forms = destinations::forms();
        let fields = forms.iter().filter(|form| form.kind == to.kind()).flat_map(|it| &it.fields);
        for secret in fields.filter(|field| field.shape.is_secret) {
            plain.remove(secret.name);
        }
        for name in NO_PLACE.iter().chain(besides) {
            plain.remove(*name);
        }
    }
    // Keys are sorted: the same settings give the same text.
    sha256(plain.to_string().as_bytes())
}

/// A place as a seal is bound to it.
pub fn shown(place: &[u8; 32]) -> String {
    HEXLOWER.encode(place)
}

fn is_agreement(it: &Agreement) -> bool {
    let is_text = |text: &str| !text.trim().is_empty() && text.len() <= WORDS_MAX;
    let day = |text: &str| text.parse::<jiff::civil::Date>().ok();
    let Some(signed) = day(&it.signed_on) else { return false };
    let ends = it.ends_on.as_deref().map(day);
    is_text(&it.party)
        && is_text(&it.scope)
        && ends.is_none_or(|it| it.is_some_and(|it| it > signed))
}
