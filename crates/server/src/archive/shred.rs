//! The live shred: in one transaction the wrapped key, the rows and the jobs go,
//! and the audit chain gets the tombstone.

use super::fate::{self, Kept, Shredding};
use super::{build, catalogue, freeze};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::conversation::store;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::ConversationId;
use crate::jobs::{self, Job};
use crate::values;
use protocol::event::State;

/// Destroys a delivered conversation's key and everything that it sealed.
///
/// What came after the last delivery is delivered first, and what is on hold waits.
pub async fn shred(app: &App, job: Job) -> Result<()> {
    let (id, now) = (job.subject, app.clock.now());
    app.db
        .write(move |tx| {
            let found = store::load(tx, id)?.ok_or(Error::NotFound)?;
            if !jobs::is_ours(tx, job)? {
                return Ok(());
            }
            let delivered = build::delivered(tx, id)?;
            let kept = Kept {
                is_delivered: found.state == State::Delivered,
                parts: u64::from(delivered.parts),
                parts_held: parts_held(tx, id)?,
                is_newer: found.seq > delivered.seq || freeze::under_way(tx, id)?.is_some(),
                is_on_hold: is_on_hold(tx, id)?,
            };
            match fate::shredding(&kept) {
                Shredding::Wrong => return Err(Error::WrongState),
                Shredding::DeliverFirst => {
                    jobs::finish(tx, job)?;
                    return jobs::schedule(tx, jobs::Kind::Deliver, id, now);
                }
                Shredding::Wait => {
                    return jobs::look_again(tx, job, now, "on_hold");
                }
                Shredding::Go => {}
            }
            delete(tx, id)?;
            catalogue::mark_shredded(tx, &found.reference, now)?;
            let entry = Entry {
                at: now,
                actor: Sender::System,
                action: "conversation.shredded",
                subject: &found.reference,
                detail: "",
            };
            audit::record(tx, &entry)?;
            tx.forget(id);
            Ok(())
        })
        .await
}

fn parts_held(tx: &mut Tx<'_>, id: ConversationId) -> Result<u64> {
    let parts =
        tx.count("select count(distinct part) from receipt where conversation = $1", values![&id])?;
    Ok(u64::try_from(parts).unwrap_or(0))
}

fn is_on_hold(tx: &mut Tx<'_>, id: ConversationId) -> Result<bool> {
    let held = tx.count("select is_held from conversation where id = $1", values![&id])?;
    Ok(held != 0)
}

/// The catalogue keeps what the receipts said.
fn delete(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    freeze::forget(tx, id)?;
    tx.run("delete from receipt where conversation = $1", values![&id])?;
    tx.run("delete from event where conversation = $1", values![&id])?;
    tx.run("delete from conversation where id = $1", values![&id])?;
    tx.run("delete from job where subject = $1", values![&id])?;
    Ok(())
}
