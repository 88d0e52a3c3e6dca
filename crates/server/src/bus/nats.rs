//! The bus between nodes: one NATS subject an install, on which every node rings.
//!
//! Core NATS keeps nothing, and nothing here relies on it: a ring that is lost, for
//! want of a server or of room, costs a delay until the next look at the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, ServerAddr, Subscriber};
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::{Ring, Topic, frame};
use crate::config::Config;
use crate::config::secret_url::{UNENCODED, decoded};
use crate::error::{Error, Result};

/// Older ones have holes that are mended in it.
const VERSION_MIN: [u64; 3] = [2, 12, 6];
/// Rings that wait to be sent; past that they are lost.
const WAITING_MAX: usize = 8192;
/// One message carries about as many rings as wait.
const FRAME_BYTES: usize = 16 * 1024;
const CONNECT: Duration = Duration::from_secs(5);
/// For the answer to a first question.
const KNOWN: Duration = Duration::from_secs(1);
/// How soon a server that went is noticed.
const PING: Duration = Duration::from_secs(5);
const RECONNECT_MAX: Duration = Duration::from_secs(1);

type Hears = Arc<dyn Fn(&Ring) + Send + Sync>;

/// Cheap to clone.
#[derive(Clone)]
pub(super) struct Nats {
    rings: mpsc::Sender<Ring>,
    client: Client,
}

impl Nats {
    /// Connects, or says why not.
    pub(super) async fn connect(
        url: &str,
        config: &Config,
        install: &str,
        hears: impl Fn(&Ring) + Send + Sync + 'static,
    ) -> Result<Self> {
        let (rings, waiting) = mpsc::channel(WAITING_MAX);
        let hears: Hears = Arc::new(hears);
        let options = options(url, config, Away::new(rings.clone(), hears.clone()))?;
        let client = options.connect(url).await.map_err(unreachable)?;
        let version = client.server_info().version;
        if !is_new_enough(&version) {
            tracing::error!(version, "bus_url: this nats-server is too old");
            return Err(Error::broken_because("bus_url: nats-server has to be 2.12.6 or newer"));
        }
        let subject = format!("sotto.rings.{install}");
        let heard = client.subscribe(subject.clone()).await;
        let heard = heard.map_err(|e| Error::broken("bus_url: nothing can be heard", e))?;
        is_known(&client, &subject).await;
        tokio::spawn(listen(heard, hears));
        tokio::spawn(send(client.clone(), subject, waiting));
        Ok(Self { rings, client })
    }

    /// Rings the other nodes, unless too many rings wait.
    pub(super) fn ring(&self, ring: &Ring) {
        if self.rings.try_send(ring.clone()).is_err() {
            metrics::counter!("sotto_rings_lost").increment(1);
        }
    }

    pub(super) async fn close(&self) {
        // What still waits is a delay for somebody, no more.
        let _ = tokio::time::timeout(CONNECT, self.client.drain()).await;
    }
}

/// Waits until the server knows who listens: what is rung before is lost. It answers in
/// turn, also what it is asked of a subject to which nobody listens.
async fn is_known(client: &Client, subject: &str) {
    let nobody = format!("{subject}.nobody");
    // Where the server forbids to ask, a ring of the first moment may be lost, as at any time.
    let _no_responders = tokio::time::timeout(KNOWN, client.request(nobody, "".into())).await;
}

fn options(url: &str, config: &Config, away: Arc<Away>) -> Result<ConnectOptions> {
    let invalid = |why| Error::Invalid { field: "bus_url", why };
    let address: ServerAddr =
        url.parse().map_err(|_| invalid("is such as tls://user:password@host:4222"))?;
    if !address.tls_required() && !is_loopback(address.host()) {
        return Err(invalid("leaves this machine: it needs tls:// instead of nats://"));
    }
    let mut options = ConnectOptions::new();
    if let Some(file) = &config.bus_credentials {
        let unfit = Error::Invalid { field: "bus_credentials", why: "is a .creds file of NATS" };
        let read = std::fs::read_to_string(file).ok();
        options = match read.map(|read| ConnectOptions::with_credentials(&read)) {
            Some(Ok(options)) => options,
            _ => return Err(unfit),
        };
    }
    // The library reads them off the address, as they stand, and leaves them there.
    if let (Some(user), Some(password)) = (address.username(), address.password()) {
        let (Some(user), Some(password)) = (decoded(user), decoded(password)) else {
            return Err(invalid(UNENCODED));
        };
        options = options.user_and_password(user, password);
    }
    if let Some(ca) = &config.bus_ca {
        options = options.add_root_certificates(ca.clone());
    }
    Ok(options
        .name("sotto")
        .require_tls(address.tls_required())
        // Whoever rings here has rung here already.
        .no_echo()
        .ignore_discovered_servers()
        .connection_timeout(CONNECT)
        .ping_interval(PING)
        .reconnect_delay_callback(|tries| {
            let tries = u32::try_from(tries).unwrap_or(u32::MAX).min(10);
            (Duration::from_millis(20) * 2_u32.pow(tries)).min(RECONNECT_MAX)
        })
        .event_callback(move |event| {
            let away = away.clone();
            async move { away.noticed(&event) }
        }))
}

/// Whether the bus is away. Once it is back nobody knows what was rung meanwhile,
/// here or elsewhere.
struct Away {
    is_away: AtomicBool,
    rings: mpsc::Sender<Ring>,
    hears: Hears,
}

impl Away {
    fn new(rings: mpsc::Sender<Ring>, hears: Hears) -> Arc<Self> {
        Arc::new(Self { is_away: AtomicBool::new(false), rings, hears })
    }

    fn noticed(&self, event: &Event) {
        match event {
            Event::Disconnected => {
                self.is_away.store(true, Ordering::Relaxed);
                tracing::warn!("the bus is away: what other nodes do is seen later");
            }
            Event::Connected if self.is_away.swap(false, Ordering::Relaxed) => {
                tracing::info!("the bus is back");
                self.missed();
            }
            Event::SlowConsumer(_) => self.missed(),
            _ => {}
        }
    }

    fn missed(&self) {
        let missed = Ring { topic: Topic::Missed, number: 0 };
        (self.hears)(&missed);
        // If there is no room for it, the others look by themselves.
        let _ = self.rings.try_send(missed);
    }
}

async fn listen(mut heard: Subscriber, hears: Hears) {
    while let Some(message) = heard.next().await {
        frame::rings(&message.payload).iter().for_each(|ring| hears(ring));
    }
}

/// Sends what waits, many rings in one message.
async fn send(client: Client, subject: String, mut waiting: mpsc::Receiver<Ring>) {
    while let Some(first) = waiting.recv().await {
        let mut bytes = frame::fresh();
        frame::add(&mut bytes, &first);
        while bytes.len() < FRAME_BYTES
            && let Ok(next) = waiting.try_recv()
        {
            frame::add(&mut bytes, &next);
        }
        if frame::is_empty(&bytes) {
            continue;
        }
        if client.publish(subject.clone(), bytes.into()).await.is_err() {
            metrics::counter!("sotto_rings_lost").increment(1);
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn is_new_enough(version: &str) -> bool {
    let plain = version.split('-').next().unwrap_or_default();
    let mut numbers = plain.split('.').map(|part| part.parse().unwrap_or(0));
    let version: [u64; 3] = std::array::from_fn(|_| numbers.next().unwrap_or(0));
    version >= VERSION_MIN
}

fn unreachable(error: async_nats::ConnectError) -> Error {
    use async_nats::ConnectErrorKind as Kind;
    let what = match error.kind() {
        Kind::Authentication | Kind::AuthorizationViolation => {
            "bus_url: the nats-server refuses these credentials; correct them there, or in \
             bus_credentials"
        }
        _ if Error::is_of_certificate(&error) => {
            "bus_url: the nats-server's certificate is not trusted, or is for another name; see \
             bus_ca"
        }
        _ if is_not_tls(&error) => "bus_url: it demands TLS, and the nats-server has no TLS",
        Kind::Tls => "bus_ca: no PEM file of certificates",
        _ => "bus_url: the nats-server cannot be reached",
    };
    Error::broken(what, error)
}

/// What answered the greeting of TLS was none of it.
fn is_not_tls(error: &async_nats::ConnectError) -> bool {
    let cause = std::error::Error::source(error).and_then(|e| e.downcast_ref::<std::io::Error>());
    let of_tls = cause.and_then(|e| e.get_ref()).and_then(|e| e.downcast_ref::<rustls::Error>());
    matches!(of_tls, Some(rustls::Error::InvalidMessage(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        for (version, is_taken) in [
            ("2.12.6", true),
            ("2.15.1", true),
            ("3.0.0", true),
            ("2.14.0-RC.1", true),
            ("2.12.5", false),
            ("2.9.10", false),
            ("", false),
        ] {
            assert_eq!(is_new_enough(version), is_taken, "{version}");
        }
    }
}
