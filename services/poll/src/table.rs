//! One exchange table as it lies in the department's database, ready to be read.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use mingjing_wire::import::{Preset, Table, TableReader};

use crate::config::{Config, Table as Own};
use crate::database::{Database, DatabaseError};
use crate::sql::{Column, Kind, Place, Reading};

/// Rows whose content is remembered, so that the overlap does not send them again. What is beyond is sent again, which is harmless.
const REMEMBERED_MAX: usize = 500_000;

/// Why a table cannot be polled.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The preset has no such table.
    #[error("the settings speak of the table {0}, which the preset does not have")]
    Unknown(String),
    /// It is not in the database.
    #[error(
        "there is no table {name} that this user may read; grant SELECT on it, or name it with tables.{table}.from"
    )]
    Missing {
        /// The preset's table.
        table: String,
        /// As it was looked for.
        name: String,
    },
    /// Nothing tells the order of reading.
    #[error(
        "{table}: the preset knows no update time for it; name a column with an update time or a sequence as tables.{table}.position"
    )]
    NoPosition {
        /// The preset's table.
        table: String,
    },
    /// The column does not tell an order.
    #[error("{table}: the column {column} ({of_type}) is neither an instant nor a whole number")]
    Position {
        /// The preset's table.
        table: String,
        /// The column.
        column: String,
        /// Its type.
        of_type: String,
    },
    /// Rows cannot be told from each other.
    #[error("{table}: its key {key:?} is not there; name the columns as tables.{table}.key")]
    Key {
        /// The preset's table.
        table: String,
        /// The columns.
        key: Vec<String>,
    },
    /// The columns do not fit the preset.
    #[error("{table}")]
    Columns {
        /// The preset's table.
        table: String,
        /// Why.
        #[source]
        source: mingjing_wire::import::TableError,
    },
    /// The preset leaves no table to read.
    #[error("there is no table to poll")]
    None,
}

/// A table that can be read.
pub(crate) struct Polled {
    /// The preset's name for it.
    pub name: String,
    pub place: Place,
    pub columns: Vec<Column>,
    pub position: Column,
    pub key: Vec<Column>,
    /// Where the key stands among the columns.
    pub key_at: Vec<usize>,
    pub reader: TableReader,
    /// By key, what was read last, as hashes.
    pub remembered: HashMap<u64, u64>,
}

/// Either of the two.
pub(crate) enum OpenError {
    Table(TableError),
    Database(DatabaseError),
}

/// Finds all tables of a preset in the database.
pub(crate) async fn open(
    preset: &Preset,
    config: &Config,
    database: &mut Database,
) -> Result<Vec<Polled>, OpenError> {
    for name in config.tables.keys() {
        if !preset.tables().iter().any(|t| t.is_called(name)) {
            return Err(OpenError::Table(TableError::Unknown(name.clone())));
        }
    }
    let mut polled = Vec::new();
    for table in preset.tables().iter().filter(|t| t.tells_events()) {
        let own = config.tables.iter().find(|(name, _)| table.is_called(name));
        let own = own.map(|(_, own)| own.clone()).unwrap_or_default();
        if own.skip {
            continue;
        }
        let name = own.from.clone().unwrap_or_else(|| table.name.clone());
        let found = database.columns(&name).await.map_err(OpenError::Database)?;
        let Some((place, there)) = found else {
            if !table.required && own.from.is_none() {
                tracing::info!(table = table.name, "not in the database, and not needed");
                continue;
            }
            let table = table.name.clone();
            return Err(OpenError::Table(TableError::Missing { table, name }));
        };
        let ready = Polled::new(table, own, &config.source, place, &there);
        polled.push(ready.map_err(OpenError::Table)?);
    }
    if polled.is_empty() {
        return Err(OpenError::Table(TableError::None));
    }
    Ok(polled)
}

impl Polled {
    fn new(
        table: &Table,
        own: Own,
        source: &str,
        place: Place,
        there: &[Column],
    ) -> Result<Self, TableError> {
        let mut table = table.clone();
        let name = table.name.clone();
        table.updated = own.position.or(table.updated);
        table.key = own.key.unwrap_or(table.key);
        let names: Vec<String> = there.iter().map(|c| c.name.clone()).collect();
        let Some(position) = &table.updated else {
            return Err(TableError::NoPosition { table: name });
        };
        let columns = |source| TableError::Columns {
            table: name.clone(),
            source,
        };
        let used = table.columns_of(&names).map_err(columns)?;
        let at = table.place(position, &names);
        let position = at.map(|at| there[at].clone());
        let position = position.ok_or_else(|| TableError::NoPosition {
            table: name.clone(),
        })?;
        if !matches!(position.kind(), Kind::Instant | Kind::Whole) {
            return Err(TableError::Position {
                table: name,
                column: position.name,
                of_type: position.of_type,
            });
        }
        let key: Option<Vec<Column>> = table
            .key
            .iter()
            .map(|k| table.place(k, &names).map(|at| there[at].clone()))
            .collect();
        let key = key.filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| TableError::Key {
            table: name.clone(),
            key: table.key.clone(),
        })?;
        let reader = table.reader(source, &used).map_err(columns)?;
        let columns = used.iter().filter_map(|used| {
            let column = there.iter().find(|column| column.name == *used);
            column.cloned()
        });
        let key_at = key
            .iter()
            .filter_map(|key| used.iter().position(|used| *used == key.name));
        Ok(Self {
            columns: columns.collect(),
            key_at: key_at.collect(),
            name,
            place,
            position,
            key,
            reader,
            remembered: HashMap::new(),
        })
    }

    pub fn reading(&self, dialect: crate::sql::Dialect) -> Reading<'_> {
        Reading {
            dialect,
            place: &self.place,
            columns: &self.columns,
            position: &self.position,
            key: &self.key,
        }
    }

    /// Where a round begins: so much before the position, for what was committed later than it says.
    pub fn before(&self, at: &str, overlap: Duration, numbers: u64) -> Option<String> {
        match self.position.kind() {
            Kind::Instant => {
                let at =
                    local(at)?.checked_sub_signed(chrono::Duration::from_std(overlap).ok()?)?;
                Some(written(at))
            }
            _ => {
                let at: i128 = at.parse().ok()?;
                Some((at - i128::from(numbers)).to_string())
            }
        }
    }

    /// The lesser of a position and the database's clock: a row from the future must not carry the position away. A
    /// sequence knows no clock.
    pub fn no_later(&self, at: &str, now: &str) -> Option<String> {
        if self.position.kind() != Kind::Instant {
            return Some(at.to_owned());
        }
        let (row, clock) = (local(at)?, local(now)?);
        Some(if row <= clock {
            at.to_owned()
        } else {
            now.to_owned()
        })
    }

    /// The greater of two positions.
    pub fn later<'a>(&self, one: &'a str, other: &'a str) -> &'a str {
        let greater = match self.position.kind() {
            Kind::Instant => local(one) > local(other),
            _ => one.parse::<i128>().ok() > other.parse::<i128>().ok(),
        };
        if greater { one } else { other }
    }

    /// Remembers what is read in this round, for the next one.
    pub fn remember(&mut self, rows: impl IntoIterator<Item = (u64, u64)>) {
        for (key, content) in rows {
            if self.remembered.len() >= REMEMBERED_MAX {
                return;
            }
            self.remembered.insert(key, content);
        }
    }
}

/// `2026-07-01`, `2026-07-01 09:00:00`, `2026-07-01 09:00:00.123456`.
pub(crate) fn local(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
        .or_else(|_| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|date| date.and_time(NaiveTime::MIN))
        })
        .ok()
}

fn written(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}
