//! What a database holds, as numbers, and what of it the keys that are here open.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::db::Tx;
use crate::error::Result;
use crate::keys::Epochs;
use crate::values;

/// Counted in one moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    accounts: i64,
    settings: i64,
    facts: i64,
    audit_entries: i64,
    catalogue_rows: i64,
    /// Conversations with their words, by the day whose key opens them.
    conversations: BTreeMap<String, u64>,
}

impl Contents {
    pub(super) fn of(tx: &mut Tx<'_>) -> Result<Self> {
        let conversations =
            tx.rows("select epoch, count(*) from conversation group by epoch", values![], |row| {
                Ok((row.text(0)?, row.number(1)?))
            })?;
        Ok(Self {
            accounts: tx.count("select count(*) from account", values![])?,
            settings: tx.count("select count(*) from section", values![])?,
            facts: tx.count("select count(*) from fact", values![])?,
            audit_entries: tx.count("select count(*) from audit", values![])?,
            catalogue_rows: tx.count("select count(*) from catalogue", values![])?,
            conversations: conversations.into_iter().collect(),
        })
    }

    pub(super) fn conversations(&self) -> u64 {
        self.conversations.values().sum()
    }

    /// Days whose key is not to be had, with their conversations.
    pub(super) fn without_key(&self, tx: &mut Tx<'_>, epochs: &Epochs) -> Vec<(String, u64)> {
        let days = self.conversations.iter();
        days.filter(|(day, _)| epochs.known(tx, day).is_err())
            .map(|(day, count)| (day.clone(), *count))
            .collect()
    }

    pub(super) fn say(&self, out: &mut (dyn Write + Send)) -> io::Result<()> {
        writeln!(out, "  accounts        {}", self.accounts)?;
        writeln!(out, "  settings        {}", self.settings)?;
        writeln!(out, "  facts           {}", self.facts)?;
        writeln!(out, "  audit entries   {}", self.audit_entries)?;
        writeln!(out, "  catalogue rows  {}", self.catalogue_rows)?;
        writeln!(out, "  conversations   {}", self.conversations())
    }
}
