//! The secrets of destinations: taken out of a form, sealed apart, put back in memory.
//!
//! None is ever shown again. One that is left out of a form stays, but only while the
//! place stays the same: who may change settings must not send the clinic's secret to
//! a server of their own.

use std::collections::{BTreeMap, HashSet};

use destinations::Secret;
use serde_json::Value;

use crate::audit::{self, Entry};
use crate::clock::Millis;
use crate::config::destination::{NamedDestination, shown};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::AccountId;
use crate::keys::Install;
use crate::values;

/// Destinations as a form gave them, whole again, and what of them is to be sealed.
pub struct Taken {
    pub destinations: Vec<NamedDestination>,
    typed: Vec<Typed>,
}

struct Typed {
    destination: String,
    setting: String,
    place: [u8; 32],
    secret: Secret,
}

/// Reads the section's value; what was left out is taken from `now`.
pub fn take(now: &[NamedDestination], value: &Value) -> Result<Taken> {
    let entries = value.as_array().ok_or(Error::Malformed { field: "value".to_owned() })?;
    let mut taken = Taken { destinations: Vec::new(), typed: Vec::new() };
    for entry in entries {
        let name = entry["name"].as_str().unwrap_or_default();
        let before = now.iter().find(|it| it.name == name);
        let (whole, typed) = take_one(before, entry)?;
        let place = whole.place();
        let seal =
            |(setting, secret)| Typed { destination: name.to_owned(), setting, place, secret };
        taken.typed.extend(typed.into_iter().map(seal));
        taken.destinations.push(whole);
    }
    Ok(taken)
}

/// One entry, whole again, and the secrets that were typed.
pub fn take_one(
    before: Option<&NamedDestination>,
    entry: &Value,
) -> Result<(NamedDestination, BTreeMap<String, Secret>)> {
    let kind = entry["kind"].as_str().unwrap_or_default();
    let before = before.filter(|it| it.to.kind() == kind);
    let set = before.map(NamedDestination::secrets).unwrap_or_default();
    let given = NamedDestination::read(entry, &set.keys().cloned().collect::<HashSet<_>>())?;
    let typed = given.secrets();
    let left_out = set
        .into_iter()
        .filter(|(setting, _)| !typed.contains_key(setting) && !is_removed(entry, setting));
    let kept: BTreeMap<_, _> = left_out.collect();
    let is_same_place = before.is_some_and(|it| it.place() == given.place());
    if let Some(setting) = kept.keys().next().filter(|_| !is_same_place) {
        return Err(Error::Refused {
            field: given.field(setting),
            code: "secret_again",
            mend: "The place is another one: give its secret again. The old one is not sent there.",
        });
    }
    Ok((given.with_secrets(&kept), typed))
}

/// Whether a form says `null` for it, or leaves out all of `reading`.
fn is_removed(entry: &Value, setting: &str) -> bool {
    let removed = |entry: &Value, name: &str| entry.get(name).is_some_and(Value::is_null);
    match setting.strip_prefix(crate::config::destination::READING) {
        None => removed(entry, setting),
        Some(name) => match entry.get("reading").filter(|it| it.is_object()) {
            Some(reading) => removed(reading, name),
            None => true,
        },
    }
}

impl Taken {
    /// Seals what was typed and removes what no destination has any more.
    pub fn store(
        &self,
        tx: &mut Tx<'_>,
        install: &Install,
        now: Millis,
        by: Option<AccountId>,
    ) -> Result<()> {
        let wanted: HashSet<(&str, String)> = self
            .destinations
            .iter()
            .flat_map(|it| it.secrets().into_keys().map(|setting| (it.name.as_str(), setting)))
            .collect();
        for (destination, setting) in stored_names(tx)? {
            if !wanted.contains(&(destination.as_str(), setting.clone())) {
                tx.run(
                    "delete from destination_secret where destination = $1 and setting = $2",
                    values![&destination, &setting],
                )?;
            }
        }
        self.typed.iter().try_for_each(|typed| typed.store(tx, install, now, by))
    }
}

impl Typed {
    fn store(
        &self,
        tx: &mut Tx<'_>,
        install: &Install,
        now: Millis,
        by: Option<AccountId>,
    ) -> Result<()> {
        let bound_to = bound_to(&self.destination, &self.setting, &self.place);
        let sealed = install.seal_secret(&bound_to, self.secret.to_seal().as_bytes());
        tx.run(
            "insert into destination_secret (destination, setting, place, sealed, set_at, set_by) \
             values ($1, $2, $3, $4, $5, $6) on conflict (destination, setting) do update set \
             place = excluded.place, sealed = excluded.sealed, set_at = excluded.set_at, set_by = excluded.set_by",
            values![&self.destination, &self.setting, &self.place, &sealed, now, by.as_ref()],
        )?;
        let actor = by.map_or(Sender::System, Sender::Agent);
        let (action, subject) = ("destination.secret_set", self.destination.as_str());
        audit::record(tx, &Entry { at: now, actor, action, subject, detail: &self.setting })
    }
}

fn stored_names(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>> {
    tx.rows("select destination, setting from destination_secret", values![], |row| {
        Ok((row.text(0)?, row.text(1)?))
    })
}

/// When each secret of a destination was set.
pub fn set_at(tx: &mut Tx<'_>, destination: &str) -> Result<Vec<(String, Millis)>> {
    tx.rows(
        "select setting, set_at from destination_secret where destination = $1 order by setting",
        values![destination],
        |row| Ok((row.text(0)?, row.millis(1)?)),
    )
}

struct Sealed {
    destination: String,
    setting: String,
    bytes: Vec<u8>,
}

/// Puts the stored secrets in. One that was sealed for another place does not open:
/// who changes the stored settings gets nothing out of it.
pub fn put_in(
    tx: &mut Tx<'_>,
    install: &Install,
    destinations: Vec<NamedDestination>,
) -> Result<Vec<NamedDestination>> {
    let sealed =
        tx.rows("select destination, setting, sealed from destination_secret", values![], |row| {
            Ok(Sealed { destination: row.text(0)?, setting: row.text(1)?, bytes: row.blob(2)? })
        })?;
    let whole = destinations.into_iter().map(|named| {
        let place = named.place();
        let mut secrets = BTreeMap::new();
        for one in sealed.iter().filter(|one| one.destination == named.name) {
            let bound_to = bound_to(&named.name, &one.setting, &place);
            match install.open_secret(&bound_to, &one.bytes) {
                Ok(opened) => {
                    secrets.insert(one.setting.clone(), Secret::new(opened.text()?));
                }
                Err(_) => {
                    tracing::error!(destination = named.name, "a secret is for another place")
                }
            }
        }
        Ok(named.with_secrets(&secrets))
    });
    whole.collect()
}

fn bound_to(destination: &str, setting: &str, place: &[u8; 32]) -> String {
    format!("{destination}|{setting}|{}", shown(place))
}
