//! Trying until it succeeds: what a topic holds must not be lost over a log that is away.

use std::time::Duration;

use crate::error::ApiError;
use crate::intake::Intake;

/// Between two tries to make something durable, at first and at last.
const RETRY: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// Something that is tried until it succeeds.
pub(super) struct Retry<'a> {
    intake: &'a Intake,
    pause: Duration,
}

impl<'a> Retry<'a> {
    pub fn new(intake: &'a Intake) -> Self {
        Self {
            intake,
            pause: RETRY.0,
        }
    }

    /// What one try came to; none if there must be another, after a pause that was waited for.
    pub async fn over<T>(&mut self, tried: Result<T, ApiError>) -> Option<T> {
        let status = &self.intake.topics_status;
        match tried {
            Ok(done) => {
                status.stored();
                Some(done)
            }
            Err(error) => {
                let text = error.refusal.message_en();
                tracing::warn!(text, "records of a topic are not durable yet; trying again");
                self.intake.metrics.topic_retries.inc();
                status.failed();
                tokio::time::sleep(self.pause).await;
                self.pause = (self.pause * 2).min(RETRY.1);
                None
            }
        }
    }
}
