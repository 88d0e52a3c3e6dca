//! What was said and what happened, as the clinic keeps it.
//!
//! A format of its own, apart from the wire: it must be readable in ten years.
//! Words come in masked by the archive's policy or opened from a seal, never raw.
//! Described for readers in `docs/protocol/transcript.md`; a change of shape
//! takes a new [`VERSION`].

#[cfg(test)]
pub(crate) mod sample;

use std::collections::BTreeMap;

use protocol::event::{Body, Ending, Person, Returned, Sender};
use protocol::{Mask, Text};
use sensitive::Shown;
use serde::{Serialize, Serializer};

/// Of the format below.
pub const VERSION: u32 = 1;

/// A moment: milliseconds since the Unix epoch. In JSON it is RFC 3339, UTC,
/// always with three decimals: `2026-11-24T09:30:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub i64);

impl At {
    /// Moments that no calendar holds become the epoch.
    pub(crate) fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// `2026/11`.
    pub(crate) fn month(self) -> String {
        self.timestamp().strftime("%Y/%m").to_string()
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Text that may be kept: masked by the engine or opened from a seal.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Words(String);

impl Words {
    /// The only way in.
    pub fn new(shown: impl Shown) -> Self {
        Self(shown.into_shown())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A wire text has come through [`Shown`] already.
impl From<Text> for Words {
    fn from(text: Text) -> Self {
        Self(text.as_str().to_owned())
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({} bytes)", self.0.len())
    }
}

/// Text with the stretches that were hidden in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    pub text: Words,
    /// In order, in Unicode code points, end exclusive.
    pub masks: Vec<Mask>,
}

/// One conversation (part 0), or what came later (part 1 and on).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transcript {
    /// [`VERSION`].
    pub version: u32,
    pub reference: String,
    pub part: u32,
    /// SHA-256 of the manifest file of the part before; none for part 0.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "hex")]
    pub follows: Option<[u8; 32]>,
    pub site: Named,
    pub department: Named,
    /// `en` or `es`.
    pub language: String,
    /// Held in practice mode: no real health information was asked for.
    pub practice: bool,
    pub started_at: At,
    pub ended_at: At,
    pub ending: Ending,
    pub disposition: Option<Named>,
    pub participants: Vec<Participant>,
    pub masking: Masking,
    pub events: Vec<Event>,
}

/// An id or code, and how people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    pub id: String,
    pub name: String,
}

/// Someone who took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Participant {
    /// By the name that was typed into the form, as masked.
    Visitor {
        name: Option<Said>,
    },
    Agent {
        person: Person,
        joined_at: At,
    },
}

/// What was hidden, by which rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Masking {
    /// The archive's policy and its version among the settings.
    pub policy: String,
    pub policy_version: u64,
    /// Rule name to version.
    pub rules: BTreeMap<String, u32>,
}

/// One numbered thing that happened. Numbers count every event, notes too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    pub number: u64,
    pub at: At,
    /// Visitors never saw it.
    pub staff_only: bool,
    #[serde(flatten)]
    pub what: What,
}

/// An answer of the pre-chat form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub field: String,
    #[serde(flatten)]
    pub said: Said,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    Started {
        department: String,
        answers: Vec<Answer>,
    },
    /// As it reads after every amendment up to this part.
    Message {
        from: Sender,
        #[serde(flatten)]
        said: Said,
        revision: u32,
        corrected: bool,
    },
    Note {
        by: Person,
        #[serde(flatten)]
        said: Said,
    },
    Assigned {
        agent: Person,
    },
    Accepted {
        agent: Person,
    },
    Returned {
        why: Returned,
    },
    Transferred {
        by: Person,
        department: String,
        agent: Option<Person>,
    },
    Warned {
        closes_at: At,
    },
    Ended {
        ending: Ending,
    },
    Closed {
        disposition: Option<String>,
    },
    Reopened {
        by: Person,
    },
    Rated {
        score: u8,
        comment: Option<Said>,
    },
    /// An earlier message, note or answer changed. The words stand where they were
    /// said, unless that was delivered in an earlier part: then they stand here.
    Amended {
        target: u64,
        /// Of the answers that the target holds, the one that changed.
        #[serde(skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        revision: u32,
        corrected: bool,
        now: Option<Said>,
        /// What a page calls the target. The JSON has its number, and the target itself.
        #[serde(skip)]
        of: Target,
    },
}

/// What an amendment changed: a kind of thing, and when it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub kind: TargetKind,
    pub at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    Message,
    Note,
    Comment,
    /// One answer of the form.
    Answer,
}

impl Target {
    /// What is said by an event like this.
    pub fn of(body: &Body, at: i64) -> Self {
        let kind = match body {
            Body::Note { .. } => TargetKind::Note,
            Body::Rated { .. } => TargetKind::Comment,

            Body::Started { .. } => TargetKind::Answer,
            _ => TargetKind::Message,
        };
        Self { kind, at: At(at) }
    }
}

/// From the wire's event, as staff see it. An amendment's words are dropped:
/// who builds part 0 applies them to the message, who builds an addendum puts
/// them into `now`.
impl Event {
    /// `target` tells of the event with a number.
    pub fn of(event: protocol::event::Event, target: impl Fn(u64) -> Option<Target>) -> Self {
        let staff_only = matches!(event.body, Body::Note { .. } | Body::Closed { .. });
        let own = Target::of(&event.body, event.at);
        let target = |number| target(number).unwrap_or(own);
        let what = What::of(event.body, target);
        Self { number: event.number, at: At(event.at), staff_only, what }
    }
}

impl What {
    fn of(body: Body, of: impl Fn(u64) -> Target) -> Self {
        match body {
            Body::Started { department, answers } => Self::Started {
                department,
                answers: answers
                    .into_iter()
                    .map(|answer| Answer {
                        field: answer.field,
                        said: said(answer.text, answer.masks),
                    })
                    .collect(),
            },
            Body::Message { from, client_id: _, text, masks, revision, corrected } => {
                Self::Message { from, said: said(text, masks), revision, corrected }
            }
            Body::Note { by, client_id: _, text, masks } => {
                Self::Note { by, said: said(text, masks) }
            }
            Body::Assigned { agent } => Self::Assigned { agent },
            Body::Accepted { agent } => Self::Accepted { agent },
            Body::Returned { why } => Self::Returned { why },
            Body::Transferred { by, department, agent } => {
                Self::Transferred { by, department, agent }
            }
            Body::Warned { closes_at } => Self::Warned { closes_at: At(closes_at) },
            Body::Ended { ending } => Self::Ended { ending },
            Body::Closed { disposition } => Self::Closed { disposition },
            Body::Reopened { by } => Self::Reopened { by },
            Body::Rated { score, comment, masks } => {
                Self::Rated { score, comment: comment.map(|text| said(text, masks)) }
            }
            Body::Amended { target, field, revision, text: _, masks: _, corrected } => {
                let of = of(target);
                Self::Amended { target, field, revision, corrected, now: None, of }
            }
        }
    }
}

fn said(text: Text, masks: Vec<Mask>) -> Said {
    Said { text: text.into(), masks }
}

fn hex<S: Serializer>(hash: &Option<[u8; 32]>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&data_encoding::HEXLOWER.encode_display(hash.as_ref().map_or(&[], |it| it)))
}
