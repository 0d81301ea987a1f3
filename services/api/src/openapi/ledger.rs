//! The operations of the ledger.

use mingjing_domain::ledger::{Kind, LINKED_MAX, PRESENT_MAX, Standing};
use serde_json::{Value, json};

use super::life::said;
use super::{Change, Operation, Parameter};

const ENTRY: Parameter = ("path", "id", "台账编号");

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/api/v1/ledger",
        id: "listLedger",
        summary: "台账：约谈、监察建议、移送线索、领导批示及其结果，日期新的在前；线索只对监察部门和审计员可见，批示部门不可见 / interviews, recommendations, leads handed over and instructions, with results; leads for few",
        parameters: &[
            (
                "query",
                "kind",
                "interview 约谈, recommendation 监察建议, clue 移送线索, instruction 批示",
            ),
            ("query", "org_code", "机构代码：所涉的，或者被交办的"),
            ("query", "alert_id", "关联的预警"),
            (
                "query",
                "state",
                "open 待办结, overdue 逾期, closed 已办结, void 作废",
            ),
            ("query", "cursor", "上一页给出的 next"),
            ("query", "limit", "每页条数 1..200，默认 50"),
        ],
        media_type: "application/json",
        schema: || {
            let count = json!({ "type": "integer", "minimum": 0 });
            json!({ "type": "object", "required": ["on", "tally", "next", "entries"], "properties": {
                "on": { "type": "string", "format": "date", "description": "按哪一日判定" },
                "tally": {
                    "type": "object",
                    "description": "不论 state，符合其他条件的各有多少条",
                    "properties": { "open": count, "overdue": count, "closed": count, "void": count },
                },
                "next": { "type": ["string", "null"], "description": "下一页的 cursor" },
                "entries": { "type": "array", "items": entry() },
            } })
        },
    },
    Operation {
        path: "/api/v1/ledger/{id}",
        id: "getLedgerEntry",
        summary: "一条台账 / one entry of the ledger",
        parameters: &[ENTRY],
        media_type: "application/json",
        schema: entry,
    },
];

fn entry() -> Value {
    let text = json!({ "type": "string" });
    let day = json!({ "type": "string", "format": "date" });
    let day_or_none = json!({ "type": ["string", "null"], "format": "date" });
    let texts = json!({ "type": "array", "items": text });
    let person = json!({ "type": "object", "required": ["person", "body", "office"], "properties": {
        "person": text, "body": text, "office": text,
    } });
    json!({ "type": "object", "required": ["id", "kind", "state", "org_code", "on", "facts"], "properties": {
        "id": text,
        "kind": { "enum": Kind::ALL.map(Kind::code) },
        "kind_zh": text,
        "state": { "enum": Standing::ALL.map(Standing::code) },
        "org_code": text, "region": text, "officer": text,
        "on": day, "document_no": text, "handed_to": text,
        "facts": text, "legal_basis": text, "present": texts, "demand": text,
        "due": day_or_none,
        "last_day": { "type": ["string", "null"], "format": "date", "description": "期限末日，非工作日的顺延至其后第一个工作日" },
        "working_days_left": { "type": ["integer", "null"], "description": "距期限末日的工作日数，负数为已逾期" },
        "alerts": texts,
        "cases": cases(),
        "entered_at": text, "entered_by": person,
        "result": { "type": ["object", "null"], "properties": {
            "on": day, "by": text, "text": text, "evidence": texts,
            "late": { "type": "boolean", "description": "结果晚于期限末日" },
            "entered_at": text, "entered_by": person,
        } },
        "order": { "type": ["object", "null"], "description": "批示的督办；单条查询和按预警查询时给出", "properties": {
            "command_id": text, "to": text, "due_at": { "type": ["string", "null"] },
            "state": { "enum": ["accepted", "applied", "refused"] },
            "message": { "type": ["string", "null"], "description": "被拒绝的原因" },
            "entered_at": text, "entered_by": person,
        } },
        "order_closed": { "type": ["object", "null"], "description": "批示的督办已经办结：何时、何人、结果；该批示随之办结，另行登记了结果的以登记的为准", "properties": {
            "at": text, "by": person, "why": text,
            "late": { "type": "boolean", "description": "晚于期限末日" },
        } },
        "passage": { "type": ["object", "null"], "description": "批示所针对的通报中的一段", "properties": { "bulletin": text, "text": text } },
        "assigned": { "type": ["object", "null"], "description": "针对通报的批示的交办：承办单位和期限", "properties": {
            "to": text, "due": day, "why": text, "at": text, "by": person,
        } },
        "voided": { "type": ["object", "null"], "properties": { "why": text, "at": text, "by": person } },
    } })
}

fn cases() -> Value {
    let text = json!({ "type": "string" });
    json!({ "type": "array", "maxItems": LINKED_MAX, "items": {
        "type": "object", "required": ["source", "case_no"], "properties": { "source": text, "case_no": text },
    } })
}

pub(super) const CHANGES: &[Change] = &[
    Change {
        method: "post",
        path: "/api/v1/ledger",
        id: "enterLedger",
        summary: "登记一条台账；why 写事实，批示写内容；移送线索由监察部门登记，批示由领导作出 / enter what was done; leads by supervision only, instructions by leaders",
        parameters: &[],
        status: "200",
        body: || {
            let text = json!({ "type": "string" });
            let day = json!({ "type": "string", "format": "date" });
            let mut body = said(json!({
                "kind": { "enum": Kind::ALL.map(Kind::code), "description": "约谈、监察建议、移送线索、批示" },
                "org_code": { "type": "string", "description": "所涉机构" },
                "officer": { "type": "string", "description": "所涉人员编号；空：机构本身" },
                "on": day,
                "document_no": { "type": "string", "description": "文号" },
                "handed_to": { "type": "string", "description": "移送线索：受移送的机关" },
                "legal_basis": { "type": "string", "description": "依据" },
                "present": { "type": "array", "maxItems": PRESENT_MAX, "items": text, "description": "参加人员" },
                "demand": { "type": "string", "description": "约谈、监察建议：要求达到的结果" },
                "due": { "type": ["string", "null"], "format": "date", "description": "约谈、监察建议：期限；批示可以不写" },
                "alerts": { "type": "array", "maxItems": LINKED_MAX, "items": text, "description": "关联的预警；批示针对一条，或者针对通报中的一段" },
                "cases": cases(),
                "passage": { "type": ["object", "null"], "required": ["bulletin", "text"], "description": "批示：已印发通报中的一段，原样引用", "properties": {
                    "bulletin": { "type": "string", "description": "通报编号" },
                    "text": text,
                } },
            }));
            body["required"] = json!(["why", "key", "kind", "org_code", "on"]);
            body
        },
    },
    Change {
        method: "post",
        path: "/api/v1/ledger/{id}/{act}",
        id: "workLedger",
        summary: "依据针对通报的批示交办（why 写要求），登记结果（why 写结果），或者因登记有误而作废（why 写原因） / an order upon an instruction about a bulletin, its result, or that it was entered in error",
        parameters: &[ENTRY, ("path", "act", "order, result, void")],
        status: "200",
        body: || {
            let mut body = said(json!({
                "to": { "type": "string", "description": "order：承办单位的机构代码" },
                "due": { "type": "string", "format": "date", "description": "order：期限" },
                "on": { "type": "string", "format": "date", "description": "result：结果的日期" },
                "by": { "type": "string", "description": "result：由哪个单位或者人员作出" },
                "evidence": { "type": "array", "items": { "type": "string", "pattern": "^[0-9a-f]{64}$" } },
            }));
            body["required"] = json!(["why", "key"]);
            body
        },
    },
];
