//! What was done by night, or on a holiday.

use chrono::{NaiveDate, Timelike};
use mingjing_domain::alert::Level;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::definitions::{Anchor, Name};
use mingjing_domain::event::EventKind;
use mingjing_domain::time::TimeOfDay;

use super::codes::lacks_field;
use super::findings::Finding;
use super::history::{Case, is_done_by, local_date};

const DAY_MS: i64 = 24 * 3_600_000;

/// What a point on nights and holidays asks.
pub(super) struct Hours<'a> {
    on: &'a [Anchor],
    emergency: Option<&'a Name>,
    calendar: &'a WorkCalendar,
    /// When the night begins and ends, in minutes of the day.
    night: [u32; 2],
}

/// What is wrong with an instant, or with the time that work took.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// Night, or a day that is a holiday by law.
    Surely,
    /// A day off that may be a rest day, or hours most of which are night.
    Perhaps,
}

impl<'a> Hours<'a> {
    pub fn new(
        on: &'a [Anchor],
        night: [Option<TimeOfDay>; 2],
        emergency: Option<&'a Name>,
        calendar: &'a WorkCalendar,
    ) -> Self {
        let [from, until] = night.map(|time| time.map(|time| u32::from(time.minutes())));
        Self {
            on,
            emergency,
            calendar,
            night: [from.unwrap_or(22 * 60), until.unwrap_or(6 * 60)],
        }
    }

    /// Every event that was done, or ends what was done, when it should not have been.
    pub fn found(&self, case: &Case<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for index in case.all(self.on) {
            let (wrong, began) = match self.forbidden(case, index) {
                Some(wrong) => (wrong, index),
                None => match self.carried_on(case, index) {
                    Some(wrong_since) => wrong_since,
                    None => continue,
                },
            };
            if self.is_excused(case, index, began) {
                continue;
            }
            let shows_at_all = (0..case.events.len()).any(|i| self.shows_emergency(case, i));
            let mut finding = Finding::of_event(case, index);
            if wrong == Wrong::Perhaps || shows_at_all {
                finding.level = Some(Level::Review);
            }
            found.push(finding);
        }
        found
    }

    fn forbidden(&self, case: &Case<'_>, index: usize) -> Option<Wrong> {
        let date = local_date(case.events[index], self.calendar.tz());
        if is_statutory(date, self.calendar) || self.is_by_night(case, index) {
            return Some(Wrong::Surely);
        }
        self.calendar.holiday_name(date).map(|_| Wrong::Perhaps)
    }

    /// Milliseconds since the local midnight.
    fn time_of_day(&self, case: &Case<'_>, index: usize) -> i64 {
        let at = case.events[index].occurred_at;
        let local = at.to_utc().with_timezone(&self.calendar.tz());
        i64::from(local.num_seconds_from_midnight()) * 1000 + at.millis().rem_euclid(1000)
    }

    /// At the very second of midnight, as what has no time is told.
    fn has_no_time(&self, case: &Case<'_>, index: usize) -> bool {
        self.time_of_day(case, index) < 1000
    }

    fn is_by_night(&self, case: &Case<'_>, index: usize) -> bool {
        let now = self.time_of_day(case, index) / 60_000;
        let [from, until] = self.night;
        // Minute by minute from where the night begins to where it ends.
        let mut minute = from;
        let mut by_night = false;
        while minute != until {
            by_night |= now == i64::from(minute);
            minute = (minute + 1) % (24 * 60);
        }
        by_night && !self.has_no_time(case, index)
    }

    /// The start of the work that an event ends or belongs to, and what is wrong with it.
    fn carried_on(&self, case: &Case<'_>, index: usize) -> Option<(Wrong, usize)> {
        let start = start_of_work(case, index)?;
        if let Some(wrong) = self.forbidden(case, start) {
            let speaks_itself = case.matches_any(start, self.on);
            return (!speaks_itself).then_some((wrong, start));
        }
        if self.has_no_time(case, start) || self.has_no_time(case, index) {
            return None;
        }
        let took =
            case.events[index].occurred_at.millis() - case.events[start].occurred_at.millis();
        let begun = self.time_of_day(case, start);
        let ended = begun + took;
        let [from, until] = self.night.map(|minutes| i64::from(minutes) * 60_000);
        let length = (until - from).rem_euclid(DAY_MS);
        // The night before the day of the start, and the two after.
        let nights = [from - DAY_MS, from, from + DAY_MS];
        let night: i64 = nights
            .into_iter()
            .map(|dusk| ((dusk + length).min(ended) - dusk.max(begun)).max(0))
            .sum();
        let is_mostly_night = took < DAY_MS && 2 * night > took;
        is_mostly_night.then_some((Wrong::Perhaps, start))
    }

    fn shows_emergency(&self, case: &Case<'_>, index: usize) -> bool {
        let mut files = case.events[index].data.attachments.iter();
        self.emergency
            .is_some_and(|kind| files.any(|file| *file.kind == **kind))
    }

    /// The file that shows an emergency came with the event, its decision, or in the 72 hours before it began.
    fn is_excused(&self, case: &Case<'_>, index: usize, began: usize) -> bool {
        let Some(kind) = self.emergency else {
            return false;
        };
        let began_at = case.events[began].occurred_at.millis();
        let of_kind = |i: &usize| case.events[*i].kind == EventKind::Decided;
        let decision = (0..index).rev().find(of_kind);
        let recent = |i: &usize| case.events[*i].occurred_at.millis() >= began_at - 3 * DAY_MS;
        let mut telling = (0..index).filter(recent).chain(decision).chain([index]);
        let field = format!("attachments.{}", kind.text);
        telling.any(|i| self.shows_emergency(case, i))
            || lacks_field(case.lacks, case.events[index].kind, &field)
    }
}

/// The first start of an event's step since a visit of it last ended.
fn start_of_work(case: &Case<'_>, index: usize) -> Option<usize> {
    let step = case.steps[index]?;
    if case.events[index].kind == EventKind::StepStart {
        return None;
    }
    let mine: Vec<usize> = (0..index)
        .filter(|i| case.steps[*i] == Some(step))
        .collect();
    let ends = |i: &&usize| {
        let kind = case.events[**i].kind;
        kind == EventKind::StepEnd || is_done_by(case.flowchart, step, kind)
    };
    let since = mine.iter().rposition(|i| ends(&i)).map_or(0, |at| at + 1);
    let starts = |i: &&usize| case.events[**i].kind == EventKind::StepStart;
    mine[since..].iter().find(starts).copied()
}

/// A holiday by law: by its date, or because the calendar lists it.
fn is_statutory(date: NaiveDate, calendar: &WorkCalendar) -> bool {
    let by_date = match date.format("%m-%d").to_string().as_str() {
        "01-01" | "05-01" | "10-01" | "10-02" | "10-03" => true,
        "05-02" => date >= NaiveDate::from_ymd_opt(2025, 1, 1).expect("a date"),
        _ => false,
    };
    by_date || calendar.is_statutory(date)
}
