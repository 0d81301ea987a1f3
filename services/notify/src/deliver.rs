//! Delivers the messages of one channel, one at a time. A channel that takes nothing holds up no other.
//!
//! A message that failed is tried again after 2 s, 4 s, 8 s and so on, up to 10 minutes; meanwhile others are tried. Where nobody answers at
//! all the channel pauses, up to 30 s. What has been tried for as long as the channel allows, or was refused for good, becomes a dead
//! letter.

use std::sync::Arc;
use std::time::Duration;

use crate::channel::{Failure, Sender};
use crate::config::Channel;
use crate::desk::Desk;
use crate::plan::Delivery;
use crate::{Error, Metrics, PlatformClock, failpoint};

const FIRST_MS: i64 = 2_000;
const MOST_MS: i64 = 600_000;
const PAUSE_FIRST: Duration = Duration::from_secs(1);
const PAUSE_MOST: Duration = Duration::from_secs(30);

pub(crate) struct Deliverer {
    pub(crate) desk: Arc<Desk>,
    pub(crate) channel: Channel,
    pub(crate) sender: Box<dyn Sender>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) clock: PlatformClock,
}

impl Deliverer {
    /// Delivers for ever. Dropping it is as safe as a kill.
    pub(crate) async fn run(self) -> Result<(), Error> {
        let mut unanswered: u32 = 0;
        loop {
            let delivery = self.desk.next(&self.channel.id).await;
            match self.sender.send(&delivery).await {
                Ok(()) => {
                    unanswered = 0;
                    failpoint::reached("delivered");
                    self.desk.delivered(&delivery).await?;
                    tokio::time::sleep(self.channel.pace).await;
                }
                Err(failure) => {
                    self.failed(&delivery, &failure).await?;
                    unanswered = match failure.of_channel() {
                        true => unanswered.saturating_add(1),
                        false => 0,
                    };
                    if unanswered > 0 {
                        tokio::time::sleep(pause(unanswered)).await;
                    }
                }
            }
        }
    }

    async fn failed(&self, delivery: &Delivery, failure: &Failure) -> Result<(), Error> {
        let now = (self.clock)();
        let seconds = now.millis() as f64 / 1000.0;
        let channel = &self.channel.id;
        self.metrics.failed(channel, failure.reason, seconds);
        tracing::debug!(
            id = delivery.id,
            channel,
            reason = failure.reason,
            "an attempt failed"
        );
        let made_before = now.plus_millis(-self.channel.give_up_after_ms);
        if !failure.passes || delivery.made_at <= made_before {
            self.desk.bury(delivery, failure).await?;
        } else {
            let next_at = now.plus_millis(wait_ms(delivery.attempts));
            self.desk.later(delivery, next_at).await?;
        }
        if failure.of_channel() {
            // Nobody is there for the others either.
            for expired in self.desk.expired(channel, made_before) {
                self.desk.bury(&expired, failure).await?;
            }
        }
        Ok(())
    }
}

/// How long a message waits that was tried so often before.
fn wait_ms(attempts: u32) -> i64 {
    let doubled = FIRST_MS.saturating_mul(1 << attempts.min(20));
    doubled.min(MOST_MS)
}

fn pause(unanswered: u32) -> Duration {
    let doubled = PAUSE_FIRST.saturating_mul(1 << (unanswered - 1).min(10));
    doubled.min(PAUSE_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_their_most() {
        let waits: Vec<i64> = [0, 1, 2, 8, 9, 99].into_iter().map(wait_ms).collect();
        assert_eq!(waits, [2_000, 4_000, 8_000, 512_000, 600_000, 600_000]);
        let pauses = [1, 2, 5, 6, 99].map(|n| pause(n).as_secs());
        assert_eq!(pauses, [1, 2, 16, 30, 30]);
    }
}
