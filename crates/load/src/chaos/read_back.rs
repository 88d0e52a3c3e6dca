//! Reading everything back, as someone who holds nothing yet.

use anyhow::{Context, Result, bail};
use protocol::event::{Event, State};

use super::talker::{Access, Talker};
use crate::client::{Address, Heard, Line, Verb, Who};
use crate::ledger::{self, Verdict, Words};

/// Both sides' readings against what both sides were promised.
pub(crate) async fn judge(
    address: Address,
    visitor: &mut Talker<'_>,
    agent: &mut Talker<'_>,
) -> Result<Verdict> {
    let for_visitor =
        [(Words::VisitorMessages, &visitor.messages), (Words::AgentMessages, &agent.messages)];
    let for_agent = [for_visitor[0], for_visitor[1], (Words::Notes, &agent.notes)];
    let mut verdict = Verdict::default();
    let seen = events(address, &mut visitor.access).await.context("as the visitor")?;
    verdict.add(ledger::judge(Who::Visitor, &seen, &for_visitor));
    let seen = events(address, &mut agent.access).await.context("as the agent")?;
    verdict.add(ledger::judge(Who::Agent, &seen, &for_agent));
    Ok(verdict)
}

/// All events that this side may see.
pub(crate) async fn events(address: Address, access: &mut Access) -> Result<Vec<Event>> {
    match access {
        Access::Visitor { pass } => {
            let arrived = pass.arrive(address, 0).await?;
            until(arrived.line, arrived.last).await
        }
        Access::Agent { agent, reference, .. } => {
            let mut on_duty = agent.go_on_duty(address).await?;
            let row = on_duty.row(reference).await?;
            let conversation = &row.conversation;
            // A transfer may have been the last thing that happened: only who holds it may read.
            if row.state == State::Waiting {
                on_duty.line.ask(Verb::Accept { conversation }).await?;
            }
            on_duty.line.send(Verb::Open { conversation, after: 0 }).await?;
            until(on_duty.line, row.last_number).await
        }
    }
}

async fn until(mut line: Line, last: u64) -> Result<Vec<Event>> {
    let mut all: Vec<Event> = Vec::new();
    while all.last().is_none_or(|event| event.number < last) {
        match line.hear().await? {
            Heard::Events { events } => all.extend(events),
            Heard::Bye { problem } | Heard::Refused { problem, .. } => {
                bail!("reading was refused: {problem:?}")
            }
            _ => {}
        }
    }
    line.close().await;
    Ok(all)
}
