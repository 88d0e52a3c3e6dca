//! Events as frames carry them.
//!
//! The caller has checked the right to read. What this node keeps is asked
//! first, the database for what it lacks. An amended event gets the words of the
//! message that it names as they are now, since it is stored without any.

use std::collections::HashMap;
use std::mem::take;
use std::sync::Arc;

use protocol::event::{Body, Event as Told, Sender as From};
use protocol::{Mask, Text};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::keyring::key_of;
use super::store;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Event, Kind};
use crate::ids::ConversationId;
use crate::keys::{ConversationKey, Place};

/// Events in one answer; who holds more asks again after the last.
const EVENTS_MAX: u32 = 200;

type Rows = Vec<Arc<Event>>;

/// What the visitor sees after a number, oldest first, at most 200.
pub async fn shown_after(app: &App, id: ConversationId, after: u64) -> Result<Vec<Told>> {
    let rows = match app.recent.shown_after(id, after) {
        Some(kept) => kept,
        None => stored(app, move |tx| store::shown_after(tx, id, after, EVENTS_MAX)).await?,
    };
    told(app, id, rows, |event| event.shown).await
}

/// What staff see after a seq, oldest first, at most 200.
pub async fn events_after(app: &App, id: ConversationId, after: u64) -> Result<Vec<Told>> {
    let rows = match app.recent.newest_after(id, after) {
        Some(kept) => kept,
        None => stored(app, move |tx| store::events_after(tx, id, after, EVENTS_MAX)).await?,
    };
    told(app, id, rows, |event| event.seq).await
}

async fn stored(
    app: &App,
    query: impl FnOnce(&mut Tx<'_>) -> Result<Vec<Event>> + Send + 'static,
) -> Result<Rows> {
    Ok(app.db.read(query).await?.into_iter().map(Arc::new).collect())
}

/// Opens them; `number` says how this reader counts, 0 for what they may not see.
async fn told(
    app: &App,
    id: ConversationId,
    rows: Rows,
    number: fn(&Event) -> u64,
) -> Result<Vec<Told>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = key_of(app, id).await?;
    let targets = targets(app, id, &rows).await?;
    let mut told = Vec::with_capacity(rows.len());
    for event in &rows {
        let body = open(&key, event)?;
        let body = match targets.get(&event.target) {
            _ if event.kind != Kind::Amended => body,
            Some(target) if number(target) > 0 => {
                let Some(amended) = as_now(&key, body, target, number(target))? else { continue };
                amended
            }
            // What it names is not for this reader, or gone.
            _ => continue,
        };
        told.push(Told { number: number(event), at: event.at.0, body });
    }
    Ok(told)
}

/// The events that amended ones name, by seq.
async fn targets(app: &App, id: ConversationId, rows: &Rows) -> Result<HashMap<u64, Arc<Event>>> {
    let mut found = HashMap::new();
    let mut lacking = Vec::new();
    for seq in rows.iter().filter(|event| event.kind == Kind::Amended).map(|event| event.target) {
        match app.recent.one(id, seq) {
            Some(target) => {
                found.insert(seq, target);
            }
            None => lacking.push(seq),
        }
    }
    if lacking.is_empty() {
        return Ok(found);
    }
    let read = app.db.read(move |tx| {
        lacking.into_iter().map(|seq| store::event(tx, id, seq)).collect::<Result<Vec<_>>>()
    });
    found.extend(read.await?.into_iter().flatten().map(|event| (event.seq, Arc::new(event))));
    Ok(found)
}

/// An amended event with what it names as that reads now.
fn as_now(
    key: &ConversationKey,
    amended: Body,
    target: &Event,
    number: u64,
) -> Result<Option<Body>> {
    let Body::Amended { field, .. } = amended else { return Ok(None) };
    let mut body = open(key, target)?;
    let corrected = matches!(body, Body::Message { corrected: true, .. });
    let Some((text, masks)) = store::words_of(&mut body, field.as_deref()) else {
        return Ok(None);
    };
    let (text, masks, revision) = (take(text), take(masks), target.revision);
    Ok(Some(Body::Amended { target: number, field, revision, text, masks, corrected }))
}

/// An event, opened.
pub(super) fn open(key: &ConversationKey, event: &Event) -> Result<Body> {
    if event.kind != Kind::Message {
        return opened(key, event);
    }
    // The row says what it is: looking for the kind among the members would cost as
    // much as all the rest, for every reader of every message.
    let Message { from, client_id, text, masks, revision, corrected } = opened(key, event)?;
    Ok(Body::Message { from, client_id, text, masks, revision, corrected })
}

/// The words of a message alone.
pub(super) fn words(key: &ConversationKey, message: &Event) -> Result<Text> {
    opened::<Words>(key, message).map(|words| words.text)
}

/// [`Body::Message`] without its kind.
#[derive(Deserialize)]
struct Message {
    from: From,
    client_id: String,
    text: Text,
    masks: Vec<Mask>,
    revision: u32,
    corrected: bool,
}

#[derive(Deserialize)]
struct Words {
    text: Text,
}

fn opened<T: DeserializeOwned>(key: &ConversationKey, event: &Event) -> Result<T> {
    let opened = key.open(&Place::of(event), &event.sealed)?;
    serde_json::from_slice(opened.bytes())
        .map_err(|_| Error::broken_because("a sealed event is one of ours"))
}
