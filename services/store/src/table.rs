//! A table as Rust sees it: its name, its columns in one list, and how rows become a block.

use mingjing_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::native::Native;

/// A row of a table. Made by the `table!` macro, which keeps the struct, the column list and the encoding one list.
pub trait Table: clickhouse::RowOwned + clickhouse::RowRead + Sized + Send {
    /// The table's name.
    const TABLE: &'static str;
    /// The columns, in the order of the struct.
    const COLUMNS: &'static [&'static str];

    /// The rows as one block in Native format.
    fn encode<'a>(rows: impl ExactSizeIterator<Item = &'a Self> + Clone) -> Vec<u8>
    where
        Self: 'a;

    /// What to select so that a row reads back, in the order of the struct.
    fn select_list() -> String;

    /// The columns to insert into, each quoted (`limit` is a keyword).
    fn column_list() -> String {
        let quoted: Vec<String> = Self::COLUMNS.iter().map(|c| format!("`{c}`")).collect();
        quoted.join(", ")
    }
}

/// Declares a row struct and its table.
macro_rules! table {
    (
        $(#[$doc:meta])*
        $name:ident in $table:literal {
            $( $(#[$field_doc:meta])* $field:ident: $type:ty, )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, clickhouse::Row, serde::Deserialize)]
        pub struct $name {
            $( $(#[$field_doc])* pub $field: $type, )*
        }

        impl $crate::table::Table for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn select_list() -> String {
                [$( $crate::table::selected::<$type>(stringify!($field)) ),*].join(", ")
            }

            fn encode<'a>(rows: impl ExactSizeIterator<Item = &'a Self> + Clone) -> Vec<u8> {
                let mut block = $crate::native::BlockWriter::new(Self::COLUMNS.len(), rows.len());
                $( block.column(stringify!($field), rows.clone().map(|row| &row.$field)); )*
                block.finish()
            }
        }
    };
}
pub(crate) use table;

/// A column as it is selected.
pub(crate) fn selected<T: Native>(column: &str) -> String {
    match T::read_as() {
        None => format!("`{column}`"),
        Some(other) => format!(
            "CAST(`{column}`, '{}') AS `{column}`",
            other.replace('\'', "''")
        ),
    }
}

/// An instant as ClickHouse keeps it: `DateTime64(3, 'UTC')`, milliseconds since the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Native for Millis {
    fn type_name() -> String {
        "DateTime64(3, 'UTC')".into()
    }

    fn write<'a>(values: impl Iterator<Item = &'a Self> + Clone, out: &mut Vec<u8>) {
        for value in values {
            out.extend_from_slice(&value.0.to_le_bytes());
        }
    }
}

impl From<Timestamp> for Millis {
    fn from(t: Timestamp) -> Self {
        Millis(t.millis())
    }
}

impl From<Millis> for Timestamp {
    fn from(t: Millis) -> Self {
        Timestamp::from_millis(t.0)
    }
}

/// The same for an instant that may be absent.
pub(crate) fn millis(t: Option<Timestamp>) -> Option<Millis> {
    t.map(Millis::from)
}

/// And back.
pub(crate) fn instant(t: Option<Millis>) -> Option<Timestamp> {
    t.map(Timestamp::from)
}
