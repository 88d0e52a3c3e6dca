//! Reading and writing a conversation's row and events.
//!
//! [`save`] writes state, events, facts, jobs and audit entry together, so that
//! no verb can forget one.

mod row;

use protocol::event::{Body, Ending, Person, State};
use protocol::{Mask, Text};

use super::state::{Agent, Change, Conversation, Happened};
use crate::audit::{self, Entry};
use crate::bus::Topic;
use crate::clock::Millis;
use crate::config::sections::Timing;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Event, Kind, Sender};
use crate::facts::{self, Fact};
use crate::jobs;
use crate::keys::{ConversationKey, Place};
use crate::reactions::{self, Reaction};
use crate::values;

pub use row::{Secrets, insert, load, rename, secrets, update, update_counts};

/// Who changes a conversation, when, and with what.
pub struct By<'a> {
    pub sender: Sender,
    pub name: &'a str,
    pub now: Millis,
    pub key: &'a ConversationKey,
    pub timing: &'a Timing,
}

/// Writes everything that a change of state brings.
pub fn save(tx: &mut Tx<'_>, by: &By<'_>, change: Change) -> Result<Conversation> {
    let mut after = change.after;
    for happened in change.happened {
        let fact = counted(&after, &happened, by.now);
        facts::count(
            tx,
            &Fact {
                at: by.now,
                kind: fact.0,
                conversation: after.id,
                department: &after.department,
                agent: after.agent.as_ref().map(|agent| agent.id),
                amount: fact.1,
            },
        )?;
        let (kind, action, body) = told(happened, by);
        audit::record(
            tx,
            &Entry { at: by.now, actor: by.sender, action, subject: &after.reference, detail: "" },
        )?;
        append(tx, by, &mut after, kind, None, &body)?;
    }
    update(tx, &after)?;
    Ok(after)
}

/// What makes a resend harmless: keyed hashes of a message's own name and of its
/// raw text. The client chooses the name, so it is content like any other.
pub struct Resendable {
    name: [u8; 32],
    fingerprint: [u8; 32],
}

impl Resendable {
    pub fn new(key: &ConversationKey, client_id: &str, fingerprint: [u8; 32]) -> Self {
        Self { name: key.name(client_id), fingerprint }
    }
}

/// Numbers, seals and inserts one event; the caller updates the row.
pub fn append(
    tx: &mut Tx<'_>,
    by: &By<'_>,
    conversation: &mut Conversation,
    kind: Kind,
    resendable: Option<&Resendable>,
    body: &Body,
) -> Result<u64> {
    conversation.seq += 1;
    let shown = if kind.is_for_staff() {
        0
    } else {
        conversation.shown += 1;
        conversation.shown
    };
    let place = Place {
        conversation: conversation.id,
        seq: conversation.seq,
        shown,
        kind,
        sender: by.sender,
        revision: 0,
    };
    let target = match body {
        Body::Amended { target, .. } => *target,
        _ => 0,
    };
    let event = Event {
        conversation: conversation.id,
        seq: conversation.seq,
        shown,
        kind,
        sender: by.sender,
        at: by.now,
        revision: 0,
        target,
        sealed: by.key.seal(&place, &plain(body)?),
    };
    insert_event(tx, &event, resendable)?;
    // In every other state the closing delivers what was added.
    let is_delivered = conversation.state == State::Delivered;
    for reaction in reactions::to(kind, is_delivered, by.timing, by.now) {
        match reaction {
            Reaction::Schedule(job, due) => jobs::schedule(tx, job, event.conversation, due)?,
            Reaction::Cancel(job) => jobs::cancel(tx, job, event.conversation)?,
        }
    }
    let (id, seq) = (event.conversation, event.seq);
    // Whom the ring wakes finds the event kept.
    tx.keep(event);
    tx.ring(Topic::Conversation(id), seq);
    Ok(conversation.seq)
}

/// The event that a client id became.
pub struct Sent {
    pub seq: u64,
    pub shown: u64,
    pub at: Millis,
    /// Of the raw text.
    pub fingerprint: Vec<u8>,
}

/// What a client id became before, if it was used; refused if it was for another text.
pub fn sent_before(
    tx: &mut Tx<'_>,
    conversation: &Conversation,
    sender: Sender,
    resend: &Resendable,
) -> Result<Option<Sent>> {
    let sent = tx.row(
        "select seq, shown, at, raw_mac from event \
         where conversation = $1 and sender_kind = $2 and client_mac = $3",
        values![&conversation.id, sender.code(), &resend.name],
        |row| {
            Ok(Sent {
                seq: row.number(0)?,
                shown: row.number(1)?,
                at: row.millis(2)?,
                fingerprint: row.blob(3)?,
            })
        },
    )?;
    match sent {
        Some(sent) if sent.fingerprint != resend.fingerprint => Err(Error::ReusedClientId),
        sent => Ok(sent),
    }
}

/// Overwrites earlier messages: sealed anew under the same seq with the next
/// revision, each named by an event of its own that holds no text.
pub fn amend(
    tx: &mut Tx<'_>,
    by: &By<'_>,
    conversation: &mut Conversation,
    amendments: &[masking::Amendment],
) -> Result<()> {
    for amendment in amendments {
        let found = event(tx, conversation.id, amendment.number)?;
        let event = found.ok_or(Error::broken_because("an amended message is stored"))?;
        let mut body = super::read::open(by.key, &event)?;
        let (text, masks) = words_of(&mut body, None)
            .ok_or(Error::broken_because("what is amended is a message"))?;
        *text = Text::new(amendment.text.clone());
        *masks = super::start::masks(&amendment.findings);
        let named = rewrite(tx, by, event, body, None)?;
        append(tx, by, conversation, Kind::Amended, None, &named)?;
    }
    Ok(())
}

/// The words that may change in what was written: a message's, a note's, a rating's
/// comment, or those of one field's answer.
pub fn words_of<'a>(
    body: &'a mut Body,
    field: Option<&str>,
) -> Option<(&'a mut Text, &'a mut Vec<Mask>)> {
    match (body, field) {
        (Body::Message { text, masks, .. } | Body::Note { text, masks, .. }, None) => {
            Some((text, masks))
        }
        (Body::Rated { comment: Some(comment), masks, .. }, None) => Some((comment, masks)),
        (Body::Started { answers, .. }, Some(field)) => {
            let answer = answers.iter_mut().find(|answer| answer.field == field)?;
            Some((&mut answer.text, &mut answer.masks))
        }
        _ => None,
    }
}

/// Overwrites an event under its old numbers, sealed anew with the next revision;
/// what names it then, without its words.
pub fn rewrite(
    tx: &mut Tx<'_>,
    by: &By<'_>,
    mut event: Event,
    mut body: Body,
    field: Option<String>,
) -> Result<Body> {
    event.revision += 1;
    let mut is_corrected = false;
    if let Body::Message { revision, corrected, .. } = &mut body {
        *revision = event.revision;
        is_corrected = *corrected;
    }
    event.sealed = by.key.seal(&Place::of(&event), &plain(&body)?);
    tx.run(
        "update event set revision = $1, sealed = $2 where conversation = $3 and seq = $4",
        values![event.revision, &event.sealed, &event.conversation, event.seq],
    )?;
    let named = Body::Amended {
        target: event.seq,
        field,
        revision: event.revision,
        text: Text::default(),
        masks: Vec::new(),
        corrected: is_corrected,
    };
    tx.keep(event);
    Ok(named)
}

fn plain(body: &Body) -> Result<zeroize::Zeroizing<Vec<u8>>> {
    serde_json::to_vec(body)
        .map(zeroize::Zeroizing::new)
        .map_err(|e| Error::broken("an event is JSON", e))
}

/// One event.
pub fn event(tx: &mut Tx<'_>, id: crate::ids::ConversationId, seq: u64) -> Result<Option<Event>> {
    Ok(events_after(tx, id, seq.saturating_sub(1), 1)?.pop().filter(|found| found.seq == seq))
}

/// What the visitor sees after a number, oldest first, at most `limit`.
pub fn shown_after(
    tx: &mut Tx<'_>,
    id: crate::ids::ConversationId,
    number: u64,
    limit: u32,
) -> Result<Vec<Event>> {
    // No seq is smaller than its number: the first condition finds the place to begin.
    tx.rows(
        "select conversation, seq, shown, kind, sender_kind, sender, at, revision, target, sealed \
         from event where conversation = $1 and seq > $2 and shown > $3 order by seq limit $4",
        values![&id, number, number, limit],
        row::event,
    )
}

/// Events after a seq, oldest first, at most `limit`.
pub fn events_after(
    tx: &mut Tx<'_>,
    id: crate::ids::ConversationId,
    seq: u64,
    limit: u32,
) -> Result<Vec<Event>> {
    tx.rows(
        "select conversation, seq, shown, kind, sender_kind, sender, at, revision, target, sealed \
         from event where conversation = $1 and seq > $2 order by seq limit $3",
        values![&id, seq, limit],
        row::event,
    )
}

fn insert_event(tx: &mut Tx<'_>, event: &Event, resendable: Option<&Resendable>) -> Result<()> {
    let account = event.sender.account();
    tx.run(
        "insert into event (conversation, seq, shown, kind, sender_kind, sender, client_mac, raw_mac, at, \
         revision, target, sealed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        values![
            &event.conversation,
            event.seq,
            event.shown,
            event.kind.code(),
            event.sender.code(),
            account.as_ref(),
            resendable.map(|r| &r.name),
            resendable.map(|r| &r.fingerprint),
            event.at,
            event.revision,
            event.target,
            &event.sealed,
        ],
    )?;
    Ok(())
}

fn person(agent: &Agent) -> Person {
    Person { id: agent.id.to_string(), name: agent.name.clone() }
}

/// A change of state as its event and audit action.
fn told(happened: Happened, by: &By<'_>) -> (Kind, &'static str, Body) {
    let by = Person {
        id: by.sender.account().map(|id| id.to_string()).unwrap_or_default(),
        name: by.name.to_owned(),
    };
    match happened {
        Happened::Assigned { agent } => {
            (Kind::Assigned, "conversation.assigned", Body::Assigned { agent: person(&agent) })
        }
        Happened::Accepted { agent } => {
            (Kind::Accepted, "conversation.accepted", Body::Accepted { agent: person(&agent) })
        }
        Happened::Returned { why } => {
            (Kind::Returned, "conversation.returned", Body::Returned { why })
        }
        Happened::Transferred { department, agent } => (
            Kind::Transferred,
            "conversation.transferred",
            Body::Transferred { by, department, agent: agent.as_ref().map(person) },
        ),
        Happened::Warned { closes_at } => {
            (Kind::Warned, "conversation.warned", Body::Warned { closes_at: closes_at.0 })
        }
        Happened::Ended { ending } => (Kind::Ended, "conversation.ended", Body::Ended { ending }),
        Happened::Closed { disposition } => {
            (Kind::Closed, "conversation.closed", Body::Closed { disposition })
        }
        Happened::Reopened { .. } => {
            (Kind::Reopened, "conversation.reopened", Body::Reopened { by })
        }
    }
}

/// A change of state as a number.
fn counted(after: &Conversation, happened: &Happened, now: Millis) -> (facts::Kind, i64) {
    let since_queue = now.0 - after.queued_at.0;
    match happened {
        Happened::Assigned { .. } => (facts::Kind::Assigned, 0),
        Happened::Accepted { .. } => (facts::Kind::Accepted, since_queue),
        Happened::Returned { .. } => (facts::Kind::Missed, 0),
        Happened::Transferred { .. } => (facts::Kind::Transferred, 0),
        Happened::Warned { .. } => (facts::Kind::Warned, 0),
        Happened::Ended { ending: Ending::Abandoned } => (facts::Kind::Abandoned, since_queue),
        Happened::Ended { ending: Ending::TimedOut } => (facts::Kind::TimedOut, since_queue),
        Happened::Ended { ending: Ending::OutOfHours } => (facts::Kind::OutOfHours, 0),
        Happened::Ended { .. } => (facts::Kind::Ended, now.0 - after.accepted_at.unwrap_or(now).0),
        Happened::Closed { .. } => (facts::Kind::Closed, now.0 - after.ended_at.unwrap_or(now).0),
        Happened::Reopened { .. } => (facts::Kind::Reopened, 0),
    }
}
