//! What operators see of the API. Labels are routes and statuses, so that their number is bounded.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State as Here};
use axum::middleware::Next;
use axum::response::Response;
use mingjing_domain::ids::Partition;
use prometheus::core::Collector;
use prometheus::{
    Gauge, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry,
};

/// The API's metrics.
pub struct Metrics {
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    commands_refused: IntCounterVec,
    /// Readers of the live stream.
    pub(crate) live_readers: IntGauge,
    live_lag_records: IntGaugeVec,
    live_lag_seconds: GaugeVec,
    live_standing_still: IntGaugeVec,
    publications_waiting: IntGauge,
    publications_late: IntGauge,
    publication_waiting_seconds: Gauge,
    publication_hindered: IntGaugeVec,
    /// Bulletins that are planned and due, and could not be drafted.
    pub(crate) bulletins_undrafted: IntGauge,
    /// Entries of the audit trail that are not in ClickHouse yet.
    pub(crate) audit_entries_waiting: IntGauge,
}

/// What keeps a publication from coming into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hindrance {
    /// What is in force and what was published do not go together.
    Definitions,
    /// Records, texts or definitions cannot be read or written.
    Storage,
}

impl Hindrance {
    const ALL: [Hindrance; 2] = [Hindrance::Definitions, Hindrance::Storage];

    const fn code(self) -> &'static str {
        match self {
            Hindrance::Definitions => "definitions",
            Hindrance::Storage => "storage",
        }
    }
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
            commands_refused: register(
                registry,
                IntCounterVec::new(
                    opts(
                        "commands_refused_total",
                        "Commands about alerts that were refused before they came into the log, by reason.",
                    ),
                    &["reason"],
                )?,
            )?,
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
            publications_waiting: register(
                registry,
                IntGauge::with_opts(opts(
                    "publications_waiting",
                    "Drafts whose publication was decided and which are not in force.",
                ))?,
            )?,
            publications_late: register(
                registry,
                IntGauge::with_opts(opts(
                    "publications_late",
                    "Those of them whose effective day has come.",
                ))?,
            )?,
            publication_waiting_seconds: register(
                registry,
                Gauge::with_opts(opts(
                    "publication_waiting_seconds",
                    "Since when the first of them was decided; 0 if none waits.",
                ))?,
            )?,
            publication_hindered: register(
                registry,
                IntGaugeVec::new(
                    opts(
                        "publication_hindered",
                        "1 while publications cannot be put in force for this reason: definitions that do not go together, storage that does not answer.",
                    ),
                    &["reason"],
                )?,
            )?,
            bulletins_undrafted: register(
                registry,
                IntGauge::with_opts(opts(
                    "bulletins_undrafted",
                    "Bulletins that are planned and due, and that could not be drafted when it was tried last.",
                ))?,
            )?,
            audit_entries_waiting: register(
                registry,
                IntGauge::with_opts(opts(
                    "audit_entries_waiting",
                    "Entries of the audit trail, of all processes, that were not in ClickHouse yet when this process looked last.",
                ))?,
            )?,
        })
    }

    /// A command was refused that did not come into the log.
    pub(crate) fn command_refused(&self, reason: &str) {
        self.commands_refused.with_label_values(&[reason]).inc();
    }

    /// How published definitions stand: how many wait, how many past their day, for how many milliseconds the first has, and why.
    pub(crate) fn published(
        &self,
        waiting: usize,
        late: usize,
        waited_ms: Option<i64>,
        why: Option<Hindrance>,
    ) {
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.publications_waiting.set(number(waiting));
        self.publications_late.set(number(late));
        self.publication_waiting_seconds
            .set(waited_ms.map_or(0.0, |ms| ms.max(0) as f64 / 1000.0));
        for reason in Hindrance::ALL {
            self.publication_hindered
                .with_label_values(&[reason.code()])
                .set(i64::from(why == Some(reason)));
        }
    }

    /// The same where nobody can tell what waits.
    pub(crate) fn unknown(&self, why: Hindrance) {
        self.publication_hindered
            .with_label_values(&[why.code()])
            .set(1);
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
