//! The operations of bulletins.

use mingjing_domain::bulletin::{Kind, NUMBER_CHARS_MAX};
use serde_json::{Value, json};

use super::life::said;
use super::{Change, Operation, Parameter};
use crate::bulletins::ALERTS_MAX;

const BULLETIN: Parameter = ("path", "id", "通报编号");
const STATES: [&str; 7] = [
    "draft",
    "reviewed",
    "hearing",
    "signed",
    "numbered",
    "published",
    "discarded",
];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/api/v1/bulletins",
        id: "listBulletins",
        summary: "通报和运行情况报告，新的在前；部门只见已印发的，和正在听取其意见的 / bulletins and status reports, newest first; departments see what is published, and what they are heard about",
        parameters: &[],
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["bulletins"], "properties": {
                "bulletins": { "type": "array", "items": bulletin() },
            } })
        },
    },
    Operation {
        path: "/api/v1/bulletins/{id}",
        id: "getBulletin",
        summary: "一份通报：办理状态、经过和全文；文中每个数据带有查询（指标?筛选#取值） / one bulletin: how it stands, its course and its text, in which every number carries its query",
        parameters: &[BULLETIN],
        media_type: "application/json",
        schema: whole,
    },
    Operation {
        path: "/api/v1/bulletins/{id}/{act}",
        id: "getBulletinFile",
        summary: "一份通报的文件：内部版、公开版的 PDF、DOCX、XLSX，数据快照，和签发时的评分（更正通报：当时的和现在的）；印发前带“草稿”字样 / its files: internal and public edition as PDF, DOCX, XLSX, the data snapshot, and the scores as they were when it was signed (of a correction: then and now)",
        parameters: &[
            BULLETIN,
            (
                "path",
                "act",
                "internal.pdf, public.pdf, internal.docx, public.docx, internal.xlsx, public.xlsx, figures.json, scores.json",
            ),
        ],
        media_type: "application/octet-stream",
        schema: || json!({ "type": "string", "format": "binary" }),
    },
];

fn text() -> Value {
    json!({ "type": "string" })
}

fn person() -> Value {
    json!({ "type": "object", "required": ["person", "body", "office"], "properties": {
        "person": text(), "body": text(), "office": text(),
    } })
}

fn bulletin() -> Value {
    json!({
        "type": "object",
        "required": ["id", "kind", "kind_zh", "period", "region", "title", "state", "state_zh", "drafted_at", "drafted_by", "as_of", "dictionary_version", "figures_sha256", "scores_sha256", "corrects", "named", "hearing_until", "published"],
        "properties": {
            "id": text(),
            "kind": { "enum": Kind::ALL.map(Kind::code) },
            "kind_zh": text(),
            "period": { "type": "string", "description": "期间，如 2026-10" },
            "region": text(), "title": text(),
            "state": { "enum": STATES },
            "state_zh": text(),
            "drafted_at": text(), "drafted_by": person(),
            "as_of": { "type": "string", "description": "数据取自何时" },
            "dictionary_version": { "type": "string", "description": "指标词典版本" },
            "scores_sha256": { "type": ["string", "null"], "description": "随文留存的评分的 SHA-256：签发时的；更正通报：当时的和现在的" },
            "figures_sha256": { "type": "string", "description": "数据快照的 SHA-256" },
            "corrects": { "type": ["string", "null"], "description": "更正通报：所更正的通报" },
            "named": { "type": "array", "description": "点名的单位", "items": {
                "type": "object", "required": ["org_code", "name", "stated"],
                "properties": { "org_code": text(), "name": text(), "stated": { "type": "integer", "description": "陈述意见的次数" } },
            } },
            "hearing_until": { "type": ["string", "null"], "format": "date", "description": "听取意见的末日" },
            "published": { "type": ["object", "null"], "required": ["number", "signed_by", "signed_at", "published_at", "sha256", "corrected_by"], "properties": {
                "number": { "type": "string", "description": "发文字号" },
                "signed_by": person(), "signed_at": text(), "published_at": text(),
                "sha256": { "type": "string", "description": "冻结内容的 SHA-256" },
                "corrected_by": { "type": "array", "items": text(), "description": "更正它的通报" },
            } },
        },
    })
}

fn whole() -> Value {
    let mut whole = bulletin();
    whole["properties"]["history"] = json!({ "type": "array", "items": {
        "type": "object", "required": ["act", "why", "by", "at"],
        "properties": { "act": text(), "why": text(), "by": person(), "at": text() },
    } });
    whole["properties"]["document"] = document();
    whole["properties"]["passages"] = json!({
        "type": "array", "items": text(),
        "description": "正在听取意见的单位：对本单位的表述；此时没有 document",
    });
    whole
}

fn document() -> Value {
    let span = json!({ "type": "object", "required": ["text"], "properties": {
        "text": text(),
        "query": { "type": "string", "description": "数据的来源：指标?筛选#value、numerator、base、previous 或 last_year" },
        "internal": { "type": "boolean", "description": "只在内部版" },
    } });
    let part = json!({ "type": "object", "required": ["part"], "properties": {
        "part": { "enum": ["heading", "paragraph", "table", "chart", "note"] },
        "text": text(),
        "spans": { "type": "array", "items": span },
        "internal": { "type": "boolean" },
        "table": { "type": "object", "properties": {
            "title": text(),
            "columns": { "type": "array", "items": { "type": "array", "items": {} } },
            "rows": { "type": "array", "items": { "type": "array", "items": span } },
        } },
        "chart": { "type": "object", "properties": {
            "title": text(), "unit": text(),
            "bars": { "type": "array", "items": { "type": "array", "items": {} } },
        } },
    } });
    let parts = json!({ "type": "array", "items": part });
    json!({ "type": "object", "required": ["kind", "title", "to", "opening", "sections", "closing", "annexes", "drafted_on", "named"], "properties": {
        "kind": { "enum": Kind::ALL.map(Kind::code) },
        "title": text(), "to": text(),
        "copies": { "type": "string", "description": "抄送；没有则不列" },
        "opening": { "type": "array", "items": span },
        "sections": { "type": "array", "items": {
            "type": "object", "required": ["id", "heading", "parts"],
            "properties": { "id": text(), "heading": text(), "parts": parts },
        } },
        "closing": text(),
        "annexes": { "type": "array", "items": {
            "type": "object", "required": ["title", "parts"], "properties": { "title": text(), "parts": parts },
        } },
        "drafted_on": { "type": "string", "format": "date" },
        "named": { "type": "array", "items": { "type": "array", "items": text() } },
    } })
}

pub(super) const CHANGES: &[Change] = &[
    Change {
        method: "post",
        path: "/api/v1/bulletins",
        id: "draftBulletin",
        summary: "由数据起草通报、运行情况报告或者更正通报 / drafts a bulletin, a report or a correction from data",
        parameters: &[],
        status: "200",
        body: || {
            let mut body = said(json!({
                "kind": { "enum": Kind::ALL.map(Kind::code), "description": "通报、运行情况报告、更正通报" },
                "period": { "type": "string", "description": "2026-10、2026-Q3、2026-H1、2026" },
                "region": { "type": "string", "description": "行政区划代码" },
                "to": { "type": "string", "description": "主送" },
                "copies": { "type": "string", "description": "抄送" },
                "corrects": { "type": "string", "description": "更正通报：所更正的通报" },
                "alerts": { "type": "array", "maxItems": ALERTS_MAX, "items": { "type": "string" }, "description": "更正通报：印发后申诉成立的预警" },
            }));
            body["required"] = json!(["key", "kind"]);
            body
        },
    },
    Change {
        method: "post",
        path: "/api/v1/bulletins/{id}/{act}",
        id: "workBulletin",
        summary: "修改、核稿、听取意见、陈述意见、退回、签发、编号、印发、作废 / edit, review, hear, state, return, sign, number, publish, discard",
        parameters: &[
            BULLETIN,
            (
                "path",
                "act",
                "edit, review, ask, state, return, sign, number, publish, discard",
            ),
        ],
        status: "200",
        body: || {
            let mut body = said(json!({
                "document": { "type": "object", "description": "edit：修改后的全文；带链接的数据须与起草时一致" },
                "org_code": { "type": "string", "description": "state：陈述意见的单位；部门账号不写" },
                "number": { "type": "string", "maxLength": NUMBER_CHARS_MAX, "description": "number：登记簿上的发文字号" },
            }));
            body["required"] = json!(["why", "key"]);
            body
        },
    },
];
