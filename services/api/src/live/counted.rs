//! Counts for all live readers: counted once for many, and never older than what a reader was told.

use std::sync::Arc;

use mingjing_store::{Error, Tallies};
use tokio::sync::Mutex;
use tokio::time::{Duration, Instant};

/// It is not counted again within so long. Less than readers wait between two looks, so that one who is alone counts at every look.
const ANEW_AFTER: Duration = Duration::from_millis(500);

/// What was counted last, and when that was begun.
#[derive(Default)]
pub(super) struct Counted(Mutex<Option<(Instant, Arc<Tallies>)>>);

impl Counted {
    /// What there is as of `since` or later, where that is at hand or may be counted now; none where somebody is counting, or did a moment
    /// ago: it is asked for again a little later.
    pub(super) async fn since<F>(
        &self,
        since: Instant,
        now: Instant,
        count: impl FnOnce() -> F,
    ) -> Result<Option<Arc<Tallies>>, Error>
    where
        F: Future<Output = Result<Tallies, Error>>,
    {
        // Who waited here for a slow ClickHouse would tell nothing else meanwhile.
        let Ok(mut last) = self.0.try_lock() else {
            return Ok(None);
        };
        if let Some((begun, tallies)) = &*last {
            if *begun >= since {
                return Ok(Some(tallies.clone()));
            }
            if now.duration_since(*begun) < ANEW_AFTER {
                return Ok(None);
            }
        }
        let tallies = Arc::new(count().await?);
        *last = Some((now, tallies.clone()));
        Ok(Some(tallies))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn many_readers_count_once_and_none_is_told_less_than_it_knows() {
        let (counted, asked) = (Counted::default(), Cell::new(0));
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let ask = async |since, now| {
            let count = || {
                asked.set(asked.get() + 1);
                ready(Ok(Tallies::default()))
            };
            counted
                .since(at(since), at(now), count)
                .await
                .unwrap()
                .is_some()
        };
        // The first counts for everybody who heard of nothing later.
        assert!(ask(0, 10).await && ask(5, 11).await && ask(10, 400).await);
        assert_eq!(asked.get(), 1);
        // One who did waits, and counts for the others again.
        assert!(!ask(11, 509).await);
        assert!(ask(11, 510).await && ask(400, 520).await && ask(510, 900).await);
        assert_eq!(asked.get(), 2);
    }

    #[tokio::test]
    async fn nobody_waits_for_who_counts_and_a_failure_is_no_count() {
        let counted = Counted::default();
        let now = Instant::now();
        let mut slow = Box::pin(counted.since(now, now, pending));
        assert!(futures::poll!(slow.as_mut()).is_pending());
        let other = counted.since(now, now, || ready(Ok(Tallies::default())));
        assert_eq!(other.await.unwrap(), None);
        drop(slow);
        let refused = counted.since(now, now, || ready(Err(Error::Stopped)));
        assert!(refused.await.is_err());
        let after = counted.since(now, now, || ready(Ok(Tallies::default())));
        assert!(after.await.unwrap().is_some());
    }
}
