//! From definitions as read to plans, collecting every problem on the way.

mod limits;
mod power_list;
mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use mingjing_domain::alert::Level;
use mingjing_domain::calendar::{self, CalendarDefinition, WorkCalendar};
use mingjing_domain::definitions::{
    Anchor, AttributeType, ControlPoint, DefinitionSet, Document, Flowchart, GeneralPoints, Limit,
    Name, PointKind, Problem,
};
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::{Budget, Unit};
use rustc_hash::FxHashMap;

use super::plan::{Check, Field, MarkSet, Plan, Point, Special, TimedKind};
use super::{Rules, flowchart_name};
use crate::condition::{Attr, Condition};
use crate::history::present;

/// 5 working days to answer, where a point says nothing (domain study S16: one city's rule).
const ANSWER_WITHIN: Budget = Budget::new(5, Unit::WorkingDays);
/// An unmapped code is a data query for 2 working days before it is A1 (domain study 11.13).
const OFF_LIST_GRACE: Budget = Budget::new(2, Unit::WorkingDays);
/// Late entry: 1 working day (徐州 24 h, domain study S4; in working time, 11.8).
const LATE_ENTRY_OVER: Budget = Budget::new(1, Unit::WorkingDays);
/// Events upon which a duty falls away, where a limit says nothing.
const ENDED_OTHERWISE: [EventKind; 7] = [
    EventKind::Withdrawn,
    EventKind::Voided,
    EventKind::Returned,
    EventKind::Transferred,
    EventKind::Terminated,
    EventKind::Merged,
    EventKind::NotAccepted,
];

pub(super) fn compile(set: &DefinitionSet) -> Result<Rules, Vec<Problem>> {
    let mut problems = Vec::new();
    let calendars = compile_calendars(set, &mut problems);
    let scopes = scopes(&set.general_points);
    power_list::check_power_list(set, &mut problems);

    let mut plans = Vec::new();
    for scope in &scopes {
        let general: Vec<_> = set
            .general_points
            .iter()
            .filter(|g| applies(&g.value, scope.as_deref()))
            .collect();
        plans.push(compile_plan(None, &general, &calendars, &mut problems));
        for flowchart in &set.flowcharts {
            plans.push(compile_plan(
                Some(flowchart),
                &general,
                &calendars,
                &mut problems,
            ));
        }
    }
    problems.sort();
    problems.dedup();
    let compiled: Vec<Plan> = plans.into_iter().flatten().collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut flowcharts: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (at, flowchart) in set.flowcharts.iter().enumerate() {
        let versions = flowcharts
            .entry(flowchart.value.id.text.clone())
            .or_default();
        versions.push((flowchart.value.effective_from, at + 1));
        versions.sort();
    }
    Ok(Rules {
        version: set.version(),
        calendar_versions: calendars
            .iter()
            .map(|(id, c)| format!("{id} {}", c.version()))
            .collect::<Vec<_>>()
            .join(", "),
        items: set
            .items
            .iter()
            .map(|i| (i.value.code.text.clone(), i.value.clone()))
            .collect(),
        bodies: set
            .bodies
            .iter()
            .map(|b| (b.value.code.text.clone(), b.value.clone()))
            .collect(),
        flowcharts,
        scopes: scopes
            .iter()
            .enumerate()
            .filter_map(|(at, scope)| Some((scope.clone()?, at)))
            .collect(),
        plans: compiled,
        plans_per_scope: set.flowcharts.len() + 1,
        calendars,
        sources: set.sources.iter().map(|s| s.value.clone()).collect(),
    })
}

/// `None` for sources without points of their own, then each source named by general points.
fn scopes(general: &[Document<GeneralPoints>]) -> Vec<Option<String>> {
    let mut named: Vec<String> = general
        .iter()
        .flat_map(|g| g.value.sources.iter().cloned())
        .collect();
    named.sort();
    named.dedup();
    std::iter::once(None)
        .chain(named.into_iter().map(Some))
        .collect()
}

fn applies(general: &GeneralPoints, source: Option<&str>) -> bool {
    general.sources.is_empty() || source.is_some_and(|s| general.sources.iter().any(|g| g == s))
}

fn compile_calendars(
    set: &DefinitionSet,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Arc<WorkCalendar>> {
    let mut calendars = BTreeMap::new();
    let mut add = |definition: &CalendarDefinition,
                   place: Option<&Document<CalendarDefinition>>| {
        match WorkCalendar::compile(definition, None) {
            Ok(calendar) => {
                calendars.insert(definition.id.clone(), Arc::new(calendar));
            }
            Err(found) => problems.extend(found.into_iter().map(|p| match place {
                Some(document) => document.problem(0, p.to_string()),
                None => Problem {
                    file: "(built in)".into(),
                    line: 0,
                    message: p.to_string(),
                },
            })),
        }
    };
    add(calendar::china(), None);
    for document in &set.calendars {
        add(&document.value, Some(document));
    }
    calendars
}

/// Where control points stand: in a flowchart or in general points.
struct Home<'a> {
    problem: &'a dyn Fn(u32, String) -> Problem,
}

struct Builder<'p> {
    plan: Plan,
    marks: Vec<Vec<Anchor>>,
    /// Per point: anchors whose events it looks at; empty means every event.
    looks_at: Vec<Looks>,
    problems: &'p mut Vec<Problem>,
}

enum Looks {
    Never,
    Always,
    At(MarkSet),
    Kinds(&'static [EventKind]),
}

fn compile_plan(
    flowchart: Option<&Document<Flowchart>>,
    general: &[&Document<GeneralPoints>],
    calendars: &BTreeMap<String, Arc<WorkCalendar>>,
    problems: &mut Vec<Problem>,
) -> Option<Plan> {
    let calendar = find_calendar(flowchart, general, calendars, problems)?;
    let mut builder = Builder {
        plan: Plan {
            flowchart: flowchart.map(|f| flowchart_name(&f.value)),
            calendar,
            steps: Vec::new(),
            step_by_code: FxHashMap::default(),
            step_by_kind: vec![None; EventKind::ALL.len()],
            attributes: Vec::new(),
            specials: Vec::new(),
            points: Vec::new(),
            timed: Vec::new(),
            opening: 0,
            ending: 0,
            watched_attributes: 0,
            marks: Vec::new(),
            triggers: Vec::new(),
            case_limit: None,
            watches_transitions: false,
            ended_otherwise: 0,
        },
        marks: Vec::new(),
        looks_at: Vec::new(),
        problems,
    };
    builder.plan.ended_otherwise = builder.mark(&ENDED_OTHERWISE.map(|kind| Anchor {
        kind: Some(kind),
        step: None,
        line: 0,
    }));
    if let Some(document) = flowchart {
        builder.flowchart(document);
    }
    for document in general {
        let problem = |line, message: String| document.problem(line, message);
        let home = Home { problem: &problem };
        for point in &document.value.control_points {
            builder.point(point, &[], &home);
        }
    }
    builder.finish(flowchart)
}

fn find_calendar(
    flowchart: Option<&Document<Flowchart>>,
    general: &[&Document<GeneralPoints>],
    calendars: &BTreeMap<String, Arc<WorkCalendar>>,
    problems: &mut Vec<Problem>,
) -> Option<Arc<WorkCalendar>> {
    let (name, problem): (&str, Problem) = if let Some(document) = flowchart {
        let name = &document.value.calendar;
        (
            &name.text,
            document.problem(name.line, format!("unknown calendar {:?}", name.text)),
        )
    } else if let Some((document, name)) = general
        .iter()
        .find_map(|g| Some((g, g.value.calendar.as_ref()?)))
    {
        (
            &name.text,
            document.problem(name.line, format!("unknown calendar {:?}", name.text)),
        )
    } else {
        return calendars.get("cn").cloned();
    };
    let found = calendars.get(name).cloned();
    if found.is_none() {
        problems.push(problem);
    }
    found
}

impl Builder<'_> {
    fn flowchart(&mut self, document: &Document<Flowchart>) {
        let flowchart = &document.value;
        let problem = |line, message: String| document.problem(line, message);
        let home = Home { problem: &problem };
        self.attributes(document);
        self.steps(document);
        for special in &flowchart.special_procedures {
            if self.plan.special(&special.kind).is_some() {
                self.problems.push(document.problem(
                    special.kind.line,
                    format!("special procedure {:?} is listed twice", special.kind.text),
                ));
            }
            self.plan.specials.push(Special {
                kind: special.kind.text.clone(),
                name: special.name.clone(),
                effect: special.effect,
                maximum: special.maximum,
            });
        }
        if self.plan.specials.len() > 64 || self.plan.attributes.len() > 64 {
            self.problems.push(document.problem(
                0,
                "a flowchart has at most 64 special procedures and 64 attributes",
            ));
        }
        let mut seen: Vec<&str> = Vec::new();
        for limit in &flowchart.limits {
            if seen.contains(&limit.id.text.as_str()) {
                let message = format!("limit {:?} is defined twice", limit.id.text);
                self.problems.push(document.problem(limit.id.line, message));
            }
            seen.push(&limit.id);
            self.check_limit(limit, &home);
        }
        for point in &flowchart.control_points {
            self.point(point, &flowchart.limits, &home);
        }
    }

    fn point(&mut self, point: &ControlPoint, limits: &[Limit], home: &Home<'_>) {
        if self.plan.points.iter().any(|p| p.id == point.id.text) {
            let message = format!("control point {:?} is defined twice", point.id.text);
            self.problems.push((home.problem)(point.id.line, message));
            return;
        }
        let place = self.plan.points.len() as u16;
        let Some((check, looks, level)) = self.check(place, point, limits, home) else {
            return;
        };
        self.looks_at.push(looks);
        self.plan.points.push(Point {
            id: point.id.text.clone(),
            name: point.name.clone(),
            rule: point.rule.clone(),
            level: point.level.unwrap_or(level),
            confirm: point.confirm,
            legal_basis: point.legal_basis.clone(),
            remedy: point.remedy.clone(),
            answer_within: point.answer_within.unwrap_or(ANSWER_WITHIN),
            check,
        });
    }

    fn check(
        &mut self,
        place: u16,
        point: &ControlPoint,
        limits: &[Limit],
        home: &Home<'_>,
    ) -> Option<(Check, Looks, Level)> {
        use Level::{Red, Review, Yellow};
        self.anchors_exist(point, home);
        Some(match &point.check {
            PointKind::Overdue { limit, levels } => {
                let limit = self.find_limit(limit, limits, home)?;
                if limit.at_least.is_some() {
                    self.refuse(
                        home,
                        point,
                        "an `at_least` limit is watched with `too_early`",
                    );
                }
                let ladder = self.ladder(limit, levels, point, home);
                (
                    self.timed(place, limit, TimedKind::Overdue(ladder), home),
                    Looks::Never,
                    Red,
                )
            }
            PointKind::TooEarly { limit } => {
                let limit = self.find_limit(limit, limits, home)?;
                let Some(at_least) = limit.at_least else {
                    self.refuse(home, point, "`too_early` needs a limit with `at_least`");
                    return None;
                };
                (
                    self.timed(place, limit, TimedKind::TooEarly(at_least), home),
                    Looks::Never,
                    Yellow,
                )
            }
            PointKind::SpecialOverdue { kinds } => {
                let kinds = self.special_bits(kinds, None, home);
                (self.timed_special(place, kinds), Looks::Never, Red)
            }
            PointKind::RequiresBefore {
                event,
                before,
                each,
            } => {
                let (event, before) = (self.mark(event), self.mark(before));
                (
                    Check::RequiresBefore {
                        event,
                        before,
                        each: *each,
                    },
                    Looks::At(event),
                    Yellow,
                )
            }
            PointKind::WrongOrder { first, then } => {
                let (first, then) = (self.mark(first), self.mark(then));
                (Check::WrongOrder { first, then }, Looks::At(first), Yellow)
            }
            PointKind::NotTogether { groups } => {
                let groups: Vec<_> = groups.iter().map(|g| self.mark(g)).collect();
                let any = groups.iter().fold(0, |all, g| all | g);
                (Check::NotTogether { groups }, Looks::At(any), Yellow)
            }
            PointKind::NothingAfter {
                after,
                what,
                except,
            } => {
                let check = Check::NothingAfter {
                    after: self.mark(after),
                    what: if what.is_empty() {
                        MarkSet::MAX
                    } else {
                        self.mark(what)
                    },
                    except: if except.is_empty() {
                        0
                    } else {
                        self.mark(except)
                    },
                };
                (check, Looks::Always, Red)
            }
            PointKind::NotInFlowchart => {
                self.plan.watches_transitions = true;
                (Check::NotInFlowchart, Looks::Never, Yellow)
            }
            PointKind::StartedTooSoon => {
                self.plan.watches_transitions = true;
                (Check::StartedTooSoon, Looks::Never, Yellow)
            }
            PointKind::RequiredStep { steps, at, unless } => {
                let closed = [Anchor {
                    kind: Some(EventKind::Closed),
                    step: None,
                    line: 0,
                }];
                let at = self.mark(if at.is_empty() { &closed } else { at });
                let unless = match unless {
                    Some(text) => Some(self.condition(text, false, home)?),
                    None => None,
                };
                let steps = self.required_steps(steps, home);
                (
                    Check::RequiredStep { steps, at, unless },
                    Looks::At(at),
                    Yellow,
                )
            }
            PointKind::SamePerson {
                one,
                other,
                not_for_instant,
            } => {
                let (one, other) = (self.mark(one), self.mark(other));
                let check = Check::SamePerson {
                    one,
                    other,
                    not_for_instant: *not_for_instant,
                };
                (check, Looks::At(one | other), Yellow)
            }
            PointKind::OffList { grace } => (
                Check::OffList {
                    grace: grace.unwrap_or(OFF_LIST_GRACE),
                },
                Looks::Always,
                Red,
            ),
            PointKind::CancelledItem => (Check::CancelledItem, Looks::Always, Red),
            PointKind::WrongBody => (Check::WrongBody, Looks::Always, Red),
            PointKind::LateEntry { over } => (
                Check::LateEntry {
                    over: over.unwrap_or(LATE_ENTRY_OVER),
                },
                Looks::Always,
                Yellow,
            ),
            PointKind::TimeReversed => {
                use EventKind::{Accepted, Applied, Decided, StepStart};
                let kinds = &[Applied, Accepted, Decided, StepStart];
                (Check::TimeReversed, Looks::Kinds(kinds), Review)
            }
            PointKind::MissingField { on, fields } => {
                let looks = if on.is_empty() {
                    Looks::Always
                } else {
                    Looks::At(self.mark(on))
                };
                let fields = fields.iter().filter_map(|f| self.field(f, home)).collect();
                (Check::MissingField { fields }, looks, Review)
            }
            PointKind::Conflict => (Check::Conflict, Looks::Always, Review),
            PointKind::Condition { on, when, each } => {
                let when = self.condition(when, true, home)?;
                (
                    Check::Condition { when, each: *each },
                    Looks::At(self.mark(on)),
                    Yellow,
                )
            }
        })
    }

    fn refuse(&mut self, home: &Home<'_>, point: &ControlPoint, message: &str) {
        let message = format!("control point {:?}: {message}", point.id.text);
        self.problems.push((home.problem)(point.id.line, message));
    }

    fn find_limit<'l>(
        &mut self,
        name: &Name,
        limits: &'l [Limit],
        home: &Home<'_>,
    ) -> Option<&'l Limit> {
        let found = limits.iter().find(|l| l.id.text == name.text);
        if found.is_none() {
            self.problems.push((home.problem)(
                name.line,
                format!("unknown limit {:?}", name.text),
            ));
        }
        found
    }

    fn required_steps(&mut self, names: &[Name], home: &Home<'_>) -> Vec<u16> {
        names
            .iter()
            .filter_map(|name| {
                let place = self.plan.step_by_code.get(name.text.as_str()).copied();
                if place.is_none() {
                    let message = format!("unknown step {:?}", name.text);
                    self.problems.push((home.problem)(name.line, message));
                }
                place
            })
            .collect()
    }

    fn condition(&mut self, text: &Name, with_event: bool, home: &Home<'_>) -> Option<Condition> {
        let attributes: Vec<String> = self
            .plan
            .attributes
            .iter()
            .map(|a| a.name.clone())
            .collect();
        let compiled = Condition::compile(text, &attributes).and_then(|condition| {
            if !with_event && condition.uses_event() {
                return Err("`event.…` has no meaning here: no single event is judged".into());
            }
            Ok(condition)
        });
        compiled
            .map_err(|message| self.problems.push((home.problem)(text.line, message)))
            .ok()
    }

    fn field(&mut self, name: &Name, home: &Home<'_>) -> Option<(Field, String)> {
        let field = match name.text.as_str() {
            "actor.id" | "actor" => Field::Present(present::ACTOR),
            "actor.cert_no" => Field::Present(present::CERT),
            "result_code" => Field::Present(present::RESULT),
            "reason" => Field::Present(present::REASON),
            "legal_basis" => Field::Present(present::BASIS),
            "party_ref" => Field::Present(present::PARTY),
            "item_code" => Field::Present(present::ITEM),
            "org_code" => Field::Present(present::ORG),
            "region_code" => Field::Present(present::REGION),
            "attachments" => Field::Present(present::ATTACHMENT),
            "step_code" => Field::Present(present::STEP),
            "case_kind" => Field::Present(present::CASE_KIND),
            "discretion_tier" => Field::Present(present::TIER),
            other => {
                let attribute = other
                    .strip_prefix("attributes.")
                    .or_else(|| other.strip_prefix("amounts."))
                    .and_then(|a| self.plan.attribute(a));
                let Some(place) = attribute else {
                    let message = format!(
                        "unknown field {other:?}; write actor.id, actor.cert_no, result_code, reason, \
                         legal_basis, party_ref, item_code, org_code, region_code, attachments, step_code, \
                         case_kind, discretion_tier, or attributes.<declared name>"
                    );
                    self.problems.push((home.problem)(name.line, message));
                    return None;
                };
                Field::Attribute(place)
            }
        };
        Some((field, name.text.clone()))
    }

    /// Each distinct list of anchors is one bit.
    fn mark(&mut self, anchors: &[Anchor]) -> MarkSet {
        if anchors.is_empty() {
            return 0;
        }
        let same = |known: &Vec<Anchor>| {
            known.len() == anchors.len()
                && known
                    .iter()
                    .zip(anchors)
                    .all(|(a, b)| a.kind == b.kind && a.step == b.step)
        };
        let place = self.marks.iter().position(same).unwrap_or_else(|| {
            self.marks.push(anchors.to_vec());
            self.marks.len() - 1
        });
        1u128.checked_shl(place as u32).unwrap_or(0)
    }

    /// Steps named by anchors must exist: a misspelt one would never speak.
    fn anchors_exist(&mut self, point: &ControlPoint, home: &Home<'_>) {
        let lists: Vec<&Vec<Anchor>> = match &point.check {
            PointKind::RequiresBefore { event, before, .. } => vec![event, before],
            PointKind::WrongOrder { first, then } => vec![first, then],
            PointKind::NotTogether { groups } => groups.iter().collect(),
            PointKind::NothingAfter {
                after,
                what,
                except,
            } => vec![after, what, except],
            PointKind::RequiredStep { at, .. } => vec![at],
            PointKind::SamePerson { one, other, .. } => vec![one, other],
            PointKind::MissingField { on, .. } | PointKind::Condition { on, .. } => vec![on],
            _ => Vec::new(),
        };
        for anchor in lists.into_iter().flatten() {
            self.anchor_exists(anchor, home);
        }
    }

    fn anchor_exists(&mut self, anchor: &Anchor, home: &Home<'_>) {
        if let Some(step) = &anchor.step
            && !self.plan.step_by_code.contains_key(step)
        {
            self.problems.push((home.problem)(
                anchor.line,
                format!("unknown step {step:?}"),
            ));
        }
    }

    fn finish(mut self, flowchart: Option<&Document<Flowchart>>) -> Option<Plan> {
        if let Some(document) = flowchart {
            let problem = |line, message: String| document.problem(line, message);
            let home = Home { problem: &problem };
            for limit in &document.value.limits {
                for anchor in limit
                    .from
                    .iter()
                    .chain(&limit.to)
                    .chain(limit.falls_away_on.iter().flatten())
                {
                    self.anchor_exists(anchor, &home);
                }
            }
            for (at, step) in document.value.steps.iter().enumerate() {
                if step.required {
                    for point in &mut self.plan.points {
                        if let Check::RequiredStep { steps, .. } = &mut point.check
                            && names_none(document, &point.id)
                        {
                            steps.push(at as u16);
                        }
                    }
                }
            }
        }
        if self.marks.len() > 128 {
            let message = "more than 128 distinct event patterns in one flowchart";
            match flowchart {
                Some(document) => self.problems.push(document.problem(0, message)),
                None => self.problems.push(Problem {
                    file: "(general points)".into(),
                    line: 0,
                    message: message.into(),
                }),
            }
            return None;
        }
        self.tables();
        Some(self.plan)
    }

    /// Fills the tables by event kind and step.
    fn tables(&mut self) {
        let plan = &mut self.plan;
        let width = plan.steps.len() + 1;
        for kind in EventKind::ALL {
            for place in 0..width {
                let code = place.checked_sub(1).map(|p| plan.steps[p].code.as_str());
                let matches = |anchor: &Anchor| {
                    anchor.kind.is_none_or(|k| k == *kind)
                        && anchor.step.as_deref().is_none_or(|s| Some(s) == code)
                };
                let marks = self
                    .marks
                    .iter()
                    .enumerate()
                    .filter(|(_, anchors)| anchors.iter().any(matches))
                    .fold(0, |set: MarkSet, (bit, _)| set | 1 << bit);
                let looking = self
                    .looks_at
                    .iter()
                    .enumerate()
                    .filter(|(_, looks)| match looks {
                        Looks::Never => false,
                        Looks::Always => true,
                        Looks::At(wanted) => marks & wanted != 0,
                        Looks::Kinds(kinds) => kinds.contains(kind),
                    });
                let triggers = looking.map(|(point, _)| point as u16).collect();
                plan.marks.push(marks);
                plan.triggers.push(triggers);
            }
        }
    }
}

/// Whether the point asks for all required steps.
fn names_none(document: &Document<Flowchart>, id: &str) -> bool {
    document.value.control_points.iter().any(|p| {
        p.id.text == id
            && matches!(&p.check, PointKind::RequiredStep { steps, .. } if steps.is_empty())
    })
}

/// A JSON value as a declared attribute's value; none where it is not of the type.
pub(crate) fn attr_from_json(value: &serde_json::Value, value_type: AttributeType) -> Option<Attr> {
    Some(match value_type {
        AttributeType::Amount | AttributeType::Int => Attr::Int(value.as_i64()?),
        AttributeType::Float => Attr::Float(value.as_f64()?),
        AttributeType::Bool => Attr::Bool(value.as_bool()?),
        AttributeType::Text => Attr::Text(value.as_str()?.into()),
        AttributeType::Instant => {
            Attr::Instant(mingjing_domain::Timestamp::parse(value.as_str()?).ok()?)
        }
    })
}
