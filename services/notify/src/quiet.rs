//! Quiet hours: what can wait goes out when offices open. Pure: the instant is an argument.

use mingjing_domain::Timestamp;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::time::{MINUTE_MS, TimeOfDay};

/// When offices are open on working days: from the first time up to, not including, the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// They open.
    pub from: TimeOfDay,
    /// They close; after `from`.
    pub until: TimeOfDay,
}

impl Hours {
    /// 8:30 to 18:00: what a site sets where its offices keep other hours.
    pub const USUAL: Hours = Hours {
        from: TimeOfDay::at(8, 30),
        until: TimeOfDay::at(18, 0),
    };

    /// When they open next; none while they are open.
    pub fn open_next(self, calendar: &WorkCalendar, now: Timestamp) -> Option<Timestamp> {
        let tz = calendar.tz();
        let (today, time) = (now.local_date(tz), TimeOfDay::of(now, tz));
        let works = calendar.is_working(today);
        if works && time.is_between(self.from, self.until) {
            return None;
        }
        let day = match works && time < self.from {
            true => today,
            false => calendar.add_working_days(today, 1),
        };
        let minutes = i64::from(self.from.minutes());
        Some(Timestamp::start_of(day, tz).plus_millis(minutes * MINUTE_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::{at, known};

    #[test]
    fn what_comes_by_night_on_a_weekend_or_a_holiday_waits_for_the_next_working_day() {
        let calendar = known().calendar;
        // now, when offices open next
        let table = [
            (
                "2026-11-27T08:29:59+08:00",
                Some("2026-11-27T08:30:00+08:00"),
            ),
            ("2026-11-27T08:30:00+08:00", None),
            ("2026-11-27T17:59:59+08:00", None),
            // Friday evening to Monday morning.
            (
                "2026-11-27T18:00:00+08:00",
                Some("2026-11-30T08:30:00+08:00"),
            ),
            (
                "2026-11-28T10:00:00+08:00",
                Some("2026-11-30T08:30:00+08:00"),
            ),
            // National Day 2026 is off until 7 October.
            (
                "2026-09-30T19:00:00+08:00",
                Some("2026-10-08T08:30:00+08:00"),
            ),
            // 10 October 2026 is a Saturday that is worked.
            ("2026-10-10T10:00:00+08:00", None),
        ];
        for (now, wanted) in table {
            let found = Hours::USUAL.open_next(&calendar, at(now));
            assert_eq!(found, wanted.map(at), "{now}");
        }
    }
}
