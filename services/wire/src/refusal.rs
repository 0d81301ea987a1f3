//! `Refusal`: why one item of input was not taken, in words its sender can act on.
//!
//! A refusal says which field, where, what was found and what to do, in Chinese and English, and carries a
//! stable code for programs. It never repeats more than [`SHOWN_CHARS_MAX`] characters of a value, and of
//! fields that may hold personal data (officers, parties, reasons, free attributes) it tells only the type
//! of what was found. It decides nothing: whether a source may speak at all is intake's matter.

mod reason;

use std::fmt;

use serde::Serialize;

pub use reason::ReasonCode;

/// At most so many characters of an offending value are repeated.
pub const SHOWN_CHARS_MAX: usize = 64;

/// The same words in English and Chinese.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// English.
    pub en: Box<str>,
    /// 中文。
    pub zh: Box<str>,
}

impl Words {
    /// Both versions of one statement.
    pub fn new(en: impl Into<Box<str>>, zh: impl Into<Box<str>>) -> Self {
        Self {
            en: en.into(),
            zh: zh.into(),
        }
    }
}

/// What was found where something else was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// JSON null.
    Null,
    /// True or false.
    Bool,
    /// A whole number.
    Integer,
    /// A number with a fraction or exponent.
    Number,
    /// Text.
    Text,
    /// An array.
    List,
    /// An object.
    Object,
    /// Something the parser did not name.
    Other,
}

impl Found {
    /// The type of one JSON value, by how it is written.
    pub fn in_json(raw: &str) -> Self {
        let raw = raw.trim_start();
        match raw.as_bytes().first() {
            Some(b'n') => Found::Null,
            Some(b't' | b'f') => Found::Bool,
            Some(b'"') => Found::Text,
            Some(b'[') => Found::List,
            Some(b'{') => Found::Object,
            Some(b'-' | b'0'..=b'9') if raw.contains(['.', 'e', 'E']) => Found::Number,
            Some(b'-' | b'0'..=b'9') => Found::Integer,
            _ => Found::Other,
        }
    }

    /// The English and the Chinese word.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Found::Null => ("null", "空值 null"),
            Found::Bool => ("true or false", "布尔值"),
            Found::Integer => ("a whole number", "整数"),
            Found::Number => ("a number", "数字"),
            Found::Text => ("text", "文本"),
            Found::List => ("a list", "列表"),
            Found::Object => ("an object", "对象"),
            Found::Other => ("something else", "其他内容"),
        }
    }
}

/// A place in what was sent. Columns count bytes, as most editors' "go to byte" does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in bytes.
    pub column: u32,
}

impl Position {
    /// The first byte.
    pub const START: Position = Position { line: 1, column: 1 };

    /// The place of byte `offset` in `text`, counted from here.
    pub(crate) fn after(self, text: &[u8], offset: usize) -> Self {
        let before = &text[..offset.min(text.len())];
        let lines = before.iter().filter(|b| **b == b'\n').count();
        match before.iter().rposition(|b| *b == b'\n') {
            Some(at) => Self {
                line: self.line.saturating_add(lines as u32),
                column: (before.len() - at) as u32,
            },
            None => Self {
                line: self.line,
                column: self.column.saturating_add(before.len() as u32),
            },
        }
    }

    /// The place a parser that began here calls (`line`, `column`), both from 1.
    pub(crate) fn inner(self, line: usize, column: usize) -> Self {
        let (line, column) = (line.max(1) as u32, column.max(1) as u32);
        if line == 1 {
            Self {
                line: self.line,
                column: self.column.saturating_add(column - 1),
            }
        } else {
            Self {
                line: self.line.saturating_add(line - 1),
                column,
            }
        }
    }
}

/// Why one item was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The stable code.
    pub reason: ReasonCode,
    /// The field, as a path like `data.amounts.paid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Box<str>>,
    /// Where in what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Position>,
    /// What was found.
    pub detail: Words,
    /// What to do, where this case needs more than the reason's own advice.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Box<Words>>,
    /// The item's id, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Box<str>>,
    /// The item's source, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Box<str>>,
}

impl Refusal {
    /// A refusal for `reason`, having found `detail`.
    pub fn new(reason: ReasonCode, detail: Words) -> Self {
        Self {
            reason,
            field: None,
            at: None,
            detail,
            help: None,
            event_id: None,
            source: None,
        }
    }

    /// A required field that is not there, or is there without content.
    pub fn missing(field: &str) -> Self {
        Self::new(ReasonCode::MissingField, Words::new("nothing", "没有内容")).field(field)
    }

    /// `field` holds `found` where `wanted` (English, Chinese) belongs.
    pub fn wrong_type(field: &str, found: Found, wanted: (&str, &str)) -> Self {
        let (en, zh) = found.words();
        Self::new(
            ReasonCode::WrongType,
            Words::new(
                format!("{en}; wanted {}", wanted.0),
                format!("{zh}；应为{}", wanted.1),
            ),
        )
        .field(field)
    }

    /// `field` holds `value`, which is shown as far as it may be.
    pub fn bad_value(reason: ReasonCode, field: &str, value: &str) -> Self {
        let detail = if is_personal(field) {
            let (en, zh) = Found::Text.words();
            Words::new(en, zh)
        } else {
            let shown = shown(value);
            Words::new(shown.clone(), shown)
        };
        Self::new(reason, detail).field(field)
    }

    /// The same, about `field`.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(shown_name(field).into());
        self
    }

    /// The same, at `place`.
    #[must_use]
    pub fn at(mut self, place: Position) -> Self {
        self.at = Some(place);
        self
    }

    /// The same, where its place was counted from `start` of what was sent.
    #[must_use]
    pub(crate) fn counted_from(mut self, start: Position) -> Self {
        self.at = self
            .at
            .map(|at| start.inner(at.line as usize, at.column as usize));
        self
    }

    /// The same, about the item with this id and source, where they are known.
    #[must_use]
    pub(crate) fn of_item(mut self, id: Option<Box<str>>, source: Option<Box<str>>) -> Self {
        self.event_id = self.event_id.or(id);
        self.source = self.source.or(source);
        self
    }

    /// The same, with advice of its own.
    #[must_use]
    pub fn help(mut self, en: impl Into<Box<str>>, zh: impl Into<Box<str>>) -> Self {
        self.help = Some(Box::new(Words::new(en, zh)));
        self
    }

    /// What to do, English.
    pub fn help_en(&self) -> &str {
        self.help.as_ref().map_or(self.reason.help().0, |h| &h.en)
    }

    /// 应当怎么做。
    pub fn help_zh(&self) -> &str {
        self.help.as_ref().map_or(self.reason.help().1, |h| &h.zh)
    }

    /// One English sentence or two for the sender.
    pub fn message_en(&self) -> String {
        let mut text = self.reason.title().0.to_owned();
        if let Some(field) = &self.field {
            text += &format!(": field {field}");
        }
        if let Some(at) = self.at {
            text += &format!(" (line {}, column {})", at.line, at.column);
        }
        text + &format!("; found {}. To do: {}.", self.detail.en, self.help_en())
    }

    /// 给发送方的一两句话。
    pub fn message_zh(&self) -> String {
        let mut text = self.reason.title().1.to_owned();
        if let Some(field) = &self.field {
            text += &format!("：字段 {field}");
        }
        if let Some(at) = self.at {
            text += &format!("（第 {} 行第 {} 列）", at.line, at.column);
        }
        text + &format!(
            "；实际为：{}。处理办法：{}。",
            self.detail.zh,
            self.help_zh()
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message_en())
    }
}

impl std::error::Error for Refusal {}

/// Whether the value of this field may name a person, so that only its type is told.
pub(crate) fn is_personal(field: &str) -> bool {
    field.split(['.', '[']).any(|part| {
        [
            "actor",
            "co_actor",
            "party",
            "reason",
            "approver",
            "attributes",
        ]
        .iter()
        .any(|name| part.starts_with(name))
    })
}

/// A value between quotes, at most [`SHOWN_CHARS_MAX`] characters of it, control characters escaped.
pub(crate) fn shown(value: &str) -> String {
    let mut text: String = value.chars().take(SHOWN_CHARS_MAX).collect();
    if text.len() < value.len() {
        text.push('…');
    }
    format!("{text:?}")
}

/// A field path cut to a length that logs and screens can hold; names come from the sender too.
fn shown_name(field: &str) -> String {
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut text: String = field.chars().take(128).map(clean).collect();
    if text.len() < field.len() && field.chars().count() > 128 {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_stable_snake_case_and_agrees_with_its_serialization() {
        for reason in ReasonCode::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        }
    }

    #[test]
    fn a_long_value_is_cut_and_a_personal_one_is_not_shown() {
        let long = "x".repeat(500);
        let refusal = Refusal::bad_value(ReasonCode::ImpossibleDate, "time", &long);
        assert!(refusal.message_en().matches('x').count() <= SHOWN_CHARS_MAX + 1);
        for field in [
            "data.actor.id",
            "data.party_ref",
            "data.reason",
            "data.co_actors[3].id",
        ] {
            let refusal =
                Refusal::bad_value(ReasonCode::WrongType, field, "张三 510502199001011234");
            assert!(!refusal.message_en().contains("张三"), "{field}");
            assert!(!refusal.message_zh().contains("5105"), "{field}");
        }
    }

    #[test]
    fn messages_name_field_place_finding_and_remedy_in_both_languages() {
        let refusal =
            Refusal::bad_value(ReasonCode::ImpossibleDate, "time", "2026-02-30T00:00:00Z").at(
                Position {
                    line: 3,
                    column: 17,
                },
            );
        assert_eq!(
            refusal.message_en(),
            "not a possible instant: field time (line 3, column 17); found \"2026-02-30T00:00:00Z\". \
             To do: write it like 2026-11-23T09:30:00+08:00, with offset."
        );
        assert_eq!(
            refusal.message_zh(),
            "不是可能的时间：字段 time（第 3 行第 17 列）；实际为：\"2026-02-30T00:00:00Z\"。\
             处理办法：请写成 2026-11-23T09:30:00+08:00（带时区偏移）。"
        );
    }

    #[test]
    fn a_place_inside_a_part_is_told_from_the_start_of_the_whole() {
        let text = b"{\n  \"data\": {\n    \"x\": 1}}";
        let start = Position::START.after(text, 12);
        assert_eq!(
            start,
            Position {
                line: 2,
                column: 11
            }
        );
        assert_eq!(
            start.inner(1, 2),
            Position {
                line: 2,
                column: 12
            }
        );
        assert_eq!(start.inner(2, 5), Position { line: 3, column: 5 });
    }
}
