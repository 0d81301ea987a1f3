//! The owner's own clock, from which ticks are written. It judges nothing: cases know only the ticks they read.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use mingjing_domain::Timestamp;
use tokio::sync::watch;

/// How long a wait sleeps at most before it looks at the clock again, which an operator may have set.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What says how late it is.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The instant now.
    fn now(&self) -> Timestamp;

    /// Waits until it stands at `at` or later.
    async fn until(&self, at: Timestamp);

    /// How many of its seconds pass in one of ours.
    fn speed(&self) -> f64 {
        1.0
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

#[async_trait]
impl Clock for System {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    async fn until(&self, at: Timestamp) {
        sleep_until(self, at).await;
    }
}

/// The machine's clock, faster from an origin on: for demonstrations. Keep the origin with the data, so that the clock
/// goes on where it was after a restart and never falls behind ticks that were written before.
#[derive(Clone, Copy, Debug)]
pub struct Scaled {
    origin: Timestamp,
    speed: f64,
}

impl Scaled {
    /// A clock that agreed with the machine's at `origin` and has run at `speed` since.
    pub fn new(origin: Timestamp, speed: f64) -> Self {
        Self { origin, speed }
    }
}

#[async_trait]
impl Clock for Scaled {
    fn now(&self) -> Timestamp {
        let real_ms = System
            .now()
            .millis()
            .saturating_sub(self.origin.millis())
            .max(0);
        self.origin
            .plus_millis((real_ms as f64 * self.speed) as i64)
    }

    async fn until(&self, at: Timestamp) {
        sleep_until(self, at).await;
    }

    fn speed(&self) -> f64 {
        self.speed
    }
}

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct HandMoved(watch::Sender<Timestamp>);

impl HandMoved {
    /// A clock that stands at `at`.
    pub fn new(at: Timestamp) -> Self {
        Self(watch::Sender::new(at))
    }

    /// Sets it. Who waits for this instant or an earlier one goes on.
    pub fn set(&self, at: Timestamp) {
        self.0.send_replace(at);
    }
}

#[async_trait]
impl Clock for HandMoved {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    async fn until(&self, at: Timestamp) {
        // The sender lives as long as this borrow of it, so the wait only ends with the instant.
        let _ = self.0.subscribe().wait_for(|now| *now >= at).await;
    }
}

async fn sleep_until(clock: &(impl Clock + ?Sized), at: Timestamp) {
    loop {
        let left_ms = at.millis().saturating_sub(clock.now().millis());
        if left_ms <= 0 {
            return;
        }
        let left = Duration::from_millis((left_ms as f64 / clock.speed()).ceil() as u64);
        tokio::time::sleep(left.min(LOOK_AGAIN)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scaled_clock_goes_on_over_a_restart() {
        let origin = System.now().plus_millis(-60_000);
        let before = Scaled::new(origin, 100.0).now();
        let after = Scaled::new(origin, 100.0).now();
        assert!(before.millis() - origin.millis() >= 6_000_000);
        assert!(after >= before);
    }

    #[tokio::test]
    async fn a_wait_on_a_hand_moved_clock_ends_when_it_is_set_so_far() {
        let clock = HandMoved::new(Timestamp::from_millis(0));
        let waiting = clock.until(Timestamp::from_millis(10));
        tokio::pin!(waiting);
        assert!(futures::poll!(&mut waiting).is_pending());
        clock.set(Timestamp::from_millis(9));
        assert!(futures::poll!(&mut waiting).is_pending());
        clock.set(Timestamp::from_millis(11));
        waiting.await;
    }
}
