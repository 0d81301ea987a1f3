//! Which passes count: the last one of the last base, those that it comes after, and nothing else.
//!
//! What was cut off has no row and is not read; of two that began from the same pass, wherever they come from, the greater counts alone. Cells
//! of another dictionary, another zone, or an archive that was begun anew are nobody's.

use chrono_tz::Tz;
use clickhouse::query::Query;
use mingjing_domain::measures::NEGATIVE_RESULTS;
use mingjing_domain::{Timestamp, voice};
use xxhash_rust::xxh3::xxh3_128;

use super::pieces::{Piece, PieceId, Plan};
use super::sql;
use crate::table::{Millis, table};

table! {
    /// One pass.
    CellPassRow in "case_cell_passes" {
        /// Its number.
        pass: u64,
        /// The one that it builds on: itself, where it was made from nothing.
        base: u64,
        /// The one that it adds to; 0: none.
        after: u64,
        /// Of how many passes the changes are in it, where they were folded; 0: it was made from nothing.
        holds: u32,
        /// What the cells were made by.
        digest: String,
        /// The incarnation of the log.
        log_id: String,
        /// Its partitions.
        partitions: Vec<u16>,
        /// Of each the offset before which every state of a case is in the cells.
        offsets: Vec<u64>,
        /// From when on stock is known at every instant.
        exact_from: Millis,
        /// By the platform's clock.
        made_at: Millis,
    }
}

/// What cells are made by: the SQL of all pieces, the zone whose days they are, and the values in it. Cells with another digest count other
/// things.
pub(super) fn digest(zone: Tz) -> String {
    let said = format!(
        "{}|{}|{}|{NEGATIVE_RESULTS:?}",
        sql::said(&every_piece()),
        zone.name(),
        voice::SOURCE
    );
    format!("{:032x}", xxh3_128(said.as_bytes()))
}

pub(super) fn every_piece() -> Vec<(PieceId, &'static Piece)> {
    Plan::get().pieces().collect()
}

/// So many passes of like size are folded into one.
pub(super) const FOLDED: u32 = 16;

/// A chain that knows so many positions of the facts less than are archived, of all partitions, is not read any more and not added to: a pass
/// over it may never end, and rows are asked meanwhile anyway.
const BEHIND_MAX: u64 = 200_000;

/// Positions of partitions, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) log_id: String,
    pub(super) partitions: Vec<u16>,
    pub(super) offsets: Vec<u64>,
}

impl Known {
    pub(super) fn of(row: &CellPassRow) -> Self {
        Self {
            log_id: row.log_id.clone(),
            partitions: row.partitions.clone(),
            offsets: row.offsets.clone(),
        }
    }

    fn offset(&self, partition: u16) -> Option<u64> {
        let place = self.partitions.iter().position(|one| *one == partition)?;
        self.offsets.get(place).copied()
    }

    /// Of these partitions the offsets; 0 of one that was not known.
    pub(super) fn offsets_of(&self, partitions: &[u16]) -> Vec<u64> {
        let of = |partition: &u16| self.offset(*partition).unwrap_or(0);
        partitions.iter().map(of).collect()
    }

    /// How many positions it is ahead of an earlier one, of all partitions.
    fn ahead_of(&self, earlier: &Known) -> u64 {
        let known = earlier.offsets_of(&self.partitions);
        let ahead = self.offsets.iter().zip(known);
        ahead.fold(0_u64, |all, (now, known)| {
            all.saturating_add(now.saturating_sub(known))
        })
    }

    /// Whether it is of the same log, and nowhere behind.
    fn covers(&self, earlier: &Known) -> bool {
        let reached = |(partition, offset): (&u16, &u64)| {
            self.offset(*partition).is_some_and(|now| now >= *offset)
        };
        self.log_id == earlier.log_id
            && earlier.partitions.iter().zip(&earlier.offsets).all(reached)
    }
}

/// The passes whose cells are added up.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Chain {
    pub(super) last: CellPassRow,
    /// From the last one to the one that builds on none.
    pub(super) passes: Vec<u64>,
    /// What each holds.
    holds: Vec<u32>,
    /// When that was made.
    pub(super) base_made_at: Timestamp,
    /// No state that came since in a partition that it knows has a smaller version.
    least: u64,
}

impl Chain {
    /// The chain of the first of these passes, which are in the order of their bases and numbers, the greatest first; none where there is none, cells know more
    /// than the archive, which then was begun anew, or so much less that they are better made from nothing.
    pub(super) fn of(rows: &[CellPassRow], archived: &Known) -> Option<Self> {
        let last = rows.first()?;
        let known = Known::of(last);
        if !archived.covers(&known) || archived.ahead_of(&known) > BEHIND_MAX {
            return None;
        }
        let (mut passes, mut after) = (vec![last.pass], last.after);
        let mut holds = vec![last.holds];
        let mut base_made_at = last.made_at;
        for row in rows.iter().skip(1).filter(|row| row.base == last.base) {
            if after != 0 && row.pass == after {
                passes.push(row.pass);
                holds.push(row.holds);
                after = row.after;
                base_made_at = row.made_at;
            }
        }
        let whole = after == 0 && passes.last() == Some(&last.base);
        // A partition of which cells know nothing may begin with any version.
        let least = archived
            .partitions
            .iter()
            .map(|partition| known.offset(*partition).unwrap_or(0))
            .min();
        whole.then(|| Self {
            last: last.clone(),
            passes,
            holds,
            base_made_at: base_made_at.into(),
            least: least.unwrap_or(0),
        })
    }

    /// Its last passes that are to be folded into one; none: it is short enough. [`FOLDED`] of like size are folded with all that came after
    /// them, so that a cell is written again as often as the number of passes has digits, and a chain is no longer than that either.
    pub(super) fn to_fold(&self) -> Option<Fold> {
        let mut found = 0;
        let mut size: u32 = 1;
        while let Some(next) = size.checked_mul(FOLDED) {
            let smaller = self.holds.iter().take_while(|n| (1..next).contains(*n));
            let (all, alike) = smaller.fold((0, 0), |(all, alike), n| {
                (all + 1, alike + u32::from(*n >= size))
            });
            if alike >= FOLDED {
                found = all;
            }
            size = next;
        }
        let after = *self.passes.get(found)?;
        (found > 0).then(|| Fold {
            passes: self.passes[..found].to_vec(),
            after,
            holds: self.holds[..found].iter().sum(),
        })
    }

    pub(super) const fn base(&self) -> u64 {
        self.last.base
    }

    /// From when on stock is known at every instant.
    pub(super) fn exact_from(&self) -> Timestamp {
        self.last.exact_from.into()
    }

    /// Their numbers, as the inside of a list.
    pub(super) fn passes_as_sql(&self) -> String {
        as_sql(&self.passes)
    }

    /// The values of a statement over what changed since the last pass.
    pub(super) fn bind(&self, query: Query) -> Query {
        query
            .param("partitions", self.last.partitions.clone())
            .param("offsets", self.last.offsets.clone())
            .param("least", self.least)
    }
}

/// Passes to be folded into one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fold {
    pub(super) passes: Vec<u64>,
    /// The one before them.
    pub(super) after: u64,
    /// Of how many passes the changes are in them.
    pub(super) holds: u32,
}

/// Numbers, as the inside of a list.
pub(super) fn as_sql(passes: &[u64]) -> String {
    let passes: Vec<String> = passes.iter().map(u64::to_string).collect();
    passes.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn row(pass: u64, base: u64, after: u64, offset: u64) -> CellPassRow {
        CellPassRow {
            pass,
            base,
            after,
            holds: u32::from(after != 0),
            digest: String::new(),
            log_id: "a".into(),
            partitions: vec![0, 1],
            offsets: vec![offset, 7],
            exact_from: Millis(0),
            made_at: Millis(pass as i64),
        }
    }

    fn archived(offset: u64) -> Known {
        Known::of(&row(0, 0, 0, offset))
    }

    fn passes(rows: &[CellPassRow], archived: &Known) -> Option<Vec<u64>> {
        Chain::of(rows, archived).map(|chain| chain.passes)
    }

    #[test]
    fn a_chain_is_what_the_last_pass_comes_after() {
        let chain = [row(30, 10, 20, 3), row(20, 10, 10, 2), row(10, 10, 0, 1)];
        assert_eq!(passes(&chain, &archived(9)), Some(vec![30, 20, 10]));
        // Of two that began from the same one the greater counts alone, whichever came first.
        let two = [
            row(31, 10, 20, 3),
            row(30, 10, 20, 3),
            row(20, 10, 10, 2),
            row(10, 10, 0, 1),
        ];
        assert_eq!(passes(&two, &archived(9)), Some(vec![31, 20, 10]));
        // What was folded takes the place of those that it holds.
        let folded = [
            row(35, 10, 10, 3),
            row(30, 10, 20, 3),
            row(20, 10, 10, 2),
            row(10, 10, 0, 1),
        ];
        assert_eq!(passes(&folded, &archived(9)), Some(vec![35, 10]));
        // A new chain needs nothing of the old one.
        let anew = [row(40, 40, 0, 3), row(30, 10, 20, 3)];
        assert_eq!(passes(&anew, &archived(9)), Some(vec![40]));
        // What was added to the old one meanwhile, whatever its number, does not bring it back: passes are read by their chains.
        let beside = [row(40, 40, 0, 3), row(41, 10, 30, 4), row(30, 10, 0, 3)];
        assert_eq!(passes(&beside, &archived(9)), Some(vec![40]));
        // What is missing cannot be added up.
        assert_eq!(passes(&[row(30, 10, 20, 3)], &archived(9)), None);
        assert_eq!(passes(&[], &archived(9)), None);
    }

    #[test]
    fn cells_that_know_more_than_the_archive_are_of_an_earlier_one() {
        let chain = [row(10, 10, 0, 5)];
        assert!(passes(&chain, &archived(5)).is_some());
        assert!(passes(&chain, &archived(4)).is_none());
        let other = Known {
            log_id: "b".into(),
            ..archived(5)
        };
        assert!(passes(&chain, &other).is_none());
    }

    #[test]
    fn cells_that_are_far_behind_are_made_from_nothing() {
        let chain = [row(30, 10, 10, 3), row(10, 10, 0, 1)];
        assert!(passes(&chain, &archived(3 + BEHIND_MAX)).is_some());
        assert!(passes(&chain, &archived(4 + BEHIND_MAX)).is_none());
        // Of all partitions together, also of one that they do not know.
        let mut more = archived(3);
        more.offsets[1] += BEHIND_MAX / 2;
        more.partitions.push(2);
        more.offsets.push(BEHIND_MAX / 2);
        assert!(passes(&chain, &more).is_some());
        more.offsets[2] += 1;
        assert!(passes(&chain, &more).is_none());
    }

    #[test]
    fn a_partition_that_cells_do_not_know_is_read_from_its_beginning() {
        let mut more = archived(9);
        more.partitions.push(2);
        more.offsets.push(1);
        let chain = Chain::of(&[row(10, 10, 0, 5)], &more).unwrap();
        assert_eq!(chain.least, 0);
        assert_eq!(
            Known::of(&chain.last).offsets_of(&more.partitions),
            [5, 7, 0]
        );
        let chain = Chain::of(&[row(10, 10, 0, 5)], &archived(9)).unwrap();
        assert_eq!(chain.least, 5);
    }

    #[test]
    fn cells_of_another_zone_are_others() {
        assert_ne!(digest(ZONE), digest(chrono_tz::UTC));
        assert_eq!(digest(ZONE), digest(ZONE));
    }

    #[test]
    fn passes_of_like_size_are_folded_with_all_that_came_after_them() {
        let fold = |holds: &[u32]| {
            let mut chain = Chain::of(&[row(10, 10, 0, 5)], &archived(9)).unwrap();
            chain.holds = holds.iter().copied().chain([0]).collect();
            chain.passes = (10..=10 + holds.len() as u64).rev().collect();
            let fold = chain.to_fold()?;
            Some((fold.passes.len(), fold.after, fold.holds))
        };
        assert_eq!(fold(&[]), None);
        assert_eq!(fold(&[1; 15]), None);
        assert_eq!(fold(&[1; 16]), Some((16, 10, 16)));
        // What was folded before stays.
        assert_eq!(
            fold(&[vec![1; 16], vec![16; 15]].concat()),
            Some((16, 25, 16))
        );
        assert_eq!(fold(&[vec![1; 3], vec![16; 15]].concat()), None);
        assert_eq!(
            fold(&[vec![1; 3], vec![16; 16]].concat()),
            Some((19, 10, 259))
        );
        assert_eq!(
            fold(&[vec![2; 16], vec![20; 16], vec![300; 2]].concat()),
            Some((32, 12, 352))
        );
    }

    #[test]
    fn a_chain_of_a_day_is_short_and_a_cell_is_seldom_written_again() {
        let mut chain = Chain::of(&[row(10, 10, 0, 5)], &archived(9)).unwrap();
        let (mut longest, mut written) = (0, 0);
        for pass in 11..11 + 8_640 {
            chain.passes.insert(0, pass);
            chain.holds.insert(0, 1);
            if let Some(fold) = chain.to_fold() {
                chain.passes.drain(..fold.passes.len());
                chain.holds.drain(..fold.passes.len());
                chain.passes.insert(0, pass);
                chain.holds.insert(0, fold.holds);
                written += fold.holds;
            }
            longest = longest.max(chain.passes.len());
        }
        assert_eq!(chain.holds.iter().sum::<u32>(), 8_640);
        assert!(
            longest <= 64 && written <= 3 * 8_640,
            "{longest}, {written}"
        );
    }
}
