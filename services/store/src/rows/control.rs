//! `log_controls`: one row a record of the log that is no event and no tick.

use mingjing_domain::Timestamp;
use mingjing_domain::source::Source;

use super::{from_json, to_json};
use crate::Error;
use crate::table::{Millis, Table, instant, millis, table};

table! {
    /// What the log says beside events.
    ControlRow in "log_controls" {
        /// The source it is about; empty: the platform.
        source: String,
        /// `activated`, `declared`, `complete_until`.
        kind: String,
        /// The partition's clock when it was read.
        clock_at: Option<Millis>,
        /// See [`Control::CompleteUntil`].
        complete_until: Option<Millis>,
        /// See [`Control::Activated`].
        hash: String,
        /// See [`Control::Activated`].
        definitions: String,
        /// See [`Control::Declared`], as a JSON object.
        declaration: String,
        /// The incarnation of the log.
        log_id: String,
        /// The partition of `mj.log`.
        log_partition: u16,
        /// The offset in `mj.log`.
        log_offset: u64,
        /// The offset in `mj.log`.
        version: u64,
    }
}

/// What such a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Definitions came into force.
    Activated {
        /// SHA-256 of the set.
        hash: String,
        /// Their version.
        version: String,
    },
    /// What a source declares.
    Declared(Box<Source>),
    /// Its source is complete up to here.
    CompleteUntil {
        /// The source.
        source: String,
        /// Nothing that occurred up to here is still to come.
        until: Timestamp,
    },
}

/// A control record with its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedControl {
    /// The offset in `mj.log`.
    pub offset: u64,
    /// The partition's clock when it was read.
    pub clock_at: Option<Timestamp>,
    /// What it says.
    pub control: Control,
}

const ACTIVATED: &str = "activated";
const DECLARED: &str = "declared";
const COMPLETE_UNTIL: &str = "complete_until";

impl ControlRow {
    /// The row of a record at this position.
    pub fn new(
        control: &Control,
        clock_at: Option<Timestamp>,
        log_id: &str,
        partition: u16,
        offset: u64,
    ) -> Self {
        let mut row = ControlRow {
            source: String::new(),
            kind: String::new(),
            clock_at: millis(clock_at),
            complete_until: None,
            hash: String::new(),
            definitions: String::new(),
            declaration: String::new(),
            log_id: log_id.into(),
            log_partition: partition,
            log_offset: offset,
            version: offset,
        };
        match control {
            Control::Activated { hash, version } => {
                row.kind = ACTIVATED.into();
                row.hash.clone_from(hash);
                row.definitions.clone_from(version);
            }
            Control::Declared(source) => {
                row.kind = DECLARED.into();
                row.source.clone_from(&source.id);
                row.declaration = to_json(source);
            }
            Control::CompleteUntil { source, until } => {
                row.kind = COMPLETE_UNTIL.into();
                row.source.clone_from(source);
                row.complete_until = Some((*until).into());
            }
        }
        row
    }
}

impl TryFrom<ControlRow> for PlacedControl {
    type Error = Error;

    /// # Errors
    /// [`Error::Damaged`] for a kind or declaration this version does not know.
    fn try_from(row: ControlRow) -> Result<Self, Error> {
        let table = ControlRow::TABLE;
        let control = match row.kind.as_str() {
            ACTIVATED => Control::Activated {
                hash: row.hash,
                version: row.definitions,
            },
            DECLARED => {
                let source = from_json(table, "declaration", &row.declaration)?;
                Control::Declared(Box::new(source))
            }
            COMPLETE_UNTIL => Control::CompleteUntil {
                source: row.source,
                until: instant(row.complete_until)
                    .ok_or_else(|| Error::damaged(table, "complete_until", "null"))?,
            },
            other => return Err(Error::damaged(table, "kind", other)),
        };
        Ok(PlacedControl {
            offset: row.log_offset,
            clock_at: instant(row.clock_at),
            control,
        })
    }
}
