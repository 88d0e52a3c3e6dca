//! One NATS server, core only.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::child::{Process, User, free_port};

/// A NATS server that belongs to a test. It keeps nothing.
pub struct Nats {
    program: PathBuf,
    config: PathBuf,
    port: u16,
    process: Process,
}

impl Nats {
    /// Starts one in `folder`, which outlives it. `settings` are lines of its
    /// configuration file beside address and port: users, TLS.
    ///
    /// # Errors
    /// Where the program is missing or does not start.
    pub fn start(folder: &Path, settings: &str) -> Result<Self> {
        let (port, config) = (free_port()?, folder.join("nats.conf"));
        let text = format!("host: \"127.0.0.1\"\nport: {port}\n{settings}\n");
        std::fs::write(&config, text).context("writing nats.conf")?;
        let process = Process::new("nats", folder);
        let mut nats = Self { program: program()?, config, port, process };
        nats.run()?;
        Ok(nats)
    }

    /// Starts it again after a kill, on the same port.
    ///
    /// # Errors
    /// Where it does not come up.
    pub fn run(&mut self) -> Result<()> {
        let config = self.config.display().to_string();
        self.process.start(&self.program, &["-c", &config], User::Own)?;
        let address = self.address();
        self.process.wait_until(|| TcpStream::connect(address).is_ok())
    }

    /// SIGKILL.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn kill(&mut self) -> Result<()> {
        self.process.end("KILL").map(|_| ())
    }

    /// Its process, if it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://{}", self.address())
    }
}

/// `NATS_SERVER`, or what `setup/ensure test` put into `.venv` here or above.
fn program() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("NATS_SERVER") {
        return Ok(named.into());
    }
    let here = std::env::current_dir()?;
    let mut places = here.ancestors().map(|above| above.join(".venv/bin/nats-server"));
    places.find(|place| place.is_file()).context("no nats-server: run `setup/ensure test`")
}
