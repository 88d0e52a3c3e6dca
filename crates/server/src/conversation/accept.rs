//! Accepting a waiting conversation.
//!
//! Two agents may press at once: the row decides, and the second is told who
//! was faster. Rings go out after the commit, so nobody is called to a missing row.

use super::access::{self, Agent};
use super::keyring::key_of;
use super::state::{self, Conversation};
use super::store::{self, By};
use crate::app::App;
use crate::bus::Topic;
use crate::error::Result;
use crate::events::Sender;
use crate::ids::ConversationId;

/// Takes it; of two the row decides.
pub async fn accept(app: &App, agent: &Agent, id: ConversationId) -> Result<Conversation> {
    let key = key_of(app, id).await?;
    let (agent, now, sections) = (agent.clone(), app.clock.now(), app.sections());
    app.db
        .write(move |tx| {
            let waiting = access::to_take(tx, &agent, id)?;
            let name = state::Agent { id: agent.id, name: agent.name.clone() };
            let accepted = state::accept(waiting, name, now)?;
            let by = By {
                sender: Sender::Agent(agent.id),
                name: &agent.name,
                now,
                key: &key,
                timing: &sections.timing,
            };
            let after = store::save(tx, &by, accepted)?;
            tx.ring(Topic::Queue(after.department.clone()), 0);
            tx.ring(Topic::Account(agent.id), after.seq);
            Ok(after)
        })
        .await
}
