//! The walk: one pass over a case's history, in order, to its visits, stays and findings.
//!
//! An event that arrives last in order is applied to what was folded before; any other folds anew.

mod ledger;
mod points;
mod stays;
mod steps;

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::AttributeType;

use crate::condition::{Attr, BuiltIn, Condition, Side, Slot, Values};
use crate::history::{Event, History};
use crate::rules::{MarkSet, Plan, PlanIx, Rules};
use crate::symbols::{Symbol, Symbols};

pub(crate) use ledger::Ledger;
pub(crate) use stays::{Fallen, NEVER, NONE, Stay, measured_against, with_ledger};
pub(crate) use steps::StepState;

/// Item, body, region and case kind as one event named them; shared by the many events that name the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Profile {
    pub(crate) item: Symbol,
    pub(crate) org: Symbol,
    pub(crate) region: Symbol,
    pub(crate) case_kind: Symbol,
}

/// What a walk reads besides the history.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) plan: &'a Plan,
    pub(crate) history: &'a History,
    /// Steps, special procedures, results, attribute names.
    pub(crate) codes: &'a Symbols,
    /// Officers, bodies, regions, items.
    pub(crate) texts: &'a Symbols,
    pub(crate) profiles: &'a [Profile],
    /// By step symbol: the plan's step.
    pub(crate) step_of: &'a [Option<u16>],
    /// By plan step: its symbol.
    pub(crate) step_symbol: &'a [u16],
    /// A declared source is exempt from late-entry checks.
    pub(crate) declared: bool,
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
    /// `required_step`: the missing step; `missing_field`: the field's place.
    pub(crate) detail: u16,
}

/// A case as walked so far.
#[derive(Default)]
pub(crate) struct Fold {
    pub(crate) plan: PlanIx,
    pub(crate) seen: MarkSet,
    pub(crate) attributes: Box<[Attr]>,
    pub(crate) steps: Vec<StepState>,
    /// Steps that may be entered now: (step, the step that led to it).
    pub(crate) enabled: Vec<(u16, u16)>,
    /// By timed point: how many stays it has opened, for limits with `occurrence: each`.
    pub(crate) opened: Vec<u16>,
    pub(crate) stays: Vec<Stay>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) ledger: Option<Box<Ledger>>,
    pub(crate) entered_any: bool,
    pub(crate) accepted: bool,
    /// Conditions that could not be judged for want of a value.
    pub(crate) unjudged: u16,
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
        for (place, _) in context.history.known() {
            fold.apply(place, context);
        }
        fold
    }

    /// Takes the event at `place`, which is later than all taken before.
    pub(crate) fn apply(&mut self, place: usize, context: &Context<'_>) {
        let event = context.history.event(place);
        let step = context.step(event);
        let table = context.plan.table_place(event.kind, step);
        let marks = context.plan.marks[table];
        let first = context
            .history
            .known()
            .next()
            .is_some_and(|(at, _)| at == place);

        for point in &context.plan.triggers[table] {
            self.look(*point, place, marks, context);
        }
        let visit = self.step(place, event, step, context);
        let changed = self.take_attributes(event, context);
        self.enter_ledger(place, event, context);
        self.advance_stays(place, event, marks, visit, first, changed, context);
        for point in &context.plan.triggers[table] {
            self.look_at_closing(*point, place, marks, context);
        }
        self.seen |= marks;
    }

    /// Stores the declared attributes the event carries; answers which changed, as bits by place.
    fn take_attributes(&mut self, event: &Event, context: &Context<'_>) -> u64 {
        let Some(extra) = &event.extra else { return 0 };
        let mut changed = 0;
        for (name, value) in &extra.attributes {
            let Some(place) = context.plan.attribute(context.codes.text(u32::from(*name))) else {
                continue;
            };
            match typed(
                value,
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

    /// Whether a condition holds, given what the case knows with the event at `place`.
    fn condition_holds(
        &mut self,
        condition: &Condition,
        place: usize,
        context: &Context<'_>,
    ) -> bool {
        let seen = Seen {
            attributes: &self.attributes,
            place,
            context: *context,
        };
        condition.holds(&seen).unwrap_or_else(|_| {
            self.unjudged = self.unjudged.saturating_add(1);
            false
        })
    }

    /// Whether a point scoped to the case has spoken.
    fn has_found(&self, point: u16) -> bool {
        self.findings.iter().any(|f| f.point == point)
    }
}

impl<'a> Context<'a> {
    /// The plan's step that an event belongs to.
    pub(crate) fn step(&self, event: &Event) -> Option<u16> {
        if event.step != 0 {
            self.step_of.get(usize::from(event.step)).copied().flatten()
        } else {
            self.plan.step_by_kind[event.kind as usize]
        }
    }

    /// The symbol of the step an event belongs to; 0 where it has none.
    pub(crate) fn step_symbol(&self, event: &Event) -> u16 {
        if event.step != 0 {
            return event.step;
        }
        self.step(event)
            .map_or(0, |s| self.step_symbol[usize::from(s)])
    }

    pub(crate) fn profile(&self, event: &Event) -> &'a Profile {
        &self.profiles[event.profile as usize]
    }

    /// The item of the case as known up to and with the event at `place`.
    pub(crate) fn item(&self, place: usize) -> Symbol {
        self.first_named(place, |p| p.item)
    }

    /// The first value that events up to `place` name.
    pub(crate) fn first_named(&self, place: usize, of: impl Fn(&Profile) -> Symbol) -> Symbol {
        self.history
            .known()
            .take_while(|(at, _)| *at <= place)
            .map(|(_, e)| of(self.profile(e)))
            .find(|symbol| *symbol != 0)
            .unwrap_or(0)
    }

    /// The count of the event at `place` among the case's events of its kind and step, from 1.
    pub(crate) fn occurrence(&self, place: usize) -> u16 {
        let event = self.history.event(place);
        let step = self.step_symbol(event);
        let count = self
            .history
            .known()
            .take_while(|(at, _)| *at <= place)
            .filter(|(_, e)| e.kind == event.kind && self.step_symbol(e) == step)
            .count();
        count.min(usize::from(u16::MAX)) as u16
    }

    /// The marks of an event.
    pub(crate) fn marks(&self, event: &Event) -> MarkSet {
        self.plan.marks[self.plan.table_place(event.kind, self.step(event))]
    }
}

/// A value as the declared type; none where it is not of that type.
fn typed(value: &Attr, value_type: AttributeType) -> Option<Attr> {
    Some(match (value_type, value) {
        (AttributeType::Amount | AttributeType::Int, Attr::Int(v)) => Attr::Int(*v),
        (AttributeType::Float, Attr::Float(v)) => Attr::Float(*v),
        (AttributeType::Float, Attr::Int(v)) => Attr::Float(*v as f64),
        (AttributeType::Bool, Attr::Bool(v)) => Attr::Bool(*v),
        (AttributeType::Text, Attr::Text(v)) => Attr::Text(v.clone()),
        (AttributeType::Instant, Attr::Text(v)) => Attr::Instant(Timestamp::parse(v).ok()?),
        (AttributeType::Instant, Attr::Instant(v)) => Attr::Instant(*v),
        _ => return None,
    })
}

/// The values a condition sees at one event: the case before it, and the event.
pub(crate) struct Seen<'a> {
    pub(crate) attributes: &'a [Attr],
    /// The event judged, or the last one taken where no single event is judged.
    pub(crate) place: usize,
    pub(crate) context: Context<'a>,
}

impl Seen<'_> {
    fn text(&self, symbol: Symbol) -> Attr {
        self.context
            .texts
            .option(symbol)
            .map_or(Attr::Unknown, |t| Attr::Text(t.into()))
    }

    fn code(&self, symbol: u16) -> Attr {
        self.context
            .codes
            .option(symbol.into())
            .map_or(Attr::Unknown, |t| Attr::Text(t.into()))
    }

    fn latest_named(&self, of: impl Fn(&Profile) -> Symbol) -> Attr {
        let latest = self
            .context
            .history
            .known()
            .take_while(|(at, _)| *at <= self.place)
            .map(|(_, e)| of(self.context.profile(e)))
            .filter(|symbol| *symbol != 0)
            .last();
        self.text(latest.unwrap_or(0))
    }

    fn carried(&self, place: u16) -> Attr {
        let attribute = &self.context.plan.attributes[usize::from(place)];
        let extra = self.context.history.event(self.place).extra.as_ref();
        extra
            .and_then(|extra| {
                extra
                    .attributes
                    .iter()
                    .find(|(name, _)| self.context.codes.text((*name).into()) == attribute.name)
            })
            .and_then(|(_, value)| typed(value, attribute.value_type))
            .unwrap_or(Attr::Unknown)
    }
}

impl Values for Seen<'_> {
    fn value(&self, slot: Slot) -> Attr {
        let event = self.context.history.event(self.place);
        match slot {
            Slot::Attribute(Side::Case, place) => self.attributes[usize::from(place)].clone(),
            Slot::Attribute(Side::Event, place) => self.carried(place),
            Slot::BuiltIn(side, what) => match (side, what) {
                (_, BuiltIn::CaseKind) => {
                    self.text(self.context.first_named(self.place, |p| p.case_kind))
                }
                (_, BuiltIn::Item) => self.text(self.context.item(self.place)),
                (Side::Case, BuiltIn::Org) => self.latest_named(|p| p.org),
                (Side::Case, BuiltIn::Region) => self.latest_named(|p| p.region),
                (Side::Event, BuiltIn::Org) => self.text(self.context.profile(event).org),
                (Side::Event, BuiltIn::Region) => self.text(self.context.profile(event).region),
                (_, BuiltIn::Kind) => Attr::Text(event.kind.code().into()),
                (_, BuiltIn::Step) => self.code(self.context.step_symbol(event)),
                (_, BuiltIn::Actor) => self.text(event.actor),
                (_, BuiltIn::Result) => self.code(event.result),
            },
        }
    }
}
