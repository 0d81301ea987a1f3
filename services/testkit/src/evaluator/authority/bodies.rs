//! Bodies and their plans: who may act where, and what was planned (A3, A11).

use chrono::NaiveDate;
use mingjing_domain::definitions::{ActingGround, Body, Name, PowerItem};
use mingjing_domain::event::CaseEvent;

use super::super::codes::lacks_field;
use super::super::history::{Case, local_date};
use super::super::{Moment, SlowEvaluator};
use super::Verdict;

impl<'a> SlowEvaluator<'a> {
    pub(super) fn unplanned_inspection(&self, case: &Case<'_>, index: usize) -> Verdict {
        let said = |of: fn(&CaseEvent<'static>) -> Option<String>| {
            case.events[..=index].iter().rev().find_map(|e| of(e))
        };
        let filled = |text: Option<String>| text.filter(|t| !t.is_empty());
        let cause = filled(said(|e| {
            let cause = e.data.inspection.as_ref()?.cause.as_deref()?;
            (!cause.is_empty()).then(|| cause.to_owned())
        }));
        let number = filled(said(|e| {
            let number = e.data.inspection.as_ref()?.plan_no.as_deref()?;
            (!number.is_empty()).then(|| number.to_owned())
        }));
        let lawful = [
            "complaint",
            "transferred",
            "monitoring",
            "follow_up",
            "emergency",
        ];
        if cause.is_some_and(|c| lawful.contains(&c.as_str())) {
            return Verdict::Fine;
        }
        let Some(item) = self.item_at(case, index) else {
            return Verdict::Fine;
        };
        let bodies = [
            self.acting(case, index),
            Some(item.executing_body.text.clone()),
        ];
        let theirs = |body: &Name| bodies.iter().flatten().any(|b| *b == body.text);
        let plans = || {
            self.definitions
                .set
                .inspection_plans
                .iter()
                .map(|d| &d.value)
        };
        if !plans().any(|p| theirs(&p.body)) {
            return Verdict::Fine;
        }
        let Some(number) = number else {
            let kind = case.events[index].kind;
            return if lacks_field(case.lacks, kind, "inspection.plan") {
                Verdict::Fine
            } else {
                Verdict::Fault
            };
        };
        let Some(plan) = plans().find(|p| p.id.text == number) else {
            return Verdict::Query;
        };
        let on = self.day(case, index);
        let region = case.events[index].data.region_code.as_deref();
        let region = region.filter(|r| !r.is_empty());
        let there = plan.regions.is_empty()
            || region.is_none_or(|r| plan.regions.iter().any(|area| covers(area, r)));
        let planned = plan.items.contains(&item.code)
            && theirs(&plan.body)
            && there
            && plan.from <= on
            && on <= plan.until;
        if planned {
            Verdict::Fine
        } else {
            Verdict::Fault
        }
    }

    pub(in crate::evaluator) fn is_wrong_body(&self, case: &Case<'_>, index: usize) -> bool {
        let data = &case.events[index].data;
        let filled = |text: Option<&'_ str>| text.filter(|t| !t.is_empty()).map(str::to_owned);
        let (Some(item), Some(org)) = (self.item_at(case, index), filled(data.org_code.as_deref()))
        else {
            return false;
        };
        let region = filled(data.region_code.as_deref());
        let in_areas = |areas: &[String]| {
            region
                .as_ref()
                .is_none_or(|r| areas.iter().any(|area| covers(area, r)))
        };
        let in_its_areas = match self.body(&org) {
            None => true,
            Some(body) if body.areas.is_empty() => in_areas(std::slice::from_ref(&body.region)),
            Some(body) => in_areas(&body.areas),
        };
        let is_its_own =
            item.executing_body.text == org || item.entrusted_bodies.iter().any(|b| b.text == org);
        let on = self.day(case, index);
        let step = case.steps[index].filter(|s| !s.is_empty());
        let acts_for_it = item.acting_bodies.iter().any(|acting| {
            let there = match (acting.areas.as_slice(), acting.ground) {
                ([], ActingGround::CrossRegion) => true,
                ([], _) => in_its_areas,
                (areas, _) => in_areas(areas),
            };
            acting.body.text == org
                && acting.from.is_none_or(|from| from <= on)
                && acting.until.is_none_or(|until| on <= until)
                && (acting.steps.is_empty()
                    || step.is_none_or(|step| acting.steps.iter().any(|s| s.text == step)))
                && there
        });
        if is_its_own && in_its_areas || !is_its_own && acts_for_it {
            return false;
        }
        let said = case.events[..=index].iter().rev();
        let mut said = said.filter_map(|e| e.data.jurisdiction.as_ref());
        let ground = said.clone().find(|j| !j.ground.is_empty());
        let by_document = said.any(|j| {
            j.document
                .as_deref()
                .is_some_and(|document| !document.is_empty())
        });
        let assigned = ground.is_some_and(|j| matches!(&*j.ground, "designated" | "cross_region"));
        !(assigned && by_document)
    }

    /// Whether no body has the code that an event names, and its source has codes of its own.
    pub(in crate::evaluator) fn is_unmapped_body(
        &self,
        case: &Case<'_>,
        index: usize,
        moment: Moment<'_>,
    ) -> bool {
        let named = case.events[index].data.org_code.as_deref();
        let unknown = named.is_some_and(|code| self.body(code).is_none());
        unknown && !moment.source.mapping.orgs.is_empty()
    }

    /// The item as the case has named it up to an event.
    pub(in crate::evaluator) fn item_at(
        &self,
        case: &Case<'_>,
        index: usize,
    ) -> Option<&'a PowerItem> {
        let code = case.events[..=index]
            .iter()
            .find_map(|e| e.data.item_code.as_deref().filter(|c| !c.is_empty()))?;
        let definitions = self.definitions;
        definitions.item(code)
    }

    pub(super) fn body(&self, code: &str) -> Option<&'a Body> {
        let mut bodies = self.definitions.set.bodies.iter().map(|d| &d.value);
        bodies.find(|b| *b.code == *code)
    }

    pub(in crate::evaluator) fn day(&self, case: &Case<'_>, index: usize) -> NaiveDate {
        local_date(case.events[index], self.zone_of(case))
    }

    /// The body that acts: the latest named, else the item's own.
    pub(in crate::evaluator) fn acting(&self, case: &Case<'_>, index: usize) -> Option<String> {
        let named = case.events[..=index]
            .iter()
            .rev()
            .find_map(|e| e.data.org_code.as_deref().filter(|o| !o.is_empty()));
        let own = || {
            self.item_at(case, index)
                .map(|i| i.executing_body.text.clone())
        };
        named.map(str::to_owned).or_else(own)
    }
}

/// Whether a region lies in an area: `510500` covers `510502`, and `500000` (重庆) does not cover `510000`: codes are
/// pairs of digits (GB/T 2260), so only whole pairs of zeros are left off.
fn covers(area: &str, region: &str) -> bool {
    let mut head = area;
    while let Some(shorter) = head
        .strip_suffix("00")
        .filter(|h| !h.is_empty() && h.len() % 2 == 0)
    {
        head = shorter;
    }
    region.starts_with(head)
}
