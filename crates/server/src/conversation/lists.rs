//! The console's lists: who waits, what one has, and who else is there.
//!
//! Words stand only in the agent's own rows: reading another's is a look.

use std::collections::HashSet;

use protocol::Text;
use protocol::agent::{Delivery, LastWords, Row};
use protocol::event::{Body, Person, State};

use super::access::Agent;
use super::keyring::key_in;
use super::state::{self, Conversation};
use super::{read, store};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{AccountId, ConversationId};
use crate::keys::Moment;
use crate::values;

mod colleagues;

pub use colleagues::colleagues;

/// Rows of those who wait; the longest waiting come first.
const WAITING_MAX: usize = 200;
/// Rows of one department, or of one agent, that do not wait.
const TAKEN_MAX: u32 = 500;

/// What an agent's lists hold; for a supervisor every open conversation of the departments.
pub async fn rows(app: &App, agent: &Agent) -> Result<Vec<Row>> {
    let (app2, agent, since) = (app.clone(), agent.clone(), app.keys.ring.moment());
    let read = app.db.read(move |tx| {
        let mut rows = Vec::new();
        for id in listed(tx, &agent)? {
            rows.extend(row(tx, &app2, since, &agent, id)?);
        }
        Ok(rows)
    });
    read.await
}

fn listed(tx: &mut Tx<'_>, agent: &Agent) -> Result<Vec<ConversationId>> {
    let mut waiting = Vec::new();
    for department in &agent.departments {
        waiting.extend(waiting_longest(tx, department)?);
    }
    waiting.sort_unstable();
    waiting.truncate(WAITING_MAX);
    let mut ids: Vec<_> = waiting.into_iter().map(|(_, id)| id).collect();
    ids.extend(held_by(tx, agent.id)?);
    if agent.is_supervisor {
        for department in &agent.departments {
            ids.extend(taken(tx, department)?);
        }
    }
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(*id));
    Ok(ids)
}

fn waiting_longest(tx: &mut Tx<'_>, department: &str) -> Result<Vec<(i64, ConversationId)>> {
    tx.rows(
        "select queued_at, id from conversation where department = $1 and state = 'waiting' \
         order by queued_at, id limit $2",
        values![department, WAITING_MAX as u64],
        |row| Ok((row.int(0)?, row.conversation(1)?)),
    )
}

fn held_by(tx: &mut Tx<'_>, agent: AccountId) -> Result<Vec<ConversationId>> {
    tx.rows(
        "select id from conversation where agent = $1 order by since desc limit $2",
        values![&agent, TAKEN_MAX],
        |row| row.conversation(0),
    )
}

fn taken(tx: &mut Tx<'_>, department: &str) -> Result<Vec<ConversationId>> {
    tx.rows(
        "select id from conversation where department = $1 and state in ('active', 'wrap_up') \
         order by since desc limit $2",
        values![department, TAKEN_MAX],
        |row| row.conversation(0),
    )
}

/// One line, unless it is of a department that the agent works in no longer.
fn row(
    tx: &mut Tx<'_>,
    app: &App,
    since: Moment,
    agent: &Agent,
    id: ConversationId,
) -> Result<Option<Row>> {
    let found = store::load(tx, id)?.filter(|found| agent.departments.contains(&found.department));
    let Some(found) = found else { return Ok(None) };
    let beside = beside(tx, id)?;
    let is_own = found.agent.as_ref().is_some_and(|held| held.id == agent.id);
    let key = key_in(tx, &app.keys, since, id)?;
    let visitor_name = match &beside.name_sealed {
        Some(sealed) => Some(Text::new(key.open_name(sealed)?)),
        None => None,
    };
    let last = if is_own && found.last_message_seq > 0 {
        let kept = app.recent.one(id, found.last_message_seq);
        let event = match kept {
            Some(kept) => Some(kept),
            None => store::event(tx, id, found.last_message_seq)?.map(std::sync::Arc::new),
        };
        match event {
            Some(event) => last_words(read::open(&key, &event)?),
            None => None,
        }
    } else {
        None
    };
    let offer = found.offer.as_ref();
    let shown_agent = found.agent.as_ref().or(offer.map(|offer| &offer.to));
    Ok(Some(Row {
        conversation: id.to_string(),
        reference: found.reference.clone(),
        state: found.state,
        department: found.department.clone(),
        language: found.language.clone(),
        agent: shown_agent.map(person),
        visitor_name,
        visitor_present: beside.visitor_present,
        queued_at: found.queued_at.0,
        since: found.since.0,
        offered_until: offer.map(|offer| offer.until.0),
        last_number: found.seq,
        seen_number: found.agent_seen,
        unread: u32::try_from(found.unread).unwrap_or(u32::MAX),
        last,
        delivery: delivery(&found, &beside),
    }))
}

/// What a line shows that the conversation itself does not hold.
struct Beside {
    name_sealed: Option<Vec<u8>>,
    visitor_present: bool,
    /// Of the job that delivers, while there is one: whether a try of it failed.
    deliver_failed: Option<bool>,
}

fn beside(tx: &mut Tx<'_>, id: ConversationId) -> Result<Beside> {
    let found = tx.row(
        "select c.name_sealed, \
         (select count(*) from presence p where p.kind = 'visitor' and p.subject = c.id), \
         j.attempts, j.last_error \
         from conversation c left join job j on j.subject = c.id and j.kind = 'deliver' where c.id = $1",
        values![&id],
        |row| {
            let has_failed = row.opt_text(3)?.is_some();
            Ok(Beside {
                name_sealed: row.opt_blob(0)?,
                visitor_present: row.is(1)?,
                deliver_failed: row.opt_int(2)?.map(|attempts| attempts > 0 && has_failed),
            })
        },
    )?;
    found.ok_or(Error::NotFound)
}

fn delivery(found: &Conversation, beside: &Beside) -> Option<Delivery> {
    match (found.state, beside.deliver_failed) {
        (State::Closed | State::Delivered, Some(true)) => Some(Delivery::Retrying),
        (State::Closed, _) | (State::Delivered, Some(false)) => Some(Delivery::Pending),
        (State::Delivered, None) => Some(Delivery::Delivered),
        _ => None,
    }
}

fn last_words(body: Body) -> Option<LastWords> {
    match body {
        Body::Message { from, text, masks, .. } => Some(LastWords { from, text, masks }),
        _ => None,
    }
}

fn person(agent: &state::Agent) -> Person {
    Person { id: agent.id.to_string(), name: agent.name.clone() }
}
