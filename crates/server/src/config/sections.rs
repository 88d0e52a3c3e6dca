//! What administrators set: sections, versioned and audited in the database.

use protocol::agent::Disposition;
use serde::{Deserialize, Serialize};

/// One consistent reading of all sections.
#[derive(Debug, Clone, Default)]
pub struct Sections {
    pub site: Site,
    pub departments: Vec<Department>,
    pub dispositions: Vec<Disposition>,
    pub timing: Timing,
    pub retention: Retention,
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
            correct_seconds: 60,
        }
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
