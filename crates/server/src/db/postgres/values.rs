//! Parameters as PostgreSQL takes them.

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::db::Value;

type Refused = Box<dyn std::error::Error + Sync + Send>;

/// A parameter that waits for nobody: its bytes are its own.
#[derive(Debug)]
pub(super) enum Owned {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<&Value<'_>> for Owned {
    fn from(value: &Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(int) => Self::Int(*int),
            Value::Text(text) => Self::Text((*text).to_owned()),
            Value::Blob(blob) => Self::Blob(blob.to_vec()),
        }
    }
}

impl Owned {
    fn borrowed(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(int) => Value::Int(*int),
            Self::Text(text) => Value::Text(text),
            Self::Blob(blob) => Value::Blob(blob),
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Int(int) if *kind == Type::INT8 => out.put_i64(*int),
            Self::Text(text) if *kind == Type::TEXT => out.put_slice(text.as_bytes()),
            Self::Blob(blob) if *kind == Type::BYTEA => out.put_slice(blob),
            _ => return Err(format!("a parameter is not {kind}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

impl ToSql for Owned {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        self.borrowed().to_sql(kind, out)
    }

    fn accepts(kind: &Type) -> bool {
        <Value<'_> as ToSql>::accepts(kind)
    }

    to_sql_checked!();
}
