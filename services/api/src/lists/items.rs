//! `/api/v1/items`: 权力清单, searched, filtered, page by page.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{RawQuery, State as Here};
use chrono::NaiveDate;
use mingjing_domain::definitions::{DefinitionSet, LimitKind, PowerItem, PowerStatus, PowerType};
use serde_json::{Value, json};

use super::{body_name, chart_on, is_listed, level_zh, region_name, status_zh};
use crate::{ApiError, State, query};

/// Items of a page where nothing is said.
const PAGE: usize = 50;
/// And at most.
const PAGE_MAX: usize = 1_000;

/// What is looked for; empty parts ask for all.
#[derive(Debug, Default)]
struct Wanted {
    /// A part of a name, a code, an article or a body's name, in lower case.
    text: String,
    power_type: Option<PowerType>,
    body: Option<String>,
    /// A region with what lies in it, as codes begin there (`query::region`).
    region: Option<String>,
    /// Those in the list on the day, or those that are not.
    listed: Option<bool>,
}

impl Wanted {
    /// All but its category.
    fn finds(&self, item: &PowerItem, set: &DefinitionSet, on: NaiveDate) -> bool {
        let body = &item.executing_body.text;
        let is = |wanted: &Option<String>, own: &str| wanted.as_ref().is_none_or(|w| w == own);
        is(&self.body, body)
            && self
                .region
                .as_ref()
                .is_none_or(|prefix| item.region.starts_with(prefix))
            && self
                .listed
                .is_none_or(|wanted| wanted == is_listed(item, on))
            && (self.text.is_empty() || self.is_told_by(item, body_name(set, body)))
    }

    fn is_told_by(&self, item: &PowerItem, body: &str) -> bool {
        let has = |text: &str| text.to_lowercase().contains(&self.text);
        let base = item.base_code.as_ref().map(|code| code.text.as_str());
        has(&item.name)
            || has(&item.code)
            || has(body)
            || base.is_some_and(has)
            || item.name_en.as_deref().is_some_and(has)
            || item.legal_basis.iter().any(|basis| has(basis))
    }
}

/// `GET /api/v1/items?q=&power_type=&body=&region=&listed=&after=&limit=`
pub(super) async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let known = [
        "q",
        "power_type",
        "body",
        "region",
        "listed",
        "after",
        "limit",
    ];
    let asked = query::pairs(asked.as_deref(), &known)?;
    let limit = match asked.get("limit") {
        None => PAGE,
        Some(text) => text
            .parse()
            .ok()
            .filter(|n| (1..=PAGE_MAX).contains(n))
            .ok_or_else(|| ApiError::bad("limit", format!("应为 1 至 {PAGE_MAX} 的整数")))?,
    };
    let wanted = wanted(&asked)?;
    let on = state.lives.today((state.now)()).await?;
    let in_force = state.definitions.in_force().await?;
    let told = page(&in_force.set, &wanted, asked.get("after"), limit, on);
    Ok(Json(told))
}

fn wanted(asked: &BTreeMap<String, String>) -> Result<Wanted, ApiError> {
    let given = |name: &str| asked.get(name).filter(|value| !value.is_empty()).cloned();
    let power_type = given("power_type").map(|code| {
        serde_json::from_value(json!(code)).map_err(|_| {
            ApiError::bad(
                "power_type",
                format!("没有权力类型 {code}；可用的是 licence、penalty、coercion、levy、payment、inspection、confirmation、reward、ruling、other"),
            )
        })
    });
    let region = given("region").map(|code| query::region("region", &code));
    let listed = given("listed").map(|value| query::flag("listed", &value));
    Ok(Wanted {
        text: given("q").unwrap_or_default().trim().to_lowercase(),
        power_type: power_type.transpose()?,
        body: given("body"),
        region: region.transpose()?,
        listed: listed.transpose()?,
    })
}

/// A page of the list in order of codes; `after` is the code of the last item of the page before.
fn page(
    set: &DefinitionSet,
    wanted: &Wanted,
    after: Option<&String>,
    limit: usize,
    on: NaiveDate,
) -> Value {
    let items = set.items.iter().map(|document| &document.value);
    let mut found: Vec<&PowerItem> = items.filter(|item| wanted.finds(item, set, on)).collect();
    let mut by_type: BTreeMap<PowerType, usize> = BTreeMap::new();
    for item in &found {
        *by_type.entry(item.power_type).or_default() += 1;
    }
    let is_of = |item: &&PowerItem| wanted.power_type.is_none_or(|t| item.power_type == t);
    found.retain(is_of);
    let total = found.len();
    found.sort_by(|a, b| a.code.text.cmp(&b.code.text));
    let begin = after.map_or(0, |last| {
        found.partition_point(|item| item.code.text <= *last)
    });
    let shown = &found[begin..found.len().min(begin + limit)];
    let more = begin + shown.len() < total;
    let next = shown.last().filter(|_| more).map(|item| &item.code.text);
    let by_type: Vec<Value> = by_type
        .into_iter()
        .map(|(kind, count)| json!({ "power_type": kind, "power_type_zh": kind.name_zh(), "items": count }))
        .collect();
    json!({
        "on": on,
        "total": total,
        "by_power_type": by_type,
        "items": shown.iter().map(|item| row(item, set, on)).collect::<Vec<_>>(),
        "next": next,
    })
}

/// What the list and an item's own page have in common.
pub(super) fn row(item: &PowerItem, set: &DefinitionSet, on: NaiveDate) -> Value {
    let chart = chart_on(set, &item.flowchart, on);
    let whole = chart.and_then(|chart| {
        let mut limits = chart.limits.iter();
        limits.find(|limit| limit.kind == LimitKind::Case)
    });
    json!({
        "code": item.code.text,
        "base_code": item.base_code.as_ref().map(|code| &code.text),
        "name": item.name,
        "name_en": item.name_en,
        "power_type": item.power_type,
        "power_type_zh": item.power_type.name_zh(),
        "level": item.level,
        "level_zh": level_zh(item.level),
        "region": item.region,
        "region_name": region_name(set, &item.region),
        "executing_body": item.executing_body.text,
        "executing_body_name": body_name(set, &item.executing_body),
        "status": item.status,
        "status_zh": match (item.status, item.effective_from > on) {
            (PowerStatus::Active, true) => "尚未生效",
            (status, _) => status_zh(status),
        },
        "listed": is_listed(item, on),
        "effective_from": item.effective_from,
        "effective_to": item.effective_to,
        "public": item.public,
        "legal_basis": item.legal_basis,
        "flowchart": chart.map(|chart| format!("{}@{}", chart.id, chart.version)),
        "statutory_zh": whole.and_then(|limit| limit.statutory).map(|budget| budget.text_zh()),
        "promised_zh": whole.and_then(|limit| limit.promised).map(|budget| budget.text_zh()),
        "duties": item.responsibilities.len(),
        "control_points": chart.map_or(0, |chart| chart.control_points.len()),
    })
}

#[cfg(test)]
mod tests {
    use mingjing_domain::definitions::DefinitionFile;

    use super::*;

    fn set() -> DefinitionSet {
        let item = |code: &str, name: &str, kind: &str, region: &str, more: &str| {
            format!(
                "---\nkind: item\ncode: {code}\nname: {name}\npower_type: {kind}\nlevel: county\nregion: '{region}'\n\
                 executing_body: b1\nlegal_basis: [行政许可法第十二条]\neffective_from: 2020-01-01\nflowchart: permit\n{more}"
            )
        };
        let text = [
            "kind: body\ncode: b1\nname: 甲区审批局\nregion: '510502'\n".to_owned(),
            item("x-2", "施工许可", "licence", "510502", ""),
            item("x-1", "卫生许可", "licence", "510503", ""),
            item(
                "x-3",
                "扣押",
                "coercion",
                "510502",
                "status: cancelled\neffective_to: 2021-01-01\n",
            ),
            "---\nkind: flowchart\nid: permit\nversion: '1'\nname: 许可\neffective_from: 2020-01-01\n\
             limits:\n- {id: decision, name: 决定, kind: case, from: [accepted], to: [decided], statutory: 20wd, promised: 7wd}\n"
                .to_owned(),
        ]
        .concat();
        let file = DefinitionFile {
            name: "a.yaml".into(),
            text,
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        assert_eq!(problems, []);
        set
    }

    fn codes(wanted: &Wanted, after: Option<&str>, limit: usize) -> (Vec<String>, Value) {
        let on = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let told = page(&set(), wanted, after.map(str::to_owned).as_ref(), limit, on);
        let items = told["items"].as_array().unwrap();
        let codes = items
            .iter()
            .map(|item| item["code"].as_str().unwrap().to_owned());
        (codes.collect(), told)
    }

    #[test]
    fn pages_follow_each_other_and_the_last_one_says_so() {
        let (first, told) = codes(&Wanted::default(), None, 2);
        assert_eq!(first, ["x-1", "x-2"]);
        assert_eq!((&told["total"], &told["next"]), (&json!(3), &json!("x-2")));
        let (last, told) = codes(&Wanted::default(), Some("x-2"), 2);
        assert_eq!(last, ["x-3"]);
        assert_eq!(told["next"], Value::Null);
    }

    #[test]
    fn what_is_asked_for_is_found_by_name_article_body_region_and_category() {
        let text = |text: &str| Wanted {
            text: text.into(),
            ..Wanted::default()
        };
        assert_eq!(codes(&text("施工"), None, 9).0, ["x-2"]);
        assert_eq!(codes(&text("第十二条"), None, 9).0.len(), 3);
        assert_eq!(codes(&text("甲区"), None, 9).0.len(), 3);
        assert_eq!(codes(&text("没有这一项"), None, 9).0.len(), 0);
        let region = Wanted {
            region: Some("510503".into()),
            ..Wanted::default()
        };
        assert_eq!(codes(&region, None, 9).0, ["x-1"]);
        // Of a village's code the zeros at the end are part of the village.
        let set = set();
        let on = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let mut item = set.items[0].value.clone();
        for (own, area, wanted) in [
            ("510502", "510500", true),
            ("510502001100", "510502001100", true),
            ("510502001101", "510502001100", false),
            ("510502001101", "510502001000", true),
        ] {
            item.region = own.into();
            let region = Wanted {
                region: Some(query::region("region", area).unwrap()),
                ..Wanted::default()
            };
            assert_eq!(region.finds(&item, &set, on), wanted, "{own} in {area}");
        }
        let listed = Wanted {
            listed: Some(true),
            ..Wanted::default()
        };
        assert_eq!(codes(&listed, None, 9).0, ["x-1", "x-2"]);
        let of_type = Wanted {
            power_type: Some(PowerType::Coercion),
            ..Wanted::default()
        };
        let (found, told) = codes(&of_type, None, 9);
        assert_eq!(found, ["x-3"]);
        // The other categories are counted all the same.
        assert_eq!(told["by_power_type"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_row_says_how_long_the_whole_case_may_take() {
        let (_, told) = codes(&Wanted::default(), None, 1);
        let row = &told["items"][0];
        assert_eq!(row["statutory_zh"], "20个工作日");
        assert_eq!(row["promised_zh"], "7个工作日");
        assert_eq!(row["executing_body_name"], "甲区审批局");
        assert_eq!(row["flowchart"], "permit@1");
    }

    #[test]
    fn a_category_that_is_none_is_refused() {
        let asked = BTreeMap::from([("power_type".to_owned(), "magic".to_owned())]);
        assert!(wanted(&asked).is_err());
    }
}
