//! What follows a commit: what it brought is kept, whom it concerns is rung, and
//! whoever waits is answered.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::engine::Unit;
use super::tx::After;
use crate::bus::{Bus, Ring, Topic};
use crate::events::Recent;

/// Commits that wait to be told; past that the writer waits.
const TOLD_MAX: usize = 64;

/// Tells in the order of the commits. One wake a commit from the writer's thread,
/// instead of several a unit: inside the runtime a wake costs next to nothing.
pub(super) struct Teller {
    bus: Bus,
    recent: Arc<Recent>,
    line: Option<mpsc::Sender<Ended>>,
}

/// A commit that is durable, or failed: whom to wake.
struct Ended {
    committed: bool,
    rings: Vec<Ring>,
    /// The other nodes drop what they keep of these.
    gone: Vec<Ring>,
    units: Vec<Unit>,
}

impl Teller {
    pub(super) fn new(bus: Bus, recent: Arc<Recent>) -> Self {
        let line = tokio::runtime::Handle::try_current().ok().map(|runtime| {
            let (tell, mut ended) = mpsc::channel::<Ended>(TOLD_MAX);
            let bus = bus.clone();
            runtime.spawn(async move {
                while let Some(ended) = ended.recv().await {
                    ended.tell(&bus);
                }
            });
            tell
        });
        Self { bus, recent, line }
    }

    pub(super) fn tell(&self, committed: bool, after: Vec<After>, units: Vec<Unit>) {
        let (rings, gone) = self.kept(after);
        let ended = Ended { committed, rings, gone, units };
        let untold = match &self.line {
            Some(line) => line.blocking_send(ended).map_err(|untold| untold.0).err(),
            None => Some(ended),
        };
        if let Some(untold) = untold {
            untold.tell(&self.bus);
        }
    }

    /// Whom a ring wakes finds what it is about kept.
    fn kept(&self, after: Vec<After>) -> (Vec<Ring>, Vec<Ring>) {
        let (mut rings, mut gone) = (Vec::with_capacity(after.len()), Vec::new());
        for next in after {
            match next {
                After::Keep(event) => self.recent.keep(event),
                After::Forget(id) => {
                    self.recent.forget(id);
                    gone.push(Ring { topic: Topic::Gone(id), number: 0 });
                }
                After::Ring(ring) => rings.push(ring),
            }
        }
        (rings, gone)
    }
}

impl Ended {
    fn tell(self, bus: &Bus) {
        for ring in &self.rings {
            bus.ring(ring);
        }
        for ring in &self.gone {
            bus.ring_others(ring);
        }
        for unit in self.units {
            unit.answer(self.committed);
        }
    }
}
