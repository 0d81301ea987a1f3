//! Findings about what is written and can do nothing, or says what cannot be meant: promises beyond the law, steps that no case comes
//! to, points that never speak, and announcements that keep points silent for years.
//!
//! Conditions are looked at as text, and only where they are plain: what is told is so, and much that is in vain is not told.

use std::collections::BTreeMap;

use super::findings::comparable;
use super::{
    Anchor, ControlPoint, DefinitionSet, Document, Flowchart, Limit, Name, PointKind, Problem,
    SpecialProcedure,
};
use crate::source::{Announcement, Source};

/// For how long a source may announce that it is down or enters back without being asked (our own number).
const ANNOUNCED_DAYS: i64 = 30;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Every such finding.
pub(super) fn findings(set: &DefinitionSet, findings: &mut Vec<Problem>) {
    for document in &set.flowcharts {
        steps_are_reached(document, findings);
        let (limits, points) = (&document.value.limits, &document.value.control_points);
        let mut told = in_vain(limits, points);
        told.extend(suspensions_without_time(&document.value));
        findings.extend(told.into_iter().map(|(line, m)| document.problem(line, m)));
    }
    for document in &set.general_points {
        let (limits, points) = (&document.value.limits, &document.value.control_points);
        let told = in_vain(limits, points);
        findings.extend(told.into_iter().map(|(line, m)| document.problem(line, m)));
    }
    for document in &set.sources {
        announcements_are_short(document, findings);
    }
}

/// A required step that no way leads to is missing in every case, or entered where it is not allowed.
fn steps_are_reached(document: &Document<Flowchart>, findings: &mut Vec<Problem>) {
    let steps = &document.value.steps;
    let none_first = !steps.iter().any(|step| step.first);
    let mut open: Vec<usize> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        if step.first || (none_first && at == 0) {
            open.push(at);
        }
    }
    let mut reached = vec![false; steps.len()];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut reached[at], true) {
            continue;
        }
        // Where it does not say what may follow, everything may.
        let follows = |code: &Name| match &steps[at].next {
            None => true,
            Some(next) => next.contains(code),
        };
        open.extend((0..steps.len()).filter(|to| follows(&steps[*to].code)));
    }
    for (step, reached) in steps.iter().zip(reached) {
        if step.required && !reached {
            let message = format!(
                "step {:?} is required, and no step that a case comes to leads to it (`next`)",
                step.code.text
            );
            findings.push(document.problem(step.code.line, message));
        }
    }
}

/// Limits and control points that cannot do what they are there for.
fn in_vain(limits: &[Limit], points: &[ControlPoint]) -> Vec<(u32, String)> {
    let mut told = Vec::new();
    for limit in limits {
        let (id, line) = (&limit.id.text, limit.id.line);
        if let (Some(promised), Some(statutory)) = (limit.promised, limit.statutory)
            && comparable(promised) > comparable(statutory)
        {
            let message = format!(
                "limit {id:?} promises {promised}, which is longer than the lawful {statutory}: a promise is no longer than the law"
            );
            told.push((line, message));
        }
        if let Some(when) = limit.starts_when.as_ref().filter(|when| never(&when.text)) {
            let message = format!("limit {id:?} never begins: its `starts_when` cannot hold");
            told.push((when.line, message));
        }
        let mut ends = limit.falls_away_on.iter().flatten();
        if let Some(own) = ends.find(|end| limit.from.contains(end)) {
            let message = format!(
                "limit {id:?} falls away as soon as it begins: {own} is among its `from` and its `falls_away_on`"
            );
            told.push((line, message));
        }
    }
    told.extend(watched_twice(points));
    for point in points {
        let id = &point.id.text;
        let silent = |what: &str| format!("control point {id:?} never speaks: {what}");
        if let Some(when) = point.only_when.as_ref().filter(|when| never(&when.text)) {
            told.push((when.line, silent("its `only_when` cannot hold")));
        }
        for unless in point.unless.iter().filter(|unless| always(&unless.text)) {
            told.push((unless.line, silent("one of its `unless` always holds")));
        }
        let (one, other) = match &point.check {
            PointKind::RequiresBefore { event, before, .. } => (event, before),
            PointKind::SamePerson { one, other, .. } => (one, other),
            _ => continue,
        };
        let alike = |a: &[Anchor], b: &[Anchor]| a.iter().all(|a| b.contains(a));
        if alike(one, other) && alike(other, one) {
            let message = format!("control point {id:?} holds the same events against themselves");
            told.push((point.id.line, message));
        }
    }
    told
}

/// One breach is one alert: its levels belong into one point.
fn watched_twice(points: &[ControlPoint]) -> Vec<(u32, String)> {
    let mut by_limit: BTreeMap<&str, &Name> = BTreeMap::new();
    let mut told = Vec::new();
    for point in points {
        let PointKind::Overdue { limit, levels } = &point.check else {
            continue;
        };
        // What only reminds stands beside what says that it is late.
        let reminds = match levels.is_empty() {
            true => point.rule.as_ref().is_some_and(|rule| rule.text == "T1"),
            false => !levels.iter().any(|rung| rung.at.is_breach()),
        };
        if reminds {
            continue;
        }
        match by_limit.get(limit.text.as_str()) {
            None => _ = by_limit.insert(&limit.text, &point.id),
            Some(first) => told.push((
                point.id.line,
                format!(
                    "limit {:?} is watched by {:?} and by {:?}: one breach would be told twice; put the `levels` into one of them",
                    limit.text, first.text, point.id.text
                ),
            )),
        }
    }
    told
}

/// A suspension of no time stops nothing.
fn suspensions_without_time(flowchart: &Flowchart) -> Vec<(u32, String)> {
    let none = |special: &&SpecialProcedure| special.maximum.is_some_and(|most| most.count == 0);
    let told = flowchart.special_procedures.iter().filter(none);
    told.map(|special| {
        let message = format!(
            "special procedure {:?} has a `maximum` of nothing: it gives no time",
            special.kind.text
        );
        (special.kind.line, message)
    })
    .collect()
}

/// Whether a plain conjunction cannot hold: a part of it is false, or stands there with its opposite.
fn never(condition: &str) -> bool {
    if condition.contains("||") || condition.contains('?') {
        return false;
    }
    let parts: Vec<&str> = condition.split("&&").map(str::trim).collect();
    let denied = |part: &&str| parts.iter().any(|p| p.strip_prefix('!') == Some(*part));
    parts.contains(&"false") || parts.iter().any(denied)
}

/// Whether a plain disjunction always holds: a part of it is true, or stands there with its opposite.
fn always(condition: &str) -> bool {
    if condition.contains("&&") || condition.contains('?') {
        return false;
    }
    let parts: Vec<&str> = condition.split("||").map(str::trim).collect();
    let denied = |part: &&str| parts.iter().any(|p| p.strip_prefix('!') == Some(*part));
    parts.contains(&"true") || parts.iter().any(denied)
}

/// What a source announces keeps points on its silence and its back entry quiet: that is for days, not for years.
fn announcements_are_short(document: &Document<Source>, findings: &mut Vec<Problem>) {
    let source = &document.value;
    for announced in &source.announced {
        let lasts_ms = announced
            .until
            .millis()
            .saturating_sub(announced.from.millis());
        if lasts_ms <= ANNOUNCED_DAYS * DAY_MS {
            continue;
        }
        let (what, rule) = match announced.what {
            Announcement::Downtime => ("downtime", "Q7"),
            Announcement::BackEntry => ("back_entry", "Q2"),
        };
        let message = format!(
            "source {:?} announces {what} for {} days ({}): {rule} is silent all that time",
            source.id,
            lasts_ms / DAY_MS,
            announced.document
        );
        findings.push(document.problem(0, message));
    }
}

#[cfg(test)]
mod tests {
    use super::super::DefinitionFile;
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        let file = DefinitionFile {
            name: "a.yaml".into(),
            text: text.into(),
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        assert_eq!(problems, []);
        let mut found = Vec::new();
        super::findings(&set, &mut found);
        found.iter().map(ToString::to_string).collect()
    }

    const CHART: &str = "kind: flowchart
id: c
version: '1'
name: c
effective_from: 2015-01-01
steps:
  - {code: accept, name: a, first: true, next: [decide]}
  - {code: decide, name: a, next: []}
  - {code: publish, name: a, required: true, next: []}
";

    #[test]
    fn a_required_step_that_nothing_leads_to_is_told() {
        assert_eq!(
            findings(CHART),
            [
                "a.yaml:9: step \"publish\" is required, and no step that a case comes to leads to it (`next`)"
            ]
        );
        for reached in [
            CHART.replace(
                "a, next: []}\n  - {code: publish",
                "a, next: [publish]}\n  - {code: publish",
            ),
            CHART.replace("code: decide, name: a, next: []", "code: decide, name: a"),
            CHART.replace("required: true", "first: true, required: true"),
            CHART.replace("required: true, ", ""),
        ] {
            assert_eq!(findings(&reached), [""; 0], "{reached}");
        }
    }

    #[test]
    fn a_promise_beyond_the_law_is_told() {
        let told = |promised: &str, statutory: &str| {
            let chart = CHART.replace("required: true, ", "");
            let limit = format!(
                "limits:\n  - {{id: d, name: d, kind: case, from: [accepted], to: [decided], promised: {promised}, statutory: {statutory}}}\n"
            );
            findings(&(chart + &limit))
        };
        assert_eq!(
            told("30wd", "20wd"),
            [
                "a.yaml:11: limit \"d\" promises 30wd, which is longer than the lawful 20wd: a promise is no longer than the law"
            ]
        );
        assert_eq!(told("20wd", "20wd"), [""; 0]);
        // Twenty working days are twenty-eight calendar days.
        assert_eq!(told("20wd", "30cd"), [""; 0]);
        assert_eq!(told("30wd", "30cd").len(), 1);
    }

    #[test]
    fn a_limit_that_falls_away_as_it_begins_or_is_watched_twice_is_told() {
        let told = |limit: &str, points: &str| {
            findings(&format!(
                "{}limits:\n  - {{id: d, name: d, kind: case, from: [accepted], to: [decided], promised: 9wd, {limit}}}\ncontrol_points:\n{points}",
                CHART.replace("required: true, ", "")
            ))
        };
        let point = |id: &str| {
            format!(
                "  - {{id: {id}, name: p, check: {{overdue: {{limit: d, levels: [{{level: red, at: promised}}]}}}}}}\n"
            )
        };
        let reminder = "  - {id: r, name: r, rule: T1, check: {overdue: {limit: d, levels: [{level: notice, at: 2wd before}]}}}\n";
        for points in [point("p"), point("p") + reminder] {
            assert_eq!(told("falls_away_on: [withdrawn]", &points), [""; 0]);
        }
        assert_eq!(
            told("falls_away_on: [withdrawn, accepted]", &point("p")),
            [
                "a.yaml:11: limit \"d\" falls away as soon as it begins: accepted is among its `from` and its `falls_away_on`"
            ]
        );
        assert_eq!(
            told("falls_away_on: [withdrawn]", &(point("p") + &point("q"))),
            [
                "a.yaml:14: limit \"d\" is watched by \"p\" and by \"q\": one breach would be told twice; put the `levels` into one of them"
            ]
        );
    }

    #[test]
    fn a_suspension_of_no_time_is_told() {
        let told = |maximum: &str| {
            findings(&format!(
                "{}special_procedures:\n  - {{kind: hearing, name: 听证, effect: suspend, maximum: {maximum}}}\n",
                CHART.replace("required: true, ", "")
            ))
        };
        assert_eq!(told("20wd"), [""; 0]);
        assert_eq!(
            told("0wd"),
            [
                "a.yaml:11: special procedure \"hearing\" has a `maximum` of nothing: it gives no time"
            ]
        );
    }

    #[test]
    fn a_point_that_never_speaks_is_told() {
        let told = |rest: &str| {
            let points = format!(
                "kind: general_points\nid: g\nversion: '1'\nattributes: [{{name: waived, type: bool}}]\ncontrol_points:\n  - {{id: p, name: p, {rest}}}\n"
            );
            findings(&points)
        };
        let check = "check: {requires_before: {event: [decided], before: [notice]}}";
        for (silent, why) in [
            ("unless: ['true'], ", "one of its `unless` always holds"),
            (
                "unless: ['case.waived || !case.waived'], ",
                "one of its `unless` always holds",
            ),
            ("only_when: 'false', ", "its `only_when` cannot hold"),
            (
                "only_when: 'case.waived && !case.waived', ",
                "its `only_when` cannot hold",
            ),
        ] {
            let told = told(&format!("{silent}{check}"));
            assert_eq!(told.len(), 1, "{silent}");
            assert!(
                told[0].ends_with(&format!("control point \"p\" never speaks: {why}")),
                "{told:?}"
            );
        }
        for plain in [
            "unless: [case.waived], ",
            "only_when: 'case.waived && has(case.waived)', ",
            "only_when: 'case.waived || !case.waived', ",
        ] {
            assert_eq!(told(&format!("{plain}{check}")), [""; 0]);
        }
        for check in [
            "check: {requires_before: {event: [decided], before: [decided]}}",
            "check: {same_person: {one: [decided], other: [decided]}}",
        ] {
            let told = told(check);
            assert_eq!(told.len(), 1, "{check}");
            assert!(told[0].ends_with("holds the same events against themselves"));
        }
    }

    #[test]
    fn an_announcement_of_years_is_told() {
        let told = |until: &str| {
            findings(&format!(
                "kind: source\nid: s\nannounced:\n  - {{what: downtime, from: '2026-10-01T00:00:00+08:00', until: '{until}', document: 报备1号}}\n"
            ))
        };
        assert_eq!(told("2026-10-31T00:00:00+08:00"), [""; 0]);
        assert_eq!(
            told("2036-10-01T00:00:00+08:00"),
            [
                "a.yaml:1: source \"s\" announces downtime for 3653 days (报备1号): Q7 is silent all that time"
            ]
        );
    }
}
