//! Cases that were told to be of another item: what was known when, and the clock that is kept.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline::{self, Ledger};
use mingjing_domain::definitions::{Anchor, Limit, LimitKind, PointKind};
use mingjing_domain::event::{CaseEvent, EventKind};
use mingjing_domain::limit::Budget;
use mingjing_domain::source::Source;

use super::history::{Case, content, known, step_of};
use super::{Moment, SlowEvaluator, Wanted, Watch, level_of};

/// The item that a case was of before.
#[derive(Clone, Debug)]
pub(super) struct Former {
    /// When the item that it is of now was told.
    told_at: Timestamp,
    /// When the case would be due by the item before.
    due_at: Timestamp,
}

impl<'a> SlowEvaluator<'a> {
    /// The item that an open case was of before, where the one of now, or none, was told too late and lets it end later, or never.
    pub(super) fn former(&self, case: &Case<'a>, source: &Source) -> Option<Former> {
        let allowance_ms = case.allowance_ms?;
        let now = item_of(&case.events);
        let begins = |kind| matches!(kind, EventKind::Accepted | EventKind::Filed);
        let said = said(case);
        let told_at = if now.is_some() {
            said.iter().find(|(_, item)| item.as_deref() == now)?.0
        } else {
            case.events.iter().find(|e| begins(e.kind))?;
            let named = said.iter().rposition(|(_, item)| item.is_some())?;
            said.get(named + 1)?.0
        };
        let stood = records(case).into_iter().filter(|r| !case.was_put_right(r));
        let stood: Vec<CaseEvent<'static>> = stood.collect();
        let begun = stood.iter().filter(|record| begins(record.kind));
        let begun_at = begun.map(|record| record.occurred_at).min()?;
        let kind = |i: usize| case.events[i].kind;
        let turns = |i: &usize| {
            let ends = matches!(kind(*i), EventKind::Decided | EventKind::Closed);
            let ends = ends || EventKind::ENDED_OTHERWISE.contains(&kind(*i));
            case.events[*i].occurred_at <= told_at && (begins(kind(*i)) || ends)
        };
        let last = (0..case.events.len()).rev().find(turns);
        if begun_at > told_at || last.is_some_and(|last| !begins(kind(last))) {
            return None;
        }
        let mut first: Option<(Timestamp, Timestamp, Budget)> = None;
        for (at, item) in &said {
            let Some(item) = item.as_deref().filter(|item| Some(*item) != now) else {
                continue;
            };
            let other = case.of_item(self.definitions, item);
            let Some(limit) = self.case_limit(&other, source) else {
                continue;
            };
            let starts = stood.iter().filter(|r| starts(r, &limit, &other));
            let (Some(budget), Some(from)) = (
                limit.promised.or(limit.statutory),
                starts.map(|r| r.occurred_at).min(),
            ) else {
                continue;
            };
            let due_at = self.runs_out(&other, from, budget);
            let is_late = told_at > at.plus_millis(allowance_ms);
            if is_late && first.is_none_or(|(earliest, ..)| due_at < earliest) {
                first = Some((due_at, from, budget));
            }
        }
        let (_, from, budget) = first?;
        let due_at = self.runs_out(case, from, budget);
        let is_longer = self
            .runs_now(case, source, told_at.max(from))
            .is_none_or(|now| due_at < now);
        is_longer.then_some(Former { told_at, due_at })
    }

    /// When the case is due by the item that it is of now, where its limit has begun by an instant.
    fn runs_now(&self, case: &Case<'a>, source: &Source, latest: Timestamp) -> Option<Timestamp> {
        let limit = self.case_limit(case, source)?;
        let budget = limit.promised.or(limit.statutory)?;
        let start = match limit.from.is_empty() {
            true => (!case.events.is_empty()).then_some(0)?,
            false => case.first(&limit.from)?,
        };
        let runs = case.events[start].occurred_at <= latest;
        runs.then(|| self.runs_out(case, case.begins_at(start), budget))
    }

    /// A case that was told, too late, to be of an item with a longer case limit or with none.
    pub(super) fn item_changed(
        &self,
        case: &Case<'a>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Wanted> {
        let former = self.former(case, moment.source).into_iter();
        let wanted = former.map(|former| Wanted {
            control_point: watch.point.id.text.clone(),
            step: String::new(),
            visit: 1,
            level: level_of(&watch.point),
            state: moment.state(case, &watch.point, former.told_at),
            due_at: Some(former.due_at),
            breached_at: Some(former.told_at),
            completed_at: None,
        });
        wanted.collect()
    }

    /// The limit of the whole case that the first overdue point of such a limit watches.
    fn case_limit(&self, case: &Case<'a>, source: &Source) -> Option<Limit> {
        let watches = self.watches(case, source).into_iter();
        let mut watched = watches
            .filter(|watch| matches!(watch.point.check, PointKind::Overdue { .. }))
            .filter_map(|watch| watch.limit);
        let limit = watched.find(|limit| limit.kind == LimitKind::Case)?;
        Some(limit.into_owned())
    }

    fn runs_out(&self, case: &Case<'_>, from: Timestamp, budget: Budget) -> Timestamp {
        let calendar = self.definitions.calendar_of(case, &case.chart.calendar);
        deadline::deadline(calendar, from, budget, &Ledger::default()).due_at
    }
}

/// Whether a case limit would begin with a record.
fn starts(record: &CaseEvent<'static>, limit: &Limit, case: &Case<'_>) -> bool {
    let step = step_of(record, case.flowchart);
    let is = |anchor: &Anchor| {
        anchor.kind.is_none_or(|kind| kind == record.kind)
            && anchor.step.as_deref().is_none_or(|at| step == Some(at))
    };
    limit.from.is_empty() || limit.from.iter().any(is)
}

/// The item that the first event which names one names, as known after each receipt.
fn said(case: &Case<'_>) -> Vec<(Timestamp, Option<String>)> {
    after_each_receipt(case, |events| item_of(events).map(str::to_owned))
}

/// Something of the events that counted, in order, after each receipt.
pub(super) fn after_each_receipt<T>(
    case: &Case<'_>,
    of: impl Fn(&[&CaseEvent<'static>]) -> T,
) -> Vec<(Timestamp, T)> {
    let records = records(case);
    let came = |record: &CaseEvent<'static>| record.received_at.floor_second();
    let mut receipts: Vec<Timestamp> = records.iter().map(came).collect();
    receipts.sort_unstable();
    receipts.dedup();
    let known_at = |at: Timestamp| {
        let by_then = records.iter().filter(|record| came(record) <= at);
        let by_then: Vec<CaseEvent<'static>> = by_then.cloned().collect();
        let (events, _) = known(&by_then);
        (at, of(&events))
    };
    receipts.into_iter().map(known_at).collect()
}

fn item_of<'e>(events: &[&'e CaseEvent<'static>]) -> Option<&'e str> {
    let mut items = events.iter().filter_map(|e| e.data.item_code.as_deref());
    items.find(|item| !item.is_empty())
}

/// Every version of every record, of each the first that arrived.
fn records(case: &Case<'_>) -> Vec<CaseEvent<'static>> {
    let mut records: Vec<CaseEvent<'static>> = Vec::new();
    for record in case.arrivals {
        let of_id = |r: &&CaseEvent<'static>| r.event_id == record.event_id;
        let greatest = records.iter().filter(of_id).map(|r| r.data_version).max();
        let same = records
            .iter()
            .position(|r| r.event_id == record.event_id && r.data_version == record.data_version);
        let Some(first) = same.map(|at| &mut records[at]) else {
            records.push(record.clone());
            continue;
        };
        // Under the smallest number that it came with, while no greater version was known.
        if greatest == Some(record.data_version) && content(first) == content(record) {
            first.source_seq = first.source_seq.min(record.source_seq);
        }
    }
    records
}
