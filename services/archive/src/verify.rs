//! 日志校验: the log is read once more, hashed again, and held against every head that was published and against what the archive made of it.
//!
//! A partition is read from the first head that is still inside the log (or from where its chain began), up to where the archive has come. At each
//! head the hash must be the published one. Where it is not, the place is told by the heads around it, and reading goes on from the published
//! hash, so that one change is one difference. What the tables hold is compared record by record.
//!
//! Nothing is written and nothing repaired.

mod report;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_log::{Log, Offset, Partition, StoredRecord, Table, Topic};
use mingjing_store::{Batch, RowDifference, Span, Store, Watermark};
use mingjing_wire::chain::{Chain, DayDigest, Hash, Head, Link, Place, TABLE, day_digest};
use mingjing_wire::facts::Fences;

pub use report::{Begins, Difference, Report, Until};

use crate::clock::LogClock;
use crate::decode::{self, Come, Origin};
use crate::heads::decoded;

/// The most records and bytes of one read.
const READ_RECORDS: usize = 10_000;
const READ_BYTES: usize = 8 << 20;
/// More differences are counted, not listed.
const LISTED_MAX: usize = 200;

/// What is to be verified.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// From the head of the day before on; none: from the first that there is.
    pub from: Option<NaiveDate>,
    /// Digests of days that were kept outside.
    pub digests: BTreeMap<NaiveDate, Hash>,
}

/// With what.
pub struct Parts {
    /// The log.
    pub log: Arc<dyn Log>,
    /// Its tables: where the heads are.
    pub table: Arc<dyn Table>,
    /// ClickHouse; none: it is not compared.
    pub store: Option<Store>,
}

/// Why nothing could be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The log or its tables cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] mingjing_log::Error),
    /// ClickHouse cannot be read.
    #[error("ClickHouse cannot be read")]
    Store(#[from] mingjing_store::Error),
}

/// Verifies; `progress` is told how many records were read of how many.
///
/// # Errors
/// [`VerifyError`]. What differs is no error but the report's.
pub async fn verify(
    parts: &Parts,
    asked: &Asked,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Report, VerifyError> {
    let id = parts.log.id().to_string();
    let (mut heads, digests) = published(&*parts.table, &id).await?;
    let mut report = Report::default();
    days(asked, &heads, &digests, &mut report);
    heads.sort_by_key(|head| (head.partition, head.day));
    let watermarks = match &parts.store {
        Some(store) => store.watermarks().await?,
        None => Vec::new(),
    };
    let watermarks: Vec<Watermark> = watermarks.into_iter().filter(|w| w.log_id == id).collect();
    let mut runs = Vec::new();
    for partition in (0..parts.log.partitions()).map(Partition) {
        let of_partition: Vec<&Head> = heads
            .iter()
            .filter(|head| head.partition == partition.0)
            .collect();
        for topic in [Topic::Events, Topic::Facts] {
            let bounds = parts.log.bounds(topic, partition).await?;
            let known = checkpoints(topic, &of_partition);
            let watermark = watermarks
                .iter()
                .find(|w| w.topic == topic.name() && w.partition == partition.0);
            let run = Run::plan(&id, topic, partition, bounds, &known, watermark, asked.from);
            match run {
                Some(run) => runs.push(run),
                None => report.unpublished.push((topic, partition.0)),
            }
        }
    }
    let total = runs.iter().map(Run::length).sum();
    let mut read = 0;
    for run in runs {
        run.carry_out(parts, &mut report, &mut |records| {
            read += records;
            progress(read, total);
        })
        .await?;
    }
    Ok(report)
}

/// Every head and every digest of a log that was published.
async fn published(
    table: &dyn Table,
    id: &str,
) -> Result<(Vec<Head>, BTreeMap<NaiveDate, DayDigest>), VerifyError> {
    let (of_heads, of_days) = (format!("head/{id}/"), format!("day/{id}/"));
    let (mut heads, mut digests) = (Vec::new(), BTreeMap::new());
    for (key, value) in table.scan(TABLE).await? {
        let key = String::from_utf8_lossy(&key);
        if key.starts_with(&of_heads) {
            heads.push(decoded(&key, &value)?);
        } else if key.starts_with(&of_days) {
            let digest: DayDigest = decoded(&key, &value)?;
            digests.insert(digest.day, digest);
        }
    }
    Ok((heads, digests))
}

/// Whether each day's digest is that of its heads, and the one that was kept outside.
fn days(
    asked: &Asked,
    heads: &[Head],
    digests: &BTreeMap<NaiveDate, DayDigest>,
    report: &mut Report,
) {
    let mut by_day: BTreeMap<NaiveDate, Vec<Head>> = BTreeMap::new();
    for head in heads {
        by_day.entry(head.day).or_default().push(head.clone());
    }
    for (day, digest) in digests {
        let of_day = by_day.get(day).map(Vec::as_slice).unwrap_or_default();
        if of_day.len() != usize::from(digest.partitions) || day_digest(of_day) != digest.digest {
            report.differences.push(Difference::Heads { day: *day });
        }
    }
    for (day, kept) in &asked.digests {
        let found = digests.get(day).map(|digest| digest.digest);
        if found != Some(*kept) {
            report.differences.push(Difference::Digest {
                day: *day,
                kept: *kept,
                found,
            });
        }
    }
}

/// A place whose hash is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Checkpoint {
    until: Until,
    place: Place,
}

/// The heads of a partition that say something of a topic, in its order.
fn checkpoints(topic: Topic, heads: &[&Head]) -> Vec<Checkpoint> {
    let place = |head: &Head| match topic {
        Topic::Events => Some(head.events),
        Topic::Facts => Some(head.facts),
        Topic::Rejects => None,
    };
    let known = heads.iter().filter_map(|head| {
        Some(Checkpoint {
            until: Until::Head { day: head.day },
            place: place(head)?,
        })
    });
    let mut known: Vec<Checkpoint> = known.collect();
    known.sort_by_key(|checkpoint| checkpoint.place.next_offset);
    known
}

/// The reading of one topic of a partition.
struct Run {
    topic: Topic,
    partition: Partition,
    from: Place,
    begins: Begins,
    /// Those behind `from`, in order.
    checkpoints: Vec<Checkpoint>,
    /// The end of what is read.
    until: u64,
    /// The end of the log.
    end: u64,
    /// Up to where the archive has come; none where it is not compared.
    archived: Option<u64>,
}

impl Run {
    /// None where nothing was published that could be compared with.
    fn plan(
        id: &str,
        topic: Topic,
        partition: Partition,
        bounds: mingjing_log::Bounds,
        known: &[Checkpoint],
        watermark: Option<&Watermark>,
        from: Option<NaiveDate>,
    ) -> Option<Self> {
        let inside = |place: &Place| place.next_offset >= bounds.start.0;
        let before = |checkpoint: &&Checkpoint| match (checkpoint.until, from) {
            (Until::Head { day }, Some(from)) => day < from,
            _ => false,
        };
        let first = known.first()?;
        let since = first.place.chain.since;
        let asked = known.iter().rfind(|c| before(c) && inside(&c.place));
        let (place, begins) = match (asked, from) {
            (Some(checkpoint), _) => (checkpoint.place, Begins::Asked(checkpoint.until.day()?)),
            // Retention has not cut what the chain begins with.
            (None, _) if since >= bounds.start.0 => {
                let place = Place {
                    next_offset: since,
                    epoch: 0,
                    chain: Chain::begin(id, topic.name(), partition.0, since),
                };
                (place, Begins::Chain)
            }
            (None, _) => {
                let checkpoint = known.iter().find(|c| inside(&c.place))?;
                (checkpoint.place, Begins::Cut(checkpoint.until.day()?))
            }
        };
        let mut checkpoints: Vec<Checkpoint> = known
            .iter()
            .filter(|c| c.place.next_offset >= place.next_offset && c.place != place)
            .copied()
            .collect();
        let last = known.last().map_or(0, |c| c.place.next_offset);
        checkpoints.extend(watermark.and_then(|w| of_watermark(w, last)));
        let published = checkpoints
            .last()
            .map_or(place.next_offset, |c| c.place.next_offset);
        Some(Self {
            topic,
            partition,
            from: place,
            begins,
            checkpoints,
            until: published.min(bounds.end.0),
            end: bounds.end.0,
            archived: watermark.map(|w| w.next_offset),
        })
    }

    fn length(&self) -> u64 {
        self.until.saturating_sub(self.from.next_offset)
    }

    async fn carry_out(
        self,
        parts: &Parts,
        report: &mut Report,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), VerifyError> {
        let Self {
            topic, partition, ..
        } = self;
        report.begins(self.begins);
        let clock = match topic {
            Topic::Events => {
                LogClock::before(&*parts.log, partition, Offset(self.from.next_offset)).await?
            }
            Topic::Facts | Topic::Rejects => LogClock::default(),
        };
        let fences = match (topic, self.begins) {
            (Topic::Facts, Begins::Chain) => {
                fences_before(&*parts.log, partition, self.from.next_offset).await?
            }
            _ => self.from.fences(),
        };
        let mut reading = Reading {
            topic,
            partition: partition.0,
            come: Come {
                fences,
                clock,
                chain: Some(self.from.chain),
            },
            good: None,
            good_offset: self.from.next_offset,
            checkpoints: self.checkpoints.into(),
            origin: Origin {
                log_id: parts.log.id(),
                topic,
                partition,
            },
        };
        if let Begins::Asked(day) | Begins::Cut(day) = self.begins {
            reading.good = Some(Until::Head { day });
        }
        let mut at = self.from.next_offset;
        reading.reached(at, report);
        while at < self.until {
            let most = usize::try_from(self.until - at).unwrap_or(usize::MAX);
            let batch = parts
                .log
                .read(
                    topic,
                    partition,
                    Offset(at),
                    most.min(READ_RECORDS),
                    READ_BYTES,
                    None,
                )
                .await?;
            let records = batch.records;
            let Some(last) = records.last() else { break };
            let next = last.offset.next().0;
            let rows = reading.read(&records, report);
            if let (Some(store), Some(archived)) = (&parts.store, self.archived) {
                reading
                    .compare(store, (at, next.min(archived)), &rows, report)
                    .await?;
            }
            progress(next - at);
            at = next;
        }
        reading.beyond(at.max(self.end.min(self.until)), report);
        Ok(())
    }
}

/// Whose facts count at an offset of `mj.facts`: the last owner that wrote anything before it, or its fence.
async fn fences_before(
    log: &dyn Log,
    partition: Partition,
    offset: u64,
) -> mingjing_log::Result<Fences> {
    let start = log.bounds(Topic::Facts, partition).await?.start.0;
    let mut at = offset.saturating_sub(READ_RECORDS as u64).max(start);
    let mut fences = Fences::default();
    while at < offset {
        let most = usize::try_from(offset - at).unwrap_or(usize::MAX);
        let read = log.read(Topic::Facts, partition, Offset(at), most, READ_BYTES, None);
        let records = read.await?.records;
        let Some(last) = records.last() else { break };
        at = last.offset.next().0;
        for record in &records {
            // What cannot be read is no owner's.
            let _ = fences.read(record.offset.0, &record.value);
        }
    }
    Ok(fences)
}

/// The archive's own place, where it lies behind the last head: nobody published it, and it shows what was changed since.
fn of_watermark(watermark: &Watermark, last: u64) -> Option<Checkpoint> {
    let mark = watermark.chain.as_ref()?;
    let hash = mark.hash.parse().ok()?;
    (watermark.next_offset > last).then_some(Checkpoint {
        until: Until::Watermark,
        place: Place {
            next_offset: watermark.next_offset,
            epoch: watermark.epoch,
            chain: Chain {
                since: mark.since,
                records: mark.records,
                last: None,
                hash,
            },
        },
    })
}

/// A run as far as it has come.
struct Reading {
    topic: Topic,
    partition: u16,
    come: Come,
    /// The last place that was as it should be; none: where the chain begins.
    good: Option<Until>,
    good_offset: u64,
    checkpoints: std::collections::VecDeque<Checkpoint>,
    origin: Origin,
}

impl Reading {
    /// Takes records, and answers their rows.
    fn read(&mut self, records: &[StoredRecord], report: &mut Report) -> Batch {
        let mut rows = Batch::default();
        for record in records {
            if self.topic == Topic::Facts {
                self.look_for_repeated(record, report);
            }
            decode::add(
                self.origin,
                record,
                Timestamp::MIN,
                &mut self.come,
                &mut rows,
            );
            self.reached(record.offset.next().0, report);
        }
        report.records += records.len() as u64;
        rows
    }

    /// A fact at a position that was reached before is in no chain; an owner writes none.
    fn look_for_repeated(&self, record: &StoredRecord, report: &mut Report) {
        let (mut fences, chain) = (self.come.fences, self.come.chain);
        let read = fences.read(record.offset.0, &record.value).ok();
        if let Some(mut chain) = chain
            && let Link::Repeated(position) = chain.fact(read.as_ref(), &record.value)
        {
            report.differ(Difference::Repeated {
                partition: self.partition,
                offset: record.offset.0,
                position,
            });
        }
    }

    /// Everything before this offset is read: the heads that stand here must have this hash.
    fn reached(&mut self, offset: u64, report: &mut Report) {
        while let Some(checkpoint) = self.checkpoints.front().copied()
            && checkpoint.place.next_offset == offset
        {
            self.checkpoints.pop_front();
            let found = self.come.chain.map(|chain| chain.hash);
            // A chain that was begun anew at another place than the one before says nothing of what lies between.
            let begun_anew =
                self.come.chain.map(|chain| chain.since) != Some(checkpoint.place.chain.since);
            if found == Some(checkpoint.place.chain.hash) {
                report.agreed(checkpoint.until);
            } else if begun_anew {
                report
                    .begun_anew
                    .push((self.topic, self.partition, checkpoint.place.chain.since));
            } else {
                report.differ(Difference::Chain {
                    topic: self.topic,
                    partition: self.partition,
                    after: self.good,
                    from: self.good_offset,
                    until: checkpoint.until,
                    to: offset,
                });
            }
            // One change is one difference: from here on by what was published.
            let last = self.come.chain.and_then(|chain| chain.last);
            let mut chain = checkpoint.place.chain;
            chain.last = chain.last.or(last);
            self.come.chain = Some(chain);
            if let Until::Head { .. } = checkpoint.until {
                self.come.fences = match self.topic {
                    Topic::Facts => checkpoint.place.fences(),
                    Topic::Events | Topic::Rejects => Fences::default(),
                };
            }
            (self.good, self.good_offset) = (Some(checkpoint.until), offset);
        }
    }

    /// The log ends here: what was published of later records is lost.
    fn beyond(&mut self, end: u64, report: &mut Report) {
        if let Some(checkpoint) = self.checkpoints.back() {
            report.differ(Difference::Lost {
                topic: self.topic,
                partition: self.partition,
                end,
                until: checkpoint.until,
                to: checkpoint.place.next_offset,
            });
        }
    }

    async fn compare(
        &self,
        store: &Store,
        (from, to): (u64, u64),
        rows: &Batch,
        report: &mut Report,
    ) -> Result<(), VerifyError> {
        if from >= to {
            return Ok(());
        }
        let log_id = self.origin.log_id.to_string();
        let span = Span {
            log_id: &log_id,
            partition: self.partition,
            from,
            to,
        };
        let differing: Vec<RowDifference> = match self.topic {
            Topic::Events => store.differing_events(span, rows).await?,
            Topic::Facts => store.differing_facts(span, rows).await?,
            Topic::Rejects => Vec::new(),
        };
        report.compared = true;
        // The rest of a read lies behind the watermark.
        for row in differing.into_iter().filter(|row| row.offset < to) {
            report.differ(Difference::Row {
                partition: self.partition,
                row,
            });
        }
        Ok(())
    }
}
