//! The walk of a case once more, event by event, with what each changed.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::RungAt;
use mingjing_domain::event::{CaseEvent, EventKind};

use super::lacking::unknown_names;
use super::{Asked, CaseLog, DefinitionsUsed, Effect, EventStory, View};
use crate::condition::{Attr, Condition, Unjudged};
use crate::fold::{Context, Fallen, Fold, Ledger, Seen, Stay, StepState};
use crate::history::Event;
use crate::partition::Question;
use crate::rules::{Check, TimedPoint, Trigger};

/// A case as walked, with everything kept.
pub(super) struct Walked {
    pub(super) fold: Fold,
    /// By event id: what it changed.
    pub(super) effects: BTreeMap<String, Vec<Effect>>,
    /// By control point: the events that it looked at.
    pub(super) looks: BTreeMap<u16, Vec<Look>>,
}

/// One look of a control point at one event.
pub(super) struct Look {
    pub(super) event: u32,
    /// Of a condition: whether it held, and the values it saw.
    pub(super) condition: Option<(Result<bool, Unjudged>, BTreeMap<String, String>)>,
    /// The point's own conditions keep it from speaking here: it is not meant, or an exception is shown.
    pub(super) excepted: bool,
}

/// Walks the case.
pub(super) fn walk(question: &Question<'_>) -> Walked {
    let context = &question.context;
    let mut walked = Walked {
        fold: Fold::new(question.plan, context),
        effects: BTreeMap::new(),
        looks: BTreeMap::new(),
    };
    for event in context.history.known() {
        look(&mut walked, &event, context);
        let before = Before::of(&walked.fold);
        walked.fold.apply(event, context);
        let effects = before.changed_by(&event, &walked.fold, context);
        walked.effects.insert(event.id(), effects);
    }
    walked
}

fn look(walked: &mut Walked, event: &Event<'_>, context: &Context<'_>) {
    let table = context.plan.table_place(event.kind, context.step(event));
    for Trigger { point: place, .. } in &context.plan.triggers[table] {
        let point = &context.plan.points[usize::from(*place)];
        let seen = |with_event| Seen {
            attributes: &walked.fold.attributes,
            event: *event,
            context,
            with_event,
        };
        let condition = match &point.check {
            Check::Condition { when, .. } => {
                let seen = seen(false);
                Some((when.holds(&seen), when.values(&seen)))
            }
            _ => None,
        };
        let with_event = seen(true);
        let holds = |condition: &Condition| condition.holds(&with_event).unwrap_or(false);
        let excepted =
            !point.only_when.as_ref().is_none_or(holds) || point.unless.iter().any(holds);
        walked.looks.entry(*place).or_default().push(Look {
            event: event.place,
            condition,
            excepted,
        });
    }
}

/// A walk before an event, as far as an event changes it.
struct Before {
    stays: Vec<Stay>,
    steps: Vec<StepState>,
    attributes: Vec<Attr>,
    findings: usize,
    suspensions: usize,
    extensions: usize,
}

impl Before {
    fn of(fold: &Fold) -> Self {
        let ledger = fold.ledger();
        Before {
            stays: fold.stays.clone(),
            steps: fold.steps.clone(),
            attributes: fold.attributes.to_vec(),
            findings: fold.findings().len(),
            suspensions: ledger.map_or(0, |l| l.suspensions.len()),
            extensions: ledger.map_or(0, |l| l.extensions.len()),
        }
    }

    fn changed_by(&self, event: &Event<'_>, fold: &Fold, context: &Context<'_>) -> Vec<Effect> {
        let mut effects = Effects(Vec::new());
        names(event, context, &mut effects);
        self.attributes(fold, context, &mut effects);
        self.steps(fold, context, &mut effects);
        self.ledger(event, fold, context, &mut effects);
        self.limits(event, fold, context, &mut effects);
        for finding in fold.findings().iter().skip(self.findings) {
            let point = &context.plan.points[usize::from(finding.point)];
            effects.add("found", format!("触发监察点“{}”", point.name));
            let of_special = matches!(event.kind, EventKind::Suspend | EventKind::Extend);
            if of_special && point.check.is_about_special() && self.entered(fold) {
                let text = "其时间暂予计入，补正之前是否成立由监察机关认定";
                effects.add("counted_for_now", text.into());
            }
        }
        effects.0
    }

    fn attributes(&self, fold: &Fold, context: &Context<'_>, effects: &mut Effects) {
        let pairs = self.attributes.iter().zip(fold.attributes.iter());
        for ((was, is), attribute) in pairs.zip(&context.plan.attributes) {
            if was != is {
                let text = format!("办件属性 {} = {}", attribute.name, shown(is, context));
                effects.add("attribute", text);
            }
        }
    }

    fn steps(&self, fold: &Fold, context: &Context<'_>, effects: &mut Effects) {
        for state in &fold.steps {
            let was = self.steps.iter().find(|s| s.step == state.step);
            let (count, open) = was.map_or((0, 0), |s| (s.count, s.open));
            let name = step_name(state.step, context);
            if state.count > count && state.open > open {
                let text = format!("进入环节“{name}”（第 {} 次）", state.count);
                effects.add("step_entered", text);
            } else if state.count > count {
                let text = format!("环节“{name}”一次办结（第 {} 次）", state.count);
                effects.add("step_passed", text);
            } else if state.open < open {
                effects.add("step_left", format!("环节“{name}”办结"));
            }
        }
    }

    fn ledger(&self, event: &Event<'_>, fold: &Fold, context: &Context<'_>, effects: &mut Effects) {
        let none = Ledger::default();
        let ledger = fold.ledger().unwrap_or(&none);
        let special = |place: u16| context.plan.specials[usize::from(place)].name.as_str();
        for entry in ledger.suspensions.iter().skip(self.suspensions) {
            let until = entry.planned_end.map_or_else(
                || "未报计划结束时间，期间停止计时".into(),
                |end| format!("至多计至 {}", local(end, context)),
            );
            let text = format!("特别程序“{}”开始，{until}", special(entry.special));
            effects.add("suspended", text);
        }
        for entry in &ledger.suspensions {
            if entry.resume_event == event.place {
                let text = format!("特别程序“{}”结束", special(entry.special));
                effects.add("resumed", text);
            }
        }
        for entry in ledger.extensions.iter().skip(self.extensions) {
            let (name, more) = (special(entry.special), entry.budget.text_zh());
            effects.add("extended", format!("登记延期“{name}”{more}"));
        }
        let entered = self.entered(fold);
        if matches!(event.kind, EventKind::Suspend | EventKind::Extend) && !entered {
            let text = "不在流程图列明的特别程序之内（或未载明可计的时长），不影响任何期限";
            effects.add("not_listed", text.into());
        }
    }

    /// Whether a special procedure was entered.
    fn entered(&self, fold: &Fold) -> bool {
        fold.ledger().is_some_and(|ledger| {
            ledger.suspensions.len() > self.suspensions || ledger.extensions.len() > self.extensions
        })
    }

    fn limits(&self, event: &Event<'_>, fold: &Fold, context: &Context<'_>, effects: &mut Effects) {
        for (place, stay) in fold.stays.iter().enumerate() {
            let timed = &context.plan.timed[usize::from(stay.timed)];
            let name = stay_name(stay, timed, context);
            let due = main_due(fold, stay, timed, context);
            let until =
                due.map_or_else(String::new, |due| format!("，到期 {}", local(due, context)));
            let was = self.stays.get(place);
            if was.is_none() {
                effects.add("limit_begun", format!("{name}开始计时{until}"));
            }
            if stay.done_event == event.place {
                effects.add("limit_done", format!("{name}办结"));
            }
            if stay.fell_event == event.place {
                effects.add("limit_fell_away", format!("{name}的义务消灭"));
            }
            let Some(was) = was else { continue };
            if was.fallen != Fallen::No && stay.fallen == Fallen::No && !was.is_done() {
                let text = format!("办件继续办理，{name}恢复，自首次起算继续计算{until}");
                effects.add("limit_goes_on", text);
            } else if was.stopped != stay.stopped {
                let text = match stay.stopped {
                    true => format!("{name}因补正停止计时"),
                    false => format!("{name}恢复计时{until}"),
                };
                effects.add("limit_stopped", text);
            } else if was.rungs != stay.rungs && stay.done_event != event.place {
                let text = match due {
                    Some(_) => format!("{name}期限重新计算{until}"),
                    None => format!("{name}停止计时，何时到期待定"),
                };
                effects.add("limit_moved", text);
            }
        }
    }
}

/// What nobody can make out of it.
fn names(event: &Event<'_>, context: &Context<'_>, effects: &mut Effects) {
    let flowchart = context.plan.flowchart.as_deref().unwrap_or_default();
    let told = [
        ("unknown_step", "环节", "不计入任何环节"),
        ("unknown_special", "特别程序", "不影响任何期限"),
    ];
    for ((what, noun, so), said) in told.into_iter().zip(unknown_names(event, context)) {
        let Some(said) = said else { continue };
        let text = format!(
            "{noun}“{said}”既不是流程图 {flowchart} 中的编码，也不是其中唯一的名称，{so}；用语不同的请登记代码对照"
        );
        effects.add(what, text);
    }
}

struct Effects(Vec<Effect>);

impl Effects {
    fn add(&mut self, what: &str, text: String) {
        let what = what.into();
        // Several control points may watch one limit.
        if !self.0.iter().any(|e| e.text == text) {
            self.0.push(Effect { what, text });
        }
    }
}

/// The due instant a reader means: the statutory one, else the promised one.
fn main_due(
    fold: &Fold,
    stay: &Stay,
    timed: &TimedPoint,
    context: &Context<'_>,
) -> Option<Timestamp> {
    if stay.stopped {
        return None;
    }
    let breach = match timed.statutory.is_some() || timed.own_deadline.is_some() {
        true => RungAt::Statutory,
        false => RungAt::Promised,
    };
    let due = fold.due(breach, stay, timed, context)?;
    (!due.is_never()).then_some(due.due_at)
}

/// A limit's name, with the step and count of its stay.
pub(super) fn stay_name(stay: &Stay, timed: &TimedPoint, context: &Context<'_>) -> String {
    let limit = match timed.limit_name.is_empty() {
        true => &context.plan.points[usize::from(timed.point)].name,
        false => &timed.limit_name,
    };
    match (stay.step, stay.visit) {
        (0, 1) => format!("“{limit}”"),
        (0, visit) => format!("“{limit}”（第 {visit} 次）"),
        (step, visit) => format!("“{limit}”（{}第 {visit} 次）", step_name(step, context)),
    }
}

/// A step by its published name, else by its code.
pub(super) fn step_name(symbol: u16, context: &Context<'_>) -> String {
    let place = context.step_of.get(usize::from(symbol)).copied().flatten();
    match place {
        Some(place) => context.plan.steps[usize::from(place)].name.clone(),
        None => context.codes.text(symbol.into()).to_owned(),
    }
}

/// An instant on the calendar's clock.
pub(super) fn local(at: Timestamp, context: &Context<'_>) -> String {
    let tz = context.plan.calendar.tz();
    at.to_utc()
        .with_timezone(&tz)
        .format("%Y-%m-%d %H:%M:%S")
        .to_string()
}

fn shown(value: &Attr, context: &Context<'_>) -> String {
    match value {
        Attr::Instant(at) => local(*at, context),
        other => other.text(),
    }
}

/// What the case knows of itself in the end.
pub(super) fn attributes(fold: &Fold, question: &Question<'_>) -> BTreeMap<String, String> {
    let context = &question.context;
    let named = context.plan.attributes.iter().zip(fold.attributes.iter());
    named
        .filter(|(_, value)| **value != Attr::Unknown)
        .map(|(attribute, value)| (attribute.name.clone(), shown(value, context)))
        .collect()
}

/// Which definitions, and which event decided on the version.
pub(super) fn definitions(
    question: &Question<'_>,
    in_force: Option<DefinitionsUsed>,
) -> DefinitionsUsed {
    let context = &question.context;
    let calendar = &context.plan.calendar;
    let accepted = context
        .history
        .known()
        .find(|e| e.kind == EventKind::Accepted);
    let decisive = accepted.or_else(|| context.history.first());
    let chosen_by = decisive.map(|event| {
        let date = event.occurred_at.local_date(calendar.tz());
        let how = match event.kind {
            EventKind::Accepted => "受理日",
            _ => "首个事件之日（尚未受理）",
        };
        format!("按{how} {date} 有效的版本（事件 {}）", event.id())
    });
    DefinitionsUsed {
        version: context.rules.definitions_version().into(),
        flowchart: context.plan.flowchart.clone(),
        chosen_by,
        calendar: format!("{} {}", calendar.id(), calendar.version()),
        time_zone: calendar.tz().name().into(),
        ..in_force.unwrap_or_default()
    }
}

/// Every event the log has of the case, in the order in which events are judged.
pub(super) fn events(
    log: &CaseLog<'_>,
    asked: &Asked,
    view: View,
    walked: &Walked,
    question: &Question<'_>,
) -> Vec<EventStory> {
    let mut newest: BTreeMap<&str, (u32, u64)> = BTreeMap::new();
    for (entry, event) in log.events().filter(|(e, _)| log.is_known(e, asked.known)) {
        let slot = newest
            .entry(&event.event_id)
            .or_insert((event.data_version, entry.offset));
        if event.data_version > slot.0 {
            *slot = (event.data_version, entry.offset);
        }
    }
    let mut told: Vec<_> = log
        .events()
        .map(|(entry, event)| {
            let id: &str = &event.event_id;
            let known = log.is_known(entry, asked.known);
            let is_newest = newest.get(id).is_some_and(|(_, at)| *at == entry.offset);
            let effects = walked.effects.get(id).filter(|_| known && is_newest);
            let note = match effects {
                Some(_) => None,
                None if !known => Some("所问时点平台尚未收到"),
                None if !is_newest => Some("同一编号的重复记录或被新的数据版本取代，不计"),
                None if view == View::Hindsight && event.occurred_at > asked.at => {
                    Some("发生在所问时点之后，不计")
                }
                None => Some("已被更正记录撤回，不计"),
            };
            let key = (event.occurred_at, event.source_seq, id, entry.offset);
            (
                key,
                story(event, entry.offset, question, known, note, effects),
            )
        })
        .collect();
    told.sort_by_key(|(key, _)| *key);
    told.into_iter().map(|(_, story)| story).collect()
}

fn story(
    event: &CaseEvent<'_>,
    log_offset: u64,
    question: &Question<'_>,
    known: bool,
    note: Option<&str>,
    effects: Option<&Vec<Effect>>,
) -> EventStory {
    let plan = question.context.plan;
    // As the engine reads it: the source's mapping, then the plan's codes, then its names.
    let mapping = &question.source.mapping.steps;
    let step = event.data.step_code.as_deref().map(|said| {
        let code = mapping.get(said).map_or(said, String::as_str);
        let place = plan.step_by_code.get(code).copied();
        let place = place.or_else(|| plan.step_named(code));
        place.map_or(code, |p| plan.steps[usize::from(p)].name.as_str())
    });
    EventStory {
        event_id: event.event_id.to_string(),
        data_version: event.data_version,
        kind: event.kind.code().into(),
        kind_zh: event.kind.name_zh().into(),
        step: step.map(str::to_owned),
        actor: event.data.actor.as_ref().map(|a| a.id.to_string()),
        occurred_at: event.occurred_at,
        entered_at: event.entered_at,
        sent_at: event.sent_at,
        received_at: event.received_at,
        log_offset,
        known,
        counts: effects.is_some(),
        note: note.map(str::to_owned),
        effects: effects.cloned().unwrap_or_default(),
    }
}
