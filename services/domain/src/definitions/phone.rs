//! 公开电话: the number by which the public reaches a body or an office.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// An office's number, like `0830-2345678`, `12345`, `0830-2345678转8002`; several with 、 between. It is shown to everybody, so a
/// person's mobile number is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfficePhone(String);

/// Text that is no office's number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "不是可以公开的办公电话：{text:?}；应为固定电话或者热线，如 0830-2345678、12345，可写分机“转8002”，多个号码之间用“、”，不得填写个人手机号码"
)]
pub struct BadPhone {
    /// The refused text.
    pub text: String,
}

/// Digits of one number, with what stands between them.
const CHARS_MAX: usize = 20;

impl OfficePhone {
    /// From its text.
    ///
    /// # Errors
    /// [`BadPhone`].
    pub fn new(text: &str) -> Result<Self, BadPhone> {
        match text.split('、').all(|part| is_number(part.trim())) {
            true => Ok(Self(text.to_owned())),
            false => Err(BadPhone {
                text: text.chars().take(CHARS_MAX).collect(),
            }),
        }
    }
}

fn is_number(text: &str) -> bool {
    let (number, extension) = text.split_once('转').unwrap_or((text, "0"));
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '-' | ' ' | '(' | ')' | '+');
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix("86").filter(|d| d.len() == 11);
    let national = national.unwrap_or(&digits).as_bytes();
    // Mobile numbers of the mainland: 11 digits from 13 to 19.
    let mobile = matches!(national, [b'1', b'3'..=b'9', ..] if national.len() == 11);
    let extension = extension.trim();
    number.chars().all(plain)
        && number.chars().count() <= CHARS_MAX
        && (3..=13).contains(&digits.len())
        && !mobile
        && (1..=6).contains(&extension.len())
        && extension.bytes().all(|b| b.is_ascii_digit())
}

impl fmt::Display for OfficePhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for OfficePhone {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        OfficePhone::new(&text).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for OfficePhone {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OfficePhone".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(g: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(g)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offices_number_is_taken_and_a_persons_is_not() {
        for good in [
            "0830-2345678",
            "12345",
            "(0830) 2345678",
            "0830-2345678转8002、12345",
            "400-123-4567",
            "+86-830-2345678",
        ] {
            assert!(OfficePhone::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "13912345678",
            "139-1234-5678",
            "+8613912345678",
            "0830-2345678、13912345678",
            "张三 0830-2345678",
            "12",
            "0830-2345678转",
            "0830-2345678转内线",
            "510502199001011234",
        ] {
            assert!(OfficePhone::new(bad).is_err(), "{bad}");
        }
    }
}
