//! From an allegation to a record that a clerk can follow: what, which article, which day, on what it stands.

use std::fmt::Write;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level, Status};
use mingjing_domain::deadline;
use mingjing_domain::definitions::{LimitKind, RungAt};
use mingjing_domain::fact::Cause;
use mingjing_domain::ids;
use mingjing_domain::limit::Budget;

use crate::ENGINE_VERSION;
use crate::allege::{Allegation, Ending, Origin};
use crate::condition::Values;
use crate::fold::{Finding, Fold, NONE, Seen, Stay, measured_against, with_ledger};
use crate::history::Event;
use crate::life::Surroundings;
use crate::rules::{Check, Plan, Point, TimedKind, TimedPoint};

/// Why an alert ended, for people.
pub(crate) fn ending_zh(why: Ending) -> &'static str {
    match why {
        Ending::Done => "已在期限内办结",
        Ending::Condition => "法定或约定条件已成就，义务消灭",
        Ending::Event => "办件已终结，义务消灭",
        Ending::NoLongerOpen => "情形已消除",
    }
}

/// Why an alert was withdrawn or cancelled, for people.
pub(crate) fn withdrawal_zh(cause: &Cause) -> String {
    match cause {
        Cause::Event { event_id } => format!("规定时差内到达的记录（{event_id}）表明情形不存在"),
        Cause::Clock => "按时钟重新判断，情形不存在".into(),
        Cause::SourceComplete => "来源补齐数据后重新判断，情形不存在".into(),
        Cause::CalendarChange { version } => format!("工作日历修订（{version}），期限重新计算"),
        Cause::DefinitionsChange { version } => format!("权力清单或流程图定义变更（{version}）"),
        Cause::EngineChange { version } => format!("监察引擎升级（版本 {version}），重新判断"),
    }
}

/// Why an alert waits for a person, for people.
pub(crate) fn late_entry_zh(cause: &Cause) -> String {
    match cause {
        Cause::Event { event_id } => {
            format!("仅凭超过规定时差的事后补录（{event_id}）才显示按时，须人工核实")
        }
        other => format!("须人工核实：{}", withdrawal_zh(other)),
    }
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
    let last = context
        .history
        .known()
        .next_back()
        .map_or(0, |(place, _)| place);
    let item = context.texts.option(context.item(last));
    let named = |of: fn(&crate::fold::Profile) -> u32| {
        let latest = context
            .history
            .known()
            .rev()
            .map(|(_, e)| of(context.profile(e)));
        latest
            .filter(|s| *s != 0)
            .map(|s| context.texts.text(s).to_owned())
            .next()
    };
    let org_code = named(|p| p.org);
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
        responsible_org: org_code
            .clone()
            .or_else(|| Some(context.rules.item(item?)?.executing_body.text.clone())),
        item_code: item.map(Into::into),
        org_code,
        region_code: named(|p| p.region),
        responsible_office: basis.office(context.plan, event, around),
        responsible_actor: event
            .and_then(|e| context.texts.option(e.actor))
            .map(Into::into),
        control_point: point.id.clone(),
        rule: rule(point, &basis, allegation),
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
        legal_basis: basis
            .timed()
            .and_then(|t| t.legal_basis.clone())
            .or_else(|| point.legal_basis.clone()),
        limit: basis.budget().map(|b| b.to_string()),
        answer_due_at: None,
        definitions_version: context.rules.definitions_version().into(),
        calendar_version: format!(
            "{} {}",
            context.plan.calendar.id(),
            context.plan.calendar.version()
        ),
        engine_version: ENGINE_VERSION.into(),
        message: message(allegation, point, &basis, now, around),
        evidence: evidence(allegation, point, &basis, around),
    }
}

/// What an allegation stands on, looked up.
enum Basis<'a> {
    Stay {
        stay: &'a Stay,
        timed: &'a TimedPoint,
        at: Option<RungAt>,
    },
    Finding(&'a Finding),
    TwoContents(u32),
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
            Origin::Finding { place } => Basis::Finding(&around.fold.findings[place]),
            Origin::TwoContents { event } => Basis::TwoContents(event),
        }
    }

    fn timed(&self) -> Option<&'a TimedPoint> {
        match self {
            Basis::Stay { timed, .. } => Some(timed),
            _ => None,
        }
    }

    /// The event that shows who answers: the one judged, or the last one of an open stay.
    fn event(&self, around: &Surroundings<'a>) -> Option<&'a Event> {
        let history = around.context.history;
        let place = match self {
            Basis::Finding(finding) => finding.event,
            Basis::TwoContents(event) => *event,
            Basis::Stay { stay, .. } if stay.is_done() => stay.done_event,
            Basis::Stay { .. } => {
                let with_actor = history.known().rev().find(|(_, e)| e.actor != 0);
                return with_actor.map(|(_, e)| e);
            }
        };
        (place != NONE).then(|| history.event(place as usize))
    }

    fn office(
        &self,
        plan: &Plan,
        event: Option<&Event>,
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
            TimedKind::TooEarly(at_least) => Some(*at_least),
            TimedKind::Special(_) => None,
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
            TimedKind::TooEarly(_) => Some(true),
            TimedKind::Special(_) => None,
            TimedKind::Overdue(ladder) => {
                Some(measured_against((*at)?, ladder, timed) != RungAt::Promised)
            }
        }
    }
}

/// The kind of rule (domain study 3.2).
fn rule(point: &Point, basis: &Basis<'_>, allegation: &Allegation) -> String {
    if let Some(rule) = &point.rule {
        return rule.clone();
    }
    let code = match &point.check {
        Check::Timed => return timed_rule(basis, allegation).into(),
        Check::RequiresBefore { .. } | Check::WrongOrder { .. } | Check::StartedTooSoon => "P2",
        Check::NotTogether { .. } => "P2",
        Check::NotInFlowchart | Check::RequiredStep { .. } => "P1",
        Check::NothingAfter { .. } => "P11",
        Check::SamePerson { .. } => "A6",
        Check::OffList { .. } => "A1",
        Check::CancelledItem => "A2",
        Check::WrongBody => "A3",
        Check::LateEntry { .. } => "Q1",
        Check::TimeReversed => "Q3",
        Check::MissingField { .. } => "Q4",
        Check::Conflict => "Q5",
        Check::Condition { .. } => "CEL",
    };
    code.into()
}

fn timed_rule(basis: &Basis<'_>, allegation: &Allegation) -> &'static str {
    let Basis::Stay { timed, at, .. } = basis else {
        return "T3";
    };
    match (&timed.kind, at, timed.limit_kind) {
        (TimedKind::Special(_), ..) => "T10",
        (TimedKind::TooEarly(_), ..) => "P2",
        _ if allegation.breached_at.is_none() => "T1",
        (_, _, LimitKind::Step) => "T4",
        (_, _, LimitKind::Stage) => "T5",
        (_, Some(RungAt::Promised), _) => "T2",
        _ => "T3",
    }
}

fn local(at: Timestamp, around: &Surroundings<'_>) -> String {
    let tz = around.context.plan.calendar.tz();
    at.to_utc()
        .with_timezone(&tz)
        .format("%Y-%m-%d %H:%M:%S")
        .to_string()
}

fn day(at: Timestamp, around: &Surroundings<'_>) -> String {
    at.local_date(around.context.plan.calendar.tz()).to_string()
}

/// What happened, which article, what to do.
fn message(
    allegation: &Allegation,
    point: &Point,
    basis: &Basis<'_>,
    now: Timestamp,
    around: &Surroundings<'_>,
) -> String {
    let mut text = format!("{}：", point.name);
    match basis {
        Basis::Stay { stay, timed, at } => {
            stay_message(&mut text, allegation, stay, timed, *at, basis, now, around);
        }
        Basis::Finding(finding) => finding_message(&mut text, finding, point, around),
        Basis::TwoContents(event) => {
            let event = around.context.history.event(*event as usize);
            let id = around.context.history.id(event);
            let _ = write!(
                text,
                "同一记录编号 {id} 先后报送了不同内容，平台保留先到的一份。"
            );
        }
    }
    let legal = basis
        .timed()
        .and_then(|t| t.legal_basis.as_ref())
        .or(point.legal_basis.as_ref());
    if let Some(legal) = legal {
        let _ = write!(text, "依据：{legal}。");
    }
    if let Some(remedy) = &point.remedy {
        text.push_str(remedy);
    }
    text
}

#[allow(clippy::too_many_arguments)]
fn stay_message(
    text: &mut String,
    allegation: &Allegation,
    stay: &Stay,
    timed: &TimedPoint,
    at: Option<RungAt>,
    basis: &Basis<'_>,
    now: Timestamp,
    around: &Surroundings<'_>,
) {
    // Writing to a String cannot fail.
    let due = allegation
        .due_at
        .map(|due| day(due, around))
        .unwrap_or_default();
    if let TimedKind::TooEarly(at_least) = timed.kind {
        let done = local(stay.done_at, around);
        let _ = write!(
            text,
            "须满{}方可办理，最早为{due}，实际于{done}办理。",
            at_least.text_zh()
        );
        return;
    }
    let what = match at {
        None => "特别程序计划期限".into(),
        Some(_) => {
            let kind = if basis.statutory() == Some(false) {
                "承诺"
            } else {
                "法定"
            };
            let budget = basis.budget().map(Budget::text_zh).unwrap_or_default();
            format!("{}{kind}时限{budget}", timed.limit_name)
        }
    };
    let state = if let Some(done) = allegation.completed_at {
        format!("实际于{}办结", local(done, around))
    } else if stay.fell_at != crate::fold::NEVER {
        format!("{}起义务消灭", local(stay.fell_at, around))
    } else {
        format!("截至{}尚未办结", local(now, around))
    };
    if allegation.level == Level::Notice || allegation.breached_at.is_none() {
        let _ = write!(text, "{what}将于{due}届满，{state}，请及时办理。");
    } else {
        let _ = write!(text, "{what}已于{due}届满，{state}。");
    }
}

fn finding_message(text: &mut String, finding: &Finding, point: &Point, around: &Surroundings<'_>) {
    let context = around.context;
    let event = context.history.event(finding.event as usize);
    let when = local(event.occurred_at, around);
    let what = describe(event, around);
    let other = (finding.other != NONE).then(|| context.history.event(finding.other as usize));
    let before = other
        .map(|o| {
            format!(
                "{}（{}）",
                describe(o, around),
                local(o.occurred_at, around)
            )
        })
        .unwrap_or_default();
    let step_name = |place: u16| context.plan.steps[usize::from(place)].name.as_str();
    let _ = match &point.check {
        Check::RequiresBefore { .. } => {
            write!(text, "{when}发生“{what}”，此前未见规定的前置环节。")
        }
        Check::WrongOrder { .. } => {
            write!(text, "“{what}”（{when}）之前已发生{before}，次序颠倒。")
        }
        Check::NotTogether { .. } => {
            write!(text, "同一办件中“{what}”（{when}）与{before}不得并存。")
        }
        Check::NothingAfter { .. } => {
            write!(text, "{before}之后不应再有办理行为，{when}又发生“{what}”。")
        }
        Check::NotInFlowchart => {
            write!(text, "{when}进入“{what}”，流程图中没有这一走向。")
        }
        Check::StartedTooSoon => write!(text, "上一环节尚未办结，{when}即开始“{what}”。"),
        Check::RequiredStep { .. } => write!(
            text,
            "{when}“{what}”时，必经环节“{}”缺失。",
            step_name(finding.detail)
        ),
        Check::SamePerson { .. } => {
            let who = context.texts.text(event.actor);
            write!(text, "{before}与“{what}”（{when}）由同一人（{who}）办理。")
        }
        Check::OffList { .. } => {
            let item = context.texts.text(context.item(finding.event as usize));
            write!(text, "事项编码 {item} 在{when}不在现行权力清单之内。")
        }
        Check::CancelledItem => {
            let item = context.texts.text(context.item(finding.event as usize));
            write!(text, "事项 {item} 已取消或划转，{when}仍发生“{what}”。")
        }
        Check::WrongBody => {
            let profile = context.profile(event);
            let org = context.texts.text(profile.org);
            let region = context.texts.option(profile.region).unwrap_or("未报");
            write!(
                text,
                "{when}“{what}”的办理机构 {org}（区划 {region}）不是本事项的法定或受托主体，或超出管辖区域。"
            )
        }
        Check::LateEntry { over } => {
            let entered = event.entered_at().unwrap_or_else(|| event.received_at());
            let entered = local(entered, around);
            write!(
                text,
                "“{what}”发生于{when}，{entered}才录入，超过{}。",
                over.text_zh()
            )
        }
        Check::TimeReversed => write!(text, "{before}早于“{what}”（{when}），时间倒序。"),
        Check::MissingField { fields } => {
            let name = &fields[usize::from(finding.detail)].1;
            write!(text, "{when}“{what}”的记录缺少 {name}。")
        }
        Check::Conflict => write!(text, "“{what}”（{when}）与{before}的事项或当事人不一致。"),
        Check::Condition { .. } => write!(text, "{when}“{what}”时，触发监察条件。"),
        Check::Timed => Ok(()),
    };
}

/// The step's name, or the event kind's.
fn describe(event: &Event, around: &Surroundings<'_>) -> String {
    let context = around.context;
    let kind = event.kind.name_zh();
    match context.step(event) {
        Some(step) => context.plan.steps[usize::from(step)].name.clone(),
        None if event.step != 0 => context.codes.text(event.step.into()).to_owned(),
        None => kind.to_owned(),
    }
}

fn evidence(
    allegation: &Allegation,
    point: &Point,
    basis: &Basis<'_>,
    around: &Surroundings<'_>,
) -> Vec<Evidence> {
    let mut found = Vec::new();
    match basis {
        Basis::Stay { stay, timed, .. } => stay_evidence(&mut found, stay, timed, basis, around),
        Basis::Finding(finding) => {
            if finding.other != NONE {
                found.push(event_evidence(finding.other, "在先的行为", around));
            }
            found.push(event_evidence(finding.event, "触发监察点的行为", around));
            if let Check::Condition { when, .. } = &point.check {
                found.push(condition_evidence(when, finding, around));
            }
        }
        Basis::TwoContents(event) => {
            found.push(event_evidence(*event, "先到并保留的记录", around));
        }
    }
    if allegation.silent && allegation.settled {
        found.push(Evidence::Note {
            text: "来源静默：允许的时差已过，来源仍未声明数据完整，按已知情况发出。".into(),
        });
    }
    found
}

fn stay_evidence(
    found: &mut Vec<Evidence>,
    stay: &Stay,
    timed: &TimedPoint,
    basis: &Basis<'_>,
    around: &Surroundings<'_>,
) {
    let context = around.context;
    if stay.start_event != NONE {
        found.push(event_evidence(
            stay.start_event,
            "期限起算（当日不计）",
            around,
        ));
    }
    for entry in around.fold.ledger.iter().flat_map(|l| &l.suspensions) {
        if timed.suspended_by >> entry.special & 1 == 1 {
            found.push(event_evidence(entry.event, "特别程序开始", around));
            if entry.resume_event != NONE {
                found.push(event_evidence(entry.resume_event, "特别程序结束", around));
            }
        }
    }
    for (place, entry) in around
        .fold
        .ledger
        .iter()
        .flat_map(|l| l.extensions.iter().enumerate())
    {
        if place < 32 && stay.extensions >> place & 1 == 1 {
            found.push(event_evidence(entry.event, "经批准延期", around));
        }
    }
    if stay.is_done() && stay.done_event != NONE {
        found.push(event_evidence(stay.done_event, "实际办理", around));
    }
    if stay.fell_event != NONE {
        found.push(event_evidence(stay.fell_event, "义务消灭", around));
    }
    match basis.budget() {
        Some(budget) if timed.own_deadline.is_none() => {
            let account = with_ledger(
                stay,
                timed,
                around.fold.ledger.as_deref(),
                context,
                |ledger| deadline::account(&context.plan.calendar, stay.start_at, budget, ledger),
            );
            found.push(Evidence::Deadline { account });
        }
        _ if timed.own_deadline.is_some() => found.push(Evidence::Note {
            text: "期限由办件自身载明，至该日终了。".into(),
        }),
        _ => {}
    }
}

fn event_evidence(place: u32, note: &str, around: &Surroundings<'_>) -> Evidence {
    let context = around.context;
    let event = context.history.event(place as usize);
    let step = context.step_symbol(event);
    Evidence::Event {
        event_id: context.history.id(event),
        event_type: event.kind.code().into(),
        step: context.codes.option(step.into()).map(Into::into),
        occurred_at: event.occurred_at,
        received_at: event.received_at(),
        note: format!("{note}：{}", describe(event, around)),
    }
}

/// The values the condition saw: the case's before the event.
fn condition_evidence(
    condition: &crate::condition::Condition,
    finding: &Finding,
    around: &Surroundings<'_>,
) -> Evidence {
    let mut before = Fold::new(around.fold.plan, around.context);
    for (place, _) in around.context.history.known() {
        if place as u32 >= finding.event {
            break;
        }
        before.apply(place, around.context);
    }
    let seen = Seen {
        attributes: &before.attributes,
        place: finding.event as usize,
        context: *around.context,
    };
    let values: &dyn Values = &seen;
    Evidence::Condition {
        expression: condition.text().into(),
        values: condition.values(values),
    }
}
