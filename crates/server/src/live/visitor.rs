//! The visitor's socket, `/live/visitor`.

mod turn;
mod verbs;

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use protocol::event::State as Standing;
use protocol::visitor::{Frame, Hello, Request, View};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::socket::{Gone, Incoming, Sent, Socket};
use super::{Live, in_frames};
use crate::bus::{Mailbox, Ring, Topic};
use crate::conversation::{access, presence, read, view};
use crate::error::{Error, Result};
use crate::ids::{ConnectionId, ConversationId, hash_of};
use crate::wire;
use turn::Turn;

/// While it waits in line, its place is looked up at most this often.
const PLACE_SECONDS: u64 = 2;

/// `GET /live/visitor`.
pub async fn open(State(live): State<Live>, asked: WebSocketUpgrade) -> Response {
    live.clone().upgrade(asked, move |socket| serve(live, socket))
}

/// One visitor's connection.
struct Visitor {
    live: Live,
    era: CancellationToken,
    socket: Socket,
    mailbox: Mailbox,
    id: ConversationId,
    token_hash: [u8; 32],
    /// The newest number that was sent.
    after: u64,
    sent: View,
    place_at: Option<Instant>,
    queue: Option<Topic>,
    turn: Turn,
}

async fn serve(live: Live, socket: Socket) {
    // Boxed like all that is over soon: an idle connection would keep the room for it.
    let Some((connection, mut visitor)) = Box::pin(begun(live, socket)).await else { return };
    if Box::pin(visitor.listen()).await.is_ok() {
        // Whoever is gone needs no last word.
        let _ = visitor.talk().await;
    }
    let who = presence::Who::Visitor(visitor.id);
    Box::pin(visitor.live.leaves(connection, who)).await;
}

/// Lets a visitor in, whose connection is noted from then on.
async fn begun(live: Live, mut socket: Socket) -> Option<(ConnectionId, Visitor)> {
    let patience = live.app.config.limits.authenticate_seconds;
    let mut visitor = match socket.first(patience, |hello: &Hello| hello.protocol).await {
        Ok(Some(hello)) => match Visitor::begin(live, socket, hello).await {
            Ok(visitor) => visitor,
            Err((mut socket, error)) => return refuse(&mut socket, &error).await,
        },
        Ok(None) => return None,
        Err(error) => return refuse(&mut socket, &error).await,
    };
    let (connection, who) = (ConnectionId::fresh(), presence::Who::Visitor(visitor.id));
    if let Err(error) = visitor.live.arrives(connection, who).await {
        return refuse(&mut visitor.socket, &error).await;
    }
    Some((connection, visitor))
}

impl Visitor {
    async fn begin(
        live: Live,
        socket: Socket,
        hello: Hello,
    ) -> std::result::Result<Self, (Socket, Error)> {
        let token_hash = hash_of(&hello.token);
        match live.in_time(Self::welcomed(&live, token_hash)).await {
            Ok((id, frame, view)) => {
                let mut mailbox = live.app.bus.mailbox();
                for topic in [Topic::Conversation(id), Topic::View(id), Topic::AgentTypes(id)] {
                    mailbox.listen(topic);
                }
                let mut visitor = Self {
                    era: live.era(),
                    live,
                    socket,
                    mailbox,
                    id,
                    token_hash,
                    after: hello.after,
                    sent: view,
                    place_at: None,
                    queue: None,
                    turn: Turn::default(),
                };
                // If nobody is there any more, the loop finds out.
                let _ = visitor.socket.send(&frame).await;
                Ok(visitor)
            }
            Err(error) => Err((socket, error)),
        }
    }

    async fn welcomed(live: &Live, token_hash: [u8; 32]) -> Result<(ConversationId, Frame, View)> {
        let (id, token) = access::admit_visitor(&live.app, token_hash).await?;
        let view = view::view(&live.app, id).await?;
        let last = view::last_shown(&live.app, id).await?;
        let frame = Frame::Welcome {
            protocol: protocol::VERSION,
            token: token.reveal().to_owned(),
            view: view.clone(),
            last,
        };
        Ok((id, frame, view))
    }

    /// Sends what happened since the number in the first frame.
    async fn listen(&mut self) -> Sent {
        self.listen_to_queue();
        self.send_events().await.map(|_| ())
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
            let wake = self.socket.wake_at();
            let wake = self.place_at.map_or(wake, |at| at.min(wake));
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
                () = tokio::time::sleep_until(wake) => {
                    if self.socket.must_leave(Instant::now()) {
                        // What is on its way would get ahead of it on the next connection.
                        if self.turn.is_awaited() {
                            return self.end(&Error::Later { retry_after: 1 }).await;
                        }
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
        let id = request.id;
        let (now, said) = (self.live.app.clock.now(), turn::said(&request.verb));
        let done = async {
            self.turn.check(said.as_deref(), now)?;
            verbs::carry_out(&self.live, self.id, self.token_hash, request.verb).await
        };
        let done = self.live.in_time(Box::pin(done)).await;
        self.turn.note(said, &done, now);
        let frame = match done {
            Ok((number, at)) => Frame::Done { id, number, at },
            // Sent again here it would come after what waits behind it: all of it comes anew.
            Err(error @ Error::Later { .. }) => return self.end(&error).await,
            Err(error) => Frame::Refused { id, problem: error.to_problem() },
        };
        self.socket.send(&frame).await
    }

    async fn rung(&mut self, rings: Vec<Ring>) -> Sent {
        let mut is_changed = false;
        for ring in rings {
            match ring.topic {
                Topic::Conversation(_) => {
                    is_changed |= self.send_events().await?;
                }
                Topic::View(_) => is_changed = true,
                Topic::AgentTypes(_) => {
                    self.socket.send(&Frame::Typing { on: ring.number > 0 }).await?;
                }
                Topic::Line(_) if self.place_at.is_none() => {
                    self.place_at = Some(Instant::now() + Duration::from_secs(PLACE_SECONDS));
                }
                _ => {}
            }
        }
        if is_changed { self.send_view().await } else { Ok(()) }
    }

    async fn woken(&mut self) -> Sent {
        let now = Instant::now();
        if self.place_at.is_some_and(|at| at <= now) {
            self.place_at = None;
            self.send_view().await?;
        }
        self.socket.beat(now).await
    }

    /// Everything after the newest number; whether any of it may have changed the view.
    async fn send_events(&mut self) -> std::result::Result<bool, Gone> {
        let mut is_changed = false;
        loop {
            let events = read::shown_after(&self.live.app, self.id, self.after);
            let events = match self.live.in_time(events).await {
                Ok(events) => events,
                Err(error) => return self.end(&error).await.map(|()| false),
            };
            let Some(last) = events.last() else { return Ok(is_changed) };
            let last = last.number;
            use protocol::event::Body::{Amended, Message};
            is_changed |= events.iter().any(|e| !matches!(e.body, Message { .. } | Amended { .. }));
            for events in in_frames(events) {
                self.socket.send(&Frame::Events { events }).await?;
            }
            self.after = last;
        }
    }

    async fn send_view(&mut self) -> Sent {
        let view = match self.live.in_time(view::view(&self.live.app, self.id)).await {
            Ok(view) => view,
            Err(error) => return self.end(&error).await,
        };
        if view != self.sent {
            self.sent = view.clone();
            self.listen_to_queue();
            self.socket.send(&Frame::View { view }).await?;
        }
        Ok(())
    }

    /// Only who waits cares for the line.
    fn listen_to_queue(&mut self) {
        let is_waiting = self.sent.state == Standing::Waiting;
        let queue = is_waiting.then(|| Topic::Line(self.sent.department.clone()));
        if queue == self.queue {
            return;
        }
        if let Some(left) = self.queue.take() {
            self.mailbox.forget(&left);
        }
        if let Some(joined) = queue.clone() {
            self.mailbox.listen(joined);
        }
        self.queue = queue;
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
