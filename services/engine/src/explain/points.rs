//! Every control point that applies to a case, and why it speaks or does not.
//!
//! What is alleged comes from [`crate::allege`]; here is only told why. A kind of check is told by its point's name and its
//! alert's own message; only conditions are told with the values that they saw.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level, Status};

use super::lacking::{Lacking, lacking};
use super::verdict::{listed, quiet, span_zh, taken_back_zh, with_alert};
use super::walk::{Walked, local, stay_name};
use super::{PointStory, Verdict};
use crate::allege::{Allegation, Origin, State};
use crate::condition::Unjudged;
use crate::fold::{NEVER, NONE, Stay};
use crate::partition::Question;
use crate::rules::{Point, TimedKind};

/// Every point of the plan, in its order.
pub(super) fn points(
    walked: &Walked,
    allegations: &[Allegation],
    question: &Question<'_>,
) -> Vec<PointStory> {
    let points = question.context.plan.points.iter().enumerate();
    let mut told: Vec<PointStory> = points
        .map(|(place, point)| {
            let asked = AskedPoint {
                place: place as u16,
                point,
                walked,
                allegations,
                question,
            };
            asked.story()
        })
        .collect();
    former_points(&mut told, question);
    told
}

/// Points that spoke once and are no longer among those that apply: other definitions are in force for the case.
fn former_points(told: &mut Vec<PointStory>, question: &Question<'_>) {
    for alert in question.alerts.iter().map(|a| &*a.record) {
        let mut verdict = quiet("taken_back", taken_back_zh(alert, &question.context));
        (verdict.step, verdict.visit) = (alert.step.clone(), alert.visit);
        with_alert(&mut verdict, alert);
        let known = told
            .iter_mut()
            .find(|point| point.control_point == alert.control_point);
        match known {
            Some(point) => {
                let has = |v: &Verdict| v.alert_id.as_ref() == Some(&alert.alert_id);
                if !point.verdicts.iter().any(has) {
                    point.verdicts.push(verdict);
                }
            }
            None => told.push(PointStory {
                control_point: alert.control_point.clone(),
                // A message begins with the name of its point, or says that it is a reminder.
                name: alert.message.split('：').next().unwrap_or_default().into(),
                rule: Some(alert.rule.clone()),
                legal_basis: alert.legal_basis.clone(),
                looked_at: None,
                verdicts: vec![verdict],
            }),
        }
    }
}

struct AskedPoint<'a> {
    place: u16,
    point: &'a Point,
    walked: &'a Walked,
    allegations: &'a [Allegation],
    question: &'a Question<'a>,
}

impl AskedPoint<'_> {
    fn story(&self) -> PointStory {
        let timed = self.timed().next().is_some();
        let context = &self.question.context;
        let lacking = lacking(self.place, self.point, self.looks(), context);
        let mut verdicts: Vec<Verdict> = self
            .allegations
            .iter()
            .filter(|a| a.point == self.place)
            .map(|a| self.alleged(a))
            .collect();
        if timed {
            self.quiet_stays(&mut verdicts, lacking.as_ref());
        } else if verdicts.is_empty() {
            let verdict = self.quiet_finding();
            verdicts.push(match lacking {
                Some(lacking) if verdict.outcome == "not_found" => {
                    quiet("not_asked", lacking.text())
                }
                _ => verdict,
            });
        }
        self.taken_back(&mut verdicts);
        PointStory {
            control_point: self.point.id.clone(),
            name: self.point.name.clone(),
            rule: self
                .point
                .rule
                .clone()
                .or_else(|| self.point.own_rule.map(str::to_owned)),
            legal_basis: self.point.legal_basis.clone(),
            looked_at: (!timed).then(|| self.looks().len() as u32),
            verdicts,
        }
    }

    /// The places of the limits that it watches.
    fn timed(&self) -> impl Iterator<Item = usize> {
        let timed = self.question.context.plan.timed.iter().enumerate();
        timed
            .filter(|(_, t)| t.point == self.place)
            .map(|(place, _)| place)
    }

    fn looks(&self) -> &[super::walk::Look] {
        self.walked
            .looks
            .get(&self.place)
            .map_or(&[], Vec::as_slice)
    }

    fn alert(&self, step: &str, visit: u16) -> Option<&AlertRecord> {
        let mut records = self.question.alerts.iter().map(|a| &*a.record);
        records.find(|r| r.control_point == self.point.id && r.step == step && r.visit == visit)
    }

    fn alleged(&self, allegation: &Allegation) -> Verdict {
        let context = &self.question.context;
        let code = context.codes.text(allegation.step.into());
        let alert = self.alert(code, allegation.visit);
        let over = matches!(allegation.state, State::Over { .. });
        let mut verdict = Verdict {
            step: code.to_owned(),
            visit: allegation.visit,
            level: Some(allegation.level),
            due_at: allegation.due_at,
            breached_at: allegation.breached_at,
            completed_at: allegation.completed_at,
            ..quiet("alleged", String::new())
        };
        match alert {
            Some(alert) => {
                verdict.text = self.life(alert, allegation);
                with_alert(&mut verdict, alert);
            }
            None if over => {
                verdict.outcome = "in_time".into();
                verdict.level = None;
                verdict.text = "只监察正在发生的情形，该情形已经结束，不再发出。".into();
            }
            None => verdict.text = "应予预警，平台尚未判断到此。".into(),
        }
        verdict
    }

    /// What an alert says and where it stands in its life.
    fn life(&self, alert: &AlertRecord, allegation: &Allegation) -> String {
        let context = &self.question.context;
        let when = |at: Option<Timestamp>| at.map(|at| local(at, context)).unwrap_or_default();
        let state = match alert.status {
            Status::Pending => self.why_pending(allegation),
            Status::Issued => format!("已于 {} 发出。", when(alert.issued_at)),
            Status::Ended => format!(
                "情形属实，已于 {} 结束：{}。",
                when(alert.ended_at),
                alert.ended_reason.as_deref().unwrap_or("情形已消除")
            ),
            Status::Review => match &alert.withdrawn_reason {
                Some(reason) => format!("待核：{reason}。"),
                None => "待核：本监察点须经人工确认后发出。".into(),
            },
            Status::Withdrawn | Status::Cancelled => taken_back_zh(alert, context),
        };
        format!("{}{state}", alert.message)
    }

    fn why_pending(&self, allegation: &Allegation) -> String {
        let question = self.question;
        let context = &question.context;
        let began = context.history.first().map(|e| e.occurred_at);
        let stock = question
            .source
            .supervised_from
            .is_some_and(|from| began.is_some_and(|b| b < from));
        if stock {
            return "存量办件：始于来源纳入监察之前，只作判断，不予发出。".into();
        }
        let of = allegation.breached_at.unwrap_or(question.knowledge.clock);
        if question.knowledge.settled(of) {
            return "待发：来源所报的名称或者代码尚无对应，正在请来源核对；核对期满仍无对应的，予以发出。".into();
        }
        let latest = of.plus_millis(question.knowledge.allowance_ms);
        format!(
            "待发：来源尚未声明 {} 以前的数据完整，允许时差 {} 小时，最迟于 {} 发出。",
            local(of, context),
            question.source.delay_allowance_hours,
            local(latest, context)
        )
    }

    /// Its limits' runs of which nothing is alleged.
    fn quiet_stays(&self, verdicts: &mut Vec<Verdict>, lacking: Option<&Lacking>) {
        let mut any = false;
        for (place, stay) in self.walked.fold.stays.iter().enumerate() {
            let timed = &self.question.context.plan.timed[usize::from(stay.timed)];
            if timed.point != self.place {
                continue;
            }
            any = true;
            let of_this =
                |a: &Allegation| matches!(a.origin, Origin::Stay { place: at, .. } if at == place);
            if !self.allegations.iter().any(of_this) {
                verdicts.push(self.quiet_stay(stay));
            }
        }
        if !any {
            verdicts.push(match lacking {
                Some(lacking) => quiet("not_asked", lacking.text()),
                None => quiet("not_begun", "期限的起算事项尚未发生，未开始计时。".into()),
            });
        }
    }

    fn quiet_stay(&self, stay: &Stay) -> Verdict {
        let context = &self.question.context;
        let timed = &context.plan.timed[usize::from(stay.timed)];
        let name = stay_name(stay, timed, context);
        let first_breach = self.breach_of(stay, &timed.kind);
        let mut verdict = if stay.is_done() {
            self.done_quietly(stay, &name, &timed.kind, first_breach)
        } else if let Some(fell) = stay.fell_at(context.history) {
            let text = format!(
                "{name}的义务已于 {} 消灭，此前未到预警时点。",
                local(fell, context)
            );
            quiet("fell_away", text)
        } else if stay.stopped {
            let text = format!("{name}因补正停止计时，补正完成后重新计算。");
            quiet("stopped", text)
        } else {
            self.not_due(stay, &name, &timed.kind)
        };
        verdict.step = context.codes.text(stay.step.into()).to_owned();
        verdict.visit = stay.visit;
        verdict.due_at = match timed.kind {
            TimedKind::TooEarly(..) => first_breach,
            _ => first_breach.map(|at| at.plus_millis(-1000)),
        };
        verdict
    }

    fn done_quietly(
        &self,
        stay: &Stay,
        name: &str,
        kind: &TimedKind,
        first_breach: Option<Timestamp>,
    ) -> Verdict {
        let done = local(stay.done_at, &self.question.context);
        if let TimedKind::TooEarly(..) = kind {
            let text = format!("{name}于 {done} 办理，已满最短时限。");
            return quiet("in_time", text);
        }
        let left_ms =
            first_breach.map(|at| at.millis() - 1000 - stay.done_at.floor_second().millis());
        let left = left_ms.filter(|ms| *ms >= 0).map(span_zh);
        let text = match &left {
            Some(left) => format!("{name}于 {done} 按时办结，距期限届满尚余{left}。"),
            None => format!("{name}于 {done} 办结，按本监察点的设置不予预警。"),
        };
        Verdict {
            left,
            ..quiet("in_time", text)
        }
    }

    fn not_due(&self, stay: &Stay, name: &str, kind: &TimedKind) -> Verdict {
        let context = &self.question.context;
        let clock = self.question.knowledge.clock;
        if let TimedKind::TooEarly(..) = kind {
            let text = match stay.rungs[0] {
                NEVER => format!("{name}尚未办理；因停止计时，最早可办理的时间待定。"),
                at => format!("{name}尚未办理；最早可于 {} 办理。", local(at, context)),
            };
            return quiet("not_due", text);
        }
        let next = stay
            .rungs
            .iter()
            .copied()
            .filter(|at| *at > clock && *at != NEVER)
            .min();
        let text = match next {
            Some(at) => {
                // What was perhaps done is for a person once it is past due.
                let late = self
                    .breach_of(stay, kind)
                    .is_some_and(|breach| at >= breach);
                let level = match late && stay.perhaps_event != NONE {
                    true => Level::Review,
                    false => self.level_at(stay, kind, at),
                };
                let level = level.name_zh();
                format!(
                    "{name}尚未到预警时点；如仍未办结，将于 {} 发生{level}。",
                    local(at, context)
                )
            }
            None if stay.rungs.iter().all(|at| *at == NEVER) => {
                format!("{name}停止计时或期限未载明，何时到期待定。")
            }
            None => format!("{name}期限已过而尚未办结；本监察点只在办结时判断。"),
        };
        Verdict {
            next_at: next,
            ..quiet("not_due", text)
        }
    }

    /// When the first of its breach rungs is reached; of other kinds, the only one.
    fn breach_of(&self, stay: &Stay, kind: &TimedKind) -> Option<Timestamp> {
        use mingjing_domain::definitions::RungAt;
        let place = match kind {
            TimedKind::Overdue(ladder) => ladder
                .rungs
                .iter()
                .position(|(_, at)| matches!(at, RungAt::Promised | RungAt::Statutory))?,
            TimedKind::Special(_) => 1,
            _ => 0,
        };
        Some(stay.rungs[place]).filter(|at| *at != NEVER)
    }

    fn level_at(&self, stay: &Stay, kind: &TimedKind, at: Timestamp) -> Level {
        match kind {
            TimedKind::Overdue(ladder) => {
                let rungs = ladder.rungs.iter().zip(stay.rungs);
                let mut levels = rungs
                    .filter(|(_, r)| *r == at)
                    .map(|((level, _), _)| *level);
                levels.next_back().unwrap_or(self.point.level)
            }
            TimedKind::Special(_) if stay.rungs[1] != at => self.point.level.min(Level::Notice),
            _ => self.point.level,
        }
    }

    /// Why a point that speaks at events found nothing.
    fn quiet_finding(&self) -> Verdict {
        let looks = self.looks();
        let Some(last) = looks.last() else {
            let mut triggers = self.question.context.plan.triggers.iter();
            if !triggers.any(|looks| looks.iter().any(|t| t.point == self.place)) {
                return quiet("not_found", "对全部经过作了检查，未发现问题。".into());
            }
            return quiet("no_occasion", "本办件没有发生本监察点所监察的事项。".into());
        };
        let count = looks.len();
        let context = &self.question.context;
        if looks.iter().all(|look| look.excepted) {
            let text =
                format!("{count} 个事项均在本监察点的适用范围之外，或属于其例外，不予预警。");
            return quiet("excepted", text);
        }
        let mut unjudged =
            looks
                .iter()
                .filter(|l| !l.excepted)
                .filter_map(|look| match &look.condition {
                    Some((Err(why), values)) => Some((look.event, why, values)),
                    _ => None,
                });
        if let Some((place, why, values)) = unjudged.next_back() {
            let when = local(context.history.event(place).occurred_at, context);
            let text = match why {
                Unjudged::Unknown(name) => {
                    format!("{when} 的事项未能判断：缺少 {name} 的取值。")
                }
                Unjudged::Failed(why) => format!("{when} 的事项未能判断：{why}。"),
            };
            return Verdict {
                values: values.clone(),
                ..quiet("not_judged", text)
            };
        }
        match &last.condition {
            Some((_, values)) => Verdict {
                values: values.clone(),
                ..quiet(
                    "condition_false",
                    format!(
                        "检查了 {count} 个事项，条件均不成立；最近一次的取值：{}。",
                        listed(values)
                    ),
                )
            },
            None => quiet("not_found", format!("检查了 {count} 个事项，未发现问题。")),
        }
    }

    /// Alerts that nothing alleges any more.
    fn taken_back(&self, verdicts: &mut Vec<Verdict>) {
        let context = &self.question.context;
        for alert in self.question.alerts.iter().map(|a| &*a.record) {
            if alert.control_point != self.point.id {
                continue;
            }
            let known = verdicts
                .iter_mut()
                .find(|v| v.step == alert.step && v.visit == alert.visit);
            match known {
                Some(verdict) if verdict.alert_id.is_some() => {}
                Some(verdict) => {
                    verdict.text.push_str(&taken_back_zh(alert, context));
                    with_alert(verdict, alert);
                }
                None => {
                    let mut verdict = quiet("taken_back", taken_back_zh(alert, context));
                    (verdict.step, verdict.visit) = (alert.step.clone(), alert.visit);
                    with_alert(&mut verdict, alert);
                    verdicts.push(verdict);
                }
            }
        }
    }
}
