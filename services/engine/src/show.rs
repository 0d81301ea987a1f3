//! A case as it is shown to those who read: where it stands, its visits, when it is due.

mod measures;

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::RungAt;
use mingjing_domain::event::EventKind;
use mingjing_domain::fact::{CaseRecord, StepVisit};

use crate::fold::{Context, Fallen, Fold, NONE, Stay, StepState, Tells};
use crate::rules::PlanIx;

/// The present state of a case, walked anew with everything kept.
pub(crate) fn case_record(
    source: &str,
    case_no: &str,
    plan: PlanIx,
    context: &Context<'_>,
) -> CaseRecord {
    let fold = Fold::walk(plan, context);
    let history = context.history;
    let first_of = |kind: EventKind| {
        history
            .known()
            .find(|e| e.kind == kind)
            .map(|e| e.occurred_at)
    };
    let text = |symbol| context.texts.option(symbol).map(str::to_owned);
    let of_case = context.plan.case_limit.and_then(|limit| {
        // The one that runs, where the case was taken up again.
        let stays = fold.stays.iter().filter(|s| s.timed == limit);
        stays.min_by_key(|s| !s.is_open())
    });
    let due_at = of_case.and_then(|stay| shown_due(&fold, stay, context));
    let begun = of_case.filter(|stay| stay.start_event != NONE);
    let measures = measures::of_case(&fold, begun, context);
    let visits = visits_of(&fold, context);
    CaseRecord {
        source: source.to_owned(),
        case_no: case_no.to_owned(),
        item_code: text(context.first_named(NONE, |p| p.item)),
        org_code: text(context.latest_named(NONE, |p| p.org)),
        region_code: text(context.latest_named(NONE, |p| p.region)),
        flowchart: context.plan.flowchart.clone(),
        opened_at: history.first().map(|e| e.occurred_at),
        accepted_at: first_of(EventKind::Accepted),
        closed_at: first_of(EventKind::Closed),
        due_at,
        events: history.len() as u32,
        step: visits.last().map(|v| v.step.clone()),
        visits,
        measures,
    }
}

/// A stay's statutory due instant, else its promised one; none while time stands still. Of a limit that fell away it is the one that stood
/// then: a case that is begun again goes on by it.
fn shown_due(fold: &Fold, stay: &Stay, context: &Context<'_>) -> Option<Timestamp> {
    let timed = &context.plan.timed[usize::from(stay.timed)];
    let statutory = timed.statutory.is_some() || timed.own_deadline.is_some();
    let at = if statutory {
        RungAt::Statutory
    } else {
        RungAt::Promised
    };
    due_by(fold, at, stay, context)
}

/// The same by one of the two.
fn due_by(fold: &Fold, at: RungAt, stay: &Stay, context: &Context<'_>) -> Option<Timestamp> {
    let timed = &context.plan.timed[usize::from(stay.timed)];
    if stay.stopped {
        return None;
    }
    let fell_at = match stay.fallen {
        Fallen::ForGood => stay.fell_at(context.history),
        Fallen::No | Fallen::Condition => None,
    };
    let due = match fell_at {
        Some(fell_at) => fold.due_when_it_fell(fell_at, at, stay, timed, context),
        None => fold.due(at, stay, timed, context),
    };
    let due = due?.due_at;
    (due < FAR_FUTURE).then_some(due)
}

/// 9000-01-01: where a due instant lies beyond, time stands still.
const FAR_FUTURE: Timestamp = Timestamp::from_millis(221_845_392_000_000);

fn visits_of(fold: &Fold, context: &Context<'_>) -> Vec<StepVisit> {
    let mut visits: Vec<StepVisit> = Vec::new();
    let mut states: Vec<StepState> = Vec::new();
    for event in context.history.known() {
        let symbol = context.step_symbol(&event);
        let starts = event.kind == EventKind::StepStart;
        let ends = context.ends_visit(&event);
        if symbol == 0 || !(starts || ends) {
            continue;
        }
        let code = context.codes.text(symbol.into());
        let actor = context.texts.option(event.actor).map(str::to_owned);
        let known = states.iter().position(|s| s.step == symbol);
        let state = known.unwrap_or_else(|| {
            states.push(StepState::new(symbol));
            states.len() - 1
        });
        let visit = match states[state].take(&event) {
            Tells::Again => continue,
            Tells::End(visit) => {
                let mut open = visits.iter_mut();
                if let Some(open) = open.find(|v| v.step == code && v.visit == visit) {
                    open.ended_at = Some(event.occurred_at);
                    open.actor = actor.or(open.actor.take());
                }
                continue;
            }
            Tells::Visit(visit) => visit,
        };
        let stay = fold.stays.iter().find(|s| {
            s.step == symbol
                && s.visit == visit
                && context.plan.timed[usize::from(s.timed)].step.is_some()
        });
        visits.push(StepVisit {
            step: code.to_owned(),
            visit,
            started_at: event.occurred_at,
            ended_at: ends.then_some(event.occurred_at),
            due_at: stay.and_then(|s| shown_due(fold, s, context)),
            office: context
                .step(&event)
                .and_then(|s| context.plan.steps[usize::from(s)].office.clone()),
            actor,
        });
    }
    visits
}
