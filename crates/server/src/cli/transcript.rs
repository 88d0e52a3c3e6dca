//! `sotto transcript list` and `sotto transcript verify`: looking at a folder of
//! transcripts without a server, also years later on another machine.
//!
//! It changes nothing and prints no word of any transcript.

mod open;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use destinations::{Config, Destination, Name, folder};

use crate::archive::manifest::PublicKey;
use crate::archive::verify::{self, Files, Verdict, Wrong};

/// `sotto transcript …`
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the transcripts in a folder
    List(List),
    /// Check signatures and hashes of transcripts in a folder
    Verify(Verify),
    /// Open sealed files with a private key, on the machine that has it
    Open(open::Open),
}

#[derive(Debug, Args)]
pub struct List {
    /// The folder that transcripts are delivered to
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// Only names that start with this, such as 2026/11
    #[arg(default_value = "")]
    prefix: String,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// The folder that transcripts are delivered to
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// A public key to trust: 64 hex digits, or a file that holds them. Give it
    /// again for keys of earlier years
    #[arg(long = "public-key", value_name = "HEX|FILE")]
    public_keys: Vec<String>,
    /// Only these reference numbers; all if none is given
    references: Vec<String>,
}

impl Verify {
    /// Everything in a folder, with no key pinned.
    pub fn of_folder(folder: PathBuf) -> Self {
        Self { folder, public_keys: Vec::new(), references: Vec::new() }
    }
}

/// What the exit code says: 0 for yes, 1 for no. An error is 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
}

/// Runs one command; fails when it could not look.
pub async fn run(command: &Command, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    match command {
        Command::List(args) => list(args, out).await,
        Command::Verify(args) => verify(args, out).await,
        Command::Open(args) => open::open(args, out),
    }
}

async fn list(args: &List, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    let names = names(&opened(&args.folder)?, &args.prefix).await?;
    let mut parts = BTreeMap::<&str, Vec<&str>>::new();
    for name in &names {
        if let Some((part, ending)) = split(name) {
            parts.entry(part).or_default().push(ending);
        }
    }
    for (part, endings) in &parts {
        let note = if endings.contains(&"manifest.json") { "" } else { "  (no manifest)" };
        writeln!(out, "{part}  {}{note}", endings.join(" "))?;
    }
    writeln!(out, "{}", count(parts.len(), "part"))?;
    Ok(Answer::Yes)
}

async fn verify(args: &Verify, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    let pinned = args.public_keys.iter().map(|key| public_key(key));
    let pinned = pinned.collect::<anyhow::Result<Vec<_>>>()?;
    let there = opened(&args.folder)?;
    let names = names(&there, "").await?;
    let mut conversations = BTreeMap::<&str, Vec<&Name>>::new();
    for name in &names {
        // `2026/11/K7QX-4MPD/…`: the folder is the reference.
        if let Some(reference) = name.parts().rev().nth(1) {
            conversations.entry(reference).or_default().push(name);
        }
    }
    // Other folders of the clinic's are none of our business.
    conversations.retain(|reference, names| {
        names.iter().any(|name| name.file().starts_with(&format!("{reference}-part")))
    });
    if !args.references.is_empty() {
        conversations.retain(|reference, _| args.references.iter().any(|it| it == reference));
    }
    let is_missing = |it: &&String| !conversations.contains_key(it.as_str());
    let missing: Vec<_> = args.references.iter().filter(is_missing).collect();
    for reference in &missing {
        writeln!(out, "{reference}  NOT FOUND")?;
    }
    let mut wrong = missing.len();
    let mut not_pinned = Vec::new();
    for (reference, names) in &conversations {
        let verdict = verify::reference(reference, &read(&there, names).await?, &pinned);
        say(reference, &verdict, out)?;
        wrong += usize::from(!verdict.is_good());
        for key in verdict.not_pinned {
            if !not_pinned.contains(&key) {
                not_pinned.push(key);
            }
        }
    }
    sum_up(conversations.len() + missing.len(), wrong, &not_pinned, out)?;
    Ok(if wrong == 0 && !conversations.is_empty() { Answer::Yes } else { Answer::No })
}

fn say(reference: &str, verdict: &Verdict, out: &mut (dyn Write + Send)) -> io::Result<()> {
    if verdict.is_good() {
        let parts = usize::try_from(verdict.parts).unwrap_or(usize::MAX);
        return writeln!(out, "{reference}  good  {}", count(parts, "part"));
    }
    writeln!(out, "{reference}  NOT GOOD")?;
    for finding in &verdict.findings {
        let wrong = match finding.wrong {
            Wrong::Missing => "is missing",
            Wrong::Changed => "is not what was signed",
            Wrong::OtherKey => "is signed with a key that you did not name",
            Wrong::Unsigned => "is named by no manifest",
            Wrong::OutOfLine => "does not follow the part before it",
        };
        writeln!(out, "  {}  {wrong}", finding.file)?;
    }
    Ok(())
}

fn sum_up(
    all: usize,
    wrong: usize,
    not_pinned: &[PublicKey],
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    match (all, wrong) {
        (0, _) => writeln!(out, "no transcript found")?,
        (_, 0) => writeln!(out, "{}, all good", count(all, "conversation"))?,
        _ => writeln!(out, "{}, {wrong} NOT GOOD", count(all, "conversation"))?,
    }
    if !not_pinned.is_empty() {
        writeln!(out)?;
        writeln!(
            out,
            "KEY NOT PINNED: the files fit each other, but who signed them is not proved."
        )?;
        writeln!(out, "Compare with the key that your Sotto shows, then add --public-key:")?;
        for key in not_pinned {
            writeln!(out, "  {key}")?;
        }
    }
    Ok(())
}

/// `1 part`, `2 parts`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

pub(super) fn opened(path: &Path) -> anyhow::Result<Destination> {
    let path = std::path::absolute(path).context("the folder's path cannot be resolved")?;
    let config = Config::Folder(folder::Config { path, must_hold: None });
    Destination::open(&config).map_err(explained)
}

pub(super) async fn names(there: &Destination, prefix: &str) -> anyhow::Result<Vec<Name>> {
    there.list(prefix).await.map_err(explained)
}

async fn read(there: &Destination, names: &[&Name]) -> anyhow::Result<Files> {
    let mut files = Files::new();
    for name in names {
        let bytes = there.read(name).await.map_err(explained)?;
        files.insert(name.file().to_owned(), bytes);
    }
    Ok(files)
}

pub(super) fn explained(error: destinations::Error) -> anyhow::Error {
    anyhow::anyhow!("{error}. {}", error.mend())
}

/// `2026/11/K7QX-4MPD/K7QX-4MPD-part0.manifest.json` is the part and `manifest.json`.
fn split(name: &Name) -> Option<(&str, &str)> {
    let whole = name.as_str();
    let file_at = whole.len() - name.file().len();
    let dot = name.file().find('.')?;
    let (part, ending) = whole.split_at(file_at + dot);
    name.file().contains("-part").then_some((part, ending.get(1..)?))
}

fn public_key(given: &str) -> anyhow::Result<PublicKey> {
    if let Some(key) = PublicKey::parse(&given.to_ascii_lowercase()) {
        return Ok(key);
    }
    let text = std::fs::read_to_string(given).with_context(|| {
        format!("--public-key is neither 64 hex digits nor a file that can be read: {given}")
    })?;
    PublicKey::parse(&text.trim().to_ascii_lowercase())
        .with_context(|| format!("the file does not hold 64 hex digits: {given}"))
}

#[cfg(test)]
mod tests;
