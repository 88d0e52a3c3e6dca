//! A kill at the worst moment: the first message of a fresh install, when the
//! day's key is made, written and used at once.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Chaos, Part, read_back, talker::Access};
use crate::chance::Chance;
use crate::client::{Address, Pass, Place, Verb, Who, fresh_id, start};
use crate::ledger::{self, Ledger, Words};
use crate::server_process::ServerProcess;

const TEXT: &str = "the first words of the day";

/// Starts, writes, is cut off, and does the same again under the same ids.
pub(super) async fn run(chaos: &Chaos, place: &Place, chance: &mut Chance) -> Result<Part> {
    let mut server = ServerProcess::start(&chaos.server, None).await?;
    let (start_id, client_id) = (fresh_id(), fresh_id());
    let address = server.address();
    let mut before = Before::default();
    let moment = Duration::from_millis(chance.between(0, 30));
    // Whatever was under way at that moment is cut off, as by a power loss.
    let first = say(address, place, &start_id, &client_id, &mut before);
    let _ = tokio::time::timeout(moment, first).await;
    server.kill()?;
    server.run().await?;

    let mut after = Before::default();
    say(address, place, &start_id, &client_id, &mut after).await.context("after the kill")?;
    let reference = after.reference.context("no reference")?;
    let is_same = before.reference.is_none_or(|before| before == reference);
    ensure!(is_same, "a start that was answered gave another conversation after the kill");
    let mut ledger = Ledger::default();
    let number = after.number.context("no number")?;
    let acknowledged = before.number.unwrap_or(number);
    ledger.acknowledged(&client_id, acknowledged, TEXT);
    let mut access = Access::Visitor { pass: after.pass.context("no pass")? };
    let events = read_back::events(address, &mut access).await?;
    let verdict = ledger::judge(Who::Visitor, &events, &[(Words::VisitorMessages, &ledger)]);
    Ok(Part { acknowledged: 1, verdict })
}

/// What the client knew when it was cut off.
#[derive(Default)]
struct Before {
    reference: Option<String>,
    pass: Option<Pass>,
    number: Option<u64>,
}

async fn say(
    address: Address,
    place: &Place,
    start_id: &str,
    client_id: &str,
    known: &mut Before,
) -> Result<()> {
    let started = start(address, place, start_id, "en").await?;
    known.reference = Some(started.reference);
    let mut pass = Pass::new(started.token);
    let mut visitor = pass.arrive(address, 0).await?;
    known.pass = Some(pass);
    let verb = Verb::PostMessage { conversation: None, client_id, text: TEXT };
    known.number = visitor.line.ask(verb).await?.number;
    visitor.line.close().await;
    Ok(())
}
