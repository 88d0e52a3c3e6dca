//! What an install of each size costs, in one run: one node that holds everything,
//! one node on PostgreSQL, three on PostgreSQL and NATS behind HAProxy.
//!
//! Both databases have a synchronous standby, so a commit is on two disks. All of it
//! shares this machine with the generator: what takes most cores is what is full first.

mod load;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use tempfile::TempDir;

use crate::client::{Address, Place};
use crate::cluster::{Cluster, Database, Ways};
use crate::server_process::{ServerProcess, free_address};
use crate::settings::{self, Reached};
use crate::{figures, idle};
use load::{Install, Measured};

#[derive(Debug, Args)]
pub(crate) struct BenchCluster {
    /// The server's program.
    #[arg(long)]
    server: PathBuf,
    #[arg(long, default_value_t = 50)]
    pairs: usize,
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Visitors who say nothing, for what a socket takes.
    #[arg(long, default_value_t = 500)]
    sockets: usize,
}

#[derive(Serialize)]
struct Figures {
    embedded: Measured,
    postgres: Measured,
    three_nodes: Measured,
    pairs: usize,
    seconds: f64,
    sockets: usize,
    cores: usize,
    limits_raised: &'static str,
}

pub(crate) async fn run(run: &BenchCluster, place: &Place, password: &str) -> Result<bool> {
    idle::allow_open_files(20_000)?;
    let embedded = embedded(run, place, password).await.context("one node embedded")?;
    said("embedded", &embedded)?;
    let postgres = postgres(run, place, password).await.context("one node on PostgreSQL")?;
    said("postgres", &postgres)?;
    let three_nodes = three_nodes(run, place, password).await.context("three nodes")?;
    figures::print(&Figures {
        embedded,
        postgres,
        three_nodes,
        pairs: run.pairs,
        seconds: run.seconds,
        sockets: run.sockets,
        cores: std::thread::available_parallelism()?.get(),
        limits_raised: settings::RAISED,
    })?;
    Ok(true)
}

fn said(what: &str, measured: &Measured) -> Result<()> {
    eprintln!("{what}: {}", serde_json::to_string(measured)?);
    Ok(())
}

async fn embedded(run: &BenchCluster, place: &Place, password: &str) -> Result<Measured> {
    let metrics = free_address()?;
    let more = format!("metrics_listen = \"{metrics}\"\n");
    let reached = Reached { more, ..Reached::itself(free_address()?) };
    let mut node = ServerProcess::prepare(&run.server, None, &reached)?;
    node.run().await?;
    let address = node.address();
    let nodes = vec![node.pid()?];
    let install = Install { address, nodes, parts: Vec::new(), syncs: Syncs::Commits(metrics) };
    load::measure(run, place, password, &node, &install).await
}

async fn postgres(run: &BenchCluster, place: &Place, password: &str) -> Result<Measured> {
    let folder = TempDir::with_prefix("sotto-bench-")?;
    let database = Database::start(folder.path())?;
    let more = format!("database_url = \"{}\"\n", database.url());
    let reached = Reached { more, ..Reached::itself(free_address()?) };
    let mut node = ServerProcess::prepare(&run.server, None, &reached)?;
    node.run().await?;
    let (address, nodes) = (node.address(), vec![node.pid()?]);
    let (parts, syncs) = (database.parts(), Syncs::Journal(&database));
    let install = Install { address, nodes, parts, syncs };
    load::measure(run, place, password, &node, &install).await
}

async fn three_nodes(run: &BenchCluster, place: &Place, password: &str) -> Result<Measured> {
    let mut cluster = Cluster::prepare(&run.server, Ways::Straight)?;
    cluster.run_all().await?;
    let database = cluster.the_database().context("a database")?;
    let pids = cluster.nodes.iter().map(|node| node.process.pid());
    let install = Install {
        address: cluster.address(),
        nodes: pids.collect::<Result<_>>()?,
        parts: cluster.parts(),
        syncs: Syncs::Journal(database),
    };
    load::measure(run, place, password, &cluster.nodes[0].process, &install).await
}

/// Where it is told how often something was synced.
enum Syncs<'a> {
    /// Each commit of the embedded database is one, as the node's own metrics count them.
    Commits(Address),
    Journal(&'a Database),
}
