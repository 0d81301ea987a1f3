//! Control points in words: which rule each is, how grave, on which article, what it asks for and when it does not speak.

use mingjing_domain::catalogue;
use mingjing_domain::definitions::{ControlPoint, Limit, PointKind, PowerType, Rung, RungAt};
use serde_json::{Value, json};

/// One of them. `limits` are those of the flowchart or of the general points that it stands in.
pub(super) fn told(point: &ControlPoint, limits: &[Limit], category: PowerType) -> Value {
    let watched = point.check.limit();
    let limit = watched.and_then(|id| limits.iter().find(|limit| limit.id == *id));
    let rungs = rungs(point, limit);
    let rule_id = rule_of(point, limit, &rungs);
    let rule = rule_id.as_deref().and_then(catalogue::rule);
    let own = point.legal_basis.clone();
    let of_limit = limit.and_then(|limit| limit.legal_basis.clone());
    let basis = own.or(of_limit).or_else(|| rule?.cited(Some(category)));
    let level = point.level.unwrap_or_else(|| point.default_level());
    let ladder = rungs.iter().map(|rung| {
        json!({ "level": rung.level.code(), "level_zh": rung.level.name_zh(), "at_zh": at_zh(rung.at) })
    });
    let parameters = point
        .parameters
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value.0 }));
    let condition = match &point.check {
        PointKind::Condition { when, .. } => Some(&when.text),
        _ => None,
    };
    json!({
        "id": point.id.text,
        "name": point.name,
        "name_en": point.name_en,
        "risk": point.risk,
        "rule": rule_id,
        "rule_name": rule.map(|rule| rule.name),
        "checks": rule.map(|rule| rule.checks),
        "level": level.code(),
        "level_zh": level.name_zh(),
        "ladder": ladder.collect::<Vec<_>>(),
        "confirm": point.confirm,
        "limit": watched.map(|id| &id.text),
        "limit_name": limit.map(|limit| &limit.name),
        "legal_basis": basis,
        "message": point.message.as_deref().or_else(|| Some(rule?.message).filter(|words| !words.is_empty())),
        "remedy": point.remedy.as_deref().or_else(|| Some(rule?.remedy)),
        "condition": condition,
        "only_when": point.only_when.as_ref().map(|when| &when.text),
        "unless": point.unless.iter().map(|unless| &unless.text).collect::<Vec<_>>(),
        "answer_within_zh": point.answer_within.map(|budget| budget.text_zh()),
        "parameters": parameters.collect::<Vec<_>>(),
    })
}

/// The ladder of a limit that is watched; none of other checks.
fn rungs(point: &ControlPoint, limit: Option<&Limit>) -> Vec<Rung> {
    match (&point.check, limit) {
        (PointKind::Overdue { levels, .. }, _) if !levels.is_empty() => levels.clone(),
        (PointKind::Overdue { .. }, Some(limit)) => point.usual_ladder(limit),
        _ => Vec::new(),
    }
}

/// The rule that it is: as it says itself, else its check's own, of a watched limit that of its last rung.
fn rule_of(point: &ControlPoint, limit: Option<&Limit>, rungs: &[Rung]) -> Option<String> {
    if let Some(named) = &point.rule {
        return Some(named.text.clone());
    }
    let of_rung = || Some(limit?.rung_rule(rungs.last()?.at));
    let own = point.check.own_rule().or_else(of_rung);
    own.map(str::to_owned)
}

fn at_zh(at: RungAt) -> String {
    match at {
        RungAt::Promised => "承诺时限届满".into(),
        RungAt::Statutory => "法定时限届满".into(),
        RungAt::Before(budget) => format!("届满前 {}", budget.text_zh()),
        RungAt::Used(share) => format!("时限已用 {share}%"),
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};

    use super::*;

    const CHART: &str = "kind: flowchart\nid: permit\nversion: '1'\nname: 许可\neffective_from: 2020-01-01\n\
        limits:\n- {id: decision, name: 许可决定, kind: case, from: [accepted], to: [decided], statutory: 20wd, promised: 7wd, legal_basis: 行政许可法第四十二条}\n\
        control_points:\n- {id: late, name: 决定超期, check: {overdue: {limit: decision}}}\n\
        - {id: near, name: 决定临期, rule: T1, check: {overdue: {limit: decision}}}\n\
        - {id: order, name: 未审先批, check: {requires_before: {event: [decided], before: [legal_review]}}}\n";

    #[test]
    fn a_point_is_told_with_its_rule_its_ladder_and_the_article_of_its_limit() {
        let file = DefinitionFile {
            name: "a.yaml".into(),
            text: CHART.into(),
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        assert_eq!(problems, []);
        let chart = &set.flowcharts[0].value;
        let told: Vec<Value> = chart
            .control_points
            .iter()
            .map(|point| told(point, &chart.limits, PowerType::Licence))
            .collect();
        assert_eq!(told[0]["rule"], "T3");
        assert_eq!(told[0]["ladder"][0]["at_zh"], "承诺时限届满");
        assert_eq!(told[0]["ladder"][1]["level_zh"], "红牌");
        assert_eq!(told[0]["legal_basis"], "行政许可法第四十二条");
        assert_eq!(told[0]["limit_name"], "许可决定");
        assert_eq!(told[1]["rule"], "T1");
        assert_eq!(told[1]["ladder"][0]["at_zh"], "届满前 2个工作日");
        assert_eq!(told[2]["rule"], "P2");
        assert!(told[2]["checks"].as_str().is_some());
    }
}
