//! Compiled definitions: every name resolved, every condition parsed, every problem told with its line.

mod compile;
mod plan;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::definitions::{Body, DefinitionSet, Flowchart, PowerItem, Problem};
use mingjing_domain::source::Source;
use rustc_hash::FxHashMap;

pub(crate) use plan::{
    Amounts, Check, Duty, FILE_FIELD, Field, Ladder, MarkSet, OwnDeadline, Plan, Point, Repeated,
    TimedKind, TimedPoint,
};

/// A problem that keeps definitions from being compiled: file, line, what to do.
pub type RulesProblem = Problem;

/// Where a plan is in [`Rules`].
pub(crate) type PlanIx = u32;

/// Compiled definitions. Immutable: a change is another `Rules`.
pub struct Rules {
    version: String,
    calendar_versions: String,
    items: FxHashMap<String, PowerItem>,
    bodies: FxHashMap<String, Body>,
    /// Flowchart versions by id, in order of effect: (from, index of the flowchart).
    flowcharts: BTreeMap<String, Vec<(NaiveDate, usize)>>,
    /// Sources that have general points of their own; others use scope 0.
    scopes: FxHashMap<String, usize>,
    /// By scope, then flowchart index; index 0 is "no flowchart".
    plans: Vec<Plan>,
    plans_per_scope: usize,
    calendars: BTreeMap<String, Arc<WorkCalendar>>,
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
        (scope * self.plans_per_scope + flowchart) as PlanIx
    }
}

/// A flowchart's `id@version`.
pub(crate) fn flowchart_name(flowchart: &Flowchart) -> String {
    format!("{}@{}", flowchart.id, flowchart.version)
}
