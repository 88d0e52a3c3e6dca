//! What destinations there are, and whether one answers as it must.

use destinations::sftp::offered_host_key;
use destinations::{Allowed, Config as To, Destination, Form, Name};
use protocol::destination::{
    DestinationField, DestinationForm, DestinationState, Destinations, Evidence, EvidenceStep,
    Refusal, SecretSet, TestDestination,
};
use serde_json::json;

use super::{backlog, readers};
use crate::app::{App, setting_of};
use crate::audit::{self, Entry};
use crate::clock::Millis;
use crate::config::destination::READING;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::AccountId;
use crate::site::{self, lacks, secrets};

/// Nobody has compared the host key yet. A person can, so what the server shows is told.
const UNCONFIRMED: &str = "host_key_unconfirmed";
const NEVER_STORED: &str = "sotto-check/never-stored.txt";

/// Every destination as it stands, and the forms for more.
pub async fn all(app: &App) -> Result<Destinations> {
    let version = site::section(app, site::Name::Destinations).await?.version;
    let (sections, backlogs) = (app.sections(), backlog::backlogs(app).await?);
    let mut destinations = Vec::new();
    for named in &sections.destinations {
        let name = named.name.clone();
        let set = app.db.read(move |tx| secrets::set_at(tx, &name)).await?;
        let lacks = lacks::of(named, &app.config, app.clock.now());
        let backlog = backlogs.iter().find(|it| it.destination == named.name);
        destinations.push(DestinationState {
            name: named.name.clone(),
            kind: named.to.kind().to_owned(),
            settings: json!(named),
            secrets: set
                .into_iter()
                .map(|(setting, at)| SecretSet { setting, set_at: at.0 })
                .collect(),
            lacks: lacks.into_iter().map(|(code, _)| code.to_owned()).collect(),
            backlog: backlog.cloned().unwrap_or_default(),
        });
    }
    let forms = destinations::forms().into_iter().map(form).collect();
    let is_sealing_ready = readers::all(app).await?.is_ready;
    Ok(Destinations { version, forms, destinations, is_sealing_ready })
}

fn form(form: Form) -> DestinationForm {
    let field = |field: destinations::Field| DestinationField {
        name: field.name.to_owned(),
        label: field.label,
        help: field.help,
        input: field.shape.input.to_owned(),
        is_secret: field.shape.is_secret,
        is_optional: field.shape.is_optional,
        choices: field.shape.choices.iter().map(|it| (*it).to_owned()).collect(),
    };
    DestinationForm {
        kind: form.kind.to_owned(),
        label: form.label,
        help: form.help,
        fields: form.fields.into_iter().map(field).collect(),
    }
}

/// Tries settings without saving them. That it was tried is recorded, not with what.
pub async fn test(app: &App, by: Option<AccountId>, asked: TestDestination) -> Result<Evidence> {
    let sections = app.sections();
    let before = asked.name.as_ref();
    let before = before.and_then(|name| sections.destinations.iter().find(|it| it.name == *name));
    let (named, _) = secrets::take_one(before, &asked.settings)?;
    let (now, subject) = (app.clock.now(), named.name.clone());
    let allowed = &app.config.destinations.allowed;
    let evidence = match Destination::open_within(&named.to, allowed) {
        Ok(there) => there.check().await,
        Err(error) => Err(error),
    };
    let shown = match (&named.to, &evidence) {
        (To::Sftp(to), Err(error)) if error.code() == UNCONFIRMED => {
            offered_host_key(to, allowed).await.ok()
        }
        _ => None,
    };
    let mut evidence = sheet(named.to.kind(), now, evidence);
    if let (None, Some(reading)) = (&evidence.refusal, &named.reading) {
        match reads(reading, allowed).await {
            Ok(found) => evidence.steps.push(found),
            Err(error) => evidence.refusal = Some(refusal(error, READING)),
        }
    }
    if let Some(shown) = shown {
        evidence.steps = vec![
            step("host_key", "not_here", shown.fingerprint),
            step("host_key_shown", "not_here", shown.line),
        ];
    }
    let detail =
        evidence.refusal.as_ref().map_or("done", |refusal| refusal.code.as_str()).to_owned();
    app.db
        .write(move |tx| {
            let actor = by.map_or(Sender::System, Sender::Agent);
            let action = "destination.tested";
            audit::record(tx, &Entry { at: now, actor, action, subject: &subject, detail: &detail })
        })
        .await?;
    Ok(evidence)
}

/// The same for one that is set.
pub async fn test_set(app: &App, name: &str) -> Result<Evidence> {
    let sections = app.sections();
    let named = sections.destinations.iter().find(|it| it.name == name).ok_or(Error::NotFound)?;
    test(app, None, TestDestination { name: Some(name.to_owned()), settings: json!(named) }).await
}

fn sheet(
    kind: &str,
    at: Millis,
    checked: std::result::Result<destinations::Checked, destinations::Error>,
) -> Evidence {
    let mut sheet = Evidence {
        kind: kind.to_owned(),
        tested_at: at.0,
        millis: 0,
        receipt_level: None,
        steps: Vec::new(),
        refusal: None,
    };
    match checked {
        Ok(checked) => {
            sheet.millis = checked.millis;
            sheet.receipt_level = Some(checked.level.code().to_owned());
            let line = |it: destinations::Step| step(it.what, word(it.outcome), it.found);
            sheet.steps = checked.steps.into_iter().map(line).collect();
        }
        Err(error) => {
            sheet.refusal = Some(refusal(error, ""));
        }
    }
    sheet
}

/// `of` begins the setting's name.
fn refusal(error: destinations::Error, of: &str) -> Refusal {
    let is_of_setting = matches!(error, destinations::Error::Refused { .. });
    Refusal {
        code: error.code().to_owned(),
        mend: error.mend().to_owned(),
        setting: is_of_setting.then(|| format!("{of}{}", setting_of(error))),
    }
}

/// Whether the credential that reads back signs in: it asks for what nobody stored.
async fn reads(
    reading: &To,
    allowed: &Allowed,
) -> std::result::Result<EvidenceStep, destinations::Error> {
    let there = Destination::open_within(reading, allowed)?;
    match there.read(&Name::new(NEVER_STORED)?).await {
        Ok(_) | Err(destinations::Error::NotFound) => Ok(step("reading", "done", String::new())),
        Err(destinations::Error::NotReadable) => Ok(step("reading", "refused", String::new())),
        Err(error) => Err(error),
    }
}

fn step(what: &str, outcome: &str, found: String) -> EvidenceStep {
    EvidenceStep { what: what.to_owned(), outcome: outcome.to_owned(), found }
}

fn word(outcome: destinations::Outcome) -> &'static str {
    match outcome {
        destinations::Outcome::Done => "done",
        destinations::Outcome::Refused => "refused",
        destinations::Outcome::NotHere => "not_here",
    }
}
