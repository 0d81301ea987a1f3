//! What is done for a question: rows and bytes that the engine reads, and processor time, of the engine and of who asks it. It keeps no log of
//! its queries, but counts all that its statements read, and nobody else asks it anything during a bench.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use mingjing_clickhouse_embedded::child::{Child, State};
use serde::Serialize;

use super::super::measured::percentile;
use super::super::probe::ClickHouse;
use super::super::site::until;
use super::super::stopwatch::process_seconds;

/// Between two looks whether it still merges what was loaded.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Rows and bytes, uncompressed, that all its statements have read so far. This statement is among them, with a thousand rows.
const READ: &str = "SELECT sumIf(value, event = 'SelectedRows'), sumIf(value, event = 'SelectedBytes') FROM system.events";

/// An engine that answers one question at a time.
pub struct Engine<'a> {
    pub clickhouse: &'a ClickHouse,
    child: &'a Child,
}

/// What was done for a question, on the average of its askings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Work {
    pub cpu_ms: f64,
    pub rows: f64,
    pub bytes: f64,
}

/// How much there is of a sort of work.
type Amount = fn(&Work) -> f64;

impl Work {
    /// Its sorts.
    pub const SORTS: [(&'static str, Amount); 3] = [
        ("processor time", |work| work.cpu_ms),
        ("rows read", |work| work.rows),
        ("bytes read", |work| work.bytes),
    ];
}

/// How a question is asked one way: how long each asking took, in milliseconds, and what was done for all of them.
#[derive(Default)]
pub struct Side {
    pub ms: Vec<f64>,
    done: Work,
}

/// What came of a side.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Took {
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub work: Work,
}

impl<'a> Engine<'a> {
    pub const fn new(clickhouse: &'a ClickHouse, child: &'a Child) -> Self {
        Self { clickhouse, child }
    }

    /// Waits until what was loaded is merged: what is asked next is not slowed by it, nor is that work counted as its own.
    pub async fn settled(&self) -> anyhow::Result<()> {
        until("what was loaded is merged", LOOK_EVERY, || async {
            if self.merges().await? {
                return Ok(false);
            }
            // One merge may be over and the next not begun.
            tokio::time::sleep(LOOK_EVERY).await;
            Ok(!self.merges().await?)
        })
        .await
    }

    async fn merges(&self) -> anyhow::Result<bool> {
        let sql = "SELECT count() FROM system.merges";
        Ok(self.clickhouse.ask(sql).await?.trim() != "0")
    }

    async fn read(&self) -> anyhow::Result<(f64, f64)> {
        let text = self.clickhouse.ask(READ).await?;
        let numbers = text.trim().split_once('\t');
        let numbers =
            numbers.and_then(|(rows, bytes)| Some((rows.parse().ok()?, bytes.parse().ok()?)));
        numbers.with_context(|| format!("what the engine has read: {text}"))
    }

    /// Processor seconds of its process and of this one, which counts what changed since cells were made; 0 where the system does not tell.
    fn computed(&self) -> f64 {
        let own = process_seconds(std::process::id()).unwrap_or(0.0);
        match *self.child.state().borrow() {
            State::Running { pid } => own + process_seconds(pid).unwrap_or(0.0),
            State::Down | State::Stopped => own,
        }
    }
}

impl Side {
    /// Asks once more.
    pub async fn ask<T, E>(
        &mut self,
        engine: &Engine<'_>,
        asking: impl Future<Output = Result<T, E>>,
    ) -> anyhow::Result<T>
    where
        anyhow::Error: From<E>,
    {
        let (rows, bytes) = engine.read().await?;
        let (computed, began) = (engine.computed(), Instant::now());
        let answer = asking.await?;
        self.ms.push(began.elapsed().as_secs_f64() * 1e3);
        let computed = engine.computed() - computed;
        let read = engine.read().await?;
        self.done.cpu_ms += computed * 1e3;
        self.done.rows += read.0 - rows;
        self.done.bytes += read.1 - bytes;
        Ok(answer)
    }

    /// What came of it, at least once asked.
    pub fn took(mut self) -> Took {
        self.ms.sort_by(f64::total_cmp);
        let times = self.ms.len() as f64;
        let Work {
            cpu_ms,
            rows,
            bytes,
        } = self.done;
        Took {
            p50_ms: percentile(&self.ms, 0.5),
            p95_ms: percentile(&self.ms, 0.95),
            work: Work {
                cpu_ms: cpu_ms / times,
                rows: rows / times,
                bytes: bytes / times,
            },
        }
    }
}
