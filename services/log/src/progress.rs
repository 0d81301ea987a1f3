//! How a reader gets on: how far it is behind in time, and whether it stands still. Pure: instants are arguments.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::Offset;

/// How many ends of the log [`Behind`] remembers before it remembers them more coarsely.
const REMEMBERED: usize = 512;

/// No look counts for more: whoever looks less often was away itself and cannot say what others did meanwhile.
const LOOK_MAX: Duration = Duration::from_secs(2);

/// For how long the oldest record that a reader has not taken has been in the log.
#[derive(Debug, Default)]
pub struct Behind {
    /// When the log was first seen to end there, for ends that the reader has not reached.
    ends: VecDeque<(Instant, Offset)>,
}

impl Behind {
    /// The log ends at `end`, and everything before `next` is taken. Answers the time that the oldest record not taken has
    /// waited for at least, as precisely as looks are frequent; zero where none waits.
    pub fn look(&mut self, now: Instant, next: Offset, end: Offset) -> Duration {
        while self.ends.front().is_some_and(|(_, seen)| *seen <= next) {
            self.ends.pop_front();
        }
        if end > next && self.ends.back().is_none_or(|(_, seen)| *seen < end) {
            if self.ends.len() == REMEMBERED {
                let mut at = 0;
                self.ends.retain(|_| {
                    at += 1;
                    at % 2 == 1
                });
            }
            self.ends.push_back((now, end));
        }
        let oldest = self.ends.front();
        oldest.map_or(Duration::ZERO, |(since, _)| {
            now.saturating_duration_since(*since)
        })
    }
}

/// Whether something that should move stands still, and for how long.
///
/// ```text
///  moves ── no movement for the time allowed ──▶ stands still ── movement ──▶ moves
/// ```
#[derive(Debug)]
pub struct Standstill {
    allowed: Duration,
    looked: Instant,
    still: Duration,
    stands: bool,
}

/// What a look at a [`Standstill`] has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It stands still from now on.
    Stopped,
    /// It moves again, after so long.
    Moved(Duration),
}

impl Standstill {
    /// Something that moves at `now`, and may be without movement for `allowed`.
    pub fn new(allowed: Duration, now: Instant) -> Self {
        Self {
            allowed,
            looked: now,
            still: Duration::ZERO,
            stands: false,
        }
    }

    /// Looks again: has it `moved` since the last look, and if not, `should` it have? Time in which it need not move does not
    /// count.
    pub fn look(&mut self, now: Instant, moved: bool, should: bool) -> Option<Turn> {
        let passed = now.saturating_duration_since(self.looked).min(LOOK_MAX);
        self.looked = now;
        if moved {
            let still = std::mem::take(&mut self.still);
            return std::mem::take(&mut self.stands).then_some(Turn::Moved(still + passed));
        }
        if should {
            self.still += passed;
        }
        let stops = !self.stands && self.still > self.allowed;
        self.stands |= stops;
        stops.then_some(Turn::Stopped)
    }

    /// For how long it has not moved although it should.
    pub fn still(&self) -> Duration {
        self.still
    }

    /// For how long, if that is longer than allowed.
    pub fn stands(&self) -> Option<Duration> {
        self.stands.then_some(self.still)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_time_behind_is_that_of_the_oldest_record_not_taken() {
        let (begun, mut behind) = (Instant::now(), Behind::default());
        let mut look = |second: u32, next: u64, end: u64| {
            behind
                .look(begun + second * SECOND, Offset(next), Offset(end))
                .as_secs()
        };
        // Always some record in the log that is not taken, and never an old one: steady traffic is no lag.
        for second in 0..10 {
            let end = u64::from(second) * 100;
            assert!(look(second, end.saturating_sub(1), end) <= 1);
        }
        assert_eq!(look(20, 1000, 1000), 0);
        assert_eq!(look(21, 1000, 1010), 0);
        assert_eq!(look(23, 1000, 1020), 2);
        assert_eq!(look(24, 1009, 1020), 3);
        assert_eq!(look(25, 1010, 1020), 2);
        assert_eq!(look(26, 1020, 1020), 0);
    }

    #[test]
    fn a_reader_that_stays_away_for_hours_costs_little_and_its_oldest_record_is_not_forgotten() {
        let (begun, mut behind) = (Instant::now(), Behind::default());
        for second in 0..20_000_u32 {
            let end = Offset(u64::from(second) + 1);
            let lag = behind.look(begun + second * SECOND, Offset(0), end);
            assert_eq!(lag, second * SECOND);
        }
        assert!(behind.ends.len() <= REMEMBERED);
    }

    #[test]
    fn what_does_not_move_though_it_should_stands_still_and_each_turn_is_told_once() {
        let begun = Instant::now();
        let mut standing = Standstill::new(3 * SECOND, begun);
        // second, moved, should, turn
        let looks = [
            (1, false, true, None),
            (2, true, true, None),
            (3, false, true, None),
            (4, false, false, None),
            (5, false, true, None),
            (6, false, true, None),
            (7, false, true, Some(Turn::Stopped)),
            (8, false, true, None),
            (9, true, true, Some(Turn::Moved(6 * SECOND))),
            (10, false, true, None),
            // Away for a day: no look counts for more than two seconds.
            (86_400, false, true, None),
        ];
        for (second, moved, should, turn) in looks {
            assert_eq!(
                standing.look(begun + second * SECOND, moved, should),
                turn,
                "{second}"
            );
        }
        assert_eq!(standing.still(), 3 * SECOND);
        assert_eq!(standing.stands(), None);
    }
}
