//! What the tables hold of a part of the log, to be held against what the log says: one row of the tables that keep what was said and
//! concluded for good (`events`, `commands`; `alert_history`, `decisions`). What shows a present state only (`alerts`, `cases`) follows from
//! these and is left out.

use std::collections::{BTreeMap, BTreeSet};

use mingjing_domain::event::CaseEvent;

use crate::batch::Batch;
use crate::rows::{AlertHistoryRow, CommandRow, DecisionRow, EventRow};
use crate::table::Table;
use crate::{Error, Store};

/// A part of a partition's log.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    /// The incarnation of the log.
    pub log_id: &'a str,
    /// The partition.
    pub partition: u16,
    /// The first offset, of whichever topic the rows are of …
    pub from: u64,
    /// … and the one after the last.
    pub to: u64,
}

/// What a table holds otherwise than the log says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowDifference {
    /// The table.
    pub table: &'static str,
    /// The record's offset in its topic.
    pub offset: u64,
    /// What the row is known by.
    pub key: String,
    /// What is wrong with it.
    pub what: RowFault,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowFault {
    /// The log has the record, the table has no row of it.
    Missing,
    /// The row says something else.
    Other,
    /// The table has a row, the log has no such record there.
    Surplus,
}

/// A row as far as it is compared: what it is known by, and a digest of what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    key: String,
    said: u128,
}

/// A row that is compared.
trait Comparable: Table {
    /// The column with the offset in the topic.
    const OFFSET: &'static str;
    /// The first column that it is known by and that few rows share.
    const KEY: &'static str;
    /// Of two rows of one key the one of the earlier record stays.
    const FIRST_STAYS: bool;
    fn offset(&self) -> u64;
    /// The value of [`Self::KEY`].
    fn named(&self) -> &str;
    /// All that it is known by.
    fn key(&self) -> String;
    /// What it says, without what another version of the program may write otherwise.
    fn said(&self) -> String;
}

impl Comparable for EventRow {
    const OFFSET: &'static str = "log_offset";
    const KEY: &'static str = "event_id";
    const FIRST_STAYS: bool = true;

    fn offset(&self) -> u64 {
        self.log_offset
    }

    fn named(&self) -> &str {
        &self.event_id
    }

    fn key(&self) -> String {
        let (source, case, event) = (&self.source, &self.case_no, &self.event_id);
        format!("{source} {case} {event} {}", self.data_version)
    }

    fn said(&self) -> String {
        match CaseEvent::try_from(self.clone()) {
            Ok(event) => format!("{event:?}"),
            Err(error) => error.to_string(),
        }
    }
}

impl Comparable for CommandRow {
    const OFFSET: &'static str = "log_offset";
    const KEY: &'static str = "command_id";
    const FIRST_STAYS: bool = true;

    fn offset(&self) -> u64 {
        self.log_offset
    }

    fn named(&self) -> &str {
        &self.command_id
    }

    fn key(&self) -> String {
        self.command_id.clone()
    }

    fn said(&self) -> String {
        // The body has all that the columns have; columns that came later are empty in older rows.
        let body: Result<serde_json::Value, _> = serde_json::from_str(&self.body);
        body.map_or_else(|_| self.body.clone(), |body| body.to_string())
    }
}

impl Comparable for AlertHistoryRow {
    const OFFSET: &'static str = "version";
    const KEY: &'static str = "alert_id";
    const FIRST_STAYS: bool = false;

    fn offset(&self) -> u64 {
        self.version
    }

    fn named(&self) -> &str {
        &self.alert_id
    }

    fn key(&self) -> String {
        format!("{} {}", self.alert_id, self.revision)
    }

    fn said(&self) -> String {
        format!("{self:?}")
    }
}

impl Comparable for DecisionRow {
    const OFFSET: &'static str = "version";
    const KEY: &'static str = "command_id";
    const FIRST_STAYS: bool = false;

    fn offset(&self) -> u64 {
        self.version
    }

    fn named(&self) -> &str {
        &self.command_id
    }

    fn key(&self) -> String {
        format!("{} {}", self.command_id, self.digest)
    }

    fn said(&self) -> String {
        format!("{self:?}")
    }
}

impl Store {
    /// Holds the tables against a part of `mj.log`, as rows; what differs, by table and offset.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn differing_events(
        &self,
        span: Span<'_>,
        log: &Batch,
    ) -> Result<Vec<RowDifference>, Error> {
        let mut found = self.differing(span, log.event_rows()).await?;
        found.extend(self.differing(span, log.command_rows()).await?);
        Ok(found)
    }

    /// The same of a part of `mj.facts`.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn differing_facts(
        &self,
        span: Span<'_>,
        log: &Batch,
    ) -> Result<Vec<RowDifference>, Error> {
        let mut found = self.differing(span, log.alert_changes()).await?;
        found.extend(self.differing(span, log.decision_rows()).await?);
        Ok(found)
    }

    async fn differing<T: Comparable>(
        &self,
        span: Span<'_>,
        log: &[T],
    ) -> Result<Vec<RowDifference>, Error> {
        let held: BTreeMap<u64, Kept> = self.held::<T>(span).await?;
        let mut differing = Vec::new();
        let mut told: BTreeSet<u64> = BTreeSet::new();
        let mut missing: Vec<&T> = Vec::new();
        let difference = |offset, key: &str, what| RowDifference {
            table: T::TABLE,
            offset,
            key: key.to_owned(),
            what,
        };
        for row in log {
            told.insert(row.offset());
            match held.get(&row.offset()) {
                None => missing.push(row),
                Some(kept) if *kept == kept_of(row) => {}
                Some(_) => {
                    differing.push(difference(row.offset(), &row.key(), RowFault::Other));
                }
            }
        }
        // One that gave way to another of the same key is not missing.
        let stayed = self.of_keys::<T>(&missing).await?;
        for row in missing {
            let gave_way = stayed
                .get(&row.key())
                .is_some_and(|offset| match T::FIRST_STAYS {
                    true => *offset < row.offset(),
                    false => *offset > row.offset(),
                });
            if !gave_way {
                differing.push(difference(row.offset(), &row.key(), RowFault::Missing));
            }
        }
        for (offset, kept) in held {
            if !told.contains(&offset) {
                differing.push(difference(offset, &kept.key, RowFault::Surplus));
            }
        }
        differing.sort();
        Ok(differing)
    }

    /// The rows of a part of the log, by offset.
    async fn held<T: Comparable>(&self, span: Span<'_>) -> Result<BTreeMap<u64, Kept>, Error> {
        let (table, columns, offset) = (T::TABLE, T::select_list(), T::OFFSET);
        let sql = format!(
            "SELECT {columns} FROM {table} FINAL WHERE log_id = {{log_id:String}} AND log_partition = {{partition:UInt16}} \
             AND {offset} >= {{from:UInt64}} AND {offset} < {{to:UInt64}}"
        );
        let query = self
            .client()
            .query_raw(&sql)
            .param("log_id", span.log_id)
            .param("partition", span.partition)
            .param("from", span.from)
            .param("to", span.to);
        let rows: Vec<T> = self
            .fetch("reading what is archived of the log", query)
            .await?;
        let kept = rows.iter().map(|row| (row.offset(), kept_of(row)));
        Ok(kept.collect())
    }

    /// The offsets of the rows that stayed, by all that they are known by.
    async fn of_keys<T: Comparable>(&self, rows: &[&T]) -> Result<BTreeMap<String, u64>, Error> {
        /// Keys of one question.
        const KEYS: usize = 1000;
        let (table, columns, key) = (T::TABLE, T::select_list(), T::KEY);
        let sql =
            format!("SELECT {columns} FROM {table} FINAL WHERE {key} IN {{keys:Array(String)}}");
        let mut stayed = BTreeMap::new();
        for asked in rows.chunks(KEYS) {
            let keys: Vec<&str> = asked.iter().map(|row| row.named()).collect();
            let query = self.client().query_raw(&sql).param("keys", keys);
            let found: Vec<T> = self.fetch("looking for archived rows", query).await?;
            stayed.extend(found.iter().map(|row| (row.key(), row.offset())));
        }
        Ok(stayed)
    }
}

fn kept_of<T: Comparable>(row: &T) -> Kept {
    Kept {
        key: row.key(),
        said: xxhash_rust::xxh3::xxh3_128(row.said().as_bytes()),
    }
}
