//! Cases that were told to be of another item: the clock of the one before is kept.
//!
//! The first item named decides under which flowchart a case is. Else a newer version of that record, or one told later that lies
//! before it, could put a running case under an item with a longer clock, or with none. The case is judged under the item that
//! is told now; but the limit whose due instant it shows is no longer than that of the item before, where the other was told
//! later than the source's delay allowance after it, and the case had been accepted or filed by then.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline;
use mingjing_domain::definitions::LimitKind;
use mingjing_domain::limit::Budget;

use super::Context;
use crate::rules::{Plan, TimedKind, TimedPoint};
use crate::symbols::Symbol;

/// What a limit is measured by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Budgets {
    pub(crate) promised: Option<Budget>,
    pub(crate) statutory: Option<Budget>,
}

/// The item that a case was of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Former {
    pub(crate) item: Symbol,
    /// When the case was accepted or filed.
    pub(crate) begun_at: Timestamp,
    /// When the item that it is of now was told.
    pub(crate) told_at: Timestamp,
    /// Of the limit whose due instant its cases show.
    pub(crate) budgets: Budgets,
    /// The case was still open when it was told.
    pub(crate) open: bool,
}

impl Budgets {
    /// Of the limit whose due instant a plan's cases show; nothing where they show none, or one of their own.
    pub(crate) fn of_case_limit(plan: &Plan) -> Self {
        let limit = plan.case_limit.map(|at| &plan.timed[usize::from(at)]);
        limit.map_or(Budgets::default(), Budgets::of)
    }

    fn of(timed: &TimedPoint) -> Self {
        Budgets {
            promised: timed.promised,
            statutory: timed.statutory,
        }
    }

    /// The first that runs out.
    pub(crate) fn first(&self) -> Option<Budget> {
        self.promised.or(self.statutory)
    }
}

impl Context<'_> {
    /// What a limit is measured by: its own, or what is left of it by the item that the case was of before.
    pub(crate) fn budgets(&self, timed: &TimedPoint) -> Budgets {
        let own = Budgets::of(timed);
        let Some(former) = self.former.filter(|_| self.is_case_limit(timed)) else {
            return own;
        };
        let held = former.budgets;
        let shorter = |own: Option<Budget>, held: Option<Budget>| match (own, held) {
            (Some(own), Some(held)) if self.is_shorter(&former, held, own) => Some(held),
            _ => own,
        };
        Budgets {
            promised: shorter(own.promised, held.first()),
            statutory: shorter(own.statutory, held.statutory),
        }
    }

    /// The item that a case was of before, where what it is of now would let its limit end later, or fall away.
    pub(crate) fn item_changed(&self) -> Option<Former> {
        let former = self.former.filter(|former| former.open)?;
        let held = former.budgets.first()?;
        let longer = match Budgets::of_case_limit(self.plan).first() {
            Some(own) => self.is_shorter(&former, held, own),
            None => true,
        };
        longer.then_some(former)
    }

    /// Whether the item before leaves less of a limit than its own measure.
    pub(crate) fn is_held(&self, timed: &TimedPoint) -> bool {
        self.budgets(timed) != Budgets::of(timed)
    }

    /// Whether it is the limit whose due instant the case shows, and judged by when it is due.
    fn is_case_limit(&self, timed: &TimedPoint) -> bool {
        let due = !matches!(timed.kind, TimedKind::TooEarly(..) | TimedKind::Special(_));
        let shown = self.plan.case_limit;
        let shown = shown.map(|at| &self.plan.timed[usize::from(at)].limit_name);
        due && timed.limit_kind == LimitKind::Case
            && timed.own_deadline.is_none()
            && shown == Some(&timed.limit_name)
    }

    fn is_shorter(&self, former: &Former, held: Budget, own: Budget) -> bool {
        let none = deadline::Ledger::default();
        let due =
            |budget| deadline::deadline(&self.plan.calendar, former.begun_at, budget, &none).due_at;
        due(held) < due(own)
    }
}
