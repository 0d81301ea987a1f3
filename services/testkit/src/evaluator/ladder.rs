//! Limits that are overdue or were not waited out.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::catalogue;
use mingjing_domain::deadline::{self, Deadline, Ledger};
use mingjing_domain::definitions::{
    ControlPoint, Flowchart, Judged, Limit, PointKind, Rung, RungAt,
};
use mingjing_domain::event::{CaseEvent, EventKind};
use mingjing_domain::limit::{Budget, Unit};

use super::codes::cannot_come;
use super::history::Case;
use super::stays::{Course, Stay, special_stays, stays_before};
use super::{Moment, SlowEvaluator, State, Wanted, Watch, level_of};

/// No due instant of a test lies here: only a stop without end leads so far (9900-01-01).
pub(super) const NEVER: Timestamp = Timestamp::from_millis(250_246_000_000_000);

/// One rung of a ladder with its instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub level: Level,
    pub at: Timestamp,
    pub due_at: Option<Timestamp>,
    pub breach: bool,
    /// It would not have been reached if a special procedure counted that the department is still asked about.
    pub asked: bool,
}

impl SlowEvaluator<'_> {
    /// What overdue points allege.
    pub(super) fn overdue(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Wanted> {
        match &watch.point.check {
            PointKind::Overdue { levels, .. } => {
                let Some(limit) = watch.limit.as_deref() else {
                    return Vec::new();
                };
                if cannot_come(case.lacks, &limit.to) {
                    return Vec::new();
                }
                let flowchart = case.chart;
                let levels = if levels.is_empty() {
                    usual_ladder(limit, &watch.point)
                } else {
                    levels.clone()
                };
                let readings = self.other_readings(case, watch, moment);
                let others = readings.iter().map(|records| self.read_as(case, records));
                let others: Vec<Case<'_>> = others.collect();
                let alleged = |stay: Stay| {
                    let course = self.course(case, limit, &stay);
                    let mut ladder = self.ladder(case, flowchart, limit, &stay, &course, &levels);
                    let by = held_by(case, moment, &course);
                    self.mark_asked(&others, limit, &stay, &levels, by, &mut ladder);
                    allege(case, watch, moment, limit.judged, &stay, &course, &ladder)
                };
                let mut found: Vec<Wanted> = self
                    .stays(case, flowchart, limit)
                    .into_iter()
                    .filter_map(alleged)
                    .collect();
                if limit.judged != Judged::WhileOpen {
                    let told = self.told_by_their_end(case, watch, moment, &others, limit, &levels);
                    found.extend(told);
                }
                found
            }
            PointKind::SpecialOverdue {
                kinds,
                remind,
                review_after,
            } => {
                let alleged = |stay: Stay| {
                    let course = special_course(case, &stay);
                    let level = level_of(&watch.point);
                    let reminded = || {
                        let before = remind.filter(|_| level > Level::Notice)?;
                        Some(before_day(watch.calendar, stay.own?, before))
                    };
                    let asked = || {
                        let due = asked_after(case, &stay, *review_after, watch.calendar)?;
                        let ends_before = stay.own.is_some_and(|end| end <= due);
                        (!ends_before).then(|| due.plus_millis(1000))
                    };
                    let notice = reminded().into_iter().chain(asked()).min();
                    let reminder = notice.map(|at| Step {
                        level: level.min(Level::Notice),
                        at,
                        due_at: stay.own,
                        breach: false,
                        asked: false,
                    });
                    let breach = stay.own.map(|due_at| Step {
                        level,
                        at: due_at.plus_millis(1000),
                        due_at: Some(due_at),
                        breach: true,
                        asked: false,
                    });
                    let ladder: Vec<Step> = reminder.into_iter().chain(breach).collect();
                    allege(case, watch, moment, Judged::Always, &stay, &course, &ladder)
                };
                special_stays(case, kinds, watch.calendar)
                    .into_iter()
                    .filter_map(alleged)
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Steps of which only the end was told, too long after what led to them: for a person.
    fn told_by_their_end(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
        others: &[Case<'_>],
        limit: &Limit,
        levels: &[Rung],
    ) -> Vec<Wanted> {
        let mut found = Vec::new();
        for (stay, course) in stays_before(case, limit) {
            let mut ladder = self.ladder(case, case.chart, limit, &stay, &course, levels);
            let Some(done) = course.done else { continue };
            self.mark_asked(others, limit, &stay, levels, case.second(done), &mut ladder);
            let passed = |step: &&Step| step.breach && step.at <= case.second(done);
            let Some(gravest) = ladder.iter().filter(passed).max_by_key(|s| s.level) else {
                continue;
            };
            found.push(Wanted {
                control_point: watch.point.id.text.clone(),
                step: stay.step,
                visit: stay.visit,
                level: Level::Review,
                state: match gravest.asked {
                    true => State::Pending,
                    false => moment.state(case, &watch.point, gravest.at),
                },
                due_at: Some(gravest.at.plus_millis(-1000)),
                breached_at: Some(gravest.at),
                completed_at: Some(case.events[done].occurred_at),
            });
        }
        found
    }

    /// What points on limits with `at_least` allege.
    pub(super) fn too_early(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Wanted> {
        let Some(limit) = watch.limit.as_deref() else {
            return Vec::new();
        };
        let flowchart = case.chart;
        let Some(budget) = limit.at_least else {
            return Vec::new();
        };
        let calendar = self.definitions.calendar_of(case, &flowchart.calendar);
        let mut found = Vec::new();
        for stay in self.stays(case, flowchart, limit) {
            let course = self.course(case, limit, &stay);
            let Some(running) = self.restarted(case, flowchart, limit, &course) else {
                continue;
            };
            let (Some(start), Some(done)) = (running.start, course.done) else {
                continue;
            };
            let suspensions = self
                .due(case, flowchart, limit, &running, budget)
                .suspensions;
            let ledger = Ledger {
                suspensions: &suspensions,
                extensions: &[],
            };
            let begun = case.events[start].occurred_at;
            let end = deadline::deadline(calendar, begun, budget, &ledger);
            let earliest = match limit.in_full {
                // One of hours is up when it is up.
                true if end.due_at.local_date(calendar.tz()) == end.due_date
                    && !matches!(budget.unit, Unit::Hours | Unit::Minutes) =>
                {
                    end.due_at.plus_millis(1000)
                }
                _ => deadline::earliest(calendar, begun, budget, &ledger),
            };
            // A step of which only the end is told says nothing about its length.
            let early = done > start && case.second(done) < earliest;
            if early && self.may_speak(case, &watch.point, done) {
                let instant = case.events[done].occurred_at;
                let wanted = Wanted {
                    control_point: watch.point.id.text.clone(),
                    step: stay.step,
                    visit: stay.visit,
                    level: level_of(&watch.point),
                    state: moment.state(case, &watch.point, instant),
                    due_at: Some(earliest),
                    breached_at: Some(instant),
                    completed_at: None,
                };
                found.push(self.weighed(case, &watch.point, done, wanted));
            }
        }
        found
    }

    /// What points on duties that ended shortly before they were due allege.
    pub(super) fn ended_before_due(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Wanted> {
        let PointKind::EndedBeforeDue { on, within, .. } = &watch.point.check else {
            return Vec::new();
        };
        let Some(limit) = watch.limit.as_deref() else {
            return Vec::new();
        };
        let flowchart = case.chart;
        let lateness = match limit.promised {
            Some(_) => RungAt::Promised,
            None => RungAt::Statutory,
        };
        let levels = [*within, lateness].map(|at| Rung {
            level: Level::Notice,
            at,
        });
        let meant = |i: &usize| match on.as_slice() {
            [] => case.ends_otherwise(*i) && !case.withdrawn_by_document(*i),
            anchors => case.matches_any(*i, anchors),
        };
        let readings = self.other_readings(case, watch, moment);
        let mut found = Vec::new();
        for stay in self.stays(case, flowchart, limit) {
            let course = self.course(case, limit, &stay);
            let steps = self.ladder(case, flowchart, limit, &stay, &course, &levels);
            let (Some(ended), [from, late]) = (course.fallen.filter(meant), steps.as_slice())
            else {
                continue;
            };
            let second = case.second(ended);
            if from.at <= second && second < late.at {
                let instant = case.events[ended].occurred_at;
                let so_in = |records: &Vec<CaseEvent<'static>>| {
                    let other = self.read_as(case, records);
                    let Some((twin, course)) = self.twin(&other, limit, &stay) else {
                        return false;
                    };
                    let steps = self.ladder(&other, other.chart, limit, &twin, &course, &levels);
                    let near = |from: &Step, late: &Step| from.at <= second && second < late.at;
                    course.fallen == Some(ended)
                        && matches!(steps.as_slice(), [from, late] if near(from, late))
                };
                let state = match readings.iter().all(so_in) {
                    true => moment.state(case, &watch.point, instant),
                    false => State::Pending,
                };
                let level = match stay.perhaps_by(&course) {
                    Some(_) => level_of(&watch.point).min(Level::Review),
                    None => level_of(&watch.point),
                };
                found.push(Wanted {
                    control_point: watch.point.id.text.clone(),
                    step: stay.step,
                    visit: stay.visit,
                    level,
                    state,
                    due_at: late.due_at,
                    breached_at: Some(instant),
                    completed_at: None,
                });
            }
        }
        found
    }

    /// The instants of a ladder's rungs; none while the stay is stopped, and none that a stop without end puts off.
    pub(super) fn ladder(
        &self,
        case: &Case<'_>,
        flowchart: &Flowchart,
        limit: &Limit,
        stay: &Stay,
        course: &Course,
        levels: &[Rung],
    ) -> Vec<Step> {
        let Some(running) = self.restarted(case, flowchart, limit, course) else {
            return Vec::new();
        };
        let calendar = self.definitions.calendar_of(case, &flowchart.calendar);
        let is_breach = |at: &RungAt| matches!(at, RungAt::Promised | RungAt::Statutory);
        let first_breach = levels.iter().map(|rung| rung.at).find(is_breach);
        let measured = first_breach.unwrap_or(match limit.promised {
            Some(_) => RungAt::Promised,
            None => RungAt::Statutory,
        });
        let due = |at: RungAt| {
            let budget = match at {
                RungAt::Promised => limit.promised,
                _ => limit.statutory,
            };
            match (stay.own, budget) {
                (Some(due_at), _) => {
                    let due_date = due_at.local_date(calendar.tz());
                    Some((
                        Deadline {
                            due_at,
                            due_date,
                            provisional: false,
                        },
                        None,
                    ))
                }
                (None, Some(budget)) => {
                    let due = self.due(case, flowchart, limit, &running, budget);
                    Some((due.deadline, Some((budget, due))))
                }
                (None, None) => None,
            }
            .filter(|(deadline, _)| deadline.due_at < NEVER)
        };
        let step = |rung: &Rung| {
            let level = rung.level;
            let reminder_due = || {
                first_breach
                    .and_then(due)
                    .map(|(deadline, _)| deadline.due_at)
            };
            match rung.at {
                RungAt::Promised | RungAt::Statutory => {
                    let due_at = due(rung.at)?.0.due_at;
                    Some(Step {
                        level,
                        at: due_at.plus_millis(1000),
                        due_at: Some(due_at),
                        breach: true,
                        asked: false,
                    })
                }
                RungAt::Before(budget) => {
                    let at = deadline::last_reminder(calendar, &due(measured)?.0, budget);
                    Some(Step {
                        level,
                        at,
                        due_at: reminder_due(),
                        breach: false,
                        asked: false,
                    })
                }
                RungAt::Used(percent) => {
                    let (deadline, Some((budget, ledger))) = due(measured)? else {
                        return None;
                    };
                    let start = case.begins_at(running.start?);
                    let ledger = ledger.ledger();
                    let at = deadline::used_share_instant(
                        calendar, start, &deadline, percent, budget, &ledger,
                    );
                    Some(Step {
                        level,
                        at,
                        due_at: reminder_due(),
                        breach: false,
                        asked: false,
                    })
                }
            }
        };
        // What begins anew later waits for no answer.
        let deemed = self.deemed(case, flowchart, limit);
        let deemed = deemed.filter(|(application, _)| stay.start == Some(*application));
        let answered_by = deemed.map(|deemed| deemed.1);
        let put_off = |step: Step| {
            let at = answered_by.map_or(step.at, |end| step.at.max(end.plus_millis(1000)));
            let due = |due: Timestamp| answered_by.map_or(due, |end| due.max(end));
            Step {
                at,
                due_at: step.due_at.map(due),
                ..step
            }
        };
        levels.iter().filter_map(step).map(put_off).collect()
    }

    /// The instant from which less than so much of the last part of a limit is left, as the case stands; none where it does not
    /// run.
    pub(super) fn last_part_begins(
        &self,
        case: &Case<'_>,
        flowchart: &Flowchart,
        limit: &Limit,
        used: u8,
    ) -> Option<(Course, Timestamp)> {
        let stays = self.stays(case, flowchart, limit).into_iter();
        let mut courses = stays.map(|stay| (self.course(case, limit, &stay), stay));
        let (course, stay) = courses.find(|(course, _)| course.end().is_none())?;
        let running = self.restarted(case, flowchart, limit, &course)?;
        let breach = match limit.statutory {
            Some(_) => RungAt::Statutory,
            None => RungAt::Promised,
        };
        let share = Rung {
            level: Level::Notice,
            at: RungAt::Used(used),
        };
        let past = Rung {
            level: Level::Red,
            at: breach,
        };
        let ladder = self.ladder(case, flowchart, limit, &stay, &course, &[share, past]);
        let begins = ladder.iter().find(|step| !step.breach);
        Some((running, begins.map_or(Timestamp::MAX, |step| step.at)))
    }
}

/// The last second in which a suspension of a kind without maximum may be open unasked.
fn asked_after(
    case: &Case<'_>,
    stay: &Stay,
    set: Option<Budget>,
    calendar: &WorkCalendar,
) -> Option<Timestamp> {
    let mut procedures = case.flowchart?.special_procedures.iter();
    let procedure = procedures.find(|p| *p.kind == *stay.step)?;
    if procedure.maximum.is_some() {
        return None;
    }
    let month = Budget::new(30, Unit::CalendarDays);
    let after = set.or(procedure.review_after).unwrap_or(month);
    let from = case.events[stay.start?].occurred_at;
    Some(deadline::deadline(calendar, from, after, &Ledger::default()).due_at)
}

/// The instant of a reminder so long before the end of a day.
fn before_day(calendar: &WorkCalendar, due_at: Timestamp, before: Budget) -> Timestamp {
    let due = Deadline {
        due_at,
        due_date: due_at.local_date(calendar.tz()),
        provisional: false,
    };
    deadline::last_reminder(calendar, &due, before)
}

pub(super) fn limit_of<'a>(case: &Case<'a>, name: &str) -> Option<(&'a Flowchart, &'a Limit)> {
    let flowchart = case.flowchart?;
    flowchart
        .limits
        .iter()
        .find(|l| *l.id == *name)
        .map(|limit| (flowchart, limit))
}

/// Yellow past the promise, red past the law, as far as the limit has them; or the one rung of another rule.
pub(super) fn usual_ladder(limit: &Limit, point: &ControlPoint) -> Vec<Rung> {
    if point.rule.as_deref() == Some("T1") {
        let level = point.level.unwrap_or(Level::Notice);
        let days = |unit| {
            matches!(
                unit,
                Unit::WorkingDays | Unit::CalendarDays | Unit::CalendarDaysRolled
            )
        };
        let share = limit
            .promised
            .or(limit.statutory)
            .is_some_and(|budget| match budget.unit {
                Unit::Hours | Unit::Minutes => true,
                unit => days(unit) && budget.count < 5,
            });
        let at = match share {
            true => "90%",
            false => "2wd before",
        };
        let at = at.parse().expect("the usual reminder");
        return vec![Rung { level, at }];
    }
    if point
        .rule
        .as_deref()
        .is_some_and(|rule| !matches!(rule, "T1" | "T2" | "T3" | "T4" | "T5"))
    {
        let has_law = limit.statutory.is_some() || limit.own_deadline.is_some();
        let at = match has_law {
            true => RungAt::Statutory,
            false => RungAt::Promised,
        };
        let named = point.rule.as_ref().and_then(|id| catalogue::rule(id));
        let level = point.level.or(named.map(|rule| rule.level));
        return vec![Rung {
            // A ladder of a site's own rule is as grave as one past the law.
            level: level.unwrap_or(Level::Red),
            at,
        }];
    }
    let promised = limit.promised.map(|_| Rung {
        level: Level::Yellow,
        at: RungAt::Promised,
    });
    let lawful = limit.statutory.is_some() || limit.own_deadline.is_some();
    let statutory = lawful.then_some(Rung {
        level: Level::Red,
        at: RungAt::Statutory,
    });
    promised.into_iter().chain(statutory).collect()
}

/// A special procedure falls away on a fall-away event, the decision or the end of the case.
fn special_course(case: &Case<'_>, stay: &Stay) -> Course {
    let falls = |i: &usize| {
        let kind = case.events[*i].kind;
        case.ends_otherwise(*i) || matches!(kind, EventKind::Decided | EventKind::Closed)
    };
    let fallen = (stay.start.unwrap_or(0)..case.events.len()).find(falls);
    let done = stay.done.filter(|i| fallen.is_none_or(|end| *i <= end));
    Course {
        start: stay.start,
        done,
        fallen: fallen.filter(|_| done.is_none()),
    }
}

/// Until when a stay could become late, as far as is known.
fn held_by(case: &Case<'_>, moment: Moment<'_>, course: &Course) -> Timestamp {
    let end = course.end().map(|i| case.second(i));
    end.unwrap_or(moment.clock.floor_second())
}

pub(super) fn allege(
    case: &Case<'_>,
    watch: &Watch<'_>,
    moment: Moment<'_>,
    judged: Judged,
    stay: &Stay,
    course: &Course,
    ladder: &[Step],
) -> Option<Wanted> {
    let held = held_by(case, moment, course);
    let reached: Vec<&Step> = ladder.iter().filter(|step| step.at <= held).collect();
    // What is late whatever is meant goes before what is late only if it was not done before.
    let perhaps = stay.perhaps_by(course).map(|i| case.second(i));
    let for_sure = perhaps.map_or(held, |at| at.min(held));
    let surely_late = |s: &&&Step| perhaps.is_some() && s.breach && s.at <= for_sure;
    let surely_late = reached.iter().filter(surely_late).max_by_key(|s| s.level);
    let gravest = *surely_late.or_else(|| reached.iter().max_by_key(|step| step.level))?;
    let done_late = course.done.is_some() && gravest.breach;
    let over = course.end().is_some() && !done_late;
    if judged == Judged::WhenDone && !done_late {
        return None;
    }
    let settled = |step: &&&Step| !step.breach || (moment.is_settled(step.at) && !step.asked);
    let shown = reached
        .iter()
        .filter(|step| step.level <= gravest.level)
        .filter(settled)
        .max_by_key(|step| step.level)
        .copied();
    let state = match shown {
        _ if judged == Judged::WhileOpen && course.end().is_some() => State::EndedIfAlleged,
        None => State::Pending,
        Some(_) if moment.is_before_supervision(case) => State::Pending,
        Some(step) if over && std::ptr::eq(step, gravest) => State::Ended,
        Some(_) if watch.point.confirm => State::Review,
        Some(_) => State::Issued,
    };
    let shown = shown.unwrap_or(gravest);
    Some(Wanted {
        control_point: watch.point.id.text.clone(),
        step: stay.step.clone(),
        visit: stay.visit,
        level: match shown.breach && shown.at > for_sure {
            true => shown.level.min(Level::Review),
            false => shown.level,
        },
        state,
        due_at: shown.due_at,
        breached_at: shown.breach.then_some(shown.at),
        completed_at: course
            .done
            .filter(|_| done_late && shown.breach)
            .map(|i| case.events[i].occurred_at),
    })
}
