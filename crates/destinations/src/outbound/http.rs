//! One HTTP/1.1 request on a connection of its own.
//!
//! No redirect is followed, no connection is kept: a clinic closes a few
//! conversations a minute, and a request that shares nothing cannot go where
//! another was allowed to. The answer is read whole, up to a limit.

use std::sync::Arc;

use bytes::Bytes;
use http::header::HOST;
use http::uri::PathAndQuery;
use http::{Extensions, HeaderMap, HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Allowed, connect, tls};
use crate::{DOCUMENT_BYTES_MAX, Error, Step};

/// A document, and what an answer wraps around it.
const ANSWER_BYTES_MAX: usize = DOCUMENT_BYTES_MAX as usize + 64 * 1024;

const HEADERS_MAX: usize = 100;
const HEADER_BYTES_MAX: usize = 64 * 1024;

/// How requests leave.
#[derive(Debug, Clone)]
pub(crate) struct Web {
    pub(crate) allowed: Allowed,
    pub(crate) tls: Arc<ClientConfig>,
    /// The setting that says where they go, for errors.
    pub(crate) setting: &'static str,
}

impl Web {
    /// Believes the authority `ca_pem`, or the public ones.
    pub(crate) fn new(
        allowed: &Allowed,
        setting: &'static str,
        ca_pem: Option<&str>,
    ) -> Result<Self, Error> {
        Ok(Self { allowed: allowed.clone(), tls: tls::config(ca_pem)?, setting })
    }

    /// Sends the request to where its whole address says.
    pub(crate) async fn send<B>(&self, request: Request<B>) -> Result<Response<Bytes>, Error>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (host, port, is_sealed) = place(request.uri(), self.setting)?;
        let stream = connect(&self.allowed, self.setting, (&host, port), is_sealed).await?;
        let (answer, way) = if is_sealed {
            let stream = tls::start(&self.tls, self.setting, &host, stream).await?;
            let way = tls::version(&stream);
            (exchange(stream, request).await, way)
        } else {
            (exchange(stream, request).await, "")
        };
        let mut answer = answer?;
        answer.extensions_mut().insert(Way(way));
        Ok(answer)
    }
}

/// The TLS version that an answer came by; empty without.
#[derive(Clone, Copy)]
struct Way(&'static str);

/// How an answer came, for the sheet of evidence.
pub(crate) fn connection(extensions: &Extensions) -> Step {
    match extensions.get::<Way>() {
        Some(Way(version)) if !version.is_empty() => Step::done("connection", *version),
        _ => Step { found: "plain".to_owned(), ..Step::not_here("connection") },
    }
}

/// A setting that holds a whole web address.
pub(crate) fn web_address(text: &str, setting: &'static str) -> Result<Uri, Error> {
    let wrong = |_| Error::Refused { setting, mend: "not_a_web_address" };
    let uri = text.parse().map_err(wrong)?;
    place(&uri, setting).map(|_| uri)
}

/// Host without brackets, port, and whether TLS is spoken.
pub(crate) fn place(uri: &Uri, setting: &'static str) -> Result<(String, u16, bool), Error> {
    let wrong = Error::Refused { setting, mend: "not_a_web_address" };
    let is_sealed = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(wrong),
    };
    let has_user = uri.authority().is_some_and(|it| it.as_str().contains('@'));
    let host = uri.host().filter(|host| !host.is_empty() && !has_user).ok_or(wrong)?;
    let port = uri.port_u16().unwrap_or(if is_sealed { 443 } else { 80 });
    Ok((host.trim_matches(['[', ']']).to_owned(), port, is_sealed))
}

/// A header's moment, as HTTP writes it or as ISO 8601.
pub(crate) fn date(headers: &HeaderMap, name: &str) -> Option<Timestamp> {
    let text = headers.get(name)?.to_str().ok()?;
    let written = || rfc2822::parse(text).ok().map(|at| at.timestamp());
    text.parse().ok().or_else(written)
}

async fn exchange<S, B>(stream: S, mut request: Request<B>) -> Result<Response<Bytes>, Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    address(&mut request)?;
    let mut builder = http1::Builder::new();
    builder.max_headers(HEADERS_MAX).max_buf_size(HEADER_BYTES_MAX);
    let lost = |_| Error::Later { code: "connection_lost" };
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(lost)?;
    let answer = async {
        let (parts, body) = sender.send_request(request).await.map_err(lost)?.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(|cause| {
            if cause.is::<LengthLimitError>() {
                Error::TooLarge
            } else {
                Error::Later { code: "connection_lost" }
            }
        })?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    };
    // The connection's own end says nothing that the answer does not say better.
    let drive = async {
        let _ended = connection.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        answer = answer => answer,
        () = drive => Err(Error::Later { code: "connection_lost" }),
    }
}

/// HTTP/1.1 wants the host in a header and only the path in the first line.
fn address<B>(request: &mut Request<B>) -> Result<(), Error> {
    let wrong = |_| Error::Later { code: "bad_request" };
    let uri = request.uri().clone();
    if !request.headers().contains_key(HOST) {
        let authority = uri.authority().map_or("", |it| it.as_str());
        let host = HeaderValue::from_str(authority).map_err(|_| Error::BadName)?;
        request.headers_mut().insert(HOST, host);
    }
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    *request.uri_mut() = path.parse().map_err(wrong)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_web_addresses_without_a_user_are_taken() {
        let placed = |text: &'static str| place(&Uri::from_static(text), "url");
        assert_eq!(placed("https://a.example/x"), Ok(("a.example".to_owned(), 443, true)));
        assert_eq!(placed("http://[::1]:9000/"), Ok(("::1".to_owned(), 9000, false)));
        let wrong = Err(Error::Refused { setting: "url", mend: "not_a_web_address" });
        for bad in ["/x", "a.example:443", "ftp://a.example/", "https://a@b.example/"] {
            assert_eq!(placed(bad), wrong, "{bad}");
        }
    }
}
