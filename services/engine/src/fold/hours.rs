//! When something was done: by night, or on a holiday.

use chrono::{Datelike, NaiveDate, Timelike};
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{DayKind, WorkCalendar};
use mingjing_domain::event::EventKind;
use mingjing_domain::time::{DAY_MS, HOUR_MS, TimeOfDay};

use super::{Context, NONE, Taken};
use crate::history::Event;
use crate::rules::{FILE_FIELD, Hours};

/// The detail of a finding of `night_or_holiday`: it lay in the night.
const BY_NIGHT: u16 = 0;
/// The same: the day was a statutory holiday, whatever the hour.
pub(crate) const HOLIDAY: u16 = 1;
/// The same: it was a day off of the notice, of which the calendar does not say whether it is statutory or a rest day that was moved.
pub(crate) const DAY_OFF: u16 = 2;
/// The same: it began and ended by day, and most of the time between was night.
pub(crate) const THROUGH_NIGHT: u16 = 3;

/// 情况紧急: what a file says of so long before is no emergency of then without a person's word (our own number).
const SHOWN_BEFORE_MS: i64 = 72 * HOUR_MS;

/// Statutory holidays by the date alone, whatever a calendar says: since which year, month and day. New Year, Labour Day, the three of National
/// Day (全国年节及纪念日放假办法; its second Labour Day since 2025). The others go by the moon or the sun: calendars list them.
const STATUTORY: [(i32, u32, u32); 6] = [
    (i32::MIN, 1, 1),
    (i32::MIN, 5, 1),
    (2025, 5, 2),
    (i32::MIN, 10, 1),
    (i32::MIN, 10, 2),
    (i32::MIN, 10, 3),
];

/// When a file shows an emergency that does not excuse by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    LongBefore,
    Afterwards,
}

impl Taken<'_> {
    /// Whether the event was done when it should not have been, or ends what was: the start that was told of it, and the detail.
    pub(super) fn at_night_or_on_a_holiday(&self, hours: &Hours) -> Option<(u32, u16)> {
        let (start, detail) = match self.context.forbidden(self.event.occurred_at, hours) {
            Some(detail) => (None, detail),
            None => self
                .carried_on(hours)
                .map(|(start, detail)| (Some(start), detail))?,
        };
        let began_at = start.map_or(self.event.occurred_at, |start| start.occurred_at);
        let excused = |field: &String| {
            self.context.shown_in_time(&self.event, began_at, field) || self.lacks(field)
        };
        let is_excused = hours.emergency.as_ref().is_some_and(excused);
        (!is_excused).then(|| (start.map_or(NONE, |start| start.place), detail))
    }

    /// The start of the work that this event ends or is part of, where that makes it one of the night or of a holiday. A start that is
    /// itself looked at speaks for itself.
    fn carried_on(&self, hours: &Hours) -> Option<(Event<'_>, u16)> {
        let start = self.work_begun_with()?;
        let looked_at = self.context.marks(&start) & hours.on != 0;
        match self.context.forbidden(start.occurred_at, hours) {
            Some(detail) => (!looked_at).then_some((start, detail)),
            None => self
                .context
                .mostly_night(start.occurred_at, self.event.occurred_at, hours)
                .then_some((start, THROUGH_NIGHT)),
        }
    }

    /// The first start of the event's step since a visit of it last ended.
    fn work_begun_with(&self) -> Option<Event<'_>> {
        let (event, context) = (&self.event, self.context);
        let step = context.step_symbol(event);
        if step == 0 || event.kind == EventKind::StepStart {
            return None;
        }
        let mut start = None;
        let before = context.history.before(event.place);
        for earlier in before.filter(|e| context.step_symbol(e) == step) {
            if context.ends_visit(&earlier) {
                start = None;
            } else if earlier.kind == EventKind::StepStart {
                start = start.or(Some(earlier));
            }
        }
        start
    }
}

impl Context<'_> {
    /// Why nothing may be executed at an instant; none where it may.
    fn forbidden(&self, at: Timestamp, hours: &Hours) -> Option<u16> {
        let calendar = &self.plan.calendar;
        let time = TimeOfDay::of(at, calendar.tz());
        let date = at.local_date(calendar.tz());
        if is_statutory(date, calendar) {
            return Some(HOLIDAY);
        }
        if self.has_time(at) && time.is_between(hours.night_from, hours.night_until) {
            return Some(BY_NIGHT);
        }
        (calendar.day(date) == DayKind::Holiday).then_some(DAY_OFF)
    }

    /// What is told as of midnight to the second is told without a time.
    fn has_time(&self, at: Timestamp) -> bool {
        let local = at.to_utc().with_timezone(&self.plan.calendar.tz());
        local.num_seconds_from_midnight() > 0
    }

    /// Whether more than half of a stretch of less than a day lies in the night: what people do in the evening and the morning
    /// after is less than that, and what takes longer is let rest by night.
    fn mostly_night(&self, from: Timestamp, until: Timestamp, hours: &Hours) -> bool {
        let length_ms = until.millis() - from.millis();
        if length_ms >= DAY_MS || !self.has_time(from) || !self.has_time(until) {
            return false;
        }
        let tz = self.plan.calendar.tz();
        let first = from.local_date(tz);
        let evenings = [first.pred_opt(), Some(first), first.succ_opt()];
        let ms = |time: TimeOfDay| i64::from(time.minutes()) * 60_000;
        let ends_ms = match hours.night_until > hours.night_from {
            true => ms(hours.night_until),
            false => ms(hours.night_until) + DAY_MS,
        };
        let of_night = evenings.into_iter().flatten().map(|date| {
            let midnight = Timestamp::start_of(date, tz);
            let begins = midnight.plus_millis(ms(hours.night_from)).max(from);
            let ends = midnight.plus_millis(ends_ms).min(until);
            (ends.millis() - begins.millis()).max(0)
        });
        of_night.sum::<i64>() * 2 > length_ms
    }

    /// Whether the file that shows an emergency came with an event, with the decision that it carries out, or with a record of the
    /// days before it began.
    fn shown_in_time(&self, event: &Event<'_>, began_at: Timestamp, field: &str) -> bool {
        let kind = field.strip_prefix(FILE_FIELD).unwrap_or(field);
        let since = began_at.plus_millis(-SHOWN_BEFORE_MS);
        let before = || self.history.before(event.place);
        let decided = before().filter(|e| e.kind == EventKind::Decided).last();
        let recent = before().filter(|e| e.occurred_at >= since);
        let mut telling = recent.chain(decided);
        self.carries_file(event, kind) || telling.any(|e| self.carries_file(&e, kind))
    }

    /// When the file that shows an emergency was told, where that excuses nothing: a person weighs what was told long before, and what
    /// was told afterwards.
    pub(crate) fn shown_at_another_time(&self, hours: &Hours, event: &Event<'_>) -> Option<Shown> {
        let field = hours.emergency.as_deref()?;
        let kind = field.strip_prefix(FILE_FIELD).unwrap_or(field);
        let mut telling = self.history.known().filter(|e| self.carries_file(e, kind));
        telling
            .next()
            .map(|first| match first.place <= event.place {
                true => Shown::LongBefore,
                false => Shown::Afterwards,
            })
    }
}

fn is_statutory(date: NaiveDate, calendar: &WorkCalendar) -> bool {
    let by_date = STATUTORY
        .iter()
        .any(|day| (date.month(), date.day()) == (day.1, day.2) && date.year() >= day.0);
    by_date || calendar.is_statutory(date)
}
