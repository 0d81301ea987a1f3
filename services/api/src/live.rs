//! `/api/v1/alerts/stream`: alerts as they happen, over server-sent events.
//!
//! One hub reads `mj.facts` for all readers. An event's id holds a position per partition (`0:12,1:5`): a reader that
//! comes back with it as `Last-Event-ID` gets what it missed, as far as the hub remembers; one that missed more,
//! or reads too slowly, is told to `resync` and loads its page anew. Counts are coalesced: at most one a second.
//!
//! Events: `hello` (positions), `alert` (a change), `counts`, `resync`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::State as Here;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::Stream;
use futures::future::join_all;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::fact::{Change, Fact};
use mingjing_domain::ids::Partition;
use mingjing_log::{Behind, Log, Offset, Standstill, Topic, Turn};
use mingjing_wire::facts::{Fences, Read};
use serde_json::json;
use tokio::sync::{broadcast, mpsc};

use crate::{Metrics, State, alerts, view};

/// Events that may wait for one reader.
const WAITING: usize = 256;
/// Changes the hub remembers for readers that come back.
const REMEMBERED: usize = 4096;
/// Counts are told at most this often.
const COUNTS_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether the hub moves …
const WATCH_EVERY: Duration = Duration::from_secs(2);
/// … and for how long it may get nowhere though facts wait.
const STALL_AFTER: Duration = Duration::from_secs(5);

/// A change of an alert, and where in the log it stands.
#[derive(Clone, Debug)]
struct Told {
    partition: Partition,
    offset: Offset,
    change: Change,
    alert: Arc<AlertRecord>,
}

/// What all live readers share.
pub struct Hub {
    changes: broadcast::Sender<Told>,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// By partition: the offset after the last record read.
    positions: Vec<Offset>,
    /// By partition: the offset before which nothing is remembered.
    remembered_from: Vec<Offset>,
    recent: VecDeque<Told>,
}

/// The hub and the task that feeds it.
pub fn follow(
    log: Arc<dyn Log>,
    metrics: Arc<Metrics>,
    capacity: usize,
) -> (Arc<Hub>, impl Future<Output = ()> + Send) {
    let (changes, _) = broadcast::channel(capacity.max(16));
    let hub = Arc::new(Hub {
        changes,
        memory: Mutex::new(Memory::default()),
    });
    let task = feed(hub.clone(), log, metrics);
    (hub, task)
}

async fn feed(hub: Arc<Hub>, log: Arc<dyn Log>, metrics: Arc<Metrics>) {
    let partitions = log.partitions();
    {
        let mut memory = hub.memory();
        memory.positions = vec![Offset::ZERO; usize::from(partitions)];
        memory.remembered_from = memory.positions.clone();
    }
    let readers = (0..partitions).map(|p| read_partition(hub.clone(), log.clone(), Partition(p)));
    let watched = (0..partitions).map(|p| watch_partition(&hub, &*log, &metrics, Partition(p)));
    futures::future::join(join_all(readers), join_all(watched)).await;
}

/// Measures how far the reader of a partition is behind and whether it moves. The log is asked and not the reader.
async fn watch_partition(hub: &Hub, log: &dyn Log, metrics: &Metrics, partition: Partition) {
    let (mut behind, mut seen) = (Behind::default(), Offset::ZERO);
    let mut standing = Standstill::new(STALL_AFTER, Instant::now());
    loop {
        tokio::time::sleep(WATCH_EVERY).await;
        let Ok(bounds) = log.bounds(Topic::Facts, partition).await else {
            continue;
        };
        let (now, next) = (Instant::now(), hub.position(partition));
        let records = bounds.end.0.saturating_sub(next.0);
        let moved = std::mem::replace(&mut seen, next) != next || records == 0;
        match standing.look(now, moved, true) {
            Some(Turn::Stopped) => {
                tracing::warn!(%partition, records, "the live stream of a partition stands still");
            }
            Some(Turn::Moved(still)) => {
                let seconds = still.as_secs();
                tracing::info!(%partition, seconds, "the live stream of a partition moves again");
            }
            None => {}
        }
        let oldest = behind.look(now, next, bounds.end);
        metrics.live(partition, records, oldest, standing.stands().is_some());
    }
}

/// Reads one partition from its end on; what lies before is the store's to tell.
async fn read_partition(hub: Arc<Hub>, log: Arc<dyn Log>, partition: Partition) {
    let mut next = loop {
        match log.bounds(Topic::Facts, partition).await {
            Ok(bounds) => break bounds.end,
            Err(error) => pause(partition, &error).await,
        }
    };
    hub.begin(partition, next);
    let mut fences = Fences::default();
    loop {
        let wait = Some(Duration::from_secs(30));
        match log
            .read(Topic::Facts, partition, next, 1000, 1 << 20, wait)
            .await
        {
            Ok(batch) => {
                for record in batch.records {
                    next = record.offset.next();
                    let read = fences.read(record.offset.0, &record.value);
                    hub.tell(partition, record.offset, read);
                }
            }
            Err(error) => pause(partition, &error).await,
        }
    }
}

async fn pause(partition: Partition, error: &mingjing_log::Error) {
    tracing::warn!(%partition, %error, "the live stream cannot read the log, trying again");
    tokio::time::sleep(Duration::from_secs(1)).await;
}

impl Hub {
    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn position(&self, partition: Partition) -> Offset {
        self.memory().positions[usize::from(partition.0)]
    }

    fn begin(&self, partition: Partition, at: Offset) {
        let mut memory = self.memory();
        memory.positions[usize::from(partition.0)] = at;
        memory.remembered_from[usize::from(partition.0)] = at;
    }

    fn tell(&self, partition: Partition, offset: Offset, read: Result<Read, serde_json::Error>) {
        let fact = read.map(|read| match read {
            Read::Fact(record) => Some(record.facts),
            Read::Fence | Read::Stale => None,
        });
        let told = match fact {
            Ok(Some(Fact::Alert { change, alert, .. })) => Some(Told {
                partition,
                offset,
                change,
                alert: Arc::from(alert),
            }),
            Ok(_) => None,
            Err(error) => {
                tracing::error!(%partition, %offset, %error, "a fact cannot be read");
                None
            }
        };
        let mut memory = self.memory();
        memory.positions[usize::from(partition.0)] = offset.next();
        let Some(told) = told else { return };
        memory.recent.push_back(told.clone());
        if memory.recent.len() > REMEMBERED
            && let Some(old) = memory.recent.pop_front()
        {
            memory.remembered_from[usize::from(old.partition.0)] = old.offset.next();
        }
        // Nobody listening is no error.
        let _ = self.changes.send(told);
    }

    /// What a reader that has seen up to `seen` missed, the positions now, and what comes; none where too much was
    /// missed.
    fn join(&self, seen: Option<&[Offset]>) -> Joined {
        let memory = self.memory();
        let coming = self.changes.subscribe();
        let positions = memory.positions.clone();
        let missed = seen.map(|seen| {
            let covered = seen.len() == positions.len()
                && seen
                    .iter()
                    .zip(&memory.remembered_from)
                    .all(|(seen, from)| seen >= from)
                && seen.iter().zip(&positions).all(|(seen, end)| seen <= end);
            covered.then(|| {
                let newer = |t: &&Told| t.offset >= seen[usize::from(t.partition.0)];
                memory.recent.iter().filter(newer).cloned().collect()
            })
        });
        Joined {
            positions,
            missed,
            coming,
        }
    }
}

struct Joined {
    positions: Vec<Offset>,
    /// None: a new reader. Some(None): it missed too much.
    missed: Option<Option<Vec<Told>>>,
    coming: broadcast::Receiver<Told>,
}

/// `GET /api/v1/alerts/stream`
pub async fn stream(
    Here(state): Here<State>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let seen = headers
        .get("last-event-id")
        .and_then(|id| parse_id(id.to_str().ok()?));
    let (out, events) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let readers = state.metrics.live_readers.clone();
        readers.inc();
        serve_reader(state, seen, out).await;
        readers.dec();
    });
    let events = tokio_stream::wrappers::ReceiverStream::new(events);
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

type Out = mpsc::Sender<Result<Event, Infallible>>;

async fn serve_reader(state: State, seen: Option<Vec<Offset>>, out: Out) {
    let Joined {
        mut positions,
        missed,
        mut coming,
    } = state.hub.join(seen.as_deref());
    let id = print_id(&positions);
    let hello = Event::default()
        .event("hello")
        .id(&id)
        .data(json!({ "positions": id }).to_string());
    if out.send(Ok(hello)).await.is_err() {
        return;
    }
    match missed {
        Some(None) if out.send(Ok(resync(&positions))).await.is_err() => return,
        Some(Some(missed)) => {
            let mut at = seen.unwrap_or_default();
            for told in missed {
                if out
                    .send(Ok(alert_event(&told, &mut at, &state)))
                    .await
                    .is_err()
                {
                    return;
                }
            }
        }
        Some(None) | None => {}
    }
    let mut changed = true;
    let mut counts = tokio::time::interval(COUNTS_EVERY);
    counts.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let event = tokio::select! {
            told = coming.recv() => match told {
                Ok(told) => {
                    changed = true;
                    // What was told while joining came with what was missed.
                    if told.offset < positions[usize::from(told.partition.0)] {
                        continue;
                    }
                    alert_event(&told, &mut positions, &state)
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    positions = state.hub.join(None).positions;
                    changed = true;
                    resync(&positions)
                }
                Err(broadcast::error::RecvError::Closed) => return,
            },
            _ = counts.tick() => {
                if !std::mem::take(&mut changed) {
                    if out.is_closed() { return; }
                    continue;
                }
                match state.store.counts().await {
                    Ok(counts) => Event::default()
                        .event("counts")
                        .data(alerts::counts_json(&counts).to_string()),
                    Err(error) => {
                        tracing::warn!(%error, "counts for the live stream are not to be had");
                        changed = true;
                        continue;
                    }
                }
            }
        };
        if out.send(Ok(event)).await.is_err() {
            return;
        }
    }
}

fn alert_event(told: &Told, positions: &mut [Offset], state: &State) -> Event {
    if let Some(position) = positions.get_mut(usize::from(told.partition.0)) {
        *position = told.offset.next();
    }
    let data = json!({ "change": told.change, "alert": view::brief(&told.alert, state.zone) });
    Event::default()
        .event("alert")
        .id(print_id(positions))
        .data(data.to_string())
}

fn resync(positions: &[Offset]) -> Event {
    Event::default().event("resync").id(print_id(positions)).data(
        json!({ "message_zh": "错过的变化过多，请重新载入", "message_en": "too much was missed: load the page anew" })
            .to_string(),
    )
}

fn print_id(positions: &[Offset]) -> String {
    let places: Vec<String> = positions
        .iter()
        .enumerate()
        .map(|(p, offset)| format!("{p}:{offset}"))
        .collect();
    places.join(",")
}

/// A position per partition, in order; none for a text that is none.
fn parse_id(text: &str) -> Option<Vec<Offset>> {
    text.split(',')
        .enumerate()
        .map(|(expected, place)| {
            let (partition, offset) = place.split_once(':')?;
            (partition.parse::<usize>().ok()? == expected)
                .then(|| offset.parse().ok().map(Offset))?
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_nonsense_does_not() {
        let positions = vec![Offset(12), Offset(0), Offset(7)];
        assert_eq!(parse_id(&print_id(&positions)), Some(positions));
        for wrong in ["", "0", "1:5", "0:x", "0:1,2:2"] {
            assert_eq!(parse_id(wrong), None, "{wrong}");
        }
    }
}
