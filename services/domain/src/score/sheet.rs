//! The sheet: each part with its items, each item with its formula and the rows behind its marks.

use serde::Serialize;

use super::{CountedAlert, CountedRow, Inputs, Mark, Metric, Standing, rules_of};
use crate::definitions::score_model::scorable::{self, Counted};
use crate::definitions::{
    Bonus, Count, Formula, Grade, Points, Ratio, ScoreItem, ScoreModel, ScorePart, Term, TermOf,
};

/// 考评表: the score of one subject in one period, as it follows from the rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sheet {
    /// Each part of the model, in order.
    pub parts: Vec<PartScore>,
    /// Each bonus of the model, in order.
    pub bonuses: Vec<ItemScore>,
    /// 奖励分, held by the model's limit.
    pub bonus: Points,
    /// The sum of the parts and the bonuses.
    pub sum: Points,
    /// 折合系数.
    pub factor: f64,
    /// 得分: the sum times the factor.
    pub total: Points,
    /// 等次.
    pub grade: Grade,
    /// 基数: cases accepted in the period.
    pub base: Option<f64>,
    /// Whether the base is too small for a rank and for marks by formula.
    pub base_small: bool,
}

/// A part of a sheet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartScore {
    /// Its id in the model.
    pub id: String,
    /// 名称.
    pub name: String,
    /// 满分.
    pub points: Points,
    /// 得分: what is left of it, 0 at least.
    pub score: Points,
    /// Its items, in order.
    pub items: Vec<ItemScore>,
}

/// An item or a bonus of a sheet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemScore {
    /// Its id in the model.
    pub id: String,
    /// 名称.
    pub name: String,
    /// What it took or gave.
    pub marks: Points,
    /// How that was reckoned, in words and numbers.
    pub formula: String,
    /// Whether a limit held it.
    pub held: bool,
    /// The rows that took points.
    pub rows: Vec<RowRef>,
    /// What was told apart and took nothing.
    pub apart: Apart,
    /// The marks that people gave, by id, those that count.
    pub by_hand: Vec<String>,
}

/// Rows that took nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Apart {
    /// 尚无结论.
    pub open: Vec<RowRef>,
    /// 申诉中.
    pub appealed: Vec<RowRef>,
    /// Not the department's fault.
    pub excused: Vec<RowRef>,
    /// Marks by hand that are under appeal, by id.
    pub marks_appealed: Vec<String>,
}

/// A row of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RowRef {
    /// Its id.
    pub id: String,
    /// The source; empty for a subject that is no source's.
    pub source: String,
    /// 办件编号.
    pub case_no: String,
    /// Its alerts.
    pub alerts: Vec<String>,
}

/// The sheet of a subject: `body` is the one that it is, or belongs to.
pub fn score(model: &ScoreModel, body: &str, inputs: &Inputs) -> Sheet {
    let base = inputs.metrics.get(scorable::BASE).and_then(|m| m.value);
    let base_small = base.unwrap_or(0.0) < f64::from(model.min_base);
    let scoring = Scoring {
        inputs,
        base_small,
        min_base: model.min_base,
    };
    let parts: Vec<PartScore> = model.parts.iter().map(|part| scoring.part(part)).collect();
    let bonuses: Vec<ItemScore> = model.bonuses.iter().map(|b| scoring.bonus(b)).collect();
    let given: Points = bonuses.iter().map(|bonus| bonus.marks).sum();
    let bonus = model.bonus_max.map_or(given, |max| given.min(max));
    let sum = parts.iter().map(|part| part.score).sum::<Points>() + bonus;
    let own = model.conversions.iter().find(|c| *c.body.text == *body);
    let factor = own.map_or(1.0, |conversion| times(conversion.factor));
    let total = match own {
        None => sum,
        Some(_) => Points::rounded(sum.number() * factor),
    };
    Sheet {
        parts,
        bonuses,
        bonus,
        sum,
        factor,
        total,
        grade: model.grades.of(total),
        base,
        base_small,
    }
}

fn times(ratio: Ratio) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a factor is at most 2,000,000")]
    let millionths = ratio.millionths as f64;
    #[expect(clippy::cast_precision_loss, reason = "a million")]
    let one = Ratio::ONE as f64;
    millionths / one
}

struct Scoring<'a> {
    inputs: &'a Inputs,
    base_small: bool,
    min_base: u32,
}

impl Scoring<'_> {
    fn part(&self, part: &ScorePart) -> PartScore {
        let items: Vec<ItemScore> = part.items.iter().map(|item| self.item(item)).collect();
        let marks: Points = items.iter().map(|item| item.marks).sum();
        PartScore {
            id: part.id.text.clone(),
            name: part.name.clone(),
            points: part.points,
            score: (part.points + marks).max(Points::ZERO),
            items,
        }
    }

    fn item(&self, item: &ScoreItem) -> ItemScore {
        let blank = ItemScore {
            id: item.id.text.clone(),
            name: item.name.clone(),
            ..blank()
        };
        match (&item.count, &item.formula, item.manual) {
            (Some(count), ..) => self.counted(blank, count),
            (None, Some(formula), _) => self.by_formula(blank, formula),
            (None, None, Some(limits)) => self.by_hand(blank, limits.min, Points::ZERO),
            (None, None, None) => blank,
        }
    }

    fn bonus(&self, bonus: &Bonus) -> ItemScore {
        let blank = ItemScore {
            id: bonus.id.text.clone(),
            name: bonus.name.clone(),
            ..blank()
        };
        self.by_hand(blank, Points::ZERO, bonus.max)
    }

    fn counted(&self, mut item: ItemScore, count: &Count) -> ItemScore {
        let Some(of) = Counted::from_code(&count.of) else {
            return item;
        };
        let rows: Vec<(Standing, RowRef)> = match of {
            Counted::Alerts => {
                let alerts = self.inputs.alerts.iter().filter(|a| count.takes(a));
                alerts
                    .map(|a| (a.standing(), RowRef::of_alert(a)))
                    .collect()
            }
            Counted::OverdueCases => rows(&self.inputs.overdue_cases, rules_of(of)),
            Counted::UnansweredOrders => rows(&self.inputs.unanswered_orders, rules_of(of)),
        };
        for (standing, row) in rows {
            match standing {
                Standing::Fault => item.rows.push(row),
                Standing::Open => item.apart.open.push(row),
                Standing::Appealed => item.apart.appealed.push(row),
                Standing::Excused => item.apart.excused.push(row),
                Standing::Gone => {}
            }
        }
        let faults = item.rows.len() as u64;
        let (marks, words) = match &count.per {
            None => (
                count.points.times(faults),
                format!("{} × {faults} 件{}", count.points, of.name_zh()),
            ),
            Some(per) => {
                let name = scorable::name_zh(&per.base).unwrap_or(&per.base);
                let base = self.metric(&per.base).value.unwrap_or(0.0);
                let words = format!(
                    "{} × {faults} 件{} ÷ {name} {base} × {}",
                    count.points,
                    of.name_zh(),
                    per.each
                );
                // Of a base of nothing there is no share; what is counted then is counted each.
                let whole = count.points.times(faults);
                let marks = match base > 0.0 {
                    true => Points::rounded(whole.number() * f64::from(per.each) / base),
                    false => whole,
                };
                (marks, words)
            }
        };
        item.marks = count.min.map_or(marks, |min| marks.max(min));
        item.held = item.marks != marks;
        item.formula = words;
        item
    }

    fn by_formula(&self, mut item: ItemScore, formula: &Formula) -> ItemScore {
        if self.base_small {
            item.formula = format!("受理不足 {} 件，不按公式计分", self.min_base);
            return item;
        }
        let mut sum = formula.plus.number();
        let mut words = match formula.plus {
            Points::ZERO => String::new(),
            plus => plus.to_string(),
        };
        for term in &formula.terms {
            let name = scorable::name_zh(&term.metric).unwrap_or(&term.metric);
            let Some(value) = self.term(term) else {
                item.formula = format!("{name}没有可比的数据，不计分");
                return item;
            };
            sum += term.times.number() * value;
            if !words.is_empty() {
                words.push_str(" + ");
            }
            let of = match term.of {
                TermOf::Value => "",
                TermOf::Previous => "上期",
                TermOf::LastYear => "上年同期",
            };
            words.push_str(&format!("{} × {of}{name} {value:.4}", term.times));
        }
        let marks = Points::rounded(sum);
        item.marks = marks.clamp(formula.min, formula.max.max(formula.min));
        item.held = item.marks != marks;
        item.formula = words;
        item
    }

    /// A term's number; none: nothing was there to count, or too little of it.
    fn term(&self, term: &Term) -> Option<f64> {
        let metric = self.metric(&term.metric);
        let value = match term.of {
            TermOf::Value => metric.value,
            TermOf::Previous => metric.previous,
            TermOf::LastYear => metric.last_year,
        };
        let small = metric
            .base
            .is_some_and(|base| base < f64::from(self.min_base));
        value.filter(|value| !small && value.is_finite())
    }

    fn metric(&self, id: &str) -> Metric {
        self.inputs.metrics.get(id).copied().unwrap_or_default()
    }

    fn by_hand(&self, mut item: ItemScore, min: Points, max: Points) -> ItemScore {
        let mine = self.inputs.marks.iter().filter(|mark| mark.item == item.id);
        // What takes points waits for its appeal; what gives them is nobody's to appeal against.
        let waits = |mark: &&Mark| mark.appealed && mark.points < Points::ZERO;
        let (waiting, counting): (Vec<&Mark>, Vec<&Mark>) = mine.partition(waits);
        let marks: Points = counting.iter().map(|mark| mark.points).sum();
        item.marks = marks.clamp(min, max);
        item.held = item.marks != marks;
        item.formula = match counting.len() {
            0 => "没有评分".into(),
            many => format!("手工评分 {many} 笔"),
        };
        let id = |mark: &Mark| mark.id.clone();
        item.by_hand = counting.into_iter().map(id).collect();
        item.apart.marks_appealed = waiting.into_iter().map(id).collect();
        item
    }
}

fn blank() -> ItemScore {
    ItemScore {
        id: String::new(),
        name: String::new(),
        marks: Points::ZERO,
        formula: String::new(),
        held: false,
        rows: Vec::new(),
        apart: Apart::default(),
        by_hand: Vec::new(),
    }
}

fn rows(rows: &[CountedRow], rules: &[&str]) -> Vec<(Standing, RowRef)> {
    rows.iter()
        .map(|row| (row.standing(rules), RowRef::of_row(row, rules)))
        .collect()
}

impl Count {
    /// Whether an alert is of the levels and rules that are counted.
    fn takes(&self, alert: &CountedAlert) -> bool {
        let level = self.levels.is_empty() || self.levels.contains(&alert.level);
        let named = |rule: &crate::definitions::Name| {
            *rule.text == alert.rule || (rule.len() == 1 && scorable::in_family(&alert.rule, rule))
        };
        level && (self.rules.is_empty() || self.rules.iter().any(named))
    }
}

impl RowRef {
    fn of_alert(alert: &CountedAlert) -> Self {
        Self {
            id: alert.alert_id.clone(),
            source: alert.source.clone(),
            case_no: alert.case_no.clone(),
            alerts: vec![alert.alert_id.clone()],
        }
    }

    fn of_row(row: &CountedRow, rules: &[&str]) -> Self {
        let mine = row.alerts.iter().filter(|a| rules.contains(&&*a.rule));
        Self {
            id: row.id.clone(),
            source: row.source.clone(),
            case_no: row.case_no.clone(),
            alerts: mine.map(|alert| alert.alert_id.clone()).collect(),
        }
    }
}
