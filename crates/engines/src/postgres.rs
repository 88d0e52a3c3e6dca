//! One PostgreSQL server: a primary, or a standby that follows one.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::authority::Identity;
use crate::child::{Frozen, PATIENCE, Process, User, free_port, printed};

/// The superuser of servers that tests start, and the password over TCP.
const NAME: &str = "sotto";
const PASSWORD: &str = "a-password-for-tests";
const POLL: Duration = Duration::from_millis(20);
/// What the primary calls its standby.
const STANDBY: &str = "standby";

/// A server that belongs to a test. Its files stay in the folder that it was given.
pub struct Postgres {
    /// Cluster, socket and log.
    folder: PathBuf,
    port: u16,
    process: Process,
}

/// Whether PostgreSQL's programs are on this machine.
#[must_use]
pub fn is_there() -> bool {
    program("postgres").is_ok()
}

impl Postgres {
    /// A new, empty primary in `folder`, which outlives it and is made if it is not there.
    ///
    /// # Errors
    /// Where a program is missing or the server does not start.
    pub fn start(folder: &Path) -> Result<Self> {
        let new = Self::in_folder(folder)?;
        let password = folder.join("password");
        std::fs::write(&password, PASSWORD)?;
        User::Postgres.owns(folder)?;
        let mut initdb = User::Postgres.command(&program("initdb")?);
        initdb.args(["--auth-local=trust", "--auth-host=scram-sha-256", "--data-checksums"]);
        initdb.args(["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--username", NAME]);
        initdb.arg("--pwfile").arg(&password).arg("-D").arg(new.cluster());
        printed(&mut initdb)?;
        new.started()
    }

    /// A standby of this primary, which from now on acknowledges a commit only
    /// after the standby has it on disk too.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub fn standby(&self, folder: &Path) -> Result<Self> {
        let new = Self::in_folder(folder)?;
        User::Postgres.owns(folder)?;
        let source = format!("host={} port={} user={NAME}", self.folder.display(), self.port);
        let mut copy = User::Postgres.command(&program("pg_basebackup")?);
        copy.args([
            "--checkpoint=fast",
            "--wal-method=stream",
            "--no-sync",
            "--write-recovery-conf",
        ]);
        copy.args(["--dbname", &format!("{source} application_name={STANDBY}")]);
        printed(copy.arg("-D").arg(new.cluster()))?;
        let new = new.started()?;
        self.sql("postgres", &format!("alter system set synchronous_standby_names = '{STANDBY}'"))?;
        self.sql("postgres", "select pg_reload_conf()")?;
        let asks = "select count(*) from pg_stat_replication where sync_state = 'sync'";
        self.wait_until_it_says("1", asks).context("the standby does not follow")?;
        Ok(new)
    }

    /// From now on it takes connections over TCP under TLS alone, as whom it says.
    ///
    /// # Errors
    /// Where it does not take the identity.
    pub fn demand_tls(&self, identity: &Identity) -> Result<()> {
        let cluster = self.cluster();
        std::fs::write(cluster.join("server.crt"), &identity.certificate)?;
        std::fs::write(cluster.join("server.key"), &identity.key)?;
        let only_owner = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(cluster.join("server.key"), only_owner)?;
        let rules = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
        std::fs::write(cluster.join("pg_hba.conf"), rules)?;
        User::Postgres.owns(&cluster)?;
        self.sql("postgres", "alter system set ssl = on")?;
        self.sql("postgres", "select pg_reload_conf()")?;
        self.wait_until_it_says("on", "show ssl").context("no TLS")
    }

    fn wait_until_it_says(&self, expected: &str, asks: &str) -> Result<()> {
        let begun = Instant::now();
        while self.sql("postgres", asks)? != expected {
            ensure!(begun.elapsed() < PATIENCE, "it says otherwise:\n{}", self.process.log_end());
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    fn in_folder(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let process = Process::new("postgres", &folder);
        Ok(Self { folder, port: free_port()?, process })
    }

    fn started(mut self) -> Result<Self> {
        self.run()?;
        Ok(self)
    }

    /// Starts it again on what its folder holds, on the same port.
    ///
    /// # Errors
    /// Where it does not come up.
    pub fn run(&mut self) -> Result<()> {
        let (cluster, port) = (self.cluster().display().to_string(), self.port.to_string());
        let socket = self.folder.display().to_string();
        let arguments = [
            "-D",
            &cluster,
            "-p",
            &port,
            "-k",
            &socket,
            "-h",
            "127.0.0.1",
            "-N",
            "200",
            // Small, since several may run beside each other.
            "-c",
            "shared_buffers=32MB",
            "-c",
            "max_wal_senders=4",
            // A standby looks for its primary again soon; commits wait for it.
            "-c",
            "wal_retrieve_retry_interval=500ms",
        ];
        self.process.start(&program("postgres")?, &arguments, User::Postgres)?;
        let (folder, port) = (self.folder.clone(), self.port);
        self.process.wait_until(|| psql(&folder, port, "postgres", "select 1").is_ok())
    }

    /// A stop in good order that lets nobody finish: what is committed stays.
    ///
    /// # Errors
    /// Where it does not run or does not end.
    pub fn stop(&mut self) -> Result<()> {
        let status = self.process.end("INT")?;
        ensure!(status.success(), "postgres ended with {status}:\n{}", self.process.log_end());
        Ok(())
    }

    /// SIGKILL.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn kill(&mut self) -> Result<()> {
        self.process.end("KILL").map(|_| ())
    }

    /// Stands still, all its processes, until what is given back is dropped: a machine
    /// that has no time for it. What comes is let in and not answered.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn freeze(&self) -> Result<Frozen> {
        self.process.freeze()
    }

    /// Makes a standby a primary that waits for no standby.
    ///
    /// # Errors
    /// Where it is none.
    pub fn promote(&self) -> Result<()> {
        self.sql("postgres", "alter system set synchronous_standby_names = ''")?;
        ensure!(self.sql("postgres", "select pg_promote()")? == "t", "it was not promoted in time");
        Ok(())
    }

    /// Runs one statement as the superuser and gives what it printed, unaligned.
    ///
    /// # Errors
    /// What the server says.
    pub fn sql(&self, database: &str, statement: &str) -> Result<String> {
        psql(&self.folder, self.port, database, statement)
    }

    /// How often it has synced its journal so far, on a thread that may wait. A
    /// connection tells of its own about once a second.
    pub fn syncs(&self) -> impl FnOnce() -> Result<u64> + Send + 'static {
        let (folder, port) = (self.folder.clone(), self.port);
        move || {
            let of = |asks| psql(&folder, port, "postgres", asks);
            let is_new = of("select current_setting('server_version_num')::int >= 180000")? == "t";
            let asks = if is_new {
                "select sum(fsyncs) from pg_stat_io where object = 'wal'"
            } else {
                "select wal_sync from pg_stat_wal"
            };
            of(asks)?.parse().context("a number of syncs")
        }
    }

    /// The first of its processes, if it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    #[must_use]
    pub fn is_running(&self) -> bool {
        self.process.is_running()
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// For a client that looks for the primary at these addresses: servers' own, or
    /// those of gates before them.
    #[must_use]
    pub fn url<const N: usize>(addresses: [SocketAddr; N], database: &str) -> String {
        let addresses = addresses.map(|address| address.to_string()).join(",");
        format!("postgres://{NAME}:{PASSWORD}@{addresses}/{database}")
    }

    /// Where every byte is that it writes.
    #[must_use]
    pub fn cluster(&self) -> PathBuf {
        self.folder.join("cluster")
    }
}

fn psql(folder: &Path, port: u16, database: &str, statement: &str) -> Result<String> {
    let mut psql = Command::new(program("psql")?);
    psql.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-U", NAME, "-d", database]);
    psql.arg("-h").arg(folder).args(["-p", &port.to_string(), "-c", statement]);
    printed(&mut psql)
}

/// On the path, or the newest of Debian's, which are not on it.
fn program(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    places.sort();
    places.extend(std::env::split_paths(&path));
    let mut found = places.iter().map(|place| place.join(name)).filter(|place| place.is_file());
    found.next().with_context(|| format!("no {name}: run `setup/ensure test`"))
}
