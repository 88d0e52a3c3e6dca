//! The rows of receipts, and of what a destination answered instead.

use destinations::Receipt;

use crate::app::Placed;
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::ConversationId;
use crate::values;

/// Whether a destination gave its receipt, where it is now, for as many documents of a part.
pub(super) fn holds(
    tx: &mut Tx<'_>,
    id: ConversationId,
    part: u32,
    placed: &Placed,
    documents: usize,
) -> Result<bool> {
    let receipts = tx.count(
        "select count(*) from receipt where conversation = $1 and part = $2 and destination = $3 and place = $4",
        values![&id, part, placed.name.as_str(), &placed.place],
    )?;
    Ok(documents > 0 && usize::try_from(receipts).is_ok_and(|receipts| receipts >= documents))
}

/// A receipt of another place under the same name is no longer one.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    id: ConversationId,
    part: u32,
    placed: &Placed,
    receipts: &[Receipt],
) -> Result<()> {
    for receipt in receipts {
        tx.run(
            "insert into receipt (conversation, part, destination, object, level, sha256, at, place) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) \
             on conflict (conversation, part, destination, object) do update set level = excluded.level, \
             sha256 = excluded.sha256, at = excluded.at, place = excluded.place",
            values![
                &id,
                part,
                placed.name.as_str(),
                receipt.object.as_str(),
                receipt.level.code(),
                &receipt.sha256,
                receipt.at_ms,
                &placed.place,
            ],
        )?;
    }
    tx.run(
        "delete from delivery_error where conversation = $1 and destination = $2",
        values![&id, placed.name.as_str()],
    )?;
    Ok(())
}

pub(super) fn note_error(
    tx: &mut Tx<'_>,
    id: ConversationId,
    destination: &str,
    code: &str,
    now: Millis,
) -> Result<()> {
    tx.run(
        "insert into delivery_error (conversation, destination, code, at) values ($1, $2, $3, $4) \
         on conflict (conversation, destination) do update set code = excluded.code, at = excluded.at",
        values![&id, destination, code, now],
    )?;
    Ok(())
}
