//! Taking events in: from what a department said to the small form a history keeps.

use mingjing_domain::Timestamp;
use mingjing_domain::event::{CaseEvent, EventKind, Value};
use xxhash_rust::xxh3::xxh3_64;

use super::{CaseIx, Engine};
use crate::condition::Attr;
use crate::fold::Profile;
use crate::history::{Arrival, Extra, NewEvent, SpecialEntry, present};

impl Engine {
    pub(super) fn take(&mut self, event: &CaseEvent<'_>) -> (CaseIx, Arrival, Option<Timestamp>) {
        let source = self.source(&event.source);
        let ix = self.case_or_new(source, &event.case_no);
        let new = self.pack(event);
        let (arrival, replaced_at) = self.cases[ix as usize].history.take(new);
        let state = &mut self.sources[usize::from(source)];
        state.touched = true;
        state.last_received_at = state.last_received_at.max(event.received_at);
        match arrival {
            Arrival::Duplicate => self.counts.duplicates += 1,
            Arrival::Conflict => self.counts.conflicts += 1,
            Arrival::Appended | Arrival::Changed => {
                state.events += 1;
                self.counts.events += 1;
            }
        }
        (ix, arrival, replaced_at)
    }

    fn pack<'e>(&mut self, event: &'e CaseEvent<'_>) -> NewEvent<'e> {
        let data = &event.data;
        let step = self.code(data.step_code.as_deref());
        let profile = Profile {
            item: self.text(data.item_code.as_deref()),
            org: self.text(data.org_code.as_deref()),
            region: self.text(data.region_code.as_deref()),
            case_kind: self.text(data.case_kind.as_deref()),
        };
        let actor = self.text(data.actor.as_ref().map(|a| &*a.id));
        let result = self.code(data.result_code.as_deref());
        let extra = self.extra(event);
        NewEvent {
            id: &event.event_id,
            occurred_at: event.occurred_at,
            received_at: event.received_at,
            entered_at: event.entered_at,
            source_seq: event.source_seq,
            data_version: event.data_version,
            content: content_hash(event, &mut self.bytes),
            party: data
                .party_ref
                .as_deref()
                .map_or(0, |p| (xxh3_64(p.as_bytes()) as u32).max(1)),
            actor,
            profile: self.profile(profile),
            step,
            result,
            present: present_fields(event),
            kind: event.kind,
            extra,
        }
    }

    fn extra(&mut self, event: &CaseEvent<'_>) -> Option<Box<Extra>> {
        let data = &event.data;
        let has_special = data.special.is_some()
            || matches!(
                event.kind,
                EventKind::Suspend | EventKind::Resume | EventKind::Extend
            );
        if data.amounts.is_empty()
            && data.attributes.is_empty()
            && !has_special
            && data.corrects.is_none()
        {
            return None;
        }
        let mut attributes = Vec::with_capacity(data.amounts.len() + data.attributes.len());
        for (name, amount) in &data.amounts {
            attributes.push((self.codes.intern_code(name), Attr::Int(*amount)));
        }
        for (name, value) in &data.attributes {
            let value = match value {
                Value::Bool(v) => Attr::Bool(*v),
                Value::Int(v) => Attr::Int(*v),
                Value::Float(v) => Attr::Float(*v),
                Value::Text(v) => Attr::Text((&**v).into()),
            };
            let code = self.codes.intern_code(name);
            // A name in both maps is the attribute's.
            attributes.retain(|(known, _)| *known != code);
            attributes.push((code, value));
        }
        let special = data.special.as_ref().map(|s| SpecialEntry {
            kind: self.code(Some(&*s.kind)),
            planned_end: s.planned_end,
            granted: s.granted.as_deref().and_then(|g| g.parse().ok()),
        });
        Some(Box::new(Extra {
            attributes,
            special,
            corrects: data.corrects.as_deref().map(Into::into),
        }))
    }

    pub(super) fn code(&mut self, text: Option<&str>) -> u16 {
        let Some(text) = text.filter(|t| !t.is_empty()) else {
            return 0;
        };
        let known = self.codes.len();
        let code = self.codes.intern_code(text);
        if self.codes.len() != known {
            self.map_steps();
        }
        code
    }

    pub(super) fn text(&mut self, text: Option<&str>) -> u32 {
        text.filter(|t| !t.is_empty())
            .map_or(0, |t| self.texts.intern(t))
    }

    pub(crate) fn profile(&mut self, profile: Profile) -> u32 {
        let next = self.profiles.len() as u32;
        *self.profile_ix.entry(profile).or_insert_with(|| {
            self.profiles.push(profile);
            next
        })
    }
}

/// A hash of everything a department says in an event, but for when it was sent and received. Part of snapshots:
/// its bytes and function (XXH3-64, folded) never change.
fn content_hash(event: &CaseEvent<'_>, bytes: &mut Vec<u8>) -> u32 {
    let data = &event.data;
    bytes.clear();
    bytes.push(event.kind as u8);
    put_instant(bytes, Some(event.occurred_at));
    put_instant(bytes, event.entered_at);
    bytes.extend_from_slice(&event.source_seq.to_le_bytes());
    for text in [
        &data.step_code,
        &data.prev_step_code,
        &data.item_code,
        &data.item_version,
        &data.org_code,
        &data.region_code,
        &data.case_kind,
        &data.parent_case_no,
        &data.party_ref,
        &data.party_kind,
        &data.result_code,
        &data.reason,
        &data.legal_basis,
        &data.discretion_act,
        &data.discretion_tier,
        &data.corrects,
    ] {
        put_text(bytes, text.as_deref());
    }
    for actor in data.actor.iter().chain(&data.co_actors) {
        put_text(bytes, Some(&actor.id));
        put_text(bytes, actor.role.as_deref());
        put_text(bytes, actor.cert_no.as_deref());
    }
    for (name, amount) in &data.amounts {
        put_text(bytes, Some(name));
        bytes.extend_from_slice(&amount.to_le_bytes());
    }
    for (name, value) in &data.attributes {
        put_text(bytes, Some(name));
        match value {
            Value::Bool(v) => bytes.push(u8::from(*v)),
            Value::Int(v) => bytes.extend_from_slice(&v.to_le_bytes()),
            Value::Float(v) => bytes.extend_from_slice(&v.to_bits().to_le_bytes()),
            Value::Text(v) => put_text(bytes, Some(v)),
        }
    }
    for attachment in &data.attachments {
        put_text(bytes, Some(&attachment.kind));
        put_text(bytes, attachment.sha256.as_deref());
        put_instant(bytes, attachment.uploaded_at);
    }
    if let Some(s) = &data.special {
        put_instant(bytes, s.planned_end);
        put_instant(bytes, s.notice_at);
        put_text(bytes, Some(&s.kind));
        for text in [
            &s.basis,
            &s.granted,
            &s.approver,
            &s.approver_rank,
            &s.notice_no,
        ] {
            put_text(bytes, text.as_deref());
        }
    }
    let full = xxh3_64(bytes);
    (full ^ (full >> 32)) as u32
}

fn put_instant(bytes: &mut Vec<u8>, at: Option<Timestamp>) {
    bytes.extend_from_slice(&at.map_or(i64::MIN, Timestamp::millis).to_le_bytes());
}

fn put_text(bytes: &mut Vec<u8>, text: Option<&str>) {
    if let Some(text) = text {
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes.push(0xff);
}

fn present_fields(event: &CaseEvent<'_>) -> u16 {
    let data = &event.data;
    let said = |text: &Option<mingjing_domain::text::Text<'_>>, bit: u16| {
        if text.as_deref().is_some_and(|t| !t.is_empty()) {
            bit
        } else {
            0
        }
    };
    let mut bits = said(&data.result_code, present::RESULT)
        | said(&data.reason, present::REASON)
        | said(&data.legal_basis, present::BASIS)
        | said(&data.party_ref, present::PARTY)
        | said(&data.item_code, present::ITEM)
        | said(&data.org_code, present::ORG)
        | said(&data.region_code, present::REGION)
        | said(&data.step_code, present::STEP)
        | said(&data.case_kind, present::CASE_KIND)
        | said(&data.discretion_tier, present::TIER);
    if let Some(actor) = &data.actor {
        bits |= if actor.id.is_empty() {
            0
        } else {
            present::ACTOR
        };
        bits |= said(&actor.cert_no, present::CERT);
    }
    if !data.attachments.is_empty() {
        bits |= present::ATTACHMENT;
    }
    bits
}
