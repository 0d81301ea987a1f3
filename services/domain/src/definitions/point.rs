//! Control points: what is watched, and how grave it is.

mod kind;
mod parameters;
mod rung;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub use kind::PointKind;
pub use rung::{Percent, Rung, RungAt};

use super::{Attribute, Limit, Name, Scalar};
use crate::alert::Level;
use crate::catalogue;
use crate::limit::Budget;

/// 监察点.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlPoint {
    /// Its id within the flowchart (or the general points); alerts carry it.
    pub id: Name,
    /// 名称.
    pub name: String,
    /// English name.
    #[serde(default)]
    pub name_en: Option<String>,
    /// 风险点: the integrity risk it watches, in words.
    #[serde(default)]
    pub risk: Option<String>,
    /// What it checks.
    pub check: PointKind,
    /// The rule it is, like `T8`: one of the catalogue (`mingjing rules`), or a site's own beginning with `L-`.
    /// Absent: the check's own (an overdue step is T4, and so on).
    #[serde(default)]
    pub rule: Option<Name>,
    /// How grave. Absent: as its rule is in the catalogue. Limits use `levels`.
    #[serde(default)]
    pub level: Option<Level>,
    /// 人工确认: a person decides before it goes out.
    #[serde(default)]
    pub confirm: bool,
    /// 依据. Absent: the limit's, else what its rule cites for the item's category.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// What happened, in words, Chinese, with `{when}` (the event's time), `{what}` (the event or its step) and
    /// `{before}` (the earlier event it rests on). Absent: its rule's words, else the check's own. Limits have words of
    /// their own.
    #[serde(default)]
    pub message: Option<String>,
    /// What the department must do, in words, Chinese. Absent: as its rule says.
    #[serde(default)]
    pub remedy: Option<String>,
    /// Values of its rule's parameters that its conditions see as `parameter.<name>`, and of a duty its `within`. Settings change
    /// them by the same names.
    #[serde(default, rename = "with")]
    pub parameters: BTreeMap<String, Scalar>,
    /// Which parameter of its rule the time of the limit is that it watches, like `accept` of C1. Absent: the one that has the
    /// limit's id.
    #[serde(default)]
    pub parameter: Option<Name>,
    /// 适用情形: it speaks only of events at which this CEL condition over `case.*` (with the event) and `event.*`
    /// holds. Not for limits, which have `falls_away_when`; `too_early` asks at the event that came too early.
    #[serde(default)]
    pub only_when: Option<Name>,
    /// 除外情形, lawful exceptions: it does not speak of events at which any of these conditions holds. Each is judged
    /// by itself; one whose values are not all known does not hold. Where one asks for a file of the case and such a file comes only
    /// afterwards, what was found is for a person.
    #[serde(default)]
    pub unless: Vec<Name>,
    /// How long the department has to answer. Absent: 5 working days (domain study S16).
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub answer_within: Option<Budget>,
}

/// 通用监察点: control points that apply to every case of the sources named, whatever its flowchart and without one. Where one
/// of them is not to be judged, settings switch it off by place, category or item.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeneralPoints {
    /// Their common id.
    pub id: Name,
    /// Their version.
    pub version: String,
    /// Sources they apply to. Empty: all sources.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Calendar of cases without flowchart; others are counted in their flowchart's.
    #[serde(default)]
    pub calendar: Option<Name>,
    /// Case attributes that their conditions use. One that a flowchart declares too is the same one, and of the same type.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// 时限 of theirs: stages, of whatever flowchart.
    #[serde(default)]
    pub limits: Vec<Limit>,
    /// 监察点.
    pub control_points: Vec<ControlPoint>,
}

impl ControlPoint {
    /// How grave it is where it says nothing: as its rule is, or where a site's own rule is not in the catalogue, as the
    /// check is. Ladders have levels of their own.
    pub fn default_level(&self) -> Level {
        let named = self.rule.as_ref().and_then(|id| catalogue::rule(id));
        named.map_or_else(|| self.check.default_level(), |rule| rule.level)
    }

    /// The ladder of a limit that is watched without one: yellow at promised and red at statutory, as far as the limit has
    /// them; of a point that names T1, its reminder; of one that names a rule other than T1 to T5, one rung of that rule's level.
    pub fn usual_ladder(&self, limit: &Limit) -> Vec<Rung> {
        let lawful = limit.statutory.is_some() || limit.own_deadline.is_some();
        let ladder = ["T1", "T2", "T3", "T4", "T5"];
        if self.rule.as_deref() == Some("T1") {
            let level = self.level.unwrap_or(Level::Notice);
            let budget = limit.promised.or(limit.statutory);
            let at = RungAt::usual_reminder(budget);
            return vec![Rung { level, at }];
        }
        if self
            .rule
            .as_deref()
            .is_some_and(|rule| !ladder.contains(&rule))
        {
            let at = if lawful {
                RungAt::Statutory
            } else {
                RungAt::Promised
            };
            let level = self.level.unwrap_or_else(|| self.default_level());
            return vec![Rung { level, at }];
        }
        let promised = limit.promised.map(|_| Rung {
            level: Level::Yellow,
            at: RungAt::Promised,
        });
        let statutory = lawful.then_some(Rung {
            level: Level::Red,
            at: RungAt::Statutory,
        });
        promised.into_iter().chain(statutory).collect()
    }
}
