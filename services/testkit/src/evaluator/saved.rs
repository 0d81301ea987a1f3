//! Limits that are in time only because of what was told late.

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{Judged, Limit, PointKind};
use mingjing_domain::event::CaseEvent;

use super::codes::cannot_come;
use super::former::after_each_receipt;
use super::history::Case;
use super::ladder::NEVER;
use super::ledger::Known;
use super::stays::{Course, Stay, end_of_day, instant};
use super::values::carried;
use super::{Moment, SlowEvaluator, Wanted, Watch, level_of};

impl<'a> SlowEvaluator<'a> {
    /// Every stay whose first due instant would have passed but for suspensions, extensions and later days told late.
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
            let budget = limit.promised.or(limit.statutory);
            if limit.judged != Judged::Always || (budget.is_none() && limit.own_deadline.is_none())
            {
                continue;
            }
            if cannot_come(case.lacks, &limit.to) || self.deemed(case, chart, limit).is_some() {
                continue;
            }
            for stay in self.stays(case, chart, limit) {
                let course = self.course(case, limit, &stay);
                let Some(running) = self.restarted(case, chart, limit, &course) else {
                    continue;
                };
                let due = |due: super::ledger::Due| due.deadline.due_at;
                let (but_for, as_told) = match budget {
                    Some(budget) => {
                        let told = Known::InTime;
                        let in_time = self.due_by(case, chart, limit, &running, budget, told);
                        let as_told = self.due(case, chart, limit, &running, budget);
                        (due(in_time), due(as_told))
                    }
                    None => match self.earlier_deadline(case, limit, &stay, &running) {
                        Some(earlier) => (earlier.due_at, NEVER),
                        None => continue,
                    },
                };
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

    /// The earliest day that a stay's own deadline was, once it could be put right no more, where it is a later one now.
    fn earlier_deadline(
        &self,
        case: &Case<'a>,
        limit: &Limit,
        stay: &Stay,
        running: &Course,
    ) -> Option<Earlier> {
        let allowance_ms = case.allowance_ms?;
        let (of, name) = limit.own_deadline.as_ref()?.split_once('.')?;
        let attribute = case.chart.attributes.iter().find(|a| *a.name == *name)?;
        let carrying = stay.done.filter(|_| of == "event");
        let record = carrying.map(|i| &*case.events[i].event_id);
        let days = after_each_receipt(case, |events| {
            let of_record = |e: &&&CaseEvent<'static>| record.is_none_or(|id| *e.event_id == *id);
            let mut told = events.iter().rev().filter(of_record);
            let last = told.find_map(|e| instant(carried(e, attribute)?))?;
            Some(end_of_day(last, self.zone(case.chart)))
        });
        let changed = |i: &usize| days[*i].1 != (*i > 0).then(|| days[*i - 1].1).flatten();
        let changed: Vec<Timestamp> = (0..days.len()).filter(changed).map(|i| days[i].0).collect();
        let begins_at = match carrying {
            Some(_) => Timestamp::MIN,
            None => running.start_at(case),
        };
        let mut stood: Vec<Timestamp> = Vec::new();
        for told_at in &changed {
            let settled = told_at.plus_millis(allowance_ms).max(begins_at);
            let by_then = days.iter().rev().find(|(at, _)| *at <= settled);
            stood.extend(by_then.and_then(|(_, day)| *day));
        }
        let due_at = stood.into_iter().min()?;
        let now = days.last()?.1?;
        let told_at = *changed.last()?;
        (due_at < now).then_some(Earlier { due_at, told_at })
    }

    /// The control points of limits whose own deadline is put off by what came at an instant.
    pub(super) fn put_off(
        &self,
        arrivals: &[CaseEvent<'static>],
        moment: Moment<'_>,
        came_at: Timestamp,
    ) -> Vec<String> {
        self.of_case(arrivals, moment.source, |evaluator, case| {
            let mut put_off = Vec::new();
            for watch in evaluator.watches(case, moment.source) {
                let Some(limit) = watch.limit.as_deref() else {
                    continue;
                };
                for stay in evaluator.stays(case, case.chart, limit) {
                    let course = evaluator.course(case, limit, &stay);
                    let earlier = evaluator.earlier_deadline(case, limit, &stay, &course);
                    if earlier.is_some_and(|earlier| earlier.told_at == came_at.floor_second()) {
                        put_off.push(watch.point.id.text.clone());
                    }
                }
            }
            put_off
        })
    }
}

/// The day that an own deadline was before.
struct Earlier {
    due_at: Timestamp,
    /// When the day of now was told.
    told_at: Timestamp,
}
