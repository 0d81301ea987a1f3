//! 督办未按期反馈 (T15): what is to be alleged of the last order about an alert.
//!
//! It follows from the alert with its order, the terms in force, and the clock. Unanswered, an order is reminded of shortly before its
//! answer is due, is a card from the first second after on, and a graver one later. An answer ends all that: in time the reminder,
//! else the card, which says how late it came. Nothing is owed of an alert that does not stand, nor while an appeal
//! that was made in time is open; an extension lies in the order itself. While the alert about the order is itself appealed, it becomes no
//! graver and is brought before nobody more. The alert is one of its own, about whoever has to answer, and
//! makes the one that was ordered about no graver (domain study 11.9). Where the site has a ladder (逐级升级), it says before whom the order is
//! brought at which instant, and each rung that is reached is one more change of the alert.

mod rungs;

use std::fmt::Write;
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level, Status};
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::catalogue;
use mingjing_domain::deadline;
use mingjing_domain::disposition::{ORDER_POINT, Order, RungDue, Signature, order_step};
use mingjing_domain::fact::Change;
use mingjing_domain::ids;

use crate::ENGINE_VERSION;
use crate::rules::{ORDER_RULE, Rules, Terms};

use rungs::Rungs;

/// The last order about an alert, held against the clock.
pub(crate) struct Owed<'a> {
    /// The alert it is about, as published.
    about: &'a AlertRecord,
    order: &'a Order,
    rules: &'a Rules,
    calendar: &'a Arc<WorkCalendar>,
    terms: Terms,
    rungs: Rungs,
    due_at: Timestamp,
    says: Says,
    /// When the clock alone may change that.
    pub(crate) next: Option<Timestamp>,
}

/// What is to be alleged of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// It is unanswered, and due soon or past its day.
    Stands(Level),
    /// It was answered when it was that grave already.
    AnsweredLate(Level, Timestamp),
    AnsweredInTime(Timestamp),
    /// Nothing, and why what may have been said before was not so.
    Nothing(&'static str),
}

impl<'a> Owed<'a> {
    /// What is owed about an alert as published, and the alert about that as published, where there is one; none where nobody ordered
    /// anything.
    pub(crate) fn of(
        about: &'a AlertRecord,
        own: Option<&AlertRecord>,
        clock: Timestamp,
        rules: &'a Rules,
    ) -> Option<Self> {
        let disposition = about.disposition.as_deref()?;
        let order = disposition.order.as_ref()?;
        // People are held to the second, as departments are.
        let due_at = order.due_at?.floor_second();
        let calendar = rules.calendar_of_body(&order.to)?;
        let terms = rules.terms(&order.to, about.item_code.as_deref(), order.by.at);
        let appeal = disposition.appeal.as_ref();
        let own = own.and_then(|own| own.disposition.as_ref()?.appeal.as_ref());
        let rungs = Rungs::of(order, (appeal, own), due_at, &terms, calendar);
        let answered_at = order.answers.first().map(|answer| answer.by.at);
        let appealed =
            appeal.is_some_and(|a| a.outcome.is_none() && !deadline::is_late(a.by.at, due_at));
        let says = match answered_at {
            _ if terms.off => Says::Nothing("规则设置规定此处不作判断"),
            _ if !stands(about) => Says::Nothing("原预警已撤销或者不予认定，督办随之失效"),
            Some(at) if deadline::is_late(at, due_at) => {
                Says::AnsweredLate(rungs.level(&terms, at), at)
            }
            Some(at) => Says::AnsweredInTime(at),
            None if appealed => Says::Nothing("申诉期间不计算反馈期限"),
            None if clock >= rungs.late_at => Says::Stands(rungs.level(&terms, clock)),
            None if rungs.remind_at.is_some_and(|at| clock >= at) => Says::Stands(Level::Notice),
            None => Says::Nothing("按现行反馈期限尚未届满"),
        };
        let waits = answered_at.is_none() && !appealed && !terms.off && stands(about);
        Some(Self {
            about,
            order,
            rules,
            calendar,
            due_at,
            says,
            next: rungs.next(clock).filter(|_| waits),
            terms,
            rungs,
        })
    }

    /// The id of the alert about it.
    pub(crate) fn alert_id(&self) -> String {
        id_of(self.about, self.order)
    }

    /// The same of the last order about an alert as published.
    pub(crate) fn alert_id_about(about: &AlertRecord) -> Option<String> {
        let order = about.disposition.as_ref()?.order.as_ref()?;
        Some(id_of(about, order))
    }

    /// When it is concluded: before any tick, when somebody last did something.
    pub(crate) fn now(&self, clock: Timestamp) -> Timestamp {
        let done = self.about.disposition.as_ref().map(|d| d.last.0);
        match clock {
            Timestamp::MIN => done.unwrap_or(clock),
            clock => clock,
        }
    }

    /// What is still to be published about it: the alert's new state and what became of it.
    pub(crate) fn change(
        &self,
        old: Option<&AlertRecord>,
        now: Timestamp,
    ) -> Option<(AlertRecord, Change)> {
        let standing = old.filter(|old| old.status != Status::Withdrawn);
        let was_late = standing.is_some_and(|old| old.breached_at.is_some());
        let mut record = match self.says {
            Says::Nothing(why) => return Some(withdrawn(standing?, why, now)),
            Says::AnsweredInTime(_) if was_late => {
                return Some(withdrawn(standing?, "反馈在期限之内", now));
            }
            Says::AnsweredInTime(at) => ended(standing?.clone(), at, "已按期反馈"),
            Says::Stands(level) => self.build(level, now),
            Says::AnsweredLate(level, at) => ended(self.build(level, now), at, "已逾期反馈"),
        };
        if standing.is_some_and(|old| same(old, &record)) {
            return None;
        }
        if let Some(old) = standing {
            record.raised_at = old.raised_at;
            record.issued_at = old.issued_at.or(record.issued_at);
        }
        let change = match (old.map(|old| old.status), record.status) {
            (Some(Status::Ended), Status::Ended) => Change::Revised,
            (_, Status::Ended) => Change::Ended,
            (Some(Status::Withdrawn | Status::Ended), _) => Change::Reopened,
            (None, _) => Change::Issued,
            _ if old.is_some_and(|old| record.level > old.level) => Change::Escalated,
            _ if old.is_some_and(|old| rungs::climbed(&record) > rungs::climbed(old)) => {
                Change::Escalated
            }
            _ => Change::Revised,
        };
        Some((record, change))
    }

    /// As of when it is told: a late answer ends what would have come after.
    fn as_of(&self, now: Timestamp) -> Timestamp {
        match self.says {
            Says::AnsweredLate(_, at) => at,
            _ => now,
        }
    }

    fn build(&self, level: Level, now: Timestamp) -> AlertRecord {
        let about = self.about;
        let is_late = match self.says {
            Says::Stands(_) => deadline::is_late(now, self.due_at),
            _ => true,
        };
        let rule = catalogue::rule(ORDER_RULE);
        AlertRecord {
            alert_id: self.alert_id(),
            subject_kind: about.subject_kind.clone(),
            source: about.source.clone(),
            case_no: about.case_no.clone(),
            item_code: about.item_code.clone(),
            org_code: about.org_code.clone(),
            region_code: about.region_code.clone(),
            responsible_org: Some(self.order.to.clone()),
            responsible_office: None,
            responsible_actor: None,
            control_point: ORDER_POINT.into(),
            rule: ORDER_RULE.into(),
            step: step_of(about),
            visit: self.order.nth,
            level,
            status: Status::Issued,
            due_at: Some(self.due_at),
            breached_at: is_late.then(|| deadline::first_late_instant(self.due_at)),
            raised_at: now,
            issued_at: Some(now),
            completed_at: None,
            ended_at: None,
            ended_reason: None,
            withdrawn_at: None,
            withdrawn_reason: None,
            statutory: None,
            legal_basis: rule.and_then(|rule| rule.cited(None)),
            limit: None,
            answer_due_at: None,
            definitions_version: self.rules.definitions_version().into(),
            calendar_version: format!("{} {}", self.calendar.id(), self.calendar.version()),
            engine_version: ENGINE_VERSION.into(),
            message: self.message(level, is_late, now),
            evidence: self.evidence(now),
            disposition: None,
        }
    }

    /// What was ordered, by whom, until when, how late it is, what to do.
    fn message(&self, level: Level, is_late: bool, now: Timestamp) -> String {
        let order = self.order;
        let rule = catalogue::rule(ORDER_RULE);
        let title = match is_late {
            true => rule.map_or("督办未按期反馈", |rule| rule.name),
            false => "督办反馈即将到期",
        };
        let about = self.about.message.split('：').next().unwrap_or_default();
        let mut text = format!(
            "{title}：{}于{}就“{about}”督办{}：“{}”，应于{}前反馈",
            self.who(&order.by),
            self.local(order.by.at),
            self.body(&order.to),
            order.by.reason,
            self.local(self.due_at),
        );
        // Writing to a String cannot fail.
        let _ = match self.says {
            Says::AnsweredLate(_, at) => {
                write!(text, "，于{}反馈，{}。", self.local(at), self.late_by(at))
            }
            _ if is_late => write!(text, "，至今未反馈，{}。", self.late_by(now)),
            _ => write!(text, "，尚未反馈。"),
        };
        if let Some(due) = self.graver_by(level, now).filter(|_| is_late) {
            let _ = write!(text, "{}，升为{}。", due.text_zh(), level.name_zh());
        }
        let reached = self.rungs.reached(&self.terms, self.as_of(now));
        let mut told: Vec<&str> = Vec::new();
        for instance in reached.flat_map(|rung| &rung.before) {
            let name = instance.name_zh();
            if !told.contains(&name) {
                told.push(name);
            }
        }
        if !told.is_empty() {
            let _ = write!(text, "已逐级报告{}。", told.join("、"));
        }
        let remedy = match (self.says, is_late) {
            (Says::AnsweredLate(..), _) => "请说明逾期原因。",
            (_, true) => rule.map_or("", |rule| rule.remedy),
            (_, false) => "请在期限届满前反馈办理情况；确需延期的，请在届满前报请督办单位批准。",
        };
        text.push_str(remedy);
        text
    }

    /// What made it graver than an order is at first.
    fn graver_by(&self, level: Level, now: Timestamp) -> Option<RungDue> {
        if level <= self.terms.level {
            return None;
        }
        let as_of = self.as_of(now);
        let by_term = self.rungs.red_at.is_some_and(|red_at| as_of >= red_at);
        if let Some(after) = self.terms.red_after.filter(|_| by_term) {
            return Some(RungDue::After(after));
        }
        let mut reached = self.rungs.reached(&self.terms, as_of);
        let raised = reached.find(|rung| rung.level == Some(level));
        raised.map(|rung| rung.due)
    }

    fn late_by(&self, at: Timestamp) -> String {
        let tz = self.calendar.tz();
        let (due, at) = (self.due_at.local_date(tz), at.local_date(tz));
        match self.calendar.working_days_between(due, at) {
            ..1 => "已逾期，不足1个工作日".into(),
            days => format!("已逾期{days}个工作日"),
        }
    }

    fn evidence(&self, now: Timestamp) -> Vec<Evidence> {
        let (order, about) = (self.order, self.about);
        let note = |text: String| Evidence::Note { text };
        let mut found = vec![
            note(format!(
                "原预警：{}（监察点 {}，{}）。",
                about.alert_id,
                about.control_point,
                about.level.name_zh()
            )),
            note(format!(
                "第{}次督办：{}，指令 {}，反馈期限 {}。",
                order.nth,
                self.deed(&order.by),
                order.by.command,
                self.local(self.due_at)
            )),
        ];
        let extended = order.extended.iter();
        found.extend(extended.map(|by| note(format!("反馈期限延长：{}。", self.deed(by)))));
        let answers = order.answers.iter();
        found.extend(answers.map(|answer| note(format!("反馈：{}。", self.deed(&answer.by)))));
        if !self.terms.by.is_empty() {
            let settings = self.terms.by.join("、");
            found.push(note(format!("适用规则设置：{settings}。")));
        }
        let body = self.rules.body(&order.to);
        let region = body.map(|body| body.region.as_str());
        let waits = matches!(self.says, Says::Stands(_));
        let as_of = self.as_of(now);
        found.extend(self.rungs.told(&self.terms, region, as_of, waits));
        found
    }

    fn deed(&self, by: &Signature) -> String {
        format!("{}于{}：“{}”", self.who(by), self.local(by.at), by.reason)
    }

    fn who(&self, by: &Signature) -> String {
        format!("{}{}（{}）", self.body(&by.body), by.office, by.person)
    }

    fn body(&self, code: &str) -> String {
        let body = self.rules.body(code);
        body.map_or_else(|| code.to_owned(), |body| body.name.clone())
    }

    fn local(&self, at: Timestamp) -> String {
        let local = at.to_utc().with_timezone(&self.calendar.tz());
        local.format("%Y-%m-%d %H:%M:%S").to_string()
    }
}

fn id_of(about: &AlertRecord, order: &Order) -> String {
    let (source, case_no) = (&about.source, &about.case_no);
    ids::alert_id(source, case_no, ORDER_POINT, &step_of(about), order.nth)
}

fn step_of(about: &AlertRecord) -> String {
    order_step(
        &about.control_point,
        &about.subject_kind,
        &about.step,
        about.visit,
    )
}

fn stands(about: &AlertRecord) -> bool {
    !matches!(about.status, Status::Withdrawn | Status::Cancelled)
}

fn withdrawn(standing: &AlertRecord, why: &str, now: Timestamp) -> (AlertRecord, Change) {
    let record = AlertRecord {
        status: Status::Withdrawn,
        withdrawn_at: Some(now),
        withdrawn_reason: Some(why.into()),
        ..standing.clone()
    };
    (record, Change::Withdrawn)
}

fn ended(record: AlertRecord, at: Timestamp, why: &str) -> AlertRecord {
    AlertRecord {
        status: Status::Ended,
        completed_at: Some(at),
        ended_at: Some(at),
        ended_reason: Some(why.into()),
        ..record
    }
}

/// Whether two records say the same: what differs by when it was concluded is no difference.
fn same(a: &AlertRecord, b: &AlertRecord) -> bool {
    (a.level, a.status, a.due_at, a.breached_at, a.completed_at)
        == (b.level, b.status, b.due_at, b.breached_at, b.completed_at)
        && a.ladder() == b.ladder()
}
