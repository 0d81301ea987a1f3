//! The figures of a period, as the dictionary counts them: everything that a bulletin may say, asked once and kept.

use chrono::NaiveDate;
use mingjing_bulletin::{
    Dates, Direction, Earlier, Figures, Metric, Owing, Position, Problem, Row, Scope, UNANSWERED,
    Unit, Value, Values,
};
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::catalogue;
use mingjing_domain::definitions::{BodyNature, PowerType};
use mingjing_domain::disposition::Conclusion;
use mingjing_domain::period::Period;
use mingjing_store::metrics::{
    self, Answer, Asked, DICTIONARY_VERSION, Dimension, Filter, METRICS, Over, Part, ROWS_MAX,
};
use mingjing_store::{AlertFilter, Among, Sight};

use super::failed;
use crate::definitions::InForce;
use crate::names::NameTables;
use crate::people::account::subtree;
use crate::statistics::known;
use crate::{ApiError, State};

/// So many problems are taken from; the gravest are told.
const PROBLEMS_READ: u32 = 200;
/// So many are kept.
const PROBLEMS_MAX: usize = 10;
/// Of so many appeals it is looked up whether they are decided.
const APPEALS_READ: u32 = 1000;
/// Working days that demands give, from the day of the draft.
const ANSWER_DAYS: i64 = 5;
const DATA_DAYS: i64 = 10;
const MEND_DAYS: i64 = 15;

/// Takes the figures of a period of a region.
pub(super) async fn taken(
    state: &State,
    period: Period,
    region: &str,
) -> Result<Figures, ApiError> {
    let prefix = subtree(region).ok_or_else(|| {
        ApiError::bad(
            "region",
            "应为 2、4、6、9 或者 12 位行政区划代码，如 510500",
        )
    })?;
    let in_force = state.definitions.in_force().await?;
    let names = state.names.current();
    let now = (state.now)();
    let take = Take {
        state,
        in_force: &in_force,
        names: &names,
        now,
        period,
        prefix,
    };
    // How far the logs are read is asked first: what is counted afterwards holds at least that.
    let positions = state.store.watermarks().await?;
    // Some at a time: planning one statement keeps one core busy at most, and another may be counted meanwhile.
    let (total, power_types, bodies) = tokio::try_join!(
        take.counted(None, |_| true, true),
        take.rows(Dimension::PowerType, |m| m.over != Over::Steps),
        take.rows(Dimension::Org, |m| m.over != Over::Steps),
    )?;
    let (regions, rules, months) = tokio::try_join!(
        take.rows(Dimension::Region, |m| m.over != Over::Steps),
        take.rows(Dimension::Rule, |_| true),
        take.months(),
    )?;
    let (zero_volume, problems, appealed) =
        tokio::try_join!(take.zero_volume(region), take.problems(), take.appealed())?;
    let parts = parts_of(prefix);
    Ok(Figures {
        period,
        scope: Scope {
            region: region.to_owned(),
            name: region_name(&in_force, region),
            parts: parts.to_owned(),
        },
        as_of: now.to_rfc3339(state.zone),
        positions: positions
            .into_iter()
            .map(|mark| Position {
                log: format!("{}/{}", mark.log_id, mark.topic),
                partition: u32::from(mark.partition),
                offset: mark.next_offset,
            })
            .collect(),
        dictionary_version: DICTIONARY_VERSION.to_owned(),
        metrics: METRICS
            .iter()
            .filter(|metric| may_be_told(metric))
            .map(|metric| told(metric))
            .collect(),
        min_base: u64::from(state.min_base),
        total: values(&total.total),
        power_types: power_types
            .into_iter()
            .map(|row| {
                named(row, |key| {
                    PowerType::from_code(key).map(|kind| kind.name_zh().to_owned())
                })
            })
            .collect(),
        owing: take.owing(&bodies),
        departments: take.departments(bodies, region),
        regions: regions
            .into_iter()
            .filter(|row| row.key != region)
            .map(|row| Row {
                class: parts.to_owned(),
                ..named(row, |key| Some(region_name(&in_force, key)))
            })
            .collect(),
        rules: rules
            .into_iter()
            .map(|row| {
                named(row, |key| {
                    catalogue::rule(key).map(|rule| rule.name.to_owned())
                })
            })
            .collect(),
        months,
        zero_volume,
        problems,
        appealed,
    })
}

/// The days that demands name.
pub(super) fn dates(calendar: &WorkCalendar, on: NaiveDate) -> Dates {
    Dates {
        answer: calendar.add_working_days(on, ANSWER_DAYS),
        data: calendar.add_working_days(on, DATA_DAYS),
        mend: calendar.add_working_days(on, MEND_DAYS),
    }
}

/// What the parts of a region are called together.
fn parts_of(prefix: &str) -> &'static str {
    match prefix.len() {
        0..=2 => "市（州）",
        3..=4 => "县（区）",
        5..=6 => "乡镇（街道）",
        _ => "村（社区）",
    }
}

/// What bodies of a region itself are called; others are compared with nobody. Those under 垂直管理 are a class of their own: the region's government does
/// not lead them.
fn class_of(prefix: &str, nature: BodyNature, vertical: bool) -> String {
    let level = match prefix.len() {
        0..=2 => "省级",
        3..=4 => "市级",
        5..=6 => "县级",
        _ => "乡级",
    };
    let what = match nature {
        _ if vertical => "垂直管理单位",
        BodyNature::Statutory => "部门",
        BodyNature::Authorised => "授权组织",
        BodyNature::Entrusted => "受委托组织",
    };
    format!("{level}{what}")
}

fn region_name(in_force: &InForce, code: &str) -> String {
    let lists = in_force.set.regions.iter();
    let mut regions = lists.flat_map(|list| list.value.regions.iter());
    let found = regions.find(|region| region.code.text == code);
    found.map_or_else(|| code.to_owned(), |region| region.name.clone())
}

/// A bulletin is read by the bodies that it is about, and those see nothing of samples.
fn may_be_told(metric: &metrics::Metric) -> bool {
    metric.over != Over::Samples
}

fn told(metric: &metrics::Metric) -> Metric {
    Metric {
        id: metric.id.to_owned(),
        name: metric.name.to_owned(),
        definition: metric.definition.to_owned(),
        formula: metric.formula.to_owned(),
        base: metric.base.to_owned(),
        unit: match metric.unit {
            metrics::Unit::Count => Unit::Count,
            metrics::Unit::Share => Unit::Share,
            metrics::Unit::Days => Unit::Days,
            metrics::Unit::Hours => Unit::Hours,
            metrics::Unit::Number => Unit::Number,
        },
        direction: match metric.direction {
            metrics::Direction::Higher => Direction::Higher,
            metrics::Direction::Lower => Direction::Lower,
            metrics::Direction::None => Direction::None,
        },
        pitfalls: metric.pitfalls.to_owned(),
        over: match metric.id {
            // They count records of cases, and not cases.
            "late_entry_rate" | "resent_rate" | "reversed_rate" => "events".to_owned(),
            _ => metric.over.code().to_owned(),
        },
    }
}

fn values(counted: &metrics::Values) -> Values {
    let earlier = |was: Option<metrics::Was>| {
        was.map(|was| Earlier {
            value: was.value,
            base: was.base,
        })
    };
    let value = |value: &metrics::Value| Value {
        value: value.value,
        numerator: value.numerator,
        base: value.base,
        hidden: value.hidden,
        previous: earlier(value.previous),
        last_year: earlier(value.last_year),
    };
    let all = counted.iter();
    all.map(|(id, counted)| ((*id).to_owned(), value(counted)))
        .collect()
}

/// A row under its name, compared with nobody; its key where it has no name.
fn named(row: metrics::Row, name: impl Fn(&str) -> Option<String>) -> Row {
    let unsaid = || match row.key.is_empty() {
        true => "未注明".to_owned(),
        false => row.key.clone(),
    };
    Row {
        name: name(&row.key).unwrap_or_else(unsaid),
        class: String::new(),
        values: values(&row.values),
        key: row.key,
    }
}

/// What is asked for one bulletin.
struct Take<'a> {
    state: &'a State,
    in_force: &'a InForce,
    names: &'a NameTables,
    now: Timestamp,
    period: Period,
    prefix: &'a str,
}

impl Take<'_> {
    fn asked(&self, by: Option<Dimension>, metrics: Vec<&'static metrics::Metric>) -> Asked {
        Asked {
            period: self.period,
            zone: self.state.zone,
            now: self.now,
            by,
            metrics,
            filter: Filter {
                region_prefix: Some(self.prefix.to_owned()),
                ..Filter::default()
            },
            sight: Sight::default(),
            compare: false,
            min_base: u64::from(self.state.min_base),
            limit: ROWS_MAX,
            known: known(self.in_force, &self.period),
        }
    }

    async fn counted(
        &self,
        by: Option<Dimension>,
        wanted: impl Fn(&metrics::Metric) -> bool,
        compare: bool,
    ) -> Result<Answer, ApiError> {
        let apart =
            |metric: &metrics::Metric| by.is_none_or(|by| metric.over.dimensions().contains(&by));
        let metrics = METRICS.iter().copied();
        let metrics =
            metrics.filter(|metric| may_be_told(metric) && wanted(metric) && apart(metric));
        let asked = Asked {
            compare,
            ..self.asked(by, metrics.collect())
        };
        Ok(self.state.store.statistics(&asked).await?)
    }

    /// Rows in the order of their keys, so that the same figures are the same bytes.
    async fn rows(
        &self,
        by: Dimension,
        wanted: impl Fn(&metrics::Metric) -> bool,
    ) -> Result<Vec<metrics::Row>, ApiError> {
        let mut rows = self.counted(Some(by), wanted, false).await?.rows;
        rows.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(rows)
    }

    /// The bodies of the region itself, with what they may be compared with.
    fn departments(&self, rows: Vec<metrics::Row>, region: &str) -> Vec<Row> {
        let own = |row: &metrics::Row| {
            let body = self.in_force.body(&row.key).ok();
            body.filter(|body| body.region == region)
                .map(|body| (body.nature, body.vertical))
        };
        let rows = rows.into_iter().filter_map(|row| {
            let (nature, vertical) = own(&row)?;
            Some(Row {
                class: class_of(self.prefix, nature, vertical),
                ..named(row, |key| self.names.orgs.get(key).cloned())
            })
        });
        rows.collect()
    }

    /// Who owes answers to orders, those with most first.
    fn owing(&self, rows: &[metrics::Row]) -> Vec<Owing> {
        let owes = rows.iter().filter_map(|row| {
            let number = row.values.get(UNANSWERED)?.value?;
            let name = self.names.orgs.get(&row.key).unwrap_or(&row.key);
            (number >= 1.0 && !row.key.is_empty()).then(|| Owing {
                body: row.key.clone(),
                name: name.clone(),
                orders: number as u64,
            })
        });
        let mut owes: Vec<Owing> = owes.collect();
        owes.sort_by(|a, b| b.orders.cmp(&a.orders).then_with(|| a.body.cmp(&b.body)));
        owes
    }

    /// The months of the year up to the period's end.
    async fn months(&self) -> Result<Vec<Row>, ApiError> {
        use chrono::Datelike as _;
        let last = self.period.last_day();
        let Some(closed) = metrics::metric("closed") else {
            return Ok(Vec::new());
        };
        let from = last.with_ordinal(1).unwrap_or(last);
        let Some(period) = Period::days(from, last) else {
            return Ok(Vec::new());
        };
        let asked = Asked {
            period,
            ..self.asked(Some(Dimension::Month), vec![closed])
        };
        let mut rows = self.state.store.statistics(&asked).await?.rows;
        rows.sort_by(|a, b| a.key.cmp(&b.key));
        let month = |key: &str| key.parse().ok().map(|month: Period| month.label());
        Ok(rows.into_iter().map(|row| named(row, month)).collect())
    }

    /// 零办件单位 of the region itself.
    async fn zero_volume(&self, region: &str) -> Result<Vec<(String, String)>, ApiError> {
        let records = self
            .records("zero_volume_bodies", ROWS_MAX as u32)
            .await?
            .into_iter();
        let own = records.filter(|record| {
            let body = self.in_force.body(&record.org_code);
            body.is_ok_and(|body| body.region == region)
        });
        let named = own.map(|record| {
            let name = self.names.orgs.get(&record.org_code);
            let name = name.unwrap_or(&record.org_code).clone();
            (record.org_code, name)
        });
        let mut all: Vec<(String, String)> = named.collect();
        all.sort();
        all.dedup();
        Ok(all)
    }

    async fn records(&self, id: &str, limit: u32) -> Result<Vec<metrics::Record>, ApiError> {
        let Some(metric) = metrics::metric(id) else {
            return Ok(Vec::new());
        };
        let asked = self.asked(None, vec![metric]);
        let store = &self.state.store;
        let records = store
            .statistics_rows(metric, Part::Numerator, &asked, None, limit)
            .await?;
        Ok(records.records)
    }

    /// Alerts of the period whose appeal waits to be decided.
    async fn appealed(&self) -> Result<Option<u64>, ApiError> {
        if metrics::metric("appeals").is_none() {
            return Ok(None);
        }
        let records = self.records("appeals", APPEALS_READ).await?;
        let alerts = self.alerts(&records).await?;
        let waits = |alert: &&AlertRecord| {
            let done = alert.disposition.as_deref();
            done.is_some_and(mingjing_domain::disposition::Disposition::appeal_is_open)
        };
        Ok(Some(alerts.iter().filter(waits).count() as u64))
    }

    /// The alerts that records are about, as they stand, each once.
    async fn alerts(&self, records: &[metrics::Record]) -> Result<Vec<AlertRecord>, ApiError> {
        let ids = records.iter().map(|record| record.alert_id.as_str());
        let Some(among) = Among::these(ids) else {
            return Err(failed("more alerts than are looked up at once"));
        };
        let filter = AlertFilter {
            among: Some(among),
            ..AlertFilter::default()
        };
        let mut stream = self.state.store.alerts_export_in_brief(&filter)?;
        let mut alerts = Vec::new();
        while let Some(alert) = stream.next().await? {
            alerts.push(alert);
        }
        Ok(alerts)
    }

    /// Alerts found to be a body's fault and not under appeal, red before yellow, the earliest first.
    async fn problems(&self) -> Result<Vec<Problem>, ApiError> {
        let records = self.records("confirmed_subjective", PROBLEMS_READ).await?;
        let alerts = self.alerts(&records).await?;
        let mut found: Vec<(AlertRecord, Problem)> = alerts
            .into_iter()
            .filter_map(|alert| self.problem(&alert).map(|problem| (alert, problem)))
            .collect();
        found.sort_by(|(a, _), (b, _)| {
            let place = |alert: &AlertRecord| (std::cmp::Reverse(alert.level), alert.issued_at);
            place(a)
                .cmp(&place(b))
                .then_with(|| a.alert_id.cmp(&b.alert_id))
        });
        let kept = found.into_iter().take(PROBLEMS_MAX);
        Ok(kept.map(|(_, problem)| problem).collect())
    }

    /// What is told of an alert: from its fields alone, since its texts may name persons.
    fn problem(&self, alert: &AlertRecord) -> Option<Problem> {
        let done = alert.disposition.as_deref()?;
        let fault = done.conclusion() == Some(Conclusion::Subjective) && !done.appeal_is_open();
        if !fault || !matches!(alert.status, Status::Issued | Status::Ended) {
            return None;
        }
        let body = alert.responsible_org.as_ref().or(alert.org_code.as_ref())?;
        let rule = catalogue::rule(&alert.rule).map(|rule| rule.name.to_owned());
        let point = self.names.control_points.get(&alert.control_point).cloned();
        let point = point.or(rule).unwrap_or_else(|| alert.rule.clone());
        let day = |at: Timestamp| {
            use chrono::Datelike as _;
            let day = at.local_date(self.state.zone);
            format!("{}年{}月{}日", day.year(), day.month(), day.day())
        };
        let facts = match (alert.due_at, alert.completed_at) {
            (Some(due), Some(done)) => {
                format!("应于{}前完成，实际于{}完成", day(due), day(done))
            }
            (Some(due), None) => {
                format!("应于{}前完成，截至{}尚未完成", day(due), day(self.now))
            }
            (None, _) => format!("经核查存在“{point}”情形"),
        };
        let item = alert.item_code.as_ref();
        Some(Problem {
            alert: alert.alert_id.clone(),
            source: alert.source.clone(),
            case_no: alert.case_no.clone(),
            body: body.clone(),
            body_name: self.names.orgs.get(body).unwrap_or(body).clone(),
            item: item
                .map(|code| self.names.items.get(code).unwrap_or(code).clone())
                .unwrap_or_default(),
            level: alert.level.name_zh().to_owned(),
            point,
            facts,
            basis: alert.legal_basis.clone().unwrap_or_default(),
            conclusion: Conclusion::Subjective.name_zh().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_under_vertical_leadership_is_of_no_class_of_the_region() {
        let city = |nature, vertical| class_of("5105", nature, vertical);
        assert_eq!(city(BodyNature::Statutory, false), "市级部门");
        assert_eq!(city(BodyNature::Authorised, false), "市级授权组织");
        for nature in [
            BodyNature::Statutory,
            BodyNature::Authorised,
            BodyNature::Entrusted,
        ] {
            assert_eq!(city(nature, true), "市级垂直管理单位");
        }
    }
}
