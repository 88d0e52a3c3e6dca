//! Refusals: RFC 9457 problem details, the same over HTTP and in a frame.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a program can act on; the words beside it are for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No such thing, or none that you may know of.
    NotFound,
    /// Signed in, but without the right.
    NotAllowed,
    /// No session, ticket or token, or one that ended.
    SignedOut,
    /// The page that asks is not one of ours.
    WrongOrigin,
    /// Another agent was faster: `accepted_by` names them.
    AcceptedBy,
    /// The conversation is not in a state that allows this.
    WrongState,
    /// The agent has as many conversations as they may.
    AtCapacity,
    /// The client id was used before with other text.
    ReusedClientId,
    /// A field is missing, unknown, or holds what it must not: `field` names it.
    Invalid,
    /// Not the shape of a frame or body.
    Malformed,
    /// Longer than the limit.
    TooLarge,
    /// More often than the limit: try again after `retry_after` seconds.
    TooMany,
    /// The server cannot store it now; nothing was lost. Try again after `retry_after` seconds.
    Later,
    /// The client speaks another version of the protocol: reload the page.
    OtherVersion,
    /// This reader was too slow and must connect again.
    TooSlow,
    /// Our fault; it is in the log.
    Broken,
}

/// Problem details (RFC 9457), media type `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `about:blank`: the code says all.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    /// HTTP status, also in frames.
    pub status: u16,
    pub code: Code,
    /// What to do about it, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The path of the field that is meant, such as `answers.name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Which sentence `detail` is, for translations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// The name of the agent who was faster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<String>,
}
