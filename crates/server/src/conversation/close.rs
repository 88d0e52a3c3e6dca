//! Closing: to wrap-up, or with a disposition at once.

use super::access::{self, Agent};
use super::keyring::key_of;
use super::state::{self, Conversation};
use super::store::{self, By};
use crate::app::App;
use crate::bus::Topic;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::ConversationId;

/// Ends it, or finishes its wrap-up.
pub async fn close(
    app: &App,
    agent: &Agent,
    id: ConversationId,
    disposition: Option<String>,
) -> Result<Conversation> {
    let (agent, now, sections) = (agent.clone(), app.clock.now(), app.sections());
    let is_known = |code: &String| sections.dispositions.iter().any(|known| known.code == *code);
    if disposition.as_ref().is_some_and(|code| !is_known(code)) {
        return Err(Error::Invalid { field: "disposition", why: "is not in the list" });
    }
    let key = key_of(app, id).await?;
    app.db
        .write(move |tx| {
            let held = access::to_read(tx, &agent, id)?;
            let change = state::close(held, agent.id, disposition.clone(), now)?;
            let by = By {
                sender: Sender::Agent(agent.id),
                name: &agent.name,
                now,
                key: &key,
                timing: &sections.timing,
            };
            let after = store::save(tx, &by, change)?;
            tx.ring(Topic::Account(agent.id), after.seq);
            Ok(after)
        })
        .await
}
