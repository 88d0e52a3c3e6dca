//! Which engine the stories run on: SQLite, or with `SOTTO_TEST_ENGINE=postgres` a
//! PostgreSQL and a NATS that the first story starts and all share.
//!
//! A story that makes sense on one engine alone stands in a module `only_sqlite` or
//! `only_postgres`; `setup/test` leaves it out by that name on the other.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use engines::{Nats, Postgres};
use server::config::{Config, SecretUrl};
use server::ids::random;

/// In an install's folder: where its rows are.
const NAMED: &str = "database_url";
/// What a run leaves behind is called so, and its number.
const FOLDER: &str = "sotto-stories-";

/// They end with this process.
pub struct Shared {
    pub postgres: Postgres,
    pub nats: Nats,
}

pub static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let folder = place();
    Shared {
        postgres: Postgres::start(&folder.join("postgres")).expect("PostgreSQL starts"),
        nats: Nats::start(&folder, "").expect("NATS starts"),
    }
});

/// A folder for servers: in memory where that is there, since what is tested is not
/// the disk. Folders of runs that are over go.
fn place() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let inside = if memory.is_dir() { memory } else { std::env::temp_dir() };
    for entry in std::fs::read_dir(&inside).expect("it can be listed").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(process) = name.strip_prefix(FOLDER) else { continue };
        if !Path::new("/proc").join(process).exists() {
            // Another run may be at it as well.
            let _gone = std::fs::remove_dir_all(entry.path());
        }
    }
    let folder = inside.join(format!("{FOLDER}{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

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
    is_postgres().then(|| SecretUrl::new(&SHARED.nats.url()))
}

/// The rows of an install: a schema of its own, made at its first start.
fn database(folder: &Path) -> String {
    let named = folder.join(NAMED);
    if let Ok(url) = std::fs::read_to_string(&named) {
        return url;
    }
    // Many tests at once on a crowded machine: none of them is about a server that is slow.
    let url = format!("{}&connect_timeout=30", fresh_schema(SHARED.postgres.address()));
    std::fs::write(&named, &url).expect("a folder");
    url
}

/// An empty schema of the server that all share, as it is reached through an address.
pub fn fresh_schema(through: std::net::SocketAddr) -> String {
    let schema = format!("t_{}", HEXLOWER.encode(&random::<8>()));
    let made = SHARED.postgres.sql("postgres", &format!("create schema {schema}"));
    made.expect("it is made");
    format!("{}?options=-csearch_path%3D{schema}", Postgres::url([through], "postgres"))
}
