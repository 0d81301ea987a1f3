//! 检查计划: which inspections were planned, by whom, of which items, from when to when.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Name;

/// 检查计划.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionPlan {
    /// Its number; events name it in `inspection.plan_no`.
    pub id: Name,
    /// 名称.
    pub name: String,
    /// Who inspects: a body's code.
    pub body: Name,
    /// What is inspected: codes of power items.
    pub items: Vec<Name>,
    /// Where: region codes as in a body's `areas`. Absent: wherever the body may act.
    #[serde(default)]
    pub regions: Vec<String>,
    /// From this day.
    #[schemars(with = "String")]
    pub from: NaiveDate,
    /// Until this day, inclusive.
    #[schemars(with = "String")]
    pub until: NaiveDate,
}
