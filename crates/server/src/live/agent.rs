//! The console's socket, `/live/agent`.

mod lists;
mod opened;
pub mod verbs;

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use protocol::agent::{Department, Frame, Hello, Request, Verb};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Live;
use super::socket::{Gone, Incoming, Sent, Socket};
use crate::app::App;
use crate::bus::{Mailbox, Ring, Topic};
use crate::conversation::access::Agent;
use crate::conversation::presence;
use crate::error::{Error, Result};
use crate::identity::{Right, Session, session, ticket};
use crate::ids::{ConnectionId, hash_of};
use crate::wire;
use lists::Lists;
use opened::Opened;

/// Lists are looked up at most this often, however much happens.
const LISTS_MS: u64 = 500;

/// `GET /live/agent`.
pub async fn open(State(live): State<Live>, asked: WebSocketUpgrade) -> Response {
    live.clone().upgrade(asked, move |socket| serve(live, socket))
}

/// One console's connection.
struct Console {
    live: Live,
    era: CancellationToken,
    socket: Socket,
    mailbox: Mailbox,
    session: Session,
    agent: Agent,
    lists: Lists,
    opened: Opened,
    check_at: Instant,
    lists_at: Option<Instant>,
}

async fn serve(live: Live, socket: Socket) {
    // Boxed like all that is over soon: an idle connection would keep the room for it.
    let Some((connection, mut console)) = Box::pin(begun(live, socket)).await else { return };
    if Box::pin(console.begin()).await.is_ok() {
        // Whoever is gone needs no last word.
        let _ = console.talk().await;
    }
    Box::pin(console.leaves(connection)).await;
}

/// Lets a member of staff in, whose connection is noted from then on.
async fn begun(live: Live, mut socket: Socket) -> Option<(ConnectionId, Console)> {
    let session = match admitted(&live, &mut socket).await {
        Ok(Some(session)) => session,
        Ok(None) => return None,
        Err(error) => return refuse(&mut socket, &error).await,
    };
    let (connection, agent) = (ConnectionId::fresh(), Agent::of(&session.account));
    let era = live.era();
    if let Err(error) = live.arrives(connection, presence::Who::Agent(agent.id)).await {
        return refuse(&mut socket, &error).await;
    }
    let console = Console {
        era,
        mailbox: live.app.bus.mailbox(),
        check_at: Instant::now() + check_every(&live.app),
        live,
        socket,
        session,
        agent,
        lists: Lists::default(),
        opened: Opened::default(),
        lists_at: None,
    };
    Some((connection, console))
}

/// The first frame, in time, in our version, with a ticket that is still good.
async fn admitted(live: &Live, socket: &mut Socket) -> Result<Option<Session>> {
    let patience = live.app.config.limits.authenticate_seconds;
    match socket.first(patience, |hello: &Hello| hello.protocol).await? {
        Some(hello) => {
            let session = ticket::redeem(&live.app, hash_of(&hello.ticket));
            live.in_time(session).await.map(Some)
        }
        None => Ok(None),
    }
}

/// Whether the session still stands is looked up this often, whatever happens.
fn check_every(app: &App) -> Duration {
    Duration::from_secs(app.config.sessions.check_seconds.into())
}

impl Console {
    async fn leaves(&mut self, connection: ConnectionId) {
        self.opened.leave_all(&self.live.app, &self.agent).await;
        self.live.leaves(connection, presence::Who::Agent(self.agent.id)).await;
    }

    async fn begin(&mut self) -> Sent {
        for topic in [Topic::Account(self.agent.id), Topic::Staff, Topic::Sessions(self.agent.id)] {
            self.mailbox.listen(topic);
        }
        for department in &self.agent.departments {
            self.mailbox.listen(Topic::Queue(department.clone()));
        }
        let welcome = self.welcome();
        self.socket.send(&welcome).await?;
        self.send_lists().await
    }

    fn welcome(&self) -> Frame {
        let (sections, account) = (self.live.app.sections(), &self.session.account);
        let own = sections.departments.iter().map(|department| Department {
            id: department.id.clone(),
            name: department.name.clone(),
        });
        Frame::Welcome {
            protocol: protocol::VERSION,
            me: account.to_me(),
            availability: account.availability,
            capacity: account.capacity,
            departments: own.collect(),
            dispositions: sections.dispositions.clone(),
            practice: !sections.mode.is_phi,
        }
    }

    async fn talk(&mut self) -> Sent {
        loop {
            // What was rung while a request was answered leaves with its answer.
            let rings = self.mailbox.take();
            if !rings.is_empty() {
                // Boxed, or every idle connection would hold the room that this takes.
                Box::pin(self.rung(rings)).await?;
            }
            self.socket.flush().await?;
            let idle_until = self.session.idle_until(&self.live.app);
            let wake = self.socket.wake_at().min(self.check_at);
            let wake = self.lists_at.map_or(wake, |at| at.min(wake));
            tokio::select! {
                incoming = self.socket.next() => match incoming {
                    Incoming::Text(text) => {
                        let request: Request = match wire::parse(text.as_bytes()) {
                            Ok(request) => request,
                            Err(error) => return self.end(&error).await,
                        };
                        drop(text);
                        self.answer(request).await?;
                    }
                    Incoming::Pong => {}
                    Incoming::Refused(error) => return self.end(&error).await,
                    Incoming::Gone => return Err(Gone),
                },
                rings = self.mailbox.next() => Box::pin(self.rung(rings)).await?,
                () = self.era.cancelled(), if self.socket.stays() => {
                    self.socket.leave_at(self.live.turn());
                }
                () = self.live.app.clock.until(idle_until) => self.must_be_signed_in().await?,
                () = tokio::time::sleep_until(wake) => {
                    if self.socket.must_leave(Instant::now()) {
                        let after_ms = self.live.back_after_ms();
                        self.socket.part(&Frame::Reconnect { after_ms }).await;
                        return Ok(());
                    }
                    self.woken().await?;
                }
            }
        }
    }

    async fn answer(&mut self, request: Request) -> Sent {
        // What somebody does keeps them signed in; what the page sends by itself does not.
        let is_done = !matches!(request.verb, Verb::Seen { .. } | Verb::Leave { .. });
        if is_done && self.session.wants_touch(self.live.app.clock.now()) {
            let session = session::of_hash(&self.live.app, self.session.hash);
            match self.live.in_time(session).await {
                Ok(session) => self.session = session,
                Err(error) => return self.end(&error).await,
            }
        }
        let id = request.id;
        let live = self.live.clone();
        let done = live.in_time(Box::pin(verbs::carry_out(self, request.verb))).await;
        let frame = match done {
            Ok((number, at)) => Frame::Done { id, number, at },
            // Sent again here it would come after what waits behind it: all of it comes anew.
            Err(error @ Error::Later { .. }) => return self.end(&error).await,
            Err(error) => Frame::Refused { id, problem: error.to_problem() },
        };
        self.socket.send(&frame).await?;
        self.send_fresh().await
    }

    async fn rung(&mut self, rings: Vec<Ring>) -> Sent {
        for ring in rings {
            match ring.topic {
                Topic::Conversation(id) => {
                    self.opened.rung(id);
                    self.lists_are_due();
                }
                Topic::View(id) => {
                    self.opened.view_rung(id);
                    self.lists_are_due();
                }
                Topic::VisitorTypes(id) => {
                    let (conversation, on) = (id.to_string(), ring.number > 0);
                    self.socket.send(&Frame::Typing { conversation, on }).await?;
                }
                Topic::Sessions(_) => self.must_be_signed_in().await?,
                Topic::Staff => {
                    self.lists.colleagues_are_due();
                    self.lists_are_due();
                }
                _ => self.lists_are_due(),
            }
        }
        self.send_fresh().await
    }

    /// What the open conversations have that was not sent yet.
    async fn send_fresh(&mut self) -> Sent {
        match self.opened.send_fresh(&self.live, &self.agent, &mut self.socket).await {
            Ok(sent) => sent,
            Err(error) => self.end(&error).await,
        }
    }

    fn lists_are_due(&mut self) {
        if self.lists_at.is_none() {
            self.lists_at = Some(self.lists.next_at(Duration::from_millis(LISTS_MS)));
        }
    }

    async fn woken(&mut self) -> Sent {
        let now = Instant::now();
        if self.lists_at.is_some_and(|at| at <= now) {
            self.send_lists().await?;
        }
        if self.check_at <= now {
            // Another process may have ended the session, and it rings nobody here.
            self.check_at = now + check_every(&self.live.app);
            self.must_be_signed_in().await?;
        }
        self.socket.beat(now).await
    }

    async fn send_lists(&mut self) -> Sent {
        self.lists_at = None;
        if !Right::Converse.is_of(self.session.account.role) {
            return self.socket.send(&Frame::Rows { changed: Vec::new(), gone: Vec::new() }).await;
        }
        match self.live.in_time(self.lists.changed(&self.live.app, &self.agent)).await {
            Ok(frames) => {
                for frame in frames {
                    self.socket.send(&frame).await?;
                }
                Ok(())
            }
            Err(error) => self.end(&error).await,
        }
    }

    async fn must_be_signed_in(&mut self) -> Sent {
        match self.live.in_time(session::look(&self.live.app, self.session.hash)).await {
            Ok(Some(session)) => {
                self.agent = Agent::of(&session.account);
                self.session = session;
                Ok(())
            }
            Ok(None) => self.end(&Error::SignedOut).await,
            Err(error) => self.end(&error).await,
        }
    }

    async fn end(&mut self, error: &Error) -> Sent {
        refuse(&mut self.socket, error).await.ok_or(Gone)
    }
}

/// Says why it ends; nothing comes after.
async fn refuse<T>(socket: &mut Socket, error: &Error) -> Option<T> {
    socket.bye(error, |problem| Frame::Bye { problem }).await;
    None
}
