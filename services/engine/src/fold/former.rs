//! Cases that were told to be of another item: what the one before would have asked of them.
//!
//! The first item named decides under which flowchart a case is. Else a newer version of that record, or one told later that lies
//! before it, could put a running case under an item with a longer clock, or with none, and nobody would know. The case is judged
//! under the item that is told now; where that was told later than the source's delay allowance after the other, and the case had
//! been accepted or filed by then, the due instant by the item before is for a person to look at.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline;
use mingjing_domain::limit::Budget;

use super::Context;
use crate::rules::{Plan, TimedPoint};
use crate::symbols::Symbol;

/// The item that a case was of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Former {
    pub(crate) item: Symbol,
    /// From when its limit runs, as early as was told for longer than the source's delay allowance.
    pub(crate) runs_from: Timestamp,
    /// When the item that it is of now was told.
    pub(crate) told_at: Timestamp,
    /// The first that runs out of the limit whose due instant its cases show.
    pub(crate) budget: Budget,
    /// The case was still open when it was told.
    pub(crate) open: bool,
}

/// The limit whose due instant a plan's cases show, and the first that runs out of promise and law.
pub(crate) fn case_limit(plan: &Plan) -> Option<(&TimedPoint, Budget)> {
    let timed = &plan.timed[usize::from(plan.case_limit?)];
    Some((timed, timed.promised.or(timed.statutory)?))
}

/// How long the cases of a plan may take: the first that runs out of promise and law.
pub(crate) fn case_budget(plan: &Plan) -> Option<Budget> {
    case_limit(plan).map(|(_, budget)| budget)
}

impl Context<'_> {
    /// The item that a case was of before, and when it would be due by it, where what it is of now lets its limit end later, or has
    /// none that runs.
    pub(crate) fn item_changed(&self) -> Option<(Former, Timestamp)> {
        let former = self.former.filter(|former| former.open)?;
        let due_at = self.runs_out(former.runs_from, former.budget);
        // Where its clock began only afterwards, so may that of now.
        let latest = former.told_at.max(former.runs_from);
        let now = case_limit(self.plan).and_then(|(timed, budget)| {
            let mut known = self.history.known();
            let starts = known.find(|e| timed.from == 0 || self.marks(e) & timed.from != 0)?;
            (starts.occurred_at <= latest).then(|| self.runs_out(self.begins_at(&starts), budget))
        });
        now.is_none_or(|now| due_at < now)
            .then_some((former, due_at))
    }

    fn runs_out(&self, from: Timestamp, budget: Budget) -> Timestamp {
        let none = deadline::Ledger::default();
        deadline::deadline(&self.plan.calendar, from, budget, &none).due_at
    }
}
