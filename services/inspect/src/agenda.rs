//! What is to be inspected when: windows that are over and were not inspected, and once a day the last ones again. Pure.

use chrono::NaiveDate;
use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::command::Window;
use serde::{Deserialize, Serialize};

use crate::list::Plan;
use crate::window::{after, before, last_finished};

/// Windows inspected in one go after an outage; what is left comes with the next pass.
const AT_ONCE_MAX: usize = 62;

/// Windows of one inspection in one pass, those of findings that may be cured included; of more the latest.
const WINDOWS_MAX: usize = 2 * AT_ONCE_MAX;

/// How far an inspection has come. Kept in the table `inspections`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The end of the last window that was inspected.
    #[serde(default)]
    pub(crate) through: Option<Timestamp>,
    /// The day on which the last windows were inspected again.
    #[serde(default)]
    pub(crate) again_on: Option<NaiveDate>,
    /// When it ran last.
    #[serde(default)]
    pub(crate) last_run_at: Option<Timestamp>,
    /// How many findings the last window had.
    #[serde(default)]
    pub(crate) findings: usize,
    /// How many times in a row it has failed.
    #[serde(default)]
    pub(crate) failures: u32,
    /// Why it failed last.
    #[serde(default)]
    pub(crate) error: Option<String>,
}

/// The windows to inspect now, oldest first. One that never ran begins with the last finished window.
pub(crate) fn due(plan: &Plan, progress: &Progress, now: Timestamp) -> Vec<Window> {
    let last = last_finished(plan.every, plan.grace_ms, now);
    let mut windows = Vec::new();
    match progress.through {
        None => windows.push(last.clone()),
        Some(through) => {
            let mut window = after(plan.every, &window_that_ended(plan, through));
            while window.until <= last.until && windows.len() < AT_ONCE_MAX {
                let next = after(plan.every, &window);
                windows.push(std::mem::replace(&mut window, next));
            }
        }
    }
    let today = now.local_date(Shanghai);
    let caught_up = windows
        .last()
        .is_none_or(|window| window.until == last.until);
    let ran = progress.through.is_some();
    if ran && caught_up && progress.again_on.is_none_or(|day| day < today) {
        let mut window = last;
        for _ in 0..plan.again {
            if windows
                .first()
                .is_none_or(|first| window.until < first.until)
            {
                windows.insert(0, window.clone());
            }
            window = before(plan.every, &window);
        }
        windows.sort();
        windows.dedup();
    }
    windows.sort_by_key(|window| window.from);
    windows
}

/// Those that are due, and before them the windows of findings that late data may have cured.
pub(crate) fn with_uncured(due: Vec<Window>, uncured: impl Iterator<Item = Window>) -> Vec<Window> {
    let last = due.last().map(|window| window.until);
    let mut windows = due;
    windows.extend(uncured.filter(|window| Some(window.until) <= last));
    windows.sort_by_key(|window| window.from);
    windows.dedup();
    let beyond = windows.len().saturating_sub(WINDOWS_MAX);
    windows.drain(..beyond);
    windows
}

fn window_that_ended(plan: &Plan, until: Timestamp) -> Window {
    let day = until.plus_millis(-1).local_date(Shanghai);
    crate::window::window_of(plan.every, day)
}

#[cfg(test)]
mod tests {
    use mingjing_domain::time::HOUR_MS;
    use mingjing_store::Inspection;

    use super::*;
    use crate::list::{Every, PLANS};

    fn plan(inspection: Inspection) -> &'static Plan {
        PLANS.iter().find(|p| p.inspection == inspection).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("{text}:00+08:00")).unwrap()
    }

    fn labels(plan: &Plan, progress: &Progress, now: &str) -> Vec<String> {
        let windows = due(plan, progress, at(now));
        windows.into_iter().map(|w| w.label).collect()
    }

    #[test]
    fn after_an_outage_every_window_that_was_missed_is_inspected() {
        let plan = plan(Inspection::BackEntry);
        assert_eq!((plan.every, plan.grace_ms), (Every::Day, HOUR_MS));
        let progress = Progress {
            through: Some(at("2026-11-02T00:00")),
            again_on: Some("2026-11-06".parse().unwrap()),
            ..Progress::default()
        };
        let missed = ["2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05"];
        assert_eq!(labels(plan, &progress, "2026-11-06T02:00"), missed);
        assert_eq!(labels(plan, &progress, "2026-11-03T00:30"), [""; 0]);
        assert_eq!(labels(plan, &progress, "2026-11-03T01:00"), ["2026-11-02"]);
    }

    #[test]
    fn what_may_be_cured_is_inspected_again_however_long_ago_it_is() {
        let day = |text: &str| crate::window::window_of(Every::Day, text.parse().unwrap());
        let due = vec![day("2026-11-04"), day("2026-11-05")];
        let uncured = ["2026-02-03", "2026-11-04", "2026-11-20"].map(day);
        let windows = with_uncured(due, uncured.into_iter());
        let labels: Vec<&str> = windows.iter().map(|w| w.label.as_str()).collect();
        assert_eq!(labels, ["2026-02-03", "2026-11-04", "2026-11-05"]);
        let many = (1..=28).cycle().take(500);
        let many = many.map(|n| day(&format!("2025-0{}-{n:02}", 1 + n % 9)));
        assert!(with_uncured(vec![day("2026-11-05")], many).len() <= WINDOWS_MAX);
    }

    #[test]
    fn the_last_windows_are_inspected_again_once_a_day() {
        let plan = plan(Inspection::UnequalFines);
        let mut progress = Progress {
            through: Some(at("2026-11-01T00:00")),
            again_on: Some("2026-11-03".parse().unwrap()),
            ..Progress::default()
        };
        assert_eq!(labels(plan, &progress, "2026-11-03T09:00"), [""; 0]);
        assert_eq!(
            labels(plan, &progress, "2026-11-04T09:00"),
            ["2026-09", "2026-10"]
        );
        // One that never ran begins with the last window alone.
        progress.through = None;
        progress.again_on = None;
        assert_eq!(labels(plan, &progress, "2026-11-04T09:00"), ["2026-10"]);
    }
}
