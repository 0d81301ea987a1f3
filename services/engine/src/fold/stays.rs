//! Stays: one run of one limit, from its start to where it was done or fell away.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline::{self, Deadline};
use mingjing_domain::definitions::{AttributeType, LimitKind, Occurrence, RungAt};
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::Budget;

use super::ledger::{Ledger, end_of_day};
use super::steps::Visit;
use super::{Context, Fold};
use crate::condition::Attr;
use crate::history::Event;
use crate::rules::{Ladder, MarkSet, OwnDeadline, Plan, TimedKind, TimedPoint};

/// No event.
pub(crate) const NONE: u32 = u32::MAX;
/// Never, or not yet.
pub(crate) const NEVER: Timestamp = Timestamp::MAX;

/// Why a duty fell away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fallen {
    No,
    /// A condition held: what is done later is judged all the same.
    Condition,
    /// An event ended it for good.
    ForGood,
}

/// One run of a timed point.
#[derive(Clone, Debug)]
pub(crate) struct Stay {
    pub(crate) start_at: Timestamp,
    pub(crate) done_at: Timestamp,
    pub(crate) fell_at: Timestamp,
    /// The instants its rungs are reached, [`NEVER`] while time stands still. `too_early`: the earliest lawful
    /// instant.
    pub(crate) rungs: [Timestamp; 3],
    /// Extensions credited, as bits by place in the ledger.
    pub(crate) extensions: u32,
    pub(crate) start_event: u32,
    pub(crate) done_event: u32,
    pub(crate) fell_event: u32,
    pub(crate) timed: u16,
    /// Step symbol; 0 for the whole case.
    pub(crate) step: u16,
    pub(crate) visit: u16,
    pub(crate) fallen: Fallen,
    /// 补正 stopped it.
    pub(crate) stopped: bool,
}

impl Stay {
    fn new(timed: u16, step: u16, visit: u16, start: Option<(Timestamp, u32)>) -> Self {
        Stay {
            start_at: start.map_or(Timestamp::MIN, |(at, _)| at),
            done_at: NEVER,
            fell_at: NEVER,
            rungs: [NEVER; 3],
            extensions: 0,
            start_event: start.map_or(NONE, |(_, event)| event),
            done_event: NONE,
            fell_event: NONE,
            timed,
            step,
            visit,
            fallen: Fallen::No,
            stopped: false,
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.done_at != NEVER
    }

    /// Still owed.
    pub(crate) fn is_open(&self) -> bool {
        !self.is_done() && self.fallen == Fallen::No
    }
}

impl Fold {
    /// Opens, stops, ends and re-times stays for the event at `place`.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn advance_stays(
        &mut self,
        place: usize,
        event: &Event,
        marks: MarkSet,
        visit: Visit,
        first: bool,
        changed: u64,
        context: &Context<'_>,
    ) {
        let plan = context.plan;
        let accepted = self.accepted;
        self.accepted |= event.kind == EventKind::Accepted;
        let mut retime = false;
        let resumes = event.kind == EventKind::Resume;
        if marks & plan.ending != 0 || resumes || matches!(visit, Visit::Ended { .. }) {
            self.end_stays(place, event, marks, visit, context);
        }
        let opens = first || marks & plan.opening != 0 || matches!(visit, Visit::Opened { .. });
        let before = self.stays.len();
        if opens || marks & plan.ending != 0 || event.kind == EventKind::Suspend {
            self.open_stays(place, event, marks, visit, first, context);
        }
        for at in before..self.stays.len() {
            self.time_stay(at, context);
        }
        match event.kind {
            EventKind::Suspend | EventKind::Resume => retime = true,
            EventKind::Extend => {
                self.credit_extension(event, context);
                retime = true;
            }
            EventKind::SupplementNotice | EventKind::SupplementDone | EventKind::Accepted
                if !accepted =>
            {
                retime |= event.kind != EventKind::Accepted || self.stays.iter().any(|s| s.stopped);
                self.supplement(place, event, context);
            }
            _ => {}
        }
        if changed & plan.watched_attributes != 0 {
            retime = true;
        }
        if retime {
            for at in 0..self.stays.len() {
                let stay = &self.stays[at];
                let timed = &plan.timed[usize::from(stay.timed)];
                let own = matches!(timed.own_deadline, Some(OwnDeadline::Case(_)));
                if !stay.is_done() || own {
                    self.time_stay(at, context);
                }
            }
        }
        self.fall_away(place, event, marks, before, changed, context);
        if !context.keep_all {
            self.forget_what_was_in_time(plan);
        }
    }

    /// Ends what this event ends, before it opens anything: a `to` event ends only what lies before it.
    fn end_stays(
        &mut self,
        place: usize,
        event: &Event,
        marks: MarkSet,
        visit: Visit,
        context: &Context<'_>,
    ) {
        for stay in &mut self.stays {
            if stay.is_done() || stay.fallen == Fallen::ForGood {
                continue;
            }
            let timed = &context.plan.timed[usize::from(stay.timed)];
            if let TimedKind::Special(_) = timed.kind {
                let suspension = self
                    .ledger
                    .as_ref()
                    .and_then(|l| l.suspensions.iter().find(|s| s.event == stay.start_event));
                if let Some(resumed_at) = suspension.and_then(|s| s.resumed_at) {
                    stay.done_at = resumed_at;
                    stay.done_event = place as u32;
                }
                continue;
            }
            let done = match (timed.limit_kind, visit) {
                (LimitKind::Step, Visit::Ended { step, visit }) => {
                    stay.step == step && stay.visit == visit
                }
                (LimitKind::Step | LimitKind::Event, _) => false,
                _ => marks & timed.to != 0,
            };
            if done {
                stay.done_at = event.occurred_at;
                stay.done_event = place as u32;
                // A supplement that stopped it had no end: what is done while it stands is in time.
                stay.stopped = false;
            }
        }
    }

    fn open_stays(
        &mut self,
        place: usize,
        event: &Event,
        marks: MarkSet,
        visit: Visit,
        first: bool,
        context: &Context<'_>,
    ) {
        let start = Some((event.occurred_at, place as u32));
        for (at, timed) in context.plan.timed.iter().enumerate() {
            let at = at as u16;
            let known = |stays: &[Stay]| stays.iter().filter(|s| s.timed == at).count();
            let mut opened = match (&timed.kind, timed.limit_kind) {
                (TimedKind::Special(kinds), _) => {
                    if event.kind != EventKind::Suspend {
                        continue;
                    }
                    self.special_stay(at, *kinds, place, context)
                }
                (_, LimitKind::Step) => match (visit, timed.step) {
                    (Visit::Opened { step, visit }, Some(wanted))
                        if context.step_symbol[usize::from(wanted)] == step =>
                    {
                        Some(Stay::new(at, step, visit, start))
                    }
                    _ => None,
                },
                (_, LimitKind::Event) => {
                    if marks & timed.to == 0 {
                        continue;
                    }
                    self.event_stay(at, timed, place, event, context)
                }
                (_, LimitKind::Stage | LimitKind::Case) => {
                    let begins = marks & timed.from != 0 || (timed.from == 0 && first);
                    let again = timed.occurrence == Occurrence::Each;
                    let came_before = self.seen & timed.to != 0;
                    let begun = known(&self.stays) > 0 || self.seen & timed.from != 0;
                    let over = timed.from != 0 && came_before;
                    if !begins || (!again && (begun || over)) {
                        None
                    } else {
                        let visit = if again { self.count_stay(at) } else { 1 };
                        let start = if timed.from == 0 { None } else { start };
                        Some(Stay::new(at, 0, visit, start))
                    }
                }
            };
            // A stay of the first pair may be opened and done by one event.
            if let Some(stay) = &mut opened
                && timed.occurrence == Occurrence::First
                && matches!(timed.limit_kind, LimitKind::Stage | LimitKind::Case)
                && marks & timed.to != 0
            {
                stay.done_at = event.occurred_at;
                stay.done_event = place as u32;
            }
            self.stays.extend(opened);
        }
    }

    /// The number of the stay that opens now, from 1, counting those already forgotten.
    fn count_stay(&mut self, at: u16) -> u16 {
        let index = usize::from(at);
        if self.opened.len() <= index {
            self.opened.resize(index + 1, 0);
        }
        self.opened[index] = self.opened[index].saturating_add(1);
        self.opened[index]
    }

    fn special_stay(
        &self,
        at: u16,
        kinds: u64,
        place: usize,
        context: &Context<'_>,
    ) -> Option<Stay> {
        let suspension = self.ledger.as_ref()?.suspensions.last()?;
        let watched = kinds >> suspension.special & 1 == 1;
        if suspension.event != place as u32 || !watched || suspension.planned_end.is_none() {
            return None;
        }
        let kind = &context.plan.specials[usize::from(suspension.special)].kind;
        let step = context.codes.find(kind).unwrap_or(0);
        Some(Stay::new(
            at,
            step as u16,
            suspension.visit,
            Some((suspension.from, place as u32)),
        ))
    }

    fn event_stay(
        &self,
        at: u16,
        timed: &TimedPoint,
        place: usize,
        event: &Event,
        context: &Context<'_>,
    ) -> Option<Stay> {
        let Some(OwnDeadline::Event(attribute)) = timed.own_deadline else {
            return None;
        };
        carried_instant(event, attribute, context)?;
        let start = Some((event.occurred_at, place as u32));
        let mut stay = Stay::new(
            at,
            context.step_symbol(event),
            context.occurrence(place),
            start,
        );
        stay.done_at = event.occurred_at;
        stay.done_event = place as u32;
        Some(stay)
    }

    /// 补正 before acceptance: a notice in time stops, the supplement starts anew, acceptance ends the stop.
    fn supplement(&mut self, place: usize, event: &Event, context: &Context<'_>) {
        for at in 0..self.stays.len() {
            let stay = &self.stays[at];
            let timed = &context.plan.timed[usize::from(stay.timed)];
            if !timed.supplement_rebases || !stay.is_open() {
                continue;
            }
            match event.kind {
                EventKind::SupplementNotice => {
                    let breach = if timed.statutory.is_some() {
                        RungAt::Statutory
                    } else {
                        RungAt::Promised
                    };
                    let overdue = self
                        .due(breach, stay, timed, context)
                        .is_some_and(|due| deadline::is_late(event.occurred_at, due.due_at));
                    self.stays[at].stopped |= !overdue;
                }
                EventKind::SupplementDone if stay.stopped => {
                    let stay = &mut self.stays[at];
                    stay.stopped = false;
                    stay.start_at = event.occurred_at;
                    stay.start_event = place as u32;
                }
                EventKind::Accepted => self.stays[at].stopped = false,
                _ => {}
            }
        }
    }

    /// An extension counts for a stay that is open and not yet past its due instant, once per kind.
    fn credit_extension(&mut self, event: &Event, context: &Context<'_>) {
        let Some(ledger) = &self.ledger else { return };
        let Some((place, extension)) = ledger.extensions.iter().enumerate().next_back() else {
            return;
        };
        if extension.at != event.occurred_at || place >= 32 {
            return;
        }
        for stay in &mut self.stays {
            let timed = &context.plan.timed[usize::from(stay.timed)];
            let lengthens = timed.extended_by >> extension.special & 1 == 1;
            if !lengthens || !stay.is_open() {
                continue;
            }
            let used = ledger.extensions[..place]
                .iter()
                .enumerate()
                .any(|(p, earlier)| {
                    stay.extensions >> p & 1 == 1 && earlier.special == extension.special
                });
            let Some(budget) = timed.statutory.or(timed.promised) else {
                continue;
            };
            let due = stay_deadline(stay, timed, budget, Some(ledger), context);
            let in_time = !deadline::is_late(extension.at, due.due_at);
            if !used && in_time {
                stay.extensions |= 1 << place;
            }
        }
    }

    /// Computes the instants of a stay's rungs anew.
    fn time_stay(&mut self, at: usize, context: &Context<'_>) {
        let stay = &self.stays[at];
        let timed = &context.plan.timed[usize::from(stay.timed)];
        self.stays[at].rungs = self.rungs(stay, timed, context);
    }

    fn rungs(&self, stay: &Stay, timed: &TimedPoint, context: &Context<'_>) -> [Timestamp; 3] {
        let mut rungs = [NEVER; 3];
        if stay.stopped {
            return rungs;
        }
        let ledger = self.ledger.as_deref();
        match &timed.kind {
            TimedKind::TooEarly(at_least) => {
                rungs[0] = with_ledger(stay, timed, ledger, context, |ledger| {
                    deadline::earliest(&context.plan.calendar, stay.start_at, *at_least, ledger)
                });
            }
            TimedKind::Special(_) => {
                let planned = ledger
                    .and_then(|l| l.suspensions.iter().find(|s| s.event == stay.start_event))
                    .and_then(|s| s.planned_end);
                if let Some(planned) = planned {
                    let due = end_of_day(planned, &context.plan.calendar);
                    rungs[0] = deadline::first_late_instant(due);
                }
            }
            TimedKind::Overdue(ladder) => {
                for (slot, (_, at)) in rungs.iter_mut().zip(&ladder.rungs) {
                    if let Some(instant) = self.rung(*at, ladder, stay, timed, context) {
                        *slot = instant;
                    }
                }
            }
        }
        rungs
    }

    fn rung(
        &self,
        at: RungAt,
        ladder: &Ladder,
        stay: &Stay,
        timed: &TimedPoint,
        context: &Context<'_>,
    ) -> Option<Timestamp> {
        let calendar = &context.plan.calendar;
        let breach = measured_against(at, ladder, timed);
        let due = self.due(breach, stay, timed, context)?;
        match at {
            RungAt::Statutory | RungAt::Promised => Some(deadline::first_late_instant(due.due_at)),
            RungAt::Before(before) => Some(deadline::last_reminder(calendar, &due, before)),
            RungAt::Used(percent) => {
                let budget = if breach == RungAt::Promised {
                    timed.promised
                } else {
                    timed.statutory
                };
                let budget = budget?;
                Some(with_ledger(
                    stay,
                    timed,
                    self.ledger.as_deref(),
                    context,
                    |ledger| {
                        deadline::used_share_instant(
                            calendar,
                            stay.start_at,
                            &due,
                            percent,
                            budget,
                            ledger,
                        )
                    },
                ))
            }
        }
    }

    /// The due instant that a breach rung stands on; none while time stands still or it is unknown.
    pub(crate) fn due(
        &self,
        breach: RungAt,
        stay: &Stay,
        timed: &TimedPoint,
        context: &Context<'_>,
    ) -> Option<Deadline> {
        if let Some(own) = timed.own_deadline {
            let instant = match own {
                OwnDeadline::Event(place) => carried_instant(
                    context.history.event(stay.done_event as usize),
                    place,
                    context,
                )?,
                OwnDeadline::Case(place) => match self.attributes[usize::from(place)] {
                    Attr::Instant(at) => at,
                    _ => return None,
                },
            };
            let calendar = &context.plan.calendar;
            let due_at = end_of_day(instant, calendar);
            let due_date = due_at.local_date(calendar.tz());
            return Some(Deadline {
                due_at,
                due_date,
                provisional: false,
            });
        }
        let budget = match breach {
            RungAt::Promised => timed.promised?,
            _ => timed.statutory?,
        };
        Some(stay_deadline(
            stay,
            timed,
            budget,
            self.ledger.as_deref(),
            context,
        ))
    }

    fn fall_away(
        &mut self,
        place: usize,
        event: &Event,
        marks: MarkSet,
        opened_from: usize,
        changed: u64,
        context: &Context<'_>,
    ) {
        for at in 0..self.stays.len() {
            let stay = &self.stays[at];
            let timed = &context.plan.timed[usize::from(stay.timed)];
            if stay.is_done() || stay.fallen == Fallen::ForGood {
                continue;
            }
            if marks & timed.falls_away_on != 0 {
                let stay = &mut self.stays[at];
                if stay.fallen == Fallen::No {
                    stay.fell_at = event.occurred_at;
                    stay.fell_event = place as u32;
                }
                stay.fallen = Fallen::ForGood;
                continue;
            }
            let Some(condition) = &timed.falls_away_when else {
                continue;
            };
            let asks = at >= opened_from
                || condition.case_attributes().any(|a| changed >> a & 1 == 1)
                || condition.uses_built_ins();
            if stay.fallen == Fallen::No && asks && self.condition_holds(condition, place, context)
            {
                let stay = &mut self.stays[at];
                stay.fallen = Fallen::Condition;
                stay.fell_at = event.occurred_at;
                stay.fell_event = place as u32;
            }
        }
    }

    /// Stays that can allege nothing any more are not kept: most limits are kept in time.
    fn forget_what_was_in_time(&mut self, plan: &Plan) {
        self.stays.retain(|stay| {
            let timed = &plan.timed[usize::from(stay.timed)];
            if matches!(timed.own_deadline, Some(OwnDeadline::Case(_))) {
                return true;
            }
            let over_at = match (stay.is_done(), stay.fallen) {
                (true, _) => stay.done_at,
                (false, Fallen::ForGood) => stay.fell_at,
                (false, _) => return true,
            };
            let over_at = over_at.floor_second();
            match timed.kind {
                TimedKind::TooEarly(_) => stay.is_done() && over_at < stay.rungs[0],
                _ => stay.rungs.iter().any(|rung| *rung <= over_at),
            }
        });
    }
}

/// The instant that an event carries in a declared attribute.
fn carried_instant(event: &Event, attribute: u16, context: &Context<'_>) -> Option<Timestamp> {
    let name = &context.plan.attributes[usize::from(attribute)].name;
    let extra = event.extra.as_ref()?;
    let (_, value) = extra
        .attributes
        .iter()
        .find(|(code, _)| context.codes.text((*code).into()) == name)?;
    match super::typed(value, AttributeType::Instant)? {
        Attr::Instant(at) => Some(at),
        _ => None,
    }
}

/// The deadline of a stay's budget with what its ledger credits.
pub(crate) fn stay_deadline(
    stay: &Stay,
    timed: &TimedPoint,
    budget: Budget,
    ledger: Option<&Ledger>,
    context: &Context<'_>,
) -> Deadline {
    with_ledger(stay, timed, ledger, context, |ledger| {
        deadline::deadline(&context.plan.calendar, stay.start_at, budget, ledger)
    })
}

/// Runs `f` with the suspensions and extensions credited to a stay.
pub(crate) fn with_ledger<T>(
    stay: &Stay,
    timed: &TimedPoint,
    ledger: Option<&Ledger>,
    context: &Context<'_>,
    f: impl FnOnce(&deadline::Ledger<'_>) -> T,
) -> T {
    let Some(ledger) = ledger else {
        return f(&deadline::Ledger::default());
    };
    let until = if stay.is_done() {
        stay.done_event
    } else {
        NONE
    };
    let mut suspensions = Vec::new();
    for entry in &ledger.suspensions {
        if timed.suspended_by >> entry.special & 1 == 0 || entry.event > until {
            continue;
        }
        suspensions.push(deadline::Suspension {
            from: entry.from,
            to: entry.credited_until(until),
            label: &context.plan.specials[usize::from(entry.special)].name,
        });
    }
    let extensions: Vec<_> = ledger
        .extensions
        .iter()
        .enumerate()
        .filter(|(place, _)| *place < 32 && stay.extensions >> place & 1 == 1)
        .map(|(_, entry)| deadline::Extension {
            budget: entry.budget,
            label: &context.plan.specials[usize::from(entry.special)].name,
        })
        .collect();
    f(&deadline::Ledger {
        suspensions: &suspensions,
        extensions: &extensions,
    })
}

/// The breach rung whose limit a rung is measured by: its own, or for a reminder the ladder's first.
pub(crate) fn measured_against(at: RungAt, ladder: &Ladder, timed: &TimedPoint) -> RungAt {
    let breach = |at: &RungAt| matches!(at, RungAt::Promised | RungAt::Statutory);
    if breach(&at) {
        return at;
    }
    let first = ladder.rungs.iter().map(|(_, at)| *at).find(breach);
    first.unwrap_or(if timed.promised.is_some() {
        RungAt::Promised
    } else {
        RungAt::Statutory
    })
}
