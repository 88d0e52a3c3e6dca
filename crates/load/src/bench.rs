//! Rates and latencies of pairs that talk: against the server, against the
//! bare durable relay, and against both in turns.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;

use crate::client::Place;
use crate::figures::{self, median, rounded};
use crate::floor::Floor;
use crate::pairs::{self, Pair, Window};
use crate::proc;
use crate::server_process::pin_this_process;
use crate::settings;
use crate::target::{Choice, Masking, Target};

/// Where the server runs; the generator has the other one.
const SERVER_CORE: u32 = 0;
const GENERATOR_CORE: u32 = 1;

#[derive(Debug, Args)]
pub(crate) struct Pairs {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    masking: Masking,
    /// Process of an attached server, for its processor time and memory.
    #[arg(long)]
    pid: Option<u32>,
    #[arg(long, default_value_t = 50)]
    pairs: usize,
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Leave the placing of threads on cores to the system.
    #[arg(long)]
    no_pin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FloorRun {
    #[arg(long, default_value_t = 50)]
    pairs: usize,
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Directory for the journal: on the disk that the server would use.
    #[arg(long)]
    dir: Option<PathBuf>,
    #[arg(long)]
    no_pin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BenchRelay {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    masking: Masking,
    #[arg(long)]
    pid: Option<u32>,
    /// One round for each number in each turn, such as 1,50,200.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 50, 200])]
    pairs: Vec<usize>,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    #[arg(long)]
    no_pin: bool,
}

/// One round.
#[derive(Debug, Clone, Serialize)]
struct Round {
    pairs: usize,
    messages: usize,
    acks_per_second: f64,
    ack_p50_ms: Option<f64>,
    ack_p99_ms: Option<f64>,
    delivery_p50_ms: Option<f64>,
    delivery_p99_ms: Option<f64>,
    cpu_seconds_per_1000: Option<f64>,
    rss_kib: Option<u64>,
    /// Near 100, the generator was the limit and not the server.
    generator_cpu_percent: f64,
}

#[derive(Serialize)]
struct One {
    #[serde(flatten)]
    round: Round,
    is_pinned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    limits_raised: Option<&'static str>,
}

pub(crate) async fn pairs(run: &Pairs, place: &Place, password: &str) -> Result<bool> {
    let is_pinned = !run.no_pin && pin_this_process(GENERATOR_CORE);
    let core = is_pinned.then_some(SERVER_CORE);
    let target = Target::open(&run.choice, run.pid, core).await?;
    target.set(run.masking, password).await?;
    let agents = target.agents(run.pairs, place, password).await?;
    let mut met = pairs::meet(target.address(), place, &agents).await?;
    let round = round(&mut met, run.seconds, target.pid()).await?;
    figures::print(&One { round, is_pinned, limits_raised: Some(settings::RAISED) })?;
    Ok(true)
}

pub(crate) async fn floor(run: &FloorRun) -> Result<bool> {
    let is_pinned = !run.no_pin && pin_this_process(GENERATOR_CORE);
    let dir = match &run.dir {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir()?,
    };
    let floor = Floor::start(dir.path(), is_pinned.then_some(SERVER_CORE)).await?;
    let mut met = floor.meet(run.pairs).await?;
    let round = round(&mut met, run.seconds, Some(floor.pid())).await?;
    figures::print(&One { round, is_pinned, limits_raised: None })?;
    Ok(true)
}

/// Lets all talk and reads the server's clock at both ends of the window.
async fn round(pairs: &mut Vec<Pair>, seconds: f64, pid: Option<u32>) -> Result<Round> {
    let window = Window::of(seconds);
    let own_pid = std::process::id();
    let count = pairs.len();
    let cpu = async { tokio::try_join!(used(pid, window), used(Some(own_pid), window)) };
    let (talked, (cpu, own_cpu)) = tokio::try_join!(pairs::talk(pairs, window), cpu)?;
    let own_cpu = own_cpu.unwrap_or_default();
    let messages = talked.acks.len();
    ensure!(messages > 0, "not one message was acknowledged within {seconds} s");
    Ok(Round {
        pairs: count,
        messages,
        acks_per_second: rounded(messages as f64 / window.seconds()),
        ack_p50_ms: talked.acks.percentile_ms(50.0).map(rounded),
        ack_p99_ms: talked.acks.percentile_ms(99.0).map(rounded),
        delivery_p50_ms: talked.deliveries.percentile_ms(50.0).map(rounded),
        delivery_p99_ms: talked.deliveries.percentile_ms(99.0).map(rounded),
        cpu_seconds_per_1000: cpu.map(|cpu| rounded(cpu * 1000.0 / messages as f64)),
        rss_kib: pid.map(proc::rss_kib).transpose()?,
        generator_cpu_percent: rounded(own_cpu * 100.0 / window.seconds()),
    })
}

/// Processor seconds that a process uses within the window.
async fn used(pid: Option<u32>, window: Window) -> Result<Option<f64>> {
    tokio::time::sleep_until(window.from.into()).await;
    let before = pid.map(proc::cpu_seconds).transpose()?;
    tokio::time::sleep_until(window.until.into()).await;
    let after = pid.map(proc::cpu_seconds).transpose()?;
    Ok(after.zip(before).map(|(after, before)| after - before))
}

/// Medians of all rounds with one number of pairs.
#[derive(Serialize)]
struct Medians {
    acks_per_second: Option<f64>,
    ack_p50_ms: Option<f64>,
    ack_p99_ms: Option<f64>,
    delivery_p99_ms: Option<f64>,
    cpu_seconds_per_1000: Option<f64>,
    generator_cpu_percent: Option<f64>,
}

#[derive(Serialize)]
struct Compared {
    pairs: usize,
    floor: Medians,
    server: Medians,
    /// Acknowledgements a second, server to floor.
    ratio: Option<f64>,
}

#[derive(Serialize)]
struct Comparison {
    compared: Vec<Compared>,
    rounds: usize,
    seconds: f64,
    is_pinned: bool,
    server_rss_kib: Option<u64>,
    limits_raised: &'static str,
}

pub(crate) async fn bench_relay(run: &BenchRelay, place: &Place, password: &str) -> Result<bool> {
    let is_pinned = !run.no_pin && pin_this_process(GENERATOR_CORE);
    let core = is_pinned.then_some(SERVER_CORE);
    let dir = tempfile::tempdir()?;
    let floor = Floor::start(dir.path(), core).await?;
    let target = Target::open(&run.choice, run.pid, core).await?;
    target.set(run.masking, password).await?;
    let most = run.pairs.iter().copied().max().context("no number of pairs")?;
    let agents = target.agents(most, place, password).await?;
    let mut compared = Vec::new();
    for &count in &run.pairs {
        let (mut of_floor, mut of_server) = (Vec::new(), Vec::new());
        let mut at_floor = floor.meet(count).await?;
        let mut at_server = pairs::meet(target.address(), place, &agents[..count]).await?;
        for _ in 0..run.rounds {
            of_floor.push(round(&mut at_floor, run.seconds, Some(floor.pid())).await?);
            of_server.push(round(&mut at_server, run.seconds, target.pid()).await?);
        }
        pairs::part(at_server).await?;
        compared.push(compare(count, &of_floor, &of_server));
        eprintln!("{}", serde_json::to_string(compared.last().context("just added")?)?);
    }
    figures::print(&Comparison {
        compared,
        rounds: run.rounds,
        seconds: run.seconds,
        is_pinned,
        server_rss_kib: target.rss_kib()?,
        limits_raised: settings::RAISED,
    })?;
    Ok(true)
}

fn compare(pairs: usize, floor: &[Round], server: &[Round]) -> Compared {
    let (floor, server) = (medians(floor), medians(server));
    let both = server.acks_per_second.zip(floor.acks_per_second);
    let ratio = both.map(|(server, floor)| rounded(server / floor));
    Compared { pairs, floor, server, ratio }
}

fn medians(rounds: &[Round]) -> Medians {
    let of = |value: fn(&Round) -> Option<f64>| {
        median(&rounds.iter().filter_map(value).collect::<Vec<_>>()).map(rounded)
    };
    Medians {
        acks_per_second: of(|round| Some(round.acks_per_second)),
        ack_p50_ms: of(|round| round.ack_p50_ms),
        ack_p99_ms: of(|round| round.ack_p99_ms),
        delivery_p99_ms: of(|round| round.delivery_p99_ms),
        cpu_seconds_per_1000: of(|round| round.cpu_seconds_per_1000),
        generator_cpu_percent: of(|round| Some(round.generator_cpu_percent)),
    }
}
