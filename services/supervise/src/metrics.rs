//! What operators see of the partitions.

mod holdings;
mod register;

use std::time::Duration;

use mingjing_domain::Timestamp;
use mingjing_domain::fact::{Change, Fact};
use mingjing_log::Partition;
use mingjing_wire::facts::FactRecord;
use prometheus::{
    GaugeVec, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
};

use crate::clock::{Clock, System};
use crate::judge::{Kind, Taken};
use crate::status::State;

pub(crate) use holdings::Holdings;
use holdings::{ALERT_STATUSES, COUNTED};

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
    calendar_days: IntGaugeVec,
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

impl Metrics {
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
                Fact::Decision { .. } => "decision",
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
        for (calendar, days) in &holdings.calendar_days {
            self.calendar_days.with_label_values(&[calendar]).set(*days);
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
        Change::Disposed => "disposed",
    }
}
