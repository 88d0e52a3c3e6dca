//! Delivery: a transcript goes to every destination, and each answers with a receipt.
//!
//! Three steps, each of which may be the last before a crash and is safe to begin
//! again: the part is frozen, it is put where it is not held yet, and once every
//! destination proved that it holds the bytes, it is marked delivered.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use destinations::{Destination, Document, Receipt};
use protocol::event::State;

pub use super::freeze::Frozen;
use super::{adopt, build, catalogue, freeze};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::clock::Millis;
use crate::conversation::{Conversation, key_of, store};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::ConversationId;
use crate::jobs;
use crate::values;

type Destinations = Arc<Vec<(String, Destination)>>;

/// Delivers what is not delivered yet.
pub async fn deliver(app: &App, id: ConversationId) -> Result<()> {
    let destinations = app.destinations();
    if destinations.is_empty() {
        return wait(app, id).await;
    }
    let Some(frozen) = freeze(app, id).await? else {
        return app.db.write(move |tx| jobs::cancel(tx, jobs::Kind::Deliver, id)).await;
    };
    if !put(app, id, &frozen, &destinations).await? {
        return Err(Error::Later { retry_after: 60 });
    }
    complete(app, id, &frozen, destinations).await
}

/// Everything that waits for a destination is tried at once: the settings changed.
pub async fn try_all(app: &App) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let waiting = tx.rows(
                "select subject from job where kind = $1 and attempts > 0 and due_at > $2",
                values![jobs::Kind::Deliver.code(), now],
                |row| row.conversation(0),
            )?;
            waiting.into_iter().try_for_each(|id| jobs::schedule(tx, jobs::Kind::Deliver, id, now))
        })
        .await
}

/// There is nowhere to deliver to: it stays visible and looks again now and then.
async fn wait(app: &App, id: ConversationId) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            store::load(tx, id)?.ok_or(Error::NotFound)?;
            jobs::look_again(tx, jobs::Kind::Deliver, id, now, "no_destination")
        })
        .await
}

/// The first step: the part on its way, the same at every try.
pub async fn freeze(app: &App, id: ConversationId) -> Result<Option<Frozen>> {
    let key = key_of(app, id).await?;
    freeze::next(app, id, &key).await
}

/// The second step: puts a part where it is not held yet. A destination that fails
/// keeps no other from getting it. True if every one holds it.
pub async fn put(
    app: &App,
    id: ConversationId,
    frozen: &Frozen,
    destinations: &Destinations,
) -> Result<bool> {
    let mut is_everywhere = true;
    for (name, destination) in destinations.iter() {
        let (named, part, documents) = (name.clone(), frozen.part, frozen.documents.len());
        let holds = app.db.read(move |tx| holds(tx, id, part, &named, documents));
        if holds.await? {
            continue;
        }
        match put_one(destination, &frozen.documents).await {
            Ok(receipts) => receive(app, id, part, name.clone(), receipts).await?,
            Err(code) => {
                tracing::warn!(destination = name, code, "a delivery failed; it is tried again");
                note_error(app, id, name.clone(), code).await?;
                is_everywhere = false;
                if code == destinations::Error::Exists.code() {
                    let key = key_of(app, id).await?;
                    adopt::adopt(app, id, &key, frozen, destination).await?;
                }
            }
        }
    }
    Ok(is_everywhere)
}

async fn put_one(
    destination: &Destination,
    documents: &[Document],
) -> std::result::Result<Vec<Receipt>, &'static str> {
    let mut receipts = Vec::new();
    for document in documents {
        let receipt = destination.put(document).await.map_err(destinations::Error::code)?;
        if receipt.sha256 != document.sha256() {
            return Err("other_hash");
        }
        if !receipt.level.is_enough_to_shred() {
            return Err("receipt_too_weak");
        }
        receipts.push(receipt);
    }
    Ok(receipts)
}

/// Whether a destination gave its receipt for every document of a part.
fn holds(
    tx: &mut Tx<'_>,
    id: ConversationId,
    part: u32,
    destination: &str,
    documents: usize,
) -> Result<bool> {
    let receipts = tx.count(
        "select count(*) from receipt where conversation = $1 and part = $2 and destination = $3",
        values![&id, part, destination],
    )?;
    Ok(usize::try_from(receipts).is_ok_and(|receipts| receipts >= documents))
}

async fn receive(
    app: &App,
    id: ConversationId,
    part: u32,
    destination: String,
    receipts: Vec<Receipt>,
) -> Result<()> {
    app.db
        .write(move |tx| {
            // Shredded meanwhile: a late receipt has nothing to belong to.
            store::load(tx, id)?.ok_or(Error::NotFound)?;
            for receipt in &receipts {
                insert_receipt(tx, id, part, &destination, receipt)?;
            }
            tx.run(
                "delete from delivery_error where conversation = $1 and destination = $2",
                values![&id, &destination],
            )?;
            Ok(())
        })
        .await
}

fn insert_receipt(
    tx: &mut Tx<'_>,
    id: ConversationId,
    part: u32,
    destination: &str,
    receipt: &Receipt,
) -> Result<()> {
    tx.run(
        "insert into receipt (conversation, part, destination, object, level, sha256, at) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (conversation, part, destination, object) do nothing",
        values![
            &id,
            part,
            destination,
            receipt.object.as_str(),
            receipt.level.code(),
            &receipt.sha256,
            receipt.at_ms,
        ],
    )?;
    Ok(())
}

async fn note_error(
    app: &App,
    id: ConversationId,
    destination: String,
    code: &'static str,
) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            if freeze::under_way(tx, id)?.is_some() {
                tx.run(
                    "insert into delivery_error (conversation, destination, code, at) values ($1, $2, $3, $4) \
                     on conflict (conversation, destination) do update set code = excluded.code, at = excluded.at",
                    values![&id, &destination, code, now],
                )?;
            }
            Ok(())
        })
        .await
}

/// The third step: marks a part delivered that every destination holds, and says
/// what comes next. Does nothing if another node was faster.
pub async fn complete(
    app: &App,
    id: ConversationId,
    frozen: &Frozen,
    destinations: Destinations,
) -> Result<()> {
    let (part, seq, documents) = (frozen.part, frozen.seq, frozen.documents.len());
    let manifest = frozen.documents.last().map(Document::sha256);
    let manifest = manifest.ok_or(Error::broken_because("a part has a manifest"))?;
    let (now, timing, install) = (app.clock.now(), app.sections().timing, app.keys.install.clone());
    app.db
        .write(move |tx| {
            let delivered = store::load(tx, id)?.ok_or(Error::NotFound)?;
            if freeze::under_way(tx, id)? != Some((part, seq)) {
                return Ok(());
            }
            for (name, _) in destinations.iter() {
                if !holds(tx, id, part, name, documents)? {
                    return Err(Error::Later { retry_after: 60 });
                }
            }
            freeze::forget(tx, id)?;
            mark(tx, id, part, seq, &manifest)?;
            catalogue::enter(tx, &install, &delivered)?;
            let detail = format!("part {part} manifest {}", HEXLOWER.encode(&manifest));
            let entry = Entry {
                at: now,
                actor: Sender::System,
                action: "transcript.delivered",
                subject: &delivered.reference,
                detail: &detail,
            };
            audit::record(tx, &entry)?;
            let survey_over = delivered.closed_at.map(|at| at.plus_seconds(timing.survey_seconds));
            follow(tx, &delivered, seq, now, survey_over, now.plus_seconds(timing.grace_seconds))
        })
        .await
}

fn mark(
    tx: &mut Tx<'_>,
    id: ConversationId,
    part: u32,
    seq: u64,
    manifest: &[u8; 32],
) -> Result<()> {
    let before = build::delivered(tx, id)?;
    if before.parts != part || before.seq >= seq {
        return Err(Error::broken_because("a part follows the one before it"));
    }
    tx.run(
        "update conversation set delivered_parts = $1, delivered_seq = $2, delivered_hash = $3 where id = $4",
        values![part + 1, seq, manifest, &id],
    )?;
    Ok(())
}

/// What comes after a part: the grace time, the next part, or, if the conversation
/// was reopened while the part was on its way, nothing before it ends again.
fn follow(
    tx: &mut Tx<'_>,
    delivered: &Conversation,
    seq: u64,
    now: Millis,
    survey_over: Option<Millis>,
    shred_at: Millis,
) -> Result<()> {
    let id = delivered.id;
    jobs::cancel(tx, jobs::Kind::Deliver, id)?;
    if !matches!(delivered.state, State::Closed | State::Delivered) {
        return Ok(());
    }
    if delivered.seq > seq {
        let due = survey_over.map_or(now, |over| over.max(now));
        return jobs::schedule(tx, jobs::Kind::Deliver, id, due);
    }
    tx.run(
        "update conversation set state = $1, since = $2 where id = $3",
        values!["delivered", now, &id],
    )?;
    jobs::schedule(tx, jobs::Kind::Shred, id, shred_at)
}
