//! What administrators set: sections, versioned and audited in the database.

use std::collections::HashSet;
use std::path::PathBuf;

use protocol::agent::Disposition;
use serde::{Deserialize, Serialize};

use super::destination::NamedDestination;
use super::masking_rules::MaskingRules;
use crate::error::{Error, Result};

const LANGUAGES: [&str; 2] = ["en", "es"];
const NAME_BYTES_MAX: usize = 100;
/// They stand in one header.
const PAGES_MAX: usize = 20;

/// One consistent reading of all sections.
#[derive(Debug, Clone, Default)]
pub struct Sections {
    pub site: Site,
    pub departments: Vec<Department>,
    pub dispositions: Vec<Disposition>,
    pub timing: Timing,
    /// Each required one must give its receipt before a key is destroyed.
    pub destinations: Vec<NamedDestination>,
    pub mode: Mode,
    pub archive: ReadThrough,
    pub retention: Retention,
    pub masking: MaskingRules,
    /// Of the section `masking`: it stands in each transcript.
    pub masking_version: u64,
    /// The sum of all sections' versions: another process' change shows in it.
    pub versions: u64,
    /// Shown names of staff, who are not to be hidden; read from the accounts.
    pub staff: Vec<String>,
}

/// The site that embeds the widget.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Site {
    pub id: String,
    pub name: String,
    pub languages: Vec<String>,
    /// Origins of the pages that may embed the widget, exact.
    pub pages: Vec<String>,
    pub accent: Option<String>,
}

/// A department that visitors can choose.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    pub id: String,
    pub name: String,
    /// False: what is sent becomes a message for later.
    #[serde(default = "yes")]
    pub is_open: bool,
}

fn yes() -> bool {
    true
}

/// Every delay that a person could notice, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timing {
    /// How long an assigned conversation waits for its agent.
    pub accept_seconds: u32,
    /// Nobody wrote for this long: both sides are warned.
    pub silence_warn_seconds: u32,
    /// Nobody wrote for this long: the conversation ends.
    pub silence_close_seconds: u32,
    pub wrap_up_seconds: u32,
    /// After closing, a rating may still come before delivery.
    pub survey_seconds: u32,
    /// Between the last receipt and the shred.
    pub grace_seconds: u32,
    /// Nothing stays open longer.
    pub open_seconds_max: u32,
    /// A waiting visitor who is away for this long has left.
    pub abandon_seconds: u32,
    /// An agent whose connection is away for this long loses their conversations to the queue.
    pub agent_gone_seconds: u32,
    /// The own last message can be changed for this long.
    pub correct_seconds: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            accept_seconds: 30,
            silence_warn_seconds: 10 * 60,
            silence_close_seconds: 20 * 60,
            wrap_up_seconds: 5 * 60,
            survey_seconds: 2 * 60,
            grace_seconds: 60 * 60,
            open_seconds_max: 12 * 60 * 60,
            abandon_seconds: 2 * 60,
            agent_gone_seconds: 60,
            correct_seconds: 60,
        }
    }
}

/// Practice, or real health information.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mode {
    /// Off, visitors are told not to enter health information. On, destinations must
    /// have what the posture list asks for.
    pub is_phi: bool,
}

/// Whether past conversations may be read back from where they were delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadThrough {
    pub is_open: bool,
    /// Supervisors may; agents only with this.
    pub agents_may: bool,
    /// By one account.
    pub looks_per_hour: u32,
}

impl Default for ReadThrough {
    fn default() -> Self {
        Self { is_open: false, agents_may: false, looks_per_hour: 30 }
    }
}

/// How long what is left of a shredded conversation stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Catalogue rows: which transcript went where.
    pub catalogue_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { catalogue_days: 90 }
    }
}

impl Sections {
    /// What a first start begins with: works at once, and says what to change.
    pub fn first(transcripts: PathBuf, page: &str) -> Self {
        let to = destinations::folder::Config { path: transcripts, must_hold: None };
        let department = |id: &str, name: &str| Department {
            id: id.to_owned(),
            name: name.to_owned(),
            is_open: true,
        };
        let disposition =
            |code: &str, name: &str| Disposition { code: code.to_owned(), name: name.to_owned() };
        Self {
            site: Site {
                id: "clinic".to_owned(),
                name: "Our clinic".to_owned(),
                languages: vec!["en".to_owned(), "es".to_owned()],
                pages: vec![page.to_owned()],
                accent: None,
            },
            departments: vec![department("front-desk", "Front desk")],
            dispositions: vec![
                disposition("answered", "Answered"),
                disposition("appointment", "Appointment made"),
                disposition("referred", "Sent elsewhere"),
                disposition("no-answer", "Visitor did not answer"),
            ],
            timing: Timing::default(),
            destinations: vec![NamedDestination::new("folder", destinations::Config::Folder(to))],
            mode: Mode::default(),
            archive: ReadThrough::default(),
            retention: Retention::default(),
            masking: MaskingRules::default(),
            masking_version: 1,
            versions: 0,
            staff: Vec::new(),
        }
    }

    /// Whether they fit together.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn check(&self) -> Result<()> {
        let invalid = |field, why| Err(Error::Invalid { field, why });
        if !is_id(&self.site.id) {
            return invalid("id", "is 1 to 40 of [a-z0-9-]");
        }
        if self.site.name.trim().is_empty() || self.site.name.len() > NAME_BYTES_MAX {
            return invalid("name", "has 1 to 100 characters");
        }
        if self.site.pages.len() > PAGES_MAX {
            return invalid("pages", "holds at most 20 origins");
        }
        if !self.site.pages.iter().all(|page| is_origin(page)) {
            return invalid("pages", "holds origins, such as https://clinic.example");
        }
        if self.site.accent.as_ref().is_some_and(|accent| !is_colour(accent)) {
            return invalid("accent", "is a colour such as #0a7d6c");
        }
        let languages = &self.site.languages;
        if languages.is_empty() || languages.iter().any(|one| !LANGUAGES.contains(&one.as_str())) {
            return invalid("languages", "holds en, es or both");
        }
        let ids = self.departments.iter().map(|one| &one.id);
        if self.departments.is_empty() || !are_distinct_ids(ids) {
            return invalid("departments", "has one or more, each with an id of its own");
        }
        let codes = self.dispositions.iter().map(|one| &one.code);
        if !are_distinct_ids(codes) {
            return invalid("dispositions", "has each code once");
        }
        let names = self.destinations.iter().map(|one| &one.name);
        if !are_distinct_ids(names) {
            return invalid("destinations", "has each name once, of [a-z0-9-]");
        }
        let is_required = |one: &NamedDestination| one.terms.is_required;
        if !self.destinations.is_empty() && !self.destinations.iter().any(is_required) {
            return invalid("destinations", "has one that is required");
        }
        self.destinations.iter().try_for_each(NamedDestination::check)?;
        if !(1..=1000).contains(&self.archive.looks_per_hour) {
            return invalid("looks_per_hour", "is 1 to 1000");
        }
        if !(1..=3660).contains(&self.retention.catalogue_days) {
            return invalid("catalogue_days", "is a day to ten years");
        }
        self.timing.check()
    }
}

impl Timing {
    fn check(&self) -> Result<()> {
        let invalid = |field, why| Err(Error::Invalid { field, why });
        if self.silence_warn_seconds >= self.silence_close_seconds {
            return invalid("silence_close_seconds", "is longer than silence_warn_seconds");
        }
        if !(60..=24 * 60 * 60).contains(&self.open_seconds_max) {
            return invalid("open_seconds_max", "is a minute to a day");
        }
        let delays = [
            self.accept_seconds,
            self.silence_warn_seconds,
            self.silence_close_seconds,
            self.wrap_up_seconds,
            self.abandon_seconds,
            self.agent_gone_seconds,
            self.correct_seconds,
        ];
        let later = [self.survey_seconds, self.grace_seconds];
        if later.iter().any(|seconds| *seconds > 7 * 24 * 60 * 60) {
            return invalid("grace_seconds", "and survey_seconds are a week at most");
        }
        if delays.iter().any(|seconds| !(1..=12 * 60 * 60).contains(seconds)) {
            return invalid("timing", "has delays from a second to 12 hours");
        }
        Ok(())
    }
}

fn are_distinct_ids<'a>(ids: impl Iterator<Item = &'a String>) -> bool {
    let mut seen = HashSet::new();
    ids.into_iter().all(|id| is_id(id) && seen.insert(id))
}

fn is_id(id: &str) -> bool {
    (1..=40).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_colour(text: &str) -> bool {
    text.len() == 7
        && text.starts_with('#')
        && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit())
}

/// Scheme, host and perhaps a port; nothing that would leave a header.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && host.len() <= 260
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
    })
}
