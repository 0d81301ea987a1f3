//! How sources stand: what they say they have made against what was taken, the codes they send, what was refused of theirs.

use mingjing_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rows::{SourceHealth, SourceHealthRow};
use crate::table::{Millis, Table};
use crate::{Error, Store};

/// What a source says it has made of a type and item on a day, and what was taken. Each id and data version counts once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ControlTotal {
    /// The local day on which the events occurred, like `2026-11-26`.
    pub day: String,
    /// As the source sends it; empty: events that name no item.
    pub item_code: String,
    /// The type's code.
    pub kind: String,
    /// What the source says it has made.
    pub made: u64,
    /// What the platform has taken.
    pub taken: u64,
}

#[derive(clickhouse::Row, Deserialize)]
struct TotalRow {
    day: String,
    item_code: String,
    kind: String,
    made: u64,
    taken: u64,
}

/// A code that a source sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentCode {
    /// `items`, `steps`, `specials`, `results`, `orgs`, `regions`.
    pub what: String,
    /// The code, as it was sent.
    pub code: String,
    /// Events that carry it.
    pub events: u64,
    /// The receipt of the first.
    pub first_at: Timestamp,
    /// The receipt of the last.
    pub last_at: Timestamp,
}

#[derive(clickhouse::Row, Deserialize)]
struct CodeRow {
    what: String,
    code: String,
    events: u64,
    first_at: Millis,
    last_at: Millis,
}

/// Items that were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectCount {
    /// The reason's code.
    pub reason: String,
    /// How many.
    pub items: u64,
    /// When the last was.
    pub last_at: Timestamp,
    /// What was wrong with the last and what to do.
    pub last_detail: String,
    /// The case that the last was about; none where it could not be read.
    pub last_case_no: Option<String>,
    /// The last one's event id; none where it could not be read.
    pub last_event_id: Option<String>,
}

#[derive(clickhouse::Row, Deserialize)]
struct RejectReason {
    reason: String,
    items: u64,
    last_at: Millis,
    last_detail: String,
    last_case_no: String,
    last_event_id: String,
}

/// Of each day only what was said last: the greatest version, of equal ones the latest record.
const TOTALS: &str = "WITH said AS (SELECT day, item_code, kind, events FROM control_totals FINAL \
     WHERE source = {source:String} AND day >= {from:Date} AND day <= {to:Date} AND (day, data_version, log_offset) IN \
     (SELECT day, last.1, last.2 FROM (SELECT day, max((data_version, log_offset)) AS last FROM control_totals \
      WHERE source = {source:String} GROUP BY day))) \
     SELECT toString(day) AS day, item_code, kind, sum(made) AS made, sum(taken) AS taken FROM ( \
       SELECT day, CAST(item_code, 'String') AS item_code, CAST(kind, 'String') AS kind, events AS made, toUInt64(0) AS taken \
       FROM said WHERE kind != '' \
       UNION ALL \
       SELECT toDate(occurred_at, {zone:String}) AS day, CAST(ifNull(item_code, ''), 'String') AS item_code, \
         CAST(kind, 'String') AS kind, toUInt64(0) AS made, uniqExact(event_id, data_version) AS taken \
       FROM events WHERE source = {source:String} AND NOT startsWith(event_id, 'mingjing-') AND day IN (SELECT day FROM said) GROUP BY day, item_code, kind) \
     GROUP BY day, item_code, kind ORDER BY day DESC, item_code, kind";

const CODES: &str = "SELECT pair.1 AS what, assumeNotNull(pair.2) AS code, uniqExact(event_id, data_version) AS events, \
     min(received_at) AS first_at, max(received_at) AS last_at FROM ( \
       SELECT event_id, data_version, received_at, arrayJoin([('items', CAST(item_code, 'Nullable(String)')), \
         ('steps', CAST(step, 'Nullable(String)')), ('results', CAST(result_code, 'Nullable(String)')), \
         ('orgs', CAST(org_code, 'Nullable(String)')), ('regions', CAST(region_code, 'Nullable(String)')), \
         ('specials', CAST(JSONExtractString(data, 'special', 'kind'), 'Nullable(String)'))]) AS pair \
       FROM events WHERE source = {source:String}) \
     WHERE notEmpty(ifNull(pair.2, '')) GROUP BY what, code ORDER BY what, events DESC, code LIMIT 5000";

const REJECTS: &str = "SELECT CAST(reason, 'String') AS reason, count() AS items, max(rejected_at) AS last_at, \
     argMax(detail, (rejected_at, reject_id)) AS last_detail, argMax(ifNull(case_no, ''), (rejected_at, reject_id)) AS last_case_no, \
     argMax(ifNull(event_id, ''), (rejected_at, reject_id)) AS last_event_id FROM rejects FINAL WHERE source = {source:String} \
     GROUP BY reason ORDER BY items DESC, reason";

impl Store {
    /// What a source says it has made on days from one to another, both inclusive and like `2026-11-26`, against what was taken; the latest day first. Days of
    /// which it has said nothing are left out. `zone` is an IANA name.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn control_totals(
        &self,
        source: &str,
        from: &str,
        to: &str,
        zone: &str,
    ) -> Result<Vec<ControlTotal>, Error> {
        let query = self
            .client()
            .query_raw(TOTALS)
            .param("source", source)
            .param("from", from)
            .param("to", to)
            .param("zone", zone);
        let rows: Vec<TotalRow> = self.fetch("reading control totals", query).await?;
        let total = |row: TotalRow| ControlTotal {
            day: row.day,
            item_code: row.item_code,
            kind: row.kind,
            made: row.made,
            taken: row.taken,
        };
        Ok(rows.into_iter().map(total).collect())
    }

    /// Every code that a source has sent, with how often.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn codes_sent(&self, source: &str) -> Result<Vec<SentCode>, Error> {
        let query = self.client().query_raw(CODES).param("source", source);
        let rows: Vec<CodeRow> = self.fetch("reading a source's codes", query).await?;
        let code = |row: CodeRow| SentCode {
            what: row.what,
            code: row.code,
            events: row.events,
            first_at: row.first_at.into(),
            last_at: row.last_at.into(),
        };
        Ok(rows.into_iter().map(code).collect())
    }

    /// What was refused of a source, by reason.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn rejects_by_reason(&self, source: &str) -> Result<Vec<RejectCount>, Error> {
        let query = self.client().query_raw(REJECTS).param("source", source);
        let rows: Vec<RejectReason> = self.fetch("reading a source's rejects", query).await?;
        let told = |text: String| (!text.is_empty()).then_some(text);
        let count = |row: RejectReason| RejectCount {
            reason: row.reason,
            items: row.items,
            last_at: row.last_at.into(),
            last_detail: row.last_detail,
            last_case_no: told(row.last_case_no),
            last_event_id: told(row.last_event_id),
        };
        Ok(rows.into_iter().map(count).collect())
    }

    /// What each partition knows of every source.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn sources_health(&self) -> Result<Vec<SourceHealth>, Error> {
        let sql = format!(
            "SELECT {} FROM source_health FINAL ORDER BY source, log_partition",
            SourceHealthRow::select_list()
        );
        let query = self.client().query_raw(&sql);
        let rows: Vec<SourceHealthRow> = self.fetch("reading the health of sources", query).await?;
        Ok(rows.into_iter().map(SourceHealth::from).collect())
    }
}
