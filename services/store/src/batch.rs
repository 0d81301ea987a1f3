//! What one round of the archive writes: rows of several tables, then watermarks.
//!
//! Of tables that hold a present state (`alerts`, `cases`, `source_health`) a batch keeps only the last row of a key.
//! That saves work and changes nothing: ClickHouse would keep the same one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::hash::Hash;

use bytes::Bytes;

use crate::rows::{
    AlertHistoryRow, AlertRow, AlertStateRow, CaseRow, CaseStateRow, CommandRow, ControlRow,
    DecisionRow, EventRow, RejectRow, SourceHealthRow, TotalsRow, Watermark, WatermarkRow,
};
use crate::table::Table;

/// Rows to be written together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    events: Vec<EventRow>,
    controls: Vec<ControlRow>,
    commands: Vec<CommandRow>,
    decisions: Vec<DecisionRow>,
    alert_history: Vec<AlertHistoryRow>,
    alert_states: Vec<AlertStateRow>,
    alerts: BTreeMap<String, AlertRow>,
    case_states: Vec<CaseStateRow>,
    cases: BTreeMap<(String, String), CaseRow>,
    source_health: BTreeMap<(String, u16), SourceHealthRow>,
    rejects: Vec<RejectRow>,
    totals: Vec<TotalsRow>,
}

/// One table's rows, encoded: one insert. A retry sends the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The table.
    pub table: &'static str,
    /// How many rows.
    pub rows: usize,
    /// The statement up to the data.
    pub(crate) statement: String,
    /// The rows in Native format.
    pub(crate) bytes: Bytes,
    /// Names this block among all inserts into the table, derived from its content: ClickHouse drops a second copy
    /// that comes within its window. Correctness does not rest on it. None: it may never take this block for a copy.
    pub(crate) token: Option<String>,
}

impl Batch {
    /// Adds an event.
    pub fn event(&mut self, row: EventRow) {
        self.events.push(row);
    }

    /// Adds what the log says beside events.
    pub fn control(&mut self, row: ControlRow) {
        self.controls.push(row);
    }

    /// Adds a command.
    pub fn command(&mut self, row: CommandRow) {
        self.commands.push(row);
    }

    /// Adds what became of a command.
    pub fn decision(&mut self, row: DecisionRow) {
        self.decisions.push(row);
    }

    /// Adds an alert's new state, and what statistics say of its case.
    pub fn alert(&mut self, row: AlertRow) {
        self.alert_states.push(AlertStateRow::from(&row));
        self.alert_now(row);
    }

    fn alert_now(&mut self, row: AlertRow) {
        keep_last(&mut self.alerts, row.alert_id.clone(), row, |row| {
            row.version
        });
    }

    /// Adds a change of an alert.
    pub fn alert_change(&mut self, row: AlertHistoryRow) {
        self.alert_history.push(row);
    }

    /// Adds a case's new state, and what statistics count of it.
    pub fn case(&mut self, row: CaseRow) {
        self.case_states.push(CaseStateRow::from(&row));
        self.case_now(row);
    }

    fn case_now(&mut self, row: CaseRow) {
        keep_last(
            &mut self.cases,
            (row.source.clone(), row.case_no.clone()),
            row,
            |row| row.version,
        );
    }

    /// Adds what is known of a source in a partition.
    pub fn source_health(&mut self, row: SourceHealthRow) {
        let key = (row.source.clone(), row.log_partition);
        keep_last(&mut self.source_health, key, row, |row| row.version);
    }

    /// Adds what a source says of a day.
    pub fn totals(&mut self, rows: Vec<TotalsRow>) {
        self.totals.extend(rows);
    }

    /// Adds a refusal.
    pub fn reject(&mut self, row: RejectRow) {
        self.rejects.push(row);
    }

    /// Adds all of `other`, which comes after.
    pub fn append(&mut self, other: Batch) {
        self.events.extend(other.events);
        self.controls.extend(other.controls);
        self.commands.extend(other.commands);
        self.decisions.extend(other.decisions);
        self.alert_history.extend(other.alert_history);
        self.alert_states.extend(other.alert_states);
        self.case_states.extend(other.case_states);
        self.rejects.extend(other.rejects);
        self.totals.extend(other.totals);
        other
            .alerts
            .into_values()
            .for_each(|row| self.alert_now(row));
        other.cases.into_values().for_each(|row| self.case_now(row));
        other
            .source_health
            .into_values()
            .for_each(|row| self.source_health(row));
    }

    pub(crate) fn event_rows(&self) -> &[EventRow] {
        &self.events
    }

    pub(crate) fn command_rows(&self) -> &[CommandRow] {
        &self.commands
    }

    pub(crate) fn alert_changes(&self) -> &[AlertHistoryRow] {
        &self.alert_history
    }

    pub(crate) fn decision_rows(&self) -> &[DecisionRow] {
        &self.decisions
    }

    /// How many rows it would write.
    pub fn rows(&self) -> usize {
        self.events.len()
            + self.controls.len()
            + self.commands.len()
            + self.decisions.len()
            + self.alert_history.len()
            + self.alert_states.len()
            + self.alerts.len()
            + self.case_states.len()
            + self.cases.len()
            + self.source_health.len()
            + self.rejects.len()
            + self.totals.len()
    }

    /// The inserts that write it, in order: an alert's history before the alert, so that whoever sees an alert finds
    /// its history. The watermarks are a block of their own, to be written when all of these have answered.
    pub fn blocks(&self) -> Vec<Block> {
        let blocks = [
            block(self.events.iter()),
            block(self.controls.iter()),
            block(self.commands.iter()),
            block(self.alert_history.iter()),
            block(self.alert_states.iter()),
            block(self.alerts.values()),
            // An alert before the answer about it, so that whoever was answered finds it as it was left.
            block(self.decisions.iter()),
            // The states before the present one, so that who sees a case as it is finds how it came there.
            block(self.case_states.iter()),
            block(self.cases.values()),
            block(self.source_health.values()),
            block(self.rejects.iter()),
            block(self.totals.iter()),
        ];
        blocks.into_iter().flatten().collect()
    }
}

/// The insert that writes these watermarks.
pub(crate) fn watermark_block(watermarks: &[Watermark]) -> Option<Block> {
    let rows: Vec<WatermarkRow> = watermarks.iter().cloned().map(WatermarkRow::from).collect();
    block(rows.iter())
}

fn keep_last<K: Ord + Hash, R>(
    rows: &mut BTreeMap<K, R>,
    key: K,
    row: R,
    version: impl Fn(&R) -> u64,
) {
    match rows.entry(key) {
        Entry::Vacant(place) => {
            place.insert(row);
        }
        Entry::Occupied(mut place) => {
            if version(&row) >= version(place.get()) {
                place.insert(row);
            }
        }
    }
}

/// The insert that writes these rows; none without rows.
pub(crate) fn block<'a, T: Table + 'a>(
    rows: impl ExactSizeIterator<Item = &'a T> + Clone,
) -> Option<Block> {
    let count = rows.len();
    if count == 0 {
        return None;
    }
    let bytes = T::encode(rows);
    Some(Block {
        table: T::TABLE,
        rows: count,
        statement: format!(
            "INSERT INTO {} ({}) FORMAT Native",
            T::TABLE,
            T::column_list()
        ),
        token: Some(format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&bytes))),
        bytes: bytes.into(),
    })
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::*;
    use crate::rows::SourceHealth;

    fn health(events: u64, version: u64) -> SourceHealthRow {
        let health = SourceHealth {
            source: "住建".into(),
            partition: 3,
            complete_until: None,
            last_received_at: None,
            events,
            updated_at: Timestamp::from_millis(0),
        };
        let place = crate::rows::Place {
            log_id: "0".repeat(32),
            partition: 3,
            offset: version,
            n: 0,
            fact_offset: version,
        };
        SourceHealthRow::new(health, &place)
    }

    #[test]
    fn of_a_key_the_greatest_version_stays_whatever_the_order() {
        let mut batch = Batch::default();
        batch.source_health(health(7, 2));
        let mut older = Batch::default();
        older.source_health(health(5, 1));
        batch.append(older);
        assert_eq!(batch.rows(), 1);
        assert_eq!(batch.source_health.values().next().unwrap().events, 7);
    }

    #[test]
    fn the_same_rows_make_the_same_block_and_other_rows_another_token() {
        let block = |events| {
            let mut batch = Batch::default();
            batch.source_health(health(events, 1));
            batch.blocks().remove(0)
        };
        assert_eq!(block(1), block(1));
        assert_ne!(block(1).token, block(2).token);
    }
}
