//! 效能评估: a score sheet out of a score model and the counted rows of a period.
//!
//! Pure. Who is scored, what the rows are and what the dictionary says of the metrics is told; nothing is asked. A row takes points only
//! where it comes down to 主观责任 (domain study 7, 18): what nobody has decided yet and what is under appeal (申诉中) is told apart and
//! takes nothing, what was withdrawn is not there at all. So a withdrawal never lowers a score.

mod among;
mod sheet;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::alert::{Level, Status};
use crate::definitions::Points;
use crate::definitions::score_model::scorable::{Counted, ORDER_RULE, OVERDUE_RULES};
use crate::disposition::Conclusion;

pub use among::{mean, ranks};
pub use sheet::{Apart, ItemScore, PartScore, RowRef, Sheet, score};

/// Everything that a sheet is made of, of one subject and one period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    /// Every alert that went out about the subject in the period, whatever became of it.
    pub alerts: Vec<CountedAlert>,
    /// Cases that the subject was late with in the period.
    pub overdue_cases: Vec<CountedRow>,
    /// Orders to the subject whose answer was due in the period and did not come in time.
    pub unanswered_orders: Vec<CountedRow>,
    /// What the dictionary says, by the metric's id.
    pub metrics: BTreeMap<String, Metric>,
    /// 手工评分 and bonuses.
    pub marks: Vec<Mark>,
}

/// An alert as scoring sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedAlert {
    /// Its id.
    pub alert_id: String,
    /// The source; empty for a subject that is no source's.
    pub source: String,
    /// 办件编号.
    pub case_no: String,
    /// How grave.
    pub level: Level,
    /// The kind of rule, like `T3`.
    pub rule: String,
    /// Where it stands.
    pub status: Status,
    /// The conclusion of a decision that carries; none: nobody decided, or what was decided does not carry any more.
    pub conclusion: Option<Conclusion>,
    /// 申诉中.
    pub appealed: bool,
}

/// A case or an order as scoring sees it: what it comes down to is what its alerts come down to.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedRow {
    /// Its id: of a case its source and number, of an order the alert that it is about.
    pub id: String,
    /// The source.
    pub source: String,
    /// 办件编号.
    pub case_no: String,
    /// The alerts of it that went out, of the rules that say what it comes down to, whenever that was.
    pub alerts: Vec<CountedAlert>,
}

/// What the dictionary says of a metric.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Metric {
    /// The number: of a share a fraction; none: there was nothing to count.
    pub value: Option<f64>,
    /// Of how many; none: it is a count.
    pub base: Option<f64>,
    /// 上期.
    pub previous: Option<f64>,
    /// 上年同期.
    pub last_year: Option<f64>,
}

/// 手工评分: what a person marked on an item or a bonus.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its id.
    pub id: String,
    /// The item or the bonus.
    pub item: String,
    /// So many points.
    pub points: Points,
    /// 理由.
    pub reason: String,
    /// Whether an appeal against it is open.
    pub appealed: bool,
}

/// What a row comes down to. Ordered: where a case has several alerts, the greatest is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is not there: withdrawn, cancelled, not sent out, or a mere reminder.
    Gone,
    /// Decided, and not the department's fault: 客观原因、数据问题、规则问题.
    Excused,
    /// 尚无结论.
    Open,
    /// 申诉中.
    Appealed,
    /// 主观责任: it counts.
    Fault,
}

impl CountedAlert {
    /// What it comes down to.
    pub fn standing(&self) -> Standing {
        let alleges = matches!(self.level, Level::Yellow | Level::Red);
        match self.status {
            Status::Withdrawn | Status::Cancelled | Status::Pending => Standing::Gone,
            Status::Issued | Status::Ended | Status::Review if !alleges => Standing::Gone,
            _ if self.appealed => Standing::Appealed,
            Status::Review => Standing::Open,
            Status::Issued | Status::Ended => match self.conclusion {
                Some(Conclusion::Subjective) => Standing::Fault,
                Some(_) => Standing::Excused,
                None => Standing::Open,
            },
        }
    }
}

impl CountedRow {
    /// What it comes down to: the gravest of what its alerts come down to. Without any nobody has said anything yet.
    fn standing(&self, rules: &[&str]) -> Standing {
        let mine = self.alerts.iter().filter(|a| rules.contains(&&*a.rule));
        let gravest = mine.map(CountedAlert::standing).max();
        gravest.unwrap_or(Standing::Open)
    }
}

/// The rules by whose alerts a row of this kind stands.
const fn rules_of(of: Counted) -> &'static [&'static str] {
    match of {
        Counted::Alerts => &[],
        Counted::OverdueCases => &OVERDUE_RULES,
        Counted::UnansweredOrders => &[ORDER_RULE],
    }
}

#[cfg(test)]
mod tests;
