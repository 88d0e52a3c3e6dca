//! The audit chain: who did what, when, and proof that nothing was taken out.
//!
//! An entry is written, unnumbered, in the transaction of what it records; the
//! sealer numbers, chains and signs it in the same commit. Entries hold ids and
//! codes, never words.
//!
//! Entry hash: SHA-256 over the previous hash (32 zero bytes for the first) and
//! the entry's canonical line, `seq|at|actor kind|actor|action|subject|detail`.

use data_encoding::HEXLOWER;

use crate::app::App;
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::Result;
use crate::events::Sender;
use crate::ids::sha256;
use crate::keys::Install;
use crate::values;

/// What is recorded.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub at: Millis,
    pub actor: Sender,
    /// `conversation.accepted`, `settings.changed`, …
    pub action: &'static str,
    /// A reference or an id.
    pub subject: &'a str,
    /// Codes and numbers only.
    pub detail: &'a str,
}

/// The chain's newest entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub seq: u64,
    pub hash: [u8; 32],
}

/// Writes an entry; the commit seals it.
pub fn record(tx: &mut Tx<'_>, entry: &Entry<'_>) -> Result<()> {
    let account = entry.actor.account();
    tx.run(
        "insert into audit (at, actor_kind, actor, action, subject, detail) values ($1, $2, $3, $4, $5, $6)",
        values![entry.at, entry.actor.code(), account.as_ref(), entry.action, entry.subject, entry.detail],
    )?;
    tx.mark_audited();
    Ok(())
}

/// What the server does by itself.
pub fn record_own(
    tx: &mut Tx<'_>,
    at: Millis,
    action: &'static str,
    subject: &str,
    detail: &str,
) -> Result<()> {
    record(tx, &Entry { at, actor: Sender::System, action, subject, detail })
}

/// What one node alone does at a time.
const LEASE: &str = "audit";
/// A node that seals says so every second; after this long without it another does.
const LEASE_SECONDS: u32 = 10;
/// No lease ends later than this from now, unless by a clock that was ahead.
const LEASE_SECONDS_MAX: u32 = 3 * LEASE_SECONDS;

/// Seals what is new where commits on several nodes do not do it themselves: of all
/// nodes the one that holds the lease.
pub async fn seal_new(app: &App) -> Result<()> {
    let fresh = "select count(*) from audit where seq is null";
    if app.db.read(move |tx| tx.count(fresh, values![])).await? == 0 {
        return Ok(());
    }
    let (node, now, install) = (app.node, app.db.now(&app.clock).await?, app.keys.install.clone());
    app.db
        .write(move |tx| {
            let is_ours = tx.touched(
                "insert into lease (name, node, ends_at) values ($1, $2, $3) on conflict (name) \
                 do update set node = excluded.node, ends_at = excluded.ends_at \
                 where lease.node = excluded.node or lease.ends_at <= $4 or lease.ends_at > $5",
                values![
                    LEASE,
                    &node,
                    now.plus_seconds(LEASE_SECONDS),
                    now,
                    now.plus_seconds(LEASE_SECONDS_MAX)
                ],
            )?;
            if is_ours == 0 { Ok(()) } else { seal(tx, &install) }
        })
        .await
}

/// Numbers and chains what is new, and signs the new head.
pub fn seal(tx: &mut Tx<'_>, install: &Install) -> Result<()> {
    let mut head = head(tx)?;
    let fresh = tx.rows(
        "select id, at, actor_kind, actor, action, subject, detail from audit where seq is null order by id",
        values![],
        |row| Ok((row.int(0)?, line(row, 1)?)),
    )?;
    let last = fresh.len().saturating_sub(1);
    for (index, (id, line)) in fresh.into_iter().enumerate() {
        head.seq += 1;
        head.hash = chained(&head.hash, head.seq, &line);
        let signature = (index == last).then(|| install.sign(&head.hash));
        tx.run(
            "update audit set seq = $1, hash = $2, signature = $3 where id = $4",
            values![head.seq, &head.hash, signature.as_ref().map(<[u8; 64]>::as_slice), id],
        )?;
    }
    Ok(())
}

/// The newest sealed entry; 0 and zeros before the first.
pub fn head(tx: &mut Tx<'_>) -> Result<Head> {
    let found = tx.row(
        "select seq, hash from audit where seq is not null order by seq desc limit 1",
        values![],
        |row| Ok((row.number(0)?, row.blob(1)?)),
    )?;
    let (seq, hash) = found.unwrap_or((0, vec![0; 32]));
    Ok(Head { seq, hash: hash.try_into().unwrap_or([0; 32]) })
}

/// The newest sealed entry from a time or before.
pub fn head_at(tx: &mut Tx<'_>, at: Millis) -> Result<Head> {
    let found = tx.row(
        "select seq, hash from audit where seq is not null and at <= $1 order by seq desc limit 1",
        values![at],
        |row| Ok((row.number(0)?, row.blob(1)?)),
    )?;
    let (seq, hash) = found.unwrap_or((0, vec![0; 32]));
    Ok(Head { seq, hash: hash.try_into().unwrap_or([0; 32]) })
}

/// What a walk along the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    pub entries: u64,
    /// The seq of the first entry that is not as it was written.
    pub first_broken: Option<u64>,
}

/// Walks the chain; the seq of the first entry that is not as it was written.
pub fn first_broken(tx: &mut Tx<'_>) -> Result<Option<u64>> {
    Ok(walk(tx, |_, _| true)?.first_broken)
}

/// Walks the chain and checks every signature; the newest entry must bear one.
pub fn verify(tx: &mut Tx<'_>, install: &Install) -> Result<Walked> {
    walk(tx, |hash, signature| install.has_signed(hash, signature))
}

fn walk(tx: &mut Tx<'_>, has_signed: impl Fn(&[u8; 32], &[u8]) -> bool) -> Result<Walked> {
    let mut before = Head { seq: 0, hash: [0; 32] };
    let mut is_signed = true;
    loop {
        let links = links(tx, before.seq)?;
        if links.is_empty() {
            let first_broken = (!is_signed).then_some(before.seq);
            return Ok(Walked { entries: before.seq, first_broken });
        }
        for link in links {
            let seq = before.seq + 1;
            let hash = chained(&before.hash, seq, &link.line);
            let is_forged = link.signature.as_ref().is_some_and(|it| !has_signed(&hash, it));
            if link.seq != seq || link.hash != hash || is_forged {
                return Ok(Walked { entries: before.seq, first_broken: Some(seq) });
            }
            is_signed = link.signature.is_some();
            before = Head { seq, hash };
        }
    }
}

struct Link {
    seq: u64,
    hash: Vec<u8>,
    signature: Option<Vec<u8>>,
    line: String,
}

/// The next sealed entries after a seq: a chain of years does not fit into memory.
fn links(tx: &mut Tx<'_>, after: u64) -> Result<Vec<Link>> {
    tx.rows(
        "select seq, hash, signature, at, actor_kind, actor, action, subject, detail from audit \
         where seq > $1 order by seq limit 1000",
        values![after],
        |row| {
            Ok(Link {
                seq: row.number(0)?,
                hash: row.blob(1)?,
                signature: row.opt_blob(2)?,
                line: line(row, 3)?,
            })
        },
    )
}

/// The hash of a sealed entry.
pub fn hash_of(tx: &mut Tx<'_>, seq: u64) -> Result<Option<Vec<u8>>> {
    tx.row("select hash from audit where seq = $1", values![seq], |row| row.blob(0))
}

fn line(row: &crate::db::Row<'_>, from: usize) -> Result<String> {
    let actor = row.opt_blob(from + 2)?.map(|id| HEXLOWER.encode(&id)).unwrap_or_default();
    Ok(format!(
        "{}|{}|{actor}|{}|{}|{}",
        row.int(from)?,
        row.text(from + 1)?,
        row.text(from + 3)?,
        row.opt_text(from + 4)?.unwrap_or_default(),
        row.text(from + 5)?,
    ))
}

fn chained(before: &[u8; 32], seq: u64, line: &str) -> [u8; 32] {
    let mut bytes = before.to_vec();
    bytes.extend_from_slice(format!("{seq}|{line}").as_bytes());
    sha256(&bytes)
}
