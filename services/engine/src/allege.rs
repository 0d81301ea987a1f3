//! What should be alleged of a case, given what has been walked and what time it is.

mod late;
mod unclosed;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::definitions::{Judged, RungAt};

use crate::fold::{
    Begun, Context, DAY_OFF, Fallen, Fault, Finding, Fold, NEVER, QUERY_GRACE, Queried, Stay,
    THROUGH_NIGHT, query_over, withdrawn_by_document, wrong,
};
use crate::history::Event;
use crate::rules::{Check, MarkSet, TimedKind, TimedPoint};

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
    pub(crate) fn settled(&self, at: Timestamp) -> bool {
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
    /// One id came with two contents; the place of the event that is kept.
    TwoContents {
        event: u32,
    },
    /// In time by a late entry alone; the stay's place.
    Saved {
        place: usize,
    },
    /// The case was told to be of another item; the place of the record that names it.
    OtherItem {
        event: u32,
    },
    /// The case was left open; the place of the last act in it.
    Unclosed {
        event: u32,
    },
    /// What is asked at the closing, asked of a case that was left open: a finding as of then.
    AskedUnclosed {
        event: u32,
        other: u32,
        detail: u16,
    },
    /// A record was sent again with other values; the place of the one that counts.
    Resent {
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
        queried: Queried::of(fold, context, knowledge.clock),
    };
    for (place, stay) in fold.stays.iter().enumerate() {
        stay_allegation(place, stay, context, &mut times, out);
    }
    late::saved_by_late_entry(fold, context, &mut times, out);
    late::item_changed(context, &mut times, out);
    if context.history.holds_replaced() {
        late::resent(context, &mut times, out);
    }
    if let Some(event) = context.history.contested() {
        two_contents(&event, fold, context, &mut times, out);
    }
    let left = unclosed::unclosed(fold, context, &mut times, out);
    for (place, finding) in fold.findings().iter().enumerate() {
        finding_allegation(place, finding, context, &mut times, out);
    }
    if let Some(left) = left {
        unclosed::asked_unclosed(left, fold, context, &mut times, out);
    }
    for allegation in out {
        if allegation.excused_afterwards(fold, context).is_some() {
            allegation.level = allegation.level.min(Level::Review);
        }
    }
    (times.next, times.unsettled)
}

impl Allegation {
    /// The record that shows a lawful exception of the event that is judged, and came after it.
    pub(crate) fn excused_afterwards(&self, fold: &Fold, context: &Context<'_>) -> Option<u32> {
        let event = match self.origin {
            Origin::Finding { place } => fold.findings()[place].event,
            Origin::TwoContents { event } => event,
            Origin::Stay { place, .. } => {
                let stay = &fold.stays[place];
                let timed = &context.plan.timed[usize::from(stay.timed)];
                match timed.kind {
                    TimedKind::TooEarly(..) => stay.done_event,
                    _ => return None,
                }
            }
            _ => return None,
        };
        let point = &context.plan.points[usize::from(self.point)];
        fold.excused_afterwards(point, event, context)
    }
}

struct Times<'a> {
    next: Timestamp,
    unsettled: Timestamp,
    knowledge: &'a Knowledge,
    /// The department is asked what it means by a special procedure.
    queried: Option<Queried>,
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

    /// Whether what is alleged of a stay since `at` is settled. It is not while it would not be so if a special procedure counted that
    /// the department is still asked about.
    fn settle_stay(&mut self, at: Timestamp, stay: &Stay, is_so: impl Fn(&Stay) -> bool) -> bool {
        let settled = self.settle(at);
        let waits = self.queried.as_ref().and_then(|q| q.waits(stay, is_so));
        self.next = self.next.min(waits.unwrap_or(NEVER));
        settled && waits.is_none()
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
    let level = context.plan.points[usize::from(timed.point)].level;
    if let TimedKind::Watched(_) = timed.kind {
        return;
    }
    if let TimedKind::TooEarly(..) = timed.kind {
        out.extend(too_early(place, stay, timed.point, level, times));
        return;
    }
    if let TimedKind::EndedBefore { on, by_default, .. } = timed.kind {
        let on = Vanishing { on, by_default };
        out.extend(ended_before_due(place, stay, &on, level, context, times));
        return;
    }
    if stay.begun == Begun::Before {
        out.extend(told_by_its_end(place, stay, timed, times));
        return;
    }
    let over = if stay.is_done() {
        Over::Done { at: stay.done_at }
    } else if let Some(at) = stay.fell_at(context.history) {
        Over::Fallen {
            at,
            why: stay.fallen,
        }
    } else {
        for rung in stay.rungs {
            times.await_instant(rung);
        }
        Over::Not
    };
    let until = match over {
        Over::Done { at } | Over::Fallen { at, .. } => at.floor_second(),
        Over::Not => times.knowledge.clock,
    };
    let ladder = Rungs {
        kind: &timed.kind,
        level,
    };
    let reached_by = |rung: usize, by| stay.rungs[rung] <= by && stay.rungs[rung] != NEVER;
    let reached = |rung: usize| reached_by(rung, until);
    // Where it was perhaps done before, what is late whether it was or not goes before what is late only if it was not.
    let perhaps_at = stay
        .perhaps_at(context.history)
        .map(Timestamp::floor_second);
    let for_sure = until.min(perhaps_at.unwrap_or(NEVER));
    let late_for_sure = |rung: &usize| ladder.is_breach(*rung) && reached_by(*rung, for_sure);
    let mut rungs = (0..ladder.len()).rev();
    let gravest = perhaps_at.and_then(|_| rungs.clone().find(late_for_sure));
    let Some(gravest) = gravest.or_else(|| rungs.find(|rung| reached(*rung))) else {
        return;
    };
    let Some(state) = state_of(over, timed.judged, ladder.is_breach(gravest)) else {
        return;
    };

    let mut shown = gravest;
    let mut settled = true;
    if ladder.is_breach(gravest) {
        let mut settle = |rung: usize| match timed.kind {
            // What the case carries itself no special procedure puts off.
            TimedKind::Overdue(_) if timed.own_deadline.is_none() => {
                times.settle_stay(stay.rungs[rung], stay, |s| s.rungs[rung] <= until)
            }
            _ => times.settle(stay.rungs[rung]),
        };
        settled = settle(gravest);
        // Each that is not settled yet will be shown when it is, if none graver is by then.
        let stands = |rung: &usize| reached(*rung) && (!ladder.is_breach(*rung) || settle(*rung));
        if !settled && let Some(lower) = (0..gravest).rev().find(stands) {
            (shown, settled) = (lower, true);
        }
    }
    // Until a graver rung is settled, what stands below it is shown as standing.
    let state = match state {
        State::Ended { .. } if shown != gravest => State::Stands,
        state => state,
    };
    let is_breach = ladder.is_breach(shown);
    let level = match is_breach && stay.rungs[shown] > for_sure {
        true => ladder.level(shown).min(Level::Review),
        false => ladder.level(shown),
    };
    let completed_at = match over {
        Over::Done { at } if is_breach => Some(at),
        _ => None,
    };
    out.push(Allegation {
        point: timed.point,
        step: stay.step,
        visit: stay.visit,
        level,
        state,
        due_at: due_of(stay, shown, &ladder),
        breached_at: is_breach.then_some(stay.rungs[shown]),
        completed_at,
        settled,
        silent: is_breach && times.silent(stay.rungs[shown]),
        origin: Origin::Stay {
            place,
            rung: shown as u8,
        },
    });
}

/// A step of which only the end was told, and too long after what led to it: whether it took so long itself a person finds out.
fn told_by_its_end(
    place: usize,
    stay: &Stay,
    timed: &TimedPoint,
    times: &mut Times<'_>,
) -> Option<Allegation> {
    let ladder = Rungs {
        kind: &timed.kind,
        level: Level::Review,
    };
    let until = stay.done_at.floor_second();
    let passed = |rung: &usize| ladder.is_breach(*rung) && stay.rungs[*rung] <= until;
    let rung = (0..ladder.len()).rev().find(passed)?;
    let late_at = stay.rungs[rung];
    (timed.judged != Judged::WhileOpen).then(|| Allegation {
        point: timed.point,
        step: stay.step,
        visit: stay.visit,
        level: Level::Review,
        state: State::Stands,
        due_at: Some(late_at.plus_millis(-1000)),
        breached_at: Some(late_at),
        completed_at: Some(stay.done_at),
        settled: times.settle_stay(late_at, stay, |s| s.rungs[rung] <= until),
        silent: times.silent(late_at),
        origin: Origin::Stay {
            place,
            rung: rung as u8,
        },
    })
}

/// The rungs of a timed point, in order of time: a ladder's; of special procedures a reminder and their end; or the one of any other.
struct Rungs<'a> {
    kind: &'a TimedKind,
    level: Level,
}

impl Rungs<'_> {
    fn len(&self) -> usize {
        match self.kind {
            TimedKind::Overdue(ladder) => ladder.rungs.len(),
            TimedKind::Special(_) => 2,
            _ => 1,
        }
    }

    fn level(&self, rung: usize) -> Level {
        match self.kind {
            TimedKind::Overdue(ladder) => ladder.rungs[rung].0,
            TimedKind::Special(_) if rung == 0 => self.level.min(Level::Notice),
            _ => self.level,
        }
    }

    fn is_breach(&self, rung: usize) -> bool {
        match self.kind {
            TimedKind::Special(_) => rung == 1,
            TimedKind::Overdue(ladder) => {
                matches!(ladder.rungs[rung].1, RungAt::Promised | RungAt::Statutory)
            }
            _ => true,
        }
    }
}

/// How a stay came to its end, as far as it has.
#[derive(Clone, Copy)]
enum Over {
    Not,
    Done { at: Timestamp },
    Fallen { at: Timestamp, why: Fallen },
}

/// What the gravest rung that was reached, a breach or a reminder, stands for; none for what the point does not judge.
fn state_of(over: Over, judged: Judged, breach: bool) -> Option<State> {
    match (over, judged) {
        (Over::Not, Judged::WhenDone) | (Over::Fallen { .. }, Judged::WhenDone) => None,
        (Over::Not, _) => Some(State::Stands),
        (Over::Done { at } | Over::Fallen { at, .. }, Judged::WhileOpen) => {
            Some(State::Over { at })
        }
        (Over::Done { .. }, _) if breach => Some(State::Stands),
        (Over::Done { .. }, Judged::WhenDone) => None,
        (Over::Done { at }, Judged::Always) => Some(State::Ended {
            at,
            why: Ending::Done,
        }),
        (
            Over::Fallen {
                at,
                why: Fallen::Condition,
            },
            _,
        ) => Some(State::Ended {
            at,
            why: Ending::Condition,
        }),
        (Over::Fallen { at, .. }, _) => Some(State::Ended {
            at,
            why: Ending::Event,
        }),
    }
}

/// A breach rung's own due instant; a reminder's is the first breach rung's.
fn due_of(stay: &Stay, shown: usize, ladder: &Rungs<'_>) -> Option<Timestamp> {
    let rung = if ladder.is_breach(shown) {
        Some(shown)
    } else {
        (0..ladder.len()).find(|r| ladder.is_breach(*r))
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
) -> Option<Allegation> {
    let lawful_from = stay.rungs[0];
    let early = stay.is_done()
        && stay.done_at >= stay.start_at
        && stay.done_at.floor_second() < lawful_from
        && lawful_from != NEVER;
    early.then(|| Allegation {
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
    })
}

/// Upon what a duty must not vanish unseen.
struct Vanishing {
    on: MarkSet,
    by_default: bool,
}

/// A duty that fell away on one of these events, from the reminder's instant on and before it was late.
fn ended_before_due(
    place: usize,
    stay: &Stay,
    on: &Vanishing,
    level: Level,
    context: &Context<'_>,
    times: &mut Times<'_>,
) -> Option<Allegation> {
    if stay.is_done() || stay.fallen != Fallen::ForGood {
        return None;
    }
    let fell = context.history.event(stay.fell_event);
    let [_, late, _] = stay.rungs;
    let second = fell.occurred_at.floor_second();
    let falls_near = |stay: &Stay| {
        let [from, late, _] = stay.rungs;
        from != NEVER && (from..late).contains(&second)
    };
    let level = match stay.perhaps_event < stay.fell_event {
        true => level.min(Level::Review),
        false => level,
    };
    let meant =
        context.marks(&fell) & on.on != 0 && !(on.by_default && withdrawn_by_document(&fell));
    (meant && falls_near(stay)).then(|| Allegation {
        point: context.plan.timed[usize::from(stay.timed)].point,
        step: stay.step,
        visit: stay.visit,
        level,
        state: State::Stands,
        due_at: Some(late.plus_millis(-1000)),
        breached_at: Some(fell.occurred_at),
        completed_at: None,
        settled: times.settle_stay(fell.occurred_at, stay, |s| {
            s.fallen == Fallen::ForGood && s.fell_event == stay.fell_event && falls_near(s)
        }),
        silent: times.silent(fell.occurred_at),
        origin: Origin::Stay { place, rung: 0 },
    })
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
    let event = context.history.event(finding.event);
    let at = match point.check {
        Check::StartMoved => context
            .held(&event)
            .map_or(event.occurred_at, |held| held.told_at),
        _ => event.occurred_at,
    };
    let fault = match &point.check {
        Check::Authority(_) | Check::WrongBody => Some(Fault::of_detail(finding.detail).0),
        _ => None,
    };
    let grace = match point.check {
        Check::OffList { grace } => Some(grace),
        // What the flowchart makes of a case of which a step is called by nobody knows what name is asked first.
        Check::NotInFlowchart | Check::StartedTooSoon | Check::RequiredStep { .. }
            if context.unknown_step(finding.event).is_some() =>
        {
            Some(QUERY_GRACE)
        }
        Check::UnfoundedSuspension { .. }
            if finding.detail == wrong::UNLISTED && context.special_is_unknown(&event) =>
        {
            Some(QUERY_GRACE)
        }
        _ => fault.filter(|f| f.is_query()).map(|_| QUERY_GRACE),
    };
    let level = match (fault, &point.check) {
        (Some(Fault::Mitigated | Fault::NoCollector), _) => Level::Review,
        (_, Check::NightOrHoliday(hours))
            if matches!(finding.detail, DAY_OFF | THROUGH_NIGHT)
                || context.shown_at_another_time(hours, &event).is_some() =>
        {
            Level::Review
        }
        (_, Check::RequiredStep { left_open, .. }) => {
            let [open, said] = context.plan.steps[usize::from(finding.detail)].if_missing;
            let own = if *left_open { open } else { said };
            own.unwrap_or(point.level)
        }
        _ => point.level,
    };
    let (settled, silent) = if let Some(grace) = grace {
        let end = query_over(at, grace, &context.plan.calendar);
        times.await_instant(end);
        (times.knowledge.clock >= end, false)
    } else {
        (times.settle(at), times.silent(at))
    };
    out.push(Allegation {
        point: finding.point,
        step: finding.step,
        visit: finding.visit,
        level,
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
    event: &Event<'_>,
    fold: &Fold,
    context: &Context<'_>,
    times: &mut Times<'_>,
    out: &mut Vec<Allegation>,
) {
    for (at, point) in context.plan.points.iter().enumerate() {
        let earlier = fold
            .findings()
            .iter()
            .any(|f| usize::from(f.point) == at && f.event <= event.place);
        if !matches!(point.check, Check::Conflict) || earlier {
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
            origin: Origin::TwoContents { event: event.place },
        });
    }
}
