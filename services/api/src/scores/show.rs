//! Models, sheets and marks as JSON.

use std::collections::BTreeMap;

use mingjing_domain::catalogue;
use mingjing_domain::definitions::ScoreModel;
use mingjing_domain::life::Actor;
use mingjing_domain::period::Period;
use mingjing_domain::score::{Apart, CountedAlert, ItemScore, PartScore};
use mingjing_store::metrics::DICTIONARY_VERSION;
use serde_json::{Map, Value, json};

use super::book::{Act, Given, Record};
use super::counted::{One, Unranked};
use crate::State;
use crate::names::NameTables;

/// A model, as published.
pub(super) fn model(model: &ScoreModel) -> Value {
    let items = |part: &mingjing_domain::definitions::ScorePart| -> Vec<Value> {
        let items = part.items.iter().map(|item| {
            let by = match (&item.count, &item.formula) {
                (Some(_), _) => "count",
                (None, Some(_)) => "formula",
                (None, None) => "manual",
            };
            json!({
                "id": item.id.text, "name": item.name, "standard": item.standard, "by": by,
                "min": item.manual.map(|limits| limits.min),
            })
        });
        items.collect()
    };
    let parts = model.parts.iter().map(|part| {
        json!({ "id": part.id.text, "name": part.name, "points": part.points, "items": items(part) })
    });
    let bonuses = model.bonuses.iter().map(|bonus| {
        json!({ "id": bonus.id.text, "name": bonus.name, "standard": bonus.standard, "max": bonus.max })
    });
    let classes = model.classes.iter();
    let left_out = model.left_out.iter();
    json!({
        "id": model.id.text,
        "version": model.version,
        "name": model.name,
        "name_en": model.name_en,
        "effective_from": model.effective_from,
        "legal_basis": model.legal_basis,
        "period": model.period.code(),
        "subject": model.subject.code(),
        "subject_zh": model.subject.name_zh(),
        "full": model.full(),
        "bonus_max": model.bonus_max,
        "min_base": model.min_base,
        "appeal_within": model.appeal_within.to_string(),
        "grades": {
            "excellent": model.grades.excellent, "good": model.grades.good, "qualified": model.grades.qualified,
        },
        "parts": parts.collect::<Vec<_>>(),
        "bonuses": bonuses.collect::<Vec<_>>(),
        "classes": classes.map(|class| json!({ "id": class.id.text, "name": class.name })).collect::<Vec<_>>(),
        "left_out": left_out.map(|one| json!({ "what": one.what, "why": one.why })).collect::<Vec<_>>(),
    })
}

/// The head of every answer about scores.
pub(super) fn head(of: &ScoreModel, period: &Period, state: &State) -> Map<String, Value> {
    let now = (state.now)();
    let mut head = Map::new();
    head.insert("model".into(), model(of));
    head.insert(
        "period".into(),
        json!({
            "code": period.to_string(),
            "label": period.label(),
            "from": period.from(state.zone).to_rfc3339(state.zone),
            "until": period.until(state.zone).to_rfc3339(state.zone),
            "running": period.running(now, state.zone),
        }),
    );
    head.insert("as_of".into(), json!(now.to_rfc3339(state.zone)));
    head.insert("dictionary_version".into(), json!(DICTIONARY_VERSION));
    head
}

/// A sheet in a list.
pub(super) fn line(one: &One, model: &ScoreModel, names: &NameTables) -> Value {
    let sheet = &one.sheet;
    let class = one.class.as_ref().and_then(|id| {
        let class = model.classes.iter().find(|class| class.id.text == *id)?;
        Some(json!({ "id": class.id.text, "name": class.name }))
    });
    let items = || {
        let parts = sheet.parts.iter().flat_map(|part| &part.items);
        parts.map(|item| &item.apart)
    };
    let parts = sheet.parts.iter();
    json!({
        "body": one.of.body,
        "office": one.of.office,
        "officer": one.of.officer,
        "name": name(one, names),
        "region": one.region,
        "class": class,
        "rank": one.rank.ok(),
        "unranked": one.rank.err().map(Unranked::code),
        "ranked": one.ranked,
        "sum": sheet.sum,
        "factor": sheet.factor,
        "total": sheet.total,
        "grade": sheet.grade.code(),
        "grade_zh": sheet.grade.name_zh(),
        "base": sheet.base,
        "base_small": sheet.base_small,
        "parts": parts.map(|part| json!({ "id": part.id, "score": part.score, "points": part.points })).collect::<Vec<_>>(),
        "bonus": sheet.bonus,
        "open": items().map(|apart| apart.open.len()).sum::<usize>(),
        "appealed": items().map(|apart| apart.appealed.len() + apart.marks_appealed.len()).sum::<usize>(),
    })
}

fn name(one: &One, names: &NameTables) -> String {
    let of = &one.of;
    if !of.officer.is_empty() {
        // A number and a post, no name.
        return match names.posts.get(&of.officer) {
            Some(post) => format!("{}（{post}）", of.officer),
            None => of.officer.clone(),
        };
    }
    if !of.office.is_empty() {
        let known = names
            .offices
            .get(&of.body)
            .and_then(|all| all.get(&of.office));
        return known.cloned().unwrap_or_else(|| of.office.clone());
    }
    names
        .orgs
        .get(&of.body)
        .cloned()
        .unwrap_or_else(|| of.body.clone())
}

/// A sheet with everything that it is made of.
pub(super) fn sheet(one: &One, model: &ScoreModel, names: &NameTables) -> Value {
    let mut told = line(one, model, names);
    let parts: Vec<Value> = one.sheet.parts.iter().map(part).collect();
    let bonuses: Vec<Value> = one.sheet.bonuses.iter().map(item).collect();
    told["parts"] = json!(parts);
    told["bonuses"] = json!(bonuses);
    told["body_name"] = json!(names.orgs.get(&one.of.body));
    told["alerts"] = alerts(one);
    told
}

fn part(part: &PartScore) -> Value {
    json!({
        "id": part.id,
        "name": part.name,
        "points": part.points,
        "score": part.score,
        "items": part.items.iter().map(item).collect::<Vec<_>>(),
    })
}

fn item(item: &ItemScore) -> Value {
    let Apart {
        open,
        appealed,
        excused,
        marks_appealed,
    } = &item.apart;
    json!({
        "id": item.id,
        "name": item.name,
        "marks": item.marks,
        "formula": item.formula,
        "held": item.held,
        "rows": item.rows,
        "open": open,
        "appealed": appealed,
        "excused": excused,
        "by_hand": item.by_hand,
        "marks_appealed": marks_appealed,
    })
}

/// What each alert is that a row of the sheet names, by its id.
fn alerts(one: &One) -> Value {
    let inputs = &one.inputs;
    let rows = inputs.overdue_cases.iter().chain(&inputs.unanswered_orders);
    let all = inputs.alerts.iter().chain(rows.flat_map(|row| &row.alerts));
    let told = |alert: &CountedAlert| {
        let rule = catalogue::rule(&alert.rule).map(|rule| rule.name);
        json!({
            "level": alert.level.code(),
            "rule": alert.rule,
            "rule_name": rule,
            "status": alert.status.code(),
            "conclusion": alert.conclusion.map(|conclusion| conclusion.code()),
            "standing": alert.standing(),
            "case_no": alert.case_no,
            "source": alert.source,
        })
    };
    let by_id: BTreeMap<&str, Value> = all.map(|a| (a.alert_id.as_str(), told(a))).collect();
    json!(by_id)
}

/// A mark with what became of it.
pub(super) fn mark(given: &Given<'_>, state: &State) -> Value {
    let after = given.after.iter().map(|record| act(record, state));
    json!({
        "id": given.id(),
        "item": given.item,
        "points": given.points,
        "version": given.version,
        "state": given.standing.code(),
        "why": given.record.why,
        "at": given.record.at.to_rfc3339(state.zone),
        "by": person(&given.record.who),
        "appeal_until": given.appeal_until,
        "after": after.collect::<Vec<_>>(),
    })
}

fn act(record: &Record, state: &State) -> Value {
    let (act, upheld) = match &record.what {
        Act::Marked { .. } => ("mark", None),
        Act::Voided { .. } => ("void", None),
        Act::Appealed { .. } => ("appeal", None),
        Act::Decided { upheld, .. } => ("decide", Some(*upheld)),
    };
    json!({
        "act": act,
        "upheld": upheld,
        "why": record.why,
        "at": record.at.to_rfc3339(state.zone),
        "by": person(&record.who),
    })
}

fn person(who: &Actor) -> Value {
    json!({ "person": who.person, "body": who.body, "office": who.office })
}
