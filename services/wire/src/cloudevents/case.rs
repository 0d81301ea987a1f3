//! Case events as CloudEvents: the fast reader of our own log and the careful reader for input from outside.
//!
//! | CloudEvent | `CaseEvent` |
//! |---|---|
//! | `type` `cn.mingjing.case.<kind>.v1` | `kind` |
//! | `source`, `id`, `subject`, `time` | `source`, `event_id`, `case_no`, `occurred_at` |
//! | `sequence` (digits, as text or number) | `source_seq`; absent is 0 |
//! | `receivedat` (our own, stamped by intake) | `received_at` |
//! | `data.data_version`, `data.entered_at`, `data.sent_at` | the fields of the same names; taken out of `data` |
//! | `data` | `data` |

use std::collections::BTreeMap;
use std::fmt;

use mingjing_domain::Timestamp;
use mingjing_domain::event::{CaseData, CaseEvent, EventKind};
use mingjing_domain::text::Text;
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use crate::refusal::{Found, Position, ReasonCode, Refusal, Words};

use super::draft::ATTRIBUTE_BYTES_MAX;
use super::encode::encode_with;
use super::envelope::{CloudEvent, Data, Extension, Located, Members};
use super::strict::json_text;
use super::typed;

/// What the types of case events begin with.
pub const TYPE_PREFIX: &str = "cn.mingjing.case.";
/// What the types of case events end with.
pub const TYPE_SUFFIX: &str = ".v1";

/// The CloudEvents type of a kind of case event.
pub fn type_of(kind: EventKind) -> String {
    format!("{TYPE_PREFIX}{}{TYPE_SUFFIX}", kind.code())
}

/// The kind that a CloudEvents type names.
pub fn kind_of(ce_type: &str) -> Option<EventKind> {
    EventKind::from_code(
        ce_type
            .strip_prefix(TYPE_PREFIX)?
            .strip_suffix(TYPE_SUFFIX)?,
    )
}

/// Reads one case event of our own log, borrowing from `bytes`: one pass, no copies. `received_at` is
/// used where the record carries no `receivedat`. What comes from outside is read by
/// [`read_event`] instead, which checks more.
///
/// # Errors
/// A refusal that names the field, the place and the remedy; never a panic, whatever the bytes.
pub fn parse_event(bytes: &[u8], received_at: Timestamp) -> Result<CaseEvent<'_>, Refusal> {
    // Checking UTF-8 once for the whole is faster than once for each string, as `from_slice` does.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(read_event(bytes, received_at)
            .err()
            .unwrap_or_else(not_text));
    };
    match serde_json::from_str::<Wire<'_>>(text) {
        Ok(wire) => wire.event(received_at),
        Err(e) => Err(why_not(bytes, received_at, &e)),
    }
}

fn not_text() -> Refusal {
    Refusal::new(
        ReasonCode::InvalidUtf8,
        Words::new("bytes that are not UTF-8", "不是 UTF-8 的字节"),
    )
}

/// The careful reader tells what the fast one stumbled over. Should it find nothing, the fast one's own
/// words, which repeat no input when they are about syntax, have to do.
#[cold]
fn why_not(bytes: &[u8], received_at: Timestamp, e: &serde_json::Error) -> Refusal {
    match read_event(bytes, received_at) {
        Err(refusal) => refusal,
        Ok(_) => {
            let detail = Words::new(format!("{:?} error", e.classify()), "无法按事件读取");
            Refusal::new(ReasonCode::NotCloudevent, detail).at(Position {
                line: e.line() as u32,
                column: e.column() as u32,
            })
        }
    }
}

/// An event of our own log as it lies there.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    specversion: Text<'a>,
    #[serde(borrow, rename = "type")]
    ce_type: Text<'a>,
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    subject: Text<'a>,
    time: Timestamp,
    #[serde(default)]
    sequence: Sequence,
    #[serde(default)]
    receivedat: Option<Timestamp>,
    #[serde(borrow, default)]
    data: CaseData<'a>,
}

impl<'a> Wire<'a> {
    fn event(mut self, received_at: Timestamp) -> Result<CaseEvent<'a>, Refusal> {
        if &*self.specversion != "1.0" {
            return Err(Refusal::bad_value(
                ReasonCode::NotCloudevent,
                "specversion",
                &self.specversion,
            ));
        }
        let kind = kind_of(&self.ce_type).ok_or_else(|| unknown_type(&self.ce_type))?;
        for (name, value) in [
            ("source", &self.source),
            ("id", &self.id),
            ("subject", &self.subject),
        ] {
            if value.is_empty() {
                return Err(Refusal::missing(name));
            }
        }
        refuse_secret(&self.data)?;
        Ok(CaseEvent {
            event_id: self.id,
            source: self.source,
            source_seq: self.sequence.0,
            data_version: self.data.data_version.take().unwrap_or(1),
            kind,
            occurred_at: self.time,
            entered_at: self.data.entered_at.take(),
            sent_at: self.data.sent_at.take(),
            received_at: self.receivedat.unwrap_or(received_at),
            case_no: self.subject,
            data: self.data,
        })
    }
}

/// The `sequence` extension: digits, as text (the extension's own form) or as a number.
#[derive(Clone, Copy, Default)]
struct Sequence(u64);

impl<'de> Deserialize<'de> for Sequence {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Read;
        impl de::Visitor<'_> for Read {
            type Value = Sequence;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("u64")
            }
            fn visit_u64<E: de::Error>(self, v: u64) -> Result<Sequence, E> {
                Ok(Sequence(v))
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Sequence, E> {
                v.parse()
                    .map(Sequence)
                    .map_err(|_| E::invalid_value(de::Unexpected::Str(v), &self))
            }
        }
        d.deserialize_any(Read)
    }
}

/// One event from outside: the case event, and the attributes that the platform has no use for itself but
/// keeps (`traceparent` and the like).
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingEvent {
    /// What the department says happened.
    pub event: CaseEvent<'static>,
    /// Extension attributes other than `sequence` and `receivedat`.
    pub extensions: BTreeMap<String, Extension>,
}

impl IncomingEvent {
    /// The record for our log; see [`super::encode_event`].
    pub fn encode(&self) -> Vec<u8> {
        encode_with(&self.event, &self.extensions)
    }
}

/// Reads one event from outside, in CloudEvents' JSON format, with every check. A `receivedat` that the
/// sender set is not believed; `received_at` is what counts.
///
/// # Errors
/// A refusal, with the item's id and source where they could be read.
pub fn read_event(bytes: &[u8], received_at: Timestamp) -> Result<IncomingEvent, Refusal> {
    read_at(bytes, Position::START, received_at)
}

pub(super) fn read_at(
    bytes: &[u8],
    start: Position,
    received_at: Timestamp,
) -> Result<IncomingEvent, Refusal> {
    let read = || {
        let text = json_text(bytes).map_err(|refusal| refusal.counted_from(start))?;
        let located = Located::read(text, start)?;
        from_envelope(located.event, located.data_at, received_at)
    };
    read().map_err(|refusal| identify(refusal, bytes))
}

/// The case event that a CloudEvent carries; its data begin at `data_at` of what was sent.
pub(super) fn from_envelope(
    envelope: CloudEvent,
    data_at: Position,
    received_at: Timestamp,
) -> Result<IncomingEvent, Refusal> {
    let kind = kind_of(&envelope.kind).ok_or_else(|| unknown_type(&envelope.kind))?;
    let case_no = envelope.subject.ok_or_else(|| {
        Refusal::missing("subject").help(
            "subject is the case number; it is required",
            "subject 为办件编号，必填",
        )
    })?;
    let time = envelope.time.ok_or_else(|| {
        Refusal::missing("time").help(
            "time is when it happened, like 2026-11-23T09:30:00+08:00; it is required",
            "time 为发生时间，如 2026-11-23T09:30:00+08:00，必填",
        )
    })?;
    let occurred_at = instant("time", &time)?;
    let mut extensions = envelope.extensions;
    extensions.remove("receivedat");
    let source_seq = extensions.remove("sequence").map_or(Ok(0), sequence)?;
    let mut data = case_data(envelope.data, envelope.datacontenttype.as_deref(), data_at)?;
    refuse_secret(&data)?;
    check_hashes(&data)?;
    for (name, at) in [
        ("data.entered_at", data.entered_at),
        ("data.sent_at", data.sent_at),
        ("data.act_at", data.act_at),
    ] {
        if let Some(at) = at {
            plausible(name, at)?;
        }
    }
    let event = CaseEvent {
        event_id: envelope.id.into(),
        source: envelope.source.into(),
        source_seq,
        data_version: data.data_version.take().unwrap_or(1),
        kind,
        occurred_at,
        entered_at: data.entered_at.take(),
        sent_at: data.sent_at.take(),
        received_at,
        case_no: case_no.into(),
        data,
    };
    Ok(IncomingEvent { event, extensions })
}

fn case_data(
    data: Option<Data>,
    content_type: Option<&str>,
    at: Position,
) -> Result<CaseData<'static>, Refusal> {
    let not_json = || {
        let shown = content_type.unwrap_or("-");
        Refusal::bad_value(ReasonCode::UnsupportedContentType, "datacontenttype", shown).help(
            "the data of a case event are JSON: set the content type application/json",
            "办件事件的 data 为 JSON：请将内容类型设为 application/json",
        )
    };
    match data {
        None => Ok(CaseData::default()),
        Some(Data::Json(raw)) => typed_data(raw.get(), at),
        Some(Data::Binary(bytes)) if content_type.is_some_and(CloudEvent::is_json_type) => {
            let text = json_text(&bytes)?;
            super::strict::inspect(text)?;
            typed_data(text, Position::START)
        }
        Some(Data::Binary(_) | Data::Text(_)) => Err(not_json()),
    }
}

fn typed_data(raw: &str, at: Position) -> Result<CaseData<'static>, Refusal> {
    if Found::in_json(raw) != Found::Object {
        return Err(Refusal::wrong_type("data", Found::in_json(raw), ("an object", "对象")).at(at));
    }
    refuse_misplaced_lists(raw, at)?;
    Ok(typed::read::<CaseData<'_>>(raw, "data", at)?.into_owned())
}

/// serde would read a list as an object whose fields come in order; a department never means that.
fn refuse_misplaced_lists(raw: &str, at: Position) -> Result<(), Refusal> {
    let Members(members) = typed::read(raw, "data", at)?;
    for (name, value) in members {
        let field = format!("data.{}", &*name);
        let object = ("an object", "对象");
        match (&*name, Found::in_json(value.get())) {
            (
                "actor" | "special" | "amounts" | "attributes" | "fee" | "collection"
                | "jurisdiction" | "inspection",
                Found::List,
            ) => {
                return Err(Refusal::wrong_type(&field, Found::List, object).at(at));
            }
            ("co_actors" | "attachments", Found::List) => {
                let items: Vec<&RawValue> = typed::read(value.get(), &field, at)?;
                for (index, item) in items.iter().enumerate() {
                    let found = Found::in_json(item.get());
                    if found != Found::Object {
                        let field = format!("{field}[{index}]");
                        return Err(Refusal::wrong_type(&field, found, object).at(at));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_hashes(data: &CaseData<'_>) -> Result<(), Refusal> {
    for (index, attachment) in data.attachments.iter().enumerate() {
        let hash = attachment.sha256.as_deref().unwrap_or_default();
        let whole = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        if attachment.sha256.is_some() && !whole {
            let field = format!("data.attachments[{index}].sha256");
            return Err(
                Refusal::bad_value(ReasonCode::WrongType, &field, hash).help(
                    "a SHA-256 is 64 hexadecimal digits",
                    "SHA-256 为 64 位十六进制数",
                ),
            );
        }
    }
    Ok(())
}

fn sequence(extension: Extension) -> Result<u64, Refusal> {
    let number = match &extension {
        Extension::Int(number) => u64::try_from(*number).ok(),
        Extension::Text(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| {
        let shown = match extension {
            Extension::Int(number) => number.to_string(),
            Extension::Bool(truth) => truth.to_string(),
            Extension::Text(text) => text,
        };
        Refusal::bad_value(ReasonCode::WrongType, "sequence", &shown).help(
            "sequence is a whole number from 0, as text or number",
            "sequence 为非负整数，可用文本或数字",
        )
    })
}

fn instant(field: &str, text: &str) -> Result<Timestamp, Refusal> {
    let at = Timestamp::parse(text)
        .map_err(|_| Refusal::bad_value(ReasonCode::ImpossibleDate, field, text))?;
    plausible(field, at).map(|()| at)
}

/// Refuses what systems write for "no date": the year 1, the year 9999. 1900 and 2200 are bounds no case
/// of a running administration touches.
pub(crate) fn plausible(field: &str, at: Timestamp) -> Result<(), Refusal> {
    const FIRST_MS: i64 = -2_208_988_800_000; // 1900-01-01T00:00:00Z
    const LAST_MS: i64 = 7_258_118_400_000; // 2200-01-01T00:00:00Z
    if (FIRST_MS..LAST_MS).contains(&at.millis()) {
        return Ok(());
    }
    let refusal = Refusal::bad_value(ReasonCode::ImpossibleDate, field, &at.to_string());
    Err(refusal.help(
        "leave the field out when there is no date; years run from 1900 to 2199",
        "没有日期时请省略该字段；年份须在 1900 至 2199 之间",
    ))
}

fn unknown_type(ce_type: &str) -> Refusal {
    Refusal::bad_value(ReasonCode::UnknownType, "type", ce_type)
}

/// 涉密: refused whole, and nothing of it is told.
pub(crate) fn refuse_secret(data: &CaseData<'_>) -> Result<(), Refusal> {
    match data.secrecy.as_deref() {
        None | Some("" | "none") => Ok(()),
        Some(_) => {
            let detail = Words::new("a secrecy mark", "密级标志");
            Err(Refusal::new(ReasonCode::Secret, detail).field("data.secrecy"))
        }
    }
}

/// Adds the item's id and source, where they can be read, so that its sender finds it again.
fn identify(refusal: Refusal, bytes: &[u8]) -> Refusal {
    #[derive(Deserialize)]
    struct Who<'a> {
        #[serde(default, borrow)]
        id: Option<&'a RawValue>,
        #[serde(default, borrow)]
        source: Option<&'a RawValue>,
    }
    let text = |raw: Option<&RawValue>| {
        let text: String = serde_json::from_str(raw?.get()).ok()?;
        let fits = !text.is_empty() && text.len() <= ATTRIBUTE_BYTES_MAX;
        (fits && !text.chars().any(char::is_control)).then(|| text.into_boxed_str())
    };
    match serde_json::from_slice::<Who<'_>>(bytes) {
        Ok(who) => refusal.of_item(text(who.id), text(who.source)),
        Err(_) => refusal,
    }
}
