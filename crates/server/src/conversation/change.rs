//! The verbs that only change the state: one pattern, one line each.
//!
//! Load through the door, ask [`state`], save, ring. What a verb allows is in
//! [`state`]; who may use it is in [`access`].

use std::sync::Arc;

use protocol::event::State;

use super::access::{self, Agent};
use super::capacity;
use super::keyring::key_of;
use super::presence::{self, Who};
use super::state::{self, Change, Conversation, Silence};
use super::store::{self, By};
use crate::app::App;
use crate::bus::Topic;
use crate::clock::Millis;
use crate::config::sections::{Sections, Timing};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::ConversationId;
use crate::jobs;
use crate::keys::ConversationKey;

/// What a unit of work needs besides its transaction.
pub(super) struct Unit {
    sender: Sender,
    name: String,
    pub(super) now: Millis,
    key: Arc<ConversationKey>,
    sections: Arc<Sections>,
}

impl Unit {
    pub(super) async fn new(
        app: &App,
        id: ConversationId,
        sender: Sender,
        name: &str,
    ) -> Result<Self> {
        let key = key_of(app, id).await?;
        let (name, sections) = (name.to_owned(), app.sections());
        Ok(Self { sender, name, now: app.clock.now(), key, sections })
    }

    fn timing(&self) -> &Timing {
        &self.sections.timing
    }

    pub(super) fn save(&self, tx: &mut Tx<'_>, change: Change) -> Result<Conversation> {
        let by = By {
            sender: self.sender,
            name: &self.name,
            now: self.now,
            key: &self.key,
            timing: self.timing(),
        };
        // Who loses it is told as well as who gets it.
        let before = store::load(tx, change.after.id)?.ok_or(Error::NotFound)?;
        ring_all(tx, &before);
        let after = store::save(tx, &by, change)?;
        let waits_again = before.state != State::Waiting && after.state == State::Waiting;
        if waits_again && !presence::is_there(tx, Who::Visitor(after.id))? {
            let due = self.now.plus_seconds(self.timing().abandon_seconds);
            jobs::schedule(tx, jobs::Kind::VisitorGone, after.id, due)?;
        }
        ring_all(tx, &after);
        tx.ring(Topic::View(after.id), after.seq);
        tx.ring(Topic::Staff, 0);
        Ok(after)
    }
}

/// For a change of state: the department's queue, and whoever has or is offered it.
fn ring_all(tx: &mut Tx<'_>, conversation: &Conversation) {
    tx.ring(Topic::Queue(conversation.department.clone()), conversation.seq);
    if conversation.state == State::Waiting {
        tx.ring(Topic::Line(conversation.department.clone()), conversation.seq);
    }
    let held = conversation.agent.as_ref();
    let offered = conversation.offer.as_ref().map(|offer| &offer.to);
    for agent in held.into_iter().chain(offered) {
        tx.ring(Topic::Account(agent.id), conversation.seq);
    }
}

/// For a change within a state: the list that the conversation stands in.
pub(super) fn ring_lists(tx: &mut Tx<'_>, conversation: &Conversation) {
    match &conversation.agent {
        Some(agent) => tx.ring(Topic::Account(agent.id), conversation.seq),
        None => tx.ring(Topic::Queue(conversation.department.clone()), conversation.seq),
    }
}

/// Offers a waiting conversation to a colleague of the same department.
pub async fn assign(
    app: &App,
    agent: &Agent,
    id: ConversationId,
    to: &Agent,
) -> Result<Conversation> {
    let unit = Unit::new(app, id, Sender::Agent(agent.id), &agent.name).await?;
    let (agent, to) = (agent.clone(), to.clone());
    app.db
        .write(move |tx| {
            let waiting = access::to_take(tx, &agent, id)?;
            if !to.departments.contains(&waiting.department) {
                return Err(Error::Invalid {
                    field: "agent",
                    why: "does not work in this department",
                });
            }
            let named = state::Agent { id: to.id, name: to.name.clone() };
            let change = state::assign(waiting, named, unit.timing(), unit.now)?;
            capacity::must_have_room(tx, to.id)?;
            unit.save(tx, change)
        })
        .await
}

/// Hands it to a department or to an agent there.
pub async fn transfer(
    app: &App,
    agent: &Agent,
    id: ConversationId,
    department: &str,
    to: Option<&Agent>,
) -> Result<Conversation> {
    if !app.sections().departments.iter().any(|known| known.id == department) {
        return Err(Error::Invalid { field: "to", why: "is not a department here" });
    }
    if to.is_some_and(|to| !to.departments.iter().any(|held| held == department)) {
        return Err(Error::Invalid { field: "to", why: "does not work in this department" });
    }
    let unit = Unit::new(app, id, Sender::Agent(agent.id), &agent.name).await?;
    let to = to.map(|to| state::Agent { id: to.id, name: to.name.clone() });
    let (agent, department) = (agent.clone(), department.to_owned());
    app.db
        .write(move |tx| {
            let held = access::to_read(tx, &agent, id)?;
            let change =
                state::transfer(held, department.clone(), to.clone(), unit.timing(), unit.now)?;
            if let Some(to) = &to {
                capacity::must_have_room(tx, to.id)?;
            }
            unit.save(tx, change)
        })
        .await
}

/// Takes up again what ended, within the grace time.
pub async fn reopen(app: &App, agent: &Agent, id: ConversationId) -> Result<Conversation> {
    let unit = Unit::new(app, id, Sender::Agent(agent.id), &agent.name).await?;
    let agent = agent.clone();
    app.db
        .write(move |tx| {
            let ended = access::to_read(tx, &agent, id)?;
            let by = state::Agent { id: agent.id, name: agent.name.clone() };
            let change = state::reopen(ended, by, unit.now)?;
            capacity::must_have_room(tx, agent.id)?;
            unit.save(tx, change)
        })
        .await
}

/// The visitor ends it.
pub async fn end(app: &App, token_hash: [u8; 32], id: ConversationId) -> Result<Conversation> {
    let unit = Unit::new(app, id, Sender::Visitor, "").await?;
    app.db
        .write(move |tx| {
            let open = access::of_visitor(tx, &token_hash, id)?;
            let change = state::visitor_ends(open, unit.now)?;
            unit.save(tx, change)
        })
        .await
}

/// The visitor is still there: silence begins anew.
pub async fn keep_open(app: &App, token_hash: [u8; 32], id: ConversationId) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let kept = state::keep_open(access::of_visitor(tx, &token_hash, id)?, now)?;
            store::update(tx, &kept)?;
            tx.ring(Topic::View(id), kept.seq);
            Ok(())
        })
        .await
}

/// A delay ran out: does what [`state`] says of it, if it still applies.
pub async fn delay_over(app: &App, job: jobs::Job) -> Result<()> {
    let id = job.subject;
    let unit = Unit::new(app, id, Sender::System, "").await?;
    app.db
        .write(move |tx| {
            // In the order of every other change: the conversation's row, then its jobs.
            let before = store::load(tx, id)?;
            let is_ours = jobs::finish(tx, job)?;
            let Some(before) = before.filter(|_| is_ours) else { return Ok(()) };
            let change = match job.kind {
                jobs::Kind::AcceptOver => state::offer_over(before, unit.now),
                jobs::Kind::WrapUpOver => state::wrap_up_over(before, unit.now),
                jobs::Kind::OpenTooLong => state::open_too_long(before, unit.now),
                jobs::Kind::VisitorGone | jobs::Kind::AgentGone => {
                    stayed_away(tx, &unit, job.kind, before)?
                }
                jobs::Kind::Silence => return silence(tx, &unit, before),
                jobs::Kind::Deliver | jobs::Kind::Shred => None,
            };
            change.map_or(Ok(()), |change| unit.save(tx, change).map(|_| ()))
        })
        .await
}

/// Nothing, if whoever went is back, on whatever node.
fn stayed_away(
    tx: &mut Tx<'_>,
    unit: &Unit,
    kind: jobs::Kind,
    before: Conversation,
) -> Result<Option<Change>> {
    let who = match (kind, &before.agent) {
        (jobs::Kind::VisitorGone, _) => Who::Visitor(before.id),
        (_, Some(agent)) => Who::Agent(agent.id),
        (_, None) => return Ok(None),
    };
    Ok(match (presence::is_there(tx, who)?, who) {
        (true, _) => None,
        (false, Who::Visitor(_)) => state::visitor_gone(before, unit.now),
        (false, Who::Agent(_)) => state::agent_gone(before, unit.now),
    })
}

fn silence(tx: &mut Tx<'_>, unit: &Unit, before: Conversation) -> Result<()> {
    let id = before.id;
    match state::silence(before, unit.timing(), unit.now) {
        Silence::NotActive => Ok(()),
        Silence::LookAgain(at) => jobs::schedule(tx, jobs::Kind::Silence, id, at),
        Silence::Changed(change, again) => {
            let is_warned = change.after.warned_until.is_some();
            unit.save(tx, *change)?;
            if is_warned { jobs::schedule(tx, jobs::Kind::Silence, id, again) } else { Ok(()) }
        }
    }
}
