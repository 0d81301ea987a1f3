//! Control points: what is watched, and how grave it is.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::{Anchor, Limit, Name};
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
    /// 适用情形: it speaks only of events at which this CEL condition over `case.*` (with the event) and `event.*`
    /// holds. Not for limits, which have `falls_away_when`; `too_early` asks at the event that came too early.
    #[serde(default)]
    pub only_when: Option<Name>,
    /// 除外情形, lawful exceptions: it does not speak of events at which any of these conditions holds. Each is judged
    /// by itself; one whose values are not all known does not hold.
    #[serde(default)]
    pub unless: Vec<Name>,
    /// How long the department has to answer. Absent: 5 working days (domain study S16).
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub answer_within: Option<Budget>,
}

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

/// What a control point checks. Written `check: {overdue: {limit: decision}}` or `check: wrong_body`.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PointKind {
    /// T1–T5, T8–T10: a limit is near due, past its promise, past its law.
    Overdue {
        /// The limit.
        limit: Name,
        /// Its ladder. Absent: yellow at promised, red at statutory, as far as the limit has them.
        #[serde(default)]
        levels: Vec<Rung>,
    },
    /// A limit with `at_least` was not waited out.
    TooEarly {
        /// The limit.
        limit: Name,
    },
    /// P2, P3: `event` came with none of `before` earlier.
    RequiresBefore {
        /// What must not come alone.
        event: Vec<Anchor>,
        /// What must have come.
        before: Vec<Anchor>,
        /// Every occurrence by itself; absent: the first of the case.
        #[serde(default)]
        each: bool,
        /// Asked only once one of these has come, like a hearing once the party requested it; absent: always.
        #[serde(default)]
        once: Vec<Anchor>,
        /// The latest of `before` must have one of these results; one without a result counts as passed, as a
        /// missing result is a finding of its own. Absent: any result.
        #[serde(default)]
        with_result: Vec<String>,
    },
    /// P2: `then` came before the first `first`, which did come later.
    WrongOrder {
        /// What should come first.
        first: Vec<Anchor>,
        /// What should come after.
        then: Vec<Anchor>,
    },
    /// Events of two or more of these groups are in one case.
    NotTogether {
        /// The groups.
        groups: Vec<Vec<Anchor>>,
    },
    /// Any event (or one of `what`) after `after`.
    NothingAfter {
        /// What ends the case's course.
        after: Vec<Anchor>,
        /// What must not follow; absent: any event.
        #[serde(default)]
        what: Vec<Anchor>,
        /// What may follow all the same.
        #[serde(default)]
        except: Vec<Anchor>,
        /// What opens the course again, like a review that asks for a new decision: until the next `after`,
        /// everything may follow.
        #[serde(default)]
        lifted_by: Vec<Anchor>,
    },
    /// P1: a step that the flowchart does not have, or does not allow here.
    NotInFlowchart,
    /// P2: a step began before the end of the step that leads to it.
    StartedTooSoon,
    /// P1: a required step is absent when the case closes.
    RequiredStep {
        /// The steps; absent: all with `required`.
        #[serde(default)]
        steps: Vec<Name>,
        /// What closes the case; absent: `closed`.
        #[serde(default)]
        at: Vec<Anchor>,
        /// Not asked for when this CEL condition over `case.*` holds.
        #[serde(default)]
        unless: Option<Name>,
    },
    /// A6, P5: the same person did the first of each (`any: true`: any of each).
    SamePerson {
        /// One.
        one: Vec<Anchor>,
        /// The other.
        other: Vec<Anchor>,
        /// Off for instant cases (即办件; domain study 11.13).
        #[serde(default)]
        not_for_instant: bool,
        /// Any of one with any of the other, like every investigator with who chairs the hearing (行政处罚法 art.
        /// 64); absent: the first of each.
        #[serde(default)]
        any: bool,
    },
    /// P9: `event` came again.
    Repeated {
        /// What must not come often.
        event: Vec<Anchor>,
        /// Counted before the first of these only, like `accepted`.
        #[serde(default)]
        until: Vec<Anchor>,
        /// So many are lawful; absent: one (行政许可法 art. 32: told once, the whole of it).
        #[serde(default)]
        more_than: Option<u16>,
        /// A text attribute that lists what is demanded (parted by commas or `、`). Only occurrences that demand
        /// what none before them did are counted then (domain study 11.7); where one has no list, those after it
        /// are not known to be new.
        #[serde(default)]
        new_in: Option<Name>,
    },
    /// P14: when the case closes, what was paid is not what was owed.
    AmountsDiffer {
        /// The amount that was decided, as events of `owed_on` carry it. The latest of them counts; where that one
        /// carries none (no fine, or annulled by a review), nothing is compared.
        owed: Name,
        /// Absent: `decided` and `review_result`.
        #[serde(default)]
        owed_on: Vec<Anchor>,
        /// The amount paid, summed over the events of `paid_on`: instalments add up, a refund is negative.
        paid: Name,
        /// Absent: `paid`.
        #[serde(default)]
        paid_on: Vec<Anchor>,
        /// Amounts by whose latest value less may be paid: relief, an enforcement agreement.
        #[serde(default)]
        less: Vec<Name>,
        /// Amounts by whose latest value more may be paid: a surcharge (行政处罚法 art. 72).
        #[serde(default)]
        more: Vec<Name>,
        /// What closes the case; absent: `closed`.
        #[serde(default)]
        at: Vec<Anchor>,
    },
    /// F4: a duty fell away on one of `on` shortly before its limit's due instant: voiding or returning a case
    /// must not make a card vanish unseen (domain study 7, row 19).
    EndedBeforeDue {
        /// The limit. `on` must be among what it falls away on.
        limit: Name,
        /// Absent: `voided` and `returned`.
        #[serde(default)]
        on: Vec<Anchor>,
        /// From when on it counts as shortly before: `2wd before` or `90%`, measured as a ladder's reminder.
        within: RungAt,
    },
    /// A1: the item is not in the power list in force. An unknown code is a data query first.
    OffList {
        /// For so long an unknown code is only pending; absent: 2 working days (domain study 11.13).
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        grace: Option<Budget>,
    },
    /// A2: an event of an item after its end, beyond what its running cases may do.
    CancelledItem,
    /// A3: the body is neither the item's own nor entrusted, or acts outside its area.
    WrongBody,
    /// A4: fewer distinct officers than needed were named, or fewer that the register knows as qualified. One-officer and
    /// off-site procedures that a law allows (domain study 11.7) are the point's `unless`.
    TooFewOfficers {
        /// On these events.
        on: Vec<Anchor>,
        /// So many are needed (行政处罚法 art. 42, 行政强制法 art. 18: two).
        #[serde(default = "two")]
        at_least: u16,
        /// Every occurrence by itself; absent: the first of the case that is at fault.
        #[serde(default)]
        each: bool,
    },
    /// A5: an officer's certificate is absent, expired, or of another field than the item's.
    Certificate {
        /// On these events.
        on: Vec<Anchor>,
        /// Every occurrence by itself; absent: the first of the case that is at fault.
        #[serde(default)]
        each: bool,
    },
    /// A7: an extension or suspension was approved by someone of lower rank than the special procedure asks for.
    ApproverRank {
        /// Kinds; absent: all of the flowchart.
        #[serde(default)]
        kinds: Vec<Name>,
    },
    /// A8: who did the step holds no post that may do it, and stands in for nobody who does.
    NotAssigned {
        /// On these events.
        on: Vec<Anchor>,
        /// Every occurrence by itself; absent: the first of the case that is at fault.
        #[serde(default)]
        each: bool,
    },
    /// A11: an inspection without plan or outside it, and without a cause that needs none.
    UnplannedInspection {
        /// On these events; the first of the case.
        on: Vec<Anchor>,
    },
    /// D1: the sum decided lies outside its tier.
    DiscretionAmount {
        /// On these events.
        on: Vec<Anchor>,
        /// The sum's name in `amounts`.
        #[serde(default = "decided")]
        amount: String,
    },
    /// D2: the tier is not filed, or was in force neither on the day of the act nor on that of the decision.
    DiscretionTier {
        /// On these events.
        on: Vec<Anchor>,
    },
    /// D3: the tier changed within the case, and no reason was given.
    DiscretionChanged,
    /// D6: a fee that is not listed, is not the standard's, or is reduced without ground.
    Fee {
        /// On these events.
        on: Vec<Anchor>,
    },
    /// D7: who decided took the money, and not lawfully on the spot.
    Collector {
        /// On these events.
        on: Vec<Anchor>,
    },
    /// Q1: entered or received later than this after it happened.
    LateEntry {
        /// Absent: 1 working day (徐州: 24 h, domain study S4; counted in working time, 11.8).
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        over: Option<Budget>,
    },
    /// Q3: a step ends before it starts, acceptance before application, decision before acceptance.
    TimeReversed,
    /// Q4: something a record must carry is missing.
    MissingField {
        /// On these events; absent: any.
        #[serde(default)]
        on: Vec<Anchor>,
        /// Paths like `actor.id`, `result_code`, `item_code`, `attributes.x`. `attachments.<kind>` asks whether this
        /// event or an earlier one of the case carried a file of that kind.
        fields: Vec<Name>,
    },
    /// Q5: the same case number with another item or party, or one event id with two contents.
    Conflict,
    /// F1: 不作为, a duty of the item's responsibility list was not done in time. Alerts carry the expectation's id as
    /// their step, and count its triggers.
    DutyNotDone,
    /// T10: a special procedure lasted past its planned end.
    SpecialOverdue {
        /// Kinds; absent: all of the flowchart.
        #[serde(default)]
        kinds: Vec<Name>,
        /// A reminder so long before its end. Absent: none.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        remind: Option<Budget>,
    },
    /// Q9: a suspension of a kind that is not in the flowchart's closed list, without an end, or of which the party was not
    /// told in writing.
    UnfoundedSuspension {
        /// Whether a written notice is asked for (its number or its time); absent: yes (行政许可法 art. 45).
        #[serde(default = "yes")]
        notice: bool,
    },
    /// Q8: more suspensions in a case than `count`; or, of a limit, more than `share` of it planned to be suspended, or one that begins
    /// in the `last` part of it.
    FrequentSuspension {
        /// Absent: 2.
        #[serde(default)]
        count: Option<u32>,
        /// The limit that `share` and `last` are of. Absent: only the count is looked at.
        #[serde(default)]
        limit: Option<Name>,
        /// Absent: 50%.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        share: Option<Percent>,
        /// Absent: 10%.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        last: Option<Percent>,
    },
    /// A free condition in CEL over `event.*` (this event) and `case.*` (values before it): true is a
    /// violation.
    Condition {
        /// On these events.
        on: Vec<Anchor>,
        /// The condition.
        when: Name,
        /// Every occurrence by itself; absent: the first of the case that holds.
        #[serde(default)]
        each: bool,
    },
}

const fn two() -> u16 {
    2
}

fn decided() -> String {
    "decided".into()
}

impl ControlPoint {
    /// How grave it is where it says nothing: as its rule is, or where a site's own rule is not in the catalogue, as the
    /// check is. Ladders have levels of their own.
    pub fn default_level(&self) -> Level {
        let named = self.rule.as_ref().and_then(|id| catalogue::rule(id));
        named.map_or_else(|| self.check.default_level(), |rule| rule.level)
    }

    /// The ladder of a limit that is watched without one: yellow at promised and red at statutory, as far as the limit has
    /// them; of a point that names a rule other than T1 to T5, one rung of that rule's level.
    pub fn usual_ladder(&self, limit: &Limit) -> Vec<Rung> {
        let lawful = limit.statutory.is_some() || limit.own_deadline.is_some();
        let ladder = ["T1", "T2", "T3", "T4", "T5"];
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

impl PointKind {
    /// The rule that a check is where its point names none; none for what depends on more than the check.
    pub const fn own_rule(&self) -> Option<&'static str> {
        Some(match self {
            PointKind::Overdue { .. } | PointKind::Condition { .. } => return None,
            PointKind::TooEarly { .. }
            | PointKind::RequiresBefore { .. }
            | PointKind::WrongOrder { .. }
            | PointKind::NotTogether { .. }
            | PointKind::StartedTooSoon => "P2",
            PointKind::NotInFlowchart | PointKind::RequiredStep { .. } => "P1",
            PointKind::NothingAfter { .. } => "P11",
            PointKind::SamePerson { .. } => "A6",
            PointKind::OffList { .. } => "A1",
            PointKind::CancelledItem => "A2",
            PointKind::WrongBody => "A3",
            PointKind::LateEntry { .. } => "Q1",
            PointKind::TimeReversed => "Q3",
            PointKind::MissingField { .. } => "Q4",
            PointKind::Conflict => "Q5",
            PointKind::SpecialOverdue { .. } => "T10",
            PointKind::TooFewOfficers { .. } => "A4",
            PointKind::Certificate { .. } => "A5",
            PointKind::ApproverRank { .. } => "A7",
            PointKind::NotAssigned { .. } => "A8",
            PointKind::UnplannedInspection { .. } => "A11",
            PointKind::DiscretionAmount { .. } => "D1",
            PointKind::DiscretionTier { .. } => "D2",
            PointKind::DiscretionChanged => "D3",
            PointKind::Fee { .. } => "D6",
            PointKind::Collector { .. } => "D7",
            PointKind::FrequentSuspension { .. } => "Q8",
            PointKind::UnfoundedSuspension { .. } => "Q9",
            PointKind::Repeated { .. } => "P9",
            PointKind::AmountsDiffer { .. } => "P14",
            PointKind::DutyNotDone => "F1",
            PointKind::EndedBeforeDue { .. } => "F4",
        })
    }

    /// The limit it watches.
    pub const fn limit(&self) -> Option<&Name> {
        match self {
            PointKind::Overdue { limit, .. } | PointKind::TooEarly { limit } => Some(limit),
            PointKind::EndedBeforeDue { limit, .. } => Some(limit),
            PointKind::FrequentSuspension { limit, .. } => limit.as_ref(),
            _ => None,
        }
    }

    /// Sets one of the check's numbers by the name that its rule in the catalogue gives it. Errs where the check has no such
    /// number, or the text is none.
    pub fn set_parameter(&mut self, name: &str, value: &str) -> Result<(), String> {
        let budget = || value.parse::<Budget>().map_err(|e| e.to_string());
        match (self, name) {
            (PointKind::LateEntry { over }, "over") => *over = Some(budget()?),
            (PointKind::OffList { grace }, "over" | "grace") => *grace = Some(budget()?),
            (PointKind::SpecialOverdue { remind, .. }, "remind") => *remind = Some(budget()?),
            (PointKind::FrequentSuspension { count, .. }, "count") => {
                let number = value
                    .parse()
                    .map_err(|_| format!("not a number: {value:?}"));
                *count = Some(number?);
            }
            (PointKind::FrequentSuspension { share, .. }, "share") => *share = Some(value.parse()?),
            (PointKind::FrequentSuspension { last, .. }, "last") => *last = Some(value.parse()?),
            (PointKind::EndedBeforeDue { within, .. }, "within") => *within = value.parse()?,
            (_, name) => return Err(format!("its check has no parameter {name:?}")),
        }
        Ok(())
    }

    /// How grave a check is where nothing says more: as its own rule is.
    fn default_level(&self) -> Level {
        if let Some(rule) = self.own_rule().and_then(catalogue::rule) {
            return rule.level;
        }
        match self {
            PointKind::NothingAfter { .. }
            | PointKind::OffList { .. }
            | PointKind::CancelledItem
            | PointKind::WrongBody
            | PointKind::SpecialOverdue { .. }
            | PointKind::Overdue { .. } => Level::Red,
            PointKind::TimeReversed | PointKind::MissingField { .. } | PointKind::Conflict => {
                Level::Review
            }
            _ => Level::Yellow,
        }
    }
}

const fn yes() -> bool {
    true
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

/// 通用监察点: control points that apply to all cases of the sources or regions named.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeneralPoints {
    /// Their common id.
    pub id: Name,
    /// Their version.
    pub version: String,
    /// Sources they apply to. Both lists empty: all sources.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Calendar for their limits.
    #[serde(default)]
    pub calendar: Option<Name>,
    /// 监察点.
    pub control_points: Vec<ControlPoint>,
}
