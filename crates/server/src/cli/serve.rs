//! `sotto serve`: the server, until it is told to stop.

use std::io::Write;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::place::{ConfigFile, first};
use crate::clock::Clock;
use crate::serve::{self, Lock};

/// Beside connections: database, keys, destinations, logs.
const FILES: u64 = 512;

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    config: ConfigFile,
}

/// Serves until SIGTERM or SIGINT, then ends what was begun.
pub async fn run(command: &Serve) -> anyhow::Result<()> {
    let config = command.config.read()?;
    log_to_stderr(&config.log)?;
    keep_memory_to_itself();
    make_room(config.limits.connections);
    let _lock = Lock::take(&config.data_dir)?;
    let sections = first(&config)?;
    let listen = config.listen.clone();
    let app = serve::open(config, Clock::system(), sections).await?;
    let listener = TcpListener::bind(&listen)
        .await
        .with_context(|| format!("listen: {listen} cannot be listened on"))?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    serve::serve(app, listener, Vec::new(), stopped()).await
}

/// A crash must not write keys to a disk.
pub(super) fn keep_memory_to_itself() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if setrlimit(Resource::Core, none).is_err() {
        tracing::warn!("core dumps could not be switched off");
    }
}

/// Each connection needs a file handle, and files need some too.
fn make_room(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let most = now.maximum.unwrap_or(u64::MAX);
    let wanted = (connections as u64 + FILES).min(most);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..now });
    if raised.is_err() || wanted < connections as u64 + FILES {
        tracing::warn!(
            handles = wanted,
            connections,
            "fewer file handles than connections: raise the limit (LimitNOFILE in a systemd unit)"
        );
    }
}

/// Returns when the process is told to stop.
pub(super) async fn stopped() {
    let (Ok(mut term), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        // Without signals only a kill ends it, which loses nothing either.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// One JSON line an event, for operators; content has no way in.
pub(super) fn log_to_stderr(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).context("log")?;
    let lines =
        tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    // A second time, as in a test, the first stays.
    let _ = lines.try_init();
    std::panic::set_hook(Box::new(|panic| {
        // Where, never what: a panic's message may hold what somebody typed.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a bug: this task panicked");
    }));
    Ok(())
}

/// Writes a line for a person.
pub(super) fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}").context("standard output is closed")
}
