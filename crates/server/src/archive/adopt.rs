//! A part that a destination has already, because this server delivered it before
//! it was restored from an older backup.
//!
//! Such a part is recognised by our own signature. If every word that we know is in
//! it, it is the part, and what we would have put instead is forgotten. Anything
//! else under the name is for a person to decide.

use std::sync::Arc;

use destinations::{Destination, Document};
use serde::Deserialize;
use serde_json::Value;

use super::freeze::{self, Frozen};
use super::manifest::Signer;
use super::verify::{self, Files};
use crate::app::App;
use crate::error::Result;
use crate::ids::ConversationId;
use crate::keys::ConversationKey;

/// Events without words. After a restore a conversation ends anew, so these differ.
const WORDLESS: [&str; 8] =
    ["assigned", "accepted", "returned", "transferred", "warned", "ended", "closed", "reopened"];

/// What is read from a transcript to know which words it holds.
#[derive(Deserialize)]
struct Told {
    events: Vec<Value>,
}

impl Told {
    fn by(document: &Document) -> Option<Self> {
        serde_json::from_slice(&document.bytes).ok()
    }

    /// Whether every word of another's is here, in its place.
    fn holds_all_of(&self, other: &Told) -> bool {
        let is_wordless =
            |event: &Value| event["kind"].as_str().is_some_and(|kind| WORDLESS.contains(&kind));
        other.events.iter().all(|event| is_wordless(event) || self.events.contains(event))
    }
}

/// Takes the destination's documents for the part, if they are ours: the next try
/// puts those. Without effect once any destination has the new ones.
pub(super) async fn adopt(
    app: &App,
    id: ConversationId,
    key: &Arc<ConversationKey>,
    frozen: &Frozen,
    destination: &Destination,
) -> Result<()> {
    match theirs(app, frozen, destination).await {
        Some(documents) => freeze::replace(app, id, key, frozen, documents).await,
        None => Ok(()),
    }
}

/// The documents under the part's names, if they bear our signature and hold every
/// word of ours.
async fn theirs(app: &App, frozen: &Frozen, destination: &Destination) -> Option<Vec<Document>> {
    let manifest = frozen.documents.last()?;
    let folder = manifest.name.as_str().strip_suffix(manifest.name.file())?;
    let reference = manifest.name.parts().rev().nth(1)?;
    let mut files = Files::new();
    for name in destination.list(folder).await.ok()? {
        let bytes = destination.read(&name).await.ok()?;
        files.insert(name.file().to_owned(), bytes);
    }
    let ours = Signer::from_seed(&app.keys.install.transcript_seed()).public_key();
    if !verify::reference(reference, &files, &[ours]).is_good() {
        return None;
    }
    let take = |document: &Document| {
        let bytes = files.get(document.name.file())?.as_slice().into();
        Some(Document { bytes, ..document.clone() })
    };
    let documents = frozen.documents.iter().map(take).collect::<Option<Vec<_>>>()?;
    let (there, here) = (Told::by(documents.first()?)?, Told::by(frozen.documents.first()?)?);
    there.holds_all_of(&here).then_some(documents)
}
