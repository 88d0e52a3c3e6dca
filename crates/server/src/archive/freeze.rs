//! The part that is on its way: rendered once and kept, sealed under the
//! conversation's key, until every destination holds it.
//!
//! Settings, rules and the clock may change between two tries; the bytes may not,
//! since a destination refuses other bytes under a name that it has. What
//! happens in the conversation meanwhile is for the next part.

use std::sync::Arc;

use destinations::{Document, Name};

use super::build::{self, Material};
use super::editions::Editions;
use super::manifest::Signer;
use super::transcript::At;
use super::{named, readers, render};
use crate::app::App;
use crate::clock::Millis;
use crate::conversation::store;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::ConversationId;
use crate::keys::ConversationKey;
use crate::values;

/// A part as it will be delivered, whatever changes.
#[derive(Debug)]
pub struct Frozen {
    pub part: u32,
    /// The last event in it.
    pub seq: u64,
    pub since: Millis,
    /// Later than `since` if somebody asked for another try.
    pub tried_since: Millis,
    /// In the order in which they are put; the manifest is the last.
    pub documents: Vec<Document>,
}

enum Found {
    Frozen(Frozen),
    ToFreeze(Box<Material>),
    Nothing,
}

/// A document as its row holds it.
struct Sealed {
    name: String,
    bytes: Vec<u8>,
}

/// The part that is on its way, frozen now if none is; `None` if nothing is new.
pub(super) async fn next(
    app: &App,
    id: ConversationId,
    key: &Arc<ConversationKey>,
) -> Result<Option<Frozen>> {
    loop {
        let opening = key.clone();
        match app.db.read(move |tx| find(tx, id, &opening)).await? {
            Found::Frozen(frozen) => return Ok(Some(frozen)),
            Found::Nothing => return Ok(None),
            // Another node may freeze first, or the conversation may move on: look again.
            Found::ToFreeze(material) => freeze(app, id, key, *material).await?,
        }
    }
}

fn find(tx: &mut Tx<'_>, id: ConversationId, key: &ConversationKey) -> Result<Found> {
    if let Some(frozen) = frozen(tx, id, key)? {
        return Ok(Found::Frozen(frozen));
    }
    let closed = store::load(tx, id)?.ok_or(Error::NotFound)?;
    let material = build::read(tx, closed)?;
    Ok(material.map_or(Found::Nothing, |material| Found::ToFreeze(Box::new(material))))
}

/// The part on its way: its number, its last event.
pub(super) fn under_way(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<(u32, u64)>> {
    let found =
        tx.row("select part, seq from delivery where conversation = $1", values![&id], |row| {
            Ok((row.number(0)?, row.number(1)?))
        })?;
    Ok(found.map(|(part, seq)| (u32::try_from(part).unwrap_or(u32::MAX), seq)))
}

fn frozen(tx: &mut Tx<'_>, id: ConversationId, key: &ConversationKey) -> Result<Option<Frozen>> {
    let Some((part, seq)) = under_way(tx, id)? else { return Ok(None) };
    let (since, tried_since) = times(tx, id)?;
    let rows = tx.rows(
        "select name, sealed from delivery_document where conversation = $1 order by number",
        values![&id],
        |row| Ok(Sealed { name: row.text(0)?, bytes: row.blob(1)? }),
    )?;
    let open = |row: Sealed| {
        let opened = key.open_document(id, part, &row.name, &row.bytes)?;
        let name = Name::new(row.name).map_err(|e| Error::broken("a document's name", e))?;
        Ok(named(name, opened.bytes().to_vec()))
    };
    let documents = rows.into_iter().map(open).collect::<Result<_>>()?;
    Ok(Some(Frozen { part, seq, since, tried_since, documents }))
}

fn times(tx: &mut Tx<'_>, id: ConversationId) -> Result<(Millis, Millis)> {
    let found = tx.row(
        "select created_at, tried_since from delivery where conversation = $1",
        values![&id],
        |row| Ok((row.millis(0)?, row.opt_millis(1)?)),
    )?;
    let (since, tried_since) = found.ok_or(Error::NotFound)?;
    Ok((since, tried_since.unwrap_or(since)))
}

async fn freeze(
    app: &App,
    id: ConversationId,
    key: &Arc<ConversationKey>,
    material: Material,
) -> Result<()> {
    let (now, seq, state) = (app.clock.now(), material.closed.seq, material.closed.state);
    let readers = app.db.read(readers::proved).await?;
    let editions = Editions::wanted(&app.destinations(), readers);
    let (app2, key) = (app.clone(), key.clone());
    let rendering = move || {
        let transcript = build::transcript(&app2, &key, &material)?;
        let signer = Signer::from_seed(&app2.keys.install.transcript_seed());
        let documents = render(&transcript, &signer, &material.head, At(now.0), &editions)
            .map_err(|e| Error::broken("a transcript could not be rendered", e))?;
        Ok((transcript.part, sealed(&key, id, transcript.part, &documents)))
    };
    // A long conversation is masked for a while: neither a reader nor the writer waits for it.
    let rendered = tokio::task::spawn_blocking(rendering).await;
    let (part, sealed) = rendered.map_err(|e| Error::broken("rendering stopped", e))??;
    app.db
        .write(move |tx| {
            let is_as_read = store::load(tx, id)?.is_some_and(|c| c.seq == seq && c.state == state);
            if is_as_read && under_way(tx, id)?.is_none() {
                insert(tx, id, part, seq, now)?;
                for (number, document) in sealed.iter().enumerate() {
                    insert_document(tx, id, number, document)?;
                }
            }
            Ok(())
        })
        .await
}

fn sealed(
    key: &ConversationKey,
    id: ConversationId,
    part: u32,
    documents: &[Document],
) -> Vec<Sealed> {
    let seal = |document: &Document| Sealed {
        bytes: key.seal_document(id, part, document.name.as_str(), &document.bytes),
        name: document.name.as_str().to_owned(),
    };
    documents.iter().map(seal).collect()
}

/// Forgets the part on its way, if nobody has any of it: the next try freezes it by
/// the settings of then.
pub(super) async fn begin_anew(app: &App, id: ConversationId, frozen: &Frozen) -> Result<()> {
    let (part, seq) = (frozen.part, frozen.seq);
    app.db
        .write(move |tx| {
            let is_same = under_way(tx, id)? == Some((part, seq));
            if is_same && has_no_receipt(tx, id, part)? { forget(tx, id) } else { Ok(()) }
        })
        .await
}

fn has_no_receipt(tx: &mut Tx<'_>, id: ConversationId, part: u32) -> Result<bool> {
    let receipts = tx.count(
        "select count(*) from receipt where conversation = $1 and part = $2",
        values![&id, part],
    )?;
    Ok(receipts == 0)
}

/// Keeps other documents for the part on its way: those that were delivered before.
pub(super) async fn replace(
    app: &App,
    id: ConversationId,
    key: &ConversationKey,
    frozen: &Frozen,
    documents: Vec<Document>,
) -> Result<()> {
    let (part, seq) = (frozen.part, frozen.seq);
    let sealed = sealed(key, id, part, &documents);
    app.db
        .write(move |tx| {
            store::load(tx, id)?.ok_or(Error::NotFound)?;
            if !has_no_receipt(tx, id, part)? || under_way(tx, id)? != Some((part, seq)) {
                return Ok(());
            }
            tx.run("delete from delivery_document where conversation = $1", values![&id])?;
            for (number, document) in sealed.iter().enumerate() {
                insert_document(tx, id, number, document)?;
            }
            Ok(())
        })
        .await
}

fn insert(tx: &mut Tx<'_>, id: ConversationId, part: u32, seq: u64, now: Millis) -> Result<()> {
    tx.run(
        "insert into delivery (conversation, part, seq, created_at) values ($1, $2, $3, $4)",
        values![&id, part, seq, now],
    )?;
    Ok(())
}

fn insert_document(
    tx: &mut Tx<'_>,
    id: ConversationId,
    number: usize,
    document: &Sealed,
) -> Result<()> {
    tx.run(
        "insert into delivery_document (conversation, number, name, sealed) values ($1, $2, $3, $4)",
        values![&id, number as u64, &document.name, &document.bytes],
    )?;
    Ok(())
}

/// It arrived, or its conversation is shredded: nothing of it stays.
pub(super) fn forget(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    tx.run("delete from delivery_error where conversation = $1", values![&id])?;
    tx.run("delete from delivery_document where conversation = $1", values![&id])?;
    tx.run("delete from delivery where conversation = $1", values![&id])?;
    Ok(())
}
