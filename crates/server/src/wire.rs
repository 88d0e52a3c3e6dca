//! What comes in over the wire becomes a type, or a refusal that quotes nothing.
//!
//! A library's parse error repeats the input, and the input is what a visitor
//! typed. So an error leaves here as our own field's path and an offset.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::{Error, Result};

/// For a whole body, as for a whole head.
const BODY_READ: Duration = Duration::from_secs(10);

/// A body of JSON.
pub struct Json<T>(pub T);

/// Reads one JSON value.
///
/// # Errors
/// `Malformed`, naming the field's path and the offset.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner());
        let at = offset(bytes, inner.line(), inner.column());
        // A key or variant that we do not know is the sender's word, not ours.
        let is_ours =
            inner.classify() == Category::Data && !inner.to_string().starts_with("unknown");
        let field = match is_ours {
            true => format!("{path} at byte {at}"),
            false => format!("byte {at}"),
        };
        Error::Malformed { field }
    })?;
    reader.end().map_err(|_| Error::Malformed { field: "after the end".to_owned() })?;
    Ok(value)
}

fn offset(bytes: &[u8], line: usize, column: usize) -> usize {
    let before = bytes.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1));
    before.map(<[u8]>::len).sum::<usize>() + column
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let is_json = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
            kind.to_str().is_ok_and(|kind| kind.split(';').next() == Some("application/json"))
        });
        if !is_json {
            return Err(Error::Invalid { field: "content-type", why: "is application/json" });
        }
        // Whoever sends a byte at a time holds nothing for long.
        let whole = tokio::time::timeout(BODY_READ, Bytes::from_request(request, state));
        let whole = whole.await.map_err(|_| Error::TooSlow)?;
        // The router's limit on bodies is the only reason for a refusal here.
        let bytes = whole.map_err(|_| Error::TooLarge)?;
        parse(&bytes).map(Json)
    }
}

impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let problem = self.to_problem();
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = (status, axum::Json(&problem)).into_response();
        let headers = answer.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        if let Some(seconds) = problem.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use protocol::visitor::Request;

    use super::*;

    fn refusal(text: &str) -> String {
        match parse::<Request>(text.as_bytes()) {
            Err(Error::Malformed { field }) => field,
            other => panic!("{text} gave {other:?}"),
        }
    }

    #[test]
    fn a_refusal_names_our_field_and_an_offset() {
        let wrong = r#"{"id":1,"verb":{"post_message":{"client_id":7,"text":"x"}}}"#;
        assert_eq!(refusal(wrong), "verb.post_message.client_id at byte 45");
    }

    #[test]
    fn a_refusal_quotes_nothing_that_was_sent() {
        for wrong in [
            r#"{"id":1,"verb":{"post_message":{"client_id":"a","text":"x","vexmarrow":1}}}"#,
            r#"{"id":1,"verb":{"vexmarrow":{}}}"#,
            r#"{"id":1,"vexmarrow":{}}"#,
            r#"{"id":"vexmarrow","verb":{}}"#,
            r#"vexmarrow"#,
            r#"{"id":1,"verb":{"end":{}}} vexmarrow"#,
            r#"{"id":1,"verb":"vexmarrow"}"#,
        ] {
            assert!(!refusal(wrong).contains("vexmarrow"), "{wrong}: {}", refusal(wrong));
        }
    }
}
