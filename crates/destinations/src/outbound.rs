//! Where a destination on the network may be.
//!
//! A setting could name any address that this machine reaches: its own ports, a
//! neighbour's database, the cloud's metadata service. So a name is resolved once,
//! the addresses are judged, and the connection goes to an address that was judged;
//! nothing is resolved a second time. Only public addresses pass, and those that
//! the operator, not the settings form, lets through.

pub(crate) mod carrier;
pub(crate) mod http;
mod range;
pub(crate) mod tls;

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Error;
use range::{Range, is_public};

/// For resolving a name, and for each address that is tried.
const CONNECT_SECONDS_MAX: u64 = 10;

/// Of one name. Who gives more gets no more tried.
const ADDRESSES_MAX: usize = 4;

/// Address ranges beyond the public ones that an operator opens to destinations,
/// such as `10.20.0.0/16` or `::1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Allowed(Vec<Range>);

impl Allowed {
    /// Refuses what is not an address or a range of addresses.
    pub fn new(ranges: &[&str]) -> Result<Self, Error> {
        let parsed = ranges.iter().map(|range| range.parse());
        parsed.collect::<Result<_, _>>().map(Self)
    }

    fn names(&self, address: &SocketAddr) -> bool {
        self.0.iter().any(|range| range.holds(address.ip()))
    }

    fn permits(&self, address: &SocketAddr) -> bool {
        is_public(address.ip()) || self.names(address)
    }
}

impl TryFrom<Vec<String>> for Allowed {
    type Error = Error;

    fn try_from(ranges: Vec<String>) -> Result<Self, Error> {
        Self::new(&ranges.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

impl From<Allowed> for Vec<String> {
    fn from(allowed: Allowed) -> Self {
        allowed.0.iter().map(ToString::to_string).collect()
    }
}

/// Connects to a host, if it is where a destination may be. `setting` names it.
/// `is_sealed` says that TLS or SSH follows; without, only addresses that the
/// operator named are reached.
pub(crate) async fn connect(
    allowed: &Allowed,
    setting: &'static str,
    (host, port): (&str, u16),
    is_sealed: bool,
) -> Result<TcpStream, Error> {
    let patience = Duration::from_secs(CONNECT_SECONDS_MAX);
    let looked_up = timeout(patience, tokio::net::lookup_host((host, port)));
    let found: Vec<_> = match looked_up.await {
        Ok(Ok(found)) => found.collect(),
        Ok(Err(_)) => return Err(Error::Refused { setting, mend: "host_unknown" }),
        Err(_) => return Err(Error::Later { code: "name_server_silent" }),
    };
    let judged = judge(allowed, setting, &found, is_sealed)?;
    for address in judged {
        if let Ok(Ok(stream)) = timeout(patience, TcpStream::connect(address)).await {
            // Without it small writes wait for each other; with it all else is the same.
            let _faster = stream.set_nodelay(true);
            return Ok(stream);
        }
    }
    Err(Error::Later { code: "unreachable" })
}

fn judge(
    allowed: &Allowed,
    setting: &'static str,
    found: &[SocketAddr],
    is_sealed: bool,
) -> Result<Vec<SocketAddr>, Error> {
    let permitted: Vec<_> = found.iter().copied().filter(|it| allowed.permits(it)).collect();
    if permitted.is_empty() {
        return Err(Error::Refused { setting, mend: "address_refused" });
    }
    let near = |it: &SocketAddr| is_sealed || allowed.names(it);
    let judged: Vec<_> = permitted.into_iter().filter(near).take(ADDRESSES_MAX).collect();
    if judged.is_empty() {
        return Err(Error::Refused { setting, mend: "not_https" });
    }
    Ok(judged)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: Error = Error::Refused { setting: "url", mend: "address_refused" };

    fn at(address: &str) -> SocketAddr {
        address.parse().expect("an address and a port")
    }

    #[tokio::test]
    async fn every_spelling_of_this_machine_is_refused() {
        for host in ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "::1", "0"] {
            let tried = connect(&Allowed::default(), "url", (host, 9), true).await;
            let refused = tried.expect_err("nothing of ours is reached");
            let is_unknown = refused == Error::Refused { setting: "url", mend: "host_unknown" };
            assert!(refused == REFUSED || is_unknown, "{host}: {refused:?}");
        }
    }

    #[test]
    fn of_a_mixed_answer_only_the_permitted_addresses_are_tried() {
        let found = [at("10.0.0.1:443"), at("8.8.8.8:443"), at("[fd00::1]:443")];
        let judged = judge(&Allowed::default(), "url", &found, true);
        assert_eq!(judged, Ok(vec![at("8.8.8.8:443")]));
        assert_eq!(judge(&Allowed::default(), "url", &found[..1], true), Err(REFUSED));
    }

    #[test]
    fn without_tls_only_what_the_operator_named_is_reached() {
        let allowed = Allowed::new(&["10.0.0.0/8"]).expect("a range");
        let found = [at("8.8.8.8:80"), at("10.1.2.3:80")];
        assert_eq!(judge(&allowed, "url", &found, false), Ok(vec![at("10.1.2.3:80")]));
        let plain = Error::Refused { setting: "url", mend: "not_https" };
        assert_eq!(judge(&allowed, "url", &found[..1], false), Err(plain));
    }

    #[test]
    fn an_allow_list_is_read_as_written() {
        let written = r#"["127.0.0.0/8","::1/128","10.2.3.4/32"]"#;
        let allowed: Allowed = serde_json::from_str(written).expect("ranges");
        assert_eq!(serde_json::to_string(&allowed).expect("strings"), written);
        assert!(serde_json::from_str::<Allowed>(r#"["10.0.0.0/33"]"#).is_err());
        assert!(serde_json::from_str::<Allowed>(r#"["example.org"]"#).is_err());
    }
}
