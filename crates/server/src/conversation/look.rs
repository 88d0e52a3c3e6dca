//! A look: a member of staff opens a conversation, and leaves it.
//!
//! Each of the two is an audit entry; the second says what range was on the screen.

use super::access::{self, Agent};
use super::state::Conversation;
use super::store;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::{AccountId, ConversationId};

/// Opens it for reading: the own ones, what waits in the departments, and for a
/// supervisor everything there. Whoever may take a conversation may see what is asked.
pub async fn look_opens(app: &App, agent: &Agent, id: ConversationId) -> Result<Conversation> {
    let (agent, now) = (agent.clone(), app.clock.now());
    app.db
        .write(move |tx| {
            let found = access::to_look(tx, &agent, id)?;
            record(tx, agent.id, now, "conversation.opened", &found.reference, "")?;
            Ok(found)
        })
        .await
}

/// The look is over; what was on the screen is entered even if it is theirs no longer.
pub async fn look_ends(
    app: &App,
    agent: &Agent,
    id: ConversationId,
    from: u64,
    to: u64,
) -> Result<()> {
    let (agent, now) = (agent.id, app.clock.now());
    app.db
        .write(move |tx| {
            let found = store::load(tx, id)?;
            let subject = found.map_or_else(|| id.to_string(), |found| found.reference);
            record(tx, agent, now, "conversation.left", &subject, &format!("{from}-{to}"))
        })
        .await
}

fn record(
    tx: &mut Tx<'_>,
    agent: AccountId,
    at: Millis,
    action: &'static str,
    subject: &str,
    detail: &str,
) -> Result<()> {
    audit::record(tx, &Entry { at, actor: Sender::Agent(agent), action, subject, detail })
}

/// Whether they may still look at what they have open; no entry is made.
pub async fn may_look(app: &App, agent: &Agent, id: ConversationId) -> Result<()> {
    let agent = agent.clone();
    app.db.read(move |tx| access::to_look(tx, &agent, id).map(|_| ())).await
}

/// Whether it is theirs to answer.
pub async fn holds(app: &App, agent: &Agent, id: ConversationId) -> Result<()> {
    let agent = agent.clone();
    app.db
        .read(move |tx| {
            let found = access::to_read(tx, &agent, id)?;
            let is_theirs = found.agent.is_some_and(|held| held.id == agent.id);
            if is_theirs { Ok(()) } else { Err(Error::NotFound) }
        })
        .await
}
