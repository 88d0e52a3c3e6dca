//! The same load on whatever install there is, and what it took.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::{BenchCluster, Syncs};
use crate::client::{Address, Place, metric};
use crate::figures::rounded;
use crate::pairs::{self, Window};
use crate::server_process::ServerProcess;
use crate::{idle, proc, settings};

/// Memory is looked at when what arrived has been dealt with.
const SETTLING: Duration = Duration::from_secs(2);
/// Sockets of one visitor: those who wait stay few enough for an agent's list.
const PAGES: usize = 10;
const COMMITS: &str = "sotto_commit_units_count";

/// What is measured.
pub(super) struct Install<'a> {
    pub(super) address: Address,
    /// Processes of the nodes.
    pub(super) nodes: Vec<u32>,
    /// Everything else, by name.
    pub(super) parts: Vec<(&'static str, u32)>,
    pub(super) syncs: Syncs<'a>,
}

#[derive(Serialize)]
pub(super) struct Measured {
    messages: usize,
    acks_per_second: f64,
    ack_p50_ms: Option<f64>,
    ack_p99_ms: Option<f64>,
    /// Until the message is on the other side's screen.
    delivery_p99_ms: Option<f64>,
    node_cpu_ms_per_message: f64,
    /// Of the primary alone.
    database_cpu_ms_per_message: Option<f64>,
    messages_per_sync: f64,
    /// All nodes together, for each silent socket of a visitor.
    kib_per_socket: f64,
    /// Cores that each part took on average, the generator among them.
    cores_taken: BTreeMap<&'static str, f64>,
    /// Which took most, the generator and the browsers' side aside.
    full_first: &'static str,
}

pub(super) async fn measure(
    run: &BenchCluster,
    place: &Place,
    password: &str,
    node: &ServerProcess,
    install: &Install<'_>,
) -> Result<Measured> {
    let kib_per_socket = silent(run.sockets, place, install).await.context("silent sockets")?;
    settings::create_agents(node, run.pairs, &place.department, password)?;
    let agents = pairs::sign_in(install.address, run.pairs, password).await?;
    let mut met = pairs::meet(install.address, place, &agents).await?;
    let window = Window::of(run.seconds);
    let (talked, (taken, syncs)) =
        tokio::try_join!(pairs::talk(&mut met, window), watch(install, window))?;
    let messages = talked.acks.len();
    ensure!(messages > 0 && syncs > 0.0, "{messages} messages and {syncs} syncs");
    let seconds = window.seconds();
    let each_ms = |cpu: f64| rounded(cpu * 1000.0 / messages as f64);
    let ours = taken.iter().filter(|(name, _)| !["generator", "browsers"].contains(*name));
    let fullest = ours.max_by(|one, other| one.1.total_cmp(other.1)).map(|(name, _)| *name);
    Ok(Measured {
        messages,
        acks_per_second: rounded(messages as f64 / seconds),
        ack_p50_ms: talked.acks.percentile_ms(50.0).map(rounded),
        ack_p99_ms: talked.acks.percentile_ms(99.0).map(rounded),
        delivery_p99_ms: talked.deliveries.percentile_ms(99.0).map(rounded),
        node_cpu_ms_per_message: each_ms(taken.get("nodes").copied().unwrap_or_default()),
        database_cpu_ms_per_message: taken.get("database").map(|cpu| each_ms(*cpu)),
        messages_per_sync: rounded(messages as f64 / syncs),
        kib_per_socket,
        cores_taken: taken.iter().map(|(name, cpu)| (*name, rounded(cpu / seconds))).collect(),
        full_first: fullest.unwrap_or_default(),
    })
}

/// KiB that a visitor's socket takes, over all nodes.
async fn silent(count: usize, place: &Place, install: &Install<'_>) -> Result<f64> {
    let rss = || install.nodes.iter().map(|pid| proc::rss_kib(*pid)).sum::<Result<u64>>();
    let tokens = idle::start_all(install.address, place, count.div_ceil(PAGES)).await?;
    let tokens: Vec<String> = tokens.iter().cycle().take(count).cloned().collect();
    tokio::time::sleep(SETTLING).await;
    let before = rss()?;
    let (lines, _) = idle::connect_all(install.address, tokens, idle::ARRIVING_AT_ONCE).await?;
    tokio::time::sleep(SETTLING).await;
    let grown = rss()? as f64 - before as f64;
    drop(lines);
    Ok(rounded(grown / count as f64))
}

/// Processor seconds by part, and syncs, within the window.
async fn watch(
    install: &Install<'_>,
    window: Window,
) -> Result<(BTreeMap<&'static str, f64>, f64)> {
    tokio::time::sleep_until(window.from.into()).await;
    let (cpu, syncs) = (taken(install)?, synced(&install.syncs).await?);
    tokio::time::sleep_until(window.until.into()).await;
    let after = taken(install)?;
    let syncs = synced(&install.syncs).await? - syncs;
    let used = after.into_iter().map(|(name, now)| (name, now - cpu.get(name).unwrap_or(&0.0)));
    Ok((used.collect(), syncs))
}

fn taken(install: &Install<'_>) -> Result<BTreeMap<&'static str, f64>> {
    let nodes = install.nodes.iter().map(|pid| ("nodes", *pid));
    let own = [("generator", std::process::id())];
    let mut taken = BTreeMap::new();
    for (name, pid) in nodes.chain(own) {
        *taken.entry(name).or_insert(0.0) += proc::cpu_seconds(pid)?;
    }
    for (name, pid) in &install.parts {
        taken.insert(*name, proc::cpu_seconds_of_all(*pid)?);
    }
    Ok(taken)
}

async fn synced(syncs: &Syncs<'_>) -> Result<f64> {
    match syncs {
        Syncs::Commits(metrics) => metric(*metrics, COMMITS).await,
        Syncs::Journal(database) => {
            Ok(tokio::task::spawn_blocking(database.syncs()).await?? as f64)
        }
    }
}
