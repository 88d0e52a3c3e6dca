//! What may not stay: keys of past days, and what is left of shredded conversations.
//!
//! The hard shred destroys a past day's epoch key. What is still open, undelivered
//! or on hold is wrapped anew under today's key first, in the same unit of work
//! that retires the old one; then the file goes. A copy of the database from before
//! opens nothing of that day afterwards.

use std::sync::Arc;

use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::Result;
use crate::identity::throttle;
use crate::ids::ConversationId;
use crate::jobs;
use crate::keys::{ConversationKey, Epochs, Sealing};
use crate::values;

const DAY_SECONDS: u32 = 24 * 60 * 60;

/// Everything that a day's end brings. May run at any time and as often as you
/// like; what fails keeps nothing else from being done and is tried at the next run.
pub async fn daily(app: &App) -> Result<()> {
    let shredded = hard_shred(app).await.map(|_| ());
    let swept = sweep(app).await;
    let expired = expire(app).await;
    let revived = revive(app).await;
    shredded.and(swept).and(expired).and(revived)
}

/// Destroys the key of every day before today; how many that were.
///
/// A day whose key cannot be read while conversations rely on it stays as it is
/// and keeps no other day's key alive.
pub async fn hard_shred(app: &App) -> Result<u32> {
    let today = app.clock.now().day();
    let fresh = app.keys.epochs.ensure(&app.db, &today).await?;
    let before = today.clone();
    let past = app.db.read(move |tx| living_before(tx, &before)).await?;
    let (mut destroyed, mut failed) = (0, None);
    for (day, file) in past {
        match retire(app, &day, &today, &fresh).await {
            Ok(()) => {
                app.keys.epochs.destroy(&day, &file)?;
                destroyed += 1;
            }
            Err(error) => {
                tracing::error!(day, %error, "a past day's key could not be destroyed");
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(destroyed), Err)
}

fn living_before(tx: &mut Tx<'_>, day: &str) -> Result<Vec<(String, String)>> {
    tx.rows(
        "select day, file from epoch where day < $1 and destroyed_at is null order by day",
        values![day],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Wraps anew what relies on a day's key, and marks the key destroyed.
async fn retire(app: &App, day: &str, today: &str, fresh: &Arc<Sealing>) -> Result<()> {
    let (now, epochs, fresh) = (app.clock.now(), app.keys.epochs.clone(), fresh.clone());
    let (day, today) = (day.to_owned(), today.to_owned());
    app.db
        .write(move |tx| {
            // From here on no start on any node can rely on it; whoever does is found below.
            if !epochs.is_held_to_retire(tx, &day)? {
                // Another node was faster.
                return Ok(());
            }
            wrap_anew(tx, &epochs, &day, &today, &fresh)?;
            tx.run("update epoch set destroyed_at = $1 where day = $2", values![now, &day])?;
            audit::record_own(tx, now, "epoch.destroyed", &day, "")
        })
        .await
}

fn wrap_anew(
    tx: &mut Tx<'_>,
    epochs: &Epochs,
    day: &str,
    today: &str,
    fresh: &Sealing,
) -> Result<()> {
    let held = tx.rows(
        "select id, wrapped_key from conversation where epoch = $1",
        values![day],
        |row| Ok((row.conversation(0)?, row.blob(1)?)),
    )?;
    if held.is_empty() {
        return Ok(());
    }
    let old = epochs.known(tx, day)?;
    for (id, wrapped) in held {
        let anew = ConversationKey::unwrap(&old, id, &wrapped)?.wrap(fresh, id);
        tx.run(
            "update conversation set epoch = $1, wrapped_key = $2 where id = $3",
            values![today, &anew, &id],
        )?;
    }
    Ok(())
}

/// A crash between the commit and the file's end leaves a retired key, one between
/// two nodes' files and the row leaves the loser's: they go now.
pub async fn sweep(app: &App) -> Result<()> {
    let epochs = app.db.read(|tx| {
        tx.rows("select day, file, destroyed_at from epoch", values![], |row| {
            Ok((row.text(0)?, row.text(1)?, row.opt_millis(2)?.is_some()))
        })
    });
    let epochs = epochs.await?;
    for (day, file, _) in epochs.iter().filter(|(_, _, is_destroyed)| *is_destroyed) {
        app.keys.epochs.destroy(day, file)?;
    }
    let named = epochs.into_iter().map(|(day, file, _)| (day, file)).collect();
    // A day's key may still be in the making shortly after its midnight.
    let yesterday = app.clock.now().minus_seconds(DAY_SECONDS).day();
    app.keys.epochs.destroy_lost(&named, &yesterday)
}

/// Rows whose time is over: catalogue, what shredded conversations left, sessions, tries to sign in.
async fn expire(app: &App) -> Result<()> {
    let (now, days) = (app.clock.now(), app.sections().retention.catalogue_days);
    let oldest = Millis(now.0 - i64::from(days) * i64::from(DAY_SECONDS) * 1000);
    app.db
        .write(move |tx| {
            let expired = expire_catalogue(tx, oldest)?;
            if expired > 0 {
                audit::record_own(tx, now, "catalogue.expired", "", &expired.to_string())?;
            }
            remove_receipts_without_conversation(tx)?;
            remove_jobs_without_conversation(tx)?;
            end_tickets(tx, now)?;
            end_sessions(tx, now)?;
            throttle::expire(tx, now)
        })
        .await
}

/// Every ending delivers and every delivery is followed by a shred: where the job
/// for it is missing, for whatever reason, or waits too long, it is due now.
async fn revive(app: &App) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            for (kind, id) in without_job(tx)? {
                tracing::error!(job = kind.code(), "a conversation lacked its job");
                jobs::schedule(tx, kind, id, now)?;
            }
            jobs::bring_near(tx, now)
        })
        .await
}

fn without_job(tx: &mut Tx<'_>) -> Result<Vec<(jobs::Kind, ConversationId)>> {
    let mut found = Vec::new();
    for (state, kind) in [("closed", jobs::Kind::Deliver), ("delivered", jobs::Kind::Shred)] {
        let ids = tx.rows(
            "select id from conversation where state = $1 and not exists (\
               select 1 from job where subject = conversation.id and kind in ($2, $3)) /* locked */",
            values![state, jobs::Kind::Deliver.code(), jobs::Kind::Shred.code()],
            |row| row.conversation(0),
        )?;
        found.extend(ids.into_iter().map(|id| (kind, id)));
    }
    Ok(found)
}

/// A row stays at least until its conversation is shredded.
fn expire_catalogue(tx: &mut Tx<'_>, oldest: Millis) -> Result<usize> {
    tx.touched(
        "delete from catalogue where created_at < $1 and shredded_at is not null",
        values![oldest],
    )
}

fn remove_receipts_without_conversation(tx: &mut Tx<'_>) -> Result<()> {
    tx.run(
        "delete from receipt where conversation not in (select id from conversation)",
        values![],
    )?;
    Ok(())
}

fn remove_jobs_without_conversation(tx: &mut Tx<'_>) -> Result<()> {
    tx.run(
        "delete from job where kind in ($1, $2) and subject not in (select id from conversation)",
        values![jobs::Kind::Deliver.code(), jobs::Kind::Shred.code()],
    )?;
    Ok(())
}

fn end_tickets(tx: &mut Tx<'_>, now: Millis) -> Result<()> {
    tx.run(
        "delete from ticket where ends_at <= $1 or session in (select hash from session where ends_at <= $2)",
        values![now, now],
    )?;
    Ok(())
}

fn end_sessions(tx: &mut Tx<'_>, now: Millis) -> Result<()> {
    tx.run("delete from session where ends_at <= $1", values![now])?;
    Ok(())
}
