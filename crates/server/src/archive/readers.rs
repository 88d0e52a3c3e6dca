//! The clinic's public keys, which documents are sealed to.
//!
//! A key counts only once the clinic has opened a document that was sealed to it
//! alone: a key that nobody has the other half of would lock transcripts up for ever.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use destinations::sealed_to;
use protocol::destination::{Challenge, OfferReader, ProveReader, Reader, Readers};

use crate::app::App;
use crate::audit::{self, Entry};
use crate::clock::Millis;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::{AccountId, fresh_code, hash_of};
use crate::values;

/// A code can be sent round a house of many doors.
const CODE_SECONDS: u32 = 7 * 24 * 60 * 60;
const READERS_MIN: usize = 2;
const READERS_MAX: usize = 20;
const LABEL_BYTES_MAX: usize = 100;

/// All keys, proved or not.
pub async fn all(app: &App) -> Result<Readers> {
    let readers = app.db.read(rows).await?;
    let proved = readers.iter().filter(|reader| reader.proved_at.is_some()).count();
    Ok(Readers { readers, is_ready: proved >= READERS_MIN })
}

/// What documents are sealed to now; `None` until two keys are proved.
pub(super) fn proved(tx: &mut Tx<'_>) -> Result<Option<destinations::Readers>> {
    let keys = tx.rows(
        "select public_key from reader where proved_at is not null order by public_key",
        values![],
        |row| row.text(0),
    )?;
    // Each was taken as a key when it was offered.
    Ok(destinations::Readers::new(&keys).ok())
}

/// Takes a key and seals a code to it. Offering it again makes a new code.
pub async fn offer(app: &App, by: Option<AccountId>, offered: OfferReader) -> Result<Challenge> {
    let (key, label) = (offered.public_key.trim().to_owned(), offered.label.trim().to_owned());
    if label.is_empty() || label.len() > LABEL_BYTES_MAX {
        return Err(Error::Invalid { field: "label", why: "has 1 to 100 characters" });
    }
    let code = fresh_code();
    let text =
        format!("Sotto: this key opens what is sealed to it. The code is\n{}\n", code.reveal());
    let document = sealed_to(&key, &text).map_err(|error| Error::Refused {
        field: "public_key".to_owned(),
        code: error.code(),
        mend: error.mend(),
    })?;
    let (now, hash) = (app.clock.now(), code.hash());
    let ends_at = now.plus_seconds(CODE_SECONDS);
    let public_key = key.clone();
    app.db
        .write(move |tx| {
            if tx.count("select count(*) from reader", values![])? >= READERS_MAX as i64 {
                return Err(Error::Invalid { field: "public_key", why: "is one of at most 20" });
            }
            tx.run(
                "insert into reader (public_key, label, code_hash, code_ends_at) values ($1, $2, $3, $4) \
                 on conflict (public_key) do update set label = excluded.label, \
                 code_hash = excluded.code_hash, code_ends_at = excluded.code_ends_at",
                values![&key, &label, &hash, ends_at],
            )?;
            record(tx, by, "reader.offered", &key, now)
        })
        .await?;
    let file = "sotto-test.txt.age".to_owned();
    Ok(Challenge { public_key, file, document, ends_at: ends_at.0 })
}

/// The clinic read the code: from now on documents are sealed to this key too.
pub async fn prove(app: &App, by: Option<AccountId>, given: ProveReader) -> Result<Readers> {
    let (now, hash) = (app.clock.now(), hash_of(&given.code));
    let key = Arc::new(given.public_key);
    app.db
        .write(move |tx| {
            let wanted = tx.row(
                "select code_hash, code_ends_at from reader where public_key = $1",
                values![key.as_str()],
                |row| Ok((row.opt_blob(0)?, row.opt_millis(1)?)),
            )?;
            let (wanted, ends_at) = wanted.ok_or(Error::NotFound)?;
            let is_it = wanted.is_some_and(|it| verify_slices_are_equal(&it, &hash).is_ok());
            if !is_it || ends_at.is_none_or(|ends| now >= ends) {
                return Err(Error::Refused {
                    field: "code".to_owned(),
                    code: "code_wrong",
                    mend: "This is not the code from this key's newest test document. Open it again, or make a new one.",
                });
            }
            tx.run(
                "update reader set proved_at = $1, code_hash = null, code_ends_at = null where public_key = $2",
                values![now, key.as_str()],
            )?;
            record(tx, by, "reader.proved", &key, now)
        })
        .await?;
    all(app).await
}

/// Nothing more is sealed to it.
pub async fn remove(app: &App, by: Option<AccountId>, key: String) -> Result<Readers> {
    let now = app.clock.now();
    let is_needed = app.destinations().iter().any(|placed| placed.terms.is_sealed);
    app.db
        .write(move |tx| {
            tx.run("delete from reader where public_key = $1", values![&key])?;
            if is_needed && proved(tx)?.is_none() {
                return Err(Error::Refused {
                    field: "public_key".to_owned(),
                    code: "reader_needed",
                    mend: "A sealed destination needs two proved keys. Prove another one first.",
                });
            }
            record(tx, by, "reader.removed", &key, now)
        })
        .await?;
    all(app).await
}

fn rows(tx: &mut Tx<'_>) -> Result<Vec<Reader>> {
    tx.rows(
        "select public_key, label, proved_at from reader order by public_key",
        values![],
        |row| {
            Ok(Reader {
                public_key: row.text(0)?,
                label: row.text(1)?,
                proved_at: row.opt_millis(2)?.map(|at| at.0),
            })
        },
    )
}

fn record(
    tx: &mut Tx<'_>,
    by: Option<AccountId>,
    action: &'static str,
    subject: &str,
    at: Millis,
) -> Result<()> {
    let actor = by.map_or(Sender::System, Sender::Agent);
    audit::record(tx, &Entry { at, actor, action, subject, detail: "" })
}
