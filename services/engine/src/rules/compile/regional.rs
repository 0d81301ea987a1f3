//! Calendars of regions: which items are counted in another calendar than their flowchart names, and the plans that this takes.

use std::collections::BTreeMap;
use std::sync::Arc;

use mingjing_domain::calendar::{CalendarDefinition, WorkCalendar};
use mingjing_domain::definitions::{DefinitionSet, Problem, regions};

use super::Settings;
use crate::rules::{Regional, RegionalIx, Variant};

/// A plan beside the plain ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PlanOf {
    /// From 1; 0: none.
    pub(super) flowchart: usize,
    pub(super) variant: Variant,
    pub(super) regional: RegionalIx,
}

/// The calendars that count in regions, numbered from 1.
pub(super) struct RegionalCalendars<'a> {
    ids: Vec<&'a str>,
    pub(super) chosen: Regional,
}

impl<'a> RegionalCalendars<'a> {
    pub(super) fn of(set: &'a DefinitionSet) -> Self {
        let all = || set.calendars.iter().map(|document| &document.value);
        let ids: Vec<&str> = all()
            .filter(|calendar| !calendar.regions.is_empty())
            .map(|calendar| calendar.id.as_str())
            .collect();
        let mut chosen = Regional::default();
        for region in regions_of(set) {
            if ids.is_empty() || chosen.chosen.contains_key(region) {
                continue;
            }
            let mut of_region: Vec<(String, RegionalIx)> = Vec::new();
            for base in all().flat_map(|calendar| &calendar.bases) {
                if of_region.iter().any(|(known, _)| known == base) {
                    continue;
                }
                let closest = all()
                    .filter(|calendar| calendar.bases.contains(base))
                    .filter_map(|calendar| Some((closeness(calendar, region)?, calendar)))
                    .max_by_key(|(closeness, calendar)| (*closeness, calendar.id.as_str()));
                let place = closest.and_then(|(_, c)| ids.iter().position(|id| *id == c.id));
                of_region.extend(place.map(|at| (base.clone(), at as RegionalIx + 1)));
            }
            chosen.chosen.insert(region.clone(), of_region);
        }
        RegionalCalendars { ids, chosen }
    }

    /// The id of a calendar; none for the flowchart's own.
    pub(super) fn calendar(&self, number: RegionalIx) -> Option<&'a str> {
        let place = usize::from(number).checked_sub(1)?;
        self.ids.get(place).copied()
    }

    /// By region: the calendar that counts there in the place of this one.
    pub(super) fn in_place_of(
        &self,
        base: &str,
        set: &DefinitionSet,
        calendars: &BTreeMap<String, Arc<WorkCalendar>>,
    ) -> BTreeMap<String, Arc<WorkCalendar>> {
        let of_region = |region: &String| {
            let number = self.chosen.in_place_of(base, Some(region));
            let calendar = calendars.get(self.calendar(number)?)?;
            Some((region.clone(), Arc::clone(calendar)))
        };
        regions_of(set).filter_map(of_region).collect()
    }

    /// Every plan that cases may come under and that is no plain one.
    pub(super) fn plans(
        &self,
        set: &DefinitionSet,
        settings: &Settings<'_>,
        without_flowchart: &str,
    ) -> Vec<PlanOf> {
        let regional_of = |base: &str, region: &str| self.chosen.in_place_of(base, Some(region));
        let mut plans = Vec::new();
        let mut add = |flowchart: usize, regional: RegionalIx, item: Option<&str>| {
            let variants = settings.variants_of(item);
            plans.extend(variants.map(|variant| PlanOf {
                flowchart,
                variant,
                regional,
            }));
        };
        add(0, 0, None);
        for source in set.sources.iter().map(|source| &source.value) {
            if let Some(region) = &source.region {
                add(0, regional_of(without_flowchart, region), None);
            }
        }
        for item in set.items.iter().map(|item| &item.value) {
            let code = Some(item.code.text.as_str());
            add(0, regional_of(without_flowchart, &item.region), code);
            for (place, flowchart) in set.flowcharts.iter().enumerate() {
                if flowchart.value.id == item.flowchart {
                    let base = &flowchart.value.calendar.text;
                    add(place + 1, regional_of(base, &item.region), code);
                }
            }
        }
        plans.retain(|plan| (plan.variant, plan.regional) != (0, 0));
        plans.sort();
        plans.dedup();
        plans
    }
}

/// The regions in which something is counted: those of items, sources and bodies.
fn regions_of(set: &DefinitionSet) -> impl Iterator<Item = &String> {
    let items = set.items.iter().map(|item| &item.value.region);
    let sources = set.sources.iter();
    let sources = sources.filter_map(|source| source.value.region.as_ref());
    let bodies = set.bodies.iter().map(|body| &body.value.region);
    items.chain(sources).chain(bodies)
}

/// How closely a calendar is a region's: the length of the code it names, without the zeros at its end.
fn closeness(calendar: &CalendarDefinition, region: &str) -> Option<usize> {
    let areas = calendar.regions.iter();
    let areas = areas.filter(|area| regions::covers(area, region));
    areas.map(|area| regions::head(area).len()).max()
}

/// Adds the problems of calendars that name regions.
pub(super) fn check_calendars(set: &DefinitionSet, problems: &mut Vec<Problem>) {
    for (place, document) in set.calendars.iter().enumerate() {
        let calendar = &document.value;
        if calendar.regions.is_empty() {
            continue;
        }
        if calendar.bases.is_empty() {
            let message = format!(
                "calendar {} names regions and extends no other: nothing would be counted in it; add `extends`",
                calendar.id
            );
            problems.push(document.problem(0, message));
        }
        for earlier in set.calendars[..place].iter().map(|d| &d.value) {
            let shared = |area: &&String| earlier.regions.contains(area);
            let rivals = calendar.bases.iter().any(|b| earlier.bases.contains(b));
            if let Some(area) = calendar.regions.iter().find(shared).filter(|_| rivals) {
                let message = format!(
                    "calendars {} and {} both count in region {area}; name it in one of them",
                    earlier.id, calendar.id
                );
                problems.push(document.problem(0, message));
            }
        }
    }
}
