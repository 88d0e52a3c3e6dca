//! A table of a PostgreSQL database: one row a document, inserted and never changed.
//!
//! A put is one transaction that waits until the server has synced it, whatever
//! the server's own setting says, and then the row is read back on the same
//! connection. The insert itself refuses a name that is taken. TLS is always
//! spoken, and the server's certificate verified.
//!
//! The table is documented, and made by the clinic (`docs/operate/destinations/postgres.md`):
//! `name` (primary key), `media_type`, `sha256`, `bytes`, `stored_at`.

mod door;
mod refusals;

use std::fmt;
use std::sync::Arc;

use rustls::ClientConfig;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use crate::document::{is_letter, sha256};
use crate::outbound::tls;
use crate::probe::{self, Probed};
use crate::settings::settings;
use crate::{
    Allowed, Checked, DOCUMENT_BYTES_MAX, Document, Error, Level, Name, Receipt, Secret, Step,
};
use refusals::{Doing, explain};

const PORT: u16 = 5432;
const TABLE: &str = "sotto_transcripts";

settings! {
    /// PostgreSQL table. A row for each document in a database of your own.
    pub struct Config {
        /// Server. Its name, as its certificate says it.
        pub host: String,
        /// Database. Its name; it must exist.
        pub database: String,
        /// User. A role for Sotto alone that may insert into the table and select from
        /// it, and nothing else.
        pub user: String,
        /// Password. Of that role.
        pub password: Secret,
        /// Table. Unset, `sotto_transcripts`; with its schema if it is in another, as
        /// `records.transcripts`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub table: Option<String>,
        /// Certificate authority. In PEM, if the server's certificate comes from an
        /// authority of your own; then no other is believed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ca_pem: Option<String>,
        /// Port. Unset, 5432.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub port: Option<u16>,
    }
}

/// A table.
pub struct Postgres {
    allowed: Allowed,
    tls: Arc<ClientConfig>,
    host: String,
    port: u16,
    database: String,
    user: String,
    password: Secret,
    /// Quoted: it goes into statements as it is.
    table: String,
}

/// Without what it signs in with.
impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Postgres({} at {}:{})", self.table, self.host, self.port)
    }
}

/// A document under its name.
struct Stored {
    bytes: Vec<u8>,
    at_ms: i64,
}

impl Postgres {
    /// Looks at the settings alone.
    pub fn open(config: &Config, allowed: &Allowed) -> Result<Self, Error> {
        let refused = |setting, mend| Error::Refused { setting, mend };
        for (setting, text) in
            [("host", &config.host), ("database", &config.database), ("user", &config.user)]
        {
            if text.is_empty() || text.chars().any(|it| it.is_whitespace() || it.is_control()) {
                return Err(refused(setting, "not_a_name"));
            }
        }
        config.password.for_use("password")?;
        let table = config.table.as_deref().filter(|table| !table.is_empty());
        Ok(Self {
            allowed: allowed.clone(),
            tls: tls::config(config.ca_pem.as_deref())?,
            host: config.host.clone(),
            port: config.port.unwrap_or(PORT),
            database: config.database.clone(),
            user: config.user.clone(),
            password: config.password.clone(),
            table: quoted(table.unwrap_or(TABLE)).ok_or(refused("table", "not_a_table"))?,
        })
    }

    pub async fn put(&self, document: &Document) -> Result<Receipt, Error> {
        let (mut client, wire, _) = door::enter(self).await?;
        let work = async move { self.put_by(&mut client, document).await };
        door::while_connected(wire, work).await
    }

    pub async fn read(&self, name: &Name) -> Result<Vec<u8>, Error> {
        let (client, wire, _) = door::enter(self).await?;
        let work = async move { self.stored(&client, name).await };
        let stored = door::while_connected(wire, work).await?;
        stored.map(|stored| stored.bytes).ok_or(Error::NotFound)
    }

    pub async fn list(&self, prefix: &str) -> Result<Vec<Name>, Error> {
        if !prefix.bytes().all(|byte| is_letter(byte) || byte == b'/') {
            return Err(Error::BadName);
        }
        let (client, wire, _) = door::enter(self).await?;
        door::while_connected(wire, async move { self.names(&client, prefix).await }).await
    }

    pub async fn check(&self) -> Result<Checked, Error> {
        let probe = probe::document()?;
        let begun = probe::begin();
        let (mut client, wire, version) = door::enter(self).await?;
        let work = async move {
            let proved = self.prove(&mut client, &probe).await;
            let listed = self.names(&client, probe.name.as_str()).await;
            let removed = self.remove(&client, &probe.name).await;
            let level = proved?;
            let (list, delete) = (probe::listed(listed, &probe)?, probe::removed(removed)?);
            let connection = Step::done("connection", version);
            let read_back = Step::done("read_back", "");
            let mut place = probe::says_nothing();
            place.push(Step::done("sync", "synchronous_commit"));
            Ok(Probed { level, connection, read_back, list, delete }.checked(begun, place))
        };
        door::while_connected(wire, work).await
    }

    async fn put_by(&self, client: &mut Client, document: &Document) -> Result<Receipt, Error> {
        match self.insert(client, document).await {
            // Stored before, perhaps by an attempt whose answer was lost.
            Ok(()) | Err(Error::Exists) => {}
            Err(other) => return Err(other),
        }
        let ours = document.sha256();
        match self.stored(client, &document.name).await? {
            Some(found) if sha256(&found.bytes) == ours => Ok(Receipt {
                level: Level::ReadBack,
                object: document.name.as_str().to_owned(),
                sha256: ours,
                at_ms: found.at_ms,
                version: None,
            }),
            Some(_) => Err(Error::Exists),
            None => Err(Error::Later { code: "vanished" }),
        }
    }

    /// Ends when the row is synced.
    async fn insert(&self, client: &mut Client, document: &Document) -> Result<(), Error> {
        let told = |cause| explain(&cause, Doing::Putting);
        let unit = client.transaction().await.map_err(told)?;
        // For this transaction alone, so that it holds behind a pool of connections too.
        unit.batch_execute("set local synchronous_commit to on").await.map_err(told)?;
        let row = unit.query_typed(
            "select current_setting('fsync'), current_setting('synchronous_commit')",
            &[],
        );
        let row = row.await.map_err(told)?;
        let is_on = |at| {
            row.first().and_then(|row| row.try_get(at).ok()).is_some_and(|it: &str| it == "on")
        };
        if !(is_on(0) && is_on(1)) {
            return Err(Error::Refused { setting: "host", mend: "database_does_not_sync" });
        }
        let statement = format!(
            "insert into {} (name, media_type, sha256, bytes) values ($1, $2, $3, $4)",
            self.table
        );
        let values: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 4] = [
            (&document.name.as_str(), Type::TEXT),
            (&document.media_type, Type::TEXT),
            (&&document.sha256()[..], Type::BYTEA),
            (&&document.bytes[..], Type::BYTEA),
        ];
        unit.query_typed(&statement, &values).await.map_err(told)?;
        unit.commit().await.map_err(told)
    }

    async fn stored(&self, client: &Client, name: &Name) -> Result<Option<Stored>, Error> {
        let statement = format!(
            "select case when octet_length(bytes) <= $2 then bytes end, \
             (extract(epoch from stored_at) * 1000)::bigint from {} where name = $1",
            self.table
        );
        let most = i32::try_from(DOCUMENT_BYTES_MAX).unwrap_or(i32::MAX);
        let asked = client
            .query_typed(&statement, &[(&name.as_str(), Type::TEXT), (&most, Type::INT4)])
            .await;
        let rows = asked.map_err(|cause| explain(&cause, Doing::Reading))?;
        let Some(row) = rows.first() else { return Ok(None) };
        let bytes: Option<Vec<u8>> = column(row, 0)?;
        Ok(Some(Stored { bytes: bytes.ok_or(Error::TooLarge)?, at_ms: column(row, 1)? }))
    }

    async fn names(&self, client: &Client, prefix: &str) -> Result<Vec<Name>, Error> {
        let statement = format!("select name from {} where starts_with(name, $1)", self.table);
        let asked = client.query_typed(&statement, &[(&prefix, Type::TEXT)]).await;
        let rows = asked.map_err(|cause| explain(&cause, Doing::Reading))?;
        // What is not ours has a name that could not be ours.
        let names = rows.iter().filter_map(|row| Name::new(row.try_get::<_, &str>(0).ok()?).ok());
        let mut names: Vec<_> = names.collect();
        names.sort();
        Ok(names)
    }

    /// What the promises of a put come down to, tried on a probe.
    async fn prove(&self, client: &mut Client, probe: &Document) -> Result<Level, Error> {
        let receipt = self.put_by(client, probe).await?;
        match self.insert(client, &probe::other(probe)).await {
            Err(Error::Exists) => {}
            Ok(()) => return Err(Error::Refused { setting: "table", mend: "overwrites" }),
            Err(other) => return Err(other),
        }
        let holds = self.put_by(client, probe).await? == receipt;
        if holds { Ok(receipt.level) } else { Err(Error::Later { code: "probe_differs" }) }
    }

    async fn remove(&self, client: &Client, name: &Name) -> Result<&'static str, Error> {
        let statement = format!("delete from {} where name = $1", self.table);
        let asked = client.query_typed(&statement, &[(&name.as_str(), Type::TEXT)]).await;
        asked.map_err(|cause| explain(&cause, Doing::Removing))?;
        match self.stored(client, name).await? {
            None => Ok("gone"),
            Some(_) => Err(Error::Later { code: "delete_did_nothing" }),
        }
    }
}

fn column<'a, T: tokio_postgres::types::FromSql<'a>>(row: &'a Row, at: usize) -> Result<T, Error> {
    row.try_get(at).map_err(|_| Error::Refused { setting: "table", mend: "table_differs" })
}

/// `a` or `a.b` as PostgreSQL takes it, if it needs no quoting in SQL either.
fn quoted(table: &str) -> Option<String> {
    let is_word = |word: &str| {
        let mut letters = word.bytes();
        letters.next().is_some_and(|it| it.is_ascii_lowercase() || it == b'_')
            && letters.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
            && word.len() <= 63
    };
    let words: Vec<_> = table.split('.').collect();
    let is_table = words.len() <= 2 && words.iter().all(|word| is_word(word));
    is_table.then(|| format!("\"{}\"", words.join("\".\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_a_plain_name_or_one_in_a_schema() {
        assert_eq!(quoted("sotto_transcripts").as_deref(), Some("\"sotto_transcripts\""));
        assert_eq!(quoted("records.t2").as_deref(), Some("\"records\".\"t2\""));
        for bad in ["", "a.b.c", "A", "a b", "a\"b", "1a", ".a", "a;drop table x"] {
            assert_eq!(quoted(bad), None, "{bad}");
        }
    }

    #[test]
    fn debug_shows_where_and_not_with_what() {
        let config = Config {
            host: "db.example.org".to_owned(),
            database: "records".to_owned(),
            user: "sotto".to_owned(),
            password: Secret::new("swordfish"),
            table: None,
            ca_pem: None,
            port: None,
        };
        let opened = Postgres::open(&config, &Allowed::default()).expect("in order");
        assert_eq!(format!("{opened:?}"), "Postgres(\"sotto_transcripts\" at db.example.org:5432)");
    }
}
