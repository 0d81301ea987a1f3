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

    fn count(&mut self, item: &ScoreItem, count: &Count) {
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
mod tests {
    use crate::definitions::{DefinitionFile, DefinitionSet, PowerLevel};

    /// Lines 1 to 18 hold; the parts begin at line 14.
    const MODEL: &str = "\
# a comment
kind: score_model
id: m
version: '1'
name: 考评
effective_from: 2026-01-01
period: month
subject: body
min_base: 10
appeal_within: 5wd
grades: {excellent: 90, good: 80, qualified: 60}
classes: [{id: city, name: 市级, level: city}]
bonuses: [{id: praise, name: 表扬, max: 2}]
parts:
  - id: time
    name: 期限
    points: 100
    items:
      - {id: red, name: 红牌, count: {of: alerts, levels: [red], rules: [T3], points: -5}}
";

    fn problems(text: &str) -> Vec<String> {
        let file = DefinitionFile {
            name: "m.yaml".into(),
            text: text.into(),
        };
        let (_, problems) = DefinitionSet::read(vec![file]);
        problems.iter().map(ToString::to_string).collect()
    }

    /// The model with another item beside the first, on line 20.
    fn with_item(item: &str) -> String {
        format!("{MODEL}      - {{id: other, name: {item}}}\n")
    }

    #[test]
    fn a_sound_model_is_read() {
        assert_eq!(problems(MODEL), Vec::<String>::new());
    }

    /// What is not to be scored (domain study 11.13) and how its refusal is told.
    #[test]
    fn speed_volume_zero_cases_and_quotas_are_refused_with_their_line() {
        let formula = |metric: &str| {
            with_item(&format!(
                "x, formula: {{terms: [{{metric: {metric}, times: 10}}], min: -5, max: 0}}"
            ))
        };
        for (text, told) in [
            (formula("early_rate"), "提速"),
            (formula("statutory_speedup"), "提速"),
            (formula("median_total_days"), "提速"),
            (formula("closed"), "业务量不计分"),
            (formula("zero_volume_bodies"), "零办件只作提醒"),
            (formula("online_rate"), "零办件只作提醒"),
            (formula("order_rate"), "督办数量不得作为指标"),
            (formula("overdue_rate"), "只有主观责任计分"),
            (formula("alert_rate"), "只有主观责任计分"),
            (formula("negative_rate"), "依法办理"),
            (formula("nonsense"), "没有可以计分的指标"),
            (
                with_item("x, count: {of: orders, points: -1}"),
                "督办数量不得作为指标",
            ),
            (
                with_item("x, count: {of: zero_cases, points: -1}"),
                "零办件只作提醒",
            ),
            (
                with_item("x, count: {of: accepted, points: -1}"),
                "业务量不计分",
            ),
            (
                with_item("x, count: {of: nonsense, points: -1}"),
                "不在其列",
            ),
            (with_item("未完成提速目标, manual: {min: -5}"), "提速"),
            (with_item("零办件单位, manual: {min: -5}"), "零办件只作提醒"),
            (
                with_item("督办任务未完成, manual: {min: -5}"),
                "督办数量不得作为指标",
            ),
            (
                MODEL.replace("{id: praise, name: 表扬", "{id: praise, name: 提前办结奖励"),
                "提速",
            ),
            (
                MODEL.replace("{id: praise, name: 表扬", "{id: praise, name: 业务量前三名"),
                "业务量不计分",
            ),
        ] {
            let line = if text.lines().count() > 19 { 20 } else { 13 };
            let found = problems(&text);
            assert_eq!(found.len(), 1, "{text}\n{found:?}");
            assert!(
                found[0].starts_with(&format!("m.yaml:{line}: ")),
                "{found:?}"
            );
            assert!(found[0].contains(told), "{told}: {found:?}");
        }
    }

    #[test]
    fn talk_of_untrue_figures_is_no_talk_of_volume() {
        let text = with_item("虚增办件量, manual: {min: -5}");
        assert_eq!(problems(&text), Vec::<String>::new());
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        for (text, told) in [
            (with_item("x"), "只能有 count"),
            (
                with_item("x, manual: {min: -1}, count: {of: alerts, rules: [P], points: -1}"),
                "只能有 count",
            ),
            (with_item("x, manual: {min: 1}"), "应小于 0"),
            (
                with_item("x, count: {of: alerts, rules: [P], points: 1}"),
                "应小于 0",
            ),
            (
                with_item("x, count: {of: alerts, levels: [notice], rules: [P], points: -1}"),
                "提醒和待核",
            ),
            (
                with_item("x, count: {of: alerts, rules: [P99], points: -1}"),
                "不在规则目录",
            ),
            (
                with_item("x, count: {of: alerts, rules: [X], points: -1}"),
                "不在规则目录",
            ),
            (
                with_item("x, count: {of: overdue_cases, rules: [P], points: -1}"),
                "不应写 levels 或 rules",
            ),
            (with_item("x, count: {of: alerts, points: -1}"), "重复扣分"),
            (
                with_item("x, count: {of: alerts, levels: [red], rules: [T], points: -1}"),
                "重复扣分",
            ),
            (
                with_item("x, count: {of: overdue_cases, points: -1}"),
                "重复扣分",
            ),
            (
                with_item(
                    "x, count: {of: alerts, rules: [P], points: -1, per: {base: overdue_rate, each: 100}}",
                ),
                "不能作基数",
            ),
            (
                with_item(
                    "x, formula: {terms: [{metric: satisfied_rate, times: 1}], min: 0, max: 5}",
                ),
                "min 小于 max",
            ),
            (
                with_item("x, formula: {terms: [], min: -5, max: 0}"),
                "没有指标",
            ),
            (with_item("x, manual: {min: -1.234}"), "两位小数"),
            (
                MODEL.replace("appeal_within: 5wd", "appeal_within: 5cd"),
                "不是工作日",
            ),
            (MODEL.replace("excellent: 90", "excellent: 70"), "依次降低"),
            (MODEL.replace("points: 100", "points: 80"), "不超过满分"),
            (MODEL.replace("id: red", "id: praise"), "出现了两次"),
            (MODEL.replace("id: red", "id: 红"), "小写字母"),
            (MODEL.replace(", level: city", ""), "没有说明包括哪些单位"),
            (
                MODEL.replace("name: 表扬, max: 2", "name: 表扬, max: 0"),
                "大于 0",
            ),
            (MODEL.replace("period: month", "period: week"), "week"),
            (
                format!("{MODEL}conversions: [{{body: b, factor: '3', reason: 无}}]\n"),
                "不超过 2",
            ),
            (
                format!("{MODEL}conversions: [{{body: b, factor: '1.1', reason: ' '}}]\n"),
                "没有理由",
            ),
        ] {
            let found = problems(&text);
            let is_told = found.iter().any(|problem| problem.contains(told));
            assert!(is_told, "{told}: {text}\n{found:?}");
        }
    }

    #[test]
    fn the_same_rows_may_count_in_two_parts_and_other_levels_beside_each_other() {
        let text = with_item("x, count: {of: alerts, levels: [yellow], rules: [T], points: -1}");
        assert_eq!(problems(&text), Vec::<String>::new());
        let text = format!(
            "{MODEL}  - {{id: again, name: 又, points: 5, items: [{{id: more, name: x, count: {{of: alerts, points: -1}}}}]}}\n"
        );
        assert_eq!(problems(&text), Vec::<String>::new());
    }

    #[test]
    fn a_body_belongs_to_the_first_class_that_fits() {
        let text = MODEL.replace(
            "classes: [",
            "classes: [{id: window, name: 窗口, bodies: [a, b], level: city}, {id: county, name: 县, level: county}, ",
        );
        let file = DefinitionFile {
            name: "m".into(),
            text,
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        assert!(problems.is_empty(), "{problems:?}");
        let model = &set.score_models[0].value;
        assert_eq!(model.classes[2].level, Some(PowerLevel::City));
        for (body, region, class) in [
            ("a", "510500", Some("window")),
            ("a", "510502", Some("county")),
            ("c", "510500", Some("city")),
            ("c", "510502", Some("county")),
            ("c", "510502100", None),
            ("c", "510000", None),
        ] {
            let found = model.class_of(body, region).map(|class| &*class.id.text);
            assert_eq!(found, class, "{body} {region}");
        }
    }
}
