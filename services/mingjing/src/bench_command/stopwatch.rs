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

/// What the kernel counts a second of processor time as in `/proc`, on every Linux there is.
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds that a process has computed since it was started, all its threads together; none where the system does not tell.
pub fn process_seconds(pid: u32) -> Option<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

/// Seconds that all processors together were busy since the machine was started.
pub fn machine_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/stat").ok()?;
    let line = text.lines().next()?.strip_prefix("cpu")?;
    let ticks: Vec<f64> = line
        .split_whitespace()
        .filter_map(|t| t.parse().ok())
        .collect();
    // user, nice, system, idle, waiting for a disk, interrupts, soft interrupts
    let busy: f64 = [0, 1, 2, 5, 6].iter().filter_map(|at| ticks.get(*at)).sum();
    Some(busy / TICKS_PER_SECOND)
}

/// How many processors have waited for work in the last minute, as the system counts it.
pub fn load_average() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().next()?.parse().ok()
}
