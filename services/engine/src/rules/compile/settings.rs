//! Rule settings: which are in force for which item from when on, and what they make of a control point.

use chrono::NaiveDate;
use mingjing_domain::catalogue;
use mingjing_domain::definitions::{
    ControlPoint, DefinitionSet, Document, Limit, PowerItem, Problem, RuleSettings, adjusted,
};
use rustc_hash::FxHashMap;

use super::{Builder, Home};
use crate::rules::{InForce, Variant};

/// The distinct sets of settings that cases may be under, and which cases are under which.
pub(super) struct Settings<'a> {
    /// Each from the farthest settings to the closest; the first is empty.
    pub(super) variants: Vec<Vec<&'a Document<RuleSettings>>>,
    pub(super) without_item: InForce,
    pub(super) by_item: FxHashMap<String, InForce>,
}

impl<'a> Settings<'a> {
    pub(super) fn of(set: &'a DefinitionSet) -> Self {
        let mut settings = Settings {
            variants: vec![Vec::new()],
            without_item: InForce::default(),
            by_item: FxHashMap::default(),
        };
        if set.rule_settings.is_empty() {
            return settings;
        }
        settings.without_item = settings.in_force(None, set);
        for item in &set.items {
            let in_force = settings.in_force(Some(&item.value), set);
            if in_force != settings.without_item {
                settings
                    .by_item
                    .insert(item.value.code.text.clone(), in_force);
            }
        }
        settings
    }

    /// From when on cases of an item are under which variant.
    fn in_force(&mut self, item: Option<&PowerItem>, set: &'a DefinitionSet) -> InForce {
        let mut days: Vec<NaiveDate> = set
            .rule_settings
            .iter()
            .map(|s| s.value.effective_from)
            .collect();
        days.sort();
        days.dedup();
        let from_day = |day: NaiveDate| (day, self.variant(on(day, item, set)));
        InForce(days.into_iter().map(from_day).collect())
    }

    /// The flowcharts (from 1; 0: none) and variants other than none that cases may come under together.
    pub(super) fn pairs(&self, set: &DefinitionSet) -> Vec<(usize, Variant)> {
        let mut pairs = Vec::new();
        let mut add = |flowchart: usize, in_force: &InForce| {
            let variants = in_force.0.iter().map(|(_, variant)| *variant);
            pairs.extend(variants.filter(|v| *v != 0).map(|v| (flowchart, v)));
        };
        add(0, &self.without_item);
        for item in set.items.iter().map(|i| &i.value) {
            let in_force = self.by_item.get(item.code.text.as_str());
            let in_force = in_force.unwrap_or(&self.without_item);
            add(0, in_force);
            for (place, flowchart) in set.flowcharts.iter().enumerate() {
                if flowchart.value.id == item.flowchart {
                    add(place + 1, in_force);
                }
            }
        }
        pairs.sort();
        pairs.dedup();
        pairs
    }

    fn variant(&mut self, wanted: Vec<&'a Document<RuleSettings>>) -> Variant {
        let same = |known: &Vec<&Document<RuleSettings>>| {
            known.len() == wanted.len()
                && known.iter().zip(&wanted).all(|(a, b)| std::ptr::eq(*a, *b))
        };
        let place = self.variants.iter().position(same).unwrap_or_else(|| {
            self.variants.push(wanted);
            self.variants.len() - 1
        });
        place as Variant
    }
}

/// The settings in force on a day for an item, from the farthest to the closest.
fn on<'a>(
    day: NaiveDate,
    item: Option<&PowerItem>,
    set: &'a DefinitionSet,
) -> Vec<&'a Document<RuleSettings>> {
    let begun = || {
        set.rule_settings
            .iter()
            .filter(|s| s.value.effective_from <= day)
    };
    let is_latest = |settings: &&Document<RuleSettings>| {
        let mut versions = begun().filter(|other| other.value.id == settings.value.id);
        versions.all(|other| other.value.effective_from <= settings.value.effective_from)
    };
    let mut found: Vec<_> = begun()
        .filter(is_latest)
        .filter(|s| s.value.apply_to(item) && !s.value.set.is_empty())
        .collect();
    found.sort_by(|a, b| a.value.closeness().cmp(&b.value.closeness()));
    found
}

impl Builder<'_> {
    /// A control point as the settings leave it, and which decided something of it; none where it is switched off.
    pub(super) fn adjust(
        &mut self,
        point: &ControlPoint,
        limits: &[Limit],
        settings: &[&Document<RuleSettings>],
    ) -> Option<(ControlPoint, Vec<String>)> {
        if settings.is_empty() {
            return Some((point.clone(), Vec::new()));
        }
        let limit = point.check.limit();
        let limit = limits
            .iter()
            .find(|l| limit.is_some_and(|name| *name == l.id));
        let values: Vec<&RuleSettings> = settings.iter().map(|s| &s.value).collect();
        match adjusted(point, limit, &values) {
            Ok(adjusted) => Some((adjusted.point?, adjusted.by)),
            Err((whose, setting, why)) => {
                let document = settings.iter().find(|s| std::ptr::eq(&s.value, whose));
                let line = setting.rule.as_ref().or(setting.control_point.as_ref());
                let line = line.map_or(0, |name| name.line);
                let message = format!("of control point {:?}: {why}", point.id.text);
                self.problems
                    .extend(document.map(|document| document.problem(line, message)));
                None
            }
        }
    }
}

/// Adds every problem of the settings that shows without the points they are about.
pub(super) fn check_settings(set: &DefinitionSet, problems: &mut Vec<Problem>) {
    let points: Vec<&ControlPoint> = set
        .flowcharts
        .iter()
        .flat_map(|f| &f.value.control_points)
        .chain(
            set.general_points
                .iter()
                .flat_map(|g| &g.value.control_points),
        )
        .collect();
    for document in &set.rule_settings {
        let settings = &document.value;
        let home = |line, message: String| document.problem(line, message);
        let home = Home { problem: &home };
        if let Some(item) = &settings.place.item
            && !set.items.iter().any(|i| i.value.code == *item)
        {
            let message = format!("unknown item {:?}", item.text);
            problems.push((home.problem)(item.line, message));
        }
        let same_day = |other: &&Document<RuleSettings>| {
            other.value.id == settings.id
                && other.value.effective_from == settings.effective_from
                && other.value.version < settings.version
        };
        if set.rule_settings.iter().any(|other| same_day(&other)) {
            let message = "another version of these settings takes effect on the same day";
            problems.push((home.problem)(settings.id.line, message.into()));
        }
        for setting in &settings.set {
            let (line, message) = match (&setting.rule, &setting.control_point) {
                (Some(rule), None) => match strange(rule, setting) {
                    Some(message) => (rule.line, message),
                    None => continue,
                },
                (None, Some(point)) if points.iter().any(|p| p.id == *point) => continue,
                (None, Some(point)) => (
                    point.line,
                    format!("unknown control point {:?}", point.text),
                ),
                _ => {
                    let message = "a setting names either `rule` or `control_point`".to_owned();
                    (settings.id.line, message)
                }
            };
            problems.push((home.problem)(line, message));
        }
    }
}

/// What a setting says of a rule that the rule does not have.
fn strange(rule: &str, setting: &mingjing_domain::definitions::Setting) -> Option<String> {
    if rule != catalogue::UNNAMED && !catalogue::is_known(rule) {
        return Some(format!(
            "unknown rule {rule:?}; `mingjing rules` lists them"
        ));
    }
    let known = catalogue::rule(rule)?;
    let mut named = setting.parameters.keys().map(String::as_str);
    let over = setting.over.as_ref().map(|_| "over");
    let strange = over
        .into_iter()
        .chain(&mut named)
        .find(|name| !known.parameters.iter().any(|p| p.name == *name))?;
    Some(format!("rule {rule:?} has no parameter {strange:?}"))
}
