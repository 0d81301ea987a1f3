//! Windows: the stretches of time in which one query counts at once. A row of a population is looked at in each that it bears on.

use chrono_tz::Tz;
use clickhouse::query::Query;
use mingjing_domain::Timestamp;
use mingjing_domain::period::Period;

use super::{Asked, Dimension};

const DAY_MS: i64 = 86_400_000;

/// What a window's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The period's.
    Asked,
    /// 上期.
    Previous,
    /// 上年同期.
    LastYear,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// Which month it is, where rows are months; none: the whole period, or that part of it that rows are told apart in.
    pub(super) month: Option<usize>,
    pub(super) of: Of,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    /// The instant of its stock.
    pub(super) at: Timestamp,
}

impl Window {
    /// The whole period.
    pub(super) fn whole(asked: &Asked) -> Self {
        Self::of(asked.period, None, asked)
    }

    fn of(period: Period, month: Option<usize>, asked: &Asked) -> Self {
        let until = period.until(asked.zone);
        Self {
            month,
            of: Of::Asked,
            from: period.from(asked.zone),
            until,
            at: until.min(asked.now),
        }
    }

    /// The same of an earlier period. Of one that runs, only so many days of it as have begun of the other: whole months do not compare
    /// with begun ones, and roll-ups know days.
    fn earlier(self, of: Of, period: Period, asked: &Asked) -> Self {
        let zone = asked.zone;
        let from = period.from(zone);
        let until = match self.at < self.until {
            true => day_after(from, self.days_begun(zone), zone).min(period.until(zone)),
            false => period.until(zone),
        };
        Self {
            month: self.month,
            of,
            from,
            until,
            at: until,
        }
    }

    /// How many of its days had begun before the instant of its stock.
    fn days_begun(self, zone: Tz) -> i64 {
        let (first, last) = (self.from.local_date(zone), self.at.local_date(zone));
        let begun = Timestamp::start_of(last, zone) < self.at;
        (last - first).num_days() + i64::from(begun)
    }

    fn and_earlier(self, period: Period, asked: &Asked) -> Vec<Self> {
        let mut all = vec![self];
        if asked.compare {
            all.push(self.earlier(Of::Previous, period.previous(), asked));
            all.push(self.earlier(Of::LastYear, period.last_year(), asked));
        }
        all
    }
}

/// The beginning of the day that comes so many days after the one beginning at `from`. Noon to noon, since a day may have 23 hours.
fn day_after(from: Timestamp, days: i64, zone: Tz) -> Timestamp {
    let noon = from.plus_millis(days * DAY_MS + DAY_MS / 2);
    Timestamp::start_of(noon.local_date(zone), zone)
}

/// Whether a day begins at this instant.
pub(super) fn begins_a_day(at: Timestamp, zone: Tz) -> bool {
    Timestamp::start_of(at.local_date(zone), zone) == at
}

/// The months that are rows: those that have begun.
pub(super) fn months(asked: &Asked) -> Vec<Period> {
    let begun = |month: &Period| month.from(asked.zone) <= asked.now;
    asked.period.months().into_iter().filter(begun).collect()
}

/// All windows of a question.
pub(super) fn windows(asked: &Asked) -> Vec<Window> {
    let mut all = Window::whole(asked).and_earlier(asked.period, asked);
    if asked.by == Some(Dimension::Month) {
        for (n, month) in months(asked).into_iter().enumerate() {
            all.extend(Window::of(month, Some(n), asked).and_earlier(month, asked));
        }
    }
    all
}

/// The windows as SQL: number, first instant, first after it, instant of its stock.
pub(super) const AS_SQL: &str = "arrayZip(range(toUInt16(length({w_from:Array(Int64)}))), {w_from:Array(Int64)}, {w_until:Array(Int64)}, {w_at:Array(Int64)})";

/// Their values.
pub(super) fn bind(query: Query, windows: &[Window]) -> Query {
    let millis = |of: fn(&Window) -> Timestamp| -> Vec<i64> {
        windows.iter().map(|one| of(one).millis()).collect()
    };
    query
        .param("w_from", millis(|one| one.from))
        .param("w_until", millis(|one| one.until))
        .param("w_at", millis(|one| one.at))
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::*;
    use crate::Sight;
    use crate::metrics::{Filter, Known};

    fn asked(period: &str, by: Option<Dimension>, now: &str) -> Asked {
        Asked {
            period: period.parse().unwrap(),
            zone: chrono_tz::Asia::Shanghai,
            now: Timestamp::parse(now).unwrap(),
            by,
            metrics: Vec::new(),
            filter: Filter::default(),
            sight: Sight::default(),
            compare: true,
            min_base: 5,
            limit: 10,
            known: Known::default(),
        }
    }

    fn told(window: &Window) -> (String, String, String) {
        let day = |at: Timestamp| at.to_rfc3339(chrono_tz::Asia::Shanghai)[..16].to_owned();
        (day(window.from), day(window.until), day(window.at))
    }

    #[test]
    fn what_is_over_is_compared_whole_and_what_runs_as_far_as_it_has_come() {
        let over = windows(&asked("2026-10", None, "2026-11-28T12:00:00+08:00"));
        let of = |text: [&str; 3]| {
            let [from, until, at] = text.map(|day| format!("{day}T00:00"));
            (from, until, at)
        };
        assert_eq!(
            told(&over[0]),
            of(["2026-10-01", "2026-11-01", "2026-11-01"])
        );
        assert_eq!(
            told(&over[1]),
            of(["2026-09-01", "2026-10-01", "2026-10-01"])
        );
        assert_eq!(
            told(&over[2]),
            of(["2025-10-01", "2025-11-01", "2025-11-01"])
        );

        let runs = windows(&asked("2026-11", None, "2026-11-28T00:00:00+08:00"));
        assert_eq!(
            told(&runs[0]),
            of(["2026-11-01", "2026-12-01", "2026-11-28"])
        );
        assert_eq!(
            told(&runs[1]),
            of(["2026-10-01", "2026-10-28", "2026-10-28"])
        );

        // A day that has begun is compared with the whole of its like.
        let runs = windows(&asked("2026-11", None, "2026-11-28T09:30:00+08:00"));
        assert_eq!(
            told(&runs[1]),
            of(["2026-10-01", "2026-10-29", "2026-10-29"])
        );
        assert_eq!(
            told(&runs[2]),
            of(["2025-11-01", "2025-11-29", "2025-11-29"])
        );
        let windows_are_days = |one: &Window| {
            let zone = chrono_tz::Asia::Shanghai;
            begins_a_day(one.from, zone) && begins_a_day(one.until, zone)
        };
        assert!(runs.iter().all(windows_are_days));

        // The 31st has no like in a shorter month: all of that counts.
        let last = windows(&asked("2026-03", None, "2026-03-31T00:00:00+08:00"));
        assert_eq!(
            told(&last[1]),
            of(["2026-02-01", "2026-03-01", "2026-03-01"])
        );
    }

    #[test]
    fn months_that_have_not_begun_are_no_rows() {
        let year = asked("2026", Some(Dimension::Month), "2026-03-15T00:00:00+08:00");
        assert_eq!(months(&year).len(), 3);
        assert_eq!(windows(&year).len(), 12);
    }
}
