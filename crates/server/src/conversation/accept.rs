//! Accepting a waiting conversation.
//!
//! Two agents may press at once: the row decides, and the second is told who
//! was faster. Rings go out after the commit, so nobody is called to a missing row.

use super::access::{self, Agent};
use super::capacity;
use super::change::Unit;
use super::state::{self, Conversation};
use crate::app::App;
use crate::error::Result;
use crate::events::Sender;
use crate::ids::ConversationId;

/// Takes it; of two the row decides.
///
/// # Errors
/// `AcceptedBy` for the second, `AtCapacity` for who has as many as they may have.
pub async fn accept(app: &App, agent: &Agent, id: ConversationId) -> Result<Conversation> {
    let unit = Unit::new(app, id, Sender::Agent(agent.id), &agent.name).await?;
    let agent = agent.clone();
    app.db
        .write(move |tx| {
            let waiting = access::to_take(tx, &agent, id)?;
            let name = state::Agent { id: agent.id, name: agent.name.clone() };
            let accepted = state::accept(waiting, name, unit.now)?;
            capacity::must_have_room(tx, agent.id)?;
            unit.save(tx, accepted)
        })
        .await
}
