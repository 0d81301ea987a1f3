//! One live reader: what it is told first, and then as it happens.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State as Here;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use chrono_tz::Tz;
use futures::Stream;
use mingjing_log::Offset;
use mingjing_store::Sight;
use serde_json::json;
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;

use super::{Joined, Told};
use crate::people::gate::Caller;
use crate::{State, alerts, view};

/// Events that may wait for one reader.
const WAITING: usize = 256;
/// How often it is looked whether a reader is still signed in.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Counts are told at most this often.
const COUNTS_EVERY: Duration = Duration::from_secs(1);
/// What was told may be archived a little later: after so long it is counted once more.
const ARCHIVED_WITHIN: Duration = Duration::from_secs(2);

/// What the last hour brought changes without any alert: after so long it is counted again all the same.
const AGAIN_AFTER: Duration = Duration::from_secs(30);

/// `GET /api/v1/alerts/stream`
pub(crate) async fn stream(
    Here(state): Here<State>,
    caller: Caller,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let seen = headers
        .get("last-event-id")
        .and_then(|id| parse_id(id.to_str().ok()?));
    let (out, events) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let readers = state.metrics.live_readers.clone();
        readers.inc();
        serve_reader(state, caller, seen, out).await;
        readers.dec();
    });
    let events = tokio_stream::wrappers::ReceiverStream::new(events);
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

type Out = mpsc::Sender<Result<Event, Infallible>>;

/// One event of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) event: &'static str,
    /// Where a reader that comes back goes on, if this is the last it got; none: where it went on from before.
    pub(super) id: Option<String>,
    pub(super) data: String,
}

impl From<Sent> for Event {
    fn from(sent: Sent) -> Self {
        let Sent { event, id, data } = sent;
        let told = Event::default().event(event).data(data);
        match id {
            Some(id) => told.id(id),
            None => told,
        }
    }
}

/// What a reader is told first: where the hub stands, and what it missed. No id runs ahead of what was told before it: a reader
/// whose connection breaks in between comes back for the rest.
pub(super) fn opening(
    seen: Option<Vec<Offset>>,
    joined: &Joined,
    sight: &Sight,
    zone: Tz,
) -> Vec<Sent> {
    let Joined {
        positions, missed, ..
    } = joined;
    let now = print_id(positions);
    let hello = |id| Sent {
        event: "hello",
        id,
        data: json!({ "positions": now }).to_string(),
    };
    match missed {
        None => vec![hello(Some(now.clone()))],
        Some(None) => vec![hello(None), resync(positions)],
        Some(Some(missed)) => {
            let mut at = seen.unwrap_or_default();
            let mut sent = vec![hello(Some(print_id(&at)))];
            sent.extend(
                missed
                    .iter()
                    .filter_map(|told| alert(told, &mut at, sight, zone)),
            );
            sent
        }
    }
}

async fn serve_reader(state: State, caller: Caller, seen: Option<Vec<Offset>>, out: Out) {
    let sight = caller.sight();
    let joined = state.hub.join(seen.as_deref());
    for sent in opening(seen, &joined, &sight, state.zone) {
        if out.send(Ok(sent.into())).await.is_err() {
            return;
        }
    }
    let Joined {
        mut positions,
        mut coming,
        ..
    } = joined;
    // Since when it does not know how many there are.
    let mut changed = Some(Instant::now());
    // When it has to ask once more.
    let mut settled: Option<Instant> = None;
    let mut looked = tokio::time::interval(LOOK_EVERY);
    looked.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut counts = tokio::time::interval(COUNTS_EVERY);
    counts.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let sent = tokio::select! {
            told = coming.recv() => match told {
                Ok(told) => {
                    let now = Instant::now();
                    (changed, settled) = (Some(now), Some(now + ARCHIVED_WITHIN));
                    // What was told while joining came with what was missed.
                    if told.offset < positions[usize::from(told.partition.0)] {
                        continue;
                    }
                    match alert(&told, &mut positions, &sight, state.zone) {
                        Some(sent) => sent,
                        None => continue,
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    positions = state.hub.join(None).positions;
                    changed = Some(Instant::now());
                    resync(&positions)
                }
                Err(broadcast::error::RecvError::Closed) => return,
            },
            _ = looked.tick() => {
                // Who may not ask any more is not told any more; nor is who sees otherwise now: they come back and are asked anew.
                match state.people.still(&caller).await {
                    true => continue,
                    false => return,
                }
            }
            _ = counts.tick() => {
                let now = Instant::now();
                let Some(since) = changed.or_else(|| settled.take_if(|at| *at <= now)) else {
                    if out.is_closed() { return; }
                    continue;
                };
                changed = Some(since);
                let counted = state.hub.counted.since(since, now, || state.store.tallies((state.now)()));
                match counted.await {
                    Ok(Some(tallies)) => {
                        changed = None;
                        settled = settled.or(Some(now + AGAIN_AFTER));
                        Sent {
                            event: "counts",
                            // All that lies before it was told.
                            id: Some(print_id(&positions)),
                            data: alerts::counts_json(&tallies.counts(&sight)).to_string(),
                        }
                    }
                    Ok(None) => continue,
                    Err(error) => {
                        tracing::warn!(%error, "counts for the live stream are not to be had");
                        continue;
                    }
                }
            }
        };
        if out.send(Ok(sent.into())).await.is_err() {
            return;
        }
    }
}

/// A change, for whoever sees it; the position moves on for all.
fn alert(told: &Told, positions: &mut [Offset], sight: &Sight, zone: Tz) -> Option<Sent> {
    if let Some(position) = positions.get_mut(usize::from(told.partition.0)) {
        *position = told.offset.next();
    }
    if !sight.sees_alert(&told.alert) {
        return None;
    }
    let data = json!({ "change": told.change, "alert": view::brief(&told.alert, zone) });
    Some(Sent {
        event: "alert",
        id: Some(print_id(positions)),
        data: data.to_string(),
    })
}

fn resync(positions: &[Offset]) -> Sent {
    let data = json!({ "message_zh": "错过的变化过多，请重新载入", "message_en": "too much was missed: load the page anew" });
    Sent {
        event: "resync",
        id: Some(print_id(positions)),
        data: data.to_string(),
    }
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
