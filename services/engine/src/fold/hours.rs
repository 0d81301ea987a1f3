//! When something was done: by night, or on a holiday.

use chrono::{Datelike, Timelike};
use mingjing_domain::calendar::DayKind;
use mingjing_domain::time::{HOUR_MS, TimeOfDay};

use super::{Context, Taken};
use crate::history::Event;
use crate::rules::{FILE_FIELD, Hours};

/// The detail of a finding of `night_or_holiday`: the day was a statutory holiday, whatever the hour.
pub(crate) const HOLIDAY: u16 = 1;
/// The same: it was a day off of the notice, of which the calendar does not say whether it is statutory or a rest day that was moved.
pub(crate) const DAY_OFF: u16 = 2;

/// 情况紧急: what a file says of so long before is no emergency of then (our own number).
const SHOWN_BEFORE_MS: i64 = 72 * HOUR_MS;

/// Statutory holidays by the date alone, month and day: New Year, Labour Day, the three of National Day. The others go by the moon or the sun.
const STATUTORY: [(u32, u32); 5] = [(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)];

impl Taken<'_> {
    /// Whether the event was done when it should not have been: the detail.
    pub(super) fn at_night_or_on_a_holiday(&self, hours: &Hours) -> Option<u16> {
        let calendar = &self.context.plan.calendar;
        let at = self.event.occurred_at;
        let is_holiday = calendar.day(self.date(at)) == DayKind::Holiday;
        let time = TimeOfDay::of(at, calendar.tz());
        // What is told as of midnight to the second is told without a time.
        let local = at.to_utc().with_timezone(&calendar.tz());
        let has_time = local.num_seconds_from_midnight() > 0;
        let by_night = has_time && time.is_between(hours.night_from, hours.night_until);
        if !is_holiday && !by_night {
            return None;
        }
        let since = at.plus_millis(-SHOWN_BEFORE_MS);
        let excused = |field: &String| {
            let kind = field.strip_prefix(FILE_FIELD).unwrap_or(field);
            let mut told = self.context.history.up_to(self.event.place);
            let shown =
                |e: Event<'_>| e.occurred_at >= since && self.context.carries_file(&e, kind);
            told.any(shown) || self.lacks(field)
        };
        if hours.emergency.as_ref().is_some_and(excused) {
            return None;
        }
        let statutory = STATUTORY.contains(&(local.month(), local.day()));
        Some(match (is_holiday, by_night) {
            (true, _) if statutory => HOLIDAY,
            (_, true) => 0,
            _ => DAY_OFF,
        })
    }
}

impl Context<'_> {
    /// Whether a record after an event carries the file that shows an emergency: what was told afterwards a person weighs.
    pub(crate) fn shown_afterwards(&self, hours: &Hours, event: &Event<'_>) -> bool {
        let field = hours.emergency.as_deref();
        let kind = field.map(|field| field.strip_prefix(FILE_FIELD).unwrap_or(field));
        let known = self.history.known();
        let mut later = known.skip_while(|e| e.place != event.place).skip(1);
        kind.is_some_and(|kind| later.any(|event| self.carries_file(&event, kind)))
    }
}
