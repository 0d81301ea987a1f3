//! The lists as people read them: 权力清单 with an item's page, the rules in words, work calendars. All of it is what is in force, told and
//! not decided here; drafts and versions are `life`'s.

mod calendars;
mod item;
mod items;
mod money;
mod points;
mod rules;

use axum::Router;
use axum::routing::get;
use chrono::NaiveDate;
use mingjing_domain::definitions::{
    ActingGround, Anchor, DefinitionSet, Flowchart, PowerItem, PowerLevel, PowerStatus,
    RunningCases,
};

use crate::State;

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/items", get(items::list))
        .route("/api/v1/items/{code}", get(item::one))
        .route("/api/v1/rules", get(rules::list))
        .route("/api/v1/calendars", get(calendars::list))
        .route("/api/v1/calendars/{id}", get(calendars::year))
}

/// The version of a flowchart that cases accepted on a day run by; before the first, the first.
pub(crate) fn chart_on<'s>(
    set: &'s DefinitionSet,
    id: &str,
    on: NaiveDate,
) -> Option<&'s Flowchart> {
    let versions = move || {
        let charts = set.flowcharts.iter().map(|document| &document.value);
        charts.filter(move |chart| chart.id.text == id)
    };
    let begun = versions().filter(|chart| chart.effective_from <= on);
    let begun = begun.max_by_key(|chart| chart.effective_from);
    begun.or_else(|| versions().min_by_key(|chart| chart.effective_from))
}

/// An event pattern as an officer reads it: 受理, 资料审查环节办结. Steps by the names of the flowchart, where there is one.
pub(crate) fn anchor_zh(anchor: &Anchor, chart: Option<&Flowchart>) -> String {
    let kind = anchor.kind.map(|kind| kind.name_zh());
    let step = anchor.step.as_deref().map(|code| {
        let mut steps = chart.into_iter().flat_map(|chart| &chart.steps);
        let named = steps.find(|step| step.code.text == code);
        named.map_or(code, |step| step.name.as_str())
    });
    match (step, kind) {
        (None, None) => "任一记录".into(),
        (None, Some(kind)) => kind.into(),
        (Some(step), None) => format!("{step}的任一记录"),
        (Some(step), Some(kind)) => format!("{step}（{kind}）"),
    }
}

/// What a body is called; its code where the definitions do not have it.
fn body_name<'s>(set: &'s DefinitionSet, code: &'s str) -> &'s str {
    let mut bodies = set.bodies.iter().map(|document| &document.value);
    let found = bodies.find(|body| body.code.text == code);
    found.map_or(code, |body| body.name.as_str())
}

/// What a region is called, where a list of regions has it.
fn region_name<'s>(set: &'s DefinitionSet, code: &str) -> Option<&'s str> {
    let lists = set.regions.iter().map(|document| &document.value);
    let mut regions = lists.flat_map(|list| &list.regions);
    let found = regions.find(|region| region.code.text == code);
    found.map(|region| region.name.as_str())
}

/// Whether an item is in the list on a day.
fn is_listed(item: &PowerItem, on: NaiveDate) -> bool {
    item.effective_from <= on && item.effective_to.is_none_or(|to| on <= to)
}

const fn level_zh(level: PowerLevel) -> &'static str {
    match level {
        PowerLevel::State => "国家级",
        PowerLevel::Province => "省级",
        PowerLevel::City => "市级",
        PowerLevel::County => "县级",
        PowerLevel::Township => "乡级",
        PowerLevel::Village => "村级",
    }
}

const fn status_zh(status: PowerStatus) -> &'static str {
    match status {
        PowerStatus::Active => "在用",
        PowerStatus::Cancelled => "取消",
        PowerStatus::Transferred => "下放（划转）",
    }
}

const fn running_zh(running: RunningCases) -> &'static str {
    match running {
        RunningCases::Finish => "办结为止",
        RunningCases::Terminate => "终止办理",
        RunningCases::HandOver => "移交承接机关",
    }
}

const fn ground_zh(ground: ActingGround) -> &'static str {
    match ground {
        ActingGround::Entrusted => "委托",
        ActingGround::Concentrated => "相对集中行使",
        ActingGround::EmpoweredTownship => "赋权乡镇（街道）",
        ActingGround::OneWindow => "一窗受理",
        ActingGround::Designated => "指定管辖",
        ActingGround::CrossRegion => "跨区域通办",
    }
}
