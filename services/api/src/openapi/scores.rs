//! The operations of scores.

use serde_json::{Value, json};

use super::life::said;
use super::{Change, Operation, Parameter, REGION};

const MODEL: Parameter = ("query", "model", "考评办法的 id");
const PERIOD: Parameter = (
    "query",
    "period",
    "考评期间，与办法的周期一致: 2026-10, 2026-Q3, 2026-H1, 2026；默认最近结束的一期",
);
const BODY: Parameter = ("path", "body", "机构代码");
const OFFICE: Parameter = ("query", "office", "科室代码；办法考评科室的必写");
const OFFICER: Parameter = (
    "query",
    "officer",
    "人员编号；办法考评个人的必写，仅监督机关和本单位主管，记入审计",
);

const MODEL_FIELDS: [&str; 18] = [
    "id",
    "version",
    "name",
    "name_en",
    "effective_from",
    "legal_basis",
    "period",
    "subject",
    "subject_zh",
    "full",
    "bonus_max",
    "min_base",
    "appeal_within",
    "grades",
    "parts",
    "bonuses",
    "classes",
    "left_out",
];

const LINE_FIELDS: [&str; 20] = [
    "body",
    "office",
    "officer",
    "name",
    "region",
    "class",
    "rank",
    "unranked",
    "ranked",
    "sum",
    "factor",
    "total",
    "grade",
    "grade_zh",
    "base",
    "base_small",
    "parts",
    "bonus",
    "open",
    "appealed",
];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/api/v1/scores/models",
        id: "listScoreModels",
        summary: "考评办法：已公布的各版本，连同未采用的内容及理由 / published score models, with what they leave out and why",
        parameters: &[],
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["models"], "properties": {
                "models": { "type": "array", "items": model() },
            } })
        },
    },
    Operation {
        path: "/api/v1/scores",
        id: "listScores",
        summary: "效能评估：一期的考评表，分组排名；基数太小的不排名；只计主观责任，尚无结论和申诉中的另列 / score sheets of a period, ranked within their class; only subjective responsibility counts",
        parameters: &[
            MODEL,
            PERIOD,
            REGION,
            ("query", "class", "分组的 id"),
            ("query", "org", "机构代码；办法考评科室、个人的必写"),
        ],
        media_type: "application/json",
        schema: || {
            let (required, mut properties) = head();
            properties["sheets"] = json!({ "type": "array", "items": line(part_line()) });
            let required: Vec<&str> = required.into_iter().chain(["sheets"]).collect();
            json!({ "type": "object", "required": required, "properties": properties })
        },
    },
    Operation {
        path: "/api/v1/scores/{body}",
        id: "getScore",
        summary: "一张考评表：各部分、各项的计算和所依据的预警、办件、督办与手工评分 / one sheet with the rows behind every mark",
        parameters: &[BODY, MODEL, PERIOD, OFFICE, OFFICER],
        media_type: "application/json",
        schema: || {
            let (required, mut properties) = head();
            properties["sheet"] = sheet();
            properties["marks"] = json!({ "type": "array", "items": mark() });
            let required: Vec<&str> = required.into_iter().chain(["sheet", "marks"]).collect();
            json!({ "type": "object", "required": required, "properties": properties })
        },
    },
    Operation {
        path: "/api/v1/scores/{body}/history",
        id: "getScoreHistory",
        summary: "历次得分，及其平均：半年、全年取各期的平均 / totals of the periods within another, and their mean",
        parameters: &[
            BODY,
            MODEL,
            ("query", "within", "在何期间之内，最多一年；默认本年"),
            OFFICE,
            OFFICER,
        ],
        media_type: "application/json",
        schema: || {
            let text = json!({ "type": "string" });
            json!({ "type": "object", "required": ["within", "label", "periods", "mean", "grade"], "properties": {
                "within": text, "label": text,
                "periods": { "type": "array", "items": {
                    "type": "object",
                    "required": ["period", "label", "running", "version", "total", "grade", "base", "base_small"],
                    "properties": {
                        "period": text, "label": text,
                        "running": { "type": "boolean", "description": "期间未满，不计入平均" },
                        "version": text, "total": points(), "grade": grade(), "base": base(), "base_small": { "type": "boolean" },
                    },
                } },
                "mean": { "type": ["number", "null"], "description": "已结束各期的平均分" },
                "grade": { "anyOf": [grade(), { "type": "null" }] },
            } })
        },
    },
];

fn points() -> Value {
    json!({ "type": "number", "description": "分，最多两位小数" })
}

fn base() -> Value {
    json!({ "type": ["number", "null"], "description": "基数：本期受理的办件" })
}

fn grade() -> Value {
    json!({ "enum": ["excellent", "good", "qualified", "unqualified"] })
}

fn head() -> (Vec<&'static str>, Value) {
    let text = json!({ "type": "string" });
    let instant = json!({ "type": "string", "format": "date-time" });
    let properties = json!({
        "model": model(),
        "period": {
            "type": "object",
            "required": ["code", "label", "from", "until", "running"],
            "properties": {
                "code": text, "label": text, "from": instant, "until": instant,
                "running": { "type": "boolean", "description": "期间未满，得分只是截至现在的" },
            },
        },
        "as_of": instant,
        "dictionary_version": text,
    });
    (
        vec!["model", "period", "as_of", "dictionary_version"],
        properties,
    )
}

fn model() -> Value {
    let text = json!({ "type": "string" });
    let given = json!({ "type": ["string", "null"] });
    let number = json!({ "type": ["number", "null"] });
    json!({
        "type": "object",
        "required": MODEL_FIELDS,
        "properties": {
            "id": text, "version": text, "name": text, "name_en": given,
            "effective_from": { "type": "string", "format": "date" },
            "legal_basis": given,
            "period": { "enum": ["month", "quarter", "half", "year"] },
            "subject": { "enum": ["body", "office", "officer"] },
            "subject_zh": text,
            "full": points(), "bonus_max": number,
            "min_base": { "type": "integer", "minimum": 0 },
            "appeal_within": { "type": "string", "description": "申诉期，工作日，如 5wd" },
            "grades": { "type": "object", "required": ["excellent", "good", "qualified"], "properties": {
                "excellent": points(), "good": points(), "qualified": points(),
            } },
            "parts": { "type": "array", "items": model_part() },
            "bonuses": { "type": "array", "items": { "type": "object", "required": ["id", "name", "standard", "max"], "properties": {
                "id": text, "name": text, "standard": given, "max": points(),
            } } },
            "classes": { "type": "array", "items": class() },
            "left_out": { "type": "array", "description": "未采用的内容及理由", "items": {
                "type": "object", "required": ["what", "why"], "properties": { "what": text, "why": text },
            } },
        },
    })
}

fn model_part() -> Value {
    let text = json!({ "type": "string" });
    let given = json!({ "type": ["string", "null"] });
    let item = json!({ "type": "object", "required": ["id", "name", "standard", "by", "min"], "properties": {
        "id": text, "name": text, "standard": given,
        "by": { "enum": ["count", "formula", "manual"], "description": "按件、按公式、手工" },
        "min": { "type": ["number", "null"], "description": "手工：一期合计不低于此" },
    } });
    json!({ "type": "object", "required": ["id", "name", "points", "items"], "properties": {
        "id": text, "name": text, "points": points(), "items": { "type": "array", "items": item },
    } })
}

fn class() -> Value {
    let text = json!({ "type": "string" });
    json!({ "type": "object", "required": ["id", "name"], "properties": { "id": text, "name": text } })
}

fn part_line() -> Value {
    json!({ "type": "object", "required": ["id", "score", "points"], "properties": {
        "id": { "type": "string" }, "score": points(), "points": points(),
    } })
}

fn line(part: Value) -> Value {
    let text = json!({ "type": "string" });
    let count = json!({ "type": "integer", "minimum": 0 });
    json!({
        "type": "object",
        "required": LINE_FIELDS,
        "properties": {
            "body": text,
            "office": { "type": "string", "description": "空：单位本身" },
            "officer": { "type": "string", "description": "空：单位或者科室本身" },
            "name": text, "region": text,
            "class": { "anyOf": [class(), { "type": "null" }] },
            "rank": { "type": ["integer", "null"], "description": "名次；单位在本组之内，科室、个人在本单位之内；null：不排名，理由见 unranked" },
            "unranked": {
                "enum": ["vertical", "no_class", "base_small", "alone", null],
                "description": "为何不排名：vertical 垂直管理，不与本地区的单位比较；no_class 办法没有适合的分组；base_small 基数太小；alone 本组没有可比的",
            },
            "ranked": { "type": "integer", "minimum": 0, "description": "参加排名的有多少" },
            "sum": points(),
            "factor": { "type": "number", "description": "折合系数" },
            "total": points(),
            "grade": grade(), "grade_zh": text,
            "base": base(), "base_small": { "type": "boolean" },
            "parts": { "type": "array", "items": part },
            "bonus": points(),
            "open": { "type": "integer", "minimum": 0, "description": "尚无结论，未计分" },
            "appealed": count,
        },
    })
}

fn sheet() -> Value {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "array", "items": text });
    let rows = json!({ "type": "array", "items": {
        "type": "object", "required": ["id", "source", "case_no", "alerts"], "properties": {
            "id": text, "source": text, "case_no": text, "alerts": texts,
        },
    } });
    let item = json!({
        "type": "object",
        "required": ["id", "name", "marks", "formula", "held", "rows", "open", "appealed", "excused", "by_hand", "marks_appealed"],
        "properties": {
            "id": text, "name": text, "marks": points(),
            "formula": { "type": "string", "description": "如何算得" },
            "held": { "type": "boolean", "description": "受限额约束" },
            "rows": rows, "open": rows, "appealed": rows, "excused": rows,
            "by_hand": texts, "marks_appealed": texts,
        },
    });
    let part = json!({ "type": "object", "required": ["id", "name", "points", "score", "items"], "properties": {
        "id": text, "name": text, "points": points(), "score": points(), "items": { "type": "array", "items": item },
    } });
    let mut sheet = line(part);
    sheet["properties"]["bonuses"] = json!({ "type": "array", "items": item });
    sheet["properties"]["body_name"] = json!({ "type": ["string", "null"] });
    sheet["properties"]["alerts"] = json!({ "type": "object", "description": "各行所涉的预警，按编号", "additionalProperties": {
        "type": "object",
        "required": ["level", "rule", "rule_name", "status", "conclusion", "standing", "case_no", "source"],
        "properties": {
            "level": text, "rule": text, "rule_name": { "type": ["string", "null"] }, "status": text,
            "conclusion": { "type": ["string", "null"] },
            "standing": { "enum": ["gone", "excused", "open", "appealed", "fault"], "description": "fault 主观责任，计分；其余不计" },
            "case_no": text, "source": text,
        },
    } });
    if let Some(required) = sheet["required"].as_array_mut() {
        required.extend(["bonuses", "body_name", "alerts"].map(Value::from));
    }
    sheet
}

fn mark() -> Value {
    let text = json!({ "type": "string" });
    let instant = json!({ "type": "string", "format": "date-time" });
    let person = json!({ "type": "object", "required": ["person", "body", "office"], "properties": {
        "person": text, "body": text, "office": text,
    } });
    json!({
        "type": "object",
        "required": ["id", "item", "points", "version", "state", "why", "at", "by", "appeal_until", "after"],
        "properties": {
            "id": text, "item": text, "points": points(), "version": text,
            "state": { "enum": ["counts", "appealed", "upheld", "withdrawn", "voided"], "description": "计分、申诉中、维持、撤销、作废" },
            "why": text, "at": instant, "by": person,
            "appeal_until": { "type": "string", "format": "date", "description": "申诉期末日" },
            "after": { "type": "array", "items": {
                "type": "object", "required": ["act", "upheld", "why", "at", "by"], "properties": {
                    "act": { "enum": ["mark", "void", "appeal", "decide"] },
                    "upheld": { "type": ["boolean", "null"] },
                    "why": text, "at": instant, "by": person,
                },
            } },
        },
    })
}

pub(super) const CHANGES: &[Change] = &[
    Change {
        method: "post",
        path: "/api/v1/scores/{body}/marks",
        id: "giveMark",
        summary: "手工评分或者奖励，why 写理由；本单位的人员不得评分 / a mark or a bonus by hand, never by the body's own people",
        parameters: &[BODY],
        status: "200",
        body: || {
            let text = json!({ "type": "string" });
            let mut body = said(json!({
                "model": text, "period": text,
                "office": { "type": "string", "description": "科室；办法考评科室的必写" },
                "officer": { "type": "string", "description": "人员编号；办法考评个人的必写" },
                "item": { "type": "string", "description": "手工考评项或者奖励项的 id" },
                "points": { "type": "number", "description": "扣分为负，奖励为正，在该项的限额之内" },
            }));
            body["required"] = json!(["why", "key", "model", "period", "item", "points"]);
            body
        },
    },
    Change {
        method: "post",
        path: "/api/v1/score-marks/{id}/{act}",
        id: "workMark",
        summary: "申诉（被评单位，申诉期内）、申诉决定（不由评分人和被评单位作出）、作废（评分人本人） / an appeal against a mark, its decision, or that it was given in error",
        parameters: &[
            ("path", "id", "评分的编号"),
            ("path", "act", "appeal, decide, void"),
        ],
        status: "200",
        body: || {
            let mut body = said(json!({
                "upheld": { "type": "boolean", "description": "decide：true 维持，false 撤销" },
            }));
            body["required"] = json!(["why", "key"]);
            body
        },
    },
];
