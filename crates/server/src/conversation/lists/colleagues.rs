//! Whom a conversation can be assigned or transferred to.

use std::collections::{HashMap, HashSet};

use protocol::agent::{Availability, Colleague};
use protocol::event::Person;

use crate::app::App;
use crate::conversation::access::Agent;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::AccountId;
use crate::values;

/// An account as its row has it.
struct Account {
    id: AccountId,
    name: String,
    departments: Vec<String>,
    availability: Availability,
    capacity: u64,
}

/// Everyone else who shares a department; who has no connection is away.
pub async fn colleagues(app: &App, agent: &Agent) -> Result<Vec<Colleague>> {
    let agent = agent.clone();
    let read = app.db.read(move |tx| {
        let (present, active) = (present(tx)?, active(tx)?);
        let shared = accounts(tx)?.into_iter().filter(|account| {
            account.id != agent.id
                && account.departments.iter().any(|held| agent.departments.contains(held))
        });
        let colleague = |account: Account| Colleague {
            availability: match present.contains(&account.id) {
                true => account.availability,
                false => Availability::Away,
            },
            active: active.get(&account.id).copied().unwrap_or(0),
            capacity: u32::try_from(account.capacity).unwrap_or(u32::MAX),
            departments: account.departments,
            person: Person { id: account.id.to_string(), name: account.name },
        };
        Ok(shared.map(colleague).collect())
    });
    read.await
}

fn accounts(tx: &mut Tx<'_>) -> Result<Vec<Account>> {
    tx.rows(
        "select id, display_name, departments, availability, capacity from account \
         where is_disabled = 0 and role <> 'auditor' order by display_name, id",
        values![],
        |row| {
            Ok(Account {
                id: row.account(0)?,
                name: row.text(1)?,
                departments: departments(&row.text(2)?),
                availability: availability(&row.text(3)?),
                capacity: row.number(4)?,
            })
        },
    )
}

/// A column of ids: a JSON list, or apart by commas or spaces.
fn departments(column: &str) -> Vec<String> {
    serde_json::from_str(column).unwrap_or_else(|_| {
        let ids = column.split([',', ' ']).filter(|id| !id.is_empty());
        ids.map(str::to_owned).collect()
    })
}

fn availability(column: &str) -> Availability {
    match column {
        "available" => Availability::Available,
        "busy" => Availability::Busy,
        _ => Availability::Away,
    }
}

fn present(tx: &mut Tx<'_>) -> Result<HashSet<AccountId>> {
    let rows =
        tx.rows("select distinct subject from presence where kind = 'agent'", values![], |row| {
            row.account(0)
        })?;
    Ok(rows.into_iter().collect())
}

fn active(tx: &mut Tx<'_>) -> Result<HashMap<AccountId, u32>> {
    let rows = tx.rows(
        "select agent, count(*) from conversation where state = 'active' and agent is not null group by agent",
        values![],
        |row| Ok((row.account(0)?, u32::try_from(row.number(1)?).unwrap_or(u32::MAX))),
    )?;
    Ok(rows.into_iter().collect())
}
