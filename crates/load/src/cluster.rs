//! Three nodes on one PostgreSQL with a synchronous standby and one NATS, behind
//! HAProxy as we ship it; between each node and what it needs stands a gate.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use engines::{Front, FrontKind, Frozen, Gate, Nats, Postgres};
use tempfile::TempDir;

use crate::client::{Address, is_ready};
use crate::server_process::{ServerProcess, free_address};
use crate::settings::Reached;

const NODES: usize = 3;
/// Longer than HAProxy needs to notice.
const NOTICE_SECONDS: u32 = 3;
const SPREAD_SECONDS: u32 = 2;
const DATABASE: &str = "postgres";
const POLL: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(60);

/// How nodes reach database and bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ways {
    Gated,
    Straight,
}

/// One node, and its ways out.
pub(crate) struct Node {
    pub(crate) process: ServerProcess,
    /// To the primary, and to whoever may become it.
    pub(crate) to_database: [Gate; 2],
    pub(crate) to_bus: Gate,
}

/// The primary and who follows it.
pub(crate) struct Database {
    primary: Postgres,
    standby: Postgres,
    folder: PathBuf,
    /// How many servers there were so far.
    made: usize,
}

/// Everything that a run kills. Parts end before the folder that they live in.
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Node>,
    database: Option<Database>,
    nats: Option<Nats>,
    front: Front,
    address: Address,
    folder: TempDir,
}

impl Cluster {
    /// Starts all but the nodes. Without a gate nothing can be cut off, and nothing waits for one.
    pub(crate) fn prepare(program: &Path, ways: Ways) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("sotto-cluster-").tempdir()?;
        let database = Database::start(folder.path())?;
        let nats = Nats::start(folder.path(), "")?;
        let address = free_address()?;
        let nodes = (0..NODES)
            .map(|_| Node::prepare(program, folder.path(), address, (&database, &nats), ways))
            .collect::<Result<Vec<_>>>()?;
        let listen: Vec<_> = nodes.iter().map(|node| node.process.address().socket()).collect();
        let listen = listen.try_into().ok().context("three nodes")?;
        let own = folder.path().join("front");
        let front = Front::start(FrontKind::Haproxy, &own, address.socket(), listen)?;
        let (database, nats) = (Some(database), Some(nats));
        Ok(Self { nodes, database, nats, front, address, folder })
    }

    /// What browsers know.
    pub(crate) fn address(&self) -> Address {
        self.address
    }

    /// Where keys and transcripts are, and all servers' files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the nodes that do not run, and waits until the front knows one.
    pub(crate) async fn run_all(&mut self) -> Result<()> {
        for node in &mut self.nodes {
            if !node.process.is_running() {
                node.process.run().await?;
            }
        }
        self.is_served().await
    }

    /// Until the front has a node that is ready.
    pub(crate) async fn is_served(&self) -> Result<()> {
        let begun = Instant::now();
        while !is_ready(self.address).await {
            ensure!(begun.elapsed() < PATIENCE, "the front has no node that is ready");
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// Does something to the database while everybody else goes on.
    pub(crate) async fn database(
        &mut self,
        what: impl FnOnce(&mut Database) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        apart(&mut self.database, what).await
    }

    /// Does something to the bus while everybody else goes on.
    pub(crate) async fn nats(
        &mut self,
        what: impl FnOnce(&mut Nats) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        apart(&mut self.nats, what).await
    }

    /// After a failover: the gates to the old primary lead to the new standby.
    pub(crate) fn lead_to_standby(&mut self) -> Result<()> {
        let standby = &self.database.as_ref().context("a database")?.standby;
        for node in &mut self.nodes {
            node.to_database[0].lead_to(standby.address());
            node.to_database.swap(0, 1);
        }
        Ok(())
    }

    /// Everything but the nodes that takes processor time, by name.
    pub(crate) fn parts(&self) -> Vec<(&'static str, u32)> {
        let [front, browsers] = self.front.pids();
        let nats = self.nats.as_ref().and_then(Nats::pid);
        let own = [("front", front), ("browsers", browsers), ("nats", nats)];
        let own = own.into_iter().filter_map(|(name, pid)| Some((name, pid?)));
        own.chain(self.database.iter().flat_map(Database::parts)).collect()
    }

    /// The database, unless it is being worked on.
    pub(crate) fn the_database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// What each of the nodes' connections to the primary does or waits for.
    pub(crate) fn database_is_at(&self) -> String {
        const ASKS: &str = "select client_port, state, wait_event, \
            extract(epoch from now() - xact_start), left(query, 120) \
            from pg_stat_activity where application_name = 'sotto'";
        let asked = self.database.as_ref().map(|all| all.primary.sql(DATABASE, ASKS));
        asked.map_or_else(
            || "being worked on".to_owned(),
            |said| said.unwrap_or_else(|e| e.to_string()),
        )
    }

    /// Leaves everything where it is, for whoever looks into a failed run.
    pub(crate) fn keep(&mut self) -> String {
        self.folder.disable_cleanup(true);
        let nodes = self.nodes.iter_mut().map(|node| node.process.keep().display().to_string());
        let nodes: Vec<_> = nodes.collect();
        format!("{} and {}", self.folder.path().display(), nodes.join(", "))
    }
}

/// On a thread that may wait.
async fn apart<T: Send + 'static>(
    slot: &mut Option<T>,
    what: impl FnOnce(&mut T) -> Result<()> + Send + 'static,
) -> Result<()> {
    let mut taken = slot.take().context("it is being worked on")?;
    let working = tokio::task::spawn_blocking(move || {
        let done = what(&mut taken);
        (taken, done)
    });
    let (taken, done) = working.await?;
    *slot = Some(taken);
    done
}

impl Database {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let primary = Postgres::start(&folder.join("postgres-1"))?;
        let standby = primary.standby(&folder.join("postgres-2"))?;
        Ok(Self { primary, standby, folder: folder.to_owned(), made: 2 })
    }

    /// For a node that goes straight to it.
    pub(crate) fn url(&self) -> String {
        Postgres::url([self.primary.address(), self.standby.address()], DATABASE)
    }

    pub(crate) fn parts(&self) -> Vec<(&'static str, u32)> {
        let own = [("database", self.primary.pid()), ("standby", self.standby.pid())];
        own.into_iter().filter_map(|(name, pid)| Some((name, pid?))).collect()
    }

    /// Syncs of the primary's journal so far.
    pub(crate) fn syncs(&self) -> impl FnOnce() -> Result<u64> + Send + 'static {
        self.primary.syncs()
    }

    pub(crate) fn restart(&mut self) -> Result<()> {
        self.primary.stop()?;
        self.primary.run()
    }

    /// The primary stands still until what is given back is dropped.
    pub(crate) fn freeze(&self) -> Result<Frozen> {
        self.primary.freeze()
    }

    /// The primary is gone for good, its files too.
    pub(crate) fn lose_primary(&mut self) -> Result<()> {
        self.primary.kill()?;
        std::fs::remove_dir_all(self.primary.cluster()).context("destroying the primary")
    }

    pub(crate) fn promote(&mut self) -> Result<()> {
        self.standby.promote()
    }

    /// A new standby follows the one that was promoted.
    pub(crate) fn follow(&mut self) -> Result<()> {
        self.made += 1;
        let folder = self.folder.join(format!("postgres-{}", self.made));
        let standby = self.standby.standby(&folder)?;
        self.primary = std::mem::replace(&mut self.standby, standby);
        Ok(())
    }
}

impl Node {
    fn prepare(
        program: &Path,
        folder: &Path,
        by: Address,
        (database, nats): (&Database, &Nats),
        ways: Ways,
    ) -> Result<Self> {
        let Database { primary, standby, .. } = database;
        let to_database = [Gate::before(primary.address())?, Gate::before(standby.address())?];
        let to_bus = Gate::before(nats.address())?;
        let (url, bus) = match ways {
            Ways::Gated => (to_database.each_ref().map(Gate::address), to_bus.address()),
            Ways::Straight => ([primary.address(), standby.address()], nats.address()),
        };
        let url = Postgres::url(url, DATABASE);
        let more = format!(
            "trusted_proxies = [\"127.0.0.1\"]\n\
             stop.notice_seconds = {NOTICE_SECONDS}\nstop.spread_seconds = {SPREAD_SECONDS}\n\
             database_url = \"{url}\"\nbus_url = \"nats://{bus}\"\n"
        );
        let shared = Some(folder.to_owned());
        let reached = Reached { by, more, shared, ..Reached::itself(free_address()?) };
        Ok(Self { process: ServerProcess::prepare(program, None, &reached)?, to_database, to_bus })
    }

    pub(crate) fn cut_off_from_database(&self) {
        self.to_database.iter().for_each(Gate::fall_silent);
    }

    pub(crate) fn mend(&self) {
        self.to_database.iter().for_each(Gate::open);
        self.to_bus.open();
    }
}
