//! The lists of one console: what changed since it was last told.
//!
//! It keeps a hash of each row, never a row.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use protocol::agent::{Colleague, Frame, Row};
use serde::Serialize;
use tokio::time::Instant;

use crate::app::App;
use crate::conversation::access::Agent;
use crate::conversation::lists;
use crate::error::Result;

#[derive(Default)]
pub(super) struct Lists {
    rows: HashMap<String, u64>,
    colleagues: u64,
    are_colleagues_due: bool,
    looked_at: Option<Instant>,
    was_told: bool,
}

impl Lists {
    /// When the next look may be: at once after a quiet time.
    pub(super) fn next_at(&self, apart: Duration) -> Instant {
        let now = Instant::now();
        self.looked_at.map_or(now, |last| (last + apart).max(now))
    }

    /// Somebody came, went, or has more or less to do: the next look is at the staff too.
    ///
    /// Everyone's list names everyone, so a message must not be a reason to look.
    pub(super) fn colleagues_are_due(&mut self) {
        self.are_colleagues_due = true;
    }

    /// Frames for what changed; the first is the whole of the lists.
    pub(super) async fn changed(&mut self, app: &App, agent: &Agent) -> Result<Vec<Frame>> {
        self.looked_at = Some(Instant::now());
        let rows = lists::rows(app, agent).await?;
        let now: HashMap<String, u64> =
            rows.iter().map(|row| (row.conversation.clone(), hash(row))).collect();
        let gone: Vec<String> =
            self.rows.keys().filter(|id| !now.contains_key(*id)).cloned().collect();
        let is_news = |row: &Row| self.rows.get(&row.conversation) != now.get(&row.conversation);
        let changed: Vec<Row> = rows.into_iter().filter(is_news).collect();
        self.rows = now;
        let mut frames = Vec::new();
        if !self.was_told || !changed.is_empty() || !gone.is_empty() {
            frames.push(Frame::Rows { changed, gone });
        }
        if std::mem::take(&mut self.are_colleagues_due) || !self.was_told {
            let colleagues: Vec<Colleague> = lists::colleagues(app, agent).await?;
            let seen = hash(&colleagues);
            if !self.was_told || seen != self.colleagues {
                frames.push(Frame::Colleagues { colleagues });
            }
            self.colleagues = seen;
        }
        self.was_told = true;
        Ok(frames)
    }
}

fn hash(shown: &impl Serialize) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_vec(shown).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}
