//! Why a case stands as it does (`engine::explain::Explanation`), and what stands beside it in the answer.

use serde_json::{Value, json};

use super::alert;
use super::shown::{
    cause, instant, instant_or_null, level, many, number, object, status, text, text_or_null,
};

/// The answer of `explain`.
pub(super) fn explanation() -> Value {
    object(json!({
        "source": text(),
        "case_no": text(),
        "at": instant(),
        "as_known_at": instant_or_null(),
        "view": { "enum": ["course", "hindsight"], "description": "course：当时所见；hindsight：以后来所知回看" },
        "engine_version": text(),
        "definitions": definitions(),
        "known": known(),
        "attributes": { "type": "object", "additionalProperties": text(), "description": "办件属性" },
        "events": many(event()),
        "limits": many(limit()),
        "points": many(point()),
        "alerts": many(alert()),
        "changes": many(change()),
        "notes": many(text()),
        "published": many(published()),
        "agrees": { "type": ["boolean", "null"], "description": "解释与已发布的是否一致；回看时无从比较" },
    }))
}

fn definitions() -> Value {
    object(json!({
        "version": text(),
        "hash": text_or_null(),
        "activated_at": instant_or_null(),
        "activated_offset": { "type": ["integer", "null"] },
        "flowchart": text_or_null(),
        "chosen_by": text_or_null(),
        "calendar": text(),
        "calendar_since_at": instant_or_null(),
        "time_zone": text(),
    }))
}

fn known() -> Value {
    object(json!({
        "clock_at": instant_or_null(),
        "complete_until": instant_or_null(),
        "delay_allowance_hours": number(),
        "declared": flag(),
        "supervised_from_at": instant_or_null(),
    }))
}

fn event() -> Value {
    let always = object(json!({
        "event_id": text(),
        "data_version": number(),
        "kind": text(),
        "kind_zh": text(),
        "step": text_or_null(),
        "actor": text_or_null(),
        "occurred_at": instant(),
        "entered_at": instant_or_null(),
        "sent_at": instant_or_null(),
        "received_at": instant(),
        "log_offset": number(),
        "known": { "type": "boolean", "description": "所问的已知情况里有没有它" },
        "counts": { "type": "boolean", "description": "是否计入判断" },
        "effects": many(object(json!({ "what": text(), "text": text() }))),
    }));
    with(always, "note", text())
}

fn limit() -> Value {
    let measure = object(json!({
        "basis": { "enum": ["promised", "statutory", "at_least", "own_deadline", "planned_end"] },
        "basis_zh": text(),
        "limit": text_or_null(),
        "due_at": instant_or_null(),
        "account": { "anyOf": [{ "$ref": "#/components/schemas/Account" }, { "type": "null" }] },
    }));
    object(json!({
        "limit": text(),
        "control_points": many(text()),
        "step": text(),
        "visit": number(),
        "state": { "enum": ["open", "done", "fell_away", "stopped"] },
        "started_at": instant_or_null(),
        "done_at": instant_or_null(),
        "fell_away_at": instant_or_null(),
        "measures": many(measure),
    }))
}

fn point() -> Value {
    let verdict = object(json!({
        "outcome": { "type": "string", "description": "alleged, not_begun, in_time, fell_away, stopped, not_due, not_found, condition_false, not_judged, not_asked, excepted, no_occasion, taken_back" },
        "text": text(),
        "step": text(),
        "visit": number(),
        "level": { "anyOf": [level(), { "type": "null" }] },
        "due_at": instant_or_null(),
        "breached_at": instant_or_null(),
        "completed_at": instant_or_null(),
        "next_at": instant_or_null(),
        "left": text_or_null(),
        "alert_id": text_or_null(),
        "status": { "anyOf": [status(), { "type": "null" }] },
    }));
    let values = json!({ "type": "object", "additionalProperties": text() });
    object(json!({
        "control_point": text(),
        "name": text(),
        "rule": text_or_null(),
        "legal_basis": text_or_null(),
        "looked_at": { "type": ["integer", "null"] },
        "verdicts": many(with(verdict, "values", values)),
    }))
}

fn change() -> Value {
    object(json!({
        "alert_id": text(),
        "control_point": text(),
        "revision": number(),
        "change": text(),
        "cause": cause(),
        "at": instant(),
        "level": level(),
        "status": status(),
    }))
}

fn published() -> Value {
    object(json!({
        "alert_id": text(),
        "control_point": text(),
        "revision": number(),
        "changed_at": instant(),
        "level": level(),
        "status": status(),
        "automatic": status(),
        "due_at": instant_or_null(),
        "breached_at": instant_or_null(),
        "completed_at": instant_or_null(),
    }))
}

/// With a field that may be absent.
fn with(mut of: Value, name: &str, field: Value) -> Value {
    of["properties"][name] = field;
    of
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}
