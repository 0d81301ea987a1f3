//! Windows: civil days and months of China, each finished before it is inspected.

use chrono::{Datelike, Days, Months, NaiveDate};
use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::command::Window;

use crate::list::Every;

/// A stretch of days that holds no whole window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{from} to {until} holds no whole {what}")]
pub struct BadWindow {
    from: NaiveDate,
    until: NaiveDate,
    what: &'static str,
}

/// The window that a day lies in.
pub fn window_of(every: Every, day: NaiveDate) -> Window {
    let (first, next, label) = match every {
        Every::Day => (day, day + Days::new(1), day.to_string()),
        Every::Month => {
            let first = day.with_day(1).unwrap_or(day);
            (
                first,
                first + Months::new(1),
                first.format("%Y-%m").to_string(),
            )
        }
    };
    Window {
        label,
        from: Timestamp::start_of(first, Shanghai),
        until: Timestamp::start_of(next, Shanghai),
    }
}

/// The first day of a window.
pub(crate) fn first_day(window: &Window) -> NaiveDate {
    window.from.local_date(Shanghai)
}

/// The window before.
pub(crate) fn before(every: Every, window: &Window) -> Window {
    window_of(every, first_day(window) - Days::new(1))
}

/// The window after.
pub(crate) fn after(every: Every, window: &Window) -> Window {
    window_of(every, window.until.local_date(Shanghai))
}

/// The last window that was over for so long at `now`.
pub(crate) fn last_finished(every: Every, grace_ms: i64, now: Timestamp) -> Window {
    let ended = now.plus_millis(-grace_ms);
    before(every, &window_of(every, ended.local_date(Shanghai)))
}

/// Every window that begins on or after `from` and ends on or before the end of `until`.
///
/// # Errors
/// [`BadWindow`]: there is none.
pub fn windows_between(
    every: Every,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<Window>, BadWindow> {
    let end = Timestamp::start_of(until + Days::new(1), Shanghai);
    let mut windows = Vec::new();
    let mut window = window_of(every, from);
    if first_day(&window) < from {
        window = after(every, &window);
    }
    while window.until <= end {
        let next = after(every, &window);
        windows.push(std::mem::replace(&mut window, next));
    }
    match windows.is_empty() {
        false => Ok(windows),
        true => Err(BadWindow {
            from,
            until,
            what: match every {
                Every::Day => "day",
                Every::Month => "month",
            },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_and_days_are_of_civil_time_in_china() {
        let now = Timestamp::parse("2026-11-01T00:30:00+08:00").unwrap();
        assert_eq!(last_finished(Every::Day, 0, now).label, "2026-10-31");
        assert_eq!(
            last_finished(Every::Day, 3_600_000, now).label,
            "2026-10-30"
        );
        let month = last_finished(Every::Month, 0, now);
        assert_eq!(month.label, "2026-10");
        assert_eq!(
            month.from,
            Timestamp::parse("2026-10-01T00:00:00+08:00").unwrap()
        );
        assert_eq!(after(Every::Month, &month).label, "2026-11");
        assert_eq!(before(Every::Month, &month).label, "2026-09");
    }

    #[test]
    fn only_whole_windows_lie_between_two_days() {
        let labels = |every, from, until| -> Vec<String> {
            let windows = windows_between(every, date(from), date(until)).unwrap_or_default();
            windows.into_iter().map(|w| w.label).collect()
        };
        assert_eq!(
            labels(Every::Month, "2026-09-02", "2026-11-29"),
            ["2026-10"]
        );
        assert_eq!(
            labels(Every::Day, "2026-02-28", "2026-03-01"),
            ["2026-02-28", "2026-03-01"]
        );
        assert!(windows_between(Every::Month, date("2026-09-02"), date("2026-09-29")).is_err());
    }
}
