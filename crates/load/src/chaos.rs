//! The ledger under kill -9: talk, kill without warning, start again, resume,
//! and at the end read everything back that was ever acknowledged; then once
//! more from the transcripts, with kills while they go out.

pub(crate) mod delivery;
mod first_message;
pub(crate) mod read_back;
mod standing;
pub(crate) mod talker;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use futures_util::TryStreamExt;
use futures_util::stream::FuturesUnordered;
use serde::Serialize;

use crate::chance::Chance;
use crate::client::{Address, Pass, Place, SignedIn, Who, fresh_id, start};
use crate::figures::{self, Durations};
use crate::ledger::Verdict;
use crate::pairs;
use crate::server_process::ServerProcess;
use crate::settings;
use delivery::Delivered;
use standing::Standing;
use talker::{Access, Talker};

#[derive(Debug, Args)]
pub(crate) struct Chaos {
    /// The server's program.
    #[arg(long)]
    server: PathBuf,
    /// SIGKILLs under load.
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// SIGTERMs under load, after the kills: a stop in good order loses nothing either.
    #[arg(long, default_value_t = 2)]
    stops: u32,
    /// SIGKILLs around the first message of a fresh data directory, on top.
    #[arg(long, default_value_t = 5)]
    first_messages: u32,
    /// SIGKILLs while the transcripts of all conversations go out, after everything else.
    #[arg(long, default_value_t = 5)]
    delivery_kills: u32,
    /// Give up when no transcript has arrived for so long: a delivery that a kill cut
    /// off is taken up again after a minute.
    #[arg(long, default_value_t = 120)]
    wait_seconds: u64,
    /// Visitor and agent pairs that talk.
    #[arg(long, default_value_t = 20)]
    pairs: usize,
    /// Decides pauses and moments of the kills.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Leave the data directory for a look at it when the run fails.
    #[arg(long)]
    keep: bool,
}

/// What the talkers and whoever breaks things tell each other.
#[derive(Default)]
pub(crate) struct Shared {
    /// What was broken so far, and what last.
    pub(crate) faults: Cell<u32>,
    pub(crate) fault: Cell<&'static str>,
    /// Raised when all is whole again; how many clients had an acknowledgement since.
    pub(crate) repairs: Cell<u32>,
    pub(crate) back: Cell<usize>,
    /// Nobody begins anything new.
    pub(crate) is_over: Cell<bool>,
    pub(crate) counts: RefCell<Counts>,
    /// The longest that each client waited for an acknowledgement, for each fault.
    pub(crate) stalls: RefCell<Stalls>,
    clients: RefCell<Vec<Rc<Standing>>>,
}

/// By fault and side.
pub(crate) type Stalls = BTreeMap<(&'static str, Who), Durations>;

impl Shared {
    pub(crate) fn breaks(&self, what: &'static str) {
        self.fault.set(what);
        self.faults.set(self.faults.get() + 1);
    }

    pub(crate) fn is_repaired(&self) {
        self.back.set(0);
        self.repairs.set(self.repairs.get() + 1);
    }

    /// A line for each client that had no acknowledgement since.
    pub(crate) fn who_is_not_back(&self) -> Vec<String> {
        let clients = self.clients.borrow();
        let away = clients.iter().filter(|one| one.repairs.get() != self.repairs.get());
        away.map(ToString::to_string).collect()
    }
}

#[derive(Default, Clone, Serialize)]
pub(crate) struct Counts {
    messages: u64,
    notes: u64,
    corrections: u64,
    corrections_refused: u64,
    transfers: u64,
    resent: u64,
    refused_for_now: u64,
    /// Events that a live socket got out of turn, and answers that came so.
    pub(crate) out_of_turn: u64,
}

#[derive(Serialize)]
struct Figures {
    kills: u32,
    stops: u32,
    first_message_kills: u32,
    delivery_kills: u32,
    pairs: usize,
    acknowledged: u64,
    #[serde(flatten)]
    verdict: Verdict,
    #[serde(flatten)]
    delivered: Delivered,
    #[serde(flatten)]
    counts: Counts,
    stall_p50_ms: Option<f64>,
    stall_p99_ms: Option<f64>,
    restart_p50_ms: Option<f64>,
    restart_p99_ms: Option<f64>,
    seconds: f64,
    seed: u64,
    limits_raised: &'static str,
}

/// True when nothing was lost, doubled, reordered or changed.
pub(crate) async fn run(chaos: &Chaos, place: &Place, password: &str) -> Result<bool> {
    let begun = Instant::now();
    let mut chance = Chance::new(chaos.seed);
    let mut verdict = Verdict::default();
    let mut acknowledged = 0;
    for _ in 0..chaos.first_messages {
        let one = first_message::run(chaos, place, &mut chance).await?;
        verdict.add(one.verdict);
        acknowledged += one.acknowledged;
    }
    let shared = Shared::default();
    let mut server = ServerProcess::start(&chaos.server, None).await?;
    let under_load = load(chaos, place, password, &mut server, &shared, &mut chance).await;
    let (under_load, delivered, restarts) = match under_load {
        Ok(done) => done,
        Err(error) => {
            return Err(error.context(format!("the log ends:\n{}", end(chaos, &mut server))));
        }
    };
    verdict.add(under_load.verdict);
    acknowledged += under_load.acknowledged;
    let counts = shared.counts.borrow().clone();
    let is_clean = verdict.is_clean() && delivered.is_whole() && counts.out_of_turn == 0;
    if !is_clean {
        eprintln!("not clean; {}", end(chaos, &mut server));
    }
    let mut stalls = Durations::default();
    shared.stalls.take().into_values().for_each(|some| stalls.extend(some));
    figures::print(&Figures {
        kills: chaos.kills,
        stops: chaos.stops,
        first_message_kills: chaos.first_messages,
        delivery_kills: chaos.delivery_kills,
        pairs: chaos.pairs,
        acknowledged,
        verdict,
        delivered,
        counts,
        stall_p50_ms: stalls.percentile_ms(50.0).map(figures::rounded),
        stall_p99_ms: stalls.percentile_ms(99.0).map(figures::rounded),
        restart_p50_ms: restarts.percentile_ms(50.0).map(figures::rounded),
        restart_p99_ms: restarts.percentile_ms(99.0).map(figures::rounded),
        seconds: figures::rounded(begun.elapsed().as_secs_f64()),
        seed: chaos.seed,
        limits_raised: settings::RAISED,
    })?;
    Ok(is_clean)
}

/// What a part of the run adds.
struct Part {
    acknowledged: u64,
    verdict: Verdict,
}

async fn load(
    chaos: &Chaos,
    place: &Place,
    password: &str,
    server: &mut ServerProcess,
    shared: &Shared,
    chance: &mut Chance,
) -> Result<(Part, Delivered, Durations)> {
    settings::create_agents(server, chaos.pairs, &place.department, password)?;
    settings::deliver_at_once(server, server.address(), password).await?;
    let agents = pairs::sign_in(server.address(), chaos.pairs, password).await?;
    let mut talkers = Vec::new();
    for agent in agents {
        talkers.extend(two_talkers(server.address(), place, agent, shared, chance).await?);
    }
    let talk = talk_all(&mut talkers);
    let end = end_again_and_again(chaos, server, shared, chance);
    let (_, restarts) = tokio::try_join!(talk, end)?;
    // What is read back now comes from the disk and from no cache.
    server.kill()?;
    server.run().await?;
    let mut part = Part { acknowledged: 0, verdict: Verdict::default() };
    for two in talkers.chunks_mut(2) {
        let [visitor, agent] = two else { continue };
        part.acknowledged += visitor.acknowledged() + agent.acknowledged();
        let judged = read_back::judge(server.address(), visitor, agent).await;
        part.verdict.add(judged.context("reading back")?);
    }
    let delivered = delivery::run(chaos, server, &mut talkers, chance).await;
    Ok((part, delivered.context("delivering")?, restarts))
}

/// Until all have said everything, or the first cannot go on.
pub(crate) async fn talk_all(talkers: &mut [Talker<'_>]) -> Result<()> {
    talkers.iter_mut().map(Talker::talk).collect::<FuturesUnordered<_>>().try_collect().await
}

/// A visitor and the agent who accepts them, in this order.
pub(crate) async fn two_talkers<'a>(
    address: Address,
    place: &Place,
    agent: SignedIn,
    shared: &'a Shared,
    chance: &mut Chance,
) -> Result<[Talker<'a>; 2]> {
    let started = start(address, place, &fresh_id(), "en").await?;
    let visitor = Access::Visitor { pass: Pass::new(started.token) };
    let reference = started.reference;
    let department = place.department.clone();
    let agent = Access::Agent { agent, reference, department, conversation: None };
    Ok([visitor, agent].map(|access| Talker::new(address, access, shared, chance.branch())))
}

async fn end_again_and_again(
    chaos: &Chaos,
    server: &mut ServerProcess,
    shared: &Shared,
    chance: &mut Chance,
) -> Result<Durations> {
    let mut restarts = Durations::default();
    for end in 0..chaos.kills + chaos.stops {
        tokio::time::sleep(Duration::from_millis(chance.between(50, 1500))).await;
        if end < chaos.kills {
            server.kill()?;
        } else {
            server.stop().await?;
        }
        shared.breaks(if end < chaos.kills { "kill" } else { "stop" });
        restarts.add(server.run().await?);
    }
    // Without this the last end would have no stall to measure.
    tokio::time::sleep(Duration::from_millis(500)).await;
    shared.is_over.set(true);
    Ok(restarts)
}

/// Where to look after a failed run.
fn end(chaos: &Chaos, server: &mut ServerProcess) -> String {
    let log = server.log_end();
    if chaos.keep { format!("{log}\nkept: {}", server.keep().display()) } else { log }
}

impl Access {
    fn who(&self) -> Who {
        match self {
            Self::Visitor { .. } => Who::Visitor,
            Self::Agent { .. } => Who::Agent,
        }
    }
}
