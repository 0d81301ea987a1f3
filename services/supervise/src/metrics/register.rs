//! The metrics' names, and what they mean to who reads them.

use prometheus::core::Collector;
use prometheus::{
    GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry,
};

use super::Metrics;

/// For work that takes a moment.
const MOMENTS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];
/// For what should come at once and may come hours late.
const DELAYS: [f64; 12] = [
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0,
];
/// For restoring, which takes seconds for a million cases.
const RESTORES: [f64; 12] = [
    0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0,
];

impl Metrics {
    /// Metrics in this registry.
    ///
    /// # Errors
    /// When the registry has metrics of these names already.
    pub fn new(registry: &Registry) -> prometheus::Result<Self> {
        let r = registry;
        let per_partition: &[&str] = &["partition"];
        let metrics = Self {
            records: counter(
                r,
                "records_total",
                "Records of the log taken, by kind.",
                &["kind"],
            )?,
            refused: counter(
                r,
                "refused_total",
                "Records refused, by reason.",
                &["reason"],
            )?,
            facts: counter(
                r,
                "facts_total",
                "Facts published, by what they say.",
                &["change"],
            )?,
            alert_changes: counter(
                r,
                "alert_changes_total",
                "Changes of alerts published, by the alert's level then.",
                &["change", "level"],
            )?,
            batch_seconds: histogram(
                r,
                "batch_seconds",
                "Time from reading a batch to its facts being durable.",
                &MOMENTS,
            )?,
            fired_seconds: histogram(
                r,
                "deadline_fired_seconds",
                "How long after the earliest due instant of a tick it was met, in real time.",
                &DELAYS,
            )?,
            unfired_seconds: gauge_f64(
                r,
                "deadline_unfired_seconds",
                "How long the oldest deadline that is due by the owner's clock has not been met, in real time; 0 if none is.",
            )?,
            unfired_sampled_seconds: histogram(
                r,
                "deadline_unfired_sampled_seconds",
                "The same of every partition, sampled every second: its quantiles over a time say how long the platform was late.",
                &DELAYS,
            )?,
            lag_records: gauge(
                r,
                "lag_records",
                "Records of the log that wait to be judged.",
                per_partition,
            )?,
            lag_seconds: gauge_f64(
                r,
                "lag_seconds",
                "How long the oldest of those has waited; 0 if none does.",
            )?,
            clock_lag_seconds: gauge_f64(
                r,
                "clock_lag_seconds",
                "How far the partition's clock is behind the owner's, in real time.",
            )?,
            progress_at: gauge_f64(
                r,
                "progress_timestamp_seconds",
                "When records were last judged and their facts durable, ticks too, since the epoch by the machine's clock.",
            )?,
            standing_still: gauge(
                r,
                "partition_standing_still",
                "1 while a partition takes no record, not even a tick, though it should; 0 while it moves.",
                per_partition,
            )?,
            states: gauge(
                r,
                "partition_state",
                "1 for what a partition's task is doing, 0 for what it is not.",
                &["partition", "state"],
            )?,
            partitions: plain_gauge(r, "partitions", "Partitions of the log, whoever has them.")?,
            partitions_owned: plain_gauge(
                r,
                "partitions_owned",
                "Partitions that this process owns: its fence is the last in their facts, as far as it knows.",
            )?,
            epochs: gauge(
                r,
                "owner_epoch",
                "Under which epoch this process owns a partition; a later owner's is greater.",
                per_partition,
            )?,
            restore_seconds: histograms(
                r,
                "restore_seconds",
                "Time that a partition took to be ready for new records, by phase.",
                "phase",
                &RESTORES,
            )?,
            restored_cases: plain(r, "restored_cases_total", "Cases that came from snapshots.")?,
            restored_records: plain(
                r,
                "restored_records_total",
                "Records of the log that were read again since a snapshot.",
            )?,
            snapshot_at: gauge_f64(
                r,
                "snapshot_timestamp_seconds",
                "When the newest snapshot was written, since the epoch by the clock of the machine or of the object store.",
            )?,
            snapshot_bytes: gauge(
                r,
                "snapshot_bytes",
                "Size of the newest snapshot.",
                per_partition,
            )?,
            snapshot_seconds: histogram(
                r,
                "snapshot_seconds",
                "Time to write a snapshot and read it back.",
                &MOMENTS,
            )?,
            snapshot_failures: counter(
                r,
                "snapshot_failures_total",
                "Snapshots that could not be written, or could not be used at the start.",
                &["what"],
            )?,
            recoveries: counter(
                r,
                "recoveries_total",
                "Starts of a partition: judged again the same, or reconciled with another engine's facts.",
                &["how"],
            )?,
            definitions_missing: plain(
                r,
                "definitions_missing_total",
                "Times a partition looked for definitions that the log names and the table lacks.",
            )?,
            cases: gauge(r, "cases", "Cases in memory.", per_partition)?,
            waiting_cases: gauge(
                r,
                "waiting_cases",
                "Cases of declared sources with events that wait for their completion.",
                per_partition,
            )?,
            alerts: gauge(
                r,
                "alerts",
                "Alerts in memory, by status.",
                &["partition", "status"],
            )?,
            counts: gauge(
                r,
                "engine_count",
                "What the engine counted since its snapshots began.",
                &["partition", "what"],
            )?,
            calendar_days: gauge(
                r,
                "calendar_known_days",
                "Days from now on whose holidays are published, by calendar in use. Limits that reach beyond are provisional.",
                &["calendar"],
            )?,
        };
        // A counter that appears with its first count has not risen for who asks by how much it rose.
        for what in ["write", "broken", "other_version"] {
            metrics.snapshot_failures.with_label_values(&[what]);
        }
        Ok(metrics)
    }
}

fn opts(name: &str, help: &str) -> Opts {
    Opts::new(format!("mingjing_supervise_{name}"), help)
}

fn register<C: Collector + Clone + 'static>(
    registry: &Registry,
    collector: C,
) -> prometheus::Result<C> {
    registry.register(Box::new(collector.clone()))?;
    Ok(collector)
}

fn plain(registry: &Registry, name: &str, help: &str) -> prometheus::Result<IntCounter> {
    register(registry, IntCounter::with_opts(opts(name, help))?)
}

fn plain_gauge(registry: &Registry, name: &str, help: &str) -> prometheus::Result<IntGauge> {
    register(registry, IntGauge::with_opts(opts(name, help))?)
}

fn counter(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> prometheus::Result<IntCounterVec> {
    register(registry, IntCounterVec::new(opts(name, help), labels)?)
}

fn gauge(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> prometheus::Result<IntGaugeVec> {
    register(registry, IntGaugeVec::new(opts(name, help), labels)?)
}

fn gauge_f64(registry: &Registry, name: &str, help: &str) -> prometheus::Result<GaugeVec> {
    register(registry, GaugeVec::new(opts(name, help), &["partition"])?)
}

fn histogram(
    registry: &Registry,
    name: &str,
    help: &str,
    buckets: &[f64],
) -> prometheus::Result<Histogram> {
    let opts = HistogramOpts::from(opts(name, help)).buckets(buckets.to_vec());
    register(registry, Histogram::with_opts(opts)?)
}

fn histograms(
    registry: &Registry,
    name: &str,
    help: &str,
    label: &str,
    buckets: &[f64],
) -> prometheus::Result<HistogramVec> {
    let opts = HistogramOpts::from(opts(name, help)).buckets(buckets.to_vec());
    register(registry, HistogramVec::new(opts, &[label])?)
}
