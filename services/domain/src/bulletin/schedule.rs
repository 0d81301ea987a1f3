//! 编制计划: which bulletins are drafted by themselves, and when. Pure: calendar, zone and instant are arguments.

use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;

use super::Kind;
use crate::Timestamp;
use crate::calendar::WorkCalendar;
use crate::period::{Period, PeriodKind};
use crate::time::{MINUTE_MS, TimeOfDay};

/// A plan's day is no later than this working day after the period's end.
pub const PLAN_DAY_MAX: u32 = 20;
/// So many periods back is looked for one that is due: the longest wait is shorter than two months.
const BACK: usize = 4;

/// A bulletin that is drafted by itself, again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// 通报 or 运行情况报告; a correction follows from an appeal and is never planned.
    pub kind: Kind,
    /// For every month, quarter, half-year or year.
    pub every: PeriodKind,
    /// 行政区划代码 of each whose bulletin it is.
    pub regions: Vec<String>,
    /// On which working day after the period's end, 1 to [`PLAN_DAY_MAX`].
    pub day: u32,
    /// From what time of that day on.
    pub at: TimeOfDay,
    /// 主送, without the colon.
    pub to: String,
    /// 抄送, without the word.
    pub copies: String,
}

impl Plan {
    /// When the bulletin of a period is due.
    pub fn due_at(&self, period: Period, calendar: &WorkCalendar, zone: Tz) -> Timestamp {
        let day = calendar.add_working_days(period.last_day(), i64::from(self.day));
        let minutes = i64::from(self.at.minutes());
        Timestamp::start_of(day, zone).plus_millis(minutes * MINUTE_MS)
    }

    /// The last period whose bulletin is due. Whoever was away for longer than a period drafts those before it by hand: their figures would be of today.
    pub fn due(&self, calendar: &WorkCalendar, zone: Tz, now: Timestamp) -> Option<Period> {
        let mut period = running(self.every, now.local_date(zone))?;
        for _ in 0..BACK {
            period = period.previous();
            if self.due_at(period, calendar, zone) <= now {
                return Some(period);
            }
        }
        None
    }
}

/// The period of a kind in which a day lies; none: days from one to another are of no plan.
fn running(kind: PeriodKind, day: NaiveDate) -> Option<Period> {
    let (year, month) = (day.year(), day.month());
    match kind {
        PeriodKind::Year => Period::year(year),
        PeriodKind::Half => Period::half(year, (month - 1) / 6 + 1),
        PeriodKind::Quarter => Period::quarter(year, (month - 1) / 3 + 1),
        PeriodKind::Month => Period::month(year, month),
        PeriodKind::Days => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;

    use super::*;
    use crate::calendar::built_in;

    fn due(every: PeriodKind, day: u32, now: &str) -> Option<String> {
        let plan = Plan {
            kind: Kind::Bulletin,
            every,
            regions: vec!["510500".into()],
            day,
            at: TimeOfDay::at(9, 0),
            to: String::new(),
            copies: String::new(),
        };
        let calendar = built_in("cn").expect("the national calendar is built in");
        let calendar = WorkCalendar::compile(calendar, None).expect("it compiles");
        let now = Timestamp::parse(now).expect("a test writes instants");
        let period = plan.due(&calendar, Shanghai, now);
        period.map(|period| period.to_string())
    }

    #[test]
    fn a_bulletin_is_due_at_its_hour_of_its_working_day_and_until_then_the_one_before_is() {
        use PeriodKind::{Half, Month, Quarter, Year};
        // every, working day, now, the period
        let table = [
            // The fifth working day after a Saturday, 31 October 2026, is Friday the 6th.
            (Month, 5, "2026-11-06T08:59:59+08:00", "2026-09"),
            (Month, 5, "2026-11-06T09:00:00+08:00", "2026-10"),
            (Month, 5, "2026-11-30T23:59:59+08:00", "2026-10"),
            // National Day is off until 7 October, and Saturday the 10th is worked: the third working day.
            (Quarter, 3, "2026-10-10T08:59:59+08:00", "2026-Q2"),
            (Quarter, 3, "2026-10-10T09:00:00+08:00", "2026-Q3"),
            (Half, 1, "2026-07-01T09:00:00+08:00", "2026-H1"),
            (Half, 1, "2026-07-01T08:00:00+08:00", "2025-H2"),
            (Year, 10, "2026-11-28T09:00:00+08:00", "2025"),
            // The twentieth one is 27 November.
            (Month, 20, "2026-11-28T09:00:00+08:00", "2026-10"),
            (Month, 20, "2026-11-26T09:00:00+08:00", "2026-09"),
        ];
        for (every, day, now, wanted) in table {
            assert_eq!(due(every, day, now).as_deref(), Some(wanted), "{now}");
        }
        assert_eq!(due(PeriodKind::Days, 1, "2026-11-28T09:00:00+08:00"), None);
    }
}
