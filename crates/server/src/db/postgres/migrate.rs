//! Brings the tables up to date, one numbered step after the other, on one node at a time.

use super::session::Session;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::values;

/// In order, the same tables and columns as SQLite's; a step that was released is
/// never changed.
const STEPS: &[&str] = &[
    include_str!("../../migrations/postgres/0001_first.sql"),
    include_str!("../../migrations/postgres/0002_delivery.sql"),
    include_str!("../../migrations/postgres/0003_destinations.sql"),
    include_str!("../../migrations/postgres/0004_nodes.sql"),
    include_str!("../../migrations/postgres/0005_claims.sql"),
];

const BEGIN: &str = "begin; set local statement_timeout = 0; set local lock_timeout = 0; \
    select pg_advisory_xact_lock(7302); \
    create table if not exists step (number bigint primary key)";

/// Whether there are tables of ours at all.
pub(super) fn is_there(session: &mut Session) -> Result<bool> {
    let found = Tx::new(session).count(
        "select count(*) from pg_tables where schemaname = current_schema() and tablename = 'step'",
        values![],
    )?;
    Ok(found > 0)
}

/// Refuses tables of another version: who only looks may not change them.
pub(super) fn check(session: &mut Session) -> Result<()> {
    if !is_there(session)? {
        return Err(Error::broken_because("this database holds no install; has a server run?"));
    }
    match taken(session)? {
        taken if taken == STEPS.len() => Ok(()),
        taken if taken > STEPS.len() => Err(newer()),
        _ => Err(Error::broken_because(
            "this database was written by an older sotto; start the server once to bring it up to date",
        )),
    }
}

pub(super) fn run(session: &mut Session) -> Result<()> {
    if is_there(session)? && taken(session)? == STEPS.len() {
        return Ok(());
    }
    session.begin(BEGIN);
    let taken = taken(session)?;
    if taken > STEPS.len() {
        return Err(newer());
    }
    for (index, step) in STEPS.iter().enumerate().skip(taken) {
        session.say(step);
        let number = u64::try_from(index).unwrap_or(u64::MAX) + 1;
        Tx::new(&mut *session).run("insert into step (number) values ($1)", values![number])?;
    }
    session.end("commit")
}

fn taken(session: &mut Session) -> Result<usize> {
    let taken = Tx::new(session).count("select count(*) from step", values![])?;
    Ok(usize::try_from(taken).unwrap_or(0))
}

fn newer() -> Error {
    Error::broken_because("this database was written by a newer sotto; start that one")
}
