//! The sample definitions of Luzhou, held against what the law asks of each category (`demands.md`), against what an item of a
//! power list must say, and against the articles that may be cited (`articles.md`).

mod articles;
mod demand;
mod lawful;
mod power_list;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mingjing_domain::catalogue;
use mingjing_domain::definitions::{
    Anchor, ControlPoint, DefinitionFile, DefinitionSet, Effect, Flowchart, PointKind, PowerItem,
    PowerType, SpecialProcedure, Step,
};
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::{Budget, Unit};
use mingjing_engine::Rules;

/// What may follow the closing of any case, and is no change of it: 评价、投诉、公示、送达 and what answers them.
const AFTER_CLOSING: [EventKind; 12] = [
    EventKind::Delivered,
    EventKind::Published,
    EventKind::Unpublished,
    EventKind::Paid,
    EventKind::Executed,
    EventKind::Rated,
    EventKind::CalledBack,
    EventKind::Rectified,
    EventKind::Complaint,
    EventKind::ComplaintAccepted,
    EventKind::ComplaintAnswered,
    EventKind::ReviewResult,
];

/// What the law leaves to localities, and a value that one of them might set: rule, parameter, value.
const LEFT_TO_LOCALITIES: [(&str, &str, &str); 7] = [
    ("P3", "at_least", "5wd"),
    ("P4", "amount", "20000"),
    ("P12", "statutory", "10wd"),
    ("P15", "citizen", "500"),
    ("L-踏勘规模", "area", "30000"),
    ("L-救助标准", "standard", "900"),
    ("L-代履行费用", "over_percent", "15"),
];

/// The sample definitions, read.
struct Samples {
    set: DefinitionSet,
}

impl Samples {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/demo/definitions");
        let (set, problems) = DefinitionSet::read(files(&root));
        assert_eq!(problems, []);
        Self { set }
    }

    fn items(&self) -> impl Iterator<Item = &PowerItem> {
        self.set.items.iter().map(|item| &item.value)
    }

    fn flowcharts(&self) -> impl Iterator<Item = &Flowchart> {
        self.set.flowcharts.iter().map(|flowchart| &flowchart.value)
    }

    fn general_points(&self) -> impl Iterator<Item = &ControlPoint> {
        let sets = self.set.general_points.iter();
        sets.flat_map(|points| &points.value.control_points)
    }

    /// The flowcharts by which items of this category run.
    fn of(&self, power_type: PowerType) -> Vec<&Flowchart> {
        let used: BTreeSet<&str> = self
            .items()
            .filter(|item| item.power_type == power_type)
            .map(|item| item.flowchart.text.as_str())
            .collect();
        self.flowcharts()
            .filter(|flowchart| used.contains(flowchart.id.text.as_str()))
            .collect()
    }
}

/// Every YAML file under a folder.
fn files(folder: &Path) -> Vec<DefinitionFile> {
    let mut folders = vec![PathBuf::from(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the sample definitions") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                files.push(DefinitionFile {
                    name: path.display().to_string(),
                    text: std::fs::read_to_string(&path).expect("a definition"),
                });
            }
        }
    }
    files
}

#[test]
fn every_flowchart_has_what_the_law_asks_of_its_category() {
    let samples = Samples::read();
    let findings = demand::findings(&samples, include_str!("demands.md"));
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn a_demand_that_nothing_answers_is_told() {
    let samples = Samples::read();
    let page = "## penalty 行政处罚\n\n\
                | demanded | from | the flowchart has | but for |\n|---|---|---|---|\n\
                | 六十日内决定 | - | `limit filed > decided 60cdr` | summary-penalty: 当场决定 |\n\
                | 报上级批准 | - | `step 报上级` or `step 备案` | |\n\
                | 不存在的 | - | `step 立案` | nobody: 没有这个流程图 |\n";
    let told = demand::findings(&samples, page);
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    assert_eq!(
        told,
        [
            "food-penalty: 六十日内决定: nothing is `limit filed > decided 60cdr`",
            "general-penalty: 六十日内决定: nothing is `limit filed > decided 60cdr`",
            "food-penalty: 报上级批准: nothing is `step 报上级` or `step 备案`",
            "general-penalty: 报上级批准: nothing is `step 报上级` or `step 备案`",
            "nobody: 不存在的: no flowchart of this category has this name",
            "summary-penalty: 不存在的: nothing is `step 立案`",
        ]
    );
}

#[test]
fn what_is_lawful_raises_nothing_under_the_definitions_as_they_are_shipped() {
    let failed = lawful::failures(&Samples::read(), include_str!("lawful.md"));
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_article_cited_was_read_or_is_known_or_says_that_it_has_to_be_checked() {
    let samples = Samples::read();
    let findings = articles::findings(&samples, include_str!("articles.md"));
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn what_closes_a_case_leaves_room_for_what_lawfully_comes_after() {
    for flowchart in Samples::read().flowcharts() {
        let point = flowchart
            .control_points
            .iter()
            .find(|point| matches!(point.check, PointKind::NothingAfter { ref what, .. } if what.is_empty()))
            .unwrap_or_else(|| panic!("{}: nothing watches what follows", flowchart.id));
        let PointKind::NothingAfter {
            except, lifted_by, ..
        } = &point.check
        else {
            unreachable!("found as such");
        };
        let has = |kind: EventKind| except.iter().any(|anchor| is(anchor, kind));
        for kind in AFTER_CLOSING {
            assert!(has(kind), "{}: {} is no change", flowchart.id, kind.code());
        }
        // A source whose tables know steps alone tells these as steps.
        let is_step = |anchor: &Anchor, step: &str| {
            anchor.kind.is_none() && anchor.step.as_deref() == Some(step)
        };
        for step in carried_out(flowchart) {
            let excepted = except.iter().any(|anchor| is_step(anchor, step));
            assert!(excepted, "{}: step {step} is no change", flowchart.id);
        }
        let reopened = lifted_by
            .iter()
            .any(|anchor| is(anchor, EventKind::ReviewResult));
        assert!(reopened, "{}: a review asks for more", flowchart.id);
        let clerical = point.unless.iter().any(|c| c.text == "event.clerical");
        assert!(clerical, "{}: a wrong letter is no change", flowchart.id);
        let steps = flowchart.steps.iter();
        let mut remedies = steps.filter(|s| s.done_by.contains(&EventKind::ReviewResult));
        let remedy = remedies
            .next()
            .unwrap_or_else(|| panic!("{}: no step for a review", flowchart.id));
        assert!(
            remedy.repeatable,
            "{}: no way from a review to a new decision",
            flowchart.id
        );
        let told_as_step = lifted_by
            .iter()
            .any(|anchor| is_step(anchor, &remedy.code.text));
        assert!(told_as_step, "{}: a review told as a step", flowchart.id);
    }
}

#[test]
fn a_closing_is_asked_only_for_steps_that_have_no_time_left_to_be_done() {
    // 送达 and 公示 have days of their own after the decision, which may end after the closing.
    for flowchart in Samples::read().flowcharts() {
        for point in &flowchart.control_points {
            let PointKind::RequiredStep { steps, at, .. } = &point.check else {
                continue;
            };
            let all = flowchart
                .steps
                .iter()
                .filter(|step| match steps.as_slice() {
                    [] => step.required,
                    named => named.contains(&step.code),
                });
            for step in all.filter(|_| at.is_empty()) {
                let later = [EventKind::Delivered, EventKind::Published]
                    .iter()
                    .any(|kind| step.done_by.contains(kind));
                assert!(!later, "{}: {} at the closing", flowchart.id, step.code);
            }
        }
    }
}

#[test]
fn a_promise_is_never_longer_than_the_law() {
    for flowchart in Samples::read().flowcharts() {
        for limit in &flowchart.limits {
            if let (Some(promised), Some(statutory)) = (limit.promised, limit.statutory) {
                assert!(
                    in_days(promised) <= in_days(statutory),
                    "{}: {}: promised {promised}, lawful {statutory}",
                    flowchart.id,
                    limit.id
                );
            }
        }
    }
}

#[test]
fn nothing_stops_a_time_that_somebody_has_to_be_given() {
    // A public notice that stops the term of the decision does not stop itself.
    for flowchart in Samples::read().flowcharts() {
        let stops = |special: &SpecialProcedure| special.effect == Effect::Suspend;
        if !flowchart.special_procedures.iter().any(stops) {
            continue;
        }
        for limit in flowchart.limits.iter().filter(|l| l.at_least.is_some()) {
            assert_eq!(
                limit.suspended_by.as_deref(),
                Some(&[][..]),
                "{}: {}",
                flowchart.id,
                limit.id
            );
        }
    }
}

#[test]
fn a_condition_says_in_words_what_happened() {
    let samples = Samples::read();
    let own = samples.flowcharts().flat_map(|flowchart| {
        let points = flowchart.control_points.iter();
        points.map(move |point| (flowchart.id.text.as_str(), point))
    });
    let general = samples.general_points().map(|point| ("general", point));
    for (of, point) in own.chain(general) {
        if !matches!(point.check, PointKind::Condition { .. }) {
            continue;
        }
        let rule = point.rule.as_deref().and_then(catalogue::rule);
        let words = point.message.is_some() || rule.is_some_and(|rule| !rule.message.is_empty());
        assert!(words, "{of}: {} has no words of its own", point.id);
    }
}

#[test]
fn what_the_law_leaves_to_localities_can_be_set_by_each() {
    let samples = Samples::read();
    for (rule, parameter, value) in LEFT_TO_LOCALITIES {
        let text = format!(
            "kind: rule_settings\nid: there\nversion: '1'\neffective_from: 2015-07-01\nwhere: {{region: '510500'}}\n\
             set:\n  - {{rule: {rule}, with: {{{parameter}: {value}}}}}\n"
        );
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/demo/definitions");
        let mut files = files(&root);
        files.push(DefinitionFile {
            name: "there.yaml".into(),
            text,
        });
        let (set, problems) = DefinitionSet::read(files);
        assert_eq!(problems, []);
        if let Err(problems) = Rules::compile(&set) {
            panic!("{rule} {parameter}: {problems:?}");
        }
        // Some point takes it: where none does, compiling fails. And each penalty's answer time is one of them.
        let takes = |point: &ControlPoint| point.rule.as_deref() == Some(rule);
        let named = samples
            .flowcharts()
            .filter(|flowchart| flowchart.control_points.iter().any(takes));
        assert!(named.count() > 0, "{rule}");
    }
}

/// The steps that carry a decision out: they come after it and lead to no other.
fn carried_out(flowchart: &Flowchart) -> BTreeSet<&str> {
    let steps = flowchart.steps.iter();
    let decisions: Vec<&str> = steps
        .filter(|step| step.done_by.contains(&EventKind::Decided))
        .map(|step| step.code.text.as_str())
        .collect();
    let decides = |code: &str| decisions.contains(&code);
    let follow = decisions.iter().flat_map(|code| followed(flowchart, code));
    follow
        .filter(|code| !decides(code))
        .filter(|code| !followed(flowchart, code).into_iter().any(decides))
        .collect()
}

/// The steps that a step leads to by any way, but for that of a review.
fn followed<'f>(flowchart: &'f Flowchart, from: &str) -> BTreeSet<&'f str> {
    let step = |code: &str| flowchart.steps.iter().find(|step| step.code.text == code);
    let mut seen = BTreeSet::new();
    let mut todo: Vec<&Step> = step(from).into_iter().collect();
    while let Some(at) = todo.pop() {
        let next = at.next.iter().flatten();
        let next = next.filter_map(|name| step(&name.text));
        for there in next.filter(|there| !there.done_by.contains(&EventKind::ReviewResult)) {
            if seen.insert(there.code.text.as_str()) {
                todo.push(there);
            }
        }
    }
    seen
}

/// Whether an anchor is this event, of no step in particular.
fn is(anchor: &Anchor, kind: EventKind) -> bool {
    anchor.kind == Some(kind) && anchor.step.is_none()
}

/// A budget in calendar days, so that units can be held against each other.
fn in_days(budget: Budget) -> f64 {
    let one = match budget.unit {
        Unit::WorkingDays => 7.0 / 5.0,
        Unit::CalendarDays | Unit::CalendarDaysRolled => 1.0,
        Unit::Hours => 1.0 / 24.0,
        Unit::Minutes => 1.0 / 1440.0,
        Unit::Months | Unit::MonthsRolled => 30.0,
    };
    f64::from(budget.count) * one
}
