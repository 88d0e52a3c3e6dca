//! Reads the command line and starts what it names.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use server::cli::{mask, transcript};

/// Live chat for health care.
#[derive(Parser)]
#[command(version)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Mask sensitive values in text.
    Mask(mask::Mask),
    /// List and check transcripts where they were delivered.
    #[command(subcommand)]
    Transcript(transcript::Command),
}

#[tokio::main]
async fn main() -> ExitCode {
    let line = Line::parse();
    let done = match &line.command {
        Command::Mask(command) => {
            mask::run(command, &mut std::io::stdin().lock(), &mut std::io::stdout().lock())
                .map(|()| transcript::Answer::Yes)
        }
        Command::Transcript(command) => transcript::run(command, &mut std::io::stdout()).await,
    };
    match done {
        Ok(transcript::Answer::Yes) => ExitCode::SUCCESS,
        Ok(transcript::Answer::No) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}
