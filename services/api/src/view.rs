//! From records to what a reader sees: instants in the display zone, accounts day by day.

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence};
use serde::Serialize;
use serde_json::{Value, json};

/// A record as JSON with its instants in `zone`. They are found by their keys, which end in `_at`.
pub fn json_in(record: &impl Serialize, zone: Tz) -> Value {
    let mut value = serde_json::to_value(record).expect("records have only text keys");
    rezone(&mut value, zone);
    value
}

fn rezone(value: &mut Value, zone: Tz) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                let instant = key.ends_with("_at") || key == "at" || key == "complete_until";
                match field {
                    Value::String(text) if instant => {
                        if let Ok(at) = Timestamp::parse(text) {
                            *text = at.to_rfc3339(zone);
                        }
                    }
                    other => rezone(other, zone),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rezone(item, zone)),
        _ => {}
    }
}

/// An alert for lists and the live stream: without its evidence.
pub fn brief(alert: &AlertRecord, zone: Tz) -> Value {
    let mut value = json_in(alert, zone);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("evidence");
    }
    value
}

/// The same with the ladder (逐级升级) that it tells.
pub fn brief_with_ladder(alert: &AlertRecord, zone: Tz) -> Value {
    let mut value = brief(alert, zone);
    value["ladder"] = json_in(&alert.ladder(), zone);
    value
}

/// The day-by-day account of an alert's deadline; empty where the alert is not about a limit.
pub fn account(alert: &AlertRecord) -> Vec<Value> {
    alert
        .evidence
        .iter()
        .filter_map(|evidence| match evidence {
            Evidence::Deadline { account } => Some(account),
            _ => None,
        })
        .flat_map(|account| account.by_day())
        .map(|day| {
            json!({
                "date": day.date.to_string(),
                "verdict": day.verdict.code(),
                "verdict_zh": day.verdict.name_zh(),
                "verdict_en": day.verdict.name_en(),
                "counted": day.counted,
                "counts": day.verdict.counts(),
                "note": day.note,
            })
        })
        .collect()
}
