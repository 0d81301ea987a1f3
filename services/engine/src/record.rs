//! From an allegation to a record that a clerk can follow: what, which article, which day, on what it stands.

mod evidence;
mod words;

use std::borrow::Cow;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::catalogue;
use mingjing_domain::definitions::{LimitKind, RungAt};
use mingjing_domain::event::EventKind;
use mingjing_domain::ids;
use mingjing_domain::limit::Budget;

use crate::ENGINE_VERSION;
use crate::allege::{Allegation, Origin};
use crate::fold::{Context, Finding, Fold, Former, NONE, Profile, Resent, Stay, measured_against};
use crate::history::Event;
use crate::rules::{Check, Plan, Point, TimedKind, TimedPoint};

pub(crate) use words::{ending_zh, field_zh, late_entry_zh, withdrawal_zh};

/// What a record is made from, beside the allegation.
pub(crate) struct Surroundings<'a> {
    pub(crate) fold: &'a Fold,
    pub(crate) context: &'a Context<'a>,
    pub(crate) source: &'a str,
    pub(crate) case_no: &'a str,
}

/// The record of an allegation, with the dates of its life still to be set.
pub(crate) fn build(
    allegation: &Allegation,
    now: Timestamp,
    around: &Surroundings<'_>,
) -> AlertRecord {
    let context = around.context;
    let point = &context.plan.points[usize::from(allegation.point)];
    let basis = Basis::of(allegation, around);
    let event = basis.event(around);
    let step = context.codes.text(allegation.step.into());
    let item = context.texts.option(context.first_named(NONE, |p| p.item));
    let named = |of: fn(&Profile) -> u32| {
        context
            .texts
            .option(context.latest_named(NONE, of))
            .map(str::to_owned)
    };
    let org_code = named(|p| p.org);
    let rule = rule(point, &basis, allegation);
    let said = Said::of(&rule, point, &basis, item, context);
    let actor = event.as_ref().and_then(|e| context.texts.option(e.actor));
    // Where the flowchart names no office, it is the one where the register has the person on that day.
    let of_register = || {
        let on = event
            .as_ref()?
            .occurred_at
            .local_date(context.plan.calendar.tz());
        let office = context
            .rules
            .registers()
            .office(org_code.as_deref()?, actor?, on);
        office.map(str::to_owned)
    };
    let responsible_office = basis
        .office(context.plan, event.as_ref(), around)
        .or_else(of_register);
    AlertRecord {
        alert_id: ids::alert_id(
            around.source,
            around.case_no,
            &point.id,
            step,
            allegation.visit,
        ),
        subject_kind: "case".into(),
        source: around.source.into(),
        case_no: around.case_no.into(),
        responsible_org: basis
            .timed()
            .and_then(|t| t.duty.as_ref()?.body.clone())
            .or_else(|| org_code.clone())
            .or_else(|| Some(context.rules.item(item?)?.executing_body.text.clone())),
        item_code: item.map(Into::into),
        org_code,
        region_code: named(|p| p.region),
        responsible_office,
        responsible_actor: actor.map(Into::into),
        control_point: point.id.clone(),
        rule,
        step: step.into(),
        visit: allegation.visit,
        level: allegation.level,
        status: Status::Pending,
        due_at: allegation.due_at,
        breached_at: allegation.breached_at,
        raised_at: now,
        issued_at: None,
        completed_at: allegation.completed_at,
        ended_at: None,
        ended_reason: None,
        withdrawn_at: None,
        withdrawn_reason: None,
        statutory: basis.statutory(),
        legal_basis: said.legal_basis.clone(),
        limit: basis.budget().map(|b| b.to_string()),
        answer_due_at: None,
        definitions_version: context.rules.definitions_version().into(),
        calendar_version: format!(
            "{} {}",
            context.plan.calendar.id(),
            context.plan.calendar.version()
        ),
        engine_version: ENGINE_VERSION.into(),
        message: words::Sentence {
            allegation,
            point,
            basis: &basis,
            said: &said,
            now,
            around,
        }
        .write(),
        evidence: evidence::gather(allegation, point, &basis, around),
        disposition: None,
    }
}

/// What the definitions say of an allegation, and where they are silent its rule in the catalogue.
struct Said {
    legal_basis: Option<String>,
    remedy: Option<String>,
}

impl Said {
    fn of(
        rule: &str,
        point: &Point,
        basis: &Basis<'_>,
        item: Option<&str>,
        context: &Context<'_>,
    ) -> Self {
        let rule = catalogue::rule(rule);
        let missing = basis.missing_step(point);
        let done_by: &[EventKind] = match missing {
            Some(step) => &context.plan.steps[usize::from(step)].done_by,
            None => &[],
        };
        // Its own limit says by which article it is owed.
        let of_step = || {
            let missing = missing?;
            let mut limits = context
                .plan
                .timed
                .iter()
                .filter(|t| t.step == Some(missing));
            limits.find_map(|t| t.legal_basis.clone())
        };
        let power_type = || Some(context.rules.item(item?)?.power_type);
        // What a point's remedy puts right has not happened yet when somebody is only reminded.
        let reminds = matches!(basis, Basis::Stay { at: Some(at), .. } if !at.is_breach());
        let reminder = catalogue::rule("T1").filter(|_| reminds);
        // A promise is shorter than the law's own limit, whose article is not broken with it.
        let is_ladder = |t: &TimedPoint| matches!(t.kind, TimedKind::Overdue(_));
        let promised = basis.statutory() == Some(false) && basis.timed().is_some_and(is_ladder);
        let of_limit = |t: &TimedPoint| {
            let is_of_law = t.statutory.is_some();
            t.legal_basis.clone().filter(|_| !(promised && is_of_law))
        };
        let of_rule = || match basis.timed().filter(|_| promised) {
            None => rule?.cited_of_step(power_type(), done_by),
            Some(t) if t.limit_kind == LimitKind::Case => {
                catalogue::rule("T2")?.cited(power_type())
            }
            Some(_) => None,
        };
        // Where no time can be added, nobody is told to ask for some.
        let fixed = |t: &TimedPoint| t.extended_by == 0 || t.own_deadline.is_some();
        Said {
            legal_basis: basis
                .timed()
                .and_then(of_limit)
                .or_else(|| point.legal_basis.clone())
                .or_else(of_step)
                .or_else(of_rule),
            remedy: reminder
                .map(|t1| match basis.timed().is_some_and(fixed) {
                    true => catalogue::IN_TIME.to_owned(),
                    false => t1.remedy.to_owned(),
                })
                .or_else(|| point.remedy.clone())
                .or_else(|| Some(rule?.remedy.to_owned())),
        }
    }
}

/// What an allegation stands on, looked up.
enum Basis<'a> {
    Stay {
        stay: &'a Stay,
        timed: &'a TimedPoint,
        at: Option<RungAt>,
    },
    Finding(Cow<'a, Finding>),
    TwoContents(u32),
    Resent(Resent),
    /// A limit in time by a late entry alone.
    Saved(&'a Stay, &'a TimedPoint),
    /// Told to be of another item; the record that names it.
    OtherItem(Former, u32),
    /// Left open; the last act.
    Unclosed(u32),
}

impl<'a> Basis<'a> {
    fn of(allegation: &Allegation, around: &Surroundings<'a>) -> Self {
        match allegation.origin {
            Origin::Stay { place, rung } => {
                let stay = &around.fold.stays[place];
                let timed = &around.context.plan.timed[usize::from(stay.timed)];
                let at = match &timed.kind {
                    TimedKind::Overdue(ladder) => Some(ladder.rungs[usize::from(rung)].1),
                    _ => None,
                };
                Basis::Stay { stay, timed, at }
            }
            Origin::Finding { place } => {
                Basis::Finding(Cow::Borrowed(&around.fold.findings()[place]))
            }
            Origin::AskedUnclosed {
                event,
                other,
                detail,
            } => Basis::Finding(Cow::Owned(Finding {
                point: allegation.point,
                step: allegation.step,
                visit: allegation.visit,
                event,
                other,
                detail,
            })),
            Origin::Unclosed { event } => Basis::Unclosed(event),
            Origin::Saved { place } => {
                let stay = &around.fold.stays[place];
                Basis::Saved(stay, &around.context.plan.timed[usize::from(stay.timed)])
            }
            Origin::TwoContents { event } => Basis::TwoContents(event),
            Origin::OtherItem { event } => match around.context.former {
                Some(former) => Basis::OtherItem(former, event),
                None => Basis::TwoContents(event),
            },
            Origin::Resent { event } => {
                let point = &around.context.plan.points[usize::from(allegation.point)];
                let found = match point.check {
                    Check::ResentAfter { after, lifted_by } => {
                        around.context.first_resent(point, after, lifted_by)
                    }
                    _ => None,
                };
                found.map_or(Basis::TwoContents(event), Basis::Resent)
            }
        }
    }

    fn timed(&self) -> Option<&'a TimedPoint> {
        match self {
            Basis::Stay { timed, .. } => Some(timed),
            _ => None,
        }
    }

    /// The step that is missing, as a place in the plan.
    fn missing_step(&self, point: &Point) -> Option<u16> {
        match (self, &point.check) {
            (Basis::Finding(finding), Check::RequiredStep { .. }) => Some(finding.detail),
            _ => None,
        }
    }

    /// The event that shows who answers: the one judged, or the last one of an open stay.
    fn event(&self, around: &Surroundings<'a>) -> Option<Event<'a>> {
        let history = around.context.history;
        let place = match self {
            Basis::Finding(finding) => finding.event,
            Basis::TwoContents(event) | Basis::OtherItem(_, event) | Basis::Unclosed(event) => {
                *event
            }
            Basis::Resent(resent) => resent.event,
            Basis::Stay { stay, .. } if stay.is_done() => stay.done_event,
            Basis::Stay { stay, timed, .. }
                if matches!(timed.kind, TimedKind::EndedBefore { .. }) =>
            {
                stay.fell_event
            }
            Basis::Stay { .. } | Basis::Saved(..) => {
                return history.known().filter(|e| e.actor != 0).last();
            }
        };
        (place != NONE).then(|| history.event(place))
    }

    fn office(
        &self,
        plan: &Plan,
        event: Option<&Event<'_>>,
        around: &Surroundings<'_>,
    ) -> Option<String> {
        if let Some(office) = self.timed().and_then(|t| t.office.clone()) {
            return Some(office);
        }
        let step = self.timed().and_then(|t| t.step);
        let step = step.or_else(|| around.context.step(event?))?;
        plan.steps[usize::from(step)].office.clone()
    }

    /// The budget that the shown rung is measured by.
    fn budget(&self) -> Option<Budget> {
        let Basis::Stay { timed, at, .. } = self else {
            return None;
        };
        match &timed.kind {
            TimedKind::TooEarly(at_least, _) => Some(*at_least),
            TimedKind::Special(_) | TimedKind::Watched(_) => None,
            TimedKind::EndedBefore { .. } => timed.promised.or(timed.statutory),
            TimedKind::Overdue(ladder) => match measured_against((*at)?, ladder, timed) {
                RungAt::Promised => timed.promised,
                _ => timed.statutory,
            },
        }
    }

    fn statutory(&self) -> Option<bool> {
        let Basis::Stay { timed, at, .. } = self else {
            return None;
        };
        match &timed.kind {
            TimedKind::TooEarly(..) => Some(true),
            TimedKind::Special(_) | TimedKind::Watched(_) => None,
            TimedKind::EndedBefore { .. } => Some(timed.promised.is_none()),
            TimedKind::Overdue(ladder) => {
                Some(measured_against((*at)?, ladder, timed) != RungAt::Promised)
            }
        }
    }
}

/// The rule of the catalogue, or the site's own, that an allegation is about.
fn rule(point: &Point, basis: &Basis<'_>, allegation: &Allegation) -> String {
    if let Some(rule) = &point.rule {
        return rule.clone();
    }
    match (&point.check, point.own_rule) {
        (_, Some(rule)) => rule,
        (Check::Timed, None) => timed_rule(basis, allegation),
        (_, None) => catalogue::UNNAMED,
    }
    .into()
}

fn timed_rule(basis: &Basis<'_>, allegation: &Allegation) -> &'static str {
    let Basis::Stay { timed, at, .. } = basis else {
        return "T3";
    };
    match (at, timed.limit_kind) {
        _ if allegation.breached_at.is_none() => "T1",
        (_, LimitKind::Step) => "T4",
        (_, LimitKind::Stage) => "T5",
        (Some(RungAt::Promised), _) => "T2",
        _ => "T3",
    }
}
