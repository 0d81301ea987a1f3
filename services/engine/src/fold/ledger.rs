//! Suspensions and extensions, as entered.

use mingjing_domain::Timestamp;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::deadline;
use mingjing_domain::definitions::Effect;
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::Budget;

use super::{Context, Fold};
use crate::history::{Event, SpecialEntry};

/// How much of an entry was told within the source's allowance after it happened. A newer version that claims more is told anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Told<T> {
    /// All of it.
    InTime,
    /// So much of it.
    Less(T),
    /// Nothing.
    Late,
}

impl Told<Timestamp> {
    /// The same of what was told to be over by then.
    fn no_later_than(self, at: Timestamp) -> Self {
        match self {
            Told::InTime => Told::Less(at),
            Told::Less(end) => Told::Less(end.min(at)),
            Told::Late => Told::Late,
        }
    }
}

/// A suspension.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Suspension {
    /// Place of its special procedure in the plan.
    pub(crate) special: u16,
    pub(crate) from: Timestamp,
    /// Credited no longer than this: the planned end, the time granted, or the procedure's maximum.
    pub(crate) planned_end: Option<Timestamp>,
    pub(crate) resumed_at: Option<Timestamp>,
    pub(crate) event: u32,
    pub(crate) resume_event: u32,
    /// Its count among the case's suspensions of its kind, from 1.
    pub(crate) visit: u16,
    /// Until when it was to last, as told in time.
    pub(crate) told: Told<Timestamp>,
}

impl Suspension {
    /// The end of what is credited to a stay that knows events before `until`; [`Timestamp::MAX`] while it is
    /// open without a planned end. One that was to end before it began credits nothing.
    pub(crate) fn credited_until(&self, until: u32) -> Timestamp {
        let planned = self.planned_end.unwrap_or(Timestamp::MAX);
        let resumed = self.resumed_at.filter(|_| self.resume_event < until);
        resumed.map_or(planned, |at| at.min(planned))
    }

    /// As it was told in time; none where it was not.
    pub(super) fn as_told_in_time(&self) -> Option<Suspension> {
        match self.told {
            Told::InTime => Some(self.clone()),
            Told::Less(end) => Some(Suspension {
                planned_end: Some(self.planned_end.map_or(end, |planned| planned.min(end))),
                ..self.clone()
            }),
            Told::Late => None,
        }
    }
}

/// An extension.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Extension {
    pub(crate) special: u16,
    pub(crate) budget: Budget,
    pub(crate) at: Timestamp,
    pub(crate) event: u32,
    /// How much it was, as told in time.
    pub(crate) told: Told<Budget>,
}

impl Extension {
    /// As it was told in time; what was not told at all stays, since stays name extensions by their place.
    pub(super) fn as_told_in_time(&self) -> Extension {
        let mut told = self.clone();
        if let Told::Less(budget) = self.told {
            told.budget = budget;
        }
        told
    }
}

/// All that was entered, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ledger {
    pub(crate) suspensions: Vec<Suspension>,
    pub(crate) extensions: Vec<Extension>,
}

impl Ledger {
    /// Whether any of it was told late.
    pub(crate) fn holds_late(&self) -> bool {
        self.told_late().next().is_some()
    }

    /// What was told late, or in a version that claims more and came late: its event and special procedure.
    pub(crate) fn told_late(&self) -> impl Iterator<Item = (u32, u16)> + '_ {
        let suspensions = self.suspensions.iter();
        let suspensions = suspensions.filter(|s| s.told != Told::InTime);
        let extensions = self.extensions.iter();
        let extensions = extensions.filter(|e| e.told != Told::InTime);
        let suspensions = suspensions.map(|s| (s.event, s.special));
        suspensions.chain(extensions.map(|e| (e.event, e.special)))
    }

    /// The same where everything that stood still ended at an instant.
    pub(super) fn ended_by(&self, at: Timestamp) -> Ledger {
        let mut ended = self.clone();
        for suspension in &mut ended.suspensions {
            let planned = suspension.planned_end;
            suspension.planned_end = Some(planned.map_or(at, |planned| planned.min(at)));
        }
        ended
    }

    /// The suspension that began with the event at this place.
    pub(super) fn begun_by(&self, event: u32) -> Option<&Suspension> {
        self.suspensions.iter().find(|s| s.event == event)
    }
}

impl Fold {
    /// Enters a special procedure. What is not in the flowchart's closed list does nothing to any limit.
    pub(super) fn enter_ledger(&mut self, event: &Event<'_>, context: &Context<'_>) {
        let enters = matches!(event.kind, EventKind::Suspend | EventKind::Extend);
        if enters && context.special_is_unknown(event) {
            self.rare().names_unknown_special = true;
        }
        match event.kind {
            EventKind::Suspend => self.suspend(event, context),
            EventKind::Resume => self.resume(event, context),
            EventKind::Extend => self.extend(event, context),
            _ => {}
        }
    }

    fn suspend(&mut self, event: &Event<'_>, context: &Context<'_>) {
        let Some(entry) = event.special() else { return };
        let Some(special) = listed(entry.kind, Effect::Suspend, context) else {
            return;
        };
        let planned_end = ends_as_planned(event, &entry, special, context);
        let told = context.told_end(event, special, planned_end);
        let told = match context.resumed_before(event, special) {
            Some(at) => told.no_later_than(at),
            None => told,
        };
        let ledger = &mut self.rare().ledger;
        let visit = ledger
            .suspensions
            .iter()
            .filter(|s| s.special == special)
            .count()
            + 1;
        ledger.suspensions.push(Suspension {
            special,
            from: event.occurred_at,
            planned_end,
            resumed_at: None,
            event: event.place,
            resume_event: super::NONE,
            visit: visit.min(usize::from(u16::MAX)) as u16,
            told,
        });
    }

    fn resume(&mut self, event: &Event<'_>, context: &Context<'_>) {
        let wanted = event
            .special()
            .and_then(|s| (s.kind != 0).then(|| context.special(s.kind)));
        let Some(rare) = &mut self.rare else { return };
        for suspension in &mut rare.ledger.suspensions {
            let meant = wanted.is_none_or(|kind| kind == Some(suspension.special));
            if suspension.resumed_at.is_none() && meant {
                suspension.resumed_at = Some(event.occurred_at);
                suspension.resume_event = event.place;
            }
        }
    }

    fn extend(&mut self, event: &Event<'_>, context: &Context<'_>) {
        let Some(entry) = event.special() else { return };
        let Some(special) = listed(entry.kind, Effect::Extend, context) else {
            return;
        };
        let maximum = context.plan.specials[usize::from(special)].maximum;
        let Some(budget) = granted(entry.granted, maximum) else {
            return;
        };
        let extension = Extension {
            special,
            budget,
            at: event.occurred_at,
            event: event.place,
            told: context.told_budget(event, special, budget),
        };
        self.rare().ledger.extensions.push(extension);
    }
}

impl Context<'_> {
    /// Until when a suspension was to last by what was told of it within the allowance after it began.
    fn told_end(
        &self,
        event: &Event<'_>,
        special: u16,
        planned_end: Option<Timestamp>,
    ) -> Told<Timestamp> {
        if !self.comes_late(event) {
            return Told::InTime;
        }
        let told = |version: Event<'_>| {
            let entry = version.special()?;
            let same = listed(entry.kind, Effect::Suspend, self) == Some(special);
            let end = ends_as_planned(&version, &entry, special, self);
            same.then(|| (version.came_at(), end.unwrap_or(Timestamp::MAX)))
        };
        let versions = self.same_in_other_versions(event).into_iter();
        let versions: Vec<_> = versions.filter_map(told).collect();
        let by = |at: Timestamp| {
            let in_time = versions.iter().filter(|(came_at, _)| *came_at <= at);
            in_time.map(|(_, end)| *end).max()
        };
        let after = |at: Timestamp| at.plus_millis(self.allowance_ms);
        let Some(mut reached) = by(after(event.occurred_at)) else {
            return Told::Late;
        };
        // What makes it longer before its end is told in time too.
        while reached < planned_end.unwrap_or(Timestamp::MAX) {
            match by(after(reached)).filter(|end| *end > reached) {
                Some(end) => reached = end,
                None => return Told::Less(reached),
            }
        }
        Told::InTime
    }

    /// How much an extension was by what was told of it within the allowance after it was granted. Other units do not compare.
    fn told_budget(&self, event: &Event<'_>, special: u16, budget: Budget) -> Told<Budget> {
        let maximum = self.plan.specials[usize::from(special)].maximum;
        let count = |version: &Event<'_>| {
            let entry = version.special()?;
            let same = listed(entry.kind, Effect::Extend, self) == Some(special);
            let told = granted(entry.granted, maximum).filter(|told| told.unit == budget.unit)?;
            same.then_some(told.count)
        };
        let told = || self.told_in_time(event).iter().filter_map(count).max();
        match self.comes_late(event).then(told) {
            None => Told::InTime,
            Some(None) => Told::Late,
            Some(Some(count)) if count >= budget.count => Told::InTime,
            Some(Some(count)) => Told::Less(Budget::new(count, budget.unit)),
        }
    }

    /// Whether this version of a record came later than the allowance after it happened.
    fn comes_late(&self, event: &Event<'_>) -> bool {
        let latest = event.occurred_at.plus_millis(self.allowance_ms);
        !self.declared && event.came_at() > latest
    }

    /// The versions of a record that told of the same instant, and of the same kind of entry, in time.
    fn told_in_time(&self, event: &Event<'_>) -> Vec<Event<'_>> {
        let mut versions = self.same_in_other_versions(event);
        versions.retain(|v| !self.comes_late(v));
        versions
    }

    /// The versions of a record that tell of the same instant, and of the same kind of entry.
    fn same_in_other_versions(&self, event: &Event<'_>) -> Vec<Event<'_>> {
        if !self.history.holds_replaced() {
            return Vec::new();
        }
        let mut versions = self.history.versions_of(event);
        versions.retain(|v| v.kind == event.kind && v.occurred_at == event.occurred_at);
        versions
    }

    /// The first resumption of a suspension that was told, and is told so no more since too late.
    fn resumed_before(&self, event: &Event<'_>, special: u16) -> Option<Timestamp> {
        let means = |resume: &Event<'_>| {
            let kind = resume.special().map_or(0, |entry| entry.kind);
            kind == 0 || self.special(kind) == Some(special)
        };
        let gone = self.all_gone_too_late().into_iter();
        gone.filter(|e| e.kind == EventKind::Resume && means(e))
            .map(|e| e.occurred_at)
            .filter(|at| *at >= event.occurred_at)
            .min()
    }
}

/// When a suspension ends at the latest: as planned or when the time that it was granted is up, but no later than the procedure's
/// maximum.
pub(super) fn ends_as_planned(
    event: &Event<'_>,
    entry: &SpecialEntry,
    special: u16,
    context: &Context<'_>,
) -> Option<Timestamp> {
    let maximum = context.plan.specials[usize::from(special)].maximum;
    let none = deadline::Ledger::default();
    let lasts = |budget: Budget| {
        deadline::deadline(&context.plan.calendar, event.occurred_at, budget, &none).due_at
    };
    let longest = entry.granted.into_iter().chain(maximum).map(lasts);
    entry.planned_end.into_iter().chain(longest).min()
}

pub(super) fn listed(kind: u16, effect: Effect, context: &Context<'_>) -> Option<u16> {
    let special = context.special(kind)?;
    (context.plan.specials[usize::from(special)].effect == effect).then_some(special)
}

/// What an extension adds: what was granted, but no more than the maximum in the same unit.
fn granted(granted: Option<Budget>, maximum: Option<Budget>) -> Option<Budget> {
    match (granted, maximum) {
        (Some(granted), Some(maximum)) if granted.unit == maximum.unit => {
            Some(Budget::new(granted.count.min(maximum.count), granted.unit))
        }
        // Another unit than the law's: the law's own measure is what can be granted.
        (_, Some(maximum)) => Some(maximum),
        (granted, None) => granted,
    }
}

/// The end of the local day of an instant, to the second.
pub(crate) fn end_of_day(at: Timestamp, calendar: &WorkCalendar) -> Timestamp {
    let date = at.local_date(calendar.tz());
    let next = date.succ_opt().unwrap_or(date);
    Timestamp::start_of(next, calendar.tz()).plus_millis(-1000)
}
