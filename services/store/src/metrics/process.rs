//! 流程实况: how the cases of an item really went: stays, times, ways from step to step, and the commonest courses.
//!
//! It is of cases received in the period; stays are counted in whichever order they were entered.

use clickhouse::Row as Wire;
use clickhouse::query::Query;
use serde::Deserialize;

use super::windows::Window;
use super::{Asked, compose};
use crate::{Error, Store};

/// The most courses that are told.
const VARIANTS: u32 = 10;
/// More stays in a case than these are not followed: a broken source, whose first ones tell it well enough.
const STAYS_MAX: u32 = 200;
/// The most steps and ways that are told.
const TOLD_MAX: u32 = 500;

/// How the cases of an item went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Process {
    /// How many cases.
    pub cases: u64,
    /// By step, the most visited first.
    pub steps: Vec<ProcessStep>,
    /// From step to step, the most gone first. An empty step is the beginning or the end of the case.
    pub flows: Vec<ProcessFlow>,
    /// The commonest courses.
    pub variants: Vec<ProcessVariant>,
}

/// What happened in a step.
#[derive(Clone, Debug, PartialEq, Wire, Deserialize)]
pub struct ProcessStep {
    /// 环节.
    pub step: String,
    /// Stays.
    pub visits: u64,
    /// Cases that were in it.
    pub cases: u64,
    /// Stays that are not over.
    pub open: u64,
    /// Of those that are over; none: none is.
    pub median_hours: Option<f64>,
    /// Nine of ten took no longer.
    pub p90_hours: Option<f64>,
    /// Stays that ended after their limit or are past it.
    pub over_limit: u64,
}

/// A way from one step to the next.
#[derive(Clone, Debug, PartialEq, Wire, Deserialize)]
pub struct ProcessFlow {
    /// From which step; empty: the case began.
    pub from: String,
    /// To which; empty: the case ended.
    pub to: String,
    /// Cases that went so.
    pub cases: u64,
    /// From the beginning of the one to the beginning of the next; none: it has none.
    pub median_hours: Option<f64>,
}

/// A course.
#[derive(Clone, Debug, PartialEq, Wire, Deserialize)]
pub struct ProcessVariant {
    /// Its steps in order.
    pub steps: Vec<String>,
    /// Cases that went so.
    pub cases: u64,
}

#[derive(Wire, Deserialize)]
struct Cases {
    cases: u64,
}

/// The cases, each with its stays in the order in which they were entered.
fn cases(asked: &Asked) -> String {
    format!(
        "SELECT source, case_no, arraySlice(arraySort(v -> (v.3, v.1, v.2), visits), 1, {STAYS_MAX}) AS stays, \
         arrayMap(v -> v.1, stays) AS course, toUnixTimestamp64Milli(ended_at) AS ended, \
         ifNull(region_code, '') AS region, ifNull(org_code, '') AS org, ifNull(item_code, '') AS item, \
         ifNull(power_type, '') AS power_type, ifNull(case_kind, '') AS case_kind, ifNull(channel, '') AS channel, \
         ifNull(toUnixTimestamp64Milli(received_at), toUnixTimestamp64Milli(opened_at)) AS started \
         FROM (SELECT * FROM cases FINAL WHERE opened_at IS NOT NULL AND source != {{voices:String}}) \
         WHERE {} AND started >= {{from:Int64}} AND started < {{until:Int64}}",
        compose::conditions(asked, super::Over::Cases).join(" AND ")
    )
}

/// One row a stay.
fn stays(asked: &Asked) -> String {
    format!(
        "SELECT source, case_no, stay.1 AS step, toUnixTimestamp64Milli(stay.3) AS started, \
         if(toUnixTimestamp64Milli(stay.4) IS NULL OR ended < toUnixTimestamp64Milli(stay.4), ended, toUnixTimestamp64Milli(stay.4)) AS over, \
         toUnixTimestamp64Milli(stay.5) AS due FROM (SELECT source, case_no, ended, arrayJoin(stays) AS stay FROM ({}))",
        cases(asked)
    )
}

impl Store {
    /// How the cases that were received in the period went; of which item the filter says.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn process(&self, asked: &Asked) -> Result<Process, Error> {
        let attempted = "reading how cases went";
        let count: Vec<Cases> = self
            .fetch(
                attempted,
                self.of_process(
                    &format!("SELECT count() AS cases FROM ({})", cases(asked)),
                    asked,
                ),
            )
            .await?;
        let steps = format!(
            "SELECT CAST(step, 'String') AS step, count() AS visits, uniqExact(source, case_no) AS cases, countIf(over IS NULL) AS open, \
             toNullable(quantileExactInclusiveIf(0.5)((over - started) / 3600000, over >= started)) AS median_hours, \
             toNullable(quantileExactInclusiveIf(0.9)((over - started) / 3600000, over >= started)) AS p90_hours, \
             countIf(due IS NOT NULL AND ifNull(intDiv(over, 1000) * 1000 > due, due + 1000 <= {{now:Int64}})) AS over_limit \
             FROM ({}) GROUP BY step ORDER BY visits DESC, step LIMIT {TOLD_MAX}",
            stays(asked)
        );
        let flows = format!(
            "SELECT one.1 AS from, one.2 AS to, uniqExact(source, case_no) AS cases, \
             toNullable(quantileExactInclusiveIf(0.5)(one.3 / 3600000, one.1 != '' AND one.2 != '')) AS median_hours FROM (\
             SELECT source, case_no, arrayJoin(arrayZip(\
               arrayConcat([''], course), \
               arrayConcat(course, ['']), \
               arrayMap((a, b) -> b - a, \
                 arrayConcat([toInt64(0)], arrayMap(v -> toUnixTimestamp64Milli(v.3), stays)), \
                 arrayConcat(arrayMap(v -> toUnixTimestamp64Milli(v.3), stays), [toInt64(0)])))) AS one, ended \
             FROM ({}) WHERE notEmpty(course)) WHERE one.2 != '' OR ended IS NOT NULL \
             GROUP BY from, to ORDER BY cases DESC, from, to LIMIT {TOLD_MAX}",
            cases(asked)
        );
        let variants = format!(
            "SELECT course AS steps, count() AS cases FROM ({}) WHERE notEmpty(course) GROUP BY steps ORDER BY cases DESC, steps LIMIT {VARIANTS}",
            cases(asked)
        );
        Ok(Process {
            cases: count.first().map_or(0, |one| one.cases),
            steps: self
                .fetch(attempted, self.of_process(&steps, asked))
                .await?,
            flows: self
                .fetch(attempted, self.of_process(&flows, asked))
                .await?,
            variants: self
                .fetch(attempted, self.of_process(&variants, asked))
                .await?,
        })
    }

    fn of_process(&self, sql: &str, asked: &Asked) -> Query {
        let window = Window::whole(asked);
        compose::bind(self.client().query_raw(sql), super::Over::Cases, asked)
            .param("from", window.from.millis())
            .param("until", window.until.millis())
            .param("now", asked.now.millis())
    }
}
