//! How often signing in was tried in vain: by account and address together, by account, by address. Pure, and bounded in memory. The
//! public portal counts wrong codes of cases in the same way: there a case's number stands for the account.
//!
//! An attempt counts before it is judged, so that many at once are not one; success takes it back. Names that nobody has count like others,
//! so that being locked out tells nothing of who there is. What was in vain of a name is told to the other processes (`shared.rs`), so that
//! its limits hold for all of them together. What is under way in another process at the same instant is not told yet, so that one address may
//! try as many at once as there are processes; no more than a pair's limit of what it tried elsewhere counts for the account, or one machine
//! could lock somebody out everywhere. How much one address tries of many names each process counts for itself.

mod shared;

use std::collections::BTreeMap;
use std::net::IpAddr;

use mingjing_domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::secret::digest;

pub(crate) use shared::{Guesses, Try};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Count {
    tried: u32,
    last_at: Timestamp,
}

impl Count {
    fn with(self, other: Self) -> Self {
        Self {
            tried: self.tried.saturating_add(other.tried),
            last_at: self.last_at.max(other.last_at),
        }
    }
}

/// What a process tells the others of a name. An address is told as a digest of it and the name: nobody has to read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    /// In vain, by address.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tried: BTreeMap<String, Count>,
    /// When an attempt was none in vain, by address; empty: when an administrator opened it, for all addresses.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    cleared: BTreeMap<String, Timestamp>,
}

/// Under which an administrator opens a name.
const EVERYWHERE: &str = "";
/// So many addresses are told at which an attempt was none in vain, the last ones.
const CLEARED_MAX: usize = 20;

impl Told {
    fn last_at(&self) -> Option<Timestamp> {
        let tried = self.tried.values().map(|count| count.last_at);
        tried.chain(self.cleared.values().copied()).max()
    }

    /// Adds when a name was cleared, as far as it matters still.
    fn clear(&mut self, cleared: BTreeMap<String, Timestamp>, now: Timestamp) {
        for (from, at) in cleared {
            let known = self.cleared.entry(from).or_insert(at);
            *known = at.max(*known);
        }
        self.cleared.retain(|_, at| now < at.plus_millis(WINDOW_MS));
        while self.cleared.len() > CLEARED_MAX {
            let oldest = self.cleared.iter().min_by_key(|(_, at)| **at);
            let Some(oldest) = oldest.map(|(from, _)| from.clone()) else {
                return;
            };
            self.cleared.remove(&oldest);
        }
    }
}

/// Since when a name counts, by what all processes tell.
struct Cleared<'a>(&'a [Told]);

impl Cleared<'_> {
    /// Of an account: no attempt before one that was none in vain counts.
    fn account(&self) -> Option<Timestamp> {
        let all = self.0.iter().flat_map(|told| told.cleared.values());
        all.copied().max()
    }

    /// Of an address: what another one knew opens nothing to it.
    fn address(&self, from: &str) -> Option<Timestamp> {
        let of = |told: &Told| {
            told.cleared
                .get(from)
                .max(told.cleared.get(EVERYWHERE))
                .copied()
        };
        self.0.iter().filter_map(of).max()
    }
}

fn address(name: &str, from: IpAddr) -> String {
    digest(&format!("{name}\n{from}"))[..16].to_owned()
}

/// The attempts that count.
#[derive(Debug, Default)]
struct Attempts {
    counts: BTreeMap<Key, Count>,
}

impl Attempts {
    /// Counts an attempt, or answers after how many seconds the next one is taken. `told`: what other processes tell of this name, and when
    /// this one saw it cleared.
    fn begin(
        &mut self,
        account: &str,
        from: IpAddr,
        now: Timestamp,
        told: &[Told],
    ) -> Result<(), u64> {
        let cleared = Cleared(told);
        if !told.is_empty() {
            self.clear(account, &cleared);
        }
        let keys = keys(account, from);
        let locked = keys.iter().filter_map(|key| {
            let others = self.elsewhere(key, told, &cleared, now);
            self.locked_until(key, now, others)
        });
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

    /// What there is to tell of what was in vain.
    fn told(&self, account: &str, now: Timestamp) -> Told {
        let pairs = self.counts.iter().filter_map(|(key, count)| match key {
            Key::Pair(of, from) if of == account && !over(count, now) => {
                Some((address(account, *from), *count))
            }
            _ => None,
        });
        Told {
            tried: pairs.collect(),
            ..Told::default()
        }
    }

    /// The attempt was none in vain. The address keeps what others tried from it.
    fn succeeded(&mut self, account: &str, from: IpAddr) {
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
    fn forget(&mut self, account: &str) {
        self.counts.retain(|key, _| match key {
            Key::Pair(of, _) | Key::Account(of) => of != account,
            Key::Address(_) => true,
        });
    }

    /// Forgets what was tried for an account before it was cleared.
    fn clear(&mut self, account: &str, cleared: &Cleared<'_>) {
        self.counts.retain(|key, count| {
            let until = match key {
                Key::Pair(of, from) if of == account => cleared.address(&address(of, *from)),
                Key::Account(of) if of == account => cleared.account(),
                _ => None,
            };
            until.is_none_or(|until| count.last_at > until)
        });
    }

    /// What other processes counted of a key since it was cleared. Of an account at most so much by address, with what is counted here of it.
    fn elsewhere(
        &self,
        key: &Key,
        told: &[Told],
        cleared: &Cleared<'_>,
        now: Timestamp,
    ) -> Vec<Count> {
        let name = match key {
            Key::Pair(name, from) => {
                let from = address(name, *from);
                let until = cleared.address(&from);
                let counts = told.iter().filter_map(|told| told.tried.get(&from));
                let counts = counts.filter(|count| counts_since(count, until, now));
                return counts.copied().collect();
            }
            Key::Account(name) => name,
            // Told by nobody.
            Key::Address(_) => return Vec::new(),
        };
        let until = cleared.account();
        let mut by_address: BTreeMap<&str, Count> = BTreeMap::new();
        for (from, count) in told.iter().flat_map(|told| &told.tried) {
            if counts_since(count, until, now) {
                let all = by_address.entry(from.as_str()).or_insert(Count {
                    tried: 0,
                    last_at: count.last_at,
                });
                *all = all.with(*count);
            }
        }
        if by_address.is_empty() {
            return Vec::new();
        }
        let here = self.told(name, now).tried;
        let rest = by_address.into_iter().map(|(from, count)| {
            let here = here.get(from);
            let here = here.filter(|count| counts_since(count, until, now));
            let left = PAIR_MAX.saturating_sub(here.map_or(0, |count| count.tried));
            Count {
                tried: count.tried.min(left),
                last_at: count.last_at,
            }
        });
        rest.filter(|count| count.tried > 0).collect()
    }

    fn locked_until(&self, key: &Key, now: Timestamp, others: Vec<Count>) -> Option<Timestamp> {
        let own = self.counts.get(key).copied();
        let counts = own.into_iter().chain(others);
        let counts = counts.filter(|count| !over(count, now));
        let all = counts.reduce(Count::with);
        let all = all.filter(|all| all.tried >= key.most())?;
        Some(all.last_at.plus_millis(WINDOW_MS))
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

/// Whether a count is of the window, and later than when it was cleared.
fn counts_since(count: &Count, cleared: Option<Timestamp>, now: Timestamp) -> bool {
    !over(count, now) && cleared.is_none_or(|cleared| count.last_at > cleared)
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
pub(crate) fn one_machine(from: IpAddr) -> IpAddr {
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
            assert_eq!(attempts.begin("li", home, at(second), &[]), Ok(()));
        }
        assert_eq!(attempts.begin("li", home, at(5), &[]), Err(900));
        assert_eq!(attempts.begin("li", other, at(5), &[]), Ok(()));
        assert_eq!(attempts.begin("wang", home, at(5), &[]), Ok(()));
        assert_eq!(attempts.begin("li", home, at(4 + 900), &[]), Ok(()));
    }

    #[test]
    fn success_and_the_administrator_open_it_again() {
        let (mut attempts, home) = (Attempts::default(), ip("10.0.0.7"));
        for _ in 0..4 {
            attempts.begin("li", home, at(0), &[]).unwrap();
        }
        attempts.succeeded("li", home);
        for _ in 0..5 {
            attempts.begin("li", home, at(1), &[]).unwrap();
        }
        assert!(attempts.begin("li", home, at(1), &[]).is_err());
        attempts.forget("li");
        assert_eq!(attempts.begin("li", home, at(1), &[]), Ok(()));
    }

    #[test]
    fn many_addresses_lock_an_account_and_many_names_an_address() {
        let mut attempts = Attempts::default();
        for n in 0..20 {
            let from = ip(&format!("10.0.1.{n}"));
            assert_eq!(attempts.begin("li", from, at(0), &[]), Ok(()));
        }
        assert!(attempts.begin("li", ip("10.0.2.1"), at(0), &[]).is_err());
        let from = ip("10.0.3.1");
        for n in 0..50 {
            assert_eq!(attempts.begin(&format!("n{n}"), from, at(0), &[]), Ok(()));
        }
        assert!(attempts.begin("wang", from, at(0), &[]).is_err());
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_and_memory_is_bounded() {
        let mut attempts = Attempts::default();
        for n in 0..5 {
            attempts
                .begin("li", ip(&format!("2001:db8::{n}")), at(0), &[])
                .unwrap();
        }
        assert!(
            attempts
                .begin("li", ip("2001:db8::99"), at(0), &[])
                .is_err()
        );
        for n in 0..ENTRIES_MAX as u32 / 3 + 200 {
            let from = IpAddr::V4((0x0b00_0000 + n).into());
            let _ = attempts.begin(&format!("n{n}"), from, at(1), &[]);
        }
        assert!(attempts.counts.len() <= ENTRIES_MAX);
    }

    /// What one process says to another.
    fn told(attempts: &Attempts, seconds: i64) -> [Told; 1] {
        [attempts.told("li", at(seconds))]
    }

    fn cleared(from: &str, seconds: i64) -> [Told; 1] {
        let cleared = BTreeMap::from([(from.to_owned(), at(seconds))]);
        [Told {
            cleared,
            ..Told::default()
        }]
    }

    #[test]
    fn what_others_tell_counts_for_a_quarter_of_an_hour() {
        let (home, other) = (ip("10.0.0.7"), ip("10.0.0.8"));
        let mut there = Attempts::default();
        for second in 0..3 {
            there.begin("li", home, at(second), &[]).unwrap();
        }
        let mut here = Attempts::default();
        let others = told(&there, 3);
        assert_eq!(here.begin("li", home, at(3), &others), Ok(()));
        assert_eq!(here.begin("li", home, at(4), &others), Ok(()));
        assert_eq!(here.begin("li", home, at(5), &others), Err(900));
        assert_eq!(here.begin("li", other, at(5), &others), Ok(()));
        // Of another name nothing is told, and later nothing counts.
        assert_eq!(there.told("wang", at(5)), Told::default());
        assert_eq!(told(&there, 2 + 900), [Told::default()]);
        assert_eq!(here.begin("li", home, at(5 + 900), &others), Ok(()));
    }

    #[test]
    fn who_knew_it_opens_the_account_and_their_own_address_and_an_administrator_all() {
        let (home, other) = (ip("10.0.0.7"), ip("10.0.0.8"));
        let locked = || {
            let mut here = Attempts::default();
            for _ in 0..5 {
                here.begin("li", home, at(10), &[]).unwrap();
            }
            assert!(here.begin("li", home, at(11), &[]).is_err());
            here
        };
        let by_other = cleared(&address("li", other), 11);
        let from_home = cleared(&address("li", home), 11);
        assert!(locked().begin("li", home, at(12), &by_other).is_err());
        assert_eq!(locked().begin("li", home, at(12), &from_home), Ok(()));
        let everywhere = cleared(EVERYWHERE, 11);
        assert_eq!(locked().begin("li", home, at(12), &everywhere), Ok(()));
        // What was in vain since then counts, and what a third process told before does not.
        let earlier = cleared(&address("li", home), 9);
        assert!(locked().begin("li", home, at(12), &earlier).is_err());
        let [third] = told(&locked(), 11);
        let [opened] = from_home;
        let mut here = Attempts::default();
        assert!(
            here.begin("li", home, at(12), std::slice::from_ref(&third))
                .is_err()
        );
        assert_eq!(here.begin("li", home, at(12), &[third, opened]), Ok(()));
    }

    #[test]
    fn an_account_is_locked_by_what_many_addresses_tried_of_many_processes() {
        let others = (0..4).map(|process| {
            let mut there = Attempts::default();
            for n in 0..5 {
                let from = ip(&format!("10.0.{process}.{n}"));
                there.begin("li", from, at(0), &[]).unwrap();
            }
            there.told("li", at(0))
        });
        let others: Vec<Told> = others.collect();
        let mut here = Attempts::default();
        let from = ip("10.0.9.1");
        assert_eq!(here.begin("li", from, at(0), &others[..3]), Ok(()));
        let mut here = Attempts::default();
        assert!(here.begin("li", from, at(0), &others).is_err());
        // Somebody knew it since: the account is open, also to those who tried once.
        let others = [others, cleared("somewhere", 1).to_vec()].concat();
        assert_eq!(here.begin("li", from, at(2), &others), Ok(()));
        assert!(here.begin("li", ip("10.0.3.4"), at(2), &others).is_ok());
    }

    #[test]
    fn one_address_counts_for_an_account_no_more_than_a_pair_may() {
        let (home, other) = (ip("10.0.0.7"), ip("10.0.0.8"));
        let burst = || {
            let mut there = Attempts::default();
            for _ in 0..5 {
                there.begin("li", home, at(0), &[]).unwrap();
            }
            there
        };
        let others: Vec<Told> = (0..4).map(|_| burst().told("li", at(1))).collect();
        // Whether it tried here, too, or not: fifteen other addresses are as many as are missing.
        for mut here in [Attempts::default(), burst()] {
            assert!(here.begin("li", home, at(1), &others).is_err());
            for n in 0..15 {
                let from = ip(&format!("10.0.1.{n}"));
                assert_eq!(here.begin("li", from, at(1), &others), Ok(()), "{n}");
            }
            assert!(here.begin("li", other, at(1), &others).is_err());
        }
    }

    #[test]
    fn what_is_told_reads_back_names_no_address_and_is_bounded() {
        let mut attempts = Attempts::default();
        attempts.begin("li", ip("10.0.0.7"), at(1), &[]).unwrap();
        let [mut told] = told(&attempts, 1);
        let text = serde_json::to_string(&told).unwrap();
        assert!(!text.contains("10.0.0.7"), "{text}");
        assert_eq!(serde_json::from_str::<Told>(&text).unwrap(), told);
        for n in 0..50 {
            told.clear(BTreeMap::from([(n.to_string(), at(n))]), at(50));
        }
        assert_eq!(told.cleared.len(), CLEARED_MAX);
        assert_eq!(told.last_at(), Some(at(49)));
        told.clear(BTreeMap::new(), at(1000));
        assert!(told.cleared.is_empty());
    }
}
