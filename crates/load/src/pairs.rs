//! Visitor and agent in pairs, each message answered before the next is sent.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use protocol::event::Body;
use tokio::task::JoinSet;

use crate::client::{Address, Arrived, Heard, Line, Place, SignedIn, Verb, fresh_id, start};
use crate::figures::Durations;
use crate::settings;

/// How many sign in or start at the same time.
const ARRIVING_AT_ONCE: usize = 16;

/// One hundred bytes without anything that a rule masks.
pub(crate) const TEXT: &str = "Good morning, I would like to move my appointment to another \
                               day of the week, please, if that works.";

/// A visitor and an agent in one active conversation.
pub(crate) struct Pair {
    pub(crate) visitor: Line,
    pub(crate) agent: Line,
    pub(crate) conversation: String,
}

/// What a pair counted between the two moments of [`Window`].
#[derive(Default)]
pub(crate) struct Talked {
    /// From sending to the durable acknowledgement.
    pub(crate) acks: Durations,
    /// From sending to the other side's screen.
    pub(crate) deliveries: Durations,
}

/// When counting begins and ends.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

impl Window {
    /// Counts `seconds`, after a warm-up.
    pub(crate) fn of(seconds: f64) -> Self {
        let from = Instant::now() + Duration::from_millis(500);
        Self { from, until: from + Duration::from_secs_f64(seconds) }
    }

    pub(crate) fn seconds(&self) -> f64 {
        (self.until - self.from).as_secs_f64()
    }
}

/// Signs in agents 1 to `count`. A password is hashed for each, so this is slow.
pub(crate) async fn sign_in(
    address: Address,
    count: usize,
    password: &str,
) -> Result<Vec<SignedIn>> {
    let names = (1..=count).map(settings::agent_name);
    stream::iter(names)
        .map(|name| async move { SignedIn::with(address, &name, password).await })
        .buffered(ARRIVING_AT_ONCE)
        .try_collect()
        .await
}

/// Brings one visitor to each agent.
pub(crate) async fn meet(
    address: Address,
    place: &Place,
    agents: &[SignedIn],
) -> Result<Vec<Pair>> {
    stream::iter(agents)
        .map(|agent| pair(address, place, agent))
        .buffered(ARRIVING_AT_ONCE)
        .try_collect()
        .await
}

async fn pair(address: Address, place: &Place, agent: &SignedIn) -> Result<Pair> {
    let mut agent = agent.go_on_duty(address).await?;
    let started = start(address, place, &fresh_id(), "en").await?;
    let visitor = Arrived::open(address, &started.token, 0).await?.line;
    let conversation = agent.accept(&started.reference).await?;
    Ok(Pair { visitor, agent: agent.line, conversation })
}

impl Pair {
    /// Takes turns until the window closes.
    async fn talk(&mut self, window: Window) -> Result<Talked> {
        let mut talked = Talked::default();
        let name = fresh_id();
        let mut turn = 0;
        while Instant::now() < window.until {
            turn += 1;
            let sent = Instant::now();
            let (acked, delivered) = self.take_turn(&name, turn).await?;
            if sent >= window.from && acked.max(delivered) < window.until {
                talked.acks.add(acked - sent);
                talked.deliveries.add(delivered - sent);
            }
        }
        Ok(talked)
    }

    /// Takes so many turns, one after the other.
    pub(crate) async fn take_turns(&mut self, count: usize) -> Result<()> {
        let name = fresh_id();
        for turn in 1..=count {
            self.take_turn(&name, turn).await?;
        }
        Ok(())
    }

    /// The visitor has the odd turns.
    async fn take_turn(&mut self, name: &str, turn: usize) -> Result<(Instant, Instant)> {
        let client_id = format!("{}-{turn}", &name[..12]);
        let (visitor, agent) = (&mut self.visitor, &mut self.agent);
        if turn % 2 == 1 {
            return exchange(visitor, None, agent, &client_id, TEXT).await;
        }
        exchange(agent, Some(&self.conversation), visitor, &client_id, TEXT).await
    }
}

/// Sends one message; gives when it was acknowledged and when the other side had it.
pub(crate) async fn exchange(
    from: &mut Line,
    conversation: Option<&str>,
    to: &mut Line,
    client_id: &str,
    text: &str,
) -> Result<(Instant, Instant)> {
    let id = from.send(Verb::PostMessage { conversation, client_id, text }).await?;
    let acked = async {
        from.answer(id).await?;
        Ok::<_, anyhow::Error>(Instant::now())
    };
    let (acked, delivered) = tokio::join!(acked, arrival(to, client_id));
    Ok((acked.context("waiting for the acknowledgement")?, delivered?))
}

/// Hears until the message with this client id is on the screen.
async fn arrival(to: &mut Line, of: &str) -> Result<Instant> {
    loop {
        match to.hear().await.context("waiting for the other side's message")? {
            Heard::Events { events } => {
                let is_there = events.iter().any(|event| {
                    matches!(&event.body, Body::Message { client_id, .. } if client_id == of)
                });
                if is_there {
                    return Ok(Instant::now());
                }
            }
            Heard::Bye { problem } => bail!("the server said goodbye: {problem:?}"),
            _ => {}
        }
    }
}

/// All pairs at once, each a task of its own so that none starves; what they
/// counted, together.
pub(crate) async fn talk(pairs: &mut Vec<Pair>, window: Window) -> Result<Talked> {
    let mut talking = JoinSet::new();
    for mut pair in pairs.drain(..) {
        talking.spawn(async move { pair.talk(window).await.map(|talked| (pair, talked)) });
    }
    let mut talked = Talked::default();
    while let Some(one) = talking.join_next().await {
        let (pair, one) = one??;
        pairs.push(pair);
        talked.acks.extend(one.acks);
        talked.deliveries.extend(one.deliveries);
    }
    Ok(talked)
}

/// Ends the conversations, so that the agents are free for others.
pub(crate) async fn part(pairs: Vec<Pair>) -> Result<()> {
    for mut pair in pairs {
        let conversation = pair.conversation.as_str();
        pair.agent.ask(Verb::Close { conversation, disposition: None }).await.context("closing")?;
        pair.agent.close().await;
        pair.visitor.close().await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_message_has_the_length_that_the_figures_name() {
        assert_eq!(super::TEXT.len(), 100);
    }
}
