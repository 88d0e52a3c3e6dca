//! Which engine the stories run on: SQLite, or with `SOTTO_TEST_ENGINE=postgres` a
//! PostgreSQL and a NATS that `setup/servers` started.
//!
//! A story that makes sense on one engine alone stands in a module `only_sqlite` or
//! `only_postgres`; `setup/test` leaves it out by that name on the other.

use std::path::Path;

use data_encoding::HEXLOWER;
use server::config::{Config, SecretUrl};
use server::ids::random;

/// In an install's folder: where its rows are.
const NAMED: &str = "database_url";

/// Whether the stories run on PostgreSQL.
pub fn is_postgres() -> bool {
    match std::env::var("SOTTO_TEST_ENGINE").as_deref() {
        Ok("postgres") => true,
        Ok("sqlite") | Err(_) => false,
        Ok(other) => panic!("SOTTO_TEST_ENGINE is sqlite or postgres, not {other}"),
    }
}

/// Settings for an install in a folder, on the engine that the stories run on.
pub fn config(folder: &Path) -> Config {
    let mut config =
        Config { data_dir: folder.join("data"), key_dir: folder.join("keys"), ..Config::default() };
    if is_postgres() {
        config.database_url = Some(SecretUrl::new(&database(folder)));
    }
    config
}

/// The bus that nodes of one install share.
pub fn bus() -> Option<SecretUrl> {
    is_postgres().then(|| SecretUrl::new(&served("SOTTO_TEST_NATS")))
}

fn served(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: see setup/servers"))
}

/// The rows of an install: a schema of its own, made at its first start.
fn database(folder: &Path) -> String {
    let named = folder.join(NAMED);
    if let Ok(url) = std::fs::read_to_string(&named) {
        return url;
    }
    let server = served("SOTTO_TEST_POSTGRES");
    let schema = fresh_schema(&server);
    let url = format!("{server}?options=-csearch_path%3D{schema}");
    std::fs::write(&named, &url).expect("a folder");
    url
}

/// A schema that is empty; its name.
pub fn fresh_schema(server: &str) -> String {
    let schema = format!("t_{}", HEXLOWER.encode(&random::<8>()));
    execute(server, &format!("create schema {schema}"));
    schema
}

/// Runs words on a server, on a connection of their own.
pub fn execute(server: &str, words: &str) {
    let (server, words) = (server.to_owned(), words.to_owned());
    let executing = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let connecting = tokio_postgres::connect(&server, tokio_postgres::NoTls).await;
            let (client, connection) = connecting.expect("the server answers");
            tokio::spawn(connection);
            client.batch_execute(&words).await.expect("it is carried out");
        });
    });
    executing.join().expect("it ends well");
}
