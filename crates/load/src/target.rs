//! The server that a run talks to: one that it starts, or one that is there.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::client::{Address, Place, SignedIn};
use crate::server_process::ServerProcess;
use crate::{pairs, proc, settings};

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Choice {
    /// Start this program on a fresh data directory with raised limits.
    #[arg(long)]
    server: Option<PathBuf>,
    /// Talk to a server that runs, such as 127.0.0.1:8080; its accounts must be there.
    #[arg(long)]
    address: Option<Address>,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Masking {
    /// Switch every masking rule of the started server off, to see what masking costs.
    #[arg(long, requires = "server")]
    mask_nothing: bool,
}

/// A server to talk to.
pub(crate) struct Target {
    address: Address,
    own: Option<ServerProcess>,
    pid: Option<u32>,
}

impl Target {
    /// Starts or attaches. `pid` is that of an attached server, for its memory
    /// and processor time; `core` is for one that is started.
    pub(crate) async fn open(choice: &Choice, pid: Option<u32>, core: Option<u32>) -> Result<Self> {
        match (&choice.server, choice.address) {
            (_, Some(address)) => Ok(Self { address, own: None, pid }),
            (Some(program), None) => {
                let own = ServerProcess::start(program, core).await?;
                Ok(Self { address: own.address(), pid: Some(own.pid()?), own: Some(own) })
            }
            (None, None) => anyhow::bail!("either --server or --address"),
        }
    }

    pub(crate) fn address(&self) -> Address {
        self.address
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// Agents 1 to `count`, signed in; their accounts are created on an own server.
    pub(crate) async fn agents(
        &self,
        count: usize,
        place: &Place,
        password: &str,
    ) -> Result<Vec<SignedIn>> {
        if let Some(own) = &self.own {
            settings::create_agents(own, count, &place.department, password)?;
        }
        pairs::sign_in(self.address, count, password).await
    }

    /// Sets the rules of an own server as asked.
    pub(crate) async fn set(&self, masking: Masking, password: &str) -> Result<()> {
        match &self.own {
            Some(own) if masking.mask_nothing => settings::mask_nothing(own, password).await,
            _ => Ok(()),
        }
    }

    /// Processor time so far, if the process is known.
    pub(crate) fn cpu_seconds(&self) -> Result<Option<f64>> {
        self.pid.map(proc::cpu_seconds).transpose()
    }

    pub(crate) fn rss_kib(&self) -> Result<Option<u64>> {
        self.pid.map(proc::rss_kib).transpose()
    }
}
