//! The only door to a conversation.
//!
//! Foreign and absent are the same answer. A look is audited where it begins.

use protocol::event::State;

use super::state::Conversation;
use super::store;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::identity::{Account, Right};
use crate::ids::{AccountId, ConversationId, Secret};
use crate::values;

/// Who asks, on the staff's side.
#[derive(Debug, Clone)]
pub struct Agent {
    pub id: AccountId,
    pub name: String,
    /// May read and steer every conversation of the own departments.
    pub is_supervisor: bool,
    pub departments: Vec<String>,
}

impl Agent {
    /// An account as conversations know it.
    pub fn of(account: &Account) -> Self {
        Self {
            id: account.id,
            name: account.display_name.clone(),
            is_supervisor: Right::Oversee.is_of(account.role),
            departments: account.departments.clone(),
        }
    }
}

/// A visitor's hello: their conversation, and the token for the next one.
///
/// The token that they came with stays good until the new one first opens a
/// connection: an answer that is lost locks nobody out.
pub async fn admit_visitor(app: &App, token_hash: [u8; 32]) -> Result<(ConversationId, Secret)> {
    let next = Secret::fresh();
    let next_hash = next.hash();
    let id = app
        .db
        .write(move |tx| {
            let found = for_visitor(tx, &token_hash)?;
            tx.run(
                "update conversation set token_hash = $1, next_token_hash = $2 where id = $3",
                values![&token_hash, &next_hash, &found.id],
            )?;
            Ok(found.id)
        })
        .await?;
    Ok((id, next))
}

/// The conversation of a visitor's token hash.
pub fn for_visitor(tx: &mut Tx<'_>, token_hash: &[u8; 32]) -> Result<Conversation> {
    let id = tx.row(
        "select id from conversation where token_hash = $1 or next_token_hash = $2",
        values![token_hash, token_hash],
        |row| row.conversation(0),
    )?;
    store::load(tx, id.ok_or(Error::SignedOut)?)?.ok_or(Error::SignedOut)
}

/// The conversation of a visitor's token hash, if it is the one they name.
pub fn of_visitor(
    tx: &mut Tx<'_>,
    token_hash: &[u8; 32],
    id: ConversationId,
) -> Result<Conversation> {
    let is_theirs = tx.count(
        "select count(*) from conversation where id = $1 and (token_hash = $2 or next_token_hash = $3)",
        values![&id, token_hash, token_hash],
    )?;
    if is_theirs == 0 {
        for_visitor(tx, token_hash)?;
        return Err(Error::NotFound);
    }
    store::load(tx, id)?.ok_or(Error::SignedOut)
}

/// A conversation that an agent may read: their own, or their department's as a supervisor.
pub fn to_read(tx: &mut Tx<'_>, agent: &Agent, id: ConversationId) -> Result<Conversation> {
    let found = in_department(tx, agent, id)?;
    let is_own = found.agent.as_ref().is_some_and(|held| held.id == agent.id);
    if is_own || agent.is_supervisor { Ok(found) } else { Err(Error::NotFound) }
}

/// A conversation that an agent may look at: what they may read, and what waits for
/// somebody of their departments to take it.
pub fn to_look(tx: &mut Tx<'_>, agent: &Agent, id: ConversationId) -> Result<Conversation> {
    let found = in_department(tx, agent, id)?;
    if found.state == State::Waiting { Ok(found) } else { to_read(tx, agent, id) }
}

/// A conversation of the agent's departments that they may take.
pub fn to_take(tx: &mut Tx<'_>, agent: &Agent, id: ConversationId) -> Result<Conversation> {
    in_department(tx, agent, id)
}

fn in_department(tx: &mut Tx<'_>, agent: &Agent, id: ConversationId) -> Result<Conversation> {
    store::load(tx, id)?
        .filter(|found| agent.departments.contains(&found.department))
        .ok_or(Error::NotFound)
}
