//! One connection on one thread, which waits for it.
//!
//! What nobody waits for is sent and answered later: statements leave together, so
//! that a unit costs few journeys.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::{Client, Row, Statement};

use super::Address;
use super::failure::{Failure, refusal};
use super::values::Owned;
use crate::db::Value;
use crate::error::{Error, Result};

/// For whoever holds nothing yet while they wait for a row. A node that falls silent within
/// a transaction lets go of its rows before those who wait for them give up.
const PREPARED: &str = "set synchronous_commit = on; set lock_timeout = '2s'; \
    set statement_timeout = '20s'; set idle_in_transaction_session_timeout = '2s'; \
    set tcp_user_timeout = '10s'; set tcp_keepalives_idle = '10s'; \
    set plan_cache_mode = force_generic_plan; set jit = off; \
    set client_min_messages = error";
const BETWEEN_TRIES: Duration = Duration::from_millis(100);
/// For one answer; a commit may wait for a standby.
const ANSWER: Duration = Duration::from_secs(30);

const GOODBYE: Duration = Duration::from_millis(500);

type Answer = std::result::Result<(), tokio_postgres::Error>;
type Sent = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Whether the marks in a statement mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    /// From whatever server answers, to see what it is.
    Checks,
    Reads,
    Writes,
}

pub(crate) struct Session {
    runtime: Runtime,
    address: Arc<Address>,
    text: Text,
    link: Option<Link>,
    stands: Stands,
    failure: Option<Failure>,
    /// Whoever asked is a start or a command, and is told why no connection can be had.
    is_for_once: bool,
    /// How much of what was sent belongs to units before the one at work.
    of_others: usize,
    /// Since when no connection could be had.
    away_since: Option<Instant>,
}

/// Where a session stands between two statements.
enum Stands {
    /// Each statement is a transaction of its own.
    Free,
    /// The next statement begins a transaction with these words.
    Opening(&'static str),
    /// Within one; only its own connection can go on.
    Within { was_answered: bool },
}

struct Link {
    client: Arc<Client>,
    statements: HashMap<(usize, usize), Statement>,
    /// Sent, and not known to be done yet; oldest first.
    sent: VecDeque<Sent>,
    /// Ends once the client is gone and the server was told.
    connection: JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(Link { client, statements, sent, connection }) = self.link.take() else { return };
        drop((client, statements, sent));
        // A server that cannot be told notices by itself.
        let _told = self.runtime.block_on(async { timeout(GOODBYE, connection).await });
    }
}

impl Session {
    /// Connects when it is first needed.
    pub(super) fn new(address: Arc<Address>, text: Text) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Error::broken("a connection needs a runtime", e))?;
        Ok(Self {
            runtime,
            address,
            text,
            link: None,
            stands: Stands::Free,
            failure: None,
            is_for_once: false,
            of_others: 0,
            away_since: None,
        })
    }

    /// For a start or a command: it says what is wrong with the address.
    pub(super) fn once(address: Arc<Address>, text: Text) -> Result<Self> {
        let mut session = Self::new(address, text)?;
        session.is_for_once = true;
        Ok(session)
    }

    /// The next statement begins a transaction with these words.
    pub(super) fn begin(&mut self, words: &'static str) {
        self.stands = Stands::Opening(words);
        self.failure = None;
        self.of_others = 0;
        if let Some(link) = &mut self.link {
            // Nobody asks any more what became of it.
            link.sent.clear();
        }
    }

    /// Whether anything of this transaction was sent.
    pub(super) fn is_begun(&self) -> bool {
        matches!(self.stands, Stands::Within { .. })
    }

    /// Another unit of the same transaction is at work from here on.
    pub(super) fn next_unit(&mut self) {
        self.of_others = self.link.as_ref().map_or(0, |link| link.sent.len());
    }

    /// Sends words whose answer comes with a later one.
    pub(super) fn say(&mut self, words: &'static str) {
        if let Some(link) = &mut self.link {
            let client = link.client.clone();
            link.send(Box::pin(async move { client.batch_execute(words).await }));
        }
    }

    /// Ends the transaction and waits until that is done.
    pub(super) fn end(&mut self, words: &'static str) -> Result<()> {
        let was_begun = self.is_begun();
        self.stands = Stands::Free;
        if !was_begun {
            return Ok(());
        }
        self.say(words);
        self.settle()
    }

    /// Ends a transaction that changes nothing; nobody waits for that.
    pub(super) fn leave(&mut self) {
        if self.is_begun() {
            self.say("rollback");
            // The connection is served only while somebody waits: let it send.
            self.runtime.block_on(tokio::task::yield_now());
        }
        self.stands = Stands::Free;
    }

    /// Why the transaction cannot go on, if it cannot; told once.
    pub(super) fn failed(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    pub(in crate::db) fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<()> {
        let (client, statement) = self.prepared(sql)?;
        let values: Vec<Owned> = values.iter().map(Owned::from).collect();
        let sending = async move { client.execute_raw(&statement, values).await.map(|_| ()) };
        if let Some(link) = &mut self.link {
            link.send(Box::pin(sending));
        }
        Ok(())
    }

    pub(in crate::db) fn touched(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<usize> {
        let (client, statement) = self.prepared(sql)?;
        let values = values.iter().copied();
        let touched = self.wait(async { client.execute_raw(&statement, values).await })?;
        Ok(usize::try_from(touched).unwrap_or(usize::MAX))
    }

    pub(in crate::db) fn rows(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>> {
        loop {
            let asked = self.ask(sql, values);
            let is_first = matches!(self.stands, Stands::Within { was_answered: false });
            let is_lost = self.failure == Some(Failure::Lost);
            if asked.is_ok() || self.text == Text::Writes || !is_first || !is_lost {
                return asked;
            }
            // The connection broke while nobody used it: a moment may begin anew.
            self.begin(super::MOMENT);
        }
    }

    fn ask(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        let (client, statement) = self.prepared(sql)?;
        let values = values.iter().copied();
        self.wait(async {
            let rows = client.query_raw(&statement, values).await?;
            rows.try_collect::<Vec<Row>>().await
        })
    }

    /// Waits for everything that was sent.
    pub(super) fn settle(&mut self) -> Result<()> {
        let Some(link) = &mut self.link else { return Err(self.is_lost()) };
        let sent = std::mem::take(&mut link.sent);
        let of_others = std::mem::take(&mut self.of_others);
        let all = async {
            for (at, answer) in sent.into_iter().enumerate() {
                answer.await.map_err(|error| (at, error))?;
            }
            Ok(())
        };
        match self.runtime.block_on(async { timeout(ANSWER, all).await }) {
            Ok(Ok(())) => Ok(()),
            Ok(Err((at, error))) => {
                let told = self.fail(&error);
                // Who finds it out is not who failed, and going back to where they began
                // would undo what a unit before them takes for done.
                if at < of_others && self.failure == Some(Failure::Locked) {
                    self.failure = Some(Failure::Again);
                }
                Err(told)
            }
            Err(_) => Err(self.is_lost()),
        }
    }

    fn wait<T>(
        &mut self,
        asked: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    ) -> Result<T> {
        match self.runtime.block_on(async { timeout(ANSWER, asked).await }) {
            Ok(Ok(answer)) => {
                if let Stands::Within { was_answered } = &mut self.stands {
                    *was_answered = true;
                }
                Ok(answer)
            }
            // Something that was sent before may be the reason.
            Ok(Err(error)) => {
                self.settle()?;
                Err(self.fail(&error))
            }
            Err(_) => Err(self.is_lost()),
        }
    }

    /// A statement that is known to the server, on a connection that has begun.
    fn prepared(&mut self, sql: &'static str) -> Result<(Arc<Client>, Statement)> {
        if !self.is_begun() {
            self.connect()?;
        }
        if let Stands::Opening(words) = self.stands {
            self.say(words);
            self.stands = Stands::Within { was_answered: false };
        }
        let Some(link) = &self.link else { return Err(self.is_lost()) };
        let key = (sql.as_ptr() as usize, sql.len());
        let client = link.client.clone();
        if let Some(known) = link.statements.get(&key) {
            return Ok((client, known.clone()));
        }
        let (text, asked) = (self.text.of(sql), client.clone());
        let statement = self.wait(async move { asked.prepare(&text).await })?;
        if let Some(link) = &mut self.link {
            link.statements.insert(key, statement.clone());
        }
        Ok((client, statement))
    }

    /// A connection, made anew if the last one broke; waits a while for a database
    /// that is away.
    fn connect(&mut self) -> Result<()> {
        if self.link.as_ref().is_some_and(|link| !link.client.is_closed()) {
            return Ok(());
        }
        self.link = None;
        let since = *self.away_since.get_or_insert_with(Instant::now);
        loop {
            let (connected, patience) =
                (connected(&self.address, self.text), self.address.patience);
            // A server may take a connection and say nothing.
            match self.runtime.block_on(async { timeout(patience, connected).await }) {
                Ok(Ok((client, connection))) => {
                    self.away_since = None;
                    let (client, sent) = (Arc::new(client), VecDeque::new());
                    let statements = HashMap::new();
                    self.link = Some(Link { client, statements, sent, connection });
                    return Ok(());
                }
                Ok(Err(error)) if self.is_for_once && refusal(&error).is_some() => {
                    let why = refusal(&error).unwrap_or_default();
                    return Err(Error::broken_because(why));
                }
                // Whoever waits longest has waited long enough; the others are told at once.
                failed if since.elapsed() >= patience => {
                    let error = failed.ok().and_then(std::result::Result::err);
                    let code = error.as_ref().and_then(tokio_postgres::Error::code);
                    let code = code.map_or("no answer", |code| code.code());
                    tracing::error!(code, ?error, "the database cannot be reached");
                    self.failure = Some(Failure::Away);
                    if self.is_for_once {
                        let why = "database_url: the server cannot be reached";
                        return Err(Error::broken_because(why));
                    }
                    return Err(Error::Later { retry_after: 1 });
                }
                _ => std::thread::sleep(BETWEEN_TRIES),
            }
        }
    }

    fn fail(&mut self, error: &tokio_postgres::Error) -> Error {
        let failure = Failure::of(error);
        if failure == Failure::Lost {
            self.link = None;
        }
        self.failure = Some(failure);
        failure.to_error(error)
    }

    fn is_lost(&mut self) -> Error {
        self.link = None;
        self.failure = Some(Failure::Lost);
        Error::Later { retry_after: 1 }
    }
}

impl Link {
    fn send(&mut self, mut sending: Sent) {
        // The first poll sends; whoever settles waits for the rest.
        let mut context = Context::from_waker(Waker::noop());
        if let std::task::Poll::Ready(Err(error)) = sending.as_mut().poll(&mut context) {
            sending = Box::pin(async { Err(error) });
        }
        self.sent.push_back(sending);
    }
}

impl Text {
    /// The statement as this engine reads it.
    fn of(self, sql: &str) -> String {
        match self {
            Self::Checks | Self::Reads => sql.to_owned(),
            Self::Writes => sql
                .replace("/* locked */", "for no key update")
                .replace("/* shared */", "for share")
                .replace("/* skip locked */", "for no key update skip locked"),
        }
    }
}

async fn connected(
    address: &Address,
    text: Text,
) -> std::result::Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
    // After a failover the old primary, come back as a standby, is passed over.
    let mut primary = address.config.clone();
    primary.target_session_attrs(TargetSessionAttrs::ReadWrite);
    let (client, connection) = match primary.connect(address.tls.clone()).await {
        // Where there is none, a check says what it is that answers.
        Err(_) if text == Text::Checks => address.config.connect(address.tls.clone()).await?,
        connected => connected?,
    };
    let connection = tokio::spawn(async move {
        // Whoever waits for an answer learns of its end.
        let _ = connection.await;
    });
    client.batch_execute(PREPARED).await?;
    Ok((client, connection))
}
