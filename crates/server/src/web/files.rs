//! One embedded file as an answer: its type, its compressed twin, how long it keeps.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use rust_embed::RustEmbed;

use crate::error::Error;

/// What `npm run build` made; empty where it was not run.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

/// An embedded text file.
pub fn text(name: &str) -> Option<String> {
    Dist::get(name).and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}

/// The file of a name, or that there is none.
pub(super) fn answer(name: &str, asked: &HeaderMap) -> Response {
    let Some(plain) = Dist::get(name) else {
        return missing(name);
    };
    let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|list| list.contains("gzip"));
    let takes_gzip = asked.get(header::ACCEPT_ENCODING).is_some_and(accepts);
    let twin = takes_gzip.then(|| Dist::get(&format!("{name}.gz"))).flatten();
    let is_twin = twin.is_some();
    let file = twin.unwrap_or(plain);
    let tag = format!("\"{}\"", HEXLOWER.encode(&file.metadata.sha256_hash()[..16]));
    let is_known = asked.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag.as_str());
    let mut answer = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(bytes(file.data)).into_response()
    };
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeps(name)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_twin {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    answer
}

/// What stands in the binary is sent from there.
fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(inside) => Bytes::from_static(inside),
        Cow::Owned(read) => Bytes::from(read),
    }
}

fn missing(name: &str) -> Response {
    if Dist::iter().next().is_none() && name.ends_with("index.html") {
        let words = "The front ends were not built into this sotto: run `make release`.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, words).into_response();
    }
    Error::NotFound.into_response()
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "woff2" => "font/woff2",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

/// A name that holds its hash never changes; any other is asked for each time.
fn keeps(name: &str) -> &'static str {
    if name.contains("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}
