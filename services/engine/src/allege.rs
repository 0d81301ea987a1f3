//! What should be alleged of a case, given what has been walked and what time it is.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::deadline;
use mingjing_domain::definitions::{Judged, RungAt};

use crate::fold::{Context, Fallen, Finding, Fold, NEVER, Stay};
use crate::rules::{Check, TimedKind, TimedPoint};

/// What is known of time and of the source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Knowledge {
    pub(crate) clock: Timestamp,
    /// The source is known complete up to here.
    pub(crate) complete_until: Timestamp,
    pub(crate) allowance_ms: i64,
}

impl Knowledge {
    /// Whether nothing that happened up to `at` can still be on its way.
    fn settled(&self, at: Timestamp) -> bool {
        self.complete_until >= at || self.clock >= at.plus_millis(self.allowance_ms)
    }
}

/// Why an alert ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Done,
    Condition,
    Event,
    /// It describes the present only, and the present has changed.
    NoLongerOpen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// True now, or for good.
    Stands,
    /// It was true until then.
    Ended { at: Timestamp, why: Ending },
    /// Over, and nothing to raise where nothing was raised.
    Over { at: Timestamp },
}

/// What an allegation stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Stay {
        place: usize,
        rung: u8,
    },
    Finding {
        place: usize,
    },
    /// One id came with two contents; the event that is kept.
    TwoContents {
        event: u32,
    },
}

/// One thing that should be alleged.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Allegation {
    pub(crate) point: u16,
    /// Step symbol; 0 for the whole case.
    pub(crate) step: u16,
    pub(crate) visit: u16,
    pub(crate) level: Level,
    pub(crate) state: State,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) breached_at: Option<Timestamp>,
    pub(crate) completed_at: Option<Timestamp>,
    pub(crate) settled: bool,
    /// Settled only because the allowance ran out.
    pub(crate) silent: bool,
    pub(crate) origin: Origin,
}

/// Fills `out`; answers the next instant after the clock at which the answer may differ, and the earliest
/// instant up to which the source must be known complete for something unsettled.
pub(crate) fn allege(
    fold: &Fold,
    context: &Context<'_>,
    knowledge: &Knowledge,
    out: &mut Vec<Allegation>,
) -> (Timestamp, Timestamp) {
    out.clear();
    let mut times = Times {
        next: NEVER,
        unsettled: NEVER,
        knowledge,
    };
    for (place, stay) in fold.stays.iter().enumerate() {
        stay_allegation(place, stay, context, &mut times, out);
    }
    for (place, finding) in fold.findings.iter().enumerate() {
        finding_allegation(place, finding, context, &mut times, out);
    }
    if let Some(id) = &context.history.conflict {
        two_contents(id, fold, context, &mut times, out);
    }
    (times.next, times.unsettled)
}

struct Times<'a> {
    next: Timestamp,
    unsettled: Timestamp,
    knowledge: &'a Knowledge,
}

impl Times<'_> {
    /// Whether `at` is settled; if not, notes when it will be.
    fn settle(&mut self, at: Timestamp) -> bool {
        if self.knowledge.settled(at) {
            return true;
        }
        self.next = self.next.min(at.plus_millis(self.knowledge.allowance_ms));
        self.unsettled = self.unsettled.min(at);
        false
    }

    fn silent(&self, at: Timestamp) -> bool {
        self.knowledge.complete_until < at
    }

    fn await_instant(&mut self, at: Timestamp) {
        if at > self.knowledge.clock {
            self.next = self.next.min(at);
        }
    }
}

fn stay_allegation(
    place: usize,
    stay: &Stay,
    context: &Context<'_>,
    times: &mut Times<'_>,
    out: &mut Vec<Allegation>,
) {
    let timed = &context.plan.timed[usize::from(stay.timed)];
    if let TimedKind::TooEarly(_) = timed.kind {
        let level = context.plan.points[usize::from(timed.point)].level;
        return too_early(place, stay, timed.point, level, times, out);
    }
    let (until, done, fallen) = if stay.is_done() {
        (stay.done_at.floor_second(), true, Fallen::No)
    } else if stay.fallen != Fallen::No {
        (stay.fell_at.floor_second(), false, stay.fallen)
    } else {
        for rung in stay.rungs {
            times.await_instant(rung);
        }
        (times.knowledge.clock, false, Fallen::No)
    };
    let ladder = rungs_of(timed, context);
    let reached = |rung: usize| stay.rungs[rung] <= until && stay.rungs[rung] != NEVER;
    let Some(gravest) = (0..ladder.len()).rev().find(|rung| reached(*rung)) else {
        return;
    };
    let Some(state) = state_of(stay, timed.judged, done, fallen, ladder[gravest].1) else {
        return;
    };

    let mut shown = gravest;
    let mut settled = true;
    let breach = stay.rungs[gravest];
    if ladder[gravest].1 {
        settled = times.settle(breach);
        if !settled
            && let Some(lower) = (0..gravest).rev().find(|rung| {
                reached(*rung) && (!ladder[*rung].1 || times.knowledge.settled(stay.rungs[*rung]))
            })
        {
            (shown, settled) = (lower, true);
        }
    }
    // Until a graver rung is settled, what stands below it is shown as standing.
    let state = if shown == gravest {
        state
    } else {
        State::Stands
    };
    let is_breach = ladder[shown].1;
    let completed = done && shown == gravest && is_breach;
    out.push(Allegation {
        point: timed.point,
        step: stay.step,
        visit: stay.visit,
        level: ladder[shown].0,
        state,
        due_at: due_of(stay, shown, &ladder),
        breached_at: is_breach.then_some(stay.rungs[shown]),
        completed_at: completed.then_some(stay.done_at),
        settled,
        silent: is_breach && times.silent(stay.rungs[shown]),
        origin: Origin::Stay {
            place,
            rung: shown as u8,
        },
    });
}

/// (level, whether it is a breach rung) in order.
fn rungs_of(timed: &TimedPoint, context: &Context<'_>) -> Vec<(Level, bool)> {
    match &timed.kind {
        TimedKind::Overdue(ladder) => ladder
            .rungs
            .iter()
            .map(|(level, at)| (*level, matches!(at, RungAt::Promised | RungAt::Statutory)))
            .collect(),
        _ => vec![(context.plan.points[usize::from(timed.point)].level, true)],
    }
}

fn state_of(
    stay: &Stay,
    judged: Judged,
    done: bool,
    fallen: Fallen,
    breach: bool,
) -> Option<State> {
    if done {
        return match judged {
            Judged::WhileOpen => Some(State::Over { at: stay.done_at }),
            _ if breach => Some(State::Stands),
            Judged::WhenDone => None,
            Judged::Always => Some(State::Ended {
                at: stay.done_at,
                why: Ending::Done,
            }),
        };
    }
    let why = match fallen {
        Fallen::No => {
            return (judged != Judged::WhenDone).then_some(State::Stands);
        }
        Fallen::Condition => Ending::Condition,
        Fallen::ForGood => Ending::Event,
    };
    match judged {
        Judged::WhenDone => None,
        Judged::WhileOpen => Some(State::Over { at: stay.fell_at }),
        Judged::Always => Some(State::Ended {
            at: stay.fell_at,
            why,
        }),
    }
}

/// A breach rung's own due instant; a reminder's is the first breach rung's.
fn due_of(stay: &Stay, shown: usize, ladder: &[(Level, bool)]) -> Option<Timestamp> {
    let rung = if ladder[shown].1 {
        Some(shown)
    } else {
        (0..ladder.len()).find(|r| ladder[*r].1)
    };
    rung.map(|rung| stay.rungs[rung])
        .filter(|at| *at != NEVER)
        .map(|at| at.plus_millis(-1000))
}

fn too_early(
    place: usize,
    stay: &Stay,
    point: u16,
    level: Level,
    times: &mut Times<'_>,
    out: &mut Vec<Allegation>,
) {
    let lawful_from = stay.rungs[0];
    let early = stay.is_done()
        && stay.done_at >= stay.start_at
        && stay.done_at.floor_second() < lawful_from
        && lawful_from != NEVER;
    if !early {
        return;
    }
    out.push(Allegation {
        point,
        step: stay.step,
        visit: stay.visit,
        level,
        state: State::Stands,
        due_at: Some(lawful_from),
        breached_at: Some(stay.done_at),
        completed_at: None,
        settled: times.settle(stay.done_at),
        silent: times.silent(stay.done_at),
        origin: Origin::Stay { place, rung: 0 },
    });
}

fn finding_allegation(
    place: usize,
    finding: &Finding,
    context: &Context<'_>,
    times: &mut Times<'_>,
    out: &mut Vec<Allegation>,
) {
    let same = |a: &Allegation| {
        a.point == finding.point && a.step == finding.step && a.visit == finding.visit
    };
    if out.iter().any(same) {
        return;
    }
    let point = &context.plan.points[usize::from(finding.point)];
    let at = context.history.event(finding.event as usize).occurred_at;
    let (settled, silent) = if let Check::OffList { grace } = point.check {
        let ends = deadline::deadline(
            &context.plan.calendar,
            at,
            grace,
            &deadline::Ledger::default(),
        );
        let end = deadline::first_late_instant(ends.due_at);
        times.await_instant(end);
        (times.knowledge.clock >= end, false)
    } else {
        (times.settle(at), times.silent(at))
    };
    out.push(Allegation {
        point: finding.point,
        step: finding.step,
        visit: finding.visit,
        level: point.level,
        state: State::Stands,
        due_at: None,
        breached_at: Some(at),
        completed_at: None,
        settled,
        silent,
        origin: Origin::Finding { place },
    });
}

fn two_contents(
    id: &str,
    fold: &Fold,
    context: &Context<'_>,
    times: &mut Times<'_>,
    out: &mut Vec<Allegation>,
) {
    let Some((place, event)) = context
        .history
        .known()
        .find(|(_, e)| context.history.id(e) == id)
    else {
        return;
    };
    for (at, point) in context.plan.points.iter().enumerate() {
        let found = fold.findings.iter().any(|f| usize::from(f.point) == at);
        if !matches!(point.check, Check::Conflict) || found {
            continue;
        }
        out.push(Allegation {
            point: at as u16,
            step: 0,
            visit: 1,
            level: point.level,
            state: State::Stands,
            due_at: None,
            breached_at: Some(event.occurred_at),
            completed_at: None,
            settled: times.settle(event.occurred_at),
            silent: times.silent(event.occurred_at),
            origin: Origin::TwoContents {
                event: place as u32,
            },
        });
    }
}
