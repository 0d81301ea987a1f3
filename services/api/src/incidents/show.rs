//! How incidents are told: in lists, whole, and as a mark on an alert. Whoever sees but some of the alerts is told of those.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use mingjing_domain::incident::{Act, Incident, Member, Outcome, Reach, Record, Run};
use mingjing_domain::life::Actor;
use mingjing_store::Sight;
use serde_json::{Value, json};

use super::{owns, reach_of};
use crate::State;

/// Refusals that are told one by one at most; the others are counted by their reason.
const REFUSALS_MAX: usize = 200;

pub(super) fn person(who: &Actor) -> Value {
    json!({ "person": who.person, "body": who.body, "office": who.office })
}

pub(super) fn outcome(outcome: &Outcome) -> Value {
    json!(outcome)
}

fn state_of(incident: &Incident<'_>) -> &'static str {
    match incident.closed {
        None => "open",
        Some(_) => "closed",
    }
}

/// What an alert is marked with.
pub(super) fn mark(id: &str, incident: &Incident<'_>) -> Value {
    json!({
        "id": id,
        "title": incident.head.title,
        "cause": incident.head.cause,
        "cause_zh": incident.head.cause.kind().name_zh(),
        "state": state_of(incident),
        "conclusion": incident.closed.map(|(_, conclusion)| conclusion.code()),
    })
}

pub(super) fn brief(id: &str, incident: &Incident<'_>, sight: &Sight, state: &State) -> Value {
    let instant = |at: Timestamp| at.to_rfc3339(state.zone);
    let reach = reach_of(sight);
    let members = || incident.members.values().map(|joined| joined.member);
    let seen = members().filter(|member| reach.holds(member)).count();
    let running = incident.under_way();
    let mut told = mark(id, incident);
    told["from"] = json!(incident.from.map(instant));
    told["until"] = json!(incident.until.map(instant));
    told["org_code"] = json!(incident.head.body);
    told["region"] = json!(incident.head.region);
    told["alerts"] = json!(seen);
    told["alerts_beyond"] = json!(incident.members.len() - seen);
    told["opened_at"] = json!(instant(incident.opened.at));
    told["opened_by"] = person(&incident.opened.who);
    told["why"] = json!(incident.opened.why);
    told["under_way"] = json!(running.map(|run| run.disposal.code()));
    told["closed"] = match incident.closed {
        None => Value::Null,
        Some((record, conclusion)) => json!({
            "conclusion": conclusion.code(),
            "conclusion_zh": conclusion.name_zh(),
            "why": record.why,
            "at": instant(record.at),
            "by": person(&record.who),
        }),
    };
    told
}

pub(super) fn whole(id: &str, incident: &Incident<'_>, sight: &Sight, state: &State) -> Value {
    let reach = reach_of(sight);
    let mut told = brief(id, incident, sight, state);
    told["yours"] = json!(owns(sight, incident.head));
    told["course"] = incident
        .course
        .iter()
        .map(|record| entry(record, incident, &reach, state))
        .collect();
    told["acts"] = incident
        .runs
        .iter()
        .map(|run| act(run, incident, &reach, state))
        .collect();
    told
}

/// One entry of its course.
fn entry(record: &Record, incident: &Incident<'_>, reach: &Reach, state: &State) -> Value {
    let instant = |at: Timestamp| at.to_rfc3339(state.zone);
    let mut told = json!({
        "at": instant(record.at),
        "by": person(&record.who),
        "why": record.why,
    });
    told["act"] = json!(match &record.what {
        Act::Opened(_) => "open",
        Act::Added { members } => {
            let seen = members.iter().filter(|member| reach.holds(member));
            told["alerts"] = json!(seen.count());
            "add"
        }
        Act::Removed { alerts } => {
            told["alerts"] = json!(alerts.len());
            "remove"
        }
        Act::Stated { evidence } => {
            told["evidence"] = json!(evidence);
            "state"
        }
        Act::Spanned { from, until } => {
            told["from"] = json!(from.map(instant));
            told["until"] = json!(until.map(instant));
            "span"
        }
        Act::Begun { disposal, .. } => {
            let run = incident.runs.iter().find(|run| run.begun.key == record.key);
            told["begun"] = json!(run.map(|run| run.number));
            told["disposal"] = json!(disposal.code());
            "begin"
        }
        Act::Halted => "halt",
        Act::Closed { conclusion } => {
            told["conclusion"] = json!(conclusion.code());
            "close"
        }
        Act::Worked { .. } | Act::Fenced => "",
    });
    told
}

/// An act upon all, and how far it is.
fn act(run: &Run<'_>, incident: &Incident<'_>, reach: &Reach, state: &State) -> Value {
    let instant = |at: Timestamp| at.to_rfc3339(state.zone);
    let member = |alert: &str| incident.members.get(alert).map(|joined| joined.member);
    let sees = |alert: &str| member(alert).is_some_and(|member| reach.holds(member));
    let all = reach.region_prefix.is_none() && reach.body.is_none();
    let seen = |alert: &&str| all || sees(alert);
    let left = run.left(&incident.members);
    let results = run.results.iter().filter(|(alert, _)| seen(alert));
    let (mut applied, mut refused) = (0_usize, Vec::new());
    let mut reasons: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for (alert, outcome) in results {
        match outcome {
            Outcome::Applied => applied += 1,
            Outcome::Refused { reason, message } => {
                reasons.entry(reason).or_insert((0, message)).0 += 1;
                refused.push(refusal(alert, member(alert), reason, message));
            }
        }
    }
    let count = refused.len();
    refused.truncate(REFUSALS_MAX);
    let reasons: Vec<Value> = reasons
        .into_iter()
        .map(|(reason, (alerts, message))| json!({ "reason": reason, "message": message, "alerts": alerts }))
        .collect();
    json!({
        "begun": run.number,
        "act": run.disposal.code(),
        "conclusion": run.disposal.conclusion().map(|conclusion| conclusion.code()),
        "given": run.disposal,
        "why": run.begun.why,
        "by": person(&run.begun.who),
        "key": run.begun.key,
        "at": instant(run.begun.at),
        "state": run.progress(&incident.members).code(),
        "targets": run.targets.iter().filter(|alert| seen(alert)).count(),
        "applied": applied,
        "refused": count,
        "left": left.iter().filter(|alert| seen(alert)).count(),
        "outside": match all { true => run.outside, false => 0 },
        "before": run.before,
        "reasons": reasons,
        "refusals": refused,
        "halted": run.halted.map(|record| json!({ "why": record.why, "at": instant(record.at), "by": person(&record.who) })),
    })
}

fn refusal(alert: &str, member: Option<&Member>, reason: &str, message: &str) -> Value {
    json!({
        "alert_id": alert,
        "case_no": member.map(|member| &member.case_no),
        "reason": reason,
        "message": message,
    })
}
