//! A CloudEvent being read: what the specification asks of each attribute and of all together.
//!
//! The JSON format and the HTTP binding both fill it in; it knows neither bodies nor headers.

use std::collections::BTreeMap;

use base64::Engine;
use mingjing_domain::Timestamp;
use mingjing_domain::text::Text;
use serde_json::value::RawValue;

use crate::refusal::{Found, Position, ReasonCode, Refusal, Words};

use super::envelope::{CloudEvent, Data, Extension};
use super::typed;

/// Attributes that identify an event (`id`, `source`, `type`, `subject`) hold at most so many bytes.
pub const ATTRIBUTE_BYTES_MAX: usize = 256;

/// A CloudEvent being read, attribute by attribute.
#[derive(Default)]
pub(super) struct Draft {
    specversion: Option<String>,
    texts: BTreeMap<&'static str, String>,
    extensions: BTreeMap<String, Extension>,
    data: Option<Data>,
    /// `data` as written, until the content type says whether it is JSON or text.
    raw: Option<Box<RawValue>>,
}

/// The optional and required attributes of the core specification, `specversion` apart.
const ATTRIBUTES: [&str; 7] = [
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
];

impl Draft {
    /// One member of the JSON format.
    pub(super) fn json_member(&mut self, name: &str, raw: &RawValue) -> Result<(), Refusal> {
        let found = Found::in_json(raw.get());
        match name {
            "data" => self.raw = Some(raw.to_owned()),
            _ if found == Found::Null => {}
            "data_base64" => {
                let text: Text<'_> = typed::read(raw.get(), name, Position::START)
                    .map_err(|_| Refusal::wrong_type(name, found, ("text", "文本")))?;
                let bytes = base64::engine::general_purpose::STANDARD.decode(text.as_bytes());
                let bytes = bytes.map_err(|e| {
                    Refusal::new(ReasonCode::BadBase64, base64_words(&e)).field(name)
                })?;
                self.data = Some(Data::Binary(bytes));
            }
            _ => match found {
                Found::Text => {
                    let text: Text<'_> = typed::read(raw.get(), name, Position::START)?;
                    self.attribute(name, &text)?;
                }
                Found::Bool | Found::Integer if !is_core(name) => {
                    check_name(name)?;
                    let value = match raw.get() {
                        "true" => Extension::Bool(true),
                        "false" => Extension::Bool(false),
                        number => Extension::Int(typed::read(number, name, Position::START)?),
                    };
                    self.extensions.insert(name.to_owned(), value);
                }
                _ if is_core(name) => {
                    return Err(Refusal::wrong_type(name, found, ("text", "文本")));
                }
                _ => {
                    let wanted = ("text, a whole number, true or false", "文本、整数或布尔值");
                    return Err(Refusal::wrong_type(name, found, wanted));
                }
            },
        }
        Ok(())
    }

    /// One attribute in its text form.
    pub(super) fn attribute(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        if let Some(bad) = value.chars().find(|c| c.is_control()) {
            let code = format!("U+{:04X}", bad as u32);
            let detail = Words::new(code.clone(), code);
            return Err(Refusal::new(ReasonCode::ControlCharacter, detail).field(name));
        }
        if name == "specversion" {
            self.specversion = Some(value.to_owned());
        } else if let Some(known) = ATTRIBUTES.iter().find(|known| **known == name) {
            self.texts.insert(known, value.to_owned());
        } else {
            check_name(name)?;
            self.extensions
                .insert(name.to_owned(), Extension::Text(value.to_owned()));
        }
        Ok(())
    }

    /// The payload, where the binding rather than the JSON format carries it.
    pub(super) fn data(&mut self, data: Data) {
        self.data = Some(data);
    }

    /// The event, if all that is required is there.
    pub(super) fn finish(mut self) -> Result<CloudEvent, Refusal> {
        match self.specversion.take().as_deref() {
            Some("1.0") => {}
            None => {
                let detail = Words::new("no specversion", "没有 specversion");
                return Err(Refusal::new(ReasonCode::NotCloudevent, detail).field("specversion"));
            }
            Some(other) => {
                return Err(Refusal::bad_value(
                    ReasonCode::NotCloudevent,
                    "specversion",
                    other,
                ));
            }
        }
        let id = self.required("id")?;
        let source = self.required("source")?;
        if source.contains(char::is_whitespace) {
            return Err(
                Refusal::bad_value(ReasonCode::WrongType, "source", &source).help(
                    "give the source as registered; it is a URI reference and has no spaces",
                    "请填写登记的来源标识；它是 URI 引用，不能含空格",
                ),
            );
        }
        let kind = self.required("type")?;
        let subject = self.optional("subject")?;
        let time = self.optional("time")?;
        if let Some(time) = &time {
            Timestamp::parse(time)
                .map_err(|_| Refusal::bad_value(ReasonCode::ImpossibleDate, "time", time))?;
        }
        let datacontenttype = self.optional("datacontenttype")?;
        let dataschema = self.optional("dataschema")?;
        let data = self.payload(datacontenttype.as_deref())?;
        let extensions = self.extensions;
        Ok(CloudEvent {
            id,
            source,
            kind,
            subject,
            time,
            datacontenttype,
            dataschema,
            extensions,
            data,
        })
    }

    fn required(&mut self, name: &'static str) -> Result<String, Refusal> {
        self.optional(name)?.ok_or_else(|| Refusal::missing(name))
    }

    fn optional(&mut self, name: &'static str) -> Result<Option<String>, Refusal> {
        let Some(text) = self.texts.remove(name) else {
            return Ok(None);
        };
        if text.trim().is_empty() {
            let detail = Words::new("empty text", "空文本");
            return Err(Refusal::new(ReasonCode::MissingField, detail).field(name));
        }
        if text.len() > ATTRIBUTE_BYTES_MAX && name != "dataschema" {
            let detail = Words::new(
                format!("{} bytes; at most {ATTRIBUTE_BYTES_MAX}", text.len()),
                format!("{} 字节；最多 {ATTRIBUTE_BYTES_MAX}", text.len()),
            );
            return Err(Refusal::new(ReasonCode::TooLarge, detail).field(name));
        }
        Ok(Some(text))
    }

    fn payload(&mut self, content_type: Option<&str>) -> Result<Option<Data>, Refusal> {
        let Some(raw) = self.raw.take() else {
            return Ok(self.data.take());
        };
        if self.data.is_some() {
            let detail = Words::new("both data and data_base64", "同时有 data 和 data_base64");
            return Err(Refusal::new(ReasonCode::DuplicateField, detail).field("data_base64"));
        }
        if content_type.is_none_or(CloudEvent::is_json_type) {
            return Ok(Some(Data::Json(raw)));
        }
        match serde_json::from_str::<String>(raw.get()) {
            Ok(text) => Ok(Some(Data::Text(text))),
            Err(_) => Err(Refusal::wrong_type(
                "data",
                Found::in_json(raw.get()),
                (
                    "text, because datacontenttype is not JSON",
                    "文本（因为 datacontenttype 不是 JSON）",
                ),
            )),
        }
    }
}

fn is_core(name: &str) -> bool {
    name == "specversion" || ATTRIBUTES.contains(&name)
}

/// Attribute names are lower-case letters and digits (core specification, "Naming conventions").
fn check_name(name: &str) -> Result<(), Refusal> {
    if !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    {
        return Ok(());
    }
    let detail = Words::new(
        "a name that an attribute cannot have",
        "不符合属性命名规则的名称",
    );
    Err(Refusal::new(ReasonCode::UnknownField, detail).field(name).help(
        "attribute names are lower-case letters and digits; fields of the case belong under data",
        "属性名只能用小写字母和数字；办件字段应放在 data 下",
    ))
}

fn base64_words(e: &base64::DecodeError) -> Words {
    use base64::DecodeError::*;
    match e {
        InvalidByte(offset, _) | InvalidLastSymbol { offset, .. } => Words::new(
            format!("a wrong symbol at {}", offset + 1),
            format!("第 {} 个字符不对", offset + 1),
        ),
        InvalidLength(length) => Words::new(
            format!("a wrong length, {length}"),
            format!("长度不对：{length}"),
        ),
        InvalidPadding => Words::new("wrong padding", "填充不对"),
    }
}
