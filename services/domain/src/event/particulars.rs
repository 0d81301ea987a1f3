//! What few events carry: which fee was charged, who took the money, whose case it is, on which plan an inspection rests.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::own;
use crate::text::Text;

/// A fee that was charged; its money is in the event's `amounts` (`receivable`, `paid`, `relief`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fee<'a> {
    /// 收费项目: its code in the item's fee standard.
    #[serde(borrow)]
    #[schemars(with = "String")]
    pub code: Text<'a>,
    /// 计费数量, in the standard's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>")]
    pub quantity: Option<Quantity>,
    /// 减免理由: one of the standard's closed list.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub relief_ground: Option<Text<'a>>,
}

/// Who took a fine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Collection<'a> {
    /// 收缴方: the bank's, body's or officer's code.
    #[serde(borrow)]
    #[schemars(with = "String")]
    pub collector: Text<'a>,
    /// 当场收缴的法定情形: `small_fine` (at most 100 yuan), `hard_later` (行政处罚法 art. 68), `remote_area` (article to be
    /// checked).
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub ground: Option<Text<'a>>,
}

/// Why another body than the item's own handles this case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jurisdiction<'a> {
    /// `designated` 指定管辖 or `cross_region` 跨区域通办.
    #[serde(borrow)]
    #[schemars(with = "String")]
    pub ground: Text<'a>,
    /// 文书号: without it the ground counts for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub document: Option<Text<'a>>,
}

/// What an inspection rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inspection<'a> {
    /// 检查计划编号.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub plan_no: Option<Text<'a>>,
    /// 无需计划的事由: `complaint`, `transferred`, `monitoring`, `follow_up` or `emergency`.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub cause: Option<Text<'a>>,
}

/// How much of something, exact to a thousandth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantity {
    /// Thousandths.
    pub thousandths: i64,
}

/// More than this is a mistake; products with money stay within 128 bits.
const QUANTITY_MAX: i64 = 1_000_000_000_000;

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.thousandths % 1000 == 0 {
            s.serialize_i64(self.thousandths / 1000)
        } else {
            // Below 2^53 every third decimal comes back as it was.
            s.serialize_f64(self.thousandths as f64 / 1000.0)
        }
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Read;
        impl de::Visitor<'_> for Read {
            type Value = Quantity;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number from 0 with at most three decimals")
            }
            fn visit_i64<E: de::Error>(self, v: i64) -> Result<Quantity, E> {
                let refused = || E::invalid_value(de::Unexpected::Signed(v), &self);
                if !(0..=QUANTITY_MAX / 1000).contains(&v) {
                    return Err(refused());
                }
                Ok(Quantity {
                    thousandths: v * 1000,
                })
            }
            fn visit_u64<E: de::Error>(self, v: u64) -> Result<Quantity, E> {
                let whole = i64::try_from(v)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(v), &self))?;
                self.visit_i64(whole)
            }
            fn visit_f64<E: de::Error>(self, v: f64) -> Result<Quantity, E> {
                let refused = || E::invalid_value(de::Unexpected::Float(v), &self);
                let thousandths = (v * 1000.0).round();
                let exact = (v * 1000.0 - thousandths).abs() < 1e-6;
                if !exact || !(0.0..=QUANTITY_MAX as f64).contains(&thousandths) {
                    return Err(refused());
                }
                Ok(Quantity {
                    thousandths: thousandths as i64,
                })
            }
        }
        d.deserialize_any(Read)
    }
}

impl Fee<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> Fee<'static> {
        Fee {
            code: self.code.into_owned(),
            quantity: self.quantity,
            relief_ground: own(self.relief_ground),
        }
    }
}

impl Collection<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> Collection<'static> {
        Collection {
            collector: self.collector.into_owned(),
            ground: own(self.ground),
        }
    }
}

impl Jurisdiction<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> Jurisdiction<'static> {
        Jurisdiction {
            ground: self.ground.into_owned(),
            document: own(self.document),
        }
    }
}

impl Inspection<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> Inspection<'static> {
        Inspection {
            plan_no: own(self.plan_no),
            cause: own(self.cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_exact_to_a_thousandth_or_refused() {
        let read = |text: &str| serde_json::from_str::<Quantity>(text).ok();
        for text in ["0", "12", "12.5", "0.001", "99999.999"] {
            let quantity = read(text).unwrap();
            assert_eq!(serde_json::to_string(&quantity).unwrap(), text);
        }
        for text in ["-1", "0.0001", "1e15", "\"12\"", "true"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
