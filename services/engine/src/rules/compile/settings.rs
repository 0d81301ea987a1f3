//! Rule settings: which are in force for which item from when on, and what they make of a control point.

use chrono::NaiveDate;
use mingjing_domain::catalogue;
use mingjing_domain::definitions::{
    ControlPoint, DefinitionSet, Document, Limit, PointKind, PowerItem, Problem, RuleSettings,
    Setting, adjusted,
};
use rustc_hash::FxHashMap;

use super::{Builder, Home};
use crate::rules::{InForce, ORDER_RULE, VOICE_RULES, Variant, terms};

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

    /// The variants that cases of an item may come under, none of them included.
    pub(super) fn variants_of(&self, item: Option<&str>) -> impl Iterator<Item = Variant> {
        let in_force = item.and_then(|code| self.by_item.get(code));
        let in_force = in_force.unwrap_or(&self.without_item);
        std::iter::once(0).chain(in_force.0.iter().map(|(_, variant)| *variant))
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

/// Every setting, where any is about what people do about alerts, complaints or ratings: of one id a later version without them retires what came before.
pub(super) fn of_terms(set: &DefinitionSet) -> Vec<RuleSettings> {
    let all = || set.rule_settings.iter().map(|s| &s.value);
    let named = |s: &Setting| {
        let rule = s.rule.as_deref();
        rule.is_some_and(|rule| rule == ORDER_RULE || VOICE_RULES.contains(&rule))
    };
    match all().flat_map(|s| &s.set).any(named) {
        true => all().cloned().collect(),
        false => Vec::new(),
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

/// A control point as the settings leave it.
pub(super) struct Set {
    pub(super) point: ControlPoint,
    /// The limits around it, the one that it watches as it is for this point.
    pub(super) limits: Vec<Limit>,
    /// Which settings decided something of it.
    pub(super) by: Vec<String>,
}

impl Builder<'_> {
    /// A control point as the settings leave it; none where it is switched off.
    pub(super) fn adjust(
        &mut self,
        point: &ControlPoint,
        limits: &[Limit],
        settings: &[&Document<RuleSettings>],
    ) -> Option<Set> {
        let mut set = Set {
            point: point.clone(),
            limits: limits.to_vec(),
            by: Vec::new(),
        };
        if settings.is_empty() {
            return Some(set);
        }
        let limit = watched(point, limits);
        let values: Vec<&RuleSettings> = settings.iter().map(|s| &s.value).collect();
        match adjusted(point, limit, &values) {
            Ok(adjusted) => {
                set.point = adjusted.point?;
                set.by = adjusted.by;
                if let Some(limit) = adjusted.limit {
                    let places = set.limits.iter_mut().filter(|l| l.id == limit.id);
                    places.for_each(|place| *place = limit.clone());
                }
                Some(set)
            }
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

/// The limit that a point watches.
fn watched<'l>(point: &ControlPoint, limits: &'l [Limit]) -> Option<&'l Limit> {
    let limit = point.check.limit();
    limits
        .iter()
        .find(|l| limit.is_some_and(|name| *name == l.id))
}

/// Adds every problem of the settings that shows without the points they are about.
pub(super) fn check_settings(set: &DefinitionSet, problems: &mut Vec<Problem>) {
    let of_flowcharts = set.flowcharts.iter().map(|f| &f.value);
    let of_flowcharts = of_flowcharts.map(|f| (&f.control_points, &f.limits));
    let general = set.general_points.iter().map(|g| &g.value);
    let general = general.map(|g| (&g.control_points, &g.limits));
    let points: Vec<(&ControlPoint, Option<&Limit>)> = of_flowcharts
        .chain(general)
        .flat_map(|(points, limits)| points.iter().map(|p| (p, watched(p, limits))))
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
                (Some(rule), None) => {
                    let strange = strange(rule, setting);
                    match strange.or_else(|| taken_by_none(setting, &points)) {
                        Some(message) => (rule.line, message),
                        None => continue,
                    }
                }
                (None, Some(point)) if points.iter().any(|(p, _)| p.id == *point) => {
                    match taken_by_none(setting, &points) {
                        Some(message) => (point.line, message),
                        None => continue,
                    }
                }
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

/// A parameter that a setting sets and that no control point takes, though there are some that are meant.
fn taken_by_none(setting: &Setting, points: &[(&ControlPoint, Option<&Limit>)]) -> Option<String> {
    let rule = |point: &ControlPoint| {
        let own = point.check.own_rule();
        let named = point.rule.as_deref().or(own);
        named.unwrap_or(catalogue::UNNAMED).to_owned()
    };
    let meant = |point: &ControlPoint| match (&setting.rule, &setting.control_point) {
        (Some(named), _) => **named == *rule(point),
        (None, named) => named.as_ref() == Some(&point.id),
    };
    let meant = || points.iter().filter(|(point, _)| meant(point));
    let takes = |name: &str, value: &str| {
        meant().any(|(point, limit)| {
            let (mut point, mut limit) = ((*point).clone(), limit.cloned());
            let set = point.set_parameter(name, value, limit.as_mut());
            set != Ok(false) || name == "at" && matches!(point.check, PointKind::Overdue { .. })
        })
    };
    let mut named = setting.set_parameters();
    let (name, _) = named.find(|(name, value)| !takes(name, value))?;
    meant().next()?;
    Some(format!(
        "no control point that is meant has the parameter {name:?}; one whose limit's time it is says `parameter: {name}`, one \
         whose conditions see it names it under `with`"
    ))
}

/// What a setting says of a rule that the rule does not have.
fn strange(rule: &str, setting: &Setting) -> Option<String> {
    if rule != catalogue::UNNAMED && !catalogue::is_known(rule) {
        return Some(format!(
            "unknown rule {rule:?}; `mingjing rules` lists them"
        ));
    }
    let known = catalogue::rule(rule)?;
    let mut named = setting.set_parameters().map(|(name, _)| name);
    if let Some(strange) = named.find(|name| !known.parameters.iter().any(|p| p.name == *name)) {
        return Some(format!("rule {rule:?} has no parameter {strange:?}"));
    }
    if rule == ORDER_RULE {
        return terms::strange(setting);
    }
    // Of an inspection no control point takes it and finds fault with it.
    setting.set_parameters().find_map(|(name, value)| {
        let bad = catalogue::measure(rule, name)?.number(value).err()?;
        Some(format!("parameter {name:?} of rule {rule:?} is {bad}"))
    })
}
