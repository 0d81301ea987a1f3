//! What an alert says to people: what happened, which article, what to do; and why it ended, was withdrawn or waits.

mod authority;

use std::borrow::Cow;
use std::fmt::Write;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::catalogue;
use mingjing_domain::codes::Malformed;
use mingjing_domain::deadline;
use mingjing_domain::definitions::RungAt;
use mingjing_domain::event::EventKind;
use mingjing_domain::fact::Cause;
use mingjing_domain::limit::Budget;

use super::{Basis, Said, Surroundings};
use crate::allege::{Allegation, Ending};
use crate::fold::{
    Begun, DAY_OFF, Finding, Former, HOLIDAY, NO_ITEM, NONE, Resent, STARTED_TWICE, Shown, Stay,
    THROUGH_NIGHT, case_budget, wrong,
};
use crate::history::Event;
use crate::rules::{Check, Point, TimedKind, TimedPoint};

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
        Cause::Command { id } => format!("按指令（{id}）重新判断"),
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

/// What an alert's message is made of.
pub(super) struct Sentence<'a> {
    pub(super) allegation: &'a Allegation,
    pub(super) point: &'a Point,
    pub(super) basis: &'a Basis<'a>,
    pub(super) said: &'a Said,
    pub(super) now: Timestamp,
    pub(super) around: &'a Surroundings<'a>,
}

impl Sentence<'_> {
    /// What happened, which article, what to do.
    pub(super) fn write(&self) -> String {
        let mut text = format!("{}：", self.title());
        // Writing to a String cannot fail.
        let _ = match self.basis {
            Basis::Stay { stay, timed, at } => self.stay(&mut text, stay, timed, *at),
            Basis::Finding(finding) => self.finding(&mut text, finding),
            Basis::TwoContents(event) => {
                let id = self.around.context.history.event(*event).id();
                write!(
                    text,
                    "同一记录编号 {id} 先后报送了不同内容，平台保留先到的一份。"
                )
            }
            Basis::Resent(resent) => self.resent(&mut text, resent),
            Basis::Saved(_, timed) => self.saved(&mut text, timed),
            Basis::OtherItem(former, _) => self.other_item(&mut text, former),
            Basis::Unclosed(event) => self.unclosed(&mut text, *event),
        };
        let (fold, context) = (self.around.fold, self.around.context);
        if self.allegation.excused_afterwards(fold, context).is_some() {
            text.push_str("证明除外情形的材料在此后才报送，是否采信由监督机构核定。");
        }
        if let Some(record) = self.perhaps_done() {
            let _ = write!(
                text,
                "记录 {record} 没有写明针对同一办件的哪一件投诉或者评价，是否已办须核实；请以更高的数据版本重报该记录，在 about 中写明所针对的投诉或者评价的记录编号。"
            );
        }
        if let Some(legal) = &self.said.legal_basis {
            let _ = write!(text, "依据：{legal}。");
        }
        let remedy = self.said.remedy.as_ref();
        if let Some(remedy) = remedy.filter(|_| self.reminded_until().is_none()) {
            text.push_str(remedy);
            if !remedy.ends_with('。') {
                text.push('。');
            }
        }
        if self.allegation.level >= Level::Yellow {
            // A card asks for an answer; the record has the instant once it is out.
            let within = self.point.answer_within.text_zh();
            let _ = write!(text, "请自预警发出之日起{within}内反馈办理情况。");
        }
        text
    }

    /// The record that may have done what is owed, where a person has to find out.
    fn perhaps_done(&self) -> Option<String> {
        let Basis::Stay { stay, .. } = self.basis else {
            return None;
        };
        let doubted = self.allegation.level == Level::Review && stay.perhaps_event != NONE;
        doubted.then(|| self.around.context.history.event(stay.perhaps_event).id())
    }

    /// The control point, which is named for its breach; where there is none yet, what somebody is reminded of.
    fn title(&self) -> Cow<'_, str> {
        let named = Cow::Borrowed(self.point.name.as_str());
        let Basis::Stay { stay, timed, .. } = self.basis else {
            return named;
        };
        let Allegation {
            level,
            breached_at,
            due_at,
            ..
        } = self.allegation;
        let of = match &timed.kind {
            TimedKind::Overdue(_) => timed.limit_name.as_str(),
            TimedKind::Special(_) => "特别程序",
            _ => return named,
        };
        if *level != Level::Notice || breached_at.is_some() {
            return named;
        }
        let until = self.reminded_until().unwrap_or(self.now);
        let is_over = due_at.is_some_and(|due| until > due);
        let near = !is_over && self.asked_after(stay, timed).is_none();
        Cow::Owned(catalogue::reminder_title(of, near))
    }

    /// When what somebody was reminded of was done, or fell away: nothing is asked of anybody any more.
    fn reminded_until(&self) -> Option<Timestamp> {
        let Basis::Stay { stay, timed, .. } = self.basis else {
            return None;
        };
        let reminds = self.allegation.breached_at.is_none()
            && matches!(timed.kind, TimedKind::Overdue(_) | TimedKind::Special(_));
        let fell_at = || stay.fell_at(self.around.context.history);
        let over_at = stay.is_done().then_some(stay.done_at).or_else(fell_at);
        over_at.filter(|_| reminds)
    }

    /// After how long a suspension that the law sets no maximum is asked after, where that is what is said.
    fn asked_after(&self, stay: &Stay, timed: &TimedPoint) -> Option<Budget> {
        let TimedKind::Special(watch) = &timed.kind else {
            return None;
        };
        let fold = self.around.fold;
        let review = fold.review(stay, watch, self.around.context)?;
        let now = self.allegation.breached_at.is_none()
            && deadline::first_late_instant(review.due_at) == stay.rungs[0];
        now.then_some(review.after)
    }

    fn stay(
        &self,
        text: &mut String,
        stay: &Stay,
        timed: &TimedPoint,
        at: Option<RungAt>,
    ) -> std::fmt::Result {
        let around = self.around;
        let due = self
            .allegation
            .due_at
            .map(|due| day(due, around))
            .unwrap_or_default();
        if let TimedKind::TooEarly(at_least, _) = timed.kind {
            let (least, done) = (at_least.text_zh(), local(stay.done_at, around));
            return write!(text, "须满{least}方可办理，最早为{due}，实际于{done}办理。");
        }
        if let TimedKind::EndedBefore { .. } = timed.kind {
            let fell = around.context.history.event(stay.fell_event);
            return write!(
                text,
                "{}将于{due}届满，届满前{}以“{}”终结，期限随之消灭，应核实终结是否属实、有据。",
                timed.limit_name,
                local(fell.occurred_at, around),
                describe(&fell, around)
            );
        }
        if let Some(after) = self.asked_after(stay, timed) {
            let began = local(stay.start_at, around);
            let within = after.text_zh();
            return write!(
                text,
                "自{began}起已超过{within}，没有结束，法律也没有规定上限；其时间仍不计入期限，应当说明继续的理由并重新书面告知当事人，\
                 或者立即结束，理由是否成立由监察机关认定。"
            );
        }
        let what = match at {
            _ if timed.duty.is_some() => {
                let within = self.basis.budget();
                let within = within.map(Budget::text_zh).unwrap_or_default();
                format!("责任事项“{}”应在{within}内履行，期限", timed.limit_name)
            }
            None => "特别程序计划期限".into(),
            Some(_) => {
                let kind = if self.basis.statutory() == Some(false) {
                    "承诺"
                } else {
                    "法定"
                };
                let budget = self.basis.budget();
                let budget = budget.map(Budget::text_zh).unwrap_or_default();
                let from = match stay.begun {
                    Begun::Before => "（没有报送环节开始，自上一环节办结起算）",
                    _ => "",
                };
                format!("{}{kind}时限{budget}{from}", timed.limit_name)
            }
        };
        let fell_at = stay.fell_at(around.context.history);
        let state = if let Some(done) = self.allegation.completed_at {
            format!("实际于{}办结", local(done, around))
        } else if let Some(fell_at) = fell_at.filter(|_| !stay.is_done()) {
            format!("{}起义务消灭", local(fell_at, around))
        } else if stay.is_done() {
            format!("已于{}办结", local(stay.done_at, around))
        } else {
            format!("截至{}尚未办结", local(self.now, around))
        };
        if self.reminded_until().is_some() {
            let due = self.allegation.due_at.map(|_| format!("至{due}"));
            return write!(text, "{what}{}届满，{state}。", due.unwrap_or_default());
        }
        let over = self.allegation.breached_at.is_some()
            || self.allegation.due_at.is_some_and(|due| self.now > due);
        let please = match self.allegation.level {
            Level::Notice => "，请及时办理",
            _ => "",
        };
        match (self.allegation.due_at, over) {
            (_, true) => write!(text, "{what}已于{due}届满，{state}{please}。"),
            (Some(_), false) => write!(text, "{what}将于{due}届满，{state}，请及时办理。"),
            // A ladder of reminders alone has no rung that says when.
            (None, false) => write!(text, "{what}即将届满，{state}，请及时办理。"),
        }
    }

    fn saved(&self, text: &mut String, timed: &TimedPoint) -> std::fmt::Result {
        let around = self.around;
        let due = self.allegation.due_at.map(|due| day(due, around));
        if timed.own_deadline.is_some() {
            return write!(
                text,
                "{}按先前报送的日期应于{}届满，超过规定时差后改报为更晚的日期，才显示未超期，须人工核实。",
                timed.limit_name,
                due.unwrap_or_default()
            );
        }
        let specials = &around.context.plan.specials;
        let mut names: Vec<&str> = Vec::new();
        if let Some(ledger) = around.fold.ledger() {
            let late = ledger.told_late();
            names.extend(late.map(|(_, special)| specials[usize::from(special)].name.as_str()));
        }
        names.dedup();
        write!(
            text,
            "{}本应于{}届满，仅凭超过规定时差的事后补录（{}）才显示未超期，须人工核实。",
            timed.limit_name,
            due.unwrap_or_default(),
            names.join("、")
        )
    }

    fn unclosed(&self, text: &mut String, event: u32) -> std::fmt::Result {
        let around = self.around;
        let event = around.context.history.event(event);
        let Check::Unclosed { within, .. } = self.point.check else {
            return Ok(());
        };
        let (what, when) = (describe(&event, around), local(event.occurred_at, around));
        write!(
            text,
            "办件已作出决定，“{what}”（{when}）之后超过{}没有办理行为，",
            within.text_zh()
        )?;
        match self.allegation.completed_at {
            Some(closed) => write!(text, "至{}才办结。", local(closed, around)),
            None => write!(text, "也没有办结。"),
        }
    }

    fn other_item(&self, text: &mut String, former: &Former) -> std::fmt::Result {
        let around = self.around;
        let context = around.context;
        let item = context.first_named(NONE, |p| p.item);
        let due = self.allegation.due_at.map(|due| day(due, around));
        let now = case_budget(context.plan).map(Budget::text_zh);
        let now = now.map_or("没有办结时限".into(), |now| format!("办结时限{now}"));
        write!(
            text,
            "办件受理后原属事项 {}（办结时限{}，应于{}届满），{}",
            context.texts.text(former.item),
            former.budget.text_zh(),
            due.unwrap_or_default(),
            local(former.told_at, around),
        )?;
        match context.texts.option(item) {
            Some(item) => write!(text, "改报为事项 {item}（{now}）")?,
            None => write!(text, "改报后没有事项编码（{now}）")?,
        }
        text.push_str("，超过来源的规定时差；按现事项判断，改报是否属实由监督机构核定。");
        Ok(())
    }

    fn resent(&self, text: &mut String, resent: &Resent) -> std::fmt::Result {
        let around = self.around;
        let event = around.context.history.event(resent.event);
        write!(
            text,
            "“{}”（{}）的记录在办件终结之后于{}重新报送，{}与原报送不一致{}。",
            describe(&event, around),
            local(event.occurred_at, around),
            local(resent.told_at, around),
            resent.changed.join("、"),
            match resent.excused {
                true => "；所报例外不能说明时间、结果、金额、裁量档次或者当事人的变更，请人工核实",
                false => "",
            }
        )
    }

    fn finding(&self, text: &mut String, finding: &Finding) -> std::fmt::Result {
        let (around, point) = (self.around, self.point);
        let context = around.context;
        let event = context.history.event(finding.event);
        let when = local(event.occurred_at, around);
        let what = describe(&event, around);
        let other = (finding.other != NONE).then(|| context.history.event(finding.other));
        let before = other
            .map(|o| {
                format!(
                    "{}（{}）",
                    describe(&o, around),
                    local(o.occurred_at, around)
                )
            })
            .unwrap_or_default();
        if let Some(message) = &point.message {
            text.push_str(&filled(message, &when, &what, &before));
            return Ok(());
        }
        let step_name = |place: u16| context.plan.steps[usize::from(place)].name.as_str();
        match &point.check {
            Check::RequiresBefore { .. } if other.is_some() => {
                write!(text, "{when}发生“{what}”，此前最近一次{before}未获通过。")
            }
            Check::RequiresBefore { before_names, .. } if before_names.is_empty() => {
                write!(text, "{when}发生“{what}”，此前未见规定的前置环节。")
            }
            Check::RequiresBefore { before_names, .. } => {
                write!(text, "{when}发生“{what}”，此前未见{before_names}。")
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
                write!(text, "{when}进入“{what}”，流程图中没有这一走向。")?;
                self.unknown_step(text, finding)
            }
            Check::StartedTooSoon => {
                let open = step_name(finding.detail);
                write!(text, "上一环节“{open}”尚未办结，{when}即开始“{what}”。")?;
                self.unknown_step(text, finding)
            }
            Check::RequiredStep { .. } => {
                let missing = step_name(finding.detail);
                write!(text, "{when}“{what}”时，必经环节“{missing}”缺失。")?;
                self.unknown_step(text, finding)
            }
            Check::SamePerson { .. } => {
                let took_part = |who| context.took_part(&event, who);
                let both = other.map(|o| o.actor).filter(|who| took_part(*who));
                let who = context.texts.text(both.unwrap_or(event.actor));
                write!(text, "{before}与“{what}”（{when}）由同一人（{who}）办理。")
            }
            Check::Repeated(_) => {
                write!(
                    text,
                    "{when}再次发生“{what}”，首次为{before}，已超过允许的次数。"
                )
            }
            Check::AmountsDiffer(amounts) => match context.balance(amounts, finding.event) {
                Some(b) => write!(
                    text,
                    "{when}“{what}”时，决定金额{}元，实际缴款{}元（可减{}元、可加{}元），两者不符。",
                    yuan(b.owed),
                    yuan(b.paid),
                    yuan(b.less),
                    yuan(b.more)
                ),
                None => Ok(()),
            },
            Check::OffList { .. } if finding.detail == NO_ITEM => {
                write!(
                    text,
                    "{when}“{what}”时未报事项编码，全部记录都没有指明所行使的权力事项。"
                )
            }
            Check::OffList { .. } => {
                let item = context.texts.text(context.item(finding.event));
                write!(text, "事项编码 {item} 在{when}不在现行权力清单之内。")
            }
            Check::CancelledItem => {
                let item = context.texts.text(context.item(finding.event));
                write!(text, "事项 {item} 已取消或划转，{when}仍发生“{what}”。")
            }
            check @ (Check::WrongBody | Check::Authority(_)) => {
                let found = authority::sentence(check, finding, around);
                write!(text, "{when}“{what}”：{found}")
            }
            Check::NightOrHoliday(hours) => {
                let calendar = &context.plan.calendar;
                let start = (finding.other != NONE).then(|| context.history.event(finding.other));
                let begun_at = start.map_or(event.occurred_at, |start| start.occurred_at);
                let today = begun_at.local_date(calendar.tz());
                let night = format!("{} 至 {}", hours.night_from, hours.night_until);
                let day_name = calendar.holiday_name(today);
                let why = match finding.detail {
                    HOLIDAY => format!("当日为法定节假日（{}）", day_name.unwrap_or("按日期认定")),
                    DAY_OFF => format!(
                        "当日为通知放假的日子（{}），是否属于法定节假日由监督机构核定",
                        day_name.unwrap_or("放假")
                    ),
                    THROUGH_NIGHT => {
                        format!("其间大部分时间属于夜间（{night}），是否连续实施由监督机构核定")
                    }
                    _ => format!("属于夜间（{night}）"),
                };
                let shown = match context.shown_at_another_time(hours, &event) {
                    Some(Shown::LongBefore) => {
                        "情况紧急的材料早于实施七十二小时报送，是否仍然紧急由监督机构核定"
                    }
                    Some(Shown::Afterwards) => "情况紧急的材料在此后才报送，是否采信由监督机构核定",
                    None => "没有情况紧急的材料",
                };
                let begun = match start {
                    Some(start) => format!("{}开始，", local(start.occurred_at, around)),
                    None => String::new(),
                };
                write!(text, "{begun}{when}实施“{what}”，{why}，{shown}。")
            }
            Check::LateEntry { over } => {
                let entered = local(event.known_at(), around);
                write!(
                    text,
                    "“{what}”发生于{when}，{entered}才录入，超过{}。",
                    over.text_zh()
                )
            }
            Check::UnfoundedSuspension { .. } if event.kind == EventKind::Extend => {
                let why = match finding.detail {
                    wrong::UNLISTED => "其种类不在本事项延期清单之内，期限不予延长",
                    wrong::WITHOUT_LENGTH => {
                        "没有载明延长的时长；有法定上限的暂按上限计算，没有的不予延长"
                    }
                    _ => "没有书面告知当事人延长期限及其理由的记录，期限暂按延期后计算",
                };
                let what = procedure(&event, around).unwrap_or(what);
                write!(text, "{when}批准“{what}”，{why}。")?;
                self.unknown_special(text, finding)
            }
            Check::UnfoundedSuspension { .. } | Check::FrequentSuspension { .. } => {
                let why = match finding.detail {
                    wrong::UNLISTED => "其种类不在本事项特别程序清单之内，时间不予扣除",
                    wrong::WITHOUT_END => {
                        "没有计划结束时间，也没有法定上限，结束之前的时间暂予扣除"
                    }
                    wrong::WITHOUT_NOTICE => "没有书面告知当事人所需时间的记录，其时间暂予扣除",
                    wrong::TOO_MANY => "次数超过规定",
                    wrong::TOO_LONG => "计划占用的时间超过期限的规定比例",
                    _ => "此时期限只剩最后一段",
                };
                let what = procedure(&event, around).unwrap_or(what);
                write!(text, "{when}启动“{what}”，{why}。")?;
                self.unknown_special(text, finding)
            }
            Check::StartMoved => {
                let held = context.held(&event);
                let (first, told) = held.map_or((event.occurred_at, event.occurred_at), |held| {
                    (held.at, held.told_at)
                });
                write!(
                    text,
                    "起算时间被推后：“{what}”原报{}，{}改报为{when}，超过来源的规定时差；期限仍自原报时间起算，是否采信由监督机构核定。",
                    local(first, around),
                    local(told, around)
                )
            }
            Check::TimeReversed if finding.other == NONE => write!(
                text,
                "“{what}”（{when}）的计划结束时间早于开始时间，不计入任何时间。"
            ),
            Check::TimeReversed => write!(text, "{before}早于“{what}”（{when}），时间倒序。"),
            Check::MissingField { fields } => {
                let name = &fields[usize::from(finding.detail)].1;
                write!(text, "{when}“{what}”的记录缺少{}。", field_zh(name))
            }
            Check::MalformedCode { codes } => {
                let name = &codes[usize::from(finding.detail & 0xff)].name;
                let why = Malformed::ALL.get(usize::from(finding.detail >> 8));
                let why = why.map_or("", |why| why.text_zh());
                write!(text, "{when}“{what}”的记录中 {name} 不合编码规则：{why}。")
            }
            Check::Conflict if finding.detail == STARTED_TWICE => write!(
                text,
                "“{what}”在{before}开始之后没有办结记录，{when}又报开始，按重复报送处理，期限仍自首次开始计算。"
            ),
            Check::Conflict => write!(text, "“{what}”（{when}）与{before}的事项或当事人不一致。"),
            Check::Condition { .. } => write!(text, "{when}“{what}”时，触发监察条件。"),
            Check::Timed
            | Check::ResentAfter { .. }
            | Check::SavedByLateEntry
            | Check::ItemChanged
            | Check::Unclosed { .. } => Ok(()),
        }
    }
}

impl Sentence<'_> {
    /// That a step of the case is called by a name that nobody knows, which is asked first.
    fn unknown_step(&self, text: &mut String, finding: &Finding) -> std::fmt::Result {
        match self.around.context.unknown_step(finding.event) {
            Some(said) => write!(
                text,
                "来源所报的环节“{said}”在流程图中没有对应，请在两个工作日内核对名称或者登记代码对照，逾期按本条处理。"
            ),
            None => Ok(()),
        }
    }

    /// The same of a special procedure.
    fn unknown_special(&self, text: &mut String, finding: &Finding) -> std::fmt::Result {
        let context = self.around.context;
        let event = context.history.event(finding.event);
        if finding.detail != wrong::UNLISTED || !context.special_is_unknown(&event) {
            return Ok(());
        }
        let said = event.special().map_or(0, |special| special.kind);
        write!(
            text,
            "来源所报的特别程序“{}”在流程图中没有对应，请在两个工作日内核对名称或者登记代码对照，逾期按本条处理。",
            context.codes.text(said.into())
        )
    }
}

/// A field of a record as an officer calls it, with its name in the exchange format for whoever mends the interface.
pub(crate) fn field_zh(name: &str) -> String {
    let words = match name {
        "actor.id" | "actor" => "经办人",
        "actor.cert_no" => "执法证号",
        "result_code" => "结果",
        "reason" => "理由",
        "legal_basis" => "依据",
        "party_ref" => "当事人",
        "item_code" => "事项编码",
        "org_code" => "承办机构",
        "region_code" => "行政区划",
        "attachments" => "文书材料",
        "step_code" => "环节",
        "case_kind" => "办件类型",
        "discretion_tier" => "裁量档次",
        "parent_case_no" => "对应的办件编号",
        "fee" => "收费项目",
        "inspection.plan" => "检查计划或者无需计划的事由",
        "co_actors" => "协办人员",
        "actor.number" => "经办人编号",
        "special.planned_end" => "特别程序的计划结束时间",
        "special.granted" => "延期的时长",
        "special.notice_no" => "特别程序的书面告知",
        "special.approver" => "特别程序的批准人",
        _ if name.starts_with("attachments.") => "规定的文书材料",
        _ => "规定的内容",
    };
    format!("{words}（{name}）")
}

/// Fen as yuan, with two digits.
fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// A message with its placeholders filled in.
fn filled(message: &str, when: &str, what: &str, before: &str) -> String {
    message
        .replace("{when}", when)
        .replace("{what}", what)
        .replace("{before}", before)
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

/// The special procedure that an event names, by its name in the flowchart or as it was told.
fn procedure(event: &Event<'_>, around: &Surroundings<'_>) -> Option<String> {
    let context = around.context;
    let kind = event.special()?.kind;
    let told = || context.codes.option(kind.into()).map(str::to_owned);
    match context.special(kind) {
        Some(special) => Some(context.plan.specials[usize::from(special)].name.clone()),
        None => told(),
    }
}

/// The step's name, or the event kind's.
pub(super) fn describe(event: &Event<'_>, around: &Surroundings<'_>) -> String {
    let context = around.context;
    let kind = event.kind.name_zh();
    match context.step(event) {
        Some(step) => context.plan.steps[usize::from(step)].name.clone(),
        None if event.step != 0 => context.codes.text(event.step.into()).to_owned(),
        None => kind.to_owned(),
    }
}
