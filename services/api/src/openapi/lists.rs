//! The lists as people read them: items, rules, calendars.

use serde_json::json;

use super::{Operation, Parameter, REGION};

const fn get(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
) -> Operation {
    Operation {
        path,
        id,
        summary,
        parameters,
        media_type: "application/json",
        schema: || json!({ "type": "object" }),
    }
}

pub(super) const OPERATIONS: &[Operation] = &[
    get(
        "/api/v1/items",
        "listItems",
        "权力清单：查找、筛选、分页 / the power list, searched, filtered, page by page",
        &[
            ("query", "q", "名称、编码、依据或者机构名称中的一段"),
            (
                "query",
                "power_type",
                "权力类型: licence, penalty, coercion, levy, payment, inspection, confirmation, reward, ruling, other",
            ),
            ("query", "body", "行使主体的机构代码"),
            REGION,
            (
                "query",
                "listed",
                "true: 今日在清单内的；false: 不在清单内的",
            ),
            ("query", "after", "上一页给出的 next"),
            ("query", "limit", "每页条数 1..1000，默认 50"),
        ],
    ),
    get(
        "/api/v1/items/{code}",
        "getItem",
        "一个权力事项：依据、主体、时限、材料、收费、裁量基准、责任、环节与监察点 / one power item with all that is published about it",
        &[("path", "code", "事项编码")],
    ),
    get(
        "/api/v1/rules",
        "listRules",
        "规则目录：查什么、依据、参数、例外 / every rule in words",
        &[],
    ),
    get(
        "/api/v1/calendars",
        "listCalendars",
        "工作日历与历次通知 / work calendars and the notices they rest on",
        &[],
    ),
    get(
        "/api/v1/calendars/{id}",
        "getCalendarYear",
        "工作日历的一年，逐日：节假日、调休上班 / a year of a calendar, day by day",
        &[
            ("path", "id", "日历编号，如 cn"),
            ("query", "year", "年份，默认今年"),
            ("query", "version", "按这一版本，默认最新"),
        ],
    ),
];
