//! Delivery: a transcript goes to every destination, and each answers with a receipt.
//!
//! Three steps, each of which may be the last before a crash and is safe to begin
//! again: the part is frozen, it is put where it is not held yet, and once every
//! required destination proved that it holds the bytes, it is marked delivered.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use destinations::{Destination, Document, Receipt};
use protocol::event::State;

use super::fate::{self, Fate, Stand};
pub use super::freeze::Frozen;
use super::{adopt, build, catalogue, editions, freeze, readers, receipts, replay};
use crate::app::{App, Placed};
use crate::audit;
use crate::clock::Millis;
use crate::conversation::{Conversation, key_of, store};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::ConversationId;
use crate::jobs::{self, Job};
use crate::values;

type Destinations = Arc<Vec<Placed>>;

const LATER: Error = Error::Later { retry_after: 60 };

/// Delivers what is not delivered yet.
pub async fn deliver(app: &App, job: Job) -> Result<()> {
    let (id, destinations) = (job.subject, app.destinations());
    if destinations.is_empty() {
        return wait(app, job, "no_destination").await;
    }
    if destinations.iter().all(|placed| placed.terms.is_paused) {
        return wait(app, job, "paused").await;
    }
    let now = app.clock.now();
    let is_quiet = |it: &Placed| it.terms.is_paused || app.rests.code(&it.place, now).is_some();
    if destinations.iter().all(is_quiet) {
        return wait_its_turn(app, job).await;
    }
    let Some(frozen) = freeze(app, id).await? else {
        return app.db.write(move |tx| jobs::finish(tx, job).map(|_| ())).await;
    };
    match put(app, id, &frozen, &destinations).await? {
        Fate::Complete => complete(app, id, &frozen, destinations).await,
        Fate::Again => Err(LATER),
        Fate::Stuck => park(app, job).await,
    }
}

/// There is nowhere to deliver to: it stays visible and looks again now and then.
async fn wait(app: &App, job: Job, code: &'static str) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            store::load(tx, job.subject)?.ok_or(Error::NotFound)?;
            jobs::look_again(tx, job, now, code)
        })
        .await
}

/// Another part asks whether the place answers again, and then all are woken.
async fn wait_its_turn(app: &App, job: Job) -> Result<()> {
    let now = app.clock.now();
    app.db.write(move |tx| jobs::look_in_an_hour(tx, job, now, "resting")).await
}

/// It needs a person: it stays as it is, in sight, with its key.
async fn park(app: &App, job: Job) -> Result<()> {
    let (id, now) = (job.subject, app.clock.now());
    app.db
        .write(move |tx| {
            let found = store::load(tx, id)?.ok_or(Error::NotFound)?;
            if !jobs::is_ours(tx, job)? {
                return Ok(());
            }
            tx.run("update delivery set stuck_at = $1 where conversation = $2", values![now, &id])?;
            jobs::park(tx, job, replay::STUCK)?;
            audit::record_own(tx, now, "transcript.stuck", &found.reference, "")
        })
        .await
}

/// The first step: the part on its way, the same at every try.
pub async fn freeze(app: &App, id: ConversationId) -> Result<Option<Frozen>> {
    let key = key_of(app, id).await?;
    freeze::next(app, id, &key).await
}

/// The second step: puts a part where it is not held yet. A destination that fails
/// keeps no other from getting it.
pub async fn put(
    app: &App,
    id: ConversationId,
    frozen: &Frozen,
    destinations: &Destinations,
) -> Result<Fate> {
    let mut stands = Vec::new();
    for placed in destinations.iter() {
        let put = match is_held(app, id, frozen, placed).await? {
            true => Ok(()),
            false if placed.terms.is_paused => Err(destinations::Error::Later { code: "paused" }),
            false => put_to(app, id, frozen, placed).await?,
        };
        stands.push(Stand {
            is_required: placed.terms.is_required,
            is_paused: placed.terms.is_paused,
            is_held: put.is_ok(),
            is_worth_retrying: put.err().is_none_or(destinations::Error::is_worth_retrying),
        });
    }
    let now = app.clock.now();
    let grace = app.sections().timing.grace_seconds;
    Ok(fate::of(&stands, frozen.tried_since, frozen.since.plus_seconds(grace), now))
}

async fn is_held(app: &App, id: ConversationId, frozen: &Frozen, placed: &Placed) -> Result<bool> {
    let (part, wanted) = (frozen.part, wanted(&placed.terms, frozen));
    let placed = placed.clone();
    app.db.read(move |tx| receipts::holds(tx, id, part, &placed, wanted)).await
}

/// How many documents of a part a destination is to have.
fn wanted(terms: &protocol::destination::Terms, frozen: &Frozen) -> usize {
    editions::of_destination(terms, &frozen.documents).map_or(0, |documents| documents.len())
}

/// Puts the part to one destination, and keeps the receipts or the reason.
async fn put_to(
    app: &App,
    id: ConversationId,
    frozen: &Frozen,
    placed: &Placed,
) -> Result<std::result::Result<(), destinations::Error>> {
    let now = app.clock.now();
    if let Some(code) = app.rests.code(&placed.place, now) {
        return Ok(Err(destinations::Error::Later { code }));
    }
    let Some(documents) = editions::of_destination(&placed.terms, &frozen.documents) else {
        note(app, id, &placed.name, "not_sealed_yet").await?;
        // It was frozen before this destination was sealed, or before there were keys.
        if app.db.read(readers::proved).await?.is_some() {
            freeze::begin_anew(app, id, frozen).await?;
        }
        return Ok(Err(destinations::Error::Later { code: "not_sealed_yet" }));
    };
    let put = match &placed.to {
        Ok(destination) => put_one(destination, &documents).await,
        Err(error) => Err(*error),
    };
    match put {
        Ok(receipts) => {
            receive(app, id, frozen.part, placed.clone(), receipts).await?;
            if app.rests.answered(&placed.place) {
                replay::wake(app).await?;
            }
            Ok(Ok(()))
        }
        Err(error) => {
            let code = error.code();
            tracing::warn!(destination = placed.name, code, "a delivery failed; it is tried again");
            note(app, id, &placed.name, code).await?;
            match (error, &placed.to) {
                (destinations::Error::Exists, Ok(destination)) => {
                    let key = key_of(app, id).await?;
                    adopt::adopt(app, id, &key, frozen, destination).await?;
                }
                _ => app.rests.failed(placed.place, code, app.clock.now()),
            }
            Ok(Err(error))
        }
    }
}

async fn put_one(
    destination: &Destination,
    documents: &[&Document],
) -> std::result::Result<Vec<Receipt>, destinations::Error> {
    let mut receipts = Vec::new();
    for document in documents {
        let receipt = destination.put(document).await?;
        if receipt.sha256 != document.sha256() {
            return Err(destinations::Error::Later { code: "other_hash" });
        }
        if !receipt.level.is_enough_to_shred() {
            return Err(destinations::Error::Later { code: "receipt_too_weak" });
        }
        receipts.push(receipt);
    }
    Ok(receipts)
}

async fn receive(
    app: &App,
    id: ConversationId,
    part: u32,
    placed: Placed,
    receipts: Vec<Receipt>,
) -> Result<()> {
    app.db
        .write(move |tx| {
            // Shredded meanwhile: a late receipt has nothing to belong to.
            store::load(tx, id)?.ok_or(Error::NotFound)?;
            receipts::insert(tx, id, part, &placed, &receipts)
        })
        .await
}

async fn note(app: &App, id: ConversationId, destination: &str, code: &'static str) -> Result<()> {
    let (now, destination) = (app.clock.now(), destination.to_owned());
    app.db
        .write(move |tx| {
            if freeze::under_way(tx, id)?.is_none() {
                return Ok(());
            }
            receipts::note_error(tx, id, &destination, code, now)
        })
        .await
}

/// The third step: marks a part delivered that every required destination holds, and
/// says what comes next. Does nothing if another node was faster: here the part decides,
/// and not the claim, since what was proved is proved.
pub async fn complete(
    app: &App,
    id: ConversationId,
    frozen: &Frozen,
    destinations: Destinations,
) -> Result<()> {
    let (part, seq) = (frozen.part, frozen.seq);
    let manifest = frozen.documents.last().map(Document::sha256);
    let manifest = manifest.ok_or(Error::broken_because("a part has a manifest"))?;
    let wanted: Vec<_> = destinations.iter().map(|it| wanted(&it.terms, frozen)).collect();
    let (now, timing, install) = (app.clock.now(), app.sections().timing, app.keys.install.clone());
    app.db
        .write(move |tx| {
            let delivered = store::load(tx, id)?.ok_or(Error::NotFound)?;
            if freeze::under_way(tx, id)? != Some((part, seq)) {
                return Ok(());
            }
            for (placed, documents) in destinations.iter().zip(&wanted) {
                if receipts::holds(tx, id, part, placed, *documents)? {
                    continue;
                }
                if placed.terms.is_required {
                    return Err(LATER);
                }
                let detail = format!("part {part} {}", placed.name);
                audit::record_own(tx, now, "transcript.given_up", &delivered.reference, &detail)?;
            }
            freeze::forget(tx, id)?;
            mark(tx, id, part, seq, &manifest)?;
            catalogue::enter(tx, &install, &delivered)?;
            let detail = format!("part {part} manifest {}", HEXLOWER.encode(&manifest));
            audit::record_own(tx, now, "transcript.delivered", &delivered.reference, &detail)?;
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
