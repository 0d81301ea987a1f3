//! Definitions as plain data in the order they were written, for formats that carry them whole.
//!
//! An interchange format has to keep what a definition says, also the parts that this crate has no opinion of.
//! So it works on what the document holds and not on the domain's types, which read the result and check it.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value of a YAML document; maps keep their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Datum {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Datum>),
    /// Entries by name, in order.
    Map(Vec<(String, Datum)>),
}

impl Datum {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Datum::Text(text.into())
    }

    /// A list of texts.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Datum::List(texts.into_iter().map(Datum::text).collect())
    }

    /// An entry of a map.
    pub fn get(&self, name: &str) -> Option<&Datum> {
        match self {
            Datum::Map(entries) => entries.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text of an entry of a map.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Datum::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// An entry of a map as it is written: a version may look like a number.
    pub fn scalar_of(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Datum::Text(text) => Some(text.clone()),
            Datum::Int(number) => Some(number.to_string()),
            Datum::Float(number) => Some(number.to_string()),
            Datum::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    /// Sets an entry of a map, in its old place or at the end; anything else becomes a map.
    pub fn set(&mut self, name: &str, value: Datum) {
        if !matches!(self, Datum::Map(_)) {
            *self = Datum::Map(Vec::new());
        }
        if let Datum::Map(entries) = self {
            match entries.iter_mut().find(|(n, _)| n == name) {
                Some((_, old)) => *old = value,
                None => entries.push((name.to_owned(), value)),
            }
        }
    }

    /// Takes an entry out of a map.
    pub fn take(&mut self, name: &str) -> Option<Datum> {
        match self {
            Datum::Map(entries) => {
                let at = entries.iter().position(|(n, _)| n == name)?;
                Some(entries.remove(at).1)
            }
            _ => None,
        }
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[(String, Datum)] {
        match self {
            Datum::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Datum] {
        match self {
            Datum::List(items) => items,
            _ => &[],
        }
    }

    /// The document of a definition file.
    ///
    /// # Errors
    /// It is no YAML, or holds what YAML's core types do not.
    pub fn from_yaml(text: &str) -> Result<Self, Box<serde_saphyr::Error>> {
        serde_saphyr::from_str(text).map_err(Box::new)
    }

    /// As YAML, which [`Self::from_yaml`] reads back to the same.
    ///
    /// # Errors
    /// None in fact: a datum holds nothing that YAML cannot.
    pub fn to_yaml(&self) -> Result<String, serde_saphyr::ser::Error> {
        serde_saphyr::to_string(self)
    }

    /// A scalar on one line: text that could be taken for something else is in quotes, as in JSON.
    pub(crate) fn to_scalar(&self) -> Option<String> {
        Some(match self {
            Datum::Null => "null".into(),
            Datum::Bool(truth) => truth.to_string(),
            Datum::Int(number) => number.to_string(),
            Datum::Float(number) => format!("{number:?}"),
            Datum::Text(text)
                if *text == Datum::from_scalar(text).plain() && !text.trim().is_empty() =>
            {
                text.clone()
            }
            Datum::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
            Datum::List(_) | Datum::Map(_) => return None,
        })
    }

    /// The text of a text; empty for anything else.
    fn plain(self) -> String {
        match self {
            Datum::Text(text) => text,
            _ => String::new(),
        }
    }

    /// What [`Self::to_scalar`] wrote.
    pub(crate) fn from_scalar(text: &str) -> Self {
        match text {
            "null" => return Datum::Null,
            "true" => return Datum::Bool(true),
            "false" => return Datum::Bool(false),
            _ => {}
        }
        if text.starts_with('"')
            && let Ok(text) = serde_json::from_str::<String>(text)
        {
            return Datum::Text(text);
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            if let Ok(number) = text.parse() {
                return Datum::Int(number);
            }
            if let Some(number) = text.parse().ok().filter(|n: &f64| n.is_finite()) {
                return Datum::Float(number);
            }
        }
        Datum::text(text)
    }
}

impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Datum;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_unit<E>(self) -> Result<Datum, E> {
                Ok(Datum::Null)
            }
            fn visit_none<E>(self) -> Result<Datum, E> {
                Ok(Datum::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Datum, D::Error> {
                Datum::deserialize(d)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Datum, E> {
                Ok(Datum::Bool(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Datum, E> {
                Ok(Datum::Int(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Datum, E> {
                // Beyond i64 there is no count of anything; digits that long are a code.
                Ok(
                    i64::try_from(value)
                        .map_or_else(|_| Datum::text(value.to_string()), Datum::Int),
                )
            }
            fn visit_f64<E>(self, value: f64) -> Result<Datum, E> {
                Ok(Datum::Float(value))
            }
            fn visit_str<E>(self, value: &str) -> Result<Datum, E> {
                Ok(Datum::text(value))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Datum, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Datum::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Datum, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Datum::Map(entries))
            }
        }
        d.deserialize_any(Read)
    }
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Datum::Null => s.serialize_unit(),
            Datum::Bool(value) => s.serialize_bool(*value),
            Datum::Int(value) => s.serialize_i64(*value),
            Datum::Float(value) => s.serialize_f64(*value),
            Datum::Text(value) => s.serialize_str(value),
            Datum::List(items) => {
                let mut seq = s.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Datum::Map(entries) => {
                let mut map = s.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scalars_keep_their_kind() {
        for datum in [
            Datum::Null,
            Datum::Bool(true),
            Datum::Int(-7),
            Datum::Float(1.0),
            Datum::text("1"),
            Datum::text("true"),
            Datum::text(""),
            Datum::text(" "),
            Datum::text("\"x"),
            Datum::text("510500"),
            Datum::text("2026-01-01"),
            Datum::text("20wd"),
            Datum::text("case.area > 20000 && !case.surveyed"),
        ] {
            let written = datum.to_scalar().expect("a scalar");
            assert_eq!(Datum::from_scalar(&written), datum, "{written}");
        }
        assert_eq!(Datum::text("20wd").to_scalar().as_deref(), Some("20wd"));
        assert_eq!(Datum::text("1").to_scalar().as_deref(), Some("\"1\""));
    }

    fn datum() -> impl Strategy<Value = Datum> {
        let leaf = prop_oneof![
            Just(Datum::Null),
            any::<bool>().prop_map(Datum::Bool),
            any::<i32>().prop_map(|n| Datum::Int(n.into())),
            "[a-z0-9:#\\-'\" 受理\n]{0,12}".prop_map(Datum::Text),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Datum::List),
                proptest::collection::vec(("[a-z_]{1,6}", inner), 0..4).prop_map(|entries| {
                    let mut map = Datum::Map(Vec::new());
                    for (name, value) in entries {
                        map.set(&name, value);
                    }
                    map
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn yaml_reads_back_to_the_same(datum in datum()) {
            let text = datum.to_yaml().expect("it can be written");
            let again = Datum::from_yaml(&text);
            prop_assert!(again.as_ref().is_ok_and(|d| *d == datum), "{text:?}: {again:?}");
        }
    }
}
