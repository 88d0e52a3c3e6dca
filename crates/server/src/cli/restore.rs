//! `sotto restore`: a backup into an empty data directory, or a drill of it.
//!
//! It never overwrites a database. Everything is checked on a copy first, so a
//! backup that is not whole, or not of this root key, changes nothing.

use std::fs::{self, DirBuilder};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::contents::Contents;
use super::place::{self, ConfigFile, Workplace};
use super::transcript::{Answer, count};
use crate::audit::{self, Entry, Walked};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Location, Tx};
use crate::error::Result;
use crate::events::Sender;
use crate::keys::{Install, Keys};
use crate::values;

/// `sotto restore …`
#[derive(Debug, Args)]
pub struct Restore {
    #[command(flatten)]
    pub config: ConfigFile,
    /// The file that `sotto backup` wrote
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// Check everything in a temporary folder and change nothing
    #[arg(long)]
    pub drill: bool,
}

/// What was found in a copy of the backup.
struct Checked {
    contents: Contents,
    without_key: Vec<(String, u64)>,
    chain: Walked,
}

/// Restores, or tells why not. The answer is no when the backup is whole but its
/// audit chain is not; then nothing was restored.
pub async fn run(args: &Restore, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    let config = args.config.read()?;
    let (database, from) = (Location::of(&config)?, args.from.display());
    let file = database
        .file()
        .context("the database is PostgreSQL: bring it back with pg_restore or a base backup")?;
    let is_taken = place::files_of(file).iter().any(|file| file.exists());
    anyhow::ensure!(
        args.drill || !is_taken,
        "{} holds a database already; restore into an empty data directory",
        config.data_dir.display()
    );
    anyhow::ensure!(args.from.is_file(), "{from} cannot be read");
    let work = workplace(args, &config)?;
    let beside = work.file("sotto.db");
    let copy = Location::File(beside.clone());
    fs::copy(&args.from, &beside).with_context(|| format!("{from} cannot be copied"))?;
    anyhow::ensure!(
        copy.is_sound().unwrap_or(false),
        "{from} is not a whole database: take another backup"
    );
    let checked = check(&copy, &config)?;
    writeln!(out, "{from}")?;
    checked.say(out)?;
    if let Some(seq) = checked.chain.first_broken {
        writeln!(out, "The audit chain is BROKEN at entry {seq}. Nothing was restored.")?;
        return Ok(Answer::No);
    }
    if args.drill {
        writeln!(out, "Drill: it would be restored. Nothing was changed.")?;
        return Ok(Answer::Yes);
    }
    copy.alone(begin_anew)?;
    place::take_name(&beside, file)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    writeln!(out, "Restored to {}. Everybody signs in again.", file.display())?;
    Ok(Answer::Yes)
}

/// Beside the place where it will be, so that giving it its name is one step; for a
/// drill where temporary files go.
fn workplace(args: &Restore, config: &Config) -> anyhow::Result<Workplace> {
    let folder = if args.drill { std::env::temp_dir() } else { config.data_dir.clone() };
    if !args.drill {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    Workplace::inside(&folder).with_context(|| format!("{} cannot be written", folder.display()))
}

/// Opens the copy with the root key that is here, and walks through it.
fn check(copy: &Location, config: &Config) -> anyhow::Result<Checked> {
    let root = Keys::root(&config.key_dir, false).context(
        "a backup opens only with the root key of the server that made it; put it into the key directory",
    )?;
    let checked = copy.alone(|tx| {
        let install = Install::of(tx, &root)?;
        let chain = audit::verify(tx, &install)?;
        let keys = Keys::new(root, install, &config.key_dir);
        let contents = Contents::of(tx)?;
        let without_key = contents.without_key(tx, &keys.epochs);
        Ok(Checked { contents, without_key, chain })
    });
    checked.context("the backup does not open")
}

impl Checked {
    fn say(&self, out: &mut (dyn Write + Send)) -> std::io::Result<()> {
        self.contents.say(out)?;
        writeln!(out, "The root key opens its install key.")?;
        if self.chain.first_broken.is_none() {
            writeln!(out, "The audit chain is whole: {} entries.", self.chain.entries)?;
        }
        let lost: u64 = self.without_key.iter().map(|(_, conversations)| conversations).sum();
        if lost == 0 {
            return Ok(());
        }
        let lost = usize::try_from(lost).unwrap_or(usize::MAX);
        writeln!(out, "{} CANNOT be brought back:", count(lost, "conversation"))?;
        for (day, conversations) in &self.without_key {
            writeln!(out, "  {day}  {conversations}  the epoch key of that day is not here")?;
        }
        Ok(())
    }
}

/// Who was signed in or connected then is not now.
fn begin_anew(tx: &mut Tx<'_>) -> Result<()> {
    tx.run("delete from ticket", values![])?;
    tx.run("delete from session", values![])?;
    tx.run("delete from presence", values![])?;
    tx.run("delete from node", values![])?;
    let entry = Entry {
        at: Clock::system().now(),
        actor: Sender::System,
        action: "backup.restored",
        subject: "",
        detail: "",
    };
    audit::record(tx, &entry)
}
