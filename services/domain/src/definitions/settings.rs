//! 规则设置: levels, thresholds and offsets that a place sets for itself, by category and item, with effective dates.

mod ladder;

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use super::{ControlPoint, Limit, Name, PointKind, PowerItem, PowerType, RungAt, regions};
use crate::alert::Level;
use crate::catalogue;

/// 规则设置: what a place does otherwise than the catalogue and the flowcharts say. Of one id, the version with the
/// greatest `effective_from` on or before the local date of the case's first `accepted` (else first) event is in force; one
/// without settings retires what came before.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSettings {
    /// Its id.
    pub id: Name,
    /// Its version; a published version never changes.
    pub version: String,
    /// 名称.
    #[serde(default)]
    pub name: Option<String>,
    /// Cases accepted from this day on are judged by it.
    #[schemars(with = "String")]
    pub effective_from: NaiveDate,
    /// Where it applies. Absent: everywhere.
    #[serde(default, rename = "where")]
    pub place: Place,
    /// What is set.
    #[serde(default)]
    pub set: Vec<Setting>,
}

/// Where settings apply: to cases whose power item fits all that is said.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// 行政区划 of the item: a code covers those that begin with it up to its trailing zeros.
    #[serde(default)]
    pub region: Option<String>,
    /// 权力类型.
    #[serde(default)]
    pub power_type: Option<PowerType>,
    /// 事项编码.
    #[serde(default)]
    pub item: Option<Name>,
}

/// One setting: of a rule of the catalogue (or a site's own), or of one control point.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The rule, like `T3`.
    #[serde(default)]
    pub rule: Option<Name>,
    /// The control point, by id.
    #[serde(default)]
    pub control_point: Option<Name>,
    /// How grave. Of a ladder: its gravest rung of that rule.
    #[serde(default)]
    pub level: Option<Level>,
    /// The reminder of a ladder: `2wd before` or `90%`, in place of the reminders it has.
    #[serde(default)]
    pub at: Option<RungAt>,
    /// The parameter called `over`.
    #[serde(default)]
    pub over: Option<Scalar>,
    /// Parameters by their names in the catalogue.
    #[serde(default, rename = "with")]
    pub parameters: BTreeMap<String, Scalar>,
    /// 依据: the place's own paper that has the rule, which its alerts cite. A limit names its own.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// 人工确认.
    #[serde(default)]
    pub confirm: Option<bool>,
    /// Not judged here.
    #[serde(default)]
    pub off: Option<bool>,
}

/// A text, number or truth as a definition writes it: `24h`, `3`, `40%`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar(pub String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Scalar, E> {
                Ok(Scalar(v.to_owned()))
            }
            fn visit_bool<E: de::Error>(self, v: bool) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }
            fn visit_i64<E: de::Error>(self, v: i64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }
            fn visit_u64<E: de::Error>(self, v: u64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }
            fn visit_f64<E: de::Error>(self, v: f64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }
        }
        d.deserialize_any(Visitor)
    }
}

impl JsonSchema for Scalar {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scalar".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

impl RuleSettings {
    /// `id@version`, as alerts name it.
    pub fn label(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// Whether they apply to cases of this item; of an item that is not known, only those that apply everywhere.
    pub fn apply_to(&self, item: Option<&PowerItem>) -> bool {
        let Place {
            region,
            power_type,
            item: code,
        } = &self.place;
        let Some(item) = item else {
            return region.is_none() && power_type.is_none() && code.is_none();
        };
        region
            .as_ref()
            .is_none_or(|r| regions::covers(r, &item.region))
            && power_type.is_none_or(|t| t == item.power_type)
            && code.as_ref().is_none_or(|c| *c == item.code)
    }

    /// The more of it there is, the closer the settings are to the case: item, then region, then category; of two as
    /// close, the later ones.
    pub fn closeness(&self) -> (bool, usize, bool, NaiveDate, &str) {
        let region = self
            .place
            .region
            .as_deref()
            .map_or(0, |r| regions::head(r).len());
        (
            self.place.item.is_some(),
            region,
            self.place.power_type.is_some(),
            self.effective_from,
            &self.id,
        )
    }
}

/// A control point as settings leave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjusted {
    /// The point; none where it is switched off.
    pub point: Option<ControlPoint>,
    /// The limit that it watches, for it alone.
    pub limit: Option<Limit>,
    /// The settings that decided something of it, `id@version`, in order.
    pub by: Vec<String>,
}

/// What the settings in force make of a control point (`limit`: the one it watches). `in_force` goes from the farthest to the
/// closest. Errs with the settings and the setting that cannot be, and why.
///
/// Each of reminder, level, parameters, confirmation and being off is decided by itself, by the last that says something of it:
/// what names the control point comes after what names its rule, the closer settings after the farther. Of a ladder every rung is its
/// own rule, and what rises no more after that is left out.
pub fn adjusted<'s>(
    point: &ControlPoint,
    limit: Option<&Limit>,
    in_force: &[&'s RuleSettings],
) -> Result<Adjusted, (&'s RuleSettings, &'s Setting, String)> {
    let of_rule = in_force.iter().flat_map(|settings| {
        let named = settings.set.iter().filter(|s| s.rule.is_some());
        named.map(|setting| (*settings, setting))
    });
    let of_point = in_force.iter().flat_map(|settings| {
        let mine = |s: &&Setting| s.control_point.as_ref() == Some(&point.id);
        let named = settings.set.iter().filter(mine);
        named.map(|setting| (*settings, setting))
    });
    let all: Vec<_> = of_rule.chain(of_point).collect();
    match (limit, &point.check) {
        (Some(limit), PointKind::Overdue { .. }) => ladder::adjusted(point, limit, &all),
        _ => plain(point, limit, &all),
    }
}

impl Setting {
    /// The reminder of a ladder that it sets. Errs where the parameter `at` is none.
    pub fn reminder(&self) -> Result<Option<RungAt>, String> {
        let named = self.parameters.get("at").map(|at| at.0.parse());
        match (self.at, named) {
            (Some(at), _) => Ok(Some(at)),
            (None, named) => named.transpose(),
        }
    }

    /// The parameters that it sets, by name.
    pub fn set_parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let over = self.over.iter().map(|value| ("over", value.0.as_str()));
        let named = self
            .parameters
            .iter()
            .map(|(n, v)| (n.as_str(), v.0.as_str()));
        over.chain(named)
    }
}

/// A control point that is no ladder.
fn plain<'s>(
    point: &ControlPoint,
    limit: Option<&Limit>,
    all: &[(&'s RuleSettings, &'s Setting)],
) -> Result<Adjusted, (&'s RuleSettings, &'s Setting, String)> {
    let own = point.check.own_rule().unwrap_or(catalogue::UNNAMED);
    let rule = point.rule.as_deref().unwrap_or(own);
    let (mut point, mut limit) = (point.clone(), limit.cloned());
    let mut off = false;
    let mut by = Decided::default();
    for (settings, setting) in all {
        if setting.rule.as_deref().is_some_and(|named| named != rule) {
            continue;
        }
        if let Some(level) = setting.level {
            point.level = Some(level);
            by.note("level", settings);
        }
        for (name, value) in setting.set_parameters() {
            let set = point.set_parameter(name, value, limit.as_mut());
            if set.map_err(|why| (*settings, *setting, why))? {
                by.note(name, settings);
            }
        }
        if let Some(paper) = &setting.legal_basis {
            point.legal_basis = Some(paper.clone());
            by.note("legal_basis", settings);
        }
        if let Some(confirm) = setting.confirm {
            point.confirm = confirm;
            by.note("confirm", settings);
        }
        if let Some(wanted) = setting.off {
            off = wanted;
            by.note("off", settings);
        }
    }
    Ok(Adjusted {
        point: (!off).then_some(point),
        limit,
        by: by.labels(),
    })
}

/// What was decided last, and by which settings.
#[derive(Default)]
struct Decided(BTreeMap<String, String>);

impl Decided {
    fn note(&mut self, what: &str, settings: &RuleSettings) {
        self.0.insert(what.to_owned(), settings.label());
    }

    fn labels(self) -> Vec<String> {
        let mut labels: Vec<String> = self.0.into_values().collect();
        labels.sort();
        labels.dedup();
        labels
    }
}
