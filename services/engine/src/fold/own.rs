//! Deadlines that a case, or a record of it, carries itself: what they were before they were told to be later.
//!
//! Else whoever is late need only tell a later day. What is put right within the source's delay allowance after it was told is taken
//! without a word. A day that is told later counts; but the limit that it alone keeps in time is for a person to look at, and a card
//! that was out does not go by itself.

use mingjing_domain::Timestamp;

use super::deadlines::carried_instant;
use super::ledger::end_of_day;
use super::stay::Stay;
use super::{Context, Fold};
use crate::history::Event;
use crate::rules::{OwnDeadline, TimedPoint};

/// An earlier deadline than the one that is told now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Earlier {
    /// Its last second.
    pub(crate) due_at: Timestamp,
    /// When the later one was told.
    pub(crate) told_at: Timestamp,
}

impl Context<'_> {
    /// The earliest deadline that a stay carried an allowance after some telling of it, where it carries a later one now. Which
    /// day a case names before its limit begins is its own affair.
    pub(crate) fn earlier_deadline(&self, stay: &Stay, timed: &TimedPoint) -> Option<Earlier> {
        // An import brings everything at once: when it came says nothing about when it was changed.
        let own = timed.own_deadline.filter(|_| !self.declared)?;
        let record = self.record_of(stay, own);
        let says = |event: &Event<'_>| self.says(event, own, record.as_deref());
        // Nearly all name one day only.
        let mut all = self.history.every_version().filter_map(|e| says(&e));
        let first = all.next()?;
        if all.all(|due_at| due_at == first) {
            return None;
        }
        let said = self.history.last_said(says);
        let stood_at = |at: Timestamp| {
            let by_then = said.iter().rev().find(|(told_at, _)| *told_at <= at);
            by_then.and_then(|(_, due_at)| *due_at)
        };
        let mut told: Vec<Timestamp> = Vec::new();
        let mut known = None;
        for (at, due_at) in &said {
            if *due_at != known {
                told.push(*at);
            }
            known = *due_at;
        }
        let begins_at = match own {
            OwnDeadline::Case(_) => stay.start_at,
            OwnDeadline::Event(_) => Timestamp::MIN,
        };
        let settled = told.iter().map(|at| at.plus_millis(self.allowance_ms));
        let stood = settled.filter_map(|at| stood_at(at.max(begins_at)));
        let (due_at, told_at) = (stood.min()?, *told.last()?);
        known
            .is_some_and(|now| due_at < now)
            .then_some(Earlier { due_at, told_at })
    }

    /// Every version of a record that tells a stay's own deadline.
    pub(crate) fn tells_deadline(&self, stay: &Stay, timed: &TimedPoint) -> Vec<u32> {
        let Some(own) = timed.own_deadline else {
            return Vec::new();
        };
        let record = self.record_of(stay, own);
        let versions = self.history.every_version();
        let telling = versions.filter(|e| self.says(e, own, record.as_deref()).is_some());
        telling.map(|e| e.place).collect()
    }

    /// The record that carries the deadline; none where it is the case's.
    fn record_of(&self, stay: &Stay, own: OwnDeadline) -> Option<String> {
        let is_record = matches!(own, OwnDeadline::Event(_));
        is_record.then(|| self.history.event(stay.done_event).id())
    }

    /// The last second of the day that an event tells.
    fn says(&self, event: &Event<'_>, own: OwnDeadline, record: Option<&str>) -> Option<Timestamp> {
        let (OwnDeadline::Case(place) | OwnDeadline::Event(place)) = own;
        let at = carried_instant(event, place, self)?;
        let meant = record.is_none_or(|id| event.id() == id);
        meant.then(|| end_of_day(at, &self.plan.calendar))
    }
}

impl Fold {
    /// The points of limits whose own deadline was put off too late by what was told at an instant.
    pub(crate) fn put_off(&self, context: &Context<'_>, told_at: Timestamp) -> Vec<u16> {
        let put_off = |stay: &&Stay| {
            let timed = &context.plan.timed[usize::from(stay.timed)];
            let earlier = context.earlier_deadline(stay, timed);
            earlier.is_some_and(|earlier| earlier.told_at == told_at)
        };
        let stays = self.stays.iter().filter(put_off);
        let points = stays.map(|stay| context.plan.timed[usize::from(stay.timed)].point);
        points.collect()
    }
}
