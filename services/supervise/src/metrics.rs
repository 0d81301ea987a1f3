//! What operators see of the partitions.

use std::time::Duration;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Status as AlertStatus;
use mingjing_domain::fact::{Change, Fact};
use mingjing_engine::Engine;
use mingjing_log::Partition;
use mingjing_wire::facts::FactRecord;
use prometheus::core::Collector;
use prometheus::{
    GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry,
};

use crate::clock::{Clock, System};
use crate::judge::{Kind, Taken};
use crate::status::State;

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

const ALERT_STATUSES: [AlertStatus; 6] = [
    AlertStatus::Pending,
    AlertStatus::Issued,
    AlertStatus::Ended,
    AlertStatus::Withdrawn,
    AlertStatus::Cancelled,
    AlertStatus::Review,
];

/// The metrics of supervision, all partitions together.
pub struct Metrics {
    records: IntCounterVec,
    refused: IntCounterVec,
    facts: IntCounterVec,
    alert_changes: IntCounterVec,
    batch_seconds: Histogram,
    fired_seconds: Histogram,
    unfired_seconds: GaugeVec,
    unfired_sampled_seconds: Histogram,
    lag_records: IntGaugeVec,
    lag_seconds: GaugeVec,
    clock_lag_seconds: GaugeVec,
    progress_at: GaugeVec,
    standing_still: IntGaugeVec,
    states: IntGaugeVec,
    partitions: IntGauge,
    partitions_owned: IntGauge,
    epochs: IntGaugeVec,
    restore_seconds: HistogramVec,
    restored_cases: IntCounter,
    restored_records: IntCounter,
    snapshot_at: GaugeVec,
    snapshot_bytes: IntGaugeVec,
    snapshot_seconds: Histogram,
    snapshot_failures: IntCounterVec,
    recoveries: IntCounterVec,
    definitions_missing: IntCounter,
    cases: IntGaugeVec,
    waiting_cases: IntGaugeVec,
    alerts: IntGaugeVec,
    counts: IntGaugeVec,
}

/// A part of restoring a partition.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Phase {
    /// A snapshot is found, read and opened, or there is none.
    Load,
    /// What was judged since is judged again.
    JudgeAgain,
    /// The history since is taken and held against another engine's facts.
    Reconcile,
}

impl Phase {
    const fn name(self) -> &'static str {
        match self {
            Phase::Load => "load",
            Phase::JudgeAgain => "judge_again",
            Phase::Reconcile => "reconcile",
        }
    }
}

/// What the engine counts.
const COUNTED: [&str; 7] = [
    "events",
    "duplicates",
    "conflicts",
    "walked_anew",
    "judged",
    "exempt_from_late_entry",
    "unjudged_conditions",
];

/// What a partition's engine holds, for gauges.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holdings {
    cases: usize,
    waiting: usize,
    alerts: [usize; ALERT_STATUSES.len()],
    /// In the order of [`COUNTED`].
    counts: [u64; COUNTED.len()],
}

impl Holdings {
    /// Looks at every alert: for every few seconds, not for every batch.
    pub(crate) fn of(engine: &Engine) -> Self {
        let mut alerts = [0; ALERT_STATUSES.len()];
        for alert in engine.alerts() {
            let place = ALERT_STATUSES.iter().position(|s| *s == alert.status);
            alerts[place.expect("every status is listed")] += 1;
        }
        let counts = engine.counts();
        let counts = [
            counts.events,
            counts.duplicates,
            counts.conflicts,
            counts.walked_anew,
            counts.judged,
            counts.exempt_from_late_entry,
            engine.unjudged_conditions(),
        ];
        Self {
            cases: engine.case_count(),
            waiting: engine.waiting_count(),
            alerts,
            counts,
        }
    }
}

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
        };
        // A counter that appears with its first count has not risen for who asks by how much it rose.
        for what in ["write", "broken"] {
            metrics.snapshot_failures.with_label_values(&[what]);
        }
        Ok(metrics)
    }

    /// Records were judged and what follows from them is durable; `speed` is that of the owner's clock.
    pub(crate) fn taken(&self, partition: Partition, taken: &Taken, speed: f64) {
        for kind in Kind::ALL {
            self.records
                .with_label_values(&[kind.name()])
                .inc_by(taken.records[kind as usize]);
        }
        for overdue_ms in &taken.overdue_ms {
            self.fired_seconds
                .observe(*overdue_ms as f64 / 1000.0 / speed);
        }
        self.progress_at
            .with_label_values(&[&partition.to_string()])
            .set(System.now().millis() as f64 / 1000.0);
    }

    pub(crate) fn published(&self, facts: &[FactRecord]) {
        for fact in facts {
            let change = match &fact.facts {
                Fact::Alert { change, alert, .. } => {
                    let change = change_name(*change);
                    self.alert_changes
                        .with_label_values(&[change, alert.level.code()])
                        .inc();
                    change
                }
                Fact::Case { .. } => "case",
                Fact::Source { .. } => "source",
                Fact::Refused { reason, .. } => {
                    self.refused.with_label_values(&[reason]).inc();
                    "refused"
                }
            };
            self.facts.with_label_values(&[change]).inc();
        }
    }

    pub(crate) fn batch(&self, took: Duration) {
        self.batch_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn follows(
        &self,
        partition: Partition,
        lag: u64,
        clock: Option<Timestamp>,
        owner: &dyn Clock,
    ) {
        let partition = partition.to_string();
        self.lag_records
            .with_label_values(&[&partition])
            .set(lag as i64);
        if let Some(clock) = clock {
            self.clock_lag_seconds
                .with_label_values(&[&partition])
                .set(real_seconds(clock, owner));
        }
    }

    /// The log holds so many records that are not judged, the oldest of them since so long.
    pub(crate) fn lags(&self, partition: Partition, records: u64, oldest: Duration) {
        let partition = partition.to_string();
        self.lag_records
            .with_label_values(&[&partition])
            .set(i64::try_from(records).unwrap_or(i64::MAX));
        self.lag_seconds
            .with_label_values(&[&partition])
            .set(oldest.as_secs_f64());
    }

    /// So many partitions the log has, and so many of them are owned here.
    pub(crate) fn owns(&self, partitions: u16, owned: usize) {
        self.partitions.set(i64::from(partitions));
        self.partitions_owned.set(owned as i64);
    }

    /// How a partition looks from beside its task.
    pub(crate) fn looks(
        &self,
        partition: Partition,
        state: &State,
        epoch: Option<u64>,
        still: bool,
    ) {
        let partition = partition.to_string();
        self.standing_still
            .with_label_values(&[&partition])
            .set(i64::from(still));
        for name in State::NAMES {
            self.states
                .with_label_values(&[partition.as_str(), name])
                .set(i64::from(name == state.name()));
        }
        match epoch.map(|epoch| i64::try_from(epoch).unwrap_or(i64::MAX)) {
            Some(epoch) => self.epochs.with_label_values(&[&partition]).set(epoch),
            None => drop(self.epochs.remove_label_values(&[&partition])),
        }
    }

    /// The earliest deadline that a partition has not met, sampled.
    pub(crate) fn unfired(&self, partition: Partition, due: Option<Timestamp>, owner: &dyn Clock) {
        let seconds = due.map_or(0.0, |due| real_seconds(due, owner));
        self.unfired_seconds
            .with_label_values(&[&partition.to_string()])
            .set(seconds);
        self.unfired_sampled_seconds.observe(seconds);
    }

    /// A partition was restored, or a part of the way.
    pub(crate) fn restored(&self, phase: Phase, took: Duration, cases: u64, records: u64) {
        self.restore_seconds
            .with_label_values(&[phase.name()])
            .observe(took.as_secs_f64());
        self.restored_cases.inc_by(cases);
        self.restored_records.inc_by(records);
    }

    /// The partition is another process's now: what is known of it here would only grow old.
    pub(crate) fn forget(&self, partition: Partition) {
        let partition = partition.to_string();
        for gauge in [
            &self.lag_records,
            &self.standing_still,
            &self.epochs,
            &self.snapshot_bytes,
            &self.cases,
            &self.waiting_cases,
        ] {
            let _ = gauge.remove_label_values(&[&partition]);
        }
        for gauge in [
            &self.lag_seconds,
            &self.clock_lag_seconds,
            &self.progress_at,
            &self.unfired_seconds,
            &self.snapshot_at,
        ] {
            let _ = gauge.remove_label_values(&[&partition]);
        }
        for state in State::NAMES {
            let _ = self
                .states
                .remove_label_values(&[partition.as_str(), state]);
        }
        for status in ALERT_STATUSES {
            let _ = self
                .alerts
                .remove_label_values(&[partition.as_str(), status.code()]);
        }
        for what in COUNTED {
            let _ = self.counts.remove_label_values(&[partition.as_str(), what]);
        }
    }

    /// A snapshot was written just now.
    pub(crate) fn snapshot(&self, partition: Partition, bytes: usize, took: Duration) {
        self.snapshot_bytes
            .with_label_values(&[&partition.to_string()])
            .set(bytes as i64);
        self.snapshot_seconds.observe(took.as_secs_f64());
        self.snapshot_written(partition, System.now());
    }

    /// The newest snapshot is of this time.
    pub(crate) fn snapshot_written(&self, partition: Partition, at: Timestamp) {
        self.snapshot_at
            .with_label_values(&[&partition.to_string()])
            .set(at.millis() as f64 / 1000.0);
    }

    pub(crate) fn snapshot_failed(&self, what: &str) {
        self.snapshot_failures.with_label_values(&[what]).inc();
    }

    pub(crate) fn recovered(&self, how: &str) {
        self.recoveries.with_label_values(&[how]).inc();
    }

    pub(crate) fn definitions_missing(&self) {
        self.definitions_missing.inc();
    }

    pub(crate) fn holds(&self, partition: Partition, holdings: &Holdings) {
        let partition = partition.to_string();
        self.cases
            .with_label_values(&[&partition])
            .set(holdings.cases as i64);
        self.waiting_cases
            .with_label_values(&[&partition])
            .set(holdings.waiting as i64);
        for (status, count) in ALERT_STATUSES.iter().zip(holdings.alerts) {
            self.alerts
                .with_label_values(&[&partition, status.code()])
                .set(count as i64);
        }
        for (what, count) in COUNTED.into_iter().zip(holdings.counts) {
            self.counts
                .with_label_values(&[partition.as_str(), what])
                .set(count as i64);
        }
    }
}

/// How long ago an instant of the owner's clock was, in real time; 0 if it is not yet.
fn real_seconds(at: Timestamp, owner: &dyn Clock) -> f64 {
    let ms = owner.now().millis().saturating_sub(at.millis()).max(0);
    ms as f64 / 1000.0 / owner.speed()
}

const fn change_name(change: Change) -> &'static str {
    match change {
        Change::Raised => "raised",
        Change::Issued => "issued",
        Change::Escalated => "escalated",
        Change::Revised => "revised",
        Change::Ended => "ended",
        Change::Reopened => "reopened",
        Change::Withdrawn => "withdrawn",
        Change::Cancelled => "cancelled",
        Change::SentToReview => "sent_to_review",
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
