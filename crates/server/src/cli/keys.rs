//! `sotto keys list`: which keys there are and where, never what they are.

use std::io::Write;

use clap::{Args, Subcommand};
use data_encoding::HEXLOWER;

use super::place::{self, ConfigFile};
use super::transcript::Answer;
use crate::archive::manifest::Signer;
use crate::archive::transcript::At;
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::Result;
use crate::keys::{Install, Keys};
use crate::values;

/// `sotto keys …`
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the keys: where they are and when they were destroyed
    List(List),
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    pub config: ConfigFile,
}

/// A day's key as its row tells it.
struct Epoch {
    day: String,
    file: String,
    destroyed_at: Option<Millis>,
    conversations: u64,
}

/// Runs one command; the answer is no when a key is missing or should be gone.
pub async fn run(command: &Command, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    let Command::List(args) = command;
    list(args, out)
}

fn list(args: &List, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    let config = args.config.read()?;
    let database = place::existing_database(&config)?;
    let root = Keys::root(&config.key_dir, false)?;
    let (install, epochs) = database.look(|tx| Ok((Install::of(tx, &root)?, epochs(tx)?)))?;
    let transcripts = Signer::from_seed(&install.transcript_seed()).public_key();
    writeln!(out, "root     {}", config.key_dir.join("root.key").display())?;
    writeln!(out, "install  {database}, wrapped by the root key")?;
    writeln!(out, "  signs transcripts    public key {transcripts}")?;
    writeln!(out, "  signs audit entries  public key {}", HEXLOWER.encode(&install.public_key()))?;
    let mut is_good = true;
    for epoch in &epochs {
        let path = config.key_dir.join(&epoch.file);
        let (state, is_expected) = match (epoch.destroyed_at, path.exists()) {
            (Some(at), false) => (format!("destroyed {}", At(at.0)), true),
            (Some(at), true) => (format!("retired {}, its file is STILL THERE", At(at.0)), false),
            (None, true) => (path.display().to_string(), true),
            (None, false) => (format!("{} is MISSING", path.display()), false),
        };
        is_good &= is_expected;
        let wrapped = match epoch.conversations {
            0 => String::new(),
            some => format!("  wraps {some}"),
        };
        writeln!(out, "epoch    {}  {state}{wrapped}", epoch.day)?;
    }
    Ok(if is_good { Answer::Yes } else { Answer::No })
}

fn epochs(tx: &mut Tx<'_>) -> Result<Vec<Epoch>> {
    tx.rows(
        "select day, file, destroyed_at, (select count(*) from conversation where epoch = day) \
         from epoch order by day",
        values![],
        |row| {
            Ok(Epoch {
                day: row.text(0)?,
                file: row.text(1)?,
                destroyed_at: row.opt_millis(2)?,
                conversations: row.number(3)?,
            })
        },
    )
}
