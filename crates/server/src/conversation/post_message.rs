//! A message: checked, masked, numbered, sealed, committed; then acknowledged.
//!
//! A resend with the same client id gets its first answer; the same client id
//! with other text is refused.

use std::sync::Arc;

use masking::{Before, Mode, Writer};
use protocol::event::{Body, Person, Sender as From};
use protocol::{Mask, Text};
use sensitive::Sensitive;

use super::keyring::key_of;
use super::start::masks;
use super::state::{self, Conversation};
use super::store::{self, By, Resendable};
use super::{access, access::Agent, read};
use crate::app::App;
use crate::bus::Topic;
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Event, Kind, Recent, Sender};
use crate::facts::{self, Fact};
use crate::ids::ConversationId;
use crate::keys::ConversationKey;

/// Rows before that masking may look at.
const WINDOW: u64 = 8;

/// Durable: the event's numbers and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    pub seq: u64,
    pub shown: u64,
    pub at: Millis,
}

/// Who posts, and how they got in.
#[derive(Clone)]
pub enum Poster {
    Visitor { token_hash: [u8; 32] },
    Agent(Agent),
}

/// Posts it; `Ok` means that it is durable.
pub async fn post_message(
    app: &App,
    poster: Poster,
    id: ConversationId,
    client_id: String,
    text: Sensitive<String>,
) -> Result<Posted> {
    checked(app, &client_id, &text)?;
    let key = key_of(app, id).await?;
    let (now, sections, app2) = (app.clock.now(), app.sections(), app.clone());
    let text = Arc::new(text);
    app.db
        .write(move |tx| {
            let (before, writer, name) = opened(tx, &poster, id)?;
            let by = By { sender: writer, name: &name, now, key: &key, timing: &sections.timing };
            post(tx, &app2, &by, before, &client_id, &text)
        })
        .await
}

/// Refuses what is too long, blank, or under a client id that is none.
pub(super) fn checked(app: &App, client_id: &str, text: &Sensitive<String>) -> Result<()> {
    if text.len() > app.config.limits.message_bytes {
        return Err(Error::TooLarge);
    }
    if text.expose().trim().is_empty() {
        return Err(Error::Invalid { field: "text", why: "is empty" });
    }
    if !is_client_id(client_id) {
        return Err(Error::Invalid { field: "client_id", why: "is 8 to 64 of [A-Za-z0-9_-]" });
    }
    Ok(())
}

/// 8 to 64 characters that need no escaping anywhere.
pub(super) fn is_client_id(text: &str) -> bool {
    (8..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

pub(super) fn opened(
    tx: &mut Tx<'_>,
    poster: &Poster,
    id: ConversationId,
) -> Result<(Conversation, Sender, String)> {
    match poster {
        Poster::Visitor { token_hash } => {
            Ok((access::of_visitor(tx, token_hash, id)?, Sender::Visitor, String::new()))
        }
        Poster::Agent(agent) => {
            let found = access::to_read(tx, agent, id)?;
            Ok((found, Sender::Agent(agent.id), agent.name.clone()))
        }
    }
}

fn post(
    tx: &mut Tx<'_>,
    app: &App,
    by: &By<'_>,
    before: Conversation,
    client_id: &str,
    text: &Sensitive<String>,
) -> Result<Posted> {
    let fingerprint = by.key.fingerprint(text.expose().as_bytes());
    let resendable = Resendable::new(by.key, client_id, fingerprint);
    if let Some(sent) = store::sent_before(tx, &before, by.sender, &resendable)? {
        return Ok(Posted { seq: sent.seq, shown: sent.shown, at: sent.at });
    }
    let was_warned = before.warned_until.is_some();
    if before.seq >= app.config.limits.events_per_conversation.into() {
        return Err(Error::TooLarge);
    }
    let had_response = before.first_response_at.is_some();
    let mut after = match by.sender {
        Sender::Agent(agent) => state::agent_writes(before, agent, by.now)?,
        _ => state::visitor_writes(before, by.now)?,
    };
    let body = masked(tx, app, by, &mut after, client_id, text)?;
    let seq = store::append(tx, by, &mut after, Kind::Message, Some(&resendable), &body)?;
    after.last_message_seq = seq;
    store::update_counts(tx, &after)?;
    super::change::ring_lists(tx, &after);
    if was_warned {
        tx.ring(Topic::View(after.id), seq);
    }
    if let (Some(first), false) = (after.first_response_at, had_response) {
        facts::count(
            tx,
            &Fact {
                at: by.now,
                kind: facts::Kind::FirstResponse,
                conversation: after.id,
                department: &after.department,
                agent: by.sender.account(),
                amount: first.0 - after.queued_at.0,
            },
        )?;
    }
    Ok(Posted { seq, shown: after.shown, at: by.now })
}

/// The message as it may be stored.
fn masked(
    tx: &mut Tx<'_>,
    app: &App,
    by: &By<'_>,
    conversation: &mut Conversation,
    client_id: &str,
    text: &Sensitive<String>,
) -> Result<Body> {
    let last = conversation.seq;
    let (text, masks) = words(tx, app, by, conversation, last, text)?;
    let from = match by.sender {
        Sender::Agent(id) => {
            From::Agent { person: Person { id: id.to_string(), name: by.name.to_owned() } }
        }
        _ => From::Visitor,
    };
    let client_id = client_id.to_owned();
    Ok(Body::Message { from, client_id, masks, text, revision: 0, corrected: false })
}

/// Raw text ends here: masked after the rows up to `last`. Of a value that began in
/// one of them, the part there is overwritten.
pub(super) fn words(
    tx: &mut Tx<'_>,
    app: &App,
    by: &By<'_>,
    conversation: &mut Conversation,
    last: u64,
    text: &Sensitive<String>,
) -> Result<(Text, Vec<Mask>)> {
    let rows = window(tx, &app.recent, conversation, last, by.key)?;
    let before: Vec<Before<'_>> = rows
        .iter()
        .map(|(number, writer, text)| Before {
            number: *number,
            writer: *writer,
            text: text.as_str(),
        })
        .collect();
    let writer = match by.sender {
        Sender::Agent(_) => Writer::Agent,
        _ => Writer::Visitor,
    };
    let policies = app.policies();
    let policy = policies.of_department(&conversation.department);
    let masked = app.engine.mask(policy, Mode::Live, &before, writer, None, text);
    store::amend(tx, by, conversation, &masked.amendments)?;
    Ok((Text::new(masked.text), masks(&masked.findings)))
}

/// Events after a seq. What is kept serves only where it is what the row counts:
/// another unit of the same commit may have added to the row already.
fn newest(
    tx: &mut Tx<'_>,
    recent: &Recent,
    conversation: &Conversation,
    from: u64,
) -> Result<Vec<Arc<Event>>> {
    let (id, last) = (conversation.id, conversation.seq);
    let kept = recent.after(id, from, last);
    match kept.filter(|kept| kept.last().is_some_and(|newest| newest.seq == last)) {
        Some(kept) => Ok(kept),
        None => {
            let limit = u32::try_from(last - from).unwrap_or(u32::MAX);
            let stored = store::events_after(tx, id, from, limit)?;
            Ok(stored.into_iter().map(Arc::new).collect())
        }
    }
}

/// The newest stored messages among the eight rows up to `last`, oldest first, as they
/// are now: as many as masking looks at.
fn window(
    tx: &mut Tx<'_>,
    recent: &Recent,
    conversation: &Conversation,
    last: u64,
    key: &ConversationKey,
) -> Result<Vec<(u64, Writer, Text)>> {
    let from = last.saturating_sub(WINDOW);
    let newest = newest(tx, recent, conversation, from)?;
    let messages = newest.iter().filter(|event| event.kind == Kind::Message && event.seq <= last);
    let mut rows = Vec::with_capacity(masking::ROWS_BEFORE_MAX);
    for event in messages.rev().take(masking::ROWS_BEFORE_MAX) {
        let writer = match event.sender {
            Sender::Visitor => Writer::Visitor,
            Sender::Agent(_) => Writer::Agent,
            Sender::System => Writer::Automatic,
        };
        rows.push((event.seq, writer, read::words(key, event)?));
    }
    rows.reverse();
    Ok(rows)
}
