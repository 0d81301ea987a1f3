//! What operators see of notifications.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mingjing_log::Partition;
use prometheus::{Gauge, GaugeVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

/// Counters and gauges of this process's notifications, and what of them stands still.
pub struct Metrics {
    /// 1 while this process notifies.
    pub(crate) working: IntGauge,
    delivered: IntCounterVec,
    failed: IntCounterVec,
    dead: IntCounterVec,
    forgotten: IntCounterVec,
    /// Dead letters that lie there.
    pub(crate) dead_letters: IntGauge,
    digested: IntCounterVec,
    passed_over: IntCounterVec,
    waiting: IntGaugeVec,
    oldest: GaugeVec,
    lag_records: IntGaugeVec,
    lag_seconds: GaugeVec,
    last_failure_at: Gauge,
    still: Mutex<BTreeMap<Partition, Duration>>,
}

impl Metrics {
    /// Registers them.
    ///
    /// # Errors
    /// When one is registered already.
    pub fn new(registry: &Registry) -> prometheus::Result<Self> {
        let name = |name: &str, help: &str| Opts::new(format!("mingjing_notify_{name}"), help);
        let counter = |of: &str, help: &str, labels: &[&str]| {
            let made = IntCounterVec::new(name(of, help), labels)?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, prometheus::Error>(made)
        };
        let count = |of: &str, help: &str, labels: &[&str]| {
            let made = IntGaugeVec::new(name(of, help), labels)?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, prometheus::Error>(made)
        };
        let seconds = |of: &str, help: &str, labels: &[&str]| {
            let made = GaugeVec::new(name(of, help), labels)?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, prometheus::Error>(made)
        };
        let working = IntGauge::with_opts(name(
            "working",
            "1 while this process notifies, 0 while it stands by.",
        ))?;
        registry.register(Box::new(working.clone()))?;
        let dead_letters = IntGauge::with_opts(name(
            "dead_letters",
            "Messages that could not be delivered and that nobody has seen to yet.",
        ))?;
        registry.register(Box::new(dead_letters.clone()))?;
        let last_failure_at = Gauge::with_opts(name(
            "last_failure_timestamp_seconds",
            "When a delivery last failed, by the platform's clock; 0 if never.",
        ))?;
        registry.register(Box::new(last_failure_at.clone()))?;
        Ok(Self {
            working,
            dead_letters,
            delivered: counter(
                "delivered_total",
                "Messages that their receivers took.",
                &["channel"],
            )?,
            failed: counter(
                "failed_total",
                "Attempts that failed; most are made again.",
                &["channel", "reason"],
            )?,
            dead: counter(
                "dead_total",
                "Messages that were given up and lie among the dead letters.",
                &["channel", "reason"],
            )?,
            forgotten: counter(
                "dead_forgotten_total",
                "Dead letters that were forgotten for newer ones.",
                &["channel"],
            )?,
            digested: counter(
                "digested_total",
                "Changes that were put together with others, because offices were closed or because there were too many.",
                &["route", "why"],
            )?,
            passed_over: counter(
                "passed_over_total",
                "Changes of alerts that nobody is told of, by why.",
                &["reason"],
            )?,
            waiting: count(
                "waiting",
                "Messages that are not delivered yet.",
                &["channel"],
            )?,
            oldest: seconds(
                "oldest_waiting_seconds",
                "How long the oldest of those has waited; 0 if none does.",
                &["channel"],
            )?,
            lag_records: count(
                "lag_records",
                "Facts that were not looked at yet.",
                &["partition"],
            )?,
            lag_seconds: seconds(
                "lag_seconds",
                "How long the oldest of those has been in the log; 0 if none is left.",
                &["partition"],
            )?,
            last_failure_at,
            still: Mutex::default(),
        })
    }

    pub(crate) fn delivered(&self, channel: &str) {
        self.delivered.with_label_values(&[channel]).inc();
    }

    pub(crate) fn failed(&self, channel: &str, reason: &str, at_seconds: f64) {
        self.failed.with_label_values(&[channel, reason]).inc();
        self.last_failure_at.set(at_seconds);
    }

    pub(crate) fn dead(&self, channel: &str, reason: &str) {
        self.dead.with_label_values(&[channel, reason]).inc();
    }

    pub(crate) fn forgotten(&self, channel: &str) {
        self.forgotten.with_label_values(&[channel]).inc();
    }

    pub(crate) fn digested(&self, route: &str, why: &str) {
        self.digested.with_label_values(&[route, why]).inc();
    }

    pub(crate) fn passed_over(&self, reason: &str, count: u64) {
        self.passed_over.with_label_values(&[reason]).inc_by(count);
    }

    pub(crate) fn waiting(&self, channel: &str, count: usize, oldest: Duration) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.waiting.with_label_values(&[channel]).set(count);
        let oldest = oldest.as_secs_f64();
        self.oldest.with_label_values(&[channel]).set(oldest);
    }

    pub(crate) fn lag(&self, partition: Partition, records: u64, oldest: Duration) {
        let label = partition.to_string();
        let records = i64::try_from(records).unwrap_or(i64::MAX);
        self.lag_records.with_label_values(&[&label]).set(records);
        let oldest = oldest.as_secs_f64();
        self.lag_seconds.with_label_values(&[&label]).set(oldest);
    }

    pub(crate) fn stands(&self, partition: Partition, still: Option<Duration>) {
        let mut all = self.still.lock().unwrap_or_else(PoisonError::into_inner);
        match still {
            Some(still) => all.insert(partition, still),
            None => all.remove(&partition),
        };
    }

    /// This process does not notify any more: what it measured is somebody else's now.
    pub(crate) fn stands_by(&self) {
        self.working.set(0);
        self.dead_letters.set(0);
        self.waiting.reset();
        self.oldest.reset();
        self.lag_records.reset();
        self.lag_seconds.reset();
        let mut all = self.still.lock().unwrap_or_else(PoisonError::into_inner);
        all.clear();
    }

    /// Whether this process notifies; else another one does.
    pub fn works(&self) -> bool {
        self.working.get() == 1
    }

    /// What stands still though facts wait, in words; empty when nothing does. A receiver that takes nothing is not among it: that
    /// is told by the gauges of its channel.
    pub fn standing_still(&self) -> Vec<String> {
        let all = self.still.lock().unwrap_or_else(PoisonError::into_inner);
        let words = all.iter().map(|(partition, still)| {
            let seconds = still.as_secs();
            format!("partition {partition}: notifications get nowhere for {seconds} s")
        });
        words.collect()
    }
}
