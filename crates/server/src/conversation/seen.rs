//! How far each side has read. It never moves back, and never past the last.

use super::access::{self, Agent};
use crate::app::App;
use crate::bus::Topic;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Kind;
use crate::ids::ConversationId;
use crate::values;

/// The visitor's screen showed everything up to this number, as they count.
pub async fn visitor_saw(
    app: &App,
    token_hash: [u8; 32],
    id: ConversationId,
    number: u64,
) -> Result<()> {
    app.db
        .write(move |tx| {
            let found = access::of_visitor(tx, &token_hash, id)?;
            let seen = number.min(found.shown);
            if seen <= found.visitor_seen {
                return Ok(());
            }
            tx.run("update conversation set visitor_seen = $1 where id = $2", values![seen, &id])?;
            tx.ring(Topic::View(id), found.seq);
            Ok(())
        })
        .await
}

/// The agent's screen showed everything up to this seq. Only who holds it reads for it.
pub async fn agent_saw(app: &App, agent: &Agent, id: ConversationId, number: u64) -> Result<()> {
    let agent = agent.clone();
    app.db
        .write(move |tx| {
            let found = access::to_read(tx, &agent, id)?;
            if found.agent.as_ref().is_none_or(|held| held.id != agent.id) {
                return Err(Error::NotFound);
            }
            let seen = number.min(found.seq);
            if seen <= found.agent_seen {
                return Ok(());
            }
            let unread = unread_after(tx, id, seen)?;
            tx.run(
                "update conversation set agent_seen = $1, unread = $2 where id = $3",
                values![seen, unread, &id],
            )?;
            tx.ring(Topic::View(id), found.seq);
            tx.ring(Topic::Account(agent.id), found.seq);
            Ok(())
        })
        .await
}

/// Up to which seq the visitor has read, for staff.
pub async fn visitor_seen(app: &App, id: ConversationId) -> Result<u64> {
    let read = app.db.read(move |tx| {
        tx.row(
            "select coalesce(max(e.seq), 0) from conversation c join event e on e.conversation = c.id \
             where c.id = $1 and e.shown > 0 and e.shown <= c.visitor_seen",
            values![&id],
            |row| row.number(0),
        )
    });
    Ok(read.await?.unwrap_or(0))
}

/// What the visitor wrote after a seq.
fn unread_after(tx: &mut Tx<'_>, id: ConversationId, seq: u64) -> Result<i64> {
    tx.count(
        "select count(*) from event where conversation = $1 and seq > $2 and kind = $3 and sender_kind = $4",
        values![&id, seq, Kind::Message.code(), "visitor"],
    )
}
