//! Limits that are in time only because of what was told late.

use mingjing_domain::definitions::{Judged, PointKind};

use super::codes::cannot_come;
use super::history::Case;
use super::ladder::NEVER;
use super::ledger::Known;
use super::{Moment, SlowEvaluator, Wanted, Watch, level_of};

impl<'a> SlowEvaluator<'a> {
    /// Every stay whose first due instant would have passed but for suspensions and extensions told late.
    pub(super) fn saved_by_late_entry(
        &self,
        case: &Case<'a>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Wanted> {
        let chart = case.chart;
        let mut found: Vec<Wanted> = Vec::new();
        for other in self.watches(case, moment.source) {
            let (PointKind::Overdue { .. }, Some(limit)) =
                (&other.point.check, other.limit.as_deref())
            else {
                continue;
            };
            let plain = limit.judged == Judged::Always && limit.own_deadline.is_none();
            let Some(budget) = limit.promised.or(limit.statutory).filter(|_| plain) else {
                continue;
            };
            if cannot_come(case.lacks, &limit.to) || self.deemed(case, chart, limit).is_some() {
                continue;
            }
            for stay in self.stays(case, chart, limit) {
                let course = self.course(case, limit, &stay);
                let Some(running) = self.restarted(case, chart, limit, &course) else {
                    continue;
                };
                let due = |due: super::ledger::Due| due.deadline.due_at;
                let as_told = due(self.due(case, chart, limit, &running, budget));
                let in_time = Known::InTime;
                let but_for = due(self.due_by(case, chart, limit, &running, budget, in_time));
                let now = moment.clock.floor_second();
                let held = course.end().map_or(now, |i| case.second(i));
                let late_at = but_for.plus_millis(1000);
                if but_for >= as_told || but_for >= NEVER || late_at > held {
                    continue;
                }
                found.push(Wanted {
                    control_point: watch.point.id.text.clone(),
                    step: stay.step,
                    visit: stay.visit,
                    level: level_of(&watch.point),
                    state: moment.state(case, &watch.point, late_at),
                    due_at: Some(but_for),
                    breached_at: Some(late_at),
                    completed_at: None,
                });
            }
        }
        found.sort_by_key(|wanted| wanted.due_at);
        found
    }
}
