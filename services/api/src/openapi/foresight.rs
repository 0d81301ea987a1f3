//! The operation of foresight, and what it puts beside a case.

use mingjing_domain::foresight::{Due, Likeness, Unsaid};
use serde_json::{Value, json};

use super::shown::{instant, instant_or_null, many, object, text, text_or_null};
use super::{Operation, Parameter, REGION};

const FILTERS: &[Parameter] = &[
    (
        "query",
        "source",
        "来源系统；与 case_no 一并给出时只答该件，办结的也答",
    ),
    ("query", "case_no", "办件编号，须一并给出 source"),
    ("query", "org_code", "机构代码"),
    REGION,
    ("query", "item_code", "事项编码"),
    ("query", "cursor", "上一页给出的 next"),
    ("query", "limit", "每页件数 1..1000，默认 50"),
];

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    path: "/api/v1/foresight",
    id: "foresee",
    summary: "预判：在办件按同类办件的历史推算的超期可能，可能大的在前；只供提醒，不是认定，不计分，不入通报 / \
              how likely open cases are to miss their next limit, from how like cases went; it alleges nothing and is never scored",
    parameters: FILTERS,
    media_type: "application/json",
    schema: || {
        let row = object(json!({
            "source": text(),
            "case_no": text(),
            "item_code": text_or_null(),
            "org_code": text_or_null(),
            "region_code": text_or_null(),
            "flowchart": text_or_null(),
            "step": text_or_null(),
            "opened_at": instant_or_null(),
            "foresight": beside(),
        }));
        object(json!({
            "cases": many(row),
            "next": { "type": ["string", "null"], "description": "下一页的 cursor" },
            "total": { "type": "integer", "minimum": 0, "description": "看了几件" },
            "said": { "type": "integer", "minimum": 0, "description": "其中有推算的几件" },
            "more": { "type": "boolean", "description": "在办件过多，只看了最先到期的" },
            "now_at": instant(),
            "as_of_at": { "type": ["string", "null"], "format": "date-time", "description": "所据历史截至何时（最早的一份，至多早于 now_at 十分钟）" },
            "least": { "type": "integer", "description": "同类办件少于此数不作推算" },
            "history_days": { "type": "integer", "description": "所据为近多少日内开始的办件" },
        }))
    },
}];

/// What stands beside a case.
pub(super) fn beside() -> Value {
    let whole = json!({ "type": ["integer", "null"], "minimum": 0 });
    let told = |meaning: &str| {
        let mut field = whole.clone();
        field["description"] = meaning.into();
        field
    };
    let one_of = |codes: Vec<&str>, meaning: &str| {
        let mut codes: Vec<Value> = codes.into_iter().map(Value::from).collect();
        codes.push(Value::Null);
        json!({ "enum": codes, "description": meaning })
    };
    object(json!({
        "likelihood": { "type": ["number", "null"], "minimum": 0, "maximum": 1, "description": "在此环节停留这么久的同类办件，到期时未办结的比例；null：不作推算，原因见 unsaid" },
        "base": told("基数：停留这么久的同类办件数"),
        "undecided": told("其中仍在办、尚未走到期限的；只计到其已走过的日子"),
        "likeness": one_of(
            Likeness::ALL.iter().map(|one| one.code()).collect(),
            "同类的口径: office 同事项同环节同科室, step 同事项同环节, item 同事项（自时限起算）",
        ),
        "elapsed_days": told("已停留的工作日；按 item 为起算以来"),
        "left_days": told("距期限的工作日"),
        "due": one_of(
            vec![Due::Promised.code(), Due::Statutory.code()],
            "最先到来的期限: promised 承诺, statutory 法定",
        ),
        "due_at": instant_or_null(),
        "entered_at": { "type": ["string", "null"], "format": "date-time", "description": "进入当前环节的时间；null：不在环节之中" },
        "as_of_at": { "type": ["string", "null"], "format": "date-time", "description": "所据历史截至何时" },
        "unsaid": one_of(
            Unsaid::ALL.iter().map(|one| one.code()).collect(),
            "不作推算的原因: no_limit 没有时限, over 已办结或者终止, stopped 正在停止计算, was_stopped 曾停止计算, past 已过期限, short 时限以小时或分钟计, too_few 样本不足；null：有推算",
        ),
    }))
}
