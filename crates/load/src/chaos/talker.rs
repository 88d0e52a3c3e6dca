//! One client that goes on through every crash: it reconnects, resumes by
//! number, and resends what was not acknowledged under the same client id.

mod answers;

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use protocol::agent::{Row, To};
use protocol::event::{Event, State};

use super::Shared;
use super::standing::Standing;
use crate::chance::Chance;
use crate::client::{Address, Heard, Line, Pass, SignedIn, Verb, Who, fresh_id};
use crate::ledger::Ledger;

const RECONNECT_PAUSE: Duration = Duration::from_millis(20);
/// A server that stays away longer has not come back.
const AWAY_MAX: Duration = Duration::from_secs(90);

/// How this client gets in.
pub(crate) enum Access {
    Visitor { pass: Pass },
    Agent { agent: SignedIn, reference: String, department: String, conversation: Option<String> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Message,
    Note,
    /// Of the own last message, under its number.
    Correction {
        number: u64,
    },
    Transfer,
    Accept,
}

/// Something that was not acknowledged yet.
struct Pending {
    kind: Kind,
    client_id: String,
    text: String,
    since: Instant,
    /// Under which request of this connection it was sent.
    sent_as: Option<u32>,
}

pub(crate) struct Talker<'a> {
    pub(crate) address: Address,
    pub(crate) access: Access,
    shared: &'a Shared,
    chance: Chance,
    pub(crate) messages: Ledger,
    pub(crate) notes: Ledger,
    outbox: VecDeque<Pending>,
    /// The last number that this client holds.
    after: u64,
    /// The own newest acknowledged message: what may be corrected.
    newest: Option<(String, u64)>,
    /// Whether posting is this client's right now; a visitor always may.
    may_post: bool,
    /// Whether the conversation is still to be opened: an agent reads what they hold.
    must_open: bool,
    /// How many may be under way at once.
    window: usize,
    /// The longest wait for an acknowledgement since the last fault, and which that was.
    worst: Duration,
    fault: (u32, &'static str),
    standing: Rc<Standing>,
    said: u64,
}

impl<'a> Talker<'a> {
    pub(crate) fn new(
        address: Address,
        access: Access,
        shared: &'a Shared,
        mut chance: Chance,
    ) -> Self {
        let may_post = access.who() == Who::Visitor;
        let window = chance.between(1, 4) as usize;
        let standing = Rc::new(Standing::new(access.who()));
        shared.clients.borrow_mut().push(standing.clone());
        Self {
            address,
            access,
            shared,
            chance,
            messages: Ledger::default(),
            notes: Ledger::default(),
            outbox: VecDeque::new(),
            after: 0,
            newest: None,
            may_post,
            must_open: false,
            window,
            worst: Duration::ZERO,
            fault: (0, ""),
            standing,
            said: 0,
        }
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        (self.messages.len() + self.notes.len()) as u64
    }

    /// Talks until the run is over and nothing is unanswered.
    pub(crate) async fn talk(&mut self) -> Result<()> {
        let mut away_since = Instant::now();
        loop {
            if let Ok(line) = self.connect().await {
                away_since = Instant::now();
                if self.converse(line).await? {
                    self.note_stall();
                    return Ok(());
                }
            }
            let who = self.access.who();
            ensure!(away_since.elapsed() < AWAY_MAX, "the {who:?} cannot connect any more");
            tokio::time::sleep(RECONNECT_PAUSE).await;
        }
    }

    async fn connect(&mut self) -> Result<Line> {
        self.outbox.retain(|pending| !matches!(pending.kind, Kind::Transfer | Kind::Accept));
        for pending in &mut self.outbox {
            let was_sent = pending.sent_as.take().is_some();
            self.shared.counts.borrow_mut().resent += u64::from(was_sent);
        }
        self.standing.does("connecting", None);
        let after = self.after;
        match &mut self.access {
            Access::Visitor { pass } => Ok(pass.arrive(self.address, after).await?.line),
            Access::Agent { agent, reference, conversation, .. } => {
                let mut on_duty = agent.go_on_duty(self.address).await?;
                let row = on_duty.row(reference).await?;
                let me = agent.me.id.clone();
                *conversation = Some(row.conversation.clone());
                self.read_row(&row, &me);
                self.must_open = self.may_post;
                Ok(on_duty.line)
            }
        }
    }

    /// One connection. True when all is said and answered; a broken connection
    /// is false, and only what no crash excuses is an error.
    async fn converse(&mut self, mut line: Line) -> Result<bool> {
        self.standing.does("connected", line.port());
        loop {
            if self.shared.is_over.get() && self.outbox.is_empty() {
                line.close().await;
                return Ok(true);
            }
            if self.send_what_waits(&mut line).await.is_err() {
                return Ok(false);
            }
            let pause = Duration::from_millis(self.chance.between(1, 20));
            match tokio::time::timeout(pause, line.hear_at_leisure()).await {
                Ok(Ok(heard)) => {
                    if !self.heard(heard).await? {
                        return Ok(false);
                    }
                }
                Ok(Err(_)) => return Ok(false),
                Err(_) => self.think(),
            }
        }
    }

    /// Perhaps something new to say.
    fn think(&mut self) {
        let is_agent = self.access.who() == Who::Agent;
        if self.shared.is_over.get() || !self.may_post || self.outbox.len() >= self.window {
            return;
        }
        // Corrections and transfers go alone: they name what came last.
        let goes_alone = |pending: &Pending| !matches!(pending.kind, Kind::Message | Kind::Note);
        if self.outbox.iter().any(goes_alone) {
            return;
        }
        let is_quiet = self.outbox.is_empty();
        let kind = match self.newest.clone() {
            Some((_, number)) if is_quiet && self.chance.once_in(20) => Kind::Correction { number },
            _ if is_agent && is_quiet && self.chance.once_in(10) => Kind::Transfer,
            _ if is_agent && self.chance.once_in(10) => Kind::Note,
            _ => Kind::Message,
        };
        self.said += 1;
        let side = if is_agent { "the agent" } else { "the visitor" };
        let text = format!("{side} says {}", in_letters(self.said));
        let since = Instant::now();
        self.outbox.push_back(Pending { kind, client_id: fresh_id(), text, since, sent_as: None });
    }

    async fn send_what_waits(&mut self, line: &mut Line) -> Result<()> {
        let (conversation, department) = match &self.access {
            Access::Visitor { .. } => (None, ""),
            Access::Agent { conversation, department, .. } => {
                (conversation.as_deref(), department.as_str())
            }
        };
        if let (Some(conversation), true) = (conversation, self.must_open) {
            line.send(Verb::Open { conversation, after: self.after }).await?;
            self.must_open = false;
        }
        for pending in self.outbox.iter_mut().filter(|pending| pending.sent_as.is_none()) {
            let (client_id, text) = (pending.client_id.as_str(), pending.text.as_str());
            let own = || conversation.context("no conversation yet");
            if !self.may_post && pending.kind != Kind::Accept {
                continue;
            }
            let verb = match pending.kind {
                Kind::Message => Verb::PostMessage { conversation, client_id, text },
                Kind::Correction { number } => {
                    Verb::Correct { conversation, client_id, number, text }
                }
                Kind::Note => Verb::Note { conversation: own()?, client_id, text },
                Kind::Accept => Verb::Accept { conversation: own()? },
                Kind::Transfer => Verb::Transfer {
                    conversation: own()?,
                    to: To::Department(department.to_owned()),
                },
            };
            let id = line.send(verb).await?;
            pending.sent_as = Some(id);
            self.standing.sent(format_args!("{:?} as {id}", pending.kind));
        }
        let waits = self.outbox.iter().map(|pending| (pending.kind, pending.sent_as));
        let waits: Vec<_> = waits.collect();
        self.standing.waits(format_args!("may post: {}; waits: {waits:?}", self.may_post));
        Ok(())
    }

    /// False when the connection is to be given up.
    async fn heard(&mut self, heard: Heard) -> Result<bool> {
        self.standing.heard(&heard);
        match heard {
            Heard::Events { events } => self.see(&events),
            Heard::Done { id, number } => self.acknowledge(id, number)?,
            Heard::Refused { id, problem } => self.refused(id, &problem).await?,
            Heard::Rows { changed, .. } => {
                let Access::Agent { agent, conversation, .. } = &self.access else {
                    return Ok(true);
                };
                let (me, conversation) = (agent.me.id.clone(), conversation.clone());
                for row in
                    changed.iter().filter(|row| Some(&row.conversation) == conversation.as_ref())
                {
                    self.read_row(row, &me);
                }
            }
            Heard::Bye { problem } => {
                let (who, code) = (self.access.who(), problem.code);
                eprintln!("the server said goodbye to a {who:?}: {code:?}");
                return Ok(false);
            }
            Heard::Reconnect => return Ok(false),
            _ => {}
        }
        Ok(true)
    }

    /// Numbers come one after the other, also over a reconnect.
    fn see(&mut self, events: &[Event]) {
        for event in events {
            if event.number <= self.after {
                continue;
            }
            if event.number != self.after + 1 {
                self.shared.counts.borrow_mut().out_of_turn += 1;
            }
            self.after = event.number;
        }
    }

    /// A transfer, a lost connection and a new start all end in the list.
    fn read_row(&mut self, row: &Row, me: &str) {
        let is_mine = row.agent.as_ref().is_some_and(|agent| agent.id == me);
        let accepts = self.outbox.iter().any(|pending| pending.kind == Kind::Accept);
        self.may_post = row.state == State::Active && is_mine;
        if row.state == State::Waiting && !accepts {
            let (client_id, text) = (String::new(), String::new());
            let (kind, since) = (Kind::Accept, Instant::now());
            self.outbox.push_front(Pending { kind, client_id, text, since, sent_as: None });
        }
    }
}

/// No rule masks a number that is none; without vowels it is no name either.
fn in_letters(number: u64) -> String {
    const DIGITS: [&str; 10] = ["b", "d", "f", "g", "h", "k", "l", "p", "q", "z"];
    number.to_string().bytes().map(|digit| DIGITS[usize::from(digit - b'0')]).collect()
}
