//! What an answer means for the outbox and the ledger.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use protocol::{Code, Problem};

use super::{Kind, Talker};
use crate::client::Who;

impl Talker<'_> {
    pub(super) fn acknowledge(&mut self, id: u32, number: Option<u64>) -> Result<()> {
        let Some(place) = self.outbox.iter().position(|pending| pending.sent_as == Some(id)) else {
            return Ok(());
        };
        let mut counts = self.shared.counts.borrow_mut();
        counts.out_of_turn += u64::from(place != 0);
        let pending = self.outbox.remove(place).context("it was there a line ago")?;
        let waited = pending.since.elapsed();
        let of_event = || number.context("acknowledged without a number");
        match pending.kind {
            Kind::Message => {
                counts.messages += 1;
                self.messages.acknowledged(&pending.client_id, of_event()?, &pending.text);
                self.newest = Some((pending.client_id, of_event()?));
            }
            Kind::Note => {
                counts.notes += 1;
                self.notes.acknowledged(&pending.client_id, of_event()?, &pending.text);
            }
            Kind::Correction { .. } => {
                counts.corrections += 1;
                let (of, _) = self.newest.as_ref().context("a correction of nothing")?;
                self.messages.corrected(of, &pending.text);
            }
            Kind::Transfer => {
                counts.transfers += 1;
                self.may_post = false;
            }
            Kind::Accept => (self.may_post, self.must_open) = (true, true),
        }
        drop(counts);
        self.measure_stall(waited);
        Ok(())
    }

    fn measure_stall(&mut self, waited: Duration) {
        if self.fault.0 != self.shared.faults.get() {
            self.note_stall();
            self.fault = (self.shared.faults.get(), self.shared.fault.get());
        }
        self.worst = self.worst.max(waited);
        if self.standing.repairs.replace(self.shared.repairs.get()) != self.shared.repairs.get() {
            self.shared.back.set(self.shared.back.get() + 1);
        }
    }

    /// How long this client waited because of the last fault.
    pub(super) fn note_stall(&mut self) {
        let worst = std::mem::take(&mut self.worst);
        if self.fault.0 > 0 {
            let of = (self.fault.1, self.access.who());
            self.shared.stalls.borrow_mut().entry(of).or_default().add(worst);
        }
    }

    pub(super) async fn refused(&mut self, id: u32, problem: &Problem) -> Result<()> {
        let Some(place) = self.outbox.iter().position(|pending| pending.sent_as == Some(id)) else {
            bail!("opening the own conversation was refused: {problem:?}");
        };
        let kind = self.outbox[place].kind;
        let is_for_now = problem.code == Code::TooMany;
        // A transfer whose end nobody knew when this one came back was carried out after all.
        let is_not_mine =
            matches!(problem.code, Code::WrongState | Code::NotAllowed | Code::NotFound);
        match kind {
            _ if is_for_now => {
                self.shared.counts.borrow_mut().refused_for_now += 1;
                self.outbox[place].sent_as = None;
                let seconds = problem.retry_after.unwrap_or(1);
                tokio::time::sleep(Duration::from_secs(u64::from(seconds))).await;
            }
            // The time for it is over, or the message was not the last one any more.
            Kind::Correction { .. } => {
                self.shared.counts.borrow_mut().corrections_refused += 1;
                self.outbox.remove(place);
            }
            // The row will say when it is this agent's turn.
            Kind::Accept | Kind::Transfer => drop(self.outbox.remove(place)),
            _ if is_not_mine && self.access.who() == Who::Agent => {
                self.outbox[place].sent_as = None;
                self.may_post = false;
            }
            _ => bail!("{kind:?} was refused: {problem:?}"),
        }
        Ok(())
    }
}
