//! What each of a visitor's verbs does, and how often.
//!
//! The token is the right: it opens one conversation and nothing else.

use protocol::visitor::Verb;

use crate::bus::{Ring, Topic};
use crate::conversation::{self, Poster, correct, seen};
use crate::error::Result;
use crate::ids::ConversationId;
use crate::live::{Done, Live};

/// Signs of life and the like may come this many times as often as messages.
const SMALL_FACTOR: u32 = 5;

pub(super) async fn carry_out(
    live: &Live,
    id: ConversationId,
    token_hash: [u8; 32],
    verb: Verb,
) -> Done {
    let app = &live.app;
    counted(live, id, &verb)?;
    let at = app.clock.now().0;
    match verb {
        Verb::PostMessage { client_id, text } => {
            let poster = Poster::Visitor { token_hash };
            let posted = conversation::post_message(app, poster, id, client_id, text).await?;
            Ok((Some(posted.shown), posted.at.0))
        }
        Verb::Correct { client_id, number, text } => {
            let poster = Poster::Visitor { token_hash };
            let posted = correct::correct(app, poster, id, client_id, number, text).await?;
            Ok((Some(posted.shown), posted.at.0))
        }
        Verb::Typing { on } => {
            app.bus.ring(&Ring { topic: Topic::VisitorTypes(id), number: on.into() });
            Ok((None, at))
        }
        Verb::Seen { number } => {
            seen::visitor_saw(app, token_hash, id, number).await.map(|()| (None, at))
        }
        Verb::KeepOpen {} => {
            conversation::keep_open(app, token_hash, id).await.map(|()| (None, at))
        }
        Verb::End {} => {
            let ended = conversation::end(app, token_hash, id).await?;
            Ok((Some(ended.shown), at))
        }
        Verb::Rate { client_id, score, comment } => {
            conversation::rate(app, token_hash, id, client_id, score, comment).await?;
            Ok((None, at))
        }
    }
}

fn counted(live: &Live, id: ConversationId, verb: &Verb) -> Result<()> {
    let most = live.app.config.limits.messages_per_minute;
    let (what, most) = match verb {
        Verb::PostMessage { .. } | Verb::Correct { .. } | Verb::Rate { .. } => ("message", most),
        Verb::Typing { .. } | Verb::Seen { .. } | Verb::KeepOpen {} | Verb::End {} => {
            ("small", most.saturating_mul(SMALL_FACTOR))
        }
    };
    let now = live.app.clock.now();
    live.rates.count(what, id.to_bytes(), most, now)?;
    let bytes = match verb {
        Verb::PostMessage { text, .. } | Verb::Correct { text, .. } => text.len(),
        Verb::Rate { comment, .. } => comment.as_ref().map_or(0, |text| text.len()),
        Verb::Typing { .. } | Verb::Seen { .. } | Verb::KeepOpen {} | Verb::End {} => return Ok(()),
    };
    let most = live.app.config.limits.visitor_bytes_per_minute;
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    live.rates.count_many("bytes", id.to_bytes(), bytes, most, now)
}
