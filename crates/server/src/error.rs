//! The server's one error: each variant says what the caller can do.

use protocol::{Code, Problem};

/// Shorthand for everything that may be refused.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something was not done. Never holds what a person typed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not found")]
    NotFound,
    #[error("not allowed")]
    NotAllowed,
    #[error("signed out")]
    SignedOut,
    #[error("wrong origin")]
    WrongOrigin,
    #[error("another agent has it")]
    AcceptedBy(String),
    #[error("the conversation's state does not allow this")]
    WrongState,
    #[error("at capacity")]
    AtCapacity,
    #[error("client id was used with other text")]
    ReusedClientId,
    #[error("{field} {why}")]
    Invalid { field: &'static str, why: &'static str },
    /// A destination's setting; `code` names the sentence.
    #[error("{field} must change: {code}")]
    Refused { field: String, code: &'static str, mend: &'static str },
    #[error("malformed at {field}")]
    Malformed { field: String },
    #[error("too large")]
    TooLarge,
    #[error("too many")]
    TooMany { retry_after: u32 },
    #[error("later")]
    Later { retry_after: u32 },
    #[error("version {expected} is current")]
    Stale { expected: u64 },
    #[error("other protocol version")]
    OtherVersion,
    #[error("reader too slow")]
    TooSlow,
    /// Our fault. The sentence is ours; the source is logged where it is handled.
    #[error("{what}")]
    Broken {
        what: &'static str,
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl Error {
    /// Our fault, with its cause.
    pub fn broken(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Broken { what, source: Some(source.into()) }
    }

    /// Our fault, where the sentence says all.
    pub fn broken_because(what: &'static str) -> Self {
        Self::Broken { what, source: None }
    }

    /// Whether a connection failed because the other side's certificate was not believed.
    pub fn is_of_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
        let mut next = Some(error);
        while let Some(error) = next {
            // What an `io::Error` wraps is passed over by its own source.
            let inner = error.downcast_ref::<std::io::Error>().and_then(|e| e.get_ref());
            let of_tls = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
            if matches!(of_tls, Some(rustls::Error::InvalidCertificate(_))) {
                return true;
            }
            next = error.source();
        }
        false
    }

    /// As it goes over the wire. Logs a cause of our own, once.
    pub fn to_problem(&self) -> Problem {
        if let Self::Broken { what, source } = self {
            let source = source.as_ref().map(|s| s.to_string()).unwrap_or_default();
            tracing::error!(what, source, "broken");
        }
        let (code, status, title) = self.words();
        let mut problem = Problem {
            kind: "about:blank".to_owned(),
            title: title.to_owned(),
            status,
            code,
            detail: None,
            field: None,
            mend: None,
            retry_after: None,
            accepted_by: None,
        };
        match self {
            Self::AcceptedBy(name) => problem.accepted_by = Some(name.clone()),
            Self::Invalid { field, why } => {
                problem.field = Some((*field).to_owned());
                problem.detail = Some(format!("{field} {why}"));
            }
            Self::Refused { field, code, mend } => {
                problem.field = Some(field.clone());
                problem.detail = Some((*mend).to_owned());
                problem.mend = Some((*code).to_owned());
            }
            Self::Malformed { field } => problem.field = Some(field.clone()),
            Self::TooMany { retry_after } | Self::Later { retry_after } => {
                problem.retry_after = Some(*retry_after);
            }
            Self::Stale { expected } => {
                problem.detail =
                    Some(format!("Version {expected} is current. Load it and try again."));
            }
            _ => {}
        }
        problem
    }

    fn words(&self) -> (Code, u16, &'static str) {
        match self {
            Self::NotFound => (Code::NotFound, 404, "There is no such thing here"),
            Self::NotAllowed => (Code::NotAllowed, 403, "Your role does not allow this"),
            Self::SignedOut => (Code::SignedOut, 401, "Sign in again"),
            Self::WrongOrigin => (Code::WrongOrigin, 403, "This page may not ask that"),
            Self::AcceptedBy(_) => (Code::AcceptedBy, 409, "A colleague has this conversation"),
            Self::WrongState => (Code::WrongState, 409, "The conversation is past that"),
            Self::AtCapacity => (Code::AtCapacity, 409, "Finish a conversation first"),
            Self::ReusedClientId => {
                (Code::ReusedClientId, 409, "This was sent before with other words")
            }
            Self::Invalid { .. } | Self::Refused { .. } => {
                (Code::Invalid, 422, "A field needs mending")
            }
            Self::Malformed { .. } => (Code::Malformed, 400, "This is not what was expected here"),
            Self::TooLarge => (Code::TooLarge, 413, "This is longer than the limit"),
            Self::TooMany { .. } => (Code::TooMany, 429, "Too many at once. Try again shortly"),
            Self::Later { .. } => {
                (Code::Later, 503, "It could not be stored. Nothing was lost; try again shortly")
            }
            Self::Stale { .. } => (Code::WrongState, 409, "Someone else changed this meanwhile"),
            Self::OtherVersion => (Code::OtherVersion, 400, "Reload the page"),
            Self::TooSlow => (Code::TooSlow, 408, "The connection was too slow"),
            Self::Broken { .. } => (Code::Broken, 500, "Something broke on our side"),
        }
    }
}
