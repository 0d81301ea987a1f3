//! When something was done: by night, or on a holiday.

use chrono::Timelike;
use mingjing_domain::calendar::DayKind;
use mingjing_domain::time::TimeOfDay;

use super::{Context, Taken};
use crate::rules::{FILE_FIELD, Hours};

/// The detail of a finding of `night_or_holiday`: the day was a holiday, whatever the hour.
pub(crate) const HOLIDAY: u16 = 1;

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
        let excused = |field: &String| {
            let kind = field.strip_prefix(FILE_FIELD).unwrap_or(field);
            self.context.came_with(&self.event, kind) || self.lacks(field)
        };
        match hours.emergency.as_ref().is_some_and(excused) {
            true => None,
            false => Some(if is_holiday { HOLIDAY } else { 0 }),
        }
    }
}

impl Context<'_> {
    /// Whether a record of the case carries the file that shows an emergency. Of what is at fault it is a later one: what was told
    /// afterwards a person weighs.
    pub(crate) fn shown_afterwards(&self, hours: &Hours) -> bool {
        let field = hours.emergency.as_deref();
        let kind = field.map(|field| field.strip_prefix(FILE_FIELD).unwrap_or(field));
        let mut known = self.history.known();
        kind.is_some_and(|kind| known.any(|event| self.carries_file(&event, kind)))
    }
}
