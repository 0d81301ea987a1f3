//! The operations of samples.

use mingjing_domain::sampling::{PER_STRATUM_MAX, Strata};
use serde_json::{Value, json};

use super::life::said;
use super::{Change, Operation, Parameter};

const SAMPLE: Parameter = ("path", "id", "抽查编号");

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/api/v1/samples",
        id: "listSamples",
        summary: "抽查，新的在前；部门不可见 / samples, newest first; not for departments",
        parameters: &[],
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["samples"], "properties": {
                "samples": { "type": "array", "items": sample() },
            } })
        },
    },
    Operation {
        path: "/api/v1/samples/{id}",
        id: "getSample",
        summary: "一次抽查：种子、总体摘要、分层、抽取的办件及检查情况 / one with its seed, population hash, strata, cases and findings",
        parameters: &[SAMPLE],
        media_type: "application/json",
        schema: whole,
    },
    Operation {
        path: "/api/v1/samples/{id}/redraw",
        id: "redrawSample",
        summary: "按原种子和范围重新抽取并比对：总体相同则样本必然相同 / drawn again from the archive as it is now",
        parameters: &[SAMPLE],
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["population_hash", "population", "same_population", "same_sample"], "properties": {
                "population_hash": { "type": "string" },
                "population": { "type": "integer" },
                "same_population": { "type": "boolean" },
                "same_sample": { "type": "boolean" },
            } })
        },
    },
];

fn sample() -> Value {
    let text = json!({ "type": "string" });
    let or_none = json!({ "type": ["string", "null"] });
    let count = json!({ "type": "integer", "minimum": 0 });
    json!({ "type": "object", "required": ["id", "title", "tally"], "properties": {
        "id": text, "title": text, "from": text, "until": text, "region": text, "org_code": text, "item_code": text,
        "strata": { "enum": Strata::ALL.map(Strata::code) },
        "per_stratum": count,
        "checks": { "type": "array", "items": text },
        "drawn_at": text, "drawn_by": text, "why": text, "population": count,
        "tally": { "type": "object", "properties": {
            "cases": count, "checked": count, "failed": count,
            "by_check": { "type": "array", "items": { "type": "array", "items": count }, "description": "按检查要点：不符合的件数、适用的件数" },
        } },
        "closed_at": or_none, "result": or_none,
    } })
}

fn whole() -> Value {
    let text = json!({ "type": "string" });
    let mut whole = sample();
    whole["properties"]["seed"] = text.clone();
    whole["properties"]["population_hash"] = text.clone();
    whole["properties"]["strata_drawn"] = json!({ "type": "array", "items": { "type": "object", "properties": {
        "key": text, "population": { "type": "integer" }, "drawn": { "type": "integer" },
    } } });
    whole["properties"]["cases"] = json!({ "type": "array", "items": { "type": "object", "properties": {
        "source": text, "case_no": text, "stratum": text,
        "finding": { "type": ["object", "null"], "properties": {
            "verdicts": { "type": "array", "items": { "enum": ["pass", "fail", "not_applicable"] } },
            "evidence": { "type": "array", "items": text },
            "text": text, "by": text, "at": text,
        } },
    } } });
    whole
}

pub(super) const CHANGES: &[Change] = &[
    Change {
        method: "post",
        path: "/api/v1/samples",
        id: "drawSample",
        summary: "随机抽取已办结的办件；种子由平台产生并留存，或者写明事先公开确定的种子 / draw a random sample of closed cases",
        parameters: &[],
        status: "200",
        body: || {
            let text = json!({ "type": "string" });
            let mut body = said(json!({
                "title": text,
                "from": { "type": "string", "format": "date-time", "description": "办结时间不早于" },
                "until": { "type": "string", "format": "date-time", "description": "办结时间早于" },
                "region": { "type": "string", "description": "区划代码前缀；空：管辖范围内全部" },
                "org_code": text,
                "item_code": text,
                "strata": { "enum": Strata::ALL.map(Strata::code), "description": "分层：不分、权力类别、事项、机构" },
                "per_stratum": { "type": "integer", "minimum": 1, "maximum": PER_STRATUM_MAX, "description": "每层件数" },
                "seed": { "type": "string", "description": "事先公开确定的种子；空：由平台产生" },
                "checks": { "type": "array", "items": text, "description": "检查要点" },
            }));
            body["required"] = json!([
                "why",
                "key",
                "title",
                "from",
                "until",
                "strata",
                "per_stratum",
                "checks"
            ]);
            body
        },
    },
    Change {
        method: "post",
        path: "/api/v1/samples/{id}/{act}",
        id: "workSample",
        summary: "登记一件的检查情况（再次登记的以后次为准），或者办结抽查；why 写情况、结果 / what was found of a case, or the end",
        parameters: &[SAMPLE, ("path", "act", "find, close")],
        status: "200",
        body: || {
            let text = json!({ "type": "string" });
            let mut body = said(json!({
                "source": text,
                "case_no": text,
                "verdicts": { "type": "array", "items": { "enum": ["pass", "fail", "not_applicable"] }, "description": "find：按检查要点逐项" },
                "evidence": { "type": "array", "items": { "type": "string", "pattern": "^[0-9a-f]{64}$" } },
            }));
            body["required"] = json!(["why", "key"]);
            body
        },
    },
];
