//! What an operator sets (file and environment), apart from what an
//! administrator sets in the console ([`sections`]).

pub mod destination;
pub mod masking_rules;
pub mod secret_url;
pub mod sections;

use std::net::IpAddr;
use std::path::PathBuf;

use destinations::Allowed;
use serde::Deserialize;

pub use secret_url::SecretUrl;

/// `sotto.toml`. Every key has a default; an unknown key is refused with its line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port that browsers reach.
    pub listen: String,
    /// Database, unless `database_url` names one, and node-local files.
    pub data_dir: PathBuf,
    /// `postgres://user:password@host/name?sslmode=require`: rows that several nodes share.
    pub database_url: Option<SecretUrl>,
    /// Certificates (PEM) that the database's must be signed by; public authorities if left out.
    pub database_ca: Option<PathBuf>,
    /// `tls://user:password@host:4222`, a nats-server that nodes ring each other by.
    pub bus_url: Option<SecretUrl>,
    /// A `.creds` file of NATS, where the server asks for one.
    pub bus_credentials: Option<PathBuf>,
    /// Certificates (PEM) that the bus' must be signed by; the system's if left out.
    pub bus_ca: Option<PathBuf>,
    /// Root and epoch keys: another volume than `data_dir`.
    pub key_dir: PathBuf,
    /// Folder that transcripts go to until an administrator names destinations.
    pub transcripts_dir: PathBuf,
    /// Address and port of the metrics in Prometheus' text format; none if left out.
    pub metrics_listen: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed; from all others it is ignored.
    pub trusted_proxies: Vec<IpAddr>,
    /// What is logged, such as `info` or `warn,server::live=debug`.
    pub log: String,
    pub origins: Origins,
    pub destinations: Destinations,
    pub sessions: Sessions,
    pub stop: Stop,
    pub limits: Limits,
}

/// How long a member of staff stays signed in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// Nothing done for this long ends it.
    pub idle_seconds: u32,
    /// It ends then, however much it is used.
    pub seconds_max: u32,
    /// How often an open console looks whether its session was ended elsewhere.
    pub check_seconds: u32,
}

/// How a node leaves. Both are for a node that has others beside it: alone it ends at once.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stop {
    /// `/readyz` says no for this long before anything else changes: longer than a
    /// load balancer needs to notice.
    pub notice_seconds: u32,
    /// Over so long the sockets are asked, one by one, to connect elsewhere.
    pub spread_seconds: u32,
}

/// Where destinations may be, beside public addresses. The console cannot change it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Destinations {
    /// Ranges such as `10.20.0.0/16`.
    pub allowed: Allowed,
}

/// The three origins; the router goes by Host.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Origins {
    pub console: String,
    pub widget: String,
    pub files: String,
}

/// Ceilings; units are in the names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub message_bytes: usize,
    pub frame_bytes: usize,
    pub messages_per_minute: u32,
    /// Text that one visitor sends in a minute.
    pub visitor_bytes_per_minute: u32,
    /// Events of one conversation; past it nothing more can be said in it.
    pub events_per_conversation: u32,
    /// New conversations from one visitor's address.
    pub starts_per_minute: u32,
    /// Tries to sign in from one address: hashing a password is dear on purpose.
    pub sign_ins_per_minute: u32,
    /// Other requests over HTTP from one address.
    pub requests_per_minute: u32,
    pub connections: usize,
    pub authenticate_seconds: u32,
    pub header_read_seconds: u32,
    /// A reader who takes nothing for this long is dropped.
    pub stall_seconds: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            data_dir: PathBuf::from("data"),
            database_url: None,
            database_ca: None,
            bus_url: None,
            bus_credentials: None,
            bus_ca: None,
            key_dir: PathBuf::from("keys"),
            transcripts_dir: PathBuf::from("transcripts"),
            metrics_listen: None,
            trusted_proxies: Vec::new(),
            log: "info".to_owned(),
            origins: Origins::default(),
            destinations: Destinations::default(),
            sessions: Sessions::default(),
            stop: Stop::default(),
            limits: Limits::default(),
        }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self { idle_seconds: 15 * 60, seconds_max: 12 * 60 * 60, check_seconds: 20 }
    }
}

impl Default for Origins {
    fn default() -> Self {
        Self {
            console: "http://localhost:8080".to_owned(),
            widget: "http://widget.localhost:8080".to_owned(),
            files: "http://files.localhost:8080".to_owned(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 16 * 1024,
            frame_bytes: 64 * 1024,
            messages_per_minute: 100,
            visitor_bytes_per_minute: 128 * 1024,
            events_per_conversation: 5_000,
            starts_per_minute: 60,
            sign_ins_per_minute: 20,
            requests_per_minute: 1_200,
            connections: 20_000,
            authenticate_seconds: 5,
            header_read_seconds: 10,
            stall_seconds: 10,
        }
    }
}

/// Reads the file's text, then `SOTTO_SECTION__NAME` variables over it.
///
/// # Errors
/// A sentence that names the key and, for the file, the line.
pub fn read(
    text: &str,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, String> {
    let mut table: toml::Table = text.parse().map_err(|e: toml::de::Error| e.to_string())?;
    // The file alone first, so that a mistake in it is told with its line.
    toml::from_str::<Config>(text).map_err(|e| e.to_string())?;
    for (name, value) in environment {
        let Some(path) = name.strip_prefix("SOTTO_") else { continue };
        let path: Vec<String> = path.split("__").map(str::to_ascii_lowercase).collect();
        overlay(&mut table, &path, parsed(&value))
            .map_err(|()| format!("{name} names a section that is a value in the file"))?;
    }
    let config =
        Config::deserialize(table).map_err(|e| format!("with the environment's settings: {e}"))?;
    config.check()?;
    Ok(config)
}

impl Config {
    /// Whether every limit is within its hard ceiling, and the origins are three.
    fn check(&self) -> Result<(), String> {
        let l = &self.limits;
        let within = [
            ("limits.message_bytes", l.message_bytes as u64, 1..=64 * 1024),
            ("limits.frame_bytes", l.frame_bytes as u64, 4 * 1024..=1024 * 1024),
            ("limits.messages_per_minute", l.messages_per_minute.into(), 1..=1_000_000),
            (
                "limits.visitor_bytes_per_minute",
                l.visitor_bytes_per_minute.into(),
                16 * 1024..=1024 * 1024 * 1024,
            ),
            ("limits.events_per_conversation", l.events_per_conversation.into(), 100..=90_000),
            ("limits.starts_per_minute", l.starts_per_minute.into(), 1..=1_000_000),
            ("limits.sign_ins_per_minute", l.sign_ins_per_minute.into(), 1..=1_000_000),
            ("limits.requests_per_minute", l.requests_per_minute.into(), 1..=1_000_000),
            ("limits.connections", l.connections as u64, 1..=1_000_000),
            ("limits.authenticate_seconds", l.authenticate_seconds.into(), 1..=60),
            ("limits.header_read_seconds", l.header_read_seconds.into(), 1..=60),
            ("limits.stall_seconds", l.stall_seconds.into(), 1..=60),
            ("sessions.idle_seconds", self.sessions.idle_seconds.into(), 60..=24 * 60 * 60),
            ("sessions.check_seconds", self.sessions.check_seconds.into(), 1..=60),
            ("sessions.seconds_max", self.sessions.seconds_max.into(), 60..=24 * 60 * 60),
            ("stop.notice_seconds", self.stop.notice_seconds.into(), 0..=60),
            ("stop.spread_seconds", self.stop.spread_seconds.into(), 0..=600),
        ];
        for (name, value, range) in within {
            if !range.contains(&value) {
                return Err(format!("{name} is {} to {}, not {value}", range.start(), range.end()));
            }
        }
        if l.frame_bytes < l.message_bytes * 2 {
            return Err("limits.frame_bytes is at least twice limits.message_bytes".to_owned());
        }
        if self.bus_url.is_some() && self.database_url.is_none() {
            return Err("bus_url needs database_url: nodes ring each other about rows that they \
                        share"
                .to_owned());
        }
        let o = &self.origins;
        let origins = [&o.console, &o.widget, &o.files];
        let is_origin = |text: &str| {
            let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            host.is_some_and(|host| !host.is_empty() && !host.contains(['/', ' ', ';', ',']))
        };
        if !origins.iter().all(|origin| is_origin(origin)) {
            return Err("origins are such as https://chat.example.org, without a path".to_owned());
        }
        if o.console == o.widget || o.console == o.files || o.widget == o.files {
            return Err(
                "origins.console, origins.widget and origins.files are three names".to_owned()
            );
        }
        Ok(())
    }
}

/// A value as TOML where it is TOML, else as text.
fn parsed(value: &str) -> toml::Value {
    format!("value = {value}")
        .parse::<toml::Table>()
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.to_owned()))
}

fn overlay(table: &mut toml::Table, path: &[String], value: toml::Value) -> Result<(), ()> {
    match path {
        [] => Ok(()),
        [last] => {
            table.insert(last.clone(), value);
            Ok(())
        }
        [section, rest @ ..] => {
            let inner = table
                .entry(section.clone())
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            overlay(inner.as_table_mut().ok_or(())?, rest, value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let error = read("listen = \"[::1]:80\"\nlisten_on = 3\n", std::iter::empty()).unwrap_err();
        assert!(error.contains("line 2"), "{error}");
        assert!(error.contains("listen_on"), "{error}");
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let set = [
            ("SOTTO_LIMITS__MESSAGES_PER_MINUTE".to_owned(), "9".to_owned()),
            ("SOTTO_LISTEN".to_owned(), "127.0.0.1:1".to_owned()),
            ("HOME".to_owned(), "/".to_owned()),
        ];
        let config = read("[limits]\nmessages_per_minute = 5\n", set.into_iter()).unwrap();
        assert_eq!(config.limits.messages_per_minute, 9);
        assert_eq!(config.listen, "127.0.0.1:1");
    }

    #[test]
    fn a_limit_past_its_ceiling_is_refused_by_name() {
        for (text, named) in [
            ("[limits]\nmessage_bytes = 70000\n", "limits.message_bytes"),
            ("[limits]\nframe_bytes = 20000\n", "limits.frame_bytes"),
            ("[limits]\nauthenticate_seconds = 0\n", "limits.authenticate_seconds"),
            ("[sessions]\nidle_seconds = 1000000\n", "sessions.idle_seconds"),
            ("[stop]\nspread_seconds = 601\n", "stop.spread_seconds"),
            ("[origins]\nfiles = \"http://localhost:8080\"\n", "origins.files"),
            ("[origins]\nfiles = \"files.example\"\n", "origins"),
        ] {
            let error = read(text, std::iter::empty()).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }

    #[test]
    fn an_unknown_variable_is_refused_too() {
        let set = [("SOTTO_LIMITS__MESAGES".to_owned(), "9".to_owned())];
        assert!(read("", set.into_iter()).unwrap_err().contains("mesages"));
    }
}
