//! `sotto account …`: staff, from the host itself. It works beside a running server.

use std::io::{BufRead, Write};

use anyhow::Context;
use clap::{Args, Subcommand};
use sensitive::Sensitive;

use super::place::{ConfigFile, opened};
use crate::identity::account::{self, CAPACITY, New};

/// `sotto account …`
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make an account; the password comes from standard input
    Add(Add),
    /// List accounts
    List(List),
    /// Replace a password, from standard input; ends the account's sessions
    Password(Named),
    /// Keep an account out; ends its sessions
    Disable(Named),
    /// Let an account in again
    Enable(Named),
}

#[derive(Debug, Args)]
pub struct Add {
    #[command(flatten)]
    config: ConfigFile,
    /// What they sign in with: 1 to 64 of A-Z a-z 0-9 . _ @ -
    #[arg(long)]
    name: String,
    /// What visitors see; the name if left out
    #[arg(long)]
    display_name: Option<String>,
    /// agent, supervisor, administrator or auditor
    #[arg(long)]
    role: String,
    /// A department's id; again for more. All departments if left out
    #[arg(long = "department")]
    departments: Vec<String>,
    /// Active conversations at once
    #[arg(long, default_value_t = CAPACITY)]
    capacity: u32,
    /// Read the password without asking, for scripts
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Debug, Args)]
pub struct Named {
    #[command(flatten)]
    config: ConfigFile,
    /// The account's name
    name: String,
    /// Read the password without asking, for scripts
    #[arg(long)]
    password_stdin: bool,
}

/// Runs one command.
pub async fn run(command: &Command, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
    match command {
        Command::Add(add) => added(add, out).await,
        Command::List(list) => listed(list, out).await,
        Command::Password(named) => {
            let app = opened(&named.config).await?;
            let done = account::set_password(&app, &named.name, password(named.password_stdin)?);
            told(done.await, "the password was replaced", out)
        }
        Command::Disable(named) => {
            let app = opened(&named.config).await?;
            let done = account::set_disabled(&app, &named.name, true).await;
            told(done, "the account is disabled", out)
        }
        Command::Enable(named) => {
            let app = opened(&named.config).await?;
            let done = account::set_disabled(&app, &named.name, false).await;
            told(done, "the account is enabled", out)
        }
    }
}

async fn added(add: &Add, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
    let role = account::role(&add.role)
        .with_context(|| "--role is agent, supervisor, administrator or auditor")?;
    let app = opened(&add.config).await?;
    let all = app.sections().departments.iter().map(|one| one.id.clone()).collect();
    let new = New {
        name: add.name.clone(),
        display_name: add.display_name.clone().unwrap_or_else(|| add.name.clone()),
        role,
        departments: if add.departments.is_empty() { all } else { add.departments.clone() },
        capacity: add.capacity,
        password: password(add.password_stdin)?,
    };
    let done = account::add(&app, new).await.map(|_| ());
    told(done, "the account was made", out)
}

async fn listed(list: &List, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
    let app = opened(&list.config).await?;
    for (account, is_disabled) in app.db.read(account::all).await? {
        let note = if is_disabled { "  disabled" } else { "" };
        let departments = account.departments.join(",");
        writeln!(out, "{}  {:?}  {departments}{note}", account.name, account.role)?;
    }
    Ok(())
}

fn password(is_quiet: bool) -> anyhow::Result<Sensitive<String>> {
    if !is_quiet {
        eprintln!("Password (15 characters or more), then Enter:");
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("standard input is closed")?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(Sensitive::new(line))
}

fn told(
    done: crate::error::Result<()>,
    said: &str,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    done?;
    writeln!(out, "{said}")?;
    Ok(())
}
