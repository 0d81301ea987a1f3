//! `/api/public/v1/items`: the power list for everybody; `/api/public/v1/about`: what the portal offers.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, RawQuery, State as Here};
use axum::http::header::{CACHE_CONTROL, HeaderName};
use chrono::NaiveDate;
use mingjing_domain::definitions::{
    Body, Effect, Flowchart, Limit, LimitKind, MaterialForm, PowerItem, PowerLevel, PowerType, Step,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::Listed;
use super::listing::Shown;
use super::search::Asked;
use crate::{ApiError, State, log_heads, query};

/// Items on a page.
const PAGE: usize = 30;
/// Of what is looked for.
const ASKED_CHARS_MAX: usize = 64;
/// Headers of an answer that is the same for everybody.
type Kept = [(HeaderName, &'static str); 1];

/// It may be kept for a minute.
fn kept() -> Kept {
    [(CACHE_CONTROL, "public, max-age=60")]
}

/// `GET /api/public/v1/about`; with the newest digest of the log's hash chain, so that many have it whom nobody can ask to forget it.
pub(super) async fn about(Here(state): Here<State>) -> Result<(Kept, Json<Value>), ApiError> {
    let config = &state.portal.config;
    let today = (state.now)().local_date(state.zone);
    let told = json!({
        "watermark": state.watermark,
        "progress": !config.query_keys.is_empty(),
        "listed": match config.listed {
            Listed::Published => "published",
            Listed::InForce => "in_force",
        },
        "log_digest": log_heads::newest(&state, today).await?,
    });
    Ok((kept(), Json(told)))
}

/// An item in the list.
#[derive(Serialize)]
struct Brief<'a> {
    code: &'a str,
    name: &'a str,
    power_type: Category,
    level: &'static str,
    body: Option<&'a str>,
}

/// 权力类型.
#[derive(Clone, Copy, Serialize)]
struct Category {
    code: PowerType,
    zh: &'static str,
}

impl Category {
    const fn of(power_type: PowerType) -> Self {
        Self {
            code: power_type,
            zh: power_type.name_zh(),
        }
    }
}

/// `GET /api/public/v1/items?q=&power_type=&page=`
pub(super) async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<(Kept, Json<Value>), ApiError> {
    let asked = query::pairs(asked.as_deref(), &["q", "power_type", "page"])?;
    let given = |field: &str| asked.get(field).filter(|text| !text.is_empty());
    let words = given("q").map_or("", String::as_str);
    if words.chars().count() > ASKED_CHARS_MAX {
        return Err(ApiError::bad("q", format!("最多 {ASKED_CHARS_MAX} 个字")));
    }
    let words = Asked::read(words);
    let wanted = given("power_type").map(|code| category(code)).transpose()?;
    let page = match given("page") {
        Some(text) => text.parse().ok().filter(|n| *n > 0),
        None => Some(1_usize),
    };
    let page = page.ok_or_else(|| ApiError::bad("page", "应为从 1 起的整数"))?;
    let listing = state.portal.listing(&state).await?;
    let scored = listing
        .items()
        .filter_map(|shown| Some((shown.searched.score(&words)?, shown)));
    let mut found: Vec<(u32, Shown<'_>)> = scored.collect();
    let mut counts: BTreeMap<PowerType, usize> = BTreeMap::new();
    for (_, shown) in &found {
        *counts.entry(shown.item.power_type).or_default() += 1;
    }
    found.retain(|(_, shown)| wanted.is_none_or(|wanted| shown.item.power_type == wanted));
    // Those that answer equally well stay in the order of their codes.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let total = found.len();
    let from = (page - 1).saturating_mul(PAGE);
    let items: Vec<Brief<'_>> = found
        .iter()
        .skip(from)
        .take(PAGE)
        .map(|(_, shown)| brief(shown))
        .collect();
    let counts = counts.into_iter();
    let categories: Vec<Value> = counts
        .map(|(power_type, items)| json!({ "code": power_type, "zh": power_type.name_zh(), "items": items }))
        .collect();
    let told = json!({
        "total": total,
        "page": page,
        "pages": total.div_ceil(PAGE),
        "items": items,
        "power_types": categories,
    });
    Ok((kept(), Json(told)))
}

fn category(code: &str) -> Result<PowerType, ApiError> {
    serde_json::from_value(json!(code)).map_err(|_| ApiError::bad("power_type", "没有这个权力类型"))
}

fn brief<'a>(shown: &Shown<'a>) -> Brief<'a> {
    Brief {
        code: &shown.item.code,
        name: &shown.item.name,
        power_type: Category::of(shown.item.power_type),
        level: level_zh(shown.item.level),
        body: shown.body.map(|body| body.name.as_str()),
    }
}

const fn level_zh(level: PowerLevel) -> &'static str {
    match level {
        PowerLevel::State => "国家",
        PowerLevel::Province => "省级",
        PowerLevel::City => "市级",
        PowerLevel::County => "县级",
        PowerLevel::Township => "乡级",
        PowerLevel::Village => "村级",
    }
}

/// An item with all that is public of it.
#[derive(Serialize)]
struct Whole<'a> {
    code: &'a str,
    name: &'a str,
    power_type: Category,
    level: &'static str,
    body: Option<Address<'a>>,
    legal_basis: &'a [String],
    supervision_method: Option<&'a str>,
    effective_from: NaiveDate,
    published: Option<Told<'a>>,
    materials: Vec<Paper<'a>>,
    duties: Vec<Duty<'a>>,
    flowchart: Option<Chart<'a>>,
}

/// Where the public reaches a body.
#[derive(Serialize)]
struct Address<'a> {
    name: &'a str,
    phone: Option<String>,
    address: Option<&'a str>,
}

/// 公示.
#[derive(Serialize)]
struct Told<'a> {
    at: String,
    places: Vec<Place<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    place: &'a str,
    since: NaiveDate,
}

/// 材料.
#[derive(Serialize)]
struct Paper<'a> {
    name: &'a str,
    form: &'static str,
    required: bool,
}

/// 责任事项.
#[derive(Serialize)]
struct Duty<'a> {
    duty: &'a str,
    basis: Option<&'a str>,
}

/// 流程图, as a list of its steps.
#[derive(Serialize)]
struct Chart<'a> {
    name: &'a str,
    version: &'a str,
    effective_from: NaiveDate,
    steps: Vec<Stop<'a>>,
    terms: Vec<Term<'a>>,
    procedures: Vec<Procedure<'a>>,
}

/// 环节.
#[derive(Serialize)]
struct Stop<'a> {
    name: &'a str,
    office: Option<&'a str>,
    phone: Option<String>,
    requirement: Option<&'a str>,
    required: bool,
    no_limit: Option<&'a str>,
    terms: Vec<Term<'a>>,
    /// Names of those that may follow; none where any may.
    next: Option<Vec<&'a str>>,
}

/// 时限.
#[derive(Serialize)]
struct Term<'a> {
    name: &'a str,
    promised: Option<String>,
    statutory: Option<String>,
    basis: Option<&'a str>,
}

/// 特别程序.
#[derive(Serialize)]
struct Procedure<'a> {
    name: &'a str,
    effect: &'static str,
    maximum: Option<String>,
    basis: Option<&'a str>,
}

/// `GET /api/public/v1/items/{code}`
pub(super) async fn one(
    Here(state): Here<State>,
    Path(code): Path<String>,
) -> Result<(Kept, Json<Value>), ApiError> {
    let listing = state.portal.listing(&state).await?;
    // One that is not public is answered as one that there is not.
    let shown = listing.item(&code).ok_or_else(|| ApiError::NotFound {
        what: "公开的权力事项".into(),
    })?;
    let whole = whole(&shown, |at| at.to_rfc3339(state.zone));
    let told = serde_json::to_value(whole).map_err(|error| ApiError::Failed(Box::new(error)))?;
    Ok((kept(), Json(told)))
}

fn whole<'a>(
    shown: &Shown<'a>,
    told_at: impl Fn(mingjing_domain::Timestamp) -> String,
) -> Whole<'a> {
    let item: &PowerItem = shown.item;
    let published = shown.published.map(|published| Told {
        at: told_at(published.at),
        places: published
            .places
            .iter()
            .map(|(place, since)| Place {
                place,
                since: *since,
            })
            .collect(),
    });
    Whole {
        code: &item.code,
        name: &item.name,
        power_type: Category::of(item.power_type),
        level: level_zh(item.level),
        body: shown.body.map(|body| Address {
            name: &body.name,
            phone: body.phone.as_ref().map(ToString::to_string),
            address: body.address.as_deref(),
        }),
        legal_basis: &item.legal_basis,
        supervision_method: item.supervision_method.as_deref(),
        effective_from: item.effective_from,
        published,
        materials: item
            .materials
            .iter()
            .map(|material| Paper {
                name: &material.name,
                form: form_zh(material.form),
                required: material.required,
            })
            .collect(),
        duties: item
            .responsibilities
            .iter()
            .map(|duty| Duty {
                duty: &duty.duty,
                basis: duty.basis.as_deref(),
            })
            .collect(),
        flowchart: shown.flowchart.map(|chart| chart_of(chart, shown.body)),
    }
}

const fn form_zh(form: MaterialForm) -> &'static str {
    match form {
        MaterialForm::Original => "原件",
        MaterialForm::Copy => "复印件",
        MaterialForm::Electronic => "电子件",
        MaterialForm::Shared => "由部门共享获取，不需提交",
    }
}

fn chart_of<'a>(chart: &'a Flowchart, body: Option<&'a Body>) -> Chart<'a> {
    let of_whole = |limit: &&Limit| matches!(limit.kind, LimitKind::Case | LimitKind::Stage);
    Chart {
        name: &chart.name,
        version: &chart.version,
        effective_from: chart.effective_from,
        steps: chart
            .steps
            .iter()
            .map(|step| stop(step, chart, body))
            .collect(),
        terms: chart
            .limits
            .iter()
            .filter(of_whole)
            .filter_map(term)
            .collect(),
        procedures: chart
            .special_procedures
            .iter()
            .map(|special| Procedure {
                name: &special.name,
                effect: match special.effect {
                    Effect::Suspend => "暂停计时",
                    Effect::Extend => "延长期限",
                },
                maximum: special.maximum.map(|most| most.text_zh()),
                basis: special.legal_basis.as_deref(),
            })
            .collect(),
    }
}

fn stop<'a>(step: &'a Step, chart: &'a Flowchart, body: Option<&'a Body>) -> Stop<'a> {
    let code = step.office.as_deref();
    let mut offices = body.into_iter().flat_map(|body| &body.offices);
    let office = offices.find(|office| Some(office.code.text.as_str()) == code);
    let own =
        |limit: &&Limit| limit.kind == LimitKind::Step && limit.step.as_ref() == Some(&step.code);
    let named = |code: &'a str| {
        let found = chart.steps.iter().find(|other| other.code.text == code);
        found.map(|other| other.name.as_str())
    };
    Stop {
        name: &step.name,
        office: office.map(|office| office.name.as_str()),
        phone: office
            .and_then(|office| office.phone.as_ref())
            .map(ToString::to_string),
        requirement: step.requirement.as_deref(),
        required: step.required,
        no_limit: step.no_limit.as_deref(),
        terms: chart.limits.iter().filter(own).filter_map(term).collect(),
        next: step
            .next
            .as_ref()
            .map(|next| next.iter().filter_map(|code| named(code)).collect()),
    }
}

/// What a limit promises the public; one that only says when something is too early, or is carried by the case, promises nothing.
fn term(limit: &Limit) -> Option<Term<'_>> {
    let promised = limit.promised.map(|budget| budget.text_zh());
    let statutory = limit.statutory.map(|budget| budget.text_zh());
    (promised.is_some() || statutory.is_some()).then(|| Term {
        name: &limit.name,
        promised,
        statutory,
        basis: limit.legal_basis.as_deref(),
    })
}

#[cfg(test)]
mod tests {
    use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};

    use super::super::search::Searched;
    use super::*;

    /// What is not for the public stands everywhere in it where something of that kind may stand.
    const HOSTILE: &str = "kind: item
code: XK-1
name: 施工许可
power_type: licence
level: city
region: '510500'
executing_body: zjj
legal_basis: [建筑法第七条]
supervision_method: 电话 12345
effective_from: 2015-07-01
flowchart: permit
enforcement_field: 内部口径甲
responsibilities: [{duty: 依法受理, basis: 行政许可法第三十二条, accountability: 内部问责口径}]
materials: [{name: 申请表, form: original}]
---
kind: body
code: zjj
name: 住房和城乡建设局
region: '510500'
phone: 0830-2345678
address: 江阳区某路 1 号
posts: [{code: secret-post, name: 内部岗位, steps: [accept]}]
offices:
  - {code: window, name: 政务服务窗口, officers: [{id: zhang-san, post: secret-post, cert_no: 川泸E01-0001}]}
---
kind: flowchart
id: permit
version: '3'
name: 施工许可流程
effective_from: 2020-01-01
attributes: [{name: inner_attribute, type: text}]
steps:
  - {code: accept, name: 受理, office: window, next: [decide], risk_points: [{name: 收受好处, grade: high, control: 内部防控}]}
  - {code: decide, name: 决定, office: hidden-office, required: true}
limits:
  - {id: accept, name: 受理时限, kind: step, step: accept, statutory: 5wd, legal_basis: 行政许可法第三十二条}
  - {id: whole, name: 办理时限, kind: case, from: [accepted], to: [decided], statutory: 20wd, promised: 10wd}
special_procedures: [{kind: expert, name: 专家评审, effect: suspend, maximum: 30wd, legal_basis: 行政许可法第四十五条}]
control_points:
  - {id: inner-point, name: 内部监察点, rule: T3, check: {overdue: {limit: whole}}}
";

    #[test]
    fn an_item_shows_what_is_published_and_nothing_of_officers_risks_or_control_points() {
        let file = DefinitionFile {
            name: "a.yaml".into(),
            text: HOSTILE.into(),
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        assert!(problems.is_empty(), "{problems:?}");
        let (item, body) = (&set.items[0].value, &set.bodies[0].value);
        let searched = Searched::of(item, Some(body));
        let shown = Shown {
            item,
            body: Some(body),
            flowchart: Some(&set.flowcharts[0].value),
            published: None,
            searched: &searched,
        };
        let told = serde_json::to_value(whole(&shown, |_| String::new())).expect("it is JSON");
        let text = told.to_string();
        for inner in [
            "内部",
            "inner",
            "zhang-san",
            "E01",
            "secret-post",
            "收受好处",
            "hidden-office",
            "window\"",
            "zjj",
            "expert\"",
        ] {
            assert!(!text.contains(inner), "{inner} is shown: {text}");
        }
        assert_eq!(told["body"]["phone"], "0830-2345678");
        assert_eq!(told["supervision_method"], "电话 12345");
        let steps = &told["flowchart"]["steps"];
        assert_eq!(steps[0]["office"], "政务服务窗口");
        assert_eq!(steps[0]["terms"][0]["statutory"], "5个工作日");
        assert_eq!(steps[0]["next"][0], "决定");
        assert_eq!(steps[1]["office"], Value::Null);
        assert_eq!(told["flowchart"]["terms"][0]["promised"], "10个工作日");
        assert_eq!(told["flowchart"]["procedures"][0]["maximum"], "30个工作日");
    }
}
