//! Shows with the kernel's own record that a sync completed between the
//! receipt of each message and its acknowledgement.

mod trace;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde::Serialize;

use crate::client::Place;
use crate::figures::{self, rounded};
use crate::pairs::{self, Window};
use crate::target::{Choice, Target};

const CALLS: &str =
    "trace=fsync,fdatasync,sendto,sendmsg,write,writev,recvfrom,recvmsg,read,readv,pwrite64";
/// Enough of each buffer to find an acknowledgement behind the events that travel with it.
const BUFFER_BYTES: &str = "8192";

#[derive(Debug, Args)]
pub(crate) struct StraceCheck {
    #[command(flatten)]
    choice: Choice,
    /// Process of an attached server.
    #[arg(long)]
    pid: Option<u32>,
    /// Messages of the one pair that is looked at.
    #[arg(long, default_value_t = 50)]
    messages: usize,
    /// Pairs of the crowd whose syncs are counted.
    #[arg(long, default_value_t = 50)]
    crowd: usize,
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
}

#[derive(Serialize)]
struct Figures {
    messages: usize,
    /// Acknowledged with a completed sync after receipt; must be all.
    synced_before_acknowledged: usize,
    syncs_per_message_1_pair: f64,
    crowd: usize,
    crowd_messages: usize,
    syncs_per_message_crowd: f64,
}

pub(crate) async fn run(check: &StraceCheck, place: &Place, password: &str) -> Result<bool> {
    ensure!(is_there(), "strace is missing: apt install strace");
    let target = Target::open(&check.choice, check.pid, None).await?;
    let pid = target.pid().context("an attached server needs --pid")?;
    let dir = tempfile::tempdir()?;
    let agents = target.agents(check.crowd.max(1), place, password).await?;
    let mut met = pairs::meet(target.address(), place, &agents).await?;

    let record = dir.path().join("one.strace");
    let strace = attach(pid, &record)?;
    met[0].take_turns(check.messages).await?;
    detach(strace)?;
    let one = trace::Trace::parse(&std::fs::read_to_string(&record)?);
    let acknowledgements = one.acknowledgements();
    let synced = acknowledgements.iter().filter(|ack| one.is_synced_before(ack)).count();

    let record = dir.path().join("crowd.strace");
    let strace = attach(pid, &record)?;
    let talked = pairs::talk(&mut met, Window::of(check.seconds)).await?;
    detach(strace)?;
    let crowd = trace::Trace::parse(&String::from_utf8_lossy(&std::fs::read(&record)?));
    let crowd_messages = crowd.acknowledgements().len();
    ensure!(talked.acks.len() > 0 && crowd_messages > 0, "the crowd's messages left no trace");
    figures::print(&Figures {
        messages: acknowledgements.len(),
        synced_before_acknowledged: synced,
        syncs_per_message_1_pair: rounded(
            one.syncs() as f64 / acknowledgements.len().max(1) as f64,
        ),
        crowd: check.crowd,
        crowd_messages,
        syncs_per_message_crowd: rounded(crowd.syncs() as f64 / crowd_messages as f64),
    })?;
    Ok(acknowledgements.len() == check.messages && synced == check.messages)
}

fn is_there() -> bool {
    let mut command = Command::new("strace");
    command.arg("-V").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Follows all threads of the process; returns once it does.
fn attach(pid: u32, record: &Path) -> Result<Child> {
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-ttt", "-s", BUFFER_BYTES, "-e", CALLS, "-e", "signal=none"]);
    command.arg("-o").arg(record).args(["-p", &pid.to_string()]);
    let mut strace = command.stderr(Stdio::piped()).spawn().context("starting strace")?;
    let mut said = BufReader::new(strace.stderr.take().context("strace without a voice")?);
    let mut line = String::new();
    said.read_line(&mut line)?;
    if !line.contains("attached") {
        bail!("strace cannot follow the server: {}", line.trim());
    }
    // It would stop at a full pipe; what it says about threads is of no use.
    std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    Ok(strace)
}

fn detach(mut strace: Child) -> Result<()> {
    let pid = strace.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().context("stopping strace")?;
    strace.wait().context("waiting for strace")?;
    Ok(())
}
