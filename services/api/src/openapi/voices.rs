//! The operations of complaints and ratings.

use mingjing_domain::voice::{Outcome, State, TOPICS};
use serde_json::{Value, json};

use super::life::said;
use super::{Change, Operation, Parameter, REGION};

const PLACE: [Parameter; 3] = [
    ("path", "source", "来源系统；未关联办件的为 complaints"),
    ("path", "case_no", "办件编号；未关联办件的为登记编号"),
    ("path", "event_id", "投诉、评价的事件编号"),
];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/api/v1/complaints",
        id: "listComplaints",
        summary: "投诉与评价，新的在前；按区划和机构的可见范围 / complaints and ratings, newest first, within sight",
        parameters: &[
            ("query", "kind", "complaint 投诉, rating 评价"),
            (
                "query",
                "state",
                "received, accepted, answered, refused, withdrawn, recorded, to_review, to_rectify, rectified, set_aside",
            ),
            ("query", "open", "true: 只要未办结的；false: 只要已办结的"),
            ("query", "receipt_no", "登记编号，或者来源系统的事件编号"),
            ("query", "case_no", "办件编号"),
            ("query", "org_code", "机构代码"),
            REGION,
            ("query", "cursor", "上一页给出的 next"),
            ("query", "limit", "每页条数 1..200，默认 50"),
        ],
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["complaints", "next"], "properties": {
                "complaints": { "type": "array", "items": voice() },
                "next": { "type": ["string", "null"], "description": "下一页的 cursor" },
            } })
        },
    },
    Operation {
        path: "/api/v1/complaints/{source}/{case_no}/{event_id}",
        id: "getComplaint",
        summary: "一件投诉或者评价：期限、办理经过、当前可办事项、相关预警 / one with its terms, thread, possible acts and alerts",
        parameters: &PLACE,
        media_type: "application/json",
        schema: || {
            let mut whole = voice();
            whole["properties"]["registered_by"] = json!({ "type": ["string", "null"] });
            whole["properties"]["thread"] =
                json!({ "type": "array", "items": { "type": "object" } });
            whole["properties"]["acts"] = json!({ "type": "array", "items": { "type": "object", "properties": {
                "act": { "type": "string" },
                "act_zh": { "type": "string" },
                "refused": { "type": ["string", "null"], "description": "当前不能办理的原因；null：可以办理" },
            } } });
            whole["properties"]["alerts"] =
                json!({ "type": "array", "items": { "$ref": "#/components/schemas/AlertRecord" } });
            whole
        },
    },
];

fn voice() -> Value {
    let text = json!({ "type": ["string", "null"] });
    let flag = json!({ "type": "boolean" });
    let states = State::ALL.map(State::code);
    json!({ "type": "object", "required": ["receipt_no", "kind", "source", "case_no", "event_id", "state"], "properties": {
        "receipt_no": { "type": "string", "description": "登记编号" },
        "kind": { "enum": ["complaint", "rating"] },
        "source": { "type": "string" },
        "case_no": { "type": "string" },
        "event_id": { "type": "string" },
        "linked": { "type": "boolean", "description": "是否关联办件" },
        "at": { "type": "string", "format": "date-time" },
        "org_code": text, "responsible_org": text, "region_code": text, "item_code": text,
        "topic": text, "topic_zh": text,
        "grade": { "type": ["integer", "null"], "minimum": 1, "maximum": 5 },
        "grade_zh": text,
        "burst": { "type": ["integer", "null"], "description": "集中评价：同一设备一小时内的第几次，复核后仍在；null：不是" },
        "bad": flag, "anonymous": flag, "channel_zh": text, "reference": text, "text": text,
        "state": { "enum": states },
        "state_zh": { "type": "string" },
        "open": flag, "overdue": flag,
        "terms": { "type": "array", "items": term() },
    } })
}

fn term() -> Value {
    json!({ "type": "object", "properties": {
            "what": { "enum": ["accept", "answer", "call_back", "rectify"] },
            "what_zh": { "type": "string" },
            "within_zh": { "type": "string" },
            "due_at": { "type": "string", "format": "date-time" },
            "provisional": { "type": "boolean", "description": "期限落在节假日安排尚未公布的年份" },
            "source": { "type": "string", "description": "期限出自：规则设置的编号@版本，或者规则目录所注资料" },
            "rule": { "enum": ["C1", "C2"] },
            "rule_zh": { "type": "string", "description": "规则名称" },
            "basis_zh": { "type": "string", "description": "规则的依据；未经核对的条文、地方规定、平台自定的，逐条注明" },
            "done_at": { "type": ["string", "null"] },
            "late": { "type": "boolean" },
        } })
}

pub(super) const CHANGES: &[Change] = &[
    Change {
        method: "post",
        path: "/api/v1/complaints",
        id: "registerComplaint",
        summary: "登记投诉或者评价，作为事件写入日志；why 写内容；关联办件的写 source、case_no，不关联的写 org_code / take in a complaint or rating; answered when archived, after 5 s with 202",
        parameters: &[],
        status: "200",
        body: || {
            let mut body = said(json!({
                "kind": { "enum": ["complaint", "rating"] },
                "source": { "type": "string", "description": "所涉办件的来源系统" },
                "case_no": { "type": "string", "description": "所涉办件的编号" },
                "org_code": { "type": "string", "description": "未关联办件的：被投诉、被评价的机构" },
                "item_code": { "type": "string", "description": "未关联办件的：所涉事项，须由该机构行使" },
                "topic": { "enum": TOPICS.map(|(code, _)| code), "description": "投诉类别" },
                "grade": { "type": "integer", "minimum": 1, "maximum": 5, "description": "评价的满意度，1 非常满意 … 5 非常不满意" },
                "channel": { "enum": ["window", "hotline", "phone", "web", "app", "letter", "other"] },
                "reference": { "type": "string", "description": "受理渠道自己的编号，回访凭此联系；姓名、电话不报送" },
                "anonymous": { "type": "boolean" },
                "party_ref": { "type": "string", "description": "投诉人的加密摘要，只用于未关联办件的" },
            }));
            body["required"] = json!(["why", "key", "kind"]);
            body
        },
    },
    Change {
        method: "post",
        path: "/api/v1/complaints/{source}/{case_no}/{event_id}/{act}",
        id: "workComplaint",
        summary: "办理投诉、评价：受理、不予受理、转办、答复、回访、整改、复核、撤回；why 写办理情况 / work one; a refusal is 409 with its reason",
        parameters: &[
            PLACE[0],
            PLACE[1],
            PLACE[2],
            (
                "path",
                "act",
                "accept, refuse, transfer, answer, call_back, rectify, review, withdraw",
            ),
        ],
        status: "200",
        body: || {
            let outcomes = Outcome::OF_REVIEW.map(Outcome::code);
            let mut body = said(json!({
                "to": { "type": "string", "description": "transfer：转往的机构代码" },
                "outcome": { "enum": outcomes, "description": "review：评价成立、误评、恶意评价；后两种不计入" },
                "evidence": { "type": "array", "items": { "type": "string", "pattern": "^[0-9a-f]{64}$" }, "description": "answer、call_back、rectify：材料文件的 SHA-256" },
            }));
            body["required"] = json!(["why", "key"]);
            body
        },
    },
];
