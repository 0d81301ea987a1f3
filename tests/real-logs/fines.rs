//! What the road traffic fines must raise.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use chrono::Days;
use chrono_tz::Europe::Rome;
use mingjing_domain::Timestamp;

use crate::RealLog;
use crate::alerts::{Alert, issued};
use crate::log::{self, Attributes, Trace, at, broken, get};

pub const LOG: RealLog = RealLog {
    name: "road-traffic-fines",
    file: "log.xes.gz",
    control_points: &[
        "send-late",
        "appeal-late",
        "judge-appeal-late",
        "penalty-early",
        "collection-though-paid",
        "penalty-though-paid",
        "appeal-before-notification",
        "judge-appeal-before-notification",
        "result-before-appeal",
        "after-collection",
        "payment-before-send",
        "both-appeal-routes",
    ],
    expected,
};

pub const CREATE: &str = "Create Fine";
pub const SEND: &str = "Send Fine";
const NOTIFICATION: &str = "Insert Fine Notification";
const APPEAL_DATE: &str = "Insert Date Appeal to Prefecture";
const SEND_APPEAL: &str = "Send Appeal to Prefecture";
const RESULT: &str = "Receive Result Appeal from Prefecture";
const JUDGE: &str = "Appeal to Judge";
const PENALTY: &str = "Add penalty";
const PAYMENT: &str = "Payment";
const COLLECTION: &str = "Send for Credit Collection";

/// Control point, verdict column, level, and the event that completes what is found.
type Finding = (
    &'static str,
    &'static str,
    &'static str,
    fn(&Trace) -> Option<usize>,
);

const FINDINGS: [Finding; 8] = [
    ("collection-though-paid", "e1", "red", |t| {
        t.first(COLLECTION)
    }),
    (
        "penalty-though-paid",
        "f14_penalty_although_fully_paid",
        "red",
        |t| t.first(PENALTY),
    ),
    (
        "appeal-before-notification",
        "f05_prefecture_appeal_date_without_prior_notification",
        "yellow",
        |t| t.first(APPEAL_DATE),
    ),
    (
        "judge-appeal-before-notification",
        "f06_judge_appeal_without_prior_notification",
        "yellow",
        |t| t.first(JUDGE),
    ),
    (
        "result-before-appeal",
        "f10_result_without_prior_send_appeal",
        "yellow",
        |t| t.first(RESULT),
    ),
    (
        "after-collection",
        "f12_events_after_credit_collection",
        "yellow",
        |t| Some(t.first(COLLECTION)? + 1),
    ),
    (
        "payment-before-send",
        "f13_payment_before_send_fine",
        "yellow",
        |t| {
            t.first(PAYMENT)?;
            t.first(SEND)
        },
    ),
    (
        "both-appeal-routes",
        "f15_both_prefecture_and_judge_appeal",
        "yellow",
        |t| {
            let prefecture = [t.first(APPEAL_DATE), t.first(SEND_APPEAL)]
                .into_iter()
                .flatten()
                .min()?;
            Some(prefecture.max(t.first(JUDGE)?))
        },
    ),
];

fn expected(data: &Path) -> Result<Vec<Alert>> {
    let verdicts = log::rows_by(&data.join("verdicts.csv.gz"), "case")?;
    let mut alerts = Vec::new();
    for (trace, verdict) in log::judged(&data.join(LOG.file), &verdicts)? {
        alerts.extend(sending(&trace, &verdict)?);
        alerts.extend(done_late(
            "appeal-late",
            "c_prefecture_gt60",
            APPEAL_DATE,
            &trace,
            &verdict,
        )?);
        alerts.extend(done_late(
            "judge-appeal-late",
            "c3_judge_gt60",
            JUDGE,
            &trace,
            &verdict,
        )?);
        alerts.extend(penalty(&trace, &verdict)?);
        for (point, column, level, completes) in FINDINGS {
            if broken(&verdict, column)? {
                let event = completes(&trace).and_then(|place| trace.events.get(place));
                let event = event
                    .with_context(|| format!("{column} of {:?} has no event", trace.case_no()))?;
                alerts.push(Alert {
                    breached_at: Some(at(event)?),
                    ..issued(point, trace.case_no()?, level)
                });
            }
        }
    }
    Ok(alerts)
}

/// Sent late is late for good. Never sent is open, unless the duty fell away while it was overdue.
fn sending(trace: &Trace, verdict: &Attributes) -> Result<Option<Alert>> {
    let alert = overdue("send-late", "red", trace, CREATE, 90)?;
    let sent = trace.first(SEND).map(|place| &trace.events[place]);
    if broken(verdict, "a_send_gt90")? {
        let sent = sent.context("what was sent late was sent")?;
        return Ok(Some(Alert {
            completed_at: Some(at(sent)?),
            ..alert
        }));
    }
    if broken(verdict, "t1_overdue_never_sent")? {
        ensure!(sent.is_none(), "sent and never sent: {:?}", trace.case_no());
        return Ok(Some(alert));
    }
    let fell_away_at = duty_fell_away(trace)?;
    let ended = sent.is_none() && fell_away_at.is_some() && fell_away_at >= alert.breached_at;
    Ok(ended.then(|| Alert {
        status: "ended".into(),
        ..alert
    }))
}

/// When the fine was first paid in full (without expense) or dismissed.
pub fn duty_fell_away(trace: &Trace) -> Result<Option<Timestamp>> {
    let (mut owed, mut paid, mut dismissed) = (0, 0, false);
    for event in &trace.events {
        if let Some(amount) = event.get("amount") {
            owed = cents(amount)?;
        }
        if let Some(total) = event.get("totalPaymentAmount") {
            paid = cents(total)?;
        }
        if let Some(dismissal) = event.get("dismissal") {
            dismissed = dismissal != "NIL";
        }
        if paid >= owed || dismissed {
            return at(event).map(Some);
        }
    }
    Ok(None)
}

/// Amounts are written like `35.0`; more than two places would be another kind of number.
fn cents(text: &str) -> Result<i64> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    ensure!(places.len() <= 2, "not an amount in cents: {text}");
    format!("{whole}{places:0<2}")
        .parse()
        .with_context(|| format!("not an amount: {text}"))
}

fn done_late(
    point: &str,
    column: &str,
    activity: &str,
    trace: &Trace,
    verdict: &Attributes,
) -> Result<Option<Alert>> {
    if !broken(verdict, column)? {
        return Ok(None);
    }
    let alert = overdue(point, "yellow", trace, NOTIFICATION, 60)?;
    Ok(Some(Alert {
        completed_at: Some(at(trace.need(activity)?)?),
        ..alert
    }))
}

/// The log has none; were there one, it would be due from the sixtieth day on and broken when the penalty came.
fn penalty(trace: &Trace, verdict: &Attributes) -> Result<Option<Alert>> {
    if !broken(verdict, "d_penalty_lt60")? {
        return Ok(None);
    }
    let alert = overdue("penalty-early", "red", trace, NOTIFICATION, 59)?;
    let added_at = at(trace.need(PENALTY)?)?;
    Ok(Some(Alert {
        due_at: alert.breached_at,
        breached_at: Some(added_at),
        ..alert
    }))
}

/// An open alert on a limit of `days` whole days after the first event with this activity.
fn overdue(point: &str, level: &str, trace: &Trace, from: &str, days: u64) -> Result<Alert> {
    let start = log::date(get(trace.need(from)?, "time:timestamp")?, Rome)?;
    let breached_at = log::after(start + Days::new(days), Rome)?;
    Ok(issued(point, trace.case_no()?, level).past(breached_at))
}
