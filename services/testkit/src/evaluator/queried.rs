//! Special procedures by a word that the flowchart does not have: while the department is asked what it means, nothing is held against
//! it that would not be so if the word meant one of the procedures.

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{Limit, Rung};
use mingjing_domain::event::{CaseEvent, EventKind};

use super::authority::query_ends;
use super::history::Case;
use super::ladder::Step;
use super::stays::{Course, Stay, stays_before};
use super::suspensions::names_none;
use super::{Moment, SlowEvaluator, Watch};

impl SlowEvaluator<'_> {
    /// The records of the case as they would read had the words that are asked about meant a procedure, for each of the flowchart.
    pub(super) fn other_readings(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Vec<CaseEvent<'static>>> {
        let mut asked: Vec<(&str, Timestamp)> = Vec::new();
        for (index, event) in case.events.iter().enumerate() {
            let enters = matches!(event.kind, EventKind::Suspend | EventKind::Extend);
            let Some(special) = &event.data.special else {
                continue;
            };
            let before = asked.iter().any(|(word, _)| *word == &*special.kind);
            if enters && names_none(case, index) && !before {
                asked.push((&*special.kind, event.occurred_at));
            }
        }
        let is_open = |at: Timestamp| moment.clock < query_ends(watch, at).plus_millis(1000);
        asked.retain(|(_, at)| is_open(*at));
        if asked.is_empty() {
            return Vec::new();
        }
        let procedures = case.flowchart.map_or(&[][..], |f| &f.special_procedures);
        let reading = |kind: &str| {
            let mut records = case.arrivals.to_vec();
            for record in &mut records {
                if let Some(special) = &mut record.data.special
                    && asked.iter().any(|(word, _)| *word == &*special.kind)
                {
                    special.kind = kind.to_owned().into();
                }
            }
            records
        };
        procedures.iter().map(|p| reading(&p.kind)).collect()
    }

    /// The case that other records make.
    pub(super) fn read_as<'b>(
        &'b self,
        case: &'b Case<'_>,
        records: &'b [CaseEvent<'static>],
    ) -> Case<'b> {
        let mut other = Case::of(records, self.definitions, case.lacks);
        other.allowance_ms = case.allowance_ms;
        other
    }

    /// Marks the breaches of a stay that would not have been reached by then in one of the other readings.
    pub(super) fn mark_asked(
        &self,
        others: &[Case<'_>],
        limit: &Limit,
        stay: &Stay,
        levels: &[Rung],
        by: Timestamp,
        ladder: &mut [Step],
    ) {
        if limit.own_deadline.is_some() {
            return;
        }
        for other in others {
            let twin = self.twin(other, limit, stay);
            let steps = twin.map(|(twin, course)| {
                self.ladder(other, other.chart, limit, &twin, &course, levels)
            });
            let steps = steps.unwrap_or_default();
            for step in ladder.iter_mut().filter(|step| step.breach) {
                let is_same = |s: &Step| s.breach && s.level == step.level;
                step.asked |= !steps.iter().any(|s| is_same(s) && s.at <= by);
            }
        }
    }

    /// The same stay in another reading.
    pub(super) fn twin(
        &self,
        other: &Case<'_>,
        limit: &Limit,
        stay: &Stay,
    ) -> Option<(Stay, Course)> {
        let stays = self.stays(other, other.chart, limit).into_iter();
        let with_course = |stay: Stay| {
            let course = self.course(other, limit, &stay);
            (stay, course)
        };
        let mut all = stays.map(with_course).chain(stays_before(other, limit));
        all.find(|(twin, _)| (&twin.step, twin.visit) == (&stay.step, stay.visit))
    }
}
