//! 考评办法: how a body, an office or an officer is scored: parts with points, items that take from them, bonuses, grades.
//!
//! Every part begins full and is reduced down to 0. What may be scored at all stands in [`scorable`]: no speed-up, no raw volume, no zero
//! cases, no quota of orders (domain study 11.13), and faults only as counted rows whose conclusion is 主观责任 (7, 18).

mod points;
pub mod scorable;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Body, Name, PowerLevel, Ratio, regions};
use crate::alert::Level;
use crate::limit::Budget;
use crate::period::PeriodKind;

pub use points::{BadPoints, Points};

/// 考评办法: one published version. A period is scored by the version in force on its first day.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreModel {
    /// Its id.
    pub id: Name,
    /// Its version; a published version never changes.
    pub version: String,
    /// 名称.
    pub name: String,
    /// English name.
    #[serde(default)]
    pub name_en: Option<String>,
    /// Periods that begin on this day or later are scored by it.
    #[schemars(with = "String")]
    pub effective_from: NaiveDate,
    /// 依据: the site's own paper.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// 考评周期. Of a longer period the mean of its periods is taken.
    pub period: ScorePeriod,
    /// 考评对象.
    pub subject: ScoreSubject,
    /// 最小基数: with fewer cases accepted in the period there is neither rank nor a mark by formula.
    pub min_base: u32,
    /// 申诉期, in working days from the day on which the mark or the score was made known.
    #[schemars(with = "String")]
    pub appeal_within: Budget,
    /// 等次.
    pub grades: Grades,
    /// 考评部分. Each begins full.
    pub parts: Vec<ScorePart>,
    /// 奖励项. Each mark needs a reason.
    #[serde(default)]
    pub bonuses: Vec<Bonus>,
    /// 奖励分上限 of all bonuses together. Absent: their own limits alone.
    #[serde(default)]
    pub bonus_max: Option<Points>,
    /// 折合系数, of single bodies.
    #[serde(default)]
    pub conversions: Vec<Conversion>,
    /// 分组: ranks are given among the bodies of one class alone; the first class that fits a body is its own. A body under 垂直管理 is only in a class
    /// that names it.
    #[serde(default)]
    pub classes: Vec<ScoreClass>,
    /// 未采用的内容: what an older paper scored and this one does not, and why.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
}

/// 考评周期.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScorePeriod {
    /// 月.
    Month,
    /// 季度.
    Quarter,
    /// 半年.
    Half,
    /// 年.
    Year,
}

impl ScorePeriod {
    /// The kind of stretch that is scored.
    pub const fn kind(self) -> PeriodKind {
        match self {
            ScorePeriod::Month => PeriodKind::Month,
            ScorePeriod::Quarter => PeriodKind::Quarter,
            ScorePeriod::Half => PeriodKind::Half,
            ScorePeriod::Year => PeriodKind::Year,
        }
    }

    /// The code used in definitions and answers.
    pub const fn code(self) -> &'static str {
        match self {
            ScorePeriod::Month => "month",
            ScorePeriod::Quarter => "quarter",
            ScorePeriod::Half => "half",
            ScorePeriod::Year => "year",
        }
    }
}

/// 考评对象: who is scored.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ScoreSubject {
    /// 单位.
    Body,
    /// 科室、窗口.
    Office,
    /// 个人. Stays within the personnel scope (domain study 11.12).
    Officer,
}

impl ScoreSubject {
    /// The code used in definitions and answers.
    pub const fn code(self) -> &'static str {
        match self {
            ScoreSubject::Body => "body",
            ScoreSubject::Office => "office",
            ScoreSubject::Officer => "officer",
        }
    }

    /// 名称.
    pub const fn name_zh(self) -> &'static str {
        match self {
            ScoreSubject::Body => "单位",
            ScoreSubject::Office => "科室（窗口）",
            ScoreSubject::Officer => "个人",
        }
    }
}

/// 等次: from how many points each is given; below the last 不合格.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grades {
    /// 优秀 from here.
    pub excellent: Points,
    /// 良好 from here.
    pub good: Points,
    /// 合格 from here.
    pub qualified: Points,
}

/// A grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 不合格.
    Unqualified,
    /// 合格.
    Qualified,
    /// 良好.
    Good,
    /// 优秀.
    Excellent,
}

impl Grade {
    /// The code used in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Grade::Excellent => "excellent",
            Grade::Good => "good",
            Grade::Qualified => "qualified",
            Grade::Unqualified => "unqualified",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Grade::Excellent => "优秀",
            Grade::Good => "良好",
            Grade::Qualified => "合格",
            Grade::Unqualified => "不合格",
        }
    }
}

impl Grades {
    /// The grade of a total.
    pub fn of(&self, total: Points) -> Grade {
        match total {
            total if total >= self.excellent => Grade::Excellent,
            total if total >= self.good => Grade::Good,
            total if total >= self.qualified => Grade::Qualified,
            _ => Grade::Unqualified,
        }
    }
}

/// 考评部分: begins with its points and goes down to 0 at most.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScorePart {
    /// Its id within the model.
    pub id: Name,
    /// 名称.
    pub name: String,
    /// 满分.
    pub points: Points,
    /// 考评项. None: it stays full; nothing in the platform's data bears on it.
    #[serde(default)]
    pub items: Vec<ScoreItem>,
}

/// 考评项: exactly one of `count`, `formula`, `manual` says how it is marked.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreItem {
    /// Its id within the model.
    pub id: Name,
    /// 名称.
    pub name: String,
    /// 标准, in words.
    #[serde(default)]
    pub standard: Option<String>,
    /// 按件: so many points for each counted row.
    #[serde(default)]
    pub count: Option<Count>,
    /// 按公式.
    #[serde(default)]
    pub formula: Option<Formula>,
    /// 手工.
    #[serde(default)]
    pub manual: Option<Limits>,
}

/// 按件: so many points for each row that counts as a fault.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// What is counted: `alerts`, `overdue_cases` or `unanswered_orders`; see [`scorable::Counted`].
    pub of: Name,
    /// Of alerts: `yellow`, `red`. Absent: both.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// Of alerts: rules like `T3`, or the letter of a family like `T`. Absent: all.
    #[serde(default)]
    pub rules: Vec<Name>,
    /// Points for each, below 0.
    pub points: Points,
    /// 基数: so many points for each of so many cases of a base, and not for each row as such. Absent: for each row.
    #[serde(default)]
    pub per: Option<Per>,
    /// 限额: no more than this is taken, below 0. Absent: the part's floor alone.
    #[serde(default)]
    pub min: Option<Points>,
}

/// 基数: `points` for each row in `each` of the base.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Per {
    /// A count of the dictionary: see [`scorable::BASES`].
    pub base: Name,
    /// So many of it.
    pub each: u32,
}

/// 公式: `plus` and so many times each metric, held between `min` and `max`.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Formula {
    /// A constant.
    #[serde(default)]
    pub plus: Points,
    /// What is added up.
    pub terms: Vec<Term>,
    /// No less than this.
    pub min: Points,
    /// No more than this; at most 0.
    pub max: Points,
}

/// One term of a formula.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// A metric of the dictionary: see [`scorable::METRICS`].
    pub metric: Name,
    /// Of which period.
    #[serde(default)]
    pub of: TermOf,
    /// How many times it. A share of 1 is 100 %.
    pub times: Points,
}

/// Of which period a term's metric is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TermOf {
    /// 本期.
    #[default]
    Value,
    /// 环比: of the period before.
    Previous,
    /// 同比: of the same period last year.
    LastYear,
}

/// 手工: between what a person may mark; each mark needs a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// All marks of a period together: no less than this, below 0.
    pub min: Points,
}

/// 奖励项.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bonus {
    /// Its id within the model.
    pub id: Name,
    /// 名称.
    pub name: String,
    /// 标准, in words.
    #[serde(default)]
    pub standard: Option<String>,
    /// All marks of a period together: no more than this.
    pub max: Points,
}

/// 折合系数 of a body.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conversion {
    /// Its code.
    pub body: Name,
    /// Times the total.
    #[schemars(with = "String")]
    pub factor: Ratio,
    /// 理由.
    pub reason: String,
}

/// 分组: bodies that are like each other. All that is said must fit.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreClass {
    /// Its id within the model.
    pub id: Name,
    /// 名称.
    pub name: String,
    /// These bodies, by code. Absent: any.
    #[serde(default)]
    pub bodies: Vec<Name>,
    /// Bodies whose region is of this level: `province`, `city`, `county`, `township`. Absent: any.
    #[serde(default)]
    pub level: Option<PowerLevel>,
}

/// 未采用的内容.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// What the older paper scored.
    pub what: String,
    /// Why this one does not.
    pub why: String,
}

impl ScoreModel {
    /// 满分, without bonuses.
    pub fn full(&self) -> Points {
        self.parts.iter().map(|part| part.points).sum()
    }

    /// How it is named in answers: `id@version`.
    pub fn label(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// The class of a body, if any fits: like is compared with like, and a body that the region's government does not lead is like none that it does.
    pub fn class_of(&self, body: &Body) -> Option<&ScoreClass> {
        self.classes.iter().find(|class| class.fits(body))
    }

    /// The manual item or bonus of this id, and between which points all its marks lie.
    pub fn marked_by_hand(&self, id: &str) -> Option<(Points, Points)> {
        let items = self.parts.iter().flat_map(|part| &part.items);
        let item = items
            .filter(|item| item.id.text == id)
            .find_map(|item| item.manual);
        let bonus = self.bonuses.iter().find(|bonus| bonus.id.text == id);
        item.map(|limits| (limits.min, Points::ZERO))
            .or_else(|| bonus.map(|bonus| (Points::ZERO, bonus.max)))
    }

    /// The metrics that scoring asks the dictionary for.
    pub fn metrics(&self) -> std::collections::BTreeSet<&str> {
        let items = || self.parts.iter().flat_map(|part| &part.items);
        let terms = items().filter_map(|item| item.formula.as_ref());
        let terms = terms.flat_map(|formula| formula.terms.iter().map(|term| &*term.metric.text));
        let bases = items().filter_map(|item| item.count.as_ref()?.per.as_ref());
        let bases = bases.map(|per| &*per.base.text);
        terms.chain(bases).chain([scorable::BASE]).collect()
    }
}

impl ScoreClass {
    fn fits(&self, body: &Body) -> bool {
        let named = match self.bodies.is_empty() {
            true => !body.vertical,
            false => self.bodies.iter().any(|code| code.text == body.code.text),
        };
        named
            && self
                .level
                .is_none_or(|level| level_of(&body.region) == level)
    }
}

/// The level of a region by its code: two digits a level down to the county, then three (GB/T 2260, GB/T 10114).
fn level_of(region: &str) -> PowerLevel {
    match regions::head(region).len() {
        0..=2 => PowerLevel::Province,
        3..=4 => PowerLevel::City,
        5..=6 => PowerLevel::County,
        7..=9 => PowerLevel::Township,
        _ => PowerLevel::Village,
    }
}
