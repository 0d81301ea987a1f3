//! A token bucket: so many items a second, so many at once after a pause. Pure; the instant is an argument.

use std::time::Duration;

use tokio::time::Instant;

/// What a source may still send. May go below nothing: a request is taken whole, and the next one waits for it.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: f64,
    burst: f64,
    level: f64,
    at: Instant,
}

impl Bucket {
    /// A full one.
    pub fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let burst = f64::from(burst);
        Self {
            per_second: f64::from(per_second),
            burst,
            level: burst,
            at: now,
        }
    }

    /// Whether anything may be sent now.
    ///
    /// # Errors
    /// How long to wait until then.
    pub fn ready(&mut self, now: Instant) -> Result<(), Duration> {
        self.refill(now);
        if self.level >= 1.0 {
            return Ok(());
        }
        Err(Duration::from_secs_f64(
            (1.0 - self.level) / self.per_second,
        ))
    }

    /// So many items were sent.
    pub fn take(&mut self, items: usize, now: Instant) {
        self.refill(now);
        self.level -= items as f64;
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.level = self.burst.min(self.level + passed * self.per_second);
        self.at = now.max(self.at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_what_goes_beyond_is_waited_for() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut bucket = Bucket::new(10, 5, start);
        bucket.take(5, start);
        assert_eq!(bucket.ready(start), Err(Duration::from_millis(100)));
        assert_eq!(bucket.ready(after(100)), Ok(()));
        // Taken whole, though it is more than there ever is.
        bucket.take(21, after(100));
        assert_eq!(bucket.ready(after(100)), Err(Duration::from_millis(2_100)));
        assert!(bucket.ready(after(2_199)).is_err());
        assert_eq!(bucket.ready(after(2_201)), Ok(()));
        // A long pause gives no more than the burst.
        bucket.take(5, after(60_000));
        assert!(bucket.ready(after(60_000)).is_err());
    }

    #[test]
    fn an_instant_that_goes_back_gives_nothing() {
        let start = Instant::now() + Duration::from_secs(10);
        let mut bucket = Bucket::new(1, 1, start);
        bucket.take(1, start);
        assert!(bucket.ready(start - Duration::from_secs(5)).is_err());
        assert!(bucket.ready(start).is_err());
    }
}
