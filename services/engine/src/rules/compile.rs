//! From definitions as read to plans, collecting every problem on the way.

mod accounts;
mod authority;
mod duties;
mod limits;
mod money;
mod names;
mod points;
mod power_list;
mod regional;
mod register;
mod settings;
mod sources;
mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use mingjing_domain::calendar::{self, CalendarDefinition, WorkCalendar};
use mingjing_domain::definitions::{
    Anchor, Attribute, DefinitionSet, Document, Flowchart, GeneralPoints, Limit, LimitKind,
    PowerItem, Problem, Rank, RuleSettings, Scalar,
};
use mingjing_domain::event::EventKind;
use rustc_hash::FxHashMap;

use super::plan::{Check, MarkSet, Plan, Special, Trigger};
use super::{PlanIx, Registers, Rules, flowchart_name};
use regional::RegionalCalendars;
use settings::Settings;

/// How a case ends otherwise: events upon which a duty falls away, where a limit says nothing.
pub(crate) const ENDED_OTHERWISE: [EventKind; 7] = EventKind::ENDED_OTHERWISE;

pub(super) fn compile(set: &DefinitionSet) -> Result<Rules, Vec<Problem>> {
    let mut problems = Vec::new();
    let calendars = compile_calendars(set, &mut problems);
    let scopes = scopes(&set.general_points);
    power_list::check_power_list(set, &mut problems);
    register::check_register(set, &mut problems);
    money::check_money(set, &mut problems);
    settings::check_settings(set, &mut problems);
    sources::check_sources(set, &mut problems);
    regional::check_calendars(set, &mut problems);
    let settings = Settings::of(set);
    let regional = RegionalCalendars::of(set);

    let mut plans = Vec::new();
    let mut compile =
        |scope: &Option<String>, flowchart: Option<_>, variant: usize, regional: Option<&str>| {
            let general: Vec<_> = set
                .general_points
                .iter()
                .filter(|g| applies(&g.value, scope.as_deref()))
                .collect();
            let settings = &settings.variants[variant];
            let home = PlanHome {
                settings,
                items: &set.items,
                calendars: &calendars,
                regional,
            };
            compile_plan(flowchart, &general, &home, &mut problems)
        };
    for scope in &scopes {
        plans.push(compile(scope, None, 0, None));
        for flowchart in &set.flowcharts {
            plans.push(compile(scope, Some(flowchart), 0, None));
        }
    }
    let mut set_plans = FxHashMap::default();
    for (place, scope) in scopes.iter().enumerate() {
        let without_flowchart = calendar_without_flowchart(set, scope.as_deref());
        for of in regional.plans(set, &settings, without_flowchart) {
            let key = (place, of.flowchart, of.variant, of.regional);
            set_plans.insert(key, plans.len() as PlanIx);
            let document = of.flowchart.checked_sub(1).map(|f| &set.flowcharts[f]);
            let calendar = regional.calendar(of.regional);
            plans.push(compile(scope, document, usize::from(of.variant), calendar));
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
    let regional_calendars = regional.in_place_of("cn", set, &calendars);
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
        registers: Registers::new(set.bodies.iter().map(|b| &b.value)),
        discretions: versions(&set.discretions, |d| (&d.id.text, d.effective_from)),
        fees: versions(&set.fees, |f| (&f.id.text, f.effective_from)),
        inspection_plans: set
            .inspection_plans
            .iter()
            .map(|p| (p.value.id.text.clone(), p.value.clone()))
            .collect(),
        flowcharts,
        scopes: scopes
            .iter()
            .enumerate()
            .filter_map(|(at, scope)| Some((scope.clone()?, at)))
            .collect(),
        plans: compiled,
        plans_per_scope: set.flowcharts.len() + 1,
        set_plans,
        regional: regional.chosen,
        settings_without_item: settings.without_item,
        settings_by_item: settings.by_item,
        regional_calendars,
        calendars,
        term_settings: settings::of_terms(set),
        regions: set.regions.iter().map(|r| r.value.clone()).collect(),
        sources: set.sources.iter().map(|s| s.value.clone()).collect(),
    })
}

/// By id, in order of effect.
fn versions<T: Clone>(
    documents: &[Document<T>],
    of: impl Fn(&T) -> (&String, NaiveDate),
) -> BTreeMap<String, Vec<T>> {
    let mut versions: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for document in documents {
        let id = of(&document.value).0.clone();
        versions.entry(id).or_default().push(document.value.clone());
    }
    for all in versions.values_mut() {
        all.sort_by_key(|version| of(version).1);
    }
    versions
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

/// The calendar that cases without a flowchart are counted in.
fn calendar_without_flowchart<'a>(set: &'a DefinitionSet, scope: Option<&str>) -> &'a str {
    let general = set.general_points.iter();
    let mut general = general.filter(|g| applies(&g.value, scope));
    general
        .find_map(|g| g.value.calendar.as_deref())
        .unwrap_or("cn")
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
    /// In force, from the farthest to the closest.
    settings: &'p [&'p Document<RuleSettings>],
    items: &'p [Document<PowerItem>],
    /// None where the item has no flowchart in force.
    flowchart_id: Option<&'p str>,
    /// What the conditions of the point at hand see as `parameter.<name>`.
    parameters: BTreeMap<String, Scalar>,
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

/// What a plan is compiled under beside its flowchart and general points.
struct PlanHome<'a> {
    settings: &'a [&'a Document<RuleSettings>],
    items: &'a [Document<PowerItem>],
    calendars: &'a BTreeMap<String, Arc<WorkCalendar>>,
    /// The id of the calendar that counts in the place of the flowchart's.
    regional: Option<&'a str>,
}

fn compile_plan(
    flowchart: Option<&Document<Flowchart>>,
    general: &[&Document<GeneralPoints>],
    home: &PlanHome<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Plan> {
    let own = find_calendar(flowchart, general, home.calendars, problems)?;
    let regional = home.regional.and_then(|id| home.calendars.get(id));
    let calendar = regional.cloned().unwrap_or(own);
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
            answering: 0,
            ending: 0,
            watched_attributes: 0,
            marks: Vec::new(),
            triggers: Vec::new(),
            openers: Vec::new(),
            case_limit: None,
            watches_transitions: false,
        },
        settings: home.settings,
        items: home.items,
        flowchart_id: flowchart.map(|f| f.value.id.text.as_str()),
        parameters: BTreeMap::new(),
        marks: Vec::new(),
        looks_at: Vec::new(),
        problems,
    };
    if let Some(document) = flowchart {
        builder.flowchart(document);
    }
    for document in general {
        builder.general(document);
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
        self.attributes(&flowchart.attributes, &home);
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
                approver_rank: special.approver_rank.as_deref().and_then(Rank::from_code),
                review_after: special.review_after.filter(|_| special.maximum.is_none()),
                notice: special.notice,
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

    /// General points with their attributes and limits.
    fn general(&mut self, document: &Document<GeneralPoints>) {
        let general = &document.value;
        let problem = |line, message: String| document.problem(line, message);
        let home = Home { problem: &problem };
        let unknown = |attribute: &&Attribute| {
            let known = self.plan.attribute(&attribute.name);
            let known = known.map(|place| self.plan.attributes[usize::from(place)].value_type);
            known != Some(attribute.value_type)
        };
        let new: Vec<Attribute> = general.attributes.iter().filter(unknown).cloned().collect();
        self.attributes(&new, &home);
        if self.plan.attributes.len() > 64 {
            let message = "with the flowchart's there are more than 64 attributes";
            self.problems.push(document.problem(0, message));
        }
        for limit in &general.limits {
            self.check_limit(limit, &home);
            if limit.kind != LimitKind::Stage || limit.own_deadline.is_some() {
                let message = format!(
                    "limit {:?}: general limits are stages with a time of their own",
                    limit.id.text
                );
                self.problems.push(document.problem(limit.id.line, message));
            }
            self.limit_anchors_exist(limit, &home);
        }
        for point in &general.control_points {
            self.point(point, &general.limits, &home);
        }
    }

    /// Steps named by a limit's anchors must exist.
    fn limit_anchors_exist(&mut self, limit: &Limit, home: &Home<'_>) {
        let deemed = limit.deemed_from.iter();
        let deemed = deemed.flat_map(|d| d.from.iter().chain(&d.answered_by));
        let anchors = limit.from.iter().chain(&limit.to);
        for anchor in anchors
            .chain(limit.falls_away_on.iter().flatten())
            .chain(deemed)
        {
            self.anchor_exists(anchor, home);
        }
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
                self.limit_anchors_exist(limit, &home);
            }
            let steps = document.value.steps.iter().enumerate();
            let required: Vec<u16> = steps
                .filter(|(_, step)| step.required)
                .map(|(at, _)| at as u16)
                .collect();
            for point in &mut self.plan.points {
                // As the settings leave it: they may name steps where the flowchart named none.
                if let Check::RequiredStep { steps, .. } = &mut point.check
                    && steps.is_empty()
                    && has_point(document, &point.id)
                {
                    steps.clone_from(&required);
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
                let triggers = looking.map(|(point, _)| {
                    let check = &plan.points[point].check;
                    Trigger {
                        point: point as u16,
                        each: check.each(),
                        closing: check.is_asked_at_closing(),
                    }
                });
                let triggers = triggers.collect();
                let step = place.checked_sub(1).map(|step| step as u16);
                let timed = plan.timed.iter().enumerate();
                let opening = timed.filter(|(_, timed)| timed.may_open(step, marks));
                plan.openers
                    .push(opening.map(|(at, _)| at as u16).collect());
                plan.marks.push(marks);
                plan.triggers.push(triggers);
            }
        }
    }
}

/// Whether the point is one of the flowchart's own.
fn has_point(document: &Document<Flowchart>, id: &str) -> bool {
    let own = &document.value.control_points;
    own.iter().any(|p| p.id.text == id)
}
