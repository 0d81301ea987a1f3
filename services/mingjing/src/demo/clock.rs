//! The demo's clock: it hurries through the city's past, then runs at the speed that was asked for.
//!
//! It owns no instant of the city's life, only how time passes. It never goes back. It waits for the city's
//! departments: it never runs far ahead of what they have delivered, so that a slow machine makes the demo
//! slower and not its departments late.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use mingjing_domain::Timestamp;
use mingjing_domain::time::{DAY_MS, HOUR_MS};

/// How far before the first start the city's life begins, in days.
pub const PAST_DAYS: i64 = 40;
/// In how many real seconds [`PAST_DAYS`] pass.
const RUSH_SECONDS: f64 = 35.0;
/// The seconds that pass in one while the clock hurries.
const RUSH_SPEED: f64 = PAST_DAYS as f64 * (DAY_MS / 1000) as f64 / RUSH_SECONDS;
/// How far the clock may run ahead of what was delivered: far less than the 24 hours that events may be under way.
const LEAD_MS: i64 = 6 * HOUR_MS;

/// The clock by which the demo's platform stamps, ticks and shows. For any number of threads.
#[derive(Debug)]
pub struct DemoClock {
    speed: f64,
    hurry_until: Timestamp,
    hands: Mutex<Hands>,
}

#[derive(Debug)]
struct Hands {
    /// Milliseconds since the epoch; with a fraction, because a look may come after a microsecond.
    at_ms: f64,
    looked: Instant,
    delivered: Timestamp,
}

impl DemoClock {
    /// A clock that stands at `resume_from` (the greatest tick kept), else at `origin`, the beginning of the city's
    /// life. It hurries until the machine's time `real_now` and runs at `speed` from there on. It waits for
    /// [`DemoClock::delivered`] before it runs far.
    pub fn new(
        origin: Timestamp,
        resume_from: Option<Timestamp>,
        real_now: Timestamp,
        speed: f64,
    ) -> Self {
        let start = resume_from.map_or(origin, |at| at.max(origin));
        Self {
            speed: if speed.is_finite() {
                speed.max(0.01)
            } else {
                1.0
            },
            hurry_until: real_now,
            hands: Mutex::new(Hands {
                at_ms: start.millis() as f64,
                looked: Instant::now(),
                delivered: start,
            }),
        }
    }

    /// The instant now. Never before an instant given before.
    pub fn now(&self) -> Timestamp {
        let mut hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        let looked = Instant::now();
        let passed = looked.saturating_duration_since(hands.looked);
        hands.looked = looked;
        hands.advance(passed, self.speed, self.hurry_until);
        Timestamp::from_millis(hands.at_ms as i64)
    }

    /// How many of its seconds pass in one of ours.
    pub fn speed(&self) -> f64 {
        if self.hurries() {
            RUSH_SPEED
        } else {
            self.speed
        }
    }

    /// Whether it is still in the city's past.
    pub fn hurries(&self) -> bool {
        self.now() < self.hurry_until
    }

    /// Waits until it stands at `at` or later.
    pub async fn until(&self, at: Timestamp) {
        loop {
            let left_ms = at.millis().saturating_sub(self.now().millis());
            if left_ms <= 0 {
                return;
            }
            let left = Duration::from_secs_f64(left_ms as f64 / 1000.0 / self.speed());
            tokio::time::sleep(left.clamp(Duration::from_millis(1), Duration::from_secs(1))).await;
        }
    }

    /// The departments have delivered everything up to `at`.
    pub fn delivered(&self, at: Timestamp) {
        // What passed until now counts by the old bound.
        self.now();
        let mut hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        hands.delivered = hands.delivered.max(at);
    }
}

impl Hands {
    fn advance(&mut self, passed: Duration, speed: f64, hurry_until: Timestamp) {
        let before = self.at_ms;
        let mut left_ms = passed.as_secs_f64() * 1000.0;
        let hurry_ms = (hurry_until.millis() as f64 - self.at_ms).max(0.0);
        let hurried = hurry_ms.min(left_ms * RUSH_SPEED);
        left_ms -= hurried / RUSH_SPEED;
        self.at_ms += hurried + left_ms.max(0.0) * speed;
        let furthest = self.delivered.plus_millis(LEAD_MS).millis() as f64;
        self.at_ms = self.at_ms.min(furthest).max(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);
    const ORIGIN: Timestamp = Timestamp::from_millis(1_795_000_000_000 - PAST_DAYS * DAY_MS);

    fn hands(at: Timestamp, delivered: Timestamp) -> Hands {
        Hands {
            at_ms: at.millis() as f64,
            looked: Instant::now(),
            delivered,
        }
    }

    #[test]
    fn forty_days_pass_in_thirty_five_seconds_and_then_the_chosen_speed_holds() {
        let mut hands = hands(ORIGIN, NOW.plus_millis(DAY_MS));
        hands.advance(Duration::from_secs(35), 60.0, NOW);
        assert!((hands.at_ms - NOW.millis() as f64).abs() < 1.0);
        hands.advance(Duration::from_secs(10), 60.0, NOW);
        assert!((hands.at_ms - NOW.millis() as f64 - 600_000.0).abs() < 1.0);
    }

    #[test]
    fn a_look_across_the_end_of_the_hurry_counts_both_parts() {
        let mut hands = hands(ORIGIN, NOW.plus_millis(DAY_MS));
        hands.advance(Duration::from_secs(45), 60.0, NOW);
        assert!((hands.at_ms - NOW.millis() as f64 - 600_000.0).abs() < 1.0);
    }

    #[test]
    fn it_waits_for_the_departments_and_does_not_make_up_for_the_wait() {
        let mut hands = hands(ORIGIN, ORIGIN);
        hands.advance(Duration::from_secs(30), 60.0, NOW);
        assert_eq!(hands.at_ms as i64, ORIGIN.millis() + LEAD_MS);
        hands.delivered = NOW;
        hands.advance(Duration::from_secs(1), 60.0, NOW);
        let passed = hands.at_ms as i64 - ORIGIN.millis() - LEAD_MS;
        assert!((passed as f64 - RUSH_SPEED * 1000.0).abs() < 2.0);
    }

    #[test]
    fn it_goes_on_where_it_was_and_never_back() {
        let later = NOW.plus_millis(3 * DAY_MS);
        let clock = DemoClock::new(ORIGIN, Some(later), NOW, 60.0);
        let mut last = clock.now();
        assert!(last >= later);
        for _ in 0..1000 {
            let now = clock.now();
            assert!(now >= last);
            last = now;
        }
        assert!(last <= later.plus_millis(LEAD_MS));
        assert!(!clock.hurries());
    }
}
