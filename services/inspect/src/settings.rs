//! What places set for inspections: levels, thresholds, and what is not looked at.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use mingjing_domain::alert::Level;
use mingjing_domain::catalogue::Rule;
use mingjing_domain::definitions::{DefinitionSet, PowerItem, RuleSettings};

/// What is in force for one subject.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InForce {
    pub(crate) level: Level,
    pub(crate) off: Option<bool>,
    /// The place's own paper.
    pub(crate) legal_basis: Option<String>,
    /// Parameters as written, by name.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The settings that decided something.
    pub(crate) by: Vec<String>,
}

/// What is in force of a rule on a day for an item, or for a region where the subject has no item. The closest settings win,
/// question by question, as in judging.
pub(crate) fn in_force(
    set: &DefinitionSet,
    rule: &Rule,
    day: NaiveDate,
    item: Option<&PowerItem>,
    region: Option<&str>,
) -> InForce {
    let mut found = InForce {
        level: rule.level,
        off: None,
        legal_basis: None,
        parameters: rule
            .parameters
            .iter()
            .map(|p| (p.name.to_owned(), p.default.to_owned()))
            .collect(),
        by: Vec::new(),
    };
    let mut applying: Vec<&RuleSettings> = begun(set, day)
        .filter(|settings| applies(settings, item, region))
        .collect();
    applying.sort_by(|a, b| a.closeness().cmp(&b.closeness()));
    for settings in applying {
        for setting in settings
            .set
            .iter()
            .filter(|s| s.rule.as_deref() == Some(rule.id))
        {
            if let Some(level) = setting.level {
                found.level = level;
            }
            if let Some(off) = setting.off {
                found.off = Some(off);
            }
            if let Some(paper) = &setting.legal_basis {
                found.legal_basis = Some(paper.clone());
            }
            let over = setting.over.iter().map(|v| ("over", v));
            for (name, value) in over.chain(setting.parameters.iter().map(|(n, v)| (n.as_str(), v)))
            {
                found.parameters.insert(name.to_owned(), value.0.clone());
            }
            found.by.push(settings.label());
        }
    }
    found.by.sort();
    found.by.dedup();
    found
}

impl InForce {
    /// The number that a parameter of a rule is set to, in its measure.
    pub(crate) fn number(&self, rule: &Rule, parameter: &str) -> Option<f64> {
        number(rule, parameter, self.parameters.get(parameter)?)
    }
}

/// The least number that a parameter is anywhere set to, or has by default: what is below concerns nobody.
pub(crate) fn least(set: &DefinitionSet, rule: &Rule, day: NaiveDate, parameter: &str) -> f64 {
    let default = rule.parameters.iter().find(|p| p.name == parameter);
    let set_to = begun(set, day).flat_map(|s| &s.set).filter_map(|setting| {
        (setting.rule.as_deref() == Some(rule.id)).then_some(())?;
        let value = match parameter {
            "over" => setting.over.as_ref().or(setting.parameters.get("over")),
            name => setting.parameters.get(name),
        };
        number(rule, parameter, &value?.0)
    });
    let default = default.and_then(|p| number(rule, parameter, p.default));
    set_to.chain(default).fold(f64::INFINITY, f64::min)
}

fn number(rule: &Rule, parameter: &str, text: &str) -> Option<f64> {
    let known = rule.parameters.iter().find(|p| p.name == parameter)?;
    known.number_or_default(rule.id, text)
}

fn begun(set: &DefinitionSet, day: NaiveDate) -> impl Iterator<Item = &RuleSettings> {
    let all = move || {
        set.rule_settings
            .iter()
            .map(|d| &d.value)
            .filter(move |s| s.effective_from <= day)
    };
    all().filter(move |settings| {
        let mut versions = all().filter(|other| other.id == settings.id);
        versions.all(|other| other.effective_from <= settings.effective_from)
    })
}

fn applies(settings: &RuleSettings, item: Option<&PowerItem>, region: Option<&str>) -> bool {
    if item.is_some() {
        return settings.apply_to(item);
    }
    let place = &settings.place;
    let inside = |wanted: &String| region.is_some_and(|region| covers(wanted, region));
    place.item.is_none() && place.power_type.is_none() && place.region.as_ref().is_none_or(inside)
}

/// A region covers those that begin with it up to its trailing zeros.
fn covers(wide: &str, narrow: &str) -> bool {
    let head = wide.trim_end_matches('0');
    let head = &wide[..head.len().next_multiple_of(2).min(wide.len())];
    narrow.starts_with(head)
}

#[cfg(test)]
mod tests {
    use mingjing_domain::catalogue::rule;
    use mingjing_domain::definitions::DefinitionFile;

    use super::*;

    #[test]
    fn a_value_that_means_nothing_leaves_the_default() {
        let d4 = rule("D4").unwrap();
        assert_eq!(number(d4, "share", "40%"), Some(0.4));
        let default = number(d4, "share", d4.parameters[0].default);
        assert_eq!(number(d4, "share", "50"), default);
    }

    #[test]
    fn the_closest_settings_win_and_the_least_threshold_is_asked_for() {
        let text = "kind: rule_settings\nid: all\nversion: '1'\neffective_from: 2020-01-01\nset:\n  - {rule: Q2, with: {count: 30}, level: red}\n---\n\
                    kind: rule_settings\nid: county\nversion: '1'\neffective_from: 2020-01-01\nwhere: {region: '510525'}\nset:\n  - {rule: Q2, with: {count: 4}}\n";
        let (set, problems) = DefinitionSet::read(vec![DefinitionFile {
            name: "x.yaml".into(),
            text: text.into(),
        }]);
        assert!(problems.is_empty(), "{problems:?}");
        let q2 = rule("Q2").unwrap();
        let day = "2026-11-01".parse().unwrap();
        let count =
            |region| in_force(&set, q2, day, None, Some(region)).parameters["count"].clone();
        assert_eq!(
            (count("510525"), count("510502")),
            ("4".into(), "30".into())
        );
        assert_eq!(
            in_force(&set, q2, day, None, Some("510525")).level,
            Level::Red
        );
        assert_eq!(least(&set, q2, day, "count"), 4.0);
        assert_eq!(
            least(&set, q2, "2019-01-01".parse().unwrap(), "count"),
            20.0
        );
    }
}
