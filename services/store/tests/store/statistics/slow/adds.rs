//! What one thing adds to a metric.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::deadline::is_late;
use mingjing_domain::disposition::{Conclusion, DispositionState};
use mingjing_domain::event::EventKind;
use mingjing_domain::fact::{CaseRecord, StepVisit};
use mingjing_domain::measures::MeasureUnit;

use super::{Span, Sum, Thing, What, conclusion, issued_at, net, started, state, valid};

/// What one thing adds.
enum Adds {
    Nothing,
    /// One more of a count.
    One,
    /// One of the base, that counts or does not.
    Part(bool),
    /// So much of so much; the base is told.
    Share(f64, f64, f64),
    /// One that a median is of.
    Of(f64),
}

/// A metric over some things.
pub fn sum<'w>(id: &str, things: impl IntoIterator<Item = &'w Thing<'w>>, span: &Span) -> Sum {
    let mut sum = Sum::default();
    for thing in things {
        let adds = match &thing.what {
            What::Case {
                case,
                alerted,
                rated,
            } => case_adds(id, case, *alerted, *rated, span),
            What::Stay(visit, over) => stay_adds(id, visit, *over, span),
            What::Alert(alert) => alert_adds(id, alert, span),
            What::Order { given, last, alert } => order_adds(id, *given, *last, alert, span),
            What::Appeal {
                made,
                decided,
                last,
                alert,
            } => appeal_adds(id, *made, *decided, *last, alert, span),
            What::Voice {
                at,
                grade,
                answered,
                late,
                burst,
            } if span.has(Some(*at)) => match (id, grade) {
                ("ratings_in_burst", _) if *burst => Adds::One,
                ("complaints", _) => Adds::One,
                ("ratings", _) if !burst => Adds::One,
                ("bad_ratings", Some(4 | 5)) if !burst => Adds::One,
                ("satisfied_rate", Some(grade)) if !burst => Adds::Part(*grade <= 3),
                ("complaints_answered_on_time", _)
                    if *late || answered.is_some_and(|at| at < span.at) =>
                {
                    Adds::Part(!late)
                }
                _ => Adds::Nothing,
            },
            What::Voice { .. } => Adds::Nothing,
            What::Listed(cases) => listed_adds(id, cases, span),
            What::Sampled {
                drawn,
                checked,
                findings,
            } => sampled_adds(id, *drawn, *checked, *findings, span),
        };
        match adds {
            Adds::Nothing => {}
            Adds::One => sum.numerator += 1.0,
            Adds::Part(counts) => {
                sum.numerator += f64::from(u8::from(counts));
                sum.denominator += 1.0;
                sum.base += 1.0;
            }
            Adds::Share(n, d, base) => {
                sum.numerator += n;
                sum.denominator += d;
                sum.base += base;
            }
            Adds::Of(value) => {
                sum.base += 1.0;
                sum.of.push(value);
            }
        }
    }
    sum
}

/// In hours, to the nearest tenth.
fn tenths_of_hours(from: Timestamp, to: Timestamp) -> f64 {
    ((to.millis() - from.millis()) as f64 / 360_000.0 + 0.5).floor() / 10.0
}

fn days(from: Timestamp, to: Timestamp) -> f64 {
    (to.millis() - from.millis()) as f64 / 86_400_000.0
}

/// Whether a limit with this due day was missed (`Some(true)`), kept, or neither.
fn missed(case: &CaseRecord, due: Option<Timestamp>) -> Option<bool> {
    let due = due?;
    let limit = case.measures.limit.as_ref();
    let (done, fell) = (limit.and_then(|l| l.done_at), limit.and_then(|l| l.fell_at));
    match (done, fell, case.measures.ended_at) {
        (Some(done), _, _) => Some(is_late(done, due)),
        (None, Some(fell), _) => is_late(fell, due).then_some(true),
        (None, None, Some(ended)) => Some(is_late(ended, due)),
        (None, None, None) => None,
    }
}

fn open(case: &CaseRecord, at: Timestamp) -> bool {
    started(case).is_some_and(|s| s < at) && case.measures.ended_at.is_none_or(|ended| ended >= at)
}

/// Open at an instant, past due, and not done or off in time.
fn past_due(case: &CaseRecord, due: Option<Timestamp>, at: Timestamp) -> bool {
    let Some(due) = due else {
        return false;
    };
    let in_time = missed(case, Some(due)) == Some(false) || {
        let limit = case.measures.limit.as_ref();
        limit.is_some_and(|l| {
            l.done_at.is_none() && l.fell_at.is_some_and(|fell| !is_late(fell, due))
        })
    };
    open(case, at) && due.plus_millis(1000) <= at && !in_time
}

fn case_adds(id: &str, case: &CaseRecord, alerted: bool, rated: bool, span: &Span) -> Adds {
    let m = &case.measures;
    let part = |base: bool, counts: bool| match base {
        true => Adds::Part(counts),
        false => Adds::Nothing,
    };
    let one = |counts: bool| match counts {
        true => Adds::One,
        false => Adds::Nothing,
    };
    let received = span.has(started(case));
    let accepted = span.has(case.accepted_at);
    let ended = m.ending.is_some() && span.has(m.ended_at);
    let closed = ended && m.ending == Some(EventKind::Closed);
    let limit = m.limit.as_ref();
    let promised_due = limit.and_then(|l| l.promised_due_at);
    let due = limit.and_then(|l| l.statutory_due_at).or(promised_due);
    let of_events = |n: u32| match closed {
        true => Adds::Share(f64::from(n), f64::from(case.events), f64::from(case.events)),
        false => Adds::Nothing,
    };
    let speedup = |whole: Option<u32>| {
        let (Some(l), Some(whole)) = (limit, whole) else {
            return Adds::Nothing;
        };
        let in_day = if l.unit == MeasureUnit::Minutes {
            1440.0
        } else {
            1.0
        };
        match l.used {
            Some(used) if closed && whole > 0 => Adds::Share(
                (f64::from(whole) - f64::from(used)) / in_day,
                f64::from(whole) / in_day,
                1.0,
            ),
            _ => Adds::Nothing,
        }
    };
    match id {
        "received" => one(received),
        "accepted" => one(accepted),
        "closed" => one(closed),
        "open" => one(open(case, span.at)),
        "ended_otherwise" => one(ended && !closed),
        "voided_share" => part(
            ended,
            matches!(m.ending, Some(EventKind::Voided | EventKind::Returned)),
        ),
        "instant_share" => part(closed, m.case_kind.as_deref() == Some("instant")),
        "completion_rate" => {
            let over =
                ended && !matches!(m.ending, Some(EventKind::Returned | EventKind::NotAccepted));
            let of = |yes: bool| f64::from(u8::from(yes));
            Adds::Share(of(over), of(accepted), of(accepted))
        }
        "on_time_rate" => match missed(case, due) {
            Some(late) if closed => Adds::Part(!late),
            _ => Adds::Nothing,
        },
        "overdue_rate" => match (past_due(case, due, span.at), missed(case, due)) {
            // It ends after the instant of a running period's stock: as open as ended, and counted as either.
            (true, Some(late)) if closed => Adds::Share(1.0 + f64::from(late), 2.0, 2.0),
            (true, _) => Adds::Part(true),
            (false, Some(late)) if closed => Adds::Part(late),
            _ => Adds::Nothing,
        },
        "promise_kept_rate" => match missed(case, promised_due) {
            Some(late) if closed => Adds::Part(!late),
            _ => Adds::Nothing,
        },
        "early_rate" => match limit.map(|l| (l.promised.or(l.statutory), l.used)) {
            Some((Some(whole), Some(used))) if closed => Adds::Part(used < whole),
            _ => Adds::Nothing,
        },
        "statutory_speedup" => speedup(limit.and_then(|l| l.statutory)),
        "promised_speedup" => speedup(limit.and_then(|l| l.promised)),
        "median_total_days" | "p90_total_days" => {
            match (started(case), m.delivered_at.or(m.ended_at)) {
                (Some(from), Some(to)) if closed && to >= from => Adds::Of(days(from, to)),
                _ => Adds::Nothing,
            }
        }
        "median_acceptance_days" => match (m.received_at, case.accepted_at) {
            (Some(from), Some(to)) if accepted && to >= from => Adds::Of(days(from, to)),
            _ => Adds::Nothing,
        },
        "suspended_share" => part(closed, m.suspensions > 0),
        "suspended_days" => match closed && m.suspended_ms > 0 {
            true => Adds::Share(m.suspended_ms as f64 / 86_400_000.0, 1.0, 1.0),
            false => Adds::Nothing,
        },
        "negative_rate" => part(
            closed && m.result.is_some(),
            matches!(m.result.as_deref(), Some("refused" | "no_penalty")),
        ),
        "supplement_rate" => part(received, m.supplements > 0),
        "extension_rate" => part(closed, m.extensions > 0),
        "alert_rate" => part(received, alerted),
        "rating_coverage" => part(closed, rated),
        "late_entry_rate" => of_events(m.events_late),
        "late_case_share" => part(closed, m.events_late > 0),
        "resent_rate" => of_events(m.events_resent),
        "reversed_rate" => of_events(m.events_reversed),
        other => panic!("{other} is not computed slowly"),
    }
}

fn stay_adds(id: &str, visit: &StepVisit, over: Option<Timestamp>, span: &Span) -> Adds {
    match id {
        "median_step_hours" | "p90_step_hours" => match over {
            Some(over) if span.has(Some(over)) && over >= visit.started_at => {
                Adds::Of(tenths_of_hours(visit.started_at, over))
            }
            _ => Adds::Nothing,
        },
        "step_overdue_rate" => {
            let Some(due) = visit.due_at else {
                return Adds::Nothing;
            };
            let runs = visit.started_at < span.at && over.is_none_or(|over| over >= span.at);
            let ended = span.has(over);
            let late = over.is_some_and(|over| is_late(over, due));
            match (ended, runs && due.plus_millis(1000) <= span.at) {
                // It is over after the instant of a running period's stock: as open as over, and counted as either.
                (true, true) => Adds::Share(1.0 + f64::from(late), 2.0, 2.0),
                (false, true) => Adds::Part(true),
                (true, false) => Adds::Part(late),
                (false, false) => Adds::Nothing,
            }
        }
        other => panic!("{other} is not computed slowly"),
    }
}

fn alert_adds(id: &str, alert: &AlertRecord, span: &Span) -> Adds {
    let gone_out = span.has(issued_at(alert));
    let net = net(alert);
    let counts = match id {
        "alerts_issued" => gone_out,
        "alerts_withdrawn" => gone_out && alert.status == Status::Withdrawn,
        "alerts_in_appeal" => gone_out && valid(alert) && !net,
        "alerts_in_review" => gone_out && !valid(alert) && alert.status != Status::Withdrawn,
        "alerts_net" => gone_out && net,
        "yellow" => gone_out && net && alert.level == Level::Yellow,
        "red" => gone_out && net && alert.level == Level::Red,
        "alerts_confirmed" => {
            let confirmed = [DispositionState::Confirmed, DispositionState::Upheld];
            gone_out && net && state(alert).is_some_and(|s| confirmed.contains(&s))
        }
        "confirmed_subjective" => {
            gone_out && net && conclusion(alert) == Some(Conclusion::Subjective)
        }
        "concluded_objective" => gone_out && conclusion(alert) == Some(Conclusion::Objective),
        "concluded_data" => gone_out && conclusion(alert) == Some(Conclusion::Data),
        "concluded_rule" => gone_out && conclusion(alert) == Some(Conclusion::Rule),
        "conclusions_open" => gone_out && net && conclusion(alert).is_none(),
        "bulk_entry_findings" => {
            let gone = [Status::Withdrawn, Status::Cancelled];
            alert.rule == "Q2" && span.has(Some(alert.raised_at)) && !gone.contains(&alert.status)
        }
        "alert_withdrawn_rate" if gone_out => return Adds::Part(alert.status == Status::Withdrawn),
        "order_rate" if gone_out && net => {
            return Adds::Part(
                alert
                    .disposition
                    .as_ref()
                    .is_some_and(|d| d.order.is_some()),
            );
        }
        "alert_withdrawn_rate" | "order_rate" => false,
        other => panic!("{other} is not computed slowly"),
    };
    match counts {
        true => Adds::One,
        false => Adds::Nothing,
    }
}

fn order_adds(id: &str, given: Timestamp, last: bool, alert: &AlertRecord, span: &Span) -> Adds {
    let order = alert.disposition.as_ref().and_then(|d| d.order.as_ref());
    let due = order.and_then(|o| o.due_at);
    let answered = order.and_then(|o| o.answers.first()).map(|a| a.by.at);
    let dropped = answered.is_none() && order.is_some_and(|o| o.closed.is_some());
    match (id, due) {
        // A stock: whenever it was given.
        ("orders_unanswered", Some(due)) => {
            let over = due.plus_millis(1000) <= span.at;
            let owed = last && valid(alert) && !dropped;
            match owed && over && answered.is_none_or(|at| at >= span.at) {
                true => Adds::One,
                false => Adds::Nothing,
            }
        }
        _ if !span.has(Some(given)) => Adds::Nothing,
        ("orders", _) => Adds::One,
        ("answered_on_time_rate", Some(due)) if last => match answered {
            Some(at) => Adds::Part(!is_late(at, due)),
            None if due.plus_millis(1000) <= span.at => Adds::Part(false),
            None => Adds::Nothing,
        },
        _ => Adds::Nothing,
    }
}

fn appeal_adds(
    id: &str,
    made: Timestamp,
    decided: Option<(Timestamp, &str)>,
    last: bool,
    alert: &AlertRecord,
    span: &Span,
) -> Adds {
    let appeal = alert.disposition.as_ref().and_then(|d| d.appeal.as_ref());
    let due = appeal.and_then(|a| a.due_at).filter(|_| last);
    let gone = [Status::Withdrawn, Status::Cancelled];
    let waits = decided.is_none() && !gone.contains(&alert.status);
    let over = due.is_some_and(|due| due.plus_millis(1000) <= span.at);
    if id == "appeals_overdue" {
        // A stock: whenever it was made.
        let undecided = waits || decided.is_some_and(|(at, _)| at >= span.at);
        return match made < span.at && over && undecided {
            true => Adds::One,
            false => Adds::Nothing,
        };
    }
    if !span.has(Some(made)) {
        return Adds::Nothing;
    }
    match (id, decided, due) {
        ("appeals", ..) => Adds::One,
        ("appeals_upheld", Some((_, "withdraw")), _) => Adds::One,
        ("appeals_won_rate", Some((_, act)), _) => Adds::Part(act == "withdraw"),
        ("appeals_decided_on_time_rate", Some((at, _)), Some(due)) => Adds::Part(!is_late(at, due)),
        ("appeals_decided_on_time_rate", None, Some(_)) if waits && over => Adds::Part(false),
        _ => Adds::Nothing,
    }
}

fn listed_adds(id: &str, cases: &[&CaseRecord], span: &Span) -> Adds {
    let ran = cases.iter().any(|case| {
        let instants = [started(case), case.accepted_at, case.measures.ended_at];
        instants.into_iter().any(|at| span.has(at))
    });
    let ever = cases
        .iter()
        .any(|case| started(case).is_some_and(|at| at < span.at));
    match id {
        "items_listed" => Adds::One,
        "online_rate" => Adds::Part(ran),
        "items_never_run" if !ever => Adds::One,
        "zero_volume_bodies" if !ran => Adds::One,
        "items_never_run" | "zero_volume_bodies" => Adds::Nothing,
        other => panic!("{other} is not computed slowly"),
    }
}

fn sampled_adds(
    id: &str,
    drawn: Timestamp,
    checked: Option<Timestamp>,
    findings: u32,
    span: &Span,
) -> Adds {
    let waits = drawn < span.at && checked.is_none_or(|at| at >= span.at);
    match (id, span.has(checked), waits) {
        ("samples_checked", true, _) | ("samples_unchecked", _, true) => Adds::One,
        ("samples_failed_share", true, _) => Adds::Part(findings > 0),
        ("samples_findings", true, _) => Adds::Share(f64::from(findings), 0.0, 0.0),
        (
            "samples_checked" | "samples_unchecked" | "samples_failed_share" | "samples_findings",
            _,
            _,
        ) => Adds::Nothing,
        (other, _, _) => panic!("{other} is not computed slowly"),
    }
}
