//! Each run of each limit, with its day-by-day account.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline;
use mingjing_domain::definitions::RungAt;
use mingjing_domain::limit::Budget;

use super::walk::step_name;
use super::{LimitStory, Measure};
use crate::fold::{Context, Fold, NEVER, NONE, Stay, with_ledger};
use crate::partition::Question;
use crate::rules::{TimedKind, TimedPoint};

/// The limits of a case, in the order in which they began. Control points that watch one limit share its story.
pub(super) fn limits(fold: &Fold, question: &Question<'_>) -> Vec<LimitStory> {
    let context = &question.context;
    let mut told: Vec<((u32, u32), LimitStory)> = Vec::new();
    for stay in &fold.stays {
        let timed = &context.plan.timed[usize::from(stay.timed)];
        let point = &context.plan.points[usize::from(timed.point)];
        let mut story = story(fold, stay, timed, context);
        if story.limit.is_empty() {
            story.limit.clone_from(&point.name);
        }
        let key = (stay.start_event, stay.done_event);
        let same = told.iter_mut().find(|(k, known)| {
            *k == key
                && known.limit == story.limit
                && known.step == story.step
                && known.visit == story.visit
                && known.measures == story.measures
        });
        match same {
            Some((_, known)) => known.control_points.push(point.id.clone()),
            None => {
                story.control_points.push(point.id.clone());
                told.push((key, story));
            }
        }
    }
    told.into_iter().map(|(_, story)| story).collect()
}

fn story(fold: &Fold, stay: &Stay, timed: &TimedPoint, context: &Context<'_>) -> LimitStory {
    let fell_away_at = stay.fell_at(context.history);
    let state = if stay.is_done() {
        "done"
    } else if fell_away_at.is_some() {
        "fell_away"
    } else if stay.stopped {
        "stopped"
    } else {
        "open"
    };
    LimitStory {
        limit: timed.limit_name.clone(),
        control_points: Vec::new(),
        step: step_name(stay.step, context),
        visit: stay.visit,
        state: state.into(),
        started_at: (stay.start_event != NONE).then_some(stay.start_at),
        done_at: stay.is_done().then_some(stay.done_at),
        fell_away_at,
        measures: measures(fold, stay, timed, context),
    }
}

fn measures(fold: &Fold, stay: &Stay, timed: &TimedPoint, context: &Context<'_>) -> Vec<Measure> {
    let mut found = Vec::new();
    match &timed.kind {
        TimedKind::TooEarly(at_least, _) => {
            let earliest = Some(stay.rungs[0]).filter(|at| *at != NEVER);
            found.push(measure(
                ("at_least", "最短时限"),
                *at_least,
                earliest,
                (fold, stay, timed, context),
            ));
        }
        _ if timed.own_deadline.is_some() => {
            let due = fold.due(RungAt::Statutory, stay, timed, context);
            found.push(bare(
                ("own_deadline", "办件载明的期限"),
                due.map(|d| d.due_at),
            ));
        }
        TimedKind::Special(watch) => {
            // Reached one second after the last in time.
            let due = Some(stay.rungs[1]).filter(|at| *at != NEVER);
            found.push(bare(
                ("planned_end", "计划结束时间"),
                due.map(|at| at.plus_millis(-1000)),
            ));
            if let Some(review) = fold.review(stay, watch, context) {
                let name = ("review_after", "没有上限，须说明继续理由的时间");
                found.push(bare(name, Some(review.due_at)));
            }
        }
        _ => {
            let both = [
                (("promised", "承诺时限"), RungAt::Promised, timed.promised),
                (
                    ("statutory", "法定时限"),
                    RungAt::Statutory,
                    timed.statutory,
                ),
            ];
            for (name, breach, budget) in both {
                let Some(budget) = budget else { continue };
                let due = match stay.stopped {
                    true => None,
                    false => fold.due(breach, stay, timed, context),
                };
                let due = due.filter(|d| !d.is_never()).map(|d| d.due_at);
                found.push(measure(name, budget, due, (fold, stay, timed, context)));
            }
        }
    }
    found
}

fn measure(
    (basis, basis_zh): (&str, &str),
    budget: Budget,
    due_at: Option<Timestamp>,
    (fold, stay, timed, context): (&Fold, &Stay, &TimedPoint, &Context<'_>),
) -> Measure {
    let account = due_at.map(|_| {
        with_ledger(stay, timed, fold.ledger(), context, |ledger| {
            deadline::account(&context.plan.calendar, stay.start_at, budget, ledger)
        })
    });
    Measure {
        basis: basis.into(),
        basis_zh: basis_zh.into(),
        limit: Some(budget.to_string()),
        due_at,
        account,
    }
}

fn bare((basis, basis_zh): (&str, &str), due_at: Option<Timestamp>) -> Measure {
    Measure {
        basis: basis.into(),
        basis_zh: basis_zh.into(),
        limit: None,
        due_at,
        account: None,
    }
}
