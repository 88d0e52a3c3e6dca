//! `sotto audit verify` and `sotto audit export`: the chain of who did what.
//!
//! Alone, the chain shows that nothing was changed by someone without the keys.
//! Against a folder of delivered transcripts it shows that nothing was taken off
//! its end either: each manifest names the entry that was the newest then.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use data_encoding::HEXLOWER;
use serde::Serialize;

use super::place::{self, ConfigFile};
use super::transcript::{Answer, count, explained, names, opened};
use crate::archive::manifest::{PublicKey, Signer};
use crate::archive::verify::{Anchor, anchor};
use crate::audit::{self, Walked};
use crate::db::Tx;
use crate::error::Result;
use crate::keys::{Install, Keys};
use crate::values;

/// `sotto audit …`
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check that no entry was changed or taken out
    Verify(Verify),
    /// Print every entry as a line of JSON
    Export(Export),
}

#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    pub config: ConfigFile,
    /// A folder of delivered transcripts: each manifest there names an entry
    #[arg(long, value_name = "DIR")]
    pub against: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub config: ConfigFile,
}

/// Runs one command; fails when it could not look.
pub async fn run(command: &Command, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    match command {
        Command::Verify(args) => verify(args, out).await,
        Command::Export(args) => export(args, out),
    }
}

/// What the chain says, read in one moment.
struct Chain {
    walked: Walked,
    signer: PublicKey,
    /// Hashes of the entries that manifests name.
    hashes: BTreeMap<u64, String>,
    delivered: Vec<Delivered>,
}

/// A part that the chain says was delivered.
struct Delivered {
    reference: String,
    part: u32,
    /// Hex.
    manifest: String,
}

async fn verify(args: &Verify, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    let config = args.config.read()?;
    let file = place::existing_database(&config)?;
    let root = Keys::root(&config.key_dir, false)?;
    let manifests = match &args.against {
        Some(folder) => manifests(folder).await?,
        None => BTreeMap::new(),
    };
    let seqs: Vec<u64> = manifests.values().flatten().map(|anchor| anchor.seq).collect();
    let chain = file.look(|tx| {
        let install = Install::of(tx, &root)?;
        let signer = Signer::from_seed(&install.transcript_seed()).public_key();
        let (hashes, delivered) = (hashes(tx, &seqs)?, delivered(tx)?);
        Ok(Chain { walked: audit::verify(tx, &install)?, signer, hashes, delivered })
    })?;
    let mut is_good = true;
    match chain.walked.first_broken {
        None => writeln!(out, "The chain is whole: {} entries.", chain.walked.entries)?,
        Some(seq) => {
            is_good = false;
            writeln!(out, "The chain is BROKEN at entry {seq}.")?;
        }
    }
    if args.against.is_some() {
        is_good &= compare(&chain, &manifests, out)?;
    }
    Ok(if is_good { Answer::Yes } else { Answer::No })
}

/// Every manifest in a folder by its name; `None` for one that is not what was signed.
async fn manifests(folder: &Path) -> anyhow::Result<BTreeMap<String, Option<Anchor>>> {
    let there = opened(folder)?;
    let mut found = BTreeMap::new();
    for name in names(&there, "").await? {
        if name.file().ends_with(".manifest.json") {
            let bytes = there.read(&name).await.map_err(explained)?;
            found.insert(name.file().to_owned(), anchor(&bytes));
        }
    }
    Ok(found)
}

fn hashes(tx: &mut Tx<'_>, seqs: &[u64]) -> Result<BTreeMap<u64, String>> {
    let mut hashes = BTreeMap::new();
    for seq in seqs {
        if let Some(hash) = audit::hash_of(tx, *seq)? {
            hashes.insert(*seq, HEXLOWER.encode(&hash));
        }
    }
    // A part may have been made before the first entry was sealed.
    hashes.insert(0, HEXLOWER.encode(&[0; 32]));
    Ok(hashes)
}

fn delivered(tx: &mut Tx<'_>) -> Result<Vec<Delivered>> {
    let entries = tx.rows(
        "select subject, detail from audit where action = $1 order by id",
        values!["transcript.delivered"],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )?;
    let parsed = |(reference, detail): (String, String)| {
        let mut words = detail.split(' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("part"), Some(part), Some("manifest"), Some(manifest)) => Some(Delivered {
                reference,
                part: part.parse().ok()?,
                manifest: manifest.to_owned(),
            }),
            _ => None,
        }
    };
    Ok(entries.into_iter().filter_map(parsed).collect())
}

/// Says what the chain and the folder tell differently; true if nothing.
fn compare(
    chain: &Chain,
    manifests: &BTreeMap<String, Option<Anchor>>,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<bool> {
    let mut wrong = Vec::new();
    for (file, anchor) in manifests {
        let Some(anchor) = anchor else {
            wrong.push((file.clone(), "is not what was signed"));
            continue;
        };
        if anchor.signed_by != chain.signer {
            wrong.push((file.clone(), "is signed with another key"));
        }
        if chain.hashes.get(&anchor.seq) != Some(&anchor.hash) {
            wrong.push((file.clone(), "names an entry that the chain does not have"));
        }
    }
    let here: BTreeSet<&str> =
        manifests.values().flatten().map(|anchor| anchor.reference.as_str()).collect();
    let mut elsewhere = BTreeSet::new();
    for part in &chain.delivered {
        let file = format!("{}-part{}.manifest.json", part.reference, part.part);
        match manifests.get(&file) {
            Some(Some(anchor)) if anchor.manifest != part.manifest => {
                wrong.push((file, "is not what was delivered"));
            }
            Some(_) => {}
            None if here.contains(part.reference.as_str()) => wrong.push((file, "is missing")),
            None => {
                elsewhere.insert(&part.reference);
            }
        }
    }
    for (file, what) in &wrong {
        writeln!(out, "  {file}  {what}")?;
    }
    let checked = count(manifests.len(), "manifest");
    writeln!(out, "{checked} compared with the chain, {} WRONG.", wrong.len())?;
    if !elsewhere.is_empty() {
        let gone = count(elsewhere.len(), "conversation");
        writeln!(out, "{gone} that the chain says were delivered are not in this folder.")?;
    }
    Ok(wrong.is_empty())
}

/// An entry as it is exported. The hash is over the hash before (32 zero bytes
/// first) and `seq|at|actor_kind|actor|action|subject|detail`.
#[derive(Serialize)]
struct Line {
    seq: Option<u64>,
    /// Milliseconds since the Unix epoch.
    at: i64,
    actor_kind: String,
    /// Hex.
    actor: String,
    action: String,
    subject: String,
    detail: String,
    hash: Option<String>,
    signature: Option<String>,
}

fn export(args: &Export, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    let file = place::existing_database(&args.config.read()?)?;
    let mut after = 0;
    loop {
        let lines = file.look(|tx| lines_after(tx, after))?;
        let Some((last, _)) = lines.last() else { return Ok(Answer::Yes) };
        after = *last;
        for (_, line) in &lines {
            serde_json::to_writer(&mut *out, line)?;
            writeln!(out)?;
        }
    }
}

fn lines_after(tx: &mut Tx<'_>, id: i64) -> Result<Vec<(i64, Line)>> {
    let hex = |bytes: Option<Vec<u8>>| bytes.map(|bytes| HEXLOWER.encode(&bytes));
    tx.rows(
        "select id, seq, at, actor_kind, actor, action, subject, detail, hash, signature \
         from audit where id > $1 order by id limit 1000",
        values![id],
        |row| {
            let line = Line {
                seq: row.opt_int(1)?.and_then(|seq| u64::try_from(seq).ok()),
                at: row.int(2)?,
                actor_kind: row.text(3)?,
                actor: hex(row.opt_blob(4)?).unwrap_or_default(),
                action: row.text(5)?,
                subject: row.opt_text(6)?.unwrap_or_default(),
                detail: row.text(7)?,
                hash: hex(row.opt_blob(8)?),
                signature: hex(row.opt_blob(9)?),
            };
            Ok((row.int(0)?, line))
        },
    )
}
