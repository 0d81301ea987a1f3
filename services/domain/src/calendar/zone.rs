//! When local days begin, without asking the time-zone database each time.
//!
//! Turning instants into local days and back is most of the work of arming a limit: the database took 45 and
//! 77 ns where counting ten working days took 16 (best of 60 runs of 3,000 calls on a shared 2-core machine).
//! So the first instants of the days of [`YEARS`] are kept as runs of days with one offset; China has one run.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{Day, FIRST_DAY, LAST_DAY, date_of, day_of};
use crate::time::{DAY_MS, Timestamp};

/// The years whose days are kept; others are looked up.
const YEARS: std::ops::Range<i32> = 2000..2061;

/// A time zone's days.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    tz: Tz,
    /// The kept days.
    days: std::ops::Range<Day>,
    /// Each run's first day and the milliseconds from midnight UTC to the start of its days.
    runs: Vec<(Day, i64)>,
}

impl Zone {
    pub(super) fn new(tz: Tz) -> Self {
        let new_year =
            |year| day_of(NaiveDate::from_ymd_opt(year, 1, 1).expect("a year that chrono has"));
        let days = new_year(YEARS.start)..new_year(YEARS.end);
        let mut runs: Vec<(Day, i64)> = Vec::new();
        for day in days.clone() {
            let offset = Timestamp::start_of(date_of(day), tz).millis() - day * DAY_MS;
            if runs.last().is_none_or(|run| run.1 != offset) {
                runs.push((day, offset));
            }
        }
        Self { tz, days, runs }
    }

    pub(super) fn tz(&self) -> Tz {
        self.tz
    }

    /// The first instant of a day.
    pub(crate) fn start_of(&self, day: Day) -> Timestamp {
        match self.kept_start(day) {
            Some(ms) => Timestamp::from_millis(ms),
            None => Timestamp::start_of(date_of(day), self.tz),
        }
    }

    /// The last second of a day. Taken from the next day's first instant, so that it holds on days whose clocks
    /// are changed at midnight.
    pub(crate) fn end_of(&self, day: Day) -> Timestamp {
        let next = match self.kept_start(day + 1) {
            Some(ms) => Timestamp::from_millis(ms),
            None => {
                let next = date_of(day)
                    .succ_opt()
                    .expect("day numbers are held far inside chrono's range");
                Timestamp::start_of(next, self.tz)
            }
        };
        next.plus_millis(-1000)
    }

    /// The local day of an instant, held inside the years 0 to 9999.
    pub(crate) fn day_of(&self, at: Timestamp) -> Day {
        let utc = at.millis().div_euclid(DAY_MS);
        // Offsets are less than a day, so the local day is the UTC day or a neighbour of it.
        let near = [utc + 1, utc, utc - 1];
        let starts = near.map(|day| self.kept_start(day));
        if starts.iter().all(Option::is_some) {
            let begun = near
                .into_iter()
                .zip(starts)
                .find(|(_, start)| start.is_some_and(|ms| ms <= at.millis()));
            if let Some((day, _)) = begun {
                return day;
            }
        }
        day_of(held(at).local_date(self.tz))
    }

    fn kept_start(&self, day: Day) -> Option<i64> {
        if !self.days.contains(&day) {
            return None;
        }
        let run = match self.runs.as_slice() {
            [only] => only,
            runs => runs.get(runs.partition_point(|run| run.0 <= day) - 1)?,
        };
        Some(day * DAY_MS + run.1)
    }
}

/// The instant, held inside the years that RFC 3339 can write in every time zone.
pub(crate) fn held(at: Timestamp) -> Timestamp {
    let ms = at
        .millis()
        .clamp(FIRST_DAY * DAY_MS, (LAST_DAY + 1) * DAY_MS - 1000);
    Timestamp::from_millis(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_days_begin_and_end_when_the_time_zone_database_says() {
        // Changes by night, at midnight either way, a day left out, half hours, none.
        for tz in [
            chrono_tz::Europe::Rome,
            chrono_tz::America::Havana,
            chrono_tz::America::Sao_Paulo,
            chrono_tz::Pacific::Apia,
            chrono_tz::Australia::Lord_Howe,
            chrono_tz::Asia::Shanghai,
        ] {
            let zone = Zone::new(tz);
            for day in zone.days.start - 3..zone.days.end + 3 {
                let start = Timestamp::start_of(date_of(day), tz);
                assert_eq!(zone.start_of(day), start, "{tz} {}", date_of(day));
                let next = Timestamp::start_of(date_of(day + 1), tz);
                assert_eq!(
                    zone.end_of(day),
                    next.plus_millis(-1000),
                    "{tz} {}",
                    date_of(day)
                );
                for at in [start, next.plus_millis(-1), start.plus_millis(DAY_MS / 2)] {
                    assert_eq!(date_of(zone.day_of(at)), at.local_date(tz), "{tz} {at}");
                }
            }
        }
    }

    #[test]
    fn day_numbers_stop_where_rfc_3339_does() {
        assert_eq!(date_of(i64::MIN).to_string(), "0000-01-02");
        assert_eq!(date_of(i64::MAX).to_string(), "9999-12-30");
        let zone = Zone::new(chrono_tz::Pacific::Kiritimati);
        assert_eq!(zone.day_of(Timestamp::MAX), LAST_DAY);
        assert_eq!(zone.day_of(Timestamp::MIN), FIRST_DAY);
    }
}
