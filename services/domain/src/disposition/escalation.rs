//! 逐级升级: before whom an order that is not answered is brought, and when. A site's ladder, one text of its settings.
//!
//! ```text
//! 1wd before: department_supervisor; late: supervision; 5wd red: supervision_above, leadership
//! ```
//! A rung says when it is reached (so long before the answer's last day, `late` from the first second after it, or so long after),
//! how grave the alert about the order is from then on where that is graver than it would be, and who is told of it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alert::Level;
use crate::limit::Budget;
use crate::time::Timestamp;

/// More rungs than these are no ladder that anybody climbs.
const RUNGS_MAX: usize = 8;

/// Before whom an order is brought.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Instance {
    /// 本部门负责人: of the body that owes the answer.
    DepartmentSupervisor,
    /// 本级监察机关: of the body's region.
    Supervision,
    /// 上级监察机关: of the region above.
    SupervisionAbove,
    /// 本级政府分管领导: of the body's region.
    Leadership,
}

impl Instance {
    /// All of them.
    pub const ALL: [Instance; 4] = [
        Instance::DepartmentSupervisor,
        Instance::Supervision,
        Instance::SupervisionAbove,
        Instance::Leadership,
    ];

    /// The code used in settings and records.
    pub const fn code(self) -> &'static str {
        match self {
            Instance::DepartmentSupervisor => "department_supervisor",
            Instance::Supervision => "supervision",
            Instance::SupervisionAbove => "supervision_above",
            Instance::Leadership => "leadership",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Instance::DepartmentSupervisor => "本部门负责人",
            Instance::Supervision => "本级监察机关",
            Instance::SupervisionAbove => "上级监察机关",
            Instance::Leadership => "本级政府分管领导",
        }
    }
}

/// When a rung is reached, told from the last second for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RungDue {
    /// `1wd before`.
    Before(Budget),
    /// `late`: the first second after.
    Late,
    /// `5wd`: once so much has gone by after it.
    After(Budget),
}

impl RungDue {
    /// As an officer reads it.
    pub fn text_zh(self) -> String {
        match self {
            RungDue::Before(before) => format!("届满前{}", before.text_zh()),
            RungDue::Late => "届满未反馈".into(),
            RungDue::After(after) => format!("逾期满{}", after.text_zh()),
        }
    }
}

impl fmt::Display for RungDue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RungDue::Before(before) => write!(f, "{before} before"),
            RungDue::Late => f.write_str("late"),
            RungDue::After(after) => write!(f, "{after}"),
        }
    }
}

impl FromStr for RungDue {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let some = |text: &str| match text.trim().parse::<Budget>() {
            Ok(budget) if budget.count > 0 => Ok(budget),
            Ok(_) => Err(format!(
                "no time at all: {text:?}; the day after the last is `late`"
            )),
            Err(bad) => Err(bad.to_string()),
        };
        match (text, text.strip_suffix(" before")) {
            ("late", _) => Ok(RungDue::Late),
            (_, Some(before)) => some(before).map(RungDue::Before),
            (after, None) => some(after).map(RungDue::After),
        }
    }
}

/// One rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// When it is reached.
    pub due: RungDue,
    /// At least so grave is the alert then; none: as grave as it is.
    pub level: Option<Level>,
    /// Before whom it is brought, in order, each once.
    pub before: Vec<Instance>,
}

impl FromStr for Rung {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((when, whom)) = text.split_once(':') else {
            return Err(format!(
                "not a rung: {text:?}; write when, a colon and before whom, like `5wd red: leadership`"
            ));
        };
        let when = when.trim();
        let graded = when.rsplit_once(' ').and_then(|(rest, word)| {
            let levels = [Level::Notice, Level::Yellow, Level::Red];
            let level = levels.into_iter().find(|level| level.code() == word)?;
            Some((rest.trim(), level))
        });
        let (when, level) = graded.map_or((when, None), |(when, level)| (when, Some(level)));
        let due: RungDue = when.parse()?;
        if level.is_some() && matches!(due, RungDue::Before(_)) {
            return Err(format!(
                "{text:?}: before the last day an order is reminded of and is no card, so that no level is said there"
            ));
        }
        let mut before = Vec::new();
        for name in whom.split(',').map(str::trim) {
            let found = Instance::ALL.into_iter().find(|one| one.code() == name);
            let Some(found) = found else {
                let known = Instance::ALL.map(Instance::code).join(", ");
                return Err(format!(
                    "nobody to bring it before: {name:?}; write {known}"
                ));
            };
            if before.contains(&found) {
                return Err(format!("{text:?} names {name:?} twice"));
            }
            before.push(found);
        }
        Ok(Rung { due, level, before })
    }
}

/// A site's ladder; without rungs, nothing is brought before anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Escalation(pub Vec<Rung>);

impl FromStr for Escalation {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim() == "none" {
            return Ok(Self::default());
        }
        let rungs: Vec<Rung> = text
            .split(';')
            .map(|rung| rung.trim().parse())
            .collect::<Result<_, _>>()?;
        if rungs.len() > RUNGS_MAX {
            return Err(format!(
                "{} rungs; a ladder has {RUNGS_MAX} at most",
                rungs.len()
            ));
        }
        let twice = rungs.iter().enumerate().find(|(place, rung)| {
            let earlier = &rungs[..*place];
            earlier.iter().any(|other| other.due == rung.due)
        });
        match twice {
            Some((_, rung)) => Err(format!(
                "two rungs are reached at {:?}",
                rung.due.to_string()
            )),
            None => Ok(Self(rungs)),
        }
    }
}

/// One rung of the ladder on which an unanswered order stands, as its alert tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EscalationRung {
    /// When it is reached, as the settings have it: `1wd before`, `late`, `5wd`.
    pub due: String,
    /// When that is, or was. None: not to be reached as it stands, since an appeal is open, the order was answered, or was given later than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub at: Option<Timestamp>,
    /// It has been reached.
    pub reached: bool,
    /// At least so grave is the alert from then on; none: as grave as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Before whom it is brought.
    pub before: Vec<BroughtBefore>,
}

/// Before whom an order is brought, and where that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BroughtBefore {
    /// Who.
    pub instance: Instance,
    /// 行政区划 of that instance; none where the body's region is not known, or nothing is above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::Unit;

    fn days(count: u32) -> Budget {
        Budget::new(count, Unit::WorkingDays)
    }

    #[test]
    fn a_ladder_is_read_rung_by_rung() {
        let text = "1wd before: department_supervisor; late: supervision ;5wd red: supervision_above, leadership";
        let read: Escalation = text.parse().unwrap();
        let rung = |due, level, before: &[Instance]| Rung {
            due,
            level,
            before: before.to_vec(),
        };
        assert_eq!(
            read.0,
            [
                rung(
                    RungDue::Before(days(1)),
                    None,
                    &[Instance::DepartmentSupervisor]
                ),
                rung(RungDue::Late, None, &[Instance::Supervision]),
                rung(
                    RungDue::After(days(5)),
                    Some(Level::Red),
                    &[Instance::SupervisionAbove, Instance::Leadership]
                ),
            ]
        );
        assert_eq!("none".parse(), Ok(Escalation::default()));
    }

    #[test]
    fn when_a_rung_is_reached_reads_back_as_it_is_written() {
        for text in ["1wd before", "late", "5wd", "24h", "2cd before"] {
            let due: RungDue = text.parse().unwrap();
            assert_eq!(due.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_ladder_is_refused_with_what_is_wrong() {
        for (text, said) in [
            ("", "not a rung"),
            ("5wd red", "a colon"),
            ("5wd: mayor", "department_supervisor, supervision"),
            ("5wd:", "nobody to bring it before"),
            ("soon: leadership", "not a limit"),
            ("0wd: leadership", "`late`"),
            ("5wd review: leadership", "not a limit"),
            ("1wd before yellow: supervision", "no card"),
            ("5wd: leadership, leadership", "twice"),
            ("5wd: leadership; 5wd red: supervision", "two rungs"),
            (
                "1wd: leadership; 2wd: leadership; 3wd: leadership; 4wd: leadership; 5wd: leadership; 6wd: leadership; \
                 7wd: leadership; 8wd: leadership; 9wd: leadership",
                "8 at most",
            ),
        ] {
            let refused = text.parse::<Escalation>().unwrap_err();
            assert!(refused.contains(said), "{text:?}: {refused}");
        }
    }
}
