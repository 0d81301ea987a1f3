//! What a source cannot say, and what nobody can make out of what it said: control points are silent for that, and the reader is
//! told so.

use mingjing_domain::event::EventKind;
use mingjing_domain::source::{Lacks, Source};

use super::walk::Look;
use crate::fold::Context;
use crate::history::Event;
use crate::record::field_zh;
use crate::rules::{AuthorityCheck, Check, MarkSet, Point, TimedKind};

/// What a control point asks for and the source's format has no place for.
pub(super) struct Lacking {
    what: Vec<String>,
    /// Nothing else is asked.
    wholly: bool,
}

impl Lacking {
    /// For people.
    pub(super) fn text(&self) -> String {
        let what = self.what.join("、");
        match self.wholly {
            true => format!("来源申报其报送格式不能表达{what}，本监察点对其办件不作判断。"),
            false => format!(
                "来源申报其报送格式不能表达{what}，因缺少这些内容而不能判断的不作判断；其余未发现问题。"
            ),
        }
    }
}

/// What a point asks for in vain; none where the source can say all of it.
pub(super) fn lacking(
    place: u16,
    point: &Point,
    looks: &[Look],
    context: &Context<'_>,
) -> Option<Lacking> {
    if context.lacks.is_empty() {
        return None;
    }
    let (mut what, wholly) = match &point.check {
        Check::Timed => {
            let limits = context.plan.timed.iter().filter(|t| t.point == place);
            let vain = limits
                .filter(|t| matches!(t.kind, TimedKind::Overdue(_)) && context.cannot_come(t.to));
            (vain.flat_map(|t| kinds(t.to, context)).collect(), true)
        }
        Check::RequiresBefore { before, .. } if context.cannot_come(*before) => {
            (kinds(*before, context), true)
        }
        Check::RequiredStep { steps, .. } => {
            let vain: Vec<String> = steps
                .iter()
                .filter_map(|step| untold(*step, context))
                .collect();
            let wholly = vain.len() == steps.len();
            (vain, wholly)
        }
        Check::Unclosed { .. } if context.lacks.has_event(EventKind::Closed) => {
            (vec![format!("“{}”", EventKind::Closed.name_zh())], true)
        }
        check => (fields(check, looks, context), false),
    };
    what.sort();
    what.dedup();
    (!what.is_empty()).then_some(Lacking { what, wholly })
}

/// The kinds behind marks that cannot come.
fn kinds(marks: MarkSet, context: &Context<'_>) -> Vec<String> {
    let kinds = context.plan.kinds_of(marks);
    let lacked = kinds.filter(|kind| context.lacks.has_event(*kind));
    lacked.map(|kind| format!("“{}”", kind.name_zh())).collect()
}

/// A step that only events do which cannot come.
fn untold(step: u16, context: &Context<'_>) -> Option<String> {
    let step = &context.plan.steps[usize::from(step)];
    let cannot_come = step
        .done_by
        .iter()
        .all(|kind| context.lacks.has_event(*kind));
    (cannot_come && !step.done_by.is_empty()).then(|| format!("环节“{}”", step.name))
}

/// The fields that are asked of the events it looked at.
fn fields(check: &Check, looks: &[Look], context: &Context<'_>) -> Vec<String> {
    let asked = |kind: EventKind| -> Vec<&str> {
        match check {
            Check::MissingField { fields } => fields.iter().map(|(_, name)| &**name).collect(),
            Check::UnfoundedSuspension { notice } => {
                let end = match kind {
                    EventKind::Extend => "special.granted",
                    _ => "special.planned_end",
                };
                let told = notice.then_some("special.notice_no");
                [end].into_iter().chain(told).collect()
            }
            Check::OffList { .. } => vec!["item_code"],
            Check::Authority(AuthorityCheck::TooFewOfficers { qualified, .. }) => {
                let number = qualified.then_some("actor.number");
                ["actor.id", "co_actors"]
                    .into_iter()
                    .chain(number)
                    .collect()
            }
            Check::Authority(
                AuthorityCheck::Certificate { .. } | AuthorityCheck::NotAssigned { .. },
            ) => vec!["actor.id", "actor.number"],
            Check::Authority(AuthorityCheck::ApproverRank { .. }) => vec!["special.approver"],
            Check::Authority(AuthorityCheck::UnplannedInspection) => vec!["inspection.plan"],
            Check::Authority(AuthorityCheck::DiscretionTier) => vec!["discretion_tier"],
            Check::Authority(AuthorityCheck::Fee) => vec!["fee"],
            _ => Vec::new(),
        }
    };
    let mut lacked = Vec::new();
    for look in looks.iter().filter(|look| !look.excepted) {
        let kind = context.history.event(look.event).kind;
        let names = asked(kind).into_iter();
        lacked.extend(
            names
                .filter(|name| context.lacks.has_field(kind, name))
                .map(field_zh),
        );
    }
    lacked
}

/// What the source declares that its format cannot say; none where it can say everything.
pub(super) fn declared_zh(source: &Source) -> Option<String> {
    let Lacks { events, fields } = &source.lacks;
    if source.lacks.is_empty() {
        return None;
    }
    let events = events.iter().map(|kind| format!("“{}”", kind.name_zh()));
    let fields = fields.iter().map(|field| match field.split_once(':') {
        Some((kind, field)) => {
            let kind = EventKind::from_code(kind).map_or(kind, |kind| kind.name_zh());
            format!("“{kind}”的{}", field_zh(field))
        }
        None => field_zh(field),
    });
    let all: Vec<String> = events.chain(fields).collect();
    Some(format!(
        "来源申报其报送格式不能表达{}；要求这些内容的监察点对其办件不作判断。",
        all.join("、")
    ))
}

/// What the event calls by a word that the flowchart does not have: the step, the special procedure.
pub(super) fn unknown_names(event: &Event<'_>, context: &Context<'_>) -> [Option<String>; 2] {
    if context.plan.flowchart.is_none() {
        return [None, None];
    }
    let step = (event.step != 0 && context.step(event).is_none()).then_some(event.step);
    let special = event.special().map(|special| special.kind);
    let special = special.filter(|kind| *kind != 0 && context.special(*kind).is_none());
    [step, special].map(|code| Some(context.codes.text(code?.into()).to_owned()))
}

/// The words of all its events that its flowchart does not have, each once.
pub(super) fn unknown_zh(context: &Context<'_>) -> Option<String> {
    let mut said: Vec<String> = Vec::new();
    for event in context.history.known() {
        for name in unknown_names(&event, context).into_iter().flatten() {
            let name = format!("“{name}”");
            if !said.contains(&name) {
                said.push(name);
            }
        }
    }
    let flowchart = context.plan.flowchart.as_deref()?;
    (!said.is_empty()).then(|| {
        format!(
            "来源所报的{}在流程图 {flowchart} 中没有对应的环节或者特别程序，所涉事项不计入任何环节、不停止任何期限；请来源单位核对，\
             用语不同的登记代码对照。",
            said.join("、")
        )
    })
}
