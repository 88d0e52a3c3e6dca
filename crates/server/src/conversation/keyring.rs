//! The key of a conversation, unwrapped before a unit of work begins.
//!
//! A node keeps it for a minute, so that posting and reading spare the row.

use std::sync::Arc;

use super::store;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::ConversationId;
use crate::keys::{ConversationKey, Keys, Moment};

/// The key; `NotFound` once it was destroyed.
pub async fn key_of(app: &App, id: ConversationId) -> Result<Arc<ConversationKey>> {
    if let Some(key) = app.keys.ring.get(id) {
        return Ok(key);
    }
    let (keys, since) = (app.keys.clone(), app.keys.ring.moment());
    app.db.read(move |tx| key_in(tx, &keys, since, id)).await
}

/// The key, inside a reading that began at `since` or later.
pub(super) fn key_in(
    tx: &mut Tx<'_>,
    keys: &Keys,
    since: Moment,
    id: ConversationId,
) -> Result<Arc<ConversationKey>> {
    if let Some(key) = keys.ring.get(id) {
        return Ok(key);
    }
    let secrets = store::secrets(tx, id)?.ok_or(Error::NotFound)?;
    let epoch = keys.epochs.known(tx, &secrets.epoch)?;
    let key = Arc::new(ConversationKey::unwrap(&epoch, id, &secrets.wrapped_key)?);
    keys.ring.keep(since, id, key.clone());
    Ok(key)
}

/// Whose masking policy counts, where the words are masked before the unit of work.
pub(super) async fn department_of(app: &App, id: ConversationId) -> Result<String> {
    let found = app.db.read(move |tx| store::load(tx, id)).await?;
    found.map(|found| found.department).ok_or(Error::NotFound)
}
