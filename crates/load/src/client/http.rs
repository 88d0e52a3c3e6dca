//! The few HTTP calls that come before a socket: one connection each, HTTP/1.1
//! as in RFC 9112, no redirects, no keep-alive.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Address;

/// Sign-in waits for a password hash, and many may queue for one core.
const CALL_SECONDS_MAX: u64 = 120;

/// What to ask.
pub(crate) struct Call<'a> {
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    pub(crate) cookie: Option<&'a str>,
    pub(crate) method: Method<'a>,
}

/// How to ask, with what body.
#[derive(Clone, Copy)]
pub(crate) enum Method<'a> {
    Get,
    Post(&'a Value),
    Put(&'a Value),
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        let body = String::from_utf8_lossy(&self.body);
        ensure!(self.status == 200 || self.status == 201, "status {}: {body}", self.status);
        serde_json::from_slice(&self.body).with_context(|| format!("unexpected answer {body}"))
    }

    /// `name=value` of the first cookie that was set.
    pub(crate) fn cookie(&self) -> Option<String> {
        let (_, set) = self.headers.iter().find(|(name, _)| name == "set-cookie")?;
        Some(set.split(';').next()?.trim().to_owned())
    }
}

/// Whether the server says that it is ready.
pub(crate) async fn is_ready(address: Address) -> bool {
    let host = address.console();
    let call = Call { host: &host, path: "/readyz", cookie: None, method: Method::Get };
    matches!(ask(address, call).await, Ok(answer) if answer.status == 200)
}

/// What a node counts under this name.
pub(crate) async fn metric(address: Address, name: &str) -> Result<f64> {
    let host = address.to_string();
    let call = Call { host: &host, path: "/metrics", cookie: None, method: Method::Get };
    let answer = ask(address, call).await?;
    let text = String::from_utf8_lossy(&answer.body);
    let mut lines = text.lines().filter_map(|line| line.rsplit_once(' '));
    let found = lines.find(|(of, _)| *of == name).with_context(|| format!("no metric {name}"))?;
    found.1.parse().with_context(|| format!("{name} is no number"))
}

/// Asks, and reads the answer to its end.
pub(crate) async fn ask(address: Address, call: Call<'_>) -> Result<Answer> {
    let path = call.path.to_owned();
    let limit = Duration::from_secs(CALL_SECONDS_MAX);
    timeout(limit, ask_at_leisure(address, call))
        .await
        .with_context(|| format!("no answer to {path} within {CALL_SECONDS_MAX} s"))?
        .with_context(|| format!("asking for {path}"))
}

async fn ask_at_leisure(address: Address, call: Call<'_>) -> Result<Answer> {
    let mut stream = TcpStream::connect(address.socket()).await?;
    stream.write_all(&written(&call)).await?;
    let mut read = Vec::new();
    stream.read_to_end(&mut read).await?;
    parse(&read)
}

fn written(call: &Call<'_>) -> Vec<u8> {
    let Call { host, path, .. } = call;
    let (method, body) = match call.method {
        Method::Get => ("GET", None),
        Method::Post(body) => ("POST", Some(body.to_string())),
        Method::Put(body) => ("PUT", Some(body.to_string())),
    };
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\
         X-Sotto: 1\r\nConnection: close\r\n"
    );
    if let Some(cookie) = call.cookie {
        head += &format!("Cookie: {cookie}\r\n");
    }
    if let Some(body) = &body {
        head += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    format!("{head}\r\n{}", body.unwrap_or_default()).into_bytes()
}

fn parse(read: &[u8]) -> Result<Answer> {
    let end = read.windows(4).position(|four| four == b"\r\n\r\n").context("no end of headers")?;
    let head = std::str::from_utf8(&read[..end]).context("headers are not text")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status line")?;
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let rest = &read[end + 4..];
    let is_chunked = headers.iter().any(|(n, v)| n == "transfer-encoding" && v == "chunked");
    let body = if is_chunked { unchunked(rest)? } else { rest.to_vec() };
    let length = headers.iter().find(|(name, _)| name == "content-length");
    if let Some((_, length)) = length {
        ensure!(length.parse() == Ok(body.len()), "the answer broke off");
    }
    Ok(Answer { status: status.parse().context("no status")?, headers, body })
}

fn unchunked(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|two| two == b"\r\n").context("no chunk size")?;
        let size = std::str::from_utf8(&rest[..line])?.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size.trim(), 16).context("no chunk size")?;
        rest = &rest[line + 2..];
        if size == 0 {
            return Ok(body);
        }
        if rest.len() < size + 2 {
            bail!("a chunk broke off");
        }
        body.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_gives_its_status_its_cookie_and_its_body() {
        let raw =
            b"HTTP/1.1 200 OK\r\nSet-Cookie: sotto=abc; HttpOnly\r\nContent-Length: 2\r\n\r\n{}";
        let answer = parse(raw).unwrap();
        assert_eq!((answer.status, answer.cookie().as_deref()), (200, Some("sotto=abc")));
        assert_eq!(answer.json::<Value>().unwrap(), serde_json::json!({}));
    }

    #[test]
    fn chunks_are_put_together() {
        let raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n";
        assert_eq!(parse(raw).unwrap().json::<Vec<u8>>().unwrap(), [1, 2]);
    }

    #[test]
    fn half_an_answer_is_none() {
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}").is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}").is_err());
    }

    #[test]
    fn a_refusal_is_no_json_answer() {
        let raw = b"HTTP/1.1 403 Forbidden\r\n\r\n{\"code\":\"not_allowed\"}";
        let error = parse(raw).unwrap().json::<Value>().unwrap_err();
        assert!(error.to_string().contains("not_allowed"), "{error}");
    }
}
