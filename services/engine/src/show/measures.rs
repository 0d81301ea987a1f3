//! What statistics count of a case, read from the walk that its alerts come from.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline;
use mingjing_domain::definitions::{Effect, RungAt};
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::{Budget, Unit};
use mingjing_domain::measures::{CaseMeasures, LimitMeasure, MeasureUnit};

use super::due_by;
use crate::fold::{Context, Fallen, Fold, NONE, Stay, with_ledger};
use crate::history::{Event, Kept, Sent};
use crate::rules::TimedPoint;

/// 事后补录 begins here: rule Q1's default.
const LATE_OVER: Budget = Budget::new(1, Unit::WorkingDays);

/// What says by which channel a case came: the first of these that names one.
const COMES_BY: [EventKind; 3] = [EventKind::Applied, EventKind::Accepted, EventKind::Filed];

/// The measures of a case as its history stands now.
pub(super) fn of_case(fold: &Fold, limit: Option<&Stay>, context: &Context<'_>) -> CaseMeasures {
    let text = |symbol| context.texts.option(symbol).map(str::to_owned);
    let item = context.texts.option(context.first_named(NONE, |p| p.item));
    let mut measures = CaseMeasures {
        power_type: item.and_then(|code| Some(context.rules.item(code)?.power_type)),
        case_kind: text(context.latest_named(NONE, |p| p.case_kind)),
        limit: limit.map(|stay| of_limit(fold, stay, context)),
        ..CaseMeasures::default()
    };
    let mut last = None;
    let (mut settled, mut result) = (None, None);
    for event in context.history.known() {
        count(&event, &mut measures, context);
        let settles = matches!(event.kind, EventKind::Decided | EventKind::Closed);
        if event.actor != 0 && !is_afterwards(event.kind) {
            last = Some(event);
            settled = if settles { Some(event) } else { settled };
        }
        let decides = event.kind == EventKind::Decided || (settles && result.is_none());
        if decides && event.result != 0 {
            result = Some(event.result);
        }
    }
    measures.result = result.map(|code| context.codes.text(code.into()).to_owned());
    if let Some(event) = settled.or(last) {
        measures.handler = text(event.actor);
        measures.office = office(&event, item, context);
    }
    measures.suspended_ms = suspended_ms(fold, measures.ended_at, context);
    measures
}

/// What others do about a case once it is decided is not its handling.
fn is_afterwards(kind: EventKind) -> bool {
    use EventKind::{
        CalledBack, Complaint, ComplaintAccepted, ComplaintAnswered, Note, Published, Rated,
        ReviewResult, Unpublished,
    };
    matches!(
        kind,
        Rated
            | Complaint
            | ComplaintAccepted
            | ComplaintAnswered
            | CalledBack
            | Note
            | Published
            | Unpublished
            | ReviewResult
    )
}

fn ends(kind: EventKind) -> bool {
    kind == EventKind::Closed || EventKind::ENDED_OTHERWISE.contains(&kind)
}

fn count(event: &Event<'_>, measures: &mut CaseMeasures, context: &Context<'_>) {
    let at = event.occurred_at;
    match event.kind {
        EventKind::Applied => _ = measures.received_at.get_or_insert(at),
        EventKind::Decided => _ = measures.decided_at.get_or_insert(at),
        EventKind::Delivered => _ = measures.delivered_at.get_or_insert(at),
        EventKind::SupplementNotice => measures.supplements += 1,
        EventKind::Extend => measures.extensions += 1,
        EventKind::Suspend => measures.suspensions += 1,
        kind if measures.ending.is_none() && ends(kind) => {
            (measures.ending, measures.ended_at) = (Some(kind), Some(at));
        }
        _ => {}
    }
    if measures.channel.is_none() && COMES_BY.contains(&event.kind) {
        measures.channel = channel(event, context);
    }
    measures.events_late += u32::from(context.enters_late(event, LATE_OVER));
    measures.events_resent += u32::from(event.version > 1);
    let reversed = event.known_at() < at.floor_second() || context.time_reversed(event).is_some();
    measures.events_reversed += u32::from(reversed);
}

/// 办理渠道 as an event tells it.
fn channel(event: &Event<'_>, context: &Context<'_>) -> Option<String> {
    let extra = event.extra()?;
    let code = context.kept.of(Kept::Channel);
    extra
        .attributes
        .iter()
        .find_map(|(name, value)| match value {
            Sent::Text(told) if *name == code => Some((*told).to_owned()),
            _ => None,
        })
}

/// The office of an act's step; where the flowchart names none, the one where the register has the person on that day.
fn office(event: &Event<'_>, item: Option<&str>, context: &Context<'_>) -> Option<String> {
    let of_step = context
        .step(event)
        .and_then(|step| context.plan.steps[usize::from(step)].office.clone());
    let of_register = || {
        let org = context.texts.option(context.latest_named(NONE, |p| p.org));
        let org = org.or_else(|| Some(&*context.rules.item(item?)?.executing_body.text))?;
        let on = event.occurred_at.local_date(context.plan.calendar.tz());
        let officer = context.texts.option(event.actor)?;
        let office = context.rules.registers().office(org, officer, on);
        office.map(str::to_owned)
    };
    of_step.or_else(of_register)
}

fn of_limit(fold: &Fold, stay: &Stay, context: &Context<'_>) -> LimitMeasure {
    let timed = &context.plan.timed[usize::from(stay.timed)];
    let budget = timed.statutory.or(timed.promised);
    let unit = MeasureUnit::of(budget.map_or(Unit::CalendarDays, |budget| budget.unit));
    let done_at = stay.is_done().then_some(stay.done_at);
    let fell_at = match stay.fallen {
        Fallen::No => None,
        // What is done all the same is kept or missed by when it was done.
        Fallen::Condition if done_at.is_some() => None,
        // Or a duty that nobody has any more would count as past due for as long as the case lies there.
        Fallen::Condition | Fallen::ForGood => stay.fell_at(context.history),
    };
    let length = |at| length(fold, at, stay, timed, unit, context);
    LimitMeasure {
        unit,
        started_at: stay.start_at,
        statutory: length(RungAt::Statutory),
        promised: length(RungAt::Promised),
        used: done_at.map(|at| used(fold, at, stay, timed, unit, context)),
        statutory_due_at: due_by(fold, RungAt::Statutory, stay, context),
        promised_due_at: due_by(fold, RungAt::Promised, stay, context),
        done_at,
        fell_at,
    }
}

/// How long a limit is with what was added to it, as if time had never stood still.
fn length(
    fold: &Fold,
    at: RungAt,
    stay: &Stay,
    timed: &TimedPoint,
    unit: MeasureUnit,
    context: &Context<'_>,
) -> Option<u32> {
    let calendar = &context.plan.calendar;
    let budget = match at {
        RungAt::Promised => timed.promised,
        _ => timed.statutory,
    };
    let due_at = match budget {
        _ if timed.own_deadline.is_some() => fold.due(at, stay, timed, context)?.due_at,
        Some(budget) => with_ledger(stay, timed, fold.ledger(), context, |ledger| {
            let unrolled = Budget::new(budget.count, unrolled(budget.unit));
            let extended = deadline::Ledger {
                suspensions: &[],
                extensions: ledger.extensions,
            };
            deadline::deadline(calendar, stay.start_at, unrolled, &extended).due_at
        }),
        None => return None,
    };
    let none = &[];
    Some(deadline::spent(
        calendar,
        stay.start_at,
        due_at,
        unit.unit(),
        none,
    ))
}

/// How much of it was used when it was done, time that stood still left out.
fn used(
    fold: &Fold,
    done_at: Timestamp,
    stay: &Stay,
    timed: &TimedPoint,
    unit: MeasureUnit,
    context: &Context<'_>,
) -> u32 {
    with_ledger(stay, timed, fold.ledger(), context, |ledger| {
        deadline::spent(
            &context.plan.calendar,
            stay.start_at,
            done_at,
            unit.unit(),
            ledger.suspensions,
        )
    })
}

const fn unrolled(unit: Unit) -> Unit {
    match unit {
        Unit::CalendarDaysRolled => Unit::CalendarDays,
        Unit::MonthsRolled => Unit::Months,
        other => other,
    }
}

/// For how long special procedures ran until they were ended or the case was; overlapping stretches once, those that run not at all.
fn suspended_ms(fold: &Fold, ended_at: Option<Timestamp>, context: &Context<'_>) -> u64 {
    let Some(ledger) = fold.ledger() else {
        return 0;
    };
    let stops =
        |special: u16| context.plan.specials[usize::from(special)].effect == Effect::Suspend;
    let mut stretches: Vec<(i64, i64)> = ledger
        .suspensions
        .iter()
        .filter(|s| stops(s.special))
        .filter_map(|s| {
            let end = s.resumed_at.into_iter().chain(ended_at).min()?;
            (end > s.from).then(|| (s.from.millis(), end.millis()))
        })
        .collect();
    stretches.sort_unstable();
    let (mut total, mut reached) = (0, i64::MIN);
    for (from, to) in stretches {
        total += (to - from.max(reached)).max(0);
        reached = reached.max(to);
    }
    total.unsigned_abs()
}
