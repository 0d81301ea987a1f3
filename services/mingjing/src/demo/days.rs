//! When the demo city works: its days by the amended calendar, its office hours, wall-clock readings as instants.

use chrono::{Days as DayCount, NaiveDate, NaiveTime};
use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::WorkCalendar;

use super::dice::Dice;

/// The city's days.
#[derive(Clone, Debug)]
pub struct Days(pub WorkCalendar);

/// Minutes after midnight in which clerks work: 9:00 to 11:50 and 13:30 to 17:10.
const MORNING: (i64, i64) = (9 * 60, 11 * 60 + 50);
const AFTERNOON: (i64, i64) = (13 * 60 + 30, 17 * 60 + 10);

impl Days {
    /// Whether the city works on `date`.
    pub fn works(&self, date: NaiveDate) -> bool {
        self.0.is_working(date)
    }

    /// The `n`-th working day after `date` (before it where `n` is negative).
    pub fn after(&self, date: NaiveDate, n: i64) -> NaiveDate {
        self.0.add_working_days(date, n)
    }

    /// `date` if it is worked, else the first working day after it.
    pub fn first_from(&self, date: NaiveDate) -> NaiveDate {
        if self.works(date) {
            date
        } else {
            self.after(date, 1)
        }
    }

    /// `date` if it is worked, else the last working day before it.
    pub fn last_until(&self, date: NaiveDate) -> NaiveDate {
        if self.works(date) {
            date
        } else {
            self.after(date, -1)
        }
    }

    /// Some instant of the office hours of `date`.
    pub fn office_hour(&self, date: NaiveDate, dice: &mut Dice) -> Timestamp {
        let (from, to) = if dice.once_in(2) { MORNING } else { AFTERNOON };
        at(date, dice.roll(from..=to)).plus_millis(dice.roll(0..=59) * 1000)
    }

    /// A quarter of an hour to an hour after `then`, or the next morning where the office closes before.
    pub fn soon_after(&self, then: Timestamp, dice: &mut Dice) -> Timestamp {
        let soon = then.plus_millis(dice.roll(15 * 60..=60 * 60) * 1000);
        let date = day(then);
        if self.works(date) && soon <= at(date, 17 * 60 + 30) {
            return soon;
        }
        let next = self.after(date, 1);
        at(next, dice.roll(MORNING.0..=MORNING.1)).plus_millis(dice.roll(0..=59) * 1000)
    }
}

/// The instant `minutes` after midnight of `date` in Luzhou.
pub fn at(date: NaiveDate, minutes: i64) -> Timestamp {
    Timestamp::from_local(date.and_time(NaiveTime::MIN), Shanghai).plus_millis(minutes * 60_000)
}

/// The date of an instant in Luzhou.
pub fn day(instant: Timestamp) -> NaiveDate {
    instant.local_date(Shanghai)
}

/// `n` calendar days after `date`, or before it.
pub fn plus(date: NaiveDate, n: i64) -> NaiveDate {
    let days = DayCount::new(n.unsigned_abs());
    let moved = if n < 0 {
        date.checked_sub_days(days)
    } else {
        date.checked_add_days(days)
    };
    moved.unwrap_or(date)
}
