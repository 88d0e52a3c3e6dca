//! The floor: what a durable message costs when nothing else is done with it.
//!
//! A relay in a process of its own, so that it can be pinned and its processor
//! time read. It knows pairs and nothing else: no masking, no keys, no rights.

mod journal;
mod relay;

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use crate::client::{Address, Line, Who};
use crate::pairs::Pair;
use crate::server_process::{free_address, on_core};

pub(crate) use relay::serve;

const START_SECONDS_MAX: u64 = 10;

/// The relay as a child process.
pub(crate) struct Floor {
    child: Child,
    address: Address,
}

impl Floor {
    /// Starts it with its journal in `dir`.
    pub(crate) async fn start(dir: &Path, core: Option<u32>) -> Result<Self> {
        let address = free_address()?;
        let program = std::env::current_exe().context("finding this program")?;
        let mut command = on_core(core, &program);
        command.args(["relay", "--listen", &address.to_string()]).arg("--journal");
        command.arg(dir.join("journal")).stdin(Stdio::null());
        let floor = Self { child: command.spawn().context("starting the relay")?, address };
        let started = Instant::now();
        while tokio::net::TcpStream::connect(address.socket()).await.is_err() {
            ensure!(started.elapsed().as_secs() < START_SECONDS_MAX, "the relay does not answer");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(floor)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Pairs that are joined by the number in their first frame.
    pub(crate) async fn meet(&self, count: usize) -> Result<Vec<Pair>> {
        let address = self.address;
        stream::iter(0..count).map(|number| pair(address, number)).buffered(16).try_collect().await
    }
}

async fn pair(address: Address, number: usize) -> Result<Pair> {
    let hello = json!({"protocol": protocol::VERSION, "token": number.to_string(), "after": 0});
    let mut visitor = Line::open(address, Who::Visitor, hello.to_string()).await?;
    let hello = json!({"protocol": protocol::VERSION, "ticket": number.to_string()});
    let mut agent = Line::open(address, Who::Agent, hello.to_string()).await?;
    // The relay answers the first frame as if it were request 0, once both are there.
    visitor.answer(0).await?;
    agent.answer(0).await?;
    Ok(Pair { visitor, agent, conversation: number.to_string() })
}

impl Drop for Floor {
    fn drop(&mut self) {
        // It has nothing to lose, and may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
