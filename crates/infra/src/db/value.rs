//! What goes into a statement and what comes out of a row, the same on both engines.

use countersign_base::{Digest, Fault, Id, Moment};
use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// A value for a statement; `None` is NULL of that type.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// A BIGINT.
    Int(Option<i64>),
    /// A BOOLEAN.
    Bool(Option<bool>),
    /// A TEXT.
    Text(Option<&'a str>),
    /// A BYTEA.
    Bytes(Option<&'a [u8]>),
    /// A BYTEA of 16 bytes: an id.
    Id(Option<[u8; 16]>),
}

impl std::fmt::Debug for Value<'_> {
    /// Says the type only: values are personal data and secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Int(_) => "Int",
            Self::Bool(_) => "Bool",
            Self::Text(_) => "Text",
            Self::Bytes(_) => "Bytes",
            Self::Id(_) => "Id",
        })
    }
}

macro_rules! into_value {
    ($($from:ty, $value:ident, $take:expr;)*) => {$(
        impl<'a> From<$from> for Value<'a> {
            fn from(value: $from) -> Self { Self::$value(Some($take(value))) }
        }
        impl<'a> From<Option<$from>> for Value<'a> {
            fn from(value: Option<$from>) -> Self { Self::$value(value.map($take)) }
        }
    )*};
}

into_value! {
    i64, Int, |n| n;
    bool, Bool, |b| b;
    &'a str, Text, |text| text;
    &'a String, Text, String::as_str;
    &'a [u8], Bytes, |bytes| bytes;
    &'a Vec<u8>, Bytes, Vec::as_slice;
    &'a [u8; 32], Bytes, |bytes: &'a [u8; 32]| bytes.as_slice();
    &'a Digest, Bytes, |digest: &'a Digest| digest.0.as_slice();
    [u8; 16], Id, |id| id;
    Moment, Int, Moment::millis;
}

impl Value<'_> {
    /// Its type on PostgreSQL.
    pub(super) fn pg_type(&self) -> Type {
        match self {
            Self::Int(_) => Type::INT8,
            Self::Bool(_) => Type::BOOL,
            Self::Text(_) => Type::TEXT,
            Self::Bytes(_) | Self::Id(_) => Type::BYTEA,
        }
    }

    /// The type of an array of them on PostgreSQL.
    pub(super) fn pg_array_type(&self) -> Type {
        match self {
            Self::Int(_) => Type::INT8_ARRAY,
            Self::Bool(_) => Type::BOOL_ARRAY,
            Self::Text(_) => Type::TEXT_ARRAY,
            Self::Bytes(_) | Self::Id(_) => Type::BYTEA_ARRAY,
        }
    }
}

impl<K> From<Id<K>> for Value<'_> {
    fn from(id: Id<K>) -> Self {
        Self::Id(Some(id.bytes()))
    }
}

impl<K> From<Option<Id<K>>> for Value<'_> {
    fn from(id: Option<Id<K>>) -> Self {
        Self::Id(id.map(Id::bytes))
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Int(Some(n)) => ValueRef::Integer(*n),
            Self::Bool(Some(b)) => ValueRef::Integer(i64::from(*b)),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(Some(bytes)) => ValueRef::Blob(bytes),
            Self::Id(Some(id)) => ValueRef::Blob(id),
            _ => ValueRef::Null,
        }))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut tokio_postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Int(n) => n.to_sql(ty, out),
            Self::Bool(b) => b.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Bytes(bytes) => bytes.to_sql(ty, out),
            Self::Id(id) => id.as_ref().map(<[u8; 16]>::as_slice).to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::BOOL | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}

/// A row as the engine gives it.
pub enum Row<'a> {
    /// A row of SQLite.
    Lite(&'a rusqlite::Row<'a>),
    /// A row of PostgreSQL.
    Pg(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// Column `index`, which must have exactly the type that is asked for.
    ///
    /// A NULL where no `Option` is asked for is a fault on both engines, never `""` or `0`.
    pub fn col<T: Column>(&self, index: usize) -> Result<T, Fault> {
        let value = match self {
            Self::Lite(row) => row.get_ref(index).ok().and_then(T::lite),
            Self::Pg(row) => T::pg(row, index),
        };
        value.ok_or(Fault::Corrupt("a column has another type than the code expects"))
    }
}

/// A type that a column can have.
pub trait Column: Sized {
    /// Reads it from SQLite.
    fn lite(value: ValueRef<'_>) -> Option<Self>;
    /// Reads it from PostgreSQL.
    fn pg(row: &tokio_postgres::Row, index: usize) -> Option<Self>;
}

macro_rules! column {
    ($($type:ty, $pattern:pat => $value:expr;)*) => {$(
        impl Column for $type {
            fn lite(value: ValueRef<'_>) -> Option<Self> {
                match value { $pattern => $value, _ => None }
            }
            fn pg(row: &tokio_postgres::Row, index: usize) -> Option<Self> {
                row.try_get(index).ok()
            }
        }
    )*};
}

column! {
    i64, ValueRef::Integer(n) => Some(n);
    bool, ValueRef::Integer(n) => Some(n != 0);
    String, ValueRef::Text(text) => String::from_utf8(text.to_vec()).ok();
    Vec<u8>, ValueRef::Blob(bytes) => Some(bytes.to_vec());
}

impl<const N: usize> Column for [u8; N] {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok()?.try_into().ok()
    }
    fn pg(row: &tokio_postgres::Row, index: usize) -> Option<Self> {
        row.try_get::<_, &[u8]>(index).ok()?.try_into().ok()
    }
}

macro_rules! wrapped {
    ($($outer:ty, $inner:ty, $wrap:expr $(, $kind:ident)?;)*) => {$(
        impl$(<$kind>)? Column for $outer {
            fn lite(value: ValueRef<'_>) -> Option<Self> { <$inner>::lite(value).map($wrap) }
            fn pg(row: &tokio_postgres::Row, index: usize) -> Option<Self> {
                <$inner>::pg(row, index).map($wrap)
            }
        }
    )*};
}

wrapped! {
    Id<K>, [u8; 16], Self::from_bytes, K;
    Digest, [u8; 32], Digest;
    Moment, i64, Self::from_millis;
}

impl<T: Column> Column for Option<T> {
    fn lite(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Null => Some(None),
            value => T::lite(value).map(Some),
        }
    }

    fn pg(row: &tokio_postgres::Row, index: usize) -> Option<Self> {
        match row.try_get::<_, Option<Null>>(index) {
            Ok(None) => Some(None),
            _ => T::pg(row, index).map(Some),
        }
    }
}

/// Any type, read only to see whether it is NULL.
struct Null;

impl<'a> tokio_postgres::types::FromSql<'a> for Null {
    fn from_sql(_: &Type, _: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
