//! The OpenAPI document, made from one table of operations; `schemas/openapi.json` is this, checked in.

mod beside;
mod bulletins;
mod dispositions;
mod explained;
mod foresight;
mod incidents;
mod ledger;
mod life;
mod lists;
mod papers;
mod people;
mod portal;
mod samples;
mod scores;
mod shown;
mod statistics;
mod voices;

use axum::Json;
use mingjing_domain::alert::AlertRecord;
use serde_json::{Map, Value, json};

/// Where a parameter stands, its name, its meaning.
type Parameter = (&'static str, &'static str, &'static str);

/// By which every list is narrowed to a region and all that lies in it (`query::region`).
const REGION: Parameter = ("query", "region", "行政区划代码，含其下级，如 510500");

struct Operation {
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    media_type: &'static str,
    schema: fn() -> Value,
}

/// An operation that changes something: it needs the operator, and says who and why.
struct Change {
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    /// Of the answer when it is done.
    status: &'static str,
    body: fn() -> Value,
}

const FILTERS: &[Parameter] = &[
    (
        "query",
        "status",
        "状态，逗号分隔: pending, issued, ended, withdrawn, cancelled, review",
    ),
    (
        "query",
        "level",
        "级别，逗号分隔: review, notice, yellow, red",
    ),
    ("query", "control_point", "监察点编号"),
    ("query", "rule", "规则类别，如 T3"),
    ("query", "source", "来源系统"),
    ("query", "org_code", "机构代码"),
    REGION,
    ("query", "item_code", "事项编码"),
    ("query", "case_no", "办件编号"),
    ("query", "raised_from", "产生时间不早于 (RFC 3339)"),
    ("query", "raised_before", "产生时间早于 (RFC 3339)"),
    (
        "query",
        "open",
        "true: 只要未了结的 (pending, issued, review)",
    ),
    (
        "query",
        "to_review",
        "true: 只要待人判断的：未了结，且级别或状态为 review",
    ),
    (
        "query",
        "disposition",
        "处置状态，逗号分隔: open, held, issued, confirmed, appealed, upheld, dismissed, withdrawn_on_appeal, recheck",
    ),
    (
        "query",
        "order_state",
        "有未办结的督办，且: unanswered 未反馈, overdue 逾期未反馈, extension_asked 申请延期待答复, answered 已反馈待办结, to_check 整改待验收",
    ),
    (
        "query",
        "brought_before",
        "逐级升级：未反馈的督办已报告给其中之一，逗号分隔: department_supervisor, supervision, supervision_above, leadership，可各加 @ 与区划代码（department_supervisor 加机构代码），如 supervision@510500",
    ),
    (
        "query",
        "incident",
        "同因事件: 编号, any 属于未结的同因事件, none 不属于",
    ),
    (
        "query",
        "top_of_case",
        "true: 每个办件只列最重的一条，即符合条件的预警中，未了结的先于已了结的，其次级别重的，再次提出晚的；不是办件的预警逐条列出。默认 false: 全部列出",
    ),
    (
        "query",
        "sort",
        "次序: newest 新的在前（默认）, owed 部门最先到期的在前, gravest 最重、最久的在前, appeal 申诉最先到办理期限的在前",
    ),
    (
        "query",
        "total",
        "true: 另答总条数 total；每个办件只列一条时另答行数 rows",
    ),
    (
        "query",
        "format",
        "导出格式: ndjson（默认，全部字段）, csv, xlsx（供人阅读的表格，结论为客观原因的另列客观原因的种类）；只用于 export",
    ),
    ("query", "cursor", "上一页给出的 next，次序须与该页相同"),
    ("query", "limit", "每页条数 1..1000，默认 50"),
];

fn alert() -> Value {
    json!({ "$ref": "#/components/schemas/AlertRecord" })
}

const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/api/v1/alerts",
        id: "listAlerts",
        summary: "预警列表，默认新的在前 / alerts, newest first unless another order is asked for",
        parameters: FILTERS,
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["alerts", "next"], "properties": {
                "alerts": { "type": "array", "items": { "allOf": [alert(), { "type": "object", "properties": {
                    "ladder": {
                        "type": "array",
                        "items": { "$ref": "#/components/schemas/EscalationRung" },
                        "description": "逐级升级的各梯级；请求 brought_before 时才有",
                    },
                    "others": { "type": "integer", "minimum": 0, "description": "同一办件符合条件而未列出的其他预警的条数；请求 top_of_case=true 时才有" },
                } }] } },
                "next": { "type": ["string", "null"], "description": "下一页的 cursor" },
                "total": { "type": "integer", "minimum": 0, "description": "符合条件的预警总条数，未列出的也计入；请求 total=true 时才有" },
                "rows": { "type": "integer", "minimum": 0, "description": "列出的总行数；同时请求 total=true 与 top_of_case=true 时才有" },
            } })
        },
    },
    Operation {
        path: "/api/v1/alerts/export",
        id: "exportAlerts",
        summary: "全部预警，逐行 JSON，或者 CSV、工作簿 / every alert asked for: one JSON object a line, or CSV, or a workbook",
        parameters: FILTERS,
        media_type: "application/x-ndjson",
        schema: alert,
    },
    Operation {
        path: "/api/v1/events/export",
        id: "exportEvents",
        summary: "整件导出事件，逐行 CloudEvents，不含自由文本与当事人 / events of whole cases, one CloudEvent a line, without free text and parties",
        parameters: &[
            ("query", "source", "来源"),
            ("query", "item", "事项编码，按来源所报"),
            ("query", "from", "首个事件不早于该日或该时刻"),
            ("query", "to", "首个事件不晚于该日，或早于该时刻"),
        ],
        media_type: "application/x-ndjson",
        schema: || json!({ "type": "object" }),
    },
    Operation {
        path: "/api/v1/alerts/stream",
        id: "streamAlerts",
        summary: "实时推送 (SSE): hello, alert, counts, resync / alerts as they happen",
        parameters: &[(
            "header",
            "Last-Event-ID",
            "断线续传位置 / where the reader stopped",
        )],
        media_type: "text/event-stream",
        schema: || json!({ "type": "string" }),
    },
    Operation {
        path: "/api/v1/alerts/{alert_id}/evidence",
        id: "getEvidence",
        summary: "一条预警的证据包，签名 / the signed evidence of one alert",
        parameters: &[("path", "alert_id", "预警编号")],
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["manifest", "signature", "parts"], "properties": {
                "manifest": { "type": "string", "description": "被签名的清单（JSON 文本）：各部分的名称、长度与 SHA-256" },
                "signature": { "type": "object", "description": "Ed25519 签名与公钥，十六进制" },
                "parts": { "type": "array", "items": { "type": "string" }, "description": "各部分的全文，次序同清单" },
            } })
        },
    },
    Operation {
        path: "/api/v1/evidence-key",
        id: "getEvidenceKey",
        summary: "核验证据包的公钥 / the public key that evidence is verified with",
        parameters: &[],
        media_type: "application/json",
        schema: || json!({ "type": "object" }),
    },
    Operation {
        path: "/api/v1/cases/{source}/{case_no}/explain",
        id: "explainCase",
        summary: "为什么：某一时点、按某一已知情况的完整解释 / why a case stands as it does, for any instant and state of knowledge",
        parameters: &[
            ("path", "source", "来源系统"),
            ("path", "case_no", "办件编号"),
            (
                "query",
                "at",
                "所问时点 (RFC 3339)，默认为 as_known_at，再默认为现在",
            ),
            (
                "query",
                "as_known_at",
                "只计平台在此之前收到的 (RFC 3339)，默认为全部",
            ),
        ],
        media_type: "application/json",
        schema: explained::explanation,
    },
    Operation {
        path: "/api/v1/sources/{source}",
        id: "getSource",
        summary: "来源的完整程度：各分区进度、缺号、逐日对账、未对照代码、被退回的原因 / how complete a source is: partitions, gaps, control totals by day, unmapped codes, refusals by reason",
        parameters: &[
            ("path", "source", "来源系统"),
            ("query", "brief", "true：只要各分区进度"),
            ("query", "days", "对账天数，默认 31"),
        ],
        media_type: "application/json",
        schema: || json!({ "type": "object" }),
    },
    Operation {
        path: "/api/v1/rules/quality",
        id: "getRuleQuality",
        summary: "规则质量：各监察点的预警结束、撤销、待核、认定、不予认定（按结论）、申诉及其结果的次数 / how often each point's alerts end, are taken back, put to a person, confirmed, dismissed by conclusion, appealed, with what result",
        parameters: &[
            (
                "query",
                "raised_from",
                "产生时间不早于 (RFC 3339)，默认一年前",
            ),
            (
                "query",
                "raised_before",
                "产生时间早于 (RFC 3339)，默认现在",
            ),
        ],
        media_type: "application/json",
        schema: || json!({ "type": "object" }),
    },
];

/// `GET /api/v1/openapi.json`
pub async fn serve() -> Json<Value> {
    Json(document())
}

/// The whole document, OpenAPI 3.1.
pub fn document() -> Value {
    let mut record = schemars::schema_for!(AlertRecord).to_value();
    let mut schemas = Map::new();
    if let Some(fields) = record.as_object_mut() {
        fields.remove("$schema");
        if let Some(Value::Object(parts)) = fields.remove("$defs") {
            schemas.extend(parts);
        }
    }
    schemas.insert("AlertRecord".into(), record);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "明镜 Mingjing",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "行政权力运行电子监察平台接口 / console API of the e-monitoring platform",
        },
        "paths": paths(),
        "components": { "schemas": schemas },
    });
    relink(&mut document);
    document
}

fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    let operations = OPERATIONS.iter().chain(shown::OPERATIONS);
    let operations = operations.chain(life::OPERATIONS).chain(lists::OPERATIONS);
    let operations = operations.chain(voices::OPERATIONS);
    let operations = operations.chain(samples::OPERATIONS);
    let operations = operations.chain(ledger::OPERATIONS);
    let operations = operations.chain(incidents::OPERATIONS);
    let operations = operations.chain(papers::OPERATIONS);
    let operations = operations.chain(bulletins::OPERATIONS);
    let operations = operations.chain(statistics::OPERATIONS);
    let operations = operations.chain(foresight::OPERATIONS);
    let operations = operations.chain(scores::OPERATIONS);
    for operation in operations.chain(dispositions::OPERATIONS) {
        let parameters = parameters(operation.parameters);
        let get = json!({
            "operationId": operation.id,
            "summary": operation.summary,
            "parameters": parameters,
            "responses": {
                "200": {
                    "description": "OK",
                    "content": { operation.media_type: { "schema": (operation.schema)() } },
                },
                "400": problem("参数有误 / a parameter cannot be meant"),
                "404": problem("未找到 / not found"),
                "503": problem("数据库暂不可用 / the database is away"),
            },
        });
        paths.insert(operation.path.into(), json!({ "get": get }));
    }
    let at_once = life::CHANGES.iter().chain(voices::CHANGES);
    let at_once = at_once.chain(samples::CHANGES).chain(ledger::CHANGES);
    let at_once = at_once.chain(incidents::CHANGES);
    let at_once = at_once.chain(papers::CHANGES);
    let at_once = at_once.chain(bulletins::CHANGES);
    let at_once = at_once.chain(scores::CHANGES);
    let at_once = at_once.map(|change| (change, false));
    // The partition's owner decides them.
    let decided_elsewhere = dispositions::CHANGES.iter().map(|change| (change, true));
    for (change, elsewhere) in at_once.chain(decided_elsewhere) {
        let mut told = json!({
            "operationId": change.id,
            "summary": change.summary,
            "parameters": parameters(change.parameters),
            "requestBody": {
                "required": true,
                "content": { "application/json": { "schema": (change.body)() } },
            },
            "responses": {
                change.status: {
                    "description": "OK",
                    "content": { "application/json": { "schema": { "type": "object" } } },
                },
                "400": problem("字段有误 / a field cannot be meant"),
                "401": problem("须附管理员密钥 / the administrator's key is needed"),
                "403": problem("只接受来自本机的改动 / taken from this machine only"),
                "404": problem("未找到 / not found"),
                "409": problem("按现状不能这样做，逐条说明原因与办法 / it cannot be done as things stand; why, and what to do"),
                "422": problem("定义有误，逐条说明文件与行 / the definitions are wrong; each problem with file and line"),
                "503": problem("记录暂不可用 / the tables are away"),
            },
        });
        if elsewhere {
            told["responses"]["202"] =
                problem("已记入日志、尚未决定，结果见 Location / in the log and not decided yet");
        }
        let path = paths.entry(change.path).or_insert_with(|| json!({}));
        path[change.method] = told;
    }
    let others = beside::operations().into_iter().chain(people::operations());
    for (path, method, told) in others.chain(portal::operations()) {
        paths.entry(path).or_insert_with(|| json!({}))[method] = told;
    }
    bounded(&mut paths);
    paths
}

/// Whatever takes a body answers one that is too large.
fn bounded(paths: &mut Map<String, Value>) {
    let methods = paths.values_mut().filter_map(Value::as_object_mut);
    for operation in methods.flat_map(Map::values_mut) {
        if operation.get("requestBody").is_none() {
            continue;
        }
        if let Some(answers) = operation["responses"].as_object_mut() {
            let answer = answers.entry("413");
            answer.or_insert_with(|| problem("请求正文过大 / the body is too large"));
        }
    }
}

fn parameters(listed: &[Parameter]) -> Vec<Value> {
    let told = listed.iter().map(|(place, name, meaning)| {
        json!({
            "in": place, "name": name, "description": meaning,
            "required": *place == "path", "schema": { "type": "string" },
        })
    });
    told.collect()
}

fn problem(meaning: &str) -> Value {
    json!({ "description": meaning, "content": { "application/json": { "schema": {
        "type": "object",
        "properties": {
            "reason": { "type": "string" },
            "message_zh": { "type": "string" },
            "message_en": { "type": "string" },
        },
    } } } })
}

/// References into a schema's own definitions point to the document's components.
fn relink(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                match field {
                    Value::String(target) if key == "$ref" => {
                        *target = target.replace("#/$defs/", "#/components/schemas/");
                    }
                    other => relink(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(relink),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_document_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/openapi.json");
        let made = serde_json::to_string_pretty(&document()).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            kept == made,
            "schemas/openapi.json is out of date: run the tests once with UPDATE_SCHEMAS=1"
        );
    }
}
