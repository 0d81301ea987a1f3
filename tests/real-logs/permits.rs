//! What the building permits must raise.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use chrono::Days;
use chrono_tz::Europe::Amsterdam;

use crate::RealLog;
use crate::alerts::{Alert, issued};
use crate::log::{self, Attributes, Trace, at, broken, get};

pub const LOG: RealLog = RealLog {
    name: "permits-bpic15-1",
    file: "log.xes.gz",
    control_points: &[
        "due-date-late",
        "decision-late",
        "order-515-495",
        "order-495-380",
        "order-015-010",
    ],
    expected,
};

pub const REGISTERED: &str = "01_HOOFD_010";
const RECEIVED: &str = "01_HOOFD_015";
pub const DECIDED: &str = "01_HOOFD_495";
const SENT: &str = "01_HOOFD_515";

const DAYS_TO_DECISION: &str = "010_register_submission -> 495_phase_decision_taken";

/// Control point, verdict column, and the activity that came without the other.
const ORDERS: [(&str, &str, &str); 3] = [
    (
        "order-515-495",
        "order_01_HOOFD_515_without_prior_01_HOOFD_495",
        SENT,
    ),
    (
        "order-495-380",
        "order_01_HOOFD_495_without_prior_01_HOOFD_380",
        DECIDED,
    ),
    (
        "order-015-010",
        "order_01_HOOFD_015_without_prior_01_HOOFD_010",
        RECEIVED,
    ),
];

fn expected(data: &Path) -> Result<Vec<Alert>> {
    let verdicts = log::rows_by(&data.join("verdicts.csv.gz"), "case:concept:name")?;
    let mut due_rows: BTreeMap<String, Vec<Attributes>> = BTreeMap::new();
    for row in log::rows(&data.join("due-events.csv.gz"))? {
        due_rows
            .entry(get(&row, "case:concept:name")?.to_owned())
            .or_default()
            .push(row);
    }
    let mut alerts = Vec::new();
    for (trace, verdict) in log::judged(&data.join(LOG.file), &verdicts)? {
        for row in due_rows.remove(trace.case_no()?).unwrap_or_default() {
            alerts.extend(due_date(&trace, &row)?);
        }
        alerts.extend(decision(&trace, &verdict)?);
        for (point, column, activity) in ORDERS {
            if broken(&verdict, column)? {
                let breached_at = Some(at(trace.need(activity)?)?);
                alerts.push(Alert {
                    breached_at,
                    ..issued(point, trace.case_no()?, "yellow")
                });
            }
        }
    }
    ensure!(
        due_rows.is_empty(),
        "due dates of cases that the log does not have: {:?}",
        due_rows.keys()
    );
    Ok(alerts)
}

/// The verdict names the event by its number in the case, the alert by its step and which one of that step it is.
fn due_date(trace: &Trace, row: &Attributes) -> Result<Option<Alert>> {
    if !broken(row, "late_ts_date")? {
        return Ok(None);
    }
    let number: usize = get(row, "eno")?.parse()?;
    let event = trace
        .events
        .get(number)
        .with_context(|| format!("no event {number} in {:?}", trace.case_no()))?;
    let step = get(event, "concept:name")?;
    ensure!(
        step == get(row, "concept:name")?,
        "event {number} of {:?} is a {step}",
        trace.case_no()
    );
    let same = trace.events[..=number]
        .iter()
        .filter(|e| e.get("concept:name").is_some_and(|name| name == step));
    let breached_at = log::after(log::date(get(event, "dueDate")?, Amsterdam)?, Amsterdam)?;
    Ok(Some(Alert {
        step: step.to_owned(),
        visit: u32::try_from(same.count())?,
        completed_at: Some(at(event)?),
        ..issued("due-date-late", trace.case_no()?, "yellow").past(breached_at)
    }))
}

fn decision(trace: &Trace, verdict: &Attributes) -> Result<Option<Alert>> {
    let days = get(verdict, DAYS_TO_DECISION)?;
    if days.is_empty() || days.parse::<f64>()? <= 56.0 {
        return Ok(None);
    }
    let start = log::date(get(trace.need(REGISTERED)?, "time:timestamp")?, Amsterdam)?;
    let breached_at = log::after(start + Days::new(56), Amsterdam)?;
    let completed_at = Some(at(trace.need(DECIDED)?)?);
    let alert = issued("decision-late", trace.case_no()?, "red").past(breached_at);
    Ok(Some(Alert {
        completed_at,
        ..alert
    }))
}
