//! The operations of those who work alerts.

use serde_json::json;

use super::life::said;
use super::{Change, Operation};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    path: "/api/v1/commands/{command_id}",
    id: "getCommand",
    summary: "一条处置指令的结果：已执行、被拒绝及其原因、尚未决定 / what became of a command about an alert",
    parameters: &[(
        "path",
        "command_id",
        "指令编号，见 202 答复的 status_address",
    )],
    media_type: "application/json",
    schema: || {
        json!({ "type": "object", "required": ["command_id", "state", "outcomes"], "properties": {
            "command_id": { "type": "string" },
            "state": { "enum": ["accepted", "applied", "refused"] },
            "outcomes": { "type": "array", "items": outcome() },
        } })
    },
}];

fn outcome() -> serde_json::Value {
    json!({ "type": "object", "required": ["command_id", "alert_id", "act", "state", "decided_at"], "properties": {
        "command_id": { "type": "string" },
        "alert_id": { "type": "string" },
        "act": { "type": "string" },
        "state": { "enum": ["applied", "refused"] },
        "decided_at": { "type": "string", "format": "date-time" },
        "reason": { "type": "string", "description": "被拒绝的原因代码" },
        "message": { "type": "string" },
        "remedy": { "type": "string" },
        "alert": { "$ref": "#/components/schemas/AlertRecord" },
    } })
}

pub(super) const CHANGES: &[Change] = &[Change {
    method: "post",
    path: "/api/v1/alerts/{alert_id}/{act}",
    id: "disposeOfAlert",
    summary: "处置预警：暂缓、发出、认定、不予认定、申诉、维持、撤销、报上级、督办、反馈、转办、回报、申请延期、延期、不予延期、办结 / work an alert; answered when the partition's owner has decided, after 5 s with 202 and a status address; a refusal is 409 with its reason",
    parameters: &[
        ("path", "alert_id", "预警编号"),
        (
            "path",
            "act",
            "hold, issue, confirm, dismiss, appeal, uphold, withdraw, pass_up, order, answer, pass_on, report, ask_extension, extend, refuse_extension, close",
        ),
    ],
    status: "200",
    body: || {
        let mut body = said(json!({
            "conclusion": { "enum": ["subjective", "objective", "data", "rule"], "description": "dismiss、withdraw：客观原因、数据问题、规则问题之一；主观责任应作认定" },
            "evidence": { "type": "array", "items": { "type": "string", "pattern": "^[0-9a-f]{64}$" }, "description": "appeal、answer、report：材料文件的 SHA-256，文件不上传" },
            "to": { "type": "string", "description": "order：督办对象的机构代码；pass_up：上级机构代码；pass_on：承办人的人员编号" },
            "due_at": { "type": "string", "format": "date-time", "description": "order：反馈时间，默认 5 个工作日；pass_on：回报时间，不晚于上一级的期限，默认同上一级；ask_extension、extend：延至" },
        }));
        body["required"] = json!(["who", "why", "key"]);
        body
    },
}];
