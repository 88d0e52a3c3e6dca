//! The way in: the connection, TLS, the account. One connection for one call.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{Client, Connection, NoTls};
use tokio_rustls::client::TlsStream;

use super::Postgres;
use super::refusals::{Doing, explain};
use crate::Error;
use crate::outbound::{connect, tls};

/// `SSLRequest`: its length and its code (PostgreSQL 15, "Message Formats").
const SPEAK_TLS: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// For taking leave; what was done is done by then.
const LEAVE_SECONDS_MAX: u64 = 2;

/// What carries a client's questions; nothing moves unless it is polled.
pub(super) type Wire = Connection<TlsStream<TcpStream>, NoTlsStream>;

/// Signs in; the last is the TLS version.
pub(super) async fn enter(there: &Postgres) -> Result<(Client, Wire, &'static str), Error> {
    let stream = sealed(there).await?;
    let version = tls::version(&stream);
    let mut settings = tokio_postgres::Config::new();
    settings
        .user(&there.user)
        .password(there.password.text())
        .dbname(&there.database)
        .application_name("sotto")
        // It is spoken already.
        .ssl_mode(SslMode::Disable);
    let signed_in = settings.connect_raw(stream, NoTls).await;
    let (client, wire) = signed_in.map_err(|cause| explain(&cause, Doing::Putting))?;
    Ok((client, wire, version))
}

/// The work, which takes the client with it, unless the connection ends before it.
pub(super) async fn while_connected<T>(
    wire: Wire,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::pin!(wire);
    let done = tokio::select! {
        biased;
        done = work => done,
        _ = &mut wire => return Err(Error::Later { code: "connection_lost" }),
    };
    let _left = timeout(Duration::from_secs(LEAVE_SECONDS_MAX), wire).await;
    done
}

/// A connection that TLS is spoken on, before anything is said on it.
async fn sealed(there: &Postgres) -> Result<TlsStream<TcpStream>, Error> {
    let lost = |_| Error::Later { code: "connection_lost" };
    let refused = |mend| Error::Refused { setting: "host", mend };
    let place = (there.host.as_str(), there.port);
    let mut stream = connect(&there.allowed, "host", place, true).await?;
    stream.write_all(&SPEAK_TLS).await.map_err(lost)?;
    // One byte and no more: what came with it would count as said under TLS.
    match stream.read_u8().await.map_err(lost)? {
        b'S' => tls::start(&there.tls, "host", &there.host, stream).await,
        b'N' => Err(refused("no_tls_there")),
        _ => Err(refused("no_postgres_there")),
    }
}
