//! Drafts as answers show them.

use chrono::NaiveDate;
use chrono_tz::Tz;
use mingjing_domain::life::{Act, Actor, Life, Record, Role, State, Subject};
use serde_json::{Value, json};

/// A draft in a list.
pub(super) fn brief(life: &Life, today: NaiveDate, zone: Tz) -> Value {
    let (due, effective_from, set) = match &life.state {
        State::InReview { due, .. } => (Some(*due), None, None),
        State::Publishing { effective_from } => (None, Some(*effective_from), None),
        State::Published {
            effective_from,
            set,
        }
        | State::Retired {
            effective_from,
            set,
            ..
        } => (None, Some(*effective_from), Some(set.clone())),
        _ => (None, None, None),
    };
    let retired_from = match life.state {
        State::Retired { from, .. } => Some(from),
        _ => None,
    };
    json!({
        "id": life.id,
        "kind": life.kind.code(),
        "kind_zh": life.kind.name_zh(),
        "subjects": life.subjects.iter().map(subject).collect::<Vec<_>>(),
        "state": life.state.code(),
        "state_zh": life.state.name_zh(),
        "drafted_at": life.drafted_at.to_rfc3339(zone),
        "drafted_by": actor(&life.authors[0]),
        "awaited": life.awaited().into_iter().map(role).collect::<Vec<_>>(),
        "due": due,
        "overdue": life.is_overdue(today),
        "effective_from": effective_from,
        "retired_from": retired_from,
        "set": set,
        "published_at": life.published.as_ref().map(|(at, _)| at.to_rfc3339(zone)),
        "version": life.published.as_ref().map(|(_, version)| version),
        "shadow": life.shadow.as_ref().map(|shadow| json!({
            "since": shadow.since.to_rfc3339(zone),
            "begun_at": shadow.at.to_rfc3339(zone),
            "who": actor(&shadow.who),
        })),
    })
}

/// A draft with all that is known of it.
pub(super) fn whole(life: &Life, today: NaiveDate, zone: Tz) -> Value {
    let mut shown = brief(life, today, zone);
    shown["text_sha256"] = json!(life.text);
    shown["changes"] = json!(life.changes);
    let stages = life.plan.iter();
    shown["plan"] = stages
        .map(|stage| stage.iter().map(|r| role(*r)).collect::<Value>())
        .collect();
    shown["questions"] = json!(life.questions);
    let given = life.given.iter().map(|given| {
        json!({
            "role": role(given.role),
            "who": actor(&given.who),
            "verdict": given.verdict,
            "at": given.at.to_rfc3339(zone),
            "opinion": given.opinion,
            "late": given.late,
        })
    });
    shown["given"] = given.collect();
    shown["returned"] = match &life.state {
        State::Returned { by, opinion } => json!({ "by": role(*by), "opinion": opinion }),
        _ => Value::Null,
    };
    let notices = life.notices.iter().map(|notice| {
        json!({
            "place": notice.place,
            "on": notice.on,
            "who": actor(&notice.who),
            "at": notice.at.to_rfc3339(zone),
        })
    });
    shown["notices"] = notices.collect();
    shown["history"] = life.records.iter().map(|r| record(r, zone)).collect();
    shown
}

/// A record: who, when, why, what.
pub(super) fn record(record: &Record, zone: Tz) -> Value {
    json!({
        "at": record.at.to_rfc3339(zone),
        "who": actor(&record.who),
        "why": record.why,
        "what": what(&record.act, zone),
        "act": record.act,
    })
}

/// What was done, in words.
fn what(act: &Act, zone: Tz) -> String {
    match act {
        Act::Drafted { .. } => "起草".into(),
        Act::Revised { .. } => "修改".into(),
        Act::Submitted { due: Some(due), .. } => format!("送审，{due} 前审核"),
        Act::Submitted { due: None, .. } => "登记，无须审核".into(),
        Act::Reviewed {
            role,
            verdict,
            opinion,
            ..
        } => {
            let verdict = match verdict {
                mingjing_domain::life::Verdict::Agree => "同意",
                mingjing_domain::life::Verdict::Object => "不同意",
            };
            let opinion = match opinion.is_empty() {
                true => String::new(),
                false => format!("：{opinion}"),
            };
            format!("{}{verdict}{opinion}", role.name_zh())
        }
        Act::PublicationDecided { effective_from } => {
            format!("决定公布，自 {effective_from} 起生效")
        }
        Act::Published { version, .. } => format!("已公布，定义版本 {version}"),
        Act::Noticed { place, on } => format!("自 {on} 起公示于{place}"),
        Act::Retired { from } => format!("自 {from} 起废止"),
        Act::Withdrawn => "撤回".into(),
        Act::ShadowBegun { since } => {
            format!("影子运行，自 {} 起", since.to_rfc3339(zone))
        }
        Act::ShadowEnded => "结束影子运行".into(),
    }
}

fn role(role: Role) -> Value {
    json!({ "code": role.code(), "name": role.name_zh() })
}

pub(super) fn actor(actor: &Actor) -> Value {
    json!({ "person": actor.person, "body": actor.body, "office": actor.office })
}

pub(super) fn subject(subject: &Subject) -> Value {
    json!({
        "kind": subject.kind.code(),
        "id": subject.id,
        "version": subject.version,
        "name": subject.name,
        "effective_from": subject.effective_from,
    })
}
