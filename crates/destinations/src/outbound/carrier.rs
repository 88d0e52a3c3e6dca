//! Carries what `object_store` sends, by our own way out, and remembers the last
//! answer: its errors and results leave out the headers and codes that prove or
//! explain something.

use std::error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpResponseBody, HttpService,
};

use super::http::{Web, connection};
use crate::{Error, Step};

/// Of a refusal, only its code is looked for, and it comes early.
const CODE_WITHIN_BYTES: usize = 4 * 1024;

/// What a server said last.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The `Code` of an XML refusal; may be empty.
    pub(crate) code: String,
    /// How it came.
    pub(crate) connection: Step,
}

impl Answer {
    /// A header's text; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn of(answer: &Response<Bytes>) -> Self {
        let code = if answer.status().is_success() { "" } else { code(answer.body()) };
        let (status, headers) = (answer.status(), answer.headers().clone());
        let connection = connection(answer.extensions());
        Self { status, headers, code: code.to_owned(), connection }
    }
}

fn code(body: &[u8]) -> &str {
    let start = &body[..body.len().min(CODE_WITHIN_BYTES)];
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(cut) => std::str::from_utf8(&start[..cut.valid_up_to()]).unwrap_or_default(),
    };
    let after = text.split_once("<Code>").map_or("", |(_, after)| after);
    after.split_once("</Code>").map_or("", |(code, _)| code)
}

/// For one call: its last answer is nobody else's.
#[derive(Debug, Clone)]
pub struct Carrier {
    web: Web,
    last: Arc<Mutex<Option<Result<Answer, Error>>>>,
}

impl Carrier {
    pub(crate) fn new(web: &Web) -> Self {
        Self { web: web.clone(), last: Arc::default() }
    }

    /// The last answer, or why there was none.
    pub(crate) fn last(&self) -> Result<Answer, Error> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone().unwrap_or(Err(Error::Later { code: "nothing_sent" }))
    }
}

impl HttpConnector for Carrier {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Carrier {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let sent = self.web.send(Request::from_parts(parts, body)).await;
        let last = sent.as_ref().map(Answer::of).map_err(|error| *error);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        // Of this kind it tries nothing again; whoever called us does.
        let answer = sent.map_err(|error| HttpError::new(HttpErrorKind::Unknown, Told(error)))?;
        let (parts, body) = answer.into_parts();
        let body = Full::new(body).map_err(|never| match never {});
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)))
    }
}

#[derive(Debug)]
struct Told(Error);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code())
    }
}

impl error::Error for Told {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_refusal_is_found_and_a_page_is_not_one() {
        let refusal = b"<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code></Error>";
        assert_eq!(code(refusal), "NoSuchBucket");
        assert_eq!(code(b"<html>Bad gateway</html>"), "");
        assert_eq!(code(&[0xff; 9000]), "");
    }
}
