//! What an event does to a case's stays: it opens, ends, stops, lengthens them, or lets them fall away.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline;
use mingjing_domain::definitions::{LimitKind, Occurrence, RungAt};
use mingjing_domain::event::EventKind;

use super::deadlines::{carried_instant, stay_deadline};
use super::ledger::Ledger;
use super::stay::{Begun, Fallen, NONE, Stay};
use super::steps::Visit;
use super::voices::Ends;
use super::{Context, Fold, Taken};
use crate::rules::{Duty, OwnDeadline, TimedKind, TimedPoint};

impl Fold {
    /// Opens, stops, ends and re-times stays for an event that did this to a visit and changed these attributes.
    pub(super) fn advance_stays(&mut self, taken: &Taken<'_>, visit: Visit, changed: u64) {
        let (plan, kind) = (taken.context.plan, taken.event.kind);
        let accepted = self.accepted;
        self.accepted |= kind == EventKind::Accepted;
        if taken.marks & plan.answering != 0 {
            self.answer(taken);
        }
        let back = self.take_back_falls(taken);
        let ends = taken.marks & plan.ending != 0;
        let special = matches!(kind, EventKind::Resume | EventKind::Suspend);
        if ends || special || matches!(visit, Visit::Ended { .. }) {
            self.end_stays(taken, visit);
        }
        for at in &back {
            self.time_stay(*at, taken.context);
        }
        let before = self.stays.len();
        let opened = matches!(visit, Visit::Opened { .. } | Visit::Alone { .. });
        let opens = taken.marks & plan.opening != 0 || opened;
        if taken.first || opens || ends || kind == EventKind::Suspend {
            self.open_stays(taken, visit);
        }
        for at in before..self.stays.len() {
            self.time_stay(at, taken.context);
        }
        let mut retime = changed & plan.watched_attributes != 0;
        match kind {
            EventKind::Suspend | EventKind::Resume => retime = true,
            EventKind::Extend => {
                self.credit_extension(taken);
                retime = true;
            }
            EventKind::SupplementNotice | EventKind::SupplementDone | EventKind::Accepted
                if !accepted =>
            {
                retime |= kind != EventKind::Accepted || self.stays.iter().any(|s| s.stopped);
                self.supplement(taken);
            }
            _ => {}
        }
        if retime {
            self.time_again(taken.context);
        }
        let falling = Falling {
            opened_from: before,
            back: &back,
            changed,
            accepted,
        };
        self.fall_away(taken, &falling);
        if !taken.context.keep_all {
            self.forget_what_was_in_time(taken.context);
        }
    }

    /// The first answer to an application: in time, what ran from the application did not; late, it does for good.
    fn answer(&mut self, taken: &Taken<'_>) {
        let (event, context) = (&taken.event, taken.context);
        let none = deadline::Ledger::default();
        self.stays.retain_mut(|stay| {
            let timed = &context.plan.timed[usize::from(stay.timed)];
            let Some(deemed) = &timed.deemed else {
                return true;
            };
            if stay.begun != Begun::Unanswered || taken.marks & deemed.answered_by == 0 {
                return true;
            }
            stay.begun = Begun::Deemed;
            let calendar = &context.plan.calendar;
            let answer = deadline::deadline(calendar, stay.start_at, deemed.within, &none);
            deadline::is_late(event.occurred_at, answer.due_at)
        });
    }

    /// What is done is done: only an own deadline that changes moves it still.
    fn time_again(&mut self, context: &Context<'_>) {
        self.time_anew(context, |stay| {
            let timed = &context.plan.timed[usize::from(stay.timed)];
            let own = matches!(timed.own_deadline, Some(OwnDeadline::Case(_)));
            !stay.is_done() || own
        });
    }

    /// Ends what this event ends, before it opens anything: a `to` event ends only what lies before it.
    fn end_stays(&mut self, taken: &Taken<'_>, visit: Visit) {
        let event = &taken.event;
        let mut done_though_fallen = false;
        let meant = taken.meant();
        for at in 0..self.stays.len() {
            let ledger = self.rare.as_ref().map(|rare| &rare.ledger);
            let stay = &mut self.stays[at];
            if stay.is_over() {
                continue;
            }
            let timed = &taken.context.plan.timed[usize::from(stay.timed)];
            if let TimedKind::Special(..) = timed.kind {
                let suspension = ledger.and_then(|l| l.begun_by(stay.start_event));
                let resumed_at = suspension.and_then(|s| s.resumed_at);
                let prolonged = suspension.is_some_and(|s| taken.prolongs(s));
                if let Some(at) = resumed_at.or(prolonged.then_some(event.occurred_at)) {
                    stay.done(at, event.place);
                }
                continue;
            }
            let done = match (timed.limit_kind, visit) {
                (LimitKind::Step, Visit::Ended { step, visit }) => {
                    stay.step == step && stay.visit == visit
                }
                (LimitKind::Step | LimitKind::Event, _) => false,
                _ => taken.marks & timed.to != 0,
            };
            if !done {
                continue;
            }
            if let (Occurrence::Each, Some(meant)) = (timed.occurrence, &meant) {
                match taken.ends_one(stay, meant) {
                    Ends::Yes => {}
                    Ends::Perhaps => {
                        stay.perhaps_event = stay.perhaps_event.min(event.place);
                        continue;
                    }
                    Ends::No => continue,
                }
            }
            let point = &taken.context.plan.points[usize::from(timed.point)];
            if point.is_guarded() && !self.may_speak(point, taken) {
                // A lawful exception: nobody had to wait.
                self.stays[at].fall(Fallen::ForGood, event.place);
                continue;
            }
            let stay = &mut self.stays[at];
            stay.done(event.occurred_at, event.place);
            done_though_fallen |= stay.fallen == Fallen::Condition;
        }
        if done_though_fallen {
            self.time_anew(taken.context, |stay| {
                stay.done_event == event.place && stay.fallen == Fallen::Condition
            });
        }
    }

    /// Computes the instants of some stays anew.
    fn time_anew(&mut self, context: &Context<'_>, which: impl Fn(&Stay) -> bool) {
        for at in 0..self.stays.len() {
            if which(&self.stays[at]) {
                self.time_stay(at, context);
            }
        }
    }

    fn open_stays(&mut self, taken: &Taken<'_>, visit: Visit) {
        let plan = taken.context.plan;
        for at in &plan.openers[plan.table_place(taken.event.kind, taken.step)] {
            let (at, timed) = (*at, &plan.timed[usize::from(*at)]);
            let opened = match (&timed.kind, timed.limit_kind) {
                (TimedKind::Special(watch), _) => self.special_stay(at, watch.kinds, taken),
                (_, LimitKind::Step) => step_stay(at, timed, visit, taken)
                    .or_else(|| self.stay_before(at, timed, visit, taken)),
                (_, LimitKind::Event) => event_stay(at, timed, taken),
                (_, LimitKind::Stage | LimitKind::Case) => self.stage_stay(at, timed, taken),
            };
            let Some(stay) = opened else { continue };
            if matches!(timed.kind, TimedKind::Overdue(_)) && taken.context.cannot_come(timed.to) {
                continue;
            }
            if self.stays.len() == self.stays.capacity() {
                // Most cases arm few limits: doubling would cost more than it saves.
                self.stays.reserve_exact((self.stays.len() / 4).max(1));
            }
            self.stays.push(stay);
        }
    }

    /// A step of which only the end is told, as if it had begun when what leads to it ended.
    fn stay_before(
        &self,
        at: u16,
        timed: &TimedPoint,
        visit: Visit,
        taken: &Taken<'_>,
    ) -> Option<Stay> {
        let (Visit::Alone { step, visit }, Some(wanted)) = (visit, timed.step) else {
            return None;
        };
        let (event, context) = (&taken.event, taken.context);
        let mine = context.step_symbol[usize::from(wanted)] == step;
        let judged = matches!(timed.kind, TimedKind::Overdue(_));
        if !mine || !judged || context.lacks.has_event(EventKind::StepStart) {
            return None;
        }
        let from = context.led_to(wanted, event)?;
        let start = (context.begins_at(&from), from.place);
        let mut stay = Stay::new(at, step, visit, Some(start));
        stay.begun = Begun::Before;
        if let Some(ledger) = self.ledger() {
            for (place, extension) in ledger.extensions.iter().enumerate() {
                if extension.event > from.place {
                    stay.credit(place, timed, ledger, context);
                }
            }
        }
        stay.done(event.occurred_at, event.place);
        Some(stay)
    }

    fn stage_stay(&mut self, at: u16, timed: &TimedPoint, taken: &Taken<'_>) -> Option<Stay> {
        let begins = taken.marks & timed.from != 0 || (timed.from == 0 && taken.first);
        if !begins {
            return self.unanswered_stay(at, timed, taken);
        }
        if let Some(duty) = &timed.duty {
            return self.duty_stay(at, duty, taken);
        }
        if !self.starts(timed, taken) {
            return None;
        }
        let start = (timed.from != 0).then(|| timed.start_of(taken));
        if timed.occurrence == Occurrence::Each {
            return Some(Stay::new(at, 0, self.count_stay(at), start));
        }
        let opened_before = if timed.starts_when.is_some() {
            self.count_stay(at) > 1
        } else {
            self.stays.iter().any(|s| s.timed == at) || self.seen() & timed.from != 0
        };
        let done_before = timed.from != 0 && self.seen() & timed.to != 0;
        let visit = match self.next_visit(at, timed, taken) {
            Some(visit) => visit,
            None if opened_before || done_before => return None,
            None => 1,
        };
        let mut stay = Stay::new(at, 0, visit, start);
        // The first pair may be one event.
        if taken.marks & timed.to != 0 {
            stay.done(taken.event.occurred_at, taken.event.place);
        }
        Some(stay)
    }

    /// From the first application on, the limit may run from it: until it is answered nobody knows.
    fn unanswered_stay(&self, at: u16, timed: &TimedPoint, taken: &Taken<'_>) -> Option<Stay> {
        let deemed = timed.deemed.as_ref()?;
        let first = taken.marks & deemed.from != 0 && self.seen() & deemed.from == 0;
        if !first || self.seen() & (timed.from | timed.to) != 0 {
            return None;
        }
        let start = Some(timed.start_of(taken));
        let mut stay = Stay::new(at, 0, 1, start);
        stay.begun = Begun::Unanswered;
        if taken.marks & timed.to != 0 {
            stay.done(taken.event.occurred_at, taken.event.place);
        }
        Some(stay)
    }

    /// Duties are those of the case's item, whenever that was named.
    fn duty_stay(&mut self, at: u16, duty: &Duty, taken: &Taken<'_>) -> Option<Stay> {
        let context = taken.context;
        let item = context.first_named(NONE, |p| p.item);
        if context.texts.text(item) != duty.item {
            return None;
        }
        let step = context.codes.find(&duty.id).unwrap_or(0);
        let start = Some((taken.event.occurred_at, taken.event.place));
        Some(Stay::new(at, step as u16, self.count_stay(at), start))
    }

    /// The number of the stay that opens now, from 1, counting those already forgotten.
    fn count_stay(&mut self, at: u16) -> u16 {
        let opened = &mut self.rare().opened;
        let index = usize::from(at);
        if opened.len() <= index {
            opened.resize(index + 1, 0);
        }
        opened[index] = opened[index].saturating_add(1);
        opened[index]
    }

    fn special_stay(&self, at: u16, kinds: u64, taken: &Taken<'_>) -> Option<Stay> {
        let suspension = self.ledger()?.suspensions.last()?;
        let watched = kinds >> suspension.special & 1 == 1;
        // One that was to end before it began is wrongly told, and late for nothing.
        let begun = suspension
            .planned_end
            .is_none_or(|end| end >= suspension.from);
        if suspension.event != taken.event.place || !watched || !begun {
            return None;
        }
        let context = taken.context;
        let kind = &context.plan.specials[usize::from(suspension.special)].kind;
        let step = context.codes.find(kind).unwrap_or(0);
        let start = Some((suspension.from, suspension.event));
        Some(Stay::new(at, step as u16, suspension.visit, start))
    }

    /// 补正 before acceptance: a notice in time stops, the supplement starts anew, acceptance ends the stop.
    fn supplement(&mut self, taken: &Taken<'_>) {
        let (event, context) = (&taken.event, taken.context);
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
                    stay.start_at = context.begins_at(event);
                    stay.start_event = event.place;
                }
                EventKind::Accepted => self.stays[at].stopped = false,
                _ => {}
            }
        }
    }

    /// An extension counts for a stay that is open and not yet past its due instant, once per kind.
    fn credit_extension(&mut self, taken: &Taken<'_>) {
        let (event, context) = (&taken.event, taken.context);
        let Some(ledger) = self.rare.as_ref().map(|rare| &rare.ledger) else {
            return;
        };
        let Some((place, extension)) = ledger.extensions.iter().enumerate().next_back() else {
            return;
        };
        if extension.at != event.occurred_at {
            return;
        }
        for stay in &mut self.stays {
            let timed = &context.plan.timed[usize::from(stay.timed)];
            if !stay.is_over() {
                stay.credit(place, timed, ledger, context);
            }
        }
    }

    fn fall_away(&mut self, taken: &Taken<'_>, falling: &Falling<'_>) {
        let event = &taken.event;
        let refused_late = event.kind == EventKind::NotAccepted && falling.accepted;
        let mut fell = false;
        for at in 0..self.stays.len() {
            let stay = &mut self.stays[at];
            let timed = &taken.context.plan.timed[usize::from(stay.timed)];
            if stay.is_over() {
                continue;
            }
            let ends_nothing = refused_late && timed.falls_by_default;
            if taken.marks & timed.falls_away_on != 0 && !ends_nothing {
                stay.fall(Fallen::ForGood, event.place);
                fell = true;
                continue;
            }
            let Some(condition) = &timed.falls_away_when else {
                continue;
            };
            let stay = &self.stays[at];
            // Who changes one rating changes no other.
            let each = timed.occurrence == Occurrence::Each;
            let changes = each.then(|| taken.changes(stay)).flatten();
            let mut others: &[u32] = &[];
            let (mut replaced, mut perhaps) = (false, false);
            if let Some(changes) = &changes {
                others = &changes.others;
                // What is owed for another bad one is owed once, where the limit runs from that one.
                let mut opened = self.stays[falling.opened_from..].iter();
                let anew = changes.bad && opened.any(|one| one.timed == stay.timed);
                replaced = anew && changes.now == Ends::Yes;
                perhaps = (anew || !changes.bad) && changes.now == Ends::Perhaps;
            }
            let asks = at >= falling.opened_from
                || replaced
                || !others.is_empty()
                || falling.back.contains(&at)
                || condition
                    .case_attributes()
                    .any(|a| falling.changed >> a & 1 == 1)
                || condition.uses_built_ins();
            let open = stay.fallen == Fallen::No;
            if !open || !asks {
                continue;
            }
            let holds = match others {
                [] => self.condition_holds(condition, taken),
                others => self.holds_but_for(condition, taken, others),
            };
            let stay = &mut self.stays[at];
            if holds || replaced {
                stay.fall(Fallen::Condition, event.place);
                fell = true;
            } else if perhaps {
                stay.perhaps_event = stay.perhaps_event.min(event.place);
            }
        }
        if fell && self.rare.is_some() {
            self.time_anew(taken.context, |stay| stay.fell_event == event.place);
        }
    }

    /// Stays that can allege nothing any more are not kept: most limits are kept in time.
    fn forget_what_was_in_time(&mut self, context: &Context<'_>) {
        let late = self
            .rare
            .as_ref()
            .is_some_and(|rare| rare.ledger.holds_late());
        self.stays.retain(|stay| {
            let timed = &context.plan.timed[usize::from(stay.timed)];
            let own = match timed.own_deadline {
                Some(OwnDeadline::Case(_)) => true,
                // Another version may have told an earlier day.
                Some(OwnDeadline::Event(_)) => context.history.holds_replaced(),
                None => false,
            };
            let once = timed.occurrence == Occurrence::First
                && matches!(timed.limit_kind, LimitKind::Stage | LimitKind::Case);
            let again = stay.visit > 1 || stay.ended_otherwise(timed, context);
            if own || late || stay.begun.is_from_application() || (once && again) {
                // It may be timed again, go on, stands in the way of another, or is in time by a late entry alone.
                return true;
            }
            let over_at = match (stay.is_done(), stay.fallen) {
                (true, _) => Some(stay.done_at),
                (false, Fallen::ForGood) => stay.fell_at(context.history),
                (false, _) => None,
            };
            let Some(over_at) = over_at.map(Timestamp::floor_second) else {
                return true;
            };
            match timed.kind {
                TimedKind::TooEarly(..) => stay.is_done() && over_at < stay.rungs[0],
                _ => stay.rungs.iter().any(|rung| *rung <= over_at),
            }
        });
    }
}

impl Stay {
    /// Credits the extension at a place of the ledger, if it is of use to it, in time, and the first of its kind.
    fn credit(&mut self, place: usize, timed: &TimedPoint, ledger: &Ledger, context: &Context<'_>) {
        let extension = &ledger.extensions[place];
        if place >= 32 || timed.extended_by >> extension.special & 1 == 0 {
            return;
        }
        let mut earlier = ledger.extensions[..place].iter().enumerate();
        let used = earlier.any(|(p, earlier)| {
            self.extensions >> p & 1 == 1 && earlier.special == extension.special
        });
        let Some(budget) = timed.statutory.or(timed.promised) else {
            return;
        };
        // What fell away by a condition is judged when it is done all the same, by all that was entered till then.
        let owed = Stay {
            fell_event: NONE,
            ..self.clone()
        };
        let due = stay_deadline(&owed, timed, budget, Some(ledger), context);
        if !used && !deadline::is_late(extension.at, due.due_at) {
            self.extensions |= 1 << place;
        }
    }
}

/// What decides whether a duty falls away at an event.
struct Falling<'a> {
    /// Stays from here on were opened by it.
    opened_from: usize,
    /// Those whose fall it took back.
    back: &'a [usize],
    /// Attributes that it changed, as bits by place.
    changed: u64,
    /// The case was accepted before.
    accepted: bool,
}

impl TimedPoint {
    /// When a stay that begins with an event runs from, and the event. What has to be waited for runs from what is told now:
    /// there a later start shortens nothing.
    fn start_of(&self, taken: &Taken<'_>) -> (Timestamp, u32) {
        let event = &taken.event;
        let at = match self.kind {
            TimedKind::TooEarly(..) => event.occurred_at,
            _ => taken.context.begins_at(event),
        };
        (at, event.place)
    }
}

fn step_stay(at: u16, timed: &TimedPoint, visit: Visit, taken: &Taken<'_>) -> Option<Stay> {
    let (Visit::Opened { step, visit }, Some(wanted)) = (visit, timed.step) else {
        return None;
    };
    let mine = taken.context.step_symbol[usize::from(wanted)] == step;
    let start = Some(timed.start_of(taken));
    mine.then(|| Stay::new(at, step, visit, start))
}

fn event_stay(at: u16, timed: &TimedPoint, taken: &Taken<'_>) -> Option<Stay> {
    let Some(OwnDeadline::Event(attribute)) = timed.own_deadline else {
        return None;
    };
    let (event, context) = (&taken.event, taken.context);
    if taken.marks & timed.to == 0 {
        return None;
    }
    carried_instant(event, attribute, context)?;
    let start = Some((event.occurred_at, event.place));
    let mut stay = Stay::new(
        at,
        context.step_symbol(event),
        context.occurrence(event),
        start,
    );
    stay.done(event.occurred_at, event.place);
    Some(stay)
}
