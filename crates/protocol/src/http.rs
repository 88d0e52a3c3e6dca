//! Bodies of `/api/…`.

use std::collections::BTreeMap;

use sensitive::Sensitive;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an account may do; each role has its own list in the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Agent,
    Supervisor,
    Administrator,
    Auditor,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    pub id: String,
    pub name: String,
    pub role: Role,
    /// Ids.
    pub departments: Vec<String>,
}

/// `POST /api/sign-in`; the answer is [`Me`] and a cookie.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[schema(value_type = String)]
    pub name: Sensitive<String>,
    #[schema(value_type = String)]
    pub password: Sensitive<String>,
}

/// `POST /api/ticket`: opens one agent socket.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Ticket {
    pub ticket: String,
    pub seconds: u32,
}

/// `GET /api/widget/{site}` on the widget's origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WidgetConfig {
    pub site: String,
    /// The clinic's name, as the header shows it.
    pub name: String,
    pub languages: Vec<String>,
    pub departments: Vec<OpenDepartment>,
    /// True: the widget says "Test: don't enter health information".
    pub practice: bool,
    /// `#rrggbb`, corrected for contrast by the widget.
    pub accent: Option<String>,
    /// The longest message, in bytes of UTF-8.
    pub message_bytes_max: u32,
}

/// A department as the pre-chat form offers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenDepartment {
    pub id: String,
    pub name: String,
    /// Whether someone is on duty; if not, what is sent becomes a message for later.
    pub is_open: bool,
    /// What is done with a visitor's values of a rule where it is not the default:
    /// `mask`, `archive_only`, `warn_before_sending` or `off`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub masking: BTreeMap<String, String>,
}

/// `POST /api/visitor/start` on the widget's origin; the answer is [`Started`].
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Fresh for each conversation, kept for each resend: 22 to 64 of `[A-Za-z0-9_-]`
    /// from a generator for secrets, since a resend gets its conversation back.
    #[schema(value_type = String)]
    pub client_id: Sensitive<String>,
    pub site: String,
    pub department: String,
    /// `en` or `es`.
    pub language: String,
    /// The visitor agreed to the notice above the form.
    pub consent: bool,
    pub answers: Vec<StartAnswer>,
}

/// A field of the pre-chat form: `name`, `question` or `page`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartAnswer {
    pub field: String,
    #[schema(value_type = String)]
    pub text: Sensitive<String>,
}

/// A conversation that was started.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Started {
    /// For the first frame of `/live/visitor`.
    pub token: String,
    pub reference: String,
}

/// `GET /api/settings/{section}`, and the answer to `PUT`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Section {
    pub section: String,
    /// Grows by one with each change; `PUT` must name the one that it saw.
    pub version: u64,
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
}

/// `PUT /api/settings/{section}`. Not to be printed: a destination's may hold secrets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeSection {
    /// The version that the change was made from.
    pub version: u64,
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
}

/// A transcript that has not yet arrived, in `GET /api/deliveries`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PendingDelivery {
    pub reference: String,
    pub destination: String,
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: i64,
    pub waiting_since: i64,
    /// What the destination answered last, as a code.
    pub last_error: Option<String>,
    /// It is tried no more until somebody replays it.
    pub is_stuck: bool,
}

/// `GET /api/deliveries`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deliveries {
    /// One for each destination, in the order of the settings.
    pub backlogs: Vec<crate::destination::Backlog>,
    pub pending: Vec<PendingDelivery>,
    /// Newest first, at most 100.
    pub delivered: Vec<DeliveredTranscript>,
}

/// A transcript that its destinations hold: a catalogue row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveredTranscript {
    pub reference: String,
    /// The hour in which the conversation started.
    pub start_hour: i64,
    pub department: String,
    pub agent: Option<String>,
    pub disposition: Option<String>,
    pub destination: String,
    pub object: String,
    /// `accepted`, `stored_hash`, `read_back` or `immutable_version`.
    pub receipt_level: String,
    /// SHA-256 of the transcript, hex.
    pub sha256: String,
    pub is_shredded: bool,
}

/// `POST /api/masking/try`: what the settings would do to a sample. Nothing is stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryMasking {
    #[schema(value_type = String)]
    pub sample: Sensitive<String>,
    /// A department's id.
    pub department: String,
    /// `visitor`, `agent` or `automatic`.
    pub writer: String,
    /// True: as the transcript would have it, else as it is stored and relayed.
    pub archive: bool,
    /// A value of the section `masking` to try instead of the stored one.
    #[schema(value_type = Option<Object>)]
    pub value: Option<serde_json::Value>,
}

/// The sample as it would read, and which rule masks what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TriedMasking {
    pub text: String,
    pub masks: Vec<crate::Mask>,
}

/// `GET /api/masking/rules`: the default table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MaskingTable {
    pub rules: Vec<MaskingRule>,
    /// Names of checks that a rule of the clinic's own may ask for.
    pub checks: Vec<String>,
}

/// One rule of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MaskingRule {
    pub rule: String,
    pub version: u32,
    /// `mask`, `archive_only`, `warn_before_sending` or `off`, as the default has it.
    pub action: String,
}
