//! Deadlines on random limits: against an evaluator that walks day by day and second by second, and the
//! properties that the law expects of any limit.

use chrono::{Days, Months, NaiveDate};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{CalendarDefinition, WorkCalendar, china};
use mingjing_domain::deadline::{
    Deadline, Extension, Ledger, Suspension, Verdict, account, deadline, earliest, is_late, spent,
};
use mingjing_domain::limit::{Budget, Unit};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const DAY_MS: i64 = 86_400_000;
const DAYS: [Unit; 3] = [
    Unit::WorkingDays,
    Unit::CalendarDays,
    Unit::CalendarDaysRolled,
];
const MONTHS: [Unit; 2] = [Unit::Months, Unit::MonthsRolled];
const ELAPSED: [Unit; 2] = [Unit::Hours, Unit::Minutes];

/// A limit and what happened to it.
#[derive(Clone, Debug)]
struct Case {
    cal: usize,
    start: Timestamp,
    limit: Budget,
    extensions: Vec<Budget>,
    suspensions: Vec<(Timestamp, Timestamp)>,
}

impl Case {
    fn with<T>(&self, then: impl FnOnce(&Ledger<'_>) -> T) -> T {
        let label = "";
        let suspensions: Vec<_> = self
            .suspensions
            .iter()
            .map(|(from, to)| Suspension {
                from: *from,
                to: *to,
                label,
            })
            .collect();
        let extensions: Vec<_> = self
            .extensions
            .iter()
            .map(|budget| Extension {
                budget: *budget,
                label,
            })
            .collect();
        then(&Ledger {
            suspensions: &suspensions,
            extensions: &extensions,
        })
    }

    fn deadline(&self) -> Deadline {
        self.with(|ledger| deadline(calendar(self.cal), self.start, self.limit, ledger))
    }

    fn budgets(&self) -> impl Iterator<Item = Budget> {
        std::iter::once(self.limit).chain(self.extensions.iter().copied())
    }
}

/// China with its holidays, and a zone whose clocks are changed.
fn calendar(index: usize) -> &'static WorkCalendar {
    static CALENDARS: std::sync::LazyLock<[WorkCalendar; 2]> = std::sync::LazyLock::new(|| {
        let rome = CalendarDefinition::plain("it", "Europe/Rome");
        [china(), &rome]
            .map(|definition| WorkCalendar::compile(definition, None).expect("a sound calendar"))
    });
    &CALENDARS[index]
}

fn budgets(units: Vec<Unit>) -> impl Strategy<Value = Budget> {
    (select(units), 0..60u32).prop_map(|(unit, count)| match unit {
        Unit::Months | Unit::MonthsRolled => Budget::new(count % 14, unit),
        Unit::Hours => Budget::new(count % 12, unit),
        _ => Budget::new(count, unit),
    })
}

/// Cases whose budgets are all of these units. Times are spread so that suspensions fall before, inside and
/// after the limit, and days at both ends of the covered years occur.
fn cases(units: &[Unit]) -> impl Strategy<Value = Case> {
    let elapsed = units.iter().all(|unit| ELAPSED.contains(unit));
    let scale = if elapsed { 90_000 } else { DAY_MS };
    let begin = NaiveDate::from_ymd_opt(2010, 11, 1).expect("a date");
    let begin = Timestamp::start_of(begin, Tz::UTC).millis();
    let start = (0..18 * 365i64, 0..DAY_MS).prop_map(move |(day, ms)| begin + day * DAY_MS + ms);
    let suspension = (-20..90i64, 0..25i64, 0..scale, 0..scale);
    let limits = (budgets(units.to_vec()), vec(budgets(units.to_vec()), 0..3));
    (0..2usize, start, limits, vec(suspension, 0..4)).prop_map(
        move |(cal, start, (limit, extensions), stops)| {
            let stop = |(from, length, a, b): (i64, i64, i64, i64)| {
                let from = start + from * scale + a;
                (
                    Timestamp::from_millis(from),
                    Timestamp::from_millis(from + length * scale + b),
                )
            };
            let suspensions = stops.into_iter().map(stop).collect();
            Case {
                cal,
                start: Timestamp::from_millis(start),
                limit,
                extensions,
                suspensions,
            }
        },
    )
}

fn day_cases() -> impl Strategy<Value = Case> {
    cases(&DAYS)
}

fn elapsed_cases() -> impl Strategy<Value = Case> {
    cases(&ELAPSED)
}

fn month_cases() -> impl Strategy<Value = Case> {
    cases(&MONTHS)
}

/// Days and elapsed time in one limit, but no months: a month has no fixed length, so that where a suspension
/// decides on which day a leg of months begins it may decide for a shorter month.
fn mixed_cases() -> impl Strategy<Value = Case> {
    cases(&[DAYS[0], DAYS[1], DAYS[2], ELAPSED[0], ELAPSED[1]])
}

fn any_cases() -> impl Strategy<Value = Case> {
    cases(&[
        DAYS[0], DAYS[1], DAYS[2], ELAPSED[0], ELAPSED[1], MONTHS[0], MONTHS[1],
    ])
}

/// The slow, obvious way: legs one after the other, every day and every second looked at.
mod oracle {
    use super::*;

    pub fn due_at(case: &Case) -> Timestamp {
        let cal = calendar(case.cal);
        let mut at = case.start.floor_second();
        let mut whole_day = false;
        let mut budgets = case.budgets().peekable();
        while let Some(mut leg) = budgets.next() {
            let mut seconds = elapsed(leg);
            while let Some(more) = budgets.next_if(|more| family(more.unit) == family(leg.unit)) {
                leg.count += more.count;
                seconds += elapsed(more);
            }
            if leg.unit.counts_days() {
                at = end_of(cal, days(case, cal, at.local_date(cal.tz()), leg));
                whole_day = true;
            } else {
                at = wait(case, at, seconds);
            }
        }
        if !whole_day {
            return at;
        }
        let mut last = at.local_date(cal.tz());
        let rolled = |b: Budget| matches!(b.unit, Unit::CalendarDaysRolled | Unit::MonthsRolled);
        while case.budgets().any(rolled) && !cal.is_working(last) {
            last = next(last);
        }
        end_of(cal, last)
    }

    fn days(case: &Case, cal: &WorkCalendar, from: NaiveDate, leg: Budget) -> NaiveDate {
        let mut to_count = match leg.unit {
            Unit::Months | Unit::MonthsRolled => (from + Months::new(leg.count))
                .signed_duration_since(from)
                .num_days(),
            _ => i64::from(leg.count),
        };
        let mut day = from;
        while to_count > 0 {
            day = next(day);
            let suspended = case.suspensions.iter().any(|(from, to)| {
                from.local_date(cal.tz()) <= day && day <= to.local_date(cal.tz())
            });
            let counts = leg.unit != Unit::WorkingDays || cal.is_working(day);
            to_count -= i64::from(counts && !suspended);
        }
        day
    }

    fn wait(case: &Case, from: Timestamp, mut seconds: i64) -> Timestamp {
        let mut at = from;
        while seconds > 0 {
            let next = at.plus_millis(1000);
            let suspended = case
                .suspensions
                .iter()
                .any(|(from, to)| *from < next && at < *to && from < to);
            seconds -= i64::from(!suspended);
            at = next;
        }
        at
    }

    fn elapsed(budget: Budget) -> i64 {
        match budget.unit {
            Unit::Hours => i64::from(budget.count) * 3600,
            Unit::Minutes => i64::from(budget.count) * 60,
            _ => 0,
        }
    }

    fn family(unit: Unit) -> u8 {
        match unit {
            Unit::WorkingDays => 0,
            Unit::CalendarDays | Unit::CalendarDaysRolled => 1,
            Unit::Months | Unit::MonthsRolled => 2,
            Unit::Hours | Unit::Minutes => 3,
        }
    }

    fn next(day: NaiveDate) -> NaiveDate {
        day + Days::new(1)
    }

    fn end_of(cal: &WorkCalendar, day: NaiveDate) -> Timestamp {
        Timestamp::from_local(
            day.and_hms_opt(23, 59, 59).expect("a time of day"),
            cal.tz(),
        )
    }
}

fn agrees_with_the_oracle(case: &Case) -> Result<(), TestCaseError> {
    let found = case.deadline();
    prop_assert_eq!(found.due_at, oracle::due_at(case));
    let tz = calendar(case.cal).tz();
    prop_assert_eq!(found.due_at.local_date(tz), found.due_date);
    let account = case.with(|ledger| account(calendar(case.cal), case.start, case.limit, ledger));
    prop_assert_eq!(account.due_at, found.due_at);
    prop_assert_eq!(account.provisional, found.provisional);
    Ok(())
}

fn a_later_start_is_never_earlier(case: &Case, by_ms: i64) -> Result<(), TestCaseError> {
    let later = Case {
        start: case.start.plus_millis(by_ms),
        ..case.clone()
    };
    prop_assert!(later.deadline().due_at >= case.deadline().due_at);
    Ok(())
}

fn more_suspension_is_never_earlier(
    case: &Case,
    lengthen: (i64, i64),
) -> Result<(), TestCaseError> {
    let whole = case.deadline().due_at;
    let mut fewer = case.clone();
    if let Some((from, to)) = fewer.suspensions.pop() {
        prop_assert!(fewer.deadline().due_at <= whole, "one suspension fewer");
        fewer
            .suspensions
            .push((from.plus_millis(-lengthen.0), to.plus_millis(lengthen.1)));
        prop_assert!(fewer.deadline().due_at >= whole, "one suspension longer");
    }
    Ok(())
}

/// 用时 is the least limit that would have sufficed, looked for one by one.
fn what_is_spent_just_suffices(case: &Case, later_ms: i64) -> Result<(), TestCaseError> {
    let cal = calendar(case.cal);
    let at = case.start.plus_millis(later_ms);
    case.with(|ledger| {
        let suspensions = Ledger {
            suspensions: ledger.suspensions,
            extensions: &[],
        };
        let unit = case.limit.unit;
        let suffices = |count: &u32| {
            let due = deadline(cal, case.start, Budget::new(*count, unit), &suspensions);
            !is_late(at, due.due_at)
        };
        let found = spent(cal, case.start, at, unit, ledger.suspensions);
        prop_assert_eq!(Some(found), (0..4000).find(suffices));
        Ok(())
    })
}

fn counted(case: &Case) -> u64 {
    let account = case.with(|ledger| account(calendar(case.cal), case.start, case.limit, ledger));
    account.days.last().map_or(0, |range| range.counted_total)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn day_limits_agree_with_walking(case in day_cases()) {
        agrees_with_the_oracle(&case)?;
    }

    #[test]
    fn month_limits_agree_with_walking(case in month_cases()) {
        agrees_with_the_oracle(&case)?;
    }

    #[test]
    fn a_later_start_of_a_day_limit_is_never_due_earlier(case in mixed_cases(), by_ms in 0..40 * DAY_MS) {
        a_later_start_is_never_earlier(&case, by_ms)?;
    }

    #[test]
    fn a_later_start_of_an_elapsed_limit_is_never_due_earlier(case in elapsed_cases(), by_ms in 0..DAY_MS) {
        a_later_start_is_never_earlier(&case, by_ms)?;
    }

    #[test]
    fn a_later_start_of_a_month_limit_is_never_due_earlier(mut case in month_cases(), by_ms in 0..40 * DAY_MS) {
        let start = case.start.plus_millis(by_ms + DAY_MS);
        case.suspensions.retain(|(from, _)| *from > start);
        a_later_start_is_never_earlier(&case, by_ms)?;
    }

    #[test]
    fn more_suspension_of_a_day_limit_is_never_due_earlier(case in mixed_cases(), lengthen in (0..9 * DAY_MS, 0..9 * DAY_MS)) {
        more_suspension_is_never_earlier(&case, lengthen)?;
    }

    #[test]
    fn more_suspension_of_an_elapsed_limit_is_never_due_earlier(case in elapsed_cases(), lengthen in (0..DAY_MS / 9, 0..DAY_MS / 9)) {
        more_suspension_is_never_earlier(&case, lengthen)?;
    }

    #[test]
    fn more_suspension_of_a_month_limit_is_never_due_earlier(case in month_cases(), lengthen in (0..9 * DAY_MS, 0..9 * DAY_MS)) {
        more_suspension_is_never_earlier(&case, lengthen)?;
    }

    #[test]
    fn days_spent_just_suffice(case in cases(&[DAYS[0], DAYS[1]]), later_ms in -2 * DAY_MS..120 * DAY_MS) {
        what_is_spent_just_suffices(&case, later_ms)?;
    }

    #[test]
    fn minutes_spent_just_suffice(case in cases(&[ELAPSED[1]]), later_ms in -DAY_MS..DAY_MS) {
        what_is_spent_just_suffices(&case, later_ms)?;
    }

    #[test]
    fn an_extension_is_never_due_earlier(mut case in any_cases()) {
        let extended = case.deadline().due_at;
        if case.extensions.pop().is_some() {
            prop_assert!(case.deadline().due_at <= extended);
        }
    }

    #[test]
    fn a_working_day_limit_ends_on_a_working_day_and_counts_its_budget(case in cases(&[Unit::WorkingDays])) {
        let budget: u32 = case.budgets().map(|b| b.count).sum();
        let due = case.deadline();
        prop_assert!(budget == 0 || calendar(case.cal).is_working(due.due_date));
        prop_assert_eq!(counted(&case), u64::from(budget));
    }

    #[test]
    fn a_rolled_limit_ends_on_a_working_day(case in cases(&[Unit::CalendarDaysRolled, Unit::MonthsRolled])) {
        prop_assert!(calendar(case.cal).is_working(case.deadline().due_date));
    }

    #[test]
    fn an_account_of_calendar_days_counts_its_budget_day_by_day(case in cases(&[Unit::CalendarDays, Unit::CalendarDaysRolled])) {
        let budget: u32 = case.budgets().map(|b| b.count).sum();
        prop_assert_eq!(counted(&case), u64::from(budget));
        let account = case.with(|ledger| account(calendar(case.cal), case.start, case.limit, ledger));
        let mut date = case.start.local_date(calendar(case.cal).tz());
        let mut total = 0;
        for (index, day) in account.by_day().enumerate() {
            prop_assert_eq!(day.verdict == Verdict::StartDayNotCounted, index == 0);
            prop_assert_eq!(day.date, date);
            total += u64::from(day.verdict.counts());
            prop_assert_eq!(day.counted, total);
            date = date + Days::new(1);
        }
    }

    #[test]
    fn an_act_is_too_early_exactly_when_fewer_local_days_have_gone_by(case in cases(&[Unit::CalendarDays]), after in 0..80 * DAY_MS) {
        let tz = calendar(case.cal).tz();
        let act = case.start.plus_millis(after);
        let allowed = earliest(calendar(case.cal), case.start, case.limit, &Ledger::default());
        let days = act.local_date(tz).signed_duration_since(case.start.local_date(tz)).num_days();
        prop_assert_eq!(act < allowed, days < i64::from(case.limit.count));
    }
}

proptest! {
    // The evaluator looks at every second here, so fewer cases.
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn elapsed_limits_agree_with_waiting(case in elapsed_cases()) {
        agrees_with_the_oracle(&case)?;
        let seconds: i64 = case.budgets().map(|b| i64::from(b.count) * if b.unit == Unit::Hours { 3600 } else { 60 }).sum();
        let elapsed = case.with(|ledger| account(calendar(case.cal), case.start, case.limit, ledger));
        let total = elapsed.days.iter().rev().find(|range| range.verdict == Verdict::Elapsed).map_or(0, |r| r.counted_total);
        prop_assert_eq!(total, seconds.unsigned_abs());
    }

    #[test]
    fn limits_of_several_units_agree_with_walking_and_waiting(mut case in any_cases()) {
        // A suspension of months is a long wait by the second.
        case.suspensions.truncate(1);
        agrees_with_the_oracle(&case)?;
    }
}
