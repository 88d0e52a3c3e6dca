//! Everything about a conversation that its visitor sees beside the events.

use protocol::event::{Person, State};
use protocol::visitor::View;

use super::presence::{self, Who};
use super::state::Conversation;
use super::store;
use crate::app::App;
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::facts;
use crate::ids::ConversationId;
use crate::values;

/// Accepts of this age still say how long one waits.
const WAITS_SECONDS: u32 = 4 * 60 * 60;
const WAITS_MAX: u32 = 20;
/// Who stands further back is told no place: everyone's place is looked up whenever
/// somebody leaves the queue, so one look must not cost a walk through all of it.
const PLACE_MAX: u32 = 200;
/// From fewer nothing is foretold.
const WAITS_MIN: usize = 3;

/// The newest number that the visitor may see.
pub async fn last_shown(app: &App, id: ConversationId) -> Result<u64> {
    let found = app.db.read(move |tx| store::load(tx, id)).await?;
    found.map(|found| found.shown).ok_or(Error::NotFound)
}

/// As it is now; the caller has checked that it is theirs.
pub async fn view(app: &App, id: ConversationId) -> Result<View> {
    let (sections, now) = (app.sections(), app.clock.now());
    let read = app.db.read(move |tx| {
        let found = store::load(tx, id)?.ok_or(Error::NotFound)?;
        let agent = found.agent.as_ref();
        let agent_present = match agent {
            Some(agent) => presence::is_there(tx, Who::Agent(agent.id))?,
            None => false,
        };
        let is_waiting = found.state == State::Waiting;
        let position = if is_waiting { position(tx, &found)? } else { None };
        let expected = if is_waiting { expected_wait(tx, &found, now)? } else { None };
        let name = sections.departments.iter().find(|known| known.id == found.department);
        let has_ended = matches!(found.state, State::WrapUp | State::Closed | State::Delivered);
        Ok(View {
            reference: found.reference.clone(),
            state: found.state,
            department: found.department.clone(),
            department_name: name.map_or_else(|| found.department.clone(), |d| d.name.clone()),
            language: found.language.clone(),
            agent: agent.map(|agent| Person { id: agent.id.to_string(), name: agent.name.clone() }),
            agent_present,
            position,
            expected_wait_seconds: expected,
            agent_seen: shown_up_to(tx, id, found.agent_seen)?,
            closes_at: found.warned_until.map(|at| at.0),
            may_rate: has_ended && !found.is_rated,
            rated: found.is_rated,
        })
    });
    read.await
}

/// 1 is next; `None` past 200. Who came back to the queue stands at their old place.
fn position(tx: &mut Tx<'_>, waiting: &Conversation) -> Result<Option<u32>> {
    let place = tx.count(
        "select count(*) from (select 1 from conversation where department = $1 and state = 'waiting' \
         and queued_at <= $2 and (queued_at < $3 or id <= $4) order by queued_at limit $5) ahead",
        values![
            &waiting.department,
            waiting.queued_at,
            waiting.queued_at,
            &waiting.id,
            PLACE_MAX + 1
        ],
    )?;
    Ok(u32::try_from(place).ok().filter(|place| *place <= PLACE_MAX))
}

/// How long the last ones waited, less what is waited already, in whole minutes.
///
/// Nothing is said where few were accepted lately, or where the wait is longer
/// already: a number that has proved wrong helps nobody.
fn expected_wait(tx: &mut Tx<'_>, waiting: &Conversation, now: Millis) -> Result<Option<u32>> {
    let since = now.minus_seconds(WAITS_SECONDS);
    let waits = facts::waits(tx, &waiting.department, since, WAITS_MAX)?;
    if waits.len() < WAITS_MIN {
        return Ok(None);
    }
    let mean_ms = waits.iter().sum::<i64>() / i64::try_from(waits.len()).unwrap_or(i64::MAX);
    let left_ms = mean_ms - (now.0 - waiting.queued_at.0);
    let minutes = u32::try_from(left_ms).unwrap_or(0).div_ceil(60_000);
    Ok((minutes > 0).then_some(minutes * 60))
}

/// A seq as the visitor counts.
fn shown_up_to(tx: &mut Tx<'_>, id: ConversationId, seq: u64) -> Result<u64> {
    let shown = tx.row(
        "select coalesce(max(shown), 0) from event where conversation = $1 and seq <= $2",
        values![&id, seq],
        |row| row.number(0),
    )?;
    Ok(shown.unwrap_or(0))
}
