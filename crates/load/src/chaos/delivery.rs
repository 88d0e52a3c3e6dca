//! Everything once more, from where it was delivered to.
//!
//! All conversations are closed at once, and the server is killed while it
//! delivers, records receipts and destroys keys. What a transcript lacks then is
//! lost for good.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

use super::Chaos;
use super::talker::{Access, Talker};
use crate::chance::Chance;
use crate::client::Verb;
use crate::ledger::Ledger;
use crate::replay::archived::{self, Messages};
use crate::replay::dialogue::Role;
use crate::server_process::ServerProcess;
use crate::settings;

/// All zero and true is right.
#[derive(Serialize)]
pub(crate) struct Delivered {
    /// Conversations without a transcript.
    undelivered: usize,
    /// Transcripts with other words than the last acknowledged ones, or in another order.
    archived_wrong: usize,
    /// `sotto transcript verify` says that all is as it was signed.
    is_verified: bool,
}

impl Delivered {
    pub(crate) fn is_whole(&self) -> bool {
        self.undelivered == 0 && self.archived_wrong == 0 && self.is_verified
    }
}

pub(super) async fn run(
    chaos: &Chaos,
    server: &mut ServerProcess,
    talkers: &mut [Talker<'_>],
    chance: &mut Chance,
) -> Result<Delivered> {
    close_all(talkers).await?;
    for _ in 0..chaos.delivery_kills {
        tokio::time::sleep(Duration::from_millis(chance.between(0, 60))).await;
        server.kill()?;
        server.run().await?;
    }
    let patience = Duration::from_secs(chaos.wait_seconds);
    judge(server.program(), &settings::transcripts(server.dir()), talkers, patience).await
}

pub(crate) async fn close_all(talkers: &mut [Talker<'_>]) -> Result<()> {
    for two in talkers.chunks_mut(2) {
        close(&mut two[1]).await.context("closing")?;
    }
    Ok(())
}

/// What arrives in the folder, against what was acknowledged. Gives up when nothing has
/// come for as long as the patience.
pub(crate) async fn judge(
    program: &Path,
    folder: &Path,
    talkers: &[Talker<'_>],
    patience: Duration,
) -> Result<Delivered> {
    let wanted: HashSet<&str> =
        talkers.iter().filter_map(|talker| reference(&talker.access)).collect();
    let archived = archived::wait_for(folder, &wanted, patience).await?;
    let mut wrong = 0;
    for two in talkers.chunks(2) {
        let [visitor, agent] = two else { continue };
        let Some(messages) = reference(&agent.access).and_then(|it| archived.get(it)) else {
            continue;
        };
        let is_right = says(messages, Role::Visitor, &visitor.messages)
            && says(messages, Role::Agent, &agent.messages);
        if !is_right {
            wrong += 1;
            eprintln!("not as acknowledged: {:?}", reference(&agent.access));
        }
    }
    let verify = Command::new(program)
        .args(["transcript", "verify", "--folder"])
        .arg(folder)
        .stdout(Stdio::null())
        .status()
        .context("starting `sotto transcript verify`")?;
    Ok(Delivered {
        undelivered: wanted.len() - archived.len(),
        archived_wrong: wrong,
        is_verified: verify.success(),
    })
}

async fn close(agent: &mut Talker<'_>) -> Result<()> {
    let address = agent.address;
    let Access::Agent { agent, reference, .. } = &agent.access else { return Ok(()) };
    let mut on_duty = agent.go_on_duty(address).await?;
    let row = on_duty.row(reference).await?;
    let disposition = on_duty.dispositions.first().map(|disposition| disposition.code.clone());
    let verb = Verb::Close { conversation: &row.conversation, disposition: disposition.as_deref() };
    on_duty.line.ask(verb).await?;
    on_duty.line.close().await;
    Ok(())
}

fn reference(access: &Access) -> Option<&str> {
    match access {
        Access::Agent { reference, .. } => Some(reference),
        Access::Visitor { .. } => None,
    }
}

/// Whether this side's words are those of the ledger, in its order.
fn says(messages: &Messages, role: Role, ledger: &Ledger) -> bool {
    let said = messages.iter().filter(|(from, _)| *from == role).map(|(_, text)| text.as_str());
    said.eq(ledger.texts())
}
