//! Brings the tables up to date, one numbered step after the other.

use rusqlite::Connection;

use super::sqlite::sql_error;
use crate::error::{Error, Result};

/// In order; a step that was released is never changed.
const STEPS: &[&str] = &[
    include_str!("../migrations/sqlite/0001_first.sql"),
    include_str!("../migrations/sqlite/0002_delivery.sql"),
    include_str!("../migrations/sqlite/0003_destinations.sql"),
    include_str!("../migrations/sqlite/0004_nodes.sql"),
    include_str!("../migrations/sqlite/0005_claims.sql"),
];

/// Refuses tables of another version: who only looks may not change them.
pub(super) fn check(connection: &Connection) -> Result<()> {
    match have(connection)? {
        have if have == STEPS.len() => Ok(()),
        have if have > STEPS.len() => Err(newer()),
        _ => Err(Error::broken_because(
            "this database was written by an older sotto; start the server once to bring it up to date",
        )),
    }
}

/// The steps that were taken; 0 in a file that is no database of ours.
fn have(connection: &Connection) -> Result<usize> {
    let have: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(sql_error)?;
    Ok(usize::try_from(have).unwrap_or(usize::MAX))
}

fn newer() -> Error {
    Error::broken_because("this database was written by a newer sotto; start that one")
}

pub(super) fn run(connection: &mut Connection) -> Result<()> {
    let have = have(connection)?;
    if have > STEPS.len() {
        return Err(newer());
    }
    for (index, step) in STEPS.iter().enumerate().skip(have) {
        let tx = connection.transaction().map_err(sql_error)?;
        tx.execute_batch(step).map_err(sql_error)?;
        tx.pragma_update(None, "user_version", i64::try_from(index + 1).expect("few steps"))
            .map_err(sql_error)?;
        tx.commit().map_err(sql_error)?;
    }
    Ok(())
}
