//! From a process to a flowchart.

mod timed;

use std::collections::{BTreeMap, BTreeSet};

use crate::datum::Datum;
use crate::refusal::Words;

use super::extension;
use super::graph::Graph;
use super::meaning;
use super::names::{Codes, one_line};
use super::note::{Coverage, Note};
use super::process::{FlowNode, Gateway, Kind, Process};
use super::read::Model;

/// What a model does not say.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only the process with this id; absent: every one with activities.
    pub process: Option<String>,
    /// The flowchart's id; for models of one process, or with `process`.
    pub id: Option<String>,
    /// Cases accepted from this day on are judged by it (`YYYY-MM-DD`), where the model has not said otherwise.
    pub effective_from: String,
}

/// What came of a model.
#[derive(Clone, Debug)]
pub struct Derived {
    /// Flowcharts, in document order, as a definition file holds them (without `kind`).
    pub flowcharts: Vec<Datum>,
    /// What is not enforced as drawn, in document order.
    pub notes: Vec<Note>,
}

impl Model {
    /// Its flowcharts.
    pub fn flowcharts(&self, options: &Options) -> Derived {
        let mut notes = meaning::notes(&self.root);
        let mut flowcharts = Vec::new();
        for drawn in self.drawn(options.process.as_deref(), options.id.as_deref()) {
            flowcharts.push(drawn.flowchart(&options.effective_from, &mut notes));
        }
        for process in &self.processes {
            if !process.nodes.iter().any(FlowNode::is_activity) {
                notes.push(Note {
                    at: process.at,
                    element: "process".into(),
                    id: Some(process.id.clone()),
                    name: process.name.clone(),
                    coverage: Coverage::NotEnforced,
                    meaning: Words::new(
                        "a process without activities: there is nothing to make steps of",
                        "流程中没有活动，无从形成环节",
                    ),
                });
            }
        }
        notes.sort_by_key(|note| (note.at.line, note.at.column));
        Derived { flowcharts, notes }
    }

    /// What is drawn, by process: those with activities.
    pub(super) fn drawn(&self, only: Option<&str>, id: Option<&str>) -> Vec<Drawn<'_>> {
        let many = self.process_ids().len() > 1;
        let title = self
            .root
            .attribute("name")
            .map(one_line)
            .filter(|n| !n.is_empty() && !many);
        let mut ids = Codes::default();
        let mut offices = LaneOffices::default();
        let mut all = Vec::new();
        for process in &self.processes {
            if !process.nodes.iter().any(FlowNode::is_activity) {
                continue;
            }
            let said = process
                .extension
                .as_ref()
                .map(extension::map)
                .unwrap_or_default();
            let name = process.name.clone().or_else(|| title.clone());
            let kept = said.scalar_of("id").filter(|id| ids.keep(id));
            let chart =
                kept.unwrap_or_else(|| ids.code(&process.id, process.name.as_deref(), "flowchart"));
            if only.is_none_or(|only| only == process.id) {
                let chart = id.map_or(chart, Into::into);
                let name = name.unwrap_or_else(|| chart.clone());
                all.push(Drawn::new(process, chart, name, said, &mut offices));
            }
        }
        all
    }
}

/// Office codes by lane: lanes of one name are one office.
#[derive(Default)]
struct LaneOffices {
    codes: Codes,
    by_name: BTreeMap<String, String>,
}

impl LaneOffices {
    fn of(&mut self, process: &Process) -> Vec<Option<String>> {
        let mut lanes = Vec::new();
        for lane in &process.lanes {
            let said = lane.extension.as_ref().map(extension::map);
            let said = said.and_then(|said| said.scalar_of("code"));
            let code = match (said, &lane.name) {
                (Some(code), _) => Some(code),
                // A lane without a name says of nobody that it is theirs.
                (None, None) => None,
                (None, Some(name)) => Some(match self.by_name.get(name) {
                    Some(code) => code.clone(),
                    None => self.codes.code(&lane.id, Some(name), "office"),
                }),
            };
            if let (Some(code), Some(name)) = (&code, &lane.name) {
                self.by_name.insert(name.clone(), code.clone());
            }
            lanes.push(code);
        }
        lanes
    }
}

/// What a process draws, apart from what its extensions say.
pub(super) struct Drawn<'m> {
    pub(super) process: &'m Process,
    pub(super) id: String,
    /// The name of its process, or of the pool or model that shows it.
    pub(super) name: String,
    /// The process's own extension.
    said: Datum,
    pub(super) steps: Vec<DrawnStep>,
    /// Codes by node.
    codes: BTreeMap<usize, String>,
    /// Office codes by lane.
    pub(super) offices: Vec<Option<String>>,
    graph: Graph<'m>,
    doubled: Vec<usize>,
}

/// A step as drawn.
pub(super) struct DrawnStep {
    pub(super) node: usize,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) requirement: Option<String>,
    pub(super) office: Option<String>,
    pub(super) first: bool,
    pub(super) next: Vec<String>,
    pub(super) parallel_with: Vec<String>,
    pub(super) repeatable: bool,
    /// The activity's own extension.
    pub(super) said: Datum,
}

impl<'m> Drawn<'m> {
    fn new(
        process: &'m Process,
        id: String,
        name: String,
        said: Datum,
        offices: &mut LaneOffices,
    ) -> Self {
        let graph = Graph::new(process);
        let (codes, doubled) = codes(process);
        let offices = offices.of(process);
        let first = graph.first();
        let parallel = graph.parallel();
        let together = graph.begin_together();
        let mut steps = Vec::new();
        for (node, code) in &codes {
            let activity = &process.nodes[*node];
            let mut next = graph.after(*node);
            // Of steps that begin side by side each may follow the other.
            if first.contains(node) {
                let beside =
                    |other: &&usize| together.contains(&(*node.min(*other), *node.max(*other)));
                next.extend(first.iter().filter(beside));
            }
            let parallel_with = parallel
                .iter()
                .filter(|(a, _)| a == node)
                .map(|(_, b)| codes[b].clone());
            steps.push(DrawnStep {
                node: *node,
                code: code.clone(),
                name: activity.name.clone().unwrap_or_else(|| code.clone()),
                requirement: activity.documentation.clone(),
                office: office(process, *node, &offices),
                first: first.contains(node),
                next: next.iter().map(|n| codes[n].clone()).collect(),
                parallel_with: parallel_with.collect(),
                repeatable: activity.looped,
                said: activity
                    .extension
                    .as_ref()
                    .map(extension::map)
                    .unwrap_or_default(),
            });
        }
        Self {
            process,
            id,
            name,
            said,
            steps,
            codes,
            offices,
            graph,
            doubled,
        }
    }

    fn note(&self, node: usize, coverage: Coverage, en: &str, zh: &str) -> Note {
        let node = &self.process.nodes[node];
        Note {
            at: node.at,
            element: node.tag.clone(),
            id: Some(node.id.clone()),
            name: node.name.clone(),
            coverage,
            meaning: Words::new(en, zh),
        }
    }

    /// The definition, and what of its process is not held.
    fn flowchart(&self, effective_from: &str, notes: &mut Vec<Note>) -> Datum {
        let mut said = self.said.clone();
        let mut limits = taken_list(&mut said, "limits");
        let mut points = taken_list(&mut said, "control_points");
        let new = self.process.extension.is_none();
        let mut chart = Datum::Map(Vec::new());
        said.take("id");
        said.take("name");
        chart.set("id", Datum::text(&self.id));
        chart.set("version", said.take("version").unwrap_or(Datum::text("1")));
        chart.set("name", Datum::text(&self.name));
        if let Some(name) = said.take("name_en") {
            chart.set("name_en", name);
        }
        let from = said
            .take("effective_from")
            .unwrap_or(Datum::text(effective_from));
        chart.set("effective_from", from);
        for name in ["calendar", "attributes"] {
            if let Some(value) = said.take(name) {
                chart.set(name, value);
            }
        }
        chart.set(
            "steps",
            Datum::List(self.steps.iter().map(|s| s.datum(&mut limits)).collect()),
        );
        for (name, value) in said.entries() {
            chart.set(name, value.clone());
        }
        let timed = self.timed(notes);
        if new {
            points.push(not_in_flowchart());
        }
        merge(&mut limits, timed.limits);
        merge(&mut points, timed.points);
        // In a drawing limits of steps stand with their steps: so they stand here, whoever said them.
        let place = |limit: &Datum| match (limit.text_of("kind"), limit.scalar_of("step")) {
            (Some("step"), Some(code)) => self
                .steps
                .iter()
                .position(|s| s.code == code)
                .map_or(0, |at| at + 1),
            _ => 0,
        };
        limits.sort_by_key(place);
        for (name, list) in [("limits", limits), ("control_points", points)] {
            if !list.is_empty() {
                chart.set(name, Datum::List(list));
            }
        }
        self.surroundings(notes);
        chart
    }

    /// What is loosened where a process begins, splits or is not connected.
    fn surroundings(&self, notes: &mut Vec<Note>) {
        let first: BTreeSet<usize> = self
            .steps
            .iter()
            .filter(|s| s.first)
            .map(|s| s.node)
            .collect();
        let mut known = first.clone();
        for step in &self.steps {
            known.extend(
                self.graph
                    .after(step.node)
                    .iter()
                    .filter(|n| **n != step.node),
            );
        }
        for step in &self.steps {
            if !known.contains(&step.node) {
                notes.push(self.note(
                    step.node,
                    Coverage::Partly,
                    "no way leads to this activity: it is a step that no case may come to; connect it or delete it",
                    "没有顺序流通向此活动：任何办件都不能进入该环节；请连线或删除",
                ));
            }
        }
        for node in &self.doubled {
            notes.push(self.note(
                *node,
                Coverage::Partly,
                "its step code is that of another activity (copied?); it was given a new one",
                "其环节编码与另一活动相同（可能是复制所致），已另给编码",
            ));
        }
        for (at, node) in self.process.nodes.iter().enumerate() {
            if node.kind == Kind::Start && node.timer.is_some() {
                notes.push(self.note(
                    at,
                    Coverage::NotEnforced,
                    "that a case begins at that time is not judged: a case begins with its first event",
                    "办件是否按时启动不评判：办件自来源系统上报第一个事件起算",
                ));
            }
            if node.kind == Kind::Gateway(Gateway::EventBased) {
                notes.push(self.note(
                    at,
                    Coverage::Partly,
                    "every way out of it is open; which event came first is not judged",
                    "各出口均放行；哪个事件先发生不评判",
                ));
            }
        }
    }
}

impl DrawnStep {
    fn datum(&self, limits: &mut Vec<Datum>) -> Datum {
        let mut said = self.said.clone();
        let mut step = Datum::Map(Vec::new());
        said.take("code");
        let free = said.take("unrestricted") == Some(Datum::Bool(true));
        for limit in taken_list(&mut said, "time_limits") {
            let mut whole = Datum::Map(Vec::new());
            let mut rest = limit;
            for name in ["id", "name"] {
                if let Some(value) = rest.take(name) {
                    whole.set(name, value);
                }
            }
            whole.set("kind", Datum::text("step"));
            whole.set("step", Datum::text(&self.code));
            for (name, value) in rest.entries() {
                whole.set(name, value.clone());
            }
            limits.push(whole);
        }
        let more: Vec<Datum> = taken_list(&mut said, "parallel_with");
        step.set("code", Datum::text(&self.code));
        step.set("name", Datum::text(&self.name));
        for name in ["name_en", "office", "requirement"] {
            let drawn = match name {
                "office" => self.office.clone(),
                "requirement" => self.requirement.clone(),
                _ => None,
            };
            if let Some(value) = said.take(name).or(drawn.map(Datum::Text)) {
                step.set(name, value);
            }
        }
        if self.first {
            step.set("first", Datum::Bool(true));
        }
        let repeatable = said.take("repeatable") == Some(Datum::Bool(true));
        for (name, value) in said.entries() {
            step.set(name, value.clone());
        }
        if self.repeatable || repeatable {
            step.set("repeatable", Datum::Bool(true));
        }
        let mut parallel: Vec<Datum> = self.parallel_with.iter().map(Datum::text).collect();
        parallel.extend(more);
        if !parallel.is_empty() {
            step.set("parallel_with", Datum::List(parallel));
        }
        if !free {
            step.set("next", Datum::texts(self.next.iter().cloned()));
        }
        step
    }
}

fn office(process: &Process, node: usize, offices: &[Option<String>]) -> Option<String> {
    let mut at = Some(node);
    while let Some(node) = at {
        if let Some(lane) = process.nodes[node].lane {
            return offices[lane].clone();
        }
        at = process.nodes[node].parent;
    }
    None
}

/// A code for every activity, and those whose own is taken.
fn codes(process: &Process) -> (BTreeMap<usize, String>, Vec<usize>) {
    let mut given = Codes::default();
    let mut codes = BTreeMap::new();
    let mut doubled = Vec::new();
    let activities = || {
        process
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, n)| n.is_activity())
    };
    for (at, node) in activities() {
        let said = node.extension.as_ref().map(extension::map);
        if let Some(code) = said.and_then(|said| said.scalar_of("code")) {
            if given.keep(&code) {
                codes.insert(at, code);
            } else {
                doubled.push(at);
            }
        }
    }
    for (at, node) in activities() {
        codes
            .entry(at)
            .or_insert_with(|| given.code(&node.id, node.name.as_deref(), "step"));
    }
    (codes, doubled)
}

fn taken_list(map: &mut Datum, name: &str) -> Vec<Datum> {
    match map.take(name) {
        Some(Datum::List(items)) => items,
        _ => Vec::new(),
    }
}

/// Adds what is not there by id: what a definition says of a drawn limit goes before the drawing.
fn merge(list: &mut Vec<Datum>, more: Vec<Datum>) {
    for item in more {
        let id = item.scalar_of("id");
        if !list.iter().any(|known| known.scalar_of("id") == id) {
            list.push(item);
        }
    }
}

/// P1: without it nobody is held to the ways drawn.
fn not_in_flowchart() -> Datum {
    Datum::Map(vec![
        ("id".into(), Datum::text("off-flowchart")),
        ("name".into(), Datum::text("不按流程图办理")),
        ("name_en".into(), Datum::text("Outside the flowchart")),
        ("check".into(), Datum::text("not_in_flowchart")),
    ])
}
