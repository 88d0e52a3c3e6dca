//! Bodies of `/api/destinations…`, `/api/sealing…`, `/api/archive…`, and of the
//! section `destinations`.
//!
//! A secret travels one way only: in. What comes out says when it was set.

use sensitive::Sensitive;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What every destination has, whatever its kind. An entry of the section
/// `destinations` holds these, `name`, `kind`, and the settings that the kind's form
/// names; and perhaps `reading`, for the read-through archive: `kind` and settings of
/// the same place with a credential of their own.
///
/// A secret is given to set it. Left out or empty, the one that is set stays; `null`
/// removes it. A changed place asks for its secrets again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Terms {
    /// Whether a key waits for its receipt. At least one destination is required.
    pub is_required: bool,
    /// Nothing is sent; what a required one lacks waits.
    pub is_paused: bool,
    /// Documents are sealed to the clinic's readers before they leave.
    pub is_sealed: bool,
    /// Beside the transcript's JSON: of `html`, `text` and `pdf`.
    pub formats: Vec<String>,
    /// With whoever keeps the place; PHI mode asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<Agreement>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            is_required: true,
            is_paused: false,
            is_sealed: false,
            formats: vec!["html".to_owned()],
            agreement: None,
        }
    }
}

/// A business associate agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// With whom.
    pub party: String,
    /// `2026-11-24`.
    pub signed_on: String,
    /// What it covers, in the clinic's words.
    pub scope: String,
    /// `2027-11-24`; unset if it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<String>,
}

/// `GET /api/destinations`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Destinations {
    /// Of the section `destinations`: what `PUT /api/settings/destinations` names.
    pub version: u64,
    /// What to ask for each kind.
    pub forms: Vec<DestinationForm>,
    /// In the order of the section.
    pub destinations: Vec<DestinationState>,
    /// Two keys are proved. Until then a sealed destination gets nothing.
    pub is_sealing_ready: bool,
}

/// The form of one kind of destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DestinationForm {
    pub kind: String,
    pub label: String,
    pub help: String,
    pub fields: Vec<DestinationField>,
}

/// One setting in a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DestinationField {
    pub name: String,
    pub label: String,
    /// May be empty.
    pub help: String,
    /// `text`, `number`, `switch` or `choice`.
    pub input: String,
    pub is_secret: bool,
    pub is_optional: bool,
    /// What a `choice` chooses from; the first is taken if none is given.
    pub choices: Vec<String>,
}

/// A destination as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DestinationState {
    pub name: String,
    pub kind: String,
    /// Its entry in the section, without secrets: what a form begins with and gives back.
    #[schema(value_type = Object)]
    pub settings: serde_json::Value,
    /// Those that are set; those of `reading` are named `reading.…`.
    pub secrets: Vec<SecretSet>,
    /// Codes of what PHI mode asks for and is not met, such as `no_agreement`,
    /// `agreement_ended` and `same_volume`.
    pub lacks: Vec<String>,
    pub backlog: Backlog,
}

/// A secret that is set, and never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecretSet {
    /// The setting's name in the form.
    pub setting: String,
    pub set_at: i64,
}

/// What a destination lacks, and what it answered last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Backlog {
    /// The clinic's name for the destination.
    pub destination: String,
    pub is_required: bool,
    pub is_paused: bool,
    /// Conversations whose next part it lacks, stuck ones among them.
    pub waiting: u32,
    /// Of those, the ones that are tried no more until somebody replays them.
    pub stuck: u32,
    /// Since when the one that waits longest has waited.
    pub oldest_at: Option<i64>,
    /// What it answered last to one that waits, as a code and as a sentence.
    pub last_error: Option<String>,
    pub mend: Option<String>,
    /// The newest receipt: `accepted`, `stored_hash`, `read_back` or `immutable_version`.
    pub receipt_level: Option<String>,
    pub receipt_at: Option<i64>,
}

/// `POST /api/destinations/test`: tries settings without saving them; the answer is
/// [`Evidence`]. Secrets that are left out are taken from `name`, if its place is the same.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestDestination {
    /// The destination whose secrets are taken where none are given.
    pub name: Option<String>,
    /// As an entry of the section `destinations`.
    #[schema(value_type = Object)]
    pub settings: serde_json::Value,
}

/// What a test of the connection showed: the sheet of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    pub kind: String,
    pub tested_at: i64,
    /// How long all of it took.
    pub millis: u64,
    /// The level that receipts from here have; unset if the test failed.
    pub receipt_level: Option<String>,
    /// In their order; empty if the test failed, save that an unconfirmed host key is
    /// shown: its fingerprint as `host_key`, the key itself as `host_key_shown`.
    pub steps: Vec<EvidenceStep>,
    /// Why it failed.
    pub refusal: Option<Refusal>,
}

/// One line of the sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceStep {
    /// A code: `connection`, `write`, `read_back`, `overwrite`, `list`, `delete`,
    /// `immutable`, `encryption`, `versions`, `region`, then what only this kind has, and
    /// `reading` where something reads back.
    pub what: String,
    /// `done`, `refused` or `not_here`.
    pub outcome: String,
    /// A code, or the server's own word for it; may be empty.
    pub found: String,
}

/// Why a destination was refused, and what helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// For translations.
    pub code: String,
    /// The setting that must change, as its form names it.
    pub setting: Option<String>,
    /// What to do, in English.
    pub mend: String,
}

/// `POST /api/deliveries/replay`: what waits is tried at once, stuck ones too.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// Only this conversation; all that wait if it is left out.
    pub reference: Option<String>,
}

/// How many conversations are tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Replayed {
    pub conversations: u32,
}

/// `GET /api/sealing`, and the answer to every change of it: the clinic's public keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Readers {
    pub readers: Vec<Reader>,
    /// Whether enough keys are proved for documents to be sealed: two.
    pub is_ready: bool,
}

/// A key that documents are sealed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reader {
    /// `age1…`
    pub public_key: String,
    /// Whose it is, such as `Records office` or `Escrow`.
    pub label: String,
    /// When the clinic opened its test document; unset: nothing is sealed to it yet.
    pub proved_at: Option<i64>,
}

/// `POST /api/sealing/offer`: a key, new or not proved yet; the answer is [`Challenge`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferReader {
    pub public_key: String,
    pub label: String,
}

/// A document sealed to one key alone. Whoever opens it finds a code in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Challenge {
    pub public_key: String,
    /// A file's name to save it under.
    pub file: String,
    /// Age's armour: text that may be copied, saved or sent.
    pub document: String,
    /// The code is good until then.
    pub ends_at: i64,
}

/// `POST /api/sealing/prove`: the code from the test document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProveReader {
    pub public_key: String,
    #[schema(value_type = String)]
    pub code: Sensitive<String>,
}

/// `POST /api/sealing/remove`: nothing more is sealed to it. Refused if a sealed
/// destination would be left with fewer than two proved keys.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveReader {
    pub public_key: String,
}

/// `GET /api/archive`: whether the account may look for past conversations, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Archive {
    /// Open, and for this account too.
    pub is_open: bool,
    /// By one account, and how many of them are left in this hour.
    pub looks_per_hour: u32,
    pub looks_left: u32,
    /// Staff who take conversations in the own departments, by shown name.
    pub agents: Vec<crate::event::Person>,
}

/// `POST /api/archive/find`: in the catalogue, never by visitor. Every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FindTranscripts {
    pub reference: Option<String>,
    /// When the conversation started: from this hour on, before that one.
    pub from: Option<i64>,
    pub before: Option<i64>,
    /// Ids and codes.
    pub department: Option<String>,
    pub agent: Option<String>,
    pub disposition: Option<String>,
    /// Only what comes after this: `next` of the page before.
    pub after: Option<FoundUpTo>,
    /// 1 to 100; 50 if it is left out.
    pub limit: Option<u32>,
}

/// One page of what was found, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundTranscripts {
    pub conversations: Vec<PastConversation>,
    /// Where the next page begins; unset on the last.
    pub next: Option<FoundUpTo>,
}

/// The last conversation of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundUpTo {
    pub start_hour: i64,
    pub reference: String,
}

/// What the catalogue knows of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PastConversation {
    pub reference: String,
    /// The hour in which it started.
    pub start_hour: i64,
    pub department: String,
    pub agent: Option<String>,
    pub disposition: Option<String>,
    pub places: Vec<PastPlace>,
}

/// A destination that holds a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PastPlace {
    pub destination: String,
    /// The conversation, and its addenda.
    pub parts: u32,
    /// Only the clinic's own keys open it: `sotto transcript open`.
    pub is_sealed: bool,
    /// Whether a credential to read back is set. Sealed or not.
    pub is_read_back: bool,
}

/// `POST /api/archive/open`: reads one conversation live from a destination.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenTranscript {
    pub reference: String,
    pub destination: String,
}

/// A past conversation, its signature checked. Nothing of it is kept here.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedTranscript {
    pub reference: String,
    pub destination: String,
    /// One for each part, in order: the transcript's JSON.
    #[schema(value_type = Vec<Object>)]
    pub parts: Vec<serde_json::Value>,
}

/// `GET /api/posture`: what is as it should be, and what is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Posture {
    pub lines: Vec<PostureLine>,
}

/// One line of the posture list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostureLine {
    /// A code, such as `destination_agreement`.
    pub code: String,
    /// What it is about, such as a destination's name; may be empty.
    pub subject: String,
    /// `good`, `note` or `wrong`.
    pub outcome: String,
    /// Whether PHI mode asks for it.
    pub is_required: bool,
    /// What was found, in English.
    pub found: String,
    /// The number in it, if there is one that counts.
    pub figure: Option<u32>,
    /// What to do; empty if there is nothing to do.
    pub mend: String,
}
