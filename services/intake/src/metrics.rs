//! What intake counts. Labels are reasons, registered sources and kinds, so that their number is bounded.

use std::time::Duration;

use mingjing_domain::source::Source;
use mingjing_wire::ReasonCode;
use mingjing_wire::personal::Masked;
use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use crate::numbers::Standing;

/// The counters, registered once.
pub(crate) struct Metrics {
    accepted: IntCounterVec,
    duplicates: IntCounterVec,
    refused: IntCounterVec,
    turned_away: IntCounterVec,
    rate_limited: IntCounterVec,
    completions: IntCounterVec,
    masked: IntCounterVec,
    secret: IntCounter,
    rejects: IntCounter,
    bytes: IntCounter,
    append_seconds: Histogram,
    /// Records read from topics, by source.
    pub topic_records: IntCounterVec,
    /// Records of topics that were lost before they were read, by source.
    pub topic_records_lost: IntCounterVec,
    /// Topics that were found to be another than before, by source.
    pub topics_remade: IntCounterVec,
    /// Records of topics that are not read yet, by source.
    pub topic_lag: IntGaugeVec,
    /// Items not taken since the source was last complete, by source.
    pub topic_not_taken: IntGaugeVec,
    /// Partitions of topics that this process reads.
    pub topic_partitions: IntGauge,
    /// Partitions of topics that do not get on though they should, by source.
    pub topic_standing_still: IntGaugeVec,
    /// Seconds since which the group has not taken this process in.
    pub topic_group_unjoined: IntGauge,
    /// Errors that the reader of topics has reported.
    pub topic_errors: IntGauge,
    /// Tries to make records of topics durable that failed.
    pub topic_retries: IntCounter,
    /// Gaps in the numbers of a source's records.
    pub sequence_gaps: IntGaugeVec,
    /// Numbers missing in them.
    pub sequence_missing: IntGaugeVec,
    /// When the oldest was noticed, in seconds since the epoch; 0: there is none.
    pub sequence_gap_since: IntGaugeVec,
    /// How long a source's records may take, as it declares.
    pub delay_allowance: IntGaugeVec,
    /// Gaps noticed.
    pub sequence_gaps_opened: IntCounterVec,
    /// Gaps closed by what came late.
    pub sequence_gaps_closed: IntCounterVec,
    /// Requests that are worked on or wait for their turn.
    pub in_flight_requests: IntGauge,
    /// Bytes of bodies that have a place in memory.
    pub in_flight_bytes: IntGauge,
}

impl Metrics {
    /// Registers the metrics.
    ///
    /// # Errors
    /// When they are registered already.
    pub fn register(registry: &Registry) -> prometheus::Result<Self> {
        let labelled = |name: &str, help: &str, labels: &[&str]| {
            let counter =
                IntCounterVec::new(Opts::new(format!("mingjing_intake_{name}"), help), labels)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let vector = |name: &str, help: &str, label: &str| labelled(name, help, &[label]);
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(format!("mingjing_intake_{name}"), help)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let gauges = |name: &str, help: &str| {
            let opts = Opts::new(format!("mingjing_intake_{name}"), help);
            let gauges = IntGaugeVec::new(opts, &["source"])?;
            registry.register(Box::new(gauges.clone()))?;
            Ok::<_, prometheus::Error>(gauges)
        };
        let gauge = |name: &str, help: &str| {
            let gauge = IntGauge::new(format!("mingjing_intake_{name}"), help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let seconds = HistogramOpts::new(
            "mingjing_intake_append_seconds",
            "Time until the records of a request were durable.",
        );
        let append_seconds = Histogram::with_opts(seconds.buckets(vec![
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
        ]))?;
        registry.register(Box::new(append_seconds.clone()))?;
        Ok(Self {
            accepted: vector("accepted_total", "Items that are durable.", "source")?,
            duplicates: vector(
                "duplicates_total",
                "Items that were in their request twice.",
                "source",
            )?,
            refused: labelled(
                "refused_total",
                "Items refused; each lies in the rejects.",
                &["source", "reason"],
            )?,
            turned_away: vector("turned_away_total", "Requests not read as items.", "reason")?,
            rate_limited: vector("rate_limited_total", "Requests answered 429.", "source")?,
            completions: vector(
                "completions_total",
                "Times a source was declared complete.",
                "source",
            )?,
            masked: vector("masked_total", "Numbers masked in free text.", "kind")?,
            secret: counter(
                "secret_total",
                "Items refused for a secrecy mark: an alarm.",
            )?,
            rejects: counter("rejects_written_total", "Records written to the rejects.")?,
            bytes: counter("bytes_total", "Bytes of bodies read.")?,
            append_seconds,
            topic_records: vector(
                "topic_records_total",
                "Records of topics that are durable, or refused and durable as rejects.",
                "source",
            )?,
            topic_records_lost: vector(
                "topic_records_lost_total",
                "Records that a topic lost before they were read: an alarm.",
                "source",
            )?,
            topics_remade: vector(
                "topics_remade_total",
                "Times a topic was found to be another of the same name: an alarm.",
                "source",
            )?,
            topic_lag: gauges("topic_lag_records", "Records of topics not read yet.")?,
            topic_not_taken: gauges(
                "topic_not_taken_items",
                "Items of a topic not taken since its source was last complete.",
            )?,
            topic_partitions: gauge(
                "topic_partitions",
                "Partitions of topics that this process reads.",
            )?,
            topic_standing_still: gauges(
                "topic_partitions_standing_still",
                "Partitions of a topic that do not get on though they should: an alarm.",
            )?,
            topic_group_unjoined: gauge(
                "topic_group_unjoined_seconds",
                "For how long the group has not taken this process in to read topics; 0 if it has.",
            )?,
            topic_errors: gauge("topic_errors", "Errors the reader of topics has reported.")?,
            sequence_gaps: gauges(
                "sequence_gaps",
                "Gaps in the numbers of a source's records.",
            )?,
            sequence_missing: gauges(
                "sequence_missing_records",
                "Numbers missing in the gaps of a source.",
            )?,
            sequence_gap_since: gauges(
                "sequence_gap_since_seconds",
                "When the oldest gap of a source was noticed, since the epoch; 0 if there is none.",
            )?,
            delay_allowance: gauges(
                "delay_allowance_seconds",
                "How long the records of a source that numbers them may take.",
            )?,
            sequence_gaps_opened: vector(
                "sequence_gaps_opened_total",
                "Gaps noticed in the numbers of a source's records.",
                "source",
            )?,
            sequence_gaps_closed: vector(
                "sequence_gaps_closed_total",
                "Gaps closed by records that came late.",
                "source",
            )?,
            topic_retries: counter(
                "topic_retries_total",
                "Failed tries to make records of topics durable.",
            )?,
            in_flight_requests: gauge("in_flight_requests", "Requests worked on or waiting.")?,
            in_flight_bytes: gauge("in_flight_bytes", "Bytes reserved for bodies.")?,
        })
    }

    /// The items of a request were answered as taken.
    pub fn taken(&self, source: &str, accepted: u64, duplicates: u64, completions: u64) {
        self.accepted.with_label_values(&[source]).inc_by(accepted);
        self.duplicates
            .with_label_values(&[source])
            .inc_by(duplicates);
        self.completions
            .with_label_values(&[source])
            .inc_by(completions);
    }

    /// An item of a source was refused.
    pub fn refused(&self, source: &str, reason: ReasonCode) {
        self.refused
            .with_label_values(&[source, reason.code()])
            .inc();
        if reason == ReasonCode::Secret {
            self.secret.inc();
        }
    }

    /// Records were written to the rejects.
    pub fn rejects_written(&self, records: usize) {
        self.rejects.inc_by(records as u64);
    }

    /// A request was answered without being read as items.
    pub fn turned_away(&self, reason: ReasonCode) {
        self.turned_away.with_label_values(&[reason.code()]).inc();
    }

    /// A source was told to wait.
    pub fn rate_limited(&self, source: &str) {
        self.rate_limited.with_label_values(&[source]).inc();
    }

    /// Numbers were masked.
    pub fn masked(&self, count: Masked) {
        self.masked
            .with_label_values(&["identity"])
            .inc_by(count.identity);
        self.masked
            .with_label_values(&["mobile"])
            .inc_by(count.mobile);
    }

    /// How the numbers of a source stand.
    pub fn numbers(&self, source: &Source, standing: &Standing) {
        let gauge = |gauges: &IntGaugeVec, value: u64| {
            let value = i64::try_from(value).unwrap_or(i64::MAX);
            gauges.with_label_values(&[&source.id]).set(value);
        };
        let since = standing.gaps.iter().map(|gap| gap.since.millis()).min();
        let since = since.map_or(0, |since| u64::try_from(since / 1000).unwrap_or(0));
        gauge(&self.sequence_gaps, standing.gaps.len() as u64);
        gauge(&self.sequence_missing, standing.missing);
        gauge(&self.sequence_gap_since, since);
        let allowed = u64::from(source.delay_allowance_hours) * 3600;
        gauge(&self.delay_allowance, allowed);
        let count = |counter: &IntCounterVec, by: usize| {
            counter.with_label_values(&[&source.id]).inc_by(by as u64);
        };
        count(&self.sequence_gaps_opened, standing.opened);
        count(&self.sequence_gaps_closed, standing.closed);
    }

    /// A body was read.
    pub fn read(&self, bytes: usize) {
        self.bytes.inc_by(bytes as u64);
    }

    /// Records became durable.
    pub fn appended(&self, took: Duration) {
        self.append_seconds.observe(took.as_secs_f64());
    }
}
