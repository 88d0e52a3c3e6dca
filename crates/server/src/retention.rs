//! The hard shred: a past day's epoch key is destroyed.
//!
//! What is still open, undelivered or on hold is wrapped anew under today's key
//! first, in the same unit of work that retires the old one; then the file goes.
//! A copy of the database from before opens nothing of that day afterwards.

use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::keys::ConversationKey;
use crate::values;

/// Destroys the key of every day before today; how many that were.
pub async fn hard_shred(app: &App) -> Result<u32> {
    let now = app.clock.now();
    let today = now.day();
    let fresh = app.keys.epochs.ensure(&app.db, &today).await?;
    let epochs = app.keys.epochs.clone();
    let retire = app.db.write(move |tx| {
        let past = tx.rows(
            "select day, file from epoch where day < $1 and destroyed_at is null",
            values![today.as_str()],
            |row| Ok((row.text(0)?, row.text(1)?)),
        )?;
        for (day, _) in &past {
            let old = epochs.known(tx, day)?;
            let held = tx.rows(
                "select id, wrapped_key from conversation where epoch = $1",
                values![day],
                |row| Ok((row.conversation(0)?, row.blob(1)?)),
            )?;
            for (id, wrapped) in held {
                let anew = ConversationKey::unwrap(&old, id, &wrapped)?.wrap(&fresh, id);
                tx.run(
                    "update conversation set epoch = $1, wrapped_key = $2 where id = $3",
                    values![today.as_str(), &anew, &id],
                )?;
            }
            let entry = Entry {
                at: now,
                actor: Sender::System,
                action: "epoch.destroyed",
                subject: day,
                detail: "",
            };
            audit::record(tx, &entry)?;
            tx.run("update epoch set destroyed_at = $1 where day = $2", values![now, day])?;
        }
        Ok(past)
    });
    let past = retire.await?;
    for (day, file) in &past {
        app.keys.epochs.destroy(day, file)?;
    }
    sweep(app).await?;
    u32::try_from(past.len()).map_err(|_| Error::broken_because("fewer days than that"))
}

/// A crash between the commit and the file's end leaves a retired key: it goes now.
pub async fn sweep(app: &App) -> Result<()> {
    let retired = app.db.read(|tx| {
        tx.rows("select day, file from epoch where destroyed_at is not null", values![], |row| {
            Ok((row.text(0)?, row.text(1)?))
        })
    });
    for (day, file) in retired.await? {
        app.keys.epochs.destroy(&day, &file)?;
    }
    Ok(())
}

/// What is done once a day, and at each start.
pub async fn daily(app: &App) -> Result<()> {
    hard_shred(app).await.map(|_| ())
}
