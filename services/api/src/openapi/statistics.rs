//! The operations of statistics.

use mingjing_store::metrics::{Dimension, Direction, Group, Over, Unit};
use serde_json::{Value, json};

use super::{Operation, Parameter, REGION};

const PERIOD: Parameter = (
    "query",
    "period",
    "期间: 2026 年, 2026-H1 半年, 2026-Q3 季度, 2026-10 月, 2026-10-01..2026-10-15 起止日（均含，当地日历）；默认本月",
);
const ORG: Parameter = ("query", "org", "机构代码");
const POWER_TYPE: Parameter = ("query", "power_type", "权力类型，如 licence");
const CASE_KIND: Parameter = (
    "query",
    "case_kind",
    "办件类型，按来源所报: instant 即办件, promise 承诺件",
);
const CHANNEL: Parameter = (
    "query",
    "channel",
    "办理渠道，按来源所报: window 窗口, online 网上, mobile 移动端, self_service 自助终端, mail 邮寄, other 其他",
);

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/api/v1/statistics/metrics",
        id: "listMetrics",
        summary: "指标词典 / the metrics dictionary: every metric with its definition, base and pitfalls",
        parameters: &[],
        media_type: "application/json",
        schema: || {
            json!({ "type": "object", "required": ["version", "metrics"], "properties": {
                "version": { "type": "string", "description": "字典版本" },
                "metrics": { "type": "array", "items": metric() },
            } })
        },
    },
    Operation {
        path: "/api/v1/statistics",
        id: "getStatistics",
        summary: "统计：按期间和口径计算指标，可比上期与上年同期；基数小于 min_base 的比率不显示 / metrics of a period, by one dimension, with those before; rates of a small base are hidden",
        parameters: &[
            PERIOD,
            (
                "query",
                "by",
                "按何者区分: region, org, office, handler（须给 org，仅监督机关和本单位主管，记入审计）, item, power_type, case_kind, channel, month, step, level, rule；默认只有合计",
            ),
            (
                "query",
                "metrics",
                "指标，逗号分隔；默认为可按 by 区分的全部指标",
            ),
            REGION,
            ORG,
            ("query", "item_code", "事项编码"),
            POWER_TYPE,
            CASE_KIND,
            CHANNEL,
            (
                "query",
                "compare",
                "true: 另计上期和上年同期；本期未满的，只取到相应的日（含当日）",
            ),
            ("query", "limit", "最多多少行 1..1000，默认 200，量大的在前"),
        ],
        media_type: "application/json",
        schema: || {
            let instant = json!({ "type": "string", "format": "date-time" });
            let code = json!({ "type": "string" });
            json!({
                "type": "object",
                "required": ["period", "as_of", "dictionary_version", "by", "min_base", "rows", "left_off", "total"],
                "properties": {
                    "period": {
                        "type": "object",
                        "required": ["code", "from", "until", "label", "running"],
                        "properties": {
                            "code": code, "from": instant, "until": instant, "label": code,
                            "running": { "type": "boolean", "description": "期间未满" },
                        },
                    },
                    "as_of": { "type": "string", "format": "date-time", "description": "存量的时点：期末，未满的为现在" },
                    "dictionary_version": code,
                    "by": { "enum": by_codes(true) },
                    "min_base": { "type": "integer", "minimum": 0, "description": "最小基数" },
                    "rows": { "type": "array", "items": {
                        "type": "object", "required": ["key", "name", "values"], "properties": {
                            "key": { "type": "string", "description": "代码；空：未注明" },
                            "name": { "type": "string" },
                            "values": values(),
                        },
                    } },
                    "left_off": { "type": "integer", "minimum": 0, "description": "没有列出的行数" },
                    "total": values(),
                },
            })
        },
    },
    Operation {
        path: "/api/v1/statistics/rows",
        id: "listStatisticsRows",
        summary: "一个数字背后的办件、预警、投诉等 / the things that make a number",
        parameters: &[
            ("query", "metric", "指标"),
            ("query", "part", "numerator 分子（默认）, base 基数"),
            PERIOD,
            ("query", "by", "与 key 一并：只要某一行的"),
            ("query", "key", "该行的代码；空：未注明的"),
            REGION,
            ORG,
            ("query", "item_code", "事项编码"),
            POWER_TYPE,
            CASE_KIND,
            CHANNEL,
            ("query", "after", "上一页给出的 next"),
            ("query", "limit", "每页条数 1..1000，默认 50"),
        ],
        media_type: "application/json",
        schema: || {
            let text = json!({ "type": "string" });
            let given = json!({ "type": ["string", "null"] });
            json!({ "type": "object", "required": ["metric", "part", "over", "rows", "next"], "properties": {
                "metric": text,
                "part": { "enum": ["numerator", "base"] },
                "over": { "enum": Over::ALL.iter().map(|one| one.code()).collect::<Vec<_>>() },
                "rows": { "type": "array", "items": {
                    "type": "object",
                    "required": ["source", "case_no", "alert_id", "sub", "item_code", "item", "org_code", "org", "region_code", "step", "level", "rule", "amount", "instants"],
                    "properties": {
                        "source": text, "case_no": text, "alert_id": given,
                        "sub": { "type": "string", "description": "在办件之内是哪一个：预警、督办或者申诉的指令、投诉或者评价的事件、环节与次序、抽查；事项或者单位的代码" },
                        "item_code": given, "item": given, "org_code": given, "org": given, "region_code": given,
                        "step": given, "level": given, "rule": given,
                        "amount": { "type": "number", "description": "加进这个数字多少：计数的为 1，求和的为所加之数，中位数的为所排之数" },
                        "instants": { "type": "object", "description": "所依据的时间，名称以 _at 结尾", "additionalProperties": { "type": "string", "format": "date-time" } },
                    },
                } },
                "next": { "type": ["string", "null"], "description": "下一页的 after" },
            } })
        },
    },
    Operation {
        path: "/api/v1/statistics/process",
        id: "getProcess",
        summary: "流程实况：期间内收件的某一事项的办件实际怎样流转，各环节用时多少 / how the cases of an item that were received in the period really went",
        parameters: &[
            ("query", "item_code", "事项编码"),
            PERIOD,
            REGION,
            ORG,
            POWER_TYPE,
            CASE_KIND,
            CHANNEL,
        ],
        media_type: "application/json",
        schema: process,
    },
    Operation {
        path: "/api/v1/statistics/deciders",
        id: "listDeciders",
        summary: "认定情况：期间内发出（未发出的按提出）的预警由谁认定、不予认定、申诉撤销，各作何结论，撤销了谁的认定，尚有多少未作结论；显示人员，查看留痕 / who decided what about the alerts of a period",
        parameters: &[PERIOD],
        media_type: "application/json",
        schema: deciders,
    },
];

fn by_codes(or_none: bool) -> Vec<Value> {
    let codes = Dimension::ALL.iter().map(|by| json!(by.code()));
    codes.chain(or_none.then_some(Value::Null)).collect()
}

fn metric() -> Value {
    let text = json!({ "type": "string" });
    let required = [
        "id",
        "name",
        "name_en",
        "group",
        "group_zh",
        "definition",
        "definition_en",
        "formula",
        "base",
        "unit",
        "direction",
        "pitfalls",
        "pitfalls_en",
        "over",
        "by",
    ];
    json!({ "type": "object", "required": required, "properties": {
        "id": text, "name": text, "name_en": text,
        "group": { "enum": Group::ALL.iter().map(|one| one.code()).collect::<Vec<_>>() },
        "group_zh": text, "definition": text, "definition_en": text, "formula": text,
        "base": { "type": "string", "description": "基数；空：个数，没有基数" },
        "unit": { "enum": Unit::ALL.iter().map(|one| one.code()).collect::<Vec<_>>() },
        "direction": { "enum": Direction::ALL.iter().map(|one| one.code()).collect::<Vec<_>>() },
        "pitfalls": text, "pitfalls_en": text,
        "over": { "enum": Over::ALL.iter().map(|one| one.code()).collect::<Vec<_>>() },
        "by": { "type": "array", "items": { "enum": by_codes(false) }, "description": "可以按何者区分" },
    } })
}

/// Values by the id of the metric.
fn values() -> Value {
    let number = json!({ "type": ["number", "null"] });
    let was = json!({ "type": ["object", "null"], "required": ["value", "base"], "properties": { "value": number, "base": number } });
    json!({ "type": "object", "additionalProperties": {
        "type": "object",
        "required": ["value", "numerator", "denominator", "base", "hidden", "previous", "last_year"],
        "properties": {
            "value": { "type": ["number", "null"], "description": "比率为小数，日和小时到一位小数；null：无从计算，或者不显示" },
            "numerator": number,
            "denominator": { "type": ["number", "null"], "description": "分母；提速率为时限之和，其余同基数" },
            "base": { "type": ["number", "null"], "description": "基数；null：个数" },
            "hidden": { "type": "boolean", "description": "基数太小，不显示" },
            "previous": was, "last_year": was,
        },
    } })
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

fn process() -> Value {
    let text = json!({ "type": "string" });
    let count = json!({ "type": "integer", "minimum": 0 });
    let hours = json!({ "type": ["number", "null"] });
    object(
        &[
            "item_code",
            "item",
            "flowchart",
            "period",
            "cases",
            "steps",
            "flows",
            "variants",
        ],
        json!({
            "item_code": text,
            "item": { "type": ["string", "null"] },
            "flowchart": { "type": ["string", "null"], "description": "现行流程图" },
            "period": object(&["code", "label"], json!({ "code": text, "label": text })),
            "cases": count,
            "steps": { "type": "array", "items": object(
                &["step", "name", "visits", "cases", "open", "median_hours", "p90_hours", "over_limit"],
                json!({
                    "step": text, "name": text, "visits": count, "cases": count, "open": count,
                    "median_hours": hours, "p90_hours": hours, "over_limit": count,
                }),
            ) },
            "flows": { "type": "array", "description": "从环节到环节；空：办件的开始或者结束", "items": object(
                &["from", "to", "cases", "median_hours"],
                json!({ "from": text, "to": text, "cases": count, "median_hours": hours }),
            ) },
            "variants": { "type": "array", "description": "最常见的十种走法", "items": object(
                &["steps", "cases"],
                json!({ "steps": { "type": "array", "items": text }, "cases": count }),
            ) },
        }),
    )
}

fn deciders() -> Value {
    let text = json!({ "type": "string" });
    let count = json!({ "type": "integer", "minimum": 0 });
    let by_conclusion = object(
        &["objective", "data", "rule"],
        json!({ "objective": count, "data": count, "rule": count }),
    );
    let of_one = |more: &[&str], properties: Value| {
        let own = [
            "concluded",
            "confirmed",
            "upheld",
            "dismissed",
            "withdrawn",
            "objective",
            "objective_share",
        ];
        let mut told = object(
            &[&own[..], more].concat(),
            json!({
                "concluded": count,
                "confirmed": count,
                "upheld": count,
                "dismissed": by_conclusion,
                "withdrawn": by_conclusion,
                "objective": count,
                "objective_share": { "type": ["number", "null"], "description": "结论为客观原因的占所作结论之比；结论少于最小基数的不给出" },
            }),
        );
        if let (Some(all), Value::Object(more)) = (told["properties"].as_object_mut(), properties) {
            all.extend(more);
        }
        told
    };
    let of_body = of_one(&["org_code"], json!({ "org_code": text }));
    object(
        &[
            "period",
            "min_base",
            "deciders",
            "total",
            "taken_back",
            "unconcluded",
        ],
        json!({
            "period": object(&["code", "label"], json!({ "code": text, "label": text })),
            "min_base": count,
            "deciders": { "type": "array", "description": "作结论多的在前", "items": of_one(
                &["person", "acting_for", "taken_back", "bodies"],
                json!({
                    "person": text,
                    "acting_for": text,
                    "taken_back": { "type": "integer", "minimum": 0, "description": "所作认定经申诉被他人撤销的" },
                    "bodies": { "type": "array", "description": "这些预警的责任单位", "items": of_body },
                }),
            ) },
            "total": of_one(&[], json!({})),
            "taken_back": { "type": "array", "items": object(
                &["person", "confirmed_by", "alerts"],
                json!({
                    "person": { "type": "string", "description": "申诉撤销的人" },
                    "confirmed_by": { "type": "string", "description": "原认定的人；空：未经认定即申诉" },
                    "alerts": count,
                }),
            ) },
            "unconcluded": object(
                &["open", "appealed"],
                json!({
                    "open": { "type": "integer", "minimum": 0, "description": "已发出、未作结论的黄牌和红牌" },
                    "appealed": { "type": "integer", "minimum": 0, "description": "申诉中的，无论此前是否已作结论" },
                }),
            ),
        }),
    )
}
