//! What leaves the platform: which cases, and of their events what the formats carry.

use mingjing_domain::Timestamp;
use mingjing_domain::event::{Actor, CaseData, CaseEvent, Special};

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
pub fn outgoing(event: CaseEvent<'static>) -> CaseEvent<'static> {
    let CaseData {
        data_version,
        entered_at,
        sent_at,
        parent_case_no,
        case_kind,
        item_code,
        item_version,
        org_code,
        region_code,
        step_code,
        prev_step_code,
        actor,
        co_actors,
        party_ref: _,
        party_kind: _,
        secrecy: _,
        result_code,
        reason: _,
        legal_basis,
        amounts,
        discretion_act,
        discretion_tier,
        act_at: _,
        fee: _,
        collection: _,
        jurisdiction: _,
        inspection: _,
        attachments: _,
        special,
        corrects,
        attributes,
    } = event.data;
    let named = |actor: Actor<'static>| Actor {
        cert_no: None,
        ..actor
    };
    let special = special.map(|special| Special {
        approver: None,
        notice_no: None,
        ..special
    });
    CaseEvent {
        data: CaseData {
            data_version,
            entered_at,
            sent_at,
            parent_case_no,
            case_kind,
            item_code,
            item_version,
            org_code,
            region_code,
            step_code,
            prev_step_code,
            actor: actor.map(named),
            co_actors: co_actors.into_iter().map(named).collect(),
            result_code,
            legal_basis,
            amounts,
            discretion_act,
            discretion_tier,
            special,
            corrects,
            attributes,
            ..CaseData::default()
        },
        ..event
    }
}
