//! `sotto destination …`: where transcripts go, from the host itself. It works beside
//! a running server, which takes a change up within seconds.

use std::io::{Read, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use protocol::destination::{Evidence, TestDestination};
use protocol::http::ChangeSection;
use serde_json::{Value, json};

use super::place::{ConfigFile, opened};
use super::transcript::Answer;
use crate::app::App;
use crate::archive::transcript::At;
use crate::archive::{connection, replay};
use crate::error::Error;
use crate::site;

/// `sotto destination …`
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List destinations: what they hold up, and what they answered last
    List(Plain),
    /// Print the settings that each kind of destination has
    Forms,
    /// Test a connection; saves nothing
    Test(Test),
    /// Add a destination, or replace the one of its name
    Add(Add),
    /// Remove a destination; what it holds stays there
    Remove(Named),
    /// Try again what waits, also what is tried no more
    Replay(Replay),
}

#[derive(Debug, Args)]
pub struct Plain {
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Debug, Args)]
pub struct Named {
    #[command(flatten)]
    config: ConfigFile,
    /// The destination's name
    name: String,
}

#[derive(Debug, Args)]
pub struct Test {
    #[command(flatten)]
    config: ConfigFile,
    /// One that is set, by its name
    #[arg(required_unless_present = "settings")]
    name: Option<String>,
    /// Settings that are not saved, as JSON with `name` and `kind`; `-` for standard input
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Add {
    #[command(flatten)]
    config: ConfigFile,
    /// The settings as JSON with `name` and `kind`; `-` for standard input. A secret
    /// that is left out stays as it is set
    #[arg(long, value_name = "FILE")]
    settings: PathBuf,
}

#[derive(Debug, Args)]
pub struct Replay {
    #[command(flatten)]
    config: ConfigFile,
    /// Only this conversation
    reference: Option<String>,
}

/// Runs one command; the answer is no when a connection test failed.
pub async fn run(command: &Command, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    match command {
        Command::List(args) => list(&opened(&args.config).await?, out).await,
        Command::Forms => forms(out),
        Command::Test(args) => test(args, out).await,
        Command::Add(args) => {
            let entry = settings(&args.settings)?;
            let name = entry["name"].as_str().context("settings have a name")?.to_owned();
            change(&opened(&args.config).await?, &name, Some(entry)).await?;
            told(out, "the destination is set")
        }
        Command::Remove(args) => {
            change(&opened(&args.config).await?, &args.name, None).await?;
            told(out, "the destination is removed")
        }
        Command::Replay(args) => {
            let app = opened(&args.config).await?;
            let many = replay::asked(&app, None, args.reference.clone()).await.map_err(said)?;
            told(out, &format!("{many} are tried again"))
        }
    }
}

fn told(out: &mut (dyn Write + Send), line: &str) -> anyhow::Result<Answer> {
    writeln!(out, "{line}")?;
    Ok(Answer::Yes)
}

/// A refusal by its setting and its mend.
fn said(error: Error) -> anyhow::Error {
    match error {
        Error::Refused { field, mend, .. } => anyhow::anyhow!("{field}: {mend}"),
        error => error.into(),
    }
}

fn settings(path: &PathBuf) -> anyhow::Result<Value> {
    let mut text = String::new();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
    }
    serde_json::from_str(&text)
        .map_err(|error| anyhow::anyhow!("--settings is not JSON at line {}", error.line()))
}

async fn change(app: &App, name: &str, entry: Option<Value>) -> anyhow::Result<()> {
    let section = site::section(app, site::Name::Destinations).await?;
    let mut entries = section.value.as_array().cloned().unwrap_or_default();
    let at = entries.iter().position(|it| it["name"] == name);
    match (at, entry) {
        (Some(at), Some(entry)) => entries[at] = entry,
        (None, Some(entry)) => entries.push(entry),
        (Some(at), None) => {
            entries.remove(at);
        }
        (None, None) => anyhow::bail!("there is no destination of this name"),
    }
    let change = ChangeSection { version: section.version, value: json!(entries) };
    site::change(app, None, site::Name::Destinations, change).await.map_err(said)?;
    Ok(())
}

async fn list(app: &App, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    for it in connection::all(app).await?.destinations {
        let backlog = &it.backlog;
        let need = if backlog.is_required { "required" } else { "optional" };
        let paused = if backlog.is_paused { "  PAUSED" } else { "" };
        let level = backlog.receipt_level.as_deref().unwrap_or("no receipt yet");
        writeln!(out, "{}  {}  {need}  {level}{paused}", it.name, it.kind)?;
        for secret in &it.secrets {
            writeln!(out, "  {} set {}", secret.setting, At(secret.set_at))?;
        }
        if let (many @ 1.., Some(since)) = (backlog.waiting, backlog.oldest_at) {
            let stuck = backlog.stuck;
            writeln!(out, "  {many} wait since {}, {stuck} of them tried no more", At(since))?;
        }
        if let (Some(code), Some(mend)) = (&backlog.last_error, &backlog.mend) {
            writeln!(out, "  {code}: {mend}")?;
        }
        for lack in &it.lacks {
            writeln!(out, "  lacks for PHI mode: {lack}")?;
        }
    }
    Ok(Answer::Yes)
}

fn forms(out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    for form in destinations::forms() {
        writeln!(out, "{}  {}", form.kind, form.label)?;
        for field in form.fields {
            let optional = if field.shape.is_optional { "optional" } else { "required" };
            let secret = if field.shape.is_secret { ", secret" } else { "" };
            writeln!(out, "  {}  {optional}{secret}  {}", field.name, field.label)?;
        }
    }
    Ok(Answer::Yes)
}

async fn test(args: &Test, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    let app = opened(&args.config).await?;
    let sheet = match (&args.settings, &args.name) {
        (Some(file), name) => {
            let settings = settings(file)?;
            let name = name.clone().or_else(|| settings["name"].as_str().map(str::to_owned));
            connection::test(&app, None, TestDestination { name, settings }).await.map_err(said)?
        }
        (None, Some(name)) => connection::test_set(&app, name).await.map_err(said)?,
        (None, None) => anyhow::bail!("name a destination, or give --settings"),
    };
    print(&sheet, out)
}

fn print(sheet: &Evidence, out: &mut (dyn Write + Send)) -> anyhow::Result<Answer> {
    writeln!(out, "{}  tested {}", sheet.kind, At(sheet.tested_at))?;
    if let Some(refusal) = &sheet.refusal {
        let setting = refusal.setting.as_deref().unwrap_or("it");
        writeln!(out, "NOT GOOD  {setting}: {}", refusal.mend)?;
        return Ok(Answer::No);
    }
    for step in &sheet.steps {
        writeln!(out, "  {}  {}  {}", step.what, step.outcome, step.found)?;
    }
    let level = sheet.receipt_level.as_deref().unwrap_or_default();
    writeln!(out, "good  receipts are {level}  {} ms", sheet.millis)?;
    Ok(Answer::Yes)
}
