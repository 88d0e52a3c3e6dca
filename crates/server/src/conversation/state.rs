//! What a conversation may do next, as pure functions.
//!
//! Each takes the conversation as it is and gives back a [`Change`]: how it is
//! afterwards and what happened. Nothing here reads a clock, a key or a row.

use protocol::event::{Ending, Returned, State};

use crate::clock::Millis;
use crate::config::sections::Timing;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::{AccountId, ConversationId};

/// A member of staff as the row names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    pub id: AccountId,
    pub name: String,
}

/// An offer to one agent, open until a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub to: Agent,
    pub until: Millis,
}

/// A conversation's row, without its key and tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    pub id: ConversationId,
    pub reference: String,
    pub site: String,
    pub department: String,
    pub language: String,
    pub state: State,
    pub agent: Option<Agent>,
    pub offer: Option<Offer>,
    pub seq: u64,
    pub shown: u64,
    pub last_message_seq: u64,
    pub visitor_seen: u64,
    pub agent_seen: u64,
    pub unread: u64,
    pub created_at: Millis,
    pub queued_at: Millis,
    /// When it came to its state.
    pub since: Millis,
    /// When anybody last wrote or said that they are there.
    pub active_at: Millis,
    pub accepted_at: Option<Millis>,
    pub first_response_at: Option<Millis>,
    pub warned_until: Option<Millis>,
    pub ended_at: Option<Millis>,
    pub closed_at: Option<Millis>,
    pub ending: Option<Ending>,
    pub disposition: Option<String>,
    pub is_rated: bool,
}

/// What happened, before it is numbered and sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    Assigned { agent: Agent },
    Accepted { agent: Agent },
    Returned { why: Returned },
    Transferred { department: String, agent: Option<Agent> },
    Warned { closes_at: Millis },
    Ended { ending: Ending },
    Closed { disposition: Option<String> },
    Reopened { agent: Agent },
}

/// How it is afterwards, and what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub after: Conversation,
    pub happened: Vec<Happened>,
}

impl Change {
    fn of(after: Conversation, happened: impl Into<Vec<Happened>>) -> Self {
        Self { after, happened: happened.into() }
    }
}

impl Conversation {
    fn moved_to(mut self, state: State, now: Millis) -> Self {
        self.state = state;
        self.since = now;
        self
    }

    fn is_held_by(&self, agent: AccountId) -> bool {
        self.agent.as_ref().is_some_and(|held| held.id == agent)
    }
}

/// The visitor may write while it waits and while it is active.
pub fn visitor_writes(mut before: Conversation, now: Millis) -> Result<Conversation> {
    if !matches!(before.state, State::Waiting | State::Active) {
        return Err(Error::WrongState);
    }
    before.active_at = now;
    before.warned_until = None;
    before.unread += 1;
    Ok(before)
}

/// The agent who holds it may write while it is active.
pub fn agent_writes(
    mut before: Conversation,
    agent: AccountId,
    now: Millis,
) -> Result<Conversation> {
    if !before.is_held_by(agent) {
        return Err(Error::NotFound);
    }
    if before.state != State::Active {
        return Err(Error::WrongState);
    }
    before.active_at = now;
    before.warned_until = None;
    before.first_response_at = before.first_response_at.or(Some(now));
    Ok(before)
}

/// Whoever may write may correct: it counts as activity, and as nothing unread.
pub fn corrects(before: Conversation, sender: Sender, now: Millis) -> Result<Conversation> {
    let unread = before.unread;
    let mut after = match sender {
        Sender::Agent(agent) => agent_writes(before, agent, now)?,
        _ => visitor_writes(before, now)?,
    };
    after.unread = unread;
    Ok(after)
}

/// Staff may note something from the first accept on, until it is delivered.
pub fn notes(before: Conversation) -> Result<Conversation> {
    match before.state {
        State::Active | State::WrapUp | State::Closed => Ok(before),
        State::Waiting | State::Delivered => Err(Error::WrongState),
    }
}

/// Staff may redact from the first accept on, until it is shredded.
pub fn redacts(before: Conversation) -> Result<Conversation> {
    match before.state {
        State::Active | State::WrapUp | State::Closed | State::Delivered => Ok(before),
        State::Waiting => Err(Error::WrongState),
    }
}

/// Offers a waiting conversation to one agent.
pub fn assign(mut before: Conversation, to: Agent, timing: &Timing, now: Millis) -> Result<Change> {
    if before.state != State::Waiting {
        return Err(taken(&before));
    }
    let until = now.plus_seconds(timing.accept_seconds);
    before.offer = Some(Offer { to: to.clone(), until });
    Ok(Change::of(before, [Happened::Assigned { agent: to }]))
}

/// Takes a waiting conversation; of two who press at once the row decides.
pub fn accept(mut before: Conversation, agent: Agent, now: Millis) -> Result<Change> {
    let is_offered_elsewhere =
        before.offer.as_ref().is_some_and(|offer| offer.to.id != agent.id && offer.until > now);
    if before.state != State::Waiting || is_offered_elsewhere {
        return Err(taken(&before));
    }
    before.offer = None;
    before.agent = Some(agent.clone());
    before.accepted_at = Some(now);
    before.active_at = now;
    Ok(Change::of(before.moved_to(State::Active, now), [Happened::Accepted { agent }]))
}

fn taken(conversation: &Conversation) -> Error {
    let offered = conversation.offer.as_ref().map(|offer| &offer.to);
    match conversation.agent.as_ref().or(offered) {
        Some(agent) => Error::AcceptedBy(agent.name.clone()),
        None => Error::WrongState,
    }
}

/// The offer ran out: back to the queue, at its old place.
pub fn offer_over(mut before: Conversation, now: Millis) -> Option<Change> {
    let is_over = before.offer.as_ref().is_some_and(|offer| offer.until <= now);
    if before.state != State::Waiting || !is_over {
        return None;
    }
    before.offer = None;
    Some(Change::of(before, [Happened::Returned { why: Returned::NotAccepted }]))
}

/// Its agent's connection stayed away: back to the queue, at its old place.
pub fn agent_gone(mut before: Conversation, now: Millis) -> Option<Change> {
    if before.state != State::Active {
        return None;
    }
    before.agent = None;
    let after = before.moved_to(State::Waiting, now);
    Some(Change::of(after, [Happened::Returned { why: Returned::AgentGone }]))
}

/// Hands an active conversation to a department or, in it, to an agent. Who may do
/// that is the door's affair: its agent, or a supervisor.
pub fn transfer(
    mut before: Conversation,
    department: String,
    to: Option<Agent>,
    timing: &Timing,
    now: Millis,
) -> Result<Change> {
    if before.state != State::Active {
        return Err(Error::WrongState);
    }
    before.agent = None;
    before.queued_at = now;
    before.department.clone_from(&department);
    before.offer =
        to.clone().map(|to| Offer { to, until: now.plus_seconds(timing.accept_seconds) });
    let after = before.moved_to(State::Waiting, now);
    Ok(Change::of(after, [Happened::Transferred { department, agent: to }]))
}

/// The visitor ends it: abandoned while it waits, else on to wrap-up.
pub fn visitor_ends(before: Conversation, now: Millis) -> Result<Change> {
    match before.state {
        State::Waiting => Ok(end_at_once(before, Ending::Abandoned, now)),
        State::Active => Ok(end(before, Ending::ByVisitor, now)),
        _ => Err(Error::WrongState),
    }
}

/// The agent ends it, or finishes wrap-up. With a disposition it is closed.
pub fn close(before: Conversation, disposition: Option<String>, now: Millis) -> Result<Change> {
    let mut change = match before.state {
        State::Active => end(before, Ending::ByAgent, now),
        State::WrapUp => return Ok(closed(Change::of(before, []), disposition, now)),
        _ => return Err(Error::WrongState),
    };
    if disposition.is_some() {
        change = closed(change, disposition, now);
    }
    Ok(change)
}

/// Wrap-up ends by itself.
pub fn wrap_up_over(before: Conversation, now: Millis) -> Option<Change> {
    (before.state == State::WrapUp).then(|| closed(Change::of(before, []), None, now))
}

/// Nobody wrote: warns, ends, or says when to look again.
pub fn silence(before: Conversation, timing: &Timing, now: Millis) -> Silence {
    if before.state != State::Active {
        return Silence::NotActive;
    }
    let closes_at = before.active_at.plus_seconds(timing.silence_close_seconds);
    let warns_at = before.active_at.plus_seconds(timing.silence_warn_seconds);
    if closes_at <= now {
        return Silence::Changed(Box::new(end(before, Ending::TimedOut, now)), now);
    }
    if warns_at > now {
        return Silence::LookAgain(warns_at);
    }
    if before.warned_until.is_some() {
        return Silence::LookAgain(closes_at);
    }
    let mut after = before;
    after.warned_until = Some(closes_at);
    Silence::Changed(Box::new(Change::of(after, [Happened::Warned { closes_at }])), closes_at)
}

/// What a look at the silence found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    NotActive,
    LookAgain(Millis),
    /// Warned or ended; look again at the time if it is still active.
    Changed(Box<Change>, Millis),
}

/// "I'm still here."
pub fn keep_open(mut before: Conversation, now: Millis) -> Result<Conversation> {
    if before.state != State::Active {
        return Err(Error::WrongState);
    }
    before.active_at = now;
    before.warned_until = None;
    Ok(before)
}

/// A waiting visitor went and stayed away.
pub fn visitor_gone(before: Conversation, now: Millis) -> Option<Change> {
    (before.state == State::Waiting).then(|| end_at_once(before, Ending::Abandoned, now))
}

/// Open for longer than anything may be.
pub fn open_too_long(before: Conversation, now: Millis) -> Option<Change> {
    match before.state {
        State::Waiting => Some(end_at_once(before, Ending::TimedOut, now)),
        State::Active => Some(end(before, Ending::TimedOut, now)),
        _ => None,
    }
}

/// Nobody is on duty: it becomes a message for later.
pub fn out_of_hours(before: Conversation, now: Millis) -> Change {
    end_at_once(before, Ending::OutOfHours, now)
}

/// Within the grace time an agent takes it up again.
pub fn reopen(mut before: Conversation, agent: Agent, now: Millis) -> Result<Change> {
    if !matches!(before.state, State::WrapUp | State::Closed | State::Delivered) {
        return Err(Error::WrongState);
    }
    before.agent = Some(agent.clone());
    before.ending = None;
    before.ended_at = None;
    before.closed_at = None;
    before.active_at = now;
    before.warned_until = None;
    Ok(Change::of(before.moved_to(State::Active, now), [Happened::Reopened { agent }]))
}

/// One rating, once it ended and until it is shredded.
pub fn rate(mut before: Conversation) -> Result<Conversation> {
    if !matches!(before.state, State::WrapUp | State::Closed | State::Delivered) {
        return Err(Error::WrongState);
    }
    if before.is_rated {
        return Err(Error::WrongState);
    }
    before.is_rated = true;
    Ok(before)
}

fn end(mut before: Conversation, ending: Ending, now: Millis) -> Change {
    before.ending = Some(ending);
    before.ended_at = Some(now);
    before.warned_until = None;
    Change::of(before.moved_to(State::WrapUp, now), [Happened::Ended { ending }])
}

/// Without an agent there is no wrap-up.
fn end_at_once(before: Conversation, ending: Ending, now: Millis) -> Change {
    let mut change = end(before, ending, now);
    change.after.offer = None;
    closed(change, None, now)
}

fn closed(mut change: Change, disposition: Option<String>, now: Millis) -> Change {
    change.after.disposition.clone_from(&disposition);
    change.after.closed_at = Some(now);
    change.after = change.after.moved_to(State::Closed, now);
    change.happened.push(Happened::Closed { disposition });
    change
}

#[cfg(test)]
mod tests;
