//! What a server's refusal means for the unit that it met.

use tokio_postgres::error::SqlState;

use crate::error::Error;

/// Why a transaction cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// A row was held for too long; nothing else is wrong.
    Locked,
    /// Another unit was faster: carried out again, this one sees what that one did.
    Again,
    /// The connection is of no use any more.
    Lost,
    /// No connection could be had for a while.
    Away,
    /// A full disk, too many connections: it may work in a moment.
    Later,
    /// A mistake of ours.
    Broken,
}

impl Failure {
    pub(super) fn of(error: &tokio_postgres::Error) -> Self {
        let Some(state) = error.code() else {
            return if is_ours(error) { Self::Broken } else { Self::Lost };
        };
        let again = [
            &SqlState::T_R_SERIALIZATION_FAILURE,
            &SqlState::T_R_DEADLOCK_DETECTED,
            // Of what came before it in the same transaction.
            &SqlState::IN_FAILED_SQL_TRANSACTION,
        ];
        if *state == SqlState::LOCK_NOT_AVAILABLE {
            return Self::Locked;
        }
        if again.contains(&state) {
            return Self::Again;
        }
        match &state.code()[..2] {
            // A unique row that another unit wrote first, or a row that it took away.
            "23" => Self::Again,
            // Shut down, starting up, a standby since a failover, a broken line.
            "08" | "57" | "25" => Self::Lost,
            "53" | "58" => Self::Later,
            _ => Self::Broken,
        }
    }

    /// As whoever asked is told.
    pub(super) fn to_error(self, error: &tokio_postgres::Error) -> Error {
        match self {
            // A server's own words quote what they refuse; its code does not.
            Self::Broken => {
                let place = error.as_db_error().and_then(|e| e.constraint().or(e.table()));
                let code = error.code().map_or("no code", |code| code.code());
                let place = place.unwrap_or_default();
                Error::broken("the database", format!("{code} {place} {}", shape(error)))
            }
            _ => Error::Later { retry_after: 1 },
        }
    }
}

/// Why no connection can be had, where that does not pass by itself. The server's own
/// words stay away: they may quote the address.
pub(super) fn refusal(error: &tokio_postgres::Error) -> Option<&'static str> {
    if let Some(state) = error.code() {
        return Some(match state.code() {
            "28P01" => {
                "database_url: the server refuses this user and password; correct them there, or \
                 in SOTTO_DATABASE_URL"
            }
            "28000" => {
                "database_url: the server does not let this user in from here, or not without \
                 ?sslmode=require"
            }
            "3D000" => {
                "database_url: the server has no database of this name; create it, or name another"
            }
            _ => return None,
        });
    }
    if Error::is_of_certificate(error) {
        return Some(
            "database_url: the server's certificate is not trusted, or is for another name; see \
             database_ca",
        );
    }
    let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match why.as_str() {
        "server does not support TLS" => {
            Some("database_url: it demands TLS, and the server has none; set ssl = on there")
        }
        "password missing" => {
            Some("database_url: the server asks for a password, and it has none; give it one there")
        }
        _ => None,
    }
}

/// A statement that does not fit its parameters, or a message that cannot be read.
fn is_ours(error: &tokio_postgres::Error) -> bool {
    !error.is_closed()
        && std::error::Error::source(error).is_none_or(|source| !source.is::<std::io::Error>())
}

fn shape(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        // Names columns, types and functions of ours.
        Some(of_server) if of_server.code().code().starts_with("42") => {
            of_server.message().to_owned()
        }
        Some(_) => String::new(),
        None => error.to_string(),
    }
}
