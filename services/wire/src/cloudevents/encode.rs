//! The one encoder of case events.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use mingjing_domain::event::{CaseData, CaseEvent};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::case::{TYPE_PREFIX, TYPE_SUFFIX};
use super::envelope::Extension;

/// The record of an event for our log: structured JSON, `receivedat` and `sequence` as extensions. The
/// same event gives the same bytes.
pub fn encode_event(event: &CaseEvent<'_>) -> Vec<u8> {
    encode_with(event, &BTreeMap::new())
}

pub(super) fn encode_with(
    event: &CaseEvent<'_>,
    extensions: &BTreeMap<String, Extension>,
) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(640);
    serde_json::to_writer(&mut bytes, &Out { event, extensions })
        .expect("an event is text, whole numbers and finite numbers, and memory takes them");
    bytes
}

struct Out<'e> {
    event: &'e CaseEvent<'e>,
    extensions: &'e BTreeMap<String, Extension>,
}

impl Serialize for Out<'_> {
    /// `specversion` and `type` come first: [`super::record`] tells records apart by them.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let event = self.event;
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("specversion", "1.0")?;
        map.serialize_entry(
            "type",
            &format_args!("{TYPE_PREFIX}{}{TYPE_SUFFIX}", event.kind.code()),
        )?;
        map.serialize_entry("source", &event.source)?;
        map.serialize_entry("id", &event.event_id)?;
        map.serialize_entry("subject", &event.case_no)?;
        map.serialize_entry("time", &event.occurred_at)?;
        if event.source_seq != 0 {
            map.serialize_entry("sequence", &format_args!("{}", event.source_seq))?;
        }
        map.serialize_entry("receivedat", &event.received_at)?;
        for (name, value) in self.extensions {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("data", &OutData(event))?;
        map.end()
    }
}

/// `data` with the three fields that a `CaseEvent` holds outside of it.
struct OutData<'e>(&'e CaseEvent<'e>);

impl Serialize for OutData<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Whole<'e> {
            #[serde(skip_serializing_if = "Option::is_none")]
            data_version: Option<u32>,
            #[serde(skip_serializing_if = "Option::is_none")]
            entered_at: Option<Timestamp>,
            #[serde(skip_serializing_if = "Option::is_none")]
            sent_at: Option<Timestamp>,
            #[serde(flatten)]
            rest: &'e CaseData<'e>,
        }
        let CaseEvent {
            data_version,
            entered_at,
            sent_at,
            data,
            ..
        } = self.0;
        let whole = |rest| Whole {
            data_version: (*data_version != 1).then_some(*data_version),
            entered_at: *entered_at,
            sent_at: *sent_at,
            rest,
        };
        if data.data_version.is_none() && data.entered_at.is_none() && data.sent_at.is_none() {
            return whole(data).serialize(s);
        }
        // A caller filled both places; the event's own fields count.
        let rest = CaseData {
            data_version: None,
            entered_at: None,
            sent_at: None,
            ..data.clone()
        };
        whole(&rest).serialize(s)
    }
}
