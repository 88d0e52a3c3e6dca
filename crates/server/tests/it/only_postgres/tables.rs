//! Both engines have the same tables, and the same columns in them.

use std::collections::BTreeSet;

use server::db::{Location, Tx};
use server::error::Result;
use server::values;

use crate::engine;

type Column = (String, String, String, bool);

/// Which migration ran is each engine's own affair.
const OWN: &str = "step";

fn of_sqlite(tx: &mut Tx<'_>) -> Result<BTreeSet<Column>> {
    let columns = tx.rows(
        "select m.name, c.name, c.type, c.\"notnull\" <> 0 or c.pk > 0 from sqlite_schema m \
         join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%'",
        values![],
        |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?, row.is(3)?)),
    )?;
    Ok(columns.into_iter().collect())
}

fn of_postgres(tx: &mut Tx<'_>) -> Result<BTreeSet<Column>> {
    let columns = tx.rows(
        "select table_name::text, column_name::text, \
         case data_type when 'bytea' then 'blob' else data_type::text end, \
         (is_nullable = 'NO')::int::bigint from information_schema.columns \
         where table_schema = current_schema()",
        values![],
        |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?, row.is(3)?)),
    )?;
    Ok(columns.into_iter().filter(|(table, ..)| table != OWN).collect())
}

#[test]
fn both_engines_have_the_same_tables_and_columns() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = Location::File(here.path().join("sotto.db"));
    let rows = Location::of(&engine::config(there.path())).unwrap();
    // A number that the engine gives by itself is called differently by each.
    let alike = |columns: BTreeSet<Column>| -> BTreeSet<Column> {
        let alike = |(table, column, kind, is_needed): Column| {
            let kind = kind.to_lowercase().replace("integer", "bigint");
            (table, column, kind, is_needed)
        };
        columns.into_iter().map(alike).collect()
    };
    let sqlite = alike(file.alone(of_sqlite).unwrap());
    let postgres = alike(rows.alone(of_postgres).unwrap());
    assert!(sqlite.len() > 100, "{}", sqlite.len());
    let lacking: Vec<_> = sqlite.symmetric_difference(&postgres).collect();
    assert!(lacking.is_empty(), "{lacking:#?}");
}
