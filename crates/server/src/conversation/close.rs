//! Closing: to wrap-up, or with a disposition at once.

use super::access::{self, Agent};
use super::change::Unit;
use super::state::{self, Conversation};
use crate::app::App;
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
    let sections = app.sections();
    let is_known = |code: &String| sections.dispositions.iter().any(|known| known.code == *code);
    if disposition.as_ref().is_some_and(|code| !is_known(code)) {
        return Err(Error::Invalid { field: "disposition", why: "is not in the list" });
    }
    let unit = Unit::new(app, id, Sender::Agent(agent.id), &agent.name).await?;
    let agent = agent.clone();
    app.db
        .write(move |tx| {
            let held = access::to_read(tx, &agent, id)?;
            let change = state::close(held, disposition.clone(), unit.now)?;
            unit.save(tx, change)
        })
        .await
}
