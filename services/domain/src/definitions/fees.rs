//! 收费标准: which fees an item may charge, how much, and on which grounds less.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Name, Range, RatioOf};

/// 收费标准: one published version of the fees of an item.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fees {
    /// Its id; items refer to it.
    pub id: Name,
    /// Its version; a published version never changes.
    pub version: String,
    /// 名称.
    #[serde(default)]
    pub name: Option<String>,
    /// In force from this day.
    #[schemars(with = "String")]
    pub effective_from: NaiveDate,
    /// In force until this day, inclusive. Absent: until the next version.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub effective_to: Option<NaiveDate>,
    /// 收费项目.
    pub items: Vec<FeeItem>,
}

/// 收费项目.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeItem {
    /// Its code; events name it in `fee.code`.
    pub code: Name,
    /// 名称.
    pub name: String,
    /// 依据: 行政许可法 art. 58 asks for a law or administrative regulation.
    pub basis: String,
    /// 标准.
    pub standard: Standard,
    /// 减免: the closed list of grounds.
    #[serde(default)]
    pub relief: Vec<Relief>,
}

/// How much is charged. Money in fen.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standard {
    /// 每件固定.
    Fixed(i64),
    /// 幅度范围.
    Range(Range),
    /// 按数量.
    Rate(Rate),
    /// 按基数比例.
    Ratio(RatioOf),
}

/// So much for each unit of the quantity that the event names.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// In fen.
    pub fen: i64,
    /// The unit, like 平方米.
    pub per: String,
}

/// A ground for charging less or nothing.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Relief {
    /// As events name it in `fee.relief_ground`.
    pub ground: String,
    /// 依据.
    #[serde(default)]
    pub basis: Option<String>,
}
