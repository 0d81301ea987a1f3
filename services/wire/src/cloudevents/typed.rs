//! A typed reading of one JSON value whose failures become refusals: field path, place, what was found.
//!
//! `serde` tells its errors as English sentences; this module is the only one that reads them, and its
//! tests hold every sentence it relies on.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::refusal::{Found, Position, ReasonCode, Refusal, Words, is_personal, shown};

use super::strict::{inspect, json_text, syntax};

/// Reads `raw`, a JSON value that begins at `start` of what was sent and is called `name` there.
pub(crate) fn read<'a, T: Deserialize<'a>>(
    raw: &'a str,
    name: &str,
    start: Position,
) -> Result<T, Refusal> {
    // Keeping track of the path costs more than the reading, and is wanted for failures alone.
    if let Ok(value) = serde_json::from_str(raw) {
        return Ok(value);
    }
    let mut json = serde_json::Deserializer::from_str(raw);
    serde_path_to_error::deserialize(&mut json).map_err(|e| {
        let path = match e.path().to_string() {
            path if path == "." || path.is_empty() => name.to_owned(),
            path if name.is_empty() => path,
            path => format!("{name}.{path}"),
        };
        let inner = e.into_inner();
        let place = start.inner(inner.line(), inner.column());
        match inner.classify() {
            serde_json::error::Category::Data => explain(&inner.to_string(), path),
            _ => syntax(&inner, &path),
        }
        .at(place)
    })
}

/// Reads JSON from outside that is no event, as strictly as events are read.
///
/// # Errors
/// A refusal that names the field and the place.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let text = json_text(bytes)?;
    inspect(text)?;
    read(text, "", Position::START)
}

/// One sentence of serde about the field at `path`.
fn explain(sentence: &str, path: String) -> Refusal {
    let sentence = sentence
        .rsplit_once(" at line ")
        .map_or(sentence, |(text, _)| text);
    if let Some(name) = between(sentence, "unknown field `", '`') {
        return unknown_field(name, &path);
    }
    if let Some(name) = between(sentence, "missing field `", '`') {
        return Refusal::missing(&join(&path, name));
    }
    if let Some(name) = between(sentence, "duplicate field `", '`') {
        let detail = Words::new("it stands in the same object twice", "在同一对象中出现两次");
        return Refusal::new(ReasonCode::DuplicateField, detail).field(&join(&path, name));
    }
    if let Some(rest) = sentence.strip_prefix("invalid type: ") {
        let (found, wanted) = rest.rsplit_once(", expected ").unwrap_or((rest, ""));
        return mismatch(ReasonCode::WrongType, &path, found, wanted);
    }
    if let Some(rest) = sentence.strip_prefix("invalid value: ") {
        let (found, wanted) = rest.rsplit_once(", expected ").unwrap_or((rest, ""));
        let reason = match found_type(found) {
            Found::Integer | Found::Number => ReasonCode::OutOfRange,
            _ => ReasonCode::WrongType,
        };
        return mismatch(reason, &path, found, wanted);
    }
    if let Some(rest) = sentence.strip_prefix("not an RFC 3339 instant with offset: ") {
        let value = rest
            .rsplit_once("; write it like")
            .map_or(rest, |(value, _)| value);
        return Refusal::bad_value(ReasonCode::ImpossibleDate, &path, value.trim_matches('"'));
    }
    Refusal::bad_value(ReasonCode::WrongType, &path, sentence)
}

fn unknown_field(name: &str, path: &str) -> Refusal {
    // The path already ends with the name when the reader had begun on the value.
    let field = if path == name || path.ends_with(&format!(".{name}")) {
        path.to_owned()
    } else {
        join(path, name)
    };
    let detail = Words::new("a name that the schema does not have", "模式中没有的字段名");
    Refusal::new(ReasonCode::UnknownField, detail).field(&field)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn mismatch(reason: ReasonCode, path: &str, found: &str, wanted: &str) -> Refusal {
    let kind = found_type(found);
    let (en, zh) = kind.words();
    let wanted = wanted_words(wanted);
    let value = match kind {
        _ if is_personal(path) => String::new(),
        Found::Text => between(found, "string \"", '\u{0}').map_or(String::new(), |value| {
            format!(" {}", shown(value.strip_suffix('"').unwrap_or(value)))
        }),
        Found::Integer | Found::Number => between(found, "`", '`').map_or(String::new(), |value| {
            format!(" {}", shown(value).trim_matches('"'))
        }),
        _ => String::new(),
    };
    let detail = Words::new(
        format!("{en}{value}; wanted {}", wanted.0),
        format!("{zh}{value}；应为{}", wanted.1),
    );
    Refusal::new(reason, detail).field(path)
}

/// The type serde's `Unexpected` names first.
fn found_type(found: &str) -> Found {
    match found.split([' ', ',']).next().unwrap_or_default() {
        "string" | "character" => Found::Text,
        "integer" => Found::Integer,
        "floating" | "number" => Found::Number,
        "boolean" => Found::Bool,
        "null" | "unit" => Found::Null,
        "map" => Found::Object,
        "sequence" => Found::List,
        _ => Found::Other,
    }
}

/// What a sentence wanted, for people.
fn wanted_words(wanted: &str) -> (&str, &str) {
    match wanted {
        "a string" => ("text", "文本"),
        "i64" => ("a whole number", "整数"),
        "u32" => (
            "a whole number from 0 to 4294967295",
            "0 到 4294967295 的整数",
        ),
        "u64" => ("a whole number from 0", "非负整数"),
        "a boolean" => ("true or false", "布尔值"),
        "a map" => ("an object", "对象"),
        "a sequence" => ("a list", "列表"),
        "text, a number, true or false" => ("text, a number, true or false", "文本、数字或布尔值"),
        "a whole number below 2^63" => ("a whole number below 2^63", "小于 2^63 的整数"),
        w if w.starts_with("struct ") => ("an object", "对象"),
        w if w.starts_with("an RFC 3339") => (
            "an instant like 2026-11-23T09:30:00+08:00",
            "形如 2026-11-23T09:30:00+08:00 的时间",
        ),
        other => (other, "模式规定的类型"),
    }
}

fn between<'a>(text: &'a str, before: &str, end: char) -> Option<&'a str> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(rest.find(end).map_or(rest, |at| &rest[..at]))
}

#[cfg(test)]
mod tests {
    use mingjing_domain::event::CaseData;

    use super::*;

    #[track_caller]
    fn check(raw: &str, reason: ReasonCode, field: &str, detail_en: &str) {
        let refusal = read::<CaseData<'_>>(raw, "data", Position::START).unwrap_err();
        assert_eq!(
            (
                refusal.reason,
                refusal.field.as_deref(),
                &*refusal.detail.en
            ),
            (reason, Some(field), detail_en),
            "{raw}"
        );
        assert!(refusal.at.is_some());
    }

    #[test]
    fn every_sentence_of_serde_becomes_a_refusal_with_the_field_path() {
        use ReasonCode::*;
        check(
            r#"{"org_code":7}"#,
            WrongType,
            "data.org_code",
            "a whole number 7; wanted text",
        );
        check(
            r#"{"amounts":{"paid":"7"}}"#,
            WrongType,
            "data.amounts.paid",
            "text \"7\"; wanted a whole number",
        );
        check(
            r#"{"amounts":{"paid":1.5}}"#,
            WrongType,
            "data.amounts.paid",
            "a number 1.5; wanted a whole number",
        );
        check(
            r#"{"amounts":[]}"#,
            WrongType,
            "data.amounts",
            "a list; wanted an object",
        );
    }

    #[test]
    fn unknown_missing_and_twice_named_fields_are_told_apart() {
        use ReasonCode::*;
        check(
            r#"{"orgcode":"7"}"#,
            UnknownField,
            "data.orgcode",
            "a name that the schema does not have",
        );
        check(
            r#"{"actor":{"id":"a","nme":1}}"#,
            UnknownField,
            "data.actor.nme",
            "a name that the schema does not have",
        );
        check(r#"{"actor":{}}"#, MissingField, "data.actor.id", "nothing");
        check(
            r#"{"org_code":"1","org_code":"2"}"#,
            DuplicateField,
            "data.org_code",
            "it stands in the same object twice",
        );
    }

    #[test]
    fn instants_and_numbers_out_of_range_say_what_was_found() {
        use ReasonCode::*;
        check(
            r#"{"entered_at":"2026-02-30T00:00:00Z"}"#,
            ImpossibleDate,
            "data.entered_at",
            "\"2026-02-30T00:00:00Z\"",
        );
        check(
            r#"{"sent_at":"昨天"}"#,
            ImpossibleDate,
            "data.sent_at",
            "\"昨天\"",
        );
        check(
            r#"{"data_version":-1}"#,
            OutOfRange,
            "data.data_version",
            "a whole number -1; wanted a whole number from 0 to 4294967295",
        );
        check(
            r#"{"attachments":[{"kind":"a"},{"kind":null}]}"#,
            WrongType,
            "data.attachments[1].kind",
            "null; wanted text",
        );
        check(
            r#"{"attributes":{"x":null}}"#,
            WrongType,
            "data.attributes.x",
            "null; wanted text, a number, true or false",
        );
        check(
            r#"{"attributes":{"x":18446744073709551615}}"#,
            OutOfRange,
            "data.attributes.x",
            "a whole number; wanted a whole number below 2^63",
        );
        check(
            r#"{"actor":{"id":5105021990}}"#,
            WrongType,
            "data.actor.id",
            "a whole number; wanted text",
        );
    }
}
