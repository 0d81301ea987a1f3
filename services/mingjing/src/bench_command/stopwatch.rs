//! How long a thread has computed: processor time, so that other work on the machine does not count.

use std::time::Instant;

/// A running measurement of this thread.
pub struct Stopwatch {
    processor_ns: Option<u64>,
    wall: Instant,
}

impl Stopwatch {
    /// Starts measuring.
    pub fn start() -> Self {
        Stopwatch {
            processor_ns: processor_ns(),
            wall: Instant::now(),
        }
    }

    /// Seconds computed since the start; wall time where the system does not tell.
    pub fn seconds(&self) -> f64 {
        match (self.processor_ns, processor_ns()) {
            (Some(began), Some(now)) => now.saturating_sub(began) as f64 / 1e9,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }
}

/// Nanoseconds this thread has run: the first field of Linux's `schedstat`.
fn processor_ns() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}
