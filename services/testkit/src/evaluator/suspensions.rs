//! Suspensions and extensions that should not be: without basis, too many, too long, too late.

use mingjing_domain::Timestamp;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::deadline::{self, Ledger};
use mingjing_domain::definitions::{Effect, SpecialProcedure};
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::Budget;

use super::SlowEvaluator;
use super::codes::lacks_field;
use super::findings::{Finding, case_wide};
use super::history::Case;
use super::ladder::limit_of;
use super::ledger::{lists, planned, resumes};

/// What is asked of a limit.
pub(super) struct OfLimit<'a> {
    pub name: &'a str,
    pub share: u8,
    pub last: u8,
}

/// The procedure of the closed list that a suspension names.
fn procedure<'a>(case: &Case<'a>, index: usize) -> Option<&'a SpecialProcedure> {
    let kind = &case.events[index].data.special.as_ref()?.kind;
    let listed = &case.flowchart?.special_procedures;
    listed
        .iter()
        .find(|p| *p.kind == **kind)
        .filter(|p| p.effect == Effect::Suspend)
}

fn end_of(case: &Case<'_>, index: usize, calendar: &WorkCalendar) -> Option<Timestamp> {
    let event = case.events[index];
    let special = event.data.special.as_ref()?;
    planned(
        event.occurred_at,
        special,
        procedure(case, index)?,
        calendar,
    )
}

fn all(case: &Case<'_>) -> Vec<usize> {
    (0..case.events.len())
        .filter(|i| case.events[*i].kind == EventKind::Suspend)
        .collect()
}

/// Whether the party was told of a special procedure in writing.
pub(super) fn is_told(case: &Case<'_>, index: usize) -> bool {
    let special = case.events[index].data.special.as_ref();
    special.is_some_and(|s| {
        s.notice_at.is_some() || s.notice_no.as_ref().is_some_and(|no| !no.is_empty())
    })
}

pub(super) fn unfounded(case: &Case<'_>, calendar: &WorkCalendar, notice: bool) -> Vec<Finding> {
    let is_wrong = |i: &usize| {
        let event = case.events[*i];
        let effect = match event.kind {
            EventKind::Suspend => Effect::Suspend,
            EventKind::Extend => Effect::Extend,
            _ => return false,
        };
        let procedures = case
            .flowchart
            .into_iter()
            .flat_map(|f| &f.special_procedures);
        let mut listed = procedures.filter(|p| p.effect == effect);
        let Some(special) = &event.data.special else {
            return true;
        };
        let Some(procedure) = listed.find(|p| *p.kind == *special.kind) else {
            return true;
        };
        let lacks = |field: &str| lacks_field(case.lacks, event.kind, field);
        let endless = match effect {
            Effect::Suspend => {
                let may_be = procedure.maximum.is_none() && procedure.review_after.is_some();
                end_of(case, *i, calendar).is_none() && !may_be && !lacks("special.planned_end")
            }
            Effect::Extend => {
                let said = special.granted.as_ref();
                said.is_none_or(|text| text.parse::<Budget>().is_err()) && !lacks("special.granted")
            }
        };
        let untold = notice && procedure.notice && !is_told(case, *i);
        endless || (untold && !lacks("special.notice_no"))
    };
    let found = (0..case.events.len()).filter(is_wrong);
    found.map(|i| special_finding(case, i)).collect()
}

/// Whether a special procedure is called by a word that the flowchart has for none: the department is asked first.
pub(super) fn names_none(case: &Case<'_>, index: usize) -> bool {
    let mut listed = case
        .flowchart
        .into_iter()
        .flat_map(|f| &f.special_procedures);
    let special = case.events[index].data.special.as_ref();
    let said = special.map_or("", |special| &*special.kind);
    !said.is_empty() && listed.all(|procedure| *procedure.kind != *said)
}

/// A finding about one special procedure: suspensions and extensions of a step are counted together.
pub(super) fn special_finding(case: &Case<'_>, index: usize) -> Finding {
    let same = |i: &usize| {
        let kind = case.events[*i].kind;
        matches!(kind, EventKind::Suspend | EventKind::Extend)
            && case.steps[*i] == case.steps[index]
    };
    Finding {
        visit: (0..=index).filter(same).count() as u16,
        ..Finding::of_event(case, index)
    }
}

impl SlowEvaluator<'_> {
    pub(super) fn too_frequent(
        &self,
        case: &Case<'_>,
        calendar: &WorkCalendar,
        count: u32,
        limit: Option<OfLimit<'_>>,
    ) -> Vec<Finding> {
        let is_wrong = |(place, index): (usize, usize)| {
            let one_too_many = place >= count as usize;
            let of_limit = || {
                limit
                    .as_ref()
                    .is_some_and(|limit| self.wrong_for_limit(case, calendar, index, limit))
            };
            (one_too_many || of_limit()).then_some(index)
        };
        let found = all(case).into_iter().enumerate().filter_map(is_wrong);
        case_wide(found.collect())
    }

    fn wrong_for_limit(
        &self,
        case: &Case<'_>,
        calendar: &WorkCalendar,
        index: usize,
        wanted: &OfLimit<'_>,
    ) -> bool {
        let before = case.before(index);
        let Some((flowchart, limit)) = limit_of(&before, wanted.name) else {
            return false;
        };
        let found = self.last_part_begins(&before, flowchart, limit, 100 - wanted.last);
        let Some((running, last_part)) = found else {
            return false;
        };
        if case.second(index) >= last_part {
            return true;
        }
        let start = running.start_at(&before);
        let Some(budget) = limit.statutory.or(limit.promised) else {
            return false;
        };
        let whole = deadline::deadline(calendar, start, budget, &Ledger::default());
        let stops = |i: usize| {
            let kind = procedure(case, i).map(|p| &p.kind);
            kind.is_some_and(|kind| limit.suspended_by.as_ref().is_none_or(|l| lists(l, kind)))
        };
        let taken = |i: usize| {
            let (from, planned) = (case.events[i].occurred_at, end_of(case, i, calendar));
            let kind = procedure(case, i).map_or("", |p| &p.kind);
            let resumed = (i + 1..index).find(|r| resumes(case, *r, kind));
            let ends = [planned, resumed.map(|r| case.events[r].occurred_at)];
            let to = ends.into_iter().flatten().min().unwrap_or(from);
            (to.millis() - from.millis()).max(0)
        };
        let entered = all(&before)
            .into_iter()
            .filter(|i| case.events[*i].occurred_at >= start);
        let sum: i64 = entered
            .chain([index])
            .filter(|i| stops(*i))
            .map(taken)
            .sum();
        let span = whole.due_at.millis() - start.millis();
        i128::from(sum) * 100 > i128::from(span) * i128::from(wanted.share)
    }
}
