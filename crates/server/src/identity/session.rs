//! Sessions: rows with an idle and an absolute end.

use super::account::{self, Account};
use crate::app::App;
use crate::bus::Topic;
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::{AccountId, Secret, sha256};
use crate::values;

/// A use is written at most this often, so that reading a list costs no commit.
const TOUCH_SECONDS: u32 = 60;

/// Someone who is signed in.
#[derive(Debug, Clone)]
pub struct Session {
    pub hash: [u8; 32],
    pub account: Account,
    /// It ends then, however much it is used.
    pub ends_at: Millis,
    used_at: Millis,
}

impl Session {
    /// Whether a use now is worth writing down.
    pub fn wants_touch(&self, now: Millis) -> bool {
        // One in the future was written by a clock that was ahead.
        self.used_at.plus_seconds(TOUCH_SECONDS) <= now
            || self.used_at > now.plus_seconds(TOUCH_SECONDS)
    }

    /// When it ends if nothing more is done.
    pub fn idle_until(&self, app: &App) -> Millis {
        self.used_at.plus_seconds(app.config.sessions.idle_seconds).min(self.ends_at)
    }
}

/// One for an account that has proved itself; the secret goes into a cookie and nowhere else.
pub async fn open(app: &App, account: AccountId) -> Result<Secret> {
    open_after(app, account, |_| Ok(())).await
}

/// The same once `first` is done, in one unit with it.
pub(super) async fn open_after(
    app: &App,
    account: AccountId,
    first: impl Fn(&mut Tx<'_>) -> Result<()> + Send + 'static,
) -> Result<Secret> {
    let (secret, now) = (Secret::fresh(), app.clock.now());
    let (hash, ends_at) = (secret.hash(), now.plus_seconds(app.config.sessions.seconds_max));
    app.db
        .write(move |tx| {
            first(tx)?;
            tx.run(
                "insert into session (hash, account, created_at, used_at, ends_at) values ($1, $2, $3, $4, $5)",
                values![&hash, &account, now, now, ends_at],
            )?;
            account::record(tx, now, Sender::Agent(account), "session.opened", account)
        })
        .await?;
    Ok(secret)
}

/// The session of a cookie's secret; a use of it.
pub async fn of_secret(app: &App, secret: &str) -> Result<Session> {
    of_hash(app, sha256(secret.as_bytes())).await
}

/// The session of a hash; a use of it.
pub async fn of_hash(app: &App, hash: [u8; 32]) -> Result<Session> {
    let (now, idle) = (app.clock.now(), app.config.sessions.idle_seconds);
    let mut session =
        app.db.read(move |tx| find(tx, &hash, now, idle)).await?.ok_or(Error::SignedOut)?;
    if session.wants_touch(now) {
        app.db
            .write(move |tx| {
                tx.run("update session set used_at = $1 where hash = $2", values![now, &hash])
            })
            .await?;
        session.used_at = now;
    }
    Ok(session)
}

/// The session of a hash as it stands, without counting as a use.
pub async fn look(app: &App, hash: [u8; 32]) -> Result<Option<Session>> {
    let (now, idle) = (app.clock.now(), app.config.sessions.idle_seconds);
    app.db.read(move |tx| find(tx, &hash, now, idle)).await
}

/// Signs out.
pub async fn end(app: &App, session: &Session) -> Result<()> {
    let (hash, id, now) = (session.hash, session.account.id, app.clock.now());
    app.db
        .write(move |tx| {
            tx.run("delete from ticket where session = $1", values![&hash])?;
            tx.run("delete from session where hash = $1", values![&hash])?;
            tx.ring(Topic::Sessions(id), 0);
            account::record(tx, now, Sender::Agent(id), "session.ended", id)
        })
        .await
}

pub(super) fn find(
    tx: &mut Tx<'_>,
    hash: &[u8; 32],
    now: Millis,
    idle_seconds: u32,
) -> Result<Option<Session>> {
    let found = tx.row(
        "select account, used_at, ends_at from session where hash = $1",
        values![hash],
        |row| Ok((row.account(0)?, row.millis(1)?, row.millis(2)?)),
    )?;
    let Some((id, used_at, ends_at)) = found else { return Ok(None) };
    if ends_at <= now || used_at.plus_seconds(idle_seconds) <= now {
        return Ok(None);
    }
    let account = account::by_id(tx, id)?;
    Ok(account.map(|account| Session { hash: *hash, account, ends_at, used_at }))
}
