//! Findings: control points that speak at an event.

use chrono::NaiveDate;
use mingjing_domain::codes::{self, Malformed};
use mingjing_domain::definitions::{PowerItem, PowerStatus, RunningCases, regions};
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::{Budget, Unit};
use mingjing_domain::time::{DAY_MS, HOUR_MS};

use super::{APPROVED, BEGUN_BY, Finding, Fold, NONE, Taken};
use crate::history::{Event, Sent};
use crate::rules::{Check, Code, CodeHolder, CodeKind, FILE_FIELD, Field, MarkSet, Pairs, Trigger};
use crate::symbols::Symbol;

/// What running cases of an ended item may still do when they are to be terminated or handed over.
const WINDING_UP: [EventKind; 15] = [
    EventKind::Terminated,
    EventKind::Transferred,
    EventKind::Delivered,
    EventKind::Published,
    EventKind::Closed,
    EventKind::Withdrawn,
    EventKind::Voided,
    EventKind::Returned,
    EventKind::Corrected,
    EventKind::Rated,
    EventKind::Complaint,
    EventKind::ComplaintAccepted,
    EventKind::ComplaintAnswered,
    EventKind::CalledBack,
    EventKind::Rectified,
];

/// What follows from a decision: where that was taken while the item stood, it is no exercise of the item.
const FOLLOWS_A_DECISION: [EventKind; 4] = [
    EventKind::Paid,
    EventKind::Executed,
    EventKind::ReviewResult,
    EventKind::Unpublished,
];

/// What exercises a power, whichever.
const EXERCISES: [EventKind; 3] = [EventKind::Accepted, EventKind::Filed, EventKind::Decided];

/// The detail of a finding of `off_list`: the case names no item at all.
pub(crate) const NO_ITEM: u16 = 1;

/// The detail of a finding of `conflict`: the step was started and had not ended.
pub(crate) const STARTED_TWICE: u16 = 1;

impl Fold {
    /// Looks at the event with one point, before the event has changed the case.
    pub(super) fn look(&mut self, trigger: Trigger, taken: &Taken<'_>) {
        let Trigger { point, each, .. } = trigger;
        if !each && self.has_found(point) {
            return;
        }
        let asked = &taken.context.plan.points[usize::from(point)];
        let check = &asked.check;
        let Some((other, detail)) = self.violates(check, taken) else {
            return;
        };
        if !self.may_speak(asked, taken) {
            return;
        }
        let event = &taken.event;
        let context = taken.context;
        let (step, visit) = match each {
            true if check.is_about_special() => (
                context.step_symbol(event),
                context.count(event, |kind| APPROVED.contains(&kind)),
            ),
            true => (context.step_symbol(event), context.occurrence(event)),
            false => (0, 1),
        };
        self.found(Finding {
            point,
            step,
            visit,
            event: event.place,
            other,
            detail,
        });
    }

    /// The other event it rests on and a detail, where the check is violated at this event.
    fn violates(&mut self, check: &Check, look: &Taken<'_>) -> Option<(u32, u16)> {
        let seen = self.seen();
        let plain = |violated: bool| violated.then_some((NONE, 0));
        match check {
            Check::Timed | Check::NotInFlowchart | Check::StartedTooSoon => None,
            Check::ResentAfter { .. }
            | Check::SavedByLateEntry
            | Check::ItemChanged
            | Check::Unclosed { .. } => None,
            Check::RequiredStep { .. } | Check::AmountsDiffer(_) => None,
            Check::RequiresBefore {
                event,
                before,
                once,
                with_result,
                ..
            } => {
                let asked = look.marks & event != 0 && (*once == 0 || seen & once != 0);
                if !asked
                    || (seen & before != 0 && with_result.is_empty())
                    || look.context.cannot_come(*before)
                {
                    return None;
                }
                let Some(latest) = look.last_with(*before) else {
                    return Some((NONE, 0));
                };
                let result = look.context.codes.option(latest.result.into())?;
                (!with_result.iter().any(|r| r == result)).then_some((latest.place, 0))
            }
            Check::WrongOrder { first, then } => {
                if look.marks & first == 0 || seen & first != 0 || seen & then == 0 {
                    return None;
                }
                Some((look.first_with(*then), 0))
            }
            Check::NotTogether { groups } => {
                let count = |marks: MarkSet| groups.iter().filter(|g| marks & **g != 0).count();
                if count(seen) >= 2 || count(seen | look.marks) < 2 {
                    return None;
                }
                let other = groups
                    .iter()
                    .find(|g| seen & **g != 0)
                    .copied()
                    .unwrap_or(0);
                Some((look.first_with(other), 0))
            }
            Check::NothingAfter {
                after,
                what,
                except,
                lifted_by,
                ..
            } => {
                let follows = seen & after != 0
                    && look.marks & lifted_by == 0
                    && !look.lifted(seen, *after, *lifted_by);
                let meant = *what == MarkSet::MAX || look.marks & what != 0;
                (follows && meant && look.marks & except == 0).then(|| (look.first_with(*after), 0))
            }
            Check::SamePerson {
                one,
                other,
                not_for_instant,
                pairs,
            } => {
                let earlier = match pairs {
                    Pairs::First => look.same_person(seen, *one, *other),
                    Pairs::Any | Pairs::Crews => {
                        look.acted_before(*one, *other, *pairs == Pairs::Crews)
                    }
                };
                earlier.filter(|_| !(*not_for_instant && look.instant_case()))
            }
            Check::Repeated(repeated) => {
                let counted = look.marks & repeated.event != 0 && seen & repeated.until == 0;
                let earlier = counted.then(|| look.repeats(repeated)).flatten();
                earlier.map(|place| (place, 0))
            }
            Check::OffList { .. } => look.off_list().map(|detail| (NONE, detail)),
            Check::CancelledItem => plain(look.cancelled_item()),
            Check::WrongBody => look.wrong_body(),
            Check::NightOrHoliday(hours) => look.at_night_or_on_a_holiday(hours),
            Check::LateEntry { over } => plain(look.context.enters_late(&look.event, *over)),
            Check::UnfoundedSuspension { notice } => look.unfounded(*notice).map(|d| (NONE, d)),
            Check::FrequentSuspension { count, limit } => {
                self.too_frequent(*count, *limit, look).map(|d| (NONE, d))
            }
            Check::StartMoved => plain(look.context.held(&look.event).is_some()),
            Check::TimeReversed => look
                .context
                .time_reversed(&look.event)
                .map(|other| (other, 0)),
            Check::MissingField { fields } => {
                let missing = look.missing_field(fields, || self.ends_unstarted(look));
                missing.map(|f| (NONE, f))
            }
            Check::MalformedCode { codes } => look.malformed_code(codes).map(|d| (NONE, d)),
            Check::Conflict => {
                let other = look.conflict().map(|other| (other, 0));
                other.or_else(|| Some((self.started_already(look)?, STARTED_TWICE)))
            }
            Check::Condition { when, .. } => plain(self.condition_holds(when, look)),
            Check::Authority(check) => self.looks_at_authority(check, look),
        }
    }
}

/// No budget of days ends sooner than so many times 24 hours: most events need no calendar.
pub(super) fn at_least_ms(budget: Budget) -> i64 {
    let count = i64::from(budget.count);
    match budget.unit {
        Unit::Hours => count * HOUR_MS,
        Unit::Minutes => count * 60_000,
        Unit::Months | Unit::MonthsRolled => count * 28 * DAY_MS,
        _ => count * DAY_MS,
    }
}

impl Taken<'_> {
    /// The place of the first event with any of these marks.
    fn first_with(&self, marks: MarkSet) -> u32 {
        let mut events = self.context.history.known();
        events
            .find(|e| self.context.marks(e) & marks != 0)
            .map_or(NONE, |e| e.place)
    }

    /// The last event before this one with any of these marks.
    fn last_with(&self, marks: MarkSet) -> Option<Event<'_>> {
        let before = self.context.history.before(self.event.place);
        before.filter(|e| self.context.marks(e) & marks != 0).last()
    }

    /// Whether the case's course, once ended, was opened again and has not ended since.
    fn lifted(&self, seen: MarkSet, after: MarkSet, lifted_by: MarkSet) -> bool {
        seen & lifted_by != 0
            && self
                .last_with(after | lifted_by)
                .is_some_and(|e| self.context.marks(&e) & lifted_by != 0)
    }

    /// The first earlier event of somebody who does one of the other kind: whoever did one of `one`, or where `crews` count took
    /// part in it, with who did one of `other`.
    fn acted_before(&self, one: MarkSet, other: MarkSet, crews: bool) -> Option<(u32, u16)> {
        let context = self.context;
        let took = |event: &Event<'_>, who: Symbol| match crews {
            true => context.took_part(event, who),
            false => who != 0 && event.actor == who,
        };
        let (does, took_part) = (self.marks & other != 0, self.marks & one != 0);
        if !does && !took_part {
            return None;
        }
        let mut before = context.history.before(self.event.place);
        let pair = |earlier: &Event<'_>| {
            let marks = context.marks(earlier);
            (does && marks & one != 0 && took(earlier, self.event.actor))
                || (took_part && marks & other != 0 && took(&self.event, earlier.actor))
        };
        before.find(pair).map(|e| (e.place, 0))
    }

    /// Of the whole case: whether it is an instant one, as said by the time it was accepted or filed, else by its first event.
    fn instant_case(&self) -> bool {
        let history = self.context.history;
        let begun = history.known().find(|e| BEGUN_BY.contains(&e.kind));
        let kind = begun
            .or_else(|| history.first())
            .map_or(0, |e| self.context.first_named(e.place, |p| p.case_kind));
        self.context.texts.text(kind) == "instant"
    }

    fn same_person(&self, seen: MarkSet, one: MarkSet, other: MarkSet) -> Option<(u32, u16)> {
        let is_first = |mine: MarkSet| self.marks & mine != 0 && seen & mine == 0;
        let counterpart = if is_first(one) && seen & other != 0 {
            other
        } else if is_first(other) && seen & one != 0 {
            one
        } else {
            return None;
        };
        let place = self.first_with(counterpart);
        let earlier = self.context.history.event(place);
        let same = self.event.actor != 0 && earlier.actor == self.event.actor;
        same.then_some((place, 0))
    }

    pub(super) fn power_item(&self) -> Option<&PowerItem> {
        self.context
            .rules
            .item(self.context.texts.text(self.item()))
    }

    /// At the first event that names an item: the list in force on its date does not have it. Or a power is exercised in a
    /// case that names none: nothing would be off the list if leaving the code out were enough.
    fn off_list(&self) -> Option<u16> {
        if self.item_before != 0 {
            return None;
        }
        let named = self.context.profile(&self.event).item;
        if named == 0 {
            let never = || self.context.first_named(NONE, |p| p.item) == 0;
            let exercises = EXERCISES.contains(&self.event.kind) && !self.lacks("item_code");
            return (exercises && never()).then_some(NO_ITEM);
        }
        let Some(item) = self.context.rules.item(self.context.texts.text(named)) else {
            return Some(0);
        };
        let date = self.date(self.event.occurred_at);
        let off = date < item.effective_from
            || (item.status == PowerStatus::Active
                && item.effective_to.is_some_and(|to| date > to));
        off.then_some(0)
    }

    fn cancelled_item(&self) -> bool {
        let Some(item) = self.power_item() else {
            return false;
        };
        let Some(end) = item
            .effective_to
            .filter(|_| item.status != PowerStatus::Active)
        else {
            return false;
        };
        if self.date(self.event.occurred_at) <= end {
            return false;
        }
        let began = self
            .context
            .history
            .first()
            .map_or(self.event.occurred_at, |e| e.occurred_at);
        if self.date(began) > end {
            return true;
        }
        match item.running_cases {
            RunningCases::Finish => false,
            RunningCases::Terminate | RunningCases::HandOver => {
                let kind = &self.event.kind;
                let carries_out = FOLLOWS_A_DECISION.contains(kind) && self.decided_by(end);
                !carries_out && !WINDING_UP.contains(kind)
            }
        }
    }

    /// Whether the case was decided before this event and no later than on a day.
    fn decided_by(&self, day: NaiveDate) -> bool {
        let mut before = self.context.history.before(self.event.place);
        before.any(|e| e.kind == EventKind::Decided && self.date(e.occurred_at) <= day)
    }

    fn missing_field(
        &self,
        fields: &[(Field, String)],
        unstarted: impl Fn() -> bool,
    ) -> Option<u16> {
        let missing = |field: &Field, name: &str| {
            let is_missing = match field {
                Field::Present(bit) => self.event.present & bit == 0,
                Field::Attribute(place) => self.context.sent(&self.event, *place).is_none(),
                Field::File => {
                    let kind = name.strip_prefix(FILE_FIELD).unwrap_or(name);
                    !self.context.came_with(&self.event, kind)
                }
                Field::Start => unstarted() && !self.context.lacks.has_event(EventKind::StepStart),
            };
            is_missing && !self.lacks(name)
        };
        fields
            .iter()
            .position(|(field, name)| missing(field, name))
            .map(|p| p as u16)
    }

    /// The first code that is none, and what is wrong with it.
    fn malformed_code(&self, wanted: &[Code]) -> Option<u16> {
        let profile = self.context.profile(&self.event);
        for (place, code) in wanted.iter().enumerate() {
            let text = match code.holder {
                CodeHolder::Org => self.context.texts.option(profile.org),
                CodeHolder::Region => self.context.texts.option(profile.region),
                CodeHolder::Attribute(attribute) => {
                    match self.context.sent(&self.event, attribute) {
                        Some(Sent::Text(text)) => Some(text),
                        _ => None,
                    }
                }
            };
            let Some(text) = text.filter(|text| !text.is_empty()) else {
                continue;
            };
            let form = match code.kind {
                CodeKind::Credit => codes::credit_code(text),
                CodeKind::Region => codes::region_code(text),
            };
            let listed =
                || match code.kind == CodeKind::Region && self.context.rules.is_no_region(text) {
                    true => Err(Malformed::Unlisted),
                    false => Ok(()),
                };
            if let Err(why) = form.and_then(|()| listed()) {
                return Some(place.min(255) as u16 | (why as u16) << 8);
            }
        }
        None
    }

    /// Another item or another party than the case has shown so far: until one is found, that is the first.
    fn conflict(&self) -> Option<u32> {
        let differs = |now: u32, before: u32| now != 0 && before != 0 && now != before;
        let context = self.context;
        let mut before = context.history.before(self.event.place);
        if differs(context.profile(&self.event).item, self.item_before) {
            return before
                .find(|e| context.profile(e).item != 0)
                .map(|e| e.place);
        }
        if differs(self.event.party, self.party_before) {
            return before.find(|e| e.party != 0).map(|e| e.place);
        }
        None
    }
}

/// Whether a region lies in one of these areas.
pub(super) fn acts_in_any(areas: &[String], region: &str) -> bool {
    areas.iter().any(|area| regions::covers(area, region))
}
