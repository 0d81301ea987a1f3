//! The slow, obvious evaluator: what should be alleged of a case, written a second time.
//!
//! It follows the rules in the engine's module documentation sentence by sentence, sorts everything anew for
//! every question and keeps no state between questions; being quadratic is fine. With the engine it shares the
//! definitions, the work calendar and the deadline arithmetic, which have tests of their own. What the two
//! disagree on is a mistake in one of them, or in the rules.
//!
//! [`life`] adds the life of alerts on top: it evaluates after every input and folds the answers.

mod authority;
mod codes;
mod course;
mod dispositions;
mod duties;
mod findings;
mod flow;
mod former;
mod history;
mod hours;
mod ladder;
mod ledger;
pub mod life;
mod money;
mod moved;
mod queried;
mod records;
mod saved;
mod settings;
mod stays;
mod suspensions;
mod taken_up;
mod terms;
mod unclosed;
mod values;
mod voices;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::calendar::{WorkCalendar, built_in};
use mingjing_domain::catalogue;
use mingjing_domain::definitions::{
    Attribute, ControlPoint, DefinitionFile, DefinitionSet, Flowchart, Limit, Name, PointKind,
    PowerItem, Scalar,
};
use mingjing_domain::event::CaseEvent;
use mingjing_domain::source::{Source, SourceClock};

use history::Case;
use values::Condition;

/// What should be alleged, and how far it has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Its source may still speak.
    Pending,
    /// It should be out.
    Issued,
    /// It should be with a person.
    Review,
    /// It was true and is over.
    Ended,
    /// It is over, and only worth saying where it was alleged before.
    EndedIfAlleged,
}

/// One thing that should be alleged of a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The control point's id.
    pub control_point: String,
    /// The step, empty for the whole case.
    pub step: String,
    /// From 1.
    pub visit: u16,
    /// How grave.
    pub level: Level,
    /// How far it has got.
    pub state: State,
    /// The last second in time.
    pub due_at: Option<Timestamp>,
    /// The instant it became true.
    pub breached_at: Option<Timestamp>,
    /// When the late thing was done after all.
    pub completed_at: Option<Timestamp>,
}

/// A definition set with its calendars and conditions made ready.
pub struct Definitions {
    /// Every flowchart with the attributes of general points among its own.
    set: DefinitionSet,
    /// What stands for the flowchart of a case that has none, where general limits are judged.
    bare: Flowchart,
    calendars: BTreeMap<String, WorkCalendar>,
    conditions: RefCell<BTreeMap<String, Rc<Condition>>>,
}

impl Definitions {
    /// Reads YAML documents. Errs with all problems, one a line.
    pub fn read(files: Vec<DefinitionFile>) -> Result<Self, String> {
        let (set, problems) = DefinitionSet::read(files);
        if problems.is_empty() {
            return Self::of(set);
        }
        Err(problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n"))
    }

    /// Makes a set ready. Errs with what is wrong with a calendar.
    pub fn of(mut set: DefinitionSet) -> Result<Self, String> {
        let general = set.general_points.iter().map(|document| &document.value);
        let attributes: Vec<Attribute> =
            general.clone().flat_map(|g| g.attributes.clone()).collect();
        let calendar = general.clone().find_map(|g| g.calendar.clone());
        let mut bare = Flowchart {
            id: Name::new(""),
            version: String::new(),
            name: String::new(),
            name_en: None,
            effective_from: chrono::NaiveDate::MIN,
            calendar: calendar.unwrap_or(Name::new("cn")),
            attributes: Vec::new(),
            steps: Vec::new(),
            special_procedures: Vec::new(),
            limits: Vec::new(),
            control_points: Vec::new(),
        };
        let flowcharts = set
            .flowcharts
            .iter_mut()
            .map(|document| &mut document.value);
        for flowchart in flowcharts.chain([&mut bare]) {
            for attribute in &attributes {
                if flowchart
                    .attributes
                    .iter()
                    .all(|a| a.name != attribute.name)
                {
                    flowchart.attributes.push(attribute.clone());
                }
            }
        }
        let mut calendars = BTreeMap::new();
        let built_in = built_in("cn").into_iter();
        for definition in built_in.chain(set.calendars.iter().map(|document| &document.value)) {
            let calendar = WorkCalendar::compile(definition, None).map_err(|e| format!("{e:?}"))?;
            calendars.insert(definition.id.clone(), calendar);
        }
        Ok(Self {
            set,
            bare,
            calendars,
            conditions: RefCell::default(),
        })
    }

    /// The set as read.
    pub fn set(&self) -> &DefinitionSet {
        &self.set
    }

    /// The calendar with this id. Panics where there is none: definitions of tests are complete.
    pub(super) fn calendar(&self, id: &str) -> &WorkCalendar {
        self.calendars
            .get(id)
            .unwrap_or_else(|| panic!("no calendar {id}"))
    }

    /// The zone in which a case's days begin.
    fn zone_of(&self, case: &Case<'_>) -> Tz {
        let general = self.set.general_points.first();
        let general = general.and_then(|g| g.value.calendar.as_deref());
        let flowchart = case.flowchart.map(|f| &*f.calendar);
        self.zone(flowchart.or(general).unwrap_or("cn"))
    }

    fn zone(&self, calendar: &str) -> Tz {
        self.calendar(calendar).tz()
    }

    fn item(&self, code: &str) -> Option<&PowerItem> {
        self.set
            .items
            .iter()
            .map(|document| &document.value)
            .find(|item| *item.code == *code)
    }

    fn condition(&self, text: &str) -> Rc<Condition> {
        let mut conditions = self.conditions.borrow_mut();
        Rc::clone(
            conditions
                .entry(text.to_owned())
                .or_insert_with(|| Rc::new(Condition::of(text))),
        )
    }
}

/// When a case is judged, and how its source stands.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The clock that judges it.
    pub clock: Timestamp,
    /// How far its source is known complete.
    pub complete_until: Timestamp,
    /// What its source declares.
    pub source: &'a Source,
}

/// The slow evaluator.
pub struct SlowEvaluator<'a> {
    definitions: &'a Definitions,
}

/// One control point that watches a case, with the calendar it counts in.
struct Watch<'a> {
    point: Cow<'a, ControlPoint>,
    calendar: &'a WorkCalendar,
    /// The limit that it watches.
    limit: Option<Cow<'a, Limit>>,
}

impl<'a> SlowEvaluator<'a> {
    /// An evaluator under these definitions.
    pub fn new(definitions: &'a Definitions) -> Self {
        Self { definitions }
    }

    /// What should be alleged of the case that these arrivals (in order of arrival) make; sorted.
    pub fn wanted(&self, arrivals: &[CaseEvent<'static>], moment: Moment<'_>) -> Vec<Wanted> {
        self.of_case(arrivals, moment.source, |evaluator, case| {
            let mut all: Vec<Wanted> = Vec::new();
            for watch in evaluator.watches(case, moment.source) {
                for wanted in evaluator.of_point(case, &watch, moment) {
                    let same = |w: &Wanted| {
                        (&w.control_point, &w.step, w.visit)
                            == (&wanted.control_point, &wanted.step, wanted.visit)
                    };
                    if !all.iter().any(same) {
                        all.push(wanted);
                    }
                }
            }
            all.sort();
            all
        })
    }

    /// Something of the case that these arrivals make, in our codes.
    fn of_case<T>(
        &self,
        arrivals: &[CaseEvent<'static>],
        source: &Source,
        of: impl for<'x> FnOnce(&SlowEvaluator<'x>, &Case<'x>) -> T,
    ) -> T {
        let ours = codes::in_our_codes(arrivals, &source.mapping);
        let lacks = &source.lacks;
        let flowchart = Case::of(&ours, self.definitions, lacks).flowchart;
        let ours = codes::by_name(&ours, flowchart);
        let mut case = Case::of(&ours, self.definitions, lacks);
        let live = source.clock == SourceClock::Live;
        case.allowance_ms = live.then(|| source.delay_allowance_ms());
        of(self, &case)
    }

    /// The control points of the case's flowchart, and the general ones that apply to its source.
    fn watches(&self, case: &Case<'a>, source: &Source) -> Vec<Watch<'a>> {
        let definitions = self.definitions;
        let mut watches = Vec::new();
        if let Some(flowchart) = case.flowchart {
            let calendar = definitions.calendar_of(case, &flowchart.calendar);
            watches.extend(
                flowchart
                    .control_points
                    .iter()
                    .map(|point| watch(point, &flowchart.limits, calendar)),
            );
        }
        for general in definitions
            .set
            .general_points
            .iter()
            .map(|document| &document.value)
        {
            if general.sources.is_empty() || general.sources.contains(&source.id) {
                let named = general.calendar.as_deref().unwrap_or("cn");
                let calendar = definitions.calendar_of(case, named);
                watches.extend(
                    general
                        .control_points
                        .iter()
                        .map(|point| watch(point, &general.limits, calendar)),
                );
            }
        }
        self.set(case, watches)
    }

    /// The control points as the settings that the case is under leave them.
    fn set(&self, case: &Case<'a>, watches: Vec<Watch<'a>>) -> Vec<Watch<'a>> {
        let in_force = settings::in_force(self.definitions, case);
        let set = |watch: Watch<'a>| {
            if in_force.is_empty() {
                return Some(watch);
            }
            let (point, limit) =
                settings::adjusted(&watch.point, watch.limit.as_deref(), &in_force)?;
            Some(Watch {
                point: Cow::Owned(point),
                calendar: watch.calendar,
                limit: limit.map(Cow::Owned),
            })
        };
        watches.into_iter().filter_map(set).map(spelt_out).collect()
    }

    fn of_point(&self, case: &Case<'a>, watch: &Watch<'_>, moment: Moment<'_>) -> Vec<Wanted> {
        match &watch.point.check {
            PointKind::Overdue { .. } | PointKind::SpecialOverdue { .. } => {
                self.overdue(case, watch, moment)
            }
            PointKind::TooEarly { .. } => self.too_early(case, watch, moment),
            PointKind::DutyNotDone => self.duties(case, watch, moment),
            PointKind::SavedByLateEntry => self.saved_by_late_entry(case, watch, moment),
            PointKind::ItemChanged => self.item_changed(case, watch, moment),
            PointKind::Unclosed { .. } => self.unclosed(case, watch, moment),
            PointKind::RequiredStep { .. } | PointKind::AmountsDiffer { .. } => {
                // What the closing itself shows comes first.
                let mut wanted = self.findings(case, watch, moment);
                wanted.extend(self.asked_unclosed(case, watch, moment));
                wanted
            }
            PointKind::EndedBeforeDue { .. } => self.ended_before_due(case, watch, moment),
            _ => self.findings(case, watch, moment),
        }
    }
}

fn watch<'a>(
    point: &'a ControlPoint,
    limits: &'a [Limit],
    calendar: &'a WorkCalendar,
) -> Watch<'a> {
    let name = point.check.limit();
    let limit = limits.iter().find(|l| name == Some(&l.id));
    Watch {
        point: Cow::Borrowed(point),
        calendar,
        limit: limit.map(Cow::Borrowed),
    }
}

/// The point with the values of its parameters in place of their names in its conditions.
fn spelt_out(mut watch: Watch<'_>) -> Watch<'_> {
    let parameters = watch.point.parameters.clone();
    if parameters.is_empty() {
        return watch;
    }
    let spell = |name: &mut Name| {
        // The longest first: one name may begin as another does.
        for (parameter, Scalar(value)) in parameters.iter().rev() {
            let plain = value.parse::<f64>().is_ok() || value == "true" || value == "false";
            let value = match plain {
                true => value.clone(),
                false => format!("{value:?}"),
            };
            name.text = name.text.replace(&format!("parameter.{parameter}"), &value);
        }
    };
    let point = watch.point.to_mut();
    point.only_when.iter_mut().for_each(spell);
    point.unless.iter_mut().for_each(spell);
    match &mut point.check {
        PointKind::Condition { when, .. } => spell(when),
        PointKind::RequiredStep { unless, .. } => unless.iter_mut().for_each(spell),
        _ => {}
    }
    watch
}

/// The first item that the records of a case name, in our codes.
fn item_named(arrivals: &[CaseEvent<'static>], source: &Source) -> Option<String> {
    let ours = codes::in_our_codes(arrivals, &source.mapping);
    let (events, _) = history::known(&ours);
    let mut named = events.iter().filter_map(|e| e.data.item_code.as_deref());
    named.next().map(str::to_owned)
}

impl Moment<'_> {
    /// Whether what is alleged of `instant` may go out.
    fn is_settled(&self, instant: Timestamp) -> bool {
        let waited = instant.plus_millis(self.source.delay_allowance_ms());
        self.complete_until >= instant || self.clock >= waited
    }

    /// Whether cases like this are judged but never issued.
    fn is_before_supervision(&self, case: &Case<'_>) -> bool {
        match (self.source.supervised_from, case.events.first()) {
            (Some(from), Some(first)) => first.occurred_at < from,
            _ => false,
        }
    }

    /// The state of something that is true since `instant`.
    fn state(&self, case: &Case<'_>, point: &ControlPoint, instant: Timestamp) -> State {
        match self.is_settled(instant) {
            true => self.state_when_settled(case, point),
            false => State::Pending,
        }
    }

    fn state_when_settled(&self, case: &Case<'_>, point: &ControlPoint) -> State {
        match (self.is_before_supervision(case), point.confirm) {
            (true, _) => State::Pending,
            (false, true) => State::Review,
            (false, false) => State::Issued,
        }
    }
}

/// The level of a control point that is no ladder: its own, else its rule's, else that of the check.
fn level_of(point: &ControlPoint) -> Level {
    let named = point.rule.as_ref().and_then(|id| catalogue::rule(id));
    let of_rule = point.level.or(named.map(|rule| rule.level));
    of_rule.unwrap_or(match point.check {
        PointKind::NothingAfter { .. }
        | PointKind::ResentAfter { .. }
        | PointKind::OffList { .. }
        | PointKind::CancelledItem
        | PointKind::WrongBody
        | PointKind::TooFewOfficers { .. }
        | PointKind::Certificate { .. }
        | PointKind::ApproverRank { .. }
        | PointKind::DiscretionAmount { .. }
        | PointKind::DiscretionTier { .. }
        | PointKind::Fee { .. }
        | PointKind::Collector { .. }
        | PointKind::AmountsDiffer { .. }
        | PointKind::NightOrHoliday { .. }
        | PointKind::SpecialOverdue { .. } => Level::Red,
        PointKind::TimeReversed
        | PointKind::MissingField { .. }
        | PointKind::MalformedCode { .. }
        | PointKind::Conflict
        | PointKind::StartMoved { .. }
        | PointKind::SavedByLateEntry
        | PointKind::ItemChanged
        | PointKind::Unclosed { .. }
        | PointKind::EndedBeforeDue { .. } => Level::Review,
        _ => Level::Yellow,
    })
}
