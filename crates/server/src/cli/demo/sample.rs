//! Sample staff, settings and conversations. Everybody here is made up.

use protocol::http::{ChangeSection, Role, Start, StartAnswer};
use sensitive::Sensitive;
use serde_json::json;

use crate::app::App;
use crate::config::Config;
use crate::config::sections::{Department, Sections, Site, Timing};
use crate::conversation::access::Agent;
use crate::conversation::{self, Poster, Started};
use crate::error::Result;
use crate::identity::account::{self, CAPACITY, New};
use crate::ids::{AccountId, Secret};
use crate::site;

const STAFF: [(&str, &str, Role); 3] = [
    ("agent", "Ada Sample", Role::Agent),
    ("supervisor", "Sol Sample", Role::Supervisor),
    ("administrator", "Ari Sample", Role::Administrator),
];

/// The settings of a first start: shorter delays, so that one sees what happens.
pub(super) fn sections(config: &Config, clinic: &str) -> Sections {
    let department = |id: &str, name: &str| Department {
        id: id.to_owned(),
        name: name.to_owned(),
        is_open: true,
    };
    let plain = Sections::first(config.transcripts_dir.clone(), clinic);
    Sections {
        site: Site { name: "Willow Creek Clinic (sample)".to_owned(), ..plain.site.clone() },
        departments: vec![department("front-desk", "Front desk"), department("billing", "Billing")],
        timing: Timing { survey_seconds: 20, grace_seconds: 5 * 60, ..plain.timing },
        ..plain
    }
}

/// The port may differ from the last run's: the clinic's page must stay allowed.
pub(super) async fn page(app: &App, clinic: &str) -> Result<()> {
    let section = site::section(app, site::Name::Site).await?;
    if app.sections().site.pages.iter().any(|page| page == clinic) {
        return Ok(());
    }
    let mut value = section.value;
    value["pages"] = json!([clinic]);
    let change = ChangeSection { version: section.version, value };
    site::change(app, None, site::Name::Site, change).await.map(|_| ())
}

/// The sample accounts, made where they are missing; nobody knows their passwords.
pub(super) async fn staff(app: &App) -> Result<Vec<(&'static str, AccountId)>> {
    let known = app.db.read(account::all).await?;
    let mut staff = Vec::new();
    for (name, display_name, role) in STAFF {
        let found = known.iter().find(|(account, _)| account.name == name);
        let id = match found {
            Some((account, _)) => account.id,
            None => {
                let sections = app.sections();
                let new = New {
                    name: name.to_owned(),
                    display_name: display_name.to_owned(),
                    role,
                    departments: sections.departments.iter().map(|d| d.id.clone()).collect(),
                    capacity: CAPACITY,
                    password: Sensitive::new(Secret::fresh().reveal().to_owned()),
                };
                account::add(app, new).await?
            }
        };
        staff.push((name, id));
    }
    Ok(staff)
}

/// One that waits, one that is being answered, one that is on its way to the folder.
pub(super) async fn conversations(app: &App, staff: &[(&'static str, AccountId)]) -> Result<()> {
    let id = staff.first().map(|(_, id)| *id).ok_or(crate::error::Error::NotFound)?;
    let found = app.db.read(move |tx| account::by_id(tx, id)).await?;
    let Some(account) = found else { return Ok(()) };
    let ada = Agent::of(&account);
    let past = started(app, "front-desk", "Robin (made up)", "Where can I park?").await?;
    conversation::accept(app, &ada, past.id).await?;
    says(app, &ada, &past, "Behind the building. The first two hours are free.").await?;
    asks(app, &past, "Thank you! My card is 4111 1111 1111 1111 if you need it.").await?;
    says(app, &ada, &past, "We don't need it, and it was hidden before I could see it.").await?;
    conversation::close(app, &ada, past.id, Some("answered".to_owned())).await?;
    let now = started(app, "front-desk", "Kim (made up)", "Is the flu shot in stock?").await?;
    conversation::accept(app, &ada, now.id).await?;
    says(app, &ada, &now, "It is. Would Thursday morning suit you?").await?;
    asks(app, &now, "Thursday at nine would be perfect.").await?;
    started(app, "billing", "Lee (made up)", "I have a question about my last bill.").await?;
    Ok(())
}

async fn started(app: &App, department: &str, name: &str, question: &str) -> Result<Started> {
    let answer = |field: &str, text: &str| StartAnswer {
        field: field.to_owned(),
        text: Sensitive::new(text.to_owned()),
    };
    let start = Start {
        client_id: Sensitive::new(Secret::fresh().reveal().to_owned()),
        site: app.sections().site.id.clone(),
        department: department.to_owned(),
        language: "en".to_owned(),
        consent: true,
        answers: vec![answer("name", name), answer("question", question)],
    };
    conversation::start(app, start).await
}

async fn asks(app: &App, visitor: &Started, text: &str) -> Result<()> {
    let poster = Poster::Visitor { token_hash: visitor.token.hash() };
    post(app, poster, visitor, text).await
}

async fn says(app: &App, agent: &Agent, to: &Started, text: &str) -> Result<()> {
    post(app, Poster::Agent(agent.clone()), to, text).await
}

async fn post(app: &App, poster: Poster, to: &Started, text: &str) -> Result<()> {
    let (client_id, text) = (Secret::fresh().reveal().to_owned(), Sensitive::new(text.to_owned()));
    conversation::post_message(app, poster, to.id, client_id, text).await.map(|_| ())
}
