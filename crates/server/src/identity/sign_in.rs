//! Signing in with a name and a password.
//!
//! An unknown name, a wrong password and a disabled account are one answer, and
//! take as long.

use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;
use protocol::http::SignIn;
use sensitive::Sensitive;

use super::throttle::{self, Throttle};
use super::{Account, account, password, session};
use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::Secret;
use crate::rates::{Client, Rates};

/// Longer names are nobody's.
const NAME_BYTES_MAX: usize = 256;

/// For a name from one household: a wait that grows to a quarter of an hour.
const NEAR: Throttle = Throttle { free: 5, wait_seconds_max: 15 * 60 };
/// For a name from anywhere: it only slows a crowd down, so that nobody can keep
/// somebody else out.
const ANYWHERE: Throttle = Throttle { free: 100, wait_seconds_max: 60 };

/// What this node alone remembers of refused tries: how many were not recorded yet.
#[derive(Default)]
pub struct SignIns(Mutex<Refused>);

#[derive(Default)]
struct Refused {
    recorded_in: i64,
    since: u32,
}

impl SignIns {
    /// The account and its new session's secret.
    ///
    /// # Errors
    /// `SignedOut` for whatever does not fit; `TooMany` after several tries, on
    /// whatever nodes.
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
        let hashed = |text: &str| app.keys.install.address_hash(text);
        let anywhere = hashed(name.expose());
        // Under the key as well: addresses are few enough to be guessed from a plain hash.
        let near = hashed(&[HEXLOWER.encode(&anywhere), HEXLOWER.encode(&client.0)].concat());
        let found = app.db.write(move |tx| {
            NEAR.count(tx, &near, now)?;
            ANYWHERE.count(tx, &anywhere, now)?;
            account::with_password(tx, name.expose())
        });
        let found = found.await?;
        let stored = found.as_ref().map(|(_, stored)| stored.clone());
        let is_right = match password::is_right(tried.password, stored).await {
            Ok(is_right) => is_right,
            Err(unchecked) => {
                let forgiven = app.db.write(move |tx| {
                    throttle::forgive(tx, &near)?;
                    throttle::forgive(tx, &anywhere)
                });
                return forgiven.await.and(Err(unchecked));
            }
        };
        let Some((account, _)) = found.filter(|_| is_right) else {
            self.refused(app, now).await?;
            return Err(Error::SignedOut);
        };
        let forgotten = move |tx: &mut Tx<'_>| {
            throttle::forget(tx, &near)?;
            throttle::forgive(tx, &anywhere)
        };
        let secret = session::open_after(app, account.id, forgotten).await?;
        Ok((account, secret))
    }

    /// The first of a minute is an entry, which says how many were refused since the one
    /// before, itself among them. Nothing is ever taken out of the chain, so whoever
    /// guesses must not make it grow as fast as they can.
    ///
    /// Which name was tried is not recorded: people type passwords into that field.
    async fn refused(&self, app: &App, now: Millis) -> Result<()> {
        let Some(count) = self.to_record(now) else { return Ok(()) };
        let count = count.to_string();
        app.db.write(move |tx| audit::record_own(tx, now, "session.refused", "", &count)).await
    }

    fn to_record(&self, now: Millis) -> Option<u32> {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.0.div_euclid(60_000);
        refused.since = refused.since.saturating_add(1);
        if refused.recorded_in == minute {
            return None;
        }
        refused.recorded_in = minute;
        Some(std::mem::take(&mut refused.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_refused_tries_each_minute_has_one_entry_that_counts_them() {
        let (sign_ins, now) = (SignIns::default(), Millis(1_800_000_000_000));
        let tell = |seconds| sign_ins.to_record(now.plus_seconds(seconds));
        assert_eq!(tell(0), Some(1));
        assert_eq!([tell(1), tell(30), tell(59)], [None; 3]);
        assert_eq!([tell(60), tell(61), tell(600)], [Some(4), None, Some(2)]);
    }
}
