//! Whose turn it is: the rate of each source, its share of the memory, and the bound on all together.
//!
//! Three gates, each first come first served, in this order: a place among the source's own requests, room in the source's own
//! share of the memory, room in the whole. A source that floods fills its own gates and waits there; before the
//! third it has at most `source_requests_max` requests, so another source's request is never behind more than that of each.
//! All waiting is bounded in number and in time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};
use prometheus::IntGauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::Config;
use crate::bucket::Bucket;
use crate::error::ApiError;

/// Requests of all sources that are worked on or wait, at most.
const REQUESTS_MAX: u32 = 4096;

/// What it is worth waiting for room.
const ROOM_SOON: Duration = Duration::from_secs(1);

/// The gates.
pub(crate) struct Admission {
    config: Config,
    lanes: Mutex<BTreeMap<String, Arc<Lane>>>,
    memory: Arc<Semaphore>,
    requests: Arc<Semaphore>,
    closing: AtomicBool,
    in_flight_bytes: IntGauge,
    in_flight_requests: IntGauge,
}

/// One source's gates.
pub(crate) struct Lane {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    memory: Arc<Semaphore>,
    bucket: Mutex<Bucket>,
}

impl Lane {
    /// Whether the source may send now.
    pub fn ready(&self, now: Instant) -> Result<(), ApiError> {
        let Some(wait) = self.wait(now) else {
            return Ok(());
        };
        let ms = wait.as_millis();
        let detail = Words::new(
            format!("the rate is used up for {ms} ms"),
            format!("速率已用尽，还需 {ms} 毫秒"),
        );
        Err(ApiError::from(Refusal::new(ReasonCode::RateLimited, detail)).retry_after(wait))
    }

    /// How long the source should wait before it sends more; none if it need not.
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.ready(now).err()
    }

    /// The source has sent so many items.
    pub fn charge(&self, items: usize, now: Instant) {
        self.bucket
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(items, now);
    }
}

/// A request that is being worked on. [`Admission::close`] waits until it is dropped.
pub(crate) struct Working {
    _request: OwnedSemaphorePermit,
    gauge: IntGauge,
}

impl Drop for Working {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}

/// Room for a body.
pub(crate) struct Room {
    _place: OwnedSemaphorePermit,
    own: OwnedSemaphorePermit,
    all: OwnedSemaphorePermit,
    gauge: IntGauge,
}

impl Room {
    /// Gives back what the body turned out not to need.
    pub fn shrink(&mut self, bytes: usize) {
        let surplus = self.own.num_permits().saturating_sub(bytes.max(1));
        drop(self.own.split(surplus));
        drop(self.all.split(surplus));
        self.gauge.sub(surplus as i64);
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.gauge.sub(self.all.num_permits() as i64);
    }
}

impl Admission {
    pub fn new(config: Config, in_flight_bytes: IntGauge, in_flight_requests: IntGauge) -> Self {
        Self {
            memory: Arc::new(Semaphore::new(config.bytes_max)),
            requests: Arc::new(Semaphore::new(REQUESTS_MAX as usize)),
            closing: AtomicBool::new(false),
            lanes: Mutex::default(),
            config,
            in_flight_bytes,
            in_flight_requests,
        }
    }

    /// Begins a request.
    ///
    /// # Errors
    /// When intake is stopping, or has too many.
    pub fn begin(&self) -> Result<Working, ApiError> {
        if self.closing.load(Ordering::Acquire) {
            return Err(overloaded("it is stopping", "正在停机"));
        }
        let request = Arc::clone(&self.requests).try_acquire_owned();
        let request = request.map_err(|_| overloaded("too many requests", "请求过多"))?;
        self.in_flight_requests.inc();
        Ok(Working {
            _request: request,
            gauge: self.in_flight_requests.clone(),
        })
    }

    /// Takes no more requests, and waits until those that have begun are done.
    pub async fn close(&self) {
        self.closing.store(true, Ordering::Release);
        // Fails only if the semaphore is closed, which nobody does.
        let _all = self.requests.acquire_many(REQUESTS_MAX).await;
    }

    /// The gates of a registered source; their number is that of the sources.
    pub fn lane(&self, source: &str) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(source) {
            return Arc::clone(lane);
        }
        let config = &self.config;
        let bucket = Bucket::new(config.events_per_second, config.burst, Instant::now());
        let lane = Arc::new(Lane {
            places: Arc::new(Semaphore::new(config.source_requests_max)),
            waiting: AtomicUsize::new(0),
            memory: Arc::new(Semaphore::new(config.source_bytes_max)),
            bucket: Mutex::new(bucket),
        });
        lanes.insert(source.to_owned(), Arc::clone(&lane));
        lane
    }

    /// Waits for room for a body of up to `bytes`, which must not be more than the largest allowed.
    ///
    /// # Errors
    /// 429 if the source has too many requests of its own, 503 if all sources together have.
    pub async fn enter(&self, lane: &Lane, bytes: usize) -> Result<Room, ApiError> {
        assert!(
            bytes <= self.config.body_bytes_max,
            "the body's announced size was checked"
        );
        let patience = Instant::now() + self.config.turn_wait;
        let bytes = bytes.max(1) as u32;
        let crowded = || {
            let detail = Words::new(
                "too many requests of this source at once",
                "本来源并发请求过多",
            );
            ApiError::from(Refusal::new(ReasonCode::RateLimited, detail)).retry_after(ROOM_SOON)
        };
        let (place, own) = {
            let Some(_queued) = Queued::join(&lane.waiting, &self.config) else {
                return Err(crowded());
            };
            let place = acquire(&lane.places, 1, patience)
                .await
                .ok_or_else(crowded)?;
            let own = acquire(&lane.memory, bytes, patience)
                .await
                .ok_or_else(crowded)?;
            (place, own)
        };
        let all = acquire(&self.memory, bytes, patience).await;
        let all = all.ok_or_else(|| overloaded("the memory is in use", "内存占用已满"))?;
        self.in_flight_bytes.add(i64::from(bytes));
        Ok(Room {
            _place: place,
            own,
            all,
            gauge: self.in_flight_bytes.clone(),
        })
    }
}

/// A place among those of a source who wait.
struct Queued<'a>(&'a AtomicUsize);

impl<'a> Queued<'a> {
    fn join(waiting: &'a AtomicUsize, config: &Config) -> Option<Self> {
        // One that finds its place free does not wait, but passes through here too.
        let most = config.source_waiting_max + config.source_requests_max;
        let joined = Queued(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < most).then_some(joined)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn acquire(
    semaphore: &Arc<Semaphore>,
    permits: u32,
    patience: Instant,
) -> Option<OwnedSemaphorePermit> {
    let acquiring = Arc::clone(semaphore).acquire_many_owned(permits);
    timeout_at(patience, acquiring).await.ok()?.ok()
}

fn overloaded(en: &str, zh: &str) -> ApiError {
    ApiError::from(Refusal::new(ReasonCode::Overloaded, Words::new(en, zh))).retry_after(ROOM_SOON)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gates() -> Admission {
        let config = Config {
            body_bytes_max: 10,
            source_bytes_max: 20,
            bytes_max: 30,
            source_requests_max: 2,
            source_waiting_max: 1,
            turn_wait: Duration::from_millis(20),
            ..Config::default()
        };
        let gauge = || IntGauge::new("a", "a").unwrap();
        Admission::new(config, gauge(), gauge())
    }

    #[tokio::test]
    async fn a_source_with_its_hands_full_waits_and_another_does_not() {
        let gates = gates();
        let (loud, quiet) = (gates.lane("loud"), gates.lane("quiet"));
        let first = gates.enter(&loud, 10).await.unwrap();
        let _second = gates.enter(&loud, 10).await.unwrap();
        assert!(gates.enter(&loud, 1).await.is_err());
        let _other = gates.enter(&quiet, 10).await.unwrap();
        drop(first);
        gates.enter(&loud, 10).await.unwrap();
    }

    #[tokio::test]
    async fn what_a_body_did_not_need_is_given_back_and_counted_out() {
        let gates = gates();
        let lane = gates.lane("a");
        let mut room = gates.enter(&lane, 10).await.unwrap();
        room.shrink(3);
        assert_eq!(
            (lane.memory.available_permits(), gates.in_flight_bytes.get()),
            (17, 3)
        );
        drop(room);
        assert_eq!(
            (lane.memory.available_permits(), gates.in_flight_bytes.get()),
            (20, 0)
        );
    }

    #[tokio::test]
    async fn closing_waits_for_what_has_begun_and_lets_nothing_begin() {
        let gates = gates();
        let working = gates.begin().unwrap();
        let mut closing = std::pin::pin!(gates.close());
        assert!(futures::poll!(&mut closing).is_pending());
        assert!(gates.begin().is_err());
        drop(working);
        closing.await;
        assert_eq!(gates.in_flight_requests.get(), 0);
    }
}
