//! Redacting by hand: a stretch of a message, a note, an answer or a rating's comment
//! becomes X's, for good.
//!
//! The old words are overwritten under their numbers, and a name in the lists too; what
//! was delivered before is followed by an addendum. The audit chain says who did it where, never to what.

use protocol::Text;
use protocol::event::Body;

use super::access::{self, Agent};
use super::keyring::key_of;
use super::post_message::{Posted, is_client_id};
use super::store::{self, By, Resendable};
use super::{change, read, state};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Kind, Sender};
use crate::ids::ConversationId;

/// A stretch of the words that a number names, in code points as they read now.
#[derive(Debug, Clone)]
pub struct Stretch {
    pub number: u64,
    /// Of the answers that the number names, the one that is meant.
    pub field: Option<String>,
    pub start: u32,
    pub end: u32,
}

/// Redacts it; a resend with the same client id changes nothing more.
pub async fn redact(
    app: &App,
    agent: &Agent,
    id: ConversationId,
    client_id: String,
    stretch: Stretch,
) -> Result<Posted> {
    if !is_client_id(&client_id) {
        return Err(Error::Invalid { field: "client_id", why: "is 8 to 64 of [A-Za-z0-9_-]" });
    }
    let key = key_of(app, id).await?;
    let (now, sections) = (app.clock.now(), app.sections());
    let Stretch { number, field, start, end } = &stretch;
    let place = match field {
        Some(field) => format!("{number} {field}"),
        None => number.to_string(),
    };
    let fingerprint = key.fingerprint(format!("redact {place} {start} {end}").as_bytes());
    let agent = agent.clone();
    app.db
        .write(move |tx| {
            let found = access::to_read(tx, &agent, id)?;
            let sender = Sender::Agent(agent.id);
            let resendable = Resendable::new(&key, &client_id, fingerprint);
            if let Some(sent) = store::sent_before(tx, &found, sender, &resendable)? {
                return Ok(Posted { seq: sent.seq, shown: sent.shown, at: sent.at });
            }
            let by = By { sender, name: &agent.name, now, key: &key, timing: &sections.timing };
            let mut after = state::redacts(found)?;
            let named = rewritten(tx, &by, id, &stretch)?;
            let seq = store::append(tx, &by, &mut after, Kind::Amended, Some(&resendable), &named)?;
            store::update(tx, &after)?;
            let action = "message.redacted";
            let entry =
                Entry { at: now, actor: sender, action, subject: &after.reference, detail: &place };
            audit::record(tx, &entry)?;
            change::ring_lists(tx, &after);
            Ok(Posted { seq, shown: after.shown, at: now })
        })
        .await
}

fn rewritten(tx: &mut Tx<'_>, by: &By<'_>, id: ConversationId, stretch: &Stretch) -> Result<Body> {
    let invalid = |field, why| Error::Invalid { field, why };
    let no_words = || invalid("number", "names no such words");
    let event = store::event(tx, id, stretch.number)?.ok_or_else(no_words)?;
    let mut body = read::open(by.key, &event)?;
    let field = stretch.field.as_deref();
    let (text, masks) = store::words_of(&mut body, field).ok_or_else(no_words)?;
    let (start, end) = (stretch.start, stretch.end);
    let redacted = masking::redact(text.as_str(), start, end)
        .ok_or_else(|| invalid("end", "is not a stretch of the text"))?;
    if field == Some("name") {
        store::rename(tx, id, &by.key.seal_name(redacted.as_str().as_bytes()))?;
    }
    *text = Text::new(redacted);
    masks.retain(|mask| mask.end <= start || mask.start >= end);
    masks.push(protocol::Mask { start, end, rule: "redacted".to_owned() });
    masks.sort_by_key(|mask| mask.start);
    store::rewrite(tx, by, event, body, stretch.field.clone())
}
