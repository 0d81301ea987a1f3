//! What the console shows: an alert with its account and changes, a case with its line of time, the counts, the sources, the platform.

use mingjing_domain::disposition::Disposal;
use serde_json::{Value, json};

use super::{Operation, Parameter, REGION, alert, foresight};

const FILTERS: &[Parameter] = &[
    ("query", "case_no", "办件编号"),
    ("query", "case_no_part", "办件编号中的一段，不分大小写"),
    ("query", "source", "来源系统"),
    ("query", "org_code", "机构代码"),
    REGION,
    ("query", "item_code", "事项编码"),
    ("query", "open", "true：只要在办的；false：只要已办结的"),
    ("query", "opened_from", "首个事件不早于 (RFC 3339)"),
    ("query", "opened_before", "首个事件早于 (RFC 3339)"),
    (
        "query",
        "foresight",
        "true：另答每件的预判 foresight（见 /api/v1/foresight）",
    ),
    ("query", "cursor", "上一页给出的 next"),
    ("query", "limit", "每页条数 1..1000，默认 50"),
];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/api/v1/alerts/{alert_id}",
        id: "getAlert",
        summary: "一条预警，连同逐日计算、经过和历次处置 / one alert with its day-by-day account, history and every act upon it",
        parameters: &[("path", "alert_id", "预警编号")],
        media_type: "application/json",
        schema: found_alert,
    },
    Operation {
        path: "/api/v1/cases",
        id: "findCases",
        summary: "办件列表，后收到的在前；按编号、机构、事项、区划、是否办结找 / cases, the last to begin first",
        parameters: FILTERS,
        media_type: "application/json",
        schema: || {
            let mut brief = object(case_brief());
            brief["properties"]["foresight"] = foresight::beside();
            object(json!({
                "cases": many(brief),
                "next": { "type": ["string", "null"], "description": "下一页的 cursor" },
            }))
        },
    },
    Operation {
        path: "/api/v1/cases/{source}/{case_no}",
        id: "getCase",
        summary: "一个办件，连同时间线与预警 / one case with its timeline and alerts",
        parameters: &[
            ("path", "source", "来源系统"),
            ("path", "case_no", "办件编号"),
        ],
        media_type: "application/json",
        schema: found_case,
    },
    Operation {
        path: "/api/v1/sources",
        id: "listSources",
        summary: "全部来源：最近接收、完整至、缺号 / every source: last receipt, complete until, gaps",
        parameters: &[],
        media_type: "application/json",
        schema: || {
            let source = object(json!({
                "source": text(),
                "name": text_or_null(),
                "clock": { "enum": ["live", "declared", null], "description": "live：按平台时钟判断；declared：补录或者导入，按其声明的完整时间判断" },
                "org_code": { "type": ["string", "null"], "description": "主管部门" },
                "events": number(),
                "gaps": number(),
                "last_received_at": instant_or_null(),
                "complete_until": instant_or_null(),
            }));
            object(json!({ "sources": many(source) }))
        },
    },
    Operation {
        path: "/api/v1/counts",
        id: "getCounts",
        summary: "计数 / counts by level, status and body",
        parameters: &[],
        media_type: "application/json",
        schema: || {
            object(json!({
                "cases": number(),
                "cases_open": number(),
                "alerts": many(object(json!({ "level": level(), "status": status(), "alerts": number() }))),
                "by_org": many(object(json!({ "org_code": text_or_null(), "level": level(), "alerts": number() }))),
                "by_region": many(object(json!({ "region_code": text_or_null(), "level": level(), "alerts": number() }))),
                "received_hour": { "type": "integer", "description": "最近一小时收到的记录" },
                "closed_hour": { "type": "integer", "description": "最近一小时办结的办件" },
            }))
        },
    },
    Operation {
        path: "/api/v1/platform",
        id: "getPlatform",
        summary: "平台信息与名称表 / what this is, and names for codes",
        parameters: &[],
        media_type: "application/json",
        schema: || {
            object(json!({
                "name_zh": text(),
                "name_en": text(),
                "version": text(),
                "watermark": { "type": ["string", "null"], "description": "演示的标记，每页都显示" },
                "now_at": { "type": "string", "format": "date-time", "description": "平台所取的现在" },
                "time_zone": text(),
                "names": names(),
            }))
        },
    },
];

fn found_alert() -> Value {
    object(json!({
        "alert": alert(), "account": many(day()), "history": many(change(json!({}))), "acts": many(act()),
    }))
}

/// An alert as it stands with its case.
fn alert_of_case() -> Value {
    object(json!({ "alert": alert(), "account": many(day()), "history": many(change(json!({}))) }))
}

/// What somebody did about an alert.
fn act() -> Value {
    object(json!({
        "act": { "enum": Disposal::CODES },
        "by": { "$ref": "#/components/schemas/Signature" },
        "conclusion": { "anyOf": [{ "$ref": "#/components/schemas/Conclusion" }, { "type": "null" }] },
        "cause": { "anyOf": [{ "$ref": "#/components/schemas/ObjectiveCause" }, { "type": "null" }] },
        "to": { "type": ["string", "null"], "description": "督办、报上级：机构代码；转办：人员编号" },
        "due_at": instant_or_null(),
        "evidence": { "type": "array", "items": text(), "description": "证明材料的 SHA-256" },
        "must_rectify": { "type": "boolean", "description": "督办须整改" },
    }))
}

fn day() -> Value {
    object(json!({
        "date": { "type": "string", "format": "date" },
        "verdict": { "$ref": "#/components/schemas/Verdict" },
        "verdict_zh": text(),
        "verdict_en": text(),
        "counted": { "type": "integer", "description": "到该日止已计入的天数" },
        "counts": { "type": "boolean" },
        "note": text(),
    }))
}

/// Why an alert changed.
pub(super) fn cause() -> Value {
    json!({
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": { "enum": ["event", "clock", "source_complete", "calendar_change", "definitions_change", "command", "engine_change"] },
            "event_id": text(),
            "version": text(),
            "id": { "type": "string", "description": "command：指令编号" },
        },
    })
}

/// One change of an alert, with what stands beside it where it is told.
fn change(beside: Value) -> Value {
    let mut fields = json!({
        "revision": number(),
        "change": { "enum": ["raised", "issued", "escalated", "revised", "ended", "reopened", "withdrawn", "cancelled", "sent_to_review", "disposed"] },
        "cause": cause(),
        "at": { "type": "string", "format": "date-time" },
        "level": level(),
        "status": status(),
        "automatic": status(),
        "disposition": { "anyOf": [{ "$ref": "#/components/schemas/DispositionState" }, { "type": "null" }] },
        "due_at": instant_or_null(),
        "breached_at": instant_or_null(),
        "completed_at": instant_or_null(),
        "reason": text_or_null(),
    });
    if let (Some(fields), Value::Object(beside)) = (fields.as_object_mut(), beside) {
        fields.extend(beside);
    }
    object(fields)
}

/// The fields of a case, without its stays in steps.
fn case_brief() -> Value {
    json!({
        "source": text(),
        "case_no": text(),
        "item_code": text_or_null(),
        "org_code": text_or_null(),
        "region_code": text_or_null(),
        "flowchart": { "type": ["string", "null"], "description": "如 permit@2；事项不在权力清单的为空" },
        "opened_at": instant_or_null(),
        "accepted_at": instant_or_null(),
        "closed_at": instant_or_null(),
        "due_at": instant_or_null(),
        "events": number(),
        "step": text_or_null(),
        "channel": {
            "type": ["string", "null"],
            "description": "办理渠道，按申请所说；window 窗口、online 网上、mobile 移动端、self_service 自助终端、mail 邮寄、other 其他；null：没有说",
        },
    })
}

fn found_case() -> Value {
    let visit = object(json!({
        "step": text(),
        "visit": number(),
        "started_at": { "type": "string", "format": "date-time" },
        "ended_at": instant_or_null(),
        "due_at": instant_or_null(),
        "office": text_or_null(),
        "actor": text_or_null(),
    }));
    let mut case = case_brief();
    case["visits"] = many(visit);
    let case = object(case);
    let event = object(json!({
        "kind": { "const": "event" },
        "at": { "type": "string", "format": "date-time" },
        "event_id": text(),
        "event_type": text(),
        "title_zh": text(),
        "title_en": text(),
        "step": text_or_null(),
        "step_zh": text_or_null(),
        "actor": text_or_null(),
        "result_code": text_or_null(),
        "reason": text_or_null(),
        "special": text_or_null(),
        "entered_at": instant_or_null(),
        "received_at": instant_or_null(),
    }));
    let alleged = change(json!({
        "kind": { "const": "alert" },
        "alert_id": text(),
        "control_point": text(),
        "title_zh": text(),
    }));
    object(json!({
        "source": text(),
        "case_no": text(),
        "case": { "anyOf": [case, { "type": "null" }] },
        "events": number(),
        "timeline": many(json!({ "oneOf": [event, alleged] })),
        "alerts": many(alert_of_case()),
    }))
}

fn names() -> Value {
    let by_code = || json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let nested = || json!({ "type": "object", "additionalProperties": by_code() });
    object(json!({
        "version": text(),
        "orgs": by_code(),
        "region_names": by_code(),
        "offices": nested(),
        "posts": by_code(),
        "items": by_code(),
        "item_flowcharts": by_code(),
        "duties": nested(),
        "flowcharts": by_code(),
        "special_procedures": by_code(),
        "flowchart_steps": nested(),
        "steps": by_code(),
        "control_points": by_code(),
        "sources": by_code(),
    }))
}

/// All of its fields are always there.
pub(super) fn object(properties: Value) -> Value {
    let required: Vec<&String> = properties
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys())
        .collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

pub(super) fn many(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn text_or_null() -> Value {
    json!({ "type": ["string", "null"] })
}

pub(super) fn instant() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn instant_or_null() -> Value {
    json!({ "type": ["string", "null"], "format": "date-time" })
}

pub(super) fn number() -> Value {
    json!({ "type": "integer" })
}

pub(super) fn level() -> Value {
    json!({ "$ref": "#/components/schemas/Level" })
}

pub(super) fn status() -> Value {
    json!({ "$ref": "#/components/schemas/Status" })
}
