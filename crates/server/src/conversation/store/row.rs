//! The row of a conversation, column by column.

use protocol::event::{Ending, State};

use crate::conversation::state::{Agent, Conversation, Offer};
use crate::db::{Row, Tx};
use crate::error::{Error, Result};
use crate::events::{self, Event, Sender};
use crate::ids::ConversationId;
use crate::values;

/// What a conversation's row holds beside the conversation: hashes and wrapped keys.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// SHA-256 of the client id that started it.
    pub start_hash: [u8; 32],
    pub token_hash: [u8; 32],
    /// The epoch whose key wraps this one's.
    pub epoch: String,
    pub wrapped_key: Vec<u8>,
    pub name_sealed: Option<Vec<u8>>,
}

/// A new conversation.
pub fn insert(tx: &mut Tx<'_>, new: &Conversation, secrets: &Secrets) -> Result<()> {
    tx.run(
        "insert into conversation (id, reference, start_hash, site, department, language, state, epoch, \
         wrapped_key, token_hash, name_sealed, seq, shown, last_message_seq, visitor_seen, agent_seen, unread, \
         created_at, queued_at, since, active_at, is_rated, delivered_seq, delivered_parts, is_held) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, 0, 0, 0, $12, $13, $14, $15, 0, 0, 0, 0)",
        values![
            &new.id,
            &new.reference,
            &secrets.start_hash,
            &new.site,
            &new.department,
            &new.language,
            state_code(new.state),
            &secrets.epoch,
            &secrets.wrapped_key,
            &secrets.token_hash,
            secrets.name_sealed.as_ref(),
            new.created_at,
            new.queued_at,
            new.since,
            new.active_at,
        ],
    )?;
    Ok(())
}

/// The conversation of an id. Where it is to be changed, nobody else changes it meanwhile.
pub fn load(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<Conversation>> {
    tx.row(
        "select id, reference, site, department, language, state, agent, agent_name, offered_to, offered_name, \
         offered_until, seq, shown, last_message_seq, visitor_seen, agent_seen, unread, created_at, queued_at, \
         since, active_at, accepted_at, first_response_at, warned_until, ended_at, closed_at, ending, \
         disposition, is_rated from conversation where id = $1 /* locked */",
        values![&id],
        conversation,
    )
}

/// The keys and hashes of an id.
pub fn secrets(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<Secrets>> {
    tx.row(
        "select start_hash, token_hash, epoch, wrapped_key, name_sealed from conversation where id = $1",
        values![&id],
        |row| {
            Ok(Secrets {
                start_hash: hash(&row.blob(0)?)?,
                token_hash: hash(&row.blob(1)?)?,
                epoch: row.text(2)?,
                wrapped_key: row.blob(3)?,
                name_sealed: row.opt_blob(4)?,
            })
        },
    )
}

/// The name that lists show, where there is one, sealed anew.
pub fn rename(tx: &mut Tx<'_>, id: ConversationId, name_sealed: &[u8]) -> Result<()> {
    tx.run(
        "update conversation set name_sealed = $1 where id = $2 and name_sealed is not null",
        values![name_sealed, &id],
    )?;
    Ok(())
}

/// Writes what a change may have changed.
pub fn update(tx: &mut Tx<'_>, c: &Conversation) -> Result<()> {
    let offer = c.offer.as_ref();
    tx.run(
        "update conversation set department = $1, state = $2, agent = $3, agent_name = $4, offered_to = $5, \
         offered_name = $6, offered_until = $7, seq = $8, shown = $9, last_message_seq = $10, \
         visitor_seen = $11, agent_seen = $12, unread = $13, queued_at = $14, since = $15, active_at = $16, \
         accepted_at = $17, first_response_at = $18, warned_until = $19, ended_at = $20, closed_at = $21, \
         ending = $22, disposition = $23, is_rated = $24 where id = $25",
        values![
            &c.department,
            state_code(c.state),
            c.agent.as_ref().map(|agent| &agent.id),
            c.agent.as_ref().map(|agent| &agent.name),
            offer.map(|offer| &offer.to.id),
            offer.map(|offer| &offer.to.name),
            offer.map(|offer| offer.until),
            c.seq,
            c.shown,
            c.last_message_seq,
            c.visitor_seen,
            c.agent_seen,
            c.unread,
            c.queued_at,
            c.since,
            c.active_at,
            c.accepted_at,
            c.first_response_at,
            c.warned_until,
            c.ended_at,
            c.closed_at,
            c.ending.map(ending_code),
            c.disposition.as_ref(),
            c.is_rated,
            &c.id,
        ],
    )?;
    Ok(())
}

/// Writes what a message may have changed: counts and times, nothing that an index holds.
pub fn update_counts(tx: &mut Tx<'_>, c: &Conversation) -> Result<()> {
    tx.run(
        "update conversation set seq = $1, shown = $2, last_message_seq = $3, unread = $4, active_at = $5, \
         first_response_at = $6, warned_until = $7 where id = $8",
        values![
            c.seq,
            c.shown,
            c.last_message_seq,
            c.unread,
            c.active_at,
            c.first_response_at,
            c.warned_until,
            &c.id,
        ],
    )?;
    Ok(())
}

fn conversation(row: &Row<'_>) -> Result<Conversation> {
    let agent = agent(row, 6)?;
    let offer = match (self::agent(row, 8)?, row.opt_millis(10)?) {
        (Some(to), Some(until)) => Some(Offer { to, until }),
        _ => None,
    };
    Ok(Conversation {
        id: row.conversation(0)?,
        reference: row.text(1)?,
        site: row.text(2)?,
        department: row.text(3)?,
        language: row.text(4)?,
        state: state(&row.text(5)?)?,
        agent,
        offer,
        seq: row.number(11)?,
        shown: row.number(12)?,
        last_message_seq: row.number(13)?,
        visitor_seen: row.number(14)?,
        agent_seen: row.number(15)?,
        unread: row.number(16)?,
        created_at: row.millis(17)?,
        queued_at: row.millis(18)?,
        since: row.millis(19)?,
        active_at: row.millis(20)?,
        accepted_at: row.opt_millis(21)?,
        first_response_at: row.opt_millis(22)?,
        warned_until: row.opt_millis(23)?,
        ended_at: row.opt_millis(24)?,
        closed_at: row.opt_millis(25)?,
        ending: row.opt_text(26)?.as_deref().and_then(ending),
        disposition: row.opt_text(27)?,
        is_rated: row.is(28)?,
    })
}

/// An event's row.
pub(super) fn event(row: &Row<'_>) -> Result<Event> {
    let unknown = || Error::broken_because("an event's code is not one of ours");
    let sender = match (row.text(4)?.as_str(), row.opt_account(5)?) {
        ("visitor", _) => Sender::Visitor,
        ("agent", Some(account)) => Sender::Agent(account),
        ("system", _) => Sender::System,
        _ => return Err(unknown()),
    };
    Ok(Event {
        conversation: row.conversation(0)?,
        seq: row.number(1)?,
        shown: row.number(2)?,
        kind: events::Kind::from_code(&row.text(3)?).ok_or_else(unknown)?,
        sender,
        at: row.millis(6)?,
        revision: u32::try_from(row.number(7)?).unwrap_or(u32::MAX),
        target: row.number(8)?,
        sealed: row.blob(9)?,
    })
}

fn agent(row: &Row<'_>, from: usize) -> Result<Option<Agent>> {
    Ok(row.opt_account(from)?.zip(row.opt_text(from + 1)?).map(|(id, name)| Agent { id, name }))
}

fn hash(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| Error::broken_because("a hash is 32 bytes"))
}

const fn state_code(state: State) -> &'static str {
    match state {
        State::Waiting => "waiting",
        State::Active => "active",
        State::WrapUp => "wrap_up",
        State::Closed => "closed",
        State::Delivered => "delivered",
    }
}

fn state(code: &str) -> Result<State> {
    [State::Waiting, State::Active, State::WrapUp, State::Closed, State::Delivered]
        .into_iter()
        .find(|state| state_code(*state) == code)
        .ok_or(Error::broken_because("a state is not one of ours"))
}

const fn ending_code(ending: Ending) -> &'static str {
    match ending {
        Ending::ByAgent => "by_agent",
        Ending::ByVisitor => "by_visitor",
        Ending::Abandoned => "abandoned",
        Ending::TimedOut => "timed_out",
        Ending::OutOfHours => "out_of_hours",
    }
}

fn ending(code: &str) -> Option<Ending> {
    [Ending::ByAgent, Ending::ByVisitor, Ending::Abandoned, Ending::TimedOut, Ending::OutOfHours]
        .into_iter()
        .find(|ending| ending_code(*ending) == code)
}
