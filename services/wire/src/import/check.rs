//! The check of a mapping: all its problems at once, or a plan.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::event::EventKind;

use super::convert::TimeFormat;
use super::mapping::{
    ActorRule, AmountRule, AttributeKind, AttributeRule, CaseEventRule, Condition, EventRule,
    Mapping, MappingError, OneOrMany, Scalar, SpecialRule, TextRule, TimeRule,
};
use super::plan::{
    ActorPlan, AmountPlan, AttributePlan, Carried, CaseRulePlan, ConditionPlan, KindPlan, Plan,
    Ref, RulePlan, Shape, SpecialPlan, Test, TextPlan, TimePlan, VersionPlan,
};
use super::row::Names;

impl Plan {
    /// Checks `mapping` and makes it ready for logs of `shape`.
    pub(super) fn new(mapping: &Mapping, shape: Shape) -> Result<Self, MappingError> {
        let mut maker = Maker {
            shape,
            names: Names::default(),
            problems: Vec::new(),
        };
        let plan = maker.plan(mapping);
        if maker.problems.is_empty() {
            Ok(Plan {
                names: maker.names,
                ..plan
            })
        } else {
            Err(MappingError {
                problems: maker.problems,
            })
        }
    }
}

struct Maker {
    shape: Shape,
    names: Names,
    problems: Vec<String>,
}

impl Maker {
    fn problem(&mut self, place: &str, what: impl std::fmt::Display) {
        self.problems.push(format!("{place}: {what}"));
    }

    fn plan(&mut self, m: &Mapping) -> Plan {
        if m.source.is_empty() || m.source.contains(char::is_whitespace) || m.source.len() > 256 {
            self.problem("source", "give the source's id, without spaces");
        }
        let zone = m.time_zone.as_ref().and_then(|name| {
            let zone = name.parse::<Tz>();
            if zone.is_err() {
                self.problem(
                    "time_zone",
                    format!("{name:?} is no IANA zone; write it like Asia/Shanghai"),
                );
            }
            zone.ok()
        });
        self.csv(m);
        if m.events.is_empty() && m.case_events.is_empty() {
            self.problem(
                "events",
                "there is no rule: give `events`, or `case_events` for one case a row",
            );
        }
        for name in m
            .case_attributes
            .keys()
            .filter(|name| m.attributes.contains_key(*name))
        {
            self.problem(
                "case_attributes",
                format!("{name:?} is among `attributes` too"),
            );
        }
        if zone.is_none() && uses_dates(m) {
            self.problem("time_zone", "an attribute of type date needs it");
        }
        let mut text =
            |place: &str, rule: &Option<TextRule>| rule.as_ref().map(|rule| self.text(place, rule));
        let event_id = text("event_id", &m.event_id);
        let item = text("item", &m.item);
        let org_code = text("org_code", &m.org_code);
        let region_code = text("region_code", &m.region_code);
        let case_kind = text("case_kind", &m.case_kind);
        let channel = text("channel", &m.channel);
        let party_ref = text("party_ref", &m.party_ref);
        let party_kind = text("party_kind", &m.party_kind);
        let secrecy = text("secrecy", &m.secrecy);
        Plan {
            source: m.source.clone(),
            zone,
            absent: m.absent.clone(),
            case_no: self.text("case_no", &m.case_no),
            event_id,
            data_version: m.data_version.as_ref().map(|rule| VersionPlan {
                from: self.reference("data_version", &rule.from),
                by: rule.by,
            }),
            order: m.order.as_ref().map(|from| self.reference("order", from)),
            item,
            org_code,
            region_code,
            case_kind,
            channel,
            party_ref,
            party_kind,
            secrecy,
            occurred_at: self.time("occurred_at", m.occurred_at.as_ref()),
            entered_at: self.time("entered_at", m.entered_at.as_ref()),
            sent_at: self.time("sent_at", m.sent_at.as_ref()),
            carried: Carried {
                actor: self.actor("actor", m.actor.as_ref()),
                amounts: self.amounts("amounts", &m.amounts),
                attributes: self.attributes("attributes", &m.attributes),
                ..Carried::default()
            },
            case_attributes: self.attributes("case_attributes", &m.case_attributes),
            rules: self.rules(m),
            unmapped: m.unmapped,
            case_rules: self.case_rules(&m.case_events),
            ..Plan::none()
        }
    }

    fn csv(&mut self, m: &Mapping) {
        if m.csv
            .delimiter
            .is_some_and(|c| !c.is_ascii() || c == '"' || c == '\n')
        {
            self.problem(
                "csv.delimiter",
                "give one ASCII character other than a quote",
            );
        }
        if let Some(label) = &m.csv.encoding
            && encoding_rs::Encoding::for_label(label.as_bytes()).is_none()
        {
            self.problem(
                "csv.encoding",
                format!("{label:?} is no encoding; write it like gb18030"),
            );
        }
    }

    fn rules(&mut self, m: &Mapping) -> Vec<RulePlan> {
        let last = m.events.len().saturating_sub(1);
        let mut rules = Vec::with_capacity(m.events.len());
        for (index, rule) in m.events.iter().enumerate() {
            let place = format!("events[{index}]");
            if rule.when.is_none() && index < last {
                self.problem(
                    &place,
                    "it has no `when`, so the rules after it are never reached",
                );
            }
            if m.occurred_at.is_none() && rule.occurred_at.is_none() && !rule.skip {
                self.problem(&place, "no `occurred_at`, neither here nor for the file");
            }
            rules.push(self.rule(&place, rule));
        }
        rules
    }

    fn rule(&mut self, place: &str, rule: &EventRule) -> RulePlan {
        let kind = match (&rule.kind, rule.skip) {
            (Some(kind), false) => Some(self.kind(&format!("{place}.kind"), kind)),
            (None, true) => None,
            (Some(_), true) => {
                self.problem(place, "it has both `kind` and `skip`");
                None
            }
            (None, false) => {
                self.problem(place, "give `kind`, or `skip: true`");
                None
            }
        };
        let at = |key: &str| format!("{place}.{key}");
        RulePlan {
            when: self.conditions(&at("when"), rule.when.as_ref()),
            kind,
            step: rule.step.as_ref().map(|step| self.text(&at("step"), step)),
            occurred_at: self.time(&at("occurred_at"), rule.occurred_at.as_ref()),
            carried: Carried {
                actor: self.actor(&at("actor"), rule.actor.as_ref()),
                amounts: self.amounts(&at("amounts"), &rule.amounts),
                attributes: self.attributes(&at("attributes"), &rule.attributes),
                result: rule
                    .result
                    .as_ref()
                    .map(|rule| self.text(&at("result"), rule)),
                reason: rule
                    .reason
                    .as_ref()
                    .map(|rule| self.text(&at("reason"), rule)),
                legal_basis: rule
                    .legal_basis
                    .as_ref()
                    .map(|rule| self.text(&at("legal_basis"), rule)),
                special: rule
                    .special
                    .as_ref()
                    .map(|rule| self.special(&at("special"), rule)),
            },
        }
    }

    fn case_rules(&mut self, rules: &[CaseEventRule]) -> Vec<CaseRulePlan> {
        let mut plans = Vec::with_capacity(rules.len());
        for (index, rule) in rules.iter().enumerate() {
            let time = TimeRule {
                from: rule.from.clone(),
                format: rule.format.clone(),
                default: None,
            };
            let as_event = EventRule {
                when: rule.when.clone(),
                kind: Some(rule.kind.clone()),
                step: rule.step.clone(),
                occurred_at: Some(time),
                actor: rule.actor.clone(),
                amounts: rule.amounts.clone(),
                attributes: rule.attributes.clone(),
                result: rule.result.clone(),
                ..EventRule::default()
            };
            let plan = self.rule(&format!("case_events[{index}]"), &as_event);
            plans.push(CaseRulePlan {
                attr: rule.from.clone(),
                rule: plan,
            });
        }
        plans
    }

    fn reference(&mut self, place: &str, name: &str) -> Ref {
        if name.is_empty() {
            self.problem(place, "the attribute's name is empty");
        }
        match name.strip_prefix("case:") {
            Some(own) if self.shape == Shape::Traces => Ref {
                slot: self.names.add(own),
                case_only: true,
            },
            _ => Ref {
                slot: self.names.add(name),
                case_only: false,
            },
        }
    }

    fn text(&mut self, place: &str, rule: &TextRule) -> TextPlan {
        let spec = &rule.0;
        match (&spec.constant, &spec.from) {
            (Some(constant), None) => {
                if spec.map.is_some() || spec.slug || spec.default.is_some() {
                    self.problem(
                        place,
                        "`map`, `slug` and `default` go with `from`, not with a constant",
                    );
                }
                TextPlan::Constant(constant.0.clone())
            }
            (None, Some(from)) => TextPlan::Attribute {
                from: self.reference(place, from),
                map: spec.map.as_ref().map(|map| {
                    map.iter()
                        .map(|(theirs, ours)| (theirs.clone(), ours.0.clone()))
                        .collect()
                }),
                slug: spec.slug,
                default: spec.default.clone().map(|text| text.0),
            },
            _ => {
                self.problem(place, "give either a constant or `from`");
                TextPlan::Constant(String::new())
            }
        }
    }

    fn kind(&mut self, place: &str, rule: &TextRule) -> KindPlan {
        let plan = self.text(place, rule);
        let codes: Vec<&String> = match &plan {
            TextPlan::Constant(code) => vec![code],
            TextPlan::Attribute { map, default, .. } => map
                .iter()
                .flat_map(|map| map.values())
                .chain(default)
                .collect(),
        };
        for code in codes {
            if EventKind::from_code(code).is_none() {
                self.problem(
                    place,
                    format!("{code:?} is no event kind; see schemas/events/case-event.v1.json"),
                );
            }
        }
        match &plan {
            TextPlan::Constant(code) => {
                KindPlan::Constant(EventKind::from_code(code).unwrap_or(EventKind::Note))
            }
            TextPlan::Attribute { .. } => KindPlan::Text(plan),
        }
    }

    fn format(&mut self, place: &str, format: Option<&str>) -> TimeFormat {
        TimeFormat::new(format).unwrap_or_else(|problem| {
            self.problem(&format!("{place}.format"), problem);
            TimeFormat::Auto
        })
    }

    fn time(&mut self, place: &str, rule: Option<&TimeRule>) -> Option<TimePlan> {
        let rule = rule?;
        let default = rule.default.as_ref().and_then(|text| {
            let parsed = Timestamp::parse(text);
            if let Err(e) = &parsed {
                self.problem(&format!("{place}.default"), e);
            }
            parsed.ok()
        });
        Some(TimePlan {
            from: self.reference(place, &rule.from),
            format: self.format(place, rule.format.as_deref()),
            default,
        })
    }

    fn actor(&mut self, place: &str, rule: Option<&ActorRule>) -> Option<ActorPlan> {
        let rule = rule?;
        Some(ActorPlan {
            id: self.text(&format!("{place}.id"), &rule.id),
            role: rule
                .role
                .as_ref()
                .map(|rule| self.text(&format!("{place}.role"), rule)),
            cert_no: rule
                .cert_no
                .as_ref()
                .map(|rule| self.text(&format!("{place}.cert_no"), rule)),
        })
    }

    fn special(&mut self, place: &str, rule: &SpecialRule) -> SpecialPlan {
        let mut text = |key: &str, rule: &Option<TextRule>| {
            rule.as_ref()
                .map(|rule| self.text(&format!("{place}.{key}"), rule))
        };
        let basis = text("basis", &rule.basis);
        let granted = text("granted", &rule.granted);
        let granted_unit = text("granted_unit", &rule.granted_unit);
        let approver = text("approver", &rule.approver);
        let approver_rank = text("approver_rank", &rule.approver_rank);
        SpecialPlan {
            kind: self.text(&format!("{place}.kind"), &rule.kind),
            basis,
            planned_end: self.time(&format!("{place}.planned_end"), rule.planned_end.as_ref()),
            granted,
            granted_unit,
            approver,
            approver_rank,
        }
    }

    fn amounts(&mut self, place: &str, rules: &BTreeMap<String, AmountRule>) -> Vec<AmountPlan> {
        let mut plans = Vec::with_capacity(rules.len());
        for (name, rule) in rules {
            let place = format!("{place}.{name}");
            if !(1..=1_000_000).contains(&rule.scale) {
                self.problem(&place, "`scale` is from 1 to 1000000");
            }
            let from = self.reference(&place, &rule.from);
            plans.push(AmountPlan {
                name: name.clone(),
                from,
                scale: rule.scale.max(1),
            });
        }
        plans
    }

    fn attributes(
        &mut self,
        place: &str,
        rules: &BTreeMap<String, AttributeRule>,
    ) -> Vec<AttributePlan> {
        let mut plans = Vec::with_capacity(rules.len());
        for (name, rule) in rules {
            let place = format!("{place}.{name}");
            let timed = matches!(rule.kind, AttributeKind::Instant | AttributeKind::Date);
            if rule.format.is_some() && !timed {
                self.problem(&place, "`format` goes with type instant or date");
            }
            let from = self.reference(&place, &rule.from);
            let format = self.format(&place, rule.format.as_deref());
            plans.push(AttributePlan {
                name: name.clone(),
                from,
                kind: rule.kind,
                format,
            });
        }
        plans
    }

    fn conditions(
        &mut self,
        place: &str,
        when: Option<&OneOrMany<Condition>>,
    ) -> Vec<ConditionPlan> {
        let mut plans = Vec::new();
        for condition in when.map(OneOrMany::as_slice).unwrap_or_default() {
            let from = self.reference(place, &condition.attr);
            let texts = |scalars: &[Scalar]| scalars.iter().map(|s| s.0.clone()).collect();
            let tests = [
                condition.is.as_ref().map(|is| Test::Is(vec![is.0.clone()])),
                condition
                    .one_of
                    .as_ref()
                    .map(|one_of| Test::Is(texts(one_of))),
                condition
                    .not
                    .as_ref()
                    .map(|not| Test::Not(texts(not.as_slice()))),
                condition.present.map(Test::Present),
            ];
            if tests.iter().all(Option::is_none) {
                self.problem(
                    place,
                    "a condition wants one of `is`, `in`, `not`, `present`",
                );
            }
            let attr = condition.attr.clone();
            plans.extend(tests.into_iter().flatten().map(|test| ConditionPlan {
                attr: attr.clone(),
                from,
                test,
            }));
        }
        plans
    }
}

fn uses_dates(m: &Mapping) -> bool {
    let of_events = m.events.iter().flat_map(|rule| rule.attributes.values());
    let of_cases = m
        .case_events
        .iter()
        .flat_map(|rule| rule.attributes.values());
    let all = m
        .attributes
        .values()
        .chain(m.case_attributes.values())
        .chain(of_events)
        .chain(of_cases);
    all.into_iter().any(|rule| rule.kind == AttributeKind::Date)
}
