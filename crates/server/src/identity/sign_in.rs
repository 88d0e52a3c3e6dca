//! Signing in with a name and a password.
//!
//! An unknown name, a wrong password and a disabled account are one answer, and
//! take as long.

use protocol::http::SignIn;
use sensitive::Sensitive;

use super::throttle::Throttle;
use super::{Account, account, password, session};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::{Secret, sha256};
use crate::rates::{Client, Rates};

/// Longer names are nobody's.
const NAME_BYTES_MAX: usize = 256;

/// What is remembered of failed tries.
pub struct SignIns {
    /// For a name from one household: a wait that grows to a quarter of an hour.
    near: Throttle,
    /// For a name from anywhere: it only slows a crowd down, so that nobody can keep
    /// somebody else out.
    anywhere: Throttle,
}

impl Default for SignIns {
    fn default() -> Self {
        Self { near: Throttle::new(5, 15 * 60), anywhere: Throttle::new(100, 60) }
    }
}

impl SignIns {
    /// The account and its new session's secret.
    ///
    /// # Errors
    /// `SignedOut` for whatever does not fit; `TooMany` after several tries.
    pub async fn sign_in(
        &self,
        app: &App,
        rates: &Rates,
        client: Client,
        tried: SignIn,
    ) -> Result<(Account, Secret)> {
        let now = app.clock.now();
        rates.count("sign-in", client.0, app.config.limits.sign_ins_per_minute, now)?;
        if tried.name.len() > NAME_BYTES_MAX {
            return Err(Error::SignedOut);
        }
        // Once, so that no spelling of a name has tries of its own.
        let name = Sensitive::new(tried.name.expose().trim().to_owned());
        let anywhere = app.keys.install.address_hash(name.expose());
        let near = sha256(&[anywhere.as_slice(), client.0.as_slice()].concat());
        let wait =
            self.near.wait_seconds(&near, now).max(self.anywhere.wait_seconds(&anywhere, now));
        if wait > 0 {
            return Err(Error::TooMany { retry_after: wait });
        }
        // Counted before the check, so that many at once cannot all be the free one.
        self.near.failed(near, now);
        self.anywhere.failed(anywhere, now);
        let found = app.db.read(move |tx| account::with_password(tx, name.expose())).await?;
        let stored = found.as_ref().map(|(_, stored)| stored.clone());
        let is_right = match password::is_right(tried.password, stored).await {
            Ok(is_right) => is_right,
            Err(unchecked) => {
                self.near.forgive(&near);
                self.anywhere.forgive(&anywhere);
                return Err(unchecked);
            }
        };
        let Some((account, _)) = found.filter(|_| is_right) else {
            refused(app).await?;
            return Err(Error::SignedOut);
        };
        self.near.succeeded(&near);
        self.anywhere.forgive(&anywhere);
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
