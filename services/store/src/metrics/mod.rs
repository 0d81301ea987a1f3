//! 指标: the dictionary of every metric, and the SQL that is its only implementation.
//!
//! A [`Metric`] is data: what it is called and means, and the pieces of SQL that count it. Nothing else in the platform computes one:
//! pages, bulletins and scores ask [`crate::Store::statistics`]. Instants are arguments; a period that runs is counted as it stands
//! at `now`, and stock (what is open, what is past due) is taken at the period's end, or now while it runs.

mod answer;
mod cells;
mod compose;
mod dictionary;
mod groups;
mod measure;
mod page;
mod process;
mod rows;
mod windows;

use std::collections::BTreeMap;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::period::Period;

use crate::query::Sight;

pub(crate) use cells::Kept as KeptOfCells;
pub use cells::{CellPass, CellsChecked, CellsMade};
pub use dictionary::{
    DICTIONARY_VERSION, Direction, Group, METRICS, Metric, Over, Unit, digest, metric,
};
pub use measure::Part;
pub use page::page;
pub use process::{Process, ProcessFlow, ProcessStep, ProcessVariant};
pub use rows::{Record, RecordCursor, Records};

/// What is asked of the dictionary.
#[derive(Clone, Debug)]
pub struct Asked {
    /// 期间.
    pub period: Period,
    /// The zone whose days and months they are.
    pub zone: Tz,
    /// Until when a running period is counted, and the instant of its stock.
    pub now: Timestamp,
    /// One row a key of this; none: the total alone.
    pub by: Option<Dimension>,
    /// Which metrics.
    pub metrics: Vec<&'static Metric>,
    /// What is counted.
    pub filter: Filter,
    /// How far whoever asks sees.
    pub sight: Sight,
    /// Whether the period before and the same of last year are counted too.
    pub compare: bool,
    /// Rates of a smaller base are hidden.
    pub min_base: u64,
    /// How many rows at most, those with most first; held within 1..=[`ROWS_MAX`].
    pub limit: usize,
    /// What the definitions say.
    pub known: Known,
}

/// The most rows of an answer.
pub const ROWS_MAX: usize = 1000;

/// What is counted. Every part narrows; an empty part counts all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of a region whose code begins so.
    pub region_prefix: Option<String>,
    /// Of this body: who handles the case, or answers for the alert.
    pub org: Option<String>,
    /// Of this power item.
    pub item_code: Option<String>,
    /// Of items of this kind of power, by its code.
    pub power_type: Option<String>,
    /// Of this kind of case, as the source says it.
    pub case_kind: Option<String>,
    /// Of cases that came by this channel, as the source says it.
    pub channel: Option<String>,
    /// With this key of the asked dimension; empty: without one. So a row opens to what is behind it.
    pub key: Option<(Dimension, String)>,
}

/// By what numbers are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// 行政区划: of a city its counties, of a county its towns.
    Region,
    /// 单位.
    Org,
    /// 科室.
    Office,
    /// 经办人. Shows persons.
    Handler,
    /// 事项.
    Item,
    /// 权力类型.
    PowerType,
    /// 办件类型.
    CaseKind,
    /// 办理渠道.
    Channel,
    /// 月份: stock at the end of each.
    Month,
    /// 环节; of steps.
    Step,
    /// 预警等级; of alerts, orders and appeals.
    Level,
    /// 规则; of alerts, orders and appeals.
    Rule,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Dimension; 12] = [
        Dimension::Region,
        Dimension::Org,
        Dimension::Office,
        Dimension::Handler,
        Dimension::Item,
        Dimension::PowerType,
        Dimension::CaseKind,
        Dimension::Channel,
        Dimension::Month,
        Dimension::Step,
        Dimension::Level,
        Dimension::Rule,
    ];

    /// The code used in requests and answers.
    pub const fn code(self) -> &'static str {
        match self {
            Dimension::Region => "region",
            Dimension::Org => "org",
            Dimension::Office => "office",
            Dimension::Handler => "handler",
            Dimension::Item => "item",
            Dimension::PowerType => "power_type",
            Dimension::CaseKind => "case_kind",
            Dimension::Channel => "channel",
            Dimension::Month => "month",
            Dimension::Step => "step",
            Dimension::Level => "level",
            Dimension::Rule => "rule",
        }
    }

    /// The dimension with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// 名称.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Dimension::Region => "行政区划",
            Dimension::Org => "单位",
            Dimension::Office => "科室",
            Dimension::Handler => "经办人",
            Dimension::Item => "事项",
            Dimension::PowerType => "权力类型",
            Dimension::CaseKind => "办件类型",
            Dimension::Channel => "办理渠道",
            Dimension::Month => "月份",
            Dimension::Step => "环节",
            Dimension::Level => "预警等级",
            Dimension::Rule => "规则",
        }
    }
}

/// What the definitions say and ClickHouse does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The items of the list in force.
    pub items: Vec<KnownItem>,
    /// The bodies of the register.
    pub bodies: Vec<KnownBody>,
}

/// An item of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownItem {
    /// 事项编码.
    pub code: String,
    /// Whose it is.
    pub org_code: String,
    /// Its region; empty: none is said.
    pub region_code: String,
    /// 权力类型, by its code.
    pub power_type: String,
}

/// A body of the register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownBody {
    /// Its code.
    pub code: String,
    /// Its region; empty: none is said.
    pub region_code: String,
}

/// What the dictionary answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The period's first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// The instant of its stock: its end, or now while it runs.
    pub at: Timestamp,
    /// Whether it runs.
    pub running: bool,
    /// One a key, those with most of the first metric first (months in their order); empty without a dimension.
    pub rows: Vec<Row>,
    /// How many rows were left off.
    pub left_off: usize,
    /// All together, by the metric's id. Not the sum of the rows where a row is a median, or a thing counts in several.
    pub total: Values,
}

/// The values of some metrics, by their ids. A metric that is not told apart by what was asked is not there.
pub type Values = BTreeMap<&'static str, Value>;

/// One row of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The key; empty: what is counted does not say. Of months as a [`Period`] is written.
    pub key: String,
    /// Its values.
    pub values: Values,
}

/// One number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Value {
    /// The number: of a share a fraction; none: nothing to count, or hidden.
    pub value: Option<f64>,
    /// What counts, or is summed up; none: it is a median.
    pub numerator: Option<f64>,
    /// What it is divided by, where that is not the base count (the limits summed up of a speed-up); else as the base.
    pub denominator: Option<f64>,
    /// 基数: of how many; none: it is a count.
    pub base: Option<f64>,
    /// Whether it is hidden, because the base is too small.
    pub hidden: bool,
    /// 上期; none: not asked for.
    pub previous: Option<Was>,
    /// 上年同期; none: not asked for.
    pub last_year: Option<Was>,
}

/// The same number of another period; of a period that runs, of so many days of the other as have begun of this one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Was {
    /// The number; none: nothing to count, or hidden.
    pub value: Option<f64>,
    /// Of how many; none: it is a count.
    pub base: Option<f64>,
}
