//! What control points check.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Percent, Rung, RungAt};
use crate::alert::Level;
use crate::catalogue;
use crate::definitions::{Anchor, Name};
use crate::limit::Budget;
use crate::time::TimeOfDay;

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
        /// Every such event by itself, like each complaint that contradicts the record; absent: the first of the case.
        #[serde(default)]
        each: bool,
    },
    /// P11: a record was sent again after the case's course had ended, in a newer version with other key values than it had: when
    /// and in which step it happened, what it led to, item, body, region, party, officer, 违法行为, 裁量档次, and declared amounts and
    /// attributes. Adding what was missing is no such change.
    ResentAfter {
        /// What ends the case's course.
        after: Vec<Anchor>,
        /// What opens it again, until the next `after`.
        #[serde(default)]
        lifted_by: Vec<Anchor>,
    },
    /// Q16: what starts a limit was told with a later time than before, by a newer version or in the place of a record that was
    /// taken back, later than the source's delay allowance after the first. The limit runs from the earlier time all the
    /// same.
    StartMoved {
        /// On these events; absent: `applied`, `accepted`, `filed`.
        #[serde(default)]
        on: Vec<Anchor>,
    },
    /// Q17: a limit is not past its first due instant, or was not when it was done, only because of suspensions or extensions that were told
    /// later than the source's delay allowance after they happened.
    SavedByLateEntry,
    /// Q18: a case that had been accepted or filed was told to be of another item, whose case limit is longer or which has none, later
    /// than the source's delay allowance after the first. The case is judged under the item that is told now, and a person is asked.
    ItemChanged,
    /// P17: a case was decided and never closed. The time runs anew from every act in it; what is only said about it (notes, ratings,
    /// complaints) is none. While a limit that speaks of open cases is open, but for those of complaints and ratings, nothing is asked: its own point speaks of it. When the time is
    /// up, what points ask at the closing is asked too, for review.
    Unclosed {
        /// What is to lead to the closing; absent: `decided`.
        #[serde(default)]
        after: Vec<Anchor>,
        /// For so long nothing may happen; absent: 30 working days (our own number).
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        within: Option<Budget>,
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
    /// A6, P5: the same person did one of each.
    SamePerson {
        /// One.
        one: Vec<Anchor>,
        /// The other.
        other: Vec<Anchor>,
        /// Off for instant cases (即办件; domain study 11.13): those that are said to be when they are accepted or filed, else by
        /// their first event.
        #[serde(default)]
        not_for_instant: bool,
        /// Whoever took part in any of `one`, co-officers as well, with who did any of `other`: like every investigator with
        /// who chairs the hearing (行政处罚法 art. 64). Absent: who did any of each.
        #[serde(default)]
        any: bool,
        /// Only who did the first of each.
        #[serde(default)]
        first: bool,
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
        /// Absent: every way in which a case ends otherwise that the limit falls away on, but for what the applicant withdrew with
        /// a document.
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
    /// A4: fewer distinct officers than needed were named, or fewer that the register knows as qualified; where nobody is named
    /// the department is asked first. One-officer and off-site procedures that a law allows (domain study 11.7) are the
    /// point's `unless`.
    TooFewOfficers {
        /// On these events.
        on: Vec<Anchor>,
        /// So many are needed (行政处罚法 art. 42, 行政强制法 art. 18: two).
        #[serde(default = "two")]
        at_least: u16,
        /// 执法资格: they must be known as qualified. `false` where the law asks for two of the staff and for no certificate, as of
        /// a check on site for a licence (行政许可法 art. 34): then they are only counted.
        #[serde(default = "yes")]
        qualified: bool,
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
    /// P18: done at night or on a holiday of the work calendar, in its zone. What is told as of midnight to the second is told without
    /// a time: of it only the day is asked. Of work whose start is told, by the first `step_start` of the event's step, the start counts
    /// too, and less than a day that is mostly night is for a person.
    NightOrHoliday {
        /// On these events.
        on: Vec<Anchor>,
        /// When the night begins; absent: 22:00 (our own: 行政强制法 art. 43 does not say).
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        night_from: Option<TimeOfDay>,
        /// When it ends; absent: 6:00.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        night_until: Option<TimeOfDay>,
        /// 情况紧急: the kind of file that shows it. Where this event, the decision before it or one of the case in the 72 hours before it
        /// carried one, it is lawful; where any other does, a person looks at it; absent: nothing makes it lawful.
        #[serde(default)]
        emergency: Option<Name>,
        /// Every occurrence by itself; absent: the first of the case that is at fault.
        #[serde(default)]
        each: bool,
    },
    /// Q1: entered or received later than this after it happened.
    LateEntry {
        /// Absent: 1 working day (徐州: 24 h, domain study S4; counted in working time, 11.8).
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        over: Option<Budget>,
    },
    /// Q3: a step ends before it starts, acceptance before application, decision before acceptance, a suspension planned to end
    /// before it begins.
    TimeReversed,
    /// Q4: something a record must carry is missing.
    MissingField {
        /// On these events; absent: any.
        #[serde(default)]
        on: Vec<Anchor>,
        /// Paths like `actor.id`, `result_code`, `item_code`, `attributes.x`. `attachments.<kind>` asks whether this
        /// event or an earlier one of the case carried a file of that kind; `step_start`, of an event that ends a step, whether the
        /// step's start was told.
        fields: Vec<Name>,
    },
    /// Q4: a code that is none. What is not said is not judged.
    MalformedCode {
        /// On these events; absent: any.
        #[serde(default)]
        on: Vec<Anchor>,
        /// 统一社会信用代码 (GB 32100-2015: form and check character): `org_code` or `attributes.<declared text>`.
        #[serde(default)]
        credit_codes: Vec<Name>,
        /// 行政区划代码 (GB/T 2260: form; inside the area of a list of regions also that it is one of them): `region_code` or
        /// `attributes.<declared text>`.
        #[serde(default)]
        region_codes: Vec<Name>,
    },
    /// Q5: the same case number with another item or party, or one event id with two contents.
    Conflict,
    /// F1: 不作为, a duty of the item's responsibility list was not done in time. Alerts carry the expectation's id as
    /// their step, and count its triggers.
    DutyNotDone,
    /// T10: a special procedure lasted past its planned end, or one without maximum went on for long.
    SpecialOverdue {
        /// Kinds; absent: all of the flowchart.
        #[serde(default)]
        kinds: Vec<Name>,
        /// A reminder so long before its end. Absent: none.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        remind: Option<Budget>,
        /// When kinds without `maximum` are asked after, in place of what they say themselves.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        review_after: Option<Budget>,
    },
    /// Q9: a suspension or extension of a kind that is not in the flowchart's closed list, of which the party was not told in
    /// writing, a suspension without an end, an extension that does not say how long it is.
    UnfoundedSuspension {
        /// Whether a written notice is asked for (its number or its time) of kinds that owe one; absent: yes (行政许可法 art. 42,
        /// 45).
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

const fn yes() -> bool {
    true
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
            PointKind::NothingAfter { .. } | PointKind::ResentAfter { .. } => "P11",
            PointKind::SamePerson { .. } => "A6",
            PointKind::OffList { .. } => "A1",
            PointKind::CancelledItem => "A2",
            PointKind::WrongBody => "A3",
            PointKind::LateEntry { .. } => "Q1",
            PointKind::TimeReversed => "Q3",
            PointKind::MissingField { .. } | PointKind::MalformedCode { .. } => "Q4",
            PointKind::Conflict => "Q5",
            PointKind::StartMoved { .. } => "Q16",
            PointKind::SavedByLateEntry => "Q17",
            PointKind::ItemChanged => "Q18",
            PointKind::Unclosed { .. } => "P17",
            PointKind::SpecialOverdue { .. } => "T10",
            PointKind::TooFewOfficers { .. } => "A4",
            PointKind::Certificate { .. } => "A5",
            PointKind::ApproverRank { .. } => "A7",
            PointKind::NotAssigned { .. } => "A8",
            PointKind::UnplannedInspection { .. } => "A11",
            PointKind::NightOrHoliday { .. } => "P18",
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

    /// How grave a check is where nothing says more: as its own rule is.
    pub(super) fn default_level(&self) -> Level {
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
