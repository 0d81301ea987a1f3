//! Findings about suspensions and extensions: without basis, too many, too long, too late.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline;
use mingjing_domain::definitions::Effect;
use mingjing_domain::event::EventKind;

use super::ledger::{Suspension, ends_as_planned, listed};
use super::{Fold, Taken};
use crate::history::present;

/// What is wrong with a suspension or an extension, as a finding's detail.
pub(crate) mod wrong {
    pub(crate) const UNLISTED: u16 = 1;
    pub(crate) const WITHOUT_END: u16 = 2;
    pub(crate) const WITHOUT_NOTICE: u16 = 3;
    pub(crate) const TOO_MANY: u16 = 4;
    pub(crate) const TOO_LONG: u16 = 5;
    pub(crate) const TOO_LATE: u16 = 6;
    pub(crate) const WITHOUT_LENGTH: u16 = 7;
}

impl Taken<'_> {
    /// Of a suspension or an extension: its kind is not in the closed list, it has no end or length, or nobody was told in writing.
    pub(super) fn unfounded(&self, notice: bool) -> Option<u16> {
        let effect = match self.event.kind {
            EventKind::Extend => Effect::Extend,
            _ => Effect::Suspend,
        };
        let entry = self.event.special();
        let place = entry
            .as_ref()
            .and_then(|entry| listed(entry.kind, effect, self.context));
        let (Some(entry), Some(place)) = (entry, place) else {
            return Some(wrong::UNLISTED);
        };
        let special = &self.context.plan.specials[usize::from(place)];
        match effect {
            Effect::Extend if entry.granted.is_none() && !self.lacks("special.granted") => {
                return Some(wrong::WITHOUT_LENGTH);
            }
            Effect::Suspend
                if special.review_after.is_none()
                    && ends_as_planned(&self.event, &entry, place, self.context).is_none()
                    && !self.lacks("special.planned_end") =>
            {
                return Some(wrong::WITHOUT_END);
            }
            _ => {}
        }
        // What an older engine kept does not say whether there was a notice.
        let known = self.event.present & present::WHOLE != 0;
        let told = self.event.present & present::NOTICE != 0;
        (notice && special.notice && known && !told && !self.lacks("special.notice_no"))
            .then_some(wrong::WITHOUT_NOTICE)
    }

    /// Whether a new notice of its kind prolongs a suspension that the law sets no maximum.
    pub(super) fn prolongs(&self, suspension: &Suspension) -> bool {
        let same = || {
            let kind = self.event.special().map_or(0, |entry| entry.kind);
            listed(kind, Effect::Suspend, self.context) == Some(suspension.special)
        };
        let maximum = self.context.plan.specials[usize::from(suspension.special)].maximum;
        self.event.kind == EventKind::Suspend
            && self.event.present & present::NOTICE != 0
            && maximum.is_none()
            && same()
    }
}

impl Fold {
    /// Of a suspension that begins now: it is one too many; or of the limit watched, as it stands before, too much is suspended by
    /// plan, or only its last part is left.
    pub(super) fn too_frequent(
        &self,
        count: u32,
        limit: Option<(u16, u8)>,
        taken: &Taken<'_>,
    ) -> Option<u16> {
        let (event, context) = (&taken.event, taken.context);
        let so_far = context.history.up_to(event.place);
        if so_far.filter(|e| e.kind == EventKind::Suspend).count() > count as usize {
            return Some(wrong::TOO_MANY);
        }
        let (timed_at, share) = limit?;
        let stay = self
            .stays
            .iter()
            .find(|s| s.timed == timed_at && s.is_open() && !s.stopped)?;
        if event.occurred_at.floor_second() >= stay.rungs[0] {
            return Some(wrong::TOO_LATE);
        }
        let timed = &context.plan.timed[usize::from(timed_at)];
        let budget = timed.statutory.or(timed.promised)?;
        let none = deadline::Ledger::default();
        let due = deadline::deadline(&context.plan.calendar, stay.start_at, budget, &none);
        let whole = due.due_at.millis().saturating_sub(stay.start_at.millis());
        let entered = self.ledger().into_iter().flat_map(|l| &l.suspensions);
        let before = entered
            .filter(|s| timed.suspended_by >> s.special & 1 == 1 && s.from >= stay.start_at)
            .map(|s| span(s.from, s.credited_until(event.place)));
        let now = event.special().and_then(|entry| {
            let special = listed(entry.kind, Effect::Suspend, context)?;
            let stops = timed.suspended_by >> special & 1 == 1;
            let end = ends_as_planned(event, &entry, special, context)?;
            stops.then(|| span(event.occurred_at, end))
        });
        let suspended = before.chain(now).fold(0_i64, i64::saturating_add);
        let too_long = i128::from(suspended) * 100 > i128::from(whole) * i128::from(share);
        too_long.then_some(wrong::TOO_LONG)
    }
}

/// Elapsed milliseconds; nothing of what ends before it begins or has no end.
fn span(from: Timestamp, to: Timestamp) -> i64 {
    if to == Timestamp::MAX {
        return 0;
    }
    to.millis().saturating_sub(from.millis()).max(0)
}
