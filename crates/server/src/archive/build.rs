//! From sealed rows to a transcript, by the archive's masking policy.

use std::collections::{BTreeMap, HashMap};

use masking::{Action, Engine, Policy, Writer};
use protocol::Text;
use protocol::event::{Body, Ending, Sender, State};

use super::manifest::Head;
use super::transcript::{
    At, Event, Masking, Named, Participant, Said, Target, Transcript, VERSION, What, Words,
};
use crate::app::App;
use crate::audit;
use crate::config::masking_rules::MaskingRules;
use crate::config::sections::Sections;
use crate::conversation::{Conversation, store};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events;
use crate::ids::ConversationId;
use crate::keys::{ConversationKey, Place};
use crate::values;

/// Events of one conversation that a transcript can hold.
const EVENTS_MAX: u32 = 100_000;

/// What was delivered before.
pub(super) struct Before {
    pub parts: u32,
    pub seq: u64,
    manifest: Option<[u8; 32]>,
}

/// What the next part is made of, all from one moment and still sealed.
pub(super) struct Material {
    pub closed: Conversation,
    pub head: Head,
    before: Before,
    events: Vec<events::Event>,
}

/// Reads what the next part is made of; `None` if everything was delivered.
pub(super) fn read(tx: &mut Tx<'_>, closed: Conversation) -> Result<Option<Material>> {
    if !matches!(closed.state, State::Closed | State::Delivered) {
        return Err(Error::WrongState);
    }
    let before = delivered(tx, closed.id)?;
    if closed.seq <= before.seq {
        return Ok(None);
    }
    let events = store::events_after(tx, closed.id, 0, EVENTS_MAX)?;
    let head = audit::head(tx)?;
    let head = Head { seq: head.seq, hash: head.hash };
    Ok(Some(Material { closed, head, before, events }))
}

/// The next part, by the archive's masking policy and the settings of now.
pub(super) fn transcript(
    app: &App,
    key: &ConversationKey,
    material: &Material,
) -> Result<Transcript> {
    let Material { closed, before, events, .. } = material;
    let mut rows = Vec::new();
    for event in events {
        let opened = key.open(&Place::of(event), &event.sealed)?;
        let mut body: Body = serde_json::from_slice(opened.bytes())
            .map_err(|_| Error::broken_because("a sealed event is one of ours"))?;
        mask_answers(&app.engine, app.policies().of_department(&closed.department), &mut body);
        rows.push((event, body));
    }
    let policies = app.policies();
    let policy = policies.of_department(&closed.department);
    let said = masked_for_archive(&app.engine, policy, &rows);
    let targets: HashMap<u64, Target> =
        rows.iter().map(|(event, body)| (event.seq, Target::of(body, event.at.0))).collect();
    let news = rows.into_iter().filter(|(event, _)| event.seq > before.seq);
    let events = news.map(|(event, body)| one(event, body, &said, &targets, before)).collect();
    Ok(whole(&app.sections(), closed, before, events))
}

pub(super) fn delivered(tx: &mut Tx<'_>, id: ConversationId) -> Result<Before> {
    let found = tx.row(
        "select delivered_parts, delivered_seq, delivered_hash from conversation where id = $1",
        values![&id],
        |row| Ok((row.number(0)?, row.number(1)?, row.opt_blob(2)?)),
    )?;
    let (parts, seq, manifest) = found.ok_or(Error::NotFound)?;
    Ok(Before {
        parts: u32::try_from(parts).unwrap_or(u32::MAX),
        seq,
        manifest: manifest.and_then(|hash| hash.try_into().ok()),
    })
}

/// All words by the archive's policy, under the seq and the field, if any, that hold them.
type AllSaid = HashMap<(u64, Option<String>), Said>;

/// The answers among the rows are masked already.
fn masked_for_archive(
    engine: &Engine,
    policy: &Policy,
    rows: &[(&events::Event, Body)],
) -> AllSaid {
    let texts: Vec<(&Body, masking::Before<'_>)> = rows
        .iter()
        .filter_map(|(event, body)| {
            let (writer, text) = match body {
                Body::Message { from: Sender::Visitor, text, .. } => (Writer::Visitor, text),
                Body::Message { text, .. } | Body::Note { text, .. } => (Writer::Agent, text),
                Body::Rated { comment: Some(text), .. } => (Writer::Visitor, text),
                _ => return None,
            };
            Some((body, masking::Before { number: event.seq, writer, text: text.as_str() }))
        })
        .collect();
    let befores: Vec<masking::Before<'_>> = texts.iter().map(|(_, before)| *before).collect();
    let masked = engine.mask_stored(policy, &befores);
    let mut said = AllSaid::new();
    for ((body, before), masked) in texts.into_iter().zip(masked) {
        let masks = both(earlier_masks(body), &masked.findings);
        said.insert((before.number, None), Said { text: Words::new(masked.text), masks });
    }
    for (event, body) in rows {
        let Body::Started { answers, .. } = body else { continue };
        for answer in answers {
            let now = Said { text: answer.text.clone().into(), masks: answer.masks.clone() };
            said.insert((event.seq, Some(answer.field.clone())), now);
        }
    }
    said
}

/// What was masked live, and what the archive masks besides.
fn both(earlier: Vec<protocol::Mask>, findings: &[masking::Finding]) -> Vec<protocol::Mask> {
    let mut masks = earlier;
    masks.extend(crate::conversation::masks(findings));
    masks.sort_by_key(|mask| mask.start);
    masks.dedup_by(|next, kept| next.start < kept.end);
    masks
}

/// A form's answers by the archive's policy. A field is exempt from the rule for
/// what it asks.
fn mask_answers(engine: &Engine, policy: &Policy, body: &mut Body) {
    let Body::Started { answers, .. } = body else { return };
    for answer in answers {
        let mut policy = policy.clone();
        match answer.field.as_str() {
            "name" => policy.set("name", Writer::Visitor, Action::Off),
            "page" => policy.set("url", Writer::Visitor, Action::Off),
            _ => false,
        };
        let alone =
            masking::Before { number: 1, writer: Writer::Visitor, text: answer.text.as_str() };
        if let Some(masked) = engine.mask_stored(&policy, &[alone]).pop() {
            answer.masks = both(std::mem::take(&mut answer.masks), &masked.findings);
            answer.text = Text::new(masked.text);
        }
    }
}

fn earlier_masks(body: &Body) -> Vec<protocol::Mask> {
    match body {
        Body::Message { masks, .. } | Body::Note { masks, .. } | Body::Rated { masks, .. } => {
            masks.clone()
        }
        _ => Vec::new(),
    }
}

fn one(
    event: &events::Event,
    body: Body,
    all: &AllSaid,
    targets: &HashMap<u64, Target>,
    before: &Before,
) -> Event {
    let wire = protocol::event::Event { number: event.seq, at: event.at.0, body };
    let mut told = Event::of(wire, |number| targets.get(&number).copied());
    match &mut told.what {
        What::Message { said, .. }
        | What::Note { said, .. }
        | What::Rated { comment: Some(said), .. } => {
            if let Some(masked) = all.get(&(event.seq, None)) {
                *said = masked.clone();
            }
        }
        What::Amended { target, field, now, .. } if *target <= before.seq => {
            *now = all.get(&(*target, field.clone())).cloned();
        }
        _ => {}
    }
    told
}

fn whole(
    sections: &Sections,
    closed: &Conversation,
    before: &Before,
    events: Vec<Event>,
) -> Transcript {
    let department = sections.departments.iter().find(|d| d.id == closed.department);
    let disposition = |code: &String| {
        let known = sections.dispositions.iter().find(|d| d.code == *code);
        Named { id: code.clone(), name: known.map_or_else(|| code.clone(), |d| d.name.clone()) }
    };
    let mut participants = vec![Participant::Visitor { name: None }];
    for event in &events {
        if let What::Accepted { agent } | What::Reopened { by: agent } = &event.what {
            let joined_at = event.at;
            participants.push(Participant::Agent { person: agent.clone(), joined_at });
        }
    }
    Transcript {
        version: VERSION,
        reference: closed.reference.clone(),
        part: before.parts,
        follows: before.manifest,
        site: Named { id: closed.site.clone(), name: sections.site.name.clone() },
        department: Named {
            id: closed.department.clone(),
            name: department.map_or_else(|| closed.department.clone(), |d| d.name.clone()),
        },
        language: closed.language.clone(),
        practice: !sections.mode.is_phi,
        started_at: At(closed.created_at.0),
        ended_at: At(closed.ended_at.unwrap_or(closed.since).0),
        ending: closed.ending.unwrap_or(Ending::ByAgent),
        disposition: closed.disposition.as_ref().map(disposition),
        participants,
        masking: Masking {
            policy: policy_name(&sections.masking).to_owned(),
            policy_version: sections.masking_version,
            rules: masking::rules()
                .into_iter()
                .map(|(rule, _, version)| (rule.to_owned(), version))
                .collect::<BTreeMap<_, _>>(),
        },
        events,
    }
}

/// Whether the clinic changed anything of the table.
fn policy_name(rules: &MaskingRules) -> &'static str {
    if *rules == MaskingRules::default() { "default" } else { "clinic" }
}
