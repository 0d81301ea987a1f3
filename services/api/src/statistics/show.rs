//! Answers as JSON.

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_store::metrics::{
    Answer, Asked, DICTIONARY_VERSION, Dimension, Metric, Process, Record, Value as Number, Values,
    Was,
};
use serde_json::{Map, Value, json};

use super::named::Named;
use crate::names::NameTables;

/// One entry of the dictionary.
pub(super) fn metric(metric: &Metric) -> Value {
    let dimensions = metric.over.dimensions().iter().map(|by| by.code());
    json!({
        "id": metric.id,
        "name": metric.name,
        "name_en": metric.name_en,
        "group": metric.group.code(),
        "group_zh": metric.group.names().0,
        "definition": metric.definition,
        "definition_en": metric.definition_en,
        "formula": metric.formula,
        "base": metric.base,
        "unit": metric.unit.code(),
        "direction": metric.direction.code(),
        "pitfalls": metric.pitfalls,
        "pitfalls_en": metric.pitfalls_en,
        "over": metric.over.code(),
        "by": dimensions.collect::<Vec<_>>(),
    })
}

/// Numbers.
pub(super) fn answer(asked: &Asked, answer: &Answer, named: &Named<'_>) -> Value {
    let at = |at: Timestamp| at.to_rfc3339(asked.zone);
    let rows = answer.rows.iter().map(|row| {
        let name = asked.by.map(|by| named.name(by, &row.key));
        json!({ "key": row.key, "name": name, "values": values(&row.values) })
    });
    json!({
        "period": {
            "code": asked.period.to_string(),
            "from": at(answer.from),
            "until": at(answer.until),
            "label": asked.period.label(),
            "running": answer.running,
        },
        "as_of": at(answer.at),
        "dictionary_version": DICTIONARY_VERSION,
        "by": asked.by.map(Dimension::code),
        "min_base": asked.min_base,
        "rows": rows.collect::<Vec<_>>(),
        "left_off": answer.left_off,
        "total": values(&answer.total),
    })
}

fn values(values: &Values) -> Value {
    let told = values
        .iter()
        .map(|(id, number)| ((*id).to_owned(), value(number)));
    Value::Object(told.collect::<Map<_, _>>())
}

fn value(number: &Number) -> Value {
    let Number {
        value,
        numerator,
        denominator,
        base,
        hidden,
        previous,
        last_year,
    } = *number;
    json!({
        "value": value,
        "numerator": numerator,
        "denominator": denominator,
        "base": base,
        "hidden": hidden,
        "previous": previous.map(was),
        "last_year": last_year.map(was),
    })
}

fn was(was: Was) -> Value {
    json!({ "value": was.value, "base": was.base })
}

/// One thing behind a number.
pub(super) fn record(record: &Record, named: &Named<'_>, zone: Tz) -> Value {
    let Record {
        source,
        case_no,
        alert_id,
        sub,
        item_code,
        org_code,
        region_code,
        step,
        level,
        rule,
        amount,
        instants,
    } = record;
    let instants: Map<String, Value> = instants
        .iter()
        .map(|(name, at)| (name.clone(), json!(at.to_rfc3339(zone))))
        .collect();
    let name = |by, code: &String| (!code.is_empty()).then(|| named.name(by, code));
    let given = |code: &String| (!code.is_empty()).then(|| code.clone());
    json!({
        "source": source,
        "case_no": case_no,
        "alert_id": given(alert_id),
        "sub": sub,
        "item_code": given(item_code),
        "item": name(Dimension::Item, item_code),
        "org_code": given(org_code),
        "org": name(Dimension::Org, org_code),
        "region_code": given(region_code),
        "step": given(step),
        "level": given(level),
        "rule": given(rule),
        "amount": amount,
        "instants": instants,
    })
}

/// Hours to a tenth; none where nothing took any.
fn hours(hours: Option<f64>) -> Option<f64> {
    let told = hours.filter(|hours| hours.is_finite());
    told.map(|hours| (hours * 10.0).round() / 10.0)
}

/// How cases of an item went.
pub(super) fn process(item: &str, asked: &Asked, process: &Process, names: &NameTables) -> Value {
    let flowchart = names.item_flowcharts.get(item);
    let of_flowchart = flowchart.and_then(|id| names.flowchart_steps.get(id));
    let name = |step: &str| {
        let own = of_flowchart.and_then(|steps| steps.get(step));
        own.or_else(|| names.steps.get(step)).cloned()
    };
    let steps = process.steps.iter().map(|step| {
        json!({
            "step": step.step,
            "name": name(&step.step).unwrap_or_else(|| step.step.clone()),
            "visits": step.visits,
            "cases": step.cases,
            "open": step.open,
            "median_hours": hours(step.median_hours),
            "p90_hours": hours(step.p90_hours),
            "over_limit": step.over_limit,
        })
    });
    let flows = process.flows.iter().map(|flow| {
        json!({
            "from": flow.from,
            "to": flow.to,
            "cases": flow.cases,
            "median_hours": hours(flow.median_hours),
        })
    });
    let variants = process
        .variants
        .iter()
        .map(|one| json!({ "steps": one.steps, "cases": one.cases }));
    json!({
        "item_code": item,
        "item": names.items.get(item),
        "flowchart": flowchart,
        "period": { "code": asked.period.to_string(), "label": asked.period.label() },
        "cases": process.cases,
        "steps": steps.collect::<Vec<_>>(),
        "flows": flows.collect::<Vec<_>>(),
        "variants": variants.collect::<Vec<_>>(),
    })
}
