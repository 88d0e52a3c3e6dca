//! Three nodes on one PostgreSQL with a synchronous standby and one NATS, behind
//! HAProxy as we ship it; between each node and what it needs stands a gate.

use std::path::Path;

use anyhow::{Context, Result};
use engines::{Front, FrontKind, Gate, Nats, Postgres};
use tempfile::TempDir;

use crate::client::Address;
use crate::server_process::{ServerProcess, free_address};
use crate::settings::Reached;

pub(crate) const NODES: usize = 3;
/// Longer than HAProxy needs to notice.
const NOTICE_SECONDS: u32 = 3;
const SPREAD_SECONDS: u32 = 2;
const DATABASE: &str = "postgres";

/// One node, and its ways out.
pub(crate) struct Node {
    pub(crate) process: ServerProcess,
    /// To the primary, and to whoever may become it.
    pub(crate) to_database: [Gate; 2],
    pub(crate) to_bus: Gate,
}

/// Everything that a run kills. Parts end before the folder that they live in.
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Node>,
    pub(crate) primary: Postgres,
    pub(crate) standby: Postgres,
    pub(crate) nats: Nats,
    _front: Front,
    address: Address,
    /// How many servers of PostgreSQL there were so far.
    made: usize,
    folder: TempDir,
}

impl Cluster {
    /// Starts all but the nodes.
    pub(crate) fn prepare(program: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("sotto-cluster-").tempdir()?;
        let primary = Postgres::start(&folder.path().join("postgres-1"))?;
        let standby = primary.standby(&folder.path().join("postgres-2"))?;
        let nats = Nats::start(folder.path(), "")?;
        let address = free_address()?;
        let mut nodes = Vec::new();
        for _ in 0..NODES {
            nodes.push(Node::prepare(program, folder.path(), address, &primary, &standby, &nats)?);
        }
        let listen: Vec<_> = nodes.iter().map(|node| node.process.address().socket()).collect();
        let listen = listen.try_into().ok().context("three nodes")?;
        let front = Front::start(
            FrontKind::Haproxy,
            &folder.path().join("front"),
            address.socket(),
            listen,
        )?;
        Ok(Self { nodes, primary, standby, nats, _front: front, address, made: 2, folder })
    }

    /// What browsers know.
    pub(crate) fn address(&self) -> Address {
        self.address
    }

    pub(crate) async fn run_all(&mut self) -> Result<()> {
        for node in &mut self.nodes {
            if !node.process.is_running() {
                node.process.run().await?;
            }
        }
        Ok(())
    }

    /// The primary is gone for good: the standby takes its place, and a new one follows it.
    pub(crate) fn fail_over(&mut self) -> Result<()> {
        self.standby.promote()?;
        std::fs::remove_dir_all(self.primary.cluster()).context("destroying the primary")?;
        self.made += 1;
        let next = self.folder.path().join(format!("postgres-{}", self.made));
        let standby = self.standby.standby(&next)?;
        for node in &self.nodes {
            let [to_old, _] = &node.to_database;
            to_old.lead_to(standby.address());
        }
        for node in &mut self.nodes {
            node.to_database.swap(0, 1);
        }
        self.primary = std::mem::replace(&mut self.standby, standby);
        Ok(())
    }
}

impl Node {
    fn prepare(
        program: &Path,
        folder: &Path,
        by: Address,
        primary: &Postgres,
        standby: &Postgres,
        nats: &Nats,
    ) -> Result<Self> {
        let to_database = [Gate::before(primary.address())?, Gate::before(standby.address())?];
        let to_bus = Gate::before(nats.address())?;
        let url = Postgres::url(to_database.each_ref().map(Gate::address), DATABASE);
        let more = format!(
            "trusted_proxies = [\"127.0.0.1\"]\n\
             stop.notice_seconds = {NOTICE_SECONDS}\nstop.spread_seconds = {SPREAD_SECONDS}\n\
             database_url = \"{url}\"\nbus_url = \"nats://{}\"\n",
            to_bus.address()
        );
        let reached = Reached {
            by,
            more,
            shared: Some(folder.to_owned()),
            ..Reached::itself(free_address()?)
        };
        Ok(Self { process: ServerProcess::prepare(program, None, &reached)?, to_database, to_bus })
    }
}
