//! The numbers of a source's records: which were taken, and which are missing.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Gaps told of at most, in a refusal.
const TOLD_MAX: usize = 5;

/// A run of missing numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The first missing.
    pub from: u64,
    /// The last missing.
    pub to: u64,
    /// When it was first noticed.
    pub since: Timestamp,
}

/// Which numbers of a source were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Runs, first and last number, ascending, none touching the next.
    runs: Vec<(u64, u64)>,
    /// The gaps as last reckoned.
    pub gaps: Vec<Gap>,
}

impl Taken {
    /// Takes a number.
    pub fn add(&mut self, number: u64) {
        self.add_run(number, number);
    }

    fn add_run(&mut self, mut from: u64, mut to: u64) {
        // Runs that touch the new one become part of it.
        let first = self
            .runs
            .partition_point(|(_, last)| last.saturating_add(1) < from);
        let mut end = first;
        while let Some((start, last)) = self.runs.get(end)
            && *start <= to.saturating_add(1)
        {
            (from, to) = (from.min(*start), to.max(*last));
            end += 1;
        }
        self.runs.splice(first..end, [(from, to)]);
    }

    /// Takes all that `other` holds.
    pub fn add_all(&mut self, other: &Taken) {
        for (from, to) in &other.runs {
            self.add_run(*from, *to);
        }
        for gap in &other.gaps {
            if !self.gaps.contains(gap) {
                self.gaps.push(*gap);
            }
        }
    }

    /// Runs of numbers missing from `first` up to the greatest taken.
    pub fn missing(&self, first: u64) -> Vec<(u64, u64)> {
        let mut next = first;
        let mut missing = Vec::new();
        for (from, to) in &self.runs {
            if *from > next {
                missing.push((next, from - 1));
            }
            next = next.max(to.saturating_add(1));
        }
        missing
    }

    /// Reckons the gaps anew. One that overlaps a known gap is part of it and as old.
    pub fn reckon(&mut self, first: u64, now: Timestamp) {
        let since = |from: u64, to: u64| {
            let known = self.gaps.iter().filter(|g| g.from <= to && from <= g.to);
            known.map(|gap| gap.since).min().unwrap_or(now)
        };
        let gap = |(from, to)| Gap {
            from,
            to,
            since: since(from, to),
        };
        self.gaps = self.missing(first).into_iter().map(gap).collect();
    }

    /// What is missing, as it is told: `3–5, 9`.
    pub fn told(&self, first: u64) -> String {
        let missing = self.missing(first);
        let one = |(from, to): &(u64, u64)| match from == to {
            true => from.to_string(),
            false => format!("{from}–{to}"),
        };
        let mut told: Vec<String> = missing.iter().take(TOLD_MAX).map(one).collect();
        if missing.len() > TOLD_MAX {
            told.push("…".into());
        }
        told.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(numbers: &[u64]) -> Taken {
        let mut taken = Taken::default();
        numbers.iter().for_each(|number| taken.add(*number));
        taken
    }

    #[test]
    fn numbers_in_any_order_make_the_same_runs() {
        for order in [[1, 2, 3, 5, 7], [7, 5, 3, 2, 1], [5, 1, 3, 7, 2]] {
            assert_eq!(taken(&order).runs, [(1, 3), (5, 5), (7, 7)]);
        }
        assert_eq!(taken(&[4, 4, u64::MAX, 0, 5]).runs.len(), 3);
        assert_eq!(taken(&[1, 3, 2]).runs, [(1, 3)]);
    }

    #[test]
    fn what_is_missing_is_counted_from_the_first_number_on() {
        let some = taken(&[3, 4, 8]);
        assert_eq!(some.missing(1), [(1, 2), (5, 7)]);
        assert_eq!(some.missing(4), [(5, 7)]);
        assert_eq!(some.missing(9), []);
        assert_eq!(some.told(1), "1–2, 5–7");
        assert_eq!(taken(&[]).missing(1), []);
    }

    #[test]
    fn a_gap_is_as_old_as_what_it_is_left_of_and_closes_when_it_is_filled() {
        let at = Timestamp::from_millis;
        let mut some = taken(&[1, 9]);
        some.reckon(1, at(10));
        some.add(5);
        some.add(12);
        some.reckon(1, at(20));
        let gap = |from, to, since| Gap {
            from,
            to,
            since: at(since),
        };
        assert_eq!(some.gaps, [gap(2, 4, 10), gap(6, 8, 10), gap(10, 11, 20)]);
        (2..12).for_each(|number| some.add(number));
        some.reckon(1, at(30));
        assert_eq!(some.gaps, []);
    }
}
