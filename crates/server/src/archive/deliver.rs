//! Delivery: a transcript goes to every destination, and each answers with a receipt.
//!
//! Nothing is marked delivered before every destination proved that it holds the
//! bytes. A try that failed is made again with the same bytes.

use destinations::Receipt;

use super::build::next_part;
use super::manifest::Signer;
use super::render;
use super::transcript::At;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::conversation::{Conversation, key_of, store};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::ConversationId;
use crate::jobs;
use crate::values;

/// A destination's receipt for one document.
struct Held {
    destination: String,
    receipt: Receipt,
}

/// Delivers what is not delivered yet.
pub async fn deliver(app: &App, id: ConversationId) -> Result<()> {
    let key = key_of(app, id).await?;
    let app2 = app.clone();
    let read = app.db.read(move |tx| {
        let closed = store::load(tx, id)?.ok_or(Error::NotFound)?;
        next_part(tx, &app2, &key, &closed).map(|part| (closed, part))
    });
    let (closed, (transcript, head, before)) = read.await?;
    let created_at = At(closed.closed_at.ok_or(Error::WrongState)?.0);
    let signer = Signer::from_seed(&app.keys.install.transcript_seed());
    let documents = render(&transcript, &signer, &head, created_at)
        .map_err(|e| Error::broken("a transcript could not be rendered", e))?;
    let destinations = app.destinations();
    if destinations.is_empty() {
        return Err(Error::Later { retry_after: 60 });
    }
    let manifest = documents.last().map(destinations::Document::sha256);
    let mut held = Vec::new();
    for (name, destination) in destinations.iter() {
        for document in &documents {
            let receipt = destination.put(document).await.map_err(|error| {
                tracing::warn!(destination = name, code = error.code(), "a delivery failed");
                Error::Later { retry_after: 60 }
            })?;
            if !receipt.level.is_enough_to_shred() {
                return Err(Error::Later { retry_after: 60 });
            }
            held.push(Held { destination: name.clone(), receipt });
        }
    }
    let (now, grace) = (app.clock.now(), app.sections().timing.grace_seconds);
    let app = app.clone();
    app.db
        .clone()
        .write(move |tx| {
            // Reopened meanwhile: what was put stays, and goes out again as it was.
            let is_same = store::load(tx, id)?.is_some_and(|now| now == closed);
            if !is_same {
                return Err(Error::WrongState);
            }
            for one in &held {
                receive(tx, &closed, before.parts, one)?;
            }
            tx.run(
                "update conversation set state = $1, delivered_parts = $2, delivered_seq = $3, \
                 delivered_hash = $4, since = $5 where id = $6",
                values!["delivered", before.parts + 1, closed.seq, manifest.as_ref(), now, &id],
            )?;
            catalogue(tx, &app, &closed, &held)?;
            let entry = Entry {
                at: now,
                actor: Sender::System,
                action: "transcript.delivered",
                subject: &closed.reference,
                detail: "",
            };
            audit::record(tx, &entry)?;
            jobs::cancel(tx, jobs::Kind::Deliver, id)?;
            jobs::schedule(tx, jobs::Kind::Shred, id, now.plus_seconds(grace))
        })
        .await
}

fn receive(tx: &mut Tx<'_>, closed: &Conversation, part: u32, held: &Held) -> Result<()> {
    let receipt = &held.receipt;
    tx.run(
        "insert into receipt (conversation, part, destination, object, level, sha256, at) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (conversation, part, destination, object) do nothing",
        values![
            &closed.id,
            part,
            &held.destination,
            receipt.object.as_str(),
            receipt.level.code(),
            &receipt.sha256,
            receipt.at_ms,
        ],
    )?;
    Ok(())
}

/// What stays findable: nothing of the visitor, sealed under the install key.
fn catalogue(tx: &mut Tx<'_>, app: &App, closed: &Conversation, held: &[Held]) -> Result<()> {
    let objects: Vec<_> = held
        .iter()
        .map(|one| {
            let hash = data_encoding::HEXLOWER.encode(&one.receipt.sha256);
            serde_json::json!({
                "destination": one.destination, "object": one.receipt.object.as_str(), "sha256": hash,
            })
        })
        .collect();
    let row = serde_json::json!({
        "start_hour": closed.created_at.hour().0,
        "department": closed.department,
        "agent": closed.agent.as_ref().map(|agent| agent.id.to_string()),
        "disposition": closed.disposition,
        "objects": objects,
    });
    let sealed = app.keys.install.seal_catalogue(&closed.reference, row.to_string().as_bytes());
    tx.run(
        "insert into catalogue (reference, sealed, created_at) values ($1, $2, $3) \
         on conflict (reference) do update set sealed = excluded.sealed",
        values![&closed.reference, &sealed, closed.created_at.hour()],
    )?;
    Ok(())
}
