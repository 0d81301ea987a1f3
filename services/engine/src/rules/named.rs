//! What a name leads to: a field's bit, a step or special procedure that a source calls by its name, the kinds behind marks.

use mingjing_domain::event::EventKind;

use super::{Field, MarkSet, Plan};
use crate::history::present;

impl Field {
    /// The field of a record with this name; none where it is no plain one.
    pub(crate) fn plain(name: &str) -> Option<Self> {
        let bit = match name {
            "actor.id" | "actor" => present::ACTOR,
            "actor.cert_no" => present::CERT,
            "result_code" => present::RESULT,
            "reason" => present::REASON,
            "legal_basis" => present::BASIS,
            "party_ref" => present::PARTY,
            "item_code" => present::ITEM,
            "org_code" => present::ORG,
            "region_code" => present::REGION,
            "attachments" => present::ATTACHMENT,
            "step_code" => present::STEP,
            "case_kind" => present::CASE_KIND,
            "discretion_tier" => present::TIER,
            "parent_case_no" => present::PARENT,
            _ => return None,
        };
        Some(Field::Present(bit))
    }
}

impl Plan {
    /// The special procedure of this kind, or else the only one of this name.
    pub(crate) fn special_called(&self, said: &str) -> Option<u16> {
        let names = || self.specials.iter().map(|s| s.name.as_str());
        self.special(said)
            .or_else(|| only(names(), said).map(|place| place as u16))
    }

    /// The step of this name, where no step has it as its code and only one has it as its name.
    pub(crate) fn step_named(&self, said: &str) -> Option<u16> {
        if self.step_by_code.contains_key(said) {
            return None;
        }
        only(self.steps.iter().map(|s| s.name.as_str()), said).map(|place| place as u16)
    }

    /// The kinds of event that carry one of these marks, whatever their step.
    pub(crate) fn kinds_of(&self, marks: MarkSet) -> impl Iterator<Item = EventKind> {
        let width = self.steps.len() + 1;
        let carries = move |kind: &EventKind| {
            let at = *kind as usize * width;
            self.marks[at..at + width].iter().any(|of| of & marks != 0)
        };
        EventKind::ALL.iter().copied().filter(carries)
    }
}

/// The place of a name that is there once; a name of two is nobody's.
fn only<'a>(mut names: impl Iterator<Item = &'a str>, said: &str) -> Option<usize> {
    let place = names.position(|name| name == said && !said.is_empty())?;
    names.all(|name| name != said).then_some(place)
}
