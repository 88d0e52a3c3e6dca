//! What other nodes did and nobody rang here: one slow look a node, never one a socket.
//!
//! A node that dies between its commit and its ring, or a bus that was away, costs
//! those who listen a delay and no message.

use std::collections::HashSet;

use crate::app::App;
use crate::bus::{Ring, Topic};
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{AccountId, ConversationId};
use crate::values;

/// What ended this lately may still have listeners.
const ENDED_SECONDS: u32 = 120;

/// An open conversation, as far as others care.
struct Open {
    id: ConversationId,
    seq: u64,
    department: String,
    agent: Option<AccountId>,
}

/// Rings here what was committed elsewhere and never rung.
pub async fn catch_up(app: &App) -> Result<()> {
    let since = app.clock.now().minus_seconds(ENDED_SECONDS);
    let open = app.db.read(move |tx| open(tx, since)).await?;
    let missed = open.iter().filter(|one| app.bus.has_missed(one.id, one.seq));
    let mut rings = Vec::new();
    for one in missed {
        let ring = |topic| Ring { topic, number: one.seq };
        rings.push(ring(Topic::Conversation(one.id)));
        rings.push(ring(Topic::View(one.id)));
        rings.push(ring(Topic::Queue(one.department.clone())));
        rings.push(ring(Topic::Line(one.department.clone())));
        rings.extend(one.agent.map(|agent| ring(Topic::Account(agent))));
    }
    for ring in &rings {
        app.recent.hears(ring);
        app.bus.ring_here(ring);
    }
    let ids: HashSet<ConversationId> = open.into_iter().map(|one| one.id).collect();
    app.bus.keep_only(&ids);
    Ok(())
}

/// After the bus was away: everything that many share is looked at anew as well.
pub async fn catch_up_all(app: &App) -> Result<()> {
    catch_up(app).await?;
    app.bus.ring_lists();
    app.bus.ring_here(&Ring { topic: Topic::Settings, number: 0 });
    Ok(())
}

fn open(tx: &mut Tx<'_>, since: Millis) -> Result<Vec<Open>> {
    tx.rows(
        "select id, seq, department, agent from conversation \
         where state in ('waiting', 'active', 'wrap_up') or since >= $1",
        values![since],
        |row| {
            Ok(Open {
                id: row.conversation(0)?,
                seq: row.number(1)?,
                department: row.text(2)?,
                agent: row.opt_account(3)?,
            })
        },
    )
}
