//! Signing in with a name and a password.
//!
//! An unknown name, a wrong password and a disabled account are one answer, and
//! take as long.

use protocol::http::SignIn;

use super::throttle::Throttle;
use super::{Account, account, password, session};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::Secret;

/// Longer names are nobody's.
const NAME_BYTES_MAX: usize = 256;

/// What is remembered of failed tries.
#[derive(Default)]
pub struct SignIns(Throttle);

impl SignIns {
    /// The account and its new session's secret.
    ///
    /// # Errors
    /// `SignedOut` for whatever does not fit; `TooMany` after several tries.
    pub async fn sign_in(&self, app: &App, tried: SignIn) -> Result<(Account, Secret)> {
        let now = app.clock.now();
        if tried.name.len() > NAME_BYTES_MAX {
            return Err(Error::SignedOut);
        }
        let name_hash = app.keys.install.address_hash(tried.name.expose());
        let wait = self.0.wait_seconds(&name_hash, now);
        if wait > 0 {
            return Err(Error::TooMany { retry_after: wait });
        }
        // Counted before the check, so that many at once cannot all be the free one.
        self.0.failed(name_hash, now);
        let name = tried.name;
        let found = app.db.read(move |tx| account::with_password(tx, name.expose().trim())).await?;
        let stored = found.as_ref().map(|(_, stored)| stored.clone());
        let is_right = password::is_right(tried.password, stored).await?;
        let Some((account, _)) = found.filter(|_| is_right) else {
            refused(app).await?;
            return Err(Error::SignedOut);
        };
        self.0.succeeded(&name_hash);
        let secret = session::open(app, account.id).await?;
        Ok((account, secret))
    }
}

/// Which name was tried is not recorded: people type passwords into that field.
async fn refused(app: &App) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let entry = Entry {
                at: now,
                actor: Sender::System,
                action: "session.refused",
                subject: "",
                detail: "",
            };
            audit::record(tx, &entry)
        })
        .await
}
