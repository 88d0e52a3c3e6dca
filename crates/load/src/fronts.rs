//! What stands before the nodes, as `deploy/` ships it: a conversation goes through
//! it, a node that is gone or leaves gets nobody new, a visitor cannot choose their
//! address, and nothing that it writes holds an address or what opens something.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use engines::{Front, FrontKind, Gate, VISITORS_ADDRESS};
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Address, Arrived, Heard, Place, SignedIn, Verb, fresh_id, start};
use crate::figures;
use crate::pairs;
use crate::server_process::{ServerProcess, free_address};
use crate::settings::{self, Reached};

/// What a careless page puts where it does not belong.
const PLANTED: &str = "planted-3f9c1a7be2d04856";
/// Longer than HAProxy's checks need; nginx asks nobody.
const NOTICE_SECONDS: u32 = 4;
/// Conversations that one address may start a minute, here.
const STARTS: usize = 12;
const POLL: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub(crate) struct Fronts {
    /// The server's program.
    #[arg(long)]
    server: PathBuf,
}

/// All that a front showed.
#[derive(Serialize)]
struct Figures {
    fronts: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    front: String,
    messages: usize,
    /// Conversations that were started while two of three nodes were gone.
    started_past_gone_nodes: usize,
    /// Starts from one address that called itself another each time: let through, then refused.
    started_before_the_limit: usize,
    /// Whether a node that gave notice got nobody new, and went on with who was there.
    is_drained: bool,
    /// Bytes of all that it wrote, and what of it should not be there.
    written_bytes: usize,
    leaked: Vec<&'static str>,
}

/// True when every front did all of it and leaked nothing.
pub(crate) async fn run(fronts: &Fronts, place: &Place, password: &str) -> Result<bool> {
    let mut shown = Vec::new();
    for kind in [FrontKind::Haproxy, FrontKind::Nginx] {
        let one = before_a_node(kind, fronts, place, password).await;
        shown.push(one.with_context(|| format!("behind {kind}"))?);
    }
    let is_right = shown.iter().all(|one| {
        one.leaked.is_empty()
            && one.written_bytes > 0
            && one.is_drained
            && one.started_before_the_limit < STARTS
    });
    figures::print(&Figures { fronts: shown })?;
    Ok(is_right)
}

async fn before_a_node(
    kind: FrontKind,
    fronts: &Fronts,
    place: &Place,
    password: &str,
) -> Result<Shown> {
    let folder = tempfile::tempdir()?;
    let clear = free_address()?;
    let more =
        format!("trusted_proxies = [\"127.0.0.1\"]\nstop.notice_seconds = {NOTICE_SECONDS}\n");
    let reached = Reached {
        listen: free_address()?,
        by: clear,
        more,
        starts_per_minute: STARTS,
        shared: None,
    };
    let mut server = ServerProcess::prepare(&fronts.server, None, &reached)?;
    server.run().await?;
    settings::create_agents(&server, 1, &place.department, password)?;
    // One node by three names: any of them may have been sent a visitor.
    let gates = [(); 3].map(|()| Gate::before(server.address().socket()));
    let [one, two, three] = gates;
    let gates = [one?, two?, three?];
    let nodes: [SocketAddr; 3] = std::array::from_fn(|node| gates[node].address());
    let front = Front::start(kind, folder.path(), clear.socket(), nodes)?;

    let agent = SignedIn::with(clear, &settings::agent_name(1), password).await?;
    let mut met = pairs::meet(clear, place, std::slice::from_ref(&agent)).await?;
    met[0].take_turns(10).await.context("talking")?;
    gates[0].shut();
    gates[1].shut();
    let mut started_past_gone_nodes = 0;
    for _ in 0..4 {
        let started = start(clear, place, &fresh_id(), "en").await.context("past gone nodes")?;
        Arrived::open(clear, &started.token, 0).await.context("past gone nodes")?;
        started_past_gone_nodes += 1;
    }
    gates.iter().for_each(Gate::open);
    let visitor = start(clear, place, &fresh_id(), "en").await?;
    let before_limit = start_under_names(clear, place).await?;
    plant(clear, &visitor.token).await?;
    let is_drained = leaves(kind, &mut server, clear, &visitor.token).await?;
    // Nobody is there now: what a front says about that must hold nothing either.
    plant(clear, &visitor.token).await?;
    let written = front.written()?;
    Ok(Shown {
        front: kind.to_string(),
        messages: 10,
        started_past_gone_nodes,
        started_before_the_limit: before_limit,
        is_drained,
        written_bytes: written.iter().map(|(_, bytes)| bytes.len()).sum(),
        leaked: leaked(&written, &visitor.token, agent.cookie()),
    })
}

/// Starts as somebody who says each time that they are somebody else, until refused.
async fn start_under_names(front: Address, place: &Place) -> Result<usize> {
    for tried in 0..=STARTS {
        let body = serde_json::json!({
            "client_id": fresh_id(), "site": place.site, "department": place.department,
            "language": "en", "consent": true, "answers": [],
        })
        .to_string();
        let host = front.widget();
        let head = format!(
            "POST /api/visitor/start HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\
             X-Sotto: 1\r\nConnection: close\r\nContent-Type: application/json\r\n\
             X-Forwarded-For: 203.0.113.{tried}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        match status(&said(front, &head).await?)? {
            200 => {}
            429 => return Ok(tried),
            other => bail!("a start was answered with {other}"),
        }
    }
    Ok(STARTS + 1)
}

/// Puts what opens something where logs find it: address, headers, a broken request.
async fn plant(front: Address, token: &str) -> Result<()> {
    let host = front.widget();
    for head in [
        format!("GET /widget/?token={PLANTED}&t={token} HTTP/1.1\r\nHost: {host}\r\n"),
        format!("GET /live/visitor?ticket={PLANTED}&t={token} HTTP/1.1\r\nHost: {host}\r\n"),
        format!(
            "GET /api/{PLANTED} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {PLANTED}\r\n\
             Cookie: sotto={PLANTED}\r\nReferer: http://{host}/{PLANTED}\r\n\
             User-Agent: {PLANTED}\r\n"
        ),
        format!("BROKEN /{PLANTED} {token} HTTP/9.9\r\nHost: {PLANTED}\r\n{PLANTED}\r\n"),
        format!("GET /{PLANTED}\0 HTTP/1.1\r\nHost: {host}\r\n"),
    ] {
        // A broken request may be answered by an end.
        said(front, &format!("{head}Connection: close\r\n\r\n")).await?;
    }
    Ok(())
}

/// The node gives notice. Who is there stays until asked; nobody new is sent to it.
async fn leaves(
    kind: FrontKind,
    server: &mut ServerProcess,
    front: Address,
    token: &str,
) -> Result<bool> {
    let mut visitor = Arrived::open(front, token, 0).await.context("before the node leaves")?.line;
    server.ask_to_stop()?;
    if kind == FrontKind::Haproxy {
        let host = front.console();
        let head = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let begun = Instant::now();
        while status(&said(front, &head).await?)? != 503 {
            ensure!(begun.elapsed() < PATIENCE, "a node that gave notice still gets visitors");
            tokio::time::sleep(POLL).await;
        }
        // Not because it is gone.
        let is_there = said(server.address(), &head).await.is_ok_and(|said| said.contains(" 200 "));
        let (client_id, text) = (fresh_id(), "I was here before.");
        let verb = Verb::PostMessage { conversation: None, client_id: &client_id, text };
        if !is_there || visitor.ask(verb).await.is_err() {
            return Ok(false);
        }
    }
    while !matches!(visitor.hear().await.context("waiting to be asked to leave")?, Heard::Reconnect)
    {
    }
    server.stopped().await?;
    Ok(true)
}

/// What stands somewhere in what the front wrote and must not.
fn leaked(written: &[(PathBuf, Vec<u8>)], token: &str, cookie: &str) -> Vec<&'static str> {
    let secrets = [
        ("what was planted", PLANTED),
        ("a visitor's token", token),
        ("a session", cookie),
        ("a visitor's address", VISITORS_ADDRESS),
        ("an address of a page", "/live/"),
        ("an address of a page", "/api/"),
    ];
    let is_there = |secret: &str| {
        let holds =
            |bytes: &[u8]| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        written.iter().any(|(_, bytes)| holds(bytes))
    };
    secrets.iter().filter(|(_, secret)| is_there(secret)).map(|(what, _)| *what).collect()
}

/// Everything that is answered to these bytes.
async fn said(front: Address, bytes: &str) -> Result<String> {
    let mut stream = TcpStream::connect(front.socket()).await?;
    stream.write_all(bytes.as_bytes()).await?;
    let mut answer = Vec::new();
    // A front may end a connection that it refuses without reading it to the end.
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    let _ = read.context("no answer")?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn status(answer: &str) -> Result<u16> {
    let code = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
    code.with_context(|| format!("no status in {answer:?}"))
}
