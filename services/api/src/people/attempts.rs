//! How often signing in was tried in vain: by account and address together, by account, by address. Pure, and bounded in memory. The
//! public portal counts wrong codes of cases in the same way: there a case's number stands for the account.
//!
//! An attempt counts before it is judged, so that many at once are not one; success takes it back. Names that nobody has count like others,
//! so that being locked out tells nothing of who there is. Each process counts for itself and forgets with its end: what it keeps off is
//! guessing, which a restart does not make feasible.

use std::collections::BTreeMap;
use std::net::IpAddr;

use mingjing_domain::Timestamp;

/// Attempts in vain are counted over so long, and a lock-out lasts so long after the last: a quarter of an hour.
const WINDOW_MS: i64 = 15 * 60_000;
/// So many in vain for one account from one address.
const PAIR_MAX: u32 = 5;
/// … for one account from anywhere. More than of a pair, so that one machine cannot lock somebody out everywhere.
const ACCOUNT_MAX: u32 = 20;
/// … from one address for any account: an office behind one address signs in through it.
const ADDRESS_MAX: u32 = 50;
/// Entries kept. Beyond it the one that was touched longest ago goes.
const ENTRIES_MAX: usize = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Pair(String, IpAddr),
    Account(String),
    Address(IpAddr),
}

impl Key {
    const fn most(&self) -> u32 {
        match self {
            Key::Pair(..) => PAIR_MAX,
            Key::Account(_) => ACCOUNT_MAX,
            Key::Address(_) => ADDRESS_MAX,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Count {
    tried: u32,
    last_at: Timestamp,
}

/// The attempts that count.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    counts: BTreeMap<Key, Count>,
}

impl Attempts {
    /// Counts an attempt, or answers after how many seconds the next one is taken.
    pub(crate) fn begin(&mut self, account: &str, from: IpAddr, now: Timestamp) -> Result<(), u64> {
        let keys = keys(account, from);
        let locked = keys.iter().filter_map(|key| self.locked_until(key, now));
        if let Some(until) = locked.max() {
            let seconds = (until.millis() - now.millis()).max(0) / 1000 + 1;
            return Err(u64::try_from(seconds).unwrap_or(1));
        }
        for key in keys {
            self.make_room(&key, now);
            let count = self.counts.entry(key).or_insert(Count {
                tried: 0,
                last_at: now,
            });
            if over(count, now) {
                count.tried = 0;
            }
            count.tried += 1;
            count.last_at = now;
        }
        Ok(())
    }

    /// The attempt was none in vain. The address keeps what others tried from it.
    pub(crate) fn succeeded(&mut self, account: &str, from: IpAddr) {
        for key in keys(account, from) {
            if matches!(key, Key::Address(_)) {
                let count = self.counts.get_mut(&key);
                count
                    .into_iter()
                    .for_each(|count| count.tried = count.tried.saturating_sub(1));
            } else {
                self.counts.remove(&key);
            }
        }
    }

    /// Forgets what was tried for an account.
    pub(super) fn forget(&mut self, account: &str) {
        self.counts.retain(|key, _| match key {
            Key::Pair(of, _) | Key::Account(of) => of != account,
            Key::Address(_) => true,
        });
    }

    fn locked_until(&self, key: &Key, now: Timestamp) -> Option<Timestamp> {
        let count = self.counts.get(key)?;
        let locked = count.tried >= key.most() && !over(count, now);
        locked.then(|| count.last_at.plus_millis(WINDOW_MS))
    }

    fn make_room(&mut self, key: &Key, now: Timestamp) {
        if self.counts.len() < ENTRIES_MAX || self.counts.contains_key(key) {
            return;
        }
        self.counts.retain(|_, count| !over(count, now));
        if self.counts.len() < ENTRIES_MAX {
            return;
        }
        let oldest = self.counts.iter().min_by_key(|(_, count)| count.last_at);
        if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
            self.counts.remove(&oldest);
        }
    }
}

fn over(count: &Count, now: Timestamp) -> bool {
    now >= count.last_at.plus_millis(WINDOW_MS)
}

fn keys(account: &str, from: IpAddr) -> [Key; 3] {
    let from = one_machine(from);
    [
        Key::Pair(account.to_owned(), from),
        Key::Account(account.to_owned()),
        Key::Address(from),
    ]
}

/// Of IPv6 the first 64 bits: whoever has one address there has them all.
fn one_machine(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => {
            let bits = u128::from(address) >> 64 << 64;
            IpAddr::V6(bits.into())
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn five_in_vain_lock_a_pair_out_for_a_quarter_of_an_hour() {
        let (mut attempts, home, other) = (Attempts::default(), ip("10.0.0.7"), ip("10.0.0.8"));
        for second in 0..5 {
            assert_eq!(attempts.begin("li", home, at(second)), Ok(()));
        }
        assert_eq!(attempts.begin("li", home, at(5)), Err(900));
        assert_eq!(attempts.begin("li", other, at(5)), Ok(()));
        assert_eq!(attempts.begin("wang", home, at(5)), Ok(()));
        assert_eq!(attempts.begin("li", home, at(4 + 900)), Ok(()));
    }

    #[test]
    fn success_and_the_administrator_open_it_again() {
        let (mut attempts, home) = (Attempts::default(), ip("10.0.0.7"));
        for _ in 0..4 {
            attempts.begin("li", home, at(0)).unwrap();
        }
        attempts.succeeded("li", home);
        for _ in 0..5 {
            attempts.begin("li", home, at(1)).unwrap();
        }
        assert!(attempts.begin("li", home, at(1)).is_err());
        attempts.forget("li");
        assert_eq!(attempts.begin("li", home, at(1)), Ok(()));
    }

    #[test]
    fn many_addresses_lock_an_account_and_many_names_an_address() {
        let mut attempts = Attempts::default();
        for n in 0..20 {
            let from = ip(&format!("10.0.1.{n}"));
            assert_eq!(attempts.begin("li", from, at(0)), Ok(()));
        }
        assert!(attempts.begin("li", ip("10.0.2.1"), at(0)).is_err());
        let from = ip("10.0.3.1");
        for n in 0..50 {
            assert_eq!(attempts.begin(&format!("n{n}"), from, at(0)), Ok(()));
        }
        assert!(attempts.begin("wang", from, at(0)).is_err());
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_and_memory_is_bounded() {
        let mut attempts = Attempts::default();
        for n in 0..5 {
            attempts
                .begin("li", ip(&format!("2001:db8::{n}")), at(0))
                .unwrap();
        }
        assert!(attempts.begin("li", ip("2001:db8::99"), at(0)).is_err());
        for n in 0..ENTRIES_MAX as u32 / 3 + 200 {
            let from = IpAddr::V4((0x0b00_0000 + n).into());
            let _ = attempts.begin(&format!("n{n}"), from, at(1));
        }
        assert!(attempts.counts.len() <= ENTRIES_MAX);
    }
}
