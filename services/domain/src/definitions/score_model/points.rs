//! 分: points of a score, exact to a hundredth, so that sums of parts are equal to the total to the last digit.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// So many points, exact to a hundredth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points {
    /// Hundredths of a point.
    pub hundredths: i64,
}

/// A number that is no points.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{number} 不是分值：应在 -10000 与 10000 之间，最多两位小数")]
pub struct BadPoints {
    number: f64,
}

/// The most points that anything may have, in hundredths: no paper scores by more than a thousand.
const MOST: f64 = 1_000_000.0;

impl Points {
    /// None.
    pub const ZERO: Points = Points { hundredths: 0 };

    /// Whole points.
    pub const fn whole(points: i64) -> Self {
        Self {
            hundredths: points * 100,
        }
    }

    /// A number of at most two decimals.
    ///
    /// # Errors
    /// If it has more, or is out of reach.
    pub fn exactly(number: f64) -> Result<Self, BadPoints> {
        let hundredths = (number * 100.0).round();
        // A thousandth of a hundredth is what a decimal may be off by when it is read in binary.
        let exact = (number * 100.0 - hundredths).abs() < 1e-3;
        if !exact || hundredths.abs() > MOST {
            return Err(BadPoints { number });
        }
        Ok(Self::rounded(number))
    }

    /// The nearest hundredth, half away from zero; held within ±10,000 points.
    pub fn rounded(number: f64) -> Self {
        let hundredths = (number * 100.0).round().clamp(-MOST, MOST);
        #[expect(clippy::cast_possible_truncation, reason = "held within a million")]
        let hundredths = hundredths as i64;
        Self { hundredths }
    }

    /// As a number.
    pub fn number(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "points are far below 2^53")]
        let hundredths = self.hundredths as f64;
        hundredths / 100.0
    }

    /// So many times.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        Self {
            hundredths: self.hundredths.saturating_mul(count),
        }
    }
}

impl Add for Points {
    type Output = Points;
    fn add(self, other: Points) -> Points {
        Points {
            hundredths: self.hundredths.saturating_add(other.hundredths),
        }
    }
}

impl Sub for Points {
    type Output = Points;
    fn sub(self, other: Points) -> Points {
        self + -other
    }
}

impl Neg for Points {
    type Output = Points;
    fn neg(self) -> Points {
        Points {
            hundredths: self.hundredths.saturating_neg(),
        }
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Points>>(points: I) -> Points {
        points.fold(Points::ZERO, Add::add)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.hundredths < 0 { "-" } else { "" };
        let (whole, part) = (
            self.hundredths.unsigned_abs() / 100,
            self.hundredths.unsigned_abs() % 100,
        );
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{part:02}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(self.number())
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Points::exactly(f64::deserialize(d)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for Points {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Points".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(g: &mut schemars::SchemaGenerator) -> schemars::Schema {
        f64::json_schema(g)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_exact_to_a_hundredth_or_refused() {
        for (number, text) in [
            (0.0, "0"),
            (10.0, "10"),
            (-0.5, "-0.5"),
            (1.25, "1.25"),
            (0.07, "0.07"),
            (-3.1, "-3.1"),
        ] {
            assert_eq!(Points::exactly(number).unwrap().to_string(), text);
        }
        for bad in [0.001, 1.005, 10_000.01, f64::NAN, f64::INFINITY] {
            assert!(Points::exactly(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sums_have_no_remainder() {
        let tenth = Points::exactly(0.1).unwrap();
        let sum: Points = std::iter::repeat_n(tenth, 1000).sum();
        assert_eq!(sum, Points::whole(100));
    }
}
