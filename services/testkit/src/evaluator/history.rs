//! What is known of one case: which events count, in which order, in which steps.
//!
//! Everything is computed anew from the arrivals; nothing is kept between questions.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{Anchor, Flowchart, PowerItem, Step};
use mingjing_domain::event::{CaseData, CaseEvent, EventKind};
use mingjing_domain::source::Lacks;

use super::Definitions;

/// One stay in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Visit<'a> {
    pub step: &'a str,
    /// From 1.
    pub number: u16,
    /// The event that entered it.
    pub entered: usize,
    /// The event that ended it.
    pub ended: Option<usize>,
    /// It was told by its end and by its milestone: both are one visit.
    pub twice: bool,
}

/// One case, as far as it is known.
pub(super) struct Case<'a> {
    /// The events that count, in order.
    pub events: Vec<&'a CaseEvent<'static>>,
    /// Each event's step.
    pub steps: Vec<Option<&'a str>>,
    pub visits: Vec<Visit<'a>>,
    pub item: Option<&'a PowerItem>,
    pub flowchart: Option<&'a Flowchart>,
    /// Its flowchart, or what stands for one.
    pub chart: &'a Flowchart,
    /// Event ids of which two contents came under one data version.
    pub conflicting: BTreeSet<&'a str>,
    /// The region whose calendar counts: its item's, else its source's.
    pub region: Option<&'a str>,
    pub arrivals: &'a [CaseEvent<'static>],
    /// What its source's format cannot say.
    pub lacks: &'a Lacks,
    /// For so long after something was told its source may put it right; none where that cannot be known.
    pub allowance_ms: Option<i64>,
}

impl<'a> Case<'a> {
    /// The case that these arrivals (in order of arrival) make.
    pub fn of(
        arrivals: &'a [CaseEvent<'static>],
        definitions: &'a Definitions,
        lacks: &'a Lacks,
    ) -> Self {
        let (events, conflicting) = known(arrivals);
        let item = events
            .iter()
            .find_map(|e| e.data.item_code.as_deref())
            .and_then(|code| definitions.item(code));
        let flowchart = item.and_then(|item| in_force(&events, item, definitions));
        let source = arrivals.first().and_then(|e| definitions.source(&e.source));
        let region = match item {
            Some(item) => Some(item.region.as_str()),
            None => source.and_then(|source| source.region.as_deref()),
        };
        let steps: Vec<_> = events.iter().map(|e| step_of(e, flowchart)).collect();
        let visits = visits(&events, &steps, flowchart);
        Self {
            events,
            steps,
            visits,
            item,
            flowchart,
            chart: flowchart.unwrap_or(&definitions.bare),
            conflicting,
            region,
            arrivals,
            lacks,
            allowance_ms: None,
        }
    }

    /// The case as it stood before an event, under the flowchart that it has now.
    pub fn before(&self, index: usize) -> Case<'a> {
        let (events, steps) = (self.events[..index].to_vec(), self.steps[..index].to_vec());
        Case {
            visits: visits(&events, &steps, self.flowchart),
            events,
            steps,
            item: self.item,
            flowchart: self.flowchart,
            chart: self.chart,
            conflicting: self.conflicting.clone(),
            region: self.region,
            arrivals: self.arrivals,
            allowance_ms: self.allowance_ms,
            lacks: self.lacks,
        }
    }

    /// The case without some events, and without its visits.
    pub fn without(&self, places: &[usize]) -> Case<'a> {
        let kept = (0..self.events.len()).filter(|i| !places.contains(i));
        let kept: Vec<usize> = kept.collect();
        Case {
            events: kept.iter().map(|i| self.events[*i]).collect(),
            steps: kept.iter().map(|i| self.steps[*i]).collect(),
            visits: Vec::new(),
            item: self.item,
            flowchart: self.flowchart,
            chart: self.chart,
            conflicting: self.conflicting.clone(),
            region: self.region,
            arrivals: self.arrivals,
            lacks: self.lacks,
            allowance_ms: self.allowance_ms,
        }
    }

    /// The case as it would be under the flowchart of another item, without its visits.
    pub fn of_item(&self, definitions: &'a Definitions, code: &str) -> Case<'a> {
        let item = definitions.item(code);
        let flowchart = item.and_then(|item| in_force(&self.events, item, definitions));
        let source = self
            .arrivals
            .first()
            .and_then(|e| definitions.source(&e.source));
        let region = match item {
            Some(item) => Some(item.region.as_str()),
            None => source.and_then(|source| source.region.as_deref()),
        };
        Case {
            events: self.events.clone(),
            steps: self.steps.clone(),
            visits: Vec::new(),
            item,
            flowchart,
            chart: flowchart.unwrap_or(&definitions.bare),
            conflicting: self.conflicting.clone(),
            region,
            arrivals: self.arrivals,
            lacks: self.lacks,
            allowance_ms: self.allowance_ms,
        }
    }

    /// When an event happened, cut to the second.
    pub fn second(&self, index: usize) -> Timestamp {
        self.events[index].occurred_at.floor_second()
    }

    pub fn matches(&self, index: usize, anchor: &Anchor) -> bool {
        let event = self.events[index];
        anchor.kind.is_none_or(|kind| event.kind == kind)
            && anchor
                .step
                .as_deref()
                .is_none_or(|step| self.steps[index] == Some(step))
    }

    pub fn matches_any(&self, index: usize, anchors: &[Anchor]) -> bool {
        anchors.iter().any(|anchor| self.matches(index, anchor))
    }

    /// All events that match one of the anchors, in order.
    pub fn all(&self, anchors: &[Anchor]) -> Vec<usize> {
        (0..self.events.len())
            .filter(|i| self.matches_any(*i, anchors))
            .collect()
    }

    /// The first event that matches one of the anchors.
    pub fn first(&self, anchors: &[Anchor]) -> Option<usize> {
        self.all(anchors).first().copied()
    }

    /// Whether the case has an event with this id that does not come after another, be it taken back or not.
    pub fn has_till(&self, id: &str, event: &CaseEvent<'static>) -> bool {
        let order = |e: &CaseEvent<'static>| (e.occurred_at, e.source_seq, e.event_id.to_string());
        let greatest = greatest(self.arrivals);
        let named: Option<&&CaseEvent<'static>> = greatest.get(id);
        named.is_some_and(|named| order(named) <= order(event))
    }

    /// The first event of a kind.
    pub fn first_of(&self, kind: EventKind) -> Option<usize> {
        self.events.iter().position(|e| e.kind == kind)
    }

    /// When an event was entered and received: the earliest that any of its versions with the same business time says.
    pub fn earliest_times(&self, index: usize) -> (Option<Timestamp>, Timestamp) {
        let event = self.events[index];
        let (mut entered, mut received) = (event.entered_at, event.received_at);
        for version in self.arrivals {
            let same_time = version.occurred_at == event.occurred_at;
            if version.event_id == event.event_id && same_time {
                entered = entered.into_iter().chain(version.entered_at).min();
                received = received.min(version.received_at);
            }
        }
        (entered, received)
    }

    /// Whether an event only tells the start of a step again.
    pub fn starts_again(&self, index: usize) -> bool {
        let Some(step) = self.steps[index] else {
            return false;
        };
        let runs = |v: &Visit<'_>| {
            v.step == step && v.entered < index && v.ended.is_none_or(|end| end > index)
        };
        self.visits.iter().any(runs)
            && is_same_start(&self.events, &self.steps, index, self.flowchart)
    }

    /// Which event of its kind and step it is, from 1.
    pub fn occurrence(&self, index: usize) -> u16 {
        let same = |i: &usize| {
            self.events[*i].kind == self.events[index].kind && self.steps[*i] == self.steps[index]
        };
        (0..=index).filter(same).count() as u16
    }
}

/// Of each event id the greatest data version, of equal ones the first that arrived, under the smallest number that it came with.
fn greatest<'a>(arrivals: &'a [CaseEvent<'static>]) -> BTreeMap<&'a str, &'a CaseEvent<'static>> {
    let mut by_id: BTreeMap<&'a str, &'a CaseEvent<'static>> = BTreeMap::new();
    for event in arrivals {
        let kept = by_id.entry(&event.event_id).or_insert(event);
        let renumbered = event.data_version == kept.data_version
            && content(event) == content(kept)
            && event.source_seq < kept.source_seq;
        if event.data_version > kept.data_version || renumbered {
            *kept = event;
        }
    }
    by_id
}

/// Of each event id what counts, in order, and the ids that came with two contents; none that a correction names.
pub(super) fn known<'a>(
    arrivals: &'a [CaseEvent<'static>],
) -> (Vec<&'a CaseEvent<'static>>, BTreeSet<&'a str>) {
    let by_id = greatest(arrivals);
    let corrected: BTreeSet<&str> = by_id
        .values()
        .filter(|e| e.kind == EventKind::Corrected)
        .filter_map(|e| e.data.corrects.as_deref())
        .collect();
    let mut events: Vec<_> = by_id
        .values()
        .copied()
        .filter(|e| !corrected.contains(&*e.event_id))
        .collect();
    events.sort_by_key(|e| (e.occurred_at, e.source_seq, e.event_id.clone()));
    let differs = |kept: &CaseEvent<'static>| {
        arrivals.iter().any(|other| {
            other.event_id == kept.event_id
                && other.data_version == kept.data_version
                && content(other) != content(kept)
        })
    };
    let conflicting = events
        .iter()
        .filter(|e| differs(e))
        .map(|e| &*e.event_id)
        .collect();
    (events, conflicting)
}

/// What a record says, apart from when it travelled and under which number, and by which channel the case came.
pub(super) fn content(event: &CaseEvent<'static>) -> CaseEvent<'static> {
    CaseEvent {
        received_at: Timestamp::MIN,
        sent_at: None,
        source_seq: 0,
        data: CaseData {
            channel: None,
            ..event.data.clone()
        },
        ..event.clone()
    }
}

/// The version of the item's flowchart that judges the case.
fn in_force<'a>(
    events: &[&CaseEvent<'static>],
    item: &PowerItem,
    definitions: &'a Definitions,
) -> Option<&'a Flowchart> {
    let accepted = events.iter().find(|e| e.kind == EventKind::Accepted);
    let decides = accepted.or(events.first())?.occurred_at;
    definitions
        .set
        .flowcharts
        .iter()
        .map(|document| &document.value)
        .filter(|f| *f.id == *item.flowchart)
        .filter(|f| f.effective_from <= decides.local_date(definitions.zone(&f.calendar)))
        .max_by_key(|f| f.effective_from)
}

pub(super) fn step_of<'a>(
    event: &'a CaseEvent<'static>,
    flowchart: Option<&'a Flowchart>,
) -> Option<&'a str> {
    if let Some(code) = event.data.step_code.as_deref() {
        return Some(code);
    }
    let done_by = |s: &&Step| s.done_by.contains(&event.kind);
    flowchart?
        .steps
        .iter()
        .find(done_by)
        .map(|s| s.code.text.as_str())
}

/// Whether an event of this kind means that the step is done.
pub(super) fn is_done_by(flowchart: Option<&Flowchart>, step: &str, kind: EventKind) -> bool {
    flowchart
        .into_iter()
        .flat_map(|f| &f.steps)
        .any(|s| *s.code == *step && s.done_by.contains(&kind))
}

/// Whether an event starts a step that the flowchart lets run once at a time, as whoever started it last.
fn is_same_start(
    events: &[&CaseEvent<'static>],
    steps: &[Option<&str>],
    index: usize,
    flowchart: Option<&Flowchart>,
) -> bool {
    let starts = |i: &usize| events[*i].kind == EventKind::StepStart && steps[*i] == steps[index];
    let actor = |i: usize| {
        let actor = events[i].data.actor.as_ref();
        actor.map(|a| a.id.to_string()).filter(|id| !id.is_empty())
    };
    let mut known = flowchart.into_iter().flat_map(|f| &f.steps);
    let runs_once = known.any(|s| steps[index] == Some(&*s.code) && !s.repeatable);
    let last = (0..index).rev().find(starts);
    starts(&index) && runs_once && last.is_some_and(|last| actor(last) == actor(index))
}

fn visits<'a>(
    events: &[&'a CaseEvent<'static>],
    steps: &[Option<&'a str>],
    flowchart: Option<&Flowchart>,
) -> Vec<Visit<'a>> {
    let mut visits: Vec<Visit<'a>> = Vec::new();
    for (index, event) in events.iter().enumerate() {
        let Some(step) = steps[index] else { continue };
        let starts = event.kind == EventKind::StepStart;
        let ends = event.kind == EventKind::StepEnd || is_done_by(flowchart, step, event.kind);
        if !starts && !ends {
            continue;
        }
        let runs = visits.iter().any(|v| v.step == step && v.ended.is_none());
        if runs && is_same_start(events, steps, index, flowchart) {
            continue; // told twice: the visit goes on
        }
        if !starts
            && let Some(open) = visits
                .iter_mut()
                .find(|v| v.step == step && v.ended.is_none())
        {
            open.ended = Some(index);
            continue;
        }
        let latest = visits.iter_mut().rfind(|v| v.step == step);
        if let Some(latest) = latest.filter(|v| !v.twice)
            && let Some(ended) = latest.ended
        {
            let by_end = |i: usize| events[i].kind == EventKind::StepEnd;
            let is_milestone_alone = latest.entered == ended && !by_end(ended);
            if starts && is_milestone_alone && events[ended].occurred_at == event.occurred_at {
                continue;
            }
            if !starts && by_end(index) != by_end(ended) {
                latest.twice = true;
                continue;
            }
        }
        let number = visits.iter().filter(|v| v.step == step).count() as u16 + 1;
        visits.push(Visit {
            step,
            number,
            entered: index,
            ended: (!starts).then_some(index),
            twice: false,
        });
    }
    visits
}

/// The local date of an event.
pub(super) fn local_date(event: &CaseEvent<'_>, zone: Tz) -> chrono::NaiveDate {
    event.occurred_at.local_date(zone)
}
