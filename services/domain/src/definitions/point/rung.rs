//! Rungs of a ladder and shares of a whole, as definitions write them.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::alert::Level;
use crate::limit::{Budget, Unit};

/// One rung of a limit's ladder, written `{level: yellow, at: promised}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// How grave from then on.
    pub level: Level,
    /// From when.
    pub at: RungAt,
}

/// When a rung of a ladder is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RungAt {
    /// `promised`: past the promised due instant.
    Promised,
    /// `statutory`: past the statutory (or own) due instant.
    Statutory,
    /// `2wd before`: so much before the first due instant of the limit.
    Before(Budget),
    /// `90%`: so much of the first due budget is used.
    Used(u8),
}

impl RungAt {
    /// Past a due instant, as against a reminder before one.
    pub const fn is_breach(self) -> bool {
        matches!(self, RungAt::Promised | RungAt::Statutory)
    }

    /// The reminder of a point that is one and does not say when: two working days before, or once 90 % of a limit shorter than
    /// five days is used (domain study 3.2, T1).
    pub fn usual_reminder(budget: Option<Budget>) -> Self {
        let short = budget.is_some_and(|budget| match budget.unit {
            Unit::Hours | Unit::Minutes => true,
            Unit::WorkingDays | Unit::CalendarDays | Unit::CalendarDaysRolled => budget.count < 5,
            Unit::Months | Unit::MonthsRolled => false,
        });
        match short {
            true => RungAt::Used(90),
            false => RungAt::Before(Budget::new(2, Unit::WorkingDays)),
        }
    }

    /// Its place in order of time: reminders, then promised, then statutory.
    pub const fn order(self) -> u8 {
        match self {
            RungAt::Before(_) | RungAt::Used(_) => 0,
            RungAt::Promised => 1,
            RungAt::Statutory => 2,
        }
    }
}

impl std::str::FromStr for RungAt {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(budget) = text.strip_suffix(" before") {
            return budget
                .trim()
                .parse()
                .map(RungAt::Before)
                .map_err(|e: crate::limit::BadBudget| e.to_string());
        }
        if let Some(percent) = text.strip_suffix('%') {
            return match percent.trim().parse() {
                Ok(p @ 1..=99) => Ok(RungAt::Used(p)),
                _ => Err(format!("not a share: {text:?}; write 1% to 99%")),
            };
        }
        match text {
            "promised" => Ok(RungAt::Promised),
            "statutory" => Ok(RungAt::Statutory),
            _ => Err(format!(
                "not a rung: {text:?}; write `promised`, `statutory`, `2wd before` or `90%`"
            )),
        }
    }
}

impl<'de> Deserialize<'de> for RungAt {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for RungAt {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RungAt".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(promised|statutory|[0-9]+(wd|cd|cdr|h|min|mo|mor) before|[1-9][0-9]?%)$"
        })
    }
}

/// A share of a whole, written `50%`: 1 to 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent(pub u8);

impl std::str::FromStr for Percent {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('%').and_then(|n| n.trim().parse().ok());
        match number {
            Some(share @ 1..=99) => Ok(Percent(share)),
            _ => Err(format!("not a share: {text:?}; write 1% to 99%")),
        }
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
