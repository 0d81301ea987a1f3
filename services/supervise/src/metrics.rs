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
    GaugeVec, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry,
};

use crate::judge::{Kind, Taken};

const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
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
    batch_seconds: Histogram,
    overdue_seconds: Histogram,
    lag_records: IntGaugeVec,
    clock_lag_seconds: GaugeVec,
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
        Ok(Self {
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
            batch_seconds: histogram(
                r,
                "batch_seconds",
                "Time from reading a batch to its facts being durable.",
            )?,
            overdue_seconds: histogram(
                r,
                "timer_overdue_seconds",
                "How long after a due instant it was met.",
            )?,
            lag_records: gauge(
                r,
                "lag_records",
                "Records of the log that wait to be judged.",
                per_partition,
            )?,
            clock_lag_seconds: gauge_f64(
                r,
                "clock_lag_seconds",
                "How far the partition's clock is behind the owner's.",
            )?,
            snapshot_at: gauge_f64(
                r,
                "snapshot_timestamp_seconds",
                "When the newest snapshot was written, by the owner's clock.",
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
        })
    }

    pub(crate) fn taken(&self, taken: &Taken) {
        for kind in Kind::ALL {
            self.records
                .with_label_values(&[kind.name()])
                .inc_by(taken.records[kind as usize]);
        }
        for overdue_ms in &taken.overdue_ms {
            self.overdue_seconds.observe(*overdue_ms as f64 / 1000.0);
        }
    }

    pub(crate) fn published(&self, facts: &[FactRecord]) {
        for fact in facts {
            let change = match &fact.facts {
                Fact::Alert { change, .. } => change_name(*change),
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
        now: Timestamp,
    ) {
        let partition = partition.to_string();
        self.lag_records
            .with_label_values(&[&partition])
            .set(lag as i64);
        if let Some(clock) = clock {
            let behind_ms = now.millis().saturating_sub(clock.millis());
            self.clock_lag_seconds
                .with_label_values(&[&partition])
                .set(behind_ms as f64 / 1000.0);
        }
    }

    /// The partition is another process's now: what is known of it here would only grow old.
    pub(crate) fn forget(&self, partition: Partition) {
        let partition = partition.to_string();
        for gauge in [
            &self.lag_records,
            &self.snapshot_bytes,
            &self.cases,
            &self.waiting_cases,
        ] {
            let _ = gauge.remove_label_values(&[&partition]);
        }
        for gauge in [&self.clock_lag_seconds, &self.snapshot_at] {
            let _ = gauge.remove_label_values(&[&partition]);
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

    pub(crate) fn snapshot(
        &self,
        partition: Partition,
        bytes: usize,
        now: Timestamp,
        took: Duration,
    ) {
        let partition = partition.to_string();
        self.snapshot_bytes
            .with_label_values(&[&partition])
            .set(bytes as i64);
        self.snapshot_at
            .with_label_values(&[&partition])
            .set(now.millis() as f64 / 1000.0);
        self.snapshot_seconds.observe(took.as_secs_f64());
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

fn histogram(registry: &Registry, name: &str, help: &str) -> prometheus::Result<Histogram> {
    let opts = HistogramOpts::from(opts(name, help)).buckets(SECONDS.to_vec());
    register(registry, Histogram::with_opts(opts)?)
}
