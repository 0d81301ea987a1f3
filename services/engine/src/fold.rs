//! The walk: one pass over a case's history, in order, to its visits, stays and findings.
//!
//! An event that arrives last in order is applied to what was folded before; any other folds anew.

mod amounts;
mod closing;
mod deadlines;
mod fault;
mod files;
mod former;
mod hours;
mod ledger;
mod money;
mod moved;
mod own;
mod persons;
mod points;
mod queried;
mod repeated;
mod resent;
mod said;
mod saved;
mod seen;
mod stay;
mod stays;
mod steps;
mod suspensions;
mod taken_up;
mod truth;
mod unclosed;
mod voices;

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::AttributeType;
use mingjing_domain::event::EventKind;
use mingjing_domain::source::Lacks;

use crate::condition::{Attr, Condition, Unjudged};
use crate::history::{Event, KeptCodes, Reading, Sent};
use crate::rules::{Check, MarkSet, Plan, PlanIx, Point, Rules};
use crate::symbols::{Symbol, Symbols};

pub(crate) use deadlines::{measured_against, with_ledger};
pub(crate) use fault::Fault;
pub(crate) use former::{Former, case_budget, case_limit};
pub(crate) use hours::{DAY_OFF, HOLIDAY, Shown, THROUGH_NIGHT};
pub(crate) use ledger::Ledger;
pub(crate) use money::{DECIDED, Measure, Span};
pub(crate) use persons::APPROVED;
pub(crate) use points::{NO_ITEM, STARTED_TWICE};
pub(crate) use queried::{QUERY_GRACE, Queried, Supposed, query_over};
pub(crate) use resent::Resent;
pub(crate) use seen::Seen;
pub(crate) use stay::{Begun, Fallen, NEVER, NONE, Stay};
pub(crate) use steps::{StepState, Tells};
pub(crate) use suspensions::wrong;
pub(crate) use taken_up::{winds_up, withdrawn_by_document};

/// Item, body, region and case kind as one event named them; shared by the many events that name the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Profile {
    pub(crate) item: Symbol,
    pub(crate) org: Symbol,
    pub(crate) region: Symbol,
    pub(crate) case_kind: Symbol,
}

/// What a walk reads besides what it has folded.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) plan: &'a Plan,
    pub(crate) history: Reading<'a>,
    /// Steps, special procedures, results, attribute names.
    pub(crate) codes: &'a Symbols,
    /// Officers, bodies, regions, items.
    pub(crate) texts: &'a Symbols,
    pub(crate) kept: KeptCodes,
    pub(crate) profiles: &'a [Profile],
    /// By step symbol: the plan's step.
    pub(crate) step_of: &'a [Option<u16>],
    /// By code symbol: the declared attribute of that name.
    pub(crate) attribute_of: &'a [Option<u16>],
    /// By plan step: its symbol.
    pub(crate) step_symbol: &'a [u16],
    /// A declared source is exempt from late-entry checks.
    pub(crate) declared: bool,
    /// For so long after something was told the source may put it right.
    pub(crate) allowance_ms: i64,
    /// The source's own codes of bodies: where it has any, a code that is no body's may be one that nobody mapped.
    pub(crate) mapped_bodies: &'a BTreeMap<String, String>,
    /// The source's own codes of special procedures.
    pub(crate) mapped_specials: &'a BTreeMap<String, String>,
    /// What words for special procedures are supposed to mean that nobody knows; none where they mean nothing.
    pub(crate) supposed: Option<Supposed<'a>>,
    /// What the source's format cannot say.
    pub(crate) lacks: &'a Lacks,
    /// The item that the case was of before, where it is told of another now.
    pub(crate) former: Option<Former>,
    /// Keep stays that were done in time, for showing a case.
    pub(crate) keep_all: bool,
}

/// Something found at an event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) point: u16,
    /// Step symbol; 0 for the whole case.
    pub(crate) step: u16,
    pub(crate) visit: u16,
    /// The completing event's place.
    pub(crate) event: u32,
    /// Another event it rests on, or [`NONE`].
    pub(crate) other: u32,
    /// `required_step`: the missing step; `started_too_soon`: the step that has not ended; `missing_field`: the field's place.
    pub(crate) detail: u16,
}

/// A case as walked so far.
#[derive(Default)]
pub(crate) struct Fold {
    /// Marks of all events taken, as bytes: a set would be aligned to 16 and make every case larger.
    seen: [u8; size_of::<MarkSet>()],
    pub(crate) attributes: Box<[Attr]>,
    pub(crate) steps: Vec<StepState>,
    /// Steps that may be entered now: (step, the step that led to it).
    enabled: Vec<(u16, u16)>,
    pub(crate) stays: Vec<Stay>,
    rare: Option<Box<Rare>>,
    pub(crate) plan: PlanIx,
    /// The first item named; 0 while none was.
    item: Symbol,
    /// Hash of the first party named; 0 while none was.
    party: u32,
    /// Conditions that could not be judged for want of a value.
    pub(crate) unjudged: u16,
    begun: bool,
    entered_any: bool,
    accepted: bool,
    /// The case has ended otherwise, and was not accepted or filed since.
    ended: bool,
}

/// What few cases have, behind one pointer.
#[derive(Default)]
struct Rare {
    findings: Vec<Finding>,
    ledger: Ledger,
    /// A special procedure was entered by a word that the plan has for none.
    names_unknown_special: bool,
    /// By timed point: how many stays it has opened, for limits with `occurrence: each`.
    opened: Vec<u16>,
}

/// What a case is accepted by.
pub(crate) const BEGUN_BY: [EventKind; 2] = [EventKind::Accepted, EventKind::Filed];

/// The event that the walk takes, and how the case stood before it.
#[derive(Clone, Copy)]
struct Taken<'a> {
    event: Event<'a>,
    /// The plan's step that it belongs to.
    step: Option<u16>,
    marks: MarkSet,
    /// It is the first of its case.
    first: bool,
    item_before: Symbol,
    party_before: u32,
    context: &'a Context<'a>,
}

impl Fold {
    /// An empty walk under a plan.
    pub(crate) fn new(plan: PlanIx, context: &Context<'_>) -> Self {
        Fold {
            plan,
            attributes: context
                .plan
                .attributes
                .iter()
                .map(|a| a.default.clone())
                .collect(),
            ..Fold::default()
        }
    }

    /// Walks a whole history.
    pub(crate) fn walk(plan: PlanIx, context: &Context<'_>) -> Self {
        let mut fold = Fold::new(plan, context);
        for event in context.history.known() {
            fold.apply(event, context);
        }
        fold
    }

    /// Whether this event, later than all taken before, may put the case under another plan.
    pub(crate) fn may_change_plan(&self, event: &Event<'_>, context: &Context<'_>) -> bool {
        !self.begun
            || (event.kind == EventKind::Accepted && !self.accepted)
            || (self.item == 0 && context.profile(event).item != 0)
    }

    /// Whether this event, later than all taken before, may change what earlier ones led to: it says that the case is an
    /// instant one, or is its acceptance, which decides on that; or it says whose duties the case is under, or after all which
    /// item it is of.
    pub(crate) fn may_take_back(&self, event: &Event<'_>, context: &Context<'_>) -> bool {
        let asks = |finding: &Finding| {
            let check = &context.plan.points[usize::from(finding.point)].check;
            matches!(
                check,
                Check::SamePerson {
                    not_for_instant: true,
                    ..
                }
            )
        };
        let names_item = self.item == 0 && context.profile(event).item != 0;
        let has_duties = || context.plan.timed.iter().any(|t| t.duty.is_some());
        let misses_item = |finding: &Finding| {
            let point = &context.plan.points[usize::from(finding.point)];
            matches!(point.check, Check::OffList { .. })
        };
        let says_kind = context.profile(event).case_kind != 0 || BEGUN_BY.contains(&event.kind);
        (says_kind && self.findings().iter().any(asks))
            || (names_item && self.begun && has_duties())
            || (names_item && self.findings().iter().any(misses_item))
    }

    /// Whether this event, later than all taken before, names another item than the case is of.
    pub(crate) fn names_another_item(&self, event: &Event<'_>, context: &Context<'_>) -> bool {
        let named = context.profile(event).item;
        named != 0 && self.item != 0 && named != self.item
    }

    /// Takes an event, which is later than all taken before.
    pub(crate) fn apply(&mut self, event: Event<'_>, context: &Context<'_>) {
        let step = context.step(&event);
        let table = context.plan.table_place(event.kind, step);
        let marks = context.plan.marks[table];
        let taken = Taken {
            event,
            step,
            marks,
            first: !self.begun,
            item_before: self.item,
            party_before: self.party,
            context,
        };
        let triggers = &context.plan.triggers[table];
        for trigger in triggers.iter().filter(|trigger| !trigger.closing) {
            self.look(*trigger, &taken);
        }
        let visit = self.step(&taken);
        let changed = self.take_attributes(&event, context);
        self.enter_ledger(&event, context);
        if taken.ends_otherwise(self.accepted) {
            self.ended = true;
        } else if BEGUN_BY.contains(&event.kind) {
            self.ended = false;
        }
        self.advance_stays(&taken, visit, changed);
        for trigger in triggers.iter().filter(|trigger| trigger.closing) {
            self.look_at_closing(trigger.point, &taken);
        }
        self.seen = (self.seen() | marks).to_ne_bytes();
        self.item = taken.item();
        self.party = if self.party == 0 {
            event.party
        } else {
            self.party
        };
        self.begun = true;
    }

    /// Marks of all events taken.
    fn seen(&self) -> MarkSet {
        MarkSet::from_ne_bytes(self.seen)
    }

    /// What was found, in order.
    pub(crate) fn findings(&self) -> &[Finding] {
        self.rare.as_ref().map_or(&[], |rare| &rare.findings)
    }

    /// Suspensions and extensions; none for most cases.
    pub(crate) fn ledger(&self) -> Option<&Ledger> {
        self.rare.as_ref().map(|rare| &rare.ledger)
    }

    fn names_unknown_special(&self) -> bool {
        let rare = self.rare.as_ref();
        rare.is_some_and(|rare| rare.names_unknown_special)
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    fn found(&mut self, finding: Finding) {
        self.rare().findings.push(finding);
    }

    /// Stores the declared attributes the event carries; answers which changed, as bits by place.
    fn take_attributes(&mut self, event: &Event<'_>, context: &Context<'_>) -> u64 {
        let Some(extra) = event.extra() else { return 0 };
        let mut changed = 0;
        for (name, value) in &extra.attributes {
            let Some(place) = context.attribute(*name) else {
                continue;
            };
            match typed(
                *value,
                context.plan.attributes[usize::from(place)].value_type,
            ) {
                Some(value) => {
                    let slot = &mut self.attributes[usize::from(place)];
                    if *slot != value {
                        *slot = value;
                        changed |= 1 << place;
                    }
                }
                None => self.unjudged = self.unjudged.saturating_add(1),
            }
        }
        changed
    }

    /// Whether a condition holds, given what the case knows with this event.
    fn condition_holds(&mut self, condition: &Condition, taken: &Taken<'_>) -> bool {
        let seen = Seen {
            attributes: &self.attributes,
            event: taken.event,
            context: taken.context,
            with_event: false,
        };
        let holds = condition.holds(&seen);
        self.judged(holds)
    }

    /// Whether a point's own conditions let it speak of this event: it is asked only then, and no exception is shown.
    fn may_speak(&mut self, point: &Point, taken: &Taken<'_>) -> bool {
        let mut holds = |condition: &Condition| self.holds_with(condition, taken);
        point.only_when.as_ref().is_none_or(&mut holds) && !point.unless.iter().any(holds)
    }

    /// The same, without counting what cannot be judged.
    fn would_speak(&self, point: &Point, taken: &Taken<'_>) -> bool {
        let seen = Seen {
            attributes: &self.attributes,
            event: taken.event,
            context: taken.context,
            with_event: true,
        };
        let holds = |condition: &Condition| condition.holds(&seen).unwrap_or(false);
        point.only_when.as_ref().is_none_or(holds) && !point.unless.iter().any(holds)
    }

    /// Whether a condition holds at an event, the event's own values being known of the case.
    fn holds_with(&mut self, condition: &Condition, taken: &Taken<'_>) -> bool {
        let seen = Seen {
            attributes: &self.attributes,
            event: taken.event,
            context: taken.context,
            with_event: true,
        };
        let holds = condition.holds(&seen);
        self.judged(holds)
    }

    /// What could not be judged is counted, and does not hold.
    fn judged(&mut self, holds: Result<bool, Unjudged>) -> bool {
        holds.unwrap_or_else(|_| {
            self.unjudged = self.unjudged.saturating_add(1);
            false
        })
    }

    /// Whether a point scoped to the case has spoken.
    fn has_found(&self, point: u16) -> bool {
        self.findings().iter().any(|f| f.point == point)
    }
}

impl Taken<'_> {
    /// The item of the case as known with this event.
    fn item(&self) -> Symbol {
        if self.item_before != 0 {
            return self.item_before;
        }
        self.context.profile(&self.event).item
    }
}

impl<'a> Context<'a> {
    /// The plan's step that an event belongs to.
    pub(crate) fn step(&self, event: &Event<'_>) -> Option<u16> {
        if event.step != 0 {
            // Codes that came after the rules did are none of theirs.
            self.step_of.get(usize::from(event.step)).copied().flatten()
        } else {
            self.plan.step_by_kind[event.kind as usize]
        }
    }

    /// The symbol of the step an event belongs to; 0 where it has none.
    pub(crate) fn step_symbol(&self, event: &Event<'_>) -> u16 {
        if event.step != 0 {
            return event.step;
        }
        self.step(event)
            .map_or(0, |s| self.step_symbol[usize::from(s)])
    }

    /// What the first event up to `place` calls its step by, that calls it by a word which the plan has neither as a code nor as the
    /// name of one alone.
    pub(crate) fn unknown_step(&self, place: u32) -> Option<&'a str> {
        let mut events = self.history.up_to(place);
        let unknown = events.find(|e| e.step != 0 && self.step(e).is_none())?;
        Some(self.codes.text(unknown.step.into()))
    }

    /// Whether an event names a special procedure by a word that the plan has for none, whatever its effect.
    pub(crate) fn special_is_unknown(&self, event: &Event<'_>) -> bool {
        let named = event.special().map_or(0, |special| special.kind);
        named != 0 && self.special(named).is_none()
    }

    /// The special procedure of the plan that a source's code or name for it means.
    pub(crate) fn special(&self, kind: u16) -> Option<u16> {
        let word = self.special_word(kind);
        let called = self.plan.special_called(word);
        called.or_else(|| self.supposed?.meant_by(word))
    }

    /// What a source calls a special procedure, in our codes where it is mapped.
    fn special_word(&self, kind: u16) -> &'a str {
        let said = self.codes.text(kind.into());
        self.mapped_specials.get(said).map_or(said, String::as_str)
    }

    /// Whether nothing that carries one of these marks can come from the source: none of their kinds. Where a list names a milestone or
    /// the end of some step (送达 or 交邮环节办结), a source without the milestone is not asked for the step.
    pub(crate) fn cannot_come(&self, marks: MarkSet) -> bool {
        if self.lacks.events.is_empty() || marks == 0 {
            return false;
        }
        let of_steps = |kind: &EventKind| matches!(kind, EventKind::StepStart | EventKind::StepEnd);
        let kinds: Vec<EventKind> = self.plan.kinds_of(marks).collect();
        let plain = kinds.iter().any(|kind| !of_steps(kind));
        let mut asked = kinds.iter().filter(|kind| !plain || !of_steps(kind));
        !kinds.is_empty() && asked.all(|kind| self.lacks.has_event(*kind))
    }

    /// Whether an event ends a visit of the step it belongs to.
    pub(crate) fn ends_visit(&self, event: &Event<'_>) -> bool {
        event.kind == EventKind::StepEnd
            || self.step(event).is_some_and(|s| {
                self.plan.steps[usize::from(s)]
                    .done_by
                    .contains(&event.kind)
            })
    }

    /// The declared attribute that a code names. Codes that came after the rules did are none of theirs.
    pub(crate) fn attribute(&self, code: u16) -> Option<u16> {
        self.attribute_of.get(usize::from(code)).copied().flatten()
    }

    pub(crate) fn profile(&self, event: &Event<'_>) -> &'a Profile {
        &self.profiles[event.profile as usize]
    }

    /// The item of the case as known up to and with the event at `place`.
    pub(crate) fn item(&self, place: u32) -> Symbol {
        self.first_named(place, |p| p.item)
    }

    /// The first value that events up to `place` name.
    pub(crate) fn first_named(&self, place: u32, of: impl Fn(&Profile) -> Symbol) -> Symbol {
        let mut named = self.history.up_to(place).map(|e| of(self.profile(&e)));
        named.find(|symbol| *symbol != 0).unwrap_or(0)
    }

    /// The latest value that events up to `place` name.
    pub(crate) fn latest_named(&self, place: u32, of: impl Fn(&Profile) -> Symbol) -> Symbol {
        let named = self.history.up_to(place).map(|e| of(self.profile(&e)));
        named.filter(|symbol| *symbol != 0).last().unwrap_or(0)
    }

    /// The count of an event among the case's events of its kind and step, from 1.
    pub(crate) fn occurrence(&self, event: &Event<'_>) -> u16 {
        self.count(event, |kind| kind == event.kind)
    }

    /// The count of an event among the case's events of these kinds and its step, from 1.
    fn count(&self, event: &Event<'_>, kinds: impl Fn(EventKind) -> bool) -> u16 {
        let step = self.step_symbol(event);
        let same = |e: &Event<'_>| kinds(e.kind) && self.step_symbol(e) == step;
        let count = self.history.up_to(event.place).filter(same).count();
        count.min(usize::from(u16::MAX)) as u16
    }

    /// The marks of an event.
    pub(crate) fn marks(&self, event: &Event<'_>) -> MarkSet {
        self.plan.marks[self.plan.table_place(event.kind, self.step(event))]
    }

    /// What an event carries as a declared attribute, as sent.
    fn sent<'e>(&self, event: &Event<'e>, attribute: u16) -> Option<Sent<'e>> {
        let extra = event.extra()?;
        let mut sent = extra.attributes.into_iter();
        sent.find(|(code, _)| self.attribute(*code) == Some(attribute))
            .map(|(_, value)| value)
    }

    /// What an event carries as a declared attribute, where it is of its type.
    fn carried(&self, event: &Event<'_>, attribute: u16) -> Option<Attr> {
        let value_type = self.plan.attributes[usize::from(attribute)].value_type;
        typed(self.sent(event, attribute)?, value_type)
    }
}

/// A value as the declared type; none where it is not of that type.
fn typed(value: Sent<'_>, value_type: AttributeType) -> Option<Attr> {
    Some(match (value_type, value) {
        (AttributeType::Amount | AttributeType::Int, Sent::Int(v)) => Attr::Int(v),
        (AttributeType::Float, Sent::Float(v)) => Attr::Float(v),
        (AttributeType::Float, Sent::Int(v)) => Attr::Float(v as f64),
        (AttributeType::Bool, Sent::Bool(v)) => Attr::Bool(v),
        (AttributeType::Text, Sent::Text(v)) => Attr::of_text(v),
        (AttributeType::Instant, Sent::Text(v)) => Attr::Instant(Timestamp::parse(v).ok()?),
        _ => return None,
    })
}
