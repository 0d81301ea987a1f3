//! Cases that were told to be of another item: what was known when, and the clock that is kept.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline::{self, Ledger};
use mingjing_domain::definitions::{Limit, LimitKind, PointKind};
use mingjing_domain::event::{CaseEvent, EventKind};
use mingjing_domain::limit::Budget;
use mingjing_domain::source::Source;

use super::history::{Case, content, known};
use super::{Moment, SlowEvaluator, Wanted, Watch, level_of};

/// The item that a case was of before.
#[derive(Clone, Debug)]
pub(super) struct Former {
    /// When the case was accepted or filed.
    begun_at: Timestamp,
    /// When the item that it is of now was told.
    told_at: Timestamp,
    /// The case limit of the item before.
    promised: Option<Budget>,
    statutory: Option<Budget>,
    /// The name of the case limit of the item of now.
    limit: Option<String>,
    /// The case was open when that was told, and the limit of the item of now is longer, or is none.
    is_found: bool,
}

impl<'a> SlowEvaluator<'a> {
    /// The item that a case was of before, where the one of now was told too late.
    pub(super) fn former(&self, case: &Case<'a>, source: &Source) -> Option<Former> {
        let allowance_ms = case.allowance_ms?;
        let now = item_of(&case.events)?;
        let said = said(case);
        let told = said.iter().find(|(_, item)| item.as_deref() == Some(now));
        let told_at = told?.0;
        let kind = |i: usize| case.events[i].kind;
        let begins = |i: &usize| matches!(kind(*i), EventKind::Accepted | EventKind::Filed);
        let begun_at = case.events[(0..case.events.len()).find(begins)?].occurred_at;
        if begun_at > told_at {
            return None;
        }
        let turns = |i: &usize| {
            let ends = matches!(kind(*i), EventKind::Decided | EventKind::Closed);
            let ends = ends || EventKind::ENDED_OTHERWISE.contains(&kind(*i));
            case.events[*i].occurred_at <= told_at && (begins(i) || ends)
        };
        let last = (0..case.events.len()).rev().find(turns);
        let limit = self.case_limit(case, source);
        let own = limit.as_ref().and_then(|l| l.promised.or(l.statutory));
        let mut found: Option<(Timestamp, Former)> = None;
        for (at, item) in &said {
            let Some(item) = item.as_deref().filter(|item| *item != now) else {
                continue;
            };
            let other = case.of_item(self.definitions, item);
            let held = self.case_limit(&other, source);
            let first = held.as_ref().and_then(|l| l.promised.or(l.statutory));
            let (Some(held), Some(first)) = (held, first) else {
                continue;
            };
            if told_at <= at.plus_millis(allowance_ms) {
                continue;
            }
            let due_at = self.runs_out(&other, begun_at, first);
            if found
                .as_ref()
                .is_some_and(|(earliest, _)| *earliest <= due_at)
            {
                continue;
            }
            let runs_out = |budget| self.runs_out(case, begun_at, budget);
            let longer = own.is_none_or(|own| runs_out(first) < runs_out(own));
            let former = Former {
                begun_at,
                told_at,
                promised: held.promised,
                statutory: held.statutory,
                limit: limit.as_ref().map(|l| l.name.clone()),
                is_found: longer && last.is_some_and(|i| begins(&i)),
            };
            found = Some((due_at, former));
        }
        found.map(|(_, former)| former)
    }

    /// What a limit is measured by, promised and statutory.
    pub(super) fn budgets(
        &self,
        case: &Case<'_>,
        limit: &Limit,
    ) -> (Option<Budget>, Option<Budget>) {
        let own = (limit.promised, limit.statutory);
        let Some(former) = &case.former else {
            return own;
        };
        let shown = former.limit.as_ref() == Some(&limit.name);
        if !shown || limit.kind != LimitKind::Case || limit.own_deadline.is_some() {
            return own;
        }
        let runs_out = |budget| self.runs_out(case, former.begun_at, budget);
        let shorter = |own: Option<Budget>, held: Option<Budget>| match (own, held) {
            (Some(own), Some(held)) if runs_out(held) < runs_out(own) => Some(held),
            _ => own,
        };
        (
            shorter(own.0, former.promised.or(former.statutory)),
            shorter(own.1, former.statutory),
        )
    }

    /// A case that was told, too late, to be of an item with a longer case limit or with none.
    pub(super) fn item_changed(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Wanted> {
        let former = case.former.iter().filter(|former| former.is_found);
        let wanted = former.map(|former| Wanted {
            control_point: watch.point.id.text.clone(),
            step: String::new(),
            visit: 1,
            level: level_of(&watch.point),
            state: moment.state(case, &watch.point, former.told_at),
            due_at: None,
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

/// The item that the first event which names one names, as known after each receipt.
fn said(case: &Case<'_>) -> Vec<(Timestamp, Option<String>)> {
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
    let came = |record: &CaseEvent<'static>| record.received_at.floor_second();
    let mut receipts: Vec<Timestamp> = records.iter().map(came).collect();
    receipts.sort_unstable();
    receipts.dedup();
    let known_at = |at: Timestamp| {
        let by_then = records.iter().filter(|record| came(record) <= at);
        let by_then: Vec<CaseEvent<'static>> = by_then.cloned().collect();
        let (events, _) = known(&by_then);
        (at, item_of(&events).map(str::to_owned))
    };
    receipts.into_iter().map(known_at).collect()
}

fn item_of<'e>(events: &[&'e CaseEvent<'static>]) -> Option<&'e str> {
    let mut items = events.iter().filter_map(|e| e.data.item_code.as_deref());
    items.find(|item| !item.is_empty())
}
