//! A visitor starts a conversation.
//!
//! A resend with the same client id gets its conversation back under a fresh
//! token; the same client id with other answers is refused.

use std::sync::Arc;

use masking::{Mode, Writer};
use protocol::event::{Answer, Body, State};
use protocol::http::Start;
use protocol::{Mask, Text};

use super::state::{self, Conversation};
use super::store::{self, By, Resendable, Secrets};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::bus::Topic;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Kind, Sender};
use crate::facts::{self, Fact};
use crate::ids::{ConversationId, Secret, fresh_reference, sha256};
use crate::keys::{ConversationKey, Epochs};
use crate::values;

/// Fields that the pre-chat form may hold.
const FIELDS: [&str; 3] = ["name", "question", "page"];

/// What the visitor gets back.
pub struct Started {
    pub token: Secret,
    pub reference: String,
    pub id: ConversationId,
}

/// Starts it, or gives a resend what it started before.
pub async fn start(app: &App, start: Start) -> Result<Started> {
    let sections = app.sections();
    let is_open = checked(app, &start)?;
    let (now, day) = (app.clock.now(), app.clock.now().day());
    let epoch = app.keys.epochs.ensure(&app.db, &day).await?;
    let (key, id) = (Arc::new(ConversationKey::fresh()), ConversationId::fresh());
    let start_hash = sha256(start.client_id.expose().as_bytes());
    let token = Secret::fresh();
    let (answers, name) = masked(app, &start);
    let secrets = Secrets {
        start_hash,
        token_hash: token.hash(),
        epoch: day,
        wrapped_key: key.wrap(&epoch, id),
        name_sealed: name.map(|name| key.seal_name(name.as_bytes())),
    };
    let new = Conversation::new(id, fresh_reference(), &start, now);
    let body = Body::Started { department: start.department.clone(), answers };
    let (raw, epochs) = (fingerprint_input(&start), app.keys.epochs.clone());
    let reference = app
        .db
        .write(move |tx| {
            if let Some(before) = started_before(tx, &start_hash, &secrets.token_hash)? {
                return same_answers(tx, &epochs, before, &raw);
            }
            let by =
                By { sender: Sender::Visitor, name: "", now, key: &key, timing: &sections.timing };
            // Midnight may have passed since the key was wrapped.
            epochs.must_live(tx, &secrets.epoch, &epoch)?;
            let mut new = new.clone();
            store::insert(tx, &new, &secrets)?;
            let sent = Resendable::new(&key, "start", key.fingerprint(&raw));
            store::append(tx, &by, &mut new, Kind::Started, Some(&sent), &body)?;
            queued(tx, &new)?;
            if is_open {
                store::update(tx, &new)?;
            } else {
                store::save(tx, &by, state::out_of_hours(new.clone(), now))?;
            }
            Ok((id, new.reference))
        })
        .await?;
    Ok(Started { token, reference: reference.1, id: reference.0 })
}

/// Whether the department is open; refuses what no form of ours sends.
fn checked(app: &App, start: &Start) -> Result<bool> {
    let invalid = |field, why| Err(Error::Invalid { field, why });
    if !start.consent {
        return invalid("consent", "must be given");
    }
    if !(22..=64).contains(&start.client_id.len()) {
        return invalid("client_id", "has 22 to 64 characters");
    }
    if !["en", "es"].contains(&start.language.as_str()) {
        return invalid("language", "is en or es");
    }
    let mut bytes = 0;
    for (at, answer) in start.answers.iter().enumerate() {
        let is_again = start.answers.iter().take(at).any(|before| before.field == answer.field);
        if is_again {
            return invalid("answers.field", "stands once each");
        }
        bytes += answer.text.len();
        if !FIELDS.contains(&answer.field.as_str()) {
            return invalid("answers.field", "is name, question or page");
        }
    }
    // Together they are one event, as a message is.
    if bytes > app.config.limits.message_bytes {
        return Err(Error::TooLarge);
    }
    let sections = app.sections();
    if sections.site.id != start.site {
        return invalid("site", "is not known here");
    }
    let department = sections.departments.iter().find(|d| d.id == start.department);
    department
        .map(|d| d.is_open)
        .ok_or(Error::Invalid { field: "department", why: "is not known here" })
}

/// Raw text ends here: the answers as masked, and the shown name.
fn masked(app: &App, start: &Start) -> (Vec<Answer>, Option<String>) {
    let policies = app.policies();
    let policy = policies.of_department(&start.department);
    let mut name = None;
    let mut answers = Vec::with_capacity(start.answers.len());
    for answer in &start.answers {
        let asked = (answer.field == "name").then_some("name");
        let masked = app.engine.mask(policy, Mode::Live, &[], Writer::Visitor, asked, &answer.text);
        if asked.is_some() {
            name = Some(masked.text.as_str().to_owned());
        }
        answers.push(Answer {
            field: answer.field.clone(),
            masks: masks(&masked.findings),
            text: Text::new(masked.text),
        });
    }
    (answers, name.filter(|name| !name.trim().is_empty()))
}

/// Findings as a frame carries them.
pub(crate) fn masks(findings: &[masking::Finding]) -> Vec<Mask> {
    findings.iter().map(|f| Mask { start: f.start, end: f.end, rule: f.rule.to_owned() }).collect()
}

fn fingerprint_input(start: &Start) -> zeroize::Zeroizing<Vec<u8>> {
    let mut raw = zeroize::Zeroizing::new(start.department.as_bytes().to_vec());
    for answer in &start.answers {
        raw.push(0);
        raw.extend_from_slice(answer.field.as_bytes());
        raw.push(0);
        raw.extend_from_slice(answer.text.expose().as_bytes());
    }
    raw
}

/// A resend: the conversation takes the fresh token beside the one it has.
fn started_before(
    tx: &mut Tx<'_>,
    start_hash: &[u8; 32],
    token_hash: &[u8; 32],
) -> Result<Option<(ConversationId, String)>> {
    tx.row(
        "update conversation set next_token_hash = $1 where start_hash = $2 returning id, reference",
        values![token_hash, start_hash],
        |row| Ok((row.conversation(0)?, row.text(1)?)),
    )
}

/// Other answers under the same client id are refused, and change nothing.
fn same_answers(
    tx: &mut Tx<'_>,
    epochs: &Epochs,
    before: (ConversationId, String),
    raw: &[u8],
) -> Result<(ConversationId, String)> {
    let gone = || Error::broken_because("a conversation that was just found is there");
    let secrets = store::secrets(tx, before.0)?.ok_or_else(gone)?;
    let key = ConversationKey::unwrap(
        &*epochs.known(tx, &secrets.epoch)?,
        before.0,
        &secrets.wrapped_key,
    )?;
    let found = store::load(tx, before.0)?.ok_or_else(gone)?;
    let resend = Resendable::new(&key, "start", key.fingerprint(raw));
    store::sent_before(tx, &found, Sender::Visitor, &resend)?.ok_or_else(gone)?;
    Ok(before)
}

fn queued(tx: &mut Tx<'_>, new: &Conversation) -> Result<()> {
    facts::count(
        tx,
        &Fact {
            at: new.created_at,
            kind: facts::Kind::Queued,
            conversation: new.id,
            department: &new.department,
            agent: None,
            amount: 0,
        },
    )?;
    let entry = Entry {
        at: new.created_at,
        actor: Sender::Visitor,
        action: "conversation.started",
        subject: &new.reference,
        detail: "",
    };
    audit::record(tx, &entry)?;
    tx.ring(Topic::Queue(new.department.clone()), 0);
    Ok(())
}

impl Conversation {
    /// As it begins: waiting, nothing said.
    fn new(
        id: ConversationId,
        reference: String,
        start: &Start,
        now: crate::clock::Millis,
    ) -> Self {
        Self {
            id,
            reference,
            site: start.site.clone(),
            department: start.department.clone(),
            language: start.language.clone(),
            state: State::Waiting,
            agent: None,
            offer: None,
            seq: 0,
            shown: 0,
            last_message_seq: 0,
            visitor_seen: 0,
            agent_seen: 0,
            unread: 0,
            created_at: now,
            queued_at: now,
            since: now,
            active_at: now,
            accepted_at: None,
            first_response_at: None,
            warned_until: None,
            ended_at: None,
            closed_at: None,
            ending: None,
            disposition: None,
            is_rated: false,
        }
    }
}
