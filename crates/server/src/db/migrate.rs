//! Brings the tables up to date, one numbered step after the other.

use rusqlite::Connection;

use super::tx::sql_error;
use crate::error::{Error, Result};

/// In order; a step that was released is never changed.
const STEPS: &[&str] = &[
    include_str!("../migrations/sqlite/0001_first.sql"),
    include_str!("../migrations/sqlite/0002_delivery.sql"),
];

pub(super) fn run(connection: &mut Connection) -> Result<()> {
    let have: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(sql_error)?;
    let have = usize::try_from(have).unwrap_or(usize::MAX);
    if have > STEPS.len() {
        return Err(Error::broken_because(
            "this database was written by a newer sotto; start that one",
        ));
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
