//! What operators see of the API. Labels are routes and statuses, so that their number is bounded.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State as Here};
use axum::middleware::Next;
use axum::response::Response;
use mingjing_domain::ids::Partition;
use prometheus::core::Collector;
use prometheus::{
    GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

/// The API's metrics.
pub struct Metrics {
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    /// Readers of the live stream.
    pub(crate) live_readers: IntGauge,
    live_lag_records: IntGaugeVec,
    live_lag_seconds: GaugeVec,
    live_standing_still: IntGaugeVec,
}

impl Metrics {
    /// Metrics in this registry.
    ///
    /// # Errors
    /// When the registry has metrics of these names already.
    pub fn new(registry: &Registry) -> prometheus::Result<Self> {
        let opts =
            |name: &str, help: &str| Opts::new(format!("mingjing_api_{name}"), help.to_owned());
        let of_partition = ["partition"];
        let seconds = HistogramOpts::from(opts(
            "request_seconds",
            "Time until a request was answered; of streams, until they began.",
        ));
        let seconds = seconds.buckets(vec![
            0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
        ]);
        Ok(Self {
            requests: register(
                registry,
                IntCounterVec::new(
                    opts("requests_total", "Requests answered, by route and status."),
                    &["route", "status"],
                )?,
            )?,
            request_seconds: register(registry, HistogramVec::new(seconds, &["route"])?)?,
            live_readers: register(
                registry,
                IntGauge::with_opts(opts("live_readers", "Readers of the live stream."))?,
            )?,
            live_lag_records: register(
                registry,
                IntGaugeVec::new(
                    opts(
                        "live_lag_records",
                        "Facts that the live stream has not read yet.",
                    ),
                    &of_partition,
                )?,
            )?,
            live_lag_seconds: register(
                registry,
                GaugeVec::new(
                    opts(
                        "live_lag_seconds",
                        "How long the oldest of those has been in the log; 0 if none is left.",
                    ),
                    &of_partition,
                )?,
            )?,
            live_standing_still: register(
                registry,
                IntGaugeVec::new(
                    opts(
                        "live_standing_still",
                        "1 while the live stream of a partition gets nowhere though facts wait; 0 while it moves.",
                    ),
                    &of_partition,
                )?,
            )?,
        })
    }

    pub(crate) fn live(&self, partition: Partition, records: u64, oldest: Duration, still: bool) {
        let number = partition.to_string();
        let labels = [&number];
        self.live_lag_records
            .with_label_values(&labels)
            .set(i64::try_from(records).unwrap_or(i64::MAX));
        self.live_lag_seconds
            .with_label_values(&labels)
            .set(oldest.as_secs_f64());
        self.live_standing_still
            .with_label_values(&labels)
            .set(i64::from(still));
    }
}

fn register<C: Collector + Clone + 'static>(
    registry: &Registry,
    collector: C,
) -> prometheus::Result<C> {
    registry.register(Box::new(collector.clone()))?;
    Ok(collector)
}

/// Counts a request under its route; what has none is the board's.
pub(crate) async fn count(
    Here(metrics): Here<Arc<Metrics>>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let answer = next.run(request).await;
    let route = path.as_ref().map_or("board", MatchedPath::as_str);
    metrics
        .request_seconds
        .with_label_values(&[route])
        .observe(began.elapsed().as_secs_f64());
    metrics
        .requests
        .with_label_values(&[route, answer.status().as_str()])
        .inc();
    answer
}
