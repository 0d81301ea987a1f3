//! The operations of papers.

use mingjing_papers::Occasion;
use serde_json::{Value, json};

use super::life::said;
use super::{Change, Operation, Parameter};

const ALERT: Parameter = ("path", "alert_id", "预警编号");

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/api/v1/papers",
        id: "listPapers",
        summary: "已出具的文书，新的在前 / papers that were issued, newest first",
        parameters: &[
            ("query", "kind", "文书种类的代码"),
            ("query", "year", "成文年份，如 2026"),
            ("query", "org_code", "主送单位的机构代码"),
            ("query", "alert_id", "所针对的预警"),
            ("query", "cursor", "上一页给出的 next"),
            ("query", "limit", "每页条数 1..200，默认 50"),
        ],
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["total", "next", "kinds", "papers"], "properties": {
                "total": { "type": "integer", "minimum": 0, "description": "符合条件的总条数" },
                "next": { "type": ["string", "null"], "description": "下一页的 cursor" },
                "kinds": { "type": "array", "description": "本站的文书种类", "items": {
                    "type": "object", "required": ["code", "title"],
                    "properties": { "code": text(), "title": text() },
                } },
                "papers": { "type": "array", "items": paper() },
            } })
        },
    },
    Operation {
        path: "/api/v1/papers/{file}",
        id: "getPaper",
        summary: "一份文书：编号加 .docx 或 .pdf 为文件，不加为登记事项与全文内容；内容与文号出具后不变 / one paper as DOCX or PDF, or its entry and content",
        parameters: &[("path", "file", "文书编号，可加 .docx、.pdf")],
        media_type: "application/json",
        schema: || {
            let mut whole = paper();
            whole["properties"]["content"] = json!({ "type": "object", "description": "出具时固定的内容；其存储字节的 SHA-256 为 sha256" });
            whole
        },
    },
    Operation {
        path: "/api/v1/alerts/{alert_id}/papers",
        id: "getPapersOfAlert",
        summary: "一条预警可出具的和已出具的文书 / which papers an alert may have, and which it has",
        parameters: &[ALERT],
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["offers", "papers"], "properties": {
                "offers": { "type": "array", "items": {
                    "type": "object", "required": ["kind", "title", "occasion", "basis", "paper"],
                    "properties": {
                        "kind": text(), "title": text(),
                        "occasion": { "enum": Occasion::ALL.map(Occasion::code) },
                        "occasion_zh": text(),
                        "basis": { "type": "string", "description": "所依据的决定" },
                        "paper": { "type": ["string", "null"], "description": "已出具的，其编号" },
                    },
                } },
                "papers": { "type": "array", "items": paper() },
            } })
        },
    },
];

fn text() -> Value {
    json!({ "type": "string" })
}

fn paper() -> Value {
    let person = json!({ "type": "object", "required": ["person", "body", "office"], "properties": {
        "person": text(), "body": text(), "office": text(),
    } });
    json!({
        "type": "object",
        "required": ["id", "number", "kind", "title", "on", "issued_at", "issuer", "to_name", "alert_id", "sha256", "docx", "pdf"],
        "properties": {
            "id": text(),
            "number": { "type": "string", "description": "发文字号" },
            "kind": text(), "title": text(),
            "occasion": { "enum": Occasion::ALL.map(Occasion::code) },
            "on": { "type": "string", "format": "date", "description": "成文日期" },
            "issued_at": text(), "issued_by": person,
            "issuer": { "type": "string", "description": "出具机关" },
            "to": text(), "to_name": text(),
            "alert_id": text(), "source": text(), "case_no": text(),
            "region": { "type": ["string", "null"] },
            "sha256": { "type": "string", "description": "内容的 SHA-256，印于文书末尾" },
            "docx": { "type": "string", "description": "DOCX 的地址" },
            "pdf": { "type": "string", "description": "PDF 的地址" },
        },
    })
}

pub(super) const CHANGES: &[Change] = &[Change {
    method: "post",
    path: "/api/v1/alerts/{alert_id}/papers",
    id: "issuePaper",
    summary: "出具一份文书：编号、固定内容；同一预警、同一种类、同一决定再次请求，答复原来那一份 / issue a paper; asked for again it is the same one",
    parameters: &[ALERT],
    status: "200",
    body: || {
        let mut body = said(json!({
            "kind": { "type": "string", "description": "文书种类的代码" },
            "basis": { "type": "string", "description": "所依据的决定，见可出具的文书；只有一项时可不写" },
        }));
        body["required"] = json!(["kind"]);
        body
    },
}];
