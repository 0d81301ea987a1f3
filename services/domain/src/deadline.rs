//! Legal time arithmetic: from a start, a budget and a ledger to a due instant.
//!
//! Two clocks. The *legal clock* counts whole local days: the day of the start is not counted (民法典 art. 201)
//! and the limit ends with the last second of its last day. Working-day limits count the days that are worked,
//! calendar-day limits every day; rolled ones move a last day that is a rest day to the next working day
//! (民法典 art. 203) by the adjusted calendar. The *elapsed clock*, for hours and minutes, runs through nights
//! and rest days to the second.
//!
//! Suspended time is not counted. On the legal clock neither the day a suspension begins nor the day it ends is
//! counted: doubt falls to the department. Extensions of the budget's own unit add up with it; one of another
//! unit is a further leg, counted from the last day before rolling. Rolling happens once, at the very end.
//!
//! Nothing here decides which limit applies, when a clock starts, or what a missed deadline means. No clock is
//! read; without suspensions nothing is allocated. Instants outside the years 0 to 9999 are held at the end.

mod account;
mod stops;
mod walk;

use chrono::Months;

use crate::calendar::{Day, FIRST_DAY, LAST_DAY, WorkCalendar, date_of, day_of, held};
use crate::limit::{Budget, Unit};
use crate::time::{HOUR_MS, Timestamp};

pub use account::{Account, AccountDay, AccountExtension, AccountRange, Verdict};
use stops::{Stop, stopped_days, stopped_seconds};

/// 挂起: time that does not count. On the elapsed clock `from` is the first instant not counted and `to` the
/// first counted again; a suspension that ends before it begins stops nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspension<'a> {
    /// When it began.
    pub from: Timestamp,
    /// When it ended; [`Timestamp::MAX`] while it runs.
    pub to: Timestamp,
    /// What it was for, shown in the account.
    pub label: &'a str,
}

/// 延期: more budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// How much more.
    pub budget: Budget,
    /// By whom or why, shown in the account.
    pub label: &'a str,
}

/// What changed a limit's course: suspensions in any order, extensions in the order they were granted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ledger<'a> {
    /// Time not counted; may overlap.
    pub suspensions: &'a [Suspension<'a>],
    /// Budget added.
    pub extensions: &'a [Extension<'a>],
}

/// The end of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The last second in time.
    pub due_at: Timestamp,
    /// Its local date.
    pub due_date: chrono::NaiveDate,
    /// It depends on a day of a year whose holidays are not known; see [`WorkCalendar::knows`].
    pub provisional: bool,
}

impl Deadline {
    /// Whether it never comes: time stands still without an end that is known.
    pub fn is_never(&self) -> bool {
        day_of(self.due_date) == LAST_DAY
    }
}

/// The deadline of a limit of `budget` that began at `start`.
///
/// A later start never gives an earlier deadline under the same ledger, nor does a longer suspension or a
/// further extension. Months differ in length, so where they are suspended there are exceptions: a suspension
/// that lies between two starts, or that decides on which day a later leg of months begins, may give the later
/// one the shorter month.
pub fn deadline(
    cal: &WorkCalendar,
    start: Timestamp,
    budget: Budget,
    ledger: &Ledger<'_>,
) -> Deadline {
    let course = Course::run(cal, start, budget, ledger);
    if !counts_days(budget, ledger) {
        let due_at = course.reached.instant(cal);
        return Deadline {
            due_at,
            due_date: date_of(cal.zone().day_of(due_at)),
            provisional: false,
        };
    }
    let last = course.reached.day(cal);
    let due = if rolls(budget, ledger) {
        roll(cal, last)
    } else {
        last
    };
    let provisional = course.provisional || (rolls(budget, ledger) && !cal.knows_days(last, due));
    Deadline {
        due_at: cal.zone().end_of(due),
        due_date: date_of(due),
        provisional,
    }
}

/// Whether something done at `occurred` came after `due_at`. Departments' clocks are judged to the second.
pub fn is_late(occurred: Timestamp, due_at: Timestamp) -> bool {
    occurred.floor_second() > due_at
}

/// The first instant that is late.
pub fn first_late_instant(due_at: Timestamp) -> Timestamp {
    due_at.plus_millis(1000)
}

/// The earliest instant allowed by an "at least" limit: the first of the last day, so that with 60 days an act
/// on day 60 is allowed and only one sooner is not; for hours and minutes the instant they are up.
pub fn earliest(
    cal: &WorkCalendar,
    start: Timestamp,
    budget: Budget,
    ledger: &Ledger<'_>,
) -> Timestamp {
    let end = deadline(cal, start, budget, ledger);
    if counts_days(budget, ledger) {
        cal.zone().start_of(day_of(end.due_date))
    } else {
        end.due_at
    }
}

/// The first instant after a period has run out in full: of one in days the first of the day after its last (民法典 art. 203); for
/// hours and minutes the instant they are up.
pub fn run_out(
    cal: &WorkCalendar,
    start: Timestamp,
    budget: Budget,
    ledger: &Ledger<'_>,
) -> Timestamp {
    let end = deadline(cal, start, budget, ledger);
    if counts_days(budget, ledger) {
        first_late_instant(end.due_at)
    } else {
        end.due_at
    }
}

/// When a reminder `before` the deadline begins: the first instant of the day that is so many days (working
/// days, months) before the due date; for hours and minutes so long before the due instant.
pub fn last_reminder(cal: &WorkCalendar, deadline: &Deadline, before: Budget) -> Timestamp {
    let due = day_of(deadline.due_date);
    let count = i64::from(before.count);
    let day = match before.unit {
        Unit::Hours | Unit::Minutes => {
            let ms = seconds(before).saturating_mul(1000);
            return deadline.due_at.plus_millis(-ms);
        }
        Unit::WorkingDays => cal.step(due, -count),
        Unit::CalendarDays | Unit::CalendarDaysRolled => due - count,
        Unit::Months | Unit::MonthsRolled => deadline
            .due_date
            .checked_sub_months(Months::new(before.count))
            .map_or(FIRST_DAY, day_of),
    };
    cal.zone().start_of(day)
}

/// When `percent` of the budget is used, extensions included: for days the first instant of the counted day that
/// reaches it, a day begun being a day used (so 90 % of 10 days is the morning of the ninth, and 90 % of one day
/// the morning of that day); for hours and minutes to the second. Where units mix, that share of the time from
/// the start to the deadline. Never before the start nor after `deadline`.
pub fn used_share_instant(
    cal: &WorkCalendar,
    start: Timestamp,
    deadline: &Deadline,
    percent: u8,
    budget: Budget,
    ledger: &Ledger<'_>,
) -> Timestamp {
    let begin = held(start).floor_second();
    let share = i64::from(percent);
    let mut legs = Legs::of(budget, ledger);
    let instant = match (legs.next(), legs.next()) {
        (Some(leg), None) if leg.measure == Measure::Elapsed => {
            let part = Leg {
                count: leg.count * share / 100,
                ..leg
            };
            Position::Instant(begin)
                .after(cal, part, ledger)
                .instant(cal)
        }
        (Some(leg), None) => {
            let from = cal.zone().day_of(begin);
            let days = leg.days(from) * share;
            let part = Leg {
                count: days / 100 + i64::from(days % 100 != 0),
                measure: leg.measure.in_days(),
            };
            let reached = Position::Day(from).after(cal, part, ledger).day(cal);
            cal.zone().start_of(reached)
        }
        _ => {
            let whole = deadline.due_at.millis() - begin.millis();
            begin.plus_millis(whole / 100 * share).floor_second()
        }
    };
    instant.max(begin).min(deadline.due_at.max(begin))
}

/// 用时: how much of a limit is used up at an instant; the least limit of its unit under which that would have been in time. Days (working
/// or calendar, rolling left out) by the legal clock, so nothing on the day of the start; hours and minutes as begun. Suspended time is not counted.
/// Beyond 2^26 units it stays there.
pub fn spent(
    cal: &WorkCalendar,
    start: Timestamp,
    at: Timestamp,
    unit: Unit,
    suspensions: &[Suspension<'_>],
) -> u32 {
    const MOST: u32 = 1 << 26;
    let ledger = Ledger {
        suspensions,
        extensions: &[],
    };
    let in_time = |count: u32| {
        let due_at = deadline(cal, start, Budget::new(count, unit), &ledger).due_at;
        !is_late(at, due_at)
    };
    if in_time(0) {
        return 0;
    }
    let mut enough = 1;
    while enough < MOST && !in_time(enough) {
        enough *= 2;
    }
    let mut too_few = enough / 2;
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if in_time(middle) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    enough
}

/// Explains [`deadline`] day by day (for hours and minutes, stretch by stretch). Walks the days one by one, so
/// it takes as long as the limit is; its due instant is the deadline's.
pub fn account(
    cal: &WorkCalendar,
    start: Timestamp,
    budget: Budget,
    ledger: &Ledger<'_>,
) -> Account {
    walk::account(cal, start, budget, ledger)
}

/// What one unit of a leg is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    WorkingDays,
    CalendarDays,
    Months,
    Elapsed,
}

impl Measure {
    fn of(unit: Unit) -> Self {
        match unit {
            Unit::WorkingDays => Measure::WorkingDays,
            Unit::CalendarDays | Unit::CalendarDaysRolled => Measure::CalendarDays,
            Unit::Months | Unit::MonthsRolled => Measure::Months,
            Unit::Hours | Unit::Minutes => Measure::Elapsed,
        }
    }

    /// The measure of the days that it comes to.
    fn in_days(self) -> Self {
        if self == Measure::Months {
            Measure::CalendarDays
        } else {
            self
        }
    }
}

/// A run of budget in one measure: days, months or seconds.
#[derive(Clone, Copy, Debug)]
struct Leg {
    measure: Measure,
    count: i64,
}

impl Leg {
    fn of(budget: Budget) -> Self {
        let measure = Measure::of(budget.unit);
        let count = if measure == Measure::Elapsed {
            seconds(budget)
        } else {
            i64::from(budget.count)
        };
        Self { measure, count }
    }

    /// How many days are counted after `from`. A month limit comes to the days up to the same day number; a
    /// suspension then moves it on by the days it takes out.
    fn days(self, from: Day) -> i64 {
        match self.measure {
            Measure::Months => {
                let months = Months::new(u32::try_from(self.count).unwrap_or(u32::MAX));
                date_of(from)
                    .checked_add_months(months)
                    .map_or(LAST_DAY, day_of)
                    - from
            }
            _ => self.count,
        }
    }
}

/// The legs of a budget and its extensions: neighbours of one measure add up.
struct Legs<'l> {
    current: Option<Leg>,
    extensions: std::slice::Iter<'l, Extension<'l>>,
}

impl<'l> Legs<'l> {
    fn of(budget: Budget, ledger: &Ledger<'l>) -> Self {
        Self {
            current: Some(Leg::of(budget)),
            extensions: ledger.extensions.iter(),
        }
    }
}

impl Iterator for Legs<'_> {
    type Item = Leg;
    fn next(&mut self) -> Option<Leg> {
        let mut leg = self.current.take()?;
        for extension in self.extensions.by_ref() {
            let more = Leg::of(extension.budget);
            if more.measure != leg.measure {
                self.current = Some(more);
                break;
            }
            leg.count += more.count;
        }
        Some(leg)
    }
}

/// How far a limit has been counted.
#[derive(Clone, Copy, Debug)]
enum Position {
    /// To this instant, a whole second.
    Instant(Timestamp),
    /// To the end of this day.
    Day(Day),
}

impl Position {
    fn day(self, cal: &WorkCalendar) -> Day {
        match self {
            Position::Instant(at) => cal.zone().day_of(at),
            Position::Day(day) => day,
        }
    }

    fn instant(self, cal: &WorkCalendar) -> Timestamp {
        match self {
            Position::Instant(at) => at,
            Position::Day(day) => cal.zone().end_of(day),
        }
    }

    /// Counted on by one leg.
    fn after(self, cal: &WorkCalendar, leg: Leg, ledger: &Ledger<'_>) -> Position {
        match leg.measure {
            Measure::Elapsed => {
                // The second before the first one counted; the limit is up when its last second is.
                let cursor = self.instant(cal).millis() / 1000 - 1;
                let last = advance(
                    cursor,
                    leg.count,
                    &stopped_seconds(ledger),
                    i64::saturating_add,
                    |a, b| b - a,
                );
                Position::Instant(held(Timestamp::from_millis(
                    last.saturating_add(1).saturating_mul(1000),
                )))
            }
            Measure::WorkingDays => {
                let stops = stopped_days(cal, ledger);
                let (step, count) = (|day, n| cal.step(day, n), |a, b| cal.count(a, b));
                Position::Day(advance(self.day(cal), leg.count, &stops, step, count))
            }
            Measure::CalendarDays | Measure::Months => {
                let stops = stopped_days(cal, ledger);
                let step = |day: Day, n| day.saturating_add(n).min(LAST_DAY);
                let from = self.day(cal);
                Position::Day(advance(from, leg.days(from), &stops, step, |a, b| b - a))
            }
        }
    }
}

/// The way of a limit through its legs.
struct Course {
    reached: Position,
    provisional: bool,
}

impl Course {
    fn run(cal: &WorkCalendar, start: Timestamp, budget: Budget, ledger: &Ledger<'_>) -> Self {
        let mut reached = Position::Instant(held(start).floor_second());
        let mut provisional = false;
        for leg in Legs::of(budget, ledger) {
            let next = reached.after(cal, leg, ledger);
            if leg.measure == Measure::WorkingDays {
                provisional |= !cal.knows_days(reached.day(cal) + 1, next.day(cal));
            }
            reached = next;
        }
        Self {
            reached,
            provisional,
        }
    }
}

/// Counts `n` on from `cursor` over the stops (ascending, disjoint): `step(a, n)` is where `n` more end without
/// any stop, `count(a, b)` how many lie in `(a, b]`.
fn advance(
    mut cursor: i64,
    mut n: i64,
    stops: &[Stop<'_>],
    step: impl Fn(i64, i64) -> i64,
    count: impl Fn(i64, i64) -> i64,
) -> i64 {
    let begin = cursor;
    for stop in stops.iter().filter(|stop| stop.last > begin) {
        let first = stop.first.max(cursor + 1);
        if step(cursor, n) < first {
            break;
        }
        n -= count(cursor, first - 1);
        cursor = stop.last;
    }
    step(cursor, n)
}

/// Whether the deadline is the end of a day: once days are counted in any leg, it is.
fn counts_days(budget: Budget, ledger: &Ledger<'_>) -> bool {
    budget.unit.counts_days()
        || ledger
            .extensions
            .iter()
            .any(|e| e.budget.unit.counts_days())
}

fn rolls(budget: Budget, ledger: &Ledger<'_>) -> bool {
    let rolled = |unit| matches!(unit, Unit::CalendarDaysRolled | Unit::MonthsRolled);
    rolled(budget.unit) || ledger.extensions.iter().any(|e| rolled(e.budget.unit))
}

fn roll(cal: &WorkCalendar, day: Day) -> Day {
    if cal.kind(day).is_working() {
        day
    } else {
        cal.step(day, 1)
    }
}

fn seconds(budget: Budget) -> i64 {
    let unit = if budget.unit == Unit::Minutes {
        60
    } else {
        HOUR_MS / 1000
    };
    i64::from(budget.count) * unit
}
