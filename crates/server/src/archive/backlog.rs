//! What has not arrived yet, and what arrived lately.

use protocol::destination::Backlog;
use protocol::http::{DeliveredTranscript, Deliveries, PendingDelivery};

use super::catalogue::{self, Opened};
use super::editions;
use crate::app::{App, Placed};
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::Result;
use crate::identity::account;
use crate::ids::ConversationId;
use crate::jobs;
use crate::values;

/// Conversations that are listed as not arrived.
const PENDING_MAX: u32 = 1000;
/// Transcripts that are listed as arrived.
const DELIVERED_MAX: usize = 100;

/// Conversations whose transcript is not everywhere yet, longest waiting first, one
/// entry a destination; and the newest delivered ones from the catalogue.
pub async fn deliveries(app: &App) -> Result<Deliveries> {
    let (destinations, install) = (app.destinations(), app.keys.install.clone());
    let (rests, now) = (app.rests.clone(), app.clock.now());
    app.db
        .read(move |tx| {
            let mut pending = Vec::new();
            for waiting in waiting(tx)? {
                if destinations.is_empty() {
                    pending.push(waiting.at("", waiting.last_error.clone()));
                }
                for placed in destinations.iter() {
                    if !waiting.has_receipt(tx, placed)? {
                        let last_error = waiting.error_of(tx, placed)?;
                        let resting = || rests.code(&placed.place, now).map(str::to_owned);
                        pending.push(waiting.at(&placed.name, last_error.or_else(resting)));
                    }
                }
            }
            let of = |placed| backlog_of(tx, placed);
            let backlogs = destinations.iter().map(of).collect::<Result<_>>()?;
            let newest = catalogue::newest(tx, &install, 100)?;
            let mut delivered: Vec<_> = newest.iter().flat_map(transcripts).collect();
            delivered.truncate(DELIVERED_MAX);
            name_agents(tx, delivered.iter_mut().filter_map(|one| one.agent.as_mut()))?;
            Ok(Deliveries { backlogs, pending, delivered })
        })
        .await
}

/// A conversation with a delivery job.
struct Waiting {
    id: ConversationId,
    reference: String,
    part: u64,
    since: Millis,
    next_at: Millis,
    attempts: u32,
    last_error: Option<String>,
    is_stuck: bool,
}

fn waiting(tx: &mut Tx<'_>) -> Result<Vec<Waiting>> {
    tx.rows(
        "select c.id, c.reference, c.delivered_parts, c.closed_at, j.created_at, j.due_at, j.attempts, \
         j.last_error, d.stuck_at from job j join conversation c on c.id = j.subject \
         left join delivery d on d.conversation = c.id where j.kind = $1 \
         order by c.closed_at limit $2",
        values![jobs::Kind::Deliver.code(), PENDING_MAX],
        |row| {
            Ok(Waiting {
                id: row.conversation(0)?,
                reference: row.text(1)?,
                part: row.number(2)?,
                since: row.opt_millis(3)?.unwrap_or(row.millis(4)?),
                next_at: row.millis(5)?,
                attempts: u32::try_from(row.number(6)?).unwrap_or(u32::MAX),
                last_error: row.opt_text(7)?,
                is_stuck: row.opt_millis(8)?.is_some(),
            })
        },
    )
}

impl Waiting {
    fn at(&self, destination: &str, last_error: Option<String>) -> PendingDelivery {
        PendingDelivery {
            reference: self.reference.clone(),
            destination: destination.to_owned(),
            attempts: self.attempts,
            next_at: self.next_at.0,
            waiting_since: self.since.0,
            last_error,
            is_stuck: self.is_stuck,
        }
    }

    /// Receipts of a destination are written all at once.
    fn has_receipt(&self, tx: &mut Tx<'_>, placed: &Placed) -> Result<bool> {
        let receipts = tx.count(
            "select count(*) from receipt where conversation = $1 and part = $2 and destination = $3 and place = $4",
            values![&self.id, self.part, placed.name.as_str(), &placed.place],
        )?;
        Ok(receipts > 0)
    }

    fn error_of(&self, tx: &mut Tx<'_>, placed: &Placed) -> Result<Option<String>> {
        tx.row(
            "select code from delivery_error where conversation = $1 and destination = $2",
            values![&self.id, placed.name.as_str()],
            |row| row.text(0),
        )
    }
}

/// What every destination lacks, in the order of the settings.
pub async fn backlogs(app: &App) -> Result<Vec<Backlog>> {
    let destinations = app.destinations();
    app.db.read(move |tx| destinations.iter().map(|placed| backlog_of(tx, placed)).collect()).await
}

/// The figures of every backlog, for the operator.
pub async fn measure(app: &App) -> Result<()> {
    let now = app.clock.now().0;
    for backlog in backlogs(app).await? {
        let age = backlog.oldest_at.map_or(0, |at| (now - at) / 1000);
        let labels = [("destination", backlog.destination)];
        metrics::gauge!("sotto_backlog_conversations", &labels).set(f64::from(backlog.waiting));
        metrics::gauge!("sotto_backlog_stuck", &labels).set(f64::from(backlog.stuck));
        metrics::gauge!("sotto_backlog_age_seconds", &labels).set(age as f64);
    }
    Ok(())
}

fn backlog_of(tx: &mut Tx<'_>, placed: &Placed) -> Result<Backlog> {
    let (waiting, stuck, oldest) = lacking(tx, placed)?;
    let last_error = newest_error(tx, placed)?;
    let receipt = newest_receipt(tx, placed)?;
    Ok(Backlog {
        destination: placed.name.clone(),
        is_required: placed.terms.is_required,
        is_paused: placed.terms.is_paused,
        waiting,
        stuck,
        oldest_at: oldest.map(|at| at.0),
        mend: last_error.as_deref().map(|code| mend_of(code).to_owned()),
        last_error,
        receipt_at: receipt.as_ref().map(|(_, at)| *at),
        receipt_level: receipt.map(|(level, _)| level),
    })
}

/// What to do about a delivery's last code: our own, or a destination's.
fn mend_of(code: &str) -> &'static str {
    match code {
        "not_sealed_yet" => {
            "There are not two proved keys to seal to. Prove two; what waits then goes by itself."
        }
        code => destinations::Error::mend_of(code),
    }
}

/// Conversations whose next part a destination lacks, the stuck ones of them, and
/// since when the oldest waits.
fn lacking(tx: &mut Tx<'_>, placed: &Placed) -> Result<(u32, u32, Option<Millis>)> {
    let found = tx.row(
        "select count(*), count(d.stuck_at), min(c.closed_at) from job j \
         join conversation c on c.id = j.subject left join delivery d on d.conversation = c.id \
         where j.kind = $1 and not exists (select 1 from receipt r where r.conversation = c.id \
         and r.part = c.delivered_parts and r.destination = $2 and r.place = $3)",
        values![jobs::Kind::Deliver.code(), placed.name.as_str(), &placed.place],
        |row| {
            let number = |column| Ok(u32::try_from(row.number(column)?).unwrap_or(u32::MAX));
            Ok((number(0)?, number(1)?, row.opt_millis(2)?))
        },
    )?;
    Ok(found.unwrap_or_default())
}

fn newest_error(tx: &mut Tx<'_>, placed: &Placed) -> Result<Option<String>> {
    tx.row(
        "select code from delivery_error where destination = $1 order by at desc limit 1",
        values![placed.name.as_str()],
        |row| row.text(0),
    )
}

fn newest_receipt(tx: &mut Tx<'_>, placed: &Placed) -> Result<Option<(String, i64)>> {
    tx.row(
        "select level, at from receipt where destination = $1 and place = $2 order by at desc limit 1",
        values![placed.name.as_str(), &placed.place],
        |row| Ok((row.text(0)?, row.int(1)?)),
    )
}

/// A row keeps an agent's id; people read names.
pub(super) fn name_agents<'a>(
    tx: &mut Tx<'_>,
    agents: impl Iterator<Item = &'a mut String>,
) -> Result<()> {
    let staff = account::all(tx)?;
    for agent in agents {
        let named = staff.iter().find(|(account, _)| account.id.to_string() == *agent);
        if let Some((account, _)) = named {
            agent.clone_from(&account.display_name);
        }
    }
    Ok(())
}

/// A catalogue row as one entry for each part's transcript at each destination.
fn transcripts(row: &Opened) -> impl Iterator<Item = DeliveredTranscript> {
    let entry = &row.entry;
    let objects = entry.objects.iter().filter(|held| editions::is_transcript(&held.object));
    objects.map(move |held| DeliveredTranscript {
        reference: row.reference.clone(),
        start_hour: entry.start_hour,
        department: entry.department.clone(),
        agent: entry.agent.clone(),
        disposition: entry.disposition.clone(),
        destination: held.destination.clone(),
        object: held.object.clone(),
        receipt_level: held.level.clone(),
        sha256: held.sha256.clone(),
        is_shredded: row.is_shredded,
    })
}
