//! What the clients say goes to the program's own log.

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::KafkaError;

/// A client without behaviour of its own.
pub(super) struct Speaker;

impl ClientContext for Speaker {
    fn log(&self, level: RDKafkaLogLevel, _: &str, text: &str) {
        log(level, text);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // A broker that restarts says so here, several times; what comes of it is told where it matters.
        tracing::debug!(%error, reason, "the Kafka client reports");
    }
}

impl ConsumerContext for Speaker {}

/// Lost connections are `info` at most: they are mended or become an error of the call they hinder.
pub(super) fn log(level: RDKafkaLogLevel, text: &str) {
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
            tracing::warn!(text, "the Kafka client warns");
        }
        RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning | RDKafkaLogLevel::Notice => {
            tracing::info!(text, "the Kafka client says");
        }
        RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => {
            tracing::debug!(text, "the Kafka client says");
        }
    }
}
