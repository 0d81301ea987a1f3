//! One entry and its case before the plan: what of them becomes which field of an event.
//!
//! Depends on the entry, its case and the plan alone; order and numbering are [`super::apply`]'s matter.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::event::{Actor, CaseData, CaseEvent, EventKind, Special, Value};
use mingjing_domain::text::Text;

use crate::cloudevents::{plausible, refuse_secret};
use crate::refusal::{ReasonCode, Refusal, Words, is_personal, shown};

use super::convert::{BadAmount, TimeFormat, code, minor_units, truth};
use super::mapping::{AttributeKind, Unmapped, VersionKind};
use super::plan::{
    ActorPlan, AmountPlan, AttributePlan, Carried, ConditionPlan, KindPlan, Plan, Ref, RulePlan,
    SpecialPlan, Test, TextPlan, TimePlan,
};
use super::row::{CellKind, Row};

impl Plan {
    /// Attaches the case's own attributes to `data`.
    pub(super) fn attach(&self, data: &mut CaseData<'static>, case: &Row) -> Result<(), Refusal> {
        let scope = Scope {
            plan: self,
            case,
            entry: case,
        };
        for attribute in &self.case_attributes {
            scope.attribute("case_attributes", attribute, &mut data.attributes)?;
        }
        Ok(())
    }
}

/// What an entry becomes.
pub(super) enum Outcome {
    /// An event, and whether it is a note for want of a rule.
    Event(Box<CaseEvent<'static>>, bool),
    Skipped(&'static str),
}

/// One entry and its case, before the plan.
pub(super) struct Scope<'a> {
    pub(super) plan: &'a Plan,
    pub(super) case: &'a Row,
    pub(super) entry: &'a Row,
}

impl<'a> Scope<'a> {
    fn raw(&self, from: Ref) -> Option<(CellKind, &'a str)> {
        let own = if from.case_only {
            None
        } else {
            self.entry.get(from.slot)
        };
        let (kind, text) = own.or_else(|| self.case.get(from.slot))?;
        let absent = text.is_empty() || self.plan.absent.iter().any(|absent| absent == text);
        (!absent).then_some((kind, text))
    }

    pub(super) fn text<'b>(
        &self,
        field: &str,
        plan: &'b TextPlan,
    ) -> Result<Option<Cow<'b, str>>, Refusal>
    where
        'a: 'b,
    {
        let (from, map, slug, default) = match plan {
            TextPlan::Constant(text) => return Ok(Some(Cow::Borrowed(text))),
            TextPlan::Attribute {
                from,
                map,
                slug,
                default,
            } => (from, map, slug, default),
        };
        let Some((_, text)) = self.raw(*from) else {
            return Ok(default.as_deref().map(Cow::Borrowed));
        };
        let Some(map) = map else {
            return Ok(Some(code(text, *slug)));
        };
        match (map.get(text), default) {
            (Some(ours), _) => Ok(Some(Cow::Borrowed(ours))),
            (None, Some(default)) => Ok(Some(Cow::Borrowed(default))),
            (None, None) if *slug => Ok(Some(code(text, true))),
            (None, None) => Err(Refusal::bad_value(ReasonCode::UnmappedValue, field, text)),
        }
    }

    fn owned(
        &self,
        field: &str,
        plan: Option<&TextPlan>,
    ) -> Result<Option<Text<'static>>, Refusal> {
        let Some(plan) = plan else { return Ok(None) };
        Ok(self
            .text(field, plan)?
            .map(|text| Text::from(text.into_owned())))
    }

    fn time(&self, field: &str, plan: Option<&TimePlan>) -> Result<Option<Timestamp>, Refusal> {
        let Some(plan) = plan else { return Ok(None) };
        let Some((_, text)) = self.raw(plan.from) else {
            return Ok(plan.default);
        };
        self.instant(field, text, &plan.format).map(Some)
    }

    fn instant(&self, field: &str, text: &str, format: &TimeFormat) -> Result<Timestamp, Refusal> {
        format.instant(text, self.plan.zone).ok_or_else(|| {
            let refusal = Refusal::bad_value(ReasonCode::ImpossibleDate, field, text);
            if self.plan.zone.is_some() {
                return refusal.help(
                    "correct it, or set `format` in the mapping",
                    "请改正该值，或在映射中设置 `format`",
                );
            }
            refusal.help(
                "a time without offset needs `time_zone` in the mapping; else correct it or set `format`",
                "不带时区偏移的时间需要映射中的 `time_zone`；否则请改正该值或设置 `format`",
            )
        })
    }

    fn fits(&self, conditions: &[ConditionPlan]) -> bool {
        conditions.iter().all(|condition| {
            let text = self.raw(condition.from).map(|(_, text)| text);
            match &condition.test {
                Test::Is(these) => text.is_some_and(|text| these.iter().any(|this| this == text)),
                Test::Not(these) => text.is_none_or(|text| these.iter().all(|this| this != text)),
                Test::Present(present) => text.is_some() == *present,
            }
        })
    }

    pub(super) fn entry(&self, case_no: &str, index: u32) -> Result<Outcome, Refusal> {
        let plan = self.plan;
        if plan.rules.is_empty() {
            return Ok(Outcome::Skipped("no_entry_rules"));
        }
        let Some(rule) = plan.rules.iter().find(|rule| self.fits(&rule.when)) else {
            return self.unmapped(case_no, index);
        };
        let kind = match &rule.kind {
            None => return Ok(Outcome::Skipped("by_rule")),
            Some(KindPlan::Constant(kind)) => *kind,
            Some(KindPlan::Text(text)) => self.kind(text)?,
        };
        let event = self.event(case_no, self.id(case_no, index)?, kind, rule)?;
        Ok(Outcome::Event(event, false))
    }

    fn id(&self, case_no: &str, index: u32) -> Result<String, Refusal> {
        let given = self
            .plan
            .event_id
            .as_ref()
            .map(|plan| self.text("event_id", plan))
            .transpose()?;
        match given {
            None => Ok(format!("{case_no}/{index}")),
            Some(Some(id)) => Ok(id.into_owned()),
            Some(None) => Err(Refusal::missing("event_id")),
        }
    }

    fn kind(&self, text: &TextPlan) -> Result<EventKind, Refusal> {
        let code = self
            .text("kind", text)?
            .ok_or_else(|| Refusal::missing("kind"))?;
        EventKind::from_code(&code)
            .ok_or_else(|| Refusal::bad_value(ReasonCode::UnknownType, "kind", &code))
    }

    fn unmapped(&self, case_no: &str, index: u32) -> Result<Outcome, Refusal> {
        match self.plan.unmapped {
            Unmapped::Skip => Ok(Outcome::Skipped("unmapped")),
            Unmapped::Note => {
                let rule = RulePlan {
                    when: Vec::new(),
                    kind: None,
                    step: None,
                    occurred_at: None,
                    carried: Carried::default(),
                };
                let event =
                    self.event(case_no, self.id(case_no, index)?, EventKind::Note, &rule)?;
                Ok(Outcome::Event(event, true))
            }
            Unmapped::Refuse => {
                let mut seen: BTreeMap<&str, String> = BTreeMap::new();
                for condition in self.plan.rules.iter().flat_map(|rule| &rule.when) {
                    if let Some((_, text)) = self.raw(condition.from)
                        && !is_personal(&condition.attr)
                    {
                        seen.insert(&condition.attr, shown(text));
                    }
                }
                let seen: Vec<_> = seen
                    .iter()
                    .map(|(name, text)| format!("{name} = {text}"))
                    .collect();
                let seen = seen.join(", ");
                Err(Refusal::new(
                    ReasonCode::UnmappedEvent,
                    Words::new(seen.clone(), seen),
                ))
            }
        }
    }

    pub(super) fn case_event(
        &self,
        case_no: &str,
        id: String,
        rule: &RulePlan,
    ) -> Result<Option<Box<CaseEvent<'static>>>, Refusal> {
        let there = rule
            .occurred_at
            .as_ref()
            .is_some_and(|time| self.raw(time.from).is_some());
        if !there || !self.fits(&rule.when) {
            return Ok(None);
        }
        let kind = match &rule.kind {
            Some(KindPlan::Constant(kind)) => *kind,
            Some(KindPlan::Text(text)) => self.kind(text)?,
            None => return Ok(None),
        };
        self.event(case_no, id, kind, rule).map(Some)
    }

    fn event(
        &self,
        case_no: &str,
        id: String,
        kind: EventKind,
        rule: &RulePlan,
    ) -> Result<Box<CaseEvent<'static>>, Refusal> {
        let plan = self.plan;
        let time = rule.occurred_at.as_ref().or(plan.occurred_at.as_ref());
        let occurred_at = self
            .time("occurred_at", time)?
            .ok_or_else(|| Refusal::missing("occurred_at"))?;
        let entered_at = self.time("entered_at", plan.entered_at.as_ref())?;
        let sent_at = self.time("sent_at", plan.sent_at.as_ref())?;
        for (field, at) in [
            ("occurred_at", Some(occurred_at)),
            ("entered_at", entered_at),
            ("sent_at", sent_at),
        ] {
            at.map_or(Ok(()), |at| plausible(field, at))?;
        }
        let own = &rule.carried;
        let mut data = CaseData {
            item_code: self.owned("item", plan.item.as_ref())?,
            org_code: self.owned("org_code", plan.org_code.as_ref())?,
            region_code: self.owned("region_code", plan.region_code.as_ref())?,
            case_kind: self.owned("case_kind", plan.case_kind.as_ref())?,
            channel: self.owned("channel", plan.channel.as_ref())?,
            party_ref: self.owned("party_ref", plan.party_ref.as_ref())?,
            party_kind: self.owned("party_kind", plan.party_kind.as_ref())?,
            secrecy: self.owned("secrecy", plan.secrecy.as_ref())?,
            step_code: self.owned("step", rule.step.as_ref())?,
            actor: self.actor(own.actor.as_ref().or(plan.carried.actor.as_ref()))?,
            result_code: self.owned("result", own.result.as_ref())?,
            reason: self.owned("reason", own.reason.as_ref())?,
            legal_basis: self.owned("legal_basis", own.legal_basis.as_ref())?,
            special: self.special(own.special.as_ref())?,
            ..CaseData::default()
        };
        refuse_secret(&data)?;
        for amount in plan.carried.amounts.iter().chain(&own.amounts) {
            self.amount(amount, &mut data.amounts)?;
        }
        for attribute in plan.carried.attributes.iter().chain(&own.attributes) {
            self.attribute("attributes", attribute, &mut data.attributes)?;
        }
        // A log does not tell when it was received; nothing in it was received before its own times.
        let received_at = [Some(occurred_at), entered_at, sent_at]
            .into_iter()
            .flatten()
            .max();
        Ok(Box::new(CaseEvent {
            event_id: id.into(),
            source: plan.source.clone().into(),
            source_seq: self.order()?,
            data_version: self.data_version()?,
            kind,
            occurred_at,
            entered_at,
            sent_at,
            received_at: received_at.unwrap_or(occurred_at),
            case_no: case_no.to_owned().into(),
            data,
        }))
    }

    fn actor(&self, plan: Option<&ActorPlan>) -> Result<Option<Actor<'static>>, Refusal> {
        let Some(plan) = plan else { return Ok(None) };
        let Some(id) = self.owned("actor.id", Some(&plan.id))? else {
            return Ok(None);
        };
        Ok(Some(Actor {
            id,
            role: self.owned("actor.role", plan.role.as_ref())?,
            cert_no: self.owned("actor.cert_no", plan.cert_no.as_ref())?,
        }))
    }

    fn special(&self, plan: Option<&SpecialPlan>) -> Result<Option<Special<'static>>, Refusal> {
        let Some(plan) = plan else { return Ok(None) };
        let Some(kind) = self.owned("special.kind", Some(&plan.kind))? else {
            return Ok(None);
        };
        Ok(Some(Special {
            kind,
            basis: self.owned("special.basis", plan.basis.as_ref())?,
            planned_end: self.time("special.planned_end", plan.planned_end.as_ref())?,
            granted: self.granted(plan)?,
            approver: self.owned("special.approver", plan.approver.as_ref())?,
            approver_rank: self.owned("special.approver_rank", plan.approver_rank.as_ref())?,
            ..Special::default()
        }))
    }

    /// A number and its unit, as one budget.
    fn granted(&self, plan: &SpecialPlan) -> Result<Option<Text<'static>>, Refusal> {
        let granted = self.owned("special.granted", plan.granted.as_ref())?;
        let Some(unit) = plan.granted_unit.as_ref() else {
            return Ok(granted);
        };
        let Some(granted) = granted else {
            return Ok(None);
        };
        let unit = self
            .text("special.granted_unit", unit)?
            .ok_or_else(|| Refusal::missing("special.granted_unit"))?;
        Ok(Some(format!("{}{unit}", &*granted).into()))
    }

    /// What settles ties of one instant, as the entry says; 0 where it says nothing.
    fn order(&self) -> Result<u64, Refusal> {
        let Some((_, text)) = self.plan.order.and_then(|from| self.raw(from)) else {
            return Ok(0);
        };
        text.parse()
            .map_err(|_| Refusal::bad_value(ReasonCode::WrongType, "order", text))
    }

    fn data_version(&self) -> Result<u32, Refusal> {
        let Some(plan) = &self.plan.data_version else {
            return Ok(1);
        };
        let Some((_, text)) = self.raw(plan.from) else {
            return Ok(1);
        };
        let version = match plan.by {
            VersionKind::Number => text.parse::<u32>().ok(),
            VersionKind::Instant => {
                let at = self.instant("data_version", text, &TimeFormat::Auto)?;
                u32::try_from(at.millis().div_euclid(1_000)).ok()
            }
        };
        version
            .filter(|version| *version > 0)
            .ok_or_else(|| Refusal::bad_value(ReasonCode::OutOfRange, "data_version", text))
    }

    fn amount(
        &self,
        plan: &AmountPlan,
        amounts: &mut BTreeMap<Text<'static>, i64>,
    ) -> Result<(), Refusal> {
        let Some((_, text)) = self.raw(plan.from) else {
            return Ok(());
        };
        let minor = minor_units(text, plan.scale).map_err(|bad| {
            let reason = match bad {
                BadAmount::NotANumber => ReasonCode::WrongType,
                BadAmount::Inexact => ReasonCode::InexactAmount,
                BadAmount::TooLarge => ReasonCode::OutOfRange,
            };
            let refusal = Refusal::bad_value(reason, &format!("amounts.{}", plan.name), text);
            match bad {
                BadAmount::NotANumber => refusal.help(
                    "write a plain decimal number with a point, like 1234.50",
                    "请写成普通的十进制数，如 1234.50",
                ),
                _ => refusal,
            }
        })?;
        amounts.insert(plan.name.clone().into(), minor);
        Ok(())
    }

    fn attribute(
        &self,
        section: &str,
        plan: &AttributePlan,
        attributes: &mut BTreeMap<Text<'static>, Value<'static>>,
    ) -> Result<(), Refusal> {
        let Some((kind, text)) = self.raw(plan.from) else {
            return Ok(());
        };
        let field = || format!("{section}.{}", plan.name);
        let wrong = || Refusal::bad_value(ReasonCode::WrongType, &field(), text);
        let zone = self.plan.zone.unwrap_or(Tz::UTC);
        let plain = || Value::Text(Text::from(text.to_owned()));
        let float = |text: &str| {
            text.parse::<f64>()
                .ok()
                .filter(|v| v.is_finite())
                .map(Value::Float)
        };
        let value = match plan.kind {
            AttributeKind::Auto => match kind {
                CellKind::Text => plain(),
                CellKind::Int => text.parse().map_or_else(|_| plain(), Value::Int),
                CellKind::Float => float(text).unwrap_or_else(plain),
                CellKind::Bool => truth(text).map_or_else(plain, Value::Bool),
                CellKind::Instant => match self.instant(&field(), text, &plan.format) {
                    Ok(at) => Value::Text(at.to_rfc3339(zone).into()),
                    Err(_) => plain(),
                },
            },
            AttributeKind::Text => plain(),
            AttributeKind::Int => Value::Int(text.parse().map_err(|_| wrong())?),
            AttributeKind::Float => float(text).ok_or_else(wrong)?,
            AttributeKind::Bool => Value::Bool(truth(text).ok_or_else(wrong)?),
            AttributeKind::Instant => Value::Text(
                self.instant(&field(), text, &plan.format)?
                    .to_rfc3339(zone)
                    .into(),
            ),
            AttributeKind::Date => {
                let date = self.instant(&field(), text, &plan.format)?.local_date(zone);
                Value::Text(date.format("%Y-%m-%d").to_string().into())
            }
        };
        attributes.insert(plan.name.clone().into(), value);
        Ok(())
    }
}
