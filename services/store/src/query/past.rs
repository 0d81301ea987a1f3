//! The past case by case: every event that ever came, and what was published, in one order, so that both can be walked side by
//! side with memory for one case.

use clickhouse::query::{Query, RowCursor};
use mingjing_domain::Timestamp;
use mingjing_domain::event::{CaseData, CaseEvent, EventKind};
use mingjing_domain::source::Source;

use crate::rows::from_json;
use crate::store::within;
use crate::table::{Millis, instant};
use crate::{Error, Store};

/// An event of the past, its data still text: whoever judges it reads it, on a thread of its own.
#[derive(Clone, Debug, PartialEq, clickhouse::Row, serde::Deserialize)]
pub struct PastEvent {
    /// See [`CaseEvent::source`].
    pub source: String,
    /// See [`CaseEvent::case_no`].
    pub case_no: String,
    /// See [`CaseEvent::event_id`].
    pub event_id: String,
    data_version: u32,
    source_seq: u64,
    kind: String,
    occurred_at: Millis,
    entered_at: Option<Millis>,
    sent_at: Option<Millis>,
    received_at: Millis,
    data: String,
    /// The offset in `mj.log`: of one case, the order of arrival.
    pub log_offset: u64,
}

impl PastEvent {
    /// When it happened.
    pub fn occurred_at(&self) -> Timestamp {
        self.occurred_at.into()
    }

    /// The event.
    ///
    /// # Errors
    /// [`Error::Damaged`] for a kind or data this version does not know.
    pub fn event(&self) -> Result<CaseEvent<'_>, Error> {
        let kind = EventKind::from_code(&self.kind)
            .ok_or_else(|| Error::damaged("events", "kind", &self.kind))?;
        let data: CaseData<'_> = serde_json::from_str(&self.data)
            .map_err(|_| Error::damaged("events", "data", &self.data))?;
        Ok(CaseEvent {
            kind,
            data,
            event_id: self.event_id.as_str().into(),
            source: self.source.as_str().into(),
            source_seq: self.source_seq,
            data_version: self.data_version,
            occurred_at: self.occurred_at.into(),
            entered_at: instant(self.entered_at),
            sent_at: instant(self.sent_at),
            received_at: self.received_at.into(),
            case_no: self.case_no.as_str().into(),
        })
    }
}

/// An alert of the past, as far as it is compared.
#[derive(Clone, Debug, PartialEq, clickhouse::Row, serde::Deserialize)]
pub struct PastAlert {
    /// The source.
    pub source: String,
    /// 办件编号.
    pub case_no: String,
    /// 监察点.
    pub control_point: String,
    /// 环节, empty for the whole case.
    pub step: String,
    /// From 1.
    pub visit: u16,
    /// The code of its level.
    pub level: String,
    /// The code of its status, as the platform alone has it.
    pub status: String,
    due_at: Option<Millis>,
    breached_at: Option<Millis>,
    completed_at: Option<Millis>,
    /// Who answers: the body.
    pub responsible_org: Option<String>,
    /// The kind of rule, like `T3`.
    pub rule: String,
    /// 事项编码.
    pub item_code: Option<String>,
}

impl PastAlert {
    /// The last second in time, the breach, the completion.
    pub fn instants(&self) -> [Option<Timestamp>; 3] {
        [self.due_at, self.breached_at, self.completed_at].map(instant)
    }
}

/// Rows one by one.
pub struct Past<T> {
    cursor: RowCursor<T>,
    attempted: &'static str,
    wait: std::time::Duration,
}

impl<T: clickhouse::RowOwned + clickhouse::RowRead> Past<T> {
    /// The next row; none after the last.
    ///
    /// # Errors
    /// [`Error::Unavailable`] also when ClickHouse goes away half-way: what was read is then incomplete.
    pub async fn next(&mut self) -> Result<Option<T>, Error> {
        within(self.wait, self.attempted, self.cursor.next()).await
    }
}

/// More than so much is sorted on the server's disk.
const SORT_BYTES_MAX: &str = "1000000000";

/// Which part of the past is asked for: all that is known of the cases in which something happened from an instant on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastAsked {
    /// Something happened in the case at this instant or later …
    pub from: Timestamp,
    /// … and before this one. What happened later is left out of what did happen.
    pub before: Timestamp,
    /// Where knowledge ends; none: all that is known now.
    pub horizon: Option<Horizon>,
    /// Only cases of which something in that time names a region whose code begins so; none: all.
    pub region_prefix: Option<String>,
}

/// How far the log was known: its id, and of each partition the offset before which every record counts, and none after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Horizon {
    /// The incarnation of the log. Events of another one are older and count all.
    pub log_id: String,
    /// Partition and offset, by partition. Of a partition that is not among them nothing counts.
    pub positions: Vec<(u16, u64)>,
}

/// The cases asked for. In the order of the key FINAL merges by, as far as cases go: no sorting of everything. Events are looked for without
/// FINAL in the inner query: which of two rows of one event counts is no question there.
const OF_PAST: &str = "occurred_at < fromUnixTimestamp64Milli({before:Int64}, 'UTC') \
     AND (source, case_no) IN (SELECT source, case_no FROM events WHERE occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') \
     AND occurred_at < fromUnixTimestamp64Milli({before:Int64}, 'UTC')";
/// Those of a region alone.
const OF_REGION: &str = " AND startsWith(ifNull(region_code, ''), {region:String})";
/// Knowledge that ends somewhere. Conditions on columns beside the key are looked at when FINAL has chosen the row; of an event sent
/// twice that is the first, so that what came after the horizon changes nothing before it.
const WITHIN: &str = " AND (log_id != {log:String} \
     OR log_offset < transform(log_partition, {partitions:Array(UInt16)}, {offsets:Array(UInt64)}, toUInt64(0)))";

impl PastAsked {
    fn conditions(&self) -> String {
        let of_region = self.region_prefix.as_ref().map_or("", |_| OF_REGION);
        let within = self.horizon.as_ref().map_or("", |_| WITHIN);
        format!("{OF_PAST}{of_region}){within}")
    }

    fn fill(&self, query: Query) -> Query {
        let mut query = query
            .param("from", self.from.millis())
            .param("before", self.before.millis());
        if let Some(region) = &self.region_prefix {
            query = query.param("region", region);
        }
        let Some(horizon) = &self.horizon else {
            return query;
        };
        // `transform` takes no empty arrays; no log has so many partitions.
        let positions = std::iter::once((u16::MAX, 0)).chain(horizon.positions.iter().copied());
        let (partitions, offsets): (Vec<u16>, Vec<u64>) = positions.unzip();
        query
            .param("log", &horizon.log_id)
            .param("partitions", partitions)
            .param("offsets", offsets)
    }
}

impl Store {
    /// Every event of the cases asked for, by source and case number.
    ///
    /// # Errors
    /// [`Error::Refused`] if the query cannot be put.
    pub fn past_events(&self, asked: &PastAsked) -> Result<Past<PastEvent>, Error> {
        let sql = format!(
            "SELECT source, case_no, event_id, data_version, source_seq, kind, occurred_at, entered_at, sent_at, \
             received_at, data, log_offset FROM events FINAL WHERE {} ORDER BY source, case_no",
            asked.conditions()
        );
        let query = asked.fill(self.client().query_raw(&sql));
        self.past(query, "reading past events")
    }

    /// How many events those are, at most: until parts are merged, one that was written twice counts twice.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn count_past_events(&self, asked: &PastAsked) -> Result<u64, Error> {
        let sql = format!("SELECT count() FROM events WHERE {}", asked.conditions());
        let query = asked.fill(self.client().query_raw(&sql));
        let counted: Vec<u64> = self.fetch("counting past events", query).await?;
        Ok(counted.first().copied().unwrap_or(0))
    }

    /// Every alert raised before an instant, as it stands now, in the same order.
    ///
    /// # Errors
    /// [`Error::Refused`] if the query cannot be put.
    pub fn past_alerts(&self, before: Timestamp) -> Result<Past<PastAlert>, Error> {
        let sql = "SELECT source, case_no, control_point, step, visit, level, \
                   CAST(if(a.automatic = '', a.status, a.automatic), 'String') AS status, due_at, breached_at, completed_at, \
                   responsible_org, rule, item_code FROM alerts AS a FINAL WHERE subject_kind = 'case' AND NOT startsWith(control_point, 'inspection/') \
                   AND NOT startsWith(control_point, 'disposition/') \
                   AND raised_at < fromUnixTimestamp64Milli({before:Int64}, 'UTC') \
                   ORDER BY source, case_no, alert_id";
        let query = self.client().query_raw(sql);
        self.past(
            query.param("before", before.millis()),
            "reading past alerts",
        )
    }

    fn past<T: clickhouse::RowOwned + clickhouse::RowRead>(
        &self,
        query: Query,
        attempted: &'static str,
    ) -> Result<Past<T>, Error> {
        let cursor = query
            .with_setting("optimize_read_in_order", "1")
            .with_setting("max_bytes_before_external_sort", SORT_BYTES_MAX)
            .fetch::<T>()
            .map_err(|error| Error::of(attempted, error))?;
        Ok(Past {
            cursor,
            attempted,
            wait: self.timeouts().query,
        })
    }

    /// What each source last declared; only those that did.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn declared_sources(&self) -> Result<Vec<Source>, Error> {
        #[derive(clickhouse::Row, serde::Deserialize)]
        struct Declaration {
            declaration: String,
        }
        // Every partition has a copy; the greatest offsets of two partitions do not compare, so the latest by the clock.
        let sql = "SELECT argMax(declaration, (ifNull(clock_at, toDateTime64(0, 3, 'UTC')), log_offset)) AS declaration \
                   FROM log_controls FINAL WHERE kind = 'declared' GROUP BY source ORDER BY source";
        let rows: Vec<Declaration> = self
            .fetch(
                "reading what sources declared",
                self.client().query_raw(sql),
            )
            .await?;
        rows.iter()
            .map(|row| from_json("log_controls", "declaration", &row.declaration))
            .collect()
    }
}
