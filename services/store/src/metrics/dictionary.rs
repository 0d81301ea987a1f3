//! The dictionary: every metric there is.

use std::sync::LazyLock;

use super::Dimension;
use super::compose;
use super::groups::GROUPS;
use super::measure::Measure;

/// 字典版本. A changed dictionary needs a new one: a bulletin names the version its figures were counted by.
pub const DICTIONARY_VERSION: &str = "4";

/// Every metric, in the order in which they are shown.
pub static METRICS: LazyLock<Vec<&'static Metric>> =
    LazyLock::new(|| GROUPS.iter().flat_map(|group| group.iter()).collect());

/// 指纹: of everything that the dictionary says and counts by, 32 hexadecimal digits. A figure that is kept with it can be told from one that
/// another dictionary counted.
pub fn digest() -> String {
    let mut said = format!("{:?}", *METRICS);
    for text in compose::TEXTS {
        said.push_str(text);
    }
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(said.as_bytes()))
}

/// One metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// Its id: lower case, for ever.
    pub id: &'static str,
    /// 名称.
    pub name: &'static str,
    /// Its name in English.
    pub name_en: &'static str,
    /// What it belongs to.
    pub group: Group,
    /// 定义, in words.
    pub definition: &'static str,
    /// The same in English.
    pub definition_en: &'static str,
    /// 公式, in words.
    pub formula: &'static str,
    /// 基数: of what it is a share, mean or median; empty: it is a count.
    pub base: &'static str,
    /// What it is in.
    pub unit: Unit,
    /// Which way is better.
    pub direction: Direction,
    /// 注意: how it misleads.
    pub pitfalls: &'static str,
    /// The same in English.
    pub pitfalls_en: &'static str,
    /// What is counted.
    pub over: Over,
    /// How: its SQL.
    pub(super) measure: Measure,
}

/// The metric with this id.
pub fn metric(id: &str) -> Option<&'static Metric> {
    METRICS.iter().copied().find(|metric| metric.id == id)
}

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$one:meta])* $variant:ident $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$one])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The code used in requests and answers.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)* }
            }
        }
    };
}

coded! {
    /// What metrics belong together.
    Group {
        /// 业务量.
        Volume "volume",
        /// 时限.
        Time "time",
        /// 流程.
        Procedure "procedure",
        /// 预警.
        Alerts "alerts",
        /// 督办与申诉.
        Orders "orders",
        /// 投诉与评价.
        Voices "voices",
        /// 运行覆盖.
        Coverage "coverage",
        /// 数据真实性.
        Truth "truth",
        /// 抽查.
        Samples "samples",
    }
}

coded! {
    /// What a metric is in.
    Unit {
        /// Things counted.
        Count "count",
        /// A fraction.
        Share "share",
        /// Days of 24 hours.
        Days "days",
        /// Hours.
        Hours "hours",
        /// A plain number.
        Number "number",
    }
}

coded! {
    /// Which way is better.
    Direction {
        /// More is better.
        Higher "higher",
        /// Less is better.
        Lower "lower",
        /// Neither: it is told, not judged.
        None "none",
    }
}

coded! {
    /// What is counted.
    Over {
        /// 办件.
        Cases "cases",
        /// 环节停留.
        Steps "steps",
        /// 预警.
        Alerts "alerts",
        /// 督办.
        Orders "orders",
        /// 申诉.
        Appeals "appeals",
        /// 投诉.
        Complaints "complaints",
        /// 评价.
        Ratings "ratings",
        /// 清单事项.
        Items "items",
        /// 单位.
        Bodies "bodies",
        /// 抽查办件.
        Samples "samples",
    }
}

impl Group {
    /// 名称, and in English.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Group::Volume => ("业务量", "Volume"),
            Group::Time => ("时限", "Time"),
            Group::Procedure => ("流程", "Procedure"),
            Group::Alerts => ("预警", "Alerts"),
            Group::Orders => ("督办与申诉", "Orders and appeals"),
            Group::Voices => ("投诉与评价", "Complaints and ratings"),
            Group::Coverage => ("运行覆盖", "Coverage"),
            Group::Truth => ("数据真实性", "Truthfulness of data"),
            Group::Samples => ("抽查", "Samples"),
        }
    }
}

impl Unit {
    /// 名称.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Unit::Count => "件（个）",
            Unit::Share => "百分比",
            Unit::Days => "日（24 小时）",
            Unit::Hours => "小时",
            Unit::Number => "数",
        }
    }
}

impl Direction {
    /// 名称.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Direction::Higher => "越高越好",
            Direction::Lower => "越低越好",
            Direction::None => "不评价",
        }
    }
}

impl Over {
    /// 名称.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Over::Cases => "办件",
            Over::Steps => "环节停留",
            Over::Alerts => "预警",
            Over::Orders => "督办",
            Over::Appeals => "申诉",
            Over::Complaints => "投诉",
            Over::Ratings => "评价",
            Over::Items => "清单事项",
            Over::Bodies => "单位",
            Over::Samples => "抽查办件",
        }
    }

    /// By what these can be told apart.
    pub const fn dimensions(self) -> &'static [Dimension] {
        use Dimension::{
            CaseKind, Channel, Handler, Item, Level, Month, Office, Org, PowerType, Region, Rule,
            Step,
        };
        match self {
            Over::Cases => &[
                Region, Org, Office, Handler, Item, PowerType, CaseKind, Channel, Month,
            ],
            Over::Steps => &[
                Region, Org, Office, Handler, Item, PowerType, CaseKind, Channel, Month, Step,
            ],
            Over::Alerts | Over::Orders | Over::Appeals => &[
                Region, Org, Office, Handler, Item, PowerType, CaseKind, Channel, Month, Level,
                Rule,
            ],
            Over::Complaints | Over::Ratings => {
                &[Region, Org, Item, PowerType, CaseKind, Channel, Month]
            }
            Over::Items => &[Region, Org, Item, PowerType, Month],
            Over::Bodies => &[Region, Org, Month],
            Over::Samples => &[
                Region, Org, Office, Item, PowerType, CaseKind, Channel, Month,
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_metric_says_all_of_itself_once() {
        let ids: BTreeSet<&str> = METRICS.iter().map(|metric| metric.id).collect();
        assert_eq!(ids.len(), METRICS.len());
        for metric in METRICS.iter() {
            assert_eq!(super::metric(metric.id), Some(*metric));
            let texts = [
                metric.name,
                metric.name_en,
                metric.definition,
                metric.definition_en,
                metric.formula,
                metric.pitfalls,
                metric.pitfalls_en,
            ];
            assert!(texts.iter().all(|text| !text.is_empty()), "{}", metric.id);
            assert_eq!(
                metric.base.is_empty(),
                !metric.measure.has_base(),
                "{}",
                metric.id
            );
            assert!(
                metric
                    .id
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            );
        }
        assert!(super::metric("speed").is_none());
    }

    /// Domain study 11.13: no speed, raw volume, zero-case or quota of orders is judged.
    #[test]
    fn what_invites_gaming_has_no_better_way() {
        for id in [
            "received",
            "accepted",
            "closed",
            "early_rate",
            "statutory_speedup",
            "promised_speedup",
            "orders",
            "order_rate",
            "zero_volume_bodies",
            "samples_checked",
            "samples_findings",
            "appeals",
            "complaints",
        ] {
            assert_eq!(
                super::metric(id).map(|m| m.direction),
                Some(Direction::None),
                "{id}"
            );
        }
    }
}
