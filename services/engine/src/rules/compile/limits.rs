//! Limits: what makes one whole, its ladder, and the timed points that live on it.

use mingjing_domain::definitions::{
    Anchor, AttributeType, ControlPoint, Effect, Judged, Limit, LimitKind, Name, Occurrence, Rung,
    RungAt,
};
use mingjing_domain::event::EventKind;

use super::{Builder, ENDED_OTHERWISE, Home};
use crate::fold::winds_up;
use crate::rules::plan::{
    Check, Deemed, Ladder, MarkSet, OwnDeadline, SpecialWatch, TimedKind, TimedPoint,
};

impl Builder<'_> {
    pub(super) fn check_limit(&mut self, limit: &Limit, home: &Home<'_>) {
        let mut refuse = |line: u32, message: &str| {
            let line = if line == 0 { limit.id.line } else { line };
            self.problems.push((home.problem)(
                line,
                format!("limit {:?}: {message}", limit.id.text),
            ));
        };
        let measures = [
            limit.statutory.is_some() || limit.promised.is_some(),
            limit.at_least.is_some(),
            limit.own_deadline.is_some(),
        ];
        match measures.iter().filter(|m| **m).count() {
            0 => refuse(
                0,
                "needs `statutory`, `promised`, `at_least` or `own_deadline`",
            ),
            1 => {}
            _ => refuse(
                0,
                "`statutory`/`promised`, `at_least` and `own_deadline` exclude each other",
            ),
        }
        match limit.kind {
            LimitKind::Step if limit.step.is_none() => refuse(0, "`kind: step` needs `step`"),
            LimitKind::Step if !limit.from.is_empty() || !limit.to.is_empty() => {
                refuse(
                    0,
                    "`kind: step` runs from its step's start to its end; leave out `from` and `to`",
                );
            }
            LimitKind::Stage | LimitKind::Case if limit.to.is_empty() => refuse(0, "needs `to`"),
            LimitKind::Stage | LimitKind::Case
                if limit.from.is_empty() && limit.own_deadline.is_none() =>
            {
                refuse(0, "needs `from`");
            }
            LimitKind::Event if limit.own_deadline.is_none() || limit.to.is_empty() => {
                refuse(
                    0,
                    "`kind: event` needs `to` and `own_deadline: event.<attribute>`",
                );
            }
            _ => {}
        }
        if limit.deemed_from.is_some()
            && (!matches!(limit.kind, LimitKind::Stage | LimitKind::Case)
                || limit.occurrence == Occurrence::Each
                || limit.own_deadline.is_some()
                || limit.starts_when.is_some()
                || limit.at_least.is_some()
                || limit.supplement_rebases)
        {
            refuse(
                0,
                "`deemed_from` is for a stage or case limit with `from`, and excludes `own_deadline`, `at_least`, \
                 `supplement_rebases`, `starts_when` and `occurrence: each`",
            );
        }
        if limit.starts_when.is_some() && limit.from.is_empty() {
            refuse(
                0,
                "`starts_when` is asked of `from` events: it needs `from`",
            );
        }
        if limit.own_deadline.is_some() && limit.occurrence == Occurrence::Each {
            refuse(
                0,
                "`own_deadline` has one stay; leave out `occurrence: each`",
            );
        }
    }

    pub(super) fn ladder(
        &mut self,
        limit: &Limit,
        levels: &[Rung],
        point: &ControlPoint,
        home: &Home<'_>,
    ) -> Ladder {
        let lawful = limit.statutory.is_some() || limit.own_deadline.is_some();
        let usual = if levels.is_empty() {
            point.usual_ladder(limit)
        } else {
            Vec::new()
        };
        let all = levels.iter().chain(&usual);
        let mut rungs: Vec<_> = all.map(|r| (r.level, r.at)).collect();
        // In order of time, so that a later rung is never of a lesser level.
        rungs.sort_by_key(|(level, at)| (at.order(), *level));
        if rungs.len() > 3 {
            self.refuse(home, point, "a ladder has at most three rungs");
        }
        if rungs.windows(2).any(|w| w[0].0 >= w[1].0) {
            self.refuse(
                home,
                point,
                "levels must rise: reminder, then promised, then statutory",
            );
        }
        for (_, at) in &rungs {
            match at {
                RungAt::Promised if limit.promised.is_none() => {
                    self.refuse(home, point, "the limit has no `promised`");
                }
                RungAt::Statutory if !lawful => {
                    self.refuse(
                        home,
                        point,
                        "the limit has no `statutory` (nor `own_deadline`)",
                    );
                }
                RungAt::Used(_) if limit.own_deadline.is_some() => {
                    self.refuse(
                        home,
                        point,
                        "an own deadline has no share used; write `… before`",
                    );
                }
                _ => {}
            }
        }
        Ladder { rungs }
    }

    pub(super) fn timed(
        &mut self,
        point: u16,
        limit: &Limit,
        kind: TimedKind,
        home: &Home<'_>,
    ) -> Check {
        let step = limit.step.as_ref().and_then(|name| {
            let place = self.plan.step_by_code.get(name.text.as_str()).copied();
            if place.is_none() {
                let message = format!("unknown step {:?}", name.text);
                self.problems.push((home.problem)(name.line, message));
            }
            place
        });
        let to = self.mark(&limit.to);
        let falls_away_on = match &limit.falls_away_on {
            Some(anchors) => self.mark(anchors),
            None => self.default_fall_away(limit, step),
        };
        let falls_away_when = limit
            .falls_away_when
            .as_ref()
            .and_then(|text| self.condition(text, false, home));
        let own_deadline = limit
            .own_deadline
            .as_ref()
            .and_then(|name| self.own_deadline(name, limit, home));
        if let Some(condition) = &falls_away_when {
            for place in condition.case_attributes() {
                self.plan.watched_attributes |= 1 << place;
            }
        }
        if let Some(OwnDeadline::Case(place)) = own_deadline {
            self.plan.watched_attributes |= 1 << place;
        }
        let suspended_by = match &limit.suspended_by {
            Some(kinds) if kinds.is_empty() => 0,
            Some(kinds) => self.special_bits(kinds, Some(Effect::Suspend), home),
            None => self.special_bits(&[], Some(Effect::Suspend), home),
        };
        let extended_by = match &limit.extended_by {
            Some(kinds) if kinds.is_empty() => 0,
            Some(kinds) => self.special_bits(kinds, Some(Effect::Extend), home),
            None if limit.kind == LimitKind::Case => {
                self.special_bits(&[], Some(Effect::Extend), home)
            }
            None => 0,
        };
        let from = self.mark(&limit.from);
        let leading = self.leading(&limit.to);
        let deemed = limit.deemed_from.as_ref().map(|deemed| Deemed {
            from: self.mark(&deemed.from),
            answered_by: self.mark(&deemed.answered_by),
            within: deemed.within,
        });
        if let Some(deemed) = &deemed {
            self.plan.opening |= deemed.from;
            self.plan.answering |= deemed.answered_by;
        }
        let starts_when = limit
            .starts_when
            .as_ref()
            .and_then(|text| self.condition(text, true, home));
        let place = self.plan.timed.len() as u16;
        if limit.kind == LimitKind::Case
            && matches!(kind, TimedKind::Overdue(_))
            && self.plan.case_limit.is_none()
        {
            self.plan.case_limit = Some(place);
        }
        self.plan.opening |= from;
        self.plan.ending |= to | falls_away_on;
        self.plan.timed.push(TimedPoint {
            point,
            kind,
            limit_name: limit.name.clone(),
            limit_kind: limit.kind,
            step,
            occurrence: limit.occurrence,
            judged: limit.judged,
            from,
            starts_when,
            to,
            falls_away_on,
            falls_by_default: limit.falls_away_on.is_none(),
            leading,
            falls_away_when,
            statutory: limit.statutory,
            promised: limit.promised,
            own_deadline,
            supplement_rebases: limit.supplement_rebases,
            deemed,
            suspended_by,
            extended_by,
            legal_basis: limit.legal_basis.clone(),
            office: limit.office.clone(),
            duty: None,
        });
        Check::Timed
    }

    /// The steps from which the flowchart leads to one that does what is owed, that one included. Where a step's successors are
    /// not restricted nobody knows where it leads.
    fn leading(&self, to: &[Anchor]) -> Vec<u16> {
        let steps = &self.plan.steps;
        let does = |at: &u16| {
            let step = &steps[usize::from(*at)];
            to.iter().any(|anchor| match (&anchor.step, anchor.kind) {
                (Some(code), _) => *code == step.code,
                (None, Some(kind)) => step.done_by.contains(&kind) && !winds_up(kind),
                (None, None) => false,
            })
        };
        let all = 0..steps.len() as u16;
        let mut leading: Vec<u16> = all.clone().filter(does).collect();
        loop {
            let leads = |at: &u16| {
                let mut next = steps[usize::from(*at)].next.iter().flatten();
                !leading.contains(at) && next.any(|to| leading.contains(to))
            };
            let more: Vec<u16> = all.clone().filter(leads).collect();
            if more.is_empty() {
                leading.sort_unstable();
                return leading;
            }
            leading.extend(more);
        }
    }

    pub(super) fn timed_special(&mut self, point: u16, watch: SpecialWatch) -> Check {
        let ends: Vec<Anchor> = ENDED_OTHERWISE
            .into_iter()
            .chain([EventKind::Decided, EventKind::Closed])
            .map(|kind| Anchor {
                kind: Some(kind),
                step: None,
                line: 0,
            })
            .collect();
        let falls_away_on = self.mark(&ends);
        self.plan.ending |= falls_away_on;
        self.plan.timed.push(TimedPoint {
            point,
            kind: TimedKind::Special(watch),
            limit_name: "特别程序".into(),
            limit_kind: LimitKind::Stage,
            step: None,
            occurrence: Occurrence::Each,
            judged: Judged::Always,
            from: 0,
            starts_when: None,
            to: 0,
            falls_away_on,
            falls_by_default: true,
            leading: Vec::new(),
            falls_away_when: None,
            statutory: None,
            promised: None,
            own_deadline: None,
            supplement_rebases: false,
            deemed: None,
            suspended_by: 0,
            extended_by: 0,
            legal_basis: None,
            office: None,
            duty: None,
        });
        Check::Timed
    }

    fn default_fall_away(&mut self, limit: &Limit, step: Option<u16>) -> MarkSet {
        let over = step
            .filter(|_| limit.kind == LimitKind::Step)
            .map(|step| self.over_with_the_case(step));
        let anchors: Vec<Anchor> = ENDED_OTHERWISE
            .into_iter()
            .chain(over.into_iter().flatten())
            .filter(|kind| {
                !limit
                    .to
                    .iter()
                    .any(|to| to.kind == Some(*kind) && to.step.is_none())
            })
            .map(|kind| Anchor {
                kind: Some(kind),
                step: None,
                line: 0,
            })
            .collect();
        self.mark(&anchors)
    }

    /// The kinds of event upon which a step is over though nobody told its end: the closing, and the decision that it lies
    /// before.
    fn over_with_the_case(&self, step: u16) -> Vec<EventKind> {
        let done_by = &self.plan.steps[usize::from(step)].done_by;
        let mut kinds = vec![EventKind::Closed];
        if let Some(decides) = self.plan.step_by_kind[EventKind::Decided as usize]
            && self.leads_to(step, decides)
            && !self.leads_to(decides, step)
        {
            kinds.push(EventKind::Decided);
        }
        kinds.retain(|kind| !done_by.contains(kind));
        kinds
    }

    /// Whether the flowchart's arrows lead from one step to another. A step that restricts nothing has no arrows.
    fn leads_to(&self, from: u16, to: u16) -> bool {
        let (mut reached, mut next) = (vec![from], 0);
        while let Some(at) = reached.get(next).copied() {
            next += 1;
            for step in self.plan.steps[usize::from(at)].next.iter().flatten() {
                if *step == to {
                    return true;
                }
                if !reached.contains(step) {
                    reached.push(*step);
                }
            }
        }
        false
    }

    fn own_deadline(&mut self, name: &Name, limit: &Limit, home: &Home<'_>) -> Option<OwnDeadline> {
        let attribute = name.split_once('.').and_then(|(side, attribute)| {
            let place = self.plan.attribute(attribute)?;
            if self.plan.attributes[usize::from(place)].value_type != AttributeType::Instant {
                return None;
            }
            match (side, limit.kind) {
                ("case", LimitKind::Stage | LimitKind::Case) => Some(OwnDeadline::Case(place)),
                ("event", LimitKind::Event) => Some(OwnDeadline::Event(place)),
                _ => None,
            }
        });
        if attribute.is_none() {
            let message = format!(
                "{:?} is not a deadline: name a declared `instant` attribute as `case.<attribute>` \
                 (stage, case) or `event.<attribute>` (`kind: event`)",
                name.text
            );
            self.problems.push((home.problem)(name.line, message));
        }
        attribute
    }

    pub(super) fn special_bits(
        &mut self,
        kinds: &[Name],
        effect: Option<Effect>,
        home: &Home<'_>,
    ) -> u64 {
        if kinds.is_empty() {
            return self
                .plan
                .specials
                .iter()
                .enumerate()
                .filter(|(_, s)| effect.unwrap_or(Effect::Suspend) == s.effect)
                .fold(0, |bits, (place, _)| bits | 1 << (place & 63));
        }
        let mut bits = 0;
        for kind in kinds {
            match self.plan.special(kind) {
                Some(place) => bits |= 1 << (place & 63),
                None => {
                    let message = format!("unknown special procedure {:?}", kind.text);
                    self.problems.push((home.problem)(kind.line, message));
                }
            }
        }
        bits
    }
}
