//! The operations that other parts of the platform serve beside the console's: the front door, periodic inspections, what operators ask.

mod keys;

use serde_json::{Value, json};

use super::{Parameter, parameters, problem};

/// Path, method, operation.
type Told = (&'static str, &'static str, Value);

/// What an operation is called and asks for.
struct Asked {
    id: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    body: Option<Value>,
}

fn asked(
    id: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    body: Option<Value>,
) -> Asked {
    Asked {
        id,
        summary,
        parameters,
        body,
    }
}

fn told(asked: Asked, answers: Value) -> Value {
    let mut operation = json!({
        "operationId": asked.id,
        "summary": asked.summary,
        "parameters": parameters(asked.parameters),
        "responses": answers,
    });
    if let Some(content) = asked.body {
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

/// An answer of one media type, and the refusals by status.
fn answers(media_type: &str, schema: &Value, refusals: &[(&str, &str)]) -> Value {
    let ok = json!({ "description": "OK", "content": { media_type: { "schema": schema } } });
    let mut answers = json!({ "200": ok });
    for (status, meaning) in refusals {
        answers[*status] = problem(meaning);
    }
    answers
}

const ADMINISTRATOR: (&str, &str) = (
    "403",
    "须附管理员密钥；未设密钥时只接受来自本机的请求 / the administrator's key is needed; where none is set, requests from this machine",
);
const AWAY: (&str, &str) = (
    "503",
    "日志或数据库暂不可用 / the log or the database is away",
);
const SOURCE: Parameter = ("path", "id", "来源系统");

pub(super) fn operations() -> Vec<Told> {
    let mut all = front_door();
    all.extend(keys::operations());
    all.extend(inspections());
    all.extend(keys());
    all.extend(notifications());
    all.extend(dead_letters());
    all.extend(operators());
    all
}

fn front_door() -> Vec<Told> {
    let object = json!({ "type": "object" });
    let event =
        json!({ "description": "schemas/events/case-event.v1.json，source-totals.v1.json" });
    let events = json!({
        "application/cloudevents+json": { "schema": event },
        "application/cloudevents-batch+json": { "schema": { "type": "array", "items": event } },
        "application/x-ndjson": { "schema": { "type": "string", "description": "每行一个 CloudEvent" } },
        "application/json": { "schema": event },
    });
    let taken = json!({ "type": "object", "required": ["items"], "properties": {
        "items": { "type": "array", "items": { "type": "object", "properties": {
            "id": { "type": "string" },
            "status": { "type": "string", "description": "accepted，duplicate-ok，或者 rejected 连同原因" },
            "reason": { "type": "string" },
            "field": { "type": "string" },
            "message_zh": { "type": "string" },
            "message_en": { "type": "string" },
        } } },
    } });
    let source = json!({ "application/json": { "schema": { "type": "object", "required": ["id"], "description": "来源及其声明，字段见 kind: source" } } });
    let files = json!({ "application/json": { "schema": { "type": "object", "description": "定义文件（files：名称 name 与全文 text）；改动在用的定义须写明由谁作出（who）、为什么（why）" } } });
    vec![
        (
            "/v1/events",
            "post",
            told(
                asked(
                    "postEvents",
                    "报送事件：逐项答复收下与否 / events of a source, answered item by item",
                    &[("header", "Authorization", "Bearer 与来源的密钥")],
                    Some(events),
                ),
                answers(
                    "application/json",
                    &taken,
                    &[
                        (
                            "400",
                            "整个请求无法读取 / the request as a whole cannot be read",
                        ),
                        ("401", "密钥无效 / the key is none"),
                        ("413", "请求过大 / too large"),
                        ("429", "超过限速，稍后再报 / beyond the source's rate"),
                        AWAY,
                    ],
                ),
            ),
        ),
        (
            "/v1/sources",
            "get",
            told(
                asked(
                    "listRegisteredSources",
                    "已登记的来源 / sources that are registered",
                    &[],
                    None,
                ),
                answers("application/json", &object, &[ADMINISTRATOR, AWAY]),
            ),
        ),
        (
            "/v1/sources",
            "post",
            told(
                asked(
                    "declareSource",
                    "登记来源或者更新其声明；首次登记时给出密钥 / registers a source or what it declares; the first time with its key",
                    &[],
                    Some(source),
                ),
                answers(
                    "application/json",
                    &object,
                    &[
                        ("400", "声明有误 / what is declared cannot be"),
                        ADMINISTRATOR,
                        AWAY,
                    ],
                ),
            ),
        ),
        (
            "/v1/definitions",
            "post",
            told(
                asked(
                    "publishDefinitions",
                    "整套发布定义 / publishes a folder of definitions",
                    &[],
                    Some(files),
                ),
                answers(
                    "application/json",
                    &object,
                    &[
                        ADMINISTRATOR,
                        (
                            "409",
                            "在用的定义已经按审核程序公布，整目录不得再改动 / what is in force was published by review: no folder changes it",
                        ),
                        (
                            "422",
                            "定义有误，逐条说明 / the definitions are wrong, problem by problem",
                        ),
                        AWAY,
                    ],
                ),
            ),
        ),
    ]
}

fn inspections() -> Vec<Told> {
    let states = json!({ "type": "object", "required": ["inspections"], "properties": {
        "inspections": { "type": "array", "items": { "type": "object", "properties": {
            "rule": { "type": "string" },
            "state": { "type": "object", "properties": {
                "through": { "type": ["string", "null"], "description": "已查完的时段截止于" },
                "last_run_at": { "type": ["string", "null"] },
                "findings": { "type": "integer" },
                "failures": { "type": "integer", "description": "连续失败的次数" },
                "error": { "type": ["string", "null"] },
            } },
        } } },
    } });
    let by_hand = json!({ "application/json": { "schema": {
        "type": "object", "required": ["from", "to"], "additionalProperties": false,
        "properties": {
            "from": { "type": "string", "format": "date" },
            "to": { "type": "string", "format": "date" },
            "dry_run": { "type": "boolean", "description": "true：只看结果，不写入" },
        },
    } } });
    let outcome = json!({ "type": "object", "required": ["dry_run", "windows"], "properties": {
        "dry_run": { "type": "boolean" },
        "windows": { "type": "array", "items": { "type": "object", "properties": {
            "rule": { "type": "string" },
            "window": { "type": "object" },
            "findings": { "type": "array", "items": { "type": "object" }, "description": "全部发现，已有的在内" },
            "commands": { "type": "array", "items": { "type": "object" }, "description": "新写入日志的指令" },
        } } },
    } });
    let csv = json!({ "text/csv": { "schema": { "type": "string", "description": "执收单位、月份、入库、退库、在途，见 mingjing treasury" } } });
    let imported = json!({ "type": "object", "properties": {
        "imported": { "type": "integer" },
        "sha256": { "type": "string" },
    } });
    vec![
        (
            "/api/v1/inspections",
            "get",
            told(
                asked(
                    "listInspections",
                    "各项定期巡检的进度与失败原因 / how far each periodic inspection has come",
                    &[],
                    None,
                ),
                answers("application/json", &states, &[ADMINISTRATOR, AWAY]),
            ),
        ),
        (
            "/api/v1/inspections/{rule}",
            "post",
            told(
                asked(
                    "runInspection",
                    "手工巡检一段时间 / one inspection by hand, of whole windows",
                    &[("path", "rule", "规则编号，如 Q14")],
                    Some(by_hand),
                ),
                answers(
                    "application/json",
                    &outcome,
                    &[
                        ADMINISTRATOR,
                        ("404", "没有该规则的巡检 / no inspection is of this rule"),
                        (
                            "422",
                            "没有整个的时段，或者时段未结束 / no whole window, or one that is not over",
                        ),
                        AWAY,
                    ],
                ),
            ),
        ),
        (
            "/api/v1/treasury-totals",
            "post",
            told(
                asked(
                    "importTreasuryTotals",
                    "导入国库按月入库数据 / the treasury's monthly totals",
                    &[],
                    Some(csv),
                ),
                answers(
                    "application/json",
                    &imported,
                    &[
                        ADMINISTRATOR,
                        (
                            "422",
                            "文件有误，逐行说明 / the file is wrong, line by line",
                        ),
                        AWAY,
                    ],
                ),
            ),
        ),
    ]
}

fn keys() -> Vec<Told> {
    const OF: Parameter = ("path", "source", "来源系统");
    let text = json!({ "type": "string" });
    let key = json!({ "type": "object", "required": ["id", "created_at"], "properties": {
        "id": { "type": "string", "description": "密钥中 mjk_ 之后的一段；密钥本身不再显示" },
        "created_at": { "type": "string", "format": "date-time" },
        "expires_at": { "type": ["string", "null"], "format": "date-time", "description": "到期失效；空：不自行失效" },
        "last_used_at": { "type": ["string", "null"], "format": "date-time", "description": "最近一次使用，精确到十分钟；空：尚未使用" },
        "works": { "type": "boolean", "description": "现在是否有效" },
    } });
    let keys = json!({ "type": "object", "required": ["source", "keys"], "properties": {
        "source": text, "keys": { "type": "array", "items": key },
    } });
    let made = json!({ "type": "object", "required": ["source", "key"], "properties": {
        "source": text, "key": { "type": "string", "description": "只此一次" },
    } });
    let ended = json!({ "type": "object", "required": ["source", "retired"], "properties": {
        "source": text, "retired": text,
    } });
    let how = json!({ "application/json": { "schema": {
        "type": "object", "required": ["end_earlier"], "additionalProperties": false,
        "properties": { "end_earlier": { "type": "boolean", "description": "true：此前的密钥立即失效；false：另发一个，待部门换用后再停用旧的" } },
    } } });
    let unknown = ("404", "没有该来源，或者没有该密钥 / no such source or key");
    vec![
        (
            "/api/v1/sources/{source}/keys",
            "get",
            told(
                asked(
                    "listSourceKeys",
                    "来源有哪些密钥、何时发放 / which keys a source has",
                    &[OF],
                    None,
                ),
                answers("application/json", &keys, &[ADMINISTRATOR, unknown, AWAY]),
            ),
        ),
        (
            "/api/v1/sources/{source}/keys",
            "post",
            told(
                asked(
                    "issueSourceKey",
                    "发放或者更换来源的密钥 / a further key for a source, or one in place of the others",
                    &[OF],
                    Some(how),
                ),
                answers(
                    "application/json",
                    &made,
                    &[
                        ADMINISTRATOR,
                        unknown,
                        ("409", "密钥已够多 / it has enough"),
                        AWAY,
                    ],
                ),
            ),
        ),
        (
            "/api/v1/sources/{source}/keys/{key}/retire",
            "post",
            told(
                asked(
                    "retireSourceKey",
                    "停用来源的一个密钥 / ends one key of a source",
                    &[OF, ("path", "key", "密钥的编号")],
                    None,
                ),
                answers("application/json", &ended, &[ADMINISTRATOR, unknown, AWAY]),
            ),
        ),
    ]
}

fn notifications() -> Vec<Told> {
    let standing = json!({ "type": "object", "required": ["configured", "channels", "digests"], "properties": {
        "configured": { "type": ["object", "null"], "description": "办公时间、渠道与路由，不含地址与密钥；空：本站未配置通知" },
        "channels": { "type": "array", "items": { "type": "object", "properties": {
            "channel": { "type": "string" },
            "waiting": { "type": "integer", "description": "待送达的条数" },
            "oldest_at": { "type": ["string", "null"], "description": "其中最早一条产生的时刻" },
            "dead": { "type": "integer", "description": "未能送达的条数" },
        } } },
        "digests": { "type": "integer", "description": "正在汇总的摘要" },
    } });
    vec![(
        "/api/v1/notifications",
        "get",
        told(
            asked(
                "getNotifications",
                "通知如何配置、现在怎样 / how notifications are configured, and how they stand",
                &[],
                None,
            ),
            answers("application/json", &standing, &[ADMINISTRATOR, AWAY]),
        ),
    )]
}

fn dead_letters() -> Vec<Told> {
    let letter = json!({ "type": "object", "properties": {
        "id": { "type": "string", "description": "消息编号，重发后不变" },
        "at": { "type": "string", "description": "放弃的时刻" },
        "reason": { "type": "string" },
        "detail": { "type": "string" },
        "channel": { "type": "string" },
        "route": { "type": "string" },
        "to": { "type": ["string", "null"] },
        "made_at": { "type": "string" },
        "attempts": { "type": "integer" },
        "title": { "type": "string" },
    } });
    let letters = json!({ "type": "object", "required": ["dead_letters"], "properties": {
        "dead_letters": { "type": "array", "items": letter },
    } });
    let text = json!({ "type": ["string", "null"] });
    let which = json!({ "application/json": { "schema": {
        "type": "object", "additionalProperties": false,
        "properties": { "id": text, "channel": text, "reason": text },
    } } });
    let forgotten = json!({ "type": "object", "required": ["forgotten"], "properties": {
        "forgotten": { "type": "array", "items": { "type": "string" }, "description": "不再保留的消息编号" },
    } });
    let replayed = json!({ "type": "object", "required": ["replayed"], "properties": {
        "replayed": { "type": "array", "items": { "type": "string" }, "description": "重新发送的消息编号" },
    } });
    vec![
        (
            "/api/v1/dead-letters",
            "get",
            told(
                asked(
                    "listDeadLetters",
                    "未能送达的通知，先放弃的在前 / notifications that could not be delivered, oldest first",
                    &[
                        ("query", "id", "消息编号"),
                        ("query", "channel", "渠道"),
                        ("query", "reason", "放弃的原因"),
                    ],
                    None,
                ),
                answers("application/json", &letters, &[ADMINISTRATOR, AWAY]),
            ),
        ),
        (
            "/api/v1/dead-letters/replay",
            "post",
            told(
                asked(
                    "replayDeadLetters",
                    "重新发送未能送达的通知；未写明哪些的，全部重发 / sends them again; all where it is not said which",
                    &[],
                    Some(which.clone()),
                ),
                answers("application/json", &replayed, &[ADMINISTRATOR, AWAY]),
            ),
        ),
        (
            "/api/v1/dead-letters/forget",
            "post",
            told(
                asked(
                    "forgetDeadLetters",
                    "不再保留未能送达的通知；未写明哪些的，全部 / forgets them; all where it is not said which",
                    &[],
                    Some(which),
                ),
                answers("application/json", &forgotten, &[ADMINISTRATOR, AWAY]),
            ),
        ),
    ]
}

fn operators() -> Vec<Told> {
    let text = json!({ "type": "string" });
    let object = json!({ "type": "object" });
    vec![
        (
            "/api/v1/openapi.json",
            "get",
            told(
                asked("getOpenApi", "本文档 / this document", &[], None),
                answers("application/json", &object, &[]),
            ),
        ),
        (
            "/healthz",
            "get",
            told(
                asked(
                    "getHealth",
                    "进程是否存活 / whether the process lives",
                    &[],
                    None,
                ),
                answers("text/plain", &text, &[]),
            ),
        ),
        (
            "/readyz",
            "get",
            told(
                asked(
                    "getReadiness",
                    "是否就绪，逐项说明 / whether it is ready, check by check",
                    &[],
                    None,
                ),
                answers(
                    "application/json",
                    &object,
                    &[("503", "未就绪 / not ready")],
                ),
            ),
        ),
        (
            "/metrics",
            "get",
            told(
                asked("getMetrics", "Prometheus 指标 / metrics", &[], None),
                answers("text/plain", &text, &[]),
            ),
        ),
    ]
}
