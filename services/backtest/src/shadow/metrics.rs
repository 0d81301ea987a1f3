//! What operators see of shadows.

use std::time::Duration;

use prometheus::{Gauge, IntCounter, IntGauge, Registry};

/// The counters and gauges of this process's shadows. All are there from the start, so that an alarm that is silent can be told from one
/// that sees nothing.
pub struct Metrics {
    drafts: IntGauge,
    lag: Gauge,
    took: Gauge,
    events: IntGauge,
    rows: IntCounter,
    passes: IntCounter,
    failures: IntCounter,
    failing: IntGauge,
    too_large: IntGauge,
}

impl Metrics {
    /// Registers them.
    ///
    /// # Errors
    /// When one is registered already.
    pub fn new(registry: &Registry) -> prometheus::Result<Self> {
        let metrics = Self {
            drafts: IntGauge::new(
                "mingjing_shadow_drafts",
                "Drafts that are judged by without alerting.",
            )?,
            lag: Gauge::new(
                "mingjing_shadow_lag_seconds",
                "How long ago the shadow that is furthest behind was judged last, by the platform's clock; 0: there is none.",
            )?,
            took: Gauge::new(
                "mingjing_shadow_pass_seconds",
                "How long the last pass took.",
            )?,
            events: IntGauge::new(
                "mingjing_shadow_pass_events",
                "How many events the last pass judged, by each side.",
            )?,
            rows: IntCounter::new(
                "mingjing_shadow_rows_total",
                "Rows that passes wrote into ClickHouse.",
            )?,
            passes: IntCounter::new("mingjing_shadow_passes_total", "Passes that went through.")?,
            failures: IntCounter::new(
                "mingjing_shadow_failures_total",
                "Passes that failed; each is tried again.",
            )?,
            failing: IntGauge::new(
                "mingjing_shadow_failing",
                "How many times in a row the passes of a shadow have failed, of the one that failed most often; 0: all went through.",
            )?,
            too_large: IntGauge::new(
                "mingjing_shadow_too_large",
                "Shadows that are not judged because their window holds too many events.",
            )?,
        };
        registry.register(Box::new(metrics.drafts.clone()))?;
        registry.register(Box::new(metrics.lag.clone()))?;
        registry.register(Box::new(metrics.took.clone()))?;
        registry.register(Box::new(metrics.events.clone()))?;
        registry.register(Box::new(metrics.rows.clone()))?;
        registry.register(Box::new(metrics.passes.clone()))?;
        registry.register(Box::new(metrics.failures.clone()))?;
        registry.register(Box::new(metrics.failing.clone()))?;
        registry.register(Box::new(metrics.too_large.clone()))?;
        Ok(metrics)
    }

    pub(super) fn passed(&self, took: Duration, events: u64, rows: u64) {
        self.passes.inc();
        self.took.set(took.as_secs_f64());
        self.events.set(i64::try_from(events).unwrap_or(i64::MAX));
        self.rows.inc_by(rows);
    }

    pub(super) fn failed(&self) {
        self.failures.inc();
    }

    /// How things stand after a look: drafts in shadow, the longest lag in milliseconds, failures in a row, windows too large.
    pub(super) fn stand(&self, drafts: usize, lag_ms: i64, failing: u32, too_large: usize) {
        self.drafts.set(i64::try_from(drafts).unwrap_or(i64::MAX));
        self.lag.set(lag_ms.max(0) as f64 / 1000.0);
        self.failing.set(failing.into());
        self.too_large
            .set(i64::try_from(too_large).unwrap_or(i64::MAX));
    }
}
