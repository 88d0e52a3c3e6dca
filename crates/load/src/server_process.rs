//! The real server as a child process: started on a fresh data directory with
//! limits that a crowd fits in, killed without warning, started again.

use std::fs::File;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::client::{Address, is_ready};
use crate::settings::{self, Reached};

/// Long enough for a debug build that replays its journal on a busy machine.
const READY_SECONDS_MAX: u64 = 60;
/// Longer than any client is given to say goodbye.
const STOP_SECONDS_MAX: u64 = 30;
const READY_POLL: Duration = Duration::from_millis(2);

/// A server that belongs to this run.
pub(crate) struct ServerProcess {
    program: PathBuf,
    address: Address,
    /// Config file, data, keys, transcripts and log; goes away with the run.
    dir: TempDir,
    core: Option<u32>,
    child: Option<Child>,
}

impl ServerProcess {
    /// Starts `program` and waits until it is ready. With `core` it runs on that core alone.
    pub(crate) async fn start(program: &Path, core: Option<u32>) -> Result<Self> {
        let mut server = Self::prepare(program, core, &Reached::itself(free_address()?))?;
        server.run().await?;
        Ok(server)
    }

    /// Writes the config file and starts nothing yet.
    pub(crate) fn prepare(program: &Path, core: Option<u32>, reached: &Reached) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("sotto-load-").tempdir()?;
        let address = reached.listen;
        let config = settings::config(dir.path(), reached);
        std::fs::write(dir.path().join("sotto.toml"), config).context("writing sotto.toml")?;
        let program =
            program.canonicalize().with_context(|| format!("no {}", program.display()))?;
        Ok(Self { program, address, dir, core, child: None })
    }

    pub(crate) fn address(&self) -> Address {
        self.address
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.dir.path().join("sotto.toml")
    }

    pub(crate) fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// The process that answers, if one runs.
    pub(crate) fn pid(&self) -> Result<u32> {
        Ok(self.child.as_ref().context("the server does not run")?.id())
    }

    /// Starts it on the data that is there, and says how long it took to be ready.
    pub(crate) async fn run(&mut self) -> Result<Duration> {
        let started = Instant::now();
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut command = on_core(self.core, &self.program);
        command.arg("serve").arg("--config").arg(self.config()).current_dir(self.dir.path());
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child =
            command.spawn().with_context(|| format!("starting {}", self.program.display()))?;
        self.child = Some(child);
        while !is_ready(self.address).await {
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().transpose())
            {
                bail!("the server stopped with {}; its log ends:\n{}", status?, self.log_end());
            }
            if started.elapsed().as_secs() > READY_SECONDS_MAX {
                bail!("not ready within {READY_SECONDS_MAX} s; its log ends:\n{}", self.log_end());
            }
            tokio::time::sleep(READY_POLL).await;
        }
        Ok(started.elapsed())
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub(crate) fn kill(&mut self) -> Result<()> {
        let mut child = self.child.take().context("the server does not run")?;
        if let Some(status) = child.try_wait()? {
            bail!("the server had stopped by itself, {status}; its log ends:\n{}", self.log_end());
        }
        child.kill().context("killing the server")?;
        child.wait().context("waiting for the server's end")?;
        Ok(())
    }

    /// SIGTERM: the server may end what it has begun, and must end well.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        self.ask_to_stop()?;
        self.stopped().await
    }

    /// SIGTERM, without waiting.
    pub(crate) fn ask_to_stop(&self) -> Result<()> {
        self.signal("TERM")
    }

    /// A signal by its name.
    pub(crate) fn signal(&self, name: &str) -> Result<()> {
        let pid = self.pid()?.to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status();
        ensure!(status.context("signalling the server")?.success(), "no process to signal");
        Ok(())
    }

    /// Waits until a server that was asked to stop has, in time and well.
    pub(crate) async fn stopped(&mut self) -> Result<()> {
        let mut child = self.child.take().context("the server does not run")?;
        let asked = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if asked.elapsed().as_secs() > STOP_SECONDS_MAX {
                child.kill()?;
                child.wait()?;
                bail!("the server did not stop within {STOP_SECONDS_MAX} s of SIGTERM");
            }
            tokio::time::sleep(READY_POLL).await;
        };
        ensure!(status.success(), "asked to stop, it ended with {status}:\n{}", self.log_end());
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("server.log")
    }

    /// The last lines of what the server said.
    pub(crate) fn log_end(&self) -> String {
        let log = std::fs::read(self.log()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Leaves the directory where it is, for whoever looks into a failed run.
    pub(crate) fn keep(&mut self) -> PathBuf {
        self.dir.disable_cleanup(true);
        self.dir.path().to_owned()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Drop cannot fail; a process that is gone already is what we want.
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The program, under `taskset` if it is to stay on one core and that is there.
pub(crate) fn on_core(core: Option<u32>, program: &Path) -> Command {
    match core.filter(|_| can_pin()) {
        Some(core) => {
            let mut command = Command::new("taskset");
            command.arg("-c").arg(core.to_string()).arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// Keeps this process, all threads, on one core from now on.
pub(crate) fn pin_this_process(core: u32) -> bool {
    let (core, pid) = (core.to_string(), std::process::id().to_string());
    let mut command = Command::new("taskset");
    command.args(["-a", "-c", "-p", &core, &pid]).stdout(Stdio::null()).stderr(Stdio::null());
    can_pin() && command.status().is_ok_and(|status| status.success())
}

/// Whether `taskset` is there and there are two cores to keep apart.
pub(crate) fn can_pin() -> bool {
    let mut command = Command::new("taskset");
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    cores() > 1 && command.status().is_ok_and(|status| status.success())
}

/// Cores of the machine, also where this process was told to stay on one.
fn cores() -> usize {
    let listed = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    listed.lines().filter(|line| line.starts_with("processor")).count()
}

/// A port that was free a moment ago.
pub(crate) fn free_address() -> Result<Address> {
    Ok(Address::new((Ipv4Addr::LOCALHOST, engines::free_port()?).into()))
}
