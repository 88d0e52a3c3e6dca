//! `sotto demo`: everything on this machine, with a sample clinic and sample staff.
//!
//! It listens on loopback and signs in by link, so it refuses any other address.

mod pages;
mod sample;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use destinations::Allowed;
use serde_json::json;
use tokio::net::TcpListener;

use super::serve::{keep_memory_to_itself, log_to_stderr, say, stopped};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::serve::{self, Lock};
use pages::Links;

/// Ports that are tried after the one that is taken.
const PORTS: u16 = 50;

#[derive(Debug, Args)]
pub struct Demo {
    /// Address and port; the next free port if it is taken
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the demo keeps its database, keys and transcripts
    #[arg(long, value_name = "DIR", default_value = "sotto-demo")]
    dir: PathBuf,
    /// Print the addresses as one line of JSON
    #[arg(long)]
    json: bool,
}

/// Serves until it is told to stop.
pub async fn run(command: &Demo) -> anyhow::Result<()> {
    anyhow::ensure!(
        command.listen.ip().is_loopback(),
        "the demo signs in by link, so it listens on loopback only; use `sotto serve` for others"
    );
    log_to_stderr("warn")?;
    keep_memory_to_itself();
    std::fs::create_dir_all(&command.dir)
        .with_context(|| format!("--dir: {} cannot be made", command.dir.display()))?;
    let dir = command.dir.canonicalize()?;
    let listener = listen(command.listen).await?;
    let port = listener.local_addr()?.port();
    let config = config(&dir, port);
    let _lock = Lock::take(&config.data_dir)?;
    std::fs::create_dir_all(&config.transcripts_dir)?;
    let is_first = !config.data_dir.join("sotto.db").exists();
    let clinic = format!("http://clinic.localhost:{port}");
    let first = sample::sections(&config, &clinic);
    let app = serve::open(config, Clock::system(), first).await?;
    sample::page(&app, &clinic).await?;
    let staff = sample::staff(&app).await?;
    if is_first {
        sample::conversations(&app, &staff).await?;
    }
    let links = Links::new(port, &staff);
    told(command, &app, &links, &clinic)?;
    let pages = vec![
        (app.config.origins.console.clone(), pages::start(&app, links, &clinic)),
        (clinic, pages::clinic(&app)),
    ];
    serve::serve(app, listener, pages, stopped()).await
}

async fn listen(wanted: SocketAddr) -> anyhow::Result<TcpListener> {
    let last = wanted.port().saturating_add(PORTS);
    for port in wanted.port()..=last {
        match TcpListener::bind((wanted.ip(), port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error).with_context(|| format!("--listen: {wanted}")),
        }
    }
    anyhow::bail!("--listen: ports {} to {last} are all taken", wanted.port())
}

fn config(dir: &Path, port: u16) -> Config {
    let mut config = Config {
        data_dir: dir.join("data"),
        key_dir: dir.join("keys"),
        transcripts_dir: dir.join("transcripts"),
        ..Config::default()
    };
    config.origins.console = format!("http://localhost:{port}");
    config.origins.widget = format!("http://widget.localhost:{port}");
    config.origins.files = format!("http://files.localhost:{port}");
    // Servers of one's own can be tried out.
    config.destinations.allowed =
        Allowed::new(&["127.0.0.0/8", "::1"]).expect("ranges of this machine");
    // Nobody is at risk here, and trying things out should not be interrupted.
    config.sessions.idle_seconds = config.sessions.seconds_max;
    config
}

fn told(command: &Demo, app: &App, links: &Links, clinic: &str) -> anyhow::Result<()> {
    let transcripts = app.config.transcripts_dir.display();
    let start = format!("{}/", app.config.origins.console);
    let (agent, supervisor, administrator) =
        (links.of("agent"), links.of("supervisor"), links.of("administrator"));
    if command.json {
        let line = json!({
            "start": start, "agent": agent, "supervisor": supervisor, "administrator": administrator,
            "clinic": format!("{clinic}/"), "transcripts": transcripts.to_string(),
        });
        return say(&line.to_string());
    }
    say("")?;
    say("  Sotto, with a sample clinic. Nothing here is real; stop it with Ctrl-C.")?;
    say("")?;
    say(&format!("  Start here             {start}"))?;
    say(&format!("  The clinic's web site  {clinic}/"))?;
    say("")?;
    say("  Sign in with one click, from this machine only:")?;
    say(&format!("  Agent                  {agent}"))?;
    say(&format!("  Supervisor             {supervisor}"))?;
    say(&format!("  Administrator          {administrator}"))?;
    say("")?;
    say(&format!("  Transcripts land in    {transcripts}"))?;
    say("")
}
