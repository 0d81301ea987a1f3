//! A number opens to its rows: the cases, alerts or complaints that make it.

use std::fmt;
use std::str::FromStr;

use clickhouse::Row as Wire;
use mingjing_domain::Timestamp;
use serde::Deserialize;

use super::measure::Part;
use super::windows::{self, Window};
use super::{Asked, Metric, compose};
use crate::query::InvalidCursor;
use crate::{Error, Store};

/// The most rows on one page.
const PAGE_MAX: u32 = 1000;

/// One thing behind a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The source; empty: an item or a body.
    pub source: String,
    /// The case; empty: it is none's.
    pub case_no: String,
    /// The alert, where it is one, or an order or appeal about one; else empty.
    pub alert_id: String,
    /// What it is within its case: the alert, the command that ordered or appealed, the event that complained or rated, step and visit, the sample; or
    /// the item's or body's code.
    pub sub: String,
    /// 事项.
    pub item_code: String,
    /// 单位.
    pub org_code: String,
    /// 行政区划.
    pub region_code: String,
    /// 环节.
    pub step: String,
    /// 预警等级.
    pub level: String,
    /// 规则.
    pub rule: String,
    /// How much it adds to the number: 1 where it is counted, else what is added up, or what the median is of.
    pub amount: f64,
    /// The instants that count, by name.
    pub instants: Vec<(String, Timestamp)>,
}

/// Some of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
    /// In order of source, case and what it is within that.
    pub records: Vec<Record>,
    /// Where the next page begins; none: that was all.
    pub next: Option<RecordCursor>,
}

/// The last one of a page: the next begins after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordCursor {
    source: String,
    case_no: String,
    sub: String,
}

/// With the lengths in bytes before the parts, which may hold any character.
impl fmt::Display for RecordCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            source,
            case_no,
            sub,
        } = self;
        write!(
            f,
            "{}.{}.{source}{case_no}{sub}",
            source.len(),
            case_no.len()
        )
    }
}

impl FromStr for RecordCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let read = || {
            let (first, rest) = text.split_once('.')?;
            let (second, rest) = rest.split_once('.')?;
            let (source, rest) = rest.split_at_checked(first.parse().ok()?)?;
            let (case_no, sub) = rest.split_at_checked(second.parse().ok()?)?;
            Some(Self {
                source: source.to_owned(),
                case_no: case_no.to_owned(),
                sub: sub.to_owned(),
            })
        };
        read().ok_or_else(|| InvalidCursor::of(text))
    }
}

#[derive(Debug, Wire, Deserialize)]
struct Opened {
    source: String,
    case_no: String,
    alert_id: String,
    sub: String,
    item_code: String,
    org_code: String,
    region_code: String,
    step: String,
    level: String,
    rule: String,
    amount: f64,
    instants: Vec<(String, i64)>,
}

impl Store {
    /// What is behind a part of a metric, as [`Store::statistics`] counts it for the same question; its dimension, metrics, comparisons and
    /// limit say nothing here. A row's are asked for by its key ([`super::Filter::key`]), a month's by its period. `limit` is held within 1..=1000.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn statistics_rows(
        &self,
        metric: &'static Metric,
        part: Part,
        asked: &Asked,
        after: Option<&RecordCursor>,
        limit: u32,
    ) -> Result<Records, Error> {
        let limit = limit.clamp(1, PAGE_MAX);
        let (condition, amount) = metric.measure.part(part);
        let sql = compose::opening(metric, &condition, &amount, asked);
        let window = [Window::whole(asked)];
        let start = RecordCursor::default();
        let after = after.unwrap_or(&start);
        let query = compose::bind(self.client().query_raw(&sql), metric.over, asked);
        let query = windows::bind(query, &window)
            .param("after_source", after.source.as_str())
            .param("after_case", after.case_no.as_str())
            .param("after_sub", after.sub.as_str())
            .param("limit", limit + 1);
        let mut rows: Vec<Opened> = self.fetch("opening a number", query).await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|last| RecordCursor {
            source: last.source.clone(),
            case_no: last.case_no.clone(),
            sub: last.sub.clone(),
        });
        let records = rows.into_iter().map(Record::from).collect();
        Ok(Records { records, next })
    }
}

impl From<Opened> for Record {
    fn from(row: Opened) -> Self {
        let instant = |(name, ms)| (name, Timestamp::from_millis(ms));
        Record {
            source: row.source,
            case_no: row.case_no,
            alert_id: row.alert_id,
            sub: row.sub,
            item_code: row.item_code,
            org_code: row.org_code,
            region_code: row.region_code,
            step: row.step,
            level: row.level,
            rule: row.rule,
            amount: row.amount,
            instants: row.instants.into_iter().map(instant).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_whatever_its_parts_hold() {
        for (source, case_no, sub) in [("泸州.住建", "a.b/7号", "审查 1"), ("", "", "")] {
            let cursor = RecordCursor {
                source: source.into(),
                case_no: case_no.into(),
                sub: sub.into(),
            };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "5", "9.0.ab", "1.1.泸州"] {
            assert!(text.parse::<RecordCursor>().is_err(), "{text:?}");
        }
    }
}
