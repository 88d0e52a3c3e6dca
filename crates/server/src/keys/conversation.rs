//! The key of one conversation.

use aws_lc_rs::hmac;

use super::sealing::{Opened, Sealing};
use crate::error::Result;
use crate::events::{Event, Kind, Sender};
use crate::ids::ConversationId;

/// Sub-keys of a conversation's key; they die with it.
pub struct ConversationKey {
    whole: Sealing,
    records: Sealing,
    documents: Sealing,
    same: hmac::Key,
}

/// What a record is sealed to.
pub struct Place {
    pub conversation: ConversationId,
    pub seq: u64,
    pub shown: u64,
    pub kind: Kind,
    pub sender: Sender,
    pub revision: u32,
}

impl Place {
    /// Where a stored event belongs.
    pub fn of(event: &Event) -> Self {
        Self {
            conversation: event.conversation,
            seq: event.seq,
            shown: event.shown,
            kind: event.kind,
            sender: event.sender,
            revision: event.revision,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(80);
        bytes.extend_from_slice(self.conversation.as_bytes());
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.shown.to_be_bytes());
        bytes.extend_from_slice(&self.revision.to_be_bytes());
        bytes.extend_from_slice(self.kind.code().as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(self.sender.code().as_bytes());
        if let Some(account) = self.sender.account() {
            bytes.extend_from_slice(account.as_bytes());
        }
        bytes
    }
}

impl ConversationKey {
    /// A fresh one.
    pub fn fresh() -> Self {
        Self::from(Sealing::fresh())
    }

    /// Unwraps the one in a conversation's row.
    pub fn unwrap(epoch: &Sealing, id: ConversationId, wrapped: &[u8]) -> Result<Self> {
        epoch.unwrap(&id.to_string(), wrapped).map(Self::from)
    }

    /// Wraps it for the conversation's row.
    pub fn wrap(&self, epoch: &Sealing, id: ConversationId) -> Vec<u8> {
        epoch.wrap(&id.to_string(), &self.whole)
    }

    pub fn seal(&self, place: &Place, plain: &[u8]) -> Vec<u8> {
        self.records.seal(&place.bytes(), plain)
    }

    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Opened> {
        self.records.open(&place.bytes(), sealed)
    }

    /// Seals the visitor's shown name, for lists.
    pub fn seal_name(&self, name: &[u8]) -> Vec<u8> {
        self.records.seal(b"name", name)
    }

    pub fn open_name(&self, sealed: &[u8]) -> Result<Opened> {
        self.records.open(b"name", sealed)
    }

    /// Seals a rendered document to the part and name that it is delivered as.
    pub fn seal_document(
        &self,
        id: ConversationId,
        part: u32,
        name: &str,
        plain: &[u8],
    ) -> Vec<u8> {
        self.documents.seal(&document(id, part, name), plain)
    }

    pub fn open_document(
        &self,
        id: ConversationId,
        part: u32,
        name: &str,
        sealed: &[u8],
    ) -> Result<Opened> {
        self.documents.open(&document(id, part, name), sealed)
    }

    /// HMAC-SHA-256 of the name that a client gave to what it sent.
    pub fn name(&self, client_id: &str) -> [u8; 32] {
        self.fingerprint(&[b"name\0", client_id.as_bytes()].concat())
    }

    /// HMAC-SHA-256 of raw text: tells a resend from another text, and dies with the key.
    pub fn fingerprint(&self, raw: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(hmac::sign(&self.same, raw).as_ref());
        out
    }
}

fn document(id: ConversationId, part: u32, name: &str) -> Vec<u8> {
    [id.as_bytes(), &part.to_be_bytes(), name.as_bytes()].concat()
}

impl From<Sealing> for ConversationKey {
    fn from(whole: Sealing) -> Self {
        Self {
            records: Sealing::new(whole.derive("records")),
            documents: Sealing::new(whole.derive("documents")),
            same: hmac::Key::new(hmac::HMAC_SHA256, whole.derive("same").as_ref()),
            whole,
        }
    }
}
