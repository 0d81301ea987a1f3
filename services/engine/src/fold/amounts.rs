//! What a case owes and what was paid.

use super::Context;
use crate::condition::Attr;
use crate::history::Event;
use crate::rules::Amounts;

/// Both sides of a case's account, in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Balance {
    pub(crate) owed: i64,
    pub(crate) paid: i64,
    /// By so much less may lawfully be paid.
    pub(crate) less: i64,
    /// By so much more.
    pub(crate) more: i64,
    /// The event that says what is owed.
    pub(crate) owed_by: u32,
}

impl Balance {
    pub(crate) fn is_even(&self) -> bool {
        let least = self.owed.saturating_sub(self.less);
        let most = least.saturating_add(self.more);
        (least..=most).contains(&self.paid)
    }
}

impl Context<'_> {
    /// The account up to an event and with it; none where nothing is known to be owed.
    pub(crate) fn balance(&self, amounts: &Amounts, place: u32) -> Option<Balance> {
        let amount = |event: &Event<'_>, name: u16| match self.carried(event, name) {
            Some(Attr::Int(fen)) => Some(fen),
            _ => None,
        };
        let events = || self.history.up_to(place);
        let ordered = events().filter(|e| self.marks(e) & amounts.owed_on != 0);
        let owed = ordered.last()?;
        let paid = events()
            .filter(|e| self.marks(e) & amounts.paid_on != 0)
            .filter_map(|e| amount(&e, amounts.paid))
            .fold(0i64, i64::saturating_add);
        let latest = |name: &u16| events().filter_map(|e| amount(&e, *name)).last();
        let sum = |names: &[u16]| {
            names
                .iter()
                .filter_map(latest)
                .fold(0i64, i64::saturating_add)
        };
        Some(Balance {
            owed: amount(&owed, amounts.owed)?,
            paid,
            less: sum(&amounts.less),
            more: sum(&amounts.more),
            owed_by: owed.place,
        })
    }
}
