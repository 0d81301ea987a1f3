//! Flowcharts: steps, limits, special procedures, declared attributes.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::{ControlPoint, Name, RungAt};
use crate::alert::Level;
use crate::event::EventKind;
use crate::limit::{Budget, Unit};

/// 流程图: one published version of how cases of an item run.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flowchart {
    /// Its id; items refer to it.
    pub id: Name,
    /// Its version; a published version never changes.
    pub version: String,
    /// 名称.
    pub name: String,
    /// English name.
    #[serde(default)]
    pub name_en: Option<String>,
    /// Cases accepted from this day on are judged by it.
    #[schemars(with = "String")]
    pub effective_from: NaiveDate,
    /// The work calendar its limits are counted in, by id.
    #[serde(default = "china")]
    pub calendar: Name,
    /// Case attributes that conditions and own deadlines may use.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// 环节.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// 特别程序: the closed list.
    #[serde(default)]
    pub special_procedures: Vec<SpecialProcedure>,
    /// 时限.
    #[serde(default)]
    pub limits: Vec<Limit>,
    /// 监察点.
    #[serde(default)]
    pub control_points: Vec<ControlPoint>,
}

fn china() -> Name {
    Name::new("cn")
}

/// 环节.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its code in events.
    pub code: Name,
    /// 名称.
    pub name: String,
    /// English name.
    #[serde(default)]
    pub name_en: Option<String>,
    /// 承办机构: an office's code.
    #[serde(default)]
    pub office: Option<String>,
    /// 办理要求.
    #[serde(default)]
    pub requirement: Option<String>,
    /// 必经: must be there when the case closes.
    #[serde(default)]
    pub required: bool,
    /// Cases may begin here. Where no step says so, the first of the list is the only one.
    #[serde(default)]
    pub first: bool,
    /// Allowed successors. Absent: not restricted.
    #[serde(default)]
    pub next: Option<Vec<Name>>,
    /// Steps that may run at the same time as this one, when both were allowed by the same predecessor.
    #[serde(default)]
    pub parallel_with: Vec<Name>,
    /// May be entered again at any time after its end, without a successor arrow back to it.
    #[serde(default)]
    pub repeatable: bool,
    /// Event kinds that mean this step was done when they name no step, like `accepted`.
    #[serde(default)]
    pub done_by: Vec<EventKind>,
    /// How grave its absence is (P1). Absent: as the control point says, and where that says nothing red for what protects the party:
    /// 告知、听证、法制审核、集体讨论, by what the step is `done_by`.
    #[serde(default)]
    pub if_missing: Option<Level>,
    /// Why it has no limit of its own where none ends with it, in words (办理时限的说明): done on the spot, or not counted by law.
    #[serde(default)]
    pub no_limit: Option<String>,
    /// 廉政风险点.
    #[serde(default)]
    pub risk_points: Vec<RiskPoint>,
}

impl Step {
    /// How grave its absence is, whatever a control point's rule says: as it says itself, else red for what protects the party
    /// (domain study P1), where the control point leaves that open.
    pub fn grave_if_missing(&self, left_open: bool) -> Option<Level> {
        use EventKind::{CollectiveDiscussion, Hearing, LegalReview, Notice};
        let protects = [Notice, Hearing, LegalReview, CollectiveDiscussion];
        let protects = self.done_by.iter().any(|kind| protects.contains(kind));
        self.if_missing
            .or((left_open && protects).then_some(Level::Red))
    }
}

/// 廉政风险点: where integrity is at risk in a step, and what is done about it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskPoint {
    /// 风险内容.
    pub name: String,
    /// 风险等级.
    pub grade: RiskGrade,
    /// 防控措施.
    pub control: String,
}

/// 风险等级.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RiskGrade {
    /// 高.
    High,
    /// 中.
    Medium,
    /// 低.
    Low,
}

/// The type of a declared attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributeType {
    /// Money in minor units (fen), from the event's `amounts`.
    Amount,
    /// Whole number.
    Int,
    /// Number with a fraction.
    Float,
    /// Text.
    Text,
    /// True or false.
    Bool,
    /// RFC 3339 instant.
    Instant,
}

/// A case attribute: its value is the latest that an event of the case carried.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its name in events' `attributes` (or `amounts`), and in conditions as `case.<name>` and
    /// `event.<name>`.
    pub name: Name,
    /// Its type.
    #[serde(rename = "type")]
    pub value_type: AttributeType,
    /// Its value while no event has carried one. Without it, a condition that needs the attribute is not
    /// judged until it is known, and that is counted.
    #[serde(default)]
    #[schemars(with = "Option<serde_json::Value>")]
    pub default: Option<serde_json::Value>,
}

/// 特别程序 or extension that the item's law allows: the closed list.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecialProcedure {
    /// Its code in events' `special.kind`.
    pub kind: Name,
    /// 名称.
    pub name: String,
    /// What it does to a running limit.
    pub effect: Effect,
    /// 依据.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// The most it may grant (extension) or last (suspension).
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub maximum: Option<Budget>,
    /// 批准人级别 that the law asks for.
    #[serde(default)]
    pub approver_rank: Option<String>,
    /// Of a suspension that the law sets no `maximum`, like waiting for a court: that it may have no planned end, and after how
    /// long it must be justified anew or ended. Its time counts all the same. Absent: [`REVIEW_AFTER`], and its want of an end is
    /// told (Q9).
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub review_after: Option<Budget>,
    /// Whether the party has to be told of it in writing (行政许可法 art. 42, 45). Absent: yes.
    #[serde(default = "yes")]
    pub notice: bool,
}

/// After how long a suspension without `maximum` is asked after where nothing says it (our own number).
pub const REVIEW_AFTER: Budget = Budget::new(30, Unit::CalendarDays);

const fn yes() -> bool {
    true
}

/// What a special procedure does to a running limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Its days are not counted (行政许可法 art. 45).
    Suspend,
    /// It adds to the limit (行政许可法 art. 42).
    Extend,
}

/// An event pattern: `accepted`, `step_end:review`, `step_start:review`, `any`, `step:review` (any event of the
/// step).
#[derive(Clone, Debug)]
pub struct Anchor {
    /// The event kind; none means any.
    pub kind: Option<EventKind>,
    /// The step; none means any.
    pub step: Option<String>,
    /// Its line in its document, from 1; 0 where unknown.
    pub line: u32,
}

impl PartialEq for Anchor {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.step == other.step
    }
}

impl Eq for Anchor {}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, &self.step) {
            (None, None) => f.write_str("any"),
            (Some(kind), None) => f.write_str(kind.code()),
            (None, Some(step)) => write!(f, "step:{step}"),
            (Some(kind), Some(step)) => write!(f, "{}:{step}", kind.code()),
        }
    }
}

/// Text that is not an event pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an event pattern: {text:?}; write an event kind like `accepted`, a kind and a step like \
     `step_end:review`, `step:review` or `any`"
)]
pub struct BadAnchor {
    /// The refused text.
    pub text: String,
}

impl FromStr for Anchor {
    type Err = BadAnchor;
    fn from_str(text: &str) -> Result<Self, BadAnchor> {
        let bad = || BadAnchor { text: text.into() };
        if text == "any" {
            return Ok(Anchor {
                kind: None,
                step: None,
                line: 0,
            });
        }
        let (kind, step) = match text.split_once(':') {
            Some((_, "")) => return Err(bad()),
            Some((kind, step)) => (kind, Some(step.to_owned())),
            None => (text, None),
        };
        let kind = match kind {
            "step" if step.is_some() => None,
            code => Some(EventKind::from_code(code).ok_or_else(bad)?),
        };
        Ok(Anchor {
            kind,
            step,
            line: 0,
        })
    }
}

impl<'de> Deserialize<'de> for Anchor {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = Name::deserialize(d)?;
        let anchor: Anchor = name.text.parse().map_err(serde::de::Error::custom)?;
        Ok(Anchor {
            line: name.line,
            ..anchor
        })
    }
}

impl JsonSchema for Anchor {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Anchor".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "An event pattern: `accepted`, `step_end:review`, `step_start:review`, `step:review`, `any`",
            "pattern": "^(any|[a-z_]+(:.+)?)$"
        })
    }
}

/// What a limit spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// One stay in one step (`step`), every stay anew.
    Step,
    /// From any anchor to any anchor.
    Stage,
    /// The whole case, from `from` to `to`.
    Case,
    /// A single event against the deadline it carries itself (`own_deadline: event.<attribute>`).
    Event,
}

/// When a limit speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// At its due instant, and when it is done late: somebody owes it.
    #[default]
    Always,
    /// Only when it is done: nobody has to do it, but who does must do it in time.
    WhenDone,
    /// Only while it is open: nothing is raised for what was over before it was first judged.
    WhileOpen,
}

/// Which occurrences of its anchors a stage limit pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Occurrence {
    /// The first `from` of the case with the first `to` of the case.
    #[default]
    First,
    /// Each `from` with the first `to` after it.
    Each,
}

/// 视为受理: the limit runs from the first `from` here, where none of `answered_by` came within `within` of it (行政许可法
/// art. 32(1)(4): an applicant who is not told within five days what is missing counts as accepted from the day of receipt).
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeemedFrom {
    /// What has to be answered, like `applied`.
    pub from: Vec<Anchor>,
    /// What answers it. Absent: `supplement_notice`, `accepted`, `not_accepted`.
    #[serde(default = "answers")]
    pub answered_by: Vec<Anchor>,
    /// How long the answer may take.
    #[schemars(with = "String")]
    pub within: Budget,
}

fn answers() -> Vec<Anchor> {
    use EventKind::{Accepted, NotAccepted, SupplementNotice};
    [SupplementNotice, Accepted, NotAccepted]
        .map(|kind| Anchor {
            kind: Some(kind),
            step: None,
            line: 0,
        })
        .into()
}

/// 时限: a rule from which deadlines are computed.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Its id within the flowchart.
    pub id: Name,
    /// 名称.
    pub name: String,
    /// What it spans.
    pub kind: LimitKind,
    /// The step, for `kind: step`.
    #[serde(default)]
    pub step: Option<Name>,
    /// What starts it; any of them. The start day is not counted.
    #[serde(default)]
    pub from: Vec<Anchor>,
    /// Only a `from` event at which this CEL condition over `case.*` (with the event) and `event.*` holds starts it,
    /// like a rating that is a bad one. For stages and whole cases.
    #[serde(default)]
    pub starts_when: Option<Name>,
    /// What fulfils it; any of them.
    #[serde(default)]
    pub to: Vec<Anchor>,
    /// Which occurrences are paired.
    #[serde(default)]
    pub occurrence: Occurrence,
    /// 法定时限: at most this much.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub statutory: Option<Budget>,
    /// 承诺时限: at most this much, by the body's own promise.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub promised: Option<Budget>,
    /// At least this much must pass between `from` and `to`. Counted in days, the last of them is the first lawful day, as of a
    /// notice seven days before (行政处罚法 art. 64(2), 行政许可法 art. 48); see `in_full`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub at_least: Option<Budget>,
    /// 届满: `at_least` is a period that somebody has (五日内, 不少于五日), so that the first lawful day is the one after its last: the day
    /// it starts is not counted, and it ends with its last day (民法典 art. 201, 203).
    #[serde(default)]
    pub in_full: bool,
    /// The deadline that the case (`case.<attribute>`) or the event (`event.<attribute>`) carries itself:
    /// the end of that local day. Counts as statutory.
    #[serde(default)]
    pub own_deadline: Option<Name>,
    /// When it speaks.
    #[serde(default)]
    pub judged: Judged,
    /// CEL over `case.*`: while nothing has fulfilled the limit, the duty falls away when this holds.
    #[serde(default)]
    pub falls_away_when: Option<Name>,
    /// Events upon which the duty falls away for good: what is done afterwards is not judged. Absent:
    /// `withdrawn`, `voided`, `returned`, `transferred`, `terminated`, `merged` and, before acceptance, `not_accepted`, as far as
    /// they do not fulfil the limit. Where the case is taken up again after one of these, its clock goes on, or begins anew (domain
    /// study 11.13).
    #[serde(default)]
    pub falls_away_on: Option<Vec<Anchor>>,
    /// Special procedures that stop it, by kind. Absent: every one of the flowchart that suspends.
    #[serde(default)]
    pub suspended_by: Option<Vec<Name>>,
    /// Extensions that lengthen it, by kind. Absent: every one of the flowchart that extends, for
    /// `kind: case`; none for others.
    #[serde(default)]
    pub extended_by: Option<Vec<Name>>,
    /// 补正: before acceptance, a supplement notice stops this limit and the supplement starts it anew
    /// (行政许可法 art. 32; never after acceptance, domain study 11.6).
    #[serde(default)]
    pub supplement_rebases: bool,
    /// 逾期不告知即为受理: where nobody answered the application in time, the limit runs from the application.
    #[serde(default)]
    pub deemed_from: Option<DeemedFrom>,
    /// 依据: the article.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// Who answers when it is overdue: an office's code. Absent: the step's office.
    #[serde(default)]
    pub office: Option<String>,
}

impl Limit {
    /// The rule that a rung of its ladder is, where the control point names none.
    pub const fn rung_rule(&self, at: RungAt) -> &'static str {
        match (at, self.kind) {
            (RungAt::Before(_) | RungAt::Used(_), _) => "T1",
            (_, LimitKind::Step) => "T4",
            (_, LimitKind::Stage) => "T5",
            (RungAt::Promised, _) => "T2",
            (RungAt::Statutory, _) => "T3",
        }
    }
}
