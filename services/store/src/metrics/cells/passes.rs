//! Passes: how cells are made, and which of them count.
//!
//! A pass takes a position of every partition of the facts, adds what changed between the last pass's and that, and is written last. Its
//! number grows and is no other attempt's; it names the pass that it adds to. Whoever reads takes the last one that is there and follows these
//! names. What was cut off has no row and is not read; of two that began from the same pass, wherever they come from, the greater counts
//! alone. A chain that has grown long is folded into a new one, and once a day cells are made from nothing and held against those that run.

use chrono_tz::Tz;
use clickhouse::query::Query;
use mingjing_domain::measures::NEGATIVE_RESULTS;
use mingjing_domain::{Timestamp, voice};
use xxhash_rust::xxh3::xxh3_128;

use super::pieces::{Piece, PieceId, Plan};
use super::sql::{self, States};
use crate::batch::block;
use crate::store::within;
use crate::table::{Millis, Table, table};
use crate::{Error, Store};

/// The topic whose offsets are the versions of cases.
const FACTS: &str = "mj.facts";
/// A chain of so many passes is folded: a question names all of them.
const CHAIN_MAX: usize = 48;
/// So many rows of passes are read. More are no chain's.
const ROWS_READ: usize = 512;
/// Cells of a chain that has been replaced are kept so long, for those who read it still. No question takes longer.
const KEPT_MS: i64 = 600_000;
/// A pass that needs more memory than this to sort or group goes on on the disk.
const MEMORY: &str = "1073741824";

table! {
    /// One pass.
    CellPassRow in "case_cell_passes" {
        /// Its number.
        pass: u64,
        /// The one that it builds on: itself, where it was made from nothing or folded.
        base: u64,
        /// The one that it adds to; 0: none.
        after: u64,
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
fn digest(zone: Tz) -> String {
    let said = format!(
        "{}|{}|{}|{NEGATIVE_RESULTS:?}",
        sql::said(&every_piece()),
        zone.name(),
        voice::SOURCE
    );
    format!("{:032x}", xxh3_128(said.as_bytes()))
}

fn every_piece() -> Vec<(PieceId, &'static Piece)> {
    Plan::get().pieces().collect()
}

/// Positions of partitions, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    log_id: String,
    partitions: Vec<u16>,
    offsets: Vec<u64>,
}

impl Known {
    fn of(row: &CellPassRow) -> Self {
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
    fn offsets_of(&self, partitions: &[u16]) -> Vec<u64> {
        let of = |partition: &u16| self.offset(*partition).unwrap_or(0);
        partitions.iter().map(of).collect()
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
    last: CellPassRow,
    /// From the last one to the one that builds on none.
    passes: Vec<u64>,
    /// When that was made.
    base_made_at: Timestamp,
    /// No state that came since has a smaller version.
    least: u64,
    zone: Tz,
}

impl Chain {
    /// The chain of the last pass; none where there is none, or cells know more than the archive, which then was begun anew.
    fn of(rows: &[CellPassRow], archived: &Known, zone: Tz) -> Option<Self> {
        let last = rows.first()?;
        let known = Known::of(last);
        if !archived.covers(&known) {
            return None;
        }
        let (mut passes, mut after) = (vec![last.pass], last.after);
        let mut base_made_at = last.made_at;
        for row in rows.iter().skip(1).filter(|row| row.base == last.base) {
            if after != 0 && row.pass == after {
                passes.push(row.pass);
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
            base_made_at: base_made_at.into(),
            least: least.unwrap_or(0),
            zone,
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
        let passes: Vec<String> = self.passes.iter().map(u64::to_string).collect();
        passes.join(", ")
    }

    /// The values of a statement over what changed since the last pass.
    pub(super) fn bind(&self, query: Query) -> Query {
        query
            .param("zone", self.zone.name())
            .param("partitions", self.last.partitions.clone())
            .param("offsets", self.last.offsets.clone())
            .param("least", self.least)
            .param("exact_from", self.last.exact_from.0)
    }
}

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
    /// The same cells, each once.
    Folded(Box<Chain>),
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
        let Some(archived) = self.facts_archived().await? else {
            return Ok(None);
        };
        let number = self.next_number(now).await?;
        let Some(chain) = self.chain_at(&archived, zone).await? else {
            return Ok(Some(from_nothing(number, &archived, None, zone, now)));
        };
        if chain.passes.len() >= CHAIN_MAX {
            let row = CellPassRow {
                pass: number,
                base: number,
                after: 0,
                made_at: now.into(),
                ..chain.last.clone()
            };
            let work = Work::Folded(Box::new(chain));
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
        let Some(archived) = self.facts_archived().await? else {
            return Ok(None);
        };
        let number = self.next_number(now).await?;
        let chain = self.chain_at(&archived, zone).await?;
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
        let CellPass { row, work, zone } = pass;
        let cells = match work {
            Work::FromNothing(_) => sql::cells(States::All, &every_piece()),
            Work::Changes(_) => sql::cells(States::Between, &every_piece()),
            Work::Folded(chain) => format!(
                "SELECT piece, at AS place, org, region, power_type, case_kind, hours AS of_hours, sum(n) AS more FROM case_cells \
                 WHERE base = {} AND pass IN ({}) GROUP BY piece, place, org, region, power_type, case_kind, of_hours HAVING more != 0",
                chain.base(),
                chain.passes_as_sql(),
            ),
        };
        let statement = format!(
            "INSERT INTO case_cells (base, pass, piece, at, org, region, power_type, case_kind, hours, n) \
             SELECT toUInt64({}), toUInt64({}), piece, place, org, region, power_type, case_kind, of_hours, more FROM ({cells})",
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
            "SELECT count() FROM (SELECT piece, {day} AS day, org, region, power_type, case_kind, hours, \
             sum(if(base = {fresh}, n, -n)) AS too_many FROM case_cells \
             WHERE (base = {base} AND pass IN ({passes})) OR (base = {fresh} AND pass = {fresh}) \
             GROUP BY piece, day, org, region, power_type, case_kind, hours HAVING too_many != 0)",
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

    /// Drops what is out of use: cells and passes of chains that were replaced some time ago, and what attempts left that were cut off.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn forget_cells(&self, zone: Tz, now: Timestamp) -> Result<(), Error> {
        let Some(chain) = self.cell_chain(zone).await? else {
            return Ok(());
        };
        if now.millis() - chain.base_made_at.millis() < KEPT_MS {
            return Ok(());
        }
        let attempted = "dropping cells that are out of use";
        let sql = "SELECT DISTINCT base FROM case_cells WHERE base < {base:UInt64}";
        let query = self.client().query_raw(sql).param("base", chain.base());
        let bases: Vec<u64> = self.fetch(attempted, query).await?;
        let limit = self.timeouts().insert;
        let passes = "DELETE FROM case_cell_passes WHERE base < {base:UInt64}";
        if !bases.is_empty() {
            let query = self.client().query_raw(passes).param("base", chain.base());
            within(limit, attempted, query.execute()).await?;
        }
        for base in bases {
            let drop = format!("ALTER TABLE case_cells DROP PARTITION {base}");
            let query = self.client().query_raw(&drop);
            within(limit, attempted, query.execute()).await?;
        }
        Ok(())
    }

    /// The cells that count; none: there are none.
    pub(in super::super) async fn cell_chain(&self, zone: Tz) -> Result<Option<Chain>, Error> {
        match self.facts_archived().await? {
            Some(archived) => self.chain_at(&archived, zone).await,
            None => Ok(None),
        }
    }

    async fn chain_at(&self, archived: &Known, zone: Tz) -> Result<Option<Chain>, Error> {
        let sql = format!(
            "SELECT {} FROM case_cell_passes FINAL WHERE digest = {{digest:String}} ORDER BY pass DESC LIMIT {ROWS_READ}",
            CellPassRow::select_list()
        );
        let digest = digest(zone);
        let query = self.client().query_raw(&sql).param("digest", &digest);
        let rows: Vec<CellPassRow> = self.fetch("reading passes of cells", query).await?;
        Ok(Chain::of(&rows, archived, zone))
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

    /// A number that no pass has, nor one that was cut off.
    async fn next_number(&self, now: Timestamp) -> Result<u64, Error> {
        let sql = "SELECT max(last) FROM (\
                   SELECT max(pass) AS last FROM case_cells UNION ALL SELECT max(pass) AS last FROM case_cell_passes)";
        let query = self.client().query_raw(sql);
        let rows: Vec<u64> = self.fetch("numbering a pass of cells", query).await?;
        let last = rows.first().copied().unwrap_or(0);
        let now = u64::try_from(now.millis()).unwrap_or(0);
        Ok(now.max(last + 1))
    }
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

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn row(pass: u64, base: u64, after: u64, offset: u64) -> CellPassRow {
        CellPassRow {
            pass,
            base,
            after,
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
        Chain::of(rows, archived, ZONE).map(|chain| chain.passes)
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
        // A new chain needs nothing of the old one.
        let folded = [row(40, 40, 0, 3), row(30, 10, 20, 3)];
        assert_eq!(passes(&folded, &archived(9)), Some(vec![40]));
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
    fn a_partition_that_cells_do_not_know_is_read_from_its_beginning() {
        let mut more = archived(9);
        more.partitions.push(2);
        more.offsets.push(1);
        let chain = Chain::of(&[row(10, 10, 0, 5)], &more, ZONE).unwrap();
        assert_eq!(chain.least, 0);
        assert_eq!(Known::of(&chain.last).offsets_of(&more.partitions), [5, 7, 0]);
        let chain = Chain::of(&[row(10, 10, 0, 5)], &archived(9), ZONE).unwrap();
        assert_eq!(chain.least, 5);
    }

    #[test]
    fn cells_of_another_zone_are_others() {
        assert_ne!(digest(ZONE), digest(chrono_tz::UTC));
        assert_eq!(digest(ZONE), digest(ZONE));
    }
}
