//! How many conversations an agent may have active at once. Wrap-up does not count.

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::identity::account::CAPACITY;
use crate::ids::AccountId;
use crate::values;

/// Refuses with `AtCapacity` who has as many as they may have.
///
/// Asked in the unit of work that adds one, so that two cannot both be the last.
pub(super) fn must_have_room(tx: &mut Tx<'_>, agent: AccountId) -> Result<()> {
    // The agent's row first: who holds it counts what nobody adds to meanwhile.
    let capacity = tx.row(
        "select capacity from account where id = $1 /* locked */",
        values![&agent],
        |row| row.number(0),
    )?;
    let held = tx.count(
        "select count(*) from conversation where agent = $1 and state = 'active'",
        values![&agent],
    )?;
    // Without an account's row: unlimited would be the worse guess.
    let capacity = capacity.unwrap_or(CAPACITY.into());
    let has_room = u64::try_from(held).unwrap_or(0) < capacity;
    if has_room { Ok(()) } else { Err(Error::AtCapacity) }
}
