//! A ticket opens one socket: one use, 30 seconds.
//!
//! A cookie alone would open a socket for any page that can make the browser
//! connect; the ticket is asked for with a header that no foreign page can set.

use super::session::{self, Session};
use crate::app::App;
use crate::error::{Error, Result};
use crate::ids::Secret;
use crate::values;

pub const SECONDS: u32 = 30;

/// A fresh one for a session.
pub async fn issue(app: &App, session: &Session) -> Result<Secret> {
    let ticket = Secret::fresh();
    let (hash, of, ends_at) = (ticket.hash(), session.hash, app.clock.now().plus_seconds(SECONDS));
    app.db
        .write(move |tx| {
            tx.run(
                "insert into ticket (hash, session, ends_at) values ($1, $2, $3)",
                values![&hash, &of, ends_at],
            )
        })
        .await?;
    Ok(ticket)
}

/// The session that it was issued for; a second time it opens nothing.
pub async fn redeem(app: &App, hash: [u8; 32]) -> Result<Session> {
    let (now, idle) = (app.clock.now(), app.config.sessions.idle_seconds);
    app.db
        .write(move |tx| {
            let found = tx.row(
                "delete from ticket where hash = $1 returning session, ends_at",
                values![&hash],
                |row| Ok((row.blob(0)?, row.millis(1)?)),
            )?;
            let Some((of, ends_at)) = found else { return Ok(None) };
            let of: [u8; 32] = of.try_into().map_err(|_| Error::SignedOut)?;
            if ends_at <= now { Ok(None) } else { session::find(tx, &of, now, idle) }
        })
        .await?
        .ok_or(Error::SignedOut)
}
