//! What a server must be so that an acknowledged message stays, and what it should be.

use super::session::Session;
use crate::clock::{Clock, Millis};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::values;

const VERSION_MIN: i64 = 150_000;

/// Refuses with a reason what would break a promise. `now` is the node's clock, if it
/// is one that tells the time.
pub(super) fn refuse(session: &mut Session, now: Option<Millis>) -> Result<()> {
    let tx = &mut Tx::new(session);
    let refused = |why| Err(Error::broken_because(why));
    let number = "select current_setting('server_version_num')::bigint";
    if tx.count(number, values![])? < VERSION_MIN {
        return refused("database_url: this PostgreSQL is older than 15");
    }
    if tx.count("select pg_is_in_recovery()::int::bigint", values![])? != 0 {
        return refused("database_url: this is a standby; name the primary, or both");
    }
    if setting(tx, "fsync")? == "off" {
        return refused(
            "database_url: fsync is off there: a power loss would lose what was acknowledged",
        );
    }
    if setting(tx, "full_page_writes")? == "off" {
        return refused(
            "database_url: full_page_writes is off there: a power loss could tear pages",
        );
    }
    if !["on", "remote_apply"].contains(&default_of(tx, "synchronous_commit")?.as_str()) {
        return refused(
            "database_url: synchronous_commit is not on there: a message would be \
             acknowledged before it is kept",
        );
    }
    if setting(tx, "server_encoding")? != "UTF8" {
        return refused("database_url: this database is not in UTF-8");
    }
    let Some(now) = now else { return Ok(()) };
    if now.is_apart(tx.now(now)?) {
        return refused(
            "database_url: its clock and this node's are more than 5 s apart; set both by NTP",
        );
    }
    Ok(())
}

/// By how many milliseconds the server's clock is ahead, as far as half the way there and
/// back tells.
pub(super) fn clock_ahead(session: &mut Session, clock: &Clock) -> Result<i64> {
    let tx = &mut Tx::new(session);
    // The connection is made by the first question, which takes longer.
    tx.now(clock.now())?;
    let asked = clock.now();
    let theirs = tx.now(asked)?.0;
    Ok(theirs - (asked.0 + clock.now().0) / 2)
}

/// What keeps no promise from being kept, but makes a loss likelier: a line each.
pub(super) fn advice(session: &mut Session) -> Result<Vec<String>> {
    let tx = &mut Tx::new(session);
    let mut lines = Vec::new();
    if setting(tx, "data_checksums")? == "off" {
        lines.push(
            "PostgreSQL keeps no checksums of its pages: a disk that lies is found late. Stop it \
             and run pg_checksums --enable."
                .to_owned(),
        );
    }
    if setting(tx, "synchronous_standby_names")?.is_empty() {
        lines.push(
            "PostgreSQL has no synchronous standby: what was acknowledged is lost with the \
             primary's disk. Set synchronous_standby_names."
                .to_owned(),
        );
    }
    Ok(lines)
}

fn setting(tx: &mut Tx<'_>, name: &str) -> Result<String> {
    let found = tx.row("select current_setting($1)", values![name], |row| row.text(0))?;
    Ok(found.unwrap_or_default())
}

/// As it would be if this session had not set it.
fn default_of(tx: &mut Tx<'_>, name: &str) -> Result<String> {
    let found =
        tx.row("select reset_val from pg_settings where name = $1", values![name], |row| {
            row.text(0)
        })?;
    Ok(found.unwrap_or_default())
}
