//! Writes what was asked for into the log, once, and answers when it is archived.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mingjing_domain::Timestamp;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::ids::{Slot, derived_id};
use mingjing_domain::life::Refusal;
use mingjing_domain::voice::EVENT_PREFIX;
use mingjing_log::{Record, Topic};
use mingjing_wire::encode_event;
use mingjing_wire::facts::case_key;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use crate::life::said::Said;
use crate::{ApiError, State};

/// So long the archive is waited for; then the client is told that it is accepted.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Requests by their keys: when each was made and what it said, so that one that is sent again becomes the same event.
const REQUESTS: &str = "voice_requests";
/// Crockford's digits: none is taken for another when it is read out on the telephone.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Digits of a receipt number; 50 bits.
const RECEIPT_DIGITS: usize = 10;

/// What came under one key.
pub(super) struct Request {
    /// Of the key, who gave it and what about.
    id: String,
    digest: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pinned {
    at: Timestamp,
    digest: String,
}

impl Request {
    /// That of a body.
    pub(super) fn of(said: &Said, about: &str, body: &Bytes) -> Result<Self, ApiError> {
        let key = said.key.as_deref().ok_or_else(|| {
            ApiError::bad(
                "key",
                "请给出客户端自定的键：未收到答复时以同一键重发，只算一次",
            )
        })?;
        let digest = Sha256::digest(body);
        Ok(Self {
            id: derived_id(&["voice", &said.who.person, about, key]),
            digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    /// The id of the event that it becomes.
    pub(super) fn event_id(&self) -> String {
        format!("{EVENT_PREFIX}{}", self.id)
    }

    /// The number that whoever spoke is given. It tells nothing of how many there are.
    pub(super) fn receipt(&self) -> String {
        let mut digits = self.id.bytes().map(|digit| u64::from(hex(digit)));
        let mut bits: u64 = (0..13).fold(0, |all, _| (all << 4) | digits.next().unwrap_or(0));
        let mut told = Vec::with_capacity(RECEIPT_DIGITS);
        for _ in 0..RECEIPT_DIGITS {
            told.push(char::from(DIGITS[(bits & 31) as usize]));
            bits >>= 5;
        }
        told.into_iter().collect()
    }

    /// Whether it was made before.
    pub(super) async fn is_known(&self, state: &State) -> Result<bool, ApiError> {
        let table = state.definitions.table();
        Ok(table.get(REQUESTS, self.id.as_bytes()).await?.is_some())
    }

    /// When it was made first.
    async fn pin(&self, state: &State) -> Result<Timestamp, ApiError> {
        let failed = |error: serde_json::Error| ApiError::Failed(Box::new(error));
        let table = state.definitions.table();
        let mine = Pinned {
            at: (state.now)(),
            digest: self.digest.clone(),
        };
        let value = serde_json::to_vec(&mine).map_err(failed)?;
        let key = Bytes::from(self.id.clone());
        if table.create(REQUESTS, key, value.into()).await? {
            return Ok(mine.at);
        }
        let pinned = table.get(REQUESTS, self.id.as_bytes()).await?;
        let pinned: Pinned = match pinned {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(failed)?,
            None => mine,
        };
        match pinned.digest == self.digest {
            true => Ok(pinned.at),
            false => Err(ApiError::Refused(vec![Refusal::new(
                "key_reused",
                "key",
                "同一 key 之前提交过不同的内容",
                "内容不同的请求请换一个 key",
            )])),
        }
    }
}

/// The value of a hexadecimal digit.
fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit.wrapping_sub(b'a').wrapping_add(10) & 15,
    }
}

/// Puts the event that `compose` makes of the instant into the log, unless it is there, and answers where it stands.
pub(super) async fn answer(
    state: &State,
    request: &Request,
    compose: impl FnOnce(Timestamp) -> CaseEvent<'static>,
) -> Result<Response, ApiError> {
    let event = compose(request.pin(state).await?);
    if !archived(state, &event).await? {
        let record = Record {
            key: case_key(&event.source, &event.case_no).into(),
            value: encode_event(&event).into(),
        };
        let partition = Slot::of(&event.source, &event.case_no).partition(state.partitions);
        let appended = state.log.append(Topic::Events, partition, vec![record]);
        appended.await?;
    }
    let began = Instant::now();
    let mut recorded = archived(state, &event).await?;
    while !recorded && began.elapsed() < PATIENCE {
        sleep(LOOK_EVERY).await;
        recorded = archived(state, &event).await?;
    }
    let (status, told, zh) = match recorded {
        true => (StatusCode::OK, "recorded", "已登记"),
        false => (
            StatusCode::ACCEPTED,
            "accepted",
            "已记入日志，稍后可查；以同一键重发不会重复登记",
        ),
    };
    let body = json!({
        "state": told,
        "source": &*event.source,
        "case_no": &*event.case_no,
        "event_id": &*event.event_id,
        "receipt_no": mingjing_domain::voice::text(&event, mingjing_domain::voice::RECEIPT_NO),
        "at": event.occurred_at.to_rfc3339(state.zone),
        "message_zh": zh,
    });
    Ok((status, Json(body)).into_response())
}

/// Whether it is archived. While ClickHouse is away, nobody knows: it is in the log then, or will be.
async fn archived(state: &State, event: &CaseEvent<'_>) -> Result<bool, ApiError> {
    let found = state
        .store
        .event(&event.source, &event.case_no, &event.event_id);
    Ok(found.await?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_number_is_the_keys_and_as_different_as_keys_are() {
        let receipt = |id: &str| {
            let request = Request {
                id: derived_id(&[id]),
                digest: String::new(),
            };
            request.receipt()
        };
        let told: std::collections::BTreeSet<String> =
            (0..2000).map(|n| receipt(&n.to_string())).collect();
        assert_eq!(told.len(), 2000);
        for one in &told {
            assert_eq!(one.len(), RECEIPT_DIGITS, "{one}");
            assert!(one.bytes().all(|b| DIGITS.contains(&b)), "{one}");
        }
        assert_eq!(receipt("x"), receipt("x"));
    }
}
