//! Dice that always fall alike: the same seed and the same names give the same numbers, on every machine.

use std::ops::RangeInclusive;

use mingjing_domain::ids::derived_id;

/// A stream of numbers (SplitMix64). Not for secrets.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The stream that belongs to `names` under `seed`.
    pub fn of(seed: u64, names: &[&str]) -> Self {
        let seed = seed.to_string();
        let mut parts = vec!["dice", seed.as_str()];
        parts.extend(names);
        let start = u64::from_str_radix(&derived_id(&parts)[..16], 16);
        Self(start.expect("ids are hexadecimal"))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number of the range, each as likely.
    pub fn roll(&mut self, range: RangeInclusive<i64>) -> i64 {
        let width = (range.end() - range.start() + 1).max(1);
        range.start() + (self.next() % width as u64) as i64
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: i64) -> bool {
        self.roll(1..=n) == 1
    }

    /// One of `all`, which must not be empty.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(0..=all.len() as i64 - 1) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_names_give_the_same_numbers_and_others_do_not() {
        let throw = |seed, name: &str| {
            let mut dice = Dice::of(seed, &[name, "x"]);
            (0..20).map(|_| dice.roll(1..=1000)).collect::<Vec<_>>()
        };
        assert_eq!(throw(7, "permit"), throw(7, "permit"));
        assert_ne!(throw(7, "permit"), throw(8, "permit"));
        assert_ne!(throw(7, "permit"), throw(7, "penalty"));
        assert!(throw(7, "permit").iter().all(|n| (1..=1000).contains(n)));
    }
}
