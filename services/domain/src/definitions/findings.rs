//! Findings: what a careful reader objects to in definitions that can be run all the same.
//!
//! The notice of 2015 asks that a flowchart names office, requirement and term of every step (流程图：承办机构、办理要求、办理时限); a
//! term taken from a law must say which; and step limits that add up to more than the body promises (domain study 3.1, S16) promise what nobody can keep.
//! A flowchart taken over from elsewhere may lack all that, so that none of it is a [`Problem`] that forbids to run it.

use std::collections::BTreeMap;

use super::{
    Anchor, DefinitionSet, Document, Effect, Flowchart, Limit, LimitKind, Name, PowerItem, Problem,
    REVIEW_AFTER, SpecialProcedure, Step,
};
use crate::event::EventKind;
use crate::limit::{Budget, Unit};

impl DefinitionSet {
    /// Every finding, in file order.
    pub fn findings(&self) -> Vec<Problem> {
        let mut findings = Vec::new();
        for document in &self.flowcharts {
            steps_are_described(document, &mut findings);
            limits_have_a_basis(document, &mut findings);
            suspensions_end(document, &mut findings);
            promises_can_be_kept(document, &mut findings);
        }
        for document in &self.items {
            offices_exist(document, self, &mut findings);
        }
        super::vain::findings(self, &mut findings);
        findings.extend(crate::life::alike::findings(self));
        findings.sort();
        findings.dedup();
        findings
    }
}

fn steps_are_described(document: &Document<Flowchart>, findings: &mut Vec<Problem>) {
    let flowchart = &document.value;
    for step in &flowchart.steps {
        let mut lacks = |what: &str| {
            let message = format!("step {:?} has no {what}", step.code.text);
            findings.push(document.problem(step.code.line, message));
        };
        if empty(step.office.as_deref()) {
            lacks("`office`: who handles it");
        }
        if empty(step.requirement.as_deref()) {
            lacks("`requirement`: what has to be done there");
        }
        let limited = flowchart
            .limits
            .iter()
            .any(|limit| limit.at_least.is_none() && ends_with(limit, step));
        if !limited && empty(step.no_limit.as_deref()) {
            lacks(
                "limit of its own nor one that ends with it; give it one, or say why not in `no_limit`",
            );
        }
    }
}

fn limits_have_a_basis(document: &Document<Flowchart>, findings: &mut Vec<Problem>) {
    for limit in &document.value.limits {
        let lawful = limit.statutory.is_some();
        if lawful && empty(limit.legal_basis.as_deref()) {
            let message = format!(
                "limit {:?} is statutory and names no `legal_basis`",
                limit.id.text
            );
            findings.push(document.problem(limit.id.line, message));
        }
    }
    for special in &document.value.special_procedures {
        if empty(special.legal_basis.as_deref()) {
            let message = format!(
                "special procedure {:?} names no `legal_basis`: time stops only where a law says so",
                special.kind.text
            );
            findings.push(document.problem(special.kind.line, message));
        }
    }
}

/// What stops the clock has an end, or is asked after.
fn suspensions_end(document: &Document<Flowchart>, findings: &mut Vec<Problem>) {
    let suspending = |special: &&SpecialProcedure| special.effect == Effect::Suspend;
    for special in document.value.special_procedures.iter().filter(suspending) {
        let kind = &special.kind;
        let message = match (special.maximum, special.review_after) {
            (None, None) => format!(
                "special procedure {:?} has neither `maximum` nor `review_after`: it may stop the clock for ever; give it the most \
                 it may last, or where the law sets none, after how long it must be justified anew ({REVIEW_AFTER} by default)",
                kind.text
            ),
            (Some(_), Some(_)) => format!(
                "special procedure {:?} has a `maximum`: its `review_after` is never asked",
                kind.text
            ),
            _ => continue,
        };
        findings.push(document.problem(kind.line, message));
    }
}

/// Along no way may the steps' limits add up to more than the case's promise (S16), nor to more than the law's term where nothing
/// is promised.
fn promises_can_be_kept(document: &Document<Flowchart>, findings: &mut Vec<Problem>) {
    let flowchart = &document.value;
    for case in flowchart
        .limits
        .iter()
        .filter(|limit| limit.kind == LimitKind::Case)
    {
        let (promise, word) = match (case.promised, case.statutory) {
            (Some(promised), _) => (promised, "promised"),
            (None, Some(statutory)) => (statutory, "lawful"),
            (None, None) => continue,
        };
        let Some(way) = longest_way(flowchart, case) else {
            continue;
        };
        if way.minutes > comparable(promise) {
            let steps: Vec<String> = way
                .steps
                .iter()
                .map(|(step, budget)| format!("{step} {budget}"))
                .collect();
            let message = format!(
                "limit {:?}: the limits of its steps ({}) add up to more than the {word} {promise}",
                case.id.text,
                steps.join(" + "),
            );
            findings.push(document.problem(case.id.line, message));
        }
    }
}

/// An item's flowchart may only name offices that a body has which acts for the item.
fn offices_exist(document: &Document<PowerItem>, set: &DefinitionSet, findings: &mut Vec<Problem>) {
    let item = &document.value;
    let acting: Vec<&str> = std::iter::once(&item.executing_body)
        .chain(&item.entrusted_bodies)
        .chain(item.acting_bodies.iter().map(|acting| &acting.body))
        .map(|code| code.text.as_str())
        .collect();
    let known = |office: &str| {
        set.bodies.iter().any(|body| {
            acting.contains(&body.value.code.text.as_str())
                && body.value.offices.iter().any(|o| o.code.text == office)
        })
    };
    let flowcharts = set
        .flowcharts
        .iter()
        .filter(|f| f.value.id.text == item.flowchart.text);
    for flowchart in flowcharts {
        let steps = flowchart.value.steps.iter().map(|s| s.office.as_deref());
        let limits = flowchart.value.limits.iter().map(|l| l.office.as_deref());
        for office in steps.chain(limits).flatten().filter(|o| !known(o)) {
            let message = format!(
                "flowchart {:?} names the office {office:?}, which no body of this item has",
                item.flowchart.text
            );
            findings.push(document.problem(item.flowchart.line, message));
        }
    }
}

fn empty(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

/// Whether the limit speaks of the end of this step.
fn ends_with(limit: &Limit, step: &Step) -> bool {
    match limit.kind {
        LimitKind::Step => limit
            .step
            .as_ref()
            .is_some_and(|s| s.text == step.code.text),
        _ => limit.to.iter().any(|anchor| does(anchor, step)),
    }
}

/// Whether an event that the anchor names means that the step is done.
fn does(anchor: &Anchor, step: &Step) -> bool {
    match (&anchor.step, anchor.kind) {
        (Some(code), kind) => {
            *code == step.code.text && matches!(kind, None | Some(EventKind::StepEnd))
        }
        (None, Some(kind)) => step.done_by.contains(&kind),
        (None, None) => false,
    }
}

/// Whether an event that the anchor names means that the step began.
fn begins(anchor: &Anchor, step: &Step) -> bool {
    anchor.step.as_deref() == Some(step.code.text.as_str())
        && anchor.kind == Some(EventKind::StepStart)
}

/// A budget in minutes, so that units can be held against each other: a week has five working days, a month thirty days.
pub(super) fn comparable(budget: Budget) -> u64 {
    const DAY: u64 = 24 * 60;
    let one = match budget.unit {
        Unit::WorkingDays => DAY * 7 / 5,
        Unit::CalendarDays | Unit::CalendarDaysRolled => DAY,
        Unit::Hours => 60,
        Unit::Minutes => 1,
        Unit::Months | Unit::MonthsRolled => 30 * DAY,
    };
    u64::from(budget.count) * one
}

/// A way through the flowchart: its length, and the limits it is made of.
#[derive(Clone, Debug, Default)]
struct Way {
    minutes: u64,
    steps: Vec<(String, Budget)>,
}

/// The way from where the limit starts to a step that fulfils it whose step limits add up to most. Ways back (rework) are not gone
/// twice; steps side by side count once, by the longer.
fn longest_way(flowchart: &Flowchart, case: &Limit) -> Option<Way> {
    let mut walk = Walk {
        flowchart,
        case,
        open: Vec::new(),
        known: BTreeMap::new(),
    };
    let steps = &flowchart.steps;
    let place = |name: &Name| steps.iter().position(|s| s.code.text == name.text);
    let mut ways = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        if case.from.iter().any(|anchor| begins(anchor, step)) {
            ways.extend(walk.from(None, at));
        }
        if case.from.iter().any(|anchor| does(anchor, step)) {
            for next in step.next.iter().flatten().filter_map(place) {
                ways.extend(walk.from(Some(at), next));
            }
        }
    }
    if ways.is_empty() {
        // It starts with an event that is no step's: with the application, say.
        let none_first = !steps.iter().any(|s| s.first);
        for (at, step) in steps.iter().enumerate() {
            if step.first || (none_first && at == 0) {
                ways.extend(walk.from(None, at));
            }
        }
    }
    ways.into_iter().max_by_key(|way| way.minutes)
}

struct Walk<'f> {
    flowchart: &'f Flowchart,
    case: &'f Limit,
    /// Steps on the way that is being gone.
    open: Vec<usize>,
    /// The longest way from a step that was reached from another, where there is one.
    known: BTreeMap<(Option<usize>, usize), Option<Way>>,
}

impl Walk<'_> {
    /// The longest way from `at` (entered after `before`) to the limit's end; none where it is not reached.
    fn from(&mut self, before: Option<usize>, at: usize) -> Option<Way> {
        if let Some(known) = self.known.get(&(before, at)) {
            return known.clone();
        }
        if self.open.contains(&at) {
            return None;
        }
        let step = &self.flowchart.steps[at];
        let mut way = if self.case.to.iter().any(|anchor| does(anchor, step)) {
            Some(Way::default())
        } else {
            self.open.push(at);
            let onward: Vec<usize> = step
                .next
                .iter()
                .flatten()
                .filter_map(|name| {
                    let steps = &self.flowchart.steps;
                    steps.iter().position(|s| s.code.text == name.text)
                })
                .collect();
            let longest = onward
                .into_iter()
                .filter_map(|next| self.from(Some(at), next))
                .max_by_key(|way| way.minutes);
            self.open.pop();
            longest
        };
        if let (Some(way), Some(budget)) = (&mut way, self.limit_of(before, at)) {
            way.minutes += comparable(budget);
            way.steps.insert(0, (step.code.text.clone(), budget));
        }
        self.known.insert((before, at), way.clone());
        way
    }

    /// What a step may take: by its own limit, or by a stage limit from the end of the step before it to its own.
    fn limit_of(&self, before: Option<usize>, at: usize) -> Option<Budget> {
        let step = &self.flowchart.steps[at];
        let before = before.map(|at| &self.flowchart.steps[at]);
        let mut limits = self.flowchart.limits.iter();
        let spans = |limit: &&Limit| match limit.kind {
            LimitKind::Step => ends_with(limit, step),
            LimitKind::Stage => {
                let from = |anchor: &Anchor| match before {
                    Some(before) => does(anchor, before),
                    None => self.case.from.contains(anchor),
                };
                limit.at_least.is_none() && ends_with(limit, step) && limit.from.iter().any(from)
            }
            LimitKind::Case | LimitKind::Event => false,
        };
        let limit = limits.find(spans)?;
        limit.promised.or(limit.statutory)
    }
}

#[cfg(test)]
mod tests {
    use super::super::DefinitionFile;
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        let file = DefinitionFile {
            name: "a.yaml".into(),
            text: text.into(),
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        assert_eq!(problems, []);
        let tell = |finding: &Problem| finding.to_string();
        set.findings().iter().map(tell).collect()
    }

    const CHART: &str = "kind: flowchart
id: c
version: '1'
name: c
effective_from: 2015-01-01
steps:
  - {code: accept, name: a, office: o, requirement: r, done_by: [accepted], no_limit: at once, next: [review, survey]}
  - {code: review, name: a, office: o, requirement: r, parallel_with: [survey], next: [decide]}
  - {code: survey, name: a, office: o, requirement: r, next: [decide]}
  - {code: decide, name: a, office: o, requirement: r, done_by: [decided], next: [accept]}
limits:
  - {id: d, name: d, kind: case, from: [accepted], to: [decided], promised: PROMISE}
  - {id: r, name: d, kind: step, step: review, promised: 3wd}
  - {id: s, name: d, kind: step, step: survey, promised: 5wd}
  - {id: p, name: d, kind: stage, from: [step_end:survey], to: [decided], promised: 2wd}
";

    #[test]
    fn step_limits_that_fill_the_promise_are_no_finding() {
        assert_eq!(findings(&CHART.replace("PROMISE", "7wd")), [""; 0]);
        // Seven working days are nine calendar days and a bit.
        assert_eq!(findings(&CHART.replace("PROMISE", "10cd")), [""; 0]);
    }

    #[test]
    fn step_limits_beyond_the_promise_are_told_with_the_way_they_lie_on() {
        for promise in ["6wd", "9cd"] {
            let told = format!(
                "a.yaml:12: limit \"d\": the limits of its steps (survey 5wd + decide 2wd) add up to more than the promised {promise}"
            );
            assert_eq!(findings(&CHART.replace("PROMISE", promise)), [told]);
        }
    }

    #[test]
    fn a_step_without_office_requirement_or_limit_is_told() {
        let bare = CHART.replace("PROMISE", "7wd").replace(
            "survey, name: a, office: o, requirement: r,",
            "survey, name: a,",
        );
        let told = findings(&bare.replace("kind: step, step: survey", "kind: step, step: review"));
        assert_eq!(
            told,
            [
                "a.yaml:9: step \"survey\" has no `office`: who handles it",
                "a.yaml:9: step \"survey\" has no `requirement`: what has to be done there",
                "a.yaml:9: step \"survey\" has no limit of its own nor one that ends with it; give it one, or say \
                 why not in `no_limit`",
            ]
        );
    }

    #[test]
    fn a_statutory_limit_and_a_special_procedure_name_their_law() {
        let text = CHART.replace("promised: PROMISE", "statutory: 20wd")
            + "special_procedures: [{kind: x, name: x, effect: suspend, maximum: 5wd}]\n";
        assert_eq!(
            findings(&text),
            [
                "a.yaml:12: limit \"d\" is statutory and names no `legal_basis`",
                "a.yaml:16: special procedure \"x\" names no `legal_basis`: time stops only where a law says so",
            ]
        );
    }

    #[test]
    fn a_suspension_has_a_maximum_or_is_asked_after() {
        let told = |rest: &str| {
            let text = CHART.replace("PROMISE", "7wd");
            let special = format!("{{kind: x, name: x, effect: suspend, legal_basis: law{rest}}}");
            findings(&format!("{text}special_procedures: [{special}]\n"))
        };
        assert_eq!(told(", maximum: 5wd"), [""; 0]);
        assert_eq!(told(", review_after: 60cd"), [""; 0]);
        let [endless] = &told("")[..] else {
            panic!("one finding")
        };
        assert!(endless.contains("\"x\" has neither `maximum` nor `review_after`"));
        let [idle] = &told(", maximum: 5wd, review_after: 60cd")[..] else {
            panic!("one finding")
        };
        assert!(idle.contains("its `review_after` is never asked"));
    }

    #[test]
    fn an_office_that_no_acting_body_has_is_told_at_the_item() {
        let text = CHART.replace("PROMISE", "7wd")
            + "---
kind: body
code: b
name: b
region: '5105'
offices: [{code: other, name: o}]
---
kind: item
code: x
name: x
power_type: licence
level: city
region: '5105'
executing_body: b
legal_basis: [x]
effective_from: 2015-01-01
flowchart: c
";
        assert_eq!(
            findings(&text),
            ["a.yaml:32: flowchart \"c\" names the office \"o\", which no body of this item has"]
        );
        assert_eq!(findings(&text.replace("code: other", "code: o")), [""; 0]);
    }
}
