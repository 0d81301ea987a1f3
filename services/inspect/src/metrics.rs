//! What operators see of inspections.

use std::time::Duration;

use mingjing_domain::Timestamp;
use prometheus::{GaugeVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

use crate::list::PLANS;
use crate::runner::SILENCE;

/// The counters and gauges of this process's inspections.
pub struct Metrics {
    last_run: GaugeVec,
    took: GaugeVec,
    findings: IntGaugeVec,
    commands: IntCounterVec,
    failures: IntCounterVec,
    failing: IntGaugeVec,
    waiting: IntGauge,
}

impl Metrics {
    /// Registers them.
    ///
    /// # Errors
    /// When one is registered already.
    pub fn new(registry: &Registry) -> prometheus::Result<Self> {
        let by_rule = &["rule"][..];
        let metrics = Self {
            last_run: GaugeVec::new(
                Opts::new(
                    "mingjing_inspection_last_run_timestamp_seconds",
                    "When an inspection last ran through, by the platform's clock.",
                ),
                by_rule,
            )?,
            took: GaugeVec::new(
                Opts::new(
                    "mingjing_inspection_duration_seconds",
                    "How long its last run took.",
                ),
                by_rule,
            )?,
            findings: IntGaugeVec::new(
                Opts::new(
                    "mingjing_inspection_findings",
                    "How many findings the window had that was inspected last.",
                ),
                by_rule,
            )?,
            commands: IntCounterVec::new(
                Opts::new(
                    "mingjing_inspection_commands_total",
                    "Commands that inspections wrote into the log, by act.",
                ),
                &["rule", "act"],
            )?,
            failures: IntCounterVec::new(
                Opts::new(
                    "mingjing_inspection_failures_total",
                    "Runs that failed; each is tried again.",
                ),
                by_rule,
            )?,
            failing: IntGaugeVec::new(
                Opts::new(
                    "mingjing_inspection_failing",
                    "How many times in a row an inspection has failed; 0: the last run went through.",
                ),
                by_rule,
            )?,
            waiting: IntGauge::new(
                "mingjing_inspection_waits_for_archive",
                "Partitions whose archive has to catch up before anything is inspected.",
            )?,
        };
        // There from the start, so that an alarm that is silent can be told from one that sees nothing.
        for rule in PLANS
            .iter()
            .map(|plan| plan.inspection.rule())
            .chain([SILENCE])
        {
            metrics.failing.with_label_values(&[rule]).set(0);
        }
        registry.register(Box::new(metrics.last_run.clone()))?;
        registry.register(Box::new(metrics.took.clone()))?;
        registry.register(Box::new(metrics.findings.clone()))?;
        registry.register(Box::new(metrics.commands.clone()))?;
        registry.register(Box::new(metrics.failures.clone()))?;
        registry.register(Box::new(metrics.failing.clone()))?;
        registry.register(Box::new(metrics.waiting.clone()))?;
        Ok(metrics)
    }

    pub(crate) fn ran(&self, rule: &str, at: Timestamp, took: Duration, findings: usize) {
        self.last_run
            .with_label_values(&[rule])
            .set(at.millis() as f64 / 1000.0);
        self.took.with_label_values(&[rule]).set(took.as_secs_f64());
        self.findings
            .with_label_values(&[rule])
            .set(i64::try_from(findings).unwrap_or(i64::MAX));
        self.failing.with_label_values(&[rule]).set(0);
    }

    pub(crate) fn said(&self, rule: &str, act: &str) {
        self.commands.with_label_values(&[rule, act]).inc();
    }

    pub(crate) fn failed(&self, rule: &str) {
        self.failures.with_label_values(&[rule]).inc();
        self.failing.with_label_values(&[rule]).inc();
    }

    pub(crate) fn waits(&self, partitions: usize) {
        self.waiting
            .set(i64::try_from(partitions).unwrap_or(i64::MAX));
    }
}
