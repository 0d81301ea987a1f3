//! What an alert stands on: events, the account of its deadline, the values a condition saw.

use mingjing_domain::alert::Evidence;
use mingjing_domain::deadline;

use super::Basis;
use super::Surroundings;
use super::words::describe;
use crate::allege::{Allegation, Origin};
use crate::condition::Condition;
use crate::fold::{Begun, Finding, Fold, Ledger, NONE, Seen, Stay, with_ledger};
use crate::rules::{Check, Point, TimedPoint};

/// Everything the allegation stands on.
pub(super) fn gather(
    allegation: &Allegation,
    point: &Point,
    basis: &Basis<'_>,
    around: &Surroundings<'_>,
) -> Vec<Evidence> {
    let mut found = Vec::new();
    match basis {
        Basis::Stay { stay, timed, .. } => stay_evidence(&mut found, stay, timed, basis, around),
        Basis::Saved(stay, timed) if timed.own_deadline.is_some() => {
            let telling = around.context.tells_deadline(stay, timed).into_iter();
            found.extend(telling.map(|place| event_evidence(place, "载明期限的记录", around)));
        }
        Basis::Saved(..) => {
            let late = around.fold.ledger().into_iter().flat_map(Ledger::told_late);
            found.extend(late.map(|(event, _)| event_evidence(event, "事后补录的记录", around)));
        }
        Basis::Finding(finding) => {
            if finding.other != NONE {
                found.push(event_evidence(finding.other, "在先的行为", around));
            }
            found.push(event_evidence(finding.event, "触发监察点的行为", around));
            if let Check::Condition { when, .. } = &point.check {
                found.push(condition_evidence(when, finding, false, around));
            }
            for guard in point.only_when.iter().chain(&point.unless) {
                found.push(condition_evidence(guard, finding, true, around));
            }
        }
        Basis::Unclosed(event) => {
            found.push(event_evidence(*event, "最后一次办理行为", around));
        }
        Basis::OtherItem(_, event) => {
            found.push(event_evidence(*event, "现载明事项的记录", around));
        }
        Basis::TwoContents(event) => {
            found.push(event_evidence(*event, "先到并保留的记录", around));
        }
        Basis::Resent(resent) => {
            found.push(event_evidence(resent.event, "重新报送的记录", around));
            found.push(Evidence::Note {
                text: format!("与原报送不一致的内容：{}。", resent.changed.join("、")),
            });
        }
    }
    if let Some(place) = allegation.excused_afterwards(around.fold, around.context) {
        found.push(event_evidence(place, "此后报送的除外材料", around));
    }
    if let Origin::AskedUnclosed { .. } = allegation.origin {
        found.push(Evidence::Note {
            text: "办件决定后长期没有办结，办结时应有的内容按届时的记录提请核实。".into(),
        });
    }
    if !point.settings.is_empty() {
        found.push(Evidence::Note {
            text: format!("适用规则设置：{}。", point.settings.join("、")),
        });
    }
    if allegation.silent && allegation.settled {
        found.push(Evidence::Note {
            text: "来源静默：允许的时差已过，来源仍未声明数据完整，按已知情况发出。".into(),
        });
    }
    found
}

fn stay_evidence(
    found: &mut Vec<Evidence>,
    stay: &Stay,
    timed: &TimedPoint,
    basis: &Basis<'_>,
    around: &Surroundings<'_>,
) {
    let context = around.context;
    if stay.start_event != NONE {
        found.push(event_evidence(
            stay.start_event,
            "期限起算（当日不计）",
            around,
        ));
    }
    if stay.begun == Begun::Before {
        found.push(Evidence::Note {
            text: "该环节只报送了办结，没有报送开始：自上一环节办结（没有的自受理）时起算，实际用时可能更短。".into(),
        });
    }
    if stay.begun.is_from_application() {
        found.push(Evidence::Note {
            text: "收到申请后在规定时间内未予答复，自收到申请材料之日起即为受理，期限自该日起算。"
                .into(),
        });
    }
    for entry in around.fold.ledger().iter().flat_map(|l| &l.suspensions) {
        if timed.suspended_by >> entry.special & 1 == 1 {
            found.push(event_evidence(entry.event, "特别程序开始", around));
            if entry.resume_event != NONE {
                found.push(event_evidence(entry.resume_event, "特别程序结束", around));
            }
        }
    }
    let extensions = around
        .fold
        .ledger()
        .into_iter()
        .flat_map(|l| l.extensions.iter().enumerate());
    for (place, entry) in extensions {
        if place < 32 && stay.extensions >> place & 1 == 1 {
            found.push(event_evidence(entry.event, "经批准延期", around));
        }
    }
    if stay.perhaps_event != NONE {
        found.push(event_evidence(
            stay.perhaps_event,
            "没有写明针对哪一件（about）的办理记录",
            around,
        ));
    }
    if stay.is_done() && stay.done_event != NONE {
        found.push(event_evidence(stay.done_event, "实际办理", around));
    }
    if stay.fell_event != NONE {
        found.push(event_evidence(stay.fell_event, "义务消灭", around));
    }
    if let Some(text) = timed.duty.as_ref().and_then(|d| d.accountability.clone()) {
        found.push(Evidence::Note {
            text: format!("责任清单追责情形：{text}"),
        });
    }
    match basis.budget() {
        Some(budget) if timed.own_deadline.is_none() => {
            let account = with_ledger(stay, timed, around.fold.ledger(), context, |ledger| {
                deadline::account(&context.plan.calendar, stay.start_at, budget, ledger)
            });
            found.push(Evidence::Deadline { account });
        }
        _ if timed.own_deadline.is_some() => found.push(Evidence::Note {
            text: "期限由办件自身载明，至该日终了。".into(),
        }),
        _ => {}
    }
}

fn event_evidence(place: u32, note: &str, around: &Surroundings<'_>) -> Evidence {
    let context = around.context;
    let event = context.history.event(place);
    let step = context.step_symbol(&event);
    Evidence::Event {
        event_id: event.id(),
        event_type: event.kind.code().into(),
        step: context.codes.option(step.into()).map(Into::into),
        occurred_at: event.occurred_at,
        received_at: event.received_at(),
        note: format!("{note}：{}", describe(&event, around)),
    }
}

/// The values the condition saw: the case's before the event, or with it.
fn condition_evidence(
    condition: &Condition,
    finding: &Finding,
    with_event: bool,
    around: &Surroundings<'_>,
) -> Evidence {
    let mut before = Fold::new(around.fold.plan, around.context);
    for event in around.context.history.before(finding.event) {
        before.apply(event, around.context);
    }
    let seen = Seen {
        attributes: &before.attributes,
        event: around.context.history.event(finding.event),
        context: around.context,
        with_event,
    };
    Evidence::Condition {
        expression: condition.text().into(),
        values: condition.values(&seen),
    }
}
