//! Correcting the own last message, for as long as the settings allow.
//!
//! The row is overwritten, so that what was written by mistake is nowhere; an
//! amended event without words tells the other side that it changed.

use std::sync::Arc;

use protocol::event::Body;
use sensitive::Sensitive;
use zeroize::Zeroizing;

use super::keyring::key_of;
use super::post_message::{Posted, Poster, checked, opened, words};
use super::read;
use super::state::{self, Conversation};
use super::store::{self, By, Resendable};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Event, Kind, Sender};
use crate::ids::ConversationId;
use crate::values;

/// Corrects it; `number` is as its sender counts: `shown` for the visitor, seq for an agent.
///
/// # Errors
/// `Invalid` for anything but the sender's own last message, `WrongState` once
/// its time or its conversation is over.
pub async fn correct(
    app: &App,
    poster: Poster,
    id: ConversationId,
    client_id: String,
    number: u64,
    text: Sensitive<String>,
) -> Result<Posted> {
    checked(app, &client_id, &text)?;
    let key = key_of(app, id).await?;
    let (now, sections, app2) = (app.clock.now(), app.sections(), app.clone());
    let named = Zeroizing::new(format!("{number} {}", text.expose()));
    let fingerprint = key.fingerprint(named.as_bytes());
    let text = Arc::new(text);
    app.db
        .write(move |tx| {
            let (before, sender, name) = opened(tx, &poster, id)?;
            let resendable = Resendable::new(&key, &client_id, fingerprint);
            if let Some(sent) = store::sent_before(tx, &before, sender, &resendable)? {
                return Ok(Posted { seq: sent.seq, shown: sent.shown, at: sent.at });
            }
            let by = By { sender, name: &name, now, key: &key, timing: &sections.timing };
            let target = own_last(tx, &before, sender, number)?;
            if now > target.at.plus_seconds(by.timing.correct_seconds) {
                return Err(Error::WrongState);
            }
            let mut after = state::corrects(before, sender, now)?;
            let body = corrected(tx, &app2, &by, &mut after, target, &text)?;
            let seq = store::append(tx, &by, &mut after, Kind::Amended, Some(&resendable), &body)?;
            store::update(tx, &after)?;
            super::change::ring_lists(tx, &after);
            Ok(Posted { seq, shown: after.shown, at: now })
        })
        .await
}

/// The message that the number names, if it is the newest of its sender.
fn own_last(
    tx: &mut Tx<'_>,
    conversation: &Conversation,
    sender: Sender,
    number: u64,
) -> Result<Event> {
    let invalid = || Error::Invalid { field: "number", why: "is not your last message" };
    let account = sender.account();
    let last = tx.count(
        "select coalesce(max(seq), 0) from event where conversation = $1 and kind = $2 \
         and sender_kind = $3 and coalesce(sender, $4) = $5",
        values![
            &conversation.id,
            Kind::Message.code(),
            sender.code(),
            b"".as_slice(),
            account.as_ref().map_or(b"".as_slice(), |account| account.as_bytes()),
        ],
    )?;
    let last = u64::try_from(last).unwrap_or(0);
    let event = store::event(tx, conversation.id, last)?.ok_or_else(invalid)?;
    let counted = if sender == Sender::Visitor { event.shown } else { event.seq };
    if counted == number { Ok(event) } else { Err(invalid()) }
}

/// Overwrites the row; what comes back is the event that names it.
fn corrected(
    tx: &mut Tx<'_>,
    app: &App,
    by: &By<'_>,
    conversation: &mut Conversation,
    target: Event,
    text: &Sensitive<String>,
) -> Result<Body> {
    let written = words(tx, app, by, conversation, target.seq - 1, text)?;
    let mut body = read::open(by.key, &target)?;
    let Body::Message { text, masks, corrected, .. } = &mut body else {
        return Err(Error::broken_because("what is corrected is a message"));
    };
    ((*text, *masks), *corrected) = (written, true);
    store::rewrite(tx, by, target, body, None)
}
