//! The key of a conversation, unwrapped before a unit of work begins.

use std::sync::Arc;

use super::store;
use crate::app::App;
use crate::error::{Error, Result};
use crate::ids::ConversationId;
use crate::keys::ConversationKey;

/// Unwraps the key; `NotFound` once it was destroyed.
pub async fn key_of(app: &App, id: ConversationId) -> Result<Arc<ConversationKey>> {
    let epochs = app.keys.epochs.clone();
    app.db
        .read(move |tx| {
            let secrets = store::secrets(tx, id)?.ok_or(Error::NotFound)?;
            let epoch = epochs.known(tx, &secrets.epoch)?;
            ConversationKey::unwrap(&epoch, id, &secrets.wrapped_key).map(Arc::new)
        })
        .await
}
