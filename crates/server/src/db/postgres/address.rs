//! `database_url`, read once and never shown.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::tls::Tls;
use crate::config::secret_url::{UNENCODED, decoded};
use crate::error::{Error, Result};

/// For a connection; `connect_timeout` of the URL says otherwise, in seconds.
const CONNECT: Duration = Duration::from_secs(1);
/// A server that answers nothing for this long is gone, as TCP sees it.
const SILENT: Duration = Duration::from_secs(3);

/// Where the server is and how it is reached.
pub struct Address {
    pub(super) config: Config,
    pub(super) tls: Tls,
    /// How long a database may be away before whoever waits is told "later".
    pub(super) patience: Duration,
}

impl Address {
    /// `postgres://user:password@host/name`; several hosts for a primary and its standbys.
    ///
    /// # Errors
    /// For a URL that is none, and for one that would carry rows over a network in the clear.
    pub fn parse(url: &str, ca: Option<&Path>) -> Result<Self> {
        let invalid = |why| Error::Invalid { field: "database_url", why };
        if !is_encoded(url) {
            return Err(invalid(UNENCODED));
        }
        let mut config: Config = url.parse().map_err(|_| {
            invalid("is such as postgres://user:password@host/name?sslmode=require")
        })?;
        match config.get_ssl_mode() {
            SslMode::Disable | SslMode::Prefer if !stays_here(config.get_hosts()) => {
                return Err(invalid("leaves this machine: it needs ?sslmode=require"));
            }
            // What may be refused silently protects nobody.
            SslMode::Prefer => {
                config.ssl_mode(SslMode::Disable);
            }
            _ => {}
        }
        let connect = *config.get_connect_timeout().unwrap_or(&CONNECT);
        config
            .application_name("sotto")
            .connect_timeout(connect)
            .tcp_user_timeout(SILENT)
            .keepalives_idle(SILENT)
            .target_session_attrs(TargetSessionAttrs::Any);
        Ok(Self { config, tls: Tls::trusting(ca)?, patience: 2 * connect })
    }
}

/// The library takes a `%` that begins nothing as it stands, and a second `@` for a host's.
fn is_encoded(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return true };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    decoded(rest).is_some() && authority.matches('@').count() <= 1
}

/// Whether every host is this machine.
fn stays_here(hosts: &[Host]) -> bool {
    hosts.iter().all(|host| match host {
        Host::Tcp(name) => is_loopback(name),
        Host::Unix(_) => true,
    })
}

pub(super) fn is_loopback(name: &str) -> bool {
    name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_leave_the_machine_only_under_tls() {
        for (url, is_taken) in [
            ("postgres://a:b@127.0.0.1/c", true),
            ("postgres://a:b@localhost:5433/c", true),
            ("postgres://a@/c?host=/run/postgresql", true),
            ("postgres://a:b@db.example.org/c?sslmode=require", true),
            ("postgres://a:b@db.example.org/c", false),
            ("postgres://a:b@db.example.org/c?sslmode=disable", false),
            ("postgres://a:b@localhost,db.example.org/c", false),
            ("postgres://a:50%25@localhost/c", true),
            ("postgres://a:50%@localhost/c", false),
            ("postgres://a:b@c@localhost/c", false),
            ("mysql://a", false),
        ] {
            assert_eq!(Address::parse(url, None).is_ok(), is_taken, "{url}");
        }
    }
}
