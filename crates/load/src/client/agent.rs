//! Staff: signs in, gets a ticket, opens the socket; an administrator changes settings.

use anyhow::{Context, Result, bail};
use protocol::agent::{Availability, Disposition, Row};
use protocol::http::{MaskingTable, Me, Section, Ticket};
use serde_json::{Value, json};

use super::http::{Answer, Call, Method, ask};
use super::line::Who;
use super::{Address, Heard, Line, Verb};

/// A session that outlives connections and restarts of the server.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) me: Me,
    cookie: String,
}

/// An agent's socket that was welcomed.
pub(crate) struct OnDuty {
    pub(crate) line: Line,
    pub(crate) dispositions: Vec<Disposition>,
    /// The lists as they stand; kept only while waiting for a row.
    rows: Vec<Row>,
}

impl SignedIn {
    pub(crate) async fn with(address: Address, name: &str, password: &str) -> Result<Self> {
        let body = json!({"name": name, "password": password});
        let (host, method) = (address.console(), Method::Post(&body));
        let call = Call { host: &host, path: "/api/sign-in", cookie: None, method };
        let answer = ask(address, call).await?;
        let me = answer.json().with_context(|| format!("signing in as {name}"))?;
        let cookie = answer.cookie().context("signing in set no cookie")?;
        Ok(Self { me, cookie })
    }

    /// Opens a socket with a new ticket, takes conversations from now on.
    pub(crate) async fn go_on_duty(&self, address: Address) -> Result<OnDuty> {
        let asked = self.ask(address, "/api/ticket", Method::Post(&json!({}))).await?;
        let Ticket { ticket, .. } = asked.json()?;
        let hello = json!({"protocol": protocol::VERSION, "ticket": ticket});
        let mut line = Line::open(address, Who::Agent, hello.to_string()).await?;
        let dispositions = loop {
            match line.hear().await.context("waiting to be welcomed")? {
                Heard::AgentWelcome { dispositions, .. } => break dispositions,
                Heard::Bye { problem } => bail!("not let in: {problem:?}"),
                _ => {}
            }
        };
        let mut agent = OnDuty { line, dispositions, rows: Vec::new() };
        let available = Verb::SetAvailability { availability: Availability::Available };
        let id = agent.line.send(available).await?;
        agent
            .hear_rows_until(|heard| matches!(heard, Heard::Done { id: of, .. } if *of == id))
            .await?;
        Ok(agent)
    }

    /// Changes members of one section of the settings, as an administrator.
    pub(crate) async fn change_section(
        &self,
        address: Address,
        name: &str,
        members: &[(&str, Value)],
    ) -> Result<()> {
        let path = format!("/api/settings/{name}");
        let section: Section = self.ask(address, &path, Method::Get).await?.json()?;
        let (version, mut value) = (section.version, section.value);
        for (member, wanted) in members {
            value[*member] = wanted.clone();
        }
        let change = json!({"version": version, "value": value});
        self.ask(address, &path, Method::Put(&change)).await?.json::<Section>().map(|_| ())
    }

    /// The names of the server's masking rules.
    pub(crate) async fn masking_rules(&self, address: Address) -> Result<Vec<String>> {
        let path = "/api/masking/rules";
        let table: MaskingTable = self.ask(address, path, Method::Get).await?.json()?;
        Ok(table.rules.into_iter().map(|rule| rule.rule).collect())
    }

    /// What its browser holds.
    pub(crate) fn cookie(&self) -> &str {
        self.cookie.split_once('=').map_or("", |(_, secret)| secret)
    }

    async fn ask(&self, address: Address, path: &str, method: Method<'_>) -> Result<Answer> {
        let (host, cookie) = (address.console(), Some(self.cookie.as_str()));
        ask(address, Call { host: &host, path, cookie, method }).await
    }
}

impl OnDuty {
    /// The row of the conversation with this reference, as soon as a list has it.
    pub(crate) async fn row(&mut self, reference: &str) -> Result<Row> {
        loop {
            if let Some(row) = self.rows.iter().rev().find(|row| row.reference == reference) {
                let row = row.clone();
                self.rows.clear();
                return Ok(row);
            }
            self.hear_rows_until(|heard| matches!(heard, Heard::Rows { .. }))
                .await
                .with_context(|| format!("waiting for the row of {reference}"))?;
        }
    }

    /// Accepts the conversation with this reference, opens it for reading, and gives its id.
    pub(crate) async fn accept(&mut self, reference: &str) -> Result<String> {
        let conversation = self.row(reference).await?.conversation;
        self.line.ask(Verb::Accept { conversation: &conversation }).await.context("accepting")?;
        let open = Verb::Open { conversation: &conversation, after: 0 };
        self.line.ask(open).await.context("opening")?;
        Ok(conversation)
    }

    async fn hear_rows_until(&mut self, is_there: impl Fn(&Heard) -> bool) -> Result<()> {
        loop {
            let mut heard = self.line.hear().await?;
            let is_last = is_there(&heard);
            match &mut heard {
                Heard::Rows { changed, .. } => self.rows.append(changed),
                Heard::Refused { problem, .. } | Heard::Bye { problem } => {
                    bail!("refused: {problem:?}")
                }
                _ => {}
            }
            if is_last {
                return Ok(());
            }
        }
    }
}
