//! The conversations that one console has open: each is a look, audited at its
//! beginning and, with what was shown, at its end.

use std::collections::HashMap;

use protocol::agent::Frame;
use protocol::event::Body;
use tracing::warn;

use crate::app::App;
use crate::bus::{Mailbox, Topic};
use crate::conversation::access::Agent;
use crate::conversation::{look, read, seen};
use crate::error::{Error, Result};
use crate::ids::ConversationId;
use crate::live::socket::{Sent, Socket};
use crate::live::{Live, in_frames};

/// Conversations that one console may have open.
const OPEN_MAX: usize = 32;

#[derive(Default)]
pub(super) struct Opened(HashMap<ConversationId, Shown>);

struct Shown {
    from: u64,
    /// The newest number that was shown.
    most: u64,
    after: u64,
    seen: Option<u64>,
    has_events: bool,
    has_view: bool,
}

impl Opened {
    pub(super) fn has(&self, id: ConversationId) -> bool {
        self.0.contains_key(&id)
    }

    pub(super) async fn open(
        &mut self,
        app: &App,
        agent: &Agent,
        mailbox: &mut Mailbox,
        id: ConversationId,
        after: u64,
    ) -> Result<()> {
        if self.0.len() >= OPEN_MAX && !self.has(id) {
            return Err(Error::TooMany { retry_after: 1 });
        }
        if !self.has(id) {
            look::look_opens(app, agent, id).await?;
        }
        for topic in topics(id) {
            mailbox.listen(topic);
        }
        let before = self.0.remove(&id);
        // The look's range is all that was shown in it, however often it was opened.
        let from = before.as_ref().map_or(after, |before| before.from.min(after));
        let most = before.map_or(0, |before| before.most);
        let shown = Shown { from, most, after, seen: None, has_events: true, has_view: true };
        self.0.insert(id, shown);
        Ok(())
    }

    pub(super) async fn leave(
        &mut self,
        app: &App,
        agent: &Agent,
        mailbox: &mut Mailbox,
        id: ConversationId,
    ) -> Result<()> {
        for topic in topics(id) {
            mailbox.forget(&topic);
        }
        match self.0.remove(&id) {
            Some(shown) => {
                look::look_ends(app, agent, id, shown.from, shown.most.max(shown.from)).await
            }
            None => Ok(()),
        }
    }

    /// The connection is over, and with it every look.
    pub(super) async fn leave_all(&mut self, app: &App, agent: &Agent) {
        for (id, shown) in self.0.drain() {
            let ended =
                look::look_ends(app, agent, id, shown.from, shown.most.max(shown.from)).await;
            if let Err(error) = ended {
                warn!(%error, "the end of a look was not noted");
            }
        }
    }

    pub(super) fn rung(&mut self, id: ConversationId) {
        if let Some(shown) = self.0.get_mut(&id) {
            shown.has_events = true;
        }
    }

    pub(super) fn view_rung(&mut self, id: ConversationId) {
        if let Some(shown) = self.0.get_mut(&id) {
            shown.has_view = true;
        }
    }

    /// Sends what is new in each; the right to look is asked for anew where it may have gone.
    pub(super) async fn send_fresh(
        &mut self,
        live: &Live,
        agent: &Agent,
        socket: &mut Socket,
    ) -> Result<Sent> {
        let mut lost = Vec::new();
        for (id, shown) in &mut self.0 {
            if std::mem::take(&mut shown.has_events) {
                match events(live, agent, *id, shown, socket).await {
                    Ok(Ok(())) => {}
                    Ok(gone) => return Ok(gone),
                    // Handed to a colleague or shredded: the look is over.
                    Err(Error::NotFound) => {
                        lost.push(*id);
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            if std::mem::take(&mut shown.has_view) {
                let number = live.in_time(seen::visitor_seen(&live.app, *id)).await?;
                if shown.seen != Some(number) {
                    shown.seen = Some(number);
                    let conversation = id.to_string();
                    if let Err(gone) = socket.send(&Frame::Seen { conversation, number }).await {
                        return Ok(Err(gone));
                    }
                }
            }
        }
        for id in lost {
            if let Some(shown) = self.0.remove(&id) {
                let most = shown.most.max(shown.from);
                look::look_ends(&live.app, agent, id, shown.from, most).await?;
            }
        }
        Ok(Ok(()))
    }
}

async fn events(
    live: &Live,
    agent: &Agent,
    id: ConversationId,
    shown: &mut Shown,
    socket: &mut Socket,
) -> Result<Sent> {
    loop {
        let events = live.in_time(read::events_after(&live.app, id, shown.after)).await?;
        let Some(last) = events.last() else { return Ok(Ok(())) };
        // The right can only have gone with an event that says so.
        if !events.iter().all(|event| is_said(&event.body)) {
            live.in_time(look::may_look(&live.app, agent, id)).await?;
        }
        let last = last.number;
        for events in in_frames(events) {
            let frame = Frame::Events { conversation: id.to_string(), events };
            if let Err(gone) = socket.send(&frame).await {
                return Ok(Err(gone));
            }
        }
        shown.after = last;
        shown.most = shown.most.max(last);
    }
}

/// Whether it leaves the conversation where it stands.
const fn is_said(body: &Body) -> bool {
    matches!(
        body,
        Body::Message { .. }
            | Body::Note { .. }
            | Body::Amended { .. }
            | Body::Rated { .. }
            | Body::Warned { .. }
    )
}

fn topics(id: ConversationId) -> [Topic; 3] {
    [Topic::Conversation(id), Topic::View(id), Topic::VisitorTypes(id)]
}
