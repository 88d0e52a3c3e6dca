//! What stays findable after a shred: one row, sealed under the install key.
//!
//! It says which transcript went where and holds nothing of the visitor.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::conversation::Conversation;
use crate::db::{Row, Tx};
use crate::error::{Error, Result};
use crate::keys::Install;
use crate::values;

/// What a row's seal holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// When the conversation started, to the hour.
    pub start_hour: i64,
    pub department: String,
    pub agent: Option<String>,
    pub disposition: Option<String>,
    /// Of all parts at all destinations.
    pub objects: Vec<Object>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Object {
    pub destination: String,
    pub object: String,
    pub level: String,
    /// Hex.
    pub sha256: String,
}

/// A row, opened.
pub(super) struct Opened {
    pub reference: String,
    pub entry: Entry,
    pub is_shredded: bool,
}

/// Writes the row anew from all receipts that there are.
pub(super) fn enter(tx: &mut Tx<'_>, install: &Install, delivered: &Conversation) -> Result<()> {
    let objects = tx.rows(
        "select destination, object, level, sha256 from receipt where conversation = $1 \
         order by part, destination, object",
        values![&delivered.id],
        object,
    )?;
    let entry = Entry {
        start_hour: delivered.created_at.hour().0,
        department: delivered.department.clone(),
        agent: delivered.agent.as_ref().map(|agent| agent.id.to_string()),
        disposition: delivered.disposition.clone(),
        objects,
    };
    let plain = serde_json::to_vec(&entry).map_err(|e| Error::broken("a catalogue entry", e))?;
    let sealed = install.seal_catalogue(&delivered.reference, &plain);
    tx.run(
        "insert into catalogue (reference, sealed, created_at) values ($1, $2, $3) \
         on conflict (reference) do update set sealed = excluded.sealed",
        values![&delivered.reference, &sealed, delivered.created_at.hour()],
    )?;
    Ok(())
}

fn object(row: &Row<'_>) -> Result<Object> {
    Ok(Object {
        destination: row.text(0)?,
        object: row.text(1)?,
        level: row.text(2)?,
        sha256: HEXLOWER.encode(&row.blob(3)?),
    })
}

/// The newest rows, newest first.
pub(super) fn newest(tx: &mut Tx<'_>, install: &Install, limit: u32) -> Result<Vec<Opened>> {
    tx.rows(
        "select reference, sealed, shredded_at from catalogue \
         order by created_at desc, reference limit $1",
        values![limit],
        |row| opened(install, row),
    )
}

/// One conversation's row.
pub(super) fn one(tx: &mut Tx<'_>, install: &Install, reference: &str) -> Result<Option<Opened>> {
    tx.row(
        "select reference, sealed, shredded_at from catalogue where reference = $1",
        values![reference],
        |row| opened(install, row),
    )
}

/// Where a walk through the rows stands: everything newer was seen.
pub(super) struct Seen {
    pub start_hour: i64,
    pub reference: String,
}

impl Seen {
    /// Nothing that started before this was seen yet.
    pub fn none_before(moment: i64) -> Self {
        Self { start_hour: moment.saturating_sub(1), reference: String::new() }
    }
}

/// Rows of conversations that started at `from` or later and were not `seen`, newest
/// first, until `look` has seen enough. A page at a time: years of rows are not held at once.
pub(super) fn each(
    tx: &mut Tx<'_>,
    install: &Install,
    from: i64,
    mut seen: Seen,
    mut look: impl FnMut(&Opened) -> bool,
) -> Result<()> {
    const PAGE: u32 = 500;
    loop {
        let page = tx.rows(
            "select reference, sealed, shredded_at from catalogue where created_at >= $1 \
             and (created_at < $2 or (created_at = $2 and reference > $3)) \
             order by created_at desc, reference limit $4",
            values![from, seen.start_hour, seen.reference.as_str(), PAGE],
            |row| opened(install, row),
        )?;
        let Some(last) = page.last() else { return Ok(()) };
        seen = Seen { start_hour: last.entry.start_hour, reference: last.reference.clone() };
        if !page.iter().all(&mut look) {
            return Ok(());
        }
    }
}

fn opened(install: &Install, row: &Row<'_>) -> Result<Opened> {
    let reference = row.text(0)?;
    let opened = install.open_catalogue(&reference, &row.blob(1)?)?;
    let entry = serde_json::from_slice(opened.bytes())
        .map_err(|_| Error::broken_because("a catalogue entry is one of ours"))?;
    Ok(Opened { reference, entry, is_shredded: row.opt_millis(2)?.is_some() })
}

/// The key of a conversation went.
pub(super) fn mark_shredded(tx: &mut Tx<'_>, reference: &str, now: Millis) -> Result<()> {
    tx.run("update catalogue set shredded_at = $1 where reference = $2", values![now, reference])?;
    Ok(())
}
