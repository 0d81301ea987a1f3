//! Two sets of alerts side by side: what is missing, what is there besides, what is there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::alerts::Alert;

/// So many cases are named for a control point.
const CASES_SHOWN: usize = 20;
/// So many alerts are shown of those added, and of those removed.
const ALERTS_SHOWN: usize = 50;

/// Everything in which `found` differs from `expected`, for people; empty where nothing does.
pub fn findings(control_points: &[&str], expected: &[Alert], found: &[Alert]) -> String {
    let mut text = String::new();
    unlisted(control_points, found, &mut text);
    doubles(found, &mut text);
    for point in control_points {
        verdicts(point, expected, found, &mut text);
    }
    let (expected, found): (BTreeSet<_>, BTreeSet<_>) =
        (expected.iter().collect(), found.iter().collect());
    listing(
        "removed: expected by verdicts and log, not raised so",
        '-',
        &expected,
        &found,
        &mut text,
    );
    listing(
        "added: raised so, not expected",
        '+',
        &found,
        &expected,
        &mut text,
    );
    text
}

fn unlisted(control_points: &[&str], found: &[Alert], text: &mut String) {
    let strange: BTreeSet<&str> = found
        .iter()
        .map(|a| &*a.control_point)
        .filter(|p| !control_points.contains(p))
        .collect();
    if !strange.is_empty() {
        line(
            text,
            format_args!("control points that are not listed: {strange:?}"),
        );
    }
}

fn doubles(found: &[Alert], text: &mut String) {
    let mut counts = BTreeMap::new();
    for alert in found {
        *counts.entry(about(alert)).or_insert(0) += 1;
    }
    let twice: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
    if !twice.is_empty() {
        line(
            text,
            format_args!("{} alerts are there more than once:", twice.len()),
        );
        for (about, count) in twice.iter().take(CASES_SHOWN) {
            line(text, format_args!("  {count} times {about:?}"));
        }
    }
}

/// Whether the same is alleged of the same cases: the verdict, without instants.
fn verdicts(point: &str, expected: &[Alert], found: &[Alert], text: &mut String) {
    let of = |alerts: &'_ [Alert]| -> BTreeSet<String> {
        let of_point = alerts.iter().filter(|a| a.control_point == point);
        of_point.map(verdict).collect()
    };
    let (expected, found) = (of(expected), of(found));
    for (what, here, there) in [
        ("missing", &expected, &found),
        ("surplus", &found, &expected),
    ] {
        let differing: Vec<&str> = here.difference(there).map(String::as_str).collect();
        if !differing.is_empty() {
            let shown = &differing[..differing.len().min(CASES_SHOWN)];
            line(
                text,
                format_args!("{point}: {} {what}: {}", differing.len(), shown.join(", ")),
            );
        }
    }
}

fn verdict(alert: &Alert) -> String {
    let mut text = alert.case_no.clone();
    if !alert.step.is_empty() {
        text += &format!(" {} {}", alert.step, alert.visit);
    }
    let done = if alert.completed_at.is_some() {
        ", done"
    } else {
        ""
    };
    format!("{text} ({}{done})", alert.status)
}

fn listing(
    title: &str,
    sign: char,
    here: &BTreeSet<&Alert>,
    there: &BTreeSet<&Alert>,
    text: &mut String,
) {
    let differing: Vec<_> = here.difference(there).collect();
    if differing.is_empty() {
        return;
    }
    line(text, format_args!("{} {title}:", differing.len()));
    for alert in differing.iter().take(ALERTS_SHOWN) {
        line(text, format_args!("{sign} {alert}"));
    }
    if differing.len() > ALERTS_SHOWN {
        line(
            text,
            format_args!("{sign} … and {} more", differing.len() - ALERTS_SHOWN),
        );
    }
}

fn about(alert: &Alert) -> (&str, &str, &str, u32) {
    (
        &alert.control_point,
        &alert.case_no,
        &alert.step,
        alert.visit,
    )
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    writeln!(text, "{content}").expect("writing to a String cannot fail");
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::*;
    use crate::alerts::issued;

    #[test]
    fn equal_sets_in_any_order_have_no_findings() {
        let (a, b) = (issued("late", "1", "red"), issued("late", "2", "red"));
        assert_eq!(findings(&["late"], &[a.clone(), b.clone()], &[b, a]), "");
    }

    #[test]
    fn missing_and_surplus_cases_are_named_and_shown() {
        let text = findings(
            &["late"],
            &[issued("late", "1", "red")],
            &[issued("late", "2", "red")],
        );
        assert_eq!(
            text,
            "late: 1 missing: 1 (issued)\n\
             late: 1 surplus: 2 (issued)\n\
             1 removed: expected by verdicts and log, not raised so:\n\
             - late 1 step=- visit=1 red issued due=- breached=- completed=-\n\
             1 added: raised so, not expected:\n\
             + late 2 step=- visit=1 red issued due=- breached=- completed=-\n"
        );
    }

    #[test]
    fn an_alert_with_another_due_instant_is_shown_on_both_sides() {
        let right = issued("late", "1", "red");
        let wrong = Alert {
            due_at: Some(Timestamp::from_millis(0)),
            ..right.clone()
        };
        let text = findings(&["late"], &[right], &[wrong]);
        assert!(!text.contains("missing"), "{text}");
        assert!(
            text.contains("\n- late 1") && text.contains("\n+ late 1"),
            "{text}"
        );
        assert!(text.contains("due=1970-01-01T00:00:00+00:00"), "{text}");
    }

    #[test]
    fn an_alert_raised_twice_is_named() {
        let alert = issued("late", "1", "red");
        let text = findings(
            &["late"],
            std::slice::from_ref(&alert),
            &[alert.clone(), alert.clone()],
        );
        assert!(
            text.starts_with("1 alerts are there more than once:\n  2 times (\"late\", \"1\""),
            "{text}"
        );
    }

    #[test]
    fn a_control_point_that_is_not_listed_is_named() {
        let text = findings(&["late"], &[], &[issued("early", "1", "red")]);
        assert!(
            text.starts_with("control points that are not listed: {\"early\"}"),
            "{text}"
        );
    }
}
