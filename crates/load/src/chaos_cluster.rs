//! The ledger on three nodes, while nodes, bus and database die, restart, are cut
//! off and lost: what was acknowledged is there once, in its order, at the end.

mod fault;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;

use crate::chance::Chance;
use crate::chaos::delivery::{self, Delivered};
use crate::chaos::talker::Access;
use crate::chaos::{Counts, Shared, Stalls, read_back, talk_all, two_talkers};
use crate::client::{Pass, Place, Verb, Who, fresh_id, start};
use crate::cluster::{Cluster, Ways};
use crate::figures::{self, Durations};
use crate::ledger::{self, Ledger, Verdict, Words};
use crate::{pairs, settings};
use fault::Fault;

/// A client that had no acknowledgement so long after everything was whole again is stuck.
const BACK_MAX: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

#[derive(Debug, Args)]
pub(crate) struct ChaosCluster {
    /// The server's program.
    #[arg(long)]
    server: PathBuf,
    /// Each fault so many times.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Visitor and agent pairs that talk.
    #[arg(long, default_value_t = 20)]
    pairs: usize,
    /// SIGKILLs of a node while the transcripts of all conversations go out.
    #[arg(long, default_value_t = 3)]
    delivery_kills: u32,
    /// Give up when no transcript has arrived for so long.
    #[arg(long, default_value_t = 120)]
    wait_seconds: u64,
    /// Decides the order of faults, pauses and moments.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Faults to keep to, such as `node_killed,primary_lost`; all if left out.
    #[arg(long, value_delimiter = ',')]
    faults: Vec<Fault>,
    /// Leave all folders for a look at them when the run fails.
    #[arg(long)]
    keep: bool,
}

#[derive(Serialize)]
struct Figures {
    nodes: usize,
    pairs: usize,
    rounds: u32,
    acknowledged: u64,
    #[serde(flatten)]
    verdict: Verdict,
    #[serde(flatten)]
    delivered: Delivered,
    #[serde(flatten)]
    counts: Counts,
    stalls: BTreeMap<&'static str, Stall>,
    seconds: f64,
    seed: u64,
    limits_raised: &'static str,
}

/// The longest that each client waited for an acknowledgement, by side.
#[derive(Default, Serialize)]
struct Stall {
    times: usize,
    visitor_p50_ms: Option<f64>,
    visitor_p99_ms: Option<f64>,
    agent_p50_ms: Option<f64>,
    agent_p99_ms: Option<f64>,
}

/// True when nothing was lost, doubled, reordered or changed.
pub(crate) async fn run(chaos: &ChaosCluster, place: &Place, password: &str) -> Result<bool> {
    let begun = Instant::now();
    let shared = Shared::default();
    let mut cluster = Cluster::prepare(&chaos.server, Ways::Gated)?;
    let done = all(chaos, place, password, &mut cluster, &shared).await;
    let is_clean = done.as_ref().is_ok_and(|done| {
        done.verdict.is_clean()
            && done.delivered.is_whole()
            && shared.counts.borrow().out_of_turn == 0
    });
    if !is_clean {
        eprintln!("the database is at:\n{}", cluster.database_is_at());
        for node in &cluster.nodes {
            eprintln!("a node's log ends:\n{}", node.process.log_end());
        }
        if chaos.keep {
            eprintln!("kept: {}", cluster.keep());
        }
    }
    let Done { acknowledged, verdict, delivered } = done?;
    let counts = shared.counts.borrow().clone();
    figures::print(&Figures {
        nodes: cluster.nodes.len(),
        pairs: chaos.pairs,
        rounds: chaos.rounds,
        acknowledged,
        verdict,
        delivered,
        counts,
        stalls: by_fault(shared.stalls.take(), chaos.pairs),
        seconds: figures::rounded(begun.elapsed().as_secs_f64()),
        seed: chaos.seed,
        limits_raised: settings::RAISED,
    })?;
    Ok(is_clean)
}

struct Done {
    acknowledged: u64,
    verdict: Verdict,
    delivered: Delivered,
}

async fn all(
    chaos: &ChaosCluster,
    place: &Place,
    password: &str,
    cluster: &mut Cluster,
    shared: &Shared,
) -> Result<Done> {
    let mut chance = Chance::new(chaos.seed);
    let mut verdict = first_of_the_day(cluster, place).await.context("the day's first")?;
    let mut acknowledged = 1;
    let address = cluster.address();
    settings::create_agents(&cluster.nodes[0].process, chaos.pairs, &place.department, password)?;
    settings::deliver_at_once(&cluster.nodes[0].process, address, password).await?;
    let mut talkers = Vec::new();
    for agent in pairs::sign_in(address, chaos.pairs, password).await? {
        talkers.extend(two_talkers(address, place, agent, shared, &mut chance).await?);
    }
    let talk = talk_all(&mut talkers);
    let fail = fail_again_and_again(chaos, cluster, shared, &mut chance);
    tokio::try_join!(talk, fail)?;
    // What is read back now comes from the disk and from no cache.
    for node in &mut cluster.nodes {
        node.process.kill()?;
    }
    cluster.run_all().await?;
    for two in talkers.chunks_mut(2) {
        let [visitor, agent] = two else { continue };
        acknowledged += visitor.acknowledged() + agent.acknowledged();
        let judged = read_back::judge(address, visitor, agent).await;
        verdict.add(judged.context("reading back")?);
    }
    delivery::close_all(&mut talkers).await?;
    for _ in 0..chaos.delivery_kills {
        tokio::time::sleep(Duration::from_millis(chance.between(0, 300))).await;
        let node = chance.pick(&mut cluster.nodes);
        node.process.kill()?;
        node.process.run().await?;
    }
    let folder = settings::transcripts(cluster.folder());
    let patience = Duration::from_secs(chaos.wait_seconds);
    let delivered = delivery::judge(&chaos.server, &folder, &talkers, patience).await;
    Ok(Done { acknowledged, verdict, delivered: delivered.context("delivering")? })
}

/// One node alone makes the day's key, acknowledges the first message, and dies at
/// once: the others have the key and the words.
async fn first_of_the_day(cluster: &mut Cluster, place: &Place) -> Result<Verdict> {
    const TEXT: &str = "the first words of the day";
    let address = cluster.address();
    cluster.nodes[0].process.run().await?;
    cluster.is_served().await?;
    let started = start(address, place, &fresh_id(), "en").await?;
    let mut pass = Pass::new(started.token);
    let mut visitor = pass.arrive(address, 0).await?;
    let client_id = fresh_id();
    let verb = Verb::PostMessage { conversation: None, client_id: &client_id, text: TEXT };
    let number = visitor.line.ask(verb).await?.number.context("no number")?;
    cluster.nodes[0].process.kill()?;
    for node in &mut cluster.nodes[1..] {
        node.process.run().await?;
    }
    cluster.is_served().await?;
    let mut ledger = Ledger::default();
    ledger.acknowledged(&client_id, number, TEXT);
    let mut access = Access::Visitor { pass };
    let events = read_back::events(address, &mut access).await?;
    cluster.run_all().await?;
    Ok(ledger::judge(Who::Visitor, &events, &[(Words::VisitorMessages, &ledger)]))
}

async fn fail_again_and_again(
    chaos: &ChaosCluster,
    cluster: &mut Cluster,
    shared: &Shared,
    chance: &mut Chance,
) -> Result<()> {
    let kinds = if chaos.faults.is_empty() { &Fault::ALL[..] } else { &chaos.faults };
    all_are_back(chaos, shared).await.context("before any fault")?;
    for _ in 0..chaos.rounds {
        for fault in chance.shuffled(kinds) {
            tokio::time::sleep(Duration::from_millis(chance.between(200, 1500))).await;
            shared.breaks(fault.name());
            let failed = fault.happens(cluster, chance).await;
            failed.with_context(|| format!("while {}", fault.name()))?;
            all_are_back(chaos, shared).await.with_context(|| format!("after {}", fault.name()))?;
        }
    }
    shared.is_over.set(true);
    Ok(())
}

/// Until each client had an acknowledgement since everything is whole again.
async fn all_are_back(chaos: &ChaosCluster, shared: &Shared) -> Result<()> {
    shared.is_repaired();
    let begun = Instant::now();
    while shared.back.get() < chaos.pairs * 2 {
        let back = shared.back.get();
        let who = || shared.who_is_not_back().join("\n");
        ensure!(
            begun.elapsed() < BACK_MAX,
            "{back} of {} clients came back; not\n{}",
            chaos.pairs * 2,
            who()
        );
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}

fn by_fault(stalls: Stalls, pairs: usize) -> BTreeMap<&'static str, Stall> {
    let mut by_fault: BTreeMap<&str, Stall> = BTreeMap::new();
    let percentile =
        |waits: &Durations, percent| waits.percentile_ms(percent).map(figures::rounded);
    for ((fault, who), waits) in stalls {
        let stall = by_fault.entry(fault).or_default();
        stall.times = waits.len() / pairs;
        let (p50, p99) = (percentile(&waits, 50.0), percentile(&waits, 99.0));
        match who {
            Who::Visitor => (stall.visitor_p50_ms, stall.visitor_p99_ms) = (p50, p99),
            Who::Agent => (stall.agent_p50_ms, stall.agent_p99_ms) = (p50, p99),
        }
    }
    by_fault
}
