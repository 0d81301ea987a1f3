//! 裁量基准: how much for which act, by tier. Three forms of a tier's money (domain study S21): a fixed sum, a range, a
//! ratio of a named amount.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::Name;

/// 裁量基准: one published version of the tiers for some acts.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Discretion {
    /// Its id; items refer to it.
    pub id: Name,
    /// Its version; a published version never changes.
    pub version: String,
    /// 名称.
    #[serde(default)]
    pub name: Option<String>,
    /// In force from this day.
    #[schemars(with = "String")]
    pub effective_from: NaiveDate,
    /// In force until this day, inclusive. Absent: until the next version.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub effective_to: Option<NaiveDate>,
    /// 依据.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// 备案号.
    #[serde(default)]
    pub filed_no: Option<String>,
    /// 备案: its tiers count as filed from this day. Absent: from `effective_from`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub filed_on: Option<NaiveDate>,
    /// 违法行为.
    pub acts: Vec<DiscretionAct>,
}

/// An unlawful act with its tiers.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscretionAct {
    /// Its code; events name it in `discretion_act`.
    pub code: Name,
    /// 名称.
    pub name: String,
    /// 依据.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// 档次.
    pub tiers: Vec<Tier>,
}

/// 裁量档次: at most one of `fixed`, `range`, `ratio`. None of them: it carries no money, like a warning.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Its code; events name it in `discretion_tier`.
    pub code: Name,
    /// 名称.
    pub name: String,
    /// 适用情形, in words.
    #[serde(default)]
    pub when: Option<String>,
    /// 固定值, in fen.
    #[serde(default)]
    pub fixed: Option<i64>,
    /// 幅度范围, in fen.
    #[serde(default)]
    pub range: Option<Range>,
    /// 基准比例.
    #[serde(default)]
    pub ratio: Option<RatioOf>,
}

/// From so much to so much, both inclusive, in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// At least.
    pub from: i64,
    /// At most.
    pub to: i64,
}

/// From so many times to so many times a named amount, both inclusive.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RatioOf {
    /// The amount, as events name it in `amounts`.
    pub of: Name,
    /// At least.
    #[schemars(with = "String")]
    pub from: Ratio,
    /// At most.
    #[schemars(with = "String")]
    pub to: Ratio,
}

/// How many times something, exact to a millionth. Written `10` (times), `0.5` or `5%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio {
    /// Millionths.
    pub millionths: i64,
}

impl Ratio {
    /// One time, in millionths.
    pub const ONE: i64 = 1_000_000;
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.millionths / Self::ONE, self.millionths % Self::ONE);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let digits = format!("{part:06}");
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// Text that is not a ratio.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a ratio: {text:?}; write '10' (times), '0.5' or '5%', with at most six decimals")]
pub struct BadRatio {
    /// The refused text.
    pub text: String,
}

impl FromStr for Ratio {
    type Err = BadRatio;
    fn from_str(text: &str) -> Result<Self, BadRatio> {
        let bad = || BadRatio { text: text.into() };
        let (number, decimals) = match text.strip_suffix('%') {
            Some(number) => (number, 4),
            None => (text, 6),
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        // A billion times is more than any law asks for, and keeps products with amounts within 128 bits.
        let fits = (1..=9).contains(&whole.len()) && part.len() <= decimals;
        if !fits || !digits(whole) || !digits(part) || number.ends_with('.') {
            return Err(bad());
        }
        let mut millionths: i64 = format!("{whole}{part}").parse().map_err(|_| bad())?;
        for _ in part.len()..decimals {
            millionths *= 10;
        }
        Ok(Ratio { millionths })
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millionths(text: &str) -> Option<i64> {
        text.parse::<Ratio>().ok().map(|r| r.millionths)
    }

    #[test]
    fn ratios_are_exact_or_refused() {
        assert_eq!(millionths("10"), Some(10_000_000));
        assert_eq!(millionths("0.5"), Some(500_000));
        assert_eq!(millionths("5%"), Some(50_000));
        assert_eq!(millionths("3.25%"), Some(32_500));
        assert_eq!(millionths("0.000001"), Some(1));
        for bad in [
            "",
            "-1",
            "1.",
            ".5",
            "1e3",
            "0.0000001",
            "0.00001%",
            "10倍",
            "9999999999",
        ] {
            assert_eq!(millionths(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_ratio_is_written_as_it_is_read() {
        for text in ["10", "0.5", "1.25", "0.000001"] {
            assert_eq!(text.parse::<Ratio>().unwrap().to_string(), text);
        }
    }
}
