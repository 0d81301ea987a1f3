//! What foresight stands on: how the cases of some items went, and which open ones fall due next.

use std::collections::BTreeMap;

use clickhouse::Row as Wire;
use mingjing_domain::Timestamp;
use mingjing_domain::fact::CaseRecord;
use mingjing_domain::foresight::{PastCase, PastVisit};
use mingjing_domain::voice;
use serde::Deserialize;

use super::CaseFilter;
use super::sight::all_of;
use crate::rows::CaseRow;
use crate::table::Table;
use crate::{Error, Store};

/// Items of one question at most.
pub const ITEMS_MAX: usize = 50;
/// Open cases of one answer at most, those that fall due first.
pub const OPEN_MAX: u32 = 2000;
/// Of one item its latest cases, by when they began, which hangs on nothing that became of them: of 2,000 a share is known to two points.
const CASES_MAX: u32 = 2000;
/// More stays in a case than these are a broken source.
const STAYS_MAX: u32 = 100;

/// How the cases of some items went. The limit's end is read as the dictionary reads it (`metrics/sql/cases.sql`): done, else fallen away,
/// else the case's own end. Cases whose clock was stopped are left out, see `domain::foresight`.
fn history() -> String {
    format!(
        "SELECT CAST(assumeNotNull(item_code), 'String') AS item, CAST(ifNull(org_code, ''), 'String') AS org, \
         assumeNotNull(toUnixTimestamp64Milli(limit_started_at)) AS started, \
         coalesce(toUnixTimestamp64Milli(limit_done_at), toUnixTimestamp64Milli(limit_fell_at), toUnixTimestamp64Milli(ended_at)) AS ended, \
         CAST(arrayMap(v -> (v.1, v.2, toUnixTimestamp64Milli(v.3), toUnixTimestamp64Milli(v.4), ifNull(v.6, '')), \
           arraySlice(arrayFilter(v -> v.2 <= 2, visits), 1, {STAYS_MAX})), \
           'Array(Tuple(String, UInt16, Int64, Nullable(Int64), String))') AS stays \
         FROM (SELECT * FROM cases FINAL WHERE opened_at IS NOT NULL AND source != {{voices:String}} \
           AND item_code IN {{items:Array(String)}} AND limit_started_at IS NOT NULL \
           AND suspensions = 0 AND suspended_ms = 0 \
           AND opened_at >= fromUnixTimestamp64Milli({{from:Int64}}, 'UTC') \
           AND opened_at <= fromUnixTimestamp64Milli({{now:Int64}}, 'UTC') \
           ORDER BY opened_at DESC, source, case_no LIMIT {CASES_MAX} BY item_code)"
    )
}

/// The end of the limit that ends next; null: none is ahead.
const NEXT_DUE: &str = "arrayMin(arrayFilter(d -> d >= {now:Int64}, \
     [ifNull(toUnixTimestamp64Milli(promised_due_at), toInt64(-1)), ifNull(toUnixTimestamp64Milli(statutory_due_at), toInt64(-1))]))";

/// The conditions of a case that runs and has the end of a limit ahead.
const RUNS: [&str; 4] = [
    "opened_at IS NOT NULL",
    "source != {voices:String}",
    "ended_at IS NULL AND limit_done_at IS NULL AND limit_fell_at IS NULL",
    "(toUnixTimestamp64Milli(promised_due_at) >= {now:Int64} OR toUnixTimestamp64Milli(statutory_due_at) >= {now:Int64})",
];

/// A stay as the client hands it over: step, visit, begun, ended, office.
type StayTuple = (String, u16, i64, Option<i64>, String);

#[derive(Wire, Deserialize)]
struct Past {
    item: String,
    org: String,
    started: i64,
    ended: Option<i64>,
    stays: Vec<StayTuple>,
}

/// Open cases that fall due, the soonest first.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenCases {
    /// The cases.
    pub cases: Vec<CaseRecord>,
    /// Whether there are more than [`OPEN_MAX`], which fall due later.
    pub more: bool,
}

impl Store {
    /// How the cases of some items went that began from an instant up to and with another, by item: of each its latest 2,000. Items
    /// beyond [`ITEMS_MAX`] are not read; those without such a case are not there.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn past_cases(
        &self,
        items: &[&str],
        from: Timestamp,
        now: Timestamp,
    ) -> Result<BTreeMap<String, Vec<PastCase>>, Error> {
        if items.is_empty() {
            return Ok(BTreeMap::new());
        }
        let items: Vec<&str> = items.iter().take(ITEMS_MAX).copied().collect();
        let query = self
            .client()
            .query_raw(&history())
            .param("voices", voice::SOURCE)
            .param("items", items)
            .param("from", from.millis())
            .param("now", now.millis());
        let rows: Vec<Past> = self.fetch("reading how cases went", query).await?;
        let mut by_item: BTreeMap<String, Vec<PastCase>> = BTreeMap::new();
        for row in rows {
            let (item, case) = row.told();
            by_item.entry(item).or_default().push(case);
        }
        Ok(by_item)
    }

    /// Open cases that have the end of a limit ahead of `now`, the soonest first; [`OPEN_MAX`] at most.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn falling_due(
        &self,
        filter: &CaseFilter,
        now: Timestamp,
    ) -> Result<OpenCases, Error> {
        let mut conditions = filter.conditions();
        conditions.extend(RUNS);
        let sql = format!(
            "SELECT {} FROM cases FINAL {} ORDER BY {NEXT_DUE}, source, case_no LIMIT {{limit:UInt32}}",
            CaseRow::select_list(),
            all_of(&conditions)
        );
        let query = filter
            .bind(self.client().query_raw(&sql))
            .param("voices", voice::SOURCE)
            .param("now", now.millis())
            .param("limit", OPEN_MAX + 1);
        let mut rows: Vec<CaseRow> = self.fetch("reading what falls due", query).await?;
        let more = rows.len() > OPEN_MAX as usize;
        rows.truncate(OPEN_MAX as usize);
        Ok(OpenCases {
            cases: rows.into_iter().map(CaseRecord::from).collect(),
            more,
        })
    }
}

impl Past {
    fn told(self) -> (String, PastCase) {
        let visit = |(step, visit, started, ended, office): StayTuple| PastVisit {
            step,
            visit,
            office,
            started_at: Timestamp::from_millis(started),
            ended_at: ended.map(Timestamp::from_millis),
        };
        let case = PastCase {
            org: self.org,
            started_at: Timestamp::from_millis(self.started),
            ended_at: self.ended.map(Timestamp::from_millis),
            visits: self.stays.into_iter().map(visit).collect(),
        };
        (self.item, case)
    }
}
