//! What operators see of the archive.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mingjing_domain::Timestamp;
use mingjing_log::{Behind, Log, Offset, Partition, Standstill, Topic, Turn};
use mingjing_store::Observer;
use prometheus::{
    Gauge, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry,
};
use tokio::sync::watch;

use crate::cells::CellMetrics;
use crate::start::Positions;
use crate::{Error, now, stopped};

/// The last thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastError {
    /// When.
    pub at: Timestamp,
    /// What was attempted, and the error with its causes.
    pub text: String,
}

/// The archive's metrics and the positions they are measured against.
pub struct Metrics {
    rows: IntCounterVec,
    bytes: IntCounterVec,
    insert_seconds: HistogramVec,
    retries: IntCounterVec,
    inserts_waiting: IntGaugeVec,
    records: IntCounterVec,
    rounds: IntCounterVec,
    refused: IntCounterVec,
    lag_records: IntGaugeVec,
    lag_seconds: GaugeVec,
    tick_age_seconds: GaugeVec,
    owner_standing_still: IntGaugeVec,
    standing_still: IntGaugeVec,
    last_error_at: Gauge,
    head_at: GaugeVec,
    /// Of the sums that statistics are read from.
    pub(crate) cells: CellMetrics,
    /// What of the archive stands still, and for how long.
    still: Mutex<BTreeMap<(Topic, Partition), Duration>>,
    last_error: Mutex<Option<LastError>>,
    archived: Mutex<BTreeMap<(Topic, Partition), Offset>>,
}

impl Metrics {
    /// Metrics in this registry.
    ///
    /// # Errors
    /// When the registry has metrics of these names already.
    pub fn new(registry: &Registry) -> prometheus::Result<Self> {
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let counter =
                IntCounterVec::new(Opts::new(format!("mingjing_archive_{name}"), help), labels)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let seconds = HistogramOpts::new(
            "mingjing_archive_insert_seconds",
            "Time of an insert that ClickHouse took, without earlier attempts.",
        )
        .buckets(vec![
            0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
        ]);
        let insert_seconds = HistogramVec::new(seconds, &["table"])?;
        registry.register(Box::new(insert_seconds.clone()))?;
        let place = ["topic", "partition"];
        let lag_records = IntGaugeVec::new(
            Opts::new(
                "mingjing_archive_lag_records",
                "Records of the log that are not yet archived.",
            ),
            &place,
        )?;
        registry.register(Box::new(lag_records.clone()))?;
        let lag_seconds = GaugeVec::new(
            Opts::new(
                "mingjing_archive_lag_seconds",
                "How long the oldest of those has been in the log; 0 if none is left.",
            ),
            &place,
        )?;
        registry.register(Box::new(lag_seconds.clone()))?;
        let inserts_waiting = IntGaugeVec::new(
            Opts::new(
                "mingjing_archive_inserts_waiting",
                "Inserts that ClickHouse was given and has not answered.",
            ),
            &["table"],
        )?;
        registry.register(Box::new(inserts_waiting.clone()))?;
        let of_partition = |name: &str, help: &str, labels: &[&str]| {
            let gauge =
                IntGaugeVec::new(Opts::new(format!("mingjing_archive_{name}"), help), labels)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let tick_age_seconds = GaugeVec::new(
            Opts::new(
                "mingjing_archive_tick_age_seconds",
                "How long ago the newest tick of a partition's owner came, by our time; while the platform's clock stands it does not grow.",
            ),
            &["partition"],
        )?;
        registry.register(Box::new(tick_age_seconds.clone()))?;
        let last_error_at = Gauge::new(
            "mingjing_archive_last_error_timestamp_seconds",
            "When an insert or a read last failed, since the epoch; 0 if never.",
        )?;
        registry.register(Box::new(last_error_at.clone()))?;
        let head_at = GaugeVec::new(
            Opts::new(
                "mingjing_archive_head_published_timestamp_seconds",
                "When the last head of a partition's hash chain was published, by the platform's clock, since the epoch; before the first, when the chain began.",
            ),
            &["partition"],
        )?;
        registry.register(Box::new(head_at.clone()))?;
        Ok(Self {
            rows: counter("rows_total", "Rows that ClickHouse took.", &["table"])?,
            bytes: counter("bytes_total", "Bytes of those rows as sent.", &["table"])?,
            insert_seconds,
            retries: counter(
                "insert_retries_total",
                "Inserts that had to be tried again.",
                &["table"],
            )?,
            records: counter(
                "records_total",
                "Records archived, with rows or without.",
                &["topic"],
            )?,
            rounds: counter(
                "rounds_total",
                "Rounds written: inserts into all tables and watermarks.",
                &["topic"],
            )?,
            refused: counter(
                "refused_total",
                "Records that could not be read and lie in rejects.",
                &["topic", "reason"],
            )?,
            inserts_waiting,
            lag_records,
            lag_seconds,
            tick_age_seconds,
            owner_standing_still: of_partition(
                "owner_standing_still",
                "1 while a partition gets no ticks from an owner, seen from the archive; 0 while it does.",
                &["partition"],
            )?,
            standing_still: of_partition(
                "standing_still",
                "1 while the archive of a partition gets nowhere though records wait; 0 while it moves.",
                &place,
            )?,
            last_error_at,
            head_at,
            cells: CellMetrics::new(registry)?,
            still: Mutex::default(),
            last_error: Mutex::default(),
            archived: Mutex::default(),
        })
    }

    /// The last thing that went wrong; none if nothing has.
    pub fn last_error(&self) -> Option<LastError> {
        self.last_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What of the archive stands still, in words; empty when nothing does. That a partition has no owner is not among it: this
    /// process works.
    pub fn standing_still(&self) -> Vec<String> {
        let still = self.still.lock().unwrap_or_else(PoisonError::into_inner);
        let words = still.iter().map(|((topic, partition), since)| {
            let since = since.as_secs();
            format!("{topic}/{partition} stands still: nothing was archived for {since} s though records wait")
        });
        words.collect()
    }

    fn stands(&self, topic: Topic, partition: Partition, still: Option<Duration>) {
        let mut all = self.still.lock().unwrap_or_else(PoisonError::into_inner);
        match still {
            Some(still) => drop(all.insert((topic, partition), still)),
            None => drop(all.remove(&(topic, partition))),
        }
    }

    /// The newest tick of a partition is so old; too old if it stands still.
    pub(crate) fn ticked(&self, partition: Partition, age: Duration, still: bool) {
        let number = partition.to_string();
        let labels = [&number];
        self.tick_age_seconds
            .with_label_values(&labels)
            .set(age.as_secs_f64());
        self.owner_standing_still
            .with_label_values(&labels)
            .set(i64::from(still));
    }

    /// A head of the partition's hash chain is published since `at`.
    pub(crate) fn head_published(&self, partition: Partition, at: Timestamp) {
        self.head_at
            .with_label_values(&[&partition.to_string()])
            .set(at.millis() as f64 / 1000.0);
    }

    /// The partitions are another process's now, or archived anew: what is known of them here would only grow old.
    pub(crate) fn forget(&self, partitions: &[Partition]) {
        for &partition in partitions {
            let number = partition.to_string();
            let _ = self.tick_age_seconds.remove_label_values(&[&number]);
            let _ = self.owner_standing_still.remove_label_values(&[&number]);
            let _ = self.head_at.remove_label_values(&[&number]);
            for topic in Topic::ALL {
                let labels = [topic.name(), number.as_str()];
                let _ = self.lag_records.remove_label_values(&labels);
                let _ = self.lag_seconds.remove_label_values(&labels);
                let _ = self.standing_still.remove_label_values(&labels);
                self.stands(topic, partition, None);
            }
        }
    }

    /// Records of the log that were not archived when the lag was last measured, all topics and partitions together.
    pub fn records_behind(&self) -> u64 {
        use prometheus::core::Collector;
        let families = self.lag_records.collect();
        let values = families
            .iter()
            .flat_map(|family| family.get_metric())
            .map(|m| m.get_gauge().get_value());
        values.sum::<f64>() as u64
    }

    pub(crate) fn failed(&self, attempted: &str, error: &dyn std::error::Error) {
        let mut text = format!("{attempted}: {error}");
        let mut cause = error.source();
        while let Some(inner) = cause {
            text += &format!(": {inner}");
            cause = inner.source();
        }
        let at = now();
        tracing::warn!(error = text, "archive");
        self.last_error_at.set(at.millis() as f64 / 1000.0);
        *self
            .last_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(LastError { at, text });
    }

    pub(crate) fn refused(&self, topic: Topic, reason: &str) {
        self.refused
            .with_label_values(&[topic.name(), reason])
            .inc();
    }

    pub(crate) fn round(&self, topic: Topic, records: usize, next: &BTreeMap<Partition, Offset>) {
        self.records
            .with_label_values(&[topic.name()])
            .inc_by(records as u64);
        self.rounds.with_label_values(&[topic.name()]).inc();
        self.reached(topic, next);
    }

    /// Archiving begins there: what another process has archived since we had the partition counts.
    pub(crate) fn begins(&self, positions: &Positions) {
        let mut archived = self.archived.lock().unwrap_or_else(PoisonError::into_inner);
        archived.extend(positions.iter().map(|(&place, from)| (place, from.offset)));
    }

    /// Everything before these offsets lies in the tables, or leaves no rows.
    pub(crate) fn reached(&self, topic: Topic, next: &BTreeMap<Partition, Offset>) {
        let mut archived = self.archived.lock().unwrap_or_else(PoisonError::into_inner);
        archived.extend(
            next.iter()
                .map(|(&partition, &next)| ((topic, partition), next)),
        );
    }

    fn archived(&self, topic: Topic, partition: Partition) -> Option<Offset> {
        self.archived
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&(topic, partition))
            .copied()
    }
}

impl Observer for Metrics {
    fn inserting(&self, table: &'static str) {
        // So that it is there, at 0, before the first retry.
        self.retries.with_label_values(&[table]);
        self.inserts_waiting.with_label_values(&[table]).inc();
    }

    fn inserted(&self, table: &'static str, rows: usize, bytes: usize, took: Duration) {
        crate::failpoint::inserted(table);
        self.inserts_waiting.with_label_values(&[table]).dec();
        self.rows.with_label_values(&[table]).inc_by(rows as u64);
        self.bytes.with_label_values(&[table]).inc_by(bytes as u64);
        self.insert_seconds
            .with_label_values(&[table])
            .observe(took.as_secs_f64());
    }

    fn retrying(
        &self,
        table: &'static str,
        attempt: u32,
        wait: Duration,
        error: &mingjing_store::Error,
    ) {
        self.inserts_waiting.with_label_values(&[table]).dec();
        self.retries.with_label_values(&[table]).inc();
        self.failed(
            &format!("attempt {attempt}, again in {} ms", wait.as_millis()),
            error,
        );
    }
}

/// A partition of a topic as it was when last looked at.
struct Seen {
    behind: Behind,
    standing: Standstill,
    next: Offset,
}

/// Measures how far the archive is behind and whether it moves, until stopped. The log is asked and not the readers, which wait
/// while ClickHouse is away.
pub async fn watch_lag(
    log: Arc<dyn Log>,
    metrics: Arc<Metrics>,
    start: Positions,
    every: Duration,
    stall_after: Duration,
    mut stop: watch::Receiver<bool>,
) -> Result<(), Error> {
    let mut seen: BTreeMap<(Topic, Partition), Seen> = BTreeMap::new();
    loop {
        for (&(topic, partition), &from) in &start {
            // A log that does not answer is the readers' matter to report; the lag then stays as it was.
            let Ok(bounds) = log.bounds(topic, partition).await else {
                continue;
            };
            let next = metrics.archived(topic, partition).unwrap_or(from.offset);
            let now = Instant::now();
            let seen = seen.entry((topic, partition)).or_insert_with(|| Seen {
                behind: Behind::default(),
                standing: Standstill::new(stall_after, now),
                next,
            });
            metrics.measured(topic, partition, seen, next, bounds.end);
        }
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return Ok(()),
            () = tokio::time::sleep(every) => {}
        }
    }
}

impl Metrics {
    fn measured(
        &self,
        topic: Topic,
        partition: Partition,
        seen: &mut Seen,
        next: Offset,
        end: Offset,
    ) {
        let now = Instant::now();
        let records = end.0.saturating_sub(next.0);
        let oldest = seen.behind.look(now, next, end);
        let moved = std::mem::replace(&mut seen.next, next) != next || records == 0;
        let number = partition.to_string();
        let labels = [topic.name(), number.as_str()];
        self.lag_records
            .with_label_values(&labels)
            .set(i64::try_from(records).unwrap_or(i64::MAX));
        self.lag_seconds
            .with_label_values(&labels)
            .set(oldest.as_secs_f64());
        match seen.standing.look(now, moved, true) {
            Some(Turn::Stopped) => tracing::warn!(
                %topic, partition = partition.0, records, "the archive of a partition stands still"
            ),
            Some(Turn::Moved(still)) => tracing::info!(
                %topic, partition = partition.0, seconds = still.as_secs(), "the archive of a partition moves again"
            ),
            None => {}
        }
        let still = seen.standing.stands();
        self.standing_still
            .with_label_values(&labels)
            .set(i64::from(still.is_some()));
        self.stands(topic, partition, still);
    }
}
