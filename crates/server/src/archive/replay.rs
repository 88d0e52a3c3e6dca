//! Everything that waits is tried at once: somebody mended a destination, or asked.

use crate::app::App;
use crate::audit::{self, Entry};
use crate::bus::Topic;
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::{AccountId, ConversationId};
use crate::jobs;
use crate::values;

/// The code of a job that waits for a person.
pub(super) const STUCK: &str = "stuck";

/// The settings changed: what waits for a destination may have a better one now.
pub async fn all(app: &App) -> Result<()> {
    app.rests.end();
    let now = app.clock.now();
    app.db.write(move |tx| try_all(tx, now).map(|_| ())).await
}

/// A place answers again: what waits its turn need not wait longer.
pub(super) async fn wake(app: &App) -> Result<()> {
    let now = app.clock.now();
    app.db.write(move |tx| waiting_now(tx, now).map(|_| ())).await
}

/// Somebody asks for it; how many conversations are tried again.
pub async fn asked(app: &App, by: Option<AccountId>, reference: Option<String>) -> Result<u32> {
    app.rests.end();
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let tried = match &reference {
                None => try_all(tx, now)?,
                Some(reference) => try_one(tx, reference, now)?,
            };
            let entry = Entry {
                at: now,
                actor: by.map_or(Sender::System, Sender::Agent),
                action: "transcript.replayed",
                subject: reference.as_deref().unwrap_or_default(),
                detail: &tried.to_string(),
            };
            audit::record(tx, &entry)?;
            Ok(tried)
        })
        .await
}

/// In a statement for all: thousands may wait, and people talk meanwhile.
fn try_all(tx: &mut Tx<'_>, now: Millis) -> Result<u32> {
    tx.run(
        "update delivery set tried_since = $1, stuck_at = null where stuck_at is not null",
        values![now],
    )?;
    // Parked ones come back too.
    let parked = tx.touched(
        "update job set due_at = $1, lease_until = null, attempts = 1, last_error = null where kind = $2 and last_error = $3",
        values![now, jobs::Kind::Deliver.code(), STUCK],
    )?;
    Ok(waiting_now(tx, now)? + u32::try_from(parked).unwrap_or(u32::MAX))
}

fn waiting_now(tx: &mut Tx<'_>, now: Millis) -> Result<u32> {
    let tried = tx.touched(
        "update job set due_at = $1, lease_until = null, attempts = 0, last_error = null \
         where kind = $2 and attempts > 0 and due_at > $3 and (last_error is null or last_error <> $4)",
        values![now, jobs::Kind::Deliver.code(), now, STUCK],
    )?;
    tx.ring(Topic::Jobs, u64::try_from(now.0).unwrap_or(0));
    Ok(u32::try_from(tried).unwrap_or(u32::MAX))
}

fn try_one(tx: &mut Tx<'_>, reference: &str, now: Millis) -> Result<u32> {
    let id = waiting(tx, reference)?.ok_or(Error::NotFound)?;
    tx.run(
        "update delivery set tried_since = $1, stuck_at = null where conversation = $2",
        values![now, &id],
    )?;
    jobs::schedule(tx, jobs::Kind::Deliver, id, now).map(|()| 1)
}

fn waiting(tx: &mut Tx<'_>, reference: &str) -> Result<Option<ConversationId>> {
    tx.row(
        "select c.id from conversation c join job j on j.subject = c.id \
         where c.reference = $1 and j.kind = $2 and j.attempts > 0",
        values![reference, jobs::Kind::Deliver.code()],
        |row| row.conversation(0),
    )
}
