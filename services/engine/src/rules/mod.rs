//! Compiled definitions: every name resolved, every condition parsed, every problem told with its line.

mod compile;
mod named;
mod notes;
mod plan;
mod register;
mod terms;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::definitions::{
    Body, DefinitionSet, Discretion, Fees, Flowchart, InspectionPlan, PowerItem, Problem, Regions,
    RuleSettings,
};
use mingjing_domain::limit::{Budget, Unit};
use mingjing_domain::source::Source;
use rustc_hash::FxHashMap;

pub(crate) use plan::{
    Amounts, AuthorityCheck, Check, Code, CodeHolder, CodeKind, Duty, FILE_FIELD, Field, Hours,
    Ladder, MarkSet, OwnDeadline, Pairs, Plan, Point, Repeated, SpecialWatch, TimedKind,
    TimedPoint, Trigger,
};

pub(crate) use compile::ENDED_OTHERWISE;
pub use notes::{notes, unanswerable};
pub(crate) use register::{Found, Person, Registers, within};
pub use terms::Term;
pub(crate) use terms::{ORDER_RULE, Terms, VOICE_RULES};

/// A problem that keeps definitions from being compiled: file, line, what to do.
pub type RulesProblem = Problem;

/// Where a plan is in [`Rules`].
pub(crate) type PlanIx = u32;

/// 5 working days to answer, where nothing else is said (domain study S16: one city's rule).
pub(crate) const ANSWER_WITHIN: Budget = Budget::new(5, Unit::WorkingDays);

/// A distinct set of rule settings; 0: none.
pub(crate) type Variant = u16;

/// A calendar of a region; 0: the flowchart's own.
pub(crate) type RegionalIx = u16;

/// Which calendar counts in a region in the place of which.
#[derive(Clone, Debug, Default)]
pub(crate) struct Regional {
    /// By region: the id of a calendar, and the number of the one that counts in its place.
    pub(crate) chosen: FxHashMap<String, Vec<(String, RegionalIx)>>,
}

impl Regional {
    /// What counts in a region in the place of a calendar.
    pub(crate) fn in_place_of(&self, calendar: &str, region: Option<&str>) -> RegionalIx {
        let chosen = region.and_then(|region| self.chosen.get(region));
        let mut chosen = chosen.into_iter().flatten();
        chosen
            .find(|(base, _)| base == calendar)
            .map_or(0, |(_, regional)| *regional)
    }
}

/// From which days on which rule settings are in force, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InForce(pub(crate) Vec<(NaiveDate, Variant)>);

impl InForce {
    fn on(&self, date: NaiveDate) -> Variant {
        let begun = self.0.iter().rev().find(|(from, _)| *from <= date);
        begun.map_or(0, |(_, variant)| *variant)
    }
}

/// Compiled definitions. Immutable: a change is another `Rules`.
pub struct Rules {
    version: String,
    calendar_versions: String,
    items: FxHashMap<String, PowerItem>,
    bodies: FxHashMap<String, Body>,
    registers: Registers,
    /// By id, in order of effect.
    discretions: BTreeMap<String, Vec<Discretion>>,
    fees: BTreeMap<String, Vec<Fees>>,
    inspection_plans: BTreeMap<String, InspectionPlan>,
    /// Flowchart versions by id, in order of effect: (from, index of the flowchart).
    flowcharts: BTreeMap<String, Vec<(NaiveDate, usize)>>,
    /// Sources that have general points of their own; others use scope 0.
    scopes: FxHashMap<String, usize>,
    /// By scope, then flowchart index; index 0 is "no flowchart".
    plans: Vec<Plan>,
    plans_per_scope: usize,
    /// The plans of other settings than none and of other calendars than the flowchart's own, behind those: by scope, flowchart
    /// index, settings and calendar.
    set_plans: FxHashMap<(usize, usize, Variant, RegionalIx), PlanIx>,
    regional: Regional,
    settings_without_item: InForce,
    /// Items whose settings are others than those of a case without item.
    settings_by_item: FxHashMap<String, InForce>,
    calendars: BTreeMap<String, Arc<WorkCalendar>>,
    /// By region: what counts there in the place of `cn`.
    regional_calendars: BTreeMap<String, Arc<WorkCalendar>>,
    /// Every rule setting, where any is about T15, C1 or C2.
    term_settings: Vec<RuleSettings>,
    regions: Vec<Regions>,
    sources: Vec<Source>,
}

impl Rules {
    /// Compiles a set. Answers with every problem found.
    pub fn compile(set: &DefinitionSet) -> Result<Self, Vec<Problem>> {
        compile::compile(set)
    }

    /// The version that alerts carry: the first digits of the set's content hash.
    pub fn definitions_version(&self) -> &str {
        &self.version
    }

    /// The calendars in force, like `cn 2026.1`, for telling a calendar change from another.
    pub fn calendar_versions(&self) -> &str {
        &self.calendar_versions
    }

    /// Sources that the definitions declare.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// What the definitions declare of a source; none where they do not name it.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// The calendars that limits are counted in, each once, by id.
    pub fn calendars_in_use(&self) -> impl Iterator<Item = &WorkCalendar> {
        let in_use: BTreeMap<&str, &WorkCalendar> = self
            .plans
            .iter()
            .map(|plan| (plan.calendar.id(), plan.calendar.as_ref()))
            .collect();
        in_use.into_values()
    }

    /// A calendar by id.
    pub fn calendar(&self, id: &str) -> Option<&Arc<WorkCalendar>> {
        self.calendars.get(id)
    }

    /// The power item with this code.
    pub fn item(&self, code: &str) -> Option<&PowerItem> {
        self.items.get(code)
    }

    /// The body with this code.
    pub fn body(&self, code: &str) -> Option<&Body> {
        self.bodies.get(code)
    }

    pub(crate) fn registers(&self) -> &Registers {
        &self.registers
    }

    /// Every version of a discretion standard, in order of effect.
    pub(crate) fn discretion(&self, id: &str) -> Option<&[Discretion]> {
        self.discretions.get(id).map(Vec::as_slice)
    }

    /// Every version of a fee standard, in order of effect.
    pub(crate) fn fees(&self, id: &str) -> Option<&[Fees]> {
        self.fees.get(id).map(Vec::as_slice)
    }

    pub(crate) fn inspection_plans(&self) -> &BTreeMap<String, InspectionPlan> {
        &self.inspection_plans
    }

    /// Whether a list of regions has this code's area and not the code.
    pub(crate) fn is_no_region(&self, code: &str) -> bool {
        self.regions.iter().any(|list| list.misses(code))
    }

    pub(crate) fn plan(&self, ix: PlanIx) -> &Plan {
        &self.plans[ix as usize]
    }

    pub(crate) fn plan_count(&self) -> usize {
        self.plans.len()
    }

    /// The plan for a case of `item` in `source`, accepted (or begun) at the instant whose local date
    /// `date_in` gives.
    pub(crate) fn plan_for(
        &self,
        source: &str,
        item: Option<&str>,
        date_in: impl Fn(chrono_tz::Tz) -> NaiveDate,
    ) -> PlanIx {
        let scope = self.scopes.get(source).copied().unwrap_or(0);
        let flowchart = item
            .and_then(|code| self.items.get(code))
            .and_then(|item| self.flowcharts.get(&item.flowchart.text))
            .and_then(|versions| {
                versions.iter().rev().find(|(from, flowchart)| {
                    date_in(self.plans[*flowchart].calendar.tz()) >= *from
                })
            })
            .map_or(0, |(_, flowchart)| *flowchart);
        let plain = scope * self.plans_per_scope + flowchart;
        if self.set_plans.is_empty() {
            return plain as PlanIx;
        }
        let settings = item
            .and_then(|code| self.settings_by_item.get(code))
            .unwrap_or(&self.settings_without_item);
        let calendar = &self.plans[plain].calendar;
        let variant = settings.on(date_in(calendar.tz()));
        let regional = self
            .regional
            .in_place_of(calendar.id(), self.region_of(source, item));
        let set = self.set_plans.get(&(scope, flowchart, variant, regional));
        set.copied().unwrap_or(plain as PlanIx)
    }

    /// The region whose calendar counts for a case: its item's, else its source's.
    fn region_of(&self, source: &str, item: Option<&str>) -> Option<&str> {
        match item.and_then(|code| self.items.get(code)) {
            Some(item) => Some(&item.region),
            None => self.source(source)?.region.as_deref(),
        }
    }
}

/// A flowchart's `id@version`.
pub(crate) fn flowchart_name(flowchart: &Flowchart) -> String {
    format!("{}@{}", flowchart.id, flowchart.version)
}
