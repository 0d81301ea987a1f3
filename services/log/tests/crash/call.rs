//! Calls whose records say what they are, and the numbers they are made of.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use mingjing_log::Record;

/// Which call a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallId {
    pub run: u64,
    pub task: u64,
    pub number: u64,
}

impl CallId {
    /// One to twenty records of up to 3 kB, now and then one of 200 kB.
    pub fn records(self, random: &mut Random) -> Vec<Record> {
        let CallId { run, task, number } = self;
        let count = 1 + random.below(20);
        let large = random.below(50) == 0;
        (0..count)
            .map(|i| {
                let head = format!("{run} {task} {number} {i} {count} ");
                let filler = if large && i == 0 {
                    200_000
                } else {
                    random.below(3000)
                };
                let filler = (0..filler).map(|b| filler_byte(number, b));
                let value: Bytes = head.bytes().chain(filler).collect();
                Record {
                    key: Bytes::from(format!("{task}")),
                    value,
                }
            })
            .collect()
    }
}

fn filler_byte(number: u64, place: u64) -> u8 {
    b'a' + ((number * 7 + place) % 26) as u8
}

/// What a stored record says of itself: its call, its place in it, the call's size.
pub fn parse(value: &[u8]) -> (CallId, u64, u64) {
    let mut parts = value.splitn(6, |b| *b == b' ');
    let mut number = || -> u64 {
        let part = parts.next().expect("six parts");
        std::str::from_utf8(part)
            .expect("digits")
            .parse()
            .expect("a number")
    };
    let id = CallId {
        run: number(),
        task: number(),
        number: number(),
    };
    let (place, count) = (number(), number());
    let filler = parts.next().expect("six parts");
    let intact = filler
        .iter()
        .zip(0..)
        .all(|(byte, i)| *byte == filler_byte(id.number, i));
    assert!(intact, "{id:?} has foreign bytes");
    (id, place, count)
}

/// xorshift64: enough to choose moments and sizes, and to repeat them from a seed.
pub struct Random {
    state: u64,
    /// What it began with.
    pub seed: u64,
}

impl Random {
    /// Always the same numbers.
    pub fn new(seed: u64) -> Self {
        Random { state: seed, seed }
    }

    /// From MINGJING_TEST_SEED or else the clock; the seed is printed.
    pub fn from_clock() -> Self {
        let clock = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970");
        let seed = std::env::var("MINGJING_TEST_SEED")
            .ok()
            .and_then(|s| s.parse().ok());
        let seed = seed.unwrap_or(clock.as_nanos() as u64 | 1);
        eprintln!("MINGJING_TEST_SEED={seed}");
        Random { state: seed, seed }
    }

    /// A number from 0 up to, not including, the limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % limit
    }
}
