//! Alerts: a page, one with its history, all of them.

use clickhouse::query::RowCursor;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Status};

use super::sight::all_of;
use super::{AlertCursor, AlertFilter, AlertSort, PAGE_MAX};
use crate::rows::{AlertHistoryRow, AlertRow, HistoryEntry, from_code};
use crate::store::within;
use crate::table::Table;
use crate::{Error, Store};

/// Some alerts, in the order that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertPage {
    /// The alerts, without their evidence; with it where it was asked before whom they were brought, which lies there.
    pub alerts: Vec<AlertRecord>,
    /// Where only the gravest of each case is listed: how many others of its case each stands for, in the same order. Else empty.
    pub others: Vec<u64>,
    /// Where the next page begins; none if this is the last.
    pub next: Option<AlertCursor>,
}

/// An alert and how it came to stand so.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertView {
    /// As it stands now.
    pub alert: AlertRecord,
    /// Every change, from the first.
    pub history: Vec<HistoryEntry>,
}

impl Store {
    /// A page of alerts as [`AlertPage`] has them; `limit` is held within 1..=1000. The cursor is one of the same order.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn alerts(
        &self,
        filter: &AlertFilter,
        cursor: Option<&AlertCursor>,
        limit: u32,
    ) -> Result<AlertPage, Error> {
        let limit = limit.clamp(1, PAGE_MAX);
        let mut conditions = filter.conditions();
        conditions.extend(cursor.map(AlertCursor::condition));
        let selected = match filter.brought.is_empty() {
            true => AlertRow::select_list_in_brief(),
            false => AlertRow::select_list(),
        };
        let sql = format!(
            "SELECT {selected} FROM alerts FINAL {} {} LIMIT {{limit:UInt32}}",
            all_of(&conditions),
            filter.sort.clause()
        );
        let mut query = filter
            .bind(self.client().query_raw(&sql))
            .param("limit", limit + 1);
        if let Some(cursor) = cursor {
            query = cursor.bind(query);
        }
        let rows: Vec<AlertRow> = self.fetch("reading a page of alerts", query).await?;
        let mut page = page(rows, limit as usize, filter.sort)?;
        if filter.top_of_case {
            page.others = self.alerts_behind(filter, &page.alerts).await?;
        }
        Ok(page)
    }

    /// How many alerts the filter asks for: all, also where only the gravest of each case is listed.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn alerts_counted(&self, filter: &AlertFilter) -> Result<u64, Error> {
        let sql = format!(
            "SELECT count() AS alerts FROM alerts FINAL {}",
            all_of(&filter.fitting())
        );
        let query = filter.bind(self.client().query_raw(&sql));
        let counted: Vec<Counted> = self.fetch("counting the alerts asked for", query).await?;
        Ok(counted.first().map_or(0, |row| row.alerts))
    }

    /// An alert with its history; none if there is no such alert.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn alert(&self, alert_id: &str) -> Result<Option<AlertView>, Error> {
        let sql = format!(
            "SELECT {} FROM alerts FINAL WHERE alert_id = {{alert_id:String}}",
            AlertRow::select_list()
        );
        let query = self.by_key(&sql).param("alert_id", alert_id);
        let rows: Vec<AlertRow> = self.fetch("reading an alert", query).await?;
        let Some(row) = rows.into_iter().next() else {
            return Ok(None);
        };
        let sql = format!(
            "SELECT {} FROM alert_history FINAL WHERE alert_id = {{alert_id:String}} ORDER BY revision",
            AlertHistoryRow::select_list()
        );
        let query = self.by_key(&sql).param("alert_id", alert_id);
        let changes: Vec<AlertHistoryRow> = self.fetch("reading an alert's history", query).await?;
        let history = changes
            .into_iter()
            .map(HistoryEntry::try_from)
            .collect::<Result<_, _>>()?;
        Ok(Some(AlertView {
            alert: row.try_into()?,
            history,
        }))
    }

    /// Where in the log each change of an alert was concluded, in order.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn alert_places(&self, alert_id: &str) -> Result<Vec<ChangePlace>, Error> {
        let sql = format!(
            "SELECT {} FROM alert_history FINAL WHERE alert_id = {{alert_id:String}} ORDER BY revision",
            AlertHistoryRow::select_list()
        );
        let query = self.by_key(&sql).param("alert_id", alert_id);
        let rows: Vec<AlertHistoryRow> =
            self.fetch("reading where an alert changed", query).await?;
        rows.into_iter()
            .map(|row| {
                Ok(ChangePlace {
                    revision: row.revision,
                    at: row.changed_at.into(),
                    status: from_code(AlertHistoryRow::TABLE, "status", &row.status)?,
                    partition: row.log_partition,
                    offset: row.log_offset,
                })
            })
            .collect()
    }

    /// Every alert that the filter asks for, whatever its status, in the order of alert ids. Rows are read as they
    /// are asked for: memory does not grow with their number.
    ///
    /// # Errors
    /// [`Error::Refused`] if the query cannot be put.
    pub fn alerts_export(&self, filter: &AlertFilter) -> Result<AlertStream, Error> {
        self.exported(filter, &AlertRow::select_list())
    }

    /// The same without their evidence, for tables.
    ///
    /// # Errors
    /// [`Error::Refused`] if the query cannot be put.
    pub fn alerts_export_in_brief(&self, filter: &AlertFilter) -> Result<AlertStream, Error> {
        self.exported(filter, &AlertRow::select_list_in_brief())
    }

    fn exported(&self, filter: &AlertFilter, selected: &str) -> Result<AlertStream, Error> {
        // In the order of the key FINAL merges by: no sorting of everything.
        let sql = format!(
            "SELECT {selected} FROM alerts FINAL {} ORDER BY alert_id",
            all_of(&filter.conditions())
        );
        let cursor = filter
            .bind(self.client().query_raw(&sql))
            .fetch::<AlertRow>()
            .map_err(|error| Error::of(AlertStream::ATTEMPTED, error))?;
        Ok(AlertStream {
            cursor,
            wait: self.timeouts().query,
        })
    }
}

#[derive(clickhouse::Row, serde::Deserialize)]
struct Counted {
    alerts: u64,
}

/// Where in the log a change of an alert was concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangePlace {
    /// Which change, from 1.
    pub revision: u32,
    /// The partition's clock.
    pub at: Timestamp,
    /// The alert's status since.
    pub status: Status,
    /// The partition.
    pub partition: u16,
    /// The offset in `mj.log`.
    pub offset: u64,
}

/// Alerts one by one.
pub struct AlertStream {
    cursor: RowCursor<AlertRow>,
    wait: std::time::Duration,
}

impl AlertStream {
    const ATTEMPTED: &'static str = "exporting alerts";

    /// The next alert; none after the last.
    ///
    /// # Errors
    /// [`Error::Unavailable`] also when ClickHouse goes away half-way: the export is then incomplete and must be begun
    /// again. [`Error::Damaged`].
    pub async fn next(&mut self) -> Result<Option<AlertRecord>, Error> {
        match within(self.wait, Self::ATTEMPTED, self.cursor.next()).await? {
            Some(row) => AlertRecord::try_from(row).map(Some),
            None => Ok(None),
        }
    }
}

/// Cuts the one row too many, which only shows that there are more.
fn page(mut rows: Vec<AlertRow>, limit: usize, sort: AlertSort) -> Result<AlertPage, Error> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let alerts: Vec<AlertRecord> = rows
        .into_iter()
        .map(AlertRecord::try_from)
        .collect::<Result<_, _>>()?;
    let next = alerts.last().filter(|_| more);
    let next = next.map(|last| sort.after(last));
    Ok(AlertPage {
        alerts,
        others: Vec::new(),
        next,
    })
}
