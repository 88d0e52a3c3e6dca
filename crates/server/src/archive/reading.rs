//! The read-through archive: a past conversation, found in the catalogue and read
//! live from where it was delivered.
//!
//! Off by default, and reads with a credential of its own. Nothing is kept: what was
//! read is checked against catalogue and signature, shown, and dropped. It cannot
//! look for a visitor, since nothing here knows one.

use destinations::{Destination, Name};
use protocol::destination::{
    Archive, FindTranscripts, FoundTranscripts, FoundUpTo, OpenTranscript, OpenedTranscript,
    PastConversation, PastPlace,
};
use protocol::event::Person;
use protocol::http::Role;

use super::backlog;
use super::catalogue::{self, Opened, Seen};
use super::editions::{self, SEALED};
use super::manifest::Signer;
use super::verify::{self, Files};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::clock::Millis;
use crate::config::sections::ReadThrough;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::identity::account::{self, Account};
use crate::ids::{AccountId, sha256};
use crate::values;

const FOUND_MAX: usize = 100;
const FOUND_USUALLY: u32 = 50;
const HOUR_SECONDS: u32 = 60 * 60;
const OPENED: &str = "archive.opened";

/// What the account may do here.
pub async fn archive(app: &App, account: &Account) -> Result<Archive> {
    let (is_open, who) = (may_look(app, account).is_ok(), account.id);
    let (now, looks_per_hour) = (app.clock.now(), app.sections().archive.looks_per_hour);
    let departments = account.departments.clone();
    app.db
        .read(move |tx| {
            let looks = u32::try_from(looks(tx, who, now)?).unwrap_or(u32::MAX);
            let looks_left = looks_per_hour.saturating_sub(looks);
            let takes = |it: &Account| {
                matches!(it.role, Role::Agent | Role::Supervisor)
                    && it.departments.iter().any(|one| departments.contains(one))
            };
            let staff = if is_open { account::all(tx)? } else { Vec::new() };
            let staff = staff.into_iter().map(|(account, _)| account).filter(takes);
            let mut agents: Vec<_> =
                staff.map(|it| Person { id: it.id.to_string(), name: it.display_name }).collect();
            agents.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(Archive { is_open, looks_per_hour, looks_left, agents })
        })
        .await
}

/// What the catalogue has of the account's departments, a page at a time.
pub async fn find(
    app: &App,
    account: &Account,
    asked: FindTranscripts,
) -> Result<FoundTranscripts> {
    may_look(app, account)?;
    let most = asked.limit.unwrap_or(FOUND_USUALLY) as usize;
    if !(1..=FOUND_MAX).contains(&most) {
        return Err(Error::Invalid { field: "limit", why: "is 1 to 100" });
    }
    let (install, departments) = (app.keys.install.clone(), account.departments.clone());
    let read_back = read_back(app);
    app.db
        .read(move |tx| {
            let mut conversations = Vec::new();
            let from = asked.from.unwrap_or(i64::MIN);
            catalogue::each(tx, &install, from, seen(&asked), |row| {
                if departments.contains(&row.entry.department) && fits(&asked, row) {
                    conversations.push(past(row, &read_back));
                }
                conversations.len() <= most
            })?;
            let has_more = conversations.len() > most;
            conversations.truncate(most);
            let last = conversations.last().filter(|_| has_more);
            let next = last.map(|last| FoundUpTo {
                start_hour: last.start_hour,
                reference: last.reference.clone(),
            });
            backlog::name_agents(tx, conversations.iter_mut().filter_map(|it| it.agent.as_mut()))?;
            Ok(FoundTranscripts { conversations, next })
        })
        .await
}

/// The page before was inside what is asked for, so its end narrows by itself.
fn seen(asked: &FindTranscripts) -> Seen {
    match &asked.after {
        Some(last) => Seen { start_hour: last.start_hour, reference: last.reference.clone() },
        None => Seen::none_before(asked.before.unwrap_or(i64::MAX)),
    }
}

fn past(row: &Opened, read_back: &[String]) -> PastConversation {
    let mut places: Vec<PastPlace> = Vec::new();
    let entry = &row.entry;
    for held in entry.objects.iter().filter(|held| editions::is_transcript(&held.object)) {
        let is_sealed = held.object.ends_with(SEALED);
        match places.iter_mut().find(|place| place.destination == held.destination) {
            Some(place) => {
                place.parts += 1;
                // One sealed part is enough for the whole not to be read here.
                place.is_sealed |= is_sealed;
            }
            None => places.push(PastPlace {
                destination: held.destination.clone(),
                parts: 1,
                is_sealed,
                is_read_back: read_back.contains(&held.destination),
            }),
        }
    }
    PastConversation {
        reference: row.reference.clone(),
        start_hour: entry.start_hour,
        department: entry.department.clone(),
        agent: entry.agent.clone(),
        disposition: entry.disposition.clone(),
        places,
    }
}

fn fits(asked: &FindTranscripts, row: &Opened) -> bool {
    let is = |wanted: &Option<String>, found: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
    };
    is(&asked.reference, Some(&row.reference))
        && is(&asked.department, Some(&row.entry.department))
        && is(&asked.agent, row.entry.agent.as_deref())
        && is(&asked.disposition, row.entry.disposition.as_deref())
}

fn read_back(app: &App) -> Vec<String> {
    let with = |placed: &&crate::app::Placed| placed.reading.is_some();
    app.destinations().iter().filter(with).map(|placed| placed.name.clone()).collect()
}

fn may_look(app: &App, account: &Account) -> Result<()> {
    let ReadThrough { is_open, agents_may, .. } = app.sections().archive;
    match account.role {
        _ if !is_open => Err(Error::WrongState),
        Role::Agent if !agents_may => Err(Error::NotAllowed),
        _ => Ok(()),
    }
}

/// Reads one conversation. That somebody looks is recorded before anything is read.
pub async fn open(app: &App, account: &Account, asked: OpenTranscript) -> Result<OpenedTranscript> {
    may_look(app, account)?;
    let (install, reference) = (app.keys.install.clone(), asked.reference.clone());
    let row = app.db.read(move |tx| catalogue::one(tx, &install, &reference)).await?;
    let row = row.filter(|row| account.departments.contains(&row.entry.department));
    let row = row.ok_or(Error::NotFound)?;
    let destinations = app.destinations();
    let there = destinations.iter().find(|placed| placed.name == asked.destination);
    let there = there.and_then(|placed| placed.reading.as_ref()).ok_or(Error::NotFound)?;
    look(app, account.id, &row.reference, &asked.destination).await?;
    let files = read(there, &row, &asked.destination).await?;
    let ours = Signer::from_seed(&app.keys.install.transcript_seed()).public_key();
    if !verify::reference(&row.reference, &files, &[ours]).is_good() {
        return Err(not_read(&asked.destination, "changed_there"));
    }
    let parts = files.iter().filter(|(name, _)| editions::is_transcript(name));
    let mut parts: Vec<serde_json::Value> =
        parts.filter_map(|(_, bytes)| serde_json::from_slice(bytes).ok()).collect();
    // Files stand by name, and `part10` before `part2`.
    parts.sort_by_key(|part| part["part"].as_u64());
    Ok(OpenedTranscript { reference: row.reference, destination: asked.destination, parts })
}

/// Every file that the catalogue names there, each as the catalogue knows it.
async fn read(there: &Destination, row: &Opened, destination: &str) -> Result<Files> {
    let mut files = Files::new();
    for held in row.entry.objects.iter().filter(|held| held.destination == destination) {
        if held.object.ends_with(SEALED) {
            return Err(not_read(destination, "sealed"));
        }
        let name =
            Name::new(held.object.clone()).map_err(|e| Error::broken("an object's name", e))?;
        let bytes = there.read(&name).await.map_err(|error| not_read(destination, error.code()))?;
        if data_encoding::HEXLOWER.encode(&sha256(&bytes)) != held.sha256 {
            return Err(not_read(destination, "changed_there"));
        }
        files.insert(name.file().to_owned(), bytes);
    }
    Ok(files)
}

fn not_read(destination: &str, code: &'static str) -> Error {
    let mend = match code {
        "sealed" => {
            "This transcript is sealed to the clinic's keys. Open it with `sotto transcript open`."
        }
        "changed_there" => {
            "What lies there is not what was delivered. Tell whoever keeps the place."
        }
        code => destinations::Error::mend_of(code),
    };
    Error::Refused { field: format!("destinations.{destination}"), code, mend }
}

/// Counts the looks of the last hour by their audit entries, so that neither another
/// node nor a restart forgets them.
async fn look(app: &App, who: AccountId, reference: &str, destination: &str) -> Result<()> {
    let (now, most) = (app.clock.now(), app.sections().archive.looks_per_hour);
    let (reference, detail) = (reference.to_owned(), destination.to_owned());
    app.db
        .write(move |tx| {
            if looks(tx, who, now)? >= i64::from(most) {
                return Err(Error::TooMany { retry_after: HOUR_SECONDS });
            }
            let (actor, action) = (Sender::Agent(who), OPENED);
            audit::record(
                tx,
                &Entry { at: now, actor, action, subject: &reference, detail: &detail },
            )
        })
        .await
}

fn looks(tx: &mut Tx<'_>, who: AccountId, now: Millis) -> Result<i64> {
    tx.count(
        "select count(*) from audit where action = $1 and actor = $2 and at > $3",
        values![OPENED, &who, now.minus_seconds(HOUR_SECONDS)],
    )
}

/// How many past conversations this install could read, whether it may or not: those
/// that lie somewhere readable to a credential that it has.
pub async fn within_reach(app: &App) -> Result<u32> {
    let (install, destinations) = (app.keys.install.clone(), app.destinations());
    app.db
        .read(move |tx| {
            let mut many = 0;
            catalogue::each(tx, &install, i64::MIN, Seen::none_before(i64::MAX), |row| {
                let is_readable = |held: &catalogue::Object| {
                    let placed = destinations.iter().find(|placed| placed.name == held.destination);
                    let is_read_back =
                        matches!(held.level.as_str(), "read_back" | "immutable_version");
                    !held.object.ends_with(SEALED)
                        && !held.object.ends_with(".manifest.json")
                        && placed.is_some_and(|placed| is_read_back || placed.reading.is_some())
                };
                many += u32::from(row.entry.objects.iter().any(is_readable));
                true
            })?;
            Ok(many)
        })
        .await
}
