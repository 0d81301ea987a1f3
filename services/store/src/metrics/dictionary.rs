//! The dictionary: every metric there is.

use super::Dimension;

/// 字典版本. A changed dictionary needs a new one: a bulletin names the version its figures were counted by.
pub const DICTIONARY_VERSION: &str = "1";

/// Every metric, in the order in which they are shown.
pub const METRICS: &[&Metric] = &[];

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
    }
}

impl Over {
    /// By what these can be told apart.
    pub const fn dimensions(self) -> &'static [Dimension] {
        use Dimension::{
            CaseKind, Handler, Item, Level, Month, Office, Org, PowerType, Region, Rule, Step,
        };
        match self {
            Over::Cases => &[
                Region, Org, Office, Handler, Item, PowerType, CaseKind, Month,
            ],
            Over::Steps => &[
                Region, Org, Office, Handler, Item, PowerType, CaseKind, Month, Step,
            ],
            Over::Alerts | Over::Orders | Over::Appeals => &[
                Region, Org, Office, Handler, Item, PowerType, CaseKind, Month, Level, Rule,
            ],
            Over::Complaints | Over::Ratings => &[Region, Org, Item, PowerType, CaseKind, Month],
            Over::Items => &[Region, Org, Item, PowerType, Month],
            Over::Bodies => &[Region, Org, Month],
        }
    }
}
