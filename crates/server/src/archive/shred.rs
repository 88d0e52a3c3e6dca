//! The live shred: in one transaction the wrapped key, the rows and the jobs go,
//! and the audit chain gets the tombstone.

use crate::app::App;
use crate::audit::{self, Entry};
use crate::conversation::store;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::ConversationId;
use crate::values;
use protocol::event::State;

/// Destroys a delivered conversation's key and everything that it sealed.
pub async fn shred(app: &App, id: ConversationId) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let found = store::load(tx, id)?.ok_or(Error::NotFound)?;
            let receipts =
                tx.count("select count(*) from receipt where conversation = $1", values![&id])?;
            // No key goes before the receipt.
            if found.state != State::Delivered || receipts == 0 {
                return Err(Error::WrongState);
            }
            tx.run("delete from event where conversation = $1", values![&id])?;
            tx.run("delete from conversation where id = $1", values![&id])?;
            tx.run("delete from job where subject = $1", values![&id])?;
            tx.run(
                "update catalogue set shredded_at = $1 where reference = $2",
                values![now, &found.reference],
            )?;
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
