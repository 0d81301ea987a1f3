//! From what the archive tells to what may be one cause. Pure: every instant is an argument.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence};
use mingjing_domain::command::Window;
use mingjing_domain::incident::Cause;
use mingjing_domain::source::{Source, SourceClock};
use mingjing_store::{CauseFilter, Daily, Sight, SourceHealth};
use serde_json::{Value, json};

use super::FEED_LEAST;

/// A burst is so many alerts of one control point on one day at least,
const BURST_LEAST: u64 = 10;
/// and so many times as many as on a usual day before it (our own choice: far beyond what a busy day brings).
const BURST_TIMES: u64 = 5;
/// A usual day is told from so many days before.
const USUAL_DAYS: u64 = 28;

/// What may be one cause.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    /// What an incident may be called; empty: by its source.
    pub(super) title: String,
    /// Why it is proposed, Chinese.
    pub(super) why: String,
    pub(super) cause: Cause,
    pub(super) from: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    /// The rows it rests on.
    pub(super) rests_on: Vec<Value>,
    /// Which alerts come of it: how they are narrowed beside the cause.
    pub(super) filter: CauseFilter,
    /// Fewer are none.
    pub(super) least: usize,
}

/// Sources of which inspections found something. Stretches of one source and kind that touch are one.
pub(super) fn of_findings(findings: Vec<AlertRecord>, sight: &Sight) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    let mut findings: Vec<(AlertRecord, Timestamp, Option<Timestamp>)> = findings
        .into_iter()
        .filter_map(|alert| {
            let (from, until) = stretch(&alert)?;
            Some((alert, from, until))
        })
        .collect();
    findings.sort_by(|a, b| (a.1, &a.0.alert_id).cmp(&(b.1, &b.0.alert_id)));
    for (alert, from, until) in findings {
        let source = alert.source.clone();
        let cause = match alert.rule.as_str() {
            "Q7" | "Q14" => Cause::SourceDown { source },
            _ => Cause::SourceLate { source },
        };
        let row = json!({
            "alert_id": alert.alert_id,
            "rule": alert.rule,
            "window": alert.step,
            "status": alert.status.code(),
            "message": alert.message,
        });
        let touches =
            |found: &&mut Found| found.cause == cause && found.until.is_none_or(|end| from <= end);
        match all.iter_mut().find(touches) {
            Some(found) => {
                found.rests_on.push(row);
                found.until = found.until.zip(until).map(|(a, b)| a.max(b));
            }
            None => all.push(Found {
                title: String::new(),
                why: String::new(),
                cause,
                from: Some(from),
                until,
                rests_on: vec![row],
                filter: CauseFilter {
                    sight: sight.clone(),
                    ..CauseFilter::default()
                },
                least: FEED_LEAST,
            }),
        }
    }
    for found in &mut all {
        let rules: BTreeSet<&str> = found
            .rests_on
            .iter()
            .filter_map(|row| row["rule"].as_str())
            .map(said_of)
            .collect();
        let rules: Vec<&str> = rules.into_iter().collect();
        let still = if found.until.is_none() {
            "，至今未恢复"
        } else {
            ""
        };
        found.why = format!(
            "定期巡检发现该来源{}{still}；以下预警同属该来源，发生的时间都在这一段之内。",
            rules.join("、")
        );
    }
    all
}

fn said_of(rule: &str) -> &'static str {
    match rule {
        "Q7" => "断报（Q7）",
        "Q14" => "对账不符（Q14）",
        "Q15" => "报送迟延（Q15）",
        _ => "集中补录（Q2）",
    }
}

/// The stretch that a finding is about. A silence lasts until the source speaks; what else was found is about its window.
fn stretch(alert: &AlertRecord) -> Option<(Timestamp, Option<Timestamp>)> {
    let window: &Window = alert.evidence.iter().find_map(|evidence| match evidence {
        Evidence::Inspection { window, .. } => Some(window),
        _ => None,
    })?;
    Some(match alert.rule.as_str() {
        "Q7" => (window.from, alert.ended_at),
        _ => (window.from, Some(window.until)),
    })
}

/// Live sources that have not said for longer than their delay allowance how far they are complete. One of which a partition has heard nothing
/// has not said so anywhere.
pub(super) fn stood_still(
    health: &[SourceHealth],
    declared: &BTreeMap<String, Source>,
    partitions: u16,
    now: Timestamp,
) -> Vec<Found> {
    let mut told: BTreeMap<&str, Vec<&SourceHealth>> = BTreeMap::new();
    for of in health {
        told.entry(&of.source).or_default().push(of);
    }
    let mut all = Vec::new();
    for (id, of) in told {
        let Some(source) = declared.get(id) else {
            continue;
        };
        let complete = of.iter().map(|of| of.complete_until).min().flatten();
        let whole = of.len() == usize::from(partitions) && source.clock == SourceClock::Live;
        let Some(complete) = complete.filter(|_| whole) else {
            continue;
        };
        if now.millis() - complete.millis() <= source.delay_allowance_ms() {
            continue;
        }
        let last = of.iter().filter_map(|of| of.last_received_at).max();
        all.push(Found {
            title: String::new(),
            why: format!(
                "该来源的完整时点停在以下时刻，已超过其申报的延迟期（{} 小时）；以下预警发生在此之后，可能只是记录未到。",
                source.delay_allowance_hours
            ),
            cause: Cause::SourceDown { source: id.to_owned() },
            from: Some(complete),
            until: None,
            rests_on: vec![json!({
                "source": id,
                "complete_until": complete,
                "last_received_at": last,
                "delay_allowance_hours": source.delay_allowance_hours,
            })],
            filter: CauseFilter::default(),
            least: FEED_LEAST,
        });
    }
    all
}

/// Days since `since` on which a control point raised far more than usual by one version of the definitions, most first. Where nothing at all
/// was raised before, nobody knows what is usual.
pub(super) fn bursts(daily: &[Daily], since: NaiveDate, zone: Tz) -> Vec<Found> {
    let day = |one: &Daily| one.day.parse::<NaiveDate>().ok();
    let first = daily.iter().filter_map(day).min();
    let mut all: Vec<(u64, Found)> = Vec::new();
    for one in daily {
        let Some(on) = day(one).filter(|on| *on >= since) else {
            continue;
        };
        let begin = on - Days::new(USUAL_DAYS);
        if first.is_none_or(|first| first + Days::new(7) > on) {
            continue;
        }
        let before: u64 = daily
            .iter()
            .filter(|other| other.rule == one.rule && other.control_point == one.control_point)
            .filter(|other| day(other).is_some_and(|day| begin <= day && day < on))
            .map(|other| other.alerts)
            .sum();
        let unusual = one.alerts * USUAL_DAYS >= BURST_TIMES * before;
        if one.standing < BURST_LEAST || !unusual {
            continue;
        }
        let usual = before as f64 / USUAL_DAYS as f64;
        let midnight = Timestamp::start_of(on, zone);
        let next = Timestamp::start_of(on + Days::new(1), zone);
        let found = Found {
            title: format!("规则 {} {on} 集中告警", one.rule),
            why: format!(
                "监察点“{}”按同一版本的定义在 {on} 一日产生 {} 条预警，此前 {USUAL_DAYS} 日平均每日 {usual:.1} 条；可能是规则或者定义有误。",
                one.control_point, one.alerts
            ),
            cause: Cause::Fault {
                rule: one.rule.clone(),
                control_point: one.control_point.clone(),
                definitions_version: one.definitions_version.clone(),
            },
            from: None,
            until: None,
            rests_on: vec![json!({
                "control_point": one.control_point,
                "definitions_version": one.definitions_version,
                "day": one.day,
                "alerts": one.alerts,
                "alerts_before": before,
                "days_before": USUAL_DAYS,
            })],
            filter: CauseFilter {
                raised_from: Some(midnight),
                raised_before: Some(next),
                ..CauseFilter::default()
            },
            least: BURST_LEAST as usize,
        };
        all.push((one.alerts, found));
    }
    all.sort_by_key(|(alerts, _)| std::cmp::Reverse(*alerts));
    all.into_iter().map(|(_, found)| found).collect()
}

#[cfg(test)]
mod tests;
