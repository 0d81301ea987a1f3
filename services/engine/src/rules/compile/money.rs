//! Discretion standards, fee standards and inspection plans: references, forms, versions, each problem with its line.

use chrono::NaiveDate;
use mingjing_domain::definitions::{
    ActingGround, DefinitionSet, Discretion, Document, FeeItem, Fees, InspectionPlan, Name,
    PowerItem, Problem, Range, RatioOf, Standard, Tier,
};

/// Adds every problem of discretion, fees, plans, and of what items say of them.
pub(super) fn check_money(set: &DefinitionSet, problems: &mut Vec<Problem>) {
    for document in &set.items {
        check_item(set, document, problems);
    }
    check_versions(&set.discretions, problems, |d| {
        (&d.id, d.effective_from, d.effective_to)
    });
    check_versions(&set.fees, problems, |f| {
        (&f.id, f.effective_from, f.effective_to)
    });
    for document in &set.discretions {
        check_discretion(document, problems);
    }
    for document in &set.fees {
        check_fees(document, problems);
    }
    for document in &set.inspection_plans {
        check_plan(set, document, problems);
    }
}

fn check_item(set: &DefinitionSet, document: &Document<PowerItem>, problems: &mut Vec<Problem>) {
    let item = &document.value;
    let mut tell = |name: &Name, what: &str| {
        problems.push(document.problem(name.line, format!("unknown {what} {:?}", name.text)));
    };
    if let Some(id) = &item.discretion
        && !set.discretions.iter().any(|d| d.value.id == *id)
    {
        tell(id, "discretion standard");
    }
    if let Some(id) = &item.fees
        && !set.fees.iter().any(|f| f.value.id == *id)
    {
        tell(id, "fee standard");
    }
    for acting in &item.acting_bodies {
        if !set.bodies.iter().any(|b| b.value.code == acting.body) {
            tell(&acting.body, "body");
        }
    }
    for acting in &item.acting_bodies {
        let line = acting.body.line;
        if acting.ground == ActingGround::OneWindow && acting.steps.is_empty() {
            let message = "a window takes and hands out: list the `steps` it may do";
            problems.push(document.problem(line, message));
        }
        if acting
            .from
            .zip(acting.until)
            .is_some_and(|(from, until)| until < from)
        {
            problems.push(document.problem(line, "`until` lies before `from`"));
        }
        for step in &acting.steps {
            let in_chart = set.flowcharts.iter().any(|f| {
                f.value.id == item.flowchart && f.value.steps.iter().any(|s| s.code == *step)
            });
            if !in_chart {
                let message = format!("the item's flowchart has no step {:?}", step.text);
                problems.push(document.problem(step.line, message));
            }
        }
    }
    let body = set
        .bodies
        .iter()
        .find(|b| b.value.code == item.executing_body);
    let ended = body.and_then(|b| b.value.until);
    let outlives = ended.is_some_and(|end| item.effective_to.is_none_or(|to| to > end));
    if outlives {
        let message = format!(
            "the item outlives its body {:?}; end it, or name the body that takes over",
            item.executing_body.text
        );
        problems.push(document.problem(item.executing_body.line, message));
    }
}

/// Two versions of one id that begin on one day, or one that ends before it begins.
fn check_versions<T>(
    documents: &[Document<T>],
    problems: &mut Vec<Problem>,
    of: impl Fn(&T) -> (&Name, NaiveDate, Option<NaiveDate>),
) {
    for (at, document) in documents.iter().enumerate() {
        let (id, from, to) = of(&document.value);
        if to.is_some_and(|to| to < from) {
            let message = "`effective_to` lies before `effective_from`";
            problems.push(document.problem(id.line, message));
        }
        let same = |d: &&Document<T>| {
            let (other, begins, _) = of(&d.value);
            other == id && begins == from
        };
        if let Some(other) = documents[..at].iter().find(same) {
            let there = other.problem(of(&other.value).0.line, "");
            let message = format!(
                "{:?} has another version from the same day at {}:{}",
                id.text, there.file, there.line
            );
            problems.push(document.problem(id.line, message));
        }
    }
}

fn check_discretion(document: &Document<Discretion>, problems: &mut Vec<Problem>) {
    let table = &document.value;
    let mut acts: Vec<&Name> = Vec::new();
    for act in &table.acts {
        twice(&mut acts, &act.code, "act", document, problems);
        if act.tiers.is_empty() {
            let message = format!("act {:?} has no tier", act.code.text);
            problems.push(document.problem(act.code.line, message));
        }
        let mut tiers: Vec<&Name> = Vec::new();
        for tier in &act.tiers {
            twice(&mut tiers, &tier.code, "tier", document, problems);
            for message in tier_problems(tier) {
                problems.push(document.problem(tier.code.line, message));
            }
        }
    }
}

fn tier_problems(tier: &Tier) -> Vec<String> {
    let forms = [
        tier.fixed.is_some(),
        tier.range.is_some(),
        tier.ratio.is_some(),
    ];
    let mut found = Vec::new();
    if forms.into_iter().filter(|f| *f).count() > 1 {
        found.push(format!(
            "tier {:?} has more than one of `fixed`, `range`, `ratio`",
            tier.code.text
        ));
    }
    let tell = |problem: String| format!("tier {:?}: {problem}", tier.code.text);
    found.extend(tier.fixed.and_then(negative).map(tell));
    found.extend(tier.range.as_ref().and_then(bad_range).map(tell));
    found.extend(tier.ratio.as_ref().and_then(bad_ratio).map(tell));
    found
}

fn check_fees(document: &Document<Fees>, problems: &mut Vec<Problem>) {
    let mut codes: Vec<&Name> = Vec::new();
    for item in &document.value.items {
        twice(&mut codes, &item.code, "fee", document, problems);
        if let Some(problem) = standard_problem(item) {
            let message = format!("fee {:?}: {problem}", item.code.text);
            problems.push(document.problem(item.code.line, message));
        }
    }
}

fn standard_problem(item: &FeeItem) -> Option<String> {
    match &item.standard {
        Standard::Fixed(fen) => negative(*fen),
        Standard::Range(range) => bad_range(range),
        Standard::Rate(rate) => negative(rate.fen),
        Standard::Ratio(ratio) => bad_ratio(ratio),
    }
}

fn check_plan(
    set: &DefinitionSet,
    document: &Document<InspectionPlan>,
    problems: &mut Vec<Problem>,
) {
    let plan = &document.value;
    if !set.bodies.iter().any(|b| b.value.code == plan.body) {
        let message = format!("unknown body {:?}", plan.body.text);
        problems.push(document.problem(plan.body.line, message));
    }
    for code in &plan.items {
        if !set.items.iter().any(|i| i.value.code == *code) {
            let message = format!("unknown item {:?}", code.text);
            problems.push(document.problem(code.line, message));
        }
    }
    if plan.items.is_empty() {
        problems.push(document.problem(plan.id.line, "a plan needs the items it inspects"));
    }
    if plan.until < plan.from {
        problems.push(document.problem(plan.id.line, "`until` lies before `from`"));
    }
}

fn negative(fen: i64) -> Option<String> {
    (fen < 0).then(|| "money is not negative".into())
}

fn bad_range(range: &Range) -> Option<String> {
    if range.to < range.from {
        return Some("`to` is less than `from`".into());
    }
    negative(range.from)
}

fn bad_ratio(ratio: &RatioOf) -> Option<String> {
    (ratio.to < ratio.from).then(|| "`to` is less than `from`".into())
}

fn twice<'a, T>(
    seen: &mut Vec<&'a Name>,
    code: &'a Name,
    what: &str,
    document: &Document<T>,
    problems: &mut Vec<Problem>,
) {
    if seen.contains(&code) {
        let message = format!("{what} {:?} is listed twice", code.text);
        problems.push(document.problem(code.line, message));
    }
    seen.push(code);
}
