//! `/api/v1/items/{code}`: everything that is published about one item, resolved: its body, limits, materials, fees, discretion, duties and
//! control points, as of today.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State as Here};
use chrono::NaiveDate;
use mingjing_domain::definitions::{
    Anchor, Body, DefinitionSet, Discretion, Effect, Fees, Flowchart, Limit, LimitKind, Material,
    MaterialForm, PowerItem, RiskGrade, Step,
};
use serde_json::{Value, json};

use super::{anchor_zh, body_name, chart_on, ground_zh, items, money, points, running_zh};
use crate::life::publications::duty_of;
use crate::{ApiError, State};

/// `GET /api/v1/items/{code}`
pub(super) async fn one(
    Here(state): Here<State>,
    Path(code): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let on = state.lives.today((state.now)()).await?;
    let in_force = state.definitions.in_force().await?;
    let set = &in_force.set;
    let mut all = set.items.iter().map(|document| &document.value);
    let item = all.find(|item| item.code.text == code);
    let item = item.ok_or_else(|| ApiError::NotFound {
        what: format!("权力事项 {code}"),
    })?;
    Ok(Json(page(item, set, on)))
}

fn page(item: &PowerItem, set: &DefinitionSet, on: NaiveDate) -> Value {
    let mut told = items::row(item, set, on);
    let mut bodies = set.bodies.iter().map(|document| &document.value);
    let own = bodies.find(|body| body.code == item.executing_body);
    let offices = own.map(offices).unwrap_or_default();
    let drawn = chart_on(set, &item.flowchart, on);
    let acting = item.acting_bodies.iter().map(|acting| {
        json!({
            "body": acting.body.text,
            "name": body_name(set, &acting.body),
            "ground": acting.ground,
            "ground_zh": ground_zh(acting.ground),
            "basis": acting.basis,
            "from": acting.from,
            "until": acting.until,
        })
    });
    let entrusted = item
        .entrusted_bodies
        .iter()
        .map(|body| json!({ "body": body.text, "name": body_name(set, body) }));
    told["acting_bodies"] = acting.collect();
    told["entrusted_bodies"] = entrusted.collect();
    told["enforcement_field"] = json!(item.enforcement_field);
    told["supervision_method"] = json!(item.supervision_method);
    told["running_cases_zh"] = json!(running_zh(item.running_cases));
    told["transferred_to"] = json!(item.transferred_to.as_ref().map(|code| &code.text));
    told["materials"] = item.materials.iter().map(material).collect();
    told["responsibilities"] = item
        .responsibilities
        .iter()
        .map(|duty| duty_of(item, duty, drawn))
        .collect();
    let table = item.discretion.as_ref();
    let table = table.and_then(|id| {
        let tables = set.discretions.iter().map(|document| &document.value);
        let begun = tables.filter(|table| table.id == *id && table.effective_from <= on);
        begun.max_by_key(|table| table.effective_from)
    });
    told["discretion"] = table.map_or(Value::Null, discretion);
    let charged = item.fees.as_ref();
    let charged = charged.and_then(|id| {
        let listed = set.fees.iter().map(|document| &document.value);
        let begun = listed.filter(|fees| fees.id == *id && fees.effective_from <= on);
        begun.max_by_key(|fees| fees.effective_from)
    });
    told["fees"] = charged.map_or(Value::Null, fees);
    told["chart"] = drawn.map_or(Value::Null, |drawn| chart(drawn, item, &offices));
    told["chart_versions"] = versions(set, &item.flowchart.text);
    let category = item.power_type;
    let general = set.general_points.iter().map(|document| &document.value);
    told["general_points"] = general
        .flat_map(|group| {
            let own = group.control_points.iter();
            own.map(move |point| points::told(point, &group.limits, category))
        })
        .collect();
    told
}

fn versions(set: &DefinitionSet, id: &str) -> Value {
    let charts = set.flowcharts.iter().map(|document| &document.value);
    let mut versions: Vec<&Flowchart> = charts.filter(|chart| chart.id.text == id).collect();
    versions.sort_by_key(|chart| chart.effective_from);
    let told = versions.iter().map(
        |chart| json!({ "version": chart.version, "name": chart.name, "effective_from": chart.effective_from }),
    );
    told.collect()
}

/// Offices' names by code.
fn offices(body: &Body) -> BTreeMap<&str, &str> {
    let named = body.offices.iter();
    named
        .map(|office| (office.code.text.as_str(), office.name.as_str()))
        .collect()
}

fn material(material: &Material) -> Value {
    let form = match material.form {
        MaterialForm::Original => "原件",
        MaterialForm::Copy => "复印件",
        MaterialForm::Electronic => "电子件",
        MaterialForm::Shared => "共享获取，申请人免交",
    };
    json!({ "name": material.name, "form_zh": form, "required": material.required })
}

fn discretion(table: &Discretion) -> Value {
    let acts = table.acts.iter().map(|act| {
        let tiers = act.tiers.iter().map(|tier| {
            json!({
                "code": tier.code.text,
                "name": tier.name,
                "when": tier.when,
                "money_zh": money::tier(tier),
            })
        });
        json!({
            "code": act.code.text,
            "name": act.name,
            "legal_basis": act.legal_basis,
            "tiers": tiers.collect::<Vec<_>>(),
        })
    });
    json!({
        "id": table.id.text,
        "version": table.version,
        "name": table.name,
        "effective_from": table.effective_from,
        "legal_basis": table.legal_basis,
        "filed_no": table.filed_no,
        "acts": acts.collect::<Vec<_>>(),
    })
}

fn fees(fees: &Fees) -> Value {
    let listed = fees.items.iter().map(|fee| {
        let relief = fee
            .relief
            .iter()
            .map(|relief| json!({ "ground": relief.ground, "basis": relief.basis }));
        json!({
            "code": fee.code.text,
            "name": fee.name,
            "basis": fee.basis,
            "standard_zh": money::standard(&fee.standard),
            "relief": relief.collect::<Vec<_>>(),
        })
    });
    json!({
        "id": fees.id.text,
        "version": fees.version,
        "name": fees.name,
        "effective_from": fees.effective_from,
        "items": listed.collect::<Vec<_>>(),
    })
}

fn chart(chart: &Flowchart, item: &PowerItem, offices: &BTreeMap<&str, &str>) -> Value {
    let specials = chart.special_procedures.iter().map(|special| {
        json!({
            "kind": special.kind.text,
            "name": special.name,
            "effect_zh": match special.effect {
                Effect::Suspend => "中止计时",
                Effect::Extend => "延长期限",
            },
            "maximum_zh": special.maximum.map(|budget| budget.text_zh()),
            "legal_basis": special.legal_basis,
        })
    });
    let watched = chart.control_points.iter();
    let watched = watched.map(|point| points::told(point, &chart.limits, item.power_type));
    let steps = chart.steps.iter().map(|one| step(one, chart, offices));
    let limits = chart.limits.iter().map(|one| limit(one, chart, offices));
    json!({
        "id": chart.id.text,
        "version": chart.version,
        "name": chart.name,
        "effective_from": chart.effective_from,
        "calendar": chart.calendar.text,
        "steps": steps.collect::<Vec<_>>(),
        "limits": limits.collect::<Vec<_>>(),
        "special_procedures": specials.collect::<Vec<_>>(),
        "control_points": watched.collect::<Vec<_>>(),
    })
}

fn step(step: &Step, chart: &Flowchart, offices: &BTreeMap<&str, &str>) -> Value {
    let name_of = |code: &str| {
        let found = chart.steps.iter().find(|step| step.code.text == code);
        found.map_or_else(|| code.to_owned(), |step| step.name.clone())
    };
    let next = step.next.as_ref();
    let next = next.map(|next| next.iter().map(|code| name_of(code)).collect::<Vec<_>>());
    let risks = step.risk_points.iter().map(|risk| {
        let grade = match risk.grade {
            RiskGrade::High => "高",
            RiskGrade::Medium => "中",
            RiskGrade::Low => "低",
        };
        json!({ "name": risk.name, "grade_zh": grade, "control": risk.control })
    });
    json!({
        "code": step.code.text,
        "name": step.name,
        "office": step.office,
        "office_name": step.office.as_deref().map(|code| offices.get(code).copied().unwrap_or(code)),
        "requirement": step.requirement,
        "required": step.required,
        "repeatable": step.repeatable,
        "no_limit": step.no_limit,
        "next": next,
        "risk_points": risks.collect::<Vec<_>>(),
    })
}

fn limit(limit: &Limit, chart: &Flowchart, offices: &BTreeMap<&str, &str>) -> Value {
    let anchors = |list: &[Anchor]| -> Vec<String> {
        let told = list.iter().map(|anchor| anchor_zh(anchor, Some(chart)));
        told.collect()
    };
    let step = limit.step.as_ref().map(|code| {
        let named = chart.steps.iter().find(|step| step.code == *code);
        named.map_or(code.text.as_str(), |step| step.name.as_str())
    });
    let kind = match limit.kind {
        LimitKind::Step => "环节时限",
        LimitKind::Stage => "阶段时限",
        LimitKind::Case => "办件时限",
        LimitKind::Event => "单项期限",
    };
    json!({
        "id": limit.id.text,
        "name": limit.name,
        "kind_zh": kind,
        "step_name": step,
        "from_zh": anchors(&limit.from),
        "to_zh": anchors(&limit.to),
        "statutory_zh": limit.statutory.map(|budget| budget.text_zh()),
        "promised_zh": limit.promised.map(|budget| budget.text_zh()),
        "at_least_zh": limit.at_least.map(|budget| budget.text_zh()),
        "own_deadline": limit.own_deadline.as_ref().map(|name| &name.text),
        "legal_basis": limit.legal_basis,
        "office_name": limit.office.as_deref().map(|code| offices.get(code).copied().unwrap_or(code)),
    })
}
