//! What operators see of the archive.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mingjing_domain::Timestamp;
use mingjing_log::{Log, Offset, Partition, Topic};
use mingjing_store::Observer;
use prometheus::{
    Gauge, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry,
};
use tokio::sync::watch;
use tokio::time::Instant;

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
    last_error_at: Gauge,
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
                "Seconds since nothing was left to archive; 0 when nothing is.",
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
        let last_error_at = Gauge::new(
            "mingjing_archive_last_error_timestamp_seconds",
            "When an insert or a read last failed, since the epoch; 0 if never.",
        )?;
        registry.register(Box::new(last_error_at.clone()))?;
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
            last_error_at,
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

/// Measures how far the archive is behind, until stopped. The log is asked and not the readers, which wait while
/// ClickHouse is away.
pub async fn watch_lag(
    log: Arc<dyn Log>,
    metrics: Arc<Metrics>,
    start: Positions,
    every: Duration,
    mut stop: watch::Receiver<bool>,
) -> Result<(), Error> {
    let begun = Instant::now();
    let mut level_at: BTreeMap<(Topic, Partition), Instant> =
        start.keys().map(|&key| (key, begun)).collect();
    loop {
        for (&(topic, partition), &from) in &start {
            // A log that does not answer is the readers' matter to report; the lag then stays as it was.
            let Ok(bounds) = log.bounds(topic, partition).await else {
                continue;
            };
            let archived = metrics.archived(topic, partition).unwrap_or(from.offset);
            let behind = bounds.end.0.saturating_sub(archived.0);
            let now = Instant::now();
            let level = level_at.entry((topic, partition)).or_insert(begun);
            if behind == 0 {
                *level = now;
            }
            let labels = [topic.name(), &partition.to_string()];
            metrics
                .lag_records
                .with_label_values(&labels)
                .set(i64::try_from(behind).unwrap_or(i64::MAX));
            metrics
                .lag_seconds
                .with_label_values(&labels)
                .set(now.duration_since(*level).as_secs_f64());
        }
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return Ok(()),
            () = tokio::time::sleep(every) => {}
        }
    }
}
