//! What PostgreSQL's error codes mean for a clinic (PostgreSQL 15, appendix A).

use tokio_postgres::error::SqlState;

use crate::Error;

/// What a statement was for; a refusal means different things.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Doing {
    Putting,
    Reading,
    Removing,
}

pub(super) fn explain(cause: &tokio_postgres::Error, doing: Doing) -> Error {
    let refused = |setting, mend| Error::Refused { setting, mend };
    let Some(code) = cause.code() else {
        return Error::Later { code: "connection_lost" };
    };
    match *code {
        SqlState::UNIQUE_VIOLATION => Error::Exists,
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            refused("password", "database_sign_in_refused")
        }
        SqlState::INVALID_CATALOG_NAME => refused("database", "database_missing"),
        SqlState::UNDEFINED_TABLE | SqlState::INVALID_SCHEMA_NAME => {
            refused("table", "table_missing")
        }
        SqlState::INSUFFICIENT_PRIVILEGE if doing == Doing::Reading => {
            refused("user", "database_may_not_select")
        }
        SqlState::INSUFFICIENT_PRIVILEGE if doing == Doing::Removing => Error::NotWritable,
        SqlState::INSUFFICIENT_PRIVILEGE => refused("user", "database_may_not_insert"),
        SqlState::READ_ONLY_SQL_TRANSACTION => refused("host", "database_read_only"),
        SqlState::DISK_FULL => Error::Full,
        _ => explain_class(code.code()),
    }
}

/// By the first two letters, which name the class.
fn explain_class(code: &str) -> Error {
    match code.get(..2) {
        // No data as we have them, no such column, a rule of the table's own.
        Some("22" | "23" | "42" | "44" | "P0") => {
            Error::Refused { setting: "table", mend: "table_differs" }
        }
        // Connections, resources, an operator's doing, a conflict, trouble of the system.
        Some("08" | "40" | "53" | "55" | "57" | "58") => Error::Later { code: "busy" },
        _ => Error::Later { code: "refused" },
    }
}
