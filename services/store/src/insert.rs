//! Inserts that end only when ClickHouse has taken the rows, has refused them, or the caller stops.

use std::time::Duration;

use tokio::sync::watch;

use crate::batch::{Batch, Block, watermark_block};
use crate::rows::Watermark;
use crate::{Error, Store};

/// How long to wait before an insert is tried again: doubled from `first` to `most`, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Before the second attempt.
    pub first: Duration,
    /// At most.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(100),
            most: Duration::from_secs(5),
        }
    }
}

impl Backoff {
    fn wait(self, attempt: u32) -> Duration {
        self.first
            .saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1)))
            .min(self.most)
    }
}

/// Is told how inserts go.
pub trait Observer: Send + Sync {
    /// An attempt begins. One of the other two follows, unless the caller stops or ClickHouse refuses the block.
    fn inserting(&self, table: &'static str);
    /// ClickHouse took a block; `took` is the time of the attempt that worked.
    fn inserted(&self, table: &'static str, rows: usize, bytes: usize, took: Duration);
    /// An attempt failed and is made again after `wait`; attempts count from 1.
    fn retrying(&self, table: &'static str, attempt: u32, wait: Duration, error: &Error);
}

/// Nobody listens.
impl Observer for () {
    fn inserting(&self, _: &'static str) {}
    fn inserted(&self, _: &'static str, _: usize, _: usize, _: Duration) {}
    fn retrying(&self, _: &'static str, _: u32, _: Duration, _: &Error) {}
}

impl Store {
    /// Writes the batch, one insert a table, then the watermarks. Each insert is tried until ClickHouse takes it, with
    /// the same bytes every time.
    ///
    /// A caller that is killed in between writes the batch again, whole or cut otherwise, from the old watermark on; rows
    /// that were there already are replaced by themselves.
    ///
    /// # Errors
    /// [`Error::Refused`]: ClickHouse will never take it; earlier tables of the batch may have it, the watermark has
    /// not moved. [`Error::Stopped`] as soon as `stop` turns true.
    pub async fn insert_batch(
        &self,
        batch: &Batch,
        watermarks: &[Watermark],
        backoff: Backoff,
        stop: &watch::Receiver<bool>,
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        let mut stop = stop.clone();
        for block in batch.blocks() {
            self.insert_until_taken(&block, backoff, &mut stop, observer)
                .await?;
        }
        if let Some(block) = watermark_block(watermarks) {
            self.insert_until_taken(&block, backoff, &mut stop, observer)
                .await?;
        }
        Ok(())
    }

    async fn insert_until_taken(
        &self,
        block: &Block,
        backoff: Backoff,
        stop: &mut watch::Receiver<bool>,
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        for attempt in 1.. {
            let started = tokio::time::Instant::now();
            observer.inserting(block.table);
            let error = tokio::select! {
                biased;
                () = stopped(stop) => return Err(Error::Stopped),
                result = self.insert_once(block) => match result {
                    Ok(()) => {
                        observer.inserted(block.table, block.rows, block.bytes.len(), started.elapsed());
                        return Ok(());
                    }
                    Err(error) if error.passes() => error,
                    Err(error) => return Err(error),
                },
            };
            let wait = backoff.wait(attempt);
            observer.retrying(block.table, attempt, wait, &error);
            tokio::select! {
                biased;
                () = stopped(stop) => return Err(Error::Stopped),
                () = tokio::time::sleep(wait) => {}
            }
        }
        unreachable!("attempts are counted without end")
    }

    /// One attempt. The whole block is at hand before the request begins, so the server never waits for rows.
    pub(crate) async fn insert_once(&self, block: &Block) -> Result<(), Error> {
        /// Large enough to cost few system calls, small enough for the send time-out to mean a dead connection.
        const CHUNK_BYTES: usize = 1 << 20;
        let failed = |error| {
            Error::of(
                format!("inserting {} rows into {}", block.rows, block.table),
                error,
            )
        };
        let insert = self
            .client()
            .insert_formatted_with(block.statement.as_str())
            // Acknowledged means on the disk, not in a queue; asynchronous inserts are the default since 26.
            .with_setting("async_insert", "0");
        let insert = match &block.token {
            Some(token) => insert.with_setting("insert_deduplication_token", token.as_str()),
            None => insert,
        };
        let mut insert =
            insert.with_timeouts(Some(self.timeouts().send), Some(self.timeouts().insert));
        let mut rest = block.bytes.clone();
        while !rest.is_empty() {
            let chunk = rest.split_to(rest.len().min(CHUNK_BYTES));
            insert.send(chunk).await.map_err(failed)?;
        }
        insert.end().await.map_err(failed)
    }
}

/// Ends when the flag is true, or when nobody is left who could raise it.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone: whoever started us no longer waits for an answer.
    let _ = stop.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_most() {
        let backoff = Backoff {
            first: Duration::from_millis(100),
            most: Duration::from_secs(1),
        };
        let waits: Vec<u128> = [1, 2, 3, 4, 5, 1000]
            .map(|attempt| backoff.wait(attempt).as_millis())
            .into();
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
    }
}
