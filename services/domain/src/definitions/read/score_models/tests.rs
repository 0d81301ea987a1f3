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
fn offices_are_not_scored_by_what_is_told_of_bodies_alone() {
    let text = MODEL.replace("subject: body", "subject: office");
    assert_eq!(problems(&text), Vec::<String>::new());
    for item in [
        "x, count: {of: unanswered_orders, points: -1}",
        "x, formula: {terms: [{metric: satisfied_rate, times: 1}], min: -1, max: 0}",
        "x, count: {of: alerts, rules: [P], points: -1, per: {base: complaints, each: 1}}",
    ] {
        let found = problems(&with_item(item).replace("subject: body", "subject: office"));
        assert_eq!(found.len(), 1, "{item}: {found:?}");
        assert!(found[0].starts_with("m.yaml:20: "), "{found:?}");
        assert!(found[0].contains("只分单位"), "{found:?}");
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
            with_item("x, formula: {terms: [{metric: satisfied_rate, times: 1}], min: 0, max: 5}"),
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
    // Led by the department above it it is like none of the region, unless the model says so by name.
    let cases = [
        ("a", "510500", "false", Some("window")),
        ("a", "510502", "false", Some("county")),
        ("c", "510500", "false", Some("city")),
        ("c", "510502", "false", Some("county")),
        ("c", "510502100", "false", None),
        ("c", "510000", "false", None),
        ("b", "510500", "true", Some("window")),
        ("b", "510502", "true", None),
        ("d", "510500", "true", None),
    ];
    for (code, region, vertical, class) in cases {
        let body = format!(
            "\n---\nkind: body\ncode: {code}\nname: {code}\nregion: '{region}'\nvertical: {vertical}\n"
        );
        let file = DefinitionFile {
            name: "m".into(),
            text: text.clone() + &body,
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        assert!(problems.is_empty(), "{problems:?}");
        let model = &set.score_models[0].value;
        assert_eq!(model.classes[2].level, Some(PowerLevel::City));
        let body = &set.bodies[0].value;
        let found = model.class_of(body).map(|class| &*class.id.text);
        assert_eq!(found, class, "{code} {region} {vertical}");
    }
}
