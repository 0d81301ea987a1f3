//! A question as it stands in a query.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::period::Period;
use mingjing_store::Sight;
use mingjing_store::metrics::{
    Asked, Dimension, Filter, Known, METRICS, Metric, Over, Part, ROWS_MAX, RecordCursor, metric,
};

use crate::{ApiError, query};

/// Rows where nothing is said.
const LIMIT_DEFAULT: usize = 200;
/// Things behind a number on a page where nothing is said.
const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 1000;

const FILTERS: [&str; 7] = [
    "period",
    "region",
    "org",
    "item_code",
    "power_type",
    "case_kind",
    "channel",
];

/// What is asked, but for who asks.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) period: Period,
    pub(super) by: Option<Dimension>,
    pub(super) metrics: Vec<&'static Metric>,
    /// Whether these were named; else they are all that there are.
    is_named: bool,
    pub(super) filter: Filter,
    compare: bool,
    limit: usize,
    now: Timestamp,
    zone: Tz,
}

/// A question about what is behind a number.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub(super) question: Question,
    pub(super) metric: &'static Metric,
    pub(super) part: Part,
    pub(super) after: Option<RecordCursor>,
    pub(super) limit: u32,
}

/// The parameters that say something: what is empty was left out of a form.
fn given(query: Option<&str>, own: &[&str]) -> Result<BTreeMap<String, String>, ApiError> {
    let known: Vec<&str> = FILTERS.iter().chain(own).copied().collect();
    let mut pairs = query::pairs(query, &known)?;
    // The key of those that name none is empty, and means something.
    pairs.retain(|name, value| name == "key" || !value.is_empty());
    Ok(pairs)
}

fn number(pairs: &BTreeMap<String, String>, most: usize, or: usize) -> Result<usize, ApiError> {
    let Some(text) = pairs.get("limit") else {
        return Ok(or);
    };
    let read = text.parse().ok().filter(|n| (1..=most).contains(n));
    read.ok_or_else(|| ApiError::bad("limit", format!("应为 1 到 {most} 的整数")))
}

impl Question {
    /// Of `GET /api/v1/statistics`.
    pub(super) fn of(query: Option<&str>, now: Timestamp, zone: Tz) -> Result<Self, ApiError> {
        let pairs = given(query, &["by", "metrics", "compare", "limit"])?;
        let mut question = Self::filtered(&pairs, now, zone)?;
        question.by = dimension(&pairs)?;
        question.limit = number(&pairs, ROWS_MAX, LIMIT_DEFAULT)?;
        if let Some(compare) = pairs.get("compare") {
            question.compare = query::flag("compare", compare)?;
        }
        question.is_named = pairs.contains_key("metrics");
        question.metrics = match pairs.get("metrics") {
            Some(ids) => named(ids, question.by)?,
            None => METRICS
                .iter()
                .copied()
                .filter(|metric| fits(metric, question.by))
                .collect(),
        };
        Ok(question)
    }

    /// Of `GET /api/v1/statistics/process`.
    pub(super) fn of_process(
        query: Option<&str>,
        now: Timestamp,
        zone: Tz,
    ) -> Result<Self, ApiError> {
        Self::filtered(&given(query, &[])?, now, zone)
    }

    fn filtered(
        pairs: &BTreeMap<String, String>,
        now: Timestamp,
        zone: Tz,
    ) -> Result<Self, ApiError> {
        let period = match pairs.get("period") {
            Some(text) => text.parse().map_err(|error| {
                let error: mingjing_domain::period::BadPeriod = error;
                ApiError::bad("period", error.to_string())
            })?,
            None => Period::month_of(now, zone),
        };
        let region_prefix = pairs
            .get("region")
            .map(|code| query::region("region", code));
        let region_prefix = region_prefix.transpose()?;
        let text = |name: &str| pairs.get(name).cloned();
        Ok(Self {
            period,
            by: None,
            metrics: Vec::new(),
            is_named: false,
            filter: Filter {
                region_prefix,
                org: text("org"),
                item_code: text("item_code"),
                power_type: text("power_type"),
                case_kind: text("case_kind"),
                channel: text("channel"),
                key: None,
            },
            compare: false,
            limit: LIMIT_DEFAULT,
            now,
            zone,
        })
    }

    /// Whether it tells officers apart.
    pub(super) fn shows_officers(&self) -> bool {
        let key = self.filter.key.as_ref().map(|(by, _)| *by);
        [self.by, key].contains(&Some(Dimension::Handler))
    }

    /// Leaves out what is counted of samples; none where just that was asked for.
    pub(super) fn without_samples(mut self) -> Option<Self> {
        let asked = self.metrics.len();
        self.metrics.retain(|metric| metric.over != Over::Samples);
        let is_as_asked = self.metrics.len() == asked || !self.is_named;
        is_as_asked.then_some(self)
    }

    /// The body that it is about.
    pub(super) fn org(&self) -> Option<&str> {
        self.filter.org.as_deref()
    }

    /// The question of somebody who sees so far.
    pub(super) fn asked(&self, sight: Sight, known: Known, min_base: u32) -> Asked {
        Asked {
            period: self.period,
            zone: self.zone,
            now: self.now,
            by: self.by,
            metrics: self.metrics.clone(),
            filter: self.filter.clone(),
            sight,
            compare: self.compare,
            min_base: u64::from(min_base),
            limit: self.limit,
            known,
        }
    }
}

impl Rows {
    /// Of `GET /api/v1/statistics/rows`.
    pub(super) fn of(query: Option<&str>, now: Timestamp, zone: Tz) -> Result<Self, ApiError> {
        let pairs = given(query, &["metric", "part", "by", "key", "after", "limit"])?;
        let mut question = Question::filtered(&pairs, now, zone)?;
        let Some(id) = pairs.get("metric") else {
            return Err(ApiError::bad("metric", "请给出指标，如 overdue_rate"));
        };
        let metric = one(id, "metric")?;
        let part = match pairs.get("part") {
            Some(text) => Part::from_code(text)
                .ok_or_else(|| ApiError::bad("part", "应为 numerator（分子）或者 base（基数）"))?,
            None => Part::Numerator,
        };
        match (dimension(&pairs)?, pairs.get("key")) {
            (None, None) => {}
            (Some(Dimension::Month), _) => {
                return Err(ApiError::bad("by", "某一月份的明细请以 period 给出该月"));
            }
            (Some(by), Some(key)) if fits(metric, Some(by)) => {
                question.filter.key = Some((by, key.clone()));
            }
            (Some(by), Some(_)) => return Err(not_by(metric, by, "by")),
            _ => return Err(ApiError::bad("key", "by 与 key 请一并给出")),
        }
        question.metrics = vec![metric];
        question.is_named = true;
        let after = pairs.get("after").map(|text| text.parse());
        let after = after
            .transpose()
            .map_err(|_| ApiError::bad("after", "请用上一页给出的 next，或者从第一页查起"))?;
        let limit = number(&pairs, PAGE_MAX as usize, PAGE_DEFAULT as usize)?;
        Ok(Self {
            question,
            metric,
            part,
            after,
            limit: limit as u32,
        })
    }
}

fn dimension(pairs: &BTreeMap<String, String>) -> Result<Option<Dimension>, ApiError> {
    let Some(code) = pairs.get("by") else {
        return Ok(None);
    };
    let known = Dimension::ALL.map(Dimension::code).join("、");
    let by = Dimension::from_code(code);
    by.map(Some)
        .ok_or_else(|| ApiError::bad("by", format!("可用的是 {known}")))
}

fn fits(metric: &Metric, by: Option<Dimension>) -> bool {
    by.is_none_or(|by| metric.over.dimensions().contains(&by))
}

/// Those that are named, each once.
fn named(ids: &str, by: Option<Dimension>) -> Result<Vec<&'static Metric>, ApiError> {
    let mut all: Vec<&'static Metric> = Vec::new();
    for id in ids.split(',') {
        let metric = one(id, "metrics")?;
        match by {
            Some(by) if !fits(metric, Some(by)) => return Err(not_by(metric, by, "metrics")),
            _ if all.iter().any(|other| other.id == metric.id) => {}
            _ => all.push(metric),
        }
    }
    Ok(all)
}

fn one(id: &str, field: &str) -> Result<&'static Metric, ApiError> {
    metric(id.trim()).ok_or_else(|| {
        let id: String = id.chars().take(60).collect();
        let place = "/api/v1/statistics/metrics";
        ApiError::bad(field, format!("没有指标 {id:?}；全部指标见 {place}"))
    })
}

fn not_by(metric: &Metric, by: Dimension, field: &str) -> ApiError {
    let can: Vec<&str> = metric
        .over
        .dimensions()
        .iter()
        .map(|by| by.code())
        .collect();
    ApiError::bad(
        field,
        format!(
            "指标“{}”（{}）不能按{}区分；可以按 {}",
            metric.name,
            metric.id,
            by.name_zh(),
            can.join("、")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-28T12:00:00+08:00").unwrap()
    }

    fn question(query: &str) -> Result<Question, ApiError> {
        Question::of(Some(query), now(), ZONE)
    }

    #[test]
    fn who_does_not_read_samples_is_told_all_else_and_refused_these() {
        let of_samples = |q: &Question| q.metrics.iter().any(|m| m.over == Over::Samples);
        let all = question("by=org").unwrap();
        assert!(of_samples(&all));
        let rest = all.without_samples().unwrap();
        assert!(!of_samples(&rest) && !rest.metrics.is_empty());
        let named = question("metrics=closed,samples_checked").unwrap();
        assert!(named.without_samples().is_none());
        let others = question("metrics=closed").unwrap();
        assert!(others.without_samples().is_some());
    }

    #[test]
    fn where_nothing_is_said_it_is_the_running_month_and_every_metric() {
        let all = question("by=&period=&org=").unwrap();
        assert_eq!(all.period.to_string(), "2026-11");
        assert_eq!((all.by, all.metrics.len()), (None, METRICS.len()));
        assert_eq!(all.filter, Filter::default());
        let by_level = question("by=level").unwrap();
        assert!(by_level.metrics.iter().any(|m| m.id == "red"));
        assert!(!by_level.metrics.iter().any(|m| m.id == "closed"));
    }

    #[test]
    fn a_region_is_all_that_lies_in_it_and_metrics_come_once_in_their_order() {
        let read =
            question("region=510500&metrics=closed,received,closed&compare=true&limit=3&by=org");
        let read = read.unwrap();
        assert_eq!(read.filter.region_prefix.as_deref(), Some("5105"));
        let ids: Vec<&str> = read.metrics.iter().map(|m| m.id).collect();
        assert_eq!(ids, ["closed", "received"]);
        assert_eq!((read.compare, read.limit), (true, 3));
    }

    #[test]
    fn what_cannot_be_answered_is_told_where_and_why() {
        for (query, told) in [
            ("period=2026-13", "2026-Q3"),
            ("by=speed", "region"),
            ("metrics=closed,speed", "没有指标"),
            ("metrics=closed&by=level", "不能按预警等级区分"),
            ("region=51050", "行政区划代码"),
            ("limit=0", "1 到 1000"),
            ("limit=1001", "1 到 1000"),
            ("since=2026", "没有这个参数"),
        ] {
            let refused = question(query).unwrap_err();
            assert!(
                format!("{refused:?}").contains(told),
                "{query}: {refused:?}"
            );
        }
        for (query, told) in [
            ("part=base", "请给出指标"),
            ("metric=closed&part=all", "numerator"),
            ("metric=closed&by=org", "一并给出"),
            ("metric=closed&by=rule&key=T3", "不能按规则区分"),
            ("metric=closed&by=month&key=2026-10", "period"),
            ("metric=closed&after=x", "next"),
        ] {
            let refused = Rows::of(Some(query), now(), ZONE).unwrap_err();
            assert!(
                format!("{refused:?}").contains(told),
                "{query}: {refused:?}"
            );
        }
    }

    #[test]
    fn a_row_opens_by_its_key_and_the_empty_key_is_one() {
        let rows = Rows::of(Some("metric=closed&part=base&by=office&key="), now(), ZONE).unwrap();
        let key = Some((Dimension::Office, String::new()));
        assert_eq!(
            (rows.part, rows.question.filter.key.clone()),
            (Part::Base, key)
        );
        assert!(!rows.question.shows_officers());
        let of_one = Rows::of(Some("metric=closed&by=handler&key=p1&org=o1"), now(), ZONE).unwrap();
        assert!(of_one.question.shows_officers());
        assert!(question("by=handler").unwrap().shows_officers());
    }
}
