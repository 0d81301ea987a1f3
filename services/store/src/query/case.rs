//! A case with all that happened in it and all that is alleged of it.

use mingjing_domain::alert::AlertRecord;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::CaseRecord;

use super::AlertView;
use crate::rows::{AlertHistoryRow, AlertRow, CaseRow, EventRow, HistoryEntry};
use crate::table::Table;
use crate::{Error, Store};

/// The most events shown of one case; a case of 10,000 events is a broken feed, and its count says so.
pub(super) const EVENTS_MAX: u32 = 10_000;

/// A case with its timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseView {
    /// As concluded; none while its first event is not yet judged.
    pub case: Option<CaseRecord>,
    /// What the department said, in the order in which it is judged: of each event the greatest data version; 10,000 at
    /// most.
    pub events: Vec<CaseEvent<'static>>,
    /// What is and was alleged, oldest first, each with its changes.
    pub alerts: Vec<AlertView>,
}

impl Store {
    /// A case with its stays in steps, its events and its alerts; none if nothing is known of it.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn case(&self, source: &str, case_no: &str) -> Result<Option<CaseView>, Error> {
        let one_case = "source = {source:String} AND case_no = {case_no:String}";
        let query = |sql: String| {
            self.by_key(&sql)
                .param("source", source)
                .param("case_no", case_no)
        };
        let cases = query(format!(
            "SELECT {} FROM cases FINAL WHERE {one_case}",
            CaseRow::select_list()
        ));
        let events = query(format!(
            "SELECT * FROM (SELECT {} FROM events FINAL WHERE {one_case} ORDER BY data_version DESC, log_offset LIMIT 1 BY event_id) \
             ORDER BY occurred_at, source_seq, event_id LIMIT {EVENTS_MAX}",
            EventRow::select_list()
        ));
        // An alert's case never changes, so its id can be found among all versions, where the index on case numbers
        // works; FINAL then reads by key.
        let alerts = query(format!(
            "SELECT {} FROM alerts FINAL WHERE alert_id IN (SELECT alert_id FROM alerts WHERE {one_case}) \
             ORDER BY raised_at, alert_id",
            AlertRow::select_list()
        ));
        let case = self
            .fetch::<CaseRow>("reading a case", cases)
            .await?
            .into_iter()
            .next()
            .map(CaseRecord::from);
        let events: Vec<EventRow> = self.fetch("reading a case's events", events).await?;
        let alerts: Vec<AlertRow> = self.fetch("reading a case's alerts", alerts).await?;
        if case.is_none() && events.is_empty() && alerts.is_empty() {
            return Ok(None);
        }
        Ok(Some(CaseView {
            case,
            events: events
                .into_iter()
                .map(CaseEvent::try_from)
                .collect::<Result<_, _>>()?,
            alerts: self.with_history(alerts).await?,
        }))
    }

    async fn with_history(&self, alerts: Vec<AlertRow>) -> Result<Vec<AlertView>, Error> {
        if alerts.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = alerts.iter().map(|a| a.alert_id.as_str()).collect();
        let sql = format!(
            "SELECT {} FROM alert_history FINAL WHERE alert_id IN {{ids:Array(String)}} ORDER BY alert_id, revision",
            AlertHistoryRow::select_list()
        );
        let query = self.by_key(&sql).param("ids", ids);
        let changes: Vec<AlertHistoryRow> = self
            .fetch("reading the history of a case's alerts", query)
            .await?;
        let view = |row: AlertRow| {
            let history = changes
                .iter()
                .filter(|change| change.alert_id == row.alert_id)
                .map(|change| HistoryEntry::try_from(change.clone()))
                .collect::<Result<_, _>>()?;
            Ok(AlertView {
                alert: AlertRecord::try_from(row)?,
                history,
            })
        };
        alerts.into_iter().map(view).collect()
    }
}
