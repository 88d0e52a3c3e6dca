//! What a load run asks of the server before the first message: limits that a
//! crowd fits in, and accounts to sign in with. The only file that knows the
//! server's config keys and commands.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::client::{Address, SignedIn};
use crate::server_process::ServerProcess;

/// Which limits are raised; every run says so beside its figures.
pub(crate) const RAISED: &str =
    "messages, bytes and events of a conversation, starts, sign-ins and requests of an address";

const TRANSCRIPTS: &str = "transcripts";
const ADMINISTRATOR: &str = "load-administrator";

/// Where a node listens, what it is reached by, and what else its settings say.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    pub(crate) listen: Address,
    /// The front that browsers know; the node itself where there is none.
    pub(crate) by: Address,
    /// Lines of TOML before the first section.
    pub(crate) more: String,
    pub(crate) starts_per_minute: usize,
    /// Where keys and transcripts are that nodes share; each has its own if left out.
    pub(crate) shared: Option<PathBuf>,
}

impl Reached {
    pub(crate) fn itself(listen: Address) -> Self {
        Self { listen, by: listen, more: String::new(), starts_per_minute: 1_000_000, shared: None }
    }
}

/// The config file of a server that lives in `dir`.
pub(crate) fn config(dir: &Path, reached: &Reached) -> String {
    let Reached { listen, by: address, more, starts_per_minute, shared } = reached;
    let common = shared.as_deref().unwrap_or(dir);
    let (data, keys) = (dir.join("data"), common.join("keys"));
    let transcripts = common.join(TRANSCRIPTS);
    format!(
        "listen = \"{listen}\"\ndata_dir = {data:?}\nkey_dir = {keys:?}\n\
         transcripts_dir = {transcripts:?}\nlog = \"warn\"\n{more}\n\
         [origins]\nconsole = \"http://{}\"\nwidget = \"http://{}\"\nfiles = \"http://{}\"\n\n\
         [limits]\nmessages_per_minute = 1000000\nvisitor_bytes_per_minute = 1073741824\nevents_per_conversation = 90000\nstarts_per_minute = {starts_per_minute}\nsign_ins_per_minute = 1000000\nrequests_per_minute = 1000000\n",
        address.console(),
        address.widget(),
        address.files(),
    )
}

/// The name of the agent with this number.
pub(crate) fn agent_name(number: usize) -> String {
    format!("load-agent-{number}")
}

/// Creates `count` agents of `department` on a server that this run started.
pub(crate) fn create_agents(
    server: &ServerProcess,
    count: usize,
    department: &str,
    password: &str,
) -> Result<()> {
    for number in 1..=count {
        let role = ["--role", "agent", "--department", department];
        create(server, &agent_name(number), &role, password)?;
    }
    Ok(())
}

/// Lets transcripts go out at once, as an administrator would: no time for a
/// survey, and keys are destroyed with the last receipt.
pub(crate) async fn deliver_at_once(
    server: &ServerProcess,
    reached_by: Address,
    password: &str,
) -> Result<()> {
    let administrator = administrator(server, reached_by, password).await?;
    let times = [("survey_seconds", json!(0)), ("grace_seconds", json!(0))];
    administrator.change_section(reached_by, "timing", &times).await
}

/// Switches every masking rule off, to see what masking costs.
pub(crate) async fn mask_nothing(server: &ServerProcess, password: &str) -> Result<()> {
    let address = server.address();
    let administrator = administrator(server, address, password).await?;
    let off = |rule: String| json!({"rule": rule, "action": "off"});
    let lines: Vec<Value> =
        administrator.masking_rules(address).await?.into_iter().map(off).collect();
    administrator.change_section(address, "masking", &[("lines", json!(lines))]).await
}

async fn administrator(
    server: &ServerProcess,
    reached_by: Address,
    password: &str,
) -> Result<SignedIn> {
    create(server, ADMINISTRATOR, &["--role", "administrator"], password)?;
    SignedIn::with(reached_by, ADMINISTRATOR, password).await
}

fn create(server: &ServerProcess, name: &str, what: &[&str], password: &str) -> Result<()> {
    let mut child = Command::new(server.program())
        .args(["account", "add", "--name", name])
        .args(what)
        .args(["--password-stdin", "--config"])
        .arg(server.config())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("starting `sotto account add`")?;
    let mut stdin = child.stdin.take().context("no way to give the password")?;
    // A command that refuses before it reads says why by itself.
    let _ = writeln!(stdin, "{password}");
    drop(stdin);
    ensure!(child.wait()?.success(), "`sotto account add` refused {name}");
    Ok(())
}

/// Where the folder destination of a server in `dir`, or of nodes that share it, puts transcripts.
pub(crate) fn transcripts(dir: &Path) -> PathBuf {
    dir.join(TRANSCRIPTS)
}
