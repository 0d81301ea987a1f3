//! The strict walk: what a JSON text from outside must not hold, whatever it is about.
//!
//! One pass over a JSON text that refuses what `serde_json` alone would let through: the same key twice in
//! one object (which of the two was meant?), nesting beyond [`DEPTH_MAX`], control characters in text, and
//! whole numbers too large to be kept exactly. It knows nothing of events.

use std::borrow::Cow;
use std::fmt;

use mingjing_domain::text::Text;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::refusal::{Found, Position, ReasonCode, Refusal, Words, is_personal};

/// Deepest nesting taken. An event needs four levels; the rest is room for foreign extensions.
pub const DEPTH_MAX: usize = 32;

/// Whole numbers from here on are not exact as floating point and do not fit 64 signed bits.
const WHOLE_MAX: f64 = 9_223_372_036_854_775_808.0;

/// Text as JSON text: not empty, UTF-8, no byte order mark.
pub(crate) fn json_text(bytes: &[u8]) -> Result<&str, Refusal> {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        let detail = Words::new("the bytes EF BB BF", "字节 EF BB BF");
        return Err(Refusal::new(ReasonCode::ByteOrderMark, detail).at(Position::START));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let place = Position::START.after(bytes, e.valid_up_to());
        let byte = bytes[e.valid_up_to()];
        let detail = Words::new(format!("the byte {byte:02X}"), format!("字节 {byte:02X}"));
        Refusal::new(ReasonCode::InvalidUtf8, detail).at(place)
    })?;
    if text.trim_ascii().is_empty() {
        let detail = Words::new("no content", "没有内容");
        return Err(Refusal::new(ReasonCode::EmptyBody, detail));
    }
    Ok(text)
}

/// Walks the whole of `text`.
pub(crate) fn inspect(text: &str) -> Result<(), Refusal> {
    let mut state = State {
        path: Vec::new(),
        objection: None,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let walked = Walk(&mut state)
        .deserialize(&mut json)
        .and_then(|()| json.end());
    match (walked, state.objection) {
        (Ok(()), _) => Ok(()),
        (Err(e), Some(objection)) => Err((*objection).at(Position {
            line: e.line() as u32,
            column: e.column() as u32,
        })),
        (Err(e), None) => Err(syntax(&e, &path_text(&state.path))),
    }
}

/// A syntax error of `serde_json` in words. Its messages repeat no input.
pub(crate) fn syntax(e: &serde_json::Error, path: &str) -> Refusal {
    let text = e.to_string();
    let what = text
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned();
    let reason = if what.contains("recursion limit") {
        ReasonCode::TooDeep
    } else if what.contains("number out of range") {
        ReasonCode::OutOfRange
    } else {
        ReasonCode::MalformedJson
    };
    let zh = match what.as_str() {
        w if w.starts_with("EOF") => "内容在中途结束",
        w if w.contains("surrogate") => "不成对的代理项转义 \\uD800–\\uDFFF",
        w if w.contains("control character") => "字符串中有未转义的控制字符",
        w if w.contains("trailing") => "末尾有多余内容",
        w if w.contains("escape") => "无效的转义",
        w if w.contains("number") => "无效的数字",
        w if w.contains("recursion") => "嵌套过深",
        _ => "语法错误",
    };
    let zh = format!("{zh}（{what}）");
    let refusal = Refusal::new(reason, Words::new(what, zh)).at(Position {
        line: e.line() as u32,
        column: e.column() as u32,
    });
    if path.is_empty() {
        refusal
    } else {
        refusal.field(path)
    }
}

enum Step<'de> {
    Key(Cow<'de, str>),
    Index(usize),
}

fn path_text(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text += key,
            Step::Key(key) => text += &format!(".{key}"),
            Step::Index(index) => text += &format!("[{index}]"),
        }
    }
    text
}

struct State<'de> {
    path: Vec<Step<'de>>,
    objection: Option<Box<Refusal>>,
}

impl State<'_> {
    fn object<E: de::Error>(&mut self, refusal: Refusal) -> E {
        let path = path_text(&self.path);
        self.objection = Some(Box::new(if path.is_empty() {
            refusal
        } else {
            refusal.field(&path)
        }));
        E::custom("objection")
    }

    fn text<E: de::Error>(&mut self, text: &str) -> Result<(), E> {
        // C1 controls begin with the byte C2; looking at bytes first keeps the common case fast.
        if !text.bytes().any(|b| b < 0x20 || b == 0x7f || b == 0xc2) {
            return Ok(());
        }
        let allowed = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
        match text.chars().find(|c| !allowed(*c)) {
            None => Ok(()),
            Some(bad) => {
                let code = format!("U+{:04X}", bad as u32);
                let detail = Words::new(code.clone(), code);
                Err(self.object(Refusal::new(ReasonCode::ControlCharacter, detail)))
            }
        }
    }

    fn too_large_a_number<E: de::Error>(&mut self, shown: String) -> E {
        let detail = if is_personal(&path_text(&self.path)) {
            let (en, zh) = Found::Integer.words();
            Words::new(en, zh)
        } else {
            Words::new(shown.clone(), shown)
        };
        self.object(Refusal::new(ReasonCode::OutOfRange, detail))
    }
}

struct Walk<'s, 'de>(&'s mut State<'de>);

impl<'de> DeserializeSeed<'de> for Walk<'_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<(), E> {
        if v > i64::MAX as u64 {
            return Err(self.0.too_large_a_number(v.to_string()));
        }
        Ok(())
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<(), E> {
        if v.abs() >= WHOLE_MAX {
            return Err(self.0.too_large_a_number(format!("{v:e}")));
        }
        Ok(())
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<(), E> {
        self.0.text(v)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if self.0.path.len() >= DEPTH_MAX {
            return Err(self.0.object(too_deep()));
        }
        for index in 0.. {
            self.0.path.push(Step::Index(index));
            let more = seq.next_element_seed(Walk(self.0))?;
            self.0.path.pop();
            if more.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.0.path.len() >= DEPTH_MAX {
            return Err(self.0.object(too_deep()));
        }
        let mut seen = Keys::default();
        while let Some(Text(key)) = map.next_key()? {
            self.0.text(&key)?;
            self.0.path.push(Step::Key(key.clone()));
            if !seen.insert(key) {
                let detail =
                    Words::new("it stands in the same object twice", "在同一对象中出现两次");
                return Err(self
                    .0
                    .object(Refusal::new(ReasonCode::DuplicateField, detail)));
            }
            map.next_value_seed(Walk(self.0))?;
            self.0.path.pop();
        }
        Ok(())
    }
}

fn too_deep() -> Refusal {
    let detail = Words::new(
        format!("more than {DEPTH_MAX} levels"),
        format!("超过 {DEPTH_MAX} 层"),
    );
    Refusal::new(ReasonCode::TooDeep, detail)
}

/// The keys of one object so far: a plain list while it is short, a set when it grows, so that a huge
/// object cannot make the walk quadratic.
#[derive(Default)]
struct Keys<'de> {
    few: Vec<Cow<'de, str>>,
    many: std::collections::BTreeSet<Cow<'de, str>>,
}

impl<'de> Keys<'de> {
    /// Whether `key` is new.
    fn insert(&mut self, key: Cow<'de, str>) -> bool {
        const FEW: usize = 24;
        if self.few.contains(&key) || self.many.contains(&key) {
            return false;
        }
        if self.few.len() < FEW {
            self.few.push(key);
        } else {
            self.many.insert(key);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, reason: ReasonCode, field: Option<&str>) {
        let refusal = inspect(text).unwrap_err();
        assert_eq!(
            (refusal.reason, refusal.field.as_deref()),
            (reason, field),
            "{text}"
        );
        assert!(refusal.at.is_some(), "{text}");
    }

    #[test]
    fn what_must_not_be_in_json_from_outside_is_refused_with_its_path() {
        check(
            r#"{"a":{"b":1,"b":2}}"#,
            ReasonCode::DuplicateField,
            Some("a.b"),
        );
        check(
            r#"{"a":[1,{"x":"\u0000"}]}"#,
            ReasonCode::ControlCharacter,
            Some("a[1].x"),
        );
        check(r#"{"a":"\u0085"}"#, ReasonCode::ControlCharacter, Some("a"));
        check(
            r#"{"n":18446744073709551615}"#,
            ReasonCode::OutOfRange,
            Some("n"),
        );
        check(
            r#"{"n":123456789012345678901234567890}"#,
            ReasonCode::OutOfRange,
            Some("n"),
        );
        check(r#"{"n":1e999}"#, ReasonCode::OutOfRange, Some("n"));
        check(r#"{"s":"\ud800"}"#, ReasonCode::MalformedJson, Some("s"));
        check("{\"s\":\"\n\"}", ReasonCode::MalformedJson, Some("s"));
        check(r#"{"a":1}}"#, ReasonCode::MalformedJson, None);
        check(r#"{"a":"#, ReasonCode::MalformedJson, Some("a"));
    }

    #[test]
    fn depth_is_bounded_without_using_the_stack_up() {
        let deep = "[".repeat(1_000_000);
        assert_eq!(inspect(&deep).unwrap_err().reason, ReasonCode::TooDeep);
    }

    #[test]
    fn ordinary_text_with_line_breaks_and_chinese_passes() {
        inspect(r#"{"理由":"材料不齐\n见附件\tA","n":[1,-2.5,true,null]}"#).unwrap();
    }

    #[test]
    fn bytes_that_are_no_json_text_are_told_apart() {
        assert_eq!(json_text(b"").unwrap_err().reason, ReasonCode::EmptyBody);
        assert_eq!(json_text(b" \n").unwrap_err().reason, ReasonCode::EmptyBody);
        assert_eq!(
            json_text(b"\xEF\xBB\xBF{}").unwrap_err().reason,
            ReasonCode::ByteOrderMark
        );
        let gbk = json_text(b"{\"a\":\n\"\xCA\xDC\"}").unwrap_err();
        assert_eq!(gbk.reason, ReasonCode::InvalidUtf8);
        assert_eq!(gbk.at, Some(Position { line: 2, column: 2 }));
    }
}
