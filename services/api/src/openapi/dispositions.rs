//! The operations of those who work alerts.

use mingjing_domain::disposition::ObjectiveCause;
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

/// Which objective cause, of the closed list.
pub(super) fn objective_cause() -> serde_json::Value {
    json!({ "enum": ObjectiveCause::ALL.map(ObjectiveCause::code), "description": "结论为 objective 的必填：是哪一种客观原因；其他结论不填" })
}

pub(super) const CHANGES: &[Change] = &[
    Change {
        method: "post",
        path: "/api/v1/alerts/{alert_id}/{act}",
        id: "disposeOfAlert",
        summary: "处置预警：暂缓、发出、认定、不予认定、申诉、维持、撤销、报上级、督办、反馈、转办、回报、申请延期、延期、不予延期、整改、验收通过、退回整改、办结 / work an alert; answered when the partition's owner has decided, after 5 s with 202 and a status address; a refusal is 409 with its reason",
        parameters: &[
            ("path", "alert_id", "预警编号"),
            (
                "path",
                "act",
                "hold, issue, confirm, dismiss, appeal, uphold, withdraw, pass_up, order, answer, pass_on, report, ask_extension, extend, refuse_extension, rectify, accept_rectification, reject_rectification, close",
            ),
        ],
        status: "200",
        body: || {
            let mut body = said(json!({
                "conclusion": { "enum": ["subjective", "objective", "data", "rule"], "description": "dismiss、withdraw：客观原因、数据问题、规则问题之一；主观责任应作认定" },
                "cause": objective_cause(),
                "evidence": { "type": "array", "items": { "type": "string", "pattern": "^[0-9a-f]{64}$" }, "description": "dismiss、withdraw（结论为 objective 的至少一份）、appeal、answer、report、rectify（至少一份）：材料文件的 SHA-256，文件不上传" },
                "to": { "type": "string", "description": "order：督办对象的机构代码，须在机构登记之内（no_such_body），并在办理人的行政区划及其下级之内（beyond_region）；pass_up：上级机构代码；pass_on：承办人的人员编号，启用账号的须有在用账号或者在人员登记之内（no_such_person），且不在其他行政区划（beyond_region）" },
                "due_at": { "type": "string", "format": "date-time", "description": "order：反馈时间，默认 5 个工作日；pass_on：回报时间，不晚于上一级的期限，默认同上一级；ask_extension、extend：延至" },
                "rectify": { "type": "boolean", "description": "order：须整改并验收之后才能办结" },
                "instruction": { "type": "string", "description": "order：依据的领导批示的台账编号；批示的内容写入督办的事由" },
            }));
            body["required"] = json!(["who", "why", "key"]);
            body
        },
    },
    Change {
        method: "post",
        path: "/api/v1/alerts",
        id: "raiseAlert",
        summary: "人工预警：就一个办件或者一个机构提出预警，写明理由、依据和级别；与其他预警同样处置，平台不自行撤销 / raise an alert by hand; answered like a disposal",
        parameters: &[],
        status: "200",
        body: || {
            let mut body = said(json!({
                "subject": { "type": "object", "required": ["kind", "key"], "additionalProperties": false, "properties": {
                    "kind": { "enum": ["case", "org"] },
                    "source": { "type": "string", "description": "办件的来源系统；机构不写" },
                    "key": { "type": "string", "description": "办件编号，或者机构代码" },
                } },
                "title": { "type": "string", "description": "预警名称，一行，最多 30 个字符，不用冒号" },
                "level": { "enum": ["notice", "yellow", "red"] },
                "legal_basis": { "type": "string", "description": "依据的法律、法规、规章条款" },
                "to": { "type": "string", "description": "责任机构代码；不写：办件的承办机构，或者该机构" },
                "evidence": { "type": "array", "items": { "type": "string", "pattern": "^[0-9a-f]{64}$" }, "description": "材料文件的 SHA-256，文件不上传" },
            }));
            body["required"] = json!([
                "who",
                "why",
                "key",
                "subject",
                "title",
                "level",
                "legal_basis"
            ]);
            body
        },
    },
];
