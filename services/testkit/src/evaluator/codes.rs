//! Codes and calendars that go by the source and the region, a second time.

use std::collections::BTreeMap;

use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::definitions::{Anchor, Flowchart};
use mingjing_domain::event::{CaseEvent, EventKind};
use mingjing_domain::source::{CodeMapping, Lacks, Source};
use mingjing_domain::text::Text;

use super::settings::significant;
use super::{Definitions, history::Case};

/// Events as they would read had their source used our codes.
pub(super) fn in_our_codes(
    arrivals: &[CaseEvent<'static>],
    mapping: &CodeMapping,
) -> Vec<CaseEvent<'static>> {
    let ours = |code: &mut Option<Text<'static>>, mapping: &BTreeMap<String, String>| {
        if let Some(known) = code.as_deref().and_then(|theirs| mapping.get(theirs)) {
            *code = Some(known.clone().into());
        }
    };
    let mut arrivals = arrivals.to_vec();
    for event in &mut arrivals {
        ours(&mut event.data.item_code, &mapping.items);
        ours(&mut event.data.step_code, &mapping.steps);
        ours(&mut event.data.result_code, &mapping.results);
        ours(&mut event.data.org_code, &mapping.orgs);
        ours(&mut event.data.region_code, &mapping.regions);
        let collection = event.data.collection.as_mut();
        if let Some(collection) = collection.filter(|c| mapping.orgs.contains_key(&*c.collector)) {
            collection.collector = mapping.orgs[&*collection.collector].clone().into();
        }
        if let Some(special) = &mut event.data.special
            && let Some(known) = mapping.specials.get(&*special.kind)
        {
            special.kind = known.clone().into();
        }
    }
    arrivals
}

/// Events as they would read had their source used the flowchart's codes for what it calls by the flowchart's names.
pub(super) fn by_name(
    arrivals: &[CaseEvent<'static>],
    flowchart: Option<&Flowchart>,
) -> Vec<CaseEvent<'static>> {
    let mut arrivals = arrivals.to_vec();
    let Some(flowchart) = flowchart else {
        return arrivals;
    };
    let steps = flowchart.steps.iter();
    let steps: Vec<(&str, &str)> = steps.map(|s| (&*s.code.text, s.name.as_str())).collect();
    let specials = flowchart.special_procedures.iter();
    let specials: Vec<(&str, &str)> = specials.map(|s| (&*s.kind.text, s.name.as_str())).collect();
    for event in &mut arrivals {
        if let Some(step) = &mut event.data.step_code
            && let Some(code) = called(&steps, step)
        {
            *step = code.to_owned().into();
        }
        if let Some(special) = &mut event.data.special
            && let Some(code) = called(&specials, &special.kind)
        {
            special.kind = code.to_owned().into();
        }
    }
    arrivals
}

/// The code that a name stands for: it is no code itself, and is the name of one alone.
fn called<'a>(listed: &[(&'a str, &str)], said: &str) -> Option<&'a str> {
    if said.is_empty() || listed.iter().any(|(code, _)| *code == said) {
        return None;
    }
    let mut named = listed.iter().filter(|(_, name)| *name == said);
    match (named.next(), named.next()) {
        (Some((code, _)), None) => Some(code),
        _ => None,
    }
}

/// Whether none of these can come from a source whose format lacks so much. Steps count only where nothing else is asked for.
pub(super) fn cannot_come<'a>(
    lacks: &Lacks,
    anchors: impl IntoIterator<Item = &'a Anchor>,
) -> bool {
    let lacked = |kind: &Option<EventKind>| kind.is_some_and(|kind| lacks.events.contains(&kind));
    let kinds = anchors.into_iter().map(|a| a.kind);
    let (of_steps, plain): (Vec<_>, Vec<_>) =
        kinds.partition(|kind| matches!(kind, Some(EventKind::StepStart | EventKind::StepEnd)));
    let asked = if plain.is_empty() { of_steps } else { plain };
    !asked.is_empty() && asked.iter().all(lacked)
}

/// Whether a format has no place for a field of an event of this kind.
pub(super) fn lacks_field(lacks: &Lacks, kind: EventKind, field: &str) -> bool {
    let of_kind = format!("{}:{field}", kind.code());
    let any_file = field.starts_with("attachments.") && lacks_field(lacks, kind, "attachments");
    any_file || lacks.fields.iter().any(|f| f == field || *f == of_kind)
}

impl Definitions {
    /// What they declare of a source.
    pub fn source(&self, id: &str) -> Option<&Source> {
        let mut sources = self.set.sources.iter().map(|d| &d.value);
        sources.find(|source| source.id == id)
    }

    /// The calendar that a case is counted in where its definitions name this one.
    pub(super) fn calendar_of(&self, case: &Case<'_>, named: &str) -> &WorkCalendar {
        self.calendar_in(case.region, named)
    }

    /// The calendar that counts in a region in the place of this one.
    pub(super) fn calendar_in(&self, region: Option<&str>, named: &str) -> &WorkCalendar {
        let Some(region) = region else {
            return self.calendar(named);
        };
        let mut best: Option<(usize, &str)> = None;
        for calendar in self.set.calendars.iter().map(|d| &d.value) {
            let lies_over = calendar.bases.iter().any(|base| base == named);
            let codes = calendar.regions.iter().map(|area| significant(area));
            for code in codes.filter(|code| lies_over && region.starts_with(code)) {
                if best.is_none_or(|(length, _)| code.len() > length) {
                    best = Some((code.len(), &calendar.id));
                }
            }
        }
        self.calendar(best.map_or(named, |(_, id)| id))
    }
}
