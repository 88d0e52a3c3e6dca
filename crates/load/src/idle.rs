//! Many visitors who say nothing: what each costs in memory, what silence
//! costs in processor time, and how fast all come back at once.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use crate::client::{Address, Arrived, Line, Place, fresh_id, start};
use crate::figures::{self, rounded};
use crate::settings;
use crate::target::{Choice, Target};

/// Sockets, files and pipes beside the visitors' own.
const OTHER_FILES: usize = 200;
pub(crate) const ARRIVING_AT_ONCE: usize = 32;
/// Work that was put off is done by then, before silence is measured.
const SETTLING: Duration = Duration::from_secs(3);

#[derive(Debug, Args)]
pub(crate) struct Idle {
    #[command(flatten)]
    choice: Choice,
    #[arg(long)]
    pid: Option<u32>,
    #[arg(long, default_value_t = 5000)]
    connections: usize,
    /// How long all are silent.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Connections that are opened at the same time in the storm.
    #[arg(long, default_value_t = 512)]
    storm: usize,
}

#[derive(Serialize)]
struct Figures {
    connections: usize,
    empty_rss_kib: Option<u64>,
    /// Conversations there, nobody connected.
    started_rss_kib: Option<u64>,
    /// After the silence: what arriving took has been given back by then.
    idle_rss_kib: Option<u64>,
    kib_per_connection: Option<f64>,
    connect_cpu_ms_each: Option<f64>,
    silence_cpu_percent_of_core: Option<f64>,
    after_leaving_rss_kib: Option<u64>,
    storm_seconds: f64,
    storm_cpu_ms_each: Option<f64>,
    after_storm_rss_kib: Option<u64>,
    limits_raised: &'static str,
}

pub(crate) async fn run(idle: &Idle, place: &Place) -> Result<bool> {
    allow_open_files(idle.connections + OTHER_FILES)?;
    let target = Target::open(&idle.choice, idle.pid, None).await?;
    let address = target.address();
    let empty_rss_kib = target.rss_kib()?;

    let tokens = start_all(address, place, idle.connections).await?;
    tokio::time::sleep(SETTLING).await;
    let started_rss_kib = target.rss_kib()?;

    let cpu = target.cpu_seconds()?;
    let (lines, tokens) = connect_all(address, tokens, ARRIVING_AT_ONCE).await?;
    let connect_cpu = since(target.cpu_seconds()?, cpu);
    tokio::time::sleep(SETTLING).await;
    let cpu = target.cpu_seconds()?;
    tokio::time::sleep(Duration::from_secs(idle.seconds)).await;
    let silence = since(target.cpu_seconds()?, cpu);
    let idle_rss_kib = target.rss_kib()?;

    // The process drops them as a failing network does: no close frame.
    drop(lines);
    tokio::time::sleep(SETTLING).await;
    let after_leaving_rss_kib = target.rss_kib()?;
    let (cpu, begun) = (target.cpu_seconds()?, Instant::now());
    let (lines, _) = connect_all(address, tokens, idle.storm).await?;
    let storm_seconds = rounded(begun.elapsed().as_secs_f64());
    let storm_cpu = since(target.cpu_seconds()?, cpu);
    let count = idle.connections as f64;
    let each_ms = |cpu: Option<f64>| cpu.map(|cpu| rounded(cpu * 1000.0 / count));
    let grown = idle_rss_kib.zip(started_rss_kib);
    figures::print(&Figures {
        connections: lines.len(),
        empty_rss_kib,
        started_rss_kib,
        idle_rss_kib,
        kib_per_connection: grown
            .map(|(now, before)| rounded((now as f64 - before as f64) / count)),
        connect_cpu_ms_each: each_ms(connect_cpu),
        silence_cpu_percent_of_core: silence.map(|cpu| rounded(cpu * 100.0 / idle.seconds as f64)),
        after_leaving_rss_kib,
        storm_seconds,
        storm_cpu_ms_each: each_ms(storm_cpu),
        after_storm_rss_kib: target.rss_kib()?,
        limits_raised: settings::RAISED,
    })?;
    Ok(true)
}

fn since(now: Option<f64>, before: Option<f64>) -> Option<f64> {
    now.zip(before).map(|(now, before)| now - before)
}

pub(crate) async fn start_all(
    address: Address,
    place: &Place,
    count: usize,
) -> Result<Vec<String>> {
    stream::iter(0..count)
        .map(|_| async { Ok(start(address, place, &fresh_id(), "en").await?.token) })
        .buffer_unordered(ARRIVING_AT_ONCE)
        .try_collect()
        .await
}

/// All sockets, and the tokens for the next time.
pub(crate) async fn connect_all(
    address: Address,
    tokens: Vec<String>,
    at_once: usize,
) -> Result<(Vec<Line>, Vec<String>)> {
    let arrived: Vec<Arrived> = stream::iter(tokens)
        .map(|token| async move { Arrived::open(address, &token, 0).await })
        .buffer_unordered(at_once)
        .try_collect()
        .await?;
    Ok(arrived.into_iter().map(|arrived| (arrived.line, arrived.token)).unzip())
}

/// Raises the limit of open files of this process; the server inherits it.
pub(crate) fn allow_open_files(count: usize) -> Result<()> {
    let pid = std::process::id().to_string();
    let status = Command::new("prlimit")
        .args(["--pid", &pid, &format!("--nofile={count}:{count}")])
        .stderr(Stdio::null())
        .status();
    let is_raised = status.is_ok_and(|status| status.success());
    ensure!(is_raised || open_files_max()? >= count, "raise the limit first: ulimit -n {count}");
    Ok(())
}

fn open_files_max() -> Result<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").context("reading /proc")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|rest| rest.split_whitespace().next()).context("no limit of files")?;
    Ok(soft.parse().unwrap_or(usize::MAX))
}
