//! Passes: how cells are made, and when what is out of use goes.
//!
//! A pass takes a position of every partition of the facts, adds what changed between the last pass's and that, and is written last. Its
//! number grows and is no other attempt's; it names the pass that it adds to. Of a chain that has grown long the last passes are folded into one
//! that takes their place, and once a day cells are made from nothing and held against those that run.

use std::hash::{BuildHasher, RandomState};

use chrono_tz::Tz;
use mingjing_domain::measures::NEGATIVE_RESULTS;
use mingjing_domain::{Timestamp, voice};

use super::chain::{CellPassRow, Chain, FOLDED, Fold, Known, as_sql, digest, every_piece};
use super::sql::{self, States};
use crate::batch::block;
use crate::store::within;
use crate::table::Table;
use crate::{Error, Store};

/// The topic whose offsets are the versions of cases.
const FACTS: &str = "mj.facts";
/// So many rows of passes are read. More are no chain's.
const ROWS_READ: usize = 512;
/// Cells of a chain that has been replaced are kept so long, for those who read it still. No question takes longer.
const KEPT_MS: i64 = 600_000;
/// The same of chains by another dictionary, since they were last carried on.
const OTHERS_KEPT_MS: i64 = 86_400_000;
/// Cells without a pass are kept so long: those of one from nothing that is under way, or that failed. None takes nearly as long.
const CUT_OFF_KEPT_MS: i64 = 86_400_000;
/// So many numbers of passes have a millisecond. Which of them is taken is left to chance, so that no two attempts share one.
const A_MILLISECOND: u64 = 1_000_000;
/// A pass that needs more memory than this to sort or group goes on on the disk.
const MEMORY: &str = "1073741824";

/// A pass that is to be made: [`Store::put_cells`], then [`Store::end_cell_pass`].
#[derive(Clone, Debug, PartialEq)]
pub struct CellPass {
    row: CellPassRow,
    work: Work,
    zone: Tz,
}

#[derive(Clone, Debug, PartialEq)]
enum Work {
    /// Every case; held against the chain that runs, where there is one.
    FromNothing(Option<Box<Chain>>),
    /// What changed since these offsets.
    Changes(Vec<u64>),
    /// The cells of some passes, each once.
    Folded(Fold),
}

/// What a pass was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellsMade {
    /// Every case was counted.
    FromNothing,
    /// What had changed was added.
    Changes,
    /// A long chain was made short.
    Folded,
}

impl CellsMade {
    /// The code used in metrics and in the program's log.
    pub const fn code(self) -> &'static str {
        match self {
            CellsMade::FromNothing => "from_nothing",
            CellsMade::Changes => "changes",
            CellsMade::Folded => "folded",
        }
    }
}

/// What came of making cells from nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellsChecked {
    /// How many cells differed from those that ran; none: none ran. Whatever it is, the new ones count from now on.
    pub differing: Option<u64>,
}

impl CellPass {
    /// What it is.
    pub const fn made(&self) -> CellsMade {
        match self.work {
            Work::FromNothing(_) => CellsMade::FromNothing,
            Work::Changes(_) => CellsMade::Changes,
            Work::Folded(_) => CellsMade::Folded,
        }
    }
}

impl Store {
    /// Makes the next pass; none: there is nothing to add. One at a time is enough, two do no harm.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`]: nothing of it counts, and the next one makes up for it.
    pub async fn make_cells(&self, zone: Tz, now: Timestamp) -> Result<Option<CellsMade>, Error> {
        let Some(pass) = self.next_cell_pass(zone, now).await? else {
            return Ok(None);
        };
        self.put_cells(&pass).await?;
        self.end_cell_pass(&pass).await?;
        Ok(Some(pass.made()))
    }

    /// Makes cells from nothing at the position of those that run, holds both against each other, and lets the new ones count.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`]: those that ran still count.
    pub async fn check_cells(&self, zone: Tz, now: Timestamp) -> Result<CellsChecked, Error> {
        let Some(pass) = self.cell_pass_from_nothing(zone, now).await? else {
            return Ok(CellsChecked { differing: None });
        };
        self.put_cells(&pass).await?;
        let differing = self.cells_differing(&pass).await?;
        self.end_cell_pass(&pass).await?;
        Ok(CellsChecked { differing })
    }

    /// The pass that comes next; none: nothing is archived, or nothing has changed.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn next_cell_pass(
        &self,
        zone: Tz,
        now: Timestamp,
    ) -> Result<Option<CellPass>, Error> {
        let rows = self.cell_pass_rows(zone).await?;
        let Some(archived) = self.facts_archived().await? else {
            return Ok(None);
        };
        let number = self.next_number(now).await?;
        let Some(chain) = Chain::of(&rows, &archived) else {
            return Ok(Some(from_nothing(number, &archived, None, zone, now)));
        };
        if let Some(fold) = chain.to_fold() {
            let row = CellPassRow {
                pass: number,
                after: fold.after,
                holds: fold.holds,
                made_at: now.into(),
                ..chain.last
            };
            let work = Work::Folded(fold);
            return Ok(Some(CellPass { row, work, zone }));
        }
        let known = Known::of(&chain.last);
        if known == archived {
            return Ok(None);
        }
        let work = Work::Changes(known.offsets_of(&archived.partitions));
        let row = CellPassRow {
            pass: number,
            after: chain.last.pass,
            holds: 1,
            partitions: archived.partitions,
            offsets: archived.offsets,
            made_at: now.into(),
            ..chain.last
        };
        Ok(Some(CellPass { row, work, zone }))
    }

    /// A pass from nothing at the position of the last one, or at that of the archive where there is none; none: nothing is archived.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn cell_pass_from_nothing(
        &self,
        zone: Tz,
        now: Timestamp,
    ) -> Result<Option<CellPass>, Error> {
        let rows = self.cell_pass_rows(zone).await?;
        let Some(archived) = self.facts_archived().await? else {
            return Ok(None);
        };
        let number = self.next_number(now).await?;
        let chain = Chain::of(&rows, &archived);
        let at = chain
            .as_ref()
            .map_or(archived, |chain| Known::of(&chain.last));
        Ok(Some(from_nothing(number, &at, chain, zone, now)))
    }

    /// Writes the cells of a pass. Nobody reads them before [`Store::end_cell_pass`].
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn put_cells(&self, pass: &CellPass) -> Result<(), Error> {
        let CellPass { row, work, .. } = pass;
        let cells = match work {
            Work::FromNothing(_) => sql::cells(States::All, &every_piece()),
            Work::Changes(_) => sql::cells(States::Between, &every_piece()),
            Work::Folded(fold) => format!(
                "SELECT piece, at AS place, org, region, power_type, case_kind, step, hours AS of_hours, sum(n) AS more FROM case_cells \
                 WHERE base = {} AND pass IN ({}) GROUP BY piece, place, org, region, power_type, case_kind, step, of_hours HAVING more != 0",
                row.base,
                as_sql(&fold.passes),
            ),
        };
        self.insert_cells(pass, &cells).await?;
        match work {
            Work::FromNothing(_) | Work::Changes(_) => {
                let coarser = sql::coarser(row.base, row.pass);
                self.insert_cells(pass, &coarser).await?;
                let months = sql::months(row.base, row.pass);
                self.insert_cells(pass, &months).await
            }
            // Months and coarser grains are among what was folded.
            Work::Folded(_) => Ok(()),
        }
    }

    async fn insert_cells(&self, pass: &CellPass, cells: &str) -> Result<(), Error> {
        let CellPass { row, work, zone } = pass;
        let statement = format!(
            "INSERT INTO case_cells (base, pass, piece, at, org, region, power_type, case_kind, step, hours, n) \
             SELECT toUInt64({}), toUInt64({}), piece, place, org, region, power_type, case_kind, step, of_hours, more FROM ({cells})",
            row.base, row.pass,
        );
        let offsets = match work {
            Work::Changes(since) => since.clone(),
            Work::FromNothing(_) | Work::Folded(_) => vec![0; row.partitions.len()],
        };
        let query = self
            .client()
            .query_raw(&statement)
            // Those who ask come first.
            .with_setting("max_threads", "1")
            .with_setting("max_bytes_before_external_sort", MEMORY)
            .with_setting("max_bytes_before_external_group_by", MEMORY)
            .with_setting("prefer_column_name_to_alias", "0")
            .param("voices", voice::SOURCE)
            .param("negative", NEGATIVE_RESULTS)
            .param("zone", zone.name())
            .param("partitions", row.partitions.clone())
            .param("least", offsets.iter().min().copied().unwrap_or(0))
            .param("offsets", offsets)
            .param("new_offsets", row.offsets.clone())
            .param("exact_from", row.exact_from.0);
        let attempted = "making cells of cases";
        within(self.timeouts().inspection, attempted, query.execute()).await
    }

    /// Lets a pass whose cells are there count.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn end_cell_pass(&self, pass: &CellPass) -> Result<(), Error> {
        match block(std::iter::once(&pass.row)) {
            Some(block) => self.insert_once(&block).await,
            None => Ok(()),
        }
    }

    /// In how many cells a pass from nothing differs from the chain at whose position it was made; none: there was no chain. Both are held
    /// against each other by days, since they know different days to the instant.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn cells_differing(&self, pass: &CellPass) -> Result<Option<u64>, Error> {
        let Work::FromNothing(Some(chain)) = &pass.work else {
            return Ok(None);
        };
        let statement = format!(
            "SELECT count() FROM (SELECT piece, {day} AS day, org, region, power_type, case_kind, step, hours, \
             sum(if(base = {fresh}, n, -n)) AS too_many FROM case_cells \
             WHERE (base = {base} AND pass IN ({passes})) OR (base = {fresh} AND pass = {fresh}) \
             GROUP BY piece, day, org, region, power_type, case_kind, step, hours HAVING too_many != 0)",
            day = sql::day_over("at - 1"),
            base = chain.base(),
            passes = chain.passes_as_sql(),
            fresh = pass.row.pass,
        );
        let query = self
            .client()
            .query_raw(&statement)
            .with_setting("max_bytes_before_external_group_by", MEMORY)
            .param("zone", pass.zone.name());
        let attempted = "holding cells against those that run";
        let counted = within(
            self.timeouts().inspection,
            attempted,
            query.fetch_one::<u64>(),
        );
        Ok(Some(counted.await?))
    }

    /// Drops what is out of use: passes that were folded, cells and passes of chains that were replaced some time ago, and what attempts left that
    /// were cut off. Chains by another dictionary, which a program of another version reads, are left until nobody has carried them on for a day.
    /// Cells of folded passes go with their chain. Cells that nothing counts on go after a day, whether there is a chain or not: what fails for
    /// ever must not fill the disk.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn forget_cells(&self, zone: Tz, now: Timestamp) -> Result<(), Error> {
        let attempted = "dropping cells that are out of use";
        let sql = "SELECT DISTINCT base FROM case_cells WHERE base < {before:UInt64} \
                   AND base NOT IN (SELECT base FROM case_cell_passes)";
        let before = first_number(now.plus_millis(-CUT_OFF_KEPT_MS));
        let query = self.client().query_raw(sql).param("before", before);
        let cut_off: Vec<u64> = self.fetch(attempted, query).await?;
        self.drop_cells(attempted, &cut_off).await?;

        let Some(chain) = self.cell_chain(zone).await? else {
            return Ok(());
        };
        self.forget_folded(&chain, now).await?;
        if now.millis() - chain.base_made_at.millis() < KEPT_MS {
            return Ok(());
        }
        let sql = "SELECT DISTINCT base FROM case_cells WHERE base < {base:UInt64} AND base NOT IN (\
                   SELECT base FROM case_cell_passes WHERE digest != {digest:String} \
                   AND made_at > fromUnixTimestamp64Milli({since:Int64}, 'UTC'))";
        let query = self
            .client()
            .query_raw(sql)
            .param("base", chain.base())
            .param("digest", &chain.last.digest)
            .param("since", now.plus_millis(-OTHERS_KEPT_MS).millis());
        let bases: Vec<u64> = self.fetch(attempted, query).await?;
        self.drop_cells(attempted, &bases).await
    }

    /// Drops all cells that build on these passes from nothing, and what says that they count.
    async fn drop_cells(&self, attempted: &str, bases: &[u64]) -> Result<(), Error> {
        let limit = self.timeouts().insert;
        for base in bases {
            // First what says that they count.
            let passes = "DELETE FROM case_cell_passes WHERE base = {base:UInt64}";
            let query = self.client().query_raw(passes).param("base", *base);
            within(limit, attempted, query.execute()).await?;
            let drop = format!("ALTER TABLE case_cells DROP PARTITION {base}");
            let query = self.client().query_raw(&drop);
            within(limit, attempted, query.execute()).await?;
        }
        Ok(())
    }

    /// Drops passes of the chain that others took the place of, some at a time.
    async fn forget_folded(&self, chain: &Chain, now: Timestamp) -> Result<(), Error> {
        let attempted = "dropping passes that were folded";
        let which = format!(
            "base = {} AND pass NOT IN ({}) AND made_at < fromUnixTimestamp64Milli({}, 'UTC')",
            chain.base(),
            chain.passes_as_sql(),
            now.plus_millis(-KEPT_MS).millis(),
        );
        let count = format!("SELECT count() FROM case_cell_passes WHERE {which}");
        let found: Vec<u64> = self
            .fetch(attempted, self.client().query_raw(&count))
            .await?;
        if found.first().is_none_or(|found| *found < u64::from(FOLDED)) {
            return Ok(());
        }
        let delete = format!("DELETE FROM case_cell_passes WHERE {which}");
        let query = self.client().query_raw(&delete);
        within(self.timeouts().insert, attempted, query.execute()).await
    }

    /// The cells that count; none: there are none.
    pub(in super::super) async fn cell_chain(&self, zone: Tz) -> Result<Option<Chain>, Error> {
        let rows = self.cell_pass_rows(zone).await?;
        let archived = self.facts_archived().await?;
        Ok(archived.and_then(|archived| Chain::of(&rows, &archived)))
    }

    /// Passes over the same pieces and days: those of the last chain first, and of a chain the last one. What still adds to an earlier chain,
    /// since it began before the new one was there, does not bring that back. Passes are read before watermarks are, which then lie no earlier than a pass.
    async fn cell_pass_rows(&self, zone: Tz) -> Result<Vec<CellPassRow>, Error> {
        let sql = format!(
            "SELECT {} FROM case_cell_passes FINAL WHERE digest = {{digest:String}} ORDER BY base DESC, pass DESC LIMIT {ROWS_READ}",
            CellPassRow::select_list()
        );
        let query = self.client().query_raw(&sql).param("digest", digest(zone));
        self.fetch("reading passes of cells", query).await
    }

    /// How far facts are archived; none: not at all, or of two logs, whose positions do not compare.
    async fn facts_archived(&self) -> Result<Option<Known>, Error> {
        let marks = self.watermarks().await?;
        let mut marks = marks.into_iter().filter(|mark| mark.topic == FACTS);
        let Some(first) = marks.next() else {
            return Ok(None);
        };
        let mut known = Known {
            log_id: first.log_id,
            partitions: vec![first.partition],
            offsets: vec![first.next_offset],
        };
        for mark in marks {
            if mark.log_id != known.log_id {
                return Ok(None);
            }
            known.partitions.push(mark.partition);
            known.offsets.push(mark.next_offset);
        }
        Ok(Some(known))
    }

    /// A number that no pass has, nor one that was cut off, nor, but for a chance in a million, one that is begun at the same time.
    async fn next_number(&self, now: Timestamp) -> Result<u64, Error> {
        let sql = "SELECT max(last) FROM (\
                   SELECT max(pass) AS last FROM case_cells UNION ALL SELECT max(pass) AS last FROM case_cell_passes)";
        let query = self.client().query_raw(sql);
        let rows: Vec<u64> = self.fetch("numbering a pass of cells", query).await?;
        let last = rows.first().copied().unwrap_or(0);
        Ok(number(now, last, RandomState::new().hash_one(last)))
    }
}

/// The first number that a pass of this instant may have.
fn first_number(at: Timestamp) -> u64 {
    let millis = u64::try_from(at.millis()).unwrap_or(0);
    millis.saturating_mul(A_MILLISECOND)
}

/// The number of a pass: nanoseconds since the epoch, those within the millisecond by chance. It is greater than the last one, of whatever
/// chance, also where the clock is not.
fn number(now: Timestamp, last: u64, chance: u64) -> u64 {
    let next = (last / A_MILLISECOND + 1).saturating_mul(A_MILLISECOND);
    first_number(now)
        .max(next)
        .saturating_add(chance % A_MILLISECOND)
}

fn from_nothing(
    number: u64,
    at: &Known,
    against: Option<Chain>,
    zone: Tz,
    now: Timestamp,
) -> CellPass {
    CellPass {
        row: CellPassRow {
            pass: number,
            base: number,
            after: 0,
            holds: 0,
            digest: digest(zone),
            log_id: at.log_id.clone(),
            partitions: at.partitions.clone(),
            offsets: at.offsets.clone(),
            exact_from: Timestamp::start_of(now.local_date(zone), zone).into(),
            made_at: now.into(),
        },
        work: Work::FromNothing(against.map(Box::new)),
        zone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_and_two_attempts_have_two() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        let first = number(now, 0, 7);
        assert_eq!(first, 1_700_000_000_000_000_007);
        // Begun at once, from the same last pass.
        assert_ne!(first, number(now, 0, 8));
        // In the same millisecond, and by a clock that was put back, whatever chance says.
        assert!(number(now, number(now, 0, u64::MAX), 0) > number(now, 0, u64::MAX));
        let earlier = Timestamp::from_millis(1_600_000_000_000);
        assert!(number(earlier, first, 0) > first);
        assert_eq!(first_number(now), 1_700_000_000_000_000_000);
        let chance = || RandomState::new().hash_one(0);
        assert!((0..9).any(|_| chance() != chance()));
    }
}
