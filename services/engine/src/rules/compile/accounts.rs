//! Guards of control points, amounts, and duties that end before they are due.

use mingjing_domain::definitions::{
    Anchor, AttributeType, ControlPoint, Limit, Name, PointKind, RungAt,
};
use mingjing_domain::event::EventKind;

use super::{Builder, ENDED_OTHERWISE, Home};
use crate::condition::Condition;
use crate::rules::plan::{Amounts, Check, TimedKind};

impl Builder<'_> {
    /// `only_when` or `unless` of a point.
    pub(super) fn guard(
        &mut self,
        point: &ControlPoint,
        text: &Name,
        check: &Check,
        home: &Home<'_>,
    ) -> Option<Condition> {
        let too_early = matches!(point.check, PointKind::TooEarly { .. });
        let refused = match check {
            Check::Timed if !too_early => Some("a limit falls away by its own `falls_away_when`"),
            Check::SavedByLateEntry => Some("a limit is no event that could be asked"),
            Check::ItemChanged => Some("what a case is of is no event that could be asked"),
            Check::Conflict => Some("two contents under one id are no event that could be asked"),
            _ => None,
        };
        if let Some(why) = refused {
            self.refuse(home, point, &format!("no `only_when` or `unless`: {why}"));
            return None;
        }
        self.own_condition(text, true, home)
    }

    /// A declared attribute of this type, by place.
    pub(super) fn declared(
        &mut self,
        name: &Name,
        wanted: AttributeType,
        home: &Home<'_>,
    ) -> Option<u16> {
        let place = self.plan.attribute(name);
        let place = place.filter(|p| self.plan.attributes[usize::from(*p)].value_type == wanted);
        if place.is_none() {
            let wanted = match wanted {
                AttributeType::Amount => "amount",
                _ => "text",
            };
            let message = format!("declare {:?} as an attribute of type `{wanted}`", name.text);
            self.problems.push((home.problem)(name.line, message));
        }
        place
    }

    pub(super) fn amounts(&mut self, check: &PointKind, home: &Home<'_>) -> Option<Amounts> {
        let PointKind::AmountsDiffer {
            owed,
            owed_on,
            paid,
            paid_on,
            less,
            more,
            at,
        } = check
        else {
            return None;
        };
        let mut amount = |name: &Name| self.declared(name, AttributeType::Amount, home);
        let (owed, paid) = (amount(owed), amount(paid));
        let less: Vec<_> = less.iter().map(&mut amount).collect();
        let more: Vec<_> = more.iter().map(&mut amount).collect();
        Some(Amounts {
            owed: owed?,
            owed_on: self.marks_or(owed_on, &[EventKind::Decided, EventKind::ReviewResult]),
            paid: paid?,
            paid_on: self.marks_or(paid_on, &[EventKind::Paid]),
            less: less.into_iter().collect::<Option<_>>()?,
            more: more.into_iter().collect::<Option<_>>()?,
            at: self.marks_or(at, &[EventKind::Closed]),
        })
    }

    /// The mark of these anchors, or of these kinds where there are none.
    pub(super) fn marks_or(
        &mut self,
        anchors: &[Anchor],
        kinds: &[EventKind],
    ) -> crate::rules::MarkSet {
        if anchors.is_empty() {
            self.mark(&of_kinds(kinds))
        } else {
            self.mark(anchors)
        }
    }

    pub(super) fn ended_before_due(
        &mut self,
        place: u16,
        point: &ControlPoint,
        limit: &Limit,
        on: &[Anchor],
        within: RungAt,
        home: &Home<'_>,
    ) -> Check {
        let by_default = on.is_empty();
        if by_default && limit.falls_away_on.as_ref().is_some_and(Vec::is_empty) {
            let message = format!("limit {:?} never falls away", limit.id.text);
            self.refuse(home, point, &message);
        }
        if limit.at_least.is_some() {
            self.refuse(home, point, "an `at_least` limit is never due");
        }
        if matches!(within, RungAt::Promised | RungAt::Statutory) {
            self.refuse(home, point, "write `within` like `2wd before` or `90%`");
        }
        if matches!(within, RungAt::Used(_)) && limit.own_deadline.is_some() {
            let message = "an own deadline has no share used; write `… before`";
            self.refuse(home, point, message);
        }
        for anchor in on {
            let falls = match &limit.falls_away_on {
                Some(anchors) => anchors.contains(anchor),
                None => anchor.kind.is_some_and(|k| ENDED_OTHERWISE.contains(&k)),
            };
            if !falls {
                let message = format!(
                    "limit {:?} does not fall away on `{anchor}`, so nothing can vanish by it",
                    limit.id.text
                );
                self.refuse(home, point, &message);
            }
        }
        let on = self.marks_or(on, &ENDED_OTHERWISE);
        let kind = TimedKind::EndedBefore {
            within,
            on,
            by_default,
        };
        self.timed(place, limit, kind, home)
    }
}

/// Anchors for events of these kinds.
pub(super) fn of_kinds(kinds: &[EventKind]) -> Vec<Anchor> {
    let anchor = |kind: &EventKind| Anchor {
        kind: Some(*kind),
        step: None,
        line: 0,
    };
    kinds.iter().map(anchor).collect()
}
