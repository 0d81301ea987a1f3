//! The figures of a period: every number that a bulletin may say. They are frozen with it, so their fields are a format.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use mingjing_domain::period::Period;
use serde::{Deserialize, Serialize};

/// Numbers by metric id.
pub type Values = BTreeMap<String, Value>;

/// A number of one metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Value {
    /// The number: a fraction where the metric is a share; none where there is nothing to divide by, or it is hidden.
    pub value: Option<f64>,
    /// What was counted; none of what is no quotient.
    pub numerator: Option<f64>,
    /// Of how many; none of what is no quotient.
    pub base: Option<f64>,
    /// Whether the base is too small for a rate.
    pub hidden: bool,
    /// 上期.
    pub previous: Option<Earlier>,
    /// 上年同期.
    pub last_year: Option<Earlier>,
}

/// The same of an earlier period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Earlier {
    /// The number, as in [`Value`].
    pub value: Option<f64>,
    /// Of how many.
    pub base: Option<f64>,
}

/// Numbers of one body, county, class …
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its code.
    pub key: String,
    /// Its name.
    pub name: String,
    /// With whom it may be compared (市级部门, 乡镇（街道） …); empty: with nobody.
    #[serde(default)]
    pub class: String,
    /// Its numbers.
    pub values: Values,
}

/// Whose bulletin it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// 行政区划代码.
    pub region: String,
    /// 名称, 泸州市.
    pub name: String,
    /// What its parts are called together, 县（区） or 乡镇（街道）.
    pub parts: String,
}

/// What a metric is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A whole number.
    Count,
    /// A fraction.
    Share,
    /// Days.
    Days,
    /// Hours.
    Hours,
    /// Another number.
    Number,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither.
    None,
}

/// What a metric is, as the dictionary has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// Its id.
    pub id: String,
    /// 名称.
    pub name: String,
    /// 定义.
    pub definition: String,
    /// 算法.
    pub formula: String,
    /// 基数.
    pub base: String,
    /// What it is counted in.
    pub unit: Unit,
    /// Which way is better.
    pub direction: Direction,
    /// 局限.
    pub pitfalls: String,
    /// What is counted: cases, steps, alerts, orders, appeals, complaints, ratings, items, bodies, events.
    pub over: String,
}

/// A case in which something was found to be a body's fault. Nobody is named but the body; the facts are written without persons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The alert.
    pub alert: String,
    /// The source, and the case's number: for the link alone, never printed in the public edition.
    pub source: String,
    /// The case's number.
    pub case_no: String,
    /// 机构代码 of the body.
    pub body: String,
    /// Its name.
    pub body_name: String,
    /// 事项.
    pub item: String,
    /// Red or yellow: 红牌.
    pub level: String,
    /// What the rule or control point is called.
    pub point: String,
    /// What happened, one sentence without a full stop.
    pub facts: String,
    /// 依据; empty where none was told.
    pub basis: String,
    /// What it was concluded to be, and by whom: 主观责任.
    pub conclusion: String,
}

/// The days that demands name; each has been reckoned in working days from when the bulletin was drafted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dates {
    /// Until when what is overdue is answered.
    pub answer: NaiveDate,
    /// Until when data is put right.
    pub data: NaiveDate,
    /// Until when problems are put right and told.
    pub mend: NaiveDate,
}

/// How far a log had been read when the figures were taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The log's id.
    pub log: String,
    /// The partition.
    pub partition: u32,
    /// The offset of the last record.
    pub offset: u64,
}

/// A body that owes answers to orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owing {
    /// Its code.
    pub body: String,
    /// Its name.
    pub name: String,
    /// How many orders, by [`UNANSWERED`].
    pub orders: u64,
}

/// The metric of orders that are overdue and unanswered.
pub const UNANSWERED: &str = "orders_unanswered";

/// All figures of a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The period.
    #[serde(with = "crate::period::text")]
    pub period: Period,
    /// Whose they are.
    pub scope: Scope,
    /// What the figures are of, at the latest: an instant with its offset.
    pub as_of: String,
    /// How far the logs had been read, by log and partition.
    pub positions: Vec<Position>,
    /// The version of the dictionary.
    pub dictionary_version: String,
    /// Its metrics.
    pub metrics: Vec<Metric>,
    /// A rate over fewer is hidden.
    pub min_base: u64,
    /// Of the whole.
    pub total: Values,
    /// By power class 权力类别.
    pub power_types: Vec<Row>,
    /// By department, where it is the scope's own.
    pub departments: Vec<Row>,
    /// By county, or town.
    pub regions: Vec<Row>,
    /// Alerts by rule; the class is the rule's kind, or empty.
    pub rules: Vec<Row>,
    /// By month of the year up to the period, for the charts; the key is the month.
    pub months: Vec<Row>,
    /// 零办件单位, by code and name.
    pub zero_volume: Vec<(String, String)>,
    /// What was found to be somebody's fault, the gravest first.
    pub problems: Vec<Problem>,
    /// 申诉中: alerts under appeal, which count for nothing.
    pub appealed: Option<u64>,
    /// Who owes answers to orders at the period's end, those with most first; none before the dictionary had the metric.
    pub owing: Vec<Owing>,
}

impl Figures {
    /// A metric by its id.
    pub fn metric(&self, id: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.id == id)
    }
}
