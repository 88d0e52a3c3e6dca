//! What stands before every handler: how often, from which page, with which right.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::MethodRouter;

use super::{Doors, Needs, On, Route};
use crate::error::{Error, Result};
use crate::identity;
use crate::rates::Client;

/// Where a connection comes from; every request carries it.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

const START: &str = "/api/visitor/start";

#[derive(Clone)]
struct Guard {
    doors: Doors,
    path: &'static str,
    needs: Needs,
    origin: String,
}

/// The route's handler behind its guard.
pub(super) fn before(doors: &Doors, route: &Route) -> MethodRouter<Doors> {
    let origins = &doors.app.config.origins;
    let origin = match route.on {
        On::Console => origins.console.clone(),
        On::Widget => origins.widget.clone(),
    };
    let guard = Guard { doors: doors.clone(), path: route.path, needs: route.needs, origin };
    (route.serve)().layer(from_fn_with_state(guard, stand))
}

async fn stand(State(guard): State<Guard>, mut request: Request, next: Next) -> Result<Response> {
    // First: a foreign page must not use up the tries of whoever has it open.
    guard.must_be_our_page(&request)?;
    let client = guard.often_enough(&request)?;
    request.extensions_mut().insert(client);
    if let Needs::Right(right) = guard.needs {
        let session = identity::http::session_of(&guard.doors.app, request.headers()).await?;
        if !right.is_of(session.account.role) {
            return Err(Error::NotAllowed);
        }
        request.extensions_mut().insert(session);
    }
    Ok(next.run(request).await)
}

impl Guard {
    fn often_enough(&self, request: &Request) -> Result<Client> {
        let app = &self.doors.app;
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
        let who = peer.map(|peer| client(peer, request.headers(), &app.config.trusted_proxies));
        let who = who.map(network).unwrap_or_default();
        let (limits, now) = (&app.config.limits, app.clock.now());
        let rates = &self.doors.rates;
        rates.count("request", who, limits.requests_per_minute, now)?;
        if self.path == START {
            rates.count("start", who, limits.starts_per_minute, now)?;
        }
        Ok(Client(who))
    }

    /// Foreign pages can make a browser send, but not these headers.
    fn must_be_our_page(&self, request: &Request) -> Result<()> {
        let headers = request.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let origin = text(header::ORIGIN.as_str());
        let is_ours = origin == Some(self.origin.as_str());
        if self.needs == Needs::FirstFrame {
            return if is_ours { Ok(()) } else { Err(Error::WrongOrigin) };
        }
        let is_foreign = matches!(text("sec-fetch-site"), Some("cross-site" | "same-site"));
        if is_foreign || (origin.is_some() && !is_ours) {
            return Err(Error::WrongOrigin);
        }
        let is_safe = matches!(*request.method(), Method::GET | Method::HEAD);
        if is_safe || (is_ours && text("x-sotto") == Some("1")) {
            Ok(())
        } else {
            Err(Error::WrongOrigin)
        }
    }
}

/// The client's address: the peer's, unless it is a proxy that we trust; then the
/// last one of `X-Forwarded-For` that is not such a proxy.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().rev();
    let hops = forwarded.filter_map(|value| value.to_str().ok()).flat_map(|line| line.rsplit(','));
    for hop in hops {
        match hop.trim().parse::<IpAddr>() {
            Ok(hop) if trusted.contains(&hop) => {}
            Ok(hop) => return hop,
            Err(_) => return peer,
        }
    }
    peer
}

/// What one household can change at will counts as one: IPv6 by its /64.
fn network(address: IpAddr) -> [u8; 16] {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => {
            let mut octets = v6.octets();
            octets[8..].fill(0);
            octets
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        let (proxy, visitor): (IpAddr, IpAddr) =
            ("10.0.0.1".parse().unwrap(), "203.0.113.9".parse().unwrap());
        let lie = forwarded(&["198.51.100.7, 203.0.113.9"]);
        assert_eq!(client(visitor, &lie, &[proxy]), visitor);
        assert_eq!(client(proxy, &lie, &[proxy]), visitor);
        let twice = forwarded(&["198.51.100.7", "203.0.113.9, 10.0.0.1"]);
        assert_eq!(client(proxy, &twice, &[proxy]), visitor);
        assert_eq!(client(proxy, &forwarded(&["nonsense"]), &[proxy]), proxy);
    }

    #[test]
    fn one_household_is_one() {
        let one = network("2001:db8:1:2:3::4".parse().unwrap());
        assert_eq!(one, network("2001:db8:1:2:ffff::1".parse().unwrap()));
        assert_ne!(one, network("2001:db8:1:3::4".parse().unwrap()));
    }
}
