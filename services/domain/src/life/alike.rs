//! 变相设立: a new item very like one that was cancelled, and a cancelled one that comes back under another category.
//!
//! Nothing is concluded here. Two items are held against each other by what a person would look at: their names, the articles they
//! rest on, and what is done under them. What is alike is told with its numbers, and a reviewer answers.

use std::collections::BTreeSet;

use super::Question;
use crate::definitions::{DefinitionSet, PowerItem, PowerStatus, Problem};

/// Names that share so much of their pairs of characters are the same thing by another word.
const NAME_ALONE: u32 = 65;
/// With so much of the basis in common, names may differ more.
const NAME_WITH_BASIS: u32 = 40;
/// So much of the articles in common.
const BASIS: u32 = 50;
/// So much of steps and materials in common.
const ACTS: u32 = 60;
/// An item that was listed so long before the other ended did not come back: both were there.
const SIDE_BY_SIDE_DAYS: i64 = 366;

/// How much two items have in common, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// Of the names' pairs of characters (Dice).
    pub name: u32,
    /// Of the articles cited (Jaccard).
    pub basis: u32,
    /// Of steps and materials (Jaccard).
    pub acts: u32,
    /// Whether their 基本编码 are the same.
    pub same_base_code: bool,
}

impl Likeness {
    /// Whether a person has to look at it.
    pub fn is_notable(self) -> bool {
        self.same_base_code
            || self.name >= NAME_ALONE
            || (self.name >= NAME_WITH_BASIS && self.basis >= BASIS)
            || (self.basis >= BASIS && self.acts >= ACTS)
    }
}

/// Every pair of an item and an ended one of `before` that a person has to look at, as questions.
pub fn questions(items: &DefinitionSet, before: &DefinitionSet) -> Vec<Question> {
    let mut questions = Vec::new();
    for document in &items.items {
        let item = &document.value;
        let known = |old: &PowerItem| old.code == item.code;
        if before.items.iter().any(|old| known(&old.value)) {
            continue;
        }
        for (old, likeness) in ended_alike(item, items, before) {
            questions.push(Question {
                id: format!("alike:{}:{}", item.code, old.code),
                text: format!("{}。是否变相设立？请说明理由。", told(item, old, likeness)),
            });
        }
    }
    questions
}

/// The same within one set, as findings.
pub(crate) fn findings(set: &DefinitionSet) -> Vec<Problem> {
    let mut found = Vec::new();
    for document in &set.items {
        let item = &document.value;
        if item.status != PowerStatus::Active {
            continue;
        }
        for (old, likeness) in ended_alike(item, set, set) {
            let message = format!("{}，请核对是否变相设立", told(item, old, likeness));
            found.push(document.problem(item.code.line, message));
        }
    }
    found
}

fn ended_alike<'b>(
    item: &PowerItem,
    items: &DefinitionSet,
    before: &'b DefinitionSet,
) -> Vec<(&'b PowerItem, Likeness)> {
    let ended = before.items.iter().map(|d| &d.value).filter(|old| {
        let received = old.transferred_to.as_ref() == Some(&item.code);
        let after = old
            .effective_to
            .is_some_and(|to| (to - item.effective_from).num_days() < SIDE_BY_SIDE_DAYS);
        old.code != item.code && old.status == PowerStatus::Cancelled && !received && after
    });
    ended
        .map(|old| (old, likeness(item, items, old, before)))
        .filter(|(_, likeness)| likeness.is_notable())
        .collect()
}

fn told(item: &PowerItem, old: &PowerItem, likeness: Likeness) -> String {
    let category = match item.power_type == old.power_type {
        true => String::new(),
        false => format!(
            "，类别由{}变为{}",
            old.power_type.name_zh(),
            item.power_type.name_zh()
        ),
    };
    let base = match likeness.same_base_code {
        true => "，基本编码相同",
        false => "",
    };
    let end = old.effective_to.map(|d| d.to_string()).unwrap_or_default();
    format!(
        "事项“{}”（{}）与已于 {end} 取消的“{}”（{}）相近：名称相同 {}%，依据相同 {}%，环节与材料相同 {}%{base}{category}",
        item.name, item.code, old.name, old.code, likeness.name, likeness.basis, likeness.acts
    )
}

fn likeness(
    one: &PowerItem,
    ones: &DefinitionSet,
    other: &PowerItem,
    others: &DefinitionSet,
) -> Likeness {
    let base = |item: &PowerItem| item.base_code.as_ref().map(|code| code.text.clone());
    Likeness {
        name: dice(&one.name, &other.name),
        basis: jaccard(&articles(one), &articles(other)),
        acts: jaccard(&acts(one, ones, others), &acts(other, others, others)),
        same_base_code: base(one).is_some() && base(one) == base(other),
    }
}

/// The articles an item rests on, without the marks that are written now and then.
fn articles(item: &PowerItem) -> BTreeSet<String> {
    let plain = |text: &String| {
        text.chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '《' | '》' | '，' | '、' | '“' | '”'))
            .collect::<String>()
            .replace("中华人民共和国", "")
    };
    item.legal_basis.iter().map(plain).collect()
}

/// What is done under an item: its flowchart's steps by name, and its materials.
fn acts(item: &PowerItem, own: &DefinitionSet, more: &DefinitionSet) -> BTreeSet<String> {
    let charts = own.flowcharts.iter().chain(&more.flowcharts);
    let latest = charts
        .filter(|chart| chart.value.id == item.flowchart)
        .max_by_key(|chart| chart.value.effective_from);
    let steps = latest.into_iter().flat_map(|chart| &chart.value.steps);
    let steps = steps.map(|step| step.name.clone());
    steps
        .chain(item.materials.iter().map(|material| material.name.clone()))
        .collect()
}

fn jaccard(one: &BTreeSet<String>, other: &BTreeSet<String>) -> u32 {
    let both = one.intersection(other).count();
    percent(both, one.union(other).count())
}

/// Twice the pairs of characters in common over all pairs; a name of one character is itself a pair.
fn dice(one: &str, other: &str) -> u32 {
    let pairs = |text: &str| {
        let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        match letters.len() {
            0 | 1 => letters.iter().map(|c| (*c, ' ')).collect::<Vec<_>>(),
            _ => letters.windows(2).map(|two| (two[0], two[1])).collect(),
        }
    };
    let (mine, mut theirs) = (pairs(one), pairs(other));
    let all = mine.len() + theirs.len();
    let mut both = 0;
    for pair in mine {
        if let Some(at) = theirs.iter().position(|p| *p == pair) {
            theirs.swap_remove(at);
            both += 2;
        }
    }
    percent(both, all)
}

fn percent(part: usize, whole: usize) -> u32 {
    match whole {
        0 => 0,
        whole => (part * 100 / whole) as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::Content;

    const CANCELLED: &str = "kind: item
code: QX-1
name: 户外广告设置许可
power_type: licence
level: city
region: '510500'
executing_body: b
legal_basis: [《城市市容和环境卫生管理条例》第十一条]
effective_from: 2015-07-01
effective_to: 2026-06-30
status: cancelled
flowchart: f
materials: [{name: 设置申请表, form: original}, {name: 效果图, form: copy}]
";

    fn asked(change: &[(&str, &str)]) -> Vec<Question> {
        let mut text = CANCELLED
            .replace("QX-1", "NEW-1")
            .replace("effective_to: 2026-06-30\nstatus: cancelled\n", "")
            .replace("2015-07-01", "2026-09-01");
        for (from, to) in change {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        let read = |text: &str| Content::read("a.yaml", text).expect("it reads").set;
        questions(&read(&text), &read(CANCELLED))
    }

    #[test]
    fn a_cancelled_item_under_another_category_is_asked_about_with_its_numbers() {
        let asked = asked(&[
            ("power_type: licence", "power_type: other"),
            ("设置许可", "设置备案"),
        ]);
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].id, "alike:NEW-1:QX-1");
        assert_eq!(
            asked[0].text,
            "事项“户外广告设置备案”（NEW-1）与已于 2026-06-30 取消的“户外广告设置许可”（QX-1）相近：名称相同 71%，依据相同 100%，\
             环节与材料相同 100%，类别由行政许可变为其他行政权力。是否变相设立？请说明理由。"
        );
    }

    #[test]
    fn one_basis_and_the_same_materials_under_another_name_are_asked_about() {
        assert_eq!(asked(&[("户外广告设置许可", "沿街招牌登记")]).len(), 1);
    }

    #[test]
    fn another_matter_is_not_asked_about() {
        let other = [
            ("户外广告设置许可", "食品经营许可"),
            (
                "《城市市容和环境卫生管理条例》第十一条",
                "《食品安全法》第三十五条",
            ),
        ];
        assert_eq!(asked(&other), []);
    }

    #[test]
    fn an_item_that_was_there_long_before_did_not_come_back() {
        assert_eq!(asked(&[("2026-09-01", "2024-01-01")]), []);
    }
}
