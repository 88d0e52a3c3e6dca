//! One child process: started so that it cannot outlive this process, ended by signal.

use std::fs::{File, Permissions};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

const POLL: Duration = Duration::from_millis(5);
/// For a server on a crowded machine to come up or to end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

const PORT_FIRST: u16 = 11_000;
const PORTS: u16 = 10_000;

/// A server that runs, or ran.
pub(crate) struct Process {
    name: &'static str,
    log: PathBuf,
    child: Option<Child>,
}

impl Process {
    pub(crate) fn new(name: &'static str, folder: &Path) -> Self {
        Self { name, log: folder.join(format!("{name}.log")), child: None }
    }

    /// Starts it. `as_user` gives up root, which some servers refuse to run as.
    pub(crate) fn start(&mut self, program: &Path, arguments: &[&str], user: User) -> Result<()> {
        ensure!(self.child.is_none(), "{} runs already", self.name);
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = user.command(program);
        command.args(arguments).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.child = Some(spawn(command).with_context(|| format!("starting {}", self.name))?);
        Ok(())
    }

    /// Waits until `is_ready`; an end before that is told with the log's last lines.
    pub(crate) fn wait_until(&mut self, mut is_ready: impl FnMut() -> bool) -> Result<()> {
        let begun = Instant::now();
        while !is_ready() {
            let child = self.child.as_mut().context("it does not run")?;
            if let Some(status) = child.try_wait()? {
                self.child = None;
                bail!("{} ended with {status}:\n{}", self.name, self.log_end());
            }
            ensure!(begun.elapsed() < PATIENCE, "{} is not ready:\n{}", self.name, self.log_end());
            thread::sleep(POLL);
        }
        Ok(())
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// Sends a signal such as `KILL`, and waits for the end.
    pub(crate) fn end(&mut self, signal: &str) -> Result<ExitStatus> {
        let mut child = self.child.take().with_context(|| format!("{} does not run", self.name))?;
        send(signal, child.id())?;
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            if begun.elapsed() > PATIENCE {
                child.kill()?;
                child.wait()?;
                bail!("{} did not end after {signal}:\n{}", self.name, self.log_end());
            }
            thread::sleep(POLL);
        }
    }

    /// Stops it and its children in their tracks, until what is given back is dropped.
    pub(crate) fn freeze(&self) -> Result<Frozen> {
        let pid = self.pid().with_context(|| format!("{} does not run", self.name))?;
        let mut frozen = Frozen(vec![pid]);
        // First who could make more of them.
        send("STOP", pid)?;
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
        for child in children.split_whitespace() {
            let child = child.parse()?;
            frozen.0.push(child);
            send("STOP", child)?;
        }
        Ok(frozen)
    }

    /// The last lines of what it said.
    pub(crate) fn log_end(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.child.is_some() {
            // Drop cannot fail; what is gone already is what we want.
            let _ = self.end("KILL");
        }
    }
}

/// Processes that stand still; they go on where they stood once this is dropped.
#[must_use]
pub struct Frozen(Vec<u32>);

impl Drop for Frozen {
    fn drop(&mut self) {
        for pid in &self.0 {
            // It may have been killed meanwhile.
            let _ = send("CONT", *pid);
        }
    }
}

/// Whose rights a server gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum User {
    Own,
    /// The system account of Debian's package, where this process is root; else the own.
    Postgres,
}

impl User {
    /// The program under this user, who ends when the thread that starts it does.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        if self.is_other() {
            command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]);
        }
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    }

    /// Gives the folder to this user, and the right to pass through the one that holds it.
    pub(crate) fn owns(self, folder: &Path) -> Result<()> {
        if !self.is_other() {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            let mode = std::fs::metadata(above)?.permissions().mode();
            std::fs::set_permissions(above, Permissions::from_mode(mode | 0o011))?;
        }
        let status = Command::new("chown").args(["-R", "postgres:postgres"]).arg(folder).status();
        ensure!(status.context("starting chown")?.success(), "{} stays root's", folder.display());
        Ok(())
    }

    fn is_other(self) -> bool {
        self == Self::Postgres && is_root()
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The system ends the child with the thread that started it, and a test's thread
/// ends long before the servers that all tests share: so the thread is one that
/// stays as long as the process.
fn spawn(mut command: Command) -> Result<Child> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        if tell.send(command.spawn()).is_ok() {
            loop {
                thread::park();
            }
        }
    });
    Ok(told.recv().context("the starting thread ended")??)
}

/// Sends a signal by name.
fn send(signal: &str, pid: u32) -> Result<()> {
    let pid = pid.to_string();
    let status = Command::new("kill").args(["-s", signal, &pid]).stderr(Stdio::null()).status()?;
    ensure!(status.success(), "no process {pid} to send {signal} to");
    Ok(())
}

/// Runs a tool to its end, and gives what it printed.
pub(crate) fn printed(command: &mut Command) -> Result<String> {
    let name = format!("{:?}", command.get_program());
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("starting {name}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} ended with {}: {}", output.status, said.trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A port that nobody listens on, given out once by this process.
///
/// Below those that the system gives to whoever names none: a server that is killed
/// and started again would sometimes find its port taken by a client.
///
/// # Errors
/// Where every port is taken.
pub fn free_port() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() % u32::from(PORTS)).context("it is less")?;
    for _ in 0..PORTS {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = PORT_FIRST + (begin + step % PORTS) % PORTS;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("every port from {PORT_FIRST} on is taken")
}
