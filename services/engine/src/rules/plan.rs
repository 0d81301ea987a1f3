//! A plan: one flowchart version (or none) with the general points beside it, ready to walk a history.

use std::sync::Arc;

use mingjing_domain::alert::Level;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::definitions::{Effect, Judged, LimitKind, Occurrence, Rank, RungAt};
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::Budget;
use mingjing_domain::time::TimeOfDay;
use rustc_hash::FxHashMap;

use crate::condition::{Attr, Condition};

/// A set of marks. Each distinct list of anchors is a mark: one bit that an event carries if any matches.
pub(crate) type MarkSet = u128;

/// One flowchart version with everything resolved.
pub(crate) struct Plan {
    /// `id@version`; none where the item has no flowchart in force.
    pub(crate) flowchart: Option<String>,
    pub(crate) calendar: Arc<WorkCalendar>,
    pub(crate) steps: Vec<PlanStep>,
    pub(crate) step_by_code: FxHashMap<String, u16>,
    /// By event kind: the step it means when it names none.
    pub(crate) step_by_kind: Vec<Option<u16>>,
    pub(crate) attributes: Vec<PlanAttribute>,
    pub(crate) specials: Vec<Special>,
    pub(crate) points: Vec<Point>,
    pub(crate) timed: Vec<TimedPoint>,
    /// Union of the marks that open a timed stay.
    pub(crate) opening: MarkSet,
    /// Union of the marks that answer what would be deemed accepted otherwise.
    pub(crate) answering: MarkSet,
    /// Union of the marks that end one, done or fallen.
    pub(crate) ending: MarkSet,
    /// Case attributes on which conditions for falling away or own deadlines depend, as bits by place.
    pub(crate) watched_attributes: u64,
    /// By kind and step (0: none, else place + 1): the marks of such an event.
    pub(crate) marks: Vec<MarkSet>,
    /// By kind and step: the findings' points to look at.
    pub(crate) triggers: Vec<Box<[Trigger]>>,
    /// By kind and step: the timed points of which such an event may open a stay.
    pub(crate) openers: Vec<Box<[u16]>>,
    /// The limit of `kind: case` whose due instant the case shows, as a place in `timed`.
    pub(crate) case_limit: Option<u16>,
    pub(crate) watches_transitions: bool,
}

/// A point that looks at an event. What decides whether it has to be asked at all lies here, since points are large and many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trigger {
    pub(crate) point: u16,
    /// It speaks of every event by itself, or once for the case.
    pub(crate) each: bool,
    /// It asks what the case should have by then, after the event has changed the case.
    pub(crate) closing: bool,
}

/// A step.
pub(crate) struct PlanStep {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) office: Option<String>,
    pub(crate) first: bool,
    /// None: not restricted.
    pub(crate) next: Option<Vec<u16>>,
    pub(crate) parallel: Vec<u16>,
    pub(crate) repeatable: bool,
    pub(crate) done_by: Vec<EventKind>,
    /// How grave its absence is where the control point leaves that open, and where it does not.
    pub(crate) if_missing: [Option<Level>; 2],
}

/// A declared attribute.
pub(crate) struct PlanAttribute {
    pub(crate) name: String,
    pub(crate) value_type: mingjing_domain::definitions::AttributeType,
    pub(crate) default: Attr,
}

/// A special procedure.
pub(crate) struct Special {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) effect: Effect,
    pub(crate) maximum: Option<Budget>,
    /// 批准人级别 that the law asks for.
    pub(crate) approver_rank: Option<Rank>,
    /// Without `maximum`: after how long it says itself that it is asked after.
    pub(crate) review_after: Option<Budget>,
    /// The party has to be told in writing.
    pub(crate) notice: bool,
}

/// A control point.
pub(crate) struct Point {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The rule it names.
    pub(crate) rule: Option<String>,
    /// The rule that its check is where it names none; a limit's ladder and a free condition have none.
    pub(crate) own_rule: Option<&'static str>,
    pub(crate) level: Level,
    pub(crate) confirm: bool,
    pub(crate) legal_basis: Option<String>,
    /// What happened, with placeholders; none where the check says it.
    pub(crate) message: Option<String>,
    pub(crate) remedy: Option<String>,
    pub(crate) answer_within: Budget,
    /// The rule settings that decided something of it, `id@version`.
    pub(crate) settings: Vec<String>,
    /// It speaks only of events at which this holds,
    pub(crate) only_when: Option<Condition>,
    /// and of none at which one of these does.
    pub(crate) unless: Vec<Condition>,
    pub(crate) check: Check,
}

/// What a point checks, resolved. Timed checks are described by their [`TimedPoint`].
pub(crate) enum Check {
    Timed,
    RequiresBefore {
        event: MarkSet,
        before: MarkSet,
        /// What of it would do, for people.
        before_names: String,
        each: bool,
        /// 0: asked from the beginning.
        once: MarkSet,
        /// Empty: any result will do.
        with_result: Vec<String>,
    },
    WrongOrder {
        first: MarkSet,
        then: MarkSet,
    },
    NotTogether {
        groups: Vec<MarkSet>,
    },
    NothingAfter {
        after: MarkSet,
        what: MarkSet,
        except: MarkSet,
        lifted_by: MarkSet,
        each: bool,
    },
    StartMoved,
    SavedByLateEntry,
    ItemChanged,
    /// Looked at where it is alleged: time makes it so.
    Unclosed {
        after: MarkSet,
        within: Budget,
    },
    NotInFlowchart,
    StartedTooSoon,
    RequiredStep {
        steps: Vec<u16>,
        at: MarkSet,
        unless: Option<Condition>,
        /// The control point leaves open how grave it is.
        left_open: bool,
    },
    SamePerson {
        one: MarkSet,
        other: MarkSet,
        not_for_instant: bool,
        pairs: Pairs,
    },
    Repeated(Repeated),
    AmountsDiffer(Amounts),
    OffList {
        grace: Budget,
    },
    CancelledItem,
    WrongBody,
    NightOrHoliday(Hours),
    LateEntry {
        over: Budget,
    },
    UnfoundedSuspension {
        notice: bool,
    },
    FrequentSuspension {
        count: u32,
        /// The watched limit, as a place in `timed`, and the share of it.
        limit: Option<(u16, u8)>,
    },
    TimeReversed,
    MissingField {
        fields: Vec<(Field, String)>,
    },
    MalformedCode {
        codes: Vec<Code>,
    },
    /// Looked at where it is alleged: when a record was sent again is no matter of the walk.
    ResentAfter {
        after: MarkSet,
        lifted_by: MarkSet,
    },
    Conflict,
    Condition {
        when: Condition,
        each: bool,
    },
    Authority(AuthorityCheck),
}

/// Who is compared with whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pairs {
    /// Who did the first of each.
    First,
    /// Who did any of each.
    Any,
    /// Whoever took part in any of the one, with who did any of the other.
    Crews,
}

/// What asks the register, a plan, a standard. Which events it looks at is in the triggers.
pub(crate) enum AuthorityCheck {
    TooFewOfficers {
        at_least: u16,
        /// Certificates are asked for; where not, heads are counted and nothing else.
        qualified: bool,
        each: bool,
    },
    Certificate {
        each: bool,
    },
    /// By place of the special procedure: the rank that is needed.
    ApproverRank {
        ranks: Vec<Option<Rank>>,
    },
    NotAssigned {
        each: bool,
    },
    UnplannedInspection,
    DiscretionAmount {
        amount: String,
    },
    DiscretionTier,
    DiscretionChanged,
    Fee,
    Collector,
}

impl AuthorityCheck {
    /// Every event by itself, or the first of the case that is at fault.
    pub(crate) fn each(&self) -> bool {
        match self {
            AuthorityCheck::TooFewOfficers { each, .. }
            | AuthorityCheck::Certificate { each }
            | AuthorityCheck::NotAssigned { each } => *each,
            AuthorityCheck::UnplannedInspection => false,
            _ => true,
        }
    }
}

impl Check {
    /// Every event by itself, or once for the case.
    pub(crate) fn each(&self) -> bool {
        match self {
            Check::RequiresBefore { each, .. }
            | Check::NothingAfter { each, .. }
            | Check::Condition { each, .. } => *each,
            Check::NightOrHoliday(hours) => hours.each,
            Check::Authority(check) => check.each(),
            Check::UnfoundedSuspension { .. } => true,
            _ => false,
        }
    }

    /// Whether it asks what the case should have had by the time it closes.
    pub(crate) fn is_asked_at_closing(&self) -> bool {
        matches!(self, Check::RequiredStep { .. } | Check::AmountsDiffer(..))
    }

    /// Suspensions and extensions are counted together: what is found of the one is not what is found of the other.
    pub(crate) fn is_about_special(&self) -> bool {
        matches!(
            self,
            Check::UnfoundedSuspension { .. }
                | Check::Authority(AuthorityCheck::ApproverRank { .. })
        )
    }
}

/// When nothing may be done but in an emergency.
pub(crate) struct Hours {
    /// What is looked at.
    pub(crate) on: MarkSet,
    pub(crate) night_from: TimeOfDay,
    pub(crate) night_until: TimeOfDay,
    /// The file that shows an emergency, as a field.
    pub(crate) emergency: Option<String>,
    pub(crate) each: bool,
}

/// What must not come more than so often.
pub(crate) struct Repeated {
    pub(crate) event: MarkSet,
    pub(crate) until: MarkSet,
    pub(crate) more_than: u16,
    /// The attribute that lists what is demanded, by place.
    pub(crate) new_in: Option<u16>,
}

/// What is held against what when a case closes. Amounts are declared attributes, by place.
pub(crate) struct Amounts {
    pub(crate) owed: u16,
    pub(crate) owed_on: MarkSet,
    pub(crate) paid: u16,
    pub(crate) paid_on: MarkSet,
    pub(crate) less: Vec<u16>,
    pub(crate) more: Vec<u16>,
    pub(crate) at: MarkSet,
}

/// Names of fields that ask for a file begin so.
pub(crate) const FILE_FIELD: &str = "attachments.";

/// A field that a record must carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// A bit of [`crate::history::present`].
    Present(u16),
    /// A declared attribute, by place.
    Attribute(u16),
    /// A file of a kind; the field's name says which.
    File,
    /// The start of the visit that the event ends.
    Start,
}

/// A code that checks itself.
pub(crate) struct Code {
    pub(crate) holder: CodeHolder,
    pub(crate) kind: CodeKind,
    /// As the definition writes it.
    pub(crate) name: String,
}

/// Where a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeHolder {
    Org,
    Region,
    /// A declared attribute, by place.
    Attribute(u16),
}

/// What kind of code it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeKind {
    /// 统一社会信用代码.
    Credit,
    /// 行政区划代码.
    Region,
}

/// A point that lives on instants.
pub(crate) struct TimedPoint {
    /// Its place among the points.
    pub(crate) point: u16,
    pub(crate) kind: TimedKind,
    pub(crate) limit_name: String,
    pub(crate) limit_kind: LimitKind,
    pub(crate) step: Option<u16>,
    pub(crate) occurrence: Occurrence,
    pub(crate) judged: Judged,
    pub(crate) from: MarkSet,
    /// Asked of an event in `from` before it starts anything.
    pub(crate) starts_when: Option<Condition>,
    pub(crate) to: MarkSet,
    pub(crate) falls_away_on: MarkSet,
    /// What it falls away on is what a case ends otherwise by; the definition names nothing.
    pub(crate) falls_by_default: bool,
    /// Steps of the flowchart on a way to what fulfils it: whoever begins one of them handles the case.
    pub(crate) leading: Vec<u16>,
    pub(crate) falls_away_when: Option<Condition>,
    pub(crate) statutory: Option<Budget>,
    pub(crate) promised: Option<Budget>,
    pub(crate) own_deadline: Option<OwnDeadline>,
    pub(crate) supplement_rebases: bool,
    pub(crate) deemed: Option<Deemed>,
    /// Places in `specials`, as bits.
    pub(crate) suspended_by: u64,
    pub(crate) extended_by: u64,
    pub(crate) legal_basis: Option<String>,
    pub(crate) office: Option<String>,
    /// The duty of an item that it is, rather than a limit of the flowchart.
    pub(crate) duty: Option<Duty>,
}

/// A duty of an item's responsibility list that shows in its cases.
pub(crate) struct Duty {
    /// The item: others under the same flowchart do not have it.
    pub(crate) item: String,
    /// The expectation's id.
    pub(crate) id: String,
    /// Who answers, where it is not the body that handles the case.
    pub(crate) body: Option<String>,
    pub(crate) accountability: Option<String>,
}

/// 视为受理: from what on, answered by what, within how long.
pub(crate) struct Deemed {
    pub(crate) from: MarkSet,
    pub(crate) answered_by: MarkSet,
    pub(crate) within: Budget,
}

/// What a timed point alleges of a stay.
pub(crate) enum TimedKind {
    Overdue(Ladder),
    /// How much must pass, and whether it has to run out in full.
    TooEarly(Budget, bool),
    /// Special procedures.
    Special(SpecialWatch),
    /// Nothing by itself: a finding asks when this share of the limit is used.
    Watched(u8),
    /// A duty that fell away shortly before it was due: from when on that counts, and on which events.
    EndedBefore {
        within: RungAt,
        on: MarkSet,
        /// But for what the applicant withdrew with a document.
        by_default: bool,
    },
}

/// How special procedures are watched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpecialWatch {
    /// Places in `specials`, as bits.
    pub(crate) kinds: u64,
    /// How long before the end a reminder comes.
    pub(crate) remind: Option<Budget>,
    /// When kinds without a maximum are asked after, in place of what they say.
    pub(crate) review_after: Option<Budget>,
}

/// At most three rungs, in order of time.
pub(crate) struct Ladder {
    pub(crate) rungs: Vec<(Level, RungAt)>,
}

/// A deadline that the case or the event carries itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnDeadline {
    Case(u16),
    Event(u16),
}

impl TimedPoint {
    /// Whether an event of this step, with these marks, may open a stay of it: the walk says whether it does.
    pub(super) fn may_open(&self, step: Option<u16>, marks: MarkSet) -> bool {
        match (&self.kind, self.limit_kind) {
            (TimedKind::Special(_), _) => true,
            (_, LimitKind::Step) => self.step == step,
            (_, LimitKind::Event) => marks & self.to != 0,
            (_, LimitKind::Stage | LimitKind::Case) => {
                let deemed = self.deemed.as_ref().map_or(0, |deemed| deemed.from);
                self.from == 0 || marks & (self.from | deemed) != 0
            }
        }
    }
}

impl Point {
    /// Whether it has conditions of its own beside its check.
    pub(crate) fn is_guarded(&self) -> bool {
        self.only_when.is_some() || !self.unless.is_empty()
    }
}

impl Plan {
    /// The place in the tables for an event of this kind and step.
    pub(crate) fn table_place(&self, kind: EventKind, step: Option<u16>) -> usize {
        kind as usize * (self.steps.len() + 1) + step.map_or(0, |s| usize::from(s) + 1)
    }

    /// The flowchart's id; none where the item has none in force.
    pub(crate) fn flowchart_id(&self) -> Option<&str> {
        let name = self.flowchart.as_deref()?;
        Some(name.rsplit_once('@').map_or(name, |(id, _)| id))
    }

    /// The name of an attribute's place.
    pub(crate) fn attribute(&self, name: &str) -> Option<u16> {
        self.attributes
            .iter()
            .position(|a| a.name == name)
            .map(|p| p as u16)
    }

    /// The special procedure of this kind.
    pub(crate) fn special(&self, kind: &str) -> Option<u16> {
        self.specials
            .iter()
            .position(|s| s.kind == kind)
            .map(|p| p as u16)
    }
}
