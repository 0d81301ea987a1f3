//! Makes the account of a deadline by walking its days one by one.
//!
//! Apart from the arithmetic of [`super::deadline`] on purpose, so that each can be held against the other.

use super::account::{Account, AccountExtension, AccountRange, Verdict};
use super::stops::{Stop, stopped_days, stopped_seconds};
use super::{Ledger, Legs, Measure, Position, counts_days, deadline, rolls};
use crate::calendar::{Day, DayKind, LAST_DAY, WorkCalendar, date_of, day_of, held};
use crate::limit::Budget;
use crate::time::Timestamp;

pub(super) fn account(
    cal: &WorkCalendar,
    start: Timestamp,
    budget: Budget,
    ledger: &Ledger<'_>,
) -> Account {
    let mut walk = Walk {
        cal,
        days: Vec::new(),
    };
    let mut at = Position::Instant(held(start).floor_second());
    for leg in Legs::of(budget, ledger) {
        at = match (leg.measure, at) {
            (Measure::Elapsed, at) => {
                let from = at.instant(cal).millis() / 1000;
                Position::Instant(walk.seconds(from, leg.count, &stopped_seconds(ledger)))
            }
            (measure, at) => {
                let from = at.day(cal);
                if matches!(at, Position::Instant(_)) {
                    walk.push_day(from, Verdict::StartDayNotCounted, 0, "");
                }
                Position::Day(walk.days(from, leg.days(from), measure, &stopped_days(cal, ledger)))
            }
        };
    }
    let due = match (counts_days(budget, ledger), at) {
        (false, at) => at.instant(cal),
        (true, at) => {
            let last = at.day(cal);
            let due = if rolls(budget, ledger) {
                walk.roll(last)
            } else {
                last
            };
            cal.zone().end_of(due)
        }
    };
    Account {
        start_at: held(start),
        limit: budget.to_string(),
        extensions: ledger
            .extensions
            .iter()
            .map(|e| AccountExtension {
                limit: e.budget.to_string(),
                label: e.label.into(),
            })
            .collect(),
        due_at: due,
        provisional: deadline(cal, start, budget, ledger).provisional,
        calendar: cal.id().into(),
        calendar_version: cal.version().into(),
        time_zone: cal.tz().name().into(),
        days: walk.days,
    }
}

struct Walk<'c> {
    cal: &'c WorkCalendar,
    days: Vec<AccountRange>,
}

impl Walk<'_> {
    /// Walks until `n` days are counted; returns the last of them.
    fn days(&mut self, from: Day, mut n: i64, measure: Measure, stops: &[Stop<'_>]) -> Day {
        let mut day = from;
        let mut stops = stops.iter().peekable();
        while n > 0 && day < LAST_DAY {
            day += 1;
            while stops.next_if(|stop| stop.last < day).is_some() {}
            let stopped = stops.peek().filter(|stop| stop.first <= day);
            let kind = self.cal.kind(day);
            match (stopped, measure, kind) {
                (Some(stop), _, _) => self.push_day(day, Verdict::Suspended, 0, stop.label),
                (None, Measure::WorkingDays, DayKind::Rest) => {
                    self.push_day(day, Verdict::RestDay, 0, "")
                }
                (None, Measure::WorkingDays, DayKind::Holiday) => {
                    self.push_off(day, Verdict::Holiday)
                }
                (None, Measure::WorkingDays, DayKind::MakeUp) => {
                    self.push_day(day, Verdict::MakeUpWorkingDay, 1, "");
                    n -= 1;
                }
                (None, _, _) => {
                    self.push_day(day, Verdict::Counted, 1, "");
                    n -= 1;
                }
            }
        }
        day
    }

    /// Moves a last day that is not worked to the next one that is.
    fn roll(&mut self, last: Day) -> Day {
        let mut day = last;
        while !self.cal.kind(day).is_working() && day < LAST_DAY {
            day += 1;
            self.push_off(day, Verdict::Rolled);
        }
        day
    }

    /// Lets `n` seconds elapse from the second `from`; returns the instant they are up.
    fn seconds(&mut self, from: i64, mut n: i64, stops: &[Stop<'_>]) -> Timestamp {
        let mut at = from;
        for stop in stops.iter().filter(|stop| stop.last >= from) {
            let first = stop.first.max(at);
            if n <= first - at {
                break;
            }
            n -= first - at;
            self.push_stretch(at, first, Verdict::Elapsed, "");
            self.push_stretch(first, stop.last + 1, Verdict::Suspended, stop.label);
            at = stop.last + 1;
        }
        self.push_stretch(at, at + n, Verdict::Elapsed, "");
        held(Timestamp::from_millis((at + n).saturating_mul(1000)))
    }

    fn push_off(&mut self, day: Day, verdict: Verdict) {
        let cal = self.cal;
        self.push_day(
            day,
            verdict,
            0,
            cal.holiday_name(date_of(day)).unwrap_or_default(),
        );
    }

    fn push_day(&mut self, day: Day, verdict: Verdict, counted: u64, note: &str) {
        let date = date_of(day);
        let total = self.counted(false) + counted;
        match self.days.last_mut() {
            Some(run)
                if run.from_at.is_none()
                    && run.verdict == verdict
                    && run.note == note
                    && day_of(run.to) + 1 == day =>
            {
                run.to = date;
                run.counted_total = total;
            }
            _ => self.days.push(AccountRange {
                from: date,
                to: date,
                verdict,
                counted_total: total,
                note: note.into(),
                from_at: None,
                to_at: None,
            }),
        }
    }

    fn push_stretch(&mut self, from: i64, to: i64, verdict: Verdict, note: &str) {
        if from >= to {
            return;
        }
        let [from_at, to_at] =
            [from, to].map(|s| held(Timestamp::from_millis(s.saturating_mul(1000))));
        let elapsed = if verdict == Verdict::Elapsed {
            (to - from).unsigned_abs()
        } else {
            0
        };
        self.days.push(AccountRange {
            from: date_of(self.cal.zone().day_of(from_at)),
            to: date_of(self.cal.zone().day_of(to_at.plus_millis(-1))),
            verdict,
            counted_total: self.counted(true) + elapsed,
            note: note.into(),
            from_at: Some(from_at),
            to_at: Some(to_at),
        });
    }

    /// What is counted so far on the elapsed clock or the legal one.
    fn counted(&self, elapsed: bool) -> u64 {
        let last = self
            .days
            .iter()
            .rev()
            .find(|range| range.from_at.is_some() == elapsed);
        last.map_or(0, |range| range.counted_total)
    }
}
