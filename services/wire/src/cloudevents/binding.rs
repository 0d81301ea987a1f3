//! How a department's events are carried: the content modes of the CloudEvents bindings for HTTP and for Kafka, and NDJSON.
//!
//! | content type | mode |
//! |---|---|
//! | `application/cloudevents+json` | structured: one event |
//! | `application/cloudevents-batch+json` | batch: a JSON array of events |
//! | `application/x-ndjson`, `application/ndjson`, `application/jsonl` | one event a line |
//! | anything else, with `ce-` headers (`ce_` in a Kafka record) | binary: attributes in headers, `data` in the body |
//! | none, or JSON without attributes, in a Kafka record only | by its first character: `[` batch, else structured |
//!
//! The last row is for producers that set no headers (kcat, the console producer). Batches and NDJSON in a Kafka record are
//! an extension of that binding. HTTP percent-encodes header values, Kafka has them as UTF-8.
//!
//! Items are judged one by one: a bad one does not touch the good ones. Only a batch that is no JSON at all,
//! or a content type nobody knows, is refused whole. No sockets and no brokers here; headers and body come as bytes.

use std::fmt;
use std::ops::Range;

use mingjing_domain::Timestamp;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::refusal::{Position, ReasonCode, Refusal, Words};

use super::case::{IncomingEvent, from_envelope, read_at};
use super::draft::Draft;
use super::envelope::{CloudEvent, Data};
use super::strict::{inspect, json_text, syntax};

/// What carries the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A request; the CloudEvents HTTP binding 1.0.2.
    Http,
    /// A record of a topic; the CloudEvents Kafka binding 1.0.2. Its value is the body.
    Kafka,
}

impl Binding {
    /// What the names of the headers with attributes begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Binding::Http => "ce-",
            Binding::Kafka => "ce_",
        }
    }

    fn decode(self, value: &[u8]) -> Result<String, Refusal> {
        match self {
            Binding::Http => decode(value),
            Binding::Kafka => match std::str::from_utf8(value) {
                Ok(text) => Ok(text.to_owned()),
                Err(_) => Err(not_utf8().help(
                    "write header values of records as UTF-8",
                    "消息头的值请使用 UTF-8 编码",
                )),
            },
        }
    }
}

/// How much one request may hold. The size of the whole body is the server's matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest single event, in bytes.
    pub event_bytes_max: usize,
    /// Most events in one batch or NDJSON body.
    pub events_max: usize,
}

impl Default for Limits {
    /// 256 KiB an event (the specification asks every intermediary to carry 64 KiB), 10,000 events.
    fn default() -> Self {
        Self {
            event_bytes_max: 256 * 1024,
            events_max: 10_000,
        }
    }
}

/// How a request carries its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One event, attributes and data in the body.
    Structured,
    /// Several events in one JSON array.
    Batch,
    /// One event, attributes in headers.
    Binary,
    /// One event a line.
    Ndjson,
}

/// What a request held, item by item, in the order sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// How it was carried.
    pub mode: Mode,
    /// Each item, read or refused.
    pub items: Vec<Result<IncomingEvent, Refusal>>,
    /// Where each of them lies in the body, in bytes.
    pub places: Vec<Range<usize>>,
}

/// Reads the events of one request or record. Header names may be in any case; `received_at` is stamped on each event.
///
/// # Errors
/// A refusal of the whole request: unknown content type, or a batch that is not JSON. Everything that
/// concerns one item is in that item's place.
pub fn read_request<'h>(
    binding: Binding,
    headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
    body: &[u8],
    received_at: Timestamp,
    limits: Limits,
) -> Result<Received, Refusal> {
    let headers = Headers::read(binding, headers)?;
    let mode = headers.mode(body)?;
    let items = match mode {
        Mode::Structured => vec![(
            0..body.len(),
            item(body, Position::START, received_at, limits),
        )],
        Mode::Batch => batch(body, received_at, limits)?,
        Mode::Ndjson => lines(body, received_at, limits)?,
        Mode::Binary => vec![(0..body.len(), binary(headers, body, received_at, limits))],
    };
    let (places, items) = items.into_iter().unzip();
    Ok(Received {
        mode,
        items,
        places,
    })
}

/// Reads one event in binary mode as any CloudEvent, whatever it is about.
///
/// # Errors
/// A refusal, as for [`CloudEvent::from_json`].
pub fn read_binary<'h>(
    binding: Binding,
    headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
    body: &[u8],
) -> Result<CloudEvent, Refusal> {
    Headers::read(binding, headers)?.envelope(body)
}

fn item(
    bytes: &[u8],
    start: Position,
    received_at: Timestamp,
    limits: Limits,
) -> Result<IncomingEvent, Refusal> {
    fits(bytes.len(), limits).map_err(|refusal| refusal.at(start))?;
    read_at(bytes, start, received_at)
}

fn fits(length: usize, limits: Limits) -> Result<(), Refusal> {
    let max = limits.event_bytes_max;
    if length <= max {
        return Ok(());
    }
    let detail = Words::new(
        format!("{length} bytes; at most {max}"),
        format!("{length} 字节；最多 {max} 字节"),
    );
    Err(Refusal::new(ReasonCode::TooLarge, detail))
}

fn too_many(limits: Limits) -> Refusal {
    let max = limits.events_max;
    let detail = Words::new(
        format!("more than {max} events in one request"),
        format!("一次请求中超过 {max} 个事件"),
    );
    Refusal::new(ReasonCode::TooLarge, detail)
}

/// Each item and where it lies in the body.
type Items = Vec<(Range<usize>, Result<IncomingEvent, Refusal>)>;

fn batch(body: &[u8], received_at: Timestamp, limits: Limits) -> Result<Items, Refusal> {
    let text = json_text(body)?;
    let Batch(raws) = match serde_json::from_str(text) {
        Ok(batch) => batch,
        Err(e) if e.is_data() => {
            let detail = Words::new("no JSON array", "不是 JSON 数组");
            return Err(Refusal::new(ReasonCode::NotCloudevent, detail).help(
                "send a JSON array of CloudEvents, or one event as application/cloudevents+json",
                "请发送 CloudEvents 的 JSON 数组；单个事件请用 application/cloudevents+json",
            ));
        }
        Err(e) => return Err(syntax(&e, "")),
    };
    if raws.len() > limits.events_max {
        return Err(too_many(limits));
    }
    // Places are counted on from item to item; from the start each time would be quadratic.
    let (mut at, mut offset) = (Position::START, 0);
    let mut items = Vec::with_capacity(raws.len());
    for raw in raws {
        let begins = raw.get().as_ptr() as usize - text.as_ptr() as usize;
        at = at.after(&text.as_bytes()[offset..], begins - offset);
        offset = begins;
        let place = begins..begins + raw.get().len();
        items.push((place, item(raw.get().as_bytes(), at, received_at, limits)));
    }
    Ok(items)
}

fn lines(body: &[u8], received_at: Timestamp, limits: Limits) -> Result<Items, Refusal> {
    let mut items = Vec::new();
    for (index, line) in body.split(|b| *b == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        if items.len() >= limits.events_max {
            return Err(too_many(limits));
        }
        let start = Position {
            line: index as u32 + 1,
            column: 1,
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let begins = line.as_ptr() as usize - body.as_ptr() as usize;
        let place = begins..begins + line.len();
        items.push((place, item(line, start, received_at, limits)));
    }
    if items.is_empty() {
        let detail = Words::new("no line with content", "没有任何有内容的行");
        return Err(Refusal::new(ReasonCode::EmptyBody, detail));
    }
    Ok(items)
}

fn binary(
    headers: Headers,
    body: &[u8],
    received_at: Timestamp,
    limits: Limits,
) -> Result<IncomingEvent, Refusal> {
    fits(body.len(), limits)?;
    let (id, source) = (headers.shown("id"), headers.shown("source"));
    headers
        .envelope(body)
        .and_then(|envelope| from_envelope(envelope, Position::START, received_at))
        .map_err(|refusal| refusal.of_item(id, source))
}

/// The items of a JSON array, unread.
struct Batch<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Batch<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Batch<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Batch<'de>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Batch(items))
            }
        }
        d.deserialize_seq(Read)
    }
}

/// The headers that matter: content type and attributes, decoded.
struct Headers {
    binding: Binding,
    content_type: Option<String>,
    attributes: Vec<(String, String)>,
}

impl Headers {
    fn read<'h>(
        binding: Binding,
        headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
    ) -> Result<Self, Refusal> {
        let mut read = Self {
            binding,
            content_type: None,
            attributes: Vec::new(),
        };
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            if name == "content-type" {
                let text = String::from_utf8_lossy(value).trim().to_owned();
                read.content_type = (!text.is_empty()).then_some(text);
            } else if let Some(attribute) = name.strip_prefix(binding.prefix()) {
                if read.attributes.iter().any(|(known, _)| known == attribute) {
                    let detail = Words::new("the header is there twice", "该头出现两次");
                    return Err(Refusal::new(ReasonCode::DuplicateField, detail).field(&name));
                }
                let value = binding.decode(value);
                let value = value.map_err(|refusal| refusal.field(&name))?;
                read.attributes.push((attribute.to_owned(), value));
            }
        }
        Ok(read)
    }

    /// By the content type alone, as the bindings say; without one they know, by the presence of attributes.
    fn mode(&self, body: &[u8]) -> Result<Mode, Refusal> {
        let content_type = self.content_type.as_deref().unwrap_or_default();
        let mut parts = content_type.split(';');
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let utf8 = parts.all(|parameter| match parameter.trim().split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                let value = value.trim().trim_matches('"');
                value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("us-ascii")
            }
            _ => true,
        });
        let refuse = || {
            let refusal = Refusal::bad_value(
                ReasonCode::UnsupportedContentType,
                "content-type",
                content_type,
            );
            Err(refusal)
        };
        if !utf8 && CloudEvent::is_json_type(&essence) {
            return refuse();
        }
        match essence.as_str() {
            "application/cloudevents+json" => Ok(Mode::Structured),
            "application/cloudevents-batch+json" => Ok(Mode::Batch),
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(Mode::Ndjson),
            other if other.starts_with("application/cloudevents") => refuse(),
            _ if !self.attributes.is_empty() => Ok(Mode::Binary),
            other if self.binding == Binding::Kafka => {
                if !other.is_empty() && !CloudEvent::is_json_type(other) {
                    return refuse();
                }
                match body.trim_ascii_start().first() {
                    Some(b'[') => Ok(Mode::Batch),
                    _ => Ok(Mode::Structured),
                }
            }
            _ => refuse(),
        }
    }

    fn envelope(self, body: &[u8]) -> Result<CloudEvent, Refusal> {
        let mut draft = Draft::default();
        for (name, value) in &self.attributes {
            if name == "datacontenttype" {
                let field = format!("{}{name}", self.binding.prefix());
                let detail = Words::new(field.as_str(), field.as_str());
                return Err(Refusal::new(ReasonCode::BadHeader, detail)
                    .field(&field)
                    .help(
                        "in binary mode the content type of the data is the content-type header",
                        "二进制模式下数据的内容类型由 content-type 头表示",
                    ));
            }
            draft.attribute(name, value)?;
        }
        if let Some(content_type) = &self.content_type {
            draft.attribute("datacontenttype", content_type)?;
        }
        if !body.is_empty() {
            draft.data(match self.content_type.as_deref() {
                Some(content_type) if CloudEvent::is_json_type(content_type) => {
                    let text = json_text(body)?;
                    inspect(text)?;
                    let raw = RawValue::from_string(text.to_owned());
                    Data::Json(raw.map_err(|e| syntax(&e, "data"))?)
                }
                _ => Data::Binary(body.to_owned()),
            });
        }
        draft.finish()
    }

    fn shown(&self, attribute: &str) -> Option<Box<str>> {
        let (_, value) = self.attributes.iter().find(|(name, _)| name == attribute)?;
        let fits = !value.is_empty() && value.len() <= super::draft::ATTRIBUTE_BYTES_MAX;
        (fits && !value.chars().any(char::is_control)).then(|| value.as_str().into())
    }
}

/// A header's value as text, by the HTTP binding 3.1.3.2: quoted strings are unescaped, then percent
/// sequences decoded once; what is not UTF-8 after that is refused.
fn decode(value: &[u8]) -> Result<String, Refusal> {
    let bad = |en: &str, zh: &str| Refusal::new(ReasonCode::BadHeader, Words::new(en, zh));
    let mut plain = Vec::with_capacity(value.len());
    let mut quoted = false;
    let mut bytes = value.trim_ascii().iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted => match bytes.next() {
                Some(escaped) => plain.push(*escaped),
                None => return Err(bad("a backslash at the end", "末尾是反斜杠")),
            },
            byte => plain.push(*byte),
        }
    }
    if quoted {
        return Err(bad("a quoted string that is not closed", "引号没有配对"));
    }
    let mut decoded = Vec::with_capacity(plain.len());
    let mut rest = plain.as_slice();
    while let Some((byte, tail)) = rest.split_first() {
        if *byte != b'%' {
            decoded.push(*byte);
            rest = tail;
            continue;
        }
        let hex = |b: &u8| (*b as char).to_digit(16);
        match tail {
            [high, low, after @ ..] if hex(high).is_some() && hex(low).is_some() => {
                let digit = |b| hex(b).unwrap_or_default() as u8;
                decoded.push(digit(high) * 16 + digit(low));
                rest = after;
            }
            _ => {
                return Err(bad(
                    "a percent sign without two hexadecimal digits",
                    "百分号后没有两位十六进制数",
                ));
            }
        }
    }
    String::from_utf8(decoded).map_err(|_| not_utf8())
}

fn not_utf8() -> Refusal {
    let detail = Words::new("bytes that are not UTF-8", "不是 UTF-8 的字节");
    Refusal::new(ReasonCode::BadHeader, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_values_are_decoded_as_the_binding_says() {
        let ok = |value: &str| decode(value.as_bytes()).unwrap();
        assert_eq!(ok("Euro%20%E2%82%AC%20%F0%9F%98%80"), "Euro € 😀");
        assert_eq!(ok("%e2%82%ac"), "€");
        assert_eq!(ok("%41BC"), "ABC");
        assert_eq!(ok(r#" "a \"quoted\" text" "#), r#"a "quoted" text"#);
        assert_eq!(ok("%2541"), "%41");
        assert_eq!(ok("办件"), "办件");
        for value in ["%C0%A0", "%E2%82", "%zz", "%", "\"open", "\"open\\"] {
            assert_eq!(
                decode(value.as_bytes()).unwrap_err().reason,
                ReasonCode::BadHeader,
                "{value}"
            );
        }
    }
}
