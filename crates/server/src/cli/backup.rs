//! `sotto backup`: a consistent copy of the database, of a running server too.
//!
//! It holds no root key and no epoch key: what was sealed under a day's key opens
//! only while the live server still has that key.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::contents::Contents;
use super::place::{self, ConfigFile};
use super::transcript::Answer;
use crate::db::Location;

/// `sotto backup …`
#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    pub config: ConfigFile,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

/// Writes the copy; fails when it could not, and then leaves nothing behind.
pub async fn run(args: &Backup, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    let from = place::existing_database(&args.config.read()?)?;
    let to = args.to.display();
    anyhow::ensure!(!args.to.exists(), "{to} is there already; a backup overwrites nothing");
    let beside = place::beside(&args.to);
    let copied = copy(&from, &beside, &args.to);
    if copied.is_err() {
        place::remove_database(&beside);
    }
    let contents = copied?;
    writeln!(out, "{to}")?;
    contents.say(out)?;
    writeln!(out, "It holds no root key and no epoch key: keep root.key apart from it.")?;
    if contents.conversations() > 0 {
        writeln!(
            out,
            "Its conversations open only with the epoch keys that this server has now, and never \
             again once those are destroyed. They are safe in your destinations once delivered."
        )?;
    }
    Ok(Answer::Yes)
}

fn copy(from: &Location, beside: &Path, to: &Path) -> anyhow::Result<Contents> {
    let shown = to.display();
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(beside)
        .with_context(|| format!("{shown} cannot be written"))?;
    from.backup(beside)?;
    let copy = Location::File(beside.to_owned());
    anyhow::ensure!(copy.is_sound()?, "the copy is not a whole database; try again");
    let contents = copy.look(Contents::of)?;
    place::take_name(beside, to).with_context(|| format!("{shown} cannot be written"))?;
    Ok(contents)
}
