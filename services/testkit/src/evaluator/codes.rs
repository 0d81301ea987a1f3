//! Codes and calendars that go by the source and the region, a second time.

use std::collections::BTreeMap;

use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::source::{CodeMapping, Source};
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
    }
    arrivals
}

impl Definitions {
    /// What they declare of a source.
    pub fn source(&self, id: &str) -> Option<&Source> {
        let mut sources = self.set.sources.iter().map(|d| &d.value);
        sources.find(|source| source.id == id)
    }

    /// The calendar that a case is counted in where its definitions name this one.
    pub(super) fn calendar_of(&self, case: &Case<'_>, named: &str) -> &WorkCalendar {
        let Some(region) = case.region else {
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
