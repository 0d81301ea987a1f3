//! Parameters: the numbers and words of a rule that a place may set, and where each of them lies in a control point.

use crate::definitions::{ControlPoint, Limit, Name, PointKind, Scalar};
use crate::limit::Budget;
use crate::time::BadTimeOfDay;

impl ControlPoint {
    /// Sets a parameter by the name that its rule in the catalogue gives it (`limit`: the one it watches). Says whether it has such
    /// a parameter: of one rule, some points have it and others not. Errs where it has and the text is no value of it.
    pub fn set_parameter(
        &mut self,
        name: &str,
        value: &str,
        limit: Option<&mut Limit>,
    ) -> Result<bool, String> {
        if let Some(known) = self.parameters.get_mut(name) {
            *known = Scalar(value.to_owned());
            return Ok(true);
        }
        let budget = || value.parse::<Budget>().map_err(|e| e.to_string());
        if let Some(limit) = limit.filter(|limit| self.is_time_of(name, limit)) {
            let time = match self.check {
                PointKind::TooEarly { .. } => &mut limit.at_least,
                _ if limit.statutory.is_some() => &mut limit.statutory,
                _ => &mut limit.promised,
            };
            let measured = time.is_some();
            *time = time.and(Some(budget()?));
            return Ok(measured);
        }
        if (&self.check, name) == (&PointKind::DutyNotDone, "within") {
            budget()?;
            self.parameters
                .insert(name.to_owned(), Scalar(value.to_owned()));
            return Ok(true);
        }
        self.check.set_parameter(name, value)
    }

    /// Whether the parameter of this name is the time of the limit that it watches: the one that `parameter` names, else the
    /// one that has the limit's id.
    fn is_time_of(&self, name: &str, limit: &Limit) -> bool {
        let watches = matches!(
            self.check,
            PointKind::Overdue { .. } | PointKind::TooEarly { .. }
        );
        let named = self.parameter.as_ref().unwrap_or(&limit.id);
        watches && self.rule.is_some() && **named == *name
    }

    /// How long the duties that it watches may take where it says so itself.
    pub fn duties_within(&self) -> Option<Budget> {
        self.parameters.get("within")?.0.parse().ok()
    }
}

impl PointKind {
    /// Sets what the check itself has under the name of a parameter; says whether it has it.
    fn set_parameter(&mut self, name: &str, value: &str) -> Result<bool, String> {
        let budget = || value.parse::<Budget>().map_err(|e| e.to_string());
        let bad_number = |_| format!("not a number: {value:?}");
        match (self, name) {
            (PointKind::LateEntry { over }, "over") => *over = Some(budget()?),
            (PointKind::OffList { grace }, "over" | "grace") => *grace = Some(budget()?),
            (PointKind::SpecialOverdue { remind, .. }, "remind") => *remind = Some(budget()?),
            (PointKind::SpecialOverdue { review_after, .. }, "review_after") => {
                *review_after = Some(budget()?);
            }
            (PointKind::FrequentSuspension { count, .. }, "count") => {
                *count = Some(value.parse().map_err(bad_number)?);
            }
            (PointKind::FrequentSuspension { share, .. }, "share") => *share = Some(value.parse()?),
            (PointKind::FrequentSuspension { last, .. }, "last") => *last = Some(value.parse()?),
            (PointKind::EndedBeforeDue { within, .. }, "within") => *within = value.parse()?,
            (PointKind::Unclosed { within, .. }, "within") => *within = Some(budget()?),
            (PointKind::TooFewOfficers { at_least, .. }, "at_least") => {
                *at_least = value.parse().map_err(bad_number)?;
            }
            (PointKind::Repeated { more_than, .. }, "more_than") => {
                *more_than = Some(value.parse().map_err(bad_number)?);
            }
            (PointKind::RequiresBefore { with_result, .. }, "with_result") => {
                *with_result = list(value)?;
            }
            (PointKind::NightOrHoliday { night_from, .. }, "night_from") => {
                *night_from = Some(value.parse().map_err(|e: BadTimeOfDay| e.to_string())?);
            }
            (PointKind::NightOrHoliday { night_until, .. }, "night_until") => {
                *night_until = Some(value.parse().map_err(|e: BadTimeOfDay| e.to_string())?);
            }
            (PointKind::RequiredStep { steps, .. }, "steps") => *steps = names(value)?,
            (PointKind::MissingField { fields, .. }, "fields") => *fields = names(value)?,
            (PointKind::Condition { when, .. }, "when") => *when = Name::new(value),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn names(value: &str) -> Result<Vec<Name>, String> {
    Ok(list(value)?.into_iter().map(Name::new).collect())
}

/// A list as a setting writes it, parted by commas or `、`; never empty.
fn list(value: &str) -> Result<Vec<String>, String> {
    let parts = value.split([',', '，', '、']).map(str::trim);
    let parts: Vec<String> = parts.filter(|p| !p.is_empty()).map(str::to_owned).collect();
    if parts.is_empty() {
        return Err(format!("not a list: {value:?}; part its entries by commas"));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::catalogue::{self, Tier};

    /// For every rule with parameters: a control point of it, the limit that it watches, and a value for each parameter.
    type Sample = (
        &'static str,
        &'static str,
        &'static str,
        &'static [(&'static str, &'static str)],
    );
    const SAMPLES: &[Sample] = &[
        ("A1", "check: {off_list: {}}", "", &[("grace", "5wd")]),
        (
            "A4",
            "check: {too_few_officers: {on: [filed]}}",
            "",
            &[("at_least", "3")],
        ),
        (
            "C1",
            "{parameter: accept, check: {overdue: {limit: x}}}",
            "statutory: 9wd",
            &[("accept", "3wd")],
        ),
        (
            "C1",
            "check: {overdue: {limit: x}}",
            "{id: answer, promised: 9wd}",
            &[("answer", "8wd")],
        ),
        (
            "C2",
            "{parameter: call_back, check: {overdue: {limit: x}}}",
            "statutory: 9wd",
            &[("call_back", "2wd")],
        ),
        (
            "C2",
            "{parameter: rectify, check: {overdue: {limit: x}}}",
            "statutory: 9wd",
            &[("rectify", "5wd")],
        ),
        (
            "C4",
            "{with: {topic: not_handled}, check: conflict}",
            "",
            &[("topic", "lost")],
        ),
        ("F1", "check: duty_not_done", "", &[("within", "5wd")]),
        (
            "F3",
            "check: {condition: {on: [review_result], when: 'true'}}",
            "",
            &[("when", "event.result_code == 'annulled'")],
        ),
        (
            "F4",
            "check: {ended_before_due: {limit: x, within: 2wd before}}",
            "statutory: 9wd",
            &[("within", "90%")],
        ),
        (
            "P1",
            "check: {required_step: {}}",
            "",
            &[("steps", "hearing、review")],
        ),
        (
            "P3",
            "{parameter: at_least, check: {too_early: {limit: x}}}",
            "at_least: 3wd",
            &[("at_least", "5wd")],
        ),
        (
            "P4",
            "{with: {amount: 50000}, check: conflict}",
            "",
            &[("amount", "100000")],
        ),
        (
            "P6",
            "check: {requires_before: {event: [decided], before: [legal_review]}}",
            "",
            &[("with_result", "passed, agreed")],
        ),
        (
            "P8",
            "check: {condition: {on: [decided], when: 'true'}}",
            "",
            &[("when", "event.result_code == 'refused'")],
        ),
        (
            "P9",
            "check: {repeated: {event: [supplement_notice]}}",
            "",
            &[("more_than", "2")],
        ),
        (
            "P12",
            "{parameter: statutory, check: {overdue: {limit: x}}}",
            "statutory: 7wd",
            &[("statutory", "20wd")],
        ),
        (
            "P13",
            "check: {missing_field: {fields: [legal_basis]}}",
            "",
            &[("fields", "legal_basis,attachments")],
        ),
        (
            "P15",
            "{with: {citizen: 200, legal_person: 3000}, check: conflict}",
            "",
            &[("citizen", "500"), ("legal_person", "5000")],
        ),
        (
            "P18",
            "check: {night_or_holiday: {on: [executed]}}",
            "",
            &[("night_from", "20:00"), ("night_until", "7:30")],
        ),
        ("P17", "check: {unclosed: {}}", "", &[("within", "60wd")]),
        ("Q1", "check: {late_entry: {}}", "", &[("over", "2wd")]),
        (
            "Q8",
            "check: {frequent_suspension: {}}",
            "",
            &[("count", "3"), ("share", "40%"), ("last", "20%")],
        ),
        (
            "T10",
            "check: {special_overdue: {}}",
            "",
            &[("remind", "2wd"), ("review_after", "15cd")],
        ),
    ];

    /// Settings say it of ladders themselves, in `at`.
    const ELSEWHERE: &[(&str, &str)] = &[("T1", "at")];

    #[test]
    fn every_parameter_of_a_rule_that_is_judged_in_the_stream_can_be_set() {
        let mut set: Vec<(&str, &str)> = ELSEWHERE.to_vec();
        for (rule, point, limit, values) in SAMPLES {
            for (name, value) in *values {
                let (mut point, mut limit) = sample(rule, point, limit);
                let before = (point.clone(), limit.clone());
                let taken = point.set_parameter(name, value, limit.as_mut());
                assert_eq!(taken, Ok(true), "{rule} {name}");
                assert_ne!((point, limit), before, "{rule} {name} changes nothing");
                set.push((rule, name));
            }
        }
        let stream = catalogue::rules().filter(|rule| rule.tier == Tier::Stream);
        let named: Vec<(&str, &str)> = stream
            .flat_map(|rule| rule.parameters.iter().map(|p| (rule.id, p.name)))
            .collect();
        for parameter in &named {
            assert!(set.contains(parameter), "nothing sets {parameter:?}");
        }
        for parameter in &set {
            assert!(
                named.contains(parameter),
                "{parameter:?} is in no row of the catalogue"
            );
        }
    }

    #[test]
    fn a_point_says_of_what_it_does_not_have_that_it_has_it_not_and_refuses_what_is_no_value() {
        let (mut point, mut limit) = sample(
            "C1",
            "{parameter: accept, check: {overdue: {limit: x}}}",
            "statutory: 5wd",
        );
        let before = (point.clone(), limit.clone());
        assert_eq!(
            point.set_parameter("answer", "3wd", limit.as_mut()),
            Ok(false)
        );
        assert!(
            point
                .set_parameter("accept", "soon", limit.as_mut())
                .is_err()
        );
        assert_eq!((point, limit), before);
    }

    fn sample(rule: &str, point: &str, limit: &str) -> (ControlPoint, Option<Limit>) {
        let read = |text: &str| -> BTreeMap<String, serde_json::Value> {
            serde_saphyr::from_str(text).expect("a sample")
        };
        let mut point = read(point);
        for (name, value) in [("id", "p"), ("name", "p"), ("rule", rule)] {
            point.insert(name.into(), value.into());
        }
        let limit = (!limit.is_empty()).then(|| {
            let mut all = read("{id: x, name: x, kind: stage, from: [accepted], to: [decided]}");
            all.extend(read(limit));
            yaml(&all)
        });
        (yaml(&point), limit)
    }

    /// Names know their lines, which JSON values have none of: so through text.
    fn yaml<T: serde::de::DeserializeOwned>(value: &BTreeMap<String, serde_json::Value>) -> T {
        let text = serde_json::to_string(value).expect("text");
        serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }
}
