//! Score models: what one says must make sense by itself, and it may score nothing that is not to be scored.

use std::collections::BTreeSet;

use super::{Document, Problem};
use crate::alert::Level;
use crate::catalogue;
use crate::definitions::score_model::scorable::{self, Counted, Unfit, in_family};
use crate::definitions::{
    Count, Formula, Name, Points, Ratio, ScoreItem, ScoreModel, ScorePart, ScoreSubject,
};
use crate::limit::Unit;

/// Tells of everything that is wrong in each model.
pub(super) fn check(models: &[Document<ScoreModel>], problems: &mut Vec<Problem>) {
    for document in models {
        Checked { document, problems }.model();
    }
}

struct Checked<'a> {
    document: &'a Document<ScoreModel>,
    problems: &'a mut Vec<Problem>,
}

impl Checked<'_> {
    fn refuse(&mut self, at: &Name, message: String) {
        self.problems.push(self.document.problem(at.line, message));
    }

    fn unfit(&mut self, at: &Name, what: &str, why: Unfit) {
        self.refuse(at, format!("{what}不得计分：{}", why.why()));
    }

    fn model(&mut self) {
        let model = &self.document.value;
        if model.parts.is_empty() {
            self.refuse(
                &model.id,
                "考评办法没有考评部分：请在 parts 中至少写一部分".into(),
            );
        }
        if model.appeal_within.unit != Unit::WorkingDays || model.appeal_within.count == 0 {
            let message = format!(
                "申诉期 {} 不是工作日：appeal_within 应写作 5wd 这样的工作日数，至少 1wd",
                model.appeal_within
            );
            self.refuse(&model.id, message);
        }
        self.grades();
        self.ids();
        for part in &model.parts {
            self.part(part);
        }
        for bonus in &model.bonuses {
            if let Some(why) = scorable::unfit_by_name(&bonus.name) {
                self.unfit(&bonus.id, &format!("奖励项“{}”", bonus.name), why);
            }
            if bonus.max <= Points::ZERO {
                let message = format!("奖励项“{}”的上限 max 应大于 0", bonus.name);
                self.refuse(&bonus.id, message);
            }
        }
        if model.bonus_max.is_some_and(|max| max < Points::ZERO) {
            self.refuse(&model.id, "奖励分上限 bonus_max 不得小于 0".into());
        }
        self.conversions();
        for class in &model.classes {
            if class.bodies.is_empty() && class.level.is_none() {
                let message = format!(
                    "分组“{}”没有说明包括哪些单位：请写 bodies（机构代码）或者 level（层级），同类才可比",
                    class.name
                );
                self.refuse(&class.id, message);
            }
        }
    }

    fn grades(&mut self) {
        let model = &self.document.value;
        let grades = model.grades;
        let falls = grades.excellent > grades.good
            && grades.good > grades.qualified
            && grades.qualified > Points::ZERO;
        if !falls || grades.excellent > model.full() {
            let message = format!(
                "等次分数线应依次降低、大于 0 且不超过满分 {}：excellent {}、good {}、qualified {}",
                model.full(),
                grades.excellent,
                grades.good,
                grades.qualified
            );
            self.refuse(&model.id, message);
        }
    }

    /// Parts, items, bonuses and classes are named in marks, sheets and addresses.
    fn ids(&mut self) {
        let model = &self.document.value;
        let items = model.parts.iter().flat_map(|part| &part.items);
        let scored = items
            .map(|item| &item.id)
            .chain(model.bonuses.iter().map(|b| &b.id));
        let kinds: [(&str, Vec<&Name>); 3] = [
            (
                "考评部分",
                model.parts.iter().map(|part| &part.id).collect(),
            ),
            ("考评项或奖励项", scored.collect()),
            (
                "分组",
                model.classes.iter().map(|class| &class.id).collect(),
            ),
        ];
        for (what, names) in kinds {
            let mut seen = BTreeSet::new();
            for name in names {
                let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
                    let message = format!(
                        "{what}的 id {name:?} 应由小写字母、数字和连字符组成，最多64个字符",
                        name = name.text
                    );
                    self.refuse(name, message);
                }
                if !seen.insert(name.text.as_str()) {
                    let message = format!("{what}的 id {:?} 出现了两次，请换一个", name.text);
                    self.refuse(name, message);
                }
            }
        }
    }

    fn part(&mut self, part: &ScorePart) {
        if part.points <= Points::ZERO {
            let message = format!("考评部分“{}”的满分 points 应大于 0", part.name);
            self.refuse(&part.id, message);
        }
        for item in &part.items {
            self.item(item);
        }
        // One row takes points once a part: what two items of it both count is counted twice.
        for (at, item) in part.items.iter().enumerate() {
            let same = part.items[..at].iter().find(|other| overlap(other, item));
            if let Some(other) = same {
                let message = format!(
                    "考评项“{}”与“{}”在同一部分内会对同一事重复扣分：请以 levels、rules 分开，或者放在不同部分",
                    item.name, other.name
                );
                self.refuse(&item.id, message);
            }
        }
    }

    fn item(&mut self, item: &ScoreItem) {
        let ways = [
            item.count.is_some(),
            item.formula.is_some(),
            item.manual.is_some(),
        ];
        if ways.into_iter().filter(|way| *way).count() != 1 {
            let message = format!(
                "考评项“{}”应当且只能有 count（按件）、formula（按公式）、manual（手工）中的一种",
                item.name
            );
            self.refuse(&item.id, message);
        }
        if let Some(why) = scorable::unfit_by_name(&item.name) {
            self.unfit(&item.id, &format!("考评项“{}”", item.name), why);
        }
        if let Some(count) = &item.count {
            self.count(item, count);
        }
        if let Some(formula) = &item.formula {
            self.formula(item, formula);
        }
        if item.manual.is_some_and(|limits| limits.min >= Points::ZERO) {
            let message = format!(
                "手工考评项“{}”的限额 min 应小于 0：各部分从满分往下扣，加分请写在 bonuses 中",
                item.name
            );
            self.refuse(&item.id, message);
        }
    }

    /// Whether whoever is scored can be told apart by it.
    fn tells_apart(&mut self, name: &Name) {
        let subject = self.document.value.subject;
        if subject != ScoreSubject::Body && scorable::OF_BODIES.contains(&&*name.text) {
            let message = format!(
                "{:?} 只分单位，分不到{}：督办、投诉和评价是对单位的，请删去本项或者改用单位考评",
                name.text,
                subject.name_zh()
            );
            self.refuse(name, message);
        }
    }

    fn count(&mut self, item: &ScoreItem, count: &Count) {
        self.tells_apart(&count.of);
        let of = Counted::from_code(&count.of);
        match (of, scorable::unfit(&count.of)) {
            (Some(_), _) => {}
            (None, Some(why)) => self.unfit(&count.of, &format!("{:?} ", count.of.text), why),
            (None, None) => {
                let known: Vec<&str> = Counted::ALL.iter().map(|one| one.code()).collect();
                let message = format!(
                    "按件计分的对象 {:?} 不在其列：应为 {}",
                    count.of.text,
                    known.join("、")
                );
                self.refuse(&count.of, message);
            }
        }
        if of.is_some_and(|of| of != Counted::Alerts)
            && !(count.levels.is_empty() && count.rules.is_empty())
        {
            let message = format!("考评项“{}”不计预警，不应写 levels 或 rules", item.name);
            self.refuse(&item.id, message);
        }
        let mild = |level: &&Level| !matches!(level, Level::Yellow | Level::Red);
        if let Some(level) = count.levels.iter().find(mild) {
            let message = format!(
                "考评项“{}”计{}：提醒和待核不认定过错，不得计分；levels 只能是 yellow、red",
                item.name,
                level.name_zh()
            );
            self.refuse(&item.id, message);
        }
        for rule in &count.rules {
            let family =
                rule.len() == 1 && catalogue::rules().any(|known| in_family(known.id, rule));
            if !family && !catalogue::is_known(rule) {
                let message = format!(
                    "规则 {:?} 不在规则目录中：请写 T3 这样的规则编号，或者 T 这样的类别字母",
                    rule.text
                );
                self.refuse(rule, message);
            }
        }
        if count.points >= Points::ZERO || count.min.is_some_and(|min| min >= Points::ZERO) {
            let message = format!(
                "考评项“{}”的 points 和 min 应小于 0：各部分从满分往下扣",
                item.name
            );
            self.refuse(&item.id, message);
        }
        if let Some(per) = &count.per {
            self.tells_apart(&per.base);
            if !scorable::BASES.iter().any(|(id, _)| **id == *per.base.text) {
                let known: Vec<&str> = scorable::BASES.iter().map(|(id, _)| *id).collect();
                let message = format!("{:?} 不能作基数：应为 {}", per.base.text, known.join("、"));
                self.refuse(&per.base, message);
            }
            if per.each == 0 {
                self.refuse(&per.base, "基数的 each 应至少为 1".into());
            }
        }
    }

    fn formula(&mut self, item: &ScoreItem, formula: &Formula) {
        if formula.terms.is_empty() {
            let message = format!("考评项“{}”的公式没有指标：请在 terms 中写出", item.name);
            self.refuse(&item.id, message);
        }
        for term in &formula.terms {
            let metric = &term.metric;
            self.tells_apart(metric);
            let known = scorable::METRICS;
            if known.iter().any(|(id, _)| **id == *metric.text) {
                continue;
            }
            match scorable::unfit(metric) {
                Some(why) => self.unfit(metric, &format!("指标 {:?} ", metric.text), why),
                None => {
                    let known: Vec<&str> = known.iter().map(|(id, _)| *id).collect();
                    let message = format!(
                        "没有可以计分的指标 {:?}：可以用 {}",
                        metric.text,
                        known.join("、")
                    );
                    self.refuse(metric, message);
                }
            }
        }
        if formula.min >= formula.max || formula.max > Points::ZERO {
            let message = format!(
                "考评项“{}”的上下限应为 min 小于 max，且 max 不大于 0：各部分从满分往下扣，加分请写在 bonuses 中",
                item.name
            );
            self.refuse(&item.id, message);
        }
    }

    fn conversions(&mut self) {
        let model = &self.document.value;
        let mut seen = BTreeSet::new();
        for conversion in &model.conversions {
            let body = &conversion.body;
            if !(1..=2 * Ratio::ONE).contains(&conversion.factor.millionths) {
                let message = format!(
                    "单位 {body} 的折合系数 {} 应大于 0、不超过 2",
                    conversion.factor
                );
                self.refuse(body, message);
            }
            if conversion.reason.trim().is_empty() {
                self.refuse(body, format!("单位 {body} 的折合系数没有理由：请写 reason"));
            }
            if !seen.insert(body.text.as_str()) {
                self.refuse(body, format!("单位 {body} 有两个折合系数，请只留一个"));
            }
        }
        if model.subject == ScoreSubject::Officer && !model.conversions.is_empty() {
            self.refuse(
                &model.id,
                "个人考评不用单位的折合系数：请删去 conversions".into(),
            );
        }
    }
}

/// Whether one row may be counted by both.
fn overlap(one: &ScoreItem, other: &ScoreItem) -> bool {
    let (Some(one), Some(other)) = (&one.count, &other.count) else {
        return false;
    };
    let (Some(of_one), Some(of_other)) =
        (Counted::from_code(&one.of), Counted::from_code(&other.of))
    else {
        return false;
    };
    match (of_one, of_other) {
        (Counted::Alerts, Counted::Alerts) => {
            let levels = one.levels.is_empty()
                || other.levels.is_empty()
                || one.levels.iter().any(|level| other.levels.contains(level));
            levels && rules_meet(&one.rules, &other.rules)
        }
        (Counted::Alerts, Counted::OverdueCases) => meets_time(&one.rules),
        (Counted::OverdueCases, Counted::Alerts) => meets_time(&other.rules),
        (Counted::Alerts, Counted::UnansweredOrders) => meets_orders(&one.rules),
        (Counted::UnansweredOrders, Counted::Alerts) => meets_orders(&other.rules),
        (of_one, of_other) => of_one == of_other,
    }
}

fn rules_meet(one: &[Name], other: &[Name]) -> bool {
    let covers = |wide: &Name, narrow: &Name| {
        wide.text == narrow.text || (wide.len() == 1 && in_family(narrow, wide))
    };
    one.is_empty()
        || other.is_empty()
        || one
            .iter()
            .any(|a| other.iter().any(|b| covers(a, b) || covers(b, a)))
}

fn meets_time(rules: &[Name]) -> bool {
    let of_limits = scorable::OVERDUE_RULES.map(Name::new);
    rules_meet(rules, &of_limits)
}

fn meets_orders(rules: &[Name]) -> bool {
    rules_meet(rules, &[Name::new(scorable::ORDER_RULE)])
}

#[cfg(test)]
mod tests;
