//! 目录对应: the list and flowcharts of a place held against the provincial base (domain study 11.14).
//!
//! Items are the same where their 基本编码 are, and are compared within a level: a county list is not asked for what only
//! the city does. Of flowcharts the versions with the latest effect are compared: limits by what they span, steps by
//! code, else by name. A promise shorter than the base's is lawful (优化营商环境条例 art. 36); so is a step that need not
//! be gone through, where the base has none, as long as it asks nothing of the applicant: both raise nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Anchor, DefinitionSet, Document, Flowchart, Limit, LimitKind, PowerItem, PowerLevel,
    PowerStatus, Problem, Step,
};
use crate::limit::Budget;

/// Something that a place's definitions have otherwise than the base.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The rule of the catalogue: G1 missing, G2 extra, G3 other limit, G4 other steps, G5 another category or ended.
    pub rule: &'static str,
    /// Where, in the place's files (what is missing: in the base's), and what is different.
    pub problem: Problem,
}

/// Every difference, in the order of files and lines.
pub fn differences(local: &DefinitionSet, base: &DefinitionSet) -> Vec<Difference> {
    let mut found = missing(local, base);
    for document in &local.items {
        let item = &document.value;
        let wanted = base
            .items
            .iter()
            .find(|b| key(&b.value) == key(item) && b.value.level == item.level);
        let Some(wanted) = wanted else {
            found.push(extra(document, base));
            continue;
        };
        found.extend(standing(document, &wanted.value));
        let charts = flowchart(local, item).zip(flowchart(base, &wanted.value));
        if let Some((mine, theirs)) = charts {
            found.extend(limits(mine, &theirs.value));
            found.extend(steps(mine, &theirs.value));
        }
    }
    found.sort_by(|a, b| (&a.problem, a.rule).cmp(&(&b.problem, b.rule)));
    found.dedup();
    found
}

fn key(item: &PowerItem) -> &str {
    item.base_code.as_ref().unwrap_or(&item.code)
}

fn difference(rule: &'static str, problem: Problem) -> Difference {
    Difference { rule, problem }
}

/// What the base gives to a level, and a region of that level does not list.
fn missing(local: &DefinitionSet, base: &DefinitionSet) -> Vec<Difference> {
    let mut listed: BTreeMap<(u8, &str), BTreeSet<&str>> = BTreeMap::new();
    for item in local.items.iter().map(|d| &d.value) {
        let place = (level(item.level), item.region.as_str());
        listed.entry(place).or_default().insert(key(item));
    }
    let mut found = Vec::new();
    for document in &base.items {
        let item = &document.value;
        if item.status != PowerStatus::Active {
            continue;
        }
        for ((at, region), keys) in &listed {
            if *at == level(item.level) && !keys.contains(key(item)) {
                let message = format!(
                    "区划 {region} 的权力清单缺少上级目录的事项 {}（{}）",
                    key(item),
                    item.name
                );
                found.push(difference("G1", document.problem(item.code.line, message)));
            }
        }
    }
    found
}

fn level(level: PowerLevel) -> u8 {
    level as u8
}

fn extra(document: &Document<PowerItem>, base: &DefinitionSet) -> Difference {
    let item = &document.value;
    // The same thing under another code is what a cancelled item comes back as.
    let alike = base.items.iter().find(|b| b.value.name == item.name);
    let message = match alike {
        Some(alike) => format!(
            "事项 {}（{}）不在上级目录，目录中的同名事项为 {}，请核对编码或者是否变相设立",
            item.code,
            item.name,
            key(&alike.value)
        ),
        None => format!(
            "事项 {}（{}）不在上级目录，请核对设定依据：{}",
            item.code,
            item.name,
            item.legal_basis.join("、")
        ),
    };
    difference("G2", document.problem(item.code.line, message))
}

/// Category and life of an item that both have.
fn standing(document: &Document<PowerItem>, base: &PowerItem) -> Vec<Difference> {
    let item = &document.value;
    let mut found = Vec::new();
    let mut say = |message: String| {
        found.push(difference("G5", document.problem(item.code.line, message)));
    };
    if item.power_type != base.power_type {
        say(format!(
            "事项 {}（{}）的类别为{}，上级目录为{}",
            item.code,
            item.name,
            item.power_type.name_zh(),
            base.power_type.name_zh()
        ));
    }
    let ended = base.status != PowerStatus::Active;
    let later = match (item.effective_to, base.effective_to) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(mine), Some(theirs)) => mine > theirs,
    };
    if ended && later {
        let until = base.effective_to.map(|d| d.to_string()).unwrap_or_default();
        say(format!(
            "事项 {}（{}）在上级目录中已取消或者下放（至 {until}），本地仍在其后有效",
            item.code, item.name
        ));
    }
    found
}

/// The version with the latest effect.
fn flowchart<'a>(set: &'a DefinitionSet, item: &PowerItem) -> Option<&'a Document<Flowchart>> {
    let versions = set
        .flowcharts
        .iter()
        .filter(|f| f.value.id.text == item.flowchart.text);
    versions.max_by_key(|f| f.value.effective_from)
}

fn limits(mine: &Document<Flowchart>, base: &Flowchart) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut say = |line: u32, message: String| {
        found.push(difference("G3", mine.problem(line, message)));
    };
    for theirs in &base.limits {
        let same = mine.value.limits.iter().find(|l| spans_the_same(l, theirs));
        let Some(limit) = same else {
            let message = format!("流程图 {} 缺少时限“{}”", mine.value.id, theirs.name);
            say(mine.value.id.line, message);
            continue;
        };
        let line = limit.id.line;
        if limit.statutory != theirs.statutory {
            say(
                line,
                format!(
                    "时限“{}”的法定时限为{}，上级目录为{}",
                    limit.name,
                    written(limit.statutory),
                    written(theirs.statutory)
                ),
            );
        }
        let allowed = theirs.promised.or(theirs.statutory);
        if limit
            .promised
            .zip(allowed)
            .is_some_and(|(p, a)| is_longer(p, a))
        {
            say(
                line,
                format!(
                    "时限“{}”的承诺时限为{}，长于上级目录的{}",
                    limit.name,
                    written(limit.promised),
                    written(allowed)
                ),
            );
        }
        if limit.promised.is_none() && theirs.promised.is_some() {
            say(
                line,
                format!(
                    "时限“{}”没有承诺时限，上级目录为{}",
                    limit.name,
                    written(theirs.promised)
                ),
            );
        }
        if limit.at_least != theirs.at_least {
            say(
                line,
                format!(
                    "时限“{}”的最短期间为{}，上级目录为{}",
                    limit.name,
                    written(limit.at_least),
                    written(theirs.at_least)
                ),
            );
        }
    }
    found
}

/// Limits are known by what they span: their ids are each place's own.
fn spans_the_same(one: &Limit, other: &Limit) -> bool {
    let anchors = |list: &[Anchor]| {
        list.iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    let step = |limit: &Limit| limit.step.as_ref().map(|s| s.text.clone());
    let kind = |limit: &Limit| match limit.kind {
        // A whole case is a stage too: only what its clock runs between counts.
        LimitKind::Case => LimitKind::Stage,
        kind => kind,
    };
    kind(one) == kind(other)
        && step(one) == step(other)
        && anchors(&one.from) == anchors(&other.from)
        && anchors(&one.to) == anchors(&other.to)
        && one.at_least.is_some() == other.at_least.is_some()
}

/// Whether one is longer, as far as their units can be compared; of different units the first is told as longer, for a
/// person to look at.
fn is_longer(one: Budget, other: Budget) -> bool {
    one.unit != other.unit || one.count > other.count
}

fn written(budget: Option<Budget>) -> String {
    budget.map_or_else(|| "无".into(), Budget::text_zh)
}

fn steps(mine: &Document<Flowchart>, base: &Flowchart) -> Vec<Difference> {
    let same = |a: &Step, b: &Step| a.code == b.code || a.name == b.name;
    let mut found = Vec::new();
    let mut say = |line: u32, message: String| {
        found.push(difference("G4", mine.problem(line, message)));
    };
    for theirs in &base.steps {
        match mine.value.steps.iter().find(|s| same(s, theirs)) {
            None if theirs.required => say(
                mine.value.id.line,
                format!("流程图 {} 缺少必经环节“{}”", mine.value.id, theirs.name),
            ),
            Some(step) if theirs.required && !step.required => say(
                step.code.line,
                format!("环节“{}”在上级目录中必经，本地不必经", step.name),
            ),
            Some(step) if step.required && !theirs.required => say(
                step.code.line,
                format!("环节“{}”在上级目录中不必经，本地必经", step.name),
            ),
            _ => {}
        }
    }
    for step in mine.value.steps.iter().filter(|s| s.required) {
        if !base.steps.iter().any(|b| same(step, b)) {
            let message = format!("环节“{}”是上级目录没有的必经环节", step.name);
            say(step.code.line, message);
        }
    }
    found
}
