//! `CloudEvent`: any CloudEvents 1.0 event, whatever it is about, and its JSON format.
//!
//! Follows the CloudEvents 1.0.2 core specification and JSON event format: required attributes are present
//! and not empty, attributes that are null are absent, unknown attributes are kept as extensions, `data` and
//! `data_base64` exclude each other, and the absence of `datacontenttype` means JSON only for `data`.
//! Two liberties: a `source` may hold non-ASCII letters, and an integer extension may have 64 bits.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use mingjing_domain::text::Text;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::refusal::{Found, Position, ReasonCode, Refusal, Words};

use super::draft::Draft;
use super::strict::{inspect, json_text};
use super::typed;

/// The value of an extension attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extension {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text, and every type whose canonical form is text (binary as Base64, URI, timestamp).
    Text(String),
}

/// The payload.
#[derive(Clone, Debug)]
pub enum Data {
    /// A JSON value, kept as it was written.
    Json(Box<RawValue>),
    /// Text whose content type is not JSON.
    Text(String),
    /// Bytes: `data_base64`, or a body in binary mode whose content type is not JSON.
    Binary(Vec<u8>),
}

impl PartialEq for Data {
    /// JSON is compared by value, not by its spacing.
    fn eq(&self, other: &Self) -> bool {
        let value = |raw: &RawValue| serde_json::from_str::<serde_json::Value>(raw.get()).ok();
        match (self, other) {
            (Data::Json(a), Data::Json(b)) => value(a) == value(b),
            (Data::Text(a), Data::Text(b)) => a == b,
            (Data::Binary(a), Data::Binary(b)) => a == b,
            _ => false,
        }
    }
}

/// One CloudEvent 1.0.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudEvent {
    /// Unique within the source.
    pub id: String,
    /// Who speaks: a URI reference.
    pub source: String,
    /// What happened, `type` on the wire.
    pub kind: String,
    /// What it is about.
    pub subject: Option<String>,
    /// When it happened: RFC 3339, as it was written.
    pub time: Option<String>,
    /// The media type of `data`.
    pub datacontenttype: Option<String>,
    /// The schema of `data`.
    pub dataschema: Option<String>,
    /// All other attributes.
    pub extensions: BTreeMap<String, Extension>,
    /// The payload; none is not the same as JSON null.
    pub data: Option<Data>,
}

impl CloudEvent {
    /// Reads one event in the JSON format.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Refusal> {
        Ok(Located::read(json_text(bytes)?, Position::START)?.event)
    }

    /// The event in the JSON format. The same event gives the same bytes; JSON data keep their spacing.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("attributes and data are text, numbers and checked JSON")
    }

    /// Whether `data` is JSON by its content type: subtype `json` or suffix `+json`.
    pub(crate) fn is_json_type(content_type: &str) -> bool {
        let essence = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        essence
            .split_once('/')
            .is_some_and(|(_, sub)| sub == "json" || sub.ends_with("+json"))
    }
}

/// An event and the place where its data begins in what was sent.
pub(crate) struct Located {
    pub(crate) event: CloudEvent,
    pub(crate) data_at: Position,
}

impl Located {
    /// Reads one event from `text`, which begins at `start` of what was sent.
    pub(crate) fn read(text: &str, start: Position) -> Result<Self, Refusal> {
        inspect(text).map_err(|refusal| refusal.counted_from(start))?;
        if Found::in_json(text) != Found::Object {
            let (en, zh) = Found::in_json(text).words();
            let detail = Words::new(
                format!("{en} instead of an object"),
                format!("{zh}，不是对象"),
            );
            return Err(Refusal::new(ReasonCode::NotCloudevent, detail).at(start));
        }
        let Members(members) = typed::read(text, "", start)?;
        let mut draft = Draft::default();
        let mut data_at = start;
        for (Text(name), raw) in members {
            let place = || {
                let offset = raw.get().as_ptr() as usize - text.as_ptr() as usize;
                start.after(text.as_bytes(), offset)
            };
            if name == "data" {
                data_at = place();
            }
            draft
                .json_member(&name, raw)
                .map_err(|refusal| refusal.at(place()))?;
        }
        Ok(Self {
            event: draft.finish()?,
            data_at,
        })
    }
}

/// The members of an object in order, values unread.
pub(crate) struct Members<'a>(pub(crate) Vec<(Text<'a>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::with_capacity(12);
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        d.deserialize_map(Read)
    }
}

impl Serialize for Extension {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Extension::Bool(v) => s.serialize_bool(*v),
            Extension::Int(v) => s.serialize_i64(*v),
            Extension::Text(v) => s.serialize_str(v),
        }
    }
}

impl Serialize for CloudEvent {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("specversion", "1.0")?;
        map.serialize_entry("type", &self.kind)?;
        map.serialize_entry("source", &self.source)?;
        map.serialize_entry("id", &self.id)?;
        for (name, value) in [
            ("subject", &self.subject),
            ("time", &self.time),
            ("datacontenttype", &self.datacontenttype),
            ("dataschema", &self.dataschema),
        ] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        for (name, value) in &self.extensions {
            map.serialize_entry(name, value)?;
        }
        match &self.data {
            None => {}
            Some(Data::Json(raw)) => map.serialize_entry("data", raw)?,
            Some(Data::Text(text)) => map.serialize_entry("data", text)?,
            Some(Data::Binary(bytes)) => {
                let text = base64::engine::general_purpose::STANDARD.encode(bytes);
                map.serialize_entry("data_base64", &text)?;
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: &str) -> (ReasonCode, String) {
        let refusal = CloudEvent::from_json(json.as_bytes()).unwrap_err();
        (
            refusal.reason,
            refusal.field.map(String::from).unwrap_or_default(),
        )
    }

    #[test]
    fn what_the_specification_requires_is_required() {
        use ReasonCode::*;
        let whole = r#"{"specversion":"1.0","id":"1","source":"/s","type":"t"}"#;
        CloudEvent::from_json(whole.as_bytes()).unwrap();
        for (name, reason) in [
            ("id", MissingField),
            ("source", MissingField),
            ("type", MissingField),
            ("specversion", NotCloudevent),
        ] {
            let mut value: serde_json::Value = serde_json::from_str(whole).unwrap();
            value.as_object_mut().unwrap().remove(name);
            assert_eq!(refused(&value.to_string()), (reason, name.into()));
            value[name] = "".into();
            assert_eq!(refused(&value.to_string()), (reason, name.into()));
            value[name] = 5.into();
            assert_eq!(refused(&value.to_string()), (WrongType, name.into()));
            value[name] = serde_json::Value::Null;
            assert_eq!(refused(&value.to_string()), (reason, name.into()));
        }
        assert_eq!(
            refused(&whole.replace("1.0", "0.3")),
            (NotCloudevent, "specversion".into())
        );
        assert_eq!(refused("[]").0, NotCloudevent);
        assert_eq!(refused("7").0, NotCloudevent);
    }

    #[test]
    fn unknown_attributes_are_kept_and_bad_ones_refused() {
        use ReasonCode::*;
        let with = |more: &str| {
            format!(r#"{{"specversion":"1.0","id":"1","source":"/s","type":"t",{more}}}"#)
        };
        let json = with(r#""traceparent":"00-1","flag":true,"count":-5,"gone":null"#);
        let event = CloudEvent::from_json(json.as_bytes()).unwrap();
        assert_eq!(
            event.extensions["traceparent"],
            Extension::Text("00-1".into())
        );
        assert_eq!(event.extensions["flag"], Extension::Bool(true));
        assert_eq!(event.extensions["count"], Extension::Int(-5));
        assert_eq!(event.extensions.len(), 3);
        assert_eq!(CloudEvent::from_json(&event.to_json()).unwrap(), event);
        assert_eq!(
            refused(&with(r#""orgCode":"x""#)),
            (UnknownField, "orgCode".into())
        );
        assert_eq!(refused(&with(r#""ext":{}"#)), (WrongType, "ext".into()));
        assert_eq!(refused(&with(r#""ext":1.5"#)), (WrongType, "ext".into()));
        assert_eq!(
            refused(&with(r#""data":1,"data_base64":"eA==""#)),
            (DuplicateField, "data_base64".into())
        );
        assert_eq!(
            refused(&with(r#""data_base64":"eA""#)),
            (BadBase64, "data_base64".into())
        );
        assert_eq!(
            refused(&with(r#""time":"2026-13-01T00:00:00Z""#)),
            (ImpossibleDate, "time".into())
        );
        assert_eq!(
            refused(&with(r#""subject":"a\nb""#)),
            (ControlCharacter, "subject".into())
        );
    }

    #[test]
    fn a_place_is_told_for_attributes_and_data() {
        let json = "{\"specversion\":\"1.0\",\n \"id\":\"1\",\n \"source\": 7}";
        let refusal = CloudEvent::from_json(json.as_bytes()).unwrap_err();
        assert_eq!(
            refusal.at,
            Some(Position {
                line: 3,
                column: 12
            })
        );
    }
}
