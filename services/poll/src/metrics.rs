//! What polling counts. Labels are tables and reasons, so that their number is bounded.

use prometheus::{Gauge, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

/// The counters, registered once.
pub(crate) struct Metrics {
    pub rows_read: IntCounterVec,
    pub rows_taken: IntCounterVec,
    pub rows_refused: IntCounterVec,
    pub rows_held: IntGaugeVec,
    pub rows_unreachable: IntGaugeVec,
    pub rounds: IntCounter,
    pub rounds_failed: IntCounterVec,
    pub last_success: Gauge,
    pub lag: Gauge,
    pub complete_until: Gauge,
    pub connected: IntGauge,
}

impl Metrics {
    /// Registers the metrics.
    pub fn register(registry: &Registry) -> prometheus::Result<Self> {
        let name = |name: &str| format!("mingjing_poll_{name}");
        let vector = |what: &str, help: &str, labels: &[&str]| {
            let counter = IntCounterVec::new(Opts::new(name(what), help), labels)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let gauges = |what: &str, help: &str| {
            let gauges = IntGaugeVec::new(Opts::new(name(what), help), &["table"])?;
            registry.register(Box::new(gauges.clone()))?;
            Ok::<_, prometheus::Error>(gauges)
        };
        let gauge = |what: &str, help: &str| {
            let gauge = Gauge::new(name(what), help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let rounds = IntCounter::new(
            name("rounds_total"),
            "Rounds over all tables that ended well.",
        )?;
        registry.register(Box::new(rounds.clone()))?;
        let connected = IntGauge::new(
            name("connected"),
            "1 while there is a connection to the database.",
        )?;
        registry.register(Box::new(connected.clone()))?;
        Ok(Self {
            rows_read: vector(
                "rows_read_total",
                "Rows read, those of the overlap each time.",
                &["table"],
            )?,
            rows_taken: vector(
                "rows_taken_total",
                "Rows that intake has taken.",
                &["table"],
            )?,
            rows_refused: vector(
                "rows_refused_total",
                "Rows that were refused, each once a reason.",
                &["table", "reason"],
            )?,
            rows_held: gauges(
                "rows_held",
                "Rows that are refused, or wait for a refused row of their case.",
            )?,
            rows_unreachable: gauges(
                "rows_unreachable",
                "Rows without update time, which are never met.",
            )?,
            rounds,
            rounds_failed: vector("rounds_failed_total", "Rounds that failed.", &["for"])?,
            last_success: gauge(
                "last_success_timestamp_seconds",
                "When the last round ended well.",
            )?,
            lag: gauge(
                "lag_seconds",
                "Seconds since the beginning of the last round that ended well: so old may be what is not read yet.",
            )?,
            complete_until: gauge(
                "complete_until_timestamp_seconds",
                "Up to when the source was said to be complete.",
            )?,
            connected,
        })
    }
}
