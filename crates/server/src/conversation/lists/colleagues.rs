//! Whom a conversation can be assigned or transferred to.

use std::collections::{HashMap, HashSet};

use protocol::agent::{Availability, Colleague};
use protocol::event::Person;
use protocol::http::Role;

use crate::app::App;
use crate::conversation::access::Agent;
use crate::db::Tx;
use crate::error::Result;
use crate::identity::account::{self, Account};
use crate::ids::AccountId;
use crate::values;

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
            capacity: account.capacity,
            departments: account.departments,
            person: Person { id: account.id.to_string(), name: account.display_name },
        };
        Ok(shared.map(colleague).collect())
    });
    read.await
}

/// Whoever may sign in, an auditor apart, by the name that is shown.
fn accounts(tx: &mut Tx<'_>) -> Result<Vec<Account>> {
    let all = account::all(tx)?
        .into_iter()
        .filter(|(account, is_disabled)| !is_disabled && account.role != Role::Auditor);
    let mut staff: Vec<Account> = all.map(|(account, _)| account).collect();
    staff.sort_by(|a, b| (&a.display_name, a.id).cmp(&(&b.display_name, b.id)));
    Ok(staff)
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
