//! What has not arrived yet, and what arrived lately.

use protocol::http::{DeliveredTranscript, Deliveries, PendingDelivery};

use super::catalogue::{self, Opened};
use crate::app::App;
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
    app.db
        .read(move |tx| {
            let mut pending = Vec::new();
            for waiting in waiting(tx)? {
                if destinations.is_empty() {
                    pending.push(waiting.at("", waiting.last_error.clone()));
                }
                for (name, _) in destinations.iter() {
                    if !waiting.has_receipt(tx, name)? {
                        let last_error = waiting.error_of(tx, name)?;
                        pending.push(waiting.at(name, last_error));
                    }
                }
            }
            let newest = catalogue::newest(tx, &install, 100)?;
            let mut delivered: Vec<_> = newest.iter().flat_map(transcripts).collect();
            delivered.truncate(DELIVERED_MAX);
            name_agents(tx, &mut delivered)?;
            Ok(Deliveries { backlogs: Vec::new(), pending, delivered })
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
}

fn waiting(tx: &mut Tx<'_>) -> Result<Vec<Waiting>> {
    tx.rows(
        "select c.id, c.reference, c.delivered_parts, c.closed_at, j.created_at, j.due_at, j.attempts, \
         j.last_error from job j join conversation c on c.id = j.subject where j.kind = $1 \
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
            is_stuck: false,
        }
    }

    /// Receipts of a destination are written all at once.
    fn has_receipt(&self, tx: &mut Tx<'_>, destination: &str) -> Result<bool> {
        let receipts = tx.count(
            "select count(*) from receipt where conversation = $1 and part = $2 and destination = $3",
            values![&self.id, self.part, destination],
        )?;
        Ok(receipts > 0)
    }

    fn error_of(&self, tx: &mut Tx<'_>, destination: &str) -> Result<Option<String>> {
        tx.row(
            "select code from delivery_error where conversation = $1 and destination = $2",
            values![&self.id, destination],
            |row| row.text(0),
        )
    }
}

/// A row keeps an agent's id; people read names.
fn name_agents(tx: &mut Tx<'_>, delivered: &mut [DeliveredTranscript]) -> Result<()> {
    let staff = account::all(tx)?;
    for agent in delivered.iter_mut().filter_map(|one| one.agent.as_mut()) {
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
    let is_transcript = |name: &str| name.ends_with(".json") && !name.ends_with(".manifest.json");
    let objects = entry.objects.iter().filter(move |held| is_transcript(&held.object));
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
