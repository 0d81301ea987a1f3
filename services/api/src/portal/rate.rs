//! How much may be said from one address, and altogether. Pure, and bounded in memory.
//!
//! What is said is kept for ever, so that nobody may fill the log; a hall with one address for all its visitors still says enough. Each
//! process counts for itself.

use std::collections::BTreeMap;
use std::net::IpAddr;

use mingjing_domain::Timestamp;

use crate::people::attempts::one_machine;

/// Counted over so long.
const WINDOW_MS: i64 = 60 * 60_000;
/// So many from one address.
const ADDRESS_MAX: u32 = 20;
/// So many altogether.
const ALL_MAX: u32 = 2_000;

/// What was said in this window.
#[derive(Debug, Default)]
pub(super) struct Rate {
    began_at: Option<Timestamp>,
    all: u32,
    by_address: BTreeMap<IpAddr, u32>,
}

impl Rate {
    /// Counts one, or answers after how many seconds the next one is taken. There are no more addresses than what was taken, so that
    /// these are bounded too.
    pub(super) fn take(&mut self, from: IpAddr, now: Timestamp) -> Result<(), u64> {
        let from = one_machine(from);
        let until = self.began_at.map(|began| began.plus_millis(WINDOW_MS));
        // A clock that was set back begins anew.
        let over = until.is_none_or(|until| now >= until) || self.began_at > Some(now);
        if over {
            *self = Self {
                began_at: Some(now),
                ..Self::default()
            };
        }
        let of_address = self.by_address.get(&from).copied().unwrap_or(0);
        if self.all >= ALL_MAX || of_address >= ADDRESS_MAX {
            let began = self.began_at.unwrap_or(now);
            let left_ms = began.plus_millis(WINDOW_MS).millis() - now.millis();
            return Err(u64::try_from(left_ms / 1000 + 1).unwrap_or(1));
        }
        self.all += 1;
        self.by_address.insert(from, of_address + 1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn one_address_says_twenty_things_an_hour_and_others_are_heard() {
        let mut rate = Rate::default();
        let (here, there): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        for _ in 0..ADDRESS_MAX {
            assert_eq!(rate.take(here, at(0)), Ok(()));
        }
        assert_eq!(rate.take(here, at(600)), Err(3001));
        assert_eq!(rate.take(there, at(600)), Ok(()));
        assert_eq!(rate.take(here, at(3600)), Ok(()));
    }

    #[test]
    fn all_together_are_bounded_and_so_is_what_is_kept() {
        let mut rate = Rate::default();
        let taken = (0..2 * ALL_MAX).filter(|n| rate.take(IpAddr::V4((*n).into()), at(0)).is_ok());
        assert_eq!(taken.count(), ALL_MAX as usize);
        assert_eq!(rate.by_address.len(), ALL_MAX as usize);
        // The clock of the machine was put right.
        assert_eq!(rate.take([10, 0, 0, 1].into(), at(-10)), Ok(()));
    }
}
