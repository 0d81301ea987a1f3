//! A case's own part of the log: its events as they were received, and what its partition's log said beside them.

use mingjing_domain::Timestamp;
use mingjing_domain::event::CaseEvent;

use super::case::EVENTS_MAX;
use crate::rows::{ControlRow, EventRow, PlacedControl};
use crate::table::{Table, instant};
use crate::{Error, Store};

/// The most control records read for one case: a year of a source that says every minute that it is complete.
const CONTROLS_MAX: u32 = 600_000;

/// A case's own part of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseLogView {
    /// The incarnation of the log.
    pub log_id: String,
    /// Its partition.
    pub partition: u16,
    /// Every event that was received, every version of each, in the log's order; 10,000 at most.
    pub events: Vec<PlacedEvent>,
    /// What the log said beside them, of definitions and of the case's source, in the log's order.
    pub controls: Vec<PlacedControl>,
}

/// An event with its position.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedEvent {
    /// The offset in `mj.log`.
    pub offset: u64,
    /// The partition's clock when it was read; none where it was archived before that was kept.
    pub clock_at: Option<Timestamp>,
    /// The event.
    pub event: CaseEvent<'static>,
}

impl Store {
    /// What the log holds that bears on a case; none if it has no event.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn case_log(
        &self,
        source: &str,
        case_no: &str,
    ) -> Result<Option<CaseLogView>, Error> {
        let sql = format!(
            "SELECT {} FROM events FINAL WHERE source = {{source:String}} AND case_no = {{case_no:String}} \
             ORDER BY log_offset LIMIT {EVENTS_MAX}",
            EventRow::select_list()
        );
        let query = self
            .by_key(&sql)
            .param("source", source)
            .param("case_no", case_no);
        let rows: Vec<EventRow> = self.fetch("reading what a case's log holds", query).await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let (log_id, partition) = (first.log_id.clone(), first.log_partition);
        let controls = self.controls(source, &log_id, partition).await?;
        let placed = |row: EventRow| {
            Ok(PlacedEvent {
                offset: row.log_offset,
                clock_at: instant(row.clock_at),
                event: CaseEvent::try_from(row)?,
            })
        };
        Ok(Some(CaseLogView {
            events: rows.into_iter().map(placed).collect::<Result<_, Error>>()?,
            controls,
            log_id,
            partition,
        }))
    }

    async fn controls(
        &self,
        source: &str,
        log_id: &str,
        partition: u16,
    ) -> Result<Vec<PlacedControl>, Error> {
        let sql = format!(
            "SELECT {} FROM log_controls FINAL WHERE source IN ('', {{source:String}}) \
             AND log_partition = {{partition:UInt16}} AND log_id = {{log_id:String}} ORDER BY log_offset LIMIT {CONTROLS_MAX}",
            ControlRow::select_list()
        );
        let query = self
            .by_key(&sql)
            .param("source", source)
            .param("partition", partition)
            .param("log_id", log_id);
        let rows: Vec<ControlRow> = self
            .fetch("reading what a partition's log said beside events", query)
            .await?;
        rows.into_iter().map(PlacedControl::try_from).collect()
    }
}
