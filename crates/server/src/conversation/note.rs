//! A note: only staff see it, and it leaves no hole in what the visitor counts.

use std::sync::Arc;

use masking::{Mode, Writer};
use protocol::Text;
use protocol::event::{Body, Person};
use sensitive::Sensitive;

use super::access::{self, Agent};
use super::keyring::{department_of, key_of};
use super::post_message::{Posted, checked};
use super::store::{self, By, Resendable};
use super::{start, state};
use crate::app::App;
use crate::error::Result;
use crate::events::{Kind, Sender};
use crate::ids::ConversationId;

/// Writes it; `Ok` means that it is durable.
pub async fn note(
    app: &App,
    agent: &Agent,
    id: ConversationId,
    client_id: String,
    text: Sensitive<String>,
) -> Result<Posted> {
    checked(app, &client_id, &text)?;
    let key = key_of(app, id).await?;
    let (now, sections) = (app.clock.now(), app.sections());
    let fingerprint = key.fingerprint(text.expose().as_bytes());
    // Raw text ends here. A note has no window: what a visitor split over messages is none of
    // its words, and the archive's masking reads notes and messages together.
    let (department, policies) = (department_of(app, id).await?, app.policies());
    let policy = policies.of_department(&department);
    let masked = app.engine.mask(policy, Mode::Live, &[], Writer::Agent, None, &text);
    let by = Person { id: agent.id.to_string(), name: agent.name.clone() };
    let body = Arc::new(Body::Note {
        by,
        client_id: client_id.clone(),
        masks: start::masks(&masked.findings),
        text: Text::new(masked.text),
    });
    let agent = agent.clone();
    app.db
        .write(move |tx| {
            let found = access::to_read(tx, &agent, id)?;
            let sender = Sender::Agent(agent.id);
            let resendable = Resendable::new(&key, &client_id, fingerprint);
            if let Some(sent) = store::sent_before(tx, &found, sender, &resendable)? {
                return Ok(Posted { seq: sent.seq, shown: sent.shown, at: sent.at });
            }
            let mut noted = state::notes(found)?;
            let by = By { sender, name: &agent.name, now, key: &key, timing: &sections.timing };
            let seq = store::append(tx, &by, &mut noted, Kind::Note, Some(&resendable), &body)?;
            store::update(tx, &noted)?;
            super::change::ring_lists(tx, &noted);
            Ok(Posted { seq, shown: 0, at: now })
        })
        .await
}
