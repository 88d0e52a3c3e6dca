//! Reads the command line and starts what it names.

use std::io::{stdin, stdout};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use server::cli::transcript::Answer;
use server::cli::{
    account, api, audit, backup, demo, destination, doctor, keys, mask, restore, serve, transcript,
};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Freed memory goes back to the system soon: what was in it is gone sooner too.
#[allow(unsafe_code, reason = "the allocator reads its settings from a symbol of this name")]
#[unsafe(export_name = "malloc_conf")]
pub static MALLOC_CONF: &[u8] = b"background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0\0";

/// Live chat for health care.
#[derive(Parser)]
#[command(version)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server
    Serve(serve::Serve),
    /// Try everything on this machine, with sample data
    Demo(demo::Demo),
    /// Staff accounts
    #[command(subcommand)]
    Account(account::Command),
    /// Where transcripts go
    #[command(subcommand)]
    Destination(destination::Command),
    /// What is not as it should be, with its mend
    Doctor(doctor::Doctor),
    /// The keys of the days
    #[command(subcommand)]
    Keys(keys::Command),
    /// Copy the database, also while the server runs
    Backup(backup::Backup),
    /// Bring a backup into an empty data directory
    Restore(restore::Restore),
    /// Check and export the audit chain
    #[command(subcommand)]
    Audit(audit::Command),
    /// Mask sensitive values in text
    Mask(mask::Mask),
    /// List and check transcripts where they were delivered
    #[command(subcommand)]
    Transcript(transcript::Command),
    /// Print the description of the HTTP API (OpenAPI 3.1)
    Api,
}

#[tokio::main]
async fn main() -> ExitCode {
    // Whatever is written is for this account alone.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let line = Line::parse();
    match run(&line.command).await {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(command: &Command) -> anyhow::Result<Answer> {
    let done = match command {
        Command::Serve(command) => serve::run(command).await,
        Command::Demo(command) => demo::run(command).await,
        Command::Account(command) => account::run(command, &mut stdout()).await,
        Command::Mask(command) => mask::run(command, &mut stdin().lock(), &mut stdout().lock()),
        Command::Destination(command) => return destination::run(command, &mut stdout()).await,
        Command::Doctor(command) => return doctor::run(command, &mut stdout()).await,
        Command::Keys(command) => return keys::run(command, &mut stdout()).await,
        Command::Backup(command) => return backup::run(command, &mut stdout()).await,
        Command::Restore(command) => return restore::run(command, &mut stdout()).await,
        Command::Audit(command) => return audit::run(command, &mut stdout()).await,
        Command::Transcript(command) => return transcript::run(command, &mut stdout()).await,
        Command::Api => api::run(&mut stdout()),
    };
    done.map(|()| Answer::Yes)
}
