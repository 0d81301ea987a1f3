//! What leaves the platform: which cases, and of their events what the formats carry.

use mingjing_domain::Timestamp;
use mingjing_domain::event::{CaseData, CaseEvent};

/// Which cases are exported, wherever they are read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only those of this source.
    pub source: Option<String>,
    /// Only those with an event that names this item, as its source sends it.
    pub item: Option<String>,
    /// Only those that began at this instant or later: by their first event.
    pub from: Option<Timestamp>,
    /// Only those that began before it.
    pub before: Option<Timestamp>,
}

impl Selection {
    /// Whether a case is meant. Its events are those of the greatest versions; all are exported, or none.
    pub fn takes(&self, case: &[CaseEvent<'_>]) -> bool {
        let Some(began) = case.iter().map(|event| event.occurred_at).min() else {
            return false;
        };
        let source = self.source.as_deref();
        let item = self.item.as_deref();
        source.is_none_or(|source| case.iter().all(|event| &*event.source == source))
            && item.is_none_or(|item| {
                case.iter()
                    .any(|event| event.data.item_code.as_deref() == Some(item))
            })
            && self.from.is_none_or(|from| began >= from)
            && self.before.is_none_or(|before| began < before)
    }
}

/// An event without what no export carries: free text, references to parties, papers, and what only judging reads.
pub fn outgoing(mut event: CaseEvent<'static>) -> CaseEvent<'static> {
    // All fields by name: whoever adds one has to say here whether it leaves.
    let CaseData {
        data_version: _,
        entered_at: _,
        sent_at: _,
        parent_case_no: _,
        case_kind: _,
        channel: _,
        item_code: _,
        item_version: _,
        org_code: _,
        region_code: _,
        step_code: _,
        prev_step_code: _,
        actor,
        co_actors,
        party_ref,
        party_kind,
        secrecy,
        result_code: _,
        reason,
        legal_basis: _,
        amounts: _,
        discretion_act: _,
        discretion_tier: _,
        act_at,
        fee,
        collection,
        jurisdiction,
        inspection,
        attachments,
        special,
        corrects: _,
        attributes: _,
    } = &mut event.data;
    for text in [party_ref, party_kind, secrecy, reason] {
        *text = None;
    }
    *act_at = None;
    *fee = None;
    *collection = None;
    *jurisdiction = None;
    *inspection = None;
    attachments.clear();
    for actor in actor.iter_mut().chain(co_actors) {
        actor.cert_no = None;
    }
    if let Some(special) = special {
        special.approver = None;
        special.notice_no = None;
    }
    event
}
