//! The visitor's rating, once the conversation ended and until it is shredded.

use masking::{Mode, Writer};
use protocol::Text;
use protocol::event::Body;
use sensitive::Sensitive;

use super::keyring::{department_of, key_of};
use super::store::{self, By, Resendable};
use super::{access, start, state};
use crate::app::App;
use crate::bus::Topic;
use crate::error::{Error, Result};
use crate::events::{Kind, Sender};
use crate::facts::{self, Fact};
use crate::ids::ConversationId;

/// Rates it from 1 to 5; a resend with the same client id changes nothing.
pub async fn rate(
    app: &App,
    token_hash: [u8; 32],
    id: ConversationId,
    client_id: String,
    score: u8,
    comment: Option<Sensitive<String>>,
) -> Result<()> {
    if !(1..=5).contains(&score) {
        return Err(Error::Invalid { field: "score", why: "is 1 to 5" });
    }
    if comment.as_ref().is_some_and(|text| text.len() > app.config.limits.message_bytes) {
        return Err(Error::TooLarge);
    }
    let key = key_of(app, id).await?;
    let (now, sections) = (app.clock.now(), app.sections());
    let raw = comment.as_ref().map_or("", |text| text.expose().as_str());
    let scored = zeroize::Zeroizing::new(format!("{score} {raw}"));
    let fingerprint = key.fingerprint(scored.as_bytes());
    // Raw text ends here. There is one comment, so nothing can be split over two.
    let (department, policies) = (department_of(app, id).await?, app.policies());
    let policy = policies.of_department(&department);
    let masked =
        comment.map(|text| app.engine.mask(policy, Mode::Live, &[], Writer::Visitor, None, &text));
    let body = Body::Rated {
        score,
        masks: masked.as_ref().map(|m| start::masks(&m.findings)).unwrap_or_default(),
        comment: masked.map(|m| Text::new(m.text)),
    };
    app.db
        .write(move |tx| {
            let ended = access::of_visitor(tx, &token_hash, id)?;
            let resendable = Resendable::new(&key, &client_id, fingerprint);
            if store::sent_before(tx, &ended, Sender::Visitor, &resendable)?.is_some() {
                return Ok(());
            }
            let mut rated = state::rate(ended)?;
            let by =
                By { sender: Sender::Visitor, name: "", now, key: &key, timing: &sections.timing };
            store::append(tx, &by, &mut rated, Kind::Rated, Some(&resendable), &body)?;
            store::update(tx, &rated)?;
            tx.ring(Topic::View(id), rated.seq);
            super::change::ring_lists(tx, &rated);
            let fact = Fact {
                at: now,
                kind: facts::Kind::Rated,
                conversation: id,
                department: &rated.department,
                agent: rated.agent.as_ref().map(|agent| agent.id),
                amount: score.into(),
            };
            facts::count(tx, &fact)
        })
        .await
}
