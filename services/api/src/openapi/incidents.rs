//! The operations of incidents.

use mingjing_domain::disposition::Conclusion;
use mingjing_domain::incident::{ACTS_UPON_ALL, CHANGED_MAX, CauseKind};
use serde_json::{Value, json};

use super::life::said;
use super::{Change, Operation, Parameter, alert};

const INCIDENT: Parameter = ("path", "id", "同因事件编号");

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/api/v1/incidents",
        id: "listIncidents",
        summary: "同因事件：出自同一原因的预警，新立的在前；只列有管辖范围内预警或者责任单位的 / alerts of one cause, worked as one",
        parameters: &[
            ("query", "state", "open 未结, closed 已结论"),
            (
                "query",
                "cause",
                "source_down 断报, source_late 迟报补录, fault 定义或者规则有误, matter 一事多警, other 其他",
            ),
            ("query", "source", "来源系统"),
            ("query", "org_code", "责任单位"),
            ("query", "cursor", "上一页给出的 next"),
            ("query", "limit", "每页条数 1..200，默认 50"),
        ],
        media_type: "application/json",
        schema: || {
            let count = json!({ "type": "integer", "minimum": 0 });
            json!({ "type": "object", "required": ["tally", "next", "incidents"], "properties": {
                "tally": { "type": "object", "required": ["open", "closed"], "properties": { "open": count, "closed": count } },
                "next": { "type": ["string", "null"], "description": "下一页的 cursor" },
                "incidents": { "type": "array", "items": brief() },
            } })
        },
    },
    Operation {
        path: "/api/v1/incidents/proposals",
        id: "proposeIncidents",
        summary: "可能出自同一原因的预警，查询时从档案中找出，写明理由和所据；由人员判断是否立项 / what may come of one cause, with why and what it rests on",
        parameters: &[],
        media_type: "application/json",
        schema: || {
            let text = json!({ "type": "string" });
            let text_or_none = json!({ "type": ["string", "null"] });
            json!({ "type": "object", "required": ["proposals"], "properties": { "proposals": { "type": "array", "items": {
                "type": "object", "required": ["id", "cause", "cause_zh", "title", "why", "from", "until", "org_code", "rests_on", "total", "alerts"], "properties": {
                    "id": text, "cause": cause(), "cause_zh": text, "title": text, "why": text,
                    "from": text_or_none, "until": text_or_none, "org_code": text_or_none,
                    "rests_on": { "type": "array", "items": { "type": "object" }, "description": "所据：巡检发现的预警、完整时点、逐日条数" },
                    "total": { "type": "integer" },
                    "alerts": { "type": "array", "maxItems": CHANGED_MAX, "items": { "type": "object" } },
                },
            } } } })
        },
    },
    Operation {
        path: "/api/v1/incidents/counts",
        id: "countIncidents",
        summary: "按原因计数：一个同因事件的预警计一次 / alerts counted by cause: members of one incident count once",
        parameters: &[
            (
                "query",
                "open",
                "false: 含已了结的；默认 true，只计未了结的",
            ),
            ("query", "raised_from", "产生时间不早于 (RFC 3339)"),
            ("query", "raised_before", "产生时间早于 (RFC 3339)"),
        ],
        media_type: "application/json",
        schema: || {
            let count = json!({ "type": "integer", "minimum": 0 });
            let by = json!({ "type": "array", "items": { "type": "object" } });
            json!({ "type": "object", "required": ["alerts", "in_incidents", "incidents", "causes", "by_cause", "by_source", "by_org"], "properties": {
                "alerts": count,
                "in_incidents": { "type": "integer", "description": "其中属于同因事件的" },
                "incidents": count,
                "causes": { "type": "integer", "description": "同因事件数与其余预警数之和" },
                "everything": { "type": "boolean", "description": "是否不分管辖范围的全部" },
                "by_cause": by, "by_source": by, "by_org": by,
            } })
        },
    },
    Operation {
        path: "/api/v1/incidents/marks",
        id: "markIncidents",
        summary: "这些预警各属于哪个同因事件 / in which incident each of these alerts lies",
        parameters: &[("query", "alerts", "预警编号，逗号分隔，最多 200 条")],
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["marks"], "properties": {
                "marks": { "type": "object", "additionalProperties": mark() },
            } })
        },
    },
    Operation {
        path: "/api/v1/incidents/{id}",
        id: "getIncident",
        summary: "一个同因事件：起因、经过、统一处置及其进度 / one incident with its course and the acts upon all",
        parameters: &[INCIDENT],
        media_type: "application/json",
        schema: whole,
    },
    Operation {
        path: "/api/v1/incidents/{id}/members",
        id: "listIncidentMembers",
        summary: "同因事件的预警（管辖范围内的），现在的状态和上一项统一处置的结果 / its alerts as they stand now",
        parameters: &[
            INCIDENT,
            ("query", "cursor", "上一页给出的 next"),
            ("query", "limit", "每页条数 1..100，默认 100"),
        ],
        media_type: "application/json",
        schema: || {
            let text = json!({ "type": "string" });
            json!({ "type": "object", "required": ["members", "next"], "properties": {
                "next": { "type": ["string", "null"] },
                "members": { "type": "array", "items": { "type": "object", "required": ["alert_id", "case_no", "rule", "added_at", "added_by", "why", "outcome", "alert"], "properties": {
                    "alert_id": text, "case_no": text, "rule": text, "added_at": text, "added_by": person(), "why": text,
                    "outcome": { "type": ["object", "null"], "description": "上一项统一处置的结果：applied，或者 refused 及其原因" },
                    "alert": { "anyOf": [alert(), { "type": "null" }] },
                } } },
            } })
        },
    },
    Operation {
        path: "/api/v1/incidents/{id}/offered",
        id: "offerIncidentAlerts",
        summary: "可能同因、尚不属于任何同因事件的预警，供并入 / alerts of the same cause that lie in no incident yet",
        parameters: &[INCIDENT],
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["total", "alerts"], "properties": {
                "total": { "type": "integer" },
                "alerts": { "type": "array", "maxItems": CHANGED_MAX, "items": alert() },
            } })
        },
    },
];

fn person() -> Value {
    let text = json!({ "type": "string" });
    json!({ "type": "object", "required": ["person", "body", "office"], "properties": {
        "person": text, "body": text, "office": text,
    } })
}

fn cause() -> Value {
    let text = json!({ "type": "string" });
    json!({ "type": "object", "required": ["kind"], "properties": {
        "kind": { "enum": CauseKind::ALL.map(CauseKind::code) },
        "source": { "type": "string", "description": "source_down、source_late、matter：来源系统" },
        "case_no": { "type": "string", "description": "matter：办件编号" },
        "rule": { "type": "string", "description": "fault：规则，如 T3" },
        "control_point": { "type": "string", "description": "fault：监察点，可不写" },
        "definitions_version": text,
    } })
}

fn mark() -> Value {
    let text = json!({ "type": "string" });
    json!({ "type": "object", "required": ["id", "title", "cause", "cause_zh", "state", "conclusion"], "properties": {
        "id": text, "title": text, "cause": cause(), "cause_zh": text,
        "state": { "enum": ["open", "closed"] },
        "conclusion": { "type": ["string", "null"] },
    } })
}

fn brief() -> Value {
    let text = json!({ "type": "string" });
    let text_or_none = json!({ "type": ["string", "null"] });
    let count = json!({ "type": "integer", "minimum": 0 });
    let mut told = mark();
    let more = json!({
        "from": text_or_none, "until": text_or_none, "org_code": text, "region": text,
        "alerts": count,
        "alerts_beyond": { "type": "integer", "description": "不在管辖范围内的预警" },
        "opened_at": text, "opened_by": person(), "why": text,
        "under_way": { "type": ["string", "null"], "description": "正在办理的统一处置" },
        "closed": { "type": ["object", "null"], "required": ["conclusion", "conclusion_zh", "why", "at", "by"], "properties": {
            "conclusion": text, "conclusion_zh": text, "why": text, "at": text, "by": person(),
        } },
    });
    extend(&mut told, more);
    told
}

/// More properties, each always there.
fn extend(told: &mut Value, more: Value) {
    let Value::Object(more) = more else { return };
    if let Some(required) = told["required"].as_array_mut() {
        required.extend(more.keys().map(|name| json!(name)));
    }
    if let Some(properties) = told["properties"].as_object_mut() {
        properties.extend(more);
    }
}

fn whole() -> Value {
    let text = json!({ "type": "string" });
    let text_or_none = json!({ "type": ["string", "null"] });
    let count = json!({ "type": "integer", "minimum": 0 });
    let mut told = brief();
    let more = json!({
        "yours": { "type": "boolean", "description": "责任单位在管辖范围内，可以并入、移出、作结论" },
        "course": { "type": "array", "items": { "type": "object", "required": ["act", "at", "by", "why"], "properties": {
            "act": { "enum": ["open", "add", "remove", "state", "span", "begin", "halt", "close"] },
            "at": text, "by": person(), "why": text,
            "alerts": count, "evidence": { "type": "array", "items": text },
            "from": text_or_none, "until": text_or_none,
            "begun": { "type": ["integer", "null"] }, "disposal": text, "conclusion": text,
        } } },
        "acts": { "type": "array", "items": {
            "type": "object",
            "required": ["begun", "act", "conclusion", "given", "why", "by", "key", "at", "state", "targets", "applied", "refused", "left", "outside", "before", "reasons", "refusals", "halted"],
            "properties": {
                "begun": count, "act": { "enum": ACTS_UPON_ALL }, "conclusion": text_or_none,
                "given": { "type": "object", "description": "办理的内容" },
                "why": text, "by": person(), "key": { "type": "string", "description": "以同一键重发即继续办理" }, "at": text,
                "state": { "enum": ["under_way", "done", "halted"] },
                "targets": count, "applied": count, "refused": count, "left": count,
                "outside": { "type": "integer", "description": "不在提出人管辖范围内、未办理的" },
                "before": { "type": "integer", "description": "此前已作同样处置的" },
                "reasons": { "type": "array", "items": { "type": "object", "required": ["reason", "message", "alerts"], "properties": { "reason": text, "message": text, "alerts": count } } },
                "refusals": { "type": "array", "items": { "type": "object", "required": ["alert_id", "case_no", "reason", "message"], "properties": { "alert_id": text, "case_no": text_or_none, "reason": text, "message": text } } },
                "halted": { "type": ["object", "null"] },
            },
        } },
    });
    extend(&mut told, more);
    told
}

fn ids() -> Value {
    json!({ "type": "array", "maxItems": CHANGED_MAX, "items": { "type": "string" }, "description": "预警编号" })
}

pub(super) const CHANGES: &[Change] = &[
    Change {
        method: "post",
        path: "/api/v1/incidents",
        id: "openIncident",
        summary: "立为同因事件，并入所选预警；已属于其他未结同因事件的不并入，在 left 中说明 / open an incident with the alerts that were chosen",
        parameters: &[],
        status: "200",
        body: || {
            let instant = json!({ "type": ["string", "null"], "format": "date-time" });
            let mut body = said(json!({
                "title": { "type": "string", "maxLength": 60, "description": "名称，一行" },
                "cause": cause(),
                "from": instant, "until": instant,
                "org_code": { "type": "string", "description": "责任单位的机构代码" },
                "alerts": ids(),
            }));
            body["required"] = json!(["why", "key", "title", "cause", "org_code"]);
            body
        },
    },
    Change {
        method: "post",
        path: "/api/v1/incidents/{id}/{act}",
        id: "workIncident",
        summary: "并入、移出、说明情况、写明起止时间、中止统一处置、作出结论 / add and remove alerts, state something, say since and until when, halt an act, conclude",
        parameters: &[
            INCIDENT,
            ("path", "act", "add, remove, state, span, halt, close"),
        ],
        status: "200",
        body: || {
            let instant = json!({ "type": ["string", "null"], "format": "date-time" });
            let mut body = said(json!({
                "alerts": ids(),
                "evidence": { "type": "array", "items": { "type": "string", "pattern": "^[0-9a-f]{64}$" }, "description": "state：材料文件的 SHA-256" },
                "from": instant, "until": instant,
                "conclusion": { "enum": Conclusion::ALL.map(Conclusion::code), "description": "close" },
            }));
            body["required"] = json!(["why", "key"]);
            body
        },
    },
    Change {
        method: "post",
        path: "/api/v1/incidents/{id}/members/{act}",
        id: "disposeOfIncident",
        summary: "统一处置：对同因事件的每条预警各下一条指令；一次请求办理数秒，done 为 false 时以同一 key 重发即继续，不会重复 / one act upon all; sent again under its key it goes on",
        parameters: &[
            INCIDENT,
            (
                "path",
                "act",
                "hold, issue, confirm, dismiss, order, answer, close",
            ),
        ],
        status: "200",
        body: || {
            let mut body = said(json!({
                "conclusion": { "enum": ["objective", "data", "rule"], "description": "dismiss" },
                "cause": super::dispositions::objective_cause(),
                "evidence": { "type": "array", "items": { "type": "string", "pattern": "^[0-9a-f]{64}$" }, "description": "answer；dismiss 结论为 objective 的至少一份" },
                "to": { "type": "string", "description": "order：督办对象；不写：各预警的责任机构" },
                "due_at": { "type": "string", "format": "date-time", "description": "order" },
                "rectify": { "type": "boolean", "description": "order：须整改" },
            }));
            body["required"] = json!(["why", "key"]);
            body
        },
    },
];
