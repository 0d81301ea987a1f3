//! The operations of the public portal, and of the codes that open a case in it.

use serde_json::{Value, json};

use super::{Parameter, parameters, problem};

/// Path, method, operation.
type Told = (&'static str, &'static str, Value);

const AWAY: (&str, &str) = ("503", "平台暂不可用 / the platform is away");
const WRONG: (&str, &str) = ("400", "参数有误 / a parameter cannot be meant");
/// A page of ours sends it, another's cannot.
const OWN_PAGE: Parameter = ("header", "X-Requested-With", "mingjing");
const FOREIGN: (&str, &str) = (
    "403",
    "请求不是本站的页面发出的 / another site's page sent it",
);
const UNKNOWN: (&str, &str) = (
    "404",
    "没有，或者不公开 / there is none, or it is not public",
);

fn told(
    id: &str,
    summary: &str,
    listed: &[Parameter],
    body: Option<Value>,
    schema: Value,
    refusals: &[(&str, &str)],
) -> Value {
    let content = |schema: Value| json!({ "application/json": { "schema": schema } });
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "parameters": parameters(listed),
        "responses": { "200": { "description": "OK", "content": content(schema) } },
    });
    for (status, meaning) in refusals {
        operation["responses"][*status] = problem(meaning);
    }
    if let Some(schema) = body {
        operation["requestBody"] = json!({ "required": true, "content": content(schema) });
    }
    operation
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn text_or_null() -> Value {
    json!({ "type": ["string", "null"] })
}

fn object(fields: Value) -> Value {
    let names: Vec<&String> = fields
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
        .collect();
    let required = json!(names);
    json!({ "type": "object", "required": required, "properties": fields })
}

fn or_null(mut schema: Value) -> Value {
    schema["type"] = json!(["object", "null"]);
    schema
}

fn list(schema: Value) -> Value {
    json!({ "type": "array", "items": schema })
}

fn words() -> Value {
    object(json!({ "code": text(), "zh": text(), "en": text() }))
}

fn category() -> Value {
    object(json!({ "code": text(), "zh": text() }))
}

fn reached() -> Value {
    or_null(object(
        json!({ "name": text(), "phone": text_or_null(), "address": text_or_null() }),
    ))
}

fn term() -> Value {
    object(json!({
        "name": text(), "promised": text_or_null(), "statutory": text_or_null(), "basis": text_or_null(),
    }))
}

fn brief() -> Value {
    object(json!({
        "code": text(), "name": text(), "power_type": category(), "level": text(), "body": text_or_null(),
    }))
}

fn flowchart() -> Value {
    let step = object(json!({
        "name": text(), "office": text_or_null(), "phone": text_or_null(), "requirement": text_or_null(),
        "required": { "type": "boolean" }, "no_limit": text_or_null(), "terms": list(term()),
        "next": { "type": ["array", "null"], "items": text() },
    }));
    let procedure = object(json!({
        "name": text(), "effect": text(), "maximum": text_or_null(), "basis": text_or_null(),
    }));
    or_null(object(json!({
        "name": text(), "version": text(), "effective_from": text(),
        "steps": list(step), "terms": list(term()), "procedures": list(procedure),
    })))
}

fn whole() -> Value {
    let place = object(json!({ "place": text(), "since": text() }));
    let published = or_null(object(json!({ "at": text(), "places": list(place) })));
    let paper =
        object(json!({ "name": text(), "form": text(), "required": { "type": "boolean" } }));
    object(json!({
        "code": text(), "name": text(), "power_type": category(), "level": text(), "body": reached(),
        "legal_basis": list(text()), "supervision_method": text_or_null(), "effective_from": text(),
        "published": published, "materials": list(paper),
        "duties": list(object(json!({ "duty": text(), "basis": text_or_null() }))),
        "flowchart": flowchart(),
    }))
}

fn progress() -> Value {
    let stay = object(json!({ "name": text(), "from": text(), "until": text_or_null() }));
    let pause = object(json!({
        "reason": text(), "basis": text_or_null(), "from": text(), "until": text_or_null(),
        "planned_until": text_or_null(), "days": { "type": "integer" }, "running": { "type": "boolean" },
    }));
    let late = or_null(object(json!({
        "by": { "enum": ["promised", "statutory"] }, "days": { "type": "integer" }, "reason": or_null(words()),
    })));
    object(json!({
        "case_no": text(), "item": object(json!({ "code": text(), "name": text() })),
        "body": reached(), "office": reached(), "state": words(), "step": text_or_null(),
        "steps": list(stay), "received_at": text_or_null(), "accepted_at": text_or_null(),
        "closed_at": text_or_null(), "due_at": text_or_null(),
        "due_by": { "enum": ["promised", "statutory", null] }, "statutory_due_at": text_or_null(),
        "limit": text_or_null(), "late": late, "pauses": list(pause),
    }))
}

pub(super) fn operations() -> Vec<Told> {
    let mut all = power_list();
    all.extend(cases());
    all.extend(voices());
    all
}

fn power_list() -> Vec<Told> {
    let count = object(json!({ "code": text(), "zh": text(), "items": { "type": "integer" } }));
    vec![
        (
            "/api/public/v1/about",
            "get",
            told(
                "aboutPortal",
                "公众页面提供什么 / what the public portal offers",
                &[],
                None,
                object(json!({
                    "watermark": text_or_null(), "progress": { "type": "boolean" }, "listed": { "enum": ["published", "in_force"] },
                    "log_digest": or_null(object(json!({ "day": text(), "digest": text() }))),
                })),
                &[],
            ),
        ),
        (
            "/api/public/v1/items",
            "get",
            told(
                "listPublicItems",
                "公开的权力清单，可以用平常的话查找 / the public power list, searched in plain words",
                &[
                    ("query", "q", "要办的事，如 我要办施工许可证；最多 64 个字"),
                    (
                        "query",
                        "power_type",
                        "权力类型：licence, penalty, coercion, levy, payment, inspection, confirmation, reward, ruling, other",
                    ),
                    ("query", "page", "第几页，从 1 起，每页 30 项"),
                ],
                None,
                object(json!({
                    "total": { "type": "integer" }, "page": { "type": "integer" }, "pages": { "type": "integer" },
                    "items": list(brief()), "power_types": list(count),
                })),
                &[WRONG, AWAY],
            ),
        ),
        (
            "/api/public/v1/items/{code}",
            "get",
            told(
                "getPublicItem",
                "一项公开的权力：行使主体、依据、流程、时限、监督方式 / a public power item with its body, basis, steps, terms and supervision",
                &[("path", "code", "事项编码")],
                None,
                whole(),
                &[UNKNOWN, AWAY],
            ),
        ),
    ]
}

fn cases() -> Vec<Told> {
    let code = object(json!({ "case_no": text(), "code": text() }));
    vec![
        (
            "/api/public/v1/progress",
            "post",
            told(
                "askProgress",
                "凭受理单上的办件编号和查询码查办件进度；编号不存在与查询码不对，答复相同 / how a case stands, by its number and the code of its acceptance slip",
                &[OWN_PAGE],
                Some(code.clone()),
                progress(),
                &[
                    WRONG,
                    FOREIGN,
                    (
                        "404",
                        "没有相符的办件 / no case with such a number and code",
                    ),
                    (
                        "429",
                        "查询次数过多，见 Retry-After / too often, see Retry-After",
                    ),
                    AWAY,
                ],
            ),
        ),
        (
            "/api/v1/cases/{source}/{case_no}/query-code",
            "get",
            told(
                "getQueryCode",
                "补打受理单用的查询码 / the code of a case's acceptance slip, to print it once more",
                &[
                    ("path", "source", "来源系统"),
                    ("path", "case_no", "办件编号"),
                ],
                None,
                object(json!({ "source": text(), "case_no": text(), "code": text() })),
                &[
                    ("403", "不是承办部门 / not the department"),
                    (
                        "404",
                        "没有该办件，或者本站未启用查询码 / no such case, or no codes at this site",
                    ),
                    AWAY,
                ],
            ),
        ),
        (
            "/v1/query-codes",
            "post",
            told(
                "getQueryCodes",
                "来源系统取自己办件的查询码，印在受理单上 / codes of a source's own cases, for its acceptance slips",
                &[("header", "Authorization", "Bearer 与来源的密钥")],
                Some(object(json!({ "case_nos": list(text()) }))),
                object(json!({ "codes": list(code) })),
                &[
                    WRONG,
                    ("401", "密钥无效 / the key is none"),
                    ("403", "本站未启用查询码 / this site has no codes"),
                    ("413", "一次超过 1000 个 / more than 1000 at a time"),
                    AWAY,
                ],
            ),
        ),
    ]
}

fn voices() -> Vec<Told> {
    let said = json!({ "type": "object", "required": ["key", "kind"], "properties": {
        "key": { "type": "string", "description": "客户端自定，16 至 64 个字母、数字；同一键重发只算一次" },
        "kind": { "enum": ["complaint", "rating"] },
        "topic": { "type": "string", "description": "投诉类别" },
        "grade": { "type": "integer", "minimum": 1, "maximum": 5, "description": "满意度，1 非常满意 至 5 非常不满意" },
        "text": { "type": "string", "maxLength": 1000 },
        "case_no": { "type": "string", "description": "本人的办件，须同时给出查询码" },
        "code": text(),
        "item_code": { "type": "string", "description": "不涉及办件的，选公开的事项" },
        "anonymous": { "type": "boolean", "description": "不需要答复" },
    } });
    let often = (
        "429",
        "次数过多，见 Retry-After / too often, see Retry-After",
    );
    vec![
        (
            "/api/public/v1/complaints",
            "post",
            told(
                "saySomething",
                "投诉或者评价，不需登录；答复受理号 / a complaint or a rating, without signing in; answers a receipt number",
                &[OWN_PAGE],
                Some(said),
                object(json!({ "receipt_no": text(), "at": text() })),
                &[WRONG, FOREIGN, UNKNOWN, often, AWAY],
            ),
        ),
        (
            "/api/public/v1/complaints/status",
            "post",
            told(
                "askReceipt",
                "凭受理号查投诉、评价的处理情况 / how what was said stands, by its receipt number",
                &[OWN_PAGE],
                Some(object(json!({ "receipt_no": text() }))),
                object(json!({
                    "receipt_no": text(), "kind": text(), "state": words(), "said_at": text(), "accepted_at": text_or_null(),
                    "answered_at": text_or_null(), "rectified_at": text_or_null(),
                })),
                &[WRONG, FOREIGN, UNKNOWN, often, AWAY],
            ),
        ),
    ]
}
