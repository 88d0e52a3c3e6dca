//! `sotto-load`: visitors and agents through the real protocol, with figures
//! and a ledger. The last line of standard output is JSON; exit codes are
//! 0 done, 1 it ran and the answer is no, 2 it could not run.

mod bench;
mod bench_cluster;
mod chance;
mod chaos;
mod chaos_cluster;
mod client;
mod cluster;
mod figures;
mod floor;
mod fronts;
mod idle;
mod ledger;
mod pairs;
mod proc;
mod replay;
mod server_process;
mod settings;
mod strace;
mod target;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use client::{Address, Place};

#[derive(Parser)]
#[command(version, about = "Load generator and durability ledger for Sotto")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Common {
    /// The site that visitors come from.
    #[arg(long, global = true, default_value = "clinic")]
    site: String,
    /// The department that all talk in.
    #[arg(long, global = true, default_value = "front-desk")]
    department: String,
    /// The password of all load-agent accounts.
    #[arg(long, global = true, default_value = "correct horse battery staple")]
    password: String,
}

#[derive(Subcommand)]
enum Command {
    /// Visitor and agent pairs in a closed loop against the server.
    Pairs(bench::Pairs),
    /// The same against the bare durable relay.
    Floor(bench::FloorRun),
    /// Server and relay in turns, and the ratio of their medians.
    BenchRelay(bench::BenchRelay),
    /// Many visitors who say nothing: memory, processor time, reconnect storm.
    Idle(idle::Idle),
    /// Ledger under kill -9.
    Chaos(chaos::Chaos),
    /// HAProxy and nginx with the configurations of `deploy/`, before a server.
    Fronts(fronts::Fronts),
    /// The ledger on three nodes while everything that they stand on fails.
    ChaosCluster(chaos_cluster::ChaosCluster),
    /// One node embedded, one on PostgreSQL, three behind HAProxy: rates, processor time, syncs.
    BenchCluster(bench_cluster::BenchCluster),
    /// Plays dialogue files and compares what was archived.
    Replay(replay::Replay),
    /// Shows a completed sync between receipt and acknowledgement.
    StraceCheck(strace::StraceCheck),
    /// The bare durable relay itself; `floor` starts it.
    #[command(hide = true)]
    Relay {
        #[arg(long)]
        listen: Address,
        #[arg(long)]
        journal: PathBuf,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("sotto-load: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether the answer is yes.
async fn run(arguments: Arguments) -> Result<bool> {
    let Common { site, department, password } = arguments.common;
    let place = Place { site, department };
    match arguments.command {
        Command::Pairs(pairs) => bench::pairs(&pairs, &place, &password).await,
        Command::Floor(floor) => bench::floor(&floor).await,
        Command::BenchRelay(bench) => bench::bench_relay(&bench, &place, &password).await,
        Command::Idle(idle) => idle::run(&idle, &place).await,
        Command::Chaos(chaos) => chaos::run(&chaos, &place, &password).await,
        Command::Fronts(fronts) => fronts::run(&fronts, &place, &password).await,
        Command::ChaosCluster(chaos) => chaos_cluster::run(&chaos, &place, &password).await,
        Command::BenchCluster(bench) => bench_cluster::run(&bench, &place, &password).await,
        Command::Replay(replay) => replay::run(&replay, &place, &password).await,
        Command::StraceCheck(check) => strace::run(&check, &place, &password).await,
        Command::Relay { listen, journal } => floor::serve(listen, &journal).await.map(|()| true),
    }
}
