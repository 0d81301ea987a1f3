//! Records that were sent again, in a newer version with other key values, after the case's course had ended.

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::AttributeType;

use super::{Context, Fold, Seen};
use crate::history::{Event, Kept, Sent};
use crate::rules::{MarkSet, Point};

/// A record that was sent again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resent {
    /// The place of the version that counts.
    pub(crate) event: u32,
    /// When the version with other values was entered, or where nobody said so received; to the second.
    pub(crate) told_at: Timestamp,
    /// What it says otherwise, for people.
    pub(crate) changed: Vec<String>,
    /// It changed what no clerical error is made of: when it happened, what it led to, a sum, a tier, the party.
    weighs: bool,
    /// An exception of the point holds, but the record changed what that cannot excuse: a person looks.
    pub(crate) excused: bool,
}

impl Context<'_> {
    /// The first record, by when it was told anew, that a point may speak of.
    pub(crate) fn first_resent(
        &self,
        point: &Point,
        after: MarkSet,
        lifted_by: MarkSet,
    ) -> Option<Resent> {
        // An import brings all versions at once: when it came says nothing about when it was changed.
        if self.declared {
            return None;
        }
        let mut found = self.resent(after, lifted_by);
        found.retain_mut(|resent| !point.is_guarded() || self.may_be_told(point, resent));
        found
            .into_iter()
            .min_by_key(|resent| (resent.excused, resent.told_at, resent.event))
    }

    /// Every newer version that was told with other key values while the course was over.
    pub(crate) fn resent(&self, after: MarkSet, lifted_by: MarkSet) -> Vec<Resent> {
        let mut found = Vec::new();
        for versions in self.history.replaced() {
            let Some(counts) = versions.last() else {
                continue;
            };
            for pair in versions.windows(2) {
                let told_at = pair[1].told_at;
                if !self.is_over_at(told_at, after, lifted_by) {
                    continue;
                }
                let changed = self.changed(&pair[0].event, &pair[1].event);
                if !changed.is_empty() {
                    found.push(Resent {
                        event: counts.event.place,
                        told_at,
                        changed,
                        weighs: self.weighs(&pair[0].event, &pair[1].event),
                        excused: false,
                    });
                }
            }
        }
        found
    }

    /// Whether the course had ended before an instant, and had not been opened again.
    fn is_over_at(&self, at: Timestamp, after: MarkSet, lifted_by: MarkSet) -> bool {
        let earlier = self.history.known();
        let earlier = earlier.filter(|e| e.occurred_at.floor_second() < at);
        let turning = earlier
            .map(|e| self.marks(&e))
            .filter(|marks| marks & (after | lifted_by) != 0)
            .last();
        turning.is_some_and(|marks| marks & lifted_by == 0)
    }

    /// Whether what was said and is now another is the time, the result, a sum, the tier or the party.
    fn weighs(&self, before: &Event<'_>, now: &Event<'_>) -> bool {
        let differs = |before: u32, now: u32| before != 0 && before != now;
        if before.occurred_at != now.occurred_at
            || differs(before.result.into(), now.result.into())
            || differs(before.party, now.party)
        {
            return true;
        }
        let known = now.extra().map(|extra| extra.attributes);
        let known = known.unwrap_or_default();
        let is_sum = |code: u16| {
            let declared = self.plan.attribute(self.codes.text(code.into()));
            declared.is_some_and(|place| {
                let declared = &self.plan.attributes[usize::from(place)];
                declared.value_type == AttributeType::Amount
            })
        };
        let mut said = before.extra().into_iter().flat_map(|e| e.attributes);
        said.any(|(code, value)| {
            value != Sent::Text("")
                && !known.contains(&(code, value))
                && (code == self.kept.of(Kept::Tier) || is_sum(code))
        })
    }

    /// The key values that were said and are now others, or are said no more.
    fn changed(&self, before: &Event<'_>, now: &Event<'_>) -> Vec<String> {
        let (was, is) = (self.profile(before), self.profile(now));
        let differs = |before: u32, now: u32| before != 0 && before != now;
        let mut changed: Vec<String> = [
            (before.occurred_at != now.occurred_at, "发生时间"),
            (before.kind != now.kind, "事件类型"),
            (differs(before.step.into(), now.step.into()), "环节"),
            (differs(before.result.into(), now.result.into()), "结果"),
            (differs(was.item, is.item), "事项"),
            (differs(was.org, is.org), "机构"),
            (differs(was.region, is.region), "区划"),
            (differs(before.party, now.party), "当事人"),
            (differs(before.actor, now.actor), "经办人"),
        ]
        .into_iter()
        .filter(|(differs, _)| *differs)
        .map(|(_, what)| what.to_owned())
        .collect();
        let known = now.extra().map(|extra| extra.attributes);
        let known = known.unwrap_or_default();
        for (code, value) in before.extra().into_iter().flat_map(|e| e.attributes) {
            if !known.contains(&(code, value))
                && let Some(name) = self.key_name(code, value)
                && !changed.contains(&name)
            {
                changed.push(name);
            }
        }
        changed
    }

    /// What a key value among the attributes is called; none for what is none.
    fn key_name(&self, code: u16, value: Sent<'_>) -> Option<String> {
        if value == Sent::Text("") {
            return None;
        }
        for (kept, name) in [(Kept::Act, "违法行为"), (Kept::Tier, "裁量档次")] {
            if self.kept.of(kept) == code {
                return Some(name.to_owned());
            }
        }
        let name = self.codes.text(code.into());
        self.plan.attribute(name).map(|_| name.to_owned())
    }

    /// Whether a point's own conditions let it speak of a record, as the case stood at it. Its exceptions do not excuse what
    /// weighs: that is for a person to look at.
    fn may_be_told(&self, point: &Point, resent: &mut Resent) -> bool {
        let mut before = Fold::new(0, self);
        for event in self.history.before(resent.event) {
            before.apply(event, self);
        }
        let seen = Seen {
            attributes: &before.attributes,
            event: self.history.event(resent.event),
            context: self,
            with_event: true,
        };
        let holds = |condition: &crate::condition::Condition| condition.holds(&seen) == Ok(true);
        let meant = point.only_when.as_ref().is_none_or(holds);
        resent.excused = point.unless.iter().any(holds);
        meant && (!resent.excused || resent.weighs)
    }
}
