//! Accounts of staff: made, found, changed.

use protocol::agent::Availability;
use protocol::http::{Me, Role};
use sensitive::Sensitive;

use super::password;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::bus::Topic;
use crate::db::{Row, Tx};
use crate::error::{Error, Result};
use crate::events::Sender;
use crate::ids::AccountId;
use crate::values;

/// Active conversations at once, unless the account says otherwise.
pub const CAPACITY: u32 = 5;
const NAME_BYTES_MAX: usize = 64;

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    /// What they sign in with.
    pub name: String,
    /// What visitors and colleagues see.
    pub display_name: String,
    pub role: Role,
    /// Ids.
    pub departments: Vec<String>,
    pub availability: Availability,
    pub capacity: u32,
}

/// A new account.
pub struct New {
    pub name: String,
    pub display_name: String,
    pub role: Role,
    pub departments: Vec<String>,
    pub capacity: u32,
    pub password: Sensitive<String>,
}

impl Account {
    /// As the console shows them.
    pub fn to_me(&self) -> Me {
        Me {
            id: self.id.to_string(),
            name: self.display_name.clone(),
            role: self.role,
            departments: self.departments.clone(),
        }
    }
}

/// Makes an account.
///
/// # Errors
/// `Invalid` for a name that is taken or unfit, a department that is not there,
/// a password that is too short.
pub async fn add(app: &App, new: New) -> Result<AccountId> {
    if !is_name(&new.name) {
        return Err(Error::Invalid { field: "name", why: "is 1 to 64 of [A-Za-z0-9._@-]" });
    }
    if new.display_name.trim().is_empty() || new.display_name.len() > NAME_BYTES_MAX {
        return Err(Error::Invalid { field: "display_name", why: "has 1 to 64 characters" });
    }
    let sections = app.sections();
    let is_known = |id: &String| sections.departments.iter().any(|known| known.id == *id);
    if !new.departments.iter().all(is_known) {
        return Err(Error::Invalid { field: "departments", why: "names one that is not there" });
    }
    let hash = password::hash(new.password).await?;
    let (id, now) = (AccountId::fresh(), app.clock.now());
    let departments = serde_json::to_string(&new.departments)
        .map_err(|error| Error::broken("a list of ids is JSON", error))?;
    app.db
        .write(move |tx| {
            let is_taken =
                tx.count("select count(*) from account where name = $1", values![&new.name])? > 0;
            if is_taken {
                return Err(Error::Invalid { field: "name", why: "is taken" });
            }
            tx.run(
                "insert into account (id, name, display_name, role, departments, password, availability, \
                 capacity, is_disabled, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                values![
                    &id,
                    &new.name,
                    &new.display_name,
                    role_code(new.role),
                    &departments,
                    &hash,
                    availability_code(Availability::Away),
                    new.capacity,
                    false,
                    now,
                ],
            )?;
            record(tx, now, Sender::System, "account.added", id)
        })
        .await?;
    Ok(id)
}

/// Replaces the password and ends every session of the account.
pub async fn set_password(app: &App, name: &str, password: Sensitive<String>) -> Result<()> {
    let hash = password::hash(password).await?;
    let (name, now) = (name.to_owned(), app.clock.now());
    app.db
        .write(move |tx| {
            let id = named(tx, &name)?.ok_or(Error::NotFound)?;
            tx.run("update account set password = $1 where id = $2", values![&hash, &id])?;
            end_sessions(tx, id)?;
            record(tx, now, Sender::System, "account.password_set", id)
        })
        .await
}

/// Lets an account in again, or keeps it out and ends its sessions.
pub async fn set_disabled(app: &App, name: &str, is_disabled: bool) -> Result<()> {
    let (name, now) = (name.to_owned(), app.clock.now());
    app.db
        .write(move |tx| {
            let id = named(tx, &name)?.ok_or(Error::NotFound)?;
            tx.run("update account set is_disabled = $1 where id = $2", values![is_disabled, &id])?;
            end_sessions(tx, id)?;
            let action = if is_disabled { "account.disabled" } else { "account.enabled" };
            record(tx, now, Sender::System, action, id)
        })
        .await
}

/// Says whether the agent takes conversations.
pub async fn set_availability(app: &App, id: AccountId, to: Availability) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let code = availability_code(to);
            tx.run("update account set availability = $1 where id = $2", values![code, &id])?;
            tx.ring(Topic::Staff, 0);
            let subject = id.to_string();
            let entry = Entry {
                at: now,
                actor: Sender::Agent(id),
                action: "account.availability",
                subject: &subject,
                detail: code,
            };
            audit::record(tx, &entry)
        })
        .await
}

/// Every account, by name, with whether it is disabled.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<(Account, bool)>> {
    tx.rows(
        "select id, name, display_name, role, departments, availability, capacity, is_disabled \
         from account order by name",
        values![],
        |row| Ok((read(row, 0)?, row.is(7)?)),
    )
}

/// An account that may sign in.
pub fn by_id(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>> {
    tx.row(
        "select id, name, display_name, role, departments, availability, capacity \
         from account where id = $1 and is_disabled = 0",
        values![&id],
        |row| read(row, 0),
    )
}

/// An account that may sign in, with the hash of its password.
pub(super) fn with_password(tx: &mut Tx<'_>, name: &str) -> Result<Option<(Account, String)>> {
    tx.row(
        "select id, name, display_name, role, departments, availability, capacity, password \
         from account where name = $1 and is_disabled = 0",
        values![name],
        |row| Ok((read(row, 0)?, row.text(7)?)),
    )
}

fn named(tx: &mut Tx<'_>, name: &str) -> Result<Option<AccountId>> {
    tx.row("select id from account where name = $1", values![name], |row| row.account(0))
}

fn end_sessions(tx: &mut Tx<'_>, id: AccountId) -> Result<()> {
    tx.run(
        "delete from ticket where session in (select hash from session where account = $1)",
        values![&id],
    )?;
    tx.run("delete from session where account = $1", values![&id])?;
    tx.ring(Topic::Sessions(id), 0);
    Ok(())
}

pub(super) fn record(
    tx: &mut Tx<'_>,
    at: crate::clock::Millis,
    actor: Sender,
    action: &'static str,
    subject: AccountId,
) -> Result<()> {
    let subject = subject.to_string();
    audit::record(tx, &Entry { at, actor, action, subject: &subject, detail: "" })
}

pub(super) fn read(row: &Row<'_>, from: usize) -> Result<Account> {
    let unknown = || Error::broken_because("an account's code is not one of ours");
    Ok(Account {
        id: row.account(from)?,
        name: row.text(from + 1)?,
        display_name: row.text(from + 2)?,
        role: role(&row.text(from + 3)?).ok_or_else(unknown)?,
        departments: serde_json::from_str(&row.text(from + 4)?).map_err(|_| unknown())?,
        availability: availability(&row.text(from + 5)?).ok_or_else(unknown)?,
        capacity: u32::try_from(row.int(from + 6)?).unwrap_or(0),
    })
}

fn is_name(name: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@-".contains(&b))
}

const fn role_code(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
        Role::Administrator => "administrator",
        Role::Auditor => "auditor",
    }
}

/// From its code.
pub fn role(code: &str) -> Option<Role> {
    [Role::Agent, Role::Supervisor, Role::Administrator, Role::Auditor]
        .into_iter()
        .find(|role| role_code(*role) == code)
}

const fn availability_code(availability: Availability) -> &'static str {
    match availability {
        Availability::Available => "available",
        Availability::Busy => "busy",
        Availability::Away => "away",
    }
}

/// From its code.
pub fn availability(code: &str) -> Option<Availability> {
    [Availability::Available, Availability::Busy, Availability::Away]
        .into_iter()
        .find(|one| availability_code(*one) == code)
}
