//! Events on their way into a case's history.

use mingjing_domain::Timestamp;
use mingjing_domain::event::{CaseData, CaseEvent, EventKind, Value};
use xxhash_rust::xxh3::xxh3_64;

use super::{CaseIx, Engine};
use crate::fold::Profile;
use crate::history::{Act, Arrival, Extra, FILE, KeptCodes, NewEvent, Sent, SpecialEntry, present};

impl Engine {
    /// Takes an event into its case's history.
    pub(super) fn take(&mut self, event: &CaseEvent<'_>) -> (CaseIx, Arrival) {
        let source = self.source(&event.source);
        let ix = self.case_or_new(source, &event.case_no);
        let numbered = self.numbered();
        let new = self.pack(event);
        self.translate_new(numbered);
        let arrival = self.cases[ix].history.take(new, &mut self.bytes);
        let state = &mut self.sources[usize::from(source)];
        state.touched = true;
        state.last_received_at = state.last_received_at.max(event.received_at);
        match arrival {
            Arrival::Duplicate => self.counts.duplicates += 1,
            Arrival::Conflict => self.counts.conflicts += 1,
            Arrival::Appended { .. } | Arrival::Changed { .. } => {
                state.events += 1;
                self.counts.events += 1;
            }
        }
        (ix, arrival)
    }

    fn pack<'e>(&mut self, event: &'e CaseEvent<'_>) -> NewEvent<'e> {
        let data = &event.data;
        let profile = Profile {
            item: self.text(data.item_code.as_deref()),
            org: self.text(data.org_code.as_deref()),
            region: self.text(data.region_code.as_deref()),
            case_kind: self.text(data.case_kind.as_deref()),
        };
        let act = Act {
            kind: event.kind,
            step: self.code(data.step_code.as_deref()),
            result: self.code(data.result_code.as_deref()),
            present: present_fields(event),
        };
        NewEvent {
            id: &event.event_id,
            occurred_at: event.occurred_at,
            received_at: event.received_at,
            entered_at: event.entered_at,
            source_seq: event.source_seq,
            data_version: event.data_version,
            content: content_hash(event, false, &mut self.bytes),
            content_numbered: content_hash(event, true, &mut self.bytes),
            party: data
                .party_ref
                .as_deref()
                .map_or(0, |p| (xxh3_64(p.as_bytes()) as u32).max(1)),
            actor: self.text(data.actor.as_ref().map(|a| &*a.id)),
            profile: self.profiles.number(profile),
            act: self.acts.number(act),
            extra: self.extra(event),
        }
    }

    fn extra<'e>(&mut self, event: &'e CaseEvent<'_>) -> Option<Extra<'e>> {
        let data = &event.data;
        if data.amounts.is_empty()
            && data.attributes.is_empty()
            && data.special.is_none()
            && data.corrects.is_none()
            && data.party_kind.is_none()
            && data.attachments.is_empty()
            && !KeptCodes::any(data)
        {
            return None;
        }
        let mut attributes = Vec::with_capacity(data.amounts.len() + data.attributes.len());
        for (name, amount) in &data.amounts {
            attributes.push((self.codes.intern_code(name), Sent::Int(*amount)));
        }
        for (name, value) in &data.attributes {
            let value = match value {
                Value::Bool(v) => Sent::Bool(*v),
                Value::Int(v) => Sent::Int(*v),
                Value::Float(v) => Sent::Float(*v),
                Value::Text(v) => Sent::Text(v),
            };
            let code = self.codes.intern_code(name);
            // A name in both maps is the attribute's.
            attributes.retain(|(known, _)| *known != code);
            attributes.push((code, value));
        }
        self.named_apart(event, &mut attributes);
        self.kept.put(data, &mut attributes);
        let special = data.special.as_ref().map(|s| SpecialEntry {
            kind: self.code(Some(&s.kind)),
            planned_end: s.planned_end,
            granted: s.granted.as_deref().and_then(|g| g.parse().ok()),
        });
        Some(Extra {
            attributes,
            special,
            corrects: data.corrects.as_deref(),
        })
    }

    /// What has a field of its own in events and is kept among the attributes: the kind of party, where no attribute
    /// has that name, and the kinds of files.
    fn named_apart<'e>(&mut self, event: &'e CaseEvent<'_>, attributes: &mut Vec<(u16, Sent<'e>)>) {
        if let Some(kind) = event.data.party_kind.as_deref().filter(|k| !k.is_empty()) {
            let code = self.codes.intern_code("party_kind");
            if attributes.iter().all(|(known, _)| *known != code) {
                attributes.push((code, Sent::Text(kind)));
            }
        }
        for file in &event.data.attachments {
            let code = self.codes.intern_code(&format!("{FILE}{}", file.kind));
            if attributes.iter().all(|(known, _)| *known != code) {
                attributes.push((code, Sent::Bool(true)));
            }
        }
    }

    fn code(&mut self, text: Option<&str>) -> u16 {
        text.filter(|t| !t.is_empty())
            .map_or(0, |t| self.codes.intern_code(t))
    }

    fn text(&mut self, text: Option<&str>) -> u32 {
        text.filter(|t| !t.is_empty())
            .map_or(0, |t| self.texts.intern(t))
    }

    /// Whether the event came within its source's allowance of its business time. What replaces or corrects
    /// another counts from the other's business time: else back-dating would be a correction.
    pub(super) fn came_in_time(
        &self,
        ix: CaseIx,
        event: &CaseEvent<'_>,
        replaced_at: Option<Timestamp>,
    ) -> bool {
        let case = &self.cases[ix];
        let mut base = event.occurred_at;
        if let Some(replaced) = replaced_at {
            base = base.min(replaced);
        }
        if event.kind == EventKind::Corrected
            && let Some(corrects) = event.data.corrects.as_deref()
            && let Some(corrected) = case.history.read(self.acts.all()).by_id(corrects)
        {
            base = corrected.occurred_at;
        }
        let allowance_ms = self.sources[usize::from(case.source)]
            .source
            .delay_allowance_ms();
        let latest = base.plus_millis(allowance_ms);
        event.received_at <= latest && event.entered_at.is_none_or(|entered| entered <= latest)
    }
}

/// A hash of everything a department says in an event, but for when it was sent and received and under which number. Part of
/// snapshots: its bytes and function (XXH3-64, folded) never change. 办理渠道 is not in it: no verdict hangs on it, and a source whose rows are
/// read again once its mapping tells it would else contradict itself in every case.
fn content_hash(event: &CaseEvent<'_>, numbered: bool, bytes: &mut Vec<u8>) -> u32 {
    let data = &event.data;
    bytes.clear();
    bytes.push(event.kind as u8);
    put_instant(bytes, Some(event.occurred_at));
    put_instant(bytes, event.entered_at);
    if numbered {
        bytes.extend_from_slice(&event.source_seq.to_le_bytes());
    }
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
    put_particulars(bytes, data);
    let full = xxh3_64(bytes);
    (full ^ (full >> 32)) as u32
}

/// What later versions of the event model added: nothing where it is not said, so that older hashes stay as they are.
fn put_particulars(bytes: &mut Vec<u8>, data: &CaseData<'_>) {
    if data.act_at.is_some() {
        bytes.push(1);
        put_instant(bytes, data.act_at);
    }
    if let Some(fee) = &data.fee {
        bytes.push(2);
        put_text(bytes, Some(&fee.code));
        put_text(bytes, fee.relief_ground.as_deref());
        let quantity = fee.quantity.map_or(i64::MIN, |q| q.thousandths);
        bytes.extend_from_slice(&quantity.to_le_bytes());
    }
    if let Some(collection) = &data.collection {
        bytes.push(3);
        put_text(bytes, Some(&collection.collector));
        put_text(bytes, collection.ground.as_deref());
    }
    if let Some(jurisdiction) = &data.jurisdiction {
        bytes.push(4);
        put_text(bytes, Some(&jurisdiction.ground));
        put_text(bytes, jurisdiction.document.as_deref());
    }
    if let Some(inspection) = &data.inspection {
        bytes.push(5);
        put_text(bytes, inspection.plan_no.as_deref());
        put_text(bytes, inspection.cause.as_deref());
    }
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
    let mut bits = present::WHOLE
        | said(&data.parent_case_no, present::PARENT)
        | said(&data.result_code, present::RESULT)
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
    if let Some(special) = &data.special
        && (said(&special.notice_no, present::NOTICE) != 0 || special.notice_at.is_some())
    {
        bits |= present::NOTICE;
    }
    bits
}
